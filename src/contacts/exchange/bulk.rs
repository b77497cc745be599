//! The bulk export of contact lists that an administrator makes of the service: `User ID,User
//! Domain,Contact ID,Contact Domain,Nickname,Group Name[,State]`, with or without that header.

use ::csv::StringRecord;

use super::intake::{Entry, Intake, Reason};

/// How many owners are named in a refusal.
const NAMED: usize = 5;

/// The places of the columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns {
    owner: usize,
    owner_domain: usize,
    contact: usize,
    contact_domain: usize,
    nickname: Option<usize>,
    group: Option<usize>,
}

impl Columns {
    /// The columns by the header; `None` where this is no header of a bulk export.
    pub fn of_header(cells: &StringRecord) -> Option<Columns> {
        let place = |wanted: &str| {
            let letters = |cell: &str| {
                let letters = cell.chars().filter(|letter| letter.is_alphanumeric());
                letters
                    .flat_map(char::to_lowercase)
                    .take(40)
                    .collect::<String>()
            };
            cells.iter().position(|cell| letters(cell) == wanted)
        };
        Some(Columns {
            owner: place("userid")?,
            owner_domain: place("userdomain")?,
            contact: place("contactid")?,
            contact_domain: place("contactdomain")?,
            nickname: place("nickname"),
            group: place("groupname"),
        })
    }

    /// The columns in the order of the export, where a record without a header can be one of it.
    pub fn of_record(cells: &StringRecord) -> Option<Columns> {
        let cell = |place: usize| cells.get(place).unwrap_or_default().trim();
        let is_domain = |text: &str| {
            let may_stand = |letter: char| letter.is_alphanumeric() || ".-_".contains(letter);
            !text.is_empty() && text.chars().all(may_stand)
        };
        let fits = matches!(cells.len(), 6 | 7)
            && !cell(0).is_empty()
            && !cell(2).is_empty()
            && is_domain(cell(1))
            && is_domain(cell(3))
            && (cell(1).contains('.') || cell(3).contains('.'));
        fits.then_some(Columns {
            owner: 0,
            owner_domain: 1,
            contact: 2,
            contact_domain: 3,
            nickname: Some(4),
            group: Some(5),
        })
    }
}

/// Takes the list of the owner.
pub(super) fn read<'t>(
    records: &[(usize, StringRecord)],
    columns: Columns,
    line_text: impl Fn(usize) -> &'t str,
    owner: Option<&str>,
    intake: &mut Intake<'_>,
) {
    let cell = |record: &'_ StringRecord, place: usize| {
        record.get(place).unwrap_or_default().trim().to_string()
    };
    let owner_of = |record: &StringRecord| {
        let (user, domain) = (
            cell(record, columns.owner),
            cell(record, columns.owner_domain),
        );
        joined(user, domain).to_lowercase()
    };
    let mut owners: Vec<String> = records.iter().map(|(_, record)| owner_of(record)).collect();
    owners.sort();
    owners.dedup();
    let wanted = owner.map(str::to_lowercase);
    let is_wanted = |found: &str| match &wanted {
        Some(wanted) => {
            found == wanted
                || found
                    .rsplit_once('@')
                    .is_some_and(|(user, _)| user == wanted)
        }
        None => true,
    };
    let chosen = owners.iter().filter(|found| is_wanted(found)).count();
    let Some((line, _)) = records.first() else {
        return;
    };
    match (owner, chosen) {
        (Some(owner), 0) => {
            let reason = Reason::NoOwner {
                owner: crate::presence::clean(owner),
                others: listed(&owners),
            };
            return intake.refuse(*line, line_text(*line), reason);
        }
        (_, 2..) => {
            owners.retain(|found| is_wanted(found));
            return intake.refuse(*line, line_text(*line), Reason::Owners(listed(&owners)));
        }
        _ => {}
    }
    for (line, record) in records {
        if !is_wanted(&owner_of(record)) {
            continue;
        }
        let (user, domain) = (
            cell(record, columns.contact),
            cell(record, columns.contact_domain),
        );
        let word = |place: Option<usize>| place.map_or(String::new(), |place| cell(record, place));
        let addresses = (!user.is_empty()).then(|| (*line, joined(user, domain)));
        intake.take(Entry {
            line: *line,
            text: line_text(*line).into(),
            addresses: addresses.into_iter().collect(),
            name: word(columns.nickname),
            group: word(columns.group),
            ..Entry::default()
        });
    }
}

fn joined(user: String, domain: String) -> String {
    if domain.is_empty() {
        user
    } else {
        format!("{user}@{domain}")
    }
}

fn listed(owners: &[String]) -> String {
    let named = owners
        .iter()
        .take(NAMED)
        .map(|owner| crate::presence::clean(owner));
    let named = named.collect::<Vec<_>>().join(", ");
    match owners.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}
