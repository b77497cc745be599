//! What a terminal does beside drawing text, where everything that the board shows is hostile.

use std::path::Path;
use std::time::Duration;

use base64::Engine;
use whosin::presence::Address;

use super::in_references;
use crate::support::bench::{Bench, until};
use crate::support::hidden::{SEQUENCES, all_hidden, assert_shown, quoted};
use crate::support::pty::Start;

/// What the board asked a terminal for, and what no board asks for.
#[derive(Default)]
struct Obeyed {
    titles: Vec<String>,
    copies: Vec<String>,
    announcements: Vec<String>,
    odd: Vec<String>,
}

impl vt100::Callbacks for Obeyed {
    fn set_window_icon_name(&mut self, _: &mut vt100::Screen, name: &[u8]) {
        self.titles.push(String::from_utf8_lossy(name).into());
    }

    fn set_window_title(&mut self, _: &mut vt100::Screen, title: &[u8]) {
        self.titles.push(String::from_utf8_lossy(title).into());
    }

    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8], data: &[u8]) {
        let text = base64::engine::general_purpose::STANDARD.decode(data);
        self.copies.push(String::from_utf8(text.unwrap()).unwrap());
    }

    fn paste_from_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8]) {
        self.odd.push("paste".into());
    }

    fn resize(&mut self, _: &mut vt100::Screen, _: (u16, u16)) {
        self.odd.push("resize".into());
    }

    fn unhandled_char(&mut self, _: &mut vt100::Screen, character: char) {
        self.odd.push(format!("{character:?}"));
    }

    fn unhandled_control(&mut self, _: &mut vt100::Screen, byte: u8) {
        self.odd.push(format!("{byte:#x}"));
    }

    fn unhandled_escape(
        &mut self,
        _: &mut vt100::Screen,
        one: Option<u8>,
        two: Option<u8>,
        byte: u8,
    ) {
        // The end of a sequence that has an end.
        if byte != b'\\' {
            self.odd.push(format!("ESC {one:?} {two:?} {byte:#x}"));
        }
    }

    fn unhandled_csi(
        &mut self,
        _: &mut vt100::Screen,
        one: Option<u8>,
        _: Option<u8>,
        parameters: &[&[u16]],
        end: char,
    ) {
        // The board's own: synchronized updates, focus, colours as vt100 does not know them, no
        // reports on colours.
        let own = match (one, end) {
            (Some(b'?'), 'h' | 'l') => parameters
                .iter()
                .all(|one| matches!(one, [2026 | 1004 | 1015 | 2031])),
            (None, 'm') => true,
            _ => false,
        };
        if !own {
            self.odd.push(format!("CSI {one:?} {parameters:?} {end}"));
        }
    }

    fn unhandled_osc(&mut self, _: &mut vt100::Screen, parameters: &[&[u8]]) {
        let words: Vec<_> = parameters
            .iter()
            .map(|part| String::from_utf8_lossy(part).into_owned())
            .collect();
        match words.first().map(String::as_str) {
            Some("9" | "777") => self.announcements.push(words.join(";")),
            // The question for the background.
            _ if words == ["11", "?"] => {}
            _ => self.odd.push(format!("OSC {words:?}")),
        }
    }
}

/// What is done for a board whose contacts, notes and documents are hostile.
fn write_hostile(bench: &Bench, home: &Path) {
    let hidden = quoted(&all_hidden());
    let (ursula, ben) = (bench.ursula(), bench.ben());
    let config = home.join("config/whosin");
    std::fs::create_dir_all(&config).unwrap();
    std::fs::write(
        config.join("contacts.toml"),
        format!(
            "[[contact]]\naddress = \"{ursula}\"\nname = {hidden}\ngroup = {hidden}\nnumber = {hidden}\n\
             mobile = {hidden}\ndepartment = {hidden}\ntitle = {hidden}\nnote = {hidden}\n\n\
             [[contact]]\naddress = \"{ben}\"\nname = \"Ben Two\"\n"
        ),
    )
    .unwrap();
    std::fs::write(
        config.join("notes.toml"),
        format!(
            "[[note]]\naddress = \"{ursula}\"\ntext = {hidden}\nby = {hidden}\nat = \"2026-11-23T09:14:00Z\"\n"
        ),
    )
    .unwrap();
    let busy = document_of(&ursula, "<r:busy/>");
    bench.service.set_document(&ursula, busy);
}

/// A document with hostile texts.
fn document_of(address: &Address, activity: &str) -> String {
    let text = in_references(
        &SEQUENCES
            .concat()
            .replace(|c: char| c.is_ascii_control(), ""),
    );
    format!(
        "<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='sip:{address}' \
         xmlns:r='urn:ietf:params:xml:ns:pidf:rpid' \
         xmlns:p='urn:ietf:params:xml:ns:pidf:data-model'>\
         <tuple id='{text}'><status><basic>open</basic></status><contact>sip:{text}</contact>\
         <note>{text}</note></tuple>\
         <p:person id='p'><r:activities>{activity}<r:other>{text}</r:other></r:activities>\
         <p:note>{text}</p:note></p:person></presence>"
    )
}
#[test]
fn a_terminal_obeys_the_board_alone() {
    let mut bench = Bench::new();
    let home = bench.take_home();
    write_hostile(&bench, home.path());
    let mut pty = bench.in_terminal(
        home,
        Start {
            arguments: &[],
            variables: &[],
            width: 100,
            height: 30,
        },
    );
    pty.wait_for_text("]0;title");
    // To Ursula, as the first; each pane; what is copied; the watch at last.
    pty.send("\x1b[H");
    for keys in [
        "\r", "\x1b", "e", "\x1b", "n", "\x1b", "x", "\x1b", "L", "\x1b", "?", "\x1b", "Y", "y",
        "w",
    ] {
        pty.send(keys);
        std::thread::sleep(Duration::from_millis(60));
    }
    let (ursula, free) = (bench.ursula(), "<r:available/>");
    bench
        .service
        .set_document(&ursula, document_of(&ursula, free));
    until("the bell rings", || {
        let written = pty.written();
        written.windows(5).any(|part| part == b"\x1b]777")
    });
    pty.send("q");
    pty.wait_for_end();
    let mut terminal = vt100::Parser::new_with_callbacks(
        30.try_into().unwrap(),
        100.try_into().unwrap(),
        0,
        Obeyed::default(),
    );
    terminal.process(&pty.written());
    let obeyed = terminal.callbacks();
    assert!(obeyed.titles.is_empty(), "{:?}", obeyed.titles);
    assert!(obeyed.odd.is_empty(), "{:?}", obeyed.odd);
    assert_eq!(obeyed.announcements.len(), 2, "{:?}", obeyed.announcements);
    assert!(!obeyed.copies.is_empty());
    for text in obeyed.copies.iter().chain(&obeyed.announcements) {
        assert_shown("the terminal", text);
    }
}
