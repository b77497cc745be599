//! A board with a joined profile: two real services beside each other, with users, passwords and contact
//! books of their own.

use std::fs;
use std::path::PathBuf;

use secrecy::SecretString;
use whosin::simulator::{Doing, Node, Options, Simulator};

use crate::support::bench::{Bench, text, until};
use crate::support::pty::{Pty, Start};

/// A service where only hofer may sign in, by another application password, and the profile munich that
/// does so.
struct Munich {
    bench: Bench,
    service: Simulator,
}

impl Munich {
    fn new() -> Munich {
        let bench = Bench::with_one_free();
        let options = Options {
            contacts: 3,
            pace: 0.0,
            application_password: SecretString::from("servus"),
            end_users: vec!["hofer".into()],
            domain: "munich.example".into(),
            scenario: "already-in".parse().unwrap(),
            ..Options::default()
        };
        let address = "127.0.0.1:0".parse().unwrap();
        let service = bench.runtime.block_on(Simulator::start(address, options));
        let service = service.unwrap();
        let fritz = service.people()[0].address.clone();
        service.set(&fritz, Doing::Available);
        let munich = Munich { bench, service };
        munich.set_up("app_password = \"servus\"\n");
        munich.bench.write(
            "config/whosin/profiles/munich/contacts.toml",
            &format!(
                "# kept by Fritz\n[[contact]]\naddress = \"{fritz}\"\nname = \"Fritz Huber\"\n\
                 group = \"Hall\"\n"
            ),
        );
        munich
    }

    /// Writes the settings of the profile, with this beside server and users.
    fn set_up(&self, more: &str) {
        let inside = "config/whosin/profiles/munich/config.toml";
        let url = self.service.url();
        let settings = format!(
            "server = \"{url}\"\napp_user = \"whosin\"\nuser = \"hofer\"\ninterval = 1\nmode = \"poll\"\n\
             {more}"
        );
        self.bench.write(inside, &settings);
        private(&self.bench.path(inside));
    }

    /// A board that joins the profile, with a home that stays in place.
    fn board(&mut self, width: u16) -> Pty {
        let home = self.bench.take_home();
        self.bench.in_terminal(
            home,
            Start {
                arguments: &["--with", "munich"],
                variables: &[],
                width,
                height: 24,
            },
        )
    }

    /// Takes the service down, or brings it back.
    fn power(&self, on: bool) {
        for node in [Node::First, Node::Second] {
            let turned = async {
                if on {
                    self.service.start_node(node).await;
                } else {
                    self.service.stop_node(node).await;
                }
            };
            self.bench.runtime.block_on(turned);
        }
    }
}

#[cfg(unix)]
fn private(path: &PathBuf) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(not(unix))]
fn private(_path: &PathBuf) {}

/// The line of a contact, in the compact view: its state stands behind the name.
fn line<'a>(screen: &'a str, name: &str) -> &'a str {
    let mut lines = screen.lines();
    lines.find(|line| line.contains(name)).unwrap_or_default()
}

#[test]
fn a_server_that_is_gone_makes_only_its_people_doubtful_until_it_is_back() {
    let mut munich = Munich::new();
    let mut board = munich.board(50);
    let is_known = |screen: &str| {
        let states = ["Fritz Huber", "Ursula One"].map(|name| line(screen, name));
        states.iter().all(|line| line.contains("Available"))
    };
    board.wait_for("people of two servers", is_known);
    assert_eq!(munich.service.signed_in(), (1, 1));
    assert_eq!(munich.bench.service.signed_in(), (1, 1));

    let is_down = |screen: &str| {
        let line = screen.lines().nth(1).unwrap();
        line.contains("!munich") && line.contains("stale")
    };
    munich.power(false);
    let screen = board.wait_for("munich in trouble", |screen| {
        line(screen, "Fritz Huber").contains("was available")
    });
    assert!(is_down(&screen), "{screen}");
    assert!(screen.contains("!munich: "), "{screen}");
    assert!(
        line(&screen, "Ursula One").contains("Available"),
        "{screen}"
    );
    // What happens there is still seen.
    let ursula = munich.bench.ursula();
    munich.bench.service.set(&ursula, Doing::Dnd);
    let screen = board.wait_for("Ursula's change", |screen| {
        line(screen, "Ursula One").contains("Do not disturb")
    });
    assert!(is_down(&screen), "{screen}");
    munich.bench.service.set(&ursula, Doing::Available);

    munich.power(true);
    // The next try may be half a minute away: r makes it now.
    board.send("r");
    let screen = board.wait_for("munich back", is_known);
    assert!(!screen.contains("!munich"), "{screen}");

    board.send("q");
    assert_eq!(board.wait_for_end(), 0);
    until("both are signed out", || {
        munich.service.signed_in().1 == 0 && munich.bench.service.signed_in().1 == 0
    });
}

#[test]
fn an_edit_is_written_into_the_book_of_the_profile_beside_what_others_write() {
    let mut munich = Munich::new();
    let mut board = munich.board(100);
    let book = |inside: &str| {
        let folder = board.home.path().join("config/whosin");
        fs::read_to_string(folder.join(inside)).unwrap()
    };
    let theirs = || book("profiles/munich/contacts.toml");
    let ours = book("contacts.toml");
    board.wait_for_text("Fritz Huber");
    let before = theirs();
    // Somebody else adds Anna to it meanwhile.
    let anna = "\n[[contact]]\naddress = \"anna@munich.example\"\nname = \"Anna Bauer\"\n";
    let path = board
        .home
        .path()
        .join("config/whosin/profiles/munich/contacts.toml");
    fs::write(&path, before + anna).unwrap();
    board.wait_for_text("Anna Bauer");

    board.send("/fritz\r");
    board.wait_for_text("1 of 4");
    board.send("d");
    board.wait_for_text("Removed Fritz Huber");
    until("Fritz leaves the book of munich", || {
        let theirs = std::fs::read_to_string(&path).unwrap();
        !theirs.contains("Fritz Huber") && theirs.contains("Anna Bauer")
    });
    board.send("\x1b");
    board.wait_for_text("Anna Bauer");
    board.send("u");
    board.wait_for_text("Taken back");
    until("Fritz is back in the book of munich", || {
        let theirs = std::fs::read_to_string(&path).unwrap();
        theirs.contains("Fritz Huber") && theirs.contains("# kept by Fritz")
    });
    let path = board.home.path().join("config/whosin/contacts.toml");
    assert_eq!(fs::read_to_string(path).unwrap(), ours);
    board.send("q");
    assert_eq!(board.wait_for_end(), 0);
}

#[test]
fn no_password_of_the_board_goes_to_the_server_of_a_joined_profile() {
    let mut munich = Munich::new();
    munich.set_up("");
    // The board has its password by a variable.
    let mut board = munich.board(110);
    board.wait_for_text("password is not saved");
    board.wait_for("Ursula", |screen| screen.contains("Available"));
    board.send("r");
    board.wait_for_text("not signed in");
    board.send("q");
    assert_eq!(board.wait_for_end(), 0);
    assert_eq!(munich.service.tally().http_requests, 0);
}

#[test]
fn a_profile_that_cannot_sign_in_says_what_to_do_and_does_so_once_that_is_done() {
    let mut munich = Munich::new();
    munich.set_up("");
    let mut board = munich.board(110);
    let screen = board.wait_for_text("'whosin --profile munich' signs in");
    assert!(screen.contains("password is not saved"), "{screen}");
    board.wait_for("Ursula", |screen| screen.contains("Available"));
    assert!(board.text().contains("Fritz Huber"));

    let settings = board
        .home
        .path()
        .join("config/whosin/profiles/munich/config.toml");
    let before = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, before + "app_password = \"servus\"\n").unwrap();
    board.send("r");
    board.wait_for("munich", |screen| {
        munich.service.signed_in() == (1, 1) && !screen.contains("signs in")
    });
    board.wait_for("a state of Fritz", |screen| {
        screen.matches("Available").count() == 2
    });
    board.send("q");
    assert_eq!(board.wait_for_end(), 0);
}

#[test]
fn what_the_board_learns_of_a_profile_is_kept_where_that_profile_looks() {
    let mut munich = Munich::new();
    let mut board = munich.board(50);
    board.wait_for("Fritz", |screen| {
        line(screen, "Fritz Huber").contains("Available")
    });
    board.send("q");
    assert_eq!(board.wait_for_end(), 0);
    munich.bench.home = std::mem::replace(&mut board.home, tempfile::tempdir().unwrap());
    let command = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_whosin"))
            .env_clear()
            .envs(crate::support::pty::environment(munich.bench.home.path()))
            .args(arguments)
            .output()
            .unwrap();
        text(&output.stdout)
    };
    let left = command(&["--profile", "munich", "status", "--cached"]);
    assert!(
        left.contains("Fritz Huber") && !left.contains("Ursula"),
        "{left}"
    );
}

#[test]
fn a_profile_that_cannot_be_joined_is_refused_at_the_start() {
    let munich = Munich::new();
    let bench = &munich.bench;
    let refused = |arguments: &[&str], words: &str| {
        let output = bench.run(arguments);
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        assert!(error.contains(words), "{arguments:?}: {error}");
    };
    refused(&["--with", "munch"], "no profile munch");
    refused(&["--with", "munch"], "Did you mean munich?");
    refused(&["--with", "munich", "--with", "munich"], "joined twice");
    refused(&["--profile", "munich", "--with", "munich"], "own");
    let own = bench.path("config/whosin/profiles/munich/config.toml");
    let own = own.to_str().unwrap();
    refused(&["--config", own, "--with", "munich"], "own");
    refused(&["--with", "../x"], "no name of a profile");
    bench.write(
        "config/whosin/config.toml",
        "with = [\"munich\", \"graz\"]\n",
    );
    refused(&[], "no profile graz");
    // It concerns the board alone: so it can be mended.
    let output = bench.run(&["--profile", "graz", "contacts", "list"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(bench.run(&["status"]).status.code(), Some(0));
    bench.write(
        "config/whosin/profiles/munich/config.toml",
        "intervall = 5\n",
    );
    bench.write("config/whosin/config.toml", "with = [\"munich\"]\n");
    refused(&[], "profiles/munich/config.toml, line 1");
}

#[test]
fn the_settings_name_the_profiles_that_are_joined() {
    let munich = Munich::new();
    munich.bench.write(
        "config/whosin/config.toml",
        "with = \"munich\"\ninterval = 7\n",
    );
    let output = munich.bench.run(&["config", "show"]);
    let shown = text(&output.stdout);
    assert!(shown.contains("with\tmunich"), "{shown}");
}

#[test]
fn the_demo_shows_two_servers_in_one_command() {
    let mut board = Pty::start(Start {
        arguments: &["demo", "--two", "--contacts", "6"],
        variables: &[],
        width: 100,
        height: 40,
    });
    let screen = board.wait_for("two servers", |screen| {
        let line = screen.lines().nth(1).unwrap_or_default();
        screen.contains("Munich @ munich")
            && line.contains("munich: ")
            && line.trim_end().ends_with("live")
    });
    assert!(!screen.contains("asking"), "{screen}");
    board.send("q");
    assert_eq!(board.wait_for_end(), 0);
}
