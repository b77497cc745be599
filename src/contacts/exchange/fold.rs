//! Long lines that go over several, as in vCard (RFC 6350 section 3.2) and LDIF (RFC 2849).

/// A line as it was before it was folded.
pub(super) struct Line {
    /// Where it begins, from 1.
    pub number: usize,
    /// Without the line end.
    pub text: String,
}

/// Puts folded lines together: one that begins with any of `signs` goes on with the line before.
pub(super) fn unfold(text: &str, signs: &[char]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (index, physical) in text.lines().enumerate() {
        match (physical.strip_prefix(signs), lines.last_mut()) {
            (Some(rest), Some(line)) => line.text.push_str(rest),
            _ => lines.push(Line {
                number: index + 1,
                text: physical.into(),
            }),
        }
    }
    lines
}

/// Writes a line, folded so that none is longer than `width` bytes; characters stay whole.
pub(super) fn fold(out: &mut String, line: &str, width: usize, line_end: &str) {
    let mut used = 0;
    for character in line.chars() {
        if used + character.len_utf8() > width {
            out.push_str(line_end);
            out.push(' ');
            used = 1;
        }
        out.push(character);
        used += character.len_utf8();
    }
    out.push_str(line_end);
}
