//! Spreadsheets: RFC 4180, and what Excel, Outlook, Google and Thunderbird make of it.

use ::csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};

use super::bulk;
use super::columns::{Column, column};
use super::intake::{Entry, Intake, Kind, Reason, first_group};
use crate::contacts::{Contact, Fact};

/// After so many quotes that are not closed the text is not a spreadsheet, and going on could take
/// for ever.
const PATIENCE: usize = 16;

/// What spreadsheets take for the beginning of a formula, also in full width.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Stands behind the text to be read. Where it does not come out as a record of its own, a quote
/// is still open.
const SENTINEL: &str = "\0";

/// Whether a text whose first line this is looks like a spreadsheet of contacts.
pub(super) fn looks_like_it(first: &str) -> bool {
    if separator_line(first).is_some() {
        return true;
    }
    let (records, _) = records(first, delimiter(first));
    let Some((_, cells)) = records.first() else {
        return false;
    };
    let addresses = cells.iter().filter(|cell| cell.contains('@')).count();
    if bulk::Columns::of_header(cells).is_some() || bulk::Columns::of_record(cells).is_some() {
        return true;
    }
    let beside_address = addresses == 1 && cells.len() > 1 && !first.contains(['<', '[']);
    beside_address || header(cells).is_some()
}

pub(super) fn read(text: &str, owner: Option<&str>, intake: &mut Intake<'_>) {
    let lines: Vec<&str> = text.split('\n').collect();
    let first = lines.iter().find(|line| !line.trim().is_empty());
    let first = first.copied().unwrap_or_default();
    let delimiter = separator_line(first).unwrap_or_else(|| delimiter(first));
    let rows = rows(text, &lines, delimiter, intake);
    if let Some((_, first)) = rows.first() {
        let by_header = bulk::Columns::of_header(first).map(|columns| (columns, &rows[1..]));
        let by_place = || bulk::Columns::of_record(first).map(|columns| (columns, &rows[..]));
        if let Some((columns, records)) = by_header.or_else(by_place) {
            return bulk::read(records, columns, |line| lines[line - 1], owner, intake);
        }
    }
    let address_in = |cells: &StringRecord| cells.iter().position(|cell| cell.contains('@'));
    let usual = rows.iter().find_map(|(_, cells)| address_in(cells));
    let usual = usual.unwrap_or_default();
    let mut columns = None;
    for (line, record) in &rows {
        let line = *line;
        let row = lines[line - 1];
        if separator_line(row).is_some() || record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if columns.is_none()
            && let Some(found) = header(record)
        {
            leave_out_unused(record, &found, &rows, intake);
            columns = Some(found);
            continue;
        }
        let mut entry = match columns.get_or_insert_default().as_slice() {
            [] => by_place(line, record, usual),
            columns => by_column(line, record, columns),
        };
        entry.line = line;
        entry.text = row.into();
        intake.take(entry);
    }
}

/// Excel's own first line, `sep=;`.
fn separator_line(line: &str) -> Option<u8> {
    match line
        .trim_end_matches('"')
        .trim_start_matches('"')
        .as_bytes()
    {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', byte] => Some(*byte),
        _ => None,
    }
}

/// What stands between the columns: what is there most often outside of quotes.
fn delimiter(line: &str) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0)];
    for byte in line.bytes() {
        quoted ^= byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(known, _)| *known == byte) {
            *count += usize::from(!quoted);
        }
    }
    // Of equals max_by_key takes the last, and the comma shall win.
    let most = counts.iter().rev().max_by_key(|(_, count)| *count);
    most.map_or(b',', |(byte, _)| *byte)
}

/// What the columns hold, where the record is a header: it names some and holds no address.
fn header(cells: &StringRecord) -> Option<Vec<Option<Column>>> {
    let columns: Vec<_> = cells.iter().map(column).collect();
    let named = columns.iter().any(Option::is_some);
    (named && !cells.iter().any(|cell| cell.contains('@'))).then_some(columns)
}

/// Says which columns nothing is taken of. Where no column is known to hold addresses, one that
/// does is used.
fn leave_out_unused(
    names: &StringRecord,
    columns: &[Option<Column>],
    rows: &[(usize, StringRecord)],
    intake: &mut Intake<'_>,
) {
    let is_address = |column: &Option<Column>| matches!(column, Some(Column::Address(_)));
    let has_address = columns.iter().any(is_address);
    for (place, name) in names.iter().enumerate() {
        let holds_addresses = || {
            let mut cells = rows.iter().filter_map(|(_, row)| row.get(place));
            cells.any(|cell| cell.contains('@'))
        };
        if columns[place].is_none() && (has_address || !holds_addresses()) {
            intake.leave_out(name);
        }
    }
}

/// All records with their lines. A record whose quote is not closed is refused by its first line
/// alone: those after it would be swallowed else.
fn rows(
    text: &str,
    lines: &[&str],
    delimiter: u8,
    intake: &mut Intake<'_>,
) -> Vec<(usize, StringRecord)> {
    let mut rows = Vec::new();
    let (mut rest, mut before) = (text, 0);
    for _ in 0..PATIENCE {
        let (found, unclosed) = records(rest, delimiter);
        let at = |(line, record)| (before + line, record);
        rows.extend(found.into_iter().map(at));
        let Some(line) = unclosed else { return rows };
        intake.refuse(
            before + line,
            lines[before + line - 1],
            Reason::Unclosed('"'),
        );
        let skipped = lines[before..before + line].iter();
        let bytes: usize = skipped.map(|line| line.len() + 1).sum();
        rest = rest.get(bytes..).unwrap_or_default();
        before += line;
    }
    if let Some(line) = lines.get(before).filter(|_| !rest.trim().is_empty()) {
        intake.refuse(before + 1, line, Reason::Quotes);
    }
    rows
}

/// The records with their lines, from 1, up to one whose quote is not closed: of that the line.
fn records(text: &str, delimiter: u8) -> (Vec<(usize, StringRecord)>, Option<usize>) {
    let text = format!("{text}\n{SENTINEL}");
    let reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    // Neither memory nor UTF-8 nor a flexible length can fail.
    let records = reader.into_records().map_while(Result::ok);
    let with_line = |record: StringRecord| {
        let (line, byte) = record
            .position()
            .map_or((1, 0), |at| (at.line() as usize, at.byte() as usize));
        // The reader stands before empty lines, which it then skips.
        let empty = text.as_bytes()[byte..].iter();
        let empty = empty.take_while(|byte| **byte == b'\n').count();
        (line + empty, record)
    };
    let mut records: Vec<_> = records.map(with_line).collect();
    match records.pop() {
        Some((_, last)) if last.len() == 1 && &last[0] == SENTINEL => (records, None),
        Some((line, _)) => (records, Some(line)),
        None => (records, None),
    }
}

fn by_column(line: usize, record: &StringRecord, columns: &[Option<Column>]) -> Entry {
    let cells = || {
        let cells = record.iter().map(without_guard).zip(columns);
        cells.filter(|(cell, _)| !cell.trim().is_empty())
    };
    let first = |wanted: Column| {
        let mut found = cells().filter(|(_, column)| **column == Some(wanted));
        found.next().map_or("", |(cell, _)| cell)
    };
    let address = |(cell, column): (&str, &Option<Column>)| match column {
        Some(Column::Address(source)) => Some((*source, cell.to_string())),
        _ => None,
    };
    let mut addresses: Vec<_> = cells().filter_map(address).collect();
    addresses.sort_by_key(|(source, _)| *source);
    // Google's way to put several into one cell.
    let several = |(_, cell): (Kind, String)| {
        let several = cell.split(":::").map(str::trim);
        let several = several.filter(|cell| !cell.is_empty());
        several
            .map(|cell| (line, cell.to_string()))
            .collect::<Vec<_>>()
    };
    let mut addresses: Vec<_> = addresses.into_iter().flat_map(several).collect();
    let known = columns
        .iter()
        .any(|column| matches!(column, Some(Column::Address(_))));
    if !known {
        // The header calls the addresses something else.
        let any = cells()
            .map(|(cell, _)| cell)
            .find(|cell| cell.contains('@'));
        addresses.extend(any.map(|cell| (line, cell.to_string())));
    }
    let name = match (
        first(Column::Name),
        first(Column::First),
        first(Column::Last),
    ) {
        ("", first, last) => format!("{first} {last}"),
        // `Vorname;Name`: beside a given name it is the family's, unless it is whole.
        (family, given, "") if !family.contains(given) => format!("{given} {family}"),
        (name, ..) => name.into(),
    };
    let has = |wanted: Column| columns.contains(&Some(wanted));
    let group = match first(Column::Group) {
        "" if !has(Column::Group) => match first(Column::Department) {
            "" => {
                let groups = first(Column::Groups).split([';', ',']);
                // Google's way: `Front desk ::: * myContacts`, a star before its own.
                let groups = groups.flat_map(|groups| groups.split(":::"));
                first_group(groups.filter(|group| !group.trim().starts_with('*')))
            }
            department => department,
        },
        group => group,
    };
    let title = if has(Column::JobTitle) {
        Column::JobTitle
    } else {
        Column::Title
    };
    let (labelled, mobile) = labelled_numbers(record, columns);
    let or = |cell: &str, other: &str| if cell.is_empty() { other } else { cell }.to_string();
    Entry {
        addresses,
        name,
        group: group.into(),
        number: or(first(Column::Number), labelled),
        mobile: or(first(Column::Mobile), mobile),
        department: first(Column::Department).into(),
        title: first(title).into(),
        also: first(Column::Also).into(),
        note: first(Column::Note).into(),
        ring: first(Column::Ring).into(),
        pinned: matches!(
            first(Column::Pinned).trim().to_lowercase().as_str(),
            "yes" | "true" | "1" | "x"
        ),
        ..Entry::default()
    }
}

/// The number and the mobile number among columns that say themselves what they hold, as Google's
/// do: `Phone 1 - Label`, `Phone 1 - Value`.
fn labelled_numbers<'r>(
    record: &'r StringRecord,
    columns: &[Option<Column>],
) -> (&'r str, &'r str) {
    let (mut number, mut mobile) = ("", "");
    let cells: Vec<&str> = record.iter().collect();
    for (pair, cells) in columns.windows(2).zip(cells.windows(2)) {
        let [Some(Column::PhoneKind), Some(Column::PhoneValue)] = pair else {
            continue;
        };
        let kind = cells[0].to_lowercase();
        let value = cells[1].split(":::").next().unwrap_or_default().trim();
        let place = if kind.contains("mobil") || kind.contains("cell") {
            &mut mobile
        } else if kind.contains("fax") || kind.contains("pager") {
            continue;
        } else {
            &mut number
        };
        if place.is_empty() {
            *place = without_guard(value);
        }
    }
    (number, mobile)
}

/// Without a header: the addresses are the cells that look like one, else the cell at the place
/// where other records have theirs; cells that look like numbers are the number and the mobile one.
/// Of the others the first is the name and the second the group.
fn by_place(line: usize, record: &StringRecord, usual: usize) -> Entry {
    let cells: Vec<&str> = record.iter().map(without_guard).collect();
    let no_address = !cells.iter().any(|cell| cell.contains('@'));
    let usual = usual.min(cells.len() - 1);
    let mut entry = Entry::default();
    let (mut numbers, mut words) = (Vec::new(), Vec::new());
    for (place, cell) in cells.into_iter().enumerate() {
        if cell.contains('@') || (no_address && place == usual) {
            let address = Some((line, cell.to_string()));
            let address = address.filter(|(_, cell)| !cell.trim().is_empty());
            entry.addresses.extend(address);
        } else if is_number(cell) {
            numbers.push(cell.to_string());
        } else {
            words.push(cell.to_string());
        }
    }
    let (mut numbers, mut words) = (numbers.into_iter(), words.into_iter());
    entry.name = words.next().unwrap_or_default();
    entry.group = words.next().unwrap_or_default();
    entry.number = numbers.next().unwrap_or_default();
    entry.mobile = numbers.next().unwrap_or_default();
    entry
}

/// Whether a cell can only be a telephone number: three digits at least, and nothing else but what
/// stands between them.
fn is_number(cell: &str) -> bool {
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    let fits = |character: char| character.is_ascii_digit() || "+-/.() ".contains(character);
    digits >= 3 && cell.trim().chars().all(fits)
}

pub(super) fn write(contacts: &[Contact]) -> String {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    // Columns that nobody fills are left out, but for those that a reader expects.
    let is_filled = |fact: &Fact| {
        let mut facts = contacts.iter().map(|contact| contact.fact(*fact));
        matches!(fact, Fact::Name | Fact::Group) || facts.any(|text| text.is_some())
    };
    let facts: Vec<Fact> = Fact::ALL.into_iter().filter(is_filled).collect();
    let pins = contacts.iter().any(|contact| contact.pinned);
    let mut row = |address: &str, facts: Vec<&str>, pinned: &str| {
        let cells = [address].into_iter().chain(facts);
        let cells = cells.chain(pins.then_some(pinned)).map(guarded);
        let written = writer.write_record(cells);
        written.expect("memory takes everything and all rows have as many cells");
    };
    let header = facts.iter().map(|fact| fact.key()).collect();
    row("address", header, "pinned");
    for contact in contacts {
        let words = |fact: &Fact| contact.fact(*fact).unwrap_or_default();
        let pinned = if contact.pinned { "yes" } else { "" };
        let address = contact.address.as_str();
        row(address, facts.iter().map(words).collect(), pinned);
    }
    let bytes = writer.into_inner().expect("memory takes everything");
    String::from_utf8(bytes).expect("it was made of texts")
}

/// An apostrophe keeps a spreadsheet from running a cell as a formula.
fn guarded(cell: &str) -> String {
    if cell.trim_start().starts_with(FORMULA) || cell.starts_with('\'') {
        format!("'{cell}")
    } else {
        cell.into()
    }
}

fn without_guard(cell: &str) -> &str {
    let guarded = |rest: &&str| rest.trim_start().starts_with(FORMULA) || rest.starts_with('\'');
    cell.strip_prefix('\'').filter(guarded).unwrap_or(cell)
}
