//! A board that panics gives the terminal back before it says why, in words that control nothing.

use std::time::Duration;

use crate::support::desk::Desk;
use crate::support::hidden::{SEQUENCES, assert_shown};
use crate::support::pty::{Pty, Start};

const CHILD: &str = "panic::a_board_that_panics";

#[test]
#[ignore = "the other test runs it, in a terminal"]
fn a_board_that_panics() {
    let Desk { board, look, .. } = Desk::staffed(80, 24);
    whosin::commands::report_panics();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (_messages, from_world) = tokio::sync::mpsc::channel(1);
        let (_set_anew, keys) = tokio::sync::watch::channel(whosin::tui::Keys::default());
        let (effects, _to_world) = tokio::sync::mpsc::unbounded_channel();
        let shown = whosin::tui::run(board, look, from_world, keys, effects);
        let mishap = async {
            // Until the board has drawn itself, so that there is something to give back.
            tokio::time::sleep(Duration::from_millis(300)).await;
            panic!("a mishap for the test{}!", SEQUENCES.concat());
        };
        tokio::join!(shown, mishap).0.unwrap();
    });
}

#[test]
fn a_panic_gives_the_terminal_back_and_can_be_read() {
    let mut pty = Pty::start_program(
        &std::env::current_exe().unwrap(),
        tempfile::tempdir().unwrap(),
        Start {
            arguments: &["--exact", CHILD, "--ignored", "--nocapture"],
            variables: &[("RUST_BACKTRACE", "0")],
            width: 80,
            height: 24,
        },
    );
    pty.wait_for_text("Ursula One");
    pty.with_screen(|screen| assert!(screen.alternate_screen()));
    assert_ne!(pty.wait_for_end(), 0);
    let text = pty.wait_for_text("a mishap for the test");
    assert!(!text.contains("Ursula One"), "{text}");
    pty.with_screen(|screen| {
        assert!(!screen.alternate_screen() && !screen.hide_cursor());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        assert!(!screen.bracketed_paste());
    });
    let written = String::from_utf8_lossy(&pty.written()).replace("\r\n", "\n");
    let (_, words) = written.split_once("whosin panicked at").unwrap();
    let (words, _) = words.split_once('!').unwrap();
    assert!(words.contains("a mishap for the test]0;title"), "{words:?}");
    assert_shown("a panic", words);
    // Raw mode is off: line ends move to the left margin again.
    assert!(
        text.lines()
            .any(|line| line.starts_with("a mishap for the test")),
        "{text}"
    );
}
