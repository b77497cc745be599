//! From the bytes of a file to its text.

use std::fmt;

use encoding_rs::WINDOWS_1252;
use thiserror::Error;

/// How the letters of a file are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, or UTF-16 with a byte order mark: the file itself says so.
    #[default]
    Unicode,
    /// Taken for Windows-1252, as programs for Windows write files in Western Europe and America
    /// when nobody asks them for UTF-8. Whoever takes it in should say so: in a file of another
    /// code page the names are wrong.
    Windows1252,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Encoding::Unicode => "Unicode",
            Encoding::Windows1252 => "Windows-1252",
        })
    }
}

/// The text of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// What it says.
    pub text: String,
    /// How that was written.
    pub encoding: Encoding,
}

/// The bytes of a file are not text that can be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// Neither UTF-8, UTF-16 with a byte order mark nor Windows-1252.
    #[error("line {0} is not UTF-8: save the file as UTF-8 (in Excel: \"CSV UTF-8\")")]
    NotUtf8(usize),
    /// The byte order mark is that of UTF-16, the bytes are not.
    #[error("the file begins like UTF-16 but is not: save it as UTF-8")]
    NotUtf16,
}

/// The text of a file: UTF-8, UTF-16 with a byte order mark, or else Windows-1252 where all bytes
/// are letters and signs in that.
///
/// # Errors
/// [`DecodeError`] where the bytes are none of these.
pub fn decode(bytes: &[u8]) -> Result<Decoded, DecodeError> {
    let utf16 = |unit: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes[2..].as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        match String::from_utf16(&units) {
            Ok(text) if rest.is_empty() => Ok(text),
            _ => Err(DecodeError::NotUtf16),
        }
    };
    let unicode = |text| Decoded {
        text,
        encoding: Encoding::Unicode,
    };
    match bytes {
        [0xff, 0xfe, ..] => utf16(u16::from_le_bytes).map(unicode),
        [0xfe, 0xff, ..] => utf16(u16::from_be_bytes).map(unicode),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(unicode(text.into())),
            Err(_) if bytes.iter().all(|byte| is_windows_1252(*byte)) => Ok(Decoded {
                text: WINDOWS_1252.decode_without_bom_handling(bytes).0.into(),
                encoding: Encoding::Windows1252,
            }),
            Err(error) => {
                let valid = &bytes[..error.valid_up_to()];
                let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
                Err(DecodeError::NotUtf8(line))
            }
        },
    }
}

/// Whether the byte is a letter, a sign or white space in Windows-1252; the others show that a file
/// is something else.
fn is_windows_1252(byte: u8) -> bool {
    match byte {
        b'\t' | b'\n' | b'\r' | 0x0c => true,
        0x81 | 0x8d | 0x8f | 0x90 | 0x9d => false,
        byte => !byte.is_ascii_control(),
    }
}
