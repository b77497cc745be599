//! Those whom the directory has found, below the name that is typed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::fit::{cells, padded, wrap};
use super::look::Look;
use super::page::Page;
use super::screen::{Target, Targets};
use super::state::sign;
use crate::board::{Lookup, Person, Place, Progress};

/// Cells for the cursor and the mark.
const MARK: usize = 5;
/// Cells between two columns.
const GAP: usize = 2;
/// The most cells of a name, a number, a department and an address.
const WIDEST: [usize; 4] = [28, 20, 20, 48];

/// The lines that they take where there is room: one each, and one for how far the search is.
pub fn height(lookup: &Lookup) -> u16 {
    lookup.people.len() as u16 + 1
}

/// Draws them; each can be pointed at.
pub fn draw(buffer: &mut Buffer, area: Rect, lookup: &Lookup, look: &Look, targets: &mut Targets) {
    let (words, style) = match &lookup.progress {
        Progress::Idle | Progress::NoDirectory => return,
        Progress::Searching => ("Searching the directory…".into(), look.theme.notice()),
        Progress::Checking => ("Asking the presence server…".into(), look.theme.notice()),
        Progress::SignInWanted(problem) => {
            let words = format!("{}. {} Enter signs in.", problem.what, problem.advice);
            (words, look.theme.trouble())
        }
        Progress::Failed(problem) => {
            let words = format!("{}. {}", problem.what, problem.advice);
            (words, look.theme.trouble())
        }
        Progress::Found(Some(advice)) => (advice.clone(), look.theme.notice()),
        Progress::Found(None) => (found(lookup.people.len()), look.theme.dim()),
    };
    let mut below = Page::new(area.width, look);
    for line in wrap(&words, usize::from(area.width).max(1)) {
        below.line(Line::styled(line, style));
    }
    let people = &lookup.people;
    // On the lowest screen somebody to pick is worth more than how many there are.
    let room = usize::from(area.height.saturating_sub(1).max(1));
    // Where not all fit, the one under the cursor stays in sight.
    let skipped = (lookup.cursor.unwrap_or(0) + 1).saturating_sub(room);
    let shown = people.len().saturating_sub(skipped).min(room);
    let texts: Vec<[String; 4]> = people.iter().map(texts).collect();
    let columns = Columns::of(&texts, usize::from(area.width).saturating_sub(MARK));
    let mut page = Page::new(area.width, look);
    for (place, person) in people.iter().enumerate().skip(skipped).take(shown) {
        let here = lookup.cursor == Some(place);
        page.line(columns.line(person, &texts[place], here, look));
        let row = Rect {
            y: area.y + (place - skipped) as u16,
            height: 1,
            ..area
        };
        targets.add(row, Target::Found(place));
    }
    page.draw(buffer, area, 0);
    let rest = Rect {
        y: area.y + shown as u16,
        height: area.height.saturating_sub(shown as u16),
        ..area
    };
    below.draw(buffer, rest, 0);
}

fn found(count: usize) -> String {
    match count {
        0 => "The directory finds nobody".into(),
        count => format!("{count} found"),
    }
}

/// The widths of the columns that fit; nothing for one that does not.
struct Columns([usize; 4]);

impl Columns {
    fn of(rows: &[[String; 4]], room: usize) -> Columns {
        let mut widths = [0; 4];
        let mut left = room;
        for (column, widest) in WIDEST.into_iter().enumerate() {
            let texts = rows.iter().map(|row| cells(&row[column]));
            let wanted = texts.max().unwrap_or(0).min(widest);
            let gap = if column == 0 { 0 } else { GAP };
            if column > 0 && wanted + gap > left {
                break;
            }
            widths[column] = wanted.min(left);
            left = left.saturating_sub(widths[column] + gap);
        }
        Columns(widths)
    }

    fn line<'a>(&self, person: &Person, texts: &[String; 4], here: bool, look: &Look) -> Line<'a> {
        let cursor = if here { sign::cursor(look.icons) } else { " " };
        let mark = match person.place {
            Place::Found => "[ ] ",
            Place::Marked => "[x] ",
            Place::OnBoard(_) => sign::there(look.icons),
        };
        let mut words = String::new();
        for (text, &width) in texts.iter().zip(&self.0) {
            if width > 0 {
                words.push_str(&padded(text, width));
                words.push_str(&" ".repeat(GAP));
            }
        }
        let style = match person.place {
            Place::OnBoard(_) => look.theme.dim(),
            Place::Found | Place::Marked => look.theme.name(),
        };
        Line::from(vec![
            Span::styled(cursor, look.theme.key()),
            Span::styled(mark, look.theme.key()),
            Span::styled(words.trim_end().to_string(), style),
        ])
    }
}

/// Name, number, department, and the address or why there is none to add.
fn texts(person: &Person) -> [String; 4] {
    let entry = &person.entry;
    let address = match (&person.place, person.addresses.first()) {
        (Place::OnBoard(_), _) => "on the board".into(),
        (_, None) => "no address".into(),
        (_, Some(address)) if person.is_unknown() => format!("{address} is not known"),
        (_, Some(address)) => address.to_string(),
    };
    [
        entry.name.clone(),
        entry.number.clone().unwrap_or_default(),
        entry.department.clone().unwrap_or_default(),
        address,
    ]
}
