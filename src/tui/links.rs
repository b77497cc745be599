//! How the links are: in words, for the header; and the line below it, with those of joined profiles.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::fit::{cells, fit};
use super::look::{Look, Scene};
use crate::board::{Account, age};
use crate::link::{LinkState, Mode};

/// How old what is known of an account's contacts is, in words; and whether that is as it should be.
pub fn freshness(account: &Account, now: Timestamp) -> (String, bool) {
    let heard = account.asked_at().map(|at| age::seconds(at, now));
    match (&account.link().state, heard) {
        (LinkState::Trouble { .. }, Some(heard)) => (format!("stale, {heard} old"), false),
        (LinkState::Trouble { .. }, None) => ("no answer".into(), false),
        (LinkState::Refused { .. }, _) => ("signed out".into(), false),
        (LinkState::SigningIn, None) => ("signing in".into(), true),
        (_, None) if account.entries().is_empty() => (String::new(), true),
        (_, None) => ("asking".into(), true),
        (_, Some(_)) if account.link().mode == Mode::Live => {
            let heard = account.heard_at().and_then(|at| age::live(at, now));
            let words = heard.map_or("live".into(), |heard| format!("live, {heard} ago"));
            (words, true)
        }
        (_, Some(heard)) => (format!("{heard} ago"), true),
    }
}

/// How often the contacts of an account are asked for, in words; `None` where notifications come.
pub fn rhythm(account: &Account) -> Option<String> {
    match account.link().mode {
        Mode::Every(interval) => Some(format!("every {} s", interval.as_secs_f32().round())),
        Mode::Live => None,
    }
}

/// The link of one joined profile, as the line shows it.
struct Segment {
    name: String,
    /// Who is signed in where, how often is asked, and what the user should always see.
    details: Vec<String>,
    freshness: String,
    well: bool,
}

impl Segment {
    fn of(account: &Account, now: Timestamp) -> Segment {
        let link = account.link();
        let (freshness, well) = freshness(account, now);
        let who = match (link.user.as_str(), link.server.as_str()) {
            ("", server) => server.to_string(),
            (user, server) => format!("{user} @ {server}"),
        };
        let warning = link.warning.iter();
        let details = [who].into_iter().chain(rhythm(account).filter(|_| well));
        Segment {
            name: account.profile().unwrap_or_default().to_string(),
            details: details
                .chain(warning.clone().map(|words| format!("! {words}")))
                .filter(|words| !words.is_empty())
                .collect(),
            freshness,
            well: well && warning.len() == 0,
        }
    }

    /// All that there is to say.
    fn long(&self) -> String {
        let parts = self.details.iter().chain([&self.freshness]);
        let parts: Vec<&str> = parts.map(String::as_str).collect();
        let words = format!("{}{}: {}", self.sign(), self.name, parts.join("  "));
        words.trim_end().into()
    }

    /// How it is.
    fn short(&self) -> String {
        let words = format!("{}{} {}", self.sign(), self.name, self.freshness);
        words.trim_end().into()
    }

    fn sign(&self) -> &'static str {
        if self.well { "" } else { "!" }
    }

    /// How it is, where that is not as it should be.
    fn shortest(&self) -> String {
        if self.well {
            self.name.clone()
        } else {
            self.short()
        }
    }

    fn style(&self, look: &Look) -> Style {
        if self.well {
            look.theme.dim()
        } else {
            look.theme.trouble()
        }
    }
}

/// Draws the links of joined profiles beside each other, with as much of each as fits: where there is
/// little room, those that are in trouble before the rest.
pub fn draw(buffer: &mut Buffer, area: Rect, Scene { board, look, now }: Scene<'_>) {
    const GAP: usize = 3;
    if area.is_empty() {
        return;
    }
    let joined = board.accounts().iter().skip(1);
    let mut segments: Vec<Segment> = joined.map(|one| Segment::of(one, now)).collect();
    let room = usize::from(area.width).saturating_sub(1);
    let fits = |words: fn(&Segment) -> String| {
        let words = segments.iter().map(|one| cells(&words(one)) + GAP);
        words.sum::<usize>() <= room + GAP
    };
    let words = if fits(Segment::long) {
        Segment::long
    } else if fits(Segment::short) {
        Segment::short
    } else {
        segments.sort_by_key(|one| one.well);
        Segment::shortest
    };
    let mut x = area.x + 1;
    for segment in &segments {
        let room = usize::from(area.right().saturating_sub(x));
        // The beginning of a name says nothing.
        if room < 4 {
            break;
        }
        let words = fit(&words(segment), room);
        buffer.set_stringn(x, area.y, &words, room, segment.style(look));
        x += (cells(&words) + GAP) as u16;
    }
}
