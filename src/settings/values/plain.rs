//! Texts, switches, paths and secrets.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::builder::{OsStringValueParser, TypedValueParser, ValueParser};
use secrecy::SecretString;

use super::Kind;
use crate::file;
use crate::settings::mistake::ValueError;

/// `~` is the home folder. In the file a path starts at the file's folder.
impl Kind for PathBuf {
    const NAME: &'static str = "FILE";
    const EXAMPLE: &'static str = "\"~/FOLDER/FILE\"";

    fn read(text: &str) -> Result<PathBuf, ValueError> {
        Ok(file::at_home(text))
    }

    // The name of a file may be no UTF-8.
    fn parser() -> ValueParser {
        let path = |text: OsString| match text.to_str() {
            Some("") => Err(ValueError::Empty),
            Some(text) => PathBuf::read(text),
            None => Ok(PathBuf::from(text)),
        };
        ValueParser::new(OsStringValueParser::new().try_map(path))
    }

    fn placed(self, folder: &Path) -> PathBuf {
        folder.join(self)
    }

    fn shown(&self) -> String {
        self.display().to_string()
    }
}

impl Kind for String {
    const NAME: &'static str = "NAME";
    const EXAMPLE: &'static str = "\"NAME\"";

    fn read(text: &str) -> Result<String, ValueError> {
        Ok(text.into())
    }

    fn shown(&self) -> String {
        self.clone()
    }
}

impl Kind for bool {
    const NAME: &'static str = "";
    const EXAMPLE: &'static str = "true";

    fn read(text: &str) -> Result<bool, ValueError> {
        match text.to_lowercase().as_str() {
            "true" | "on" | "yes" | "1" => Ok(true),
            "false" | "off" | "no" | "0" => Ok(false),
            _ => Err(ValueError::Name {
                text: text.into(),
                names: &["true", "false"],
            }),
        }
    }

    fn shown(&self) -> String {
        if *self { "on".into() } else { "off".into() }
    }

    fn written(&self) -> String {
        self.to_string()
    }
}

impl Kind for SecretString {
    const NAME: &'static str = "SECRET";
    const EXAMPLE: &'static str = "\"…\"";

    fn read(text: &str) -> Result<SecretString, ValueError> {
        Ok(SecretString::from(text))
    }

    fn shown(&self) -> String {
        "set".into()
    }
}
