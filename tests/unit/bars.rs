//! Everything hidden, and the notation of each status bar, in the texts of others: the bar shows them, and
//! obeys nothing of them.

use jiff::Timestamp;
use serde_json::Value;
use whosin::commands::{BarFormat, Dialect, Ink};
use whosin::memory::snapshot::Snapshot;
use whosin::presence::{IconSet, clean};

use crate::support::hidden::{assert_shown, samples};

/// So many characters are in a name: the line is long enough for all of them.
const LENGTH: usize = 12;

/// What tmux, polybar and Pango obey, whole and in parts.
const NOTATION: [&str; 20] = [
    "#[fg=red]",
    "##[fg=red]",
    "###[bold]",
    "#(touch x)",
    "##(touch x)",
    "#{pane_title}",
    "#S#,#}",
    "#",
    "%{F#f00}",
    "%%{F-}",
    "%{A1:rm x:}",
    "%\u{200b}{F-}",
    "%",
    "{F-}",
    "<b>",
    "<span size='1'>",
    "</span>",
    "&lt;b&gt;",
    "&#60;b>",
    "&",
];

/// Somebody of whom everything is this text, sure and not.
fn snapshot(text: &str) -> Snapshot {
    let person = |fresh: bool| {
        serde_json::json!({"uri": "a@b.at", "name": text, "label": text, "note": text, "why": "person",
            "availability": "available", "activities": ["available"], "fresh": fresh})
    };
    let left = serde_json::json!({"schema": 1, "server": text, "user": text,
        "at": "2026-11-23T09:14:05Z", "contacts": [person(true), person(false)]});
    serde_json::from_value(left).unwrap()
}

fn line(format: Option<&str>, left: &Snapshot) -> String {
    let format = BarFormat::read(format, true).unwrap();
    let ink = Ink::new(Dialect::of(&format), None, IconSet::Unicode);
    format.line(left, &ink, Timestamp::UNIX_EPOCH)
}

/// The text that Pango shows; nothing in it is markup.
fn shown_by_pango(text: &str) -> String {
    assert!(!text.contains(['<', '>']), "{text:?}");
    let mut parts = text.split('&');
    let mut shown = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let (name, rest) = part.split_once(';').unwrap();
        shown.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            _ => panic!("{text:?}"),
        });
        shown.push_str(rest);
    }
    shown
}

#[test]
fn a_bar_obeys_nothing_of_what_others_wrote() {
    let notation = NOTATION.into_iter().map(String::from);
    for text in notation.chain(samples(LENGTH)) {
        let left = snapshot(&text);
        let plain = clean(&text);
        for format in [None, Some("{icon} {name} {state} {note}")] {
            let line = line(format, &left);
            assert_shown("tmux", &line);
            // Each of its own signs is doubled: that is the sign itself.
            assert!(!line.replace("##", "").contains('#'), "{line:?}");
            assert!(format.is_none() || line.replace("##", "#").contains(&plain));
        }
        let polybar = line(Some("polybar"), &left);
        assert_shown("polybar", &polybar);
        assert!(!polybar.contains("%{"), "{polybar:?}");
        let waybar = line(Some("waybar"), &left);
        assert_shown("waybar", &waybar);
        assert!(!waybar.contains('\n'));
        let value: Value = serde_json::from_str(&waybar).unwrap();
        for field in ["text", "tooltip"] {
            let shown = shown_by_pango(value[field].as_str().unwrap());
            assert_shown("waybar", &shown);
            assert!(field == "text" || shown.contains(&plain), "{shown:?}");
        }
    }
}
