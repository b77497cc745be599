//! The program beside an embedded service, with a home of its own, as a script sees it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::Value;
use whosin::presence::Address;
use whosin::simulator::{Doing, Options, Simulator};

use super::pty::{self, Pty, Start};

/// How long a test waits for something that ought to happen soon.
pub const PATIENCE: Duration = Duration::from_secs(40);

pub struct Bench {
    pub runtime: tokio::runtime::Runtime,
    pub service: Simulator,
    pub home: tempfile::TempDir,
}

impl Bench {
    /// A service where nobody moves and each key is one client's alone, and a contact book with the first two of its people.
    pub fn new() -> Bench {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .worker_threads(1)
            .build()
            .unwrap();
        let options = Options {
            contacts: 6,
            pace: 0.0,
            scenario: "already-in".parse().unwrap(),
            ..Options::default()
        };
        let address = "127.0.0.1:0".parse().unwrap();
        let service = runtime
            .block_on(Simulator::start(address, options))
            .unwrap();
        let home = tempfile::tempdir().unwrap();
        let bench = Bench {
            runtime,
            service,
            home,
        };
        let book = format!(
            "[[contact]]\naddress = \"{}\"\nname = \"Ursula One\"\ngroup = \"Front desk\"\n\n\
             [[contact]]\naddress = \"{}\"\nname = \"Ben Two\"\n",
            bench.ursula(),
            bench.ben()
        );
        bench.write("config/whosin/contacts.toml", &book);
        bench
    }

    /// The same, where Ursula is free and Ben does not want to be disturbed.
    pub fn with_one_free() -> Bench {
        let bench = Bench::new();
        bench.service.set(&bench.ursula(), Doing::Available);
        bench.service.set(&bench.ben(), Doing::Dnd);
        bench
    }

    pub fn ursula(&self) -> Address {
        self.service.people()[0].address.clone()
    }

    pub fn ben(&self) -> Address {
        self.service.people()[1].address.clone()
    }

    pub fn path(&self, inside: &str) -> PathBuf {
        self.home.path().join(inside)
    }

    pub fn write(&self, inside: &str, text: &str) {
        let path = self.path(inside);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// The options that name service and users.
    pub fn options(&self) -> Vec<String> {
        let url = self.service.url();
        signed_in_at(&url).map(String::from).to_vec()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        self.command_in(self.home.path(), arguments)
    }

    pub fn command_in(&self, home: &Path, arguments: &[&str]) -> Command {
        command_at(&self.service.url(), home, arguments)
    }

    /// The command, for a server that need not be there.
    pub fn command_at(&self, server: &str, arguments: &[&str]) -> Command {
        command_at(server, self.home.path(), arguments)
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub fn spawn(&self, arguments: &[&str]) -> Running {
        Running::start(self.command(arguments))
    }

    /// The program in a terminal, signed in at the service as [`Bench::options`] say; what `start`
    /// says comes on top.
    pub fn in_terminal(&self, home: tempfile::TempDir, start: Start<'_>) -> Pty {
        let options = self.options();
        let options = options.iter().map(String::as_str);
        let arguments: Vec<&str> = options.chain(start.arguments.iter().copied()).collect();
        let variables = [&[("WHOSIN_APP_PASSWORD", "simulated")], start.variables].concat();
        let start = Start {
            arguments: &arguments,
            variables: &variables,
            ..start
        };
        Pty::start_in(home, start)
    }

    /// The home, for a terminal that keeps it.
    pub fn take_home(&mut self) -> tempfile::TempDir {
        std::mem::replace(&mut self.home, tempfile::tempdir().unwrap())
    }

    /// What a board left.
    pub fn last_seen(&self) -> Option<Value> {
        let text = std::fs::read(self.path("cache/whosin/last-seen.json")).ok()?;
        Some(serde_json::from_slice(&text).unwrap())
    }

    /// Leaves what a board would have left `seconds` ago; `change` may do something to it.
    pub fn leave(&self, seconds: i64, change: impl FnOnce(&mut Value)) {
        let at = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(seconds);
        let at = jiff::Timestamp::from_second(at.as_second())
            .unwrap()
            .to_string();
        let person = |uri: Address, name: &str, availability: &str, label: &str| {
            serde_json::json!({"uri": uri.as_str(), "name": name, "availability": availability,
                "activities": [availability], "label": label, "why": "person", "fresh": true,
                "asked_at": at})
        };
        let origin = self.service.url();
        let origin = origin.split('/').take(3).collect::<Vec<_>>().join("/");
        let mut left = serde_json::json!({
            "schema": 1, "server": origin, "user": "klmt", "at": at,
            "board": {"pid": 1, "interval": 5, "link": "up"},
            "contacts": [
                person(self.ursula(), "Ursula One", "available", "Available"),
                person(self.ben(), "Ben Two", "dnd", "Do not disturb"),
            ],
        });
        change(&mut left);
        self.write("cache/whosin/last-seen.json", &left.to_string());
    }
}

fn signed_in_at(server: &str) -> [&str; 6] {
    ["--server", server, "--app-user", "whosin", "--user", "klmt"]
}

fn command_at(server: &str, home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_whosin"));
    command
        .env_clear()
        .envs(pty::environment(home))
        .env("WHOSIN_APP_PASSWORD", "simulated")
        .args(signed_in_at(server))
        .args(arguments)
        .stdin(Stdio::null());
    command
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Waits until it is so.
pub fn until(what: &str, mut wanted: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !wanted() {
        assert!(begun.elapsed() < PATIENCE, "waited too long: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The program while it runs, and the lines that it prints.
pub struct Running {
    pub child: Child,
    lines: mpsc::Receiver<String>,
}

impl Running {
    pub fn start(mut command: Command) -> Running {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Running { child, lines }
    }

    /// The next line that it prints.
    pub fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("no line comes")
    }

    /// The next line that fits; others are passed over.
    pub fn line_with(&self, wanted: &str) -> String {
        loop {
            let line = self.line();
            if line.contains(wanted) {
                return line;
            }
        }
    }

    /// What it printed until it closed its output.
    pub fn rest(&self) -> Vec<String> {
        self.lines.iter().collect()
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        let process = rustix::process::Pid::from_raw(self.child.id() as i32).unwrap();
        rustix::process::kill_process(process, signal).unwrap();
    }

    /// Waits for its end: its exit code, and what it said of troubles.
    pub fn end(&mut self) -> (Option<i32>, String) {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                let mut words = String::new();
                let mut pipe = self.child.stderr.take().unwrap();
                std::io::Read::read_to_string(&mut pipe, &mut words).unwrap();
                return (status.code(), words);
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
