//! Makes the pictures of the README from the running program:
//! `cargo test --test pictures -- --ignored`.

#[path = "support/mod.rs"]
#[allow(dead_code, reason = "each of the test programs uses its own part")]
mod support;

use std::fmt::Write as _;
use std::time::Duration;

use crate::support::pty::{Pty, Start};

const CELL: (f32, f32) = (8.4, 18.0);
const GROUND: &str = "#15181d";
const INK: &str = "#d5d8dc";

fn colour(colour: vt100::Color, default: &str) -> String {
    match colour {
        vt100::Color::Default => default.into(),
        vt100::Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
        vt100::Color::Idx(index) => match index {
            0 => "#15181d".into(),
            1 | 9 => "#d55e00".into(),
            2 | 10 => "#4fb286".into(),
            3 | 11 => "#e69f00".into(),
            4 | 12 => "#56b4e9".into(),
            7 | 15 => "#d5d8dc".into(),
            _ => "#8a8a8a".into(),
        },
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// The screen as SVG: one `text` a run of cells that look alike.
fn svg(screen: &vt100::Screen) -> String {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let (width, height) = (
        f32::from(columns) * CELL.0 + 24.0,
        f32::from(rows) * CELL.1 + 24.0,
    );
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"'DejaVu Sans Mono','Noto Sans Mono',Menlo,Consolas,monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{GROUND}\"/>\n"
    );
    for row in 0..rows {
        let y = f32::from(row) * CELL.1 + 12.0;
        for column in 0..columns {
            let Some(cell) = screen.cell(row, column) else {
                continue;
            };
            let x = f32::from(column) * CELL.0 + 12.0;
            let (mut ink, mut ground) =
                (colour(cell.fgcolor(), INK), colour(cell.bgcolor(), GROUND));
            if cell.inverse() {
                std::mem::swap(&mut ink, &mut ground);
            }
            if ground != GROUND {
                let wide = CELL.0 + 0.3;
                let _ = writeln!(
                    out,
                    "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{}\" fill=\"{ground}\"/>",
                    CELL.1
                );
            }
            let text = cell.contents();
            if !text.trim().is_empty() {
                let weight = if cell.bold() {
                    " font-weight=\"bold\""
                } else {
                    ""
                };
                let line = if cell.underline() {
                    " text-decoration=\"underline\""
                } else {
                    ""
                };
                let _ = writeln!(
                    out,
                    "<text x=\"{x:.1}\" y=\"{:.1}\" fill=\"{ink}\"{weight}{line}>{}</text>",
                    y + 14.0,
                    escape(text)
                );
            }
        }
    }
    out.push_str("</svg>\n");
    out
}

fn save(pty: &Pty, name: &str) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/screenshots/");
    std::fs::create_dir_all(path).unwrap();
    std::fs::write(format!("{path}{name}.svg"), pty.with_screen(svg)).unwrap();
}

#[test]
#[ignore = "writes files of the source tree"]
fn makes_the_pictures() {
    let arguments = &["demo", "--contacts", "24", "--seed", "4"];
    let mut wide = Pty::start(Start {
        arguments,
        variables: &[],
        width: 112,
        height: 26,
    });
    wide.wait_for("presence", |text| {
        (text.contains(" ago") || text.contains("live")) && !text.contains("0 free")
    });
    std::thread::sleep(Duration::from_secs(8));
    save(&wide, "tiles");
    wide.send("\x1b[C\r");
    wide.wait_for_text("Address");
    std::thread::sleep(Duration::from_millis(200));
    save(&wide, "details");
    // Somebody who is on vacation all day, in a group of which others are free.
    wide.send("\x1b");
    wide.wait_for("the details closed", |text| !text.contains("Address"));
    wide.send("/rhys");
    wide.wait_for_text("Free in Support");
    save(&wide, "search");
    wide.send("\r");
    wide.send("n");
    wide.wait_for_text("save");
    wide.send("on leave, deputy Olivia\r");
    wide.wait_for("the note", |text| {
        text.contains("deputy Olivia") && text.contains("details")
    });
    save(&wide, "note");
    let wall = Pty::start(Start {
        arguments: &["demo", "--contacts", "24", "--seed", "4", "--wall"],
        variables: &[],
        width: 84,
        height: 26,
    });
    wall.wait_for("presence", |text| text.contains("1/2"));
    std::thread::sleep(Duration::from_secs(8));
    save(&wall, "wall");
    let narrow = Pty::start(Start {
        arguments,
        variables: &[],
        width: 30,
        height: 26,
    });
    narrow.wait_for("presence", |text| {
        text.contains("now") || text.contains('m')
    });
    std::thread::sleep(Duration::from_secs(8));
    save(&narrow, "pane");
}
