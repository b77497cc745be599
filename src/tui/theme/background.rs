//! What the terminal's background is: by a variable, or by the terminal's own word, which comes in
//! among the keys.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// How bright the terminal's background is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Background {
    /// As most are.
    #[default]
    Dark,
    /// As paper.
    Light,
}

impl Background {
    /// The question to the terminal (OSC 11). Many answer; no others take harm.
    pub const QUESTION: &'static str = "\x1b]11;?\x1b\\";

    /// The background by `COLORFGBG`, which some terminals set: its last number is the
    /// background's, among the sixteen colours. Dark where it is not set.
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Background {
        let value = variable("COLORFGBG").unwrap_or_default();
        match value.rsplit(';').next() {
            Some("7" | "15") => Background::Light,
            _ => Background::Dark,
        }
    }

    /// Whether the terminal can be asked: a console of the kernel's prints what it does not know.
    pub fn can_be_asked(variable: impl Fn(&str) -> Option<String>) -> bool {
        !matches!(
            variable("TERM").as_deref(),
            None | Some("" | "dumb" | "linux")
        )
    }

    /// The background of an answer such as `rgb:ffff/ffff/ffff`: one to four hexadecimal digits a
    /// channel, perhaps with a fourth for what shines through. `None` where it is no such answer.
    fn of_answer(text: &str) -> Option<Background> {
        let channels = text.strip_prefix("rgb:").or(text.strip_prefix("rgba:"))?;
        let channel = |digits: &str| {
            let most = 16_u32
                .checked_pow(u32::try_from(digits.len()).ok()?)?
                .checked_sub(1)?;
            let value = u32::from_str_radix(digits, 16).ok()?;
            (most > 0).then(|| f64::from(value) / f64::from(most))
        };
        let mut channels = channels.split('/').map(channel);
        let (red, green, blue) = (channels.next()??, channels.next()??, channels.next()??);
        // As bright as the eye finds them (ITU-R BT.601).
        let brightness = 0.299 * red + 0.587 * green + 0.114 * blue;
        Some(if brightness > 0.5 {
            Background::Light
        } else {
            Background::Dark
        })
    }
}

/// What a key press was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A key.
    Key,
    /// A part of the terminal's answer.
    Part,
    /// The end of the answer.
    Background(Background),
}

/// Picks the terminal's answer to [`Background::QUESTION`] out of the keys: it comes as Alt-], then
/// letter by letter, then Alt-\ or Ctrl-G; at once, in pieces, late, or never.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    begun: Option<String>,
}

/// The longest answer: what is longer is none.
const LONGEST: usize = 32;

impl Answer {
    /// Takes a key press in.
    pub fn hear(&mut self, key: KeyEvent) -> Heard {
        let Some(begun) = &mut self.begun else {
            if key.code == KeyCode::Char(']') && key.modifiers == KeyModifiers::ALT {
                self.begun = Some(String::new());
                return Heard::Part;
            }
            return Heard::Key;
        };
        let ends = matches!(
            (key.code, key.modifiers),
            (KeyCode::Char('\\'), KeyModifiers::ALT) | (KeyCode::Char('g'), KeyModifiers::CONTROL)
        );
        if ends {
            let answer = self.begun.take().unwrap_or_default();
            let background = answer.strip_prefix("11;").and_then(Background::of_answer);
            return background.map_or(Heard::Part, Heard::Background);
        }
        match key.code {
            KeyCode::Char(letter)
                if (key.modifiers - KeyModifiers::SHIFT).is_empty()
                    && begun.len() < LONGEST
                    && (letter.is_ascii_alphanumeric() || ";:/?".contains(letter)) =>
            {
                begun.push(letter);
                // What does not begin so was typed by hand, after an Alt-] that means nothing.
                if "11;rgb".starts_with(begun.as_str()) || begun.starts_with("11;rgb") {
                    Heard::Part
                } else {
                    self.give_up()
                }
            }
            _ => self.give_up(),
        }
    }

    fn give_up(&mut self) -> Heard {
        self.begun = None;
        Heard::Key
    }
}
