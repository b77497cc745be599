//! How a watch rings: bells, and commands that the settings name. The contact book, which may be shared,
//! only names them.

use super::ContactAction;

/// How the watch on one contact rings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ring {
    /// How often the bell of the terminal rings: 0 to [`Ring::MOST_BELLS`].
    pub bells: u8,
    /// The names of the commands that run.
    pub names: Vec<String>,
}

impl Ring {
    /// The most bells that anybody counts.
    pub const MOST_BELLS: u8 = 9;

    /// Reads it as the contact book has it: `bell`, `none`, `3`, a name, or several with commas
    /// between. Where nothing is written the bell rings once; a name stands for the bell.
    pub fn read(written: &str) -> Ring {
        let words = || {
            let words = written.split(',').map(str::trim);
            words.filter(|word| !word.is_empty())
        };
        let bells = words().find_map(bells_named);
        let names = words().filter(|word| bells_named(word).is_none());
        let names: Vec<String> = names.map(String::from).collect();
        Ring {
            bells: bells.unwrap_or(u8::from(names.is_empty())),
            names,
        }
    }

    /// In words, where it is not one bell.
    pub fn words(&self) -> Option<String> {
        let bells = match self.bells {
            0 if self.names.is_empty() => Some("no bell".into()),
            0 => None,
            1 if self.names.is_empty() => return None,
            1 => Some("the bell".into()),
            bells => Some(format!("{bells} bells")),
        };
        let parts: Vec<String> = bells.into_iter().chain(self.names.clone()).collect();
        Some(parts.join(", "))
    }
}

/// How many bells a word names, where it names any.
fn bells_named(word: &str) -> Option<u8> {
    match word.to_lowercase().as_str() {
        "bell" => Some(1),
        "none" => Some(0),
        digit => digit
            .parse()
            .ok()
            .filter(|bells| *bells <= Ring::MOST_BELLS),
    }
}

/// The commands of the settings with which a watch can ring.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rings(Vec<ContactAction>);

impl FromIterator<ContactAction> for Rings {
    fn from_iter<I: IntoIterator<Item = ContactAction>>(commands: I) -> Rings {
        Rings(commands.into_iter().collect())
    }
}

impl Rings {
    /// Whether a contact can name a command so: not what [`Ring::read`] reads as bells, or as several.
    pub fn can_be_named(name: &str) -> bool {
        let name = name.trim();
        !name.is_empty() && !name.contains(',') && bells_named(name).is_none()
    }

    /// All of them.
    pub fn all(&self) -> &[ContactAction] {
        &self.0
    }

    /// The command of this name, in any case.
    pub fn named(&self, name: &str) -> Option<&ContactAction> {
        let name = name.to_lowercase();
        let mut all = self.0.iter();
        all.find(|command| command.name.to_lowercase() == name)
    }
}
