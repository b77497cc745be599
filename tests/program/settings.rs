//! The settings view: every option, its value, where it came from; changing the everyday ones.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::bench::{Bench, until};
use crate::support::desk::Desk;
use crate::support::pty::Start;
use clap::CommandFactory;
use jiff::SignedDuration;
use secrecy::SecretString;
use tracing::level_filters::LevelFilter;
use whosin::board::{
    Action, Choice, Draft, Effect, Order, Origin, Setting, UserMessage, View, Way, WorldEffect,
    WorldMessage,
};
use whosin::broker;
use whosin::calling::Subject;
use whosin::cli::Cli;
use whosin::feed::{self, Credentials};
use whosin::http::Trust;
use whosin::presence::IconSet;
use whosin::pws::{Endpoint, SoapVersion};
use whosin::settings::values::LogLevel;
use whosin::settings::{Layer, SetUp, Settings, SettingsError, example, save_choice, save_sign_in};

fn load(folder: &tempfile::TempDir, options: Layer) -> Result<Settings, SettingsError> {
    let options = Layer {
        contacts: Some(folder.path().join("contacts.toml")),
        ..options
    };
    let set_up = SetUp::of_file(&folder.path().join("config.toml"));
    Settings::load(&options, &set_up)
}

/// The settings of a file alone.
fn of_file(text: &str) -> Result<Settings, SettingsError> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), text).unwrap();
    load(&folder, Layer::default())
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
    let options = Layer {
        icons: Some(IconSet::Ascii),
        theme: Some("high-contrast".parse().unwrap()),
        ..Layer::default()
    };
    let settings = load(&folder, options).unwrap();
    assert_eq!(
        (settings.view.value, settings.sort.value),
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
        let error = of_file(line).unwrap_err().to_string();
        assert!(error.contains(wanted), "{error}");
    }
}

/// What the file may say, by its own account.
fn keys_of_the_file() -> BTreeSet<String> {
    let keys = Layer::KEYS.iter();
    keys.map(|key| key.to_string()).collect()
}

#[test]
fn each_setting_is_a_key_a_line_of_the_view_and_an_option_or_one_of_the_few_that_are_none() {
    let keys = keys_of_the_file();
    let shown = of_file("").unwrap().shown(&[]);
    let view: BTreeSet<String> = shown.iter().map(|line| line.name.to_string()).collect();
    let only_named: BTreeSet<String> = ["config".to_string()].into();
    assert_eq!(&view - &only_named, keys);

    let command = Cli::command();
    let options: BTreeSet<String> = command
        .get_arguments()
        .filter_map(|option| {
            let long = option.get_long()?;
            let help = option.get_help()?.to_string();
            assert!(!help.is_empty(), "--{long}");
            assert!(option.is_global_set(), "--{long}");
            Some(long.replace('-', "_"))
        })
        .collect();
    let only_options = ["config", "profile", "verbose"].map(String::from);
    assert_eq!(&options - &keys, only_options.into());
    let only_in_the_file = [
        "action",
        "allow_actions",
        "app_password",
        "app_password_command",
        "board",
        "broker_password",
        "broker_password_command",
        "directory",
        "directory_address",
        "directory_ca_file",
        "directory_password",
        "directory_pin",
        "directory_user",
        "free_for",
        "hide_offline",
        "history",
        "keys",
        "mouse",
        "on_change",
        "on_free",
        "ring",
        "sort",
        "type_to_find",
        "view",
        "wall_dim",
    ];
    assert_eq!(&keys - &options, only_in_the_file.map(String::from).into());
}

#[test]
fn the_help_of_an_option_is_what_the_settings_view_says_of_it() {
    let shown = of_file("").unwrap().shown(&[]);
    for option in Cli::command().get_arguments() {
        let name = option.get_id().as_str();
        if let Some(line) = shown.iter().find(|line| line.name == name) {
            let help = option.get_help().unwrap().to_string();
            assert!(help.starts_with(line.about), "{name}: {help}");
        }
    }
}

#[test]
fn options_count_before_variables_before_the_file() {
    let variables = |name: &str| {
        let text = match name {
            "WHOSIN_SERVER" => "variable.example.com",
            "WHOSIN_USER" => "",
            "WHOSIN_APP_PASSWORD" => "geheim",
            _ => return None,
        };
        Some(text.to_string())
    };
    let layer = Layer::of_variables(variables).unwrap();
    assert!(layer.server.is_some() && layer.app_password.is_some());
    assert!(layer.user.is_none(), "what is empty says nothing");
    assert!(!format!("{layer:?}").contains("geheim"));
    let wrong = Layer::of_variables(|_| Some("ftp://x".into()));
    let wrong = wrong.unwrap_err().to_string();
    assert!(wrong.starts_with("WHOSIN_SERVER: 'ftp://x'"), "{wrong}");

    let folder = tempfile::tempdir().unwrap();
    let file = "domain = \"file.example.com\"\nlog_level = \"warn\"\n";
    std::fs::write(folder.path().join("config.toml"), file).unwrap();
    let options = Layer {
        log_level: Some(LogLevel(LevelFilter::DEBUG)),
        ..Layer::default()
    };
    let settings = load(&folder, options).unwrap();
    assert_eq!(settings.domain.origin, Origin::File);
    assert_eq!(settings.log_level.value, LogLevel(LevelFilter::DEBUG));
    assert_eq!(settings.log_level.origin, Origin::Option);
    assert_eq!(settings.in_flight.origin, Origin::Default);
}

#[test]
fn any_trust_option_overrides_all_trust_keys_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let pin = format!("sha256:{}", "ab".repeat(32));
    std::fs::write(
        folder.path().join("config.toml"),
        format!("pin = \"{pin}\""),
    )
    .unwrap();
    let pinned = load(&folder, Layer::default()).unwrap();
    assert_eq!(pinned.trust(), Trust::Pins(vec![pin.parse().unwrap()]));
    let options = Layer {
        ca_file: Some("cup.pem".into()),
        ..Layer::default()
    };
    let settings = load(&folder, options).unwrap();
    assert_eq!(settings.trust(), Trust::CaFile("cup.pem".into()));
    let shown = settings.shown(&[]);
    assert_eq!(setting(&shown, "pin").value, "not set");
    assert_eq!(setting(&shown, "ca_file").origin, Origin::Option);
}

#[test]
fn a_value_that_cannot_be_is_refused_with_its_line() {
    for (line, words) in [
        ("interval = \"soon\"", "write it like 5, 10s, 2m, 1h or 1d"),
        ("interval = 0", "one second to one day"),
        ("interval = true", "'true' is not a time"),
        ("free_for = \"25h\"", "one second to one day"),
        ("in_flight = 9", "1 to 8"),
        ("mode = \"often\"", "auto, poll, notify"),
        ("icons = \"emoji\"", "unicode, nerd, ascii"),
        ("soap = \"2.0\"", "1.1, 1.2"),
        ("callback = \"https://here\"", "http://10.1.2.3:9000"),
        ("log_level = \"loud\"", "off, error, warn"),
        ("pin = \"sha1:00\"", "64 hexadecimal digits"),
        ("theme = \"../dark\"", "letters, digits"),
        ("server = [\"cup\", \"ftp://cup\"]", "'ftp' is not spoken"),
        (
            "server = { host = 1 }",
            "server: write it like \"cup.example.com\"",
        ),
        ("server = \"\"", "server: it is empty"),
        (
            "intervall = 5",
            "no setting 'intervall'. Did you mean interval?",
        ),
        ("mode = \"notfy\"", "Did you mean notify?"),
        ("keys = { fly = \"f\" }", "no action 'fly'"),
        ("keys = { quit = [] }", "quit needs a key"),
        ("keys = { quitt = \"f\" }", "Did you mean quit?"),
        (
            "keys = { add = \"x\", quit = [\"f1\", \"x\"] }",
            "'x' is given to add and to quit",
        ),
        ("interval 5", "interval: write NAME = VALUE (interval = 5)"),
        ("interval = 5s", "a number has digits alone (interval = 5)"),
        ("server = cup", "server: a text stands in straight quotes"),
        ("server = \"cup", "server: the quote at the end is missing"),
        ("pin = [\"a\"", "pin: a bracket at the end is missing"),
        ("wall = True", "wall: write true or false"),
        ("contacts = \"C:\\Users\"", "contacts: in double quotes"),
        ("a = = 3", "an = too many"),
        ("[keys", "a bracket at the end is missing"),
        ("keys = { add = \"nokey\" }", "'nokey' is not a key"),
        ("config = \"other.toml\"", "there is no setting 'config'"),
    ] {
        let error = of_file(&format!("# mine\n{line}\n"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("config.toml, line 2: "), "{error}");
        assert!(error.contains(words), "{error}");
        for inside in ["expected", "literal", "invalid type", "untagged", "enum"] {
            assert!(!error.contains(inside), "{error}");
        }
    }
}

#[test]
fn a_mistake_in_a_table_is_told_with_its_own_line() {
    for (text, line) in [
        ("[keys]\nadd = \"x\"\nfly = \"f\"", 3),
        ("[keys]\nadd = \"x\"\nquit = \"nokey\"", 3),
        ("[keys]\nadd = \"x\"\nquit = \"x\"", 3),
        ("[keys]\nadd = \"x\"\nquit = { a = 1 }", 3),
        (
            "[[action]]\npreset = \"tel\"\n[[action]]\npreset = \"sip\"\nnmae = \"x\"",
            5,
        ),
        (
            "[[board]]\nname = \"a\"\nfind = \"b\"\n[[board]]\nname = \"c\"",
            4,
        ),
        ("ring = [\n{ name = \"3\", command = [\"a\"] }]", 2),
    ] {
        let error = of_file(text).unwrap_err().to_string();
        assert!(error.contains(&format!("line {line}: ")), "{text}: {error}");
    }
}

#[test]
fn natural_spellings_are_understood() {
    let text = "soap = 1.2\ninterval = \"10\"\nfree_for = \"1d\"\nin_flight = \"3\"\n\
                hide_offline = \"yes\"\nmode = \"POLL\"\n";
    let settings = of_file(text).unwrap();
    assert_eq!(settings.soap.value, SoapVersion::V1_2);
    assert_eq!(settings.in_flight.value.get(), 3);
    assert!(settings.hide_offline.value);
    let shown = settings.shown(&[]);
    for (name, value) in [
        ("interval", "10 s"),
        ("mode", "poll"),
        ("free_for", "86400 s"),
    ] {
        assert_eq!(setting(&shown, name).value, value);
    }
}

#[test]
fn every_setting_but_the_tables_has_a_variable() {
    let example = example();
    let uncommented = uncommented(&example);
    for line in uncommented
        .lines()
        .take_while(|line| !line.starts_with('['))
    {
        let Some((key, value)) = line.split_once(" = ") else {
            continue;
        };
        let value = value.trim_matches('"').to_string();
        let wanted = format!("WHOSIN_{}", key.to_uppercase());
        let layer = Layer::of_variables(|name| (name == wanted).then(|| value.clone()));
        let layer = layer.unwrap_or_else(|error| panic!("{key}: {error}"));
        let empty = format!("{:?}", Layer::default());
        assert_ne!(format!("{layer:?}"), empty, "{wanted}={value}");
    }
}

/// The example with all that is commented out.
fn uncommented(example: &str) -> String {
    let lines = example.lines().filter_map(|line| {
        let line = line.strip_prefix('#')?;
        (!line.starts_with(' ')).then_some(line)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_example_sets_nothing_and_each_of_its_lines_can_be_used() {
    let example = example();
    let settings = of_file(&example).unwrap();
    let shown = settings.shown(&[]);
    let set: Vec<&str> = shown
        .iter()
        .filter(|setting| setting.origin != Origin::Default)
        .map(|setting| setting.name)
        .collect();
    assert_eq!(set, ["contacts", "config"], "only what the test names");
    for key in Layer::KEYS {
        let written = match *key {
            "keys" => "\n#[keys]\n".to_string(),
            "action" | "board" | "ring" => format!("\n#[[{key}]]\n"),
            key => format!("\n#{key} = "),
        };
        assert!(example.contains(&written), "{key}: {example}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, uncommented(&example)).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let settings = load(&folder, Layer::default()).unwrap();
    assert_eq!(settings.interval.origin, Origin::File);
    assert_eq!(settings.keys.origin, Origin::File);
    assert_eq!(settings.action.origin, Origin::File);
    assert_eq!(settings.board.origin, Origin::File);
    assert_eq!(settings.ring.origin, Origin::File);
}

#[test]
fn a_path_in_the_file_starts_at_the_file_and_home_is_understood() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), "ca_file = \"cup.pem\"").unwrap();
    let settings = load(&folder, Layer::default()).unwrap();
    assert_eq!(settings.ca_file.value, Some(folder.path().join("cup.pem")));
    let settings = of_file("contacts = \"~/team.toml\"\nca_file = \"~/cup.pem\"").unwrap();
    let path = settings.ca_file.value.unwrap();
    assert!(path.is_absolute() && path.ends_with("cup.pem"), "{path:?}");
}

#[test]
fn a_program_in_the_file_is_found_as_other_files_are() {
    let folder = tempfile::tempdir().unwrap();
    let text = "on_free = [\"./free.sh\", \"./as-it-is\"]\non_change = [\"logger\"]\n\
                [[ring]]\nname = \"Gong\"\ncommand = [\"~/bin/gong\"]\n\
                [[action]]\nname = \"Call\"\ncommand = [\"/opt/call\", \"{user}\"]\n";
    std::fs::write(folder.path().join("config.toml"), text).unwrap();
    let settings = load(&folder, Layer::default()).unwrap();
    let ben = whosin::contacts::Contact::new("ben@sie.at".parse().unwrap());
    let subject = Subject {
        contact: &ben,
        name: "Ben",
        state: None,
        activity: None,
    };
    let (hooks, rings) = (settings.hooks(), settings.rings());
    let free = hooks.on_free.unwrap().fill(subject).unwrap().arguments;
    assert_eq!(Path::new(&free[0]), folder.path().join("./free.sh"));
    assert_eq!(free[1], "./as-it-is");
    let changed = hooks.on_change.unwrap().fill(subject).unwrap();
    assert_eq!(changed.arguments, ["logger"]);
    let gong = rings.all()[0].fill(subject).unwrap().arguments;
    let gong = Path::new(&gong[0]);
    assert!(gong.is_absolute() && gong.ends_with("bin/gong"), "{gong:?}");
    let call = settings.contact_actions().all()[0].fill(subject).unwrap();
    assert_eq!(call.arguments, ["/opt/call", "ben"]);
}

#[test]
fn the_settings_explain_themselves_from_a_script() {
    let bench = Bench::new();
    let text = |arguments: &[&str]| {
        let done = bench.run(arguments);
        let code = done.status.code();
        (
            code,
            [done.stdout, done.stderr]
                .map(|text| String::from_utf8(text).unwrap())
                .concat(),
        )
    };
    let file = bench.path("mine.toml");
    let path = file.display().to_string();
    let with = |command: &'static str| text(&["--config", &path, "config", command]);
    assert_eq!(with("path"), (Some(0), format!("{path}\n")));
    let (code, words) = with("show");
    assert_eq!(code, Some(2), "{words}");
    assert!(words.contains("no settings file"), "{words}");

    std::fs::write(&file, "interval = \"10s\"\n").unwrap();
    let (code, shown) = with("show");
    assert_eq!(code, Some(0), "{shown}");
    let line = shown
        .lines()
        .find(|line| line.starts_with("interval\t"))
        .unwrap();
    assert!(
        line.contains("10 s") && line.ends_with("config.toml"),
        "{line}"
    );
    let line = shown
        .lines()
        .find(|line| line.starts_with("user\t"))
        .unwrap();
    assert!(line.ends_with("option"), "{line}");
    let (code, words) = with("check");
    assert!(
        code == Some(0) && words.contains("mine.toml: fine"),
        "{words}"
    );
    std::fs::write(&file, "intervall = 5\n").unwrap();
    let (code, words) = with("check");
    assert!(code == Some(2) && words.contains("line 1"), "{words}");

    // An editor that writes what was asked for.
    let new = bench.path("new/config.toml");
    let editor = bench.path("editor");
    std::fs::write(&editor, "#!/bin/sh\necho 'interval = 9' >> \"$1\"\n").unwrap();
    std::fs::set_permissions(&editor, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let done = bench
        .command(&["--config", &new.display().to_string(), "config", "edit"])
        .env("VISUAL", "")
        .env("EDITOR", format!("sh {}", editor.display()))
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
    let edited = std::fs::read_to_string(&new).unwrap();
    assert!(
        edited.contains("#interval = 5") && edited.ends_with("interval = 9\n"),
        "{edited}"
    );
}

#[test]
fn a_check_names_everything_that_is_wrong() {
    let bench = Bench::new();
    let file = bench.path("mine.toml");
    let check = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let done = bench.run(&["--config", &file.display().to_string(), "config", "check"]);
        assert_ne!(done.status.code(), Some(0), "{text}");
        String::from_utf8(done.stderr).unwrap()
    };
    let words = check("mode = \"often\"\nintervall = 5\n[[board]]\nname = \"x\"\n");
    let lines: Vec<&str> = words.lines().collect();
    assert_eq!(lines.len(), 3, "{words}");
    for (line, wanted) in lines
        .iter()
        .zip(["line 1: mode", "line 2: there", "line 3: board"])
    {
        assert!(line.contains(wanted), "{words}");
    }
    // Beside the file: certificates, contacts and themes.
    let words = check("ca_file = \"nobody.pem\"\ncontacts = \"team.toml\"\ntheme = \"drak\"\n");
    assert!(words.contains("nobody.pem"), "{words}");
    assert!(words.contains("Did you mean dark?"), "{words}");
    std::fs::write(bench.path("team.toml"), "contact = 5").unwrap();
    let words = check("contacts = \"team.toml\"\n");
    assert!(words.contains("team.toml, line 1: write a list"), "{words}");
    let book = "[[contact]]\naddress = \"ben@sie.at\"\nnmae = \"Ben\"\nbirthday = \"1 May\"\n[[contacts]]\n\
                [[contact]]\naddress = \"eva@sie.at\"\nphone = \"32\"\n";
    std::fs::write(bench.path("team.toml"), book).unwrap();
    let words = check("contacts = \"team.toml\"\n");
    let lines: Vec<&str> = words.lines().collect();
    assert_eq!(
        lines.len(),
        3,
        "what is somebody's own is no mistake: {words}"
    );
    assert!(
        words.contains("line 3: 'nmae' means nothing. Did you mean name?"),
        "{words}"
    );
    assert!(
        words.contains("line 5: 'contacts' means nothing. Did you mean contact?"),
        "{words}"
    );
    assert!(
        words.contains("line 8: 'phone' means nothing. Did you mean number?"),
        "{words}"
    );
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
    let settings = load(&folder, Layer::default()).unwrap();
    assert_eq!(settings.view.value, Some(View::Compact));
    assert_eq!(settings.sort.value, Order::Change);
    let free_for = SignedDuration::from(settings.free_for.value);
    assert_eq!(free_for.as_secs(), 30);
    assert!(settings.hide_offline.value && !settings.history.value);
    assert!(settings.mouse.value.is_none());
    assert_eq!(settings.icons.value, IconSet::Nerd);
}

#[test]
fn a_choice_keeps_line_ends_and_a_byte_order_mark() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let before = "# mine\r\ntheme = \"dark\" # at night\r\n\r\n[keys]\r\nadd = \"n\"\r\n";
    for mark in ["", "\u{feff}"] {
        std::fs::write(&path, format!("{mark}{before}")).unwrap();
        save_choice(&path, &Choice::Theme("light".into())).unwrap();
        let after = std::fs::read_to_string(&path).unwrap();
        assert_eq!(after, format!("{mark}{}", before.replace("dark", "light")));
        save_choice(&path, &Choice::Sort(Order::Change)).unwrap();
        let after = std::fs::read_to_string(&path).unwrap();
        assert!(after.contains("\r\nsort = \"change\"\r\n"), "{after:?}");
        assert_eq!(after.matches('\n').count(), after.matches("\r\n").count());
        let settings = load(&folder, Layer::default()).unwrap();
        assert_eq!(settings.sort.value, Order::Change);
    }
}

#[cfg(unix)]
#[test]
fn a_choice_is_written_through_links_that_lead_nowhere_yet() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("whosin");
    std::os::unix::fs::symlink("dotfiles/whosin", &link).unwrap();
    save_choice(&link.join("config.toml"), &Choice::Theme("light".into())).unwrap();
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    let target = folder.path().join("dotfiles/whosin/config.toml");
    let text = std::fs::read_to_string(target).unwrap();
    assert_eq!(text, "theme = \"light\"\n");
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
    desk.send(WorldMessage::Settings(vec![
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
    assert_eq!(
        effects,
        [Effect::World(WorldEffect::SaveChoice(Choice::View(Some(
            View::Tiles
        ))))]
    );
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
    desk.send(UserMessage::Point(1));
    desk.send(UserMessage::Point(1));
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
    // The keys of the light theme: what is drawn, is drawn in it.
    let since: Vec<u8> = pty.written()[before..].to_vec();
    let since = String::from_utf8_lossy(&since);
    assert!(since.contains("38;2;68;68;68"), "{since:?}");
    pty.send("q");
    assert_eq!(pty.wait_for_end(), 0);
}

#[test]
fn saved_searches_are_tables_with_a_name_and_what_is_searched() {
    let settings = of_file(
        "[[board]]\nname = \"Sales\"\nfind = \"sales free\"\n[[board]]\nname = \"All\"\nfind = \"\"\n",
    )
    .unwrap();
    let boards: Vec<_> = settings
        .board
        .value
        .iter()
        .map(|tab| (tab.name.as_str(), tab.find.as_str()))
        .collect();
    assert_eq!(boards, [("Sales", "sales free"), ("All", "")]);
    let ten = "[[board]]\nname = \"A\"\nfind = \"a\"\n".repeat(10);
    for (file, wanted) in [
        ("board = \"sales\"", "find"),
        ("[[board]]\nname = \"Sales\"", "find"),
        ("[[board]]\nname = \" \"\nfind = \"a\"", "name"),
        (
            "[[board]]\nname = \"A\"\nfind = \"a\"\nsort = \"name\"",
            "sort",
        ),
        (&ten, "at most 9"),
    ] {
        let error = of_file(file).unwrap_err().to_string();
        assert!(error.contains(wanted), "{file}: {error}");
    }
}

#[test]
fn a_ring_is_a_name_that_is_no_bell_and_a_command() {
    let gong = "[[ring]]\nname = \"Gong\"\ncommand = [\"paplay\", \"gong.ogg\"]\n";
    let settings = of_file(gong).unwrap();
    assert!(settings.rings().named("gong").is_some());
    let settings = of_file(&format!("allow_actions = false\n{gong}")).unwrap();
    assert!(settings.rings().named("gong").is_none());
    for (file, wanted) in [
        ("[[ring]]\nname = \"Gong\"", "command"),
        ("[[ring]]\ncommand = [\"a\"]", "name"),
        (
            "[[ring]]\nname = \"3\"\ncommand = [\"a\"]",
            "cannot be the name",
        ),
        (
            "[[ring]]\nname = \"a,b\"\ncommand = [\"a\"]",
            "cannot be the name",
        ),
        ("[[ring]]\nname = \"a\"\ncommand = []", "is empty"),
        (
            "[[ring]]\nname = \"a\"\ncommand = [\"{x}\"]",
            "there is no {x}",
        ),
        ("[[ring]]\nname = \"a\"\nkey = \"g\"", "key"),
    ] {
        let error = of_file(file).unwrap_err().to_string();
        assert!(error.contains(wanted), "{file}: {error}");
    }
}

#[test]
fn what_the_form_has_saved_counts_at_once_as_it_will_from_the_next_start_on() {
    let server = Way::Service {
        server: "cup.example.com".into(),
        app_user: "webservice".into(),
        user: "klmt".into(),
    };
    let place = "mqtts://board@broker.example.com/whosin";
    for way in [server, Way::Broker(place.into())] {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = load(&folder, Layer::default()).unwrap();
        let password = SecretString::from("secret");
        let draft = Draft {
            way: way.clone(),
            password: password.clone(),
            domain: "example.com".into(),
            pin: None,
            save: true,
        };
        save_sign_in(&folder.path().join("config.toml"), &draft).unwrap();
        let domain = Some(draft.domain.clone());
        match way {
            Way::Service {
                server,
                app_user,
                user,
            } => {
                let credentials = Credentials {
                    app_user,
                    password,
                    user,
                };
                let config = feed::Config::new(Endpoint::parse(&server).unwrap(), credentials);
                settings.take_typed(&config, domain, Origin::File);
            }
            Way::Broker(place) => {
                let config = broker::Config {
                    place: place.parse().unwrap(),
                    password: Some(password),
                    trust: Trust::Platform,
                };
                settings.take_typed_broker(&config, domain, Origin::File);
            }
        }
        let again = load(&folder, Layer::default()).unwrap();
        let values = |settings: &Settings| -> Vec<_> {
            let shown = settings.shown(&[]).into_iter();
            shown.map(|one| (one.name, one.value, one.origin)).collect()
        };
        assert_eq!(values(&settings), values(&again));
    }
}
