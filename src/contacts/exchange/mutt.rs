//! Aliases of mutt: `alias [-group NAME]… NICK Name <address>[, …]`. A line may go on after a
//! backslash at its end.

use super::intake::{Intake, Reason};
use super::list;

pub(super) fn looks_like_it(first: &str) -> bool {
    // A tab may stand behind the name of a spreadsheet's column.
    first.starts_with("alias ")
}

/// Whether the line is an alias of an address.
pub(super) fn names_address(line: &str) -> bool {
    command(line).is_some_and(|rest| after_word(rest).contains('@'))
}

/// What stands behind the word `alias`.
fn command(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("alias")?;
    rest.starts_with([' ', '\t']).then(|| rest.trim())
}

pub(super) fn read(text: &str, intake: &mut Intake<'_>) {
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let mut whole = line.to_string();
        while whole.ends_with('\\') {
            whole.pop();
            let Some((_, next)) = lines.next() else { break };
            whole.push_str(next);
        }
        let word = whole.trim();
        if word.is_empty() || word.starts_with('#') {
            continue;
        }
        match command(word) {
            Some(rest) => alias(index + 1, word, rest, intake),
            None => intake.refuse(index + 1, word, Reason::NotAlias),
        }
    }
}

fn alias(number: usize, line: &str, rest: &str, intake: &mut Intake<'_>) {
    let mut rest = rest;
    // Groups of mutt are for its patterns: people put everybody they write to into them.
    while let Some(behind) = rest.strip_prefix("-group") {
        rest = after_word(behind.trim_start());
    }
    let addresses = after_word(rest);
    if addresses.is_empty() {
        return intake.refuse(number, line, Reason::NotAlias);
    }
    if !addresses.contains('@') {
        // A domain that is added to it would make it somebody else.
        let nickname = crate::presence::clean(addresses);
        return intake.refuse(number, line, Reason::Nickname(nickname));
    }
    list::read_line(number, addresses, intake);
}

fn after_word(text: &str) -> &str {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    text[end..].trim_start()
}
