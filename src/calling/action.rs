use thiserror::Error;

use super::presets;
use super::template::{Placeholder, Template, TemplateError};
use crate::contacts::Contact;
use crate::presence::is_clean;

/// What can be done with a contact by another program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactAction {
    /// Its name in the menu.
    pub name: String,
    /// Its key in the menu. The first that has `c` is what calls.
    pub key: Option<char>,
    command: Vec<Template>,
}

/// A command that is ready to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// What it does, to whom: for the user.
    pub words: String,
    /// The program and its arguments.
    pub arguments: Vec<String>,
}

/// The contact that an action is for.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// As the book has it.
    pub contact: &'a Contact,
    /// The name that is shown.
    pub name: &'a str,
    /// The state by its name, where it is known.
    pub state: Option<&'a str>,
    /// What they do, in the board's words, where it is known.
    pub activity: Option<&'a str>,
}

/// Why an action of the settings is none.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ActionError {
    /// An argument that is none.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// Nothing to run.
    #[error(
        "the command of '{0}' is empty: write the program and its arguments as a list of texts"
    )]
    Empty(String),
    /// There is no such preset.
    #[error("there is no preset '{0}': {known} are known", known = presets::names())]
    Preset(String),
}

/// Why an action does not fit a contact.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Misfit {
    /// What a placeholder stands for is not known.
    #[error("no {placeholder} known of {name}")]
    Unknown {
        /// What is missing.
        placeholder: Placeholder,
        /// Of whom.
        name: String,
    },
    /// An argument would hold a sign that controls a terminal, or that nobody sees.
    #[error("'{0}' is not run: an argument would hold a control character, or an invisible one")]
    Control(String),
    /// A text of somebody else would be taken for an option of the program.
    #[error("'{0}' is not run: what the contact has in it begins with a dash, like an option")]
    Option(String),
}

impl ContactAction {
    /// An action of this name and key that runs this command: the program, then its arguments, with
    /// placeholders.
    ///
    /// # Errors
    /// [`ActionError`] where the command is empty, or an argument cannot be read.
    pub fn new(
        name: &str,
        key: Option<char>,
        command: &[impl AsRef<str>],
    ) -> Result<ContactAction, ActionError> {
        if command
            .first()
            .is_none_or(|program| program.as_ref().is_empty())
        {
            return Err(ActionError::Empty(name.into()));
        }
        let command = command.iter().map(|text| Template::parse(text.as_ref()));
        Ok(ContactAction {
            name: name.into(),
            key,
            command: command.collect::<Result<_, _>>()?,
        })
    }

    /// The action of a preset.
    ///
    /// # Errors
    /// [`ActionError::Preset`] where there is none of this name.
    pub fn of_preset(name: &str) -> Result<ContactAction, ActionError> {
        presets::named(name).ok_or_else(|| ActionError::Preset(name.into()))
    }

    /// The same with the program where `place` says that it is.
    #[must_use]
    pub fn placed(mut self, place: impl FnOnce(&str) -> String) -> ContactAction {
        if let Some(program) = self.command.first_mut()
            && let Some(text) = program.text()
        {
            *program = Template::of_text(place(&text));
        }
        self
    }

    /// The command for a contact.
    ///
    /// # Errors
    /// [`Misfit`] where the action does not fit the contact.
    pub fn fill(&self, subject: Subject<'_>) -> Result<Invocation, Misfit> {
        let Subject {
            contact,
            name,
            state,
            activity,
        } = subject;
        let value = |placeholder| match placeholder {
            Placeholder::Address => Some(contact.address.to_string()),
            Placeholder::User => Some(contact.address.user().to_string()),
            Placeholder::Name => Some(name.to_string()),
            Placeholder::Number => contact.number.clone(),
            Placeholder::Mobile => contact.mobile.clone(),
            Placeholder::Group => contact.group.clone(),
            Placeholder::State => state.map(String::from),
            Placeholder::Activity => activity.map(String::from),
        };
        let mut arguments = Vec::with_capacity(self.command.len());
        for template in &self.command {
            let argument = template
                .fill(value)
                .map_err(|placeholder| Misfit::Unknown {
                    placeholder,
                    name: name.into(),
                })?;
            if argument.contains(char::is_control) || !is_clean(&argument) {
                return Err(Misfit::Control(self.name.clone()));
            }
            if argument.starts_with('-') && !template.is_option() {
                return Err(Misfit::Option(self.name.clone()));
            }
            arguments.push(argument);
        }
        Ok(Invocation {
            words: format!("{}: {name}", self.name),
            arguments,
        })
    }
}

/// The actions of a user, in the order of the menu. There are none where the settings forbid them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactActions(Vec<ContactAction>);

impl Default for ContactActions {
    /// The presets that fit this system without anything being set up.
    fn default() -> ContactActions {
        ContactActions(presets::usual())
    }
}

impl FromIterator<ContactAction> for ContactActions {
    fn from_iter<I: IntoIterator<Item = ContactAction>>(actions: I) -> ContactActions {
        ContactActions(actions.into_iter().collect())
    }
}

impl ContactActions {
    /// The key of the actions that call.
    pub const CALLS: char = 'c';

    /// No action at all.
    pub fn none() -> ContactActions {
        ContactActions(Vec::new())
    }

    /// All of them.
    pub fn all(&self) -> &[ContactAction] {
        &self.0
    }

    /// The place of the action that has this key in the menu.
    pub fn of_key(&self, key: char) -> Option<usize> {
        self.0.iter().position(|action| action.key == Some(key))
    }

    /// The action of this name, in any case.
    pub fn named(&self, name: &str) -> Option<&ContactAction> {
        let name = name.to_lowercase();
        self.0
            .iter()
            .find(|action| action.name.to_lowercase() == name)
    }

    /// The action that calls: the first with the key [`ContactActions::CALLS`].
    pub fn calling(&self) -> Option<&ContactAction> {
        self.of_key(ContactActions::CALLS).map(|at| &self.0[at])
    }
}
