//! The command line as the parser takes it.

use crate::support::bench::Bench;
use clap::{CommandFactory, Parser};
use whosin::cli::{Cli, Command};

fn parsed(words: &[&str]) -> Cli {
    let words = ["whosin"].iter().chain(words);
    Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_definition_holds_together() {
    Cli::command().debug_assert();
}

#[test]
fn where_notifications_come_in_can_be_said_before_and_after_every_command() {
    let given = ["--listen", "10.1.2.3:9000", "--callback", "http://cup:9000"];
    for command in [
        &["watch"][..],
        &["wait", "ben"],
        &["status"],
        &["set", "away"],
        &["tmux"],
        &["check"],
        &["contacts", "list"],
        &["demo"],
    ] {
        for words in [[command, &given].concat(), [&given, command].concat()] {
            let settings = parsed(&words).options.settings;
            assert_eq!(settings.listen, Some("10.1.2.3:9000".parse().unwrap()));
            assert_eq!(settings.callback.unwrap().as_str(), "http://cup:9000");
        }
    }
}

#[test]
fn the_simulated_service_has_a_listen_and_contacts_of_its_own() {
    let words = ["simulate", "--listen", "127.0.0.1:7000", "--contacts", "7"];
    let Some(Command::Simulate(simulate)) = parsed(&words).command else {
        panic!("another command");
    };
    assert_eq!(simulate.listen, Some("127.0.0.1:7000".parse().unwrap()));
    assert_eq!(simulate.population.contacts(), 7);
    let Some(Command::Simulate(simulate)) = parsed(&["simulate"]).command else {
        panic!("another command");
    };
    assert_eq!(
        (simulate.listen, simulate.population.contacts()),
        (None, 40)
    );
    let refused = Cli::try_parse_from(["whosin", "simulate", "--contacts", "5001"]);
    assert!(refused.unwrap_err().to_string().contains("1 to 5000"));
    let contacts = ["--contacts", "b.toml", "status"];
    assert_eq!(
        parsed(&contacts).options.settings.contacts,
        Some("b.toml".into())
    );
}

#[test]
fn the_switch_for_trust_takes_no_value() {
    let settings = parsed(&["status", "--insecure", "ben"]).options.settings;
    assert_eq!(settings.insecure, Some(true));
    assert_eq!(parsed(&["status"]).options.settings.insecure, None);
    assert!(Cli::try_parse_from(["whosin", "--insecure=false", "status"]).is_err());
}

#[test]
fn twice_verbose_says_more_than_once_and_never_a_secret() {
    let bench = Bench::with_one_free();
    let said = |verbose: &str| {
        let done = bench.run(&["status", verbose]);
        assert_eq!(done.status.code(), Some(0), "{done:?}");
        String::from_utf8(done.stderr).unwrap()
    };
    let (once, twice) = (said("-v"), said("-vv"));
    assert!(
        once.contains("answered") && !once.contains("asking"),
        "{once}"
    );
    assert!(
        twice.contains("answered") && twice.contains("asking"),
        "{twice}"
    );
    assert!(
        twice.lines().count() > once.lines().count(),
        "{once}\n{twice}"
    );
    assert!(!twice.contains("simulated"), "{twice}");
}
