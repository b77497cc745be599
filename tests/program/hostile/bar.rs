//! The real tmux, with the status line as the manual sets it, and somebody whose name is a command of
//! tmux's.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use crate::support::bench::Bench;
use crate::support::hidden::quoted;
use crate::support::pty::{Pty, Start};

/// tmux; `None` where it is not installed, which is said.
fn tmux() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut files = std::env::split_paths(&path).map(|folder| folder.join("tmux"));
    let found = files.find(|file| file.is_file());
    if found.is_none() {
        eprintln!("skipped: tmux is not installed");
    }
    found
}

#[test]
fn tmux_shows_a_hostile_name_and_runs_nothing_of_it() {
    let Some(tmux) = tmux() else { return };
    let mut bench = Bench::new();
    let mark = bench.path("mark");
    let touch = format!("(touch {})", mark.display());
    let name = format!("U #{touch} #[fg=red]x#{{pane_id}} ##{touch}");
    let book = format!(
        "[[contact]]\naddress = \"{}\"\nname = {}\n",
        bench.ursula(),
        quoted(&name)
    );
    bench.write("config/whosin/contacts.toml", &book);
    bench.leave(0, |left| {
        left["contacts"][0]["note"] = json!(format!("#{touch}"));
    });
    let server = bench.service.url();
    let settings = format!("server = \"{server}\"\napp_user = \"whosin\"\nuser = \"klmt\"\n");
    bench.write("config/whosin/config.toml", &settings);
    let whosin = format!(
        "{} tmux {} --max-age 1h --format '{{name}}|{{note}}'",
        env!("CARGO_BIN_EXE_whosin"),
        bench.ursula()
    );
    let lines = format!(
        "set -g status-interval 1\nset -g status-right-length 190\nset -g status-right \"#({whosin})\"\n"
    );
    bench.write("tmux.conf", &lines);
    let home = bench.take_home();
    let [socket, conf] = ["socket", "tmux.conf"].map(|name| home.path().join(name));
    let [socket, conf] = [&socket, &conf].map(|path| path.to_str().unwrap());
    let start = Start {
        arguments: &["-S", socket, "-f", conf, "new-session", "sleep 60"],
        variables: &[],
        width: 200,
        height: 5,
    };
    let pty = Pty::start_program(&tmux, home, start);
    // What is shown has each sign once; tmux itself puts two of a pair together.
    let shown = format!("U #{touch} #[fg=red]x#{{pane_id}} #{touch}|#{touch}");
    pty.wait_for_text(&shown);
    std::thread::sleep(Duration::from_millis(1500));
    pty.wait_for_text(&shown);
    let ended = Command::new(tmux)
        .args(["-S", socket, "kill-server"])
        .status();
    assert!(ended.unwrap().success());
    assert!(!mark.exists(), "tmux has run what stands in a name");
}
