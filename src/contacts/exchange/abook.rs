//! The address book of abook: sections `[0]`, `[1]`, … of lines `key=value`.

use super::intake::{Entry, Intake, Reason, first_group};

pub(super) fn looks_like_it(first: &str) -> bool {
    matches!(section(first), Some(Section::Format | Section::Entry))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    /// What the file is.
    Format,
    /// A person.
    Entry,
}

fn section(line: &str) -> Option<Section> {
    match line.trim().strip_prefix('[')?.strip_suffix(']')? {
        "format" => Some(Section::Format),
        number if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(Section::Entry)
        }
        _ => None,
    }
}

pub(super) fn read(text: &str, intake: &mut Intake<'_>) {
    let mut entry: Option<Entry> = None;
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(section) = section(line) {
            entry
                .take()
                .into_iter()
                .for_each(|entry| intake.take(entry));
            entry = (section == Section::Entry).then(|| Entry {
                line: number,
                text: line.into(),
                ..Entry::default()
            });
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            intake.refuse(number, line, Reason::NotField);
            continue;
        };
        // Of the section that says what the file is nothing is needed.
        let Some(entry) = &mut entry else { continue };
        match key.trim() {
            "name" => {
                entry.name = value.into();
                entry.text = line.into();
            }
            "email" => {
                let addresses = value.split(',').map(str::trim);
                let addresses = addresses.filter(|address| !address.is_empty());
                let addresses = addresses.map(|address| (number, address.to_string()));
                entry.addresses.extend(addresses);
            }
            "workphone" => entry.number = value.into(),
            "phone" if entry.number.is_empty() => entry.number = value.into(),
            "mobile" => entry.mobile = value.into(),
            "notes" => entry.note = value.into(),
            "groups" => entry.group = first_group(value.split(',')).into(),
            _ => {}
        }
    }
    entry.into_iter().for_each(|entry| intake.take(entry));
}
