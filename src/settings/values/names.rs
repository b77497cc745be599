//! Values that are known by a name.

use tracing::level_filters::LevelFilter;

use super::Kind;
use crate::board::{Order, View};
use crate::directory::Scheme;
use crate::feed::Delivery;
use crate::presence::IconSet;
use crate::pws::SoapVersion;
use crate::settings::mistake::ValueError;
use crate::tui::{Hours, ThemeName};

/// How much is written into the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogLevel(pub LevelFilter);

impl LogLevel {
    /// Requests, trouble and what became of it.
    pub const INFO: LogLevel = LogLevel(LevelFilter::INFO);
}

/// Kinds of which each value has a name.
macro_rules! named {
    ($($kind:ty, $name:literal, $example:literal;)*) => {$(
        impl Kind for $kind {
            const NAME: &'static str = $name;
            const EXAMPLE: &'static str = $example;
            const NAMES: &'static [&'static str] = &{
                let mut names = [""; <$kind>::ALL.len()];
                let mut at = 0;
                while at < names.len() {
                    names[at] = <$kind>::ALL[at].name();
                    at += 1;
                }
                names
            };

            fn read(text: &str) -> Result<$kind, ValueError> {
                let mut all = <$kind>::ALL.into_iter();
                all.find(|value| text.eq_ignore_ascii_case(value.name()))
                    .ok_or_else(|| ValueError::Name {
                        text: text.into(),
                        names: Self::NAMES,
                    })
            }

            fn shown(&self) -> String {
                self.name().into()
            }
        }
    )*};
}

named! {
    Delivery, "MODE", "\"auto\"";
    IconSet, "ICONS", "\"unicode\"";
    Order, "ORDER", "\"name\"";
    Scheme, "SCHEME", "\"user\"";
    SoapVersion, "VERSION", "1.1";
    View, "VIEW", "\"tiles\"";
}

impl Kind for Hours {
    const NAME: &'static str = "HOURS";
    const EXAMPLE: &'static str = "\"20:00-06:00\"";

    fn read(text: &str) -> Result<Hours, ValueError> {
        Ok(text.parse()?)
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Kind for LogLevel {
    const NAME: &'static str = "LEVEL";
    const EXAMPLE: &'static str = "\"info\"";
    const NAMES: &'static [&'static str] = &["off", "error", "warn", "info", "debug", "trace"];

    fn read(text: &str) -> Result<LogLevel, ValueError> {
        text.parse().map(LogLevel).map_err(|_| ValueError::Name {
            text: text.into(),
            names: Self::NAMES,
        })
    }

    fn shown(&self) -> String {
        self.0.to_string()
    }
}

impl Kind for ThemeName {
    const NAME: &'static str = "NAME";
    const EXAMPLE: &'static str = "\"auto\"";

    fn read(text: &str) -> Result<ThemeName, ValueError> {
        Ok(text.parse()?)
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}
