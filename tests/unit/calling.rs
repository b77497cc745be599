//! Reaching contacts by other programs: what is run for whom.

use crate::support::desk::{Desk, address, contact, doing, outcome, own, report};
use whosin::board::{
    AccountMessage, Action, Effect, Pane, TerminalEffect, UserMessage, WorldEffect, WorldMessage,
};
use whosin::calling::{
    ContactAction, ContactActions, Invocation, Misfit, PRESETS, Ring, Rings, Subject,
};
use whosin::contacts::number::dialled;
use whosin::contacts::{Contact, Fact};
use whosin::link::Outcome;

fn ben() -> Contact {
    let mut ben = contact("ben+x@sie.at", "Ben Two", "Front desk");
    ben.set(Fact::Number, Some("+43 (0)1 234-3216".into()));
    ben
}

fn filled(command: &[&str], contact: &Contact) -> Result<Vec<String>, Misfit> {
    let action = ContactAction::new("Do it", Some('d'), command).unwrap();
    let subject = Subject {
        contact,
        name: contact.name.as_deref().unwrap_or_default(),
        state: Some("available"),
        activity: Some("On the phone"),
    };
    action.fill(subject).map(|invocation| invocation.arguments)
}

#[test]
fn placeholders_are_filled_argument_by_argument() {
    let command = [
        "phone",
        "{number}",
        "tel:{number}",
        "x-call:{name}&from={group}",
        "{name} {{{user}}} is {state}: {activity}",
        "--to={address}",
    ];
    assert_eq!(
        filled(&command, &ben()).unwrap(),
        [
            "phone",
            "+4312343216",
            "tel:+4312343216",
            "x-call:Ben%20Two&from=Front%20desk",
            "Ben Two {ben+x} is available: On the phone",
            "--to=ben+x@sie.at",
        ]
    );
}

#[test]
fn what_does_not_fit_says_why() {
    let missing = filled(&["phone", "{mobile}"], &ben()).unwrap_err();
    assert_eq!(missing.to_string(), "no mobile number known of Ben Two");
    let mut words = ben();
    words.number = Some("ask the desk".into());
    let missing = filled(&["phone", "{number}"], &words).unwrap_err();
    assert_eq!(missing.to_string(), "no number known of Ben Two");
    // What others chose is no option of the program, and controls nothing.
    let mut sly = ben();
    sly.name = Some("--delete".into());
    let refused = filled(&["rm", "{name}"], &sly).unwrap_err();
    assert_eq!(refused, Misfit::Option("Do it".into()));
    assert!(filled(&["rm", "-{name}"], &sly).is_ok());
    sly.name = Some("Ben\u{1b}[2J".into());
    let refused = filled(&["say", "{name}"], &sly).unwrap_err();
    assert_eq!(refused, Misfit::Control("Do it".into()));
}

#[test]
fn an_action_that_cannot_be_read_says_why() {
    for (command, reason) in [
        (&["a", "{phone}"][..], "there is no {phone}"),
        (&["a", "{number"], "a brace stands alone in '{number'"),
        (&["a", "number}"], "a brace stands alone"),
        (&[], "the command of 'Do it' is empty"),
        (&[""], "the command of 'Do it' is empty"),
    ] {
        let error = ContactAction::new("Do it", None, command).unwrap_err();
        assert!(error.to_string().starts_with(reason), "{error}");
    }
    let error = ContactAction::of_preset("fax").unwrap_err().to_string();
    assert!(
        error.contains("'fax'") && error.contains("webex-chat"),
        "{error}"
    );
}

#[test]
fn every_preset_can_be_read_and_has_a_key_of_its_own() {
    let actions: Vec<ContactAction> = PRESETS
        .iter()
        .map(|preset| ContactAction::of_preset(preset.preset).unwrap())
        .collect();
    let mut keys: Vec<char> = actions.iter().filter_map(|action| action.key).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), PRESETS.len());
    assert!(ContactActions::default().calling().is_some());
}

#[test]
fn of_a_number_what_can_be_dialled_is_dialled() {
    for (number, expected) in [
        ("3216", Some("3216")),
        ("+43 (0)1 234-56", Some("+43123456")),
        ("(01) 234/56", Some("0123456")),
        ("+1 555 0100 ext. 16", Some("+15550100")),
        ("555-0100 x16", Some("5550100")),
        ("*21#", Some("*21#")),
        ("desk", None),
        ("", None),
    ] {
        assert_eq!(dialled(number).as_deref(), expected, "{number}");
    }
}

/// A board on which Ben has a number.
fn desk() -> Desk {
    let mut desk = Desk::empty(80, 24);
    let two = vec![ben(), contact("carla@sie.at", "Carla Three", "")];
    desk.send(own(AccountMessage::Contacts(two)));
    desk.draw();
    desk
}

fn runs(effects: &[Effect]) -> Vec<&Invocation> {
    let run = |effect| match effect {
        &Effect::World(WorldEffect::Run(ref invocation)) => Some(invocation),
        _ => None,
    };
    effects.iter().filter_map(run).collect()
}

#[test]
fn c_calls_whoever_has_a_number() {
    let mut desk = desk();
    let effects = desk.act(Action::Call);
    let [invocation] = runs(&effects)[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(invocation.arguments.last().unwrap(), "tel:+4312343216");
    assert!(desk.screen().contains("Call: Ben Two"), "{}", desk.screen());
    desk.act(Action::Right);
    desk.act(Action::Down);
    let effects = desk.act(Action::Call);
    assert!(runs(&effects).is_empty(), "{effects:?}");
    let screen = desk.screen();
    assert!(
        screen.contains("no number known of Carla Three"),
        "{screen}"
    );
}

#[test]
fn the_menu_runs_what_is_chosen_by_key_or_cursor() {
    let mut desk = desk();
    desk.act(Action::Actions);
    assert!(matches!(desk.board.pane(), Pane::Actions { at: 0 }));
    let mail = desk.board.preferences().actions.of_key('e').unwrap();
    let effects = desk.send(UserMessage::Point(mail));
    assert_eq!(
        runs(&effects)[0].arguments.last().unwrap(),
        "mailto:ben+x@sie.at"
    );
    assert!(matches!(desk.board.pane(), Pane::Contacts));
    desk.act(Action::Actions);
    desk.act(Action::Down);
    // No mobile number: the menu stays, and says so.
    assert!(runs(&desk.act(Action::Open)).is_empty());
    assert!(matches!(desk.board.pane(), Pane::Actions { at: 1 }));
    desk.act(Action::Down);
    assert_eq!(runs(&desk.act(Action::Open)).len(), 1);
}

#[test]
fn address_and_number_are_copied() {
    let mut desk = desk();
    let copies = |effects: &[Effect], text: &str| {
        effects.contains(&Effect::Terminal(TerminalEffect::Copy(text.into())))
    };
    assert!(copies(&desk.act(Action::Copy), "ben+x@sie.at"));
    assert!(copies(&desk.act(Action::CopyNumber), "+43 (0)1 234-3216"));
    desk.act(Action::Down);
    assert_eq!(
        desk.board.selected().unwrap().contact.address,
        address("carla@sie.at")
    );
    desk.act(Action::CopyNumber);
    let screen = desk.screen();
    assert!(
        screen.contains("no number known of Carla Three"),
        "{screen}"
    );
}

/// What the hooks of the desk ran.
fn hooks_run(effects: Vec<Effect>) -> Vec<String> {
    let run = effects.into_iter().filter_map(|effect| match effect {
        Effect::World(WorldEffect::RunHook(invocation)) => Some(invocation.arguments.join(" ")),
        _ => None,
    });
    run.collect()
}

#[test]
fn a_change_runs_the_hooks_and_nothing_else_does() {
    let mut desk = Desk::empty(80, 24);
    desk.send(own(AccountMessage::Contacts(vec![ben()])));
    let see = |desk: &mut Desk, activities: &str| {
        desk.wait(1);
        let seen = report("ben+x@sie.at", desk.now, doing(activities));
        hooks_run(desk.send(seen))
    };
    // Nobody knows whether the first state is a change.
    assert!(see(&mut desk, "<meeting/>").is_empty());
    assert!(see(&mut desk, "<meeting/>").is_empty());
    assert_eq!(
        see(&mut desk, "<on-the-phone/>"),
        ["changed ben+x busy On the phone"]
    );
    assert_eq!(
        see(&mut desk, ""),
        [
            "changed ben+x available Available",
            "free ben+x available Available"
        ]
    );
    // Not answered is no change, nor is the same state after it.
    let missing = outcome("ben+x@sie.at", desk.now, Outcome::NotAnswered);
    assert!(hooks_run(desk.send(missing)).is_empty());
    assert!(see(&mut desk, "").is_empty());
}

#[test]
fn a_ring_is_bells_and_names_in_any_order() {
    for (written, bells, names, words) in [
        ("", 1, &[][..], None),
        ("bell", 1, &[], None),
        ("None", 0, &[], Some("no bell")),
        ("3", 3, &[], Some("3 bells")),
        ("Gong", 0, &["Gong"], Some("Gong")),
        (
            " Gong , 2,Lamp ",
            2,
            &["Gong", "Lamp"],
            Some("2 bells, Gong, Lamp"),
        ),
        ("bell, Gong", 1, &["Gong"], Some("the bell, Gong")),
        // More than anybody counts is a name, of which the board says that there is none.
        ("10", 0, &["10"], Some("10")),
    ] {
        let ring = Ring::read(written);
        assert_eq!(
            (ring.bells, &ring.names[..]),
            (
                bells,
                &names
                    .iter()
                    .map(|name| name.to_string())
                    .collect::<Vec<_>>()[..]
            ),
            "{written}"
        );
        assert_eq!(ring.words().as_deref(), words, "{written}");
    }
    for name in ["", "bell", "NONE", "7", "a, b"] {
        assert!(!Rings::can_be_named(name), "{name}");
    }
    assert!(Rings::can_be_named("Gong 7"));
}

/// A watch on Ben, who rings so, that has come to its end: the words, the bells and the commands, and
/// what the board says.
fn rung(ring: &str) -> (Vec<(String, u8)>, Vec<String>, Desk) {
    let mut desk = Desk::empty(120, 24);
    let mut ben = ben();
    ben.number = None;
    ben.set(Fact::Ring, Some(ring.into()));
    desk.send(own(AccountMessage::Contacts(vec![ben])));
    desk.send(report("ben+x@sie.at", desk.now, doing("<c:dnd/>")));
    desk.act(Action::Watch);
    desk.wait(1);
    desk.send(report("ben+x@sie.at", desk.now, doing("<c:available/>")));
    let (mut bells, mut commands) = (Vec::new(), Vec::new());
    for effect in desk.wait(3) {
        match effect {
            Effect::Terminal(TerminalEffect::Ring {
                words,
                bells: count,
            }) => bells.push((words, count)),
            Effect::World(WorldEffect::Ring(invocation)) => {
                commands.push(invocation.arguments.join(" "));
            }
            _ => {}
        }
    }
    (bells, commands, desk)
}

#[test]
fn a_watch_rings_as_its_contact_says() {
    for (ring, bells, commands, notice) in [
        ("", 1, &[][..], "Ben Two is free"),
        ("none", 0, &[], "Ben Two is free"),
        ("4", 4, &[], "Ben Two is free"),
        ("gong", 0, &["gong ben+x"], "Ben Two is free"),
        ("2, Gong", 2, &["gong ben+x"], "Ben Two is free"),
        // Whatever is wrong, who waits hears something.
        (
            "Horn, Gong",
            1,
            &["gong ben+x"],
            "Ben Two is free; no ring 'Horn' in the settings, or none allowed",
        ),
        (
            "Phone",
            1,
            &[],
            "Ben Two is free; no number known of Ben Two",
        ),
    ] {
        let (rung, run, desk) = rung(ring);
        assert_eq!(rung, [("Ben Two is free".to_string(), bells)], "{ring}");
        assert_eq!(run, commands, "{ring}");
        assert_eq!(desk.board.notice(), Some(notice), "{ring}");
    }
}

#[test]
fn a_command_that_could_not_ring_is_made_up_for_by_the_bell() {
    let (.., mut desk) = rung("Gong");
    let words = "Gong: Ben Two. gong cannot be run";
    let effects = desk.send(WorldMessage::RingTrouble(words.into()));
    let bell = TerminalEffect::Ring {
        words: words.into(),
        bells: 1,
    };
    assert!(effects.contains(&Effect::Terminal(bell)), "{effects:?}");
    assert_eq!(desk.board.notice(), Some(words));
}

#[test]
fn whoever_watches_hears_how_it_will_ring() {
    for (ring, notice) in [
        ("", "Rings once when Ben Two is free"),
        ("3, gong", "Rings once when Ben Two is free; 3 bells, gong"),
        (
            "Horn",
            "Rings once when Ben Two is free; no ring 'Horn' in the settings, or none allowed",
        ),
    ] {
        let mut desk = Desk::empty(80, 24);
        let mut ben = ben();
        ben.set(Fact::Ring, Some(ring.into()));
        desk.send(own(AccountMessage::Contacts(vec![ben])));
        desk.act(Action::Watch);
        assert_eq!(desk.board.notice(), Some(notice));
        desk.act(Action::Watch);
        desk.act(Action::Watch);
        assert_eq!(desk.board.notice(), Some("No longer watching Ben Two"));
    }
}

#[test]
fn the_ring_of_a_contact_is_typed_into_its_form_and_completed() {
    let mut desk = Desk::empty(80, 24);
    desk.send(own(AccountMessage::Contacts(vec![ben()])));
    desk.act(Action::Edit);
    desk.act(Action::Previous);
    desk.type_text("go");
    desk.act(Action::Next);
    desk.act(Action::Open);
    let ben = desk.board.selected().unwrap();
    assert_eq!(ben.contact.ring.as_deref(), Some("Gong"));
}
