//! `whosin directory` and what else finds people by name, as a script sees it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tokio::runtime::Runtime;
use whosin::http::Fingerprint;
use whosin::simulator::{Certificate, Node, Options, Person, Simulator};

use crate::support::pty::{self, Pty, Start};

/// A company of 10 contacts and 60 others with a directory, and a user's home.
pub struct Bench {
    _runtime: Runtime,
    pub service: Simulator,
    home: tempfile::TempDir,
}

impl Bench {
    pub fn new(scenario: &str) -> Bench {
        Bench::secured(scenario, None)
    }

    fn secured(scenario: &str, certificate: Option<Certificate>) -> Bench {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let options = Options {
            contacts: 10,
            others: 60,
            directory: Some("127.0.0.1:0".parse().unwrap()),
            pace: 0.0,
            scenario: scenario.parse().unwrap(),
            certificate,
            ..Options::default()
        };
        let service = Simulator::start("127.0.0.1:0".parse().unwrap(), options);
        let service = runtime.block_on(service).unwrap();
        let home = tempfile::tempdir().unwrap();
        fs::create_dir_all(home.path().join("config/whosin")).unwrap();
        let bench = Bench {
            _runtime: runtime,
            service,
            home,
        };
        let directory = bench.service.directory_url(Node::First).unwrap();
        bench.settings(&format!("directory = \"{directory}\"\n"));
        bench
    }

    /// The settings of the presence server, and some lines more.
    fn settings(&self, more: &str) {
        self.settings_in(self.home.path(), more);
    }

    /// The same in the home folder of a terminal.
    pub fn settings_in(&self, home: &Path, more: &str) {
        let server = self.service.url();
        let text = format!(
            "server = \"{server}\"\napp_user = \"whosin\"\nuser = \"klmt\"\n\
             domain = \"example.com\"\n{more}"
        );
        fs::write(home.join("config/whosin/config.toml"), text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_whosin"));
        command
            .env_clear()
            .envs(pty::environment(self.home.path()))
            .env("WHOSIN_APP_PASSWORD", "simulated")
            .args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Said {
        Said::of(self.command(arguments).output().unwrap())
    }

    /// The board in a terminal; its home is the terminal's from now on.
    pub fn board(&mut self) -> Pty {
        let home = std::mem::replace(&mut self.home, tempfile::tempdir().unwrap());
        let start = Start {
            arguments: &[],
            variables: &[("WHOSIN_APP_PASSWORD", "simulated")],
            width: 100,
            height: 30,
        };
        Pty::start_in(home, start)
    }

    fn book(&self) -> String {
        fs::read_to_string(self.home.path().join("config/whosin/contacts.toml")).unwrap_or_default()
    }

    /// Somebody who is no contact, whom the presence server knows.
    pub fn stranger(&self) -> Person {
        self.service.everybody().swap_remove(30)
    }
}

/// What a command printed, and how it ended.
#[derive(Debug)]
struct Said {
    out: String,
    error: String,
    code: i32,
}

impl Said {
    fn of(output: Output) -> Said {
        Said {
            out: String::from_utf8(output.stdout).unwrap(),
            error: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap(),
        }
    }
}

#[test]
fn people_are_listed_with_number_department_and_address() {
    let bench = Bench::new("quiet");
    let wanted = bench.stranger();
    let said = bench.run(&["directory", &wanted.last, &wanted.first]);
    assert_eq!((said.code, said.error.as_str()), (0, ""), "{said:?}");
    for shown in [
        &wanted.name,
        &wanted.number,
        &wanted.group,
        wanted.address.as_str(),
    ] {
        assert!(said.out.contains(shown), "{said:?}");
    }
    assert!(!said.out.contains("on the board"), "{said:?}");
    let add = bench.run(&["contacts", "add", wanted.address.as_str()]);
    assert_eq!(add.code, 0, "{add:?}");
    let said = bench.run(&["directory", &wanted.last, &wanted.first]);
    assert!(said.out.contains("on the board"), "{said:?}");
}

#[test]
fn json_has_everything_that_the_directory_knows() {
    let bench = Bench::new("quiet");
    let wanted = bench.stranger();
    let said = bench.run(&["directory", "--json", &wanted.first, &wanted.last]);
    let list: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(
        (&list["schema"], &list["complete"]),
        (&1.into(), &true.into())
    );
    assert_eq!(list["matching"], 1);
    let person = &list["people"][0];
    for (field, value) in [
        ("uri", wanted.address.as_str()),
        ("name", &wanted.name),
        ("user", wanted.address.user()),
        ("number", &wanted.number),
        ("department", &wanted.group),
    ] {
        assert_eq!(person[field], value, "{field}");
    }
    assert_eq!(person["contact"], false);
    let many: Value =
        serde_json::from_str(&bench.run(&["directory", "--json", "+43 1"]).out).unwrap();
    assert_eq!(many["people"].as_array().unwrap().len(), 70);
    assert_eq!(many["matching"], 70);
}

#[test]
fn the_exit_code_tells_what_came_of_it() {
    let bench = Bench::new("quiet");
    let nobody = bench.run(&["directory", "qqq"]);
    assert_eq!((nobody.code, nobody.out.as_str()), (1, "nobody is found\n"));
    let nothing = bench.run(&["directory", "**"]);
    assert_eq!(nothing.code, 2, "{nothing:?}");
    bench.settings("directory = \"http://127.0.0.1:9\"\n");
    let gone = bench.run(&["directory", "anna"]);
    assert_eq!(gone.code, 4, "{gone:?}");
    fs::remove_file(bench.home.path().join("config/whosin/config.toml")).unwrap();
    let unset = bench.run(&["directory", "anna"]);
    assert_eq!(unset.code, 2, "{unset:?}");
    assert!(unset.error.contains("directory = "), "{unset:?}");
}

#[test]
fn a_sign_in_is_sent_where_it_is_wanted_and_set_and_once() {
    let bench = Bench::new("directory-sign-in");
    let said = bench.run(&["directory", "an"]);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.error.contains("WHOSIN_DIRECTORY_PASSWORD"), "{said:?}");
    let before = bench.service.tally().directory_refusals;
    let with = |password: &str| {
        let mut command = bench.command(&["directory", "an"]);
        Said::of(
            command
                .env("WHOSIN_DIRECTORY_PASSWORD", password)
                .output()
                .unwrap(),
        )
    };
    let wrong = with("mistyped");
    assert_eq!(wrong.code, 3, "{wrong:?}");
    assert!(
        wrong.error.contains("'klmt'") && !wrong.error.contains("mistyped"),
        "{wrong:?}"
    );
    // Without credentials, and once with them.
    assert_eq!(bench.service.tally().directory_refusals, before + 2);
    assert_eq!(with("simulated").code, 0);
}

#[test]
fn a_colleague_is_added_by_name_under_the_address_that_the_server_knows() {
    for scenario in ["quiet", "directory-uri"] {
        let bench = Bench::new(scenario);
        let wanted = bench.stranger();
        let words = [wanted.last.as_str(), &wanted.first];
        let find = ["contacts", "add", "--group", "Found", "--find"];
        let said = bench.run(&[&find[..], &words].concat());
        assert_eq!((said.code, said.error.as_str()), (0, ""), "{said:?}");
        let address = &wanted.address;
        assert_eq!(said.out, format!("{address} is added\n"));
        let book = bench.book();
        for part in [address.as_str(), &wanted.name, "Found"] {
            assert!(book.contains(part), "{scenario}: {book}");
        }
        let again = bench.run(&[&find[..], &words].concat());
        assert_eq!(again.out, format!("{address} is there already\n"));
        assert_eq!(bench.book(), book);
    }
}

#[test]
fn who_cannot_be_checked_is_added_with_a_word() {
    let bench = Bench::new("quiet");
    let wanted = bench.stranger();
    let mut command = bench.command(&["contacts", "add", "--find", &wanted.first, &wanted.last]);
    let said = Said::of(command.env_remove("WHOSIN_APP_PASSWORD").output().unwrap());
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.error.contains("was not asked"), "{said:?}");
    assert!(bench.book().contains(wanted.address.as_str()));
}

#[test]
fn where_several_fit_all_are_named_and_nobody_is_added() {
    let bench = Bench::new("quiet");
    let said = bench.run(&["contacts", "add", "--find", "+43 1"]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.error.contains("several"), "{said:?}");
    let said = bench.run(&["contacts", "add", "--find", "qqq"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert_eq!(bench.book(), "");
}

#[test]
fn check_looks_at_the_directory_and_at_its_own_certificate() {
    let certificate = Certificate::self_signed(&["127.0.0.1".into()]).unwrap();
    let pin = Fingerprint::of(certificate.leaf()).to_string();
    let pem = certificate.pem().to_string();
    let bench = Bench::secured("quiet", Some(certificate));
    let directory = bench.service.directory_url(Node::First).unwrap();
    let set = |more: &str| {
        bench.settings(&format!(
            "pin = \"{pin}\"\ndirectory = \"{directory}\"\n{more}"
        ));
    };
    set("");
    let refused = bench.run(&["check"]);
    assert_eq!(refused.code, 4, "{refused:?}");
    assert!(refused.out.contains("✗ directory"), "{refused:?}");
    for part in [pin.as_str(), "directory_pin", "directory_ca_file"] {
        assert!(refused.out.contains(part), "{refused:?}");
    }
    let file = bench.home.path().join("config/whosin/cucm.pem");
    fs::write(file, pem).unwrap();
    for trust in [
        format!("directory_pin = \"{pin}\"\n"),
        "directory_ca_file = \"cucm.pem\"\n".into(),
    ] {
        set(&trust);
        let said = bench.run(&["check"]);
        assert_eq!(said.code, 0, "{said:?}");
        assert!(said.out.contains("✓ directory"), "{said:?}");
        assert_eq!(bench.run(&["directory", "an"]).code, 0);
    }
}
