//! Somebody who has several addresses.

use whosin::board::{AccountEffect, AccountMessage, Standing};
use whosin::contacts::{Contact, Fact};
use whosin::link::Outcome;
use whosin::presence::Availability;

use crate::support::desk::{Desk, address, contact, doing, outcome, own, report, wanted};

const ONE: &str = "ann@sie.at";
const TWO: &str = "ann@two.sie.at";

fn desk() -> Desk {
    let mut desk = Desk::empty(120, 32);
    let mut ann = contact(ONE, "Ann", "");
    ann.set(Fact::Also, Some(TWO.into()));
    desk.send(own(AccountMessage::Link(crate::support::desk::link(
        whosin::link::LinkState::Up,
    ))));
    desk.send(own(AccountMessage::Contacts(vec![ann])));
    desk
}

fn shown(desk: &Desk) -> (Option<Availability>, Standing) {
    let entry = desk.board.find(&address(ONE)).unwrap();
    (entry.availability(), desk.board.standing(entry, desk.now))
}

const FREE: (Option<Availability>, Standing) = (Some(Availability::Available), Standing::Fresh);

#[test]
fn all_addresses_are_kept_fresh_together() {
    let mut desk = Desk::empty(120, 32);
    let ann = Contact {
        also: Some(format!("{TWO}, ben@sie.at")),
        ..contact(ONE, "Ann", "")
    };
    let contacts = vec![ann, contact("ben@sie.at", "Ben", "")];
    let effects = desk.send(own(AccountMessage::Contacts(contacts)));
    let all = [ONE, "ben@sie.at", TWO].map(address).to_vec();
    assert!(
        effects.contains(&wanted(AccountEffect::Contacts(all))),
        "{effects:?}"
    );
}

#[test]
fn the_most_available_state_shows_once_all_are_known() {
    let mut desk = desk();
    desk.send(report(ONE, desk.now, doing("<r:on-the-phone/>")));
    assert_eq!(shown(&desk), (None, Standing::Awaited));
    desk.send(report(TWO, desk.now, doing("")));
    assert_eq!(shown(&desk), FREE);
    desk.send(report(TWO, desk.now, doing("<r:vacation/>")));
    assert_ne!(shown(&desk), FREE);
}

#[test]
fn an_address_that_is_silent_leaves_doubt_unless_another_is_free() {
    let mut desk = desk();
    desk.send(report(ONE, desk.now, doing("")));
    desk.send(outcome(TWO, desk.now, Outcome::NotAnswered));
    assert_eq!(shown(&desk), FREE);
    desk.send(report(ONE, desk.now, doing("<r:on-the-phone/>")));
    assert_eq!(shown(&desk).1, Standing::Stale);
}

#[test]
fn the_details_list_each_address() {
    let mut desk = desk();
    desk.send(report(ONE, desk.now, doing("<r:on-the-phone/>")));
    desk.send(report(TWO, desk.now, doing("")));
    desk.act(whosin::board::Action::Open);
    let screen = desk.screen();
    for line in [
        &format!("{ONE}: On the phone"),
        &format!("{TWO}: Available"),
    ] {
        assert!(screen.contains(line.as_str()), "{screen}");
    }
}
