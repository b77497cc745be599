//! Everything that nobody may be shown, in the files and the arguments that whosin reads: nothing of it
//! is in what the program prints, copies or puts onto a status bar.

use std::process::Output;

use serde_json::json;

use crate::support::bench::Bench;
use crate::support::hidden::{all_hidden, assert_shown, is_hidden, quoted};
use crate::support::pty::Start;

/// A contact book in which everything hidden is in every fact of Ursula, and of Ben less.
fn write_book(bench: &Bench) {
    let hidden = quoted(&all_hidden());
    let (ursula, ben) = (bench.ursula(), bench.ben());
    bench.write(
        "config/whosin/contacts.toml",
        &format!(
            "[[contact]]\naddress = \"{ursula}\"\nname = {hidden}\ngroup = {hidden}\nnumber = {hidden}\n\
             mobile = {hidden}\ndepartment = {hidden}\ntitle = {hidden}\nnote = {hidden}\n\n\
             [[contact]]\naddress = \"{ben}\"\nname = \"Ben\\u202e Two\"\nnumber = \"+43\\u001b[2J 1\\u202e 3216\"\n"
        ),
    );
}

/// What a board left, with everything hidden in every text.
fn leave(bench: &Bench) {
    let hidden = all_hidden();
    bench.leave(2, |left| {
        let [ursula, ben] = [0, 1].map(|at| left["contacts"][at].clone());
        let with = |mut person: serde_json::Value, facts: &[(&str, &str)]| {
            for (name, text) in facts {
                person[*name] = json!(text);
            }
            person
        };
        let texts = ["name", "display_name", "group", "label", "note"];
        left["contacts"] = json!([
            with(ursula, &texts.map(|name| (name, hidden.as_str()))),
            with(ben, &[("error", hidden.as_str())]),
        ]);
    });
}

/// Nothing hidden is in what a command has printed.
#[track_caller]
fn assert_printed(output: &Output, what: &[&str]) -> String {
    let what = what.join(" ");
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    let tabs = match what.as_str() {
        "contacts list" => 3,
        "contacts groups" => 1,
        "status" | "status --cached" => 5,
        _ => 0,
    };
    // Those between the cells of a table, and no others.
    for line in out.lines() {
        assert_eq!(line.matches('\t').count(), tabs, "{what}: {line:?}");
    }
    assert_shown(&format!("whosin {what}"), &out.replace('\t', " "));
    let error = String::from_utf8_lossy(&output.stderr);
    assert_shown(&format!("whosin {what}, to standard error"), &error);
    assert!(
        !(out + &error).is_empty(),
        "{what} prints nothing: {output:?}"
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn commands_print_nothing_hidden_of_files() {
    let bench = Bench::new();
    write_book(&bench);
    leave(&bench);
    for arguments in [
        &["contacts", "list"][..],
        &["contacts", "list", "--json"],
        &["contacts", "groups"],
        &["contacts", "groups", "--json"],
        &["status", "--cached"],
        &["status", "--cached", "--json"],
        &["status"],
        &["status", "--json"],
        &["tmux", "ursula"],
        &["tmux", "--format", "polybar", "ursula"],
        &["tmux", "--format", "waybar"],
        &["tmux", "--format", "waybar", "ursula"],
        &["tmux", "--format", "{name} {state} {note}", "ursula"],
        &["call", "ben", "--dry-run"],
        &["call", "ursula", "--action", "write mail", "--dry-run"],
    ] {
        let output = bench.run(arguments);
        let out = assert_printed(&output, arguments);
        if arguments.contains(&"--json") {
            serde_json::from_str::<serde_json::Value>(&out).unwrap();
        }
    }
    let mut completing = bench.command(&[]);
    let completed = completing
        .env("WHOSIN_COMPLETE", "fish")
        .args(["--", "whosin", "status", ""])
        .output()
        .unwrap();
    // The shell's own sign between a word and what it means.
    let words = String::from_utf8(completed.stdout)
        .unwrap()
        .replace('\t', " ");
    assert!(words.contains("Ben Two"), "{words}");
    assert_shown("completions", &words);
}

#[test]
fn commands_print_nothing_hidden_of_their_arguments_and_of_broken_files() {
    let bench = Bench::new();
    // A system hands no zero over.
    let all: String = all_hidden().replace('\0', "");
    let unknown = format!("--{all}");
    // Shorter than any system's longest name of a file.
    let name: String = all.chars().filter(|&c| is_hidden(c)).take(40).collect();
    bench.write(&format!("{name}.csv"), "name,address\nx,y\n");
    let file = bench.path(&format!("{name}.csv"));
    let file = file.to_str().unwrap();
    let broken = format!("{} = {}\n", quoted(&all), quoted(&all));
    bench.write("broken.toml", &broken);
    bench.write("raw.toml", &all);
    bench.write("theme.toml", &format!("theme = {}\n", quoted(&all)));
    bench.write("server.toml", &format!("server = {}\n", quoted(&all)));
    let [broken, raw, theme, server] = ["broken", "raw", "theme", "server"].map(|name| {
        bench
            .path(&format!("{name}.toml"))
            .to_str()
            .unwrap()
            .to_string()
    });
    for arguments in [
        &[all.as_str()][..],
        &[unknown.as_str()],
        &["status", &all],
        &["wait", &all],
        &["call", &all],
        &["call", "ben", "--action", &all],
        &["contacts", "add", &all],
        &["contacts", "remove", &all],
        &["contacts", "import", file],
        &["contacts", "import", &all],
        &["contacts", "export", &format!("{file}/x")],
        &["tmux", "--format", &format!("{{{all}}}")],
        &["config", "show", "--theme", &all],
        &["config", "check", "--config", &all],
        &["config", "check", "--config", &broken],
        &["config", "check", "--config", &raw],
        &["config", "check", "--config", &theme],
        &["config", "check", "--config", &server],
        &["status", "--interval", &all],
        &["check", "--pin", &all],
        &["check", "--ca-file", &all],
        &["completions", &all],
    ] {
        let output = bench.run(arguments);
        assert_ne!(output.status.code(), Some(0), "{output:?}");
        assert_printed(&output, &arguments[..1]);
    }
}

#[test]
fn what_is_copied_and_announced_holds_nothing_hidden() {
    let mut bench = Bench::new();
    write_book(&bench);
    let home = bench.take_home();
    let mut pty = bench.in_terminal(
        home,
        Start {
            arguments: &[],
            variables: &[],
            width: 100,
            height: 30,
        },
    );
    pty.wait_for_text("Ben Two");
    pty.send("/ben two\r");
    pty.wait_for_text("1 of 2");
    pty.send("Y");
    pty.wait_for_text("opied");
    let written = String::from_utf8_lossy(&pty.written()).into_owned();
    let copied = written
        .split("\x1b]52;c;")
        .nth(1)
        .expect("nothing is copied");
    let copied = copied.split(['\x1b', '\x07']).next().unwrap();
    use base64::Engine;
    let copied = base64::engine::general_purpose::STANDARD
        .decode(copied)
        .unwrap();
    assert_eq!(String::from_utf8(copied).unwrap(), "+43[2J 1 3216");
    // Between its own sequences, the terminal has got nothing hidden.
    pty.with_screen(|screen| assert_shown("the board", &screen.contents()));
    drop(pty);
}
