//! The program in a real terminal.

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::pty::{Pty, Start, environment};
use whosin::simulator::{Doing, Options, Simulator};

const DEMO: Start<'_> = Start {
    arguments: &["demo", "--contacts", "12"],
    variables: &[],
    width: 100,
    height: 30,
};

fn demo() -> Pty {
    let pty = Pty::start(DEMO);
    pty.wait_for("presence", |text| {
        (text.contains(" ago") || text.contains("live")) && text.contains("free")
    });
    pty
}

/// The terminal is as it was: no alternate screen, cursor shown, no mouse.
fn is_given_back(pty: &Pty) -> bool {
    pty.with_screen(|screen| {
        !screen.alternate_screen()
            && !screen.hide_cursor()
            && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
    })
}

#[test]
fn the_demo_shows_people_and_q_leaves_the_terminal_as_it_was() {
    let mut pty = demo();
    pty.send("q");
    assert_eq!(pty.wait_for_end(), 0);
    pty.wait_for("terminal given back", |_| is_given_back(&pty));
    let left: Vec<_> = std::fs::read_dir(pty.home.path()).unwrap().collect();
    assert!(left.is_empty(), "the demo wrote {left:?}");
}

fn process(pty: &Pty) -> Pid {
    Pid::from_raw(pty.child.process_id().unwrap() as i32).unwrap()
}

#[test]
fn signals_give_the_terminal_back() {
    for (signal, code) in [
        (Signal::TERM, 143),
        (Signal::HUP, 129),
        (Signal::INT, 130),
        (Signal::QUIT, 143),
    ] {
        let mut pty = demo();
        kill_process(process(&pty), signal).unwrap();
        assert_eq!(pty.wait_for_end(), code, "{signal:?}");
        pty.wait_for("terminal given back", |_| is_given_back(&pty));
    }
}

#[test]
fn ctrl_z_stops_nothing_where_no_shell_waits() {
    let mut pty = demo();
    pty.send("\x1a");
    pty.wait_for_text("No shell waits behind this terminal");
    assert!(!is_given_back(&pty));
    pty.send("q");
    assert_eq!(pty.wait_for_end(), 0);
}

/// Whoever continues a job does not say what was done to the terminal meanwhile.
#[cfg(target_os = "linux")]
#[test]
fn whenever_it_is_continued_it_takes_the_terminal_again() {
    let pty = demo();
    let has_mouse = |screen: &vt100::Screen| {
        screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None && screen.bracketed_paste()
    };
    assert!(pty.with_screen(has_mouse));
    let terminal = PathBuf::from(format!("/proc/{}/fd/1", process(&pty).as_raw_pid()));
    let modes = |arguments: &[&str]| {
        let mut stty = Command::new("stty");
        let done = stty
            .arg("-F")
            .arg(&terminal)
            .args(arguments)
            .output()
            .unwrap();
        String::from_utf8(done.stdout).unwrap()
    };
    let before = modes(&["-g"]);
    for stopped in [false, true] {
        if stopped {
            kill_process(process(&pty), Signal::STOP).unwrap();
        }
        modes(&["sane"]);
        assert_ne!(modes(&["-g"]), before);
        let mut other = std::fs::OpenOptions::new()
            .write(true)
            .open(&terminal)
            .unwrap();
        let reset = b"\x1b[?1049l\x1b[?2004l\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[H\x1b[2Jsomething else";
        other.write_all(reset).unwrap();
        pty.wait_for("what others drew", |text| {
            text.contains("something else") && !pty.with_screen(has_mouse)
        });
        kill_process(process(&pty), Signal::CONT).unwrap();
        pty.wait_for("the board as before", |text| {
            let is_whole = text.contains("Front desk") && text.contains("q quit");
            let screen = pty.with_screen(|screen| screen.alternate_screen() && has_mouse(screen));
            is_whole && screen && !text.contains("something else")
        });
        assert_eq!(modes(&["-g"]), before);
    }
}

/// Each such report would take the keys that follow it.
#[test]
fn what_another_program_has_asked_the_terminal_to_report_on_its_colours_is_ended() {
    let pty = demo();
    let written = pty.written();
    let written = String::from_utf8_lossy(&written);
    assert!(written.contains("\x1b[?2031l") && !written.contains("\x1b[?2031h"));
}

#[test]
fn a_variable_of_tmux_that_is_empty_is_none() {
    let pty = Pty::start(Start {
        variables: &[("TMUX", "")],
        ..DEMO
    });
    pty.wait_for_text("Front desk");
    let mode = pty.with_screen(|screen| screen.mouse_protocol_mode());
    assert_ne!(mode, vt100::MouseProtocolMode::None);
}

/// In a container the first process may be whosin itself, one that only starts it, or a shell.
#[cfg(target_os = "linux")]
#[test]
fn ctrl_z_stops_in_a_container_only_where_a_shell_is_its_first_process() {
    let alone = [
        "--user",
        "--map-root-user",
        "--pid",
        "--fork",
        "--mount-proc",
    ];
    let tried = Command::new("unshare").args(alone).arg("true").output();
    if !tried.is_ok_and(|tried| tried.status.success()) {
        eprintln!("nothing is tried: no namespaces can be made here");
        return;
    }
    let whosin = env!("CARGO_BIN_EXE_whosin");
    let start = |command: &[&str]| {
        let start = Start {
            arguments: &[&alone, command].concat(),
            variables: &[("PS1", "% ")],
            ..DEMO
        };
        let home = tempfile::tempdir().unwrap();
        Pty::start_program("unshare".as_ref(), home, start)
    };
    let starter = format!("{whosin} demo --contacts 12; true");
    for command in [&[whosin, "demo"][..], &["bash", "-mc", &starter]] {
        let mut pty = start(command);
        pty.wait_for_text("Front desk");
        pty.send("\x1a");
        pty.wait_for_text("No shell waits behind this terminal");
        pty.send("q");
        assert_eq!(pty.wait_for_end(), 0);
    }
    let mut pty = start(&["bash", "--norc", "-i"]);
    pty.wait_for_text("% ");
    pty.send(&format!("{whosin} demo --contacts 12\n"));
    pty.wait_for_text("Front desk");
    pty.send("\x1a");
    pty.wait_for("the shell again", |text| {
        text.contains("Stopped") && is_given_back(&pty)
    });
    pty.send("fg\n");
    pty.wait_for_text("q quit");
    pty.send("q");
    pty.wait_for("the terminal", |_| is_given_back(&pty));
}

#[test]
fn the_output_has_to_be_a_terminal() {
    for command in [&["demo"][..], &[]] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_whosin"))
            .env_clear()
            .envs(environment(tempfile::tempdir().unwrap().path()))
            .args(command)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains("the output is no terminal"), "{error}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn icons_are_letters_where_the_terminal_draws_no_others() {
    for variable in [
        ("LC_ALL", "C"),
        ("LC_CTYPE", "POSIX"),
        ("TERM", "linux"),
        ("TERM", "dumb"),
        ("LANG", "de_AT.ISO-8859-1"),
    ] {
        let pty = Pty::start(Start {
            variables: &[variable],
            ..DEMO
        });
        pty.wait_for("presence", |text| {
            text.contains("live") && text.contains("Front desk")
        });
        let drawn = pty.text();
        assert!(!drawn.contains(['✓', '─', '▸']), "{variable:?}: {drawn}");
    }
}

#[test]
fn resizing_redraws_for_the_new_size() {
    let mut pty = demo();
    pty.resize(30, 12);
    pty.wait_for("narrow board", |text| {
        text.lines().all(|line| line.chars().count() <= 30) && text.contains("a add")
    });
    pty.resize(120, 32);
    pty.wait_for_text("joergen.angstrom @ ");
    pty.send("q");
    assert_eq!(pty.wait_for_end(), 0);
}

#[test]
fn the_mouse_selects_and_opens() {
    let mut pty = demo();
    let (row, line) = pty.with_screen(|screen| {
        let lines: Vec<String> = screen.rows(0, 100).collect();
        let row = lines
            .iter()
            .position(|line| line.contains("Front desk"))
            .unwrap()
            + 1;
        (row + 1, lines[row].clone())
    });
    let click = format!("\x1b[<0;6;{row}M\x1b[<0;6;{row}m");
    pty.send(&click);
    pty.send(&click);
    let name: String = line.chars().skip(4).take(8).collect();
    let text = pty.wait_for_text("Address");
    assert!(text.contains(name.trim()));
}

/// A service of the test's own, which runs while the program does.
fn service() -> (tokio::runtime::Runtime, Simulator) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(1)
        .build()
        .unwrap();
    let options = Options {
        contacts: 8,
        pace: 0.0,
        ..Options::default()
    };
    let address = "127.0.0.1:0".parse().unwrap();
    let simulator = runtime
        .block_on(Simulator::start(address, options))
        .unwrap();
    (runtime, simulator)
}

fn against<'a>(
    url: &'a str,
    variables: &'a [(&'a str, &'a str)],
) -> (Vec<&'a str>, Vec<(&'a str, &'a str)>) {
    let arguments = vec![
        "--server",
        url,
        "--app-user",
        "whosin",
        "--user",
        "klmt",
        "--domain",
        "example.com",
        "--interval",
        "1",
    ];
    (arguments, variables.to_vec())
}

#[test]
fn a_contact_added_survives_a_kill_right_after_and_its_changes_are_shown() {
    let (_runtime, service) = service();
    let person = service.people().remove(3);
    service.set(&person.address, Doing::Meeting);
    let url = service.url();
    let (arguments, variables) = against(&url, &[("WHOSIN_APP_PASSWORD", "simulated")]);
    let mut pty = Pty::start(Start {
        arguments: &arguments,
        variables: &variables,
        width: 80,
        height: 24,
    });
    pty.wait_for_text("Nobody is on the board yet");
    pty.send("a");
    pty.wait_for_text("Add a contact");
    pty.send(person.address.user());
    pty.send("\r");
    pty.wait_for_text("Added");
    pty.wait_for_text("In a meeting");
    pty.child.kill().unwrap();
    pty.child.wait().unwrap();
    let book = pty.home.path().join("config/whosin/contacts.toml");
    let text = std::fs::read_to_string(book).unwrap();
    assert!(text.contains(person.address.as_str()), "{text}");

    let home = std::mem::replace(&mut pty.home, tempfile::tempdir().unwrap());
    let pty = Pty::start_in(
        home,
        Start {
            arguments: &arguments,
            variables: &variables,
            width: 80,
            height: 24,
        },
    );
    pty.wait_for_text("In a meeting");
    service.set(&person.address, Doing::Available);
    pty.wait_for_text("Available");
}

#[test]
fn a_dead_link_dims_the_board_and_says_so() {
    let (runtime, service) = service();
    let person = service.people().remove(0);
    service.set(&person.address, Doing::Available);
    let url = service.url();
    let (arguments, variables) = against(&url, &[("WHOSIN_APP_PASSWORD", "simulated")]);
    let mut pty = Pty::start(Start {
        arguments: &arguments,
        variables: &variables,
        width: 110,
        height: 24,
    });
    pty.wait_for_text("Nobody is on the board yet");
    pty.send(&format!("a{}\r", person.address));
    pty.wait_for_text("✓ 1 free");
    runtime.block_on(service.stop());
    let text = pty.wait_for("trouble", |text| {
        text.contains("was available") && text.contains("next try")
    });
    assert!(
        text.contains("✓ 0 free") && text.contains("stale"),
        "{text}"
    );
}

#[test]
fn without_settings_a_form_signs_in_and_saves_with_the_right_mode() {
    let (_runtime, service) = service();
    let mut pty = Pty::start(Start {
        arguments: &[],
        variables: &[],
        width: 90,
        height: 24,
    });
    pty.wait_for_text("sign in");
    pty.send(&format!("{}\rwhosin\rwrong\rklmt\r", service.url()));
    pty.wait_for_text("refused");
    // The field at fault has the focus: what is in it goes, the right one comes.
    pty.send("\x15simulated\r");
    pty.wait_for_text("Nobody is on the board yet");
    pty.send("q");
    assert_eq!(pty.wait_for_end(), 0);
    let file = pty.home.path().join("config/whosin/config.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(
        text.contains("app_user = \"whosin\"") && text.contains(&service.url()),
        "{text}"
    );
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert!(!String::from_utf8_lossy(&pty.written()).contains("simulated"));
}

#[test]
fn a_settings_file_with_a_mistake_is_named_and_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("config/whosin");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("config.toml");
    std::fs::write(&file, "server = \"cup\"\nsevrer = 3\n").unwrap();
    let mut pty = Pty::start_in(
        home,
        Start {
            arguments: &[],
            variables: &[],
            width: 120,
            height: 10,
        },
    );
    assert_eq!(pty.wait_for_end(), 2);
    pty.wait_for("reason", |text| {
        text.contains("config.toml, line 2") && text.contains("sevrer")
    });
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        "server = \"cup\"\nsevrer = 3\n"
    );
}
