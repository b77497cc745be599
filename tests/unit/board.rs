//! What the board does with what happens to it.

use crate::support::desk::{
    Desk, address, contact, doing, id, link, outcome, own, report, start, wanted,
};
use std::sync::Arc;

use jiff::SignedDuration;
use tui_input::InputRequest;
use whosin::board::{
    AccountEffect, AccountId, AccountMessage, Action, Choice, ContactId, Cursor, Effect, Heading,
    Message, Order, Origin, Pane, Preferences, Remembered, Setting, Since, Standing, Tab,
    TerminalEffect, UserMessage, View, WorldEffect, WorldMessage,
};
use whosin::contacts::number::is_found;
use whosin::contacts::{Edit, Fact};
use whosin::link::{Link, LinkState, Mode, Outcome, Problem};
use whosin::presence::Availability;

fn trouble() -> LinkState {
    let problem = Problem {
        what: "cup.sie.at does not answer".into(),
        advice: String::new(),
    };
    LinkState::Trouble {
        problem,
        since: start(),
        next_try: Some(start() + SignedDuration::from_secs(5)),
    }
}

fn free(desk: &Desk) -> usize {
    desk.board.counts(desk.now).by_availability[Availability::Available as usize]
}

#[test]
fn counts_only_states_that_are_fresh() {
    let mut desk = Desk::staffed(120, 30);
    assert_eq!(free(&desk), 2);
    desk.send(own(AccountMessage::Link(link(trouble()))));
    assert_eq!(free(&desk), 0);
    assert_eq!(desk.board.counts(desk.now).stale, 9);
}

#[test]
fn a_contact_that_is_left_out_is_stale_and_not_offline() {
    let mut desk = Desk::staffed(120, 30);
    desk.send(outcome("ursula@sie.at", desk.now, Outcome::NotAnswered));
    let entry = desk.board.find(&address("ursula@sie.at")).unwrap();
    assert_eq!(entry.availability(), Some(Availability::Available));
    assert_eq!(desk.board.standing(entry, desk.now), Standing::Stale);
    assert!(desk.screen().contains("was available"));
}

#[test]
fn a_state_that_nobody_confirms_becomes_stale_by_itself() {
    let mut desk = Desk::staffed(120, 30);
    desk.wait(120);
    assert_eq!(free(&desk), 0);
}

#[test]
fn an_added_contact_is_saved_asked_for_and_selected() {
    let mut desk = Desk::staffed(80, 24);
    desk.act(Action::Add);
    desk.type_text("new.person");
    let effects = desk.send(UserMessage::Act(Action::Open));
    let new = address("new.person@sie.at");
    assert!(effects.iter().any(
        |effect| matches!(effect, Effect::World(WorldEffect::Account(AccountId::MAIN, AccountEffect::Save(edits)))
        if matches!(&edits[..], [Edit::Add(added)] if added.address == new))
    ));
    assert!(effects.contains(&wanted(AccountEffect::PollNow(vec![new.clone()]))));
    assert_eq!(
        desk.board.cursor(),
        Some(&Cursor::Contact(ContactId::main(new)))
    );
}

#[test]
fn the_facts_that_are_typed_are_saved_and_no_others() {
    let mut desk = Desk::staffed(80, 24);
    desk.act(Action::Edit);
    for text in ["", "", "3216", "", "", "", "", "deputy Eva"] {
        desk.type_text(text);
        desk.act(Action::Next);
    }
    let ben = address("ben@sie.at");
    let set = |fact, text: &str| Edit::Set {
        address: ben.clone(),
        fact,
        text: Some(text.into()),
    };
    let edits = vec![set(Fact::Number, "3216"), set(Fact::Note, "deputy Eva")];
    let effects = desk.send(UserMessage::Act(Action::Open));
    assert!(
        effects.contains(&wanted(AccountEffect::Save(edits))),
        "{effects:?}"
    );
    assert_eq!(
        desk.board.find(&ben).unwrap().contact.number.as_deref(),
        Some("3216")
    );
    desk.act(Action::Undo);
    assert_eq!(desk.board.find(&ben).unwrap().contact.number, None);
}

#[test]
fn ages_stay_when_somebody_sets_the_clock() {
    let mut desk = Desk::staffed(120, 30);
    desk.act(Action::Freeze);
    desk.wait(3);
    let before = desk.screen();
    assert!(
        before.contains("40m") && before.contains("FROZEN 3 s"),
        "{before}"
    );
    for hours in [25, -50] {
        let by = SignedDuration::from_hours(hours);
        desk.now += by;
        desk.send(own(AccountMessage::ClockSet(by)));
        assert_eq!(desk.screen(), before, "by {hours} hours");
        let ursula = desk.board.find(&address("ursula@sie.at")).unwrap();
        assert_eq!(desk.board.standing(ursula, desk.now), Standing::Fresh);
    }
}

#[test]
fn what_is_chosen_on_the_board_itself_is_no_news() {
    let mut desk = Desk::staffed(80, 24);
    let sort = |value: Order| Setting {
        name: "sort",
        value: Choice::Sort(value).label(),
        origin: Origin::File,
        about: "",
        choices: Order::ALL.map(Choice::Sort).to_vec(),
    };
    desk.send(WorldMessage::Settings(vec![sort(Order::ALL[0])]));
    desk.act(Action::Settings);
    desk.act(Action::Right);
    desk.act(Action::Back);
    let preferences = || Box::new(desk.board.preferences().clone());
    let (same, other) = (preferences(), preferences());
    desk.send(WorldMessage::Reconfigured(same, vec![sort(Order::ALL[1])]));
    assert_eq!(desk.board.notice(), None);
    desk.send(WorldMessage::Reconfigured(other, vec![sort(Order::ALL[0])]));
    assert_eq!(desk.board.notice(), Some("Settings followed: sort"));
    assert_eq!(desk.board.order(), Order::ALL[0]);
}

#[test]
fn a_change_of_the_settings_that_arranges_nothing_moves_nobody_under_the_hand() {
    let preferences = Preferences {
        order: Order::State,
        ..Desk::preferences()
    };
    let mut desk = Desk::with(preferences.clone(), 80, 24);
    desk.staff();
    desk.act(Action::Down);
    let before = desk.board.sections().to_vec();
    desk.send(report("dan@sie.at", desk.now, doing("<c:available/>")));
    let other = Preferences {
        free_for: SignedDuration::from_secs(9),
        ..preferences.clone()
    };
    desk.send(WorldMessage::Reconfigured(Box::new(other), Vec::new()));
    assert_eq!(desk.board.sections(), before);
    let tabs = vec![Tab {
        name: "Sales".into(),
        find: "sales".into(),
    }];
    let other = Preferences {
        tabs,
        ..preferences
    };
    desk.send(WorldMessage::Reconfigured(Box::new(other), Vec::new()));
    assert_ne!(desk.board.sections(), before);
}

#[test]
fn letters_are_found_as_people_type_them() {
    for (name, typed) in [
        ("Hans Straße", "strasse"),
        ("Hans Strasse", "straße"),
        ("Jan Łódź", "lodz"),
        ("Søren Kjær", "soren kjaer"),
        ("Guðrún Þórsdóttir", "gudrun thors"),
        ("Đorđe Œuvre", "dorde oeuvre"),
        ("Đorđe Œuvre", "djordje"),
        // In two ways, and the other way round.
        ("Hans Müller", "muller"),
        ("Hans Müller", "mueller"),
        ("Hans Mueller", "müller"),
        ("Hans Mu\u{308}ller", "mueller"),
        ("Lu\u{308}der A\u{30a}s", "aas"),
        ("Joﬁ", "jofi"),
        ("Søren Kjær", "soeren"),
        ("Håkan Ågren", "haakan agren"),
        ("İpek Işık", "ipek isik"),
        ("IJsbrand Vĳver", "vijver"),
        // Accents that are characters of their own, as some systems write them.
        ("Jose\u{301} Mun\u{303}oz", "josé muñoz"),
        ("José Muñoz", "jose\u{301} munoz"),
        ("José Muñoz", "jose munoz"),
        ("Γιώργος Παπαδόπουλος", "γιωργοσ ΠΑΠΑΔΟΠΟΥΛΟΣ"),
        ("Фёдор Достоевский", "федор ДОСТОЕВСКИЙ"),
        ("Ｔａｎａｋａ", "tanaka"),
        ("Tanaka", "ｔａｎａｋａ"),
        ("김민준", "김민"),
        ("\u{1100}\u{1175}\u{11b7}", "김"),
    ] {
        let mut desk = Desk::staffed(80, 24);
        let who = contact("x@sie.at", name, "");
        desk.send(own(AccountMessage::Contacts(vec![
            who,
            contact("y@sie.at", "Zq Zq", ""),
        ])));
        desk.act(Action::Find);
        desk.type_text(typed);
        let screen = desk.screen();
        assert!(
            screen.contains(name) && screen.contains("1 of 2"),
            "{typed}: {screen}"
        );
    }
    // Both letters that stand for one mark it, and no other.
    let mut find = whosin::board::Find::new("ss");
    assert_eq!(find.marks("Maß O"), [2]);
    // A sign of several characters is one place, and so is an accent with its letter.
    let mut find = whosin::board::Find::new("eight");
    assert_eq!(find.marks("Zoe\u{308} 👩‍💻 Eight"), [6, 7, 8, 9, 10]);
    let mut find = whosin::board::Find::new("mueller");
    assert_eq!(find.marks("Müller"), [0, 1, 2, 3, 4, 5]);
    // What differs is not found.
    let mut desk = Desk::staffed(80, 24);
    let two = [
        contact("x@sie.at", "김", ""),
        contact("y@sie.at", "Moller", ""),
    ];
    desk.send(own(AccountMessage::Contacts(two.to_vec())));
    desk.act(Action::Find);
    for typed in ["기", "möller"] {
        desk.type_text(typed);
        let found = typed == "möller";
        assert_eq!(desk.screen().contains("1 of 2"), found, "{typed}");
        desk.send(UserMessage::Type(tui_input::InputRequest::DeleteLine));
    }
}

#[test]
fn the_pinned_stand_on_top_of_all_groups() {
    let mut desk = Desk::staffed(80, 24);
    let lin = address("lin@sie.at");
    desk.act(Action::Find);
    desk.type_text("lin@");
    desk.act(Action::Open);
    let effects = desk.act(Action::Pin);
    desk.act(Action::Back);
    let pin = Edit::Pin {
        address: lin.clone(),
        pinned: true,
    };
    assert!(
        effects.contains(&wanted(AccountEffect::Save(vec![pin]))),
        "{effects:?}"
    );
    let heading = |desk: &Desk, at: usize| desk.board.sections()[at].heading.clone();
    assert_eq!(heading(&desk, 0), Heading::Pinned);
    assert_eq!(desk.board.sections()[0].members.len(), 1);
    let screen = desk.screen();
    let line = |text: &str| screen.lines().position(|line| line.contains(text)).unwrap();
    let lines = [" Pinned ─", "▸✓  林美玲", " Front desk ─"].map(line);
    assert!(lines.is_sorted(), "{screen}");
    // Their group stays theirs, and the section folds by itself.
    assert_eq!(desk.board.who_is_free(Some("Sales"), desk.now).len(), 1);
    desk.act(Action::FoldGroup);
    assert_eq!(desk.board.cursor(), Some(&Cursor::Heading(Heading::Pinned)));
    desk.act(Action::FoldGroup);
    // Dragged onto a group, a contact stands there.
    let sales = Heading::Group(Some("Sales".into()));
    desk.send(UserMessage::Drop(
        ContactId::main(lin.clone()),
        sales.clone(),
    ));
    assert!(!desk.board.find(&lin).unwrap().contact.pinned);
    desk.send(UserMessage::Drop(
        ContactId::main(lin.clone()),
        Heading::Pinned,
    ));
    assert!(desk.board.find(&lin).unwrap().contact.pinned);
    desk.act(Action::Pin);
    assert_ne!(heading(&desk, 0), Heading::Pinned);
    desk.act(Action::Undo);
    assert_eq!(heading(&desk, 0), Heading::Pinned);
}

#[test]
fn numbers_are_found_by_their_end_and_as_they_are_typed() {
    for (typed, number, found) in [
        ("3216", "+43 1 234-3216", true),
        ("43216", "+43 1 234-3216", true),
        ("32", "+43 1 234-3216", true),
        ("321", "3216", true),
        ("234-32", "+43 1 234-3216", true),
        ("+43", "+43 1 234-3216", true),
        ("16", "3216", true),
        ("21", "3216", false),
        ("6", "3216", false),
        ("3216x", "3216", false),
        ("--", "3216", false),
        ("3216", "", false),
    ] {
        assert_eq!(is_found(number, typed), found, "{typed} in {number}");
    }
}

#[test]
fn what_is_no_address_is_refused_in_the_form_with_the_reason() {
    let mut desk = Desk::staffed(80, 24);
    desk.act(Action::Add);
    desk.type_text("two words@sie.at");
    let effects = desk.send(UserMessage::Act(Action::Open));
    assert!(effects.is_empty());
    assert!(matches!(desk.board.pane(), Pane::Form(_)));
    assert!(
        desk.screen().contains("it contains a space"),
        "{}",
        desk.screen()
    );
}

#[test]
fn a_contact_that_is_there_already_is_selected_instead_of_added() {
    let mut desk = Desk::staffed(80, 24);
    desk.act(Action::Add);
    desk.type_text("SIP:Dan@SIE.at");
    let effects = desk.send(UserMessage::Act(Action::Open));
    assert!(!effects.iter().any(|effect| matches!(
        effect,
        Effect::World(WorldEffect::Account(
            AccountId::MAIN,
            AccountEffect::Save(_)
        ))
    )));
    assert_eq!(
        desk.board.cursor(),
        Some(&Cursor::Contact(id("dan@sie.at")))
    );
    assert!(desk.screen().contains("already"));
}

#[test]
fn several_addresses_can_be_pasted_at_once() {
    let mut desk = Desk::staffed(80, 24);
    desk.send(UserMessage::Paste(
        "x1@sie.at\nX Two <x2@sie.at>; x3@sie.at".into(),
    ));
    desk.send(UserMessage::Act(Action::Open));
    for who in ["x1@sie.at", "x2@sie.at", "x3@sie.at"] {
        assert!(desk.board.find(&address(who)).is_some(), "{who}");
    }
    assert_eq!(
        desk.board.find(&address("x2@sie.at")).unwrap().name(),
        "X Two"
    );
}

#[test]
fn a_paste_goes_to_the_cursor_of_its_field_at_once() {
    let mut desk = Desk::staffed(80, 24);
    desk.act(Action::Add);
    desk.type_text("Zoë@sie.at");
    for request in [InputRequest::GoToStart, InputRequest::GoToNextChar] {
        desk.send(UserMessage::Type(request));
    }
    desk.send(UserMessage::Paste("ö, \u{7}b".into()));
    desk.type_text("!");
    assert!(desk.screen().contains("Zö, b!oë@sie.at"));
    desk.act(Action::Back);
    // Were the search made after each letter, or the field copied, this would take an hour.
    desk.act(Action::Find);
    desk.send(UserMessage::Paste("free ".repeat(200_000)));
    desk.type_text(" ursula");
    let screen = desk.screen();
    assert!(screen.contains("Ursula One") && !screen.contains("Ben Two"));
    desk.act(Action::Back);
    desk.act(Action::Help);
    desk.send(UserMessage::Paste("undo".into()));
    assert!(desk.screen().contains("undo"));
}

#[test]
fn a_removed_contact_comes_back_with_its_name_and_group() {
    let mut desk = Desk::staffed(80, 24);
    desk.send(UserMessage::Select(id("dan@sie.at")));
    let gone = desk.act(Action::Remove);
    assert!(
        gone.contains(&wanted(AccountEffect::Save(vec![Edit::Remove(address(
            "dan@sie.at"
        ))])))
    );
    assert!(desk.board.find(&address("dan@sie.at")).is_none());
    assert_eq!(
        desk.board.cursor(),
        Some(&Cursor::Contact(id("eve@sie.at")))
    );
    assert!(desk.screen().contains("Removed Dan Four: u takes it back"));
    let back = desk.act(Action::Undo);
    let dan = contact("dan@sie.at", "Dan Four", "Front desk");
    assert!(back.contains(&wanted(AccountEffect::Save(vec![Edit::add(dan.clone())]))));
    assert_eq!(desk.board.find(&dan.address).unwrap().contact, dan);
    assert_eq!(
        desk.board.cursor(),
        Some(&Cursor::Contact(ContactId::main(dan.address.clone())))
    );
    desk.act(Action::Redo);
    assert!(desk.board.find(&dan.address).is_none());
}

#[test]
fn marked_contacts_are_removed_together() {
    let mut desk = Desk::staffed(80, 24);
    for who in ["dan@sie.at", "lin@sie.at"] {
        desk.send(UserMessage::Select(id(who)));
        desk.act(Action::Mark);
    }
    desk.act(Action::Remove);
    assert_eq!(desk.board.entries().count(), 8);
    desk.act(Action::Undo);
    assert_eq!(desk.board.entries().count(), 10);
}

#[test]
fn a_change_of_the_book_by_others_keeps_what_is_known() {
    let mut desk = Desk::staffed(80, 24);
    let effects = desk.send(own(AccountMessage::Contacts(vec![
        contact("ursula@sie.at", "Ursula Uno", "Elsewhere"),
        contact("new@sie.at", "", ""),
    ])));
    let everybody = vec![address("ursula@sie.at"), address("new@sie.at")];
    assert!(effects.contains(&wanted(AccountEffect::Contacts(everybody))));
    let ursula = desk.board.find(&address("ursula@sie.at")).unwrap();
    assert_eq!(
        (ursula.name(), ursula.availability()),
        ("Ursula Uno", Some(Availability::Available))
    );
}

#[test]
fn finds_by_name_address_group_activity_and_state() {
    let mut desk = Desk::staffed(120, 30);
    let mut found = |query: &str| {
        desk.send(UserMessage::Act(Action::Back));
        desk.send(UserMessage::Act(Action::Back));
        desk.send(UserMessage::Act(Action::Find));
        desk.type_text(query);
        let sections = desk.board.sections();
        let places = sections.iter().flat_map(|section| section.members.clone());
        let name = |place: usize| desk.board.entry_at(place).name().to_string();
        places.map(name).collect::<Vec<_>>()
    };
    assert_eq!(found("ursone"), ["Ursula One"]);
    assert_eq!(found("lin@sie"), ["林美玲"]);
    assert_eq!(found("free"), ["Ursula One", "林美玲"]);
    assert_eq!(found("free sales"), ["林美玲"]);
    assert_eq!(found("lunch"), ["Carla Three"]);
    assert_eq!(found("nobody at all"), Vec::<String>::new());
}

#[test]
fn enter_keeps_the_filter_and_escape_clears_it() {
    let mut desk = Desk::staffed(120, 30);
    desk.act(Action::Find);
    desk.type_text("dan");
    desk.act(Action::Open);
    assert!(!desk.board.wants_text());
    assert_eq!(
        desk.board.cursor(),
        Some(&Cursor::Contact(id("dan@sie.at")))
    );
    desk.act(Action::Back);
    assert!(desk.board.search().is_none());
    assert_eq!(
        desk.board.cursor(),
        Some(&Cursor::Contact(id("dan@sie.at")))
    );
}

#[test]
fn arrows_walk_the_tiles_over_groups_and_back() {
    let mut desk = Desk::staffed(80, 24);
    let mut path = vec![];
    for action in [
        Action::Top,
        Action::Right,
        Action::Down,
        Action::Down,
        Action::Up,
        Action::Left,
        Action::Left,
        Action::Bottom,
    ] {
        desk.act(action);
        path.push(desk.board.selected().unwrap().name().to_string());
    }
    let expected = [
        "Ben Two",
        "Carla Three",
        "Ursula One",
        "Zoë 👩‍💻 Eight",
        "Ursula One",
        "Eve Five",
        "Dan Four",
        "Ten",
    ];
    assert_eq!(path, expected);
}

#[test]
fn a_folded_group_can_be_selected_and_unfolded() {
    let mut desk = Desk::staffed(80, 24);
    desk.send(UserMessage::Select(id("lin@sie.at")));
    desk.act(Action::FoldGroup);
    assert_eq!(
        desk.board.cursor(),
        Some(&Cursor::Heading(Heading::Group(Some("Sales".into()))))
    );
    assert!(!desk.screen().contains("林"));
    desk.act(Action::Down);
    assert_eq!(desk.board.selected().unwrap().name(), "nine");
    desk.act(Action::Up);
    desk.act(Action::Open);
    assert!(desk.screen().contains("林"));
}

#[test]
fn under_state_order_nobody_moves_until_the_hand_rests() {
    let mut desk = Desk::staffed(120, 30);
    let first = |desk: &Desk| {
        let place = desk.board.sections()[0].members[0];
        desk.board.entry_at(place).name().to_string()
    };
    desk.act(Action::Sort);
    assert_eq!(first(&desk), "Ursula One");
    desk.wait(1);
    desk.send(UserMessage::Act(Action::Down));
    let held = desk.board.selected().unwrap().name().to_string();
    desk.send(report("ursula@sie.at", desk.now, doing("<c:dnd/>")));
    desk.send(report("dan@sie.at", desk.now, doing("<c:available/>")));
    assert_eq!(first(&desk), "Ursula One");
    desk.wait(1);
    assert_eq!(first(&desk), "Ursula One");
    desk.wait(1);
    assert_eq!(first(&desk), "Dan Four");
    assert_eq!(desk.board.selected().unwrap().name(), held);
}

#[test]
fn a_watch_rings_once_after_the_contact_stayed_free() {
    let mut desk = Desk::staffed(120, 30);
    desk.send(UserMessage::Select(id("ben@sie.at")));
    desk.act(Action::Watch);
    assert!(rings(&desk.send(report("ben@sie.at", desk.now, doing("<c:available/>")))).is_empty());
    assert!(rings(&desk.wait(1)).is_empty());
    desk.send(report("ben@sie.at", desk.now, doing("<c:dnd/>")));
    assert!(rings(&desk.wait(4)).is_empty());
    desk.send(report("ben@sie.at", desk.now, doing("<c:available/>")));
    assert_eq!(rings(&desk.wait(3)), ["Ben Two is free"]);
    assert!(
        desk.board
            .find(&address("ben@sie.at"))
            .unwrap()
            .watch
            .is_none()
    );
}

#[test]
fn a_watch_never_rings_from_stale_data() {
    let mut desk = Desk::staffed(120, 30);
    desk.send(UserMessage::Select(id("ben@sie.at")));
    desk.act(Action::Watch);
    desk.send(report("ben@sie.at", desk.now, doing("<c:available/>")));
    desk.send(own(AccountMessage::Link(link(trouble()))));
    assert!(rings(&desk.wait(10)).is_empty());
}

#[test]
fn a_group_watch_rings_for_the_first_and_ends() {
    let mut desk = Desk::staffed(120, 30);
    desk.send(UserMessage::Select(id("ben@sie.at")));
    desk.act(Action::WatchGroup);
    desk.send(report("dan@sie.at", desk.now, doing("<c:available/>")));
    assert_eq!(rings(&desk.wait(3)), ["Dan Four is free"]);
    desk.send(report("carla@sie.at", desk.now, doing("<c:available/>")));
    assert!(rings(&desk.wait(5)).is_empty());
}

fn rings(effects: &[Effect]) -> Vec<String> {
    let words = |effect: &Effect| match effect {
        Effect::Terminal(TerminalEffect::Ring { words, .. }) => Some(words.clone()),
        _ => None,
    };
    effects.iter().filter_map(words).collect()
}

#[test]
fn a_frozen_board_holds_still_and_then_catches_up() {
    let mut desk = Desk::staffed(120, 30);
    desk.act(Action::Freeze);
    desk.send(report("dan@sie.at", desk.now, doing("<c:available/>")));
    assert_eq!(free(&desk), 2);
    assert!(desk.screen().contains("FROZEN"));
    desk.act(Action::Freeze);
    assert_eq!(free(&desk), 3);
}

#[test]
fn the_offline_are_hidden_and_shown_by_one_key() {
    let mut desk = Desk::staffed(120, 30);
    desk.act(Action::HideOffline);
    assert!(!desk.screen().contains("Zoë"));
    desk.act(Action::HideOffline);
    assert!(desk.screen().contains("Zoë"));
}

#[test]
fn the_view_follows_the_width_until_the_user_chooses() {
    let mut desk = Desk::staffed(120, 30);
    desk.draw();
    assert_eq!(desk.board.view(), None);
    desk.act(Action::View);
    assert_eq!(desk.board.view(), Some(View::List));
}

#[test]
fn nothing_changes_by_time_on_an_empty_board() {
    let desk = Desk::empty(80, 24);
    assert_eq!(desk.board.next_change(desk.now), None);
}

#[test]
fn the_next_change_is_never_in_the_past() {
    let mut desk = Desk::staffed(80, 24);
    for _ in 0..500 {
        let next = desk.board.next_change(desk.now).unwrap();
        assert!(next > desk.now, "{next} after {}", desk.now);
        desk.now = next;
        desk.send(Message::Tick);
    }
}

#[test]
fn help_narrows_as_one_types() {
    let mut desk = Desk::staffed(80, 60);
    desk.act(Action::Help);
    assert!(desk.screen().contains("leave the board"));
    desk.type_text("free");
    assert!(!desk.screen().contains("leave the board"));
    desk.send(UserMessage::Type(InputRequest::DeleteLine));
    assert!(desk.screen().contains("leave the board"));
}

#[test]
fn signing_in_again_is_the_users_decision() {
    let mut desk = Desk::staffed(80, 24);
    let problem = Problem {
        what: "wrong password".into(),
        advice: String::new(),
    };
    let sign_in = whosin::link::SignIn::Application;
    desk.send(own(AccountMessage::Link(link(LinkState::Refused {
        sign_in,
        problem,
    }))));
    assert_eq!(
        desk.act(Action::Refresh).first(),
        Some(&Effect::World(WorldEffect::Account(
            AccountId::MAIN,
            AccountEffect::SignInAgain
        )))
    );
}

#[test]
fn a_remembered_state_counts_nowhere_and_gives_way_to_the_first_answer() {
    let mut desk = Desk::remembering(120, 30);
    // Only Eve, who has answered.
    assert_eq!(free(&desk), 1);
    let front_desk = desk.board.who_is_free(Some("Front desk"), desk.now);
    assert!(front_desk.is_empty());
    let ursula = address("ursula@sie.at");
    let entry = desk.board.find(&ursula).unwrap();
    assert_eq!(desk.board.standing(entry, desk.now), Standing::Remembered);
    assert!(entry.known().is_none() && entry.timeline.changes().is_empty());
    desk.send(own(AccountMessage::Link(link(LinkState::Up))));
    assert_eq!(free(&desk), 1);

    desk.send(report("ursula@sie.at", desk.now, doing("<c:available/>")));
    assert_eq!(free(&desk), 2);
    let entry = desk.board.find(&ursula).unwrap();
    assert_eq!(entry.timeline.changes().len(), 1);
    // That it was available before is no proof that it was so all the time.
    assert_eq!(entry.known().unwrap().since, Since::AtLeast(desk.now));
    assert_eq!(entry.changed, None);
}

#[test]
fn nobody_rings_on_the_strength_of_a_remembered_state() {
    let mut desk = Desk::remembering(120, 30);
    desk.send(UserMessage::Select(id("ursula@sie.at")));
    desk.act(Action::Watch);
    let rings = |effects: &[Effect]| {
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Terminal(TerminalEffect::Ring { .. })))
    };
    let screen = desk.screen();
    assert!(
        screen.contains("Rings once when Ursula One is free"),
        "{screen}"
    );
    assert!(!rings(&desk.wait(30)));
    desk.send(report("ursula@sie.at", desk.now, doing("<c:available/>")));
    assert!(rings(&desk.wait(4)));
}

#[test]
fn what_is_known_is_not_overwritten_by_what_is_remembered() {
    let mut desk = Desk::remembering(120, 30);
    let remembered = Remembered {
        presence: Arc::new(doing("<c:dnd/>")),
        asked_at: start(),
    };
    desk.send(own(AccountMessage::Remembered(vec![(
        address("eve@sie.at"),
        remembered,
    )])));
    let eve = desk.board.find(&address("eve@sie.at")).unwrap();
    assert_eq!(eve.availability(), Some(Availability::Available));
}

#[test]
fn the_marked_move_to_a_group_by_key_and_by_drag_and_one_step_takes_them_back() {
    let mut desk = Desk::staffed(100, 30);
    let group = |desk: &Desk, who: &str| {
        let entry = desk.board.find(&address(who)).unwrap();
        entry.contact.group.clone()
    };
    for who in ["ben@sie.at", "dan@sie.at"] {
        desk.send(UserMessage::Select(id(who)));
        desk.act(Action::Mark);
    }
    desk.act(Action::Move);
    // A group in use is completed.
    desk.type_text("Sal");
    desk.act(Action::Next);
    let effects = desk.act(Action::Open);
    assert!(
        matches!(&effects[0], Effect::World(WorldEffect::Account(AccountId::MAIN, AccountEffect::Save(edits))) if edits.len() == 2),
        "{effects:?}"
    );
    assert_eq!(group(&desk, "ben@sie.at").as_deref(), Some("Sales"));
    assert_eq!(group(&desk, "dan@sie.at").as_deref(), Some("Sales"));
    assert_eq!(group(&desk, "eve@sie.at").as_deref(), Some("Front desk"));
    desk.act(Action::Undo);
    assert_eq!(group(&desk, "ben@sie.at").as_deref(), Some("Front desk"));

    desk.send(UserMessage::Drop(id("dan@sie.at"), Heading::Group(None)));
    assert_eq!(group(&desk, "ben@sie.at"), None);
    desk.act(Action::Undo);
    desk.send(UserMessage::Drop(id("eve@sie.at"), Heading::Group(None)));
    assert_eq!(group(&desk, "eve@sie.at"), None);
    assert_eq!(group(&desk, "ben@sie.at").as_deref(), Some("Front desk"));
}

#[test]
fn a_live_board_sleeps_until_an_age_turns() {
    let mut desk = Desk::empty(80, 24);
    desk.send(own(AccountMessage::Contacts(vec![contact(
        "ben@sie.at",
        "Ben",
        "",
    )])));
    let up = |mode| {
        own(AccountMessage::Link(Link {
            mode,
            ..link(LinkState::Up)
        }))
    };
    desk.send(up(Mode::Live));
    desk.send(report("ben@sie.at", desk.now, doing("<c:available/>")));
    desk.draw();
    assert!(desk.screen().lines().next().unwrap().ends_with("live"));
    desk.wait(5);
    let header = desk.screen().lines().next().unwrap().to_string();
    assert!(header.ends_with("live, 5 s ago"), "{header}");
    let next = desk.board.next_change(desk.now).unwrap();
    assert_eq!(
        next,
        start() + SignedDuration::from_secs(10),
        "live, it counts in steps of five seconds"
    );
    // Asked, the header counts the seconds.
    desk.send(up(Mode::Every(std::time::Duration::from_secs(5))));
    let next = desk.board.next_change(desk.now).unwrap();
    assert_eq!(next, start() + SignedDuration::from_secs(6));
}

#[test]
fn while_a_list_has_the_keyboard_no_key_acts_on_the_contact_behind() {
    for open in [
        Action::Settings,
        Action::Help,
        Action::OwnPresence,
        Action::WhoIsFree,
        Action::Lately,
    ] {
        let mut desk = Desk::staffed(80, 24);
        desk.send(WorldMessage::Settings(vec![Setting {
            name: "sort",
            value: Order::ALL[0].label().into(),
            origin: Origin::File,
            about: "",
            choices: Vec::new(),
        }]));
        desk.act(open);
        assert!(!matches!(desk.board.pane(), Pane::Contacts), "{open:?}");
        let before = desk.screen();
        for action in [
            Action::Remove,
            Action::Edit,
            Action::Watch,
            Action::Pin,
            Action::Copy,
            Action::Call,
        ] {
            assert_eq!(desk.act(action), [], "{action:?} in {open:?}");
            assert_eq!(desk.screen(), before, "{action:?} in {open:?}");
        }
    }
}
