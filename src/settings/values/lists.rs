//! Values of which there may be several: fingerprints, and profiles to join.

use std::str::FromStr;

use clap::builder::ValueParser;

use super::Kind;
use crate::http::Fingerprint;
use crate::settings::mistake::ValueError;
use crate::settings::profile::{Profile, ProfileError};

/// In the file and in a variable several may stand with commas or blanks between.
impl Kind for Vec<Fingerprint> {
    const NAME: &'static str = "sha256:HEX";
    const EXAMPLE: &'static str = concat!(
        "\"sha256:",
        "0000000000000000000000000000000000000000000000000000000000000000\"",
    );

    fn read(text: &str) -> Result<Vec<Fingerprint>, ValueError> {
        Ok(Fingerprint::read_all(text)?)
    }

    // As an option it may be given several times, each with one.
    fn parser() -> ValueParser {
        ValueParser::new(Fingerprint::from_str)
    }

    fn shown(&self) -> String {
        Fingerprint::join(self, ", ")
    }
}

impl Kind for Vec<Profile> {
    const NAME: &'static str = "PROFILE";
    const EXAMPLE: &'static str = "\"munich,vienna\"";

    fn read(text: &str) -> Result<Vec<Profile>, ValueError> {
        let names = text.split(',').map(str::trim);
        let profiles: Result<_, ProfileError> = names.map(str::parse).collect();
        Ok(profiles?)
    }

    // As an option it may be given several times, each with one.
    fn parser() -> ValueParser {
        ValueParser::new(Profile::from_str)
    }

    fn shown(&self) -> String {
        let names: Vec<String> = self.iter().map(ToString::to_string).collect();
        names.join(", ")
    }
}
