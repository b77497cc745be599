//! Passwords and session keys reach nobody: not the log at its finest, not words, not what is printed
//! of a value, not a child process.

use crate::support::bench;
use crate::support::pty;
use crate::support::service;
use std::collections::HashSet;
use std::path::Path;
use std::process::Command as Process;
use std::time::Duration;

use crate::support::service::{config, everybody, open_session, service, spawn, still};
use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tracing::level_filters::LevelFilter;
use whosin::feed::{Command, Config, Delivery, Update};
use whosin::pws::Endpoint;
use whosin::simulator::{Doing, Options, Scenario, Simulator};

const USER_KEY: &str = "71a9c4d2-3fe-user-key";
const APP_KEY: &str = "91bbd0e8-7c1-app-key";
const PASSWORD: &str = "pass-w0rd<&>of the application";

/// Every key that went over the wire, as far as it is remembered.
fn keys(service: &Simulator) -> HashSet<String> {
    let mut keys = HashSet::new();
    for request in service.requests() {
        for name in ["session-key", "app-session-id"] {
            for part in request.body.split(&format!("{name}>")).skip(1) {
                let key = part.split('<').next().unwrap_or_default().trim();
                if key.len() > 8 {
                    keys.insert(key.to_string());
                }
            }
        }
    }
    keys
}

fn holds_no_secret(what: &str, text: &str, keys: &HashSet<String>) {
    for secret in [PASSWORD, "pass-w0rd"]
        .into_iter()
        .chain(keys.iter().map(String::as_str))
    {
        assert!(!text.contains(secret), "{what} tells '{secret}':\n{text}");
    }
}

async fn troubled(scenario: &str) -> Simulator {
    service(Options {
        application_password: SecretString::from(PASSWORD),
        scenario: scenario.parse::<Scenario>().unwrap(),
        ..still(5)
    })
    .await
}

/// Runs a feed for some updates; all that it says, and that can be printed of it.
async fn says(config: Config, people: Vec<whosin::presence::Address>) -> String {
    let mut said = format!("{config:?} {:?}", config.credentials);
    let mut feed = spawn(config).unwrap();
    feed.commands.send(Command::Contacts(people)).unwrap();
    for _ in 0..12 {
        match tokio::time::timeout(Duration::from_millis(400), feed.updates.recv()).await {
            Ok(Some(Update::Link(link))) => said.push_str(&format!("{link:?}\n")),
            Ok(Some(Update::Reports(reports))) => said.push_str(&format!("{reports:?}\n")),
            _ => break,
        }
    }
    service::leave(feed).await;
    said
}

/// A server that gives keys to whoever signs in, and answers polls with a fault that repeats all that
/// it was ever told, each time cut off somewhere else.
async fn parrot() -> Endpoint {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut filler = 0;
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut heard = vec![0; 65536];
            let length = stream.read(&mut heard).await.unwrap_or(0);
            let heard = String::from_utf8_lossy(&heard[..length]).into_owned();
            let inside = if heard.contains("getPolledPresence") {
                filler += 3;
                let words = format!(
                    "Error 150: {} {} {USER_KEY} {APP_KEY} are not welcome",
                    "x".repeat(230 + filler),
                    PASSWORD.replace('&', "&amp;").replace('<', "&lt;"),
                );
                format!(
                    "<s:Fault><faultcode>s:Server</faultcode><faultstring>{words}</faultstring>\
                     </s:Fault>"
                )
            } else {
                let key = match heard.contains("app-session-id") {
                    true => USER_KEY,
                    false => APP_KEY,
                };
                format!(
                    "<c:loginResponse xmlns:c='urn:cisco:cup:presence:soap'><c:success>\
                     <c:session-key>{key}</c:session-key></c:success></c:loginResponse>"
                )
            };
            let body = format!(
                "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>{inside}\
                 </s:Body></s:Envelope>"
            );
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\
                 Connection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    Endpoint::parse(&format!("http://{address}")).unwrap()
}

/// No fault of the parrot's may show even a part of these.
fn holds_no_part(what: &str, text: &str) {
    for secret in [PASSWORD, USER_KEY, APP_KEY] {
        for end in 6..=secret.len() {
            let part = &secret[..end];
            assert!(!text.contains(part), "{what} tells '{part}':\n{text}");
        }
    }
}

#[tokio::test]
async fn whatever_happens_no_secret_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log/whosin.log");
    whosin::log::start(Some(&log), LevelFilter::TRACE, LevelFilter::OFF).unwrap();
    let mut all_keys = HashSet::new();
    let mut said = String::new();
    for (scenario, delivery) in [
        ("quiet", Delivery::Poll),
        ("quiet", Delivery::Auto),
        ("expire=1,expire-app=2", Delivery::Poll),
        ("refuse-user", Delivery::Poll),
        ("refuse-app", Delivery::Poll),
        ("html=2", Delivery::Poll),
        ("cut=2", Delivery::Poll),
        ("reset=2", Delivery::Poll),
        ("server-error=2", Delivery::Poll),
        ("redirect", Delivery::Poll),
        ("redirect-loop", Delivery::Poll),
        ("throttle=2", Delivery::Poll),
        ("bad-contact=2", Delivery::Poll),
        ("steal=1", Delivery::Poll),
        ("no-endpoints", Delivery::Auto),
    ] {
        let service = troubled(scenario).await;
        let config = Config {
            delivery,
            interval: Duration::from_millis(40),
            session_folder: Some(folder.path().join("run")),
            ..config(&service, PASSWORD)
        };
        said.push_str(&says(config, everybody(&service)).await);
        all_keys.extend(keys(&service));
    }
    let service = troubled("quiet").await;
    let wrong = config(&service, "wrong-pass-w0rd");
    said.push_str(&says(wrong, everybody(&service)).await);
    // A defect of ours is logged with the request, a parrot repeats it.
    let parrot = Config {
        endpoint: parrot().await,
        ..config(&service, PASSWORD)
    };
    let client = parrot.client().unwrap();
    let session = open_session(&client, &parrot.endpoint, &parrot.credentials)
        .await
        .unwrap();
    for _ in 0..60 {
        let error = client
            .poll(
                &session.home,
                &session.user,
                &everybody(&service),
                parrot.kind,
            )
            .await
            .unwrap_err();
        let words = format!("{error} {error:?} {:?}", error.problem("there"));
        assert!(words.contains("xxx"), "{words}");
        holds_no_part("a fault", &words);
    }
    let right = config(&service, PASSWORD);
    let client = right.client().unwrap();
    let session = open_session(&client, &right.endpoint, &right.credentials)
        .await
        .unwrap();
    said.push_str(&format!("{session:?} {client:?}"));
    session.close(&client).await.unwrap();
    all_keys.extend(keys(&service));

    assert!(all_keys.len() > 5, "{all_keys:?}");
    holds_no_secret("what is said", &said, &all_keys);
    let logged = std::fs::read_to_string(&log).unwrap();
    for event in [
        "answered",
        "not answered",
        "signed in",
        "refused as a mistake of ours",
    ] {
        assert!(logged.contains(event), "'{event}' is not logged");
    }
    holds_no_secret("the log", &logged, &all_keys);
    holds_no_part("the log", &logged);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&log).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn a_log_makes_way_for_a_new_one_and_is_bounded() {
    use std::io::Write;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("whosin.log");
    let mut log = whosin::log::Rotating::at(path.clone());
    let line = [b'x'; 9_999];
    for _ in 0..700 {
        log.write_all(&line).unwrap();
        log.write_all(b"\n").unwrap();
    }
    let mut sizes: Vec<u64> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().metadata().unwrap().len())
        .collect();
    sizes.sort_unstable();
    assert_eq!(sizes.len(), 4);
    assert!(sizes.iter().all(|size| *size < 1_200_000), "{sizes:?}");
    assert!(path.exists());
}

fn whosin(home: &Path, arguments: &[&str]) -> Process {
    let mut process = Process::new(env!("CARGO_BIN_EXE_whosin"));
    process
        .env_clear()
        .envs(pty::environment(home))
        .args(arguments);
    process
}

#[cfg(unix)]
#[test]
fn a_crash_leaves_no_memory_on_the_disk() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("config/whosin");
    std::fs::create_dir_all(&folder).unwrap();
    let seen = home.path().join("seen");
    // A child inherits the limit.
    let settings = format!(
        "app_password_command = \"ulimit -c > '{}'; echo other\"\nserver = \"http://127.0.0.1:1\"\n\
         app_user = \"a\"\nuser = \"u\"\n",
        seen.display()
    );
    std::fs::write(folder.join("config.toml"), settings).unwrap();
    let line = format!(
        "ulimit -S -c $(ulimit -H -c); ulimit -c; exec {} status",
        env!("CARGO_BIN_EXE_whosin")
    );
    let output = Process::new("sh")
        .args(["-c", &line])
        .env_clear()
        .envs(pty::environment(home.path()))
        .output()
        .unwrap();
    let before = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(4), "{before}");
    if before != "0\n" {
        assert_eq!(std::fs::read_to_string(seen).unwrap(), "0\n");
    }
}

#[cfg(unix)]
#[test]
fn a_child_process_is_not_told_the_password() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("config/whosin");
    std::fs::create_dir_all(&folder).unwrap();
    let seen = home.path().join("seen");
    let settings = format!(
        "app_password_command = \"env > '{}'; echo other\"\nserver = \"http://127.0.0.1:1\"\n\
         app_user = \"a\"\nuser = \"u\"\n",
        seen.display()
    );
    std::fs::write(folder.join("config.toml"), settings).unwrap();
    // The command is not asked where the variable has the password.
    let output = whosin(home.path(), &["status"])
        .env("WHOSIN_APP_PASSWORD", PASSWORD)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert!(!seen.exists());
    // An empty one counts as none, but is there.
    let output = whosin(home.path(), &["status", "-vvv"])
        .env("WHOSIN_APP_PASSWORD", "")
        .env("WHOSIN_DIRECTORY_PASSWORD", PASSWORD)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(4));
    let environment = std::fs::read_to_string(seen).unwrap();
    assert!(environment.contains("PATH=") && !environment.contains("PASSWORD"));
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(
        words.contains("not answered") && !words.contains("other"),
        "{words}"
    );
}

#[test]
fn a_password_in_the_address_of_the_server_is_not_repeated() {
    let home = tempfile::tempdir().unwrap();
    let report = home.path().join("report");
    let server = "http://me:s3cret-pass@127.0.0.1:1";
    for command in ["check", "status"] {
        let mut arguments = vec![command, "--server", server];
        if command == "check" {
            arguments.extend(["--report", report.to_str().unwrap()]);
        }
        let output = whosin(home.path(), &arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert!(
            said.contains("127.0.0.1") && !said.contains("s3cret"),
            "{said}"
        );
    }
    let report = std::fs::read_to_string(report).unwrap();
    assert!(!report.contains("s3cret"), "{report}");
}

#[test]
fn a_password_as_an_argument_is_not_taken() {
    let home = tempfile::tempdir().unwrap();
    for option in ["--password", "--app-password"] {
        let output = whosin(home.path(), &["status", option, PASSWORD])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
    }
}

/// Every variable that may hold a password.
const PASSWORDS: [&str; 3] = [
    "WHOSIN_APP_PASSWORD",
    "WHOSIN_BROKER_PASSWORD",
    "WHOSIN_DIRECTORY_PASSWORD",
];

/// What the environment of a program was that whosin has run.
#[cfg(unix)]
fn left_environment(seen: &Path) -> String {
    bench::until("the program has run", || {
        let text = std::fs::read_to_string(seen).unwrap_or_default();
        text.contains("END")
    });
    std::fs::read_to_string(seen).unwrap()
}

/// An action, the desktop's own door for links, the editor and a hook.
#[cfg(unix)]
#[test]
fn no_program_that_is_run_gets_a_password() {
    use std::os::unix::fs::PermissionsExt;
    let bench = bench::Bench::new();
    bench.service.set(&bench.ben(), Doing::OnThePhone);
    let seen = bench.path("seen");
    let spy = bench.path("bin/spy");
    let script = format!("#!/bin/sh\n(env; echo END) > '{}'\n", seen.display());
    bench.write("bin/spy", &script);
    bench.write("bin/xdg-open", &script);
    for name in ["bin/spy", "bin/xdg-open"] {
        let mode = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(bench.path(name), mode).unwrap();
    }
    let settings = format!(
        "[[action]]\nname = \"Spy\"\ncommand = [\"{}\"]\n[[action]]\npreset = \"mail\"\n",
        spy.display()
    );
    bench.write("config/whosin/config.toml", &settings);
    let spy = spy.to_str().unwrap();
    let path = format!(
        "{}:{}",
        bench.path("bin").display(),
        std::env::var("PATH").unwrap()
    );
    let ben = bench.ben().to_string();
    let mut all = 0;
    for arguments in [
        &["call", &ben, "--action", "spy"][..],
        &["call", &ben, "--action", "write mail"],
        &["config", "edit"],
        &["watch", &ben, "--exec", spy],
    ] {
        let mut command = bench.command(arguments);
        command.env("EDITOR", spy).env("PATH", &path);
        // The first one is right: the hook needs a sign-in.
        for name in &PASSWORDS[1..] {
            command.env(name, PASSWORD);
        }
        let mut running = bench::Running::start(command);
        if arguments[0] == "watch" {
            running.line();
            bench.service.set(&bench.ben(), Doing::Available);
        }
        let environment = left_environment(&seen);
        assert!(environment.contains("PATH="), "{environment}");
        assert!(
            !environment.contains("PASSWORD") && !environment.contains(PASSWORD),
            "{arguments:?}: {environment}"
        );
        running.child.kill().unwrap();
        running.child.wait().unwrap();
        std::fs::remove_file(&seen).unwrap();
        all += 1;
    }
    assert_eq!(all, 4);
}

/// While it runs nobody sees a password in the list of processes, and a crash would leave no memory.
#[cfg(target_os = "linux")]
#[test]
fn a_running_whosin_shows_no_password_and_dumps_no_core() {
    let bench = bench::Bench::new();
    let mut command = Process::new("sh");
    let line = "ulimit -S -c $(ulimit -H -c); exec \"$0\" \"$@\"";
    let watch = bench.command(&["watch"]);
    command
        .args(["-c", line])
        .arg(watch.get_program())
        .args(watch.get_args())
        .env_clear()
        .envs(
            watch
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
    let running = bench::Running::start(command);
    running.line();
    let about = |what: &str| {
        let path = format!("/proc/{}/{what}", running.child.id());
        std::fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    let limits = about("limits").unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core"));
    let words: Vec<&str> = core.unwrap().split_whitespace().collect();
    assert_eq!(words[4], "0", "{limits}");
    let arguments = about("cmdline").unwrap();
    assert!(arguments.contains("watch") && !arguments.contains("simulated"));
}
