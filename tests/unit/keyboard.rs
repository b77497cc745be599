//! What a key press means on the keyboards of the systems.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use whosin::sys::keyboard::without_alt_gr;
use whosin::tui::Key;

const ALT_GR: KeyModifiers = KeyModifiers::CONTROL.union(KeyModifiers::ALT);

#[test]
fn what_is_typed_with_alt_gr_is_a_letter() {
    let at = KeyEvent::new(KeyCode::Char('@'), ALT_GR);
    let typed = without_alt_gr(at);
    assert_eq!(typed, KeyEvent::new(KeyCode::Char('@'), KeyModifiers::NONE));
    let with_shift = KeyEvent::new(KeyCode::Char('{'), ALT_GR | KeyModifiers::SHIFT);
    assert_eq!(without_alt_gr(with_shift).modifiers, KeyModifiers::SHIFT);
}

#[test]
fn ctrl_alone_and_alt_alone_stay_and_so_do_keys_that_are_no_letters() {
    for (code, modifiers) in [
        (KeyCode::Char('c'), KeyModifiers::CONTROL),
        (KeyCode::Char('b'), KeyModifiers::ALT),
        (KeyCode::Left, ALT_GR),
    ] {
        let event = KeyEvent::new(code, modifiers);
        assert_eq!(without_alt_gr(event), event);
    }
}

#[test]
fn keys_are_understood_as_people_write_them() {
    for (written, meant) in [
        ("Ctrl-Q", "ctrl-q"),
        ("C-q", "ctrl-q"),
        ("control+z", "ctrl-z"),
        ("Alt+x", "alt-x"),
        ("F5", "f5"),
        ("Enter", "enter"),
        ("Page-Up", "page-up"),
        // A letter alone keeps its case, and signs are themselves.
        ("G", "G"),
        ("F", "F"),
        ("-", "-"),
        ("+", "+"),
        ("ctrl--", "ctrl--"),
    ] {
        let key: Key = written.parse().unwrap();
        assert_eq!(key.to_string(), meant, "{written}");
    }
    for wrong in ["ctrl-", "<F1>", "hyper-x", "pageup "] {
        assert!(wrong.parse::<Key>().is_err(), "{wrong}");
    }
}
