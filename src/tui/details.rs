//! Everything that is known of one contact.

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::look::{Look, Scene};
use super::page::Page;
use super::pane::frame;
use super::state::{Shown, at_or_on, clock, lower_first, moment};
use crate::board::{Action, Entry, Since, Standing, Trouble, age};
use crate::contacts::Fact;
use crate::link::Outcome;
use crate::operator::{DeskWatch, OperatorNote, Repeat, Watched};
use crate::presence::{Availability, Device, IconSet, Presence, UserInput, Why};

/// Draws the details of the contact under the cursor.
pub fn draw(buffer: &mut Buffer, area: Rect, scene: Scene<'_>, scroll: usize) -> usize {
    let Scene { board, look, now } = scene;
    let Some(entry) = board.selected() else {
        return 0;
    };
    let inside = frame(buffer, area, entry.name(), look);
    let mut page = Page::new(inside.width, look);
    let shown = Shown::of(entry, scene);
    page.line(vec![
        Span::styled(
            format!("{}{} ", shown.glyph, shown.second_glyph),
            shown.style,
        ),
        Span::styled(shown.label.to_string(), shown.style),
    ]);
    if let Some(note) = &entry.operator_note {
        page.labelled("Desk note", 11, look.theme.notice(), &note.text);
        page.fact("", &origin(note, look, now));
    }
    if let Some(deputy) = board.deputy_of(entry) {
        let state = Shown::of(deputy, scene);
        let keys = look.keys.of(Action::Deputy);
        let key = keys
            .first()
            .map_or(String::new(), |key| format!(" ({key} goes there)"));
        let words = format!("{}: {}{key}", deputy.name(), lower_first(&state.label));
        page.labelled("Deputy", 11, look.theme.dim(), &words);
    }
    page.fact("Address", entry.contact.address.as_str());
    let account = board.account_of(entry);
    if let Some(profile) = account.profile() {
        let server = &account.link().server;
        page.fact("Profile", &format!("{profile}, at {server}"));
    }
    for (what, fact) in [
        ("Group", Fact::Group),
        ("Title", Fact::Title),
        ("Department", Fact::Department),
        ("Number", Fact::Number),
        ("Mobile", Fact::Mobile),
        ("My note", Fact::Note),
        ("Ring", Fact::Ring),
    ] {
        if let Some(words) = entry.contact.fact(fact) {
            page.fact(what, words);
        }
    }
    if let Some(watch) = board.watch_on(entry) {
        page.fact("Watch", &watched(watch, look, now));
    }
    for report in entry.reports() {
        let address = report.address.as_str();
        let words = match &report.outcome {
            Outcome::Answered(presence) => presence.label().to_string(),
            Outcome::NotAnswered => "not answered".into(),
            Outcome::Refused(_) => "refused".into(),
            Outcome::Unreadable(_) => "cannot be read".into(),
        };
        page.fact("At", &format!("{address}: {words}"));
    }
    if let Some(known) = entry.known() {
        page.fact("Since", &since(known.since, look, now));
    }
    if let Some(presence) = entry.presence() {
        add_presence(&mut page, presence, look, now);
    }
    if let Some(asked_at) = entry.asked_at() {
        let ago = age::seconds(asked_at, now);
        let answered = format!("{}, {ago} ago", moment(asked_at, now, &look.zone));
        page.fact("Answered", &answered);
    }
    let after = board.freshness(now).confirmed_after(entry);
    if let Some(words) = trouble(entry, after) {
        page.fact("Trouble", &words);
    }
    page.line(timeline(entry, after, page.width(), look, now));
    page.draw(buffer, inside, scroll)
}

/// How a watch rings, and who set it when.
fn watched(watch: &DeskWatch, look: &Look, now: Timestamp) -> String {
    let when = match (&watch.whom, watch.repeat) {
        (Watched::Group(_), _) => "rings for the first of the group",
        (Watched::Contact(_), Repeat::Once) => "rings once",
        (Watched::Contact(_), Repeat::Always) => "rings each time",
    };
    let at = moment(watch.at, now, &look.zone);
    match watch.by.as_str() {
        "" => format!("{when}; set {at}"),
        by => format!("{when}; set by {by} {at}"),
    }
}

/// Who wrote a note and when, and when it goes.
fn origin(note: &OperatorNote, look: &Look, now: Timestamp) -> String {
    let at = moment(note.at, now, &look.zone);
    let by = match note.by.as_str() {
        "" => at,
        by => format!("by {by} {at}"),
    };
    match note.until {
        Some(until) => format!("{by}; goes {}", at_or_on(until, now, &look.zone)),
        None => by,
    }
}

fn since(since: Since, look: &Look, now: Timestamp) -> String {
    let at = clock(since.at(), &look.zone);
    let lasting = age::short(since.at(), now);
    match since {
        Since::Stated(_) => format!("{at} ({lasting}), as the document says"),
        Since::Seen(_) => format!("{at} ({lasting}), seen by this board"),
        Since::AtLeast(_) => {
            format!("{at} or earlier ({lasting}): the board has looked on since then")
        }
    }
}

fn add_presence(page: &mut Page<'_>, presence: &Presence, look: &Look, now: Timestamp) {
    let doing: Vec<&str> = presence
        .activities
        .iter()
        .map(|activity| activity.details())
        .collect();
    let is_label = presence.activities.len() == 1 && doing.first() == Some(&presence.label());
    if !doing.is_empty() && !is_label {
        page.fact("Doing", &doing.join(", "));
    }
    if let Some(until) = presence.until {
        page.fact("Until", &clock(until, &look.zone));
    }
    if let Some(note) = &presence.note {
        page.fact("Note", note);
    }
    if presence.idle {
        let idle = presence
            .idle_since
            .map(|at| format!("since {} ({})", clock(at, &look.zone), age::short(at, now)));
        page.fact("Idle", &idle.unwrap_or("yes".into()));
    }
    if presence.set_by_hand {
        page.fact("Set", "by hand");
    }
    if let Some(extras) = &presence.extras {
        if let Some(minutes) = extras.time_offset_minutes {
            let there = now + SignedDuration::from_mins(i64::from(minutes));
            let there = clock(there, &jiff::tz::TimeZone::UTC);
            page.fact("Local time", &there);
        }
        for (what, words) in [
            ("Place", extras.place_types.join(", ")),
            ("Place is", extras.place_is.join(", ")),
            ("Mood", extras.moods.join(", ")),
            ("Privacy", extras.privacy.join(", ")),
        ] {
            if !words.is_empty() {
                page.fact(what, &words);
            }
        }
        for (what, words) in [
            ("Sphere", &extras.sphere),
            ("Relation", &extras.relationship),
            ("Class", &extras.service_class),
            ("Phone", &extras.phone_status),
            ("Chat", &extras.im_status),
            ("Picture", &extras.status_icon),
        ] {
            if let Some(words) = words {
                page.fact(what, words);
            }
        }
    }
    for remark in presence.remarks() {
        page.fact("Remark", remark);
    }
    if !presence.devices.is_empty() {
        page.heading("Devices");
    }
    for device in &presence.devices {
        let name = device.id.as_str();
        page.labelled(name, 11, Style::new(), &device_words(device, look, now));
    }
}

fn device_words(device: &Device, look: &Look, now: Timestamp) -> String {
    let open = match device.open {
        Some(true) => "open",
        Some(false) => "closed",
        None => "says nothing of open or closed",
    };
    let mut words = match device.whose() {
        Some(relationship) => format!("{relationship}: {open}"),
        None => open.to_string(),
    };
    let mut also = |more: String| {
        words.push_str("; ");
        words.push_str(&more);
    };
    for activity in &device.activities {
        also(activity.details().to_string());
    }
    if !device.capabilities.is_empty() {
        also(device.capabilities.join(", "));
    }
    if !device.media_types.is_empty() {
        also(format!("takes {}", device.media_types.join(", ")));
    }
    match device.user_input {
        Some(UserInput::Idle(Some(at))) => also(format!("idle {}", age::short(at, now))),
        Some(UserInput::Idle(None)) => also("idle".into()),
        Some(UserInput::Active) => also("in use".into()),
        None => {}
    }
    if let Some(class) = &device.service_class {
        also(class.clone());
    }
    if let Some(contact) = &device.contact {
        let priority = device
            .priority
            .map(|thousandths| f32::from(thousandths) / 1000.0);
        also(match priority {
            Some(priority) => format!("{contact} (priority {priority})"),
            None => contact.clone(),
        });
    }
    if let Some(note) = &device.note {
        also(format!("“{note}”"));
    }
    if let Some(source) = &device.source {
        also(format!("from {source}"));
    }
    if let Some(at) = device.reported {
        also(format!("reported {}", clock(at, &look.zone)));
    }
    words
}

fn trouble(entry: &Entry, confirmed_after: Timestamp) -> Option<String> {
    let standing = entry.standing(confirmed_after);
    // Of a state that is unknown for another reason, the remarks say which.
    let unknown = entry.presence().is_some_and(|presence| {
        presence.availability == Availability::Unknown && presence.why != Why::Unclear
    });
    Some(match (&entry.trouble, standing) {
        (Some(Trouble::Refused(words)), _) => format!("refused: {words}"),
        (Some(Trouble::Unreadable(words)), _) => words.clone(),
        (Some(Trouble::NotAnswered), _) => {
            "the server left this contact out of its last answer".into()
        }
        (None, Standing::Stale) => "the state is old: the server has not confirmed it".into(),
        (None, Standing::Remembered) => "remembered from the last run, not confirmed yet".into(),
        (None, _) if unknown => "the server does not know this address: is it spelt right?".into(),
        _ => return None,
    })
}

/// The states of the day as a bar: each state has its own pattern, so that it reads without
/// colour.
fn timeline<'a>(
    entry: &Entry,
    confirmed_after: Timestamp,
    width: usize,
    look: &Look,
    now: Timestamp,
) -> Line<'a> {
    let known_until = match entry.standing(confirmed_after) {
        Standing::Fresh => now,
        _ => entry.asked_at().unwrap_or(now),
    };
    let midnight = now
        .to_zoned_datetime(look.zone.clone())
        .start_of_day()
        .map_or(now, |day| day.timestamp());
    let first = entry
        .timeline
        .changes()
        .first()
        .map_or(now, |change| change.0);
    let start = midnight.max(first);
    let begin = clock(start, &look.zone);
    let cells = width.saturating_sub(begin.len() + 5).max(1);
    let mut spans = vec![Span::styled(format!("{begin} "), look.theme.dim())];
    for cell in entry.timeline.cells(start, now, known_until, cells) {
        let (pattern, style) = match cell {
            Some(availability) => (
                pattern(availability, look.icons),
                look.theme.state(availability),
            ),
            None => (" ", look.theme.dim()),
        };
        spans.push(Span::styled(pattern, style));
    }
    spans.push(Span::styled(" now", look.theme.dim()));
    Line::from(spans)
}

fn pattern(availability: Availability, icons: IconSet) -> &'static str {
    let (glyph, letter) = match availability {
        Availability::Available => ("─", "="),
        Availability::Away => ("╌", "a"),
        Availability::Busy => ("╪", "#"),
        Availability::Dnd => ("╳", "X"),
        Availability::Unavailable => (".", "."),
        Availability::Unknown => ("?", "?"),
    };
    if icons == IconSet::Ascii {
        letter
    } else {
        glyph
    }
}
