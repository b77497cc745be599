//! Reading the saved searches, which are tables of the settings file.

use toml::Value as Toml;

use super::{Kind, each, table_of};
use crate::board::{MOST_TABS, Tab};
use crate::presence::clean;
use crate::settings::mistake::ValueError;

impl Kind for Vec<Tab> {
    const NAME: &'static str = "BOARDS";
    const EXAMPLE: &'static str = "{ name = \"Sales\", find = \"sales free\" }";

    fn read(_text: &str) -> Result<Vec<Tab>, ValueError> {
        Err(ValueError::Shape(Self::EXAMPLE))
    }

    fn of_file(value: &Toml) -> Result<Vec<Tab>, ValueError> {
        let tabs: Vec<Tab> = each(value, Self::EXAMPLE, tab)?;
        if tabs.len() > MOST_TABS {
            return Err(ValueError::TooManyBoards(tabs.len()));
        }
        Ok(tabs)
    }

    fn shown(&self) -> String {
        let names: Vec<&str> = self.iter().map(|tab| tab.name.as_str()).collect();
        names.join(", ")
    }
}

fn tab(value: &Toml) -> Result<Tab, ValueError> {
    const SHAPE: ValueError = ValueError::Shape(<Vec<Tab> as Kind>::EXAMPLE);
    const KEYS: &[&str] = &["name", "find"];
    let table = table_of(value, KEYS)?.ok_or(SHAPE)?;
    let text = |key: &str| {
        let text = table.get(key).and_then(Toml::as_str).map(clean);
        text.ok_or(SHAPE)
    };
    let name = text("name")?;
    if name.trim().is_empty() {
        return Err(SHAPE);
    }
    Ok(Tab {
        name,
        find: text("find")?,
    })
}
