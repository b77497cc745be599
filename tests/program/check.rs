//! `whosin check`: each step by itself, what it found, and how the program ends.

use crate::support::pty;
use std::process::{Command, Output};

use tokio::runtime::Runtime;
use whosin::simulator::{Certificate, Options, Scenario, Simulator};

const STEPS: [&str; 9] = [
    "settings",
    "name",
    "port",
    "TLS",
    "application user",
    "end user",
    "poll",
    "sign-out",
    "directory",
];

struct Bench {
    _runtime: Runtime,
    service: Simulator,
    home: tempfile::TempDir,
}

impl Bench {
    fn new(scenario: &str, certificate: Option<Certificate>) -> Bench {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let options = Options {
            contacts: 10,
            pace: 0.0,
            scenario: scenario.parse::<Scenario>().unwrap(),
            certificate,
            ..Options::default()
        };
        let service = runtime
            .block_on(Simulator::start("127.0.0.1:0".parse().unwrap(), options))
            .unwrap();
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("config/whosin");
        std::fs::create_dir_all(&folder).unwrap();
        let book: String = service
            .people()
            .iter()
            .map(|person| format!("[[contact]]\naddress = \"{}\"\n", person.address))
            .collect();
        std::fs::write(folder.join("contacts.toml"), book).unwrap();
        Bench {
            _runtime: runtime,
            service,
            home,
        }
    }

    fn command(&self, server: &str, password: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_whosin"));
        command
            .env_clear()
            .envs(pty::environment(self.home.path()))
            .env("WHOSIN_APP_PASSWORD", password)
            .args(["--server", server, "--app-user", "whosin", "--user", "klmt"])
            .arg("check");
        command
    }

    fn run(&self, more: &[&str]) -> Output {
        let mut command = self.command(&self.service.url(), "simulated");
        command.args(more).output().unwrap()
    }
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The mark of each step, in order.
fn marks(output: &Output) -> Vec<char> {
    let text = text(output);
    let step = |name: &&str| {
        let after_mark = |line: &&str| {
            let rest: String = line.chars().skip(2).collect();
            rest.starts_with(*name)
        };
        let line = text.lines().find(after_mark);
        let line = line.unwrap_or_else(|| panic!("no step '{name}' in\n{text}"));
        line.chars().next().unwrap()
    };
    STEPS.iter().map(step).collect()
}

#[test]
fn all_is_well() {
    let bench = Bench::new("quiet", None);
    let output = bench.run(&[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(
        marks(&output),
        ['✓', '✓', '✓', '–', '✓', '✓', '✓', '✓', '–']
    );
    let text = text(&output);
    assert!(text.contains("10 asked for, 10 answered"), "{text}");
    assert!(text.contains("from WHOSIN_APP_PASSWORD"), "{text}");
    assert!(
        !text.contains("simulated") && !text.contains('\x1b'),
        "{text}"
    );
    assert!(text.contains("left signed in"), "{text}");
    assert_eq!(bench.service.signed_in(), (1, 1));
}

#[test]
fn where_each_key_is_one_clients_alone_the_end_user_is_signed_out() {
    let bench = Bench::new("already-in", None);
    for _ in 0..2 {
        let output = bench.run(&[]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        assert!(
            text(&output).contains("'whosin' stays"),
            "{}",
            text(&output)
        );
        assert_eq!(bench.service.signed_in(), (1, 0));
    }
}

#[test]
fn over_tls_the_certificate_is_told() {
    let certificate = Certificate::self_signed(&["127.0.0.1".into()]).unwrap();
    let fingerprint = whosin::http::Fingerprint::of(certificate.leaf()).to_string();
    let bench = Bench::new("quiet", Some(certificate));
    let refused = bench.run(&[]);
    assert_eq!(refused.status.code(), Some(4));
    assert_eq!(
        marks(&refused),
        ['✓', '✓', '✓', '✗', '–', '–', '–', '–', '–']
    );
    assert!(text(&refused).contains(&fingerprint));
    let pinned = bench.run(&["--pin", &fingerprint]);
    assert_eq!(pinned.status.code(), Some(0), "{}", text(&pinned));
    assert!(text(&pinned).contains("the pinned one"));
    let described = "for 127.0.0.1, issued by itself, valid until ";
    assert!(text(&pinned).contains(described), "{}", text(&pinned));
    let anyone = bench.run(&["--insecure"]);
    assert!(text(&anyone).contains("NOT CHECKED"));
}

#[test]
fn each_sign_in_is_told_apart() {
    let bench = Bench::new("refuse-app", None);
    let output = bench.run(&[]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(
        marks(&output),
        ['✓', '✓', '✓', '–', '✗', '–', '–', '–', '–']
    );
    let bench = Bench::new("refuse-user", None);
    let output = bench.run(&[]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(
        marks(&output),
        ['✓', '✓', '✓', '–', '✓', '✗', '–', '–', '–']
    );
    assert_eq!(bench.service.signed_in(), (1, 0));
}

#[test]
fn a_server_that_is_not_there_is_told_by_the_step_that_fails() {
    let bench = Bench::new("quiet", None);
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let output = bench.command(&gone, "simulated").output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(marks(&output)[1..4], ['✓', '✗', '–']);
    let nowhere = "http://nobody.invalid";
    let output = bench.command(nowhere, "simulated").output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(marks(&output)[1..4], ['✗', '–', '–']);
}

#[test]
fn another_node_and_a_page_of_a_proxy_are_told() {
    let bench = Bench::new("redirect", None);
    let output = bench.run(&[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(text(&output).contains("where the server sent us"));
    let bench = Bench::new("html=1", None);
    let output = bench.run(&[]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(text(&output).contains("web page"), "{}", text(&output));
}

#[test]
fn a_proxy_is_said_where_the_way_leads_through_one() {
    let bench = Bench::new("quiet", None);
    let mut command = bench.command(&bench.service.url(), "simulated");
    let output = command
        .env("HTTP_PROXY", "http://127.0.0.1:1")
        .output()
        .unwrap();
    assert_eq!(marks(&output)[..5], ['✓', '–', '–', '–', '✗']);
    assert!(text(&output).contains("by the proxy"), "{}", text(&output));
    let output = command.env("NO_PROXY", "127.0.0.1").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(marks(&output)[1..3], ['✓', '✓']);
}

#[test]
fn wrong_settings_are_the_first_step() {
    let bench = Bench::new("quiet", None);
    let output = bench.command("ftp://x", "simulated").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(marks(&output)[..2], ['✗', '–']);
}

#[test]
fn a_report_tells_everything_but_secrets() {
    let bench = Bench::new("refuse-user", None);
    let path = bench.home.path().join("report.txt");
    let output = bench.run(&["--report", path.to_str().unwrap(), "--icons", "ascii"]);
    assert_eq!(output.status.code(), Some(3));
    let report = std::fs::read_to_string(path).unwrap();
    for told in [
        env!("CARGO_PKG_VERSION"),
        "user = klmt",
        "FAIL end user",
        "ok   port",
    ] {
        assert!(report.contains(told), "'{told}' is missing in\n{report}");
    }
    assert!(!report.contains("simulated"), "{report}");
}
