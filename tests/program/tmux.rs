//! `whosin tmux`, as a status bar sees it.

use crate::support::pty;
use std::process::Output;

use crate::support::bench::{Bench, text};
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;
use whosin::simulator::{Doing, Node, Tally};

/// The one line that it prints.
fn line(output: &Output) -> String {
    let out = text(&output.stdout);
    assert_eq!(
        out.matches('\n').count(),
        1,
        "{out:?} {}",
        text(&output.stderr)
    );
    assert!(!out.chars().any(|c| c.is_control() && c != '\n'), "{out:?}");
    out.trim_end().to_string()
}

fn told(bench: &Bench, arguments: &[&str]) -> String {
    let output = bench.run(&[&["tmux"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    line(&output)
}

#[test]
fn counts_what_a_board_left_without_asking_the_server() {
    let bench = Bench::new();
    bench.leave(2, |_| {});
    assert_eq!(told(&bench, &[]), "✓1 ⊖1");
    assert_eq!(told(&bench, &["--icons", "ascii"]).width(), 5);
    // Where it does not come from the server no password is needed, and its command is not run.
    let marker = bench.path("asked");
    let settings = format!("app_password_command = \"touch {}\"\n", marker.display());
    bench.write("config/whosin/config.toml", &settings);
    let mut command = bench.command(&["tmux"]);
    let output = command.env_remove("WHOSIN_APP_PASSWORD").output().unwrap();
    assert_eq!(
        (output.status.code(), line(&output)),
        (Some(0), "✓1 ⊖1".into())
    );
    assert!(!marker.exists());
    assert_eq!(bench.service.tally(), Tally::default());
}

#[test]
fn asks_the_server_where_that_is_too_old_and_keeps_the_answer_for_the_next_time() {
    let bench = Bench::new();
    bench.service.set(&bench.ursula(), Doing::Away);
    bench.service.set(&bench.ben(), Doing::OnThePhone);
    bench.leave(20, |_| {});
    assert_eq!(told(&bench, &[]), "✓1 ⊖1");
    assert_eq!(told(&bench, &["--max-age", "10s"]), "✓0 ◷1 ⊗1");
    assert_eq!(bench.service.signed_in(), (1, 0));
    let asked = bench.service.tally();
    // Now that answer is new enough.
    assert_eq!(told(&bench, &["--max-age", "1h"]), "✓0 ◷1 ⊗1");
    assert_eq!(bench.service.tally(), asked);
    bench.leave(3600, |_| {});
    assert_eq!(told(&bench, &["ben"]), "✆ Ben Two");
    // An answer about one is not kept in place of everybody's.
    assert_eq!(
        bench.last_seen().unwrap()["contacts"][0]["availability"],
        "available"
    );
}

#[test]
fn a_board_that_polls_slowly_is_believed_for_longer() {
    let bench = Bench::new();
    bench.leave(100, |left| left["board"]["interval"] = json!(60));
    assert_eq!(told(&bench, &[]), "✓1 ⊖1");
    assert_eq!(bench.service.tally(), Tally::default());
}

#[test]
fn names_contacts_with_icons_and_marks_what_is_not_sure() {
    let bench = Bench::new();
    bench.leave(2, |left| left["contacts"][1]["fresh"] = json!(false));
    assert_eq!(told(&bench, &["ursula", "ben"]), "✓ Ursula One  ⊖? Ben Two");
    assert_eq!(told(&bench, &[]), "✓1 ?1");
    // Somebody of whom nothing is known.
    assert_eq!(told(&bench, &["x@sie.at"]), "? x");
}

#[test]
fn fields_are_filled_in() {
    let bench = Bench::new();
    bench.leave(2, |left| {
        left["contacts"][1]["note"] = json!("until three");
    });
    let counts = "{available} free {dnd}/{total} {{{stale}}} {away}{busy}{off}{unknown}";
    assert_eq!(told(&bench, &["--format", counts]), "1 free 1/2 {0} 0000");
    let named = ["ben", "--format", "{icon} {name}: {state} ({note})"];
    assert_eq!(
        told(&bench, &named),
        "⊖ Ben Two: Do not disturb (until three)"
    );
    let age = told(&bench, &["ben", "ursula", "--format", "{name}={age}"]);
    assert!(
        age.starts_with("Ben Two=") && age.contains(" s Ursula One="),
        "{age}"
    );
    for (format, why) in [
        ("{nobody}", "is no field"),
        ("{name}", "is of one contact"),
        ("{", "write {{"),
    ] {
        let output = bench.run(&["tmux", "--format", format]);
        let words = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2));
        assert!(words.contains(why) && output.stdout.is_empty(), "{words}");
    }
}

#[test]
fn nothing_from_elsewhere_is_taken_for_the_bars_notation() {
    let bench = Bench::new();
    let book = format!(
        "[[contact]]\naddress = \"{}\"\nname = \"#[fg=red] #(rm) %{{F#f00}} <b>&\\u001b[31m\"\n",
        bench.ben()
    );
    bench.write("config/whosin/contacts.toml", &book);
    bench.leave(2, |left| {
        left["contacts"][1]["note"] = json!("#(reboot)\u{1b}]0;x\u{7}\nsecond");
    });
    assert_eq!(
        told(&bench, &["rm"]),
        "⊖ ##[fg=red] ##(rm) %{F##f00} <b>&[31m"
    );
    let note = told(&bench, &["rm", "--format", "{note}"]);
    assert_eq!(note, "##(reboot)]0;x second");
    let polybar = told(&bench, &["rm", "--format", "polybar"]);
    assert!(!polybar.contains("%{"), "{polybar}");
    let waybar: Value = serde_json::from_str(&told(&bench, &["rm", "--format", "waybar"])).unwrap();
    assert!(
        waybar["text"].as_str().unwrap().contains("&lt;b&gt;&amp;"),
        "{waybar}"
    );
    assert!(
        !waybar["tooltip"].as_str().unwrap().contains("<b>"),
        "{waybar}"
    );
}

#[test]
fn colours_are_the_bars_own() {
    let bench = Bench::new();
    bench.leave(2, |_| {});
    let tmux = told(&bench, &["--colors"]);
    assert_eq!(tmux, "#[fg=#92dbec]✓1#[default] #[fg=#f88b79]⊖1#[default]");
    let polybar = told(&bench, &["--colors", "--format", "polybar"]);
    assert_eq!(polybar, "%{F#92dbec}✓1%{F-} %{F#f88b79}⊖1%{F-}");
    let light = told(&bench, &["--colors", "--theme", "light"]);
    assert!(light.starts_with("#[fg=#152a5b]"), "{light}");
}

#[test]
fn waybar_gets_json_with_the_best_state_as_class() {
    let bench = Bench::new();
    bench.leave(2, |_| {});
    let parse = |line: String| serde_json::from_str::<Value>(&line).unwrap();
    let all = parse(told(&bench, &["--format", "waybar"]));
    let wanted = json!({"text": "✓1 ⊖1", "class": "available",
        "tooltip": "Ursula One: Available\nBen Two: Do not disturb"});
    assert_eq!(all, wanted);
    let ben = parse(told(&bench, &["ben", "--format", "waybar"]));
    assert_eq!(ben["class"], "dnd");
    bench.leave(2, |left| left["contacts"][1]["fresh"] = json!(false));
    let ben = parse(told(&bench, &["ben", "--format", "waybar"]));
    assert_eq!(
        (&ben["class"], &ben["tooltip"]),
        (&json!("stale"), &json!("Ben Two: was do not disturb"))
    );
}

#[test]
fn the_line_is_short_however_many_there_are_and_however_long_their_names() {
    let bench = Bench::new();
    let long = "Maximiliane-Theodora von und zu Hohenlohe-Waldenburg 林美玲";
    let mut book = String::new();
    for number in 0..9 {
        book.push_str(&format!(
            "[[contact]]\naddress = \"p{number}@sie.at\"\nname = \"{long} {number}\"\n"
        ));
    }
    bench.write("config/whosin/contacts.toml", &book);
    bench.leave(2, |left| left["contacts"] = json!([]));
    let all: Vec<String> = (0..9).map(|number| format!("p{number}@sie.at")).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let line = told(&bench, &all);
    assert!(line.width() <= 40 && line.ends_with('…'), "{line}");
    assert_eq!(told(&bench, &[]), "✓0 ?9");
}

#[test]
fn without_file_and_server_the_line_says_so_and_the_code_says_why() {
    let bench = Bench::new();
    bench.leave(3600, |_| {});
    bench.runtime.block_on(bench.service.stop_node(Node::First));
    let output = bench.run(&["tmux"]);
    assert_eq!(
        (output.status.code(), line(&output)),
        (Some(4), "whosin ?".into())
    );
    assert!(text(&output.stderr).contains("refused"), "{output:?}");
    let waybar: Value =
        serde_json::from_str(&line(&bench.run(&["tmux", "--format", "waybar"]))).unwrap();
    assert_eq!(
        (&waybar["text"], &waybar["class"]),
        (&json!("whosin ?"), &json!("unknown"))
    );
    bench
        .runtime
        .block_on(bench.service.start_node(Node::First));
    let mut wrong = bench.command(&["tmux"]);
    let output = wrong.env("WHOSIN_APP_PASSWORD", "wrong").output().unwrap();
    assert_eq!(
        (output.status.code(), line(&output)),
        (Some(3), "whosin ?".into())
    );
    // Nothing is set at all.
    let mut nothing = std::process::Command::new(env!("CARGO_BIN_EXE_whosin"));
    nothing
        .env_clear()
        .envs(pty::environment(bench.home.path()))
        .arg("tmux");
    let output = nothing.output().unwrap();
    assert_eq!(
        (output.status.code(), line(&output)),
        (Some(2), "whosin ?".into())
    );
}

#[test]
fn the_help_shows_how_to_put_it_into_tmux() {
    let bench = Bench::new();
    let help = text(&bench.run(&["tmux", "--help"]).stdout);
    for wanted in [
        "set -g status-right",
        "{available}",
        "waybar",
        "Exit",
        "whosin ?",
    ] {
        assert!(
            help.to_lowercase().contains(&wanted.to_lowercase()),
            "{wanted}: {help}"
        );
    }
}
