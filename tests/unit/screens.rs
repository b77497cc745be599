//! What the board looks like, at the sizes that people have.

use std::sync::Arc;

use crate::support::desk::{Desk, SIZES, link, own, report, start, themes};
use insta::assert_snapshot;
use jiff::SignedDuration;
use ratatui::style::Color;
use secrecy::SecretString;
use unicode_width::UnicodeWidthStr;
use whosin::board::{
    AccountMessage, Action, Choice, Draft, Origin, Setting, SignInMessage, View, Way, WorldMessage,
};
use whosin::contacts::exchange::{Format, read};
use whosin::contacts::{Contact, Fact};
use whosin::link::{Link, LinkState, Mode, OwnPresence, OwnSet, Problem};
use whosin::presence::{IconSet, Kind, Presence, read_document};
use whosin::tui::Depth;

/// One snapshot a size of what `prepare` makes of a staffed board.
fn at_all_sizes(name: &str, prepare: impl Fn(&mut Desk)) {
    for (width, height) in SIZES {
        let mut desk = Desk::staffed(width, height);
        prepare(&mut desk);
        assert_snapshot!(format!("{name}-{width}x{height}"), desk.screen());
    }
}

#[test]
fn the_board() {
    at_all_sizes("board", |_| {});
}

#[test]
fn the_list() {
    at_all_sizes("list", |desk| {
        desk.choose_view(View::List);
    });
}

#[test]
fn the_details() {
    at_all_sizes("details", |desk| {
        desk.act(Action::Open);
    });
}

#[test]
fn the_details_of_a_document_that_says_much() {
    at_all_sizes("rich-details", |desk| {
        let xml = include_str!("../corpus/pidf/rich.xml");
        let presence = read_document(xml).unwrap().presence(desk.now, &["en"]);
        desk.send(report("ursula@sie.at", desk.now, presence));
        desk.act(Action::Find);
        desk.type_text("ursula");
        desk.act(Action::Open);
        desk.act(Action::Open);
    });
}

/// Ben and Carla have all facts, of others less is known.
fn give_facts(desk: &mut Desk) {
    let mut contacts: Vec<Contact> = desk
        .board
        .entries()
        .map(|entry| entry.contact.clone())
        .collect();
    for (who, facts) in [
        (
            "ben@sie.at",
            &[
                (Fact::Number, "3216"),
                (Fact::Mobile, "+43 664 123 45 67"),
                (Fact::Department, "Accounting"),
                (Fact::Title, "Head of Accounting"),
                (Fact::Note, "back at 14:00, deputy Eva"),
            ][..],
        ),
        ("carla@sie.at", &[(Fact::Number, "+43 1 234 3217")]),
        (
            "lin@sie.at",
            &[(Fact::Number, "4711"), (Fact::Department, "田中")],
        ),
    ] {
        let wanted = |contact: &&mut Contact| contact.address.as_str() == who;
        let contact = contacts.iter_mut().find(wanted).unwrap();
        for (fact, text) in facts {
            contact.set(*fact, Some(text.to_string()));
        }
    }
    desk.send(own(AccountMessage::Contacts(contacts)));
}

#[test]
fn the_facts_in_tiles_and_beside_them() {
    at_all_sizes("facts", |desk| {
        give_facts(desk);
        desk.act(Action::Open);
    });
}

#[test]
fn the_facts_in_a_list_that_is_searched_by_a_number() {
    at_all_sizes("facts-list", |desk| {
        give_facts(desk);
        desk.choose_view(View::List);
        desk.act(Action::Find);
        desk.type_text("32");
    });
}

#[test]
fn the_facts_in_the_form() {
    at_all_sizes("facts-form", |desk| {
        give_facts(desk);
        desk.act(Action::Edit);
        // From the name round to the note.
        desk.act(Action::Previous);
    });
}

#[test]
fn the_menu_of_actions() {
    at_all_sizes("actions", |desk| {
        give_facts(desk);
        desk.act(Action::Find);
        desk.type_text("carla");
        desk.act(Action::Open);
        desk.act(Action::Actions);
        desk.act(Action::Down);
    });
}

#[test]
fn the_form() {
    at_all_sizes("form", |desk| {
        desk.act(Action::Add);
        desk.type_text("new person@");
        desk.act(Action::Open);
    });
}

#[test]
fn the_sign_in() {
    at_all_sizes("sign-in", |desk| {
        let draft = Draft {
            way: Way::Service {
                server: "cup.sie.at".into(),
                app_user: "whosin".into(),
                user: String::new(),
            },
            password: SecretString::from("hidden"),
            domain: String::new(),
            pin: None,
            save: true,
        };
        desk.send(WorldMessage::SignIn(SignInMessage::Needed(draft)));
        desk.type_text("klmt");
        desk.act(Action::Open);
        let fingerprint = format!("sha256:{}", ["AB"; 32].join(":"));
        let unknown = SignInMessage::UnknownCertificate(fingerprint);
        desk.send(WorldMessage::SignIn(unknown));
    });
}

#[test]
fn the_settings() {
    at_all_sizes("settings", |desk| {
        let setting = |name, value: &str, origin, about, choices| Setting {
            name,
            value: value.into(),
            origin,
            about,
            choices,
        };
        let icons = IconSet::ALL.map(Choice::Icons).to_vec();
        let history = [Choice::History(false), Choice::History(true)].to_vec();
        desk.send(WorldMessage::Settings(vec![
            setting("icons", "unicode", Origin::Default, "The glyphs.", icons),
            setting(
                "history",
                "off",
                Origin::File,
                "Whether today's states are kept for the next run, in a file for you alone.",
                history,
            ),
            setting(
                "server",
                "https://presence-1.vienna.example.com:8083",
                Origin::Variable("WHOSIN_SERVER"),
                "Where to sign in; the primary first.",
                Vec::new(),
            ),
        ]));
        desk.act(Action::Settings);
        desk.act(Action::Down);
    });
}

#[test]
fn the_import() {
    at_all_sizes("import", |desk| {
        desk.act(Action::Import);
        desk.type_text("~/people.csv");
    });
}

#[test]
fn a_file_in_the_way_of_an_export() {
    at_all_sizes("export", |desk| {
        desk.act(Action::Export);
        desk.type_text("people.vcf");
        let words = "people.vcf is there already: Enter replaces it";
        desk.send(WorldMessage::FileExists(words.into()));
    });
}

#[test]
fn what_of_an_import_is_refused() {
    at_all_sizes("refused", |desk| {
        let text = "new@sie.at\na@-b\nUrsula <ursula one@sie.at\n";
        let imported = read(text, Format::List.into(), None, None);
        desk.send(WorldMessage::Imported {
            file: "people.txt".into(),
            imported,
            group: None,
        });
    });
}

#[test]
fn the_help() {
    at_all_sizes("help", |desk| {
        desk.act(Action::Help);
    });
}

#[test]
fn the_help_on_a_link_that_is_out_of_the_ordinary() {
    at_all_sizes("help-link", |desk| {
        let remark = "asking instead of being told: the server has no free end points";
        desk.send(own(AccountMessage::Link(Link {
            warning: Some("certificate not checked".into()),
            remark: Some(remark.into()),
            ..link(LinkState::Up)
        })));
        desk.act(Action::Help);
    });
}

#[test]
fn the_help_describes_the_link_where_that_is_searched_for() {
    let mut desk = Desk::staffed(80, 24);
    desk.send(own(AccountMessage::Link(Link {
        mode: Mode::Live,
        ..link(LinkState::Up)
    })));
    desk.act(Action::Help);
    desk.type_text("link");
    let drawn = desk.screen();
    assert!(drawn.contains("signed in at cup.sie.at as klmt"), "{drawn}");
    assert!(drawn.contains("the server notifies of changes"), "{drawn}");
}

#[test]
fn the_own_presence() {
    at_all_sizes("own-presence", |desk| {
        desk.send(own(AccountMessage::Link(Link {
            own: Some(OwnSet {
                own: OwnPresence::Dnd,
                until: start() + SignedDuration::from_hours(3),
            }),
            ..link(LinkState::Up)
        })));
        desk.act(Action::OwnPresence);
    });
}

#[test]
fn the_header_shows_what_the_server_shows_of_the_user() {
    let mut desk = Desk::staffed(120, 24);
    let mut header = |state, set, shown: Option<Presence>| {
        desk.send(own(AccountMessage::Link(Link {
            own: set,
            shown: shown.map(Arc::new),
            ..link(state)
        })));
        desk.screen().lines().next().unwrap().to_string()
    };
    let dnd = OwnSet {
        own: OwnPresence::Dnd,
        until: start() + SignedDuration::from_hours(3),
    };
    let [away, shown_dnd] = ["AWAY", "DND"].map(Presence::basic);
    let line = header(LinkState::Up, Some(dnd), Some(shown_dnd));
    assert!(line.contains("Do not disturb until"), "{line}");
    // A script has set something else since.
    let line = header(LinkState::Up, Some(dnd), Some(away.clone()));
    assert!(line.contains("Away") && !line.contains("until"), "{line}");
    let line = header(LinkState::Up, None, Some(away.clone()));
    assert!(line.contains("Away"), "{line}");
    let line = header(LinkState::SigningIn, None, None);
    assert!(!line.contains("Away"), "{line}");
}

#[test]
fn the_search() {
    at_all_sizes("search", |desk| {
        desk.act(Action::Find);
        desk.type_text("an");
    });
}

#[test]
fn a_dead_link() {
    at_all_sizes("trouble", |desk| {
        let problem = Problem {
            what: "cup.sie.at: the connection is refused".into(),
            advice: "Is the port right?".into(),
        };
        let next_try = start() + SignedDuration::from_secs(7);
        let since = start() - SignedDuration::from_secs(190);
        desk.send(own(AccountMessage::Link(link(LinkState::Trouble {
            problem,
            since,
            next_try: Some(next_try),
        }))));
    });
}

#[test]
fn what_is_remembered() {
    for (width, height) in SIZES {
        let mut desk = Desk::remembering(width, height);
        assert_snapshot!(format!("remembered-{width}x{height}"), desk.screen());
    }
}

#[test]
fn what_is_remembered_as_a_list_and_in_the_details() {
    let mut desk = Desk::remembering(120, 32);
    desk.act(Action::View);
    assert_snapshot!("remembered-list-120x32", desk.screen());
    desk.act(Action::Open);
    assert_snapshot!("remembered-details-120x32", desk.screen());
}

#[test]
fn letters_alone_draw_the_whole_board() {
    for prepare in [
        Action::Open,
        Action::Add,
        Action::Help,
        Action::FoldGroup,
        Action::Refresh,
    ] {
        let mut desk = Desk::staffed(120, 40);
        desk.look.icons = IconSet::Ascii;
        desk.act(prepare);
        let text = desk.screen();
        let own = text.chars().filter(|c| !c.is_ascii() && !c.is_alphabetic());
        let strange: String = own.filter(|c| !"👩💻\u{200d}…“”".contains(*c)).collect();
        assert_eq!(strange, "", "{text}");
    }
}

#[test]
fn without_colour_nothing_is_coloured() {
    let mut desk = Desk::staffed(120, 40);
    desk.look.theme = themes("dark", Depth::None).theme();
    let terminal = desk.draw();
    let coloured = terminal.backend().buffer().content().iter();
    assert!(
        coloured
            .clone()
            .all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset)
    );
}

#[test]
fn every_glyph_is_one_cell_wide_and_tells_availabilities_apart() {
    for icons in [IconSet::Unicode, IconSet::Nerd, IconSet::Ascii] {
        for one in Kind::all() {
            let glyph = one.glyph(icons);
            assert!(
                glyph.is_empty() || glyph.width() == 1,
                "{}: {glyph}",
                one.name()
            );
            for other in Kind::all() {
                let apart = one.availability() != other.availability()
                    && one.availability().is_some()
                    && other.availability().is_some();
                assert!(
                    !apart || glyph != other.glyph(icons),
                    "{} {}",
                    one.name(),
                    other.name()
                );
            }
        }
    }
}

#[test]
fn any_size_can_be_drawn() {
    for (width, height) in (1..60).flat_map(|width| (1..14).map(move |height| (width, height))) {
        let mut desk = Desk::staffed(width, height);
        desk.act(Action::Down);
        desk.act(Action::Open);
        desk.draw();
        desk.act(Action::Add);
        desk.draw();
        desk.act(Action::Back);
        desk.act(Action::Help);
        desk.draw();
    }
}
