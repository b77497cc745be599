use super::{ActionError, ContactAction, Invocation, Misfit, Subject};

/// A command that runs by itself for a contact whose state has changed. Its arguments have the
/// placeholders of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    action: ContactAction,
    written: Vec<String>,
}

impl Hook {
    /// A hook that runs this command: the program, then its arguments.
    ///
    /// # Errors
    /// [`ActionError`] where the command is empty, or an argument cannot be read.
    pub fn new(command: &[impl AsRef<str>]) -> Result<Hook, ActionError> {
        let written: Vec<String> = command.iter().map(|text| text.as_ref().into()).collect();
        let program = written.first().map_or("hook", String::as_str);
        Ok(Hook {
            action: ContactAction::new(program, None, &written)?,
            written,
        })
    }

    /// The program and its arguments, as they were given.
    pub fn written(&self) -> &[String] {
        &self.written
    }

    /// The same with the program where `place` says that it is.
    #[must_use]
    pub fn placed(self, place: impl FnOnce(&str) -> String) -> Hook {
        Hook {
            action: self.action.placed(place),
            ..self
        }
    }

    /// The command for a contact.
    ///
    /// # Errors
    /// [`Misfit`] where the command does not fit the contact.
    pub fn fill(&self, subject: Subject<'_>) -> Result<Invocation, Misfit> {
        self.action.fill(subject)
    }
}

/// The hooks of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hooks {
    /// Runs whenever somebody's state has changed.
    pub on_change: Option<Hook>,
    /// Runs whenever somebody has become available.
    pub on_free: Option<Hook>,
}

impl Hooks {
    /// Those that a change sets off, in the order in which they run.
    pub fn due(&self, became_free: bool) -> impl Iterator<Item = &Hook> {
        let on_free = self.on_free.iter().filter(move |_| became_free);
        self.on_change.iter().chain(on_free)
    }
}
