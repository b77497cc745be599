//! What the board looks like, at the sizes that people have.

mod common;

use common::Desk;
use whosin::board::Action;

#[test]
fn look() {
    for (w, h) in [
        (200, 20),
        (120, 16),
        (80, 24),
        (40, 20),
        (30, 12),
        (20, 6),
        (16, 3),
        (12, 2),
    ] {
        println!("=== {w}x{h}\n{}", Desk::staffed(w, h).screen());
    }
    let mut d = Desk::staffed(120, 24);
    d.act(Action::Open);
    println!("{}", d.screen());
    d.act(Action::Help);
    println!("{}", d.screen());
    d.act(Action::Back);
    d.act(Action::Add);
    d.type_text("ursula@");
    println!("{}", d.screen());
    d.act(Action::Back);
    d.act(Action::View);
    println!("{}", d.screen());
}
