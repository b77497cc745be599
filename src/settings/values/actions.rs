//! Reading the actions for contacts, which are tables of the settings file.

use std::path::{Path, is_separator};

use toml::Value as Toml;

use super::{Kind, each, table_of};
use crate::calling::{ContactAction, ContactActions, Hook, Rings};
use crate::file;
use crate::presence::clean;
use crate::settings::mistake::ValueError;

impl Kind for ContactActions {
    const NAME: &'static str = "ACTIONS";
    const EXAMPLE: &'static str =
        "{ key = \"c\", name = \"Call\", command = [\"xdg-open\", \"tel:{number}\"] }";

    fn read(_text: &str) -> Result<ContactActions, ValueError> {
        Err(ValueError::Shape(Self::EXAMPLE))
    }

    fn of_file(value: &Toml) -> Result<ContactActions, ValueError> {
        each(value, Self::EXAMPLE, contact_action)
    }

    fn placed(self, folder: &Path) -> ContactActions {
        let all = self.all().iter().cloned();
        all.map(|one| one.placed(|program| placed(program, folder)))
            .collect()
    }

    fn shown(&self) -> String {
        names(self.all())
    }
}

impl Kind for Rings {
    const NAME: &'static str = "RINGS";
    const EXAMPLE: &'static str = "{ name = \"Gong\", command = [\"paplay\", \"gong.ogg\"] }";

    fn read(_text: &str) -> Result<Rings, ValueError> {
        Err(ValueError::Shape(Self::EXAMPLE))
    }

    fn of_file(value: &Toml) -> Result<Rings, ValueError> {
        each(value, Self::EXAMPLE, ring)
    }

    fn placed(self, folder: &Path) -> Rings {
        let all = self.all().iter().cloned();
        all.map(|one| one.placed(|program| placed(program, folder)))
            .collect()
    }

    fn shown(&self) -> String {
        names(self.all())
    }
}

impl Kind for Hook {
    const NAME: &'static str = "COMMAND";
    const EXAMPLE: &'static str = "[\"notify-send\", \"{name}\", \"{activity}\"]";

    /// Reads a list as the file has it.
    fn read(text: &str) -> Result<Hook, ValueError> {
        let list = format!("hook = {text}").parse::<toml::Table>();
        let list = list.map_err(|_| ValueError::Shape(Self::EXAMPLE))?;
        Hook::of_file(&list["hook"])
    }

    fn of_file(value: &Toml) -> Result<Hook, ValueError> {
        if let Toml::String(text) = value {
            return Hook::read(text);
        }
        let texts = texts(value).ok_or(ValueError::Shape(Self::EXAMPLE))?;
        Ok(Hook::new(&texts)?)
    }

    fn placed(self, folder: &Path) -> Hook {
        Hook::placed(self, |program| placed(program, folder))
    }

    fn shown(&self) -> String {
        format!("{:?}", self.written())
    }

    fn written(&self) -> String {
        self.shown()
    }
}

/// A program that a file in this folder names: by its name alone it is looked for, as a path it is where
/// other paths of the file are.
fn placed(program: &str, folder: &Path) -> String {
    if program.contains(is_separator) {
        let path = folder.join(file::at_home(program));
        path.to_string_lossy().into_owned()
    } else {
        program.into()
    }
}

fn names(actions: &[ContactAction]) -> String {
    let names: Vec<&str> = actions.iter().map(|one| one.name.as_str()).collect();
    names.join(", ")
}

/// A ring of the file.
fn ring(value: &Toml) -> Result<ContactAction, ValueError> {
    const SHAPE: ValueError = ValueError::Shape(<Rings as Kind>::EXAMPLE);
    let table = table_of(value, &["name", "command"])?.ok_or(SHAPE)?;
    let name = table.get("name").and_then(Toml::as_str).map(clean);
    let name = name.ok_or(SHAPE)?;
    if !Rings::can_be_named(&name) {
        return Err(ValueError::RingName(name));
    }
    let command = table.get("command").and_then(texts).ok_or(SHAPE)?;
    Ok(ContactAction::new(&name, None, &command)?)
}

/// A list of texts.
fn texts(value: &Toml) -> Option<Vec<&str>> {
    value.as_array()?.iter().map(Toml::as_str).collect()
}

/// An action of the file: a preset, of which name and key may be others, or a command.
fn contact_action(value: &Toml) -> Result<ContactAction, ValueError> {
    const SHAPE: ValueError = ValueError::Shape(<ContactActions as Kind>::EXAMPLE);
    const KEYS: &[&str] = &["key", "name", "command", "preset"];
    let table = table_of(value, KEYS)?.ok_or(SHAPE)?;
    let text = |key: &str| match table.get(key) {
        Some(value) => value.as_str().map(clean).map(Some).ok_or(SHAPE),
        None => Ok(None),
    };
    let key = text("key")?.map(|key| {
        let mut letters = key.chars();
        let letter = letters.next().filter(|_| letters.next().is_none());
        letter.ok_or(SHAPE)
    });
    let (key, name) = (key.transpose()?, text("name")?);
    if let Some(preset) = text("preset")? {
        let mut action = ContactAction::of_preset(&preset)?;
        action.name = name.unwrap_or(action.name);
        action.key = key.or(action.key);
        return Ok(action);
    }
    let command = table.get("command").and_then(texts).ok_or(SHAPE)?;
    let name = name.filter(|name| !name.is_empty()).ok_or(SHAPE)?;
    Ok(ContactAction::new(&name, key, &command)?)
}
