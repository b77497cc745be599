//! Which key does what.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use thiserror::Error;
use tui_input::InputRequest;
use tui_input::backend::crossterm::to_input_request;

use crate::board::{Action, Board, Message, Pane};

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
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Not an action.
    #[error("there is no action '{0}': the help (?) lists them all")]
    Action(String),
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

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Key, KeyError> {
        let error = || KeyError(text.to_string());
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        loop {
            let (modifier, after) = match rest.split_once('-') {
                Some(("ctrl", after)) => (KeyModifiers::CONTROL, after),
                Some(("alt", after)) => (KeyModifiers::ALT, after),
                Some(("shift", after)) => (KeyModifiers::SHIFT, after),
                _ => break,
            };
            if after.is_empty() {
                return Err(error());
            }
            modifiers |= modifier;
            rest = after;
        }
        let named = NAMED
            .iter()
            .find(|(name, _)| *name == rest)
            .map(|(_, code)| *code);
        let function = rest
            .strip_prefix('f')
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
        // A capital letter says shift by itself.
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

/// The keys of every action as they are without any setting.
const DEFAULTS: [(Action, &[&str]); 42] = [
    (Action::Up, &["up", "k"]),
    (Action::Down, &["down", "j"]),
    (Action::Left, &["left", "h"]),
    (Action::Right, &["right", "l"]),
    (Action::PageUp, &["page-up"]),
    (Action::PageDown, &["page-down"]),
    (Action::Top, &["home"]),
    (Action::Bottom, &["end"]),
    (Action::Open, &["enter"]),
    (Action::Back, &["esc"]),
    (Action::Next, &["tab"]),
    (Action::Previous, &["back-tab"]),
    (Action::Add, &["a"]),
    (Action::Remove, &["d", "delete"]),
    (Action::Edit, &["e"]),
    (Action::Move, &["M"]),
    (Action::Undo, &["u"]),
    (Action::Redo, &["ctrl-r", "U"]),
    (Action::Import, &["I"]),
    (Action::Export, &["E"]),
    (Action::Find, &["/"]),
    (Action::Watch, &["w"]),
    (Action::WatchGroup, &["W"]),
    (Action::Mark, &["space"]),
    (Action::Copy, &["y"]),
    (Action::Sort, &["s"]),
    (Action::FoldGroup, &["g"]),
    (Action::FoldAll, &["G"]),
    (Action::View, &["v"]),
    (Action::HideOffline, &["o"]),
    (Action::Freeze, &["f"]),
    (Action::WhoIsFree, &["F"]),
    (Action::OwnPresence, &["p"]),
    (Action::Refresh, &["r", "f5"]),
    (Action::Mouse, &["m"]),
    (Action::Settings, &[","]),
    (Action::Demo, &["f2", "ctrl-d"]),
    (Action::Trust, &["ctrl-t"]),
    (Action::Help, &["?", "f1"]),
    (Action::Redraw, &["ctrl-l"]),
    (Action::Suspend, &["ctrl-z"]),
    (Action::Quit, &["q", "ctrl-c"]),
];

/// Which key does what, in this board.
#[derive(Clone, Debug)]
pub struct Keys {
    bound: Vec<(Action, Vec<Key>)>,
}

impl Default for Keys {
    fn default() -> Keys {
        let read = |key: &&str| key.parse().expect("the default keys are checked by a test");
        let bound = DEFAULTS
            .iter()
            .map(|(action, keys)| (*action, keys.iter().map(read).collect()));
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
    /// The name that is no action, or the text that is no key.
    pub fn with(settings: &BTreeMap<String, Vec<String>>) -> Result<Keys, KeysError> {
        let mut keys = Keys::default();
        for (name, texts) in settings {
            let action = Action::named(name).ok_or_else(|| KeysError::Action(name.clone()))?;
            let new = texts
                .iter()
                .map(|text| text.parse())
                .collect::<Result<Vec<Key>, _>>()?;
            for (other, bound) in &mut keys.bound {
                if *other == action {
                    bound.clone_from(&new);
                } else {
                    bound.retain(|key| !new.contains(key));
                }
            }
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

    /// What a key press means to the board as it is.
    pub fn message(&self, event: KeyEvent, board: &Board) -> Option<Message> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let key = Key::from(event);
        let action = self.action(key);
        if !board.wants_text() {
            return action.map(Message::Act);
        }
        // While a text is typed, plain letters are text; what cannot be typed keeps its meaning.
        let typed = matches!(key.code, KeyCode::Char(_))
            && !key
                .modifiers
                .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        let in_form = matches!(board.pane(), Pane::Form(_));
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
            Some(action) => Some(Message::Act(action)),
            None => input_request(event).map(Message::Type),
        }
    }
}

/// What a key press does to a text field.
pub fn input_request(event: KeyEvent) -> Option<InputRequest> {
    to_input_request(&Event::Key(event))
}
