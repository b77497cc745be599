use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The text of an XML answer, whatever its bytes are said to be.
///
/// The bytes are believed before the declaration: a byte order mark, else valid UTF-8, else what
/// `charset` (of the content type) or the XML declaration says. Where the bytes are neither valid
/// UTF-8 nor declared as anything but that or Latin-1, only the bytes that are wrong are read as
/// Windows-1252, so that one document in the wrong encoding spoils no other. Characters that XML
/// forbids are left out, for one of them would make everything unreadable.
pub fn decode<'a>(bytes: &'a [u8], charset: Option<&str>) -> Cow<'a, str> {
    without_forbidden(decode_all(bytes, charset))
}

fn decode_all<'a>(bytes: &'a [u8], charset: Option<&str>) -> Cow<'a, str> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        if encoding != UTF_8 {
            return encoding.decode_without_bom_handling(&bytes[mark..]).0;
        }
        return decode_utf_8(&bytes[mark..], charset);
    }
    match bytes {
        [b'<', 0, ..] => UTF_16LE.decode_without_bom_handling(bytes).0,
        [0, b'<', ..] => UTF_16BE.decode_without_bom_handling(bytes).0,
        _ => decode_utf_8(bytes, charset),
    }
}

fn decode_utf_8<'a>(bytes: &'a [u8], charset: Option<&str>) -> Cow<'a, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.into();
    }
    let declared = charset.map(str::as_bytes).or_else(|| declared(bytes));
    match declared.and_then(Encoding::for_label) {
        // Bytes that begin with '<' and no zero are not UTF-16, whatever is declared.
        Some(encoding) if ![UTF_8, WINDOWS_1252, UTF_16LE, UTF_16BE].contains(&encoding) => {
            encoding.decode_without_bom_handling(bytes).0
        }
        _ => mend(bytes).into(),
    }
}

/// The encoding that an XML declaration names.
fn declared(bytes: &[u8]) -> Option<&[u8]> {
    let head = bytes.trim_ascii_start();
    if !head.starts_with(b"<?xml") {
        return None;
    }
    let end = head.iter().take(256).position(|&byte| byte == b'>')?;
    let head = &head[..end];
    let name = b"encoding";
    let at = head.windows(name.len()).position(|part| part == name)? + name.len();
    let mut quoted = head[at..].split(|byte| matches!(byte, b'"' | b'\''));
    quoted.nth(1)
}

fn mend(bytes: &[u8]) -> String {
    let parts = || {
        bytes.utf8_chunks().flat_map(|chunk| {
            let invalid = WINDOWS_1252.decode_without_bom_handling(chunk.invalid());
            [Cow::Borrowed(chunk.valid()), invalid.0]
        })
    };
    // Counted first: a text that grows while it is written takes three times its length.
    let mut text = String::with_capacity(parts().map(|part| part.len()).sum());
    parts().for_each(|part| text.push_str(&part));
    text
}

/// Whether a character may stand in XML 1.0 (section 2.2).
pub(super) fn is_allowed(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

fn without_forbidden(text: Cow<'_, str>) -> Cow<'_, str> {
    // By byte and without a branch, for that is much faster than by character; 0xef begins the
    // last two of those that are forbidden.
    let is_suspect =
        |&byte: &u8| (byte < 0x20) & !matches!(byte, b'\t' | b'\n' | b'\r') | (byte == 0xef);
    let any = |part: &[u8]| part.iter().fold(false, |any, byte| any | is_suspect(byte));
    if !text.as_bytes().chunks(256).any(any) {
        return text;
    }
    text.chars()
        .filter(|&c| is_allowed(c))
        .collect::<String>()
        .into()
}
