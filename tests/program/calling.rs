//! Actions for contacts: commands that really run, from a script and from the board.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::bench::{Bench, text, until};
use crate::support::pty::{self, Start};
use whosin::simulator::Doing;

const BOOK: &str = "[[contact]]\naddress = \"ben@sie.at\"\nname = \"Ben Two\"\nnumber = \"+43 (0)1 3216\"\n\n\
    [[contact]]\naddress = \"carla@sie.at\"\nname = \"Carla Three\"\n";

/// A home with two contacts, in which `c` leaves a file `called-NUMBER`.
fn home(more: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("config/whosin");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("contacts.toml"), BOOK).unwrap();
    let called = home.path().join("called-{number}");
    let settings = format!(
        "{more}\n[[action]]\nkey = \"c\"\nname = \"Call\"\n\
         command = [\"cp\", \"/dev/null\", \"{}\"]\n\
         [[action]]\nkey = \"n\"\nname = \"Nothing\"\ncommand = [\"no-such-program\"]\n\
         [[action]]\nname = \"Fail\"\ncommand = [\"false\"]\n\
         [[action]]\npreset = \"mail\"\n",
        called.display()
    );
    fs::write(folder.join("config.toml"), settings).unwrap();
    home
}

fn run(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_whosin"))
        .env_clear()
        .envs(pty::environment(home))
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn a_call_from_a_script_runs_the_command() {
    let home = home("");
    let done = run(home.path(), &["call", "ben"]);
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert_eq!(text(&done.stdout), "Call: Ben Two\n");
    assert!(home.path().join("called-+4313216").exists());
    let mail = ["call", "carla", "--action", "write mail", "--dry-run"];
    let shown = run(home.path(), &mail);
    assert!(
        text(&shown.stdout).ends_with("mailto:carla@sie.at\n"),
        "{shown:?}"
    );
    for (arguments, code, words) in [
        (&["call", "carla"][..], 1, "no number known of Carla Three"),
        (
            &["call", "ben", "--action", "nothing"],
            1,
            "no-such-program cannot be run",
        ),
        (&["call", "ben", "--action", "fail"], 1, "false failed"),
        (
            &["call", "ben", "--action", "fax"],
            2,
            "there is no action 'fax': Call, Nothing",
        ),
        (&["call", "nobody"], 2, "nobody"),
    ] {
        let failed = run(home.path(), arguments);
        assert_eq!(failed.status.code(), Some(code), "{failed:?}");
        assert!(text(&failed.stderr).contains(words), "{failed:?}");
    }
}

#[test]
fn the_settings_may_forbid_all_actions() {
    let home = home("allow_actions = false\n");
    let refused = run(home.path(), &["call", "ben"]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(
        text(&refused.stderr).contains("allow no actions"),
        "{refused:?}"
    );
    assert!(!home.path().join("called-+4313216").exists());
}

#[test]
fn an_action_of_the_settings_that_is_wrong_is_named_with_its_line() {
    for (action, words) in [
        (
            "name = \"x\"\ncommand = [\"a\", \"{phone}\"]",
            "there is no {phone}",
        ),
        ("name = \"x\"\ncommand = \"a {number}\"", "write it like"),
        (
            "preset = \"fax\"",
            "line 2: action: there is no preset 'fax'",
        ),
        ("preset = \"tel\"\nkey = \"cc\"", "write it like"),
        (
            "preset = \"tel\"\nshell = \"sh\"",
            "line 4: action: 'shell' is none of",
        ),
    ] {
        let home = home("");
        let path = home.path().join("config/whosin/config.toml");
        fs::write(&path, format!("\n[[action]]\n{action}\n")).unwrap();
        let refused = run(home.path(), &["call", "ben"]);
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        let error = text(&refused.stderr);
        assert!(
            error.contains(", line ") && error.contains(": action: ") && error.contains(words),
            "{error}"
        );
    }
}

#[test]
fn the_board_calls_and_says_what_failed() {
    let bench = Bench::new();
    let start = Start {
        arguments: &[],
        variables: &[],
        width: 80,
        height: 24,
    };
    let mut pty = bench.in_terminal(home(""), start);
    pty.wait_for("contacts", |text| text.contains("Ben Two"));
    pty.send("c");
    let called = pty.home.path().join("called-+4313216");
    until("the command has run", || called.exists());
    pty.send("x");
    pty.wait_for("the menu", |text| text.contains("Write mail"));
    pty.send("n");
    pty.wait_for("why it failed", |text| {
        text.contains("no-such-program cannot be run")
    });
    pty.send("q");
    assert_eq!(pty.wait_for_end(), 0);
}

#[test]
fn the_board_runs_hooks_when_a_state_changes() {
    let bench = Bench::new();
    bench.service.set(&bench.ben(), Doing::OnThePhone);
    let home = home("");
    let folder = home.path().join("config/whosin");
    let book = format!("[[contact]]\naddress = \"{}\"\n", bench.ben());
    fs::write(folder.join("contacts.toml"), book).unwrap();
    let mark = |name: &str| {
        format!(
            "[\"cp\", \"/dev/null\", \"{}\"]",
            home.path().join(name).display()
        )
    };
    let hooks = format!(
        "on_change = {}\non_free = {}\n",
        mark("now-{state}"),
        mark("free-{state}")
    );
    fs::write(folder.join("config.toml"), hooks).unwrap();
    let start = Start {
        arguments: &["--interval", "1", "--mode", "poll"],
        variables: &[],
        width: 80,
        height: 24,
    };
    let mut pty = bench.in_terminal(home, start);
    pty.wait_for("the first state", |text| {
        text.to_lowercase().contains("on the phone")
    });
    let made = |name: &str| pty.home.path().join(name).exists();
    bench.service.set(&bench.ben(), Doing::Away);
    until("the change is noted", || made("now-away"));
    assert!(!made("now-busy") && !made("free-away"));
    bench.service.set(&bench.ben(), Doing::Available);
    until("that Ben is free is noted", || {
        made("now-available") && made("free-available")
    });
    pty.send("q");
    assert_eq!(pty.wait_for_end(), 0);
}

#[test]
fn a_watch_rings_by_a_command_of_the_settings_and_by_bells() {
    let bench = Bench::new();
    for who in [bench.ben(), bench.ursula()] {
        bench.service.set(&who, Doing::Dnd);
    }
    let home = home("free_for = \"1s\"\n");
    let folder = home.path().join("config/whosin");
    let settings = fs::read_to_string(folder.join("config.toml")).unwrap();
    let rung = home.path().join("rung-{user}");
    let gong = format!(
        "[[ring]]\nname = \"Gong\"\ncommand = [\"cp\", \"/dev/null\", \"{}\"]\n\
         [[ring]]\nname = \"Broken\"\ncommand = [\"no-such-gong\"]\n",
        rung.display()
    );
    fs::write(folder.join("config.toml"), settings + &gong).unwrap();
    let (ben, ursula) = (bench.ben(), bench.ursula());
    let book = format!(
        "[[contact]]\naddress = \"{ben}\"\nring = \"Gong, 3\"\n\n\
         [[contact]]\naddress = \"{ursula}\"\nring = \"Broken\"\n"
    );
    fs::write(folder.join("contacts.toml"), book).unwrap();
    let start = Start {
        arguments: &["--interval", "1", "--mode", "poll"],
        variables: &[],
        width: 100,
        height: 24,
    };
    let mut pty = bench.in_terminal(home, start);
    pty.wait_for("both", |text| text.matches("Do not disturb").count() == 2);
    let bells = |pty: &pty::Pty| {
        let written = String::from_utf8_lossy(&pty.written()).into_owned();
        // A notification ends with one, too.
        let notices = written.matches("\x1b]9;").count() + written.matches("\x1b]777;").count();
        written.matches('\x07').count() - notices
    };
    pty.send(&format!("/{}\rw\x1b", ben.user()));
    pty.wait_for("the watch", |text| text.contains("3 bells, Gong"));
    bench.service.set(&ben, Doing::Available);
    let made = pty.home.path().join(format!("rung-{}", ben.user()));
    until("the command has run", || made.exists());
    until("three bells", || bells(&pty) == 3);
    pty.send(&format!("/{}\rw\x1b", ursula.user()));
    bench.service.set(&ursula, Doing::Available);
    pty.wait_for("why it did not ring", |text| {
        text.contains("no-such-gong cannot be run")
    });
    until("the bell rings in its place", || bells(&pty) == 4);
    pty.send("q");
    assert_eq!(pty.wait_for_end(), 0);
}

#[test]
fn inside_tmux_what_is_copied_goes_through_tmux() {
    let bench = Bench::new();
    let home = home("");
    let bin = home.path().join("bin");
    fs::create_dir_all(&bin).unwrap();
    let script = "#!/bin/sh\necho \"$*\" > \"$0.arguments\"\ncat > \"$0.text\"\n";
    fs::write(bin.join("tmux"), script).unwrap();
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(bin.join("tmux"), executable).unwrap();
    let path = format!("{}:/usr/bin:/bin", bin.display());
    let start = Start {
        arguments: &[],
        variables: &[("TMUX", "/tmp/none,1,0"), ("PATH", &path)],
        width: 80,
        height: 24,
    };
    let mut pty = bench.in_terminal(home, start);
    pty.wait_for("contacts", |text| text.contains("Ben Two"));
    pty.send("y");
    pty.wait_for("that it is copied", |text| {
        text.contains("Copied ben@sie.at")
    });
    let read = |name: &str| fs::read_to_string(bin.join(name)).unwrap();
    assert_eq!(read("tmux.arguments"), "load-buffer -w -\n");
    assert_eq!(read("tmux.text"), "ben@sie.at");
    pty.send("q");
    assert_eq!(pty.wait_for_end(), 0);
}

#[test]
fn outside_of_tmux_the_terminal_is_asked_to_copy() {
    let bench = Bench::new();
    let start = Start {
        arguments: &[],
        variables: &[],
        width: 80,
        height: 24,
    };
    let mut pty = bench.in_terminal(home(""), start);
    pty.wait_for("contacts", |text| text.contains("Ben Two"));
    pty.send("Y");
    pty.wait_for("where it went", |text| {
        text.contains("is sent to the terminal")
    });
    let copied = "\x1b]52;c;KzQzICgwKTEgMzIxNg==";
    assert!(String::from_utf8_lossy(&pty.written()).contains(copied));
    pty.send("q");
    assert_eq!(pty.wait_for_end(), 0);
}
