//! The settings view: every option, its value, where it came from; changing the everyday ones.

use crate::support::bench::{Bench, until};
use crate::support::desk::Desk;
use crate::support::pty::Start;
use jiff::SignedDuration;
use whosin::board::{Action, Choice, Effect, Message, Order, Origin, Setting, View};
use whosin::cli::Options;
use whosin::presence::IconSet;
use whosin::settings::{Settings, save_choice};

fn options(folder: &tempfile::TempDir) -> Options {
    Options {
        config: Some(folder.path().join("config.toml")),
        contacts: Some(folder.path().join("contacts.toml").display().to_string()),
        ..Options::default()
    }
}

fn setting<'a>(settings: &'a [Setting], name: &str) -> &'a Setting {
    let mut settings = settings.iter();
    settings.find(|setting| setting.name == name).unwrap()
}

fn choice(name: &'static str, choices: Vec<Choice>, origin: Origin) -> Setting {
    Setting {
        name,
        value: choices[0].label(),
        origin,
        about: "",
        choices,
    }
}

#[test]
fn each_setting_says_where_it_comes_from_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let file = "server = \"cup.example.com\"\ntheme = \"light\"\nview = \"list\"\nsort = \"state\"\n\
                free_for = 7\napp_password_command = \"pass show geheim\"\n";
    std::fs::write(folder.path().join("config.toml"), file).unwrap();
    let mut options = options(&folder);
    options.icons = Some(IconSet::Ascii);
    options.theme = Some("high-contrast".parse().unwrap());
    let settings = Settings::load(&options).unwrap();
    assert_eq!(
        (settings.view, settings.order),
        (Some(View::List), Order::State)
    );
    let shown = settings.shown(&[]);
    for (name, value, origin) in [
        ("server", "https://cup.example.com:8083", Origin::File),
        ("theme", "high-contrast", Origin::Option),
        ("icons", "ascii", Origin::Option),
        ("view", "list", Origin::File),
        ("sort", "by state", Origin::File),
        ("free_for", "7 s", Origin::File),
        ("app_password", "from app_password_command", Origin::File),
        ("interval", "5 s", Origin::Default),
        ("history", "off", Origin::Default),
    ] {
        let setting = setting(&shown, name);
        assert_eq!(
            (setting.value.as_str(), setting.origin),
            (value, origin),
            "{name}"
        );
    }
    assert!(!format!("{shown:?}").contains("geheim"));
    for setting in &shown {
        assert!(!setting.about.is_empty(), "{}", setting.name);
    }
}

#[test]
fn a_view_or_order_that_does_not_exist_is_refused_with_those_that_do() {
    for (line, wanted) in [("view = \"big\"", "tiles"), ("sort = \"size\"", "change")] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.toml"), line).unwrap();
        let error = Settings::load(&options(&folder)).unwrap_err().to_string();
        assert!(error.contains(wanted), "{error}");
    }
}

#[test]
fn a_choice_is_saved_beside_what_the_file_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let before =
        "# mine\nserver = \"cup\" # the old one\ntheme = \"dark\" # at night\nmouse = true\n";
    std::fs::write(&path, before).unwrap();
    for choice in [
        Choice::Theme("light".into()),
        Choice::Mouse(None),
        Choice::View(Some(View::Compact)),
        Choice::Sort(Order::Change),
        Choice::FreeFor(SignedDuration::from_secs(30)),
        Choice::HideOffline(true),
        Choice::History(false),
        Choice::Icons(IconSet::Nerd),
    ] {
        save_choice(&path, &choice).unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        text.starts_with("# mine\nserver = \"cup\" # the old one\ntheme = \"light\" # at night\n"),
        "{text}"
    );
    assert!(!text.contains("mouse"), "{text}");
    let settings = Settings::load(&options(&folder)).unwrap();
    assert_eq!(settings.view, Some(View::Compact));
    assert_eq!(settings.order, Order::Change);
    assert_eq!(settings.free_for.as_secs(), 30);
    assert!(settings.hide_offline && !settings.history && settings.mouse.is_none());
    assert_eq!(settings.icons, IconSet::Nerd);
}

#[test]
fn what_is_chosen_counts_at_once_and_is_to_be_saved() {
    let mut desk = Desk::staffed(100, 30);
    desk.act(Action::Settings);
    assert!(
        !desk.screen().contains("Settings"),
        "nothing is known to show"
    );
    let view = [None, Some(View::Tiles), Some(View::List)].map(Choice::View);
    let hide = [false, true].map(Choice::HideOffline);
    let history = [false, true].map(Choice::History);
    desk.send(Message::Settings(vec![
        choice("view", view.to_vec(), Origin::Default),
        choice("hide_offline", hide.to_vec(), Origin::File),
        choice("history", history.to_vec(), Origin::Option),
        Setting {
            name: "server",
            value: "https://cup".into(),
            origin: Origin::Variable("WHOSIN_SERVER"),
            about: "",
            choices: Vec::new(),
        },
    ]));
    desk.act(Action::Settings);
    let effects = desk.act(Action::Right);
    assert_eq!(effects, [Effect::Choose(Choice::View(Some(View::Tiles)))]);
    assert_eq!(desk.board.view(), Some(View::Tiles));
    assert_eq!(desk.board.settings()[0].origin, Origin::File);
    // Round and round, and back.
    desk.act(Action::Left);
    desk.act(Action::Left);
    assert_eq!(desk.board.view(), Some(View::List));
    desk.act(Action::Open);
    assert_eq!(desk.board.view(), None);

    desk.act(Action::Down);
    desk.act(Action::Right);
    assert!(desk.board.hides_offline());

    desk.act(Action::Down);
    desk.act(Action::Right);
    assert!(
        desk.screen()
            .contains("--history counts again at the next start")
    );
    assert_eq!(desk.board.settings()[2].origin, Origin::Option);

    desk.act(Action::Bottom);
    assert_eq!(desk.act(Action::Right), []);
    assert!(
        desk.screen()
            .contains("server is changed in the settings file")
    );
    // A click goes there, another changes.
    desk.send(Message::Point(1));
    desk.send(Message::Point(1));
    assert!(!desk.board.hides_offline());
}

#[test]
fn the_theme_changes_on_a_real_board_and_stays_for_the_next() {
    let bench = Bench::new();
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("config/whosin");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("config.toml");
    std::fs::write(&file, "# comment\ntheme = \"dark\"\n").unwrap();
    let start = Start {
        arguments: &[],
        variables: &[],
        width: 120,
        height: 40,
    };
    let mut pty = bench.in_terminal(home, start);
    pty.wait_for_text("Nobody is on the board yet");
    pty.send(",");
    pty.wait_for_text("Settings");
    pty.wait_for_text("< dark >");
    let drawn = pty.wait_for("origins", |text| text.contains("variable"));
    assert!(drawn.contains("from WHOSIN_APP"), "{drawn}");
    assert!(!drawn.contains("simulated"), "{drawn}");
    let before = pty.written().len();
    pty.send("\x1b[C");
    pty.wait_for_text("< light >");
    until("it is saved", || {
        std::fs::read_to_string(&file).is_ok_and(|text| text == "# comment\ntheme = \"light\"\n")
    });
    pty.send("\x1b");
    pty.wait_for("the view closed", |text| !text.contains("< light >"));
    // The blue of the light theme: what is drawn, is drawn in it.
    let since: Vec<u8> = pty.written()[before..].to_vec();
    let since = String::from_utf8_lossy(&since);
    assert!(since.contains("38;2;0;96;200"), "{since:?}");
    pty.send("q");
    assert_eq!(pty.wait_for_end(), 0);
}
