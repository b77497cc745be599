//! How commands end: each exit code of the contract, closed pipes, no terminal, no home.

use crate::support::pty;
use std::fs::File;
use std::process::{Command, Output, Stdio};

use crate::support::bench::{Bench, Running, text, until};
use rustix::process::Signal;

/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:1";

fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or(-1)
}

#[test]
fn commands_that_ask_the_server_have_a_code_for_each_end() {
    let bench = Bench::with_one_free();
    let commands: [&[&str]; 6] = [
        &["status"],
        &["status", "--json"],
        &["set", "away"],
        &["check"],
        &["tmux", "--max-age", "1s"],
        &["wait", "ursula", "--timeout", "20s"],
    ];
    for command in commands {
        let run = |change: &dyn Fn(&mut Command)| {
            // What one left is no answer to the next.
            let _ = std::fs::remove_dir_all(bench.path("cache"));
            let _ = std::fs::remove_dir_all(bench.path("run/whosin"));
            let mut command = bench.command(command);
            change(&mut command);
            command.output().unwrap()
        };
        let done = run(&|_| {});
        assert_eq!(code(&done), 0, "{command:?}: {done:?}");
        let done = run(&|command| {
            command.args(["--interval", "soon"]);
        });
        assert_eq!(code(&done), 2, "{command:?}: {done:?}");
        let done = run(&|command| {
            command.env_remove("WHOSIN_APP_PASSWORD");
        });
        assert_eq!(code(&done), 2, "{command:?}: {done:?}");
        let done = run(&|command| {
            command.env("WHOSIN_APP_PASSWORD", "wrong");
        });
        assert_eq!(code(&done), 3, "{command:?}: {done:?}");
    }
}

#[test]
fn a_server_that_is_not_there_has_a_code_of_its_own() {
    let bench = Bench::with_one_free();
    let commands: [&[&str]; 5] = [
        &["status"],
        &["set", "away"],
        &["check"],
        &["tmux", "--max-age", "1s"],
        &["wait", "ursula", "--timeout", "1s"],
    ];
    for command in commands {
        let done = bench.command_at(NOWHERE, command).output().unwrap();
        assert_eq!(code(&done), 4, "{command:?}: {done:?}");
    }
}

#[test]
fn nobody_available_or_not_in_time_is_five() {
    let bench = Bench::with_one_free();
    assert_eq!(code(&bench.run(&["status", "-q", "ursula"])), 0);
    let done = bench.run(&["status", "--quiet", "ben"]);
    assert_eq!((code(&done), done.stdout, done.stderr), (5, vec![], vec![]));
    assert_eq!(code(&bench.run(&["status", "ben"])), 5);
    assert_eq!(code(&bench.run(&["wait", "ben", "--timeout", "1s"])), 5);
}

#[test]
fn wrong_words_are_two_and_what_fails_is_one() {
    let bench = Bench::with_one_free();
    for arguments in [
        &["status", "nobody-of-this-name"][..],
        &["wait", "nobody-of-this-name"],
        &["wait"],
        &["contacts", "remove", "nobody-of-this-name"],
        &["contacts", "import", "/nowhere/at/all.csv"],
        &["contacts", "add", "two words"],
        &["set", "gone"],
        &["nonsense"],
        &["--nonsense"],
        &["completions", "dos"],
    ] {
        let done = bench.run(arguments);
        assert_eq!(code(&done), 2, "{arguments:?}: {done:?}");
    }
    bench.write("bad.csv", "name,email\nBroken,a@-b\n");
    let bad = bench.path("bad.csv").display().to_string();
    for arguments in [
        &["contacts", "import", &bad][..],
        &["contacts", "export", "/nowhere/at/all.csv"],
        &["man", "--dir", "/dev/null/man"],
        &["status", "--cached"],
    ] {
        let done = bench.run(arguments);
        assert_eq!(code(&done), 1, "{arguments:?}: {done:?}");
    }
    bench.write("config/whosin/contacts.toml", "[[contact]\n");
    for arguments in [
        &["contacts", "list"][..],
        &["status"],
        &["contacts", "groups"],
    ] {
        assert_eq!(code(&bench.run(arguments)), 1, "{arguments:?}");
    }
    bench.write("config/whosin/config.toml", "sevrer = 1\n");
    for arguments in [&["contacts", "list"][..], &["status"], &["check"]] {
        assert_eq!(code(&bench.run(arguments)), 2, "{arguments:?}");
    }
}

#[test]
fn signals_end_what_goes_on() {
    for (arguments, signal, wanted) in [
        (&["wait", "ben"][..], Signal::INT, 130),
        (&["wait", "ben"], Signal::TERM, 143),
        (&["watch", "--plain"], Signal::INT, 130),
        (&["watch", "--plain"], Signal::HUP, 129),
        (&["simulate", "--listen", "127.0.0.1:0"], Signal::INT, 0),
    ] {
        let bench = Bench::with_one_free();
        let mut command = bench.command(&[]);
        let running = match arguments[0] {
            "simulate" => {
                command = Command::new(env!("CARGO_BIN_EXE_whosin"));
                command.args(arguments);
                Running::start(command)
            }
            _ => {
                command.args(arguments).arg("-v");
                Running::start(command)
            }
        };
        let mut running = running;
        match arguments[0] {
            // It says nothing until then; who has asked listens for signals.
            "wait" => until("the first question", || bench.service.signed_in() == (1, 1)),
            _ => drop(running.line()),
        }
        running.signal(signal);
        let (ended, words) = running.end();
        assert_eq!(ended, Some(wanted), "{arguments:?}: {words}");
    }
}

/// Runs it with an output that nobody reads any more.
fn into_closed_pipe(mut command: Command) -> Output {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    command.stdout(writer).stderr(Stdio::piped());
    command.spawn().unwrap().wait_with_output().unwrap()
}

#[test]
fn output_to_a_closed_pipe_ends_quietly() {
    let bench = Bench::with_one_free();
    for arguments in [
        &["status"][..],
        &["status", "--json"],
        &["check"],
        &["tmux"],
        &["contacts", "list"],
        &["contacts", "groups", "--json"],
        &["contacts", "export"],
        &["completions", "zsh"],
        &["man"],
        &["watch", "--plain"],
        &["watch", "--json"],
        &["wait", "ursula"],
        &["--help"],
        &["status", "--help"],
        &["--version"],
    ] {
        let done = into_closed_pipe(bench.command(arguments));
        let words = text(&done.stderr);
        assert_eq!(words, "", "{arguments:?}");
        assert!(
            done.status.code().is_some_and(|code| code <= 1),
            "{arguments:?}: {done:?}"
        );
    }
}

#[test]
fn an_output_that_is_full_is_told() {
    let Ok(full) = File::options().write(true).open("/dev/full") else {
        eprintln!("there is no /dev/full here");
        return;
    };
    let bench = Bench::with_one_free();
    for arguments in [
        &["status"][..],
        &["contacts", "list"],
        &["man"],
        &["watch", "--plain"],
    ] {
        let mut command = bench.command(arguments);
        command.stdout(full.try_clone().unwrap());
        let done = command.output().unwrap();
        assert_eq!(code(&done), 1, "{arguments:?}: {done:?}");
        assert!(text(&done.stderr).contains("cannot print"), "{done:?}");
    }
}

#[test]
fn without_terminal_home_or_variables_it_works_or_says_what_is_missing() {
    let bench = Bench::with_one_free();
    let url = bench.service.url();
    let run = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_whosin"))
            .env_clear()
            .env("WHOSIN_APP_PASSWORD", "simulated")
            .current_dir(bench.home.path())
            .stdin(Stdio::null())
            .args(["--server", &url, "--app-user", "whosin", "--user", "klmt"])
            .args(arguments)
            .output()
            .unwrap()
    };
    let who = bench.ursula().to_string();
    let (book, settings) = (bench.path("b.toml"), bench.path("c.toml"));
    std::fs::write(&settings, "").unwrap();
    let (book, settings) = (book.display().to_string(), settings.display().to_string());
    let places = ["--contacts", &book, "--config", &settings];
    let done = run(&[&places[..], &["status", &who]].concat());
    assert_eq!(code(&done), 0, "{done:?}");
    assert!(text(&done.stdout).contains("Available"));
    // The board needs a terminal, says so in a line, and writes nothing else.
    let done = run(&places);
    assert_ne!(code(&done), 0);
    assert_eq!(text(&done.stdout), "", "{done:?}");
    let words = text(&done.stderr);
    assert!(
        words.contains("terminal") && words.lines().count() == 1,
        "{words}"
    );
}

#[test]
fn a_home_that_cannot_be_written_is_said_once_and_presence_is_shown() {
    let bench = Bench::with_one_free();
    // Nothing can be made below a file, whoever one is.
    let home = bench.path("file");
    std::fs::write(&home, "").unwrap();
    let run = |arguments: &[&str]| bench.command_in(&home, arguments).output().unwrap();
    let who = bench.ursula().to_string();
    let done = run(&["status", &who]);
    assert_eq!(code(&done), 0, "{done:?}");
    assert!(text(&done.stdout).contains("Available"));
    let words = text(&done.stderr);
    assert!(
        words.contains("cannot be written") && words.lines().count() == 1,
        "{words}"
    );
    let done = run(&["wait", &who]);
    assert_eq!(code(&done), 0, "{done:?}");
    let done = run(&["contacts", "add", "new@example.com"]);
    assert_eq!(code(&done), 1, "{done:?}");
}

#[test]
fn a_board_whose_home_cannot_be_written_says_so_and_shows_presence() {
    let bench = Bench::with_one_free();
    std::fs::write(bench.path("file"), "").unwrap();
    let below = bench.path("file").display().to_string();
    let book = bench.path("config/whosin/contacts.toml");
    let places = [
        "XDG_CONFIG_HOME",
        "XDG_CACHE_HOME",
        "XDG_STATE_HOME",
        "XDG_RUNTIME_DIR",
    ];
    let places = places.map(|place| (place, below.as_str()));
    let start = pty::Start {
        arguments: &["--contacts", &book.display().to_string()],
        variables: &places,
        width: 120,
        height: 24,
    };
    let mut pty = bench.in_terminal(tempfile::tempdir().unwrap(), start);
    pty.wait_for_text("cannot be written");
    pty.wait_for_text("Do not disturb");
    pty.send("q");
    assert_eq!(pty.wait_for_end(), 0);
}
