//! Which key does what.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::str::FromStr;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use thiserror::Error;
use tui_input::InputRequest;
use tui_input::backend::crossterm::to_input_request;

use crate::board::{Action, Board, Pane, UserMessage};
use crate::sys::keyboard;

/// One key with its modifiers, as the settings write it: `q`, `G`, `ctrl-l`, `space`, `page-up`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// A text that names no key.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("'{0}' is not a key: write it like q, G, ctrl-l, space, enter, page-up or f5")]
pub struct KeyError(String);

/// A setting of keys that cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeysError {
    /// Not a key.
    #[error("{action}: {error}")]
    Key {
        /// The action that it should be for.
        action: String,
        /// What is wrong.
        error: KeyError,
    },
    /// One key for two actions.
    #[error("'{key}' is given to {first} and to {second}: one of them needs another key")]
    Twice {
        /// The key.
        key: Key,
        /// The action that has it.
        first: String,
        /// The action that should have it, too.
        second: String,
    },
    /// Nothing would leave the board.
    #[error("quit needs a key: nothing would leave the board")]
    NoWayOut,
    /// Not an action.
    #[error("there is no action '{0}': 'whosin config example' lists them all")]
    Action(String),
}

impl KeysError {
    /// The action at which the mistake stands.
    pub fn action(&self) -> &str {
        match self {
            KeysError::Key { action, .. } | KeysError::Action(action) => action,
            KeysError::Twice { second, .. } => second,
            KeysError::NoWayOut => "quit",
        }
    }
}

const NAMED: [(&str, KeyCode); 15] = [
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("space", KeyCode::Char(' ')),
    ("tab", KeyCode::Tab),
    ("back-tab", KeyCode::BackTab),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("page-up", KeyCode::PageUp),
    ("page-down", KeyCode::PageDown),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
];

impl Key {
    /// The letter or digit, without a modifier, with which a search may start.
    fn starts_search(self) -> Option<char> {
        match self.code {
            KeyCode::Char(character) if self.modifiers.is_empty() => {
                Some(character).filter(|character| character.is_alphanumeric())
            }
            _ => None,
        }
    }

    /// The place of the saved search that has this digit; with 0 everybody is shown.
    fn tab(self) -> Option<Option<usize>> {
        match self.code {
            KeyCode::Char(digit) if self.modifiers.is_empty() => {
                let digit = digit.to_digit(10)? as usize;
                Some(digit.checked_sub(1))
            }
            _ => None,
        }
    }

    fn with_alt(self) -> Key {
        Key {
            modifiers: self.modifiers | KeyModifiers::ALT,
            ..self
        }
    }

    fn without_alt(self) -> Key {
        Key {
            modifiers: self.modifiers - KeyModifiers::ALT,
            ..self
        }
    }
}

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Key, KeyError> {
        let error = || KeyError(text.to_string());
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        while let Some((name, after)) = rest.split_once(['-', '+']) {
            let modifier = match name.to_ascii_lowercase().as_str() {
                "ctrl" | "control" | "c" => KeyModifiers::CONTROL,
                "alt" | "meta" | "m" => KeyModifiers::ALT,
                "shift" => KeyModifiers::SHIFT,
                _ => break,
            };
            if after.is_empty() {
                return Err(error());
            }
            modifiers |= modifier;
            rest = after;
        }
        // Terminals send the same for both letters.
        let lower = rest.to_ascii_lowercase();
        if modifiers.contains(KeyModifiers::CONTROL) {
            rest = &lower;
        }
        let named = NAMED
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(rest))
            .map(|(_, code)| *code);
        let function = rest
            .strip_prefix(['f', 'F'])
            .and_then(|number| number.parse().ok());
        let mut characters = rest.chars();
        let single = characters
            .next()
            .filter(|_| characters.next().is_none())
            .map(KeyCode::Char);
        let function = function
            .filter(|number| (1..=24).contains(number))
            .map(KeyCode::F);
        let code = named.or(function).or(single).ok_or_else(error)?;
        Ok(Key { code, modifiers })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (modifier, name) in [
            (KeyModifiers::CONTROL, "ctrl-"),
            (KeyModifiers::ALT, "alt-"),
            (KeyModifiers::SHIFT, "shift-"),
        ] {
            if self.modifiers.contains(modifier) {
                f.write_str(name)?;
            }
        }
        match (self.code, NAMED.iter().find(|(_, code)| *code == self.code)) {
            (_, Some((name, _))) => f.write_str(name),
            (KeyCode::Char(character), _) => write!(f, "{character}"),
            (KeyCode::F(number), _) => write!(f, "f{number}"),
            (other, _) => write!(f, "{other}"),
        }
    }
}

impl From<KeyEvent> for Key {
    fn from(event: KeyEvent) -> Key {
        // A capital letter implies shift.
        let modifiers = match event.code {
            KeyCode::Char(_) | KeyCode::BackTab => event.modifiers - KeyModifiers::SHIFT,
            _ => event.modifiers,
        };
        let kept = KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT;
        Key {
            code: event.code,
            modifiers: modifiers & kept,
        }
    }
}

/// An action as the user meets it.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// The action.
    pub action: Action,
    /// Its name in `config.toml`.
    pub name: &'static str,
    /// What it does, in the help.
    pub help: &'static str,
    /// Its keys where the settings say nothing, the one for the hints first.
    pub defaults: &'static [&'static str],
}

macro_rules! bindings {
    ($($action:ident, $name:literal, $help:literal, $defaults:expr;)*) => {
        /// Every action, in the order of the help.
        pub const BINDINGS: &[Binding] = &[$(Binding {
            action: Action::$action,
            name: $name,
            help: $help,
            defaults: &$defaults,
        }),*];
    };
}

bindings! {
    Up, "up", "one row up", ["up", "k"];
    Down, "down", "one row down", ["down", "j"];
    Left, "left", "to the left", ["left", "h"];
    Right, "right", "to the right", ["right", "l"];
    PageUp, "page-up", "one page up", ["page-up"];
    PageDown, "page-down", "one page down", ["page-down"];
    Top, "top", "to the first contact", ["home"];
    Bottom, "bottom", "to the last contact", ["end"];
    Open, "open", "open the details of the contact; save a form", ["enter"];
    Back, "back", "leave whatever is open", ["esc"];
    Next, "next", "the next field", ["tab"];
    Previous, "previous", "the field before", ["back-tab"];
    Add, "add", "add a contact", ["a"];
    Remove, "remove", "remove the contact, or all marked ones", ["d", "delete"];
    Edit, "edit", "change what is known of the contact: name, group, number, note", ["e"];
    Annotate, "annotate", "note something on the contact for everybody at the desk: out until 14:00, deputy Eva", ["n"];
    Deputy, "deputy", "go to the deputy whom a note names", ["D"];
    Changed, "changed", "go to whoever changed last; again: to the one before", ["."];
    Lately, "lately", "what happened lately, and while you were away", ["L"];
    Move, "move", "move the contact, or all marked ones, to a group", ["M"];
    Undo, "undo", "bring back what was just changed", ["u"];
    Redo, "redo", "do again what was undone", ["ctrl-r", "U"];
    Import, "import", "take contacts in from a file: CSV, vCard, LDIF, a list", ["I"];
    Export, "export", "write the marked contacts, or all, into a file", ["E"];
    Find, "find", "find as you type: name, address, group, number, activity, or 'free'", ["/"];
    Watch, "watch", "tell me when the contact is free: once, always, off", ["w"];
    WatchGroup, "watch-group", "tell me who of the group is free first", ["W"];
    Mark, "mark", "mark the contact, for an action on several", ["space"];
    Pin, "pin", "pin the contact, or all marked ones, on top of all groups", ["*"];
    Copy, "copy", "copy the address", ["y"];
    CopyNumber, "copy-number", "copy the number", ["Y"];
    Call, "call", "call the contact", ["c"];
    Actions, "actions", "call, chat, mail: all that can be done with the contact", ["x"];
    Sort, "sort", "sort by name, by state, by last change", ["s"];
    FoldGroup, "fold", "fold or unfold the group", ["g"];
    FoldAll, "fold-all", "fold or unfold all groups", ["G"];
    View, "view", "show tiles, a list, or a compact list", ["v"];
    HideOffline, "hide-offline", "hide or show those who are offline", ["o"];
    Freeze, "freeze", "hold the board still to read in peace", ["f"];
    WhoIsFree, "who-is-free", "who of the group is free, the best first", ["F"];
    OwnPresence, "own-presence", "set my own presence", ["p"];
    Refresh, "refresh", "ask the server now", ["r", "f5"];
    Mouse, "mouse", "use the mouse here, or leave it to the terminal", ["m"];
    Settings, "settings", "see and change the settings", [","];
    Demo, "demo", "at the sign-in form: people of the demo, without a server", ["f2", "ctrl-d"];
    Trust, "trust", "at the sign-in form: trust exactly the certificate that is shown", ["ctrl-t"];
    Help, "help", "all keys; in the details: why the state is what it is", ["?", "f1"];
    Redraw, "redraw", "draw the screen anew", ["ctrl-l"];
    Suspend, "suspend", "put the board in the background", ["ctrl-z"];
    Quit, "quit", "leave the board", ["q", "ctrl-c"];
}

/// Which key does what, in this board.
#[derive(Clone, Debug)]
pub struct Keys {
    bound: Vec<(Action, Vec<Key>)>,
}

impl Default for Keys {
    fn default() -> Keys {
        let read = |key: &&str| key.parse().expect("the default keys are checked by a test");
        let bound = BINDINGS
            .iter()
            .map(|binding| (binding.action, binding.defaults.iter().map(read).collect()));
        Keys {
            bound: bound.collect(),
        }
    }
}

impl Keys {
    /// The default keys, changed as the settings say: the name of an action, and its keys. A key
    /// that is given to one action is taken from the others.
    ///
    /// # Errors
    /// The name that is no action, the text that is no key, or the key that two actions are given.
    pub fn with(settings: &BTreeMap<String, Vec<String>>) -> Result<Keys, KeysError> {
        let mut keys = Keys::default();
        let mut given: HashMap<Key, &String> = HashMap::new();
        for (name, texts) in settings {
            let binding = BINDINGS.iter().find(|binding| binding.name == name);
            let action = binding
                .ok_or_else(|| KeysError::Action(name.clone()))?
                .action;
            let new = texts.iter().map(|text| text.parse());
            let new: Result<Vec<Key>, KeyError> = new.collect();
            let new = new.map_err(|error| KeysError::Key {
                action: name.clone(),
                error,
            })?;
            for key in &new {
                if let Some(first) = given.insert(*key, name) {
                    return Err(KeysError::Twice {
                        key: *key,
                        first: first.clone(),
                        second: name.clone(),
                    });
                }
            }
            for (other, bound) in &mut keys.bound {
                if *other == action {
                    bound.clone_from(&new);
                } else {
                    bound.retain(|key| !new.contains(key));
                }
            }
        }
        if keys.of(Action::Quit).is_empty() {
            return Err(KeysError::NoWayOut);
        }
        Ok(keys)
    }

    /// The keys of an action, the first to be shown in hints.
    pub fn of(&self, action: Action) -> &[Key] {
        self.bound
            .iter()
            .find(|(bound, _)| *bound == action)
            .map_or(&[], |(_, keys)| keys)
    }

    fn action(&self, key: Key) -> Option<Action> {
        self.bound
            .iter()
            .find(|(_, keys)| keys.contains(&key))
            .map(|(action, _)| *action)
    }

    /// The key of an action that a hint names on the board as it is.
    pub fn hint(&self, action: Action, board: &Board) -> Option<Key> {
        let key = *self.of(action).first()?;
        Some(if board.types_to_find() && key.starts_search().is_some() {
            key.with_alt()
        } else {
            key
        })
    }

    /// What a key means where letters and digits start a search: with alt, what it means elsewhere.
    fn message_while_typing_finds(&self, key: Key) -> Option<UserMessage> {
        if let Some(character) = key.starts_search() {
            return Some(UserMessage::Search(character));
        }
        let bare = key.without_alt();
        let action = self.action(key).or_else(|| self.action(bare));
        action
            .map(UserMessage::Act)
            .or_else(|| bare.tab().map(UserMessage::Tab))
    }

    /// What a key press means to the board as it is.
    pub fn message(&self, event: KeyEvent, board: &Board) -> Option<UserMessage> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let event = keyboard::as_meant(event);
        let key = Key::from(event);
        if board.types_to_find() {
            return self.message_while_typing_finds(key);
        }
        let action = self.action(key);
        // In the menu of actions their keys count first.
        if let (Pane::Actions { .. }, KeyCode::Char(character), KeyModifiers::NONE) =
            (board.pane(), key.code, key.modifiers)
            && let Some(place) = board.preferences().actions.of_key(character)
        {
            return Some(UserMessage::Point(place));
        }
        if !board.wants_text() {
            let tab = || key.tab().filter(|_| !board.tabs().is_empty());
            return action
                .map(UserMessage::Act)
                .or_else(|| tab().map(UserMessage::Tab));
        }
        // While a text is typed, plain letters are text; what cannot be typed keeps its meaning.
        let typed = matches!(key.code, KeyCode::Char(_))
            && !key
                .modifiers
                .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        let in_form = match board.pane() {
            // Who is found is a list like any other.
            Pane::Form(form) => form.lookup().is_none_or(|lookup| lookup.people.is_empty()),
            _ => false,
        };
        let means = match (key.code, action) {
            _ if typed => None,
            (KeyCode::Up, _) if in_form => Some(Action::Previous),
            (KeyCode::Down, _) if in_form => Some(Action::Next),
            (KeyCode::Left | KeyCode::Right | KeyCode::Home | KeyCode::End, _) => None,
            (KeyCode::Delete | KeyCode::Backspace, _) => None,
            (_, Some(Action::Redo | Action::Remove | Action::Edit)) => None,
            (_, action) => action,
        };
        match means {
            Some(action) => Some(UserMessage::Act(action)),
            None => input_request(event).map(UserMessage::Type),
        }
    }
}

/// What a key press does to a text field.
pub fn input_request(event: KeyEvent) -> Option<InputRequest> {
    to_input_request(&Event::Key(event))
}
