//! What the sign-in form does with what is typed, and with what the server says of it.

use secrecy::SecretString;
use tui_input::InputRequest;
use whosin::board::{
    AccountMessage, Action, Draft, Effect, Field, Pane, SignInEffect, SignInMessage,
    TerminalEffect, UserMessage, Way, WorldEffect, WorldMessage,
};
use whosin::link::Problem;

use crate::support::desk::{Desk, contact, own};

fn draft() -> Draft {
    at("", "")
}

/// What is signed in with at this server as this user.
fn at(server: &str, user: &str) -> Draft {
    Draft {
        way: Way::Service {
            server: server.into(),
            app_user: "whosin".into(),
            user: user.into(),
        },
        password: SecretString::from("secret"),
        domain: String::new(),
        pin: None,
        save: true,
    }
}

/// A form that lacks the server and the user.
fn form() -> Desk {
    let mut desk = Desk::empty(80, 24);
    say(&mut desk, SignInMessage::Needed(draft()));
    desk
}

fn say(desk: &mut Desk, message: SignInMessage) -> Vec<Effect> {
    desk.send(WorldMessage::SignIn(message))
}

/// The same, where everything is typed and an attempt is under way.
fn attempt() -> (Desk, Draft) {
    let mut desk = form();
    desk.type_text("cup");
    assert_eq!(desk.act(Action::Open), [], "the user is missing");
    desk.type_text("klmt");
    let wanted = at("cup", "klmt");
    assert_eq!(tried(&desk.act(Action::Open)), Some(&wanted));
    (desk, wanted)
}

fn tried(effects: &[Effect]) -> Option<&Draft> {
    effects.iter().find_map(|effect| match effect {
        Effect::World(WorldEffect::SignIn(SignInEffect::Try(draft))) => Some(draft),
        _ => None,
    })
}

#[test]
fn enter_goes_to_what_is_missing_and_says_so_there() {
    let mut desk = form();
    assert!(!desk.screen().contains("is needed"));
    assert_eq!(tried(&desk.act(Action::Open)), None);
    assert!(desk.screen().contains("Server is needed"));
    desk.type_text("c");
    assert!(!desk.screen().contains("is needed"));
}

#[test]
fn a_password_is_never_shown() {
    let (mut desk, _) = attempt();
    let screen = desk.screen();
    assert!(
        screen.contains("******") && !screen.contains("secret"),
        "{screen}"
    );
}

#[test]
fn while_it_is_tried_keys_change_nothing_but_leaving_works() {
    let (mut desk, _) = attempt();
    desk.type_text("x");
    desk.send(UserMessage::Point(0));
    assert_eq!(tried(&desk.act(Action::Open)), None);
    assert!(desk.screen().contains("Signing in…"));
    let problem = Problem {
        what: "cup is not known".into(),
        advice: "Check the name.".into(),
    };
    say(&mut desk, SignInMessage::Refused(Field::User, problem));
    let screen = desk.screen();
    assert!(screen.contains("cup is not known") && screen.contains("Check the name."));
    // The field at fault has the focus.
    desk.type_text("2");
    let again = at("cup", "klmt2");
    assert_eq!(tried(&desk.act(Action::Open)), Some(&again));
    assert_eq!(
        desk.act(Action::Back),
        [Effect::Terminal(TerminalEffect::Quit)]
    );
}

#[test]
fn exactly_the_certificate_that_is_shown_is_trusted_and_another_server_has_another() {
    let (mut desk, wanted) = attempt();
    // Nothing is shown yet that could be trusted.
    assert_eq!(tried(&desk.act(Action::Trust)), None);
    let fingerprint = "sha256:AB:CD".to_string();
    say(
        &mut desk,
        SignInMessage::UnknownCertificate(fingerprint.clone()),
    );
    assert!(desk.screen().contains(&fingerprint));
    let pinned = Draft {
        pin: Some(fingerprint),
        ..wanted.clone()
    };
    assert_eq!(tried(&desk.act(Action::Trust)), Some(&pinned));
    let problem = Problem {
        what: "refused".into(),
        advice: String::new(),
    };
    say(&mut desk, SignInMessage::Refused(Field::Server, problem));
    desk.type_text("2");
    let other = at("cup2", "klmt");
    assert_eq!(tried(&desk.act(Action::Open)), Some(&other));
}

#[test]
fn the_switch_goes_by_the_space_bar_alone() {
    let mut desk = form();
    desk.act(Action::Previous);
    assert!(desk.screen().contains("[x]"));
    desk.type_text("x");
    assert!(desk.screen().contains("[x]"));
    desk.type_text(" ");
    assert!(desk.screen().contains("[ ]"));
}

#[test]
fn what_belongs_to_the_board_does_nothing_at_the_form() {
    let mut desk = form();
    let before = desk.screen();
    for action in [
        Action::Help,
        Action::Refresh,
        Action::Add,
        Action::Settings,
        Action::View,
    ] {
        assert_eq!(desk.act(action), [], "{action:?}");
    }
    assert_eq!(desk.screen(), before);
}

#[test]
fn the_board_opens_with_the_domain_that_was_typed() {
    let (mut desk, _) = attempt();
    desk.send(own(AccountMessage::Contacts(vec![contact(
        "ben@sie.at",
        "Ben Two",
        "",
    )])));
    assert!(!desk.screen().contains("Ben Two"));
    let domain = Some("typed.example".to_string());
    say(&mut desk, SignInMessage::Accepted { domain });
    assert!(matches!(desk.board.pane(), Pane::Contacts));
    assert!(desk.screen().contains("Ben Two"));
    desk.act(Action::Add);
    desk.type_text("new");
    desk.act(Action::Open);
    let entry = desk.board.find(&"new@typed.example".parse().unwrap());
    assert!(entry.is_some());
    // Now they are the board's.
    assert_eq!(desk.act(Action::Demo), []);
}

#[test]
fn the_demo_is_started_once() {
    let mut desk = form();
    assert_eq!(
        desk.act(Action::Demo),
        [Effect::World(WorldEffect::SignIn(SignInEffect::Demo))]
    );
    assert_eq!(desk.act(Action::Demo), []);
}

#[test]
fn a_broker_needs_neither_application_user_nor_user_and_what_was_typed_there_comes_back() {
    let mut desk = form();
    desk.type_text("mqtts://board@broker/whosin");
    let screen = desk.screen();
    assert!(
        !screen.contains("App user") && !screen.contains("Your user"),
        "{screen}"
    );
    let broker = Draft {
        way: Way::Broker("mqtts://board@broker/whosin".into()),
        ..draft()
    };
    assert_eq!(tried(&desk.act(Action::Open)), Some(&broker));
    let problem = Problem {
        what: "broker: no such name".into(),
        advice: String::new(),
    };
    say(&mut desk, SignInMessage::Refused(Field::Server, problem));
    for _ in 0.."mqtts://board@broker/whosin".len() {
        desk.send(UserMessage::Type(InputRequest::DeletePrevChar));
    }
    desk.type_text("cup");
    let screen = desk.screen();
    assert!(
        screen.contains("whosin") && screen.contains("Your user"),
        "{screen}"
    );
    desk.act(Action::Open);
    desk.type_text("klmt");
    assert_eq!(tried(&desk.act(Action::Open)), Some(&at("cup", "klmt")));
}

#[test]
fn a_broker_without_a_password_is_tried() {
    let mut desk = Desk::empty(80, 24);
    let password = SecretString::default();
    say(
        &mut desk,
        SignInMessage::Needed(Draft {
            password: password.clone(),
            ..draft()
        }),
    );
    desk.type_text("MQTT://localhost");
    let broker = Draft {
        way: Way::Broker("MQTT://localhost".into()),
        password,
        ..draft()
    };
    assert_eq!(tried(&desk.act(Action::Open)), Some(&broker));
}
