//! What a key press means on the keyboards of the systems.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use whosin::sys::keyboard::without_alt_gr;

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
