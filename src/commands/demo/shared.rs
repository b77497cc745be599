//! The shared feed in one command: a publisher and a broker on this machine, and the board reads there.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use secrecy::ExposeSecret;
use tokio::process::{Child, Command};

use super::Demo;
use crate::broker;
use crate::commands::CommandError;
use crate::commands::source::Source;
use crate::http::Trust;
use crate::sys::child;
use crate::sys::private::open_private;

/// A broker that takes longer to listen does not start.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is looked whether it listens.
const LOOK: Duration = Duration::from_millis(20);
/// So many ports are tried: another program may take one before the broker has it.
const PORTS: usize = 5;
/// Where packages put the broker, besides what PATH names.
const FOLDERS: [&str; 4] = [
    "/usr/sbin",
    "/usr/local/sbin",
    "/opt/homebrew/sbin",
    "C:\\Program Files\\mosquitto",
];

/// A broker and a publisher that run, each held by a process of whosin that ends it once this process
/// holds its standard input no more: where this is dropped, and where this process is killed.
pub struct Shared {
    broker: Child,
    publisher: Child,
    port: u16,
}

impl Shared {
    /// Starts both for a demo, in its folder.
    ///
    /// # Errors
    /// [`CommandError::NoBroker`] where none is installed; [`CommandError::Io`] where one does not start.
    pub async fn start(demo: &Demo) -> Result<Shared, CommandError> {
        let program = installed().ok_or(CommandError::NoBroker)?;
        let (broker, port) = run_broker(&program, demo.folder())
            .await
            .map_err(|error| CommandError::Io("the demo's broker does not start", error))?;
        let publisher = run_publisher(demo, port)
            .map_err(|error| CommandError::Io("the demo's publisher does not start", error))?;
        Ok(Shared {
            broker,
            publisher,
            port,
        })
    }

    /// The broker as a source of presence.
    pub fn source(&self) -> Source {
        Source::Broker(Box::new(broker::Config {
            place: place(self.port, "board"),
            password: None,
            trust: Trust::Platform,
        }))
    }

    /// Ends both.
    pub async fn stop(self) {
        for mut one in [self.publisher, self.broker] {
            // This closes its standard input; one that is gone already has ended.
            let _ = one.wait().await;
        }
    }
}

fn place(port: u16, user: &str) -> broker::Place {
    let text = format!("mqtt://{user}@127.0.0.1:{port}/whosin");
    text.parse().expect("that is a place")
}

/// The broker's program; `None` where it is not installed.
fn installed() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let name = format!("mosquitto{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path)
        .chain(FOLDERS.map(PathBuf::from))
        .map(|folder| folder.join(&name))
        .find(|file| file.is_file())
}

/// Runs the broker on a free port of this machine until it listens there.
async fn run_broker(program: &Path, folder: &Path) -> io::Result<(Child, u16)> {
    let file = folder.join("mosquitto.conf");
    for _ in 0..PORTS {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = free.local_addr()?.port();
        drop(free);
        // Whoever may use this machine may read the demo: nobody in it is real.
        let config = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_dest none\n"
        );
        std::fs::write(&file, config)?;
        let mut command = tethered(program)?;
        command.arg("-c").arg(&file);
        let mut broker = command.spawn()?;
        let begun = Instant::now();
        while broker.try_wait()?.is_none() {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return Ok((broker, port));
            }
            if begun.elapsed() > PATIENCE {
                return Err(io::ErrorKind::TimedOut.into());
            }
            tokio::time::sleep(LOOK).await;
        }
    }
    Err(io::Error::other("it ends at once"))
}

/// Runs `whosin publish` for the demo's people, apart from all that the user has set.
fn run_publisher(demo: &Demo, port: u16) -> io::Result<Child> {
    let folder = demo.folder();
    let who = &demo.config.credentials;
    // Not by the environment: no program that whosin runs gets a password there.
    let config = folder.join("publisher.toml");
    let mut options = OpenOptions::new();
    let mut file = open_private(options.write(true), &config)?;
    writeln!(file, "app_password = \"{}\"", who.password.expose_secret())?;
    let mut command = tethered(&std::env::current_exe()?)?;
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("WHOSIN_") {
            command.env_remove(name);
        }
    }
    for name in [
        "HOME",
        "XDG_STATE_HOME",
        "XDG_CACHE_HOME",
        "XDG_RUNTIME_DIR",
    ] {
        command.env(name, folder);
    }
    command
        .args(["--server", &demo.config.endpoint.to_text()])
        .args(["--app-user", &who.app_user, "--user", &who.user])
        .args(["--interval", &demo.config.interval.as_secs().to_string()])
        .arg("--config")
        .arg(config)
        .arg("--contacts")
        .arg(&demo.settings.places.contacts)
        .args(["publish", "--to", &place(port, "publisher").to_string()]);
    command.spawn()
}

/// A program that ends with this process. It is not to write to the screen, which is the board's.
fn tethered(program: &Path) -> io::Result<Command> {
    let mut command = Command::from(child::command(std::env::current_exe()?));
    command
        .args(["tether", "--"])
        .arg(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    Ok(command)
}
