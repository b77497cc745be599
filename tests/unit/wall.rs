//! A board on a wall: what it shows, and what it does without a hand.

use insta::assert_snapshot;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::style::Modifier;
use whosin::board::{
    AccountEffect, AccountId, AccountMessage, Action, Effect, Preferences, Row, Tab, UserMessage,
    WorldEffect, WorldMessage,
};
use whosin::link::{LinkState, Problem, SignIn};
use whosin::tui::Hours;

use crate::support::desk::{Desk, SIZES, contact, doing, link, own, report};

/// A board of ten people on a wall.
fn wall(width: u16, height: u16) -> Desk {
    let preferences = Preferences {
        wall: true,
        ..Desk::preferences()
    };
    let mut desk = Desk::with(preferences, width, height);
    desk.staff();
    desk
}

/// The same with two saved searches: one for everybody at the front desk, one for all who are free.
fn wall_of_searches(width: u16, height: u16) -> Desk {
    let tab = |name: &str, find: &str| Tab {
        name: name.into(),
        find: find.into(),
    };
    let preferences = Preferences {
        wall: true,
        tabs: vec![tab("Front desk", "front"), tab("Who is free", "free")],
        ..Desk::preferences()
    };
    let mut desk = Desk::with(preferences, width, height);
    desk.staff();
    desk
}

/// The names of those who stand on the wall.
fn shown(desk: &Desk) -> Vec<&str> {
    let rows = desk.board.rows_in_sight().iter();
    let places = rows.flat_map(|row| match row {
        Row::Cells(places) => places.clone(),
        Row::Heading(_) => Vec::new(),
    });
    places
        .map(|place| desk.board.entry_at(place).name())
        .collect()
}

/// A time of the day on which every test begins.
fn at(time: &str) -> Timestamp {
    format!("2026-11-23T{time}Z").parse().unwrap()
}

fn refused() -> LinkState {
    LinkState::Refused {
        sign_in: SignIn::Application,
        problem: Problem {
            what: "the password is wrong".into(),
            advice: "Ask the administrator.".into(),
        },
    }
}

#[test]
fn a_wall_shows_the_time_and_people_in_large_without_keys() {
    for (width, height) in SIZES {
        let screen = wall(width, height).screen();
        assert_snapshot!(format!("wall_{width}x{height}"), screen);
    }
}

#[test]
fn pages_that_do_not_fit_follow_each_other_until_everybody_was_in_sight() {
    let mut desk = wall(80, 12);
    let mut seen = String::new();
    let mut titles = Vec::new();
    for _ in 0..4 {
        let screen = desk.screen();
        titles.push(screen[..11].to_string());
        seen.push_str(&screen);
        seen.push_str("\n\n");
        desk.wait(15);
    }
    for entry in desk.board.entries() {
        assert!(seen.contains(entry.name()), "{} in\n{seen}", entry.name());
    }
    assert_eq!(
        titles,
        [" 09:14  1/3", " 09:14  2/3", " 09:14  3/3", " 09:14  1/3"]
    );
    assert_snapshot!(seen);
}

#[test]
fn a_wall_turns_through_the_pages_of_each_saved_search() {
    for (width, height) in SIZES {
        let screen = wall_of_searches(width, height).screen();
        assert_snapshot!(format!("searches_{width}x{height}"), screen);
    }
    let mut desk = wall_of_searches(80, 12);
    let mut turns = Vec::new();
    for _ in 0..4 {
        desk.draw();
        let search = desk.board.search_on_the_wall().unwrap().to_string();
        turns.push(format!("{search}: {}", shown(&desk).join(", ")));
        desk.wait(15);
    }
    assert_eq!(
        turns,
        [
            "Front desk: Ben Two, Carla Three, Dan Four, Eve Five",
            "Front desk: Ursula One",
            "Who is free: Ursula One, 林美玲",
            "Front desk: Ben Two, Carla Three, Dan Four, Eve Five",
        ]
    );
}

#[test]
fn where_nobody_is_found_a_wall_says_so_and_turns_on() {
    let mut desk = wall_of_searches(80, 24);
    desk.draw();
    desk.wait(15);
    for who in ["ursula@sie.at", "lin@sie.at"] {
        desk.send(report(who, desk.now, doing("<r:lunch/>")));
    }
    desk.wait(3);
    let screen = desk.screen();
    assert!(screen.contains("Who is free"), "{screen}");
    assert!(screen.contains("Nobody at the moment."), "{screen}");
    desk.wait(12);
    assert_eq!(shown(&desk).len(), 5);
}

#[test]
fn a_wall_counts_those_whom_it_shows() {
    let mut desk = wall_of_searches(120, 32);
    let screen = desk.screen();
    assert!(screen.contains("1 free  ◷ 1 away"), "{screen}");
    desk.wait(15);
    let screen = desk.screen();
    assert!(screen.contains("2 free  ◷ 0 away"), "{screen}");
}

#[test]
fn a_wall_follows_the_saved_searches_of_the_settings() {
    let mut desk = wall_of_searches(80, 24);
    desk.draw();
    desk.wait(15);
    let mut preferences = desk.board.preferences().clone();
    preferences.tabs.truncate(1);
    desk.send(WorldMessage::Reconfigured(
        Box::new(preferences.clone()),
        Vec::new(),
    ));
    assert_eq!(desk.board.search_on_the_wall(), Some("Front desk"));
    assert_eq!(shown(&desk).len(), 5);
    preferences.tabs.clear();
    desk.send(WorldMessage::Reconfigured(
        Box::new(preferences),
        Vec::new(),
    ));
    desk.draw();
    assert_eq!(desk.board.search_on_the_wall(), None);
    assert_eq!(desk.board.sections().len(), 3);
}

#[test]
fn a_page_of_any_height_shows_somebody_and_none_ends_with_a_heading() {
    for height in 3..40 {
        let mut desk = wall(80, height);
        desk.screen();
        let pages = desk.board.page().map_or(1, |(_, pages)| pages);
        let mut names = 0;
        for _ in 0..pages {
            let screen = desk.screen();
            let people = desk.board.entries();
            let shown = people.filter(|entry| screen.contains(entry.name())).count();
            assert!(shown > 0, "nobody at {height}:\n{screen}");
            names += shown;
            let last = screen.trim_end().lines().last().unwrap();
            assert!(
                !last.contains(" free") || last.contains(":14"),
                "{height}:\n{screen}"
            );
            desk.wait(15);
        }
        assert_eq!(names, desk.board.entries().count(), "at {height}");
    }
}

#[test]
fn a_board_that_everybody_fits_on_turns_no_page() {
    let mut desk = wall(200, 50);
    desk.screen();
    let before = desk.board.rows_in_sight().to_vec();
    assert_eq!(desk.board.page(), None);
    desk.wait(15);
    desk.screen();
    assert_eq!(desk.board.rows_in_sight(), before);
}

#[test]
fn a_page_that_is_gone_gives_way_to_the_last() {
    let mut desk = wall(80, 16);
    desk.screen();
    desk.wait(15);
    desk.wait(15);
    desk.send(own(AccountMessage::Contacts(vec![contact(
        "a@sie.at", "Ann", "Sales",
    )])));
    let screen = desk.screen();
    assert!(screen.contains("Ann"), "{screen}");
    assert_eq!(desk.board.page(), None);
    desk.send(own(AccountMessage::Contacts(Vec::new())));
    let screen = desk.screen();
    assert!(screen.contains("Nobody is on the board"), "{screen}");
}

#[test]
fn the_clock_wakes_the_board_at_each_full_minute_and_no_sooner() {
    let mut desk = Desk::with(
        Preferences {
            wall: true,
            ..Desk::preferences()
        },
        80,
        24,
    );
    desk.now = at("09:14:20");
    assert_eq!(desk.board.next_change(desk.now), Some(at("09:15:00")));
    desk.now = at("09:15:00");
    assert_eq!(desk.board.next_change(desk.now), Some(at("09:16:00")));
}

#[test]
fn no_hand_changes_what_is_on_a_wall_but_it_can_be_left() {
    let mut desk = wall(80, 24);
    let before = desk.screen();
    let actions = [
        Action::Add,
        Action::Remove,
        Action::Open,
        Action::Find,
        Action::Sort,
        Action::View,
        Action::Settings,
        Action::OwnPresence,
        Action::Help,
        Action::Mark,
        Action::HideOffline,
    ];
    for action in actions {
        assert_eq!(desk.act(action), [], "{action:?}");
        assert_eq!(desk.screen(), before, "{action:?}");
    }
    desk.send(UserMessage::Paste("somebody@sie.at".into()));
    desk.send(UserMessage::Scroll(4));
    assert_eq!(desk.screen(), before);
    assert!(!desk.board.mouse());
    let left = desk.act(Action::Quit);
    assert!(matches!(left[..], [Effect::Terminal(_)]), "{left:?}");
}

#[test]
fn a_hand_at_a_wall_hears_nothing_of_what_happened_while_it_was_away() {
    for action in [Action::Down, Action::Lately, Action::Redraw] {
        let mut desk = wall(80, 24);
        desk.pass(SignedDuration::from_mins(6));
        desk.send(report("dan@sie.at", desk.now, doing("<c:available/>")));
        desk.act(action);
        assert_eq!(desk.board.notice(), None, "{action:?}");
    }
}

#[test]
fn a_wall_whose_sign_in_is_refused_tries_again_each_quarter_of_an_hour() {
    let again = Effect::World(WorldEffect::Account(
        AccountId::MAIN,
        AccountEffect::SignInAgain,
    ));
    let quarter = SignedDuration::from_mins(15);
    let mut desk = wall(80, 24);
    assert!(
        !desk
            .send(own(AccountMessage::Link(link(refused()))))
            .contains(&again)
    );
    for _ in 0..3 {
        assert!(
            !desk
                .pass(quarter - SignedDuration::from_secs(1))
                .contains(&again)
        );
        assert!(desk.wait(1).contains(&again));
    }
    desk.send(own(AccountMessage::Link(link(LinkState::Up))));
    assert!(!desk.pass(quarter).contains(&again));

    let mut by_hand = Desk::staffed(80, 24);
    by_hand.send(own(AccountMessage::Link(link(refused()))));
    assert!(!by_hand.pass(quarter).contains(&again));
}

#[test]
fn a_wall_is_dim_at_night_and_only_then() {
    let mut desk = wall(80, 24);
    desk.look.dim = Some("20:00-06:00".parse().unwrap());
    let mut is_dim = |time| {
        desk.now = at(time);
        let terminal = desk.draw();
        let cells = terminal.backend().buffer().content.iter();
        let drawn = cells.filter(|cell| cell.symbol() != " ");
        let (dim, bright): (Vec<_>, Vec<_>) =
            drawn.partition(|cell| cell.modifier.contains(Modifier::DIM));
        assert!(dim.is_empty() || bright.is_empty(), "at {time}");
        !dim.is_empty()
    };
    for (time, dim) in [
        ("19:59:59", false),
        ("20:00:00", true),
        ("23:59:59", true),
        ("05:59:59", true),
        ("06:00:00", false),
    ] {
        assert_eq!(is_dim(time), dim, "{time}");
    }
}

#[test]
fn hours_read_back_as_they_are_written_and_nothing_else_is_hours() {
    for (written, shown) in [
        ("20:00-06:00", "20:00-06:00"),
        ("20-6", "20:00-06:00"),
        ("9:30 - 17:05", "09:30-17:05"),
        ("18-24", "18:00-00:00"),
    ] {
        let hours: Hours = written.parse().unwrap();
        assert_eq!(hours.to_string(), shown);
        assert_eq!(shown.parse::<Hours>().unwrap(), hours);
    }
    for wrong in [
        "",
        "-",
        "20",
        "20:00",
        "25-6",
        "20:60-6",
        "+9-10",
        "20:00:00-6",
        "a-b",
        "24:30-6",
    ] {
        assert!(wrong.parse::<Hours>().is_err(), "{wrong}");
    }
    let all_day: Hours = "8-8".parse().unwrap();
    assert!(all_day.contain(at("03:00:00"), &TimeZone::UTC));
    let day: Hours = "8-18".parse().unwrap();
    assert!(day.contain(at("08:00:00"), &TimeZone::UTC));
    assert!(!day.contain(at("18:00:00"), &TimeZone::UTC));
}
