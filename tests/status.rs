//! `whosin status`, as a script sees it.

#[path = "common/pty.rs"]
mod pty;

use std::process::{Command, Output};

use serde_json::Value;
use whosin::simulator::{Doing, Options, Simulator};

struct Bench {
    _runtime: tokio::runtime::Runtime,
    service: Simulator,
    home: tempfile::TempDir,
}

impl Bench {
    fn new() -> Bench {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .worker_threads(1)
            .build()
            .unwrap();
        let options = Options {
            contacts: 6,
            pace: 0.0,
            ..Options::default()
        };
        let address = "127.0.0.1:0".parse().unwrap();
        let service = runtime
            .block_on(Simulator::start(address, options))
            .unwrap();
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("config/whosin");
        std::fs::create_dir_all(&folder).unwrap();
        let people = service.people();
        let book = format!(
            "[[contact]]\naddress = \"{}\"\nname = \"Ursula One\"\ngroup = \"Front desk\"\n\n\
             [[contact]]\naddress = \"{}\"\nname = \"Ben Two\"\n",
            people[0].address, people[1].address
        );
        std::fs::write(folder.join("contacts.toml"), book).unwrap();
        service.set(&people[0].address, Doing::Available);
        service.set(&people[1].address, Doing::Dnd);
        Bench {
            _runtime: runtime,
            service,
            home,
        }
    }

    fn run_with(&self, server: &str, password: &str, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_whosin"))
            .env_clear()
            .envs(pty::environment(self.home.path()))
            .env("WHOSIN_APP_PASSWORD", password)
            .args(["--server", server, "--app-user", "whosin", "--user", "klmt"])
            .args(arguments)
            .output()
            .unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(&self.service.url(), "simulated", arguments)
    }
}

#[test]
fn prints_a_line_a_contact() {
    let output = Bench::new().run(&["status"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[0].starts_with("Ursula One  Available"), "{text}");
    assert!(lines[1].starts_with("Ben Two     Do not disturb"), "{text}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn prints_json_of_schema_1() {
    let bench = Bench::new();
    let output = bench.run(&["status", "--json"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["schema"], 1);
    assert_eq!(json["user"], "klmt");
    assert!(
        bench
            .service
            .url()
            .starts_with(json["server"].as_str().unwrap())
    );
    let one = &json["contacts"][0];
    assert_eq!(one["name"], "Ursula One");
    assert_eq!(one["group"], "Front desk");
    assert_eq!(one["availability"], "available");
    assert_eq!(one["fresh"], true);
    assert_eq!(one["error"], Value::Null);
    for key in [
        "uri",
        "activities",
        "label",
        "note",
        "since",
        "asked_at",
        "devices",
    ] {
        assert!(one.get(key).is_some(), "{key} is missing");
    }
    assert_eq!(json["contacts"][1]["availability"], "dnd");
    assert_eq!(json["contacts"][1]["activities"][0], "dnd");
}

#[test]
fn the_exit_code_tells_whether_anyone_of_those_named_is_available() {
    let bench = Bench::new();
    let quiet = |who: &str| {
        let output = bench.run(&["status", "-q", who]);
        assert!(output.stdout.is_empty());
        output.status.code()
    };
    assert_eq!(quiet("ursula"), Some(0));
    assert_eq!(quiet("ben two"), Some(5));
    assert_eq!(quiet("nobody"), Some(2));
}

#[test]
fn a_refused_sign_in_and_a_server_that_is_away_have_codes_of_their_own() {
    let bench = Bench::new();
    let refused = bench.run_with(&bench.service.url(), "wrong", &["status"]);
    assert_eq!(refused.status.code(), Some(3));
    let words = String::from_utf8(refused.stderr).unwrap();
    assert!(
        words.contains("application user 'whosin' refused"),
        "{words}"
    );
    let away = bench.run_with("http://127.0.0.1:1", "simulated", &["status"]);
    assert_eq!(away.status.code(), Some(4));
    let wrong = bench.run(&["status", "--no-such-option"]);
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn a_word_finds_whom_the_boards_find_would_show_and_several_are_told() {
    let bench = Bench::new();
    let done = bench.run(&["status", "urone"]);
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    let printed = String::from_utf8(done.stdout).unwrap();
    assert!(
        printed.contains("Ursula One") && !printed.contains("Ben Two"),
        "{printed}"
    );
    // Letters that both have, in this order.
    let done = bench.run(&["status", "e"]);
    assert_eq!(done.status.code(), Some(2));
    let words = String::from_utf8(done.stderr).unwrap();
    assert!(words.contains("fits several"), "{words}");
    // What only looks on may guess; what changes something does not.
    let done = bench.run(&["contacts", "remove", "urone"]);
    assert_eq!(done.status.code(), Some(2));
}
