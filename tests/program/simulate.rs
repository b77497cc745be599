//! The simulated service as other clients meet it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::support::pty;

/// A running `whosin simulate`.
pub struct Simulate {
    child: Child,
    lines: Vec<String>,
}

impl Simulate {
    /// Starts it at any free port. Returns once it has said where it listens.
    pub fn start(home: &Path, arguments: &[&str]) -> Simulate {
        let mut child = Command::new(env!("CARGO_BIN_EXE_whosin"))
            .env_clear()
            .envs(pty::environment(home))
            .args(["simulate", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut lines = vec![];
        for line in out.lines() {
            lines.push(line.unwrap());
            if lines.last().is_some_and(|line| line.contains("Ctrl-C")) {
                break;
            }
        }
        Simulate { child, lines }
    }

    /// What it printed after these words.
    pub fn printed(&self, after: &str) -> &str {
        let line = self.lines.iter().find_map(|line| line.strip_prefix(after));
        line.unwrap_or_else(|| panic!("no '{after}' in {:?}", self.lines))
    }

    /// Ends it by Ctrl-C; whether all went well.
    pub fn interrupt(mut self) -> bool {
        let process = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
        self.child.wait().unwrap().success()
    }
}

impl Drop for Simulate {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Posts a body by plain HTTP, as any program can; returns the body of the answer.
fn post(url: &str, content_type: &str, body: &str) -> String {
    let (authority, path) = url
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let mut stream = TcpStream::connect(authority).unwrap();
    let head = format!(
        "POST /{path} HTTP/1.1\r\nHost: {authority}\r\nContent-Type: {content_type}\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    body.into()
}

/// What stands in the element of this name.
fn text_of(xml: &str, element: &str) -> String {
    let document = roxmltree::Document::parse(xml).unwrap();
    let found = document
        .descendants()
        .find(|node| node.tag_name().name() == element);
    let found = found.unwrap_or_else(|| panic!("no {element} in {xml}"));
    found.text().unwrap().trim().to_string()
}

/// The requests of `tests/fixtures/captures` were taken from a client of a real server.
#[test]
fn the_captured_requests_sign_in_with_the_accounts_that_they_name() {
    const APPLICATION: &str = include_str!("../fixtures/captures/application-login.request.xml");
    const END_USER: &str = include_str!("../fixtures/captures/end-user-login.request.xml");
    const POLL: &str = include_str!("../fixtures/captures/poll.request.xml");
    let home = tempfile::tempdir().unwrap();
    let accounts = [
        "--app-user",
        "webservicetest",
        "--app-password",
        "xxx",
        "--user",
        "klmt",
    ];
    let service = Simulate::start(home.path(), &accounts);
    let url = service.printed("Listening at ");

    // The keys in the requests are those that their server had answered before.
    let key = text_of(&post(url, "text/xml", APPLICATION), "session-key");
    assert_eq!(key, text_of(END_USER, "app-session-id"));
    let user_key = text_of(&post(url, "application/soap+xml", END_USER), "session-key");
    assert_eq!(user_key, text_of(POLL, "session-key"));
    let answer = post(url, "text/xml", POLL);
    assert_eq!(text_of(&answer, "presenceType"), "RICH_PRESENCE");
    assert!(answer.contains("sip:user1@sie.at"), "{answer}");

    let wrong = APPLICATION.replace("xxx", "xxy");
    assert!(post(url, "text/xml", &wrong).contains("Fault"));
    let stranger = END_USER.replace("klmt", "somebody");
    assert!(post(url, "application/soap+xml", &stranger).contains("Fault"));
}

#[test]
fn the_directory_runs_beside_it_with_people_to_find() {
    let home = tempfile::tempdir().unwrap();
    let arguments = ["--directory", "--directory-listen", "127.0.0.1:0", "--tls"];
    let service = Simulate::start(home.path(), &arguments);
    let pin = service.printed("Trust it with --pin ");
    let search = |pin: &str| {
        Command::new(env!("CARGO_BIN_EXE_whosin"))
            .env_clear()
            .envs(pty::environment(home.path()))
            .env("WHOSIN_DIRECTORY", service.printed("Directory: "))
            .env("WHOSIN_DIRECTORY_PIN", pin)
            .args(["directory", "+43 1 5550", "--json"])
            .output()
            .unwrap()
    };
    let found = search(pin);
    assert!(found.status.success(), "{found:?}");
    let list: serde_json::Value = serde_json::from_slice(&found.stdout).unwrap();
    // The 40 contacts, and the others.
    assert_eq!(list["matching"], 140);
    let other = format!("sha256:{}", "0".repeat(64));
    assert_eq!(search(&other).status.code(), Some(4));
    assert!(service.interrupt());
}
