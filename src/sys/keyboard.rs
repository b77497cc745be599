//! What the keyboard of each system makes of a key press.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// The key press as the user meant it.
pub fn as_meant(event: KeyEvent) -> KeyEvent {
    if cfg!(windows) {
        without_alt_gr(event)
    } else {
        event
    }
}

/// The key press without AltGr, which Windows reports as Ctrl and Alt together: with it German
/// keyboards, among others, type `@`, `[` and `{`.
pub fn without_alt_gr(event: KeyEvent) -> KeyEvent {
    let alt_gr = KeyModifiers::CONTROL | KeyModifiers::ALT;
    match event.code {
        KeyCode::Char(_) if event.modifiers.contains(alt_gr) => KeyEvent {
            modifiers: event.modifiers - alt_gr,
            ..event
        },
        _ => event,
    }
}
