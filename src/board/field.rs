//! The fields of forms.

use tui_input::Input;

use crate::contacts::Fact;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// A contact's address, or several.
    Address,
    /// The name of a contact.
    Name,
    /// A group of contacts.
    Group,
    /// The telephone number of a contact.
    Number,
    /// The number of a contact's mobile phone.
    Mobile,
    /// The department of a contact.
    Department,
    /// The title of a contact's job.
    Title,
    /// Addresses that a contact has besides.
    Also,
    /// The user's own note on a contact.
    Note,
    /// How a watch on a contact rings.
    Ring,
    /// An operator's note on a contact.
    OperatorNote,
    /// The path of a file.
    File,
    /// Host, host:port or URL of the server.
    Server,
    /// The application user's name.
    AppUser,
    /// The application user's password.
    Password,
    /// The end user's name.
    User,
    /// What is added to a contact that is typed without a domain.
    Domain,
    /// Whether the sign-in is kept in the settings.
    Save,
}

impl Field {
    /// Its name on the screen.
    pub fn label(self) -> &'static str {
        match self {
            Field::Address => "Address",
            Field::Name => "Name",
            Field::Group => "Group",
            Field::Number => "Number",
            Field::Mobile => "Mobile",
            Field::Department => "Department",
            Field::Title => "Title",
            Field::Also => "Also at",
            Field::Note => "My note",
            Field::Ring => "Ring",
            Field::OperatorNote => "Note",
            Field::File => "File",
            Field::Server => "Server",
            Field::AppUser => "App user",
            Field::Password => "Password",
            Field::User => "Your user",
            Field::Domain => "Domain",
            Field::Save => "Save",
        }
    }

    /// The fact of a contact that it holds, where it holds one.
    pub(super) fn fact(self) -> Option<Fact> {
        match self {
            Field::Name => Some(Fact::Name),
            Field::Group => Some(Fact::Group),
            Field::Number => Some(Fact::Number),
            Field::Mobile => Some(Fact::Mobile),
            Field::Department => Some(Fact::Department),
            Field::Title => Some(Fact::Title),
            Field::Also => Some(Fact::Also),
            Field::Note => Some(Fact::Note),
            Field::Ring => Some(Fact::Ring),
            Field::Address
            | Field::OperatorNote
            | Field::File
            | Field::Server
            | Field::AppUser
            | Field::Password
            | Field::User
            | Field::Domain
            | Field::Save => None,
        }
    }
}

/// What a field shows, and what is typed into it.
#[derive(Clone, Debug)]
pub enum Value {
    /// A text.
    Text(Input),
    /// A text that nobody may read over the user's shoulder.
    Secret(Input),
    /// Yes or no, by the space bar.
    Switch(bool),
}

/// One line of a form.
#[derive(Clone, Debug)]
pub struct FormLine {
    /// What it holds.
    pub field: Field,
    /// What to type there.
    pub hint: &'static str,
    /// What is typed so far.
    pub value: Value,
}

impl FormLine {
    /// A line for a text that is `typed` so far.
    pub fn text(field: Field, hint: &'static str, typed: &str) -> FormLine {
        FormLine {
            field,
            hint,
            value: Value::Text(Input::from(typed)),
        }
    }

    /// What is typed; nothing for a switch.
    pub(super) fn typed(&self) -> &str {
        match &self.value {
            Value::Text(input) | Value::Secret(input) => input.value(),
            Value::Switch(_) => "",
        }
    }
}
