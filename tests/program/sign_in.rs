//! The sign-in form in a real terminal, started by a shell that repairs no terminal by itself: keys,
//! signals and sizes do there what they do on the board.

use std::net::TcpListener;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::pty::{Pty, Start};

/// A shell with job control, and the form that it started.
struct Shell {
    pty: Pty,
    /// It takes connections and never answers.
    _server: TcpListener,
}

/// Where the form is when something happens to it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Moment {
    Typing,
    SigningIn,
}

const MOMENTS: [Moment; 2] = [Moment::Typing, Moment::SigningIn];

impl Shell {
    fn at(moment: Moment) -> Shell {
        let dash = ["/bin/dash", "/usr/bin/dash"].map(Path::new);
        let dash = dash.into_iter().find(|path| path.exists());
        let mut pty = Pty::start_program(
            dash.unwrap_or(Path::new("/bin/sh")),
            tempfile::tempdir().unwrap(),
            Start {
                arguments: &["-i"],
                variables: &[("PS1", "% "), ("PATH", "/usr/bin:/bin")],
                width: 90,
                height: 24,
            },
        );
        pty.wait_for_text("%");
        let home = pty.home.path().display().to_string();
        pty.send(&format!("cd '{home}'; stty -g > before\n"));
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", server.local_addr().unwrap());
        let arguments = match moment {
            Moment::Typing => String::new(),
            Moment::SigningIn => format!("--server {url} --app-user whosin --user klmt"),
        };
        let whosin = env!("CARGO_BIN_EXE_whosin");
        pty.send(&format!(
            "sh -c 'echo $$ > pid; exec {whosin} {arguments}'\n"
        ));
        pty.wait_for("form", |text| text.contains("whosin: sign in"));
        if moment == Moment::SigningIn {
            pty.send("secret\r");
            pty.wait_for_text("Signing in");
        }
        Shell {
            pty,
            _server: server,
        }
    }

    fn signal(&self, signal: Signal) {
        let pid = std::fs::read_to_string(self.pty.home.path().join("pid")).unwrap();
        let pid = Pid::from_raw(pid.trim().parse().unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Asserts that the shell has the terminal as it gave it away: its screen, its cursor, its modes.
    fn has_it_back(&mut self, what: &str) {
        self.pty.wait_for(what, |_| {
            self.pty.with_screen(|screen| {
                !screen.alternate_screen()
                    && !screen.hide_cursor()
                    && !screen.bracketed_paste()
                    && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
            })
        });
        let after = self.pty.home.path().join("after");
        let _ = std::fs::remove_file(&after);
        // The shell prompts once the program has ended or stopped.
        self.pty
            .wait_for("prompt", |text| text.trim_end().ends_with('%'));
        self.pty.send("stty -g > now; mv now after\n");
        self.pty.wait_for("modes", |_| after.exists());
        let modes = |name| std::fs::read_to_string(self.pty.home.path().join(name)).unwrap();
        assert_eq!(modes("after"), modes("before"), "{what}");
    }
}

#[test]
fn signals_give_the_terminal_back() {
    for moment in MOMENTS {
        for signal in [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT] {
            let mut shell = Shell::at(moment);
            shell.signal(signal);
            shell.has_it_back(&format!("terminal after {signal:?} while {moment:?}"));
        }
    }
}

#[test]
fn ctrl_c_and_escape_leave() {
    for moment in MOMENTS {
        for key in ["\x03", "\x1b"] {
            let mut shell = Shell::at(moment);
            shell.pty.send(key);
            shell.has_it_back(&format!("terminal after {key:?} while {moment:?}"));
        }
    }
}

#[test]
fn ctrl_z_suspends_and_fg_takes_the_terminal_again() {
    for moment in MOMENTS {
        let mut shell = Shell::at(moment);
        shell.pty.send("\x1a");
        shell.has_it_back(&format!("terminal after ctrl-z while {moment:?}"));
        shell.pty.send("fg\n");
        shell.pty.wait_for("form again", |text| {
            text.contains("whosin: sign in")
                && shell.pty.with_screen(|screen| screen.alternate_screen())
        });
        shell.pty.send("\x03");
        shell.has_it_back(&format!("terminal after fg and ctrl-c while {moment:?}"));
    }
}

#[test]
fn who_is_stopped_from_outside_takes_the_terminal_again() {
    let mut shell = Shell::at(Moment::Typing);
    shell.signal(Signal::STOP);
    shell
        .pty
        .wait_for("the shell again", |text| text.contains("Stopped"));
    // The shell's user brings the terminal in order, and uses it.
    shell.pty.send("stty $(cat before)\n");
    shell
        .pty
        .send("printf '\\033[?1049l\\033[?2004l'; clear; echo ready\n");
    shell.pty.wait_for("what the user did", |text| {
        text.lines().any(|line| line.trim() == "ready")
    });
    shell.pty.send("fg\n");
    shell.pty.wait_for("form again", |text| {
        text.contains("whosin: sign in")
            && shell
                .pty
                .with_screen(|screen| screen.alternate_screen() && screen.bracketed_paste())
    });
    // Keys come one by one again.
    shell.pty.send("cup");
    shell.pty.wait_for_text("Server     cup");
    shell.pty.send("\x03");
    shell.has_it_back("terminal after fg and ctrl-c");
}

#[test]
fn a_new_size_is_drawn_whole() {
    for moment in MOMENTS {
        let mut shell = Shell::at(moment);
        for (width, height) in [(60, 16), (30, 12), (120, 30)] {
            shell.pty.resize(width, height);
            shell
                .pty
                .wait_for(&format!("form in {width} columns"), |text| {
                    let words = moment == Moment::Typing || text.contains("Signing in");
                    let frame = text.lines().find(|line| line.contains("whosin: sign in"));
                    let whole = |line: &str| {
                        let wide = usize::from(width).min(84);
                        let line = line.trim();
                        line.chars().count() == wide && line.ends_with('┐')
                    };
                    words && frame.is_some_and(whole)
                });
        }
        shell.pty.send("\x1b");
        shell.has_it_back("terminal after resizing");
    }
}

#[test]
fn keys_that_mean_something_on_the_board_alone_do_nothing_here() {
    let mut shell = Shell::at(Moment::Typing);
    // F1, F5, page down, ctrl-t: help, refresh, a page, a certificate that nobody has shown.
    shell.pty.send("\x1bOP\x1b[15~\x1b[6~\x14");
    shell.pty.send("cup\x0c");
    shell.pty.wait_for("what was typed", |text| {
        text.contains("Server     cup") && text.contains("whosin: sign in")
    });
}

#[test]
fn the_demo_opens_from_the_form() {
    let mut shell = Shell::at(Moment::Typing);
    shell.pty.send("\x1bOQ");
    shell.pty.wait_for("people", |text| {
        text.contains("Front desk") && text.contains(" free")
    });
    shell.pty.send("q");
    shell.has_it_back("terminal after the demo");
    let written = shell.pty.home.path().join("config");
    assert!(!written.exists(), "the demo wrote settings");
}
