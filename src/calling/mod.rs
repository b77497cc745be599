//! How a contact is reached by another program: actions of the settings are filled for one contact
//! and become the arguments of a command. Nothing is run here, and nothing ever by a shell: names
//! and notes come from others.

mod action;
mod hook;
mod presets;
mod ring;
mod template;

pub use action::{ActionError, ContactAction, ContactActions, Invocation, Misfit, Subject};
pub use hook::{Hook, Hooks};
pub use presets::PRESETS;
pub use ring::{Ring, Rings};
pub use template::{Placeholder, TemplateError};
