//! The passwords of the broker, of the directory and of the application user: whatever happens, nobody
//! who reads what whosin prints, logs or shows finds them.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::support::bench::{Bench, Running};
use crate::support::mosquitto::{self, Mosquitto};

/// It may be the name of an element, and stand in an address.
const SECRET: &str = "s3cr3t-w0rd_of.the-desk";

/// The secret, the same as HTTP sends it, and a part of it.
fn forms() -> [String; 3] {
    [
        SECRET.into(),
        STANDARD.encode(format!("klmt:{SECRET}")),
        "s3cr3t-w0rd".into(),
    ]
}

/// Everything that a command has printed, and what is in its log.
fn all_words(bench: &Bench, output: &Output) -> String {
    let log = std::fs::read_to_string(bench.path("state/whosin/whosin.log")).unwrap_or_default();
    let out = String::from_utf8_lossy(&output.stdout);
    let error = String::from_utf8_lossy(&output.stderr);
    format!("{out}\n{error}\n{log}")
}

#[track_caller]
fn assert_secret(what: &str, words: &str) {
    for form in forms() {
        assert!(!words.contains(&form), "{what} tells '{form}':\n{words}");
    }
}

/// A server that gives each connection, by its number, to this.
fn server(answer: impl Fn(usize, TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            answer(number, stream.unwrap());
        }
    });
    port
}

/// A directory that wants a sign-in, and repeats it in whatever it says.
fn parrot() -> u16 {
    server(|number, mut stream| {
        let mut heard = vec![0; 65536];
        let length = stream.read(&mut heard).unwrap_or(0);
        let heard = String::from_utf8_lossy(&heard[..length]).into_owned();
        let sent = heard.lines().find_map(|line| line.split_once("Basic "));
        let basic = sent.map_or("", |(_, basic)| basic.trim());
        let said = match (basic.is_empty(), number % 4) {
            (true, _) => "401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"".to_string(),
            (_, 0) => format!("302 Found\r\nLocation: https://a.b/{basic}?{SECRET}"),
            (_, 1) => format!("200 OK\r\nX-Sent: {SECRET}"),
            (_, 2) => format!("200 {SECRET}"),
            _ => "404 Not Found".to_string(),
        };
        let body = format!("<{SECRET}>{basic} {SECRET}</{SECRET}>");
        let _ = write!(
            stream,
            "HTTP/1.1 {said}\r\nConnection: close\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
    })
}

#[test]
fn no_word_holds_the_password_of_the_directory() {
    let bench = Bench::new();
    let settings = format!("directory = \"http://127.0.0.1:{}\"\n", parrot());
    bench.write("config/whosin/config.toml", &settings);
    let (mut elsewhere, mut root) = (0, 0);
    for arguments in [
        &["directory", "anna", "-vv"][..],
        &["directory", "anna", "--json", "-vv"],
        &["contacts", "add", "--find", "anna", "-vv"],
        &["check", "-vv", "--report", "-"],
        &["directory", "anna", "-vv"],
        &["directory", "anna"],
        &["config", "show"],
        &["config", "show", "--json"],
    ] {
        let output = bench
            .command(arguments)
            .args(["--log-level", "trace"])
            .env("WHOSIN_DIRECTORY_PASSWORD", SECRET)
            .output()
            .unwrap();
        let words = all_words(&bench, &output);
        assert_secret(&format!("{arguments:?}"), &words);
        elsewhere += usize::from(words.contains("https://a.b/…?…"));
        root += usize::from(words.contains("<…> came instead"));
    }
    assert!(
        elsewhere > 0 && root > 0,
        "the directory has repeated nothing"
    );
}

/// A broker that refuses, or takes leave, with the password in its reason (MQTT 5, 3.2 and 3.14).
fn mqtt_parrot() -> u16 {
    server(|number, mut stream| {
        let mut heard = vec![0; 65536];
        let _ = stream.read(&mut heard);
        let reason = SECRET.as_bytes();
        // Reason string, or the server to use instead.
        let property = |name: u8| {
            let length = (reason.len() as u16).to_be_bytes();
            [&[reason.len() as u8 + 3, name][..], &length, reason].concat()
        };
        let name = if number.is_multiple_of(2) { 0x1f } else { 0x1c };
        // Not authorized, use another server, a bad name, unspecified.
        let code = [0x87, 0x9d, 0x86, 0x80][number % 4];
        let body = [&[0, code][..], &property(name)].concat();
        let _ = stream.write_all(&[&[0x20, body.len() as u8][..], &body].concat());
        let body = [&[0x8b][..], &property(name)].concat();
        let _ = stream.write_all(&[&[0xe0, body.len() as u8][..], &body].concat());
    })
}

#[test]
fn no_word_holds_the_password_of_the_broker() {
    let bench = Bench::new();
    let parrot = format!("mqtt://board@127.0.0.1:{}/whosin", mqtt_parrot());
    let broker = Mosquitto::start();
    let mut places = vec![(parrot, SECRET)];
    if let Some(broker) = &broker {
        // A wrong one, and the right one.
        places.push((broker.place("board"), SECRET));
        places.push((broker.place("board"), mosquitto::PASSWORD));
    }
    for (place, password) in places {
        let trusted = |mut command: Command| {
            if let Some(broker) = broker.as_ref().filter(|_| place.starts_with("mqtts")) {
                command.arg("--ca-file").arg(broker.certificate());
            }
            command.env("WHOSIN_BROKER_PASSWORD", password);
            command
        };
        for arguments in [
            &["status", "-vv"][..],
            &["check", "-vv"],
            &["config", "show"],
            &["config", "show", "--json"],
            &["tmux", "-vv"],
        ] {
            let command =
                bench.command(&[&["--from", &place, "--log-level", "trace"], arguments].concat());
            let output = trusted(command).output().unwrap();
            let words = all_words(&bench, &output);
            assert_secret(&format!("{arguments:?}"), &words);
            assert!(!words.contains(mosquitto::PASSWORD), "{words}");
        }
        let publish = ["publish", "--to", &place, "--log-level", "trace", "-vv"];
        let mut publisher = Running::start(trusted(bench.command(&publish)));
        std::thread::sleep(std::time::Duration::from_millis(500));
        let _ = publisher.child.kill();
        let (_, words) = publisher.end();
        assert_secret("publish", &words);
        assert!(!words.contains(mosquitto::PASSWORD), "{words}");
        // Where it may not stand.
        let in_place = place.replace("board@", &format!("board:{SECRET}@"));
        for arguments in [
            &["--from", &in_place, "status"][..],
            &["publish", "--to", &in_place],
            &["--from", &in_place, "config", "show"],
        ] {
            let output = bench.run(arguments);
            assert_eq!(output.status.code(), Some(2), "{output:?}");
            assert_secret("the broker's address", &all_words(&bench, &output));
        }
    }
}

#[test]
fn no_mistake_in_the_settings_shows_a_password() {
    let bench = Bench::new();
    for settings in [
        format!(
            "app_password = \"{SECRET}\"\ndirectory_password = \"{SECRET}\"\nbroker_password_command = \"echo '{SECRET}'\"\napp_password_command = \"echo '{SECRET}'\"\n"
        ),
        format!("app_password = [\"{SECRET}\"]\n"),
        format!("app_password = {{ a = \"{SECRET}\" }}\n"),
        format!("app_password = \"{SECRET}\n"),
        format!("app_password = {SECRET}\n"),
        format!("directory_password = '{SECRET}\n"),
        format!("directory_password = '{SECRET}' '{SECRET}'\n"),
        format!("broker_password_command = [\"{SECRET}\"]\n"),
        format!("broker_password = \"{SECRET}\"\n"),
        format!("app_pasword = \"{SECRET}\"\n"),
        format!("app_password: \"{SECRET}\"\n"),
        format!("app_password = \"{SECRET}\\q\"\n"),
        format!("app_password = \"{SECRET}\"\ninterval = \"x\"\n"),
        format!("from = \"mqtts://board:{SECRET}@broker/whosin\"\n"),
        format!("server = \"https://me:s3cr3t-w0rd@a.b\"\napp_password = \"{SECRET}\"\n"),
    ] {
        bench.write("config/whosin/config.toml", &settings);
        let path = bench.path("config/whosin/config.toml");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        let path = path.to_str().unwrap();
        for arguments in [
            &["config", "check"][..],
            &["config", "show"],
            &["config", "show", "--json"],
            &["status", "-vv", "--log-level", "trace"],
            &["check", "-vv", "--report", "-"],
        ] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_whosin"));
            let output = command
                .env_clear()
                .envs(crate::support::pty::environment(bench.home.path()))
                .args(["--config", path])
                .args(arguments)
                .output()
                .unwrap();
            assert_secret(
                &format!("{arguments:?} with {settings}"),
                &all_words(&bench, &output),
            );
        }
        let layer = whosin::settings::Layer::of_file(std::path::Path::new(path));
        let printed = match &layer {
            Ok(layer) => format!("{layer:?}"),
            Err(error) => format!("{error} {error:?}"),
        };
        assert_secret("what is printed of the settings", &printed);
    }
}

/// A user who owns nothing, for tests that run as root.
#[cfg(target_os = "linux")]
const NOBODY: u32 = 65534;

/// The command, as an ordinary user: as the one who runs the test, or as nobody where that is root.
#[cfg(target_os = "linux")]
fn as_ordinary_user(mut command: Command) -> Command {
    use std::os::unix::process::CommandExt;
    if rustix::process::geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// The process is marked as not dumpable (`prctl(2)`, PR_SET_DUMPABLE): the system gives its files in
/// `/proc` to root, and no other process of the same user may look into it.
#[cfg(target_os = "linux")]
#[test]
fn no_other_process_of_the_user_reads_its_memory() {
    let bench = Bench::new();
    let home = bench.home.path();
    let mut command = bench.command(&["watch"]);
    if rustix::process::geteuid().is_root() {
        // Nobody need have a way to where the program was built.
        let copy = home.join("whosin");
        std::fs::copy(env!("CARGO_BIN_EXE_whosin"), &copy).unwrap();
        let chown = Command::new("chown")
            .arg("-R")
            .arg(NOBODY.to_string())
            .arg(home)
            .status();
        assert!(chown.unwrap().success());
        let mut of_nobody = Command::new(copy);
        of_nobody.env_clear().args(command.get_args());
        of_nobody.envs(
            command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        command = of_nobody;
    }
    let mut command = as_ordinary_user(command);
    command
        .current_dir("/")
        .env("WHOSIN_BROKER_PASSWORD", SECRET);
    let running = Running::start(command);
    running.line();
    let mut other = Command::new("sleep");
    other.arg("60").env("WHOSIN_BROKER_PASSWORD", SECRET);
    let mut other = as_ordinary_user(other).spawn().unwrap();
    let read = |process: u32, what: &str| {
        let mut cat = Command::new("head");
        cat.args(["-c", "1", &format!("/proc/{process}/{what}")]);
        as_ordinary_user(cat).output().unwrap()
    };
    for what in ["environ", "maps"] {
        // So that it is seen that one could.
        let done = read(other.id(), what);
        assert!(done.status.success(), "{done:?}");
        let done = read(running.child.id(), what);
        assert!(
            !done.status.success() && done.stdout.is_empty(),
            "{what}: {done:?}"
        );
        let words = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(words.contains("Permission denied"), "{words}");
    }
    other.kill().unwrap();
    other.wait().unwrap();
}
