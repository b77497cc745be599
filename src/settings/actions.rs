//! Reading the actions for contacts, which are tables of the settings file.

use toml::Value as Toml;

use super::values::{Kind, ValueError, table_of};
use crate::calling::{ContactAction, ContactActions, Hook};
use crate::presence::clean;

impl Kind for ContactActions {
    const NAME: &'static str = "ACTIONS";
    const EXAMPLE: &'static str =
        "{ key = \"c\", name = \"Call\", command = [\"xdg-open\", \"tel:{number}\"] }";

    fn read(_text: &str) -> Result<ContactActions, ValueError> {
        Err(ValueError::Shape(Self::EXAMPLE))
    }

    fn of_file(value: &Toml) -> Result<ContactActions, ValueError> {
        let actions = value.as_array().ok_or(ValueError::Shape(Self::EXAMPLE))?;
        actions.iter().map(contact_action).collect()
    }

    fn shown(&self) -> String {
        let names: Vec<&str> = self.all().iter().map(|one| one.name.as_str()).collect();
        names.join(", ")
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
        let list = value.as_array();
        let texts: Option<Vec<&str>> =
            list.and_then(|list| list.iter().map(Toml::as_str).collect());
        Ok(Hook::new(&texts.ok_or(ValueError::Shape(Self::EXAMPLE))?)?)
    }

    fn shown(&self) -> String {
        format!("{:?}", self.written())
    }

    fn written(&self) -> String {
        self.shown()
    }
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
    let command = table.get("command").and_then(Toml::as_array).ok_or(SHAPE)?;
    let texts: Option<Vec<&str>> = command.iter().map(Toml::as_str).collect();
    let name = name.filter(|name| !name.is_empty()).ok_or(SHAPE)?;
    Ok(ContactAction::new(&name, key, &texts.ok_or(SHAPE)?)?)
}
