//! `whosin watch`, as a log, a pipe and a terminal see it.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::support::bench::{Bench, PATIENCE, Running, text, until};
use crate::support::pty::Start;
use rustix::process::Signal;
use serde_json::Value;
use whosin::simulator::{Doing, Fault, Node};

const OFTEN: [&str; 5] = ["watch", "--interval", "1", "--mode", "poll"];

fn watch(bench: &Bench, these: &[&str]) -> Running {
    bench.spawn(&[&OFTEN[..], these].concat())
}

/// Without the time, which stands first.
fn untimed(line: &str) -> &str {
    let (time, rest) = line.split_at(8);
    let is_time = time
        .bytes()
        .all(|byte| byte == b':' || byte.is_ascii_digit());
    assert!(is_time, "{line}");
    rest
}

#[test]
fn tells_the_present_states_and_then_each_change_in_plain_words() {
    let bench = Bench::new();
    bench.service.set(&bench.ursula(), Doing::Available);
    bench.service.set(&bench.ben(), Doing::OnThePhone);
    let mut watching = watch(&bench, &[]);
    let first = [watching.line(), watching.line()];
    assert_eq!(untimed(&first[0]), "  Ursula One  Available");
    assert_eq!(untimed(&first[1]), "  Ben Two  On the phone");
    bench.service.set(&bench.ben(), Doing::Available);
    assert_eq!(untimed(&watching.line()), "  Ben Two  Available");
    bench.service.set(&bench.ursula(), Doing::Lunch);
    assert_eq!(untimed(&watching.line()), "  Ursula One  Lunch");
    watching.signal(Signal::TERM);
    assert_eq!(watching.end(), (Some(143), String::new()));
    assert!(watching.rest().is_empty());
    assert_eq!(bench.service.signed_in(), (1, 0));
}

#[test]
fn tells_json_a_line() {
    let bench = Bench::new();
    bench.service.set(&bench.ben(), Doing::Dnd);
    let watching = watch(&bench, &["--json", "ben"]);
    let first: Value = serde_json::from_str(&watching.line()).unwrap();
    assert_eq!(
        (&first["schema"], &first["kind"]),
        (&1.into(), &"state".into())
    );
    assert_eq!(first["contact"]["availability"], "dnd");
    assert_eq!(first["contact"]["fresh"], true);
    bench.service.set(&bench.ben(), Doing::Away);
    let change: Value = serde_json::from_str(&watching.line()).unwrap();
    assert_eq!(
        (&change["kind"], &change["contact"]["name"]),
        (&"change".into(), &"Ben Two".into())
    );
    assert_eq!(change["contact"]["availability"], "away");
    bench.runtime.block_on(bench.service.stop_node(Node::First));
    let link: Value = serde_json::from_str(&watching.line()).unwrap();
    assert_eq!(
        (&link["kind"], &link["link"]),
        (&"link".into(), &"trouble".into())
    );
}

#[test]
fn trouble_and_its_end_are_lines_and_no_change_is_made_up() {
    let bench = Bench::new();
    bench.service.set(&bench.ben(), Doing::Available);
    let watching = watch(&bench, &["ben"]);
    watching.line_with("Ben Two  Available");
    bench.runtime.block_on(bench.service.stop_node(Node::First));
    let trouble = watching.line();
    assert!(untimed(&trouble).starts_with("  ! "), "{trouble}");
    bench.service.set(&bench.ben(), Doing::Dnd);
    bench
        .runtime
        .block_on(bench.service.start_node(Node::First));
    // Which of the two comes first is the feed's to say; other troubles may come between.
    let mut lines = vec![watching.line()];
    while !lines.iter().any(|line| line.contains("answers again"))
        || !lines
            .iter()
            .any(|line| line.ends_with("Ben Two  Do not disturb"))
    {
        lines.push(watching.line());
    }
    let about_ben = lines.iter().filter(|line| line.contains("Ben"));
    assert_eq!(about_ben.count(), 1, "{lines:?}");
}

#[test]
fn somebody_whom_the_server_refuses_is_said_to_be() {
    let bench = Bench::new();
    bench.service.set(&bench.ursula(), Doing::Available);
    bench.service.refuse(&bench.ben(), Fault(124));
    let watching = watch(&bench, &[]);
    watching.line_with("Ben Two  Refused by server");
}

#[test]
fn ends_quietly_and_at_once_when_nobody_reads() {
    let bench = Bench::new();
    let mut command = bench.command(&OFTEN);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    assert!(line.contains("Ursula One"), "{line}");
    // Nothing changes any more.
    drop(out);
    let begun = std::time::Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < PATIENCE, "it goes on though nobody reads");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), text(&output.stderr)),
        (Some(0), String::new())
    );
    assert_eq!(bench.service.signed_in(), (1, 0));
}

#[test]
fn a_refused_sign_in_ends_it() {
    let bench = Bench::new();
    let mut command = bench.command(&OFTEN);
    let output = command
        .env("WHOSIN_APP_PASSWORD", "wrong")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn a_terminal_gets_colours_and_columns_unless_it_is_to_be_plain() {
    for (plain, variables) in [
        (false, vec![]),
        (true, vec![]),
        (false, vec![("NO_COLOR", "1")]),
    ] {
        let mut bench = Bench::new();
        bench.service.set(&bench.ursula(), Doing::Available);
        bench.service.set(&bench.ben(), Doing::Dnd);
        let home = bench.take_home();
        let more = if plain { &["--plain"][..] } else { &[] };
        let start = Start {
            arguments: &[&OFTEN[..], more].concat(),
            variables: &variables,
            width: 80,
            height: 10,
        };
        let mut pty = bench.in_terminal(home, start);
        let screen = pty.wait_for_text("Do not disturb");
        assert_eq!(
            screen.contains("Ben Two     ⊖ Do not disturb"),
            !plain,
            "{screen}"
        );
        let written = String::from_utf8(pty.written()).unwrap();
        assert!(!plain || !written.contains('\x1b'), "{written:?}");
        let coloured = written.contains("\x1b[38;");
        assert_eq!(coloured, !plain && variables.is_empty(), "{written:?}");
        pty.send("\x03");
        assert_eq!(pty.wait_for_end(), 130);
    }
}

#[test]
fn each_change_runs_what_is_wanted() {
    let bench = Bench::new();
    bench.service.set(&bench.ursula(), Doing::Available);
    bench.service.set(&bench.ben(), Doing::OnThePhone);
    let folder = tempfile::tempdir().unwrap();
    let marks = folder.path().join("{user}-{state}");
    let mark = ["--exec", "cp", "/dev/null", marks.to_str().unwrap()];
    let mut watching = watch(&bench, &mark);
    let _ = [watching.line(), watching.line()];
    bench.service.set(&bench.ben(), Doing::Available);
    assert_eq!(untimed(&watching.line()), "  Ben Two  Available");
    let user = |address: &str| address.split('@').next().unwrap().to_string();
    let free = format!("{}-available", user(bench.ben().as_str()));
    until("the command has run", || folder.path().join(&free).exists());
    let made = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(made, 1, "a first state is no change");
    watching.signal(Signal::TERM);
    assert_eq!(watching.end(), (Some(143), String::new()));
}

#[test]
fn a_command_that_cannot_be_run_is_named_and_the_watch_goes_on() {
    let bench = Bench::new();
    bench.service.set(&bench.ben(), Doing::OnThePhone);
    let mut watching = watch(&bench, &["ben", "--exec", "no-such-program", "--json"]);
    watching.line();
    for doing in [Doing::Available, Doing::Away] {
        bench.service.set(&bench.ben(), doing);
        watching.line();
    }
    watching.signal(Signal::TERM);
    let (code, errors) = watching.end();
    assert_eq!(code, Some(143));
    assert!(errors.contains("no-such-program cannot be run"), "{errors}");
    let wrong = bench.run(&["watch", "--exec", "echo", "{phone}"]);
    assert_eq!(wrong.status.code(), Some(2), "{wrong:?}");
    assert!(text(&wrong.stderr).contains("there is no {phone}"));
}

#[test]
fn wrong_usage_is_told() {
    let bench = Bench::new();
    for wrong in [
        &["watch", "nobody at all"][..],
        &["watch", "--json", "--plain"],
    ] {
        assert_eq!(bench.run(wrong).status.code(), Some(2), "{wrong:?}");
    }
    let help = text(&bench.run(&["watch", "--help"]).stdout);
    assert!(help.contains("whosin watch --plain"), "{help}");
}

/// How often the threads of a process went to sleep, which is how often something woke them.
#[cfg(target_os = "linux")]
fn wakings(process: u32) -> u64 {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let status = tasks.map(|task| std::fs::read_to_string(task.unwrap().path().join("status")));
    let of_task = |status: String| {
        let mut lines = status.lines();
        let count = lines.find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        count.unwrap().trim().parse::<u64>().unwrap()
    };
    status.map(|status| of_task(status.unwrap())).sum()
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_wakes_it_while_nothing_happens() {
    let bench = Bench::new();
    let watching = bench.spawn(&["watch", "--mode", "poll", "--interval", "1h"]);
    watching.line();
    watching.line();
    // A start leaves things to do, such as closing what it opened.
    let mut before = wakings(watching.child.id());
    until("it sleeps", || {
        std::thread::sleep(std::time::Duration::from_millis(300));
        let now = wakings(watching.child.id());
        std::mem::replace(&mut before, now) == now
    });
    std::thread::sleep(std::time::Duration::from_millis(2500));
    assert_eq!(wakings(watching.child.id()), before);
}
