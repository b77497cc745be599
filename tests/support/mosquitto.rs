//! A real broker, where one is installed: with TLS, a password file and an access list.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rcgen::{CertificateParams, KeyPair};

/// The variable by which a machine says that it has a broker: there a missing one is a failure.
const REQUIRED: &str = "WHOSIN_TEST_MOSQUITTO";

/// The password of each user.
pub const PASSWORD: &str = "sesame";

const ACCESS: &str = "\
user publisher
topic readwrite whosin/v1/#
topic readwrite homeassistant/#

user board
topic read whosin/v1/publisher/#
topic read whosin/v1/presence/#
topic write whosin/v1/wanted/#

user guest
topic read whosin/v1/publisher/#
topic read whosin/v1/presence/#

user stranger
topic read elsewhere/#
";

pub struct Mosquitto {
    child: Child,
    folder: tempfile::TempDir,
    pub port: u16,
}

/// The program; `None` where it is not installed, which is said.
pub fn installed() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into()]);
    let found = folders
        .map(|folder| folder.join("mosquitto"))
        .find(|file| file.is_file());
    if found.is_none() {
        assert!(std::env::var_os(REQUIRED).is_none(), "mosquitto is missing");
        eprintln!("skipped: mosquitto is not installed");
    }
    found
}

impl Mosquitto {
    /// A broker on a free port of loopback; `None` where none is installed.
    pub fn start() -> Option<Mosquitto> {
        let program = installed()?;
        let folder = tempfile::tempdir().unwrap();
        let key = KeyPair::generate().unwrap();
        let names = vec!["localhost".to_string(), "127.0.0.1".to_string()];
        let certificate = CertificateParams::new(names).unwrap();
        let certificate = certificate.self_signed(&key).unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text);
        write("cert.pem", &certificate.pem()).unwrap();
        write("key.pem", &key.serialize_pem()).unwrap();
        write("access", ACCESS).unwrap();
        write("passwords", "").unwrap();
        for user in ["publisher", "board", "guest", "stranger"] {
            let mut hash = Command::new(program.with_file_name("mosquitto_passwd"));
            if !program.with_file_name("mosquitto_passwd").is_file() {
                hash = Command::new("mosquitto_passwd");
            }
            let passwords = folder.path().join("passwords");
            let hashed = hash.arg("-b").arg(passwords).args([user, PASSWORD]);
            assert!(hashed.stderr(Stdio::null()).status().unwrap().success());
        }
        // The port may be taken before the broker has it: then another.
        loop {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = listener.local_addr().unwrap().port();
            drop(listener);
            let in_folder = |name: &str| folder.path().join(name).display().to_string();
            let user = if rustix::process::geteuid().is_root() {
                "user root\n"
            } else {
                ""
            };
            let config = format!(
                "{user}listener {port} 127.0.0.1\ncertfile {}\nkeyfile {}\npassword_file {}\n\
                 acl_file {}\nallow_anonymous false\npersistence false\nlog_dest stderr\n",
                in_folder("cert.pem"),
                in_folder("key.pem"),
                in_folder("passwords"),
                in_folder("access"),
            );
            write("mosquitto.conf", &config).unwrap();
            if let Some(child) = run(&program, folder.path(), port) {
                return Some(Mosquitto {
                    child,
                    folder,
                    port,
                });
            }
        }
    }

    /// The address for a user.
    pub fn place(&self, user: &str) -> String {
        format!("mqtts://{user}@127.0.0.1:{}/whosin", self.port)
    }

    /// The certificate, which is its own authority.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    /// The number of its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again at the same port; nothing that it kept is there any more.
    pub fn start_again(&mut self) {
        let program = installed().unwrap();
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(20) {
            if let Some(child) = run(&program, self.folder.path(), self.port) {
                self.child = child;
                return;
            }
        }
        panic!("the broker does not come back");
    }

    /// Makes it silent without ending its connections, or lets it go on.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let process = rustix::process::Pid::from_raw(self.child.id() as i32).unwrap();
        rustix::process::kill_process(process, signal).unwrap();
    }
}

/// Runs it until it listens; `None` where it ends.
#[allow(clippy::zombie_processes, reason = "whoever gets it waits for it")]
fn run(program: &Path, folder: &Path, port: u16) -> Option<Child> {
    let mut child = Command::new(program)
        .arg("-c")
        .arg(folder.join("mosquitto.conf"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(20) {
        if child.try_wait().unwrap().is_some() {
            return None;
        }
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Some(child);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    panic!("the broker does not listen");
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
