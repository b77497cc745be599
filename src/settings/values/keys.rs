//! Reading the keys, which are a table of the settings file.

use toml::Value as Toml;

use super::{Kind, text_of};
use crate::settings::mistake::{Part, ValueError};
use crate::tui::Keys;

/// Which keys do what: names of actions, each with a key or a list of keys.
impl Kind for Keys {
    const NAME: &'static str = "KEYS";
    const EXAMPLE: &'static str = "{ quit = \"q\" }";

    fn read(_text: &str) -> Result<Keys, ValueError> {
        Err(ValueError::KeysOutside)
    }

    fn of_file(value: &Toml) -> Result<Keys, ValueError> {
        let shape = ValueError::Shape(Self::EXAMPLE);
        let actions = value.as_table().ok_or(shape.clone())?;
        let keys = |keys: &Toml| match keys {
            Toml::Array(keys) => keys.iter().map(text_of).collect(),
            key => text_of(key).map(|key| vec![key]),
        };
        let actions = actions.iter().map(|(action, value)| {
            let keys =
                keys(value).ok_or_else(|| shape.clone().inside(Part::Key(action.clone())))?;
            Ok((action.clone(), keys))
        });
        let actions: Result<_, ValueError> = actions.collect();
        Keys::with(&actions?).map_err(|error| {
            let action = Part::Key(error.action().into());
            ValueError::from(error).inside(action)
        })
    }

    fn shown(&self) -> String {
        "some changed".into()
    }
}
