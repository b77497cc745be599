//! The program for Windows, under wine, beside a service of this machine's. `.ci/systems` builds it
//! and runs these; `WHOSIN_WINDOWS` names the folder in which it has put everything.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use whosin::simulator::Operation;

use crate::support::bench::{Bench, text};
use crate::support::pty::{Pty, Start};

const BOOK: &str = "# Ours\n\n[[contact]]\naddress = \"ben@example.com\"\nname = \"Ben Two\"\n";

/// What stands in the folder: `wine`, its `prefix`, `whosin.exe`, `hold.exe`.
fn given(name: &str) -> PathBuf {
    let folder = std::env::var_os("WHOSIN_WINDOWS").expect("WHOSIN_WINDOWS names a folder");
    PathBuf::from(folder).join(name)
}

/// A path of this machine's, as Windows has it.
fn windows_path(path: &Path) -> String {
    format!("Z:{}", path.display().to_string().replace('/', "\\"))
}

/// A folder of files, and the program with these as settings and contact book.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        let desk = Desk {
            folder: tempfile::tempdir().unwrap(),
        };
        // --config names a file that is there.
        desk.write("config.toml", "");
        desk
    }

    fn with_book() -> Desk {
        let desk = Desk::new();
        desk.write("contacts.toml", BOOK);
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn windows_path(&self, name: &str) -> String {
        windows_path(&self.path(name))
    }

    fn write(&self, name: &str, content: &str) {
        fs::write(self.path(name), content).unwrap();
    }

    fn book(&self) -> String {
        fs::read_to_string(self.path("contacts.toml")).unwrap()
    }

    /// The options that name the files.
    fn files(&self) -> [String; 4] {
        let config = self.windows_path("config.toml");
        let contacts = self.windows_path("contacts.toml");
        ["--config".into(), config, "--contacts".into(), contacts]
    }

    /// The program in the console host, which says nothing of itself.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = wine("whosin.exe");
        command.args(self.files()).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Said {
        said(self.command(arguments).output().unwrap())
    }

    /// The program in a terminal, signed in at the service.
    fn in_terminal(&self, bench: &Bench, arguments: &[&str]) -> Pty {
        let program = given("whosin.exe");
        let mut all = vec![program.to_str().unwrap().to_string()];
        all.extend(self.files());
        all.extend(bench.options());
        all.extend(arguments.iter().map(ToString::to_string));
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let prefix = given("prefix");
        let start = Start {
            arguments: &all,
            variables: &[
                ("WINEPREFIX", prefix.to_str().unwrap()),
                ("WINEDEBUG", "-all"),
                ("WHOSIN_APP_PASSWORD", "simulated"),
            ],
            width: 100,
            height: 30,
        };
        Pty::start_program(&given("wine"), tempfile::tempdir().unwrap(), start)
    }
}

fn wine(program: &str) -> Command {
    let mut command = Command::new(given("wine"));
    command
        .arg(given(program))
        .env("WINEPREFIX", given("prefix"))
        .env("WINEDEBUG", "-all")
        .env("WHOSIN_APP_PASSWORD", "simulated")
        .env_remove("TERM")
        .env_remove("TERM_PROGRAM")
        .env_remove("COLORTERM")
        .stdin(Stdio::null());
    command
}

/// What a command printed, and how it ended.
#[derive(Debug)]
struct Said {
    out: String,
    error: String,
    code: i32,
}

fn said(done: Output) -> Said {
    Said {
        out: text(&done.stdout),
        error: text(&done.stderr),
        code: done.status.code().unwrap(),
    }
}

/// Has the contact book open as no other program may, for so long.
fn hold(desk: &Desk, milliseconds: &str) -> std::process::Child {
    let mut holder = wine("hold.exe")
        .args([&desk.windows_path("contacts.toml"), milliseconds])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut output = BufReader::new(holder.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    assert_eq!(line.trim(), "held");
    holder
}

#[test]
#[ignore = "needs wine: .ci/systems runs it"]
fn the_contact_book_is_kept() {
    let desk = Desk::with_book();
    let added = desk.run(&["contacts", "add", "ursula@example.com", "--name", "Ürsula"]);
    assert_eq!((added.code, added.error.as_str()), (0, ""), "{added:?}");
    desk.write("people.csv", "name,mail\r\nCarla,carla@example.com\r\n");
    let people = desk.windows_path("people.csv");
    let imported = desk.run(&["contacts", "import", &people]);
    assert_eq!(imported.code, 0, "{imported:?}");
    let removed = desk.run(&["contacts", "remove", "ben"]);
    assert_eq!(removed.code, 0, "{removed:?}");
    let listed = desk.run(&["contacts", "list", "--json"]);
    let listed: Value = serde_json::from_str(&listed.out).unwrap();
    let names: Vec<&str> = listed["contacts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|contact| contact["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Ürsula", "Carla"]);
    assert!(desk.book().starts_with("# Ours\n"), "{}", desk.book());
    let left = desk.windows_path("left.vcf");
    let exported = desk.run(&["contacts", "export", &left]);
    assert_eq!(exported.code, 0, "{exported:?}");
    let card = fs::read_to_string(desk.path("left.vcf")).unwrap();
    assert!(card.contains("carla@example.com"), "{card}");
    // Nothing of the writing is left beside it.
    let mut files: Vec<String> = fs::read_dir(desk.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let wanted = ["config.toml", "contacts.toml", "left.vcf", "people.csv"];
    assert_eq!(files, wanted);
}

#[test]
#[ignore = "needs wine: .ci/systems runs it"]
fn without_options_the_files_are_in_the_users_profile() {
    let user = format!("user{}@example.com", std::process::id());
    let mut add = wine("whosin.exe");
    let added = said(add.args(["contacts", "add", &user]).output().unwrap());
    assert_eq!(added.code, 0, "{added:?}");
    let users = fs::read_dir(given("prefix/drive_c/users")).unwrap();
    let books: Vec<String> = users
        .filter_map(|user| {
            let inside = "AppData/Roaming/whosin/config/contacts.toml";
            fs::read_to_string(user.unwrap().path().join(inside)).ok()
        })
        .collect();
    assert!(
        books.iter().any(|book| book.contains(&user)),
        "no book in AppData has {user}"
    );
}

#[test]
#[ignore = "needs wine: .ci/systems runs it"]
fn a_mistake_is_reported_with_the_path_that_people_know() {
    let desk = Desk::new();
    desk.write("contacts.toml", "[[contact]\n");
    let added = desk.run(&["contacts", "add", "carla@example.com"]);
    assert_eq!(added.code, 1);
    let place = format!("{}, line 1", desk.windows_path("contacts.toml"));
    assert!(added.error.contains(&place), "{}", added.error);
    assert!(!added.error.contains(r"\\?\"), "{}", added.error);
}

#[test]
#[ignore = "needs wine: .ci/systems runs it"]
fn a_book_that_another_program_has_open_for_a_moment_is_saved() {
    let desk = Desk::with_book();
    let mut holder = hold(&desk, "400");
    let begun = Instant::now();
    let added = desk.run(&["contacts", "add", "carla@example.com"]);
    assert_eq!(added.code, 0, "{added:?}");
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert!(desk.book().contains("carla@example.com"));
    holder.wait().unwrap();
}

#[test]
#[ignore = "needs wine: .ci/systems runs it"]
fn a_book_that_another_program_keeps_open_is_left_and_the_user_hears_what_to_do() {
    let desk = Desk::with_book();
    let mut holder = hold(&desk, "60000");
    let added = desk.run(&["contacts", "add", "carla@example.com"]);
    assert_eq!(added.code, 1, "{added:?}");
    assert!(
        added.error.contains("another program has it open, such as"),
        "{}",
        added.error
    );
    holder.kill().unwrap();
    holder.wait().unwrap();
    assert_eq!(desk.book(), BOOK);
}

#[test]
#[ignore = "needs wine: .ci/systems runs it"]
fn a_book_that_is_marked_read_only_is_left_and_the_user_hears_what_to_do() {
    let desk = Desk::with_book();
    let book = desk.path("contacts.toml");
    let mut permissions = fs::metadata(&book).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&book, permissions).unwrap();
    let added = desk.run(&["contacts", "add", "carla@example.com"]);
    assert_eq!(added.code, 1, "{added:?}");
    assert!(added.error.contains("read-only"), "{}", added.error);
    assert_eq!(desk.book(), BOOK);
}

#[test]
#[ignore = "needs wine: .ci/systems runs it"]
fn status_and_check_reach_the_service() {
    let bench = Bench::with_one_free();
    let desk = Desk::with_book();
    desk.write(
        "contacts.toml",
        &format!("[[contact]]\naddress = \"{}\"\n", bench.ursula()),
    );
    let options = bench.options();
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let status = desk.run(&[&options[..], &["status", "--json"]].concat());
    assert_eq!(status.code, 0, "{status:?}");
    let status: Value = serde_json::from_str(&status.out).unwrap();
    assert_eq!(status["contacts"][0]["availability"], "available");
    let check = desk.run(&[&options[..], &["check"]].concat());
    assert_eq!(check.code, 0, "{check:?}");
    // The console host draws letters, Windows Terminal symbols.
    assert!(check.out.contains("ok   poll"), "{}", check.out);
    let mut in_terminal = desk.command(&[&options[..], &["check"]].concat());
    let check = said(in_terminal.env("WT_SESSION", "1").output().unwrap());
    assert!(check.out.contains("✓ poll"), "{}", check.out);
    // 'status' and each 'check' signed out.
    assert_eq!(bench.service.signed_in().1, 0);
}

#[test]
#[ignore = "needs wine: .ci/systems runs it"]
fn cmd_runs_the_password_command() {
    let bench = Bench::new();
    let desk = Desk::with_book();
    desk.write(
        "config.toml",
        "app_password_command = 'cmd /C \"echo simulated\"'\n",
    );
    let options = bench.options();
    let mut status = desk.command(&[]);
    let status = status.env_remove("WHOSIN_APP_PASSWORD").args(options);
    let status = said(status.arg("status").output().unwrap());
    assert_ne!(status.code, 3, "{status:?}");
    assert_eq!(status.error, "", "{status:?}");
}

#[test]
#[ignore = "needs wine: .ci/systems runs it"]
fn processes_share_a_session_and_the_last_one_signs_out() {
    let bench = Bench::new();
    let desk = Desk::with_book();
    let options = bench.options();
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let mut watch = desk.in_terminal(&bench, &["watch", "--plain"]);
    watch.wait_for_text("Ben");
    let status = desk.run(&[&options[..], &["status"]].concat());
    assert!(status.out.contains("Ben"), "{status:?}");
    assert_eq!(bench.service.tally().end_user_logins, 1);
    assert_eq!(bench.service.signed_in().1, 1);
    // Ctrl-C.
    watch.send("\x03");
    assert_eq!(watch.wait_for_end(), 130);
    assert_eq!(bench.service.signed_in().1, 0);
    assert!(bench.service.tally().of(Operation::Logout) >= 1);
}

/// Waits until the program has written a text. Wine's console takes escape sequences for text and breaks
/// lines inside them, so that a terminal would not show what a console of Windows does.
fn wait_until_written(board: &Pty, wanted: &str) {
    board.wait_for(wanted, |_| {
        let written = board.written();
        let written = String::from_utf8_lossy(&written).replace("\r\r\n", "");
        written.contains(wanted)
    });
}

#[test]
#[ignore = "needs wine: .ci/systems runs it"]
fn the_board_is_drawn_and_gives_the_console_back_with_and_without_the_mouse() {
    for mouse in [true, false] {
        let bench = Bench::with_one_free();
        let desk = Desk::with_book();
        desk.write("config.toml", &format!("mouse = {mouse}\n"));
        let mut board = desk.in_terminal(&bench, &[]);
        wait_until_written(&board, "Ben Two");
        // A change by another program is seen.
        desk.write("contacts.toml", &BOOK.replace("Ben Two", "Carla Three"));
        // Only cells that changed are written: no letter of this stands where it stood before.
        wait_until_written(&board, "Carla Three");
        board.send("q");
        assert_eq!(board.wait_for_end(), 0);
        let written = board.written();
        let written = String::from_utf8_lossy(&written);
        let (taken, given_back) = (written.rfind("\x1b[?1049h"), written.rfind("\x1b[?1049l"));
        assert!(taken.is_some() && taken < given_back, "mouse: {mouse}");
        assert_eq!(bench.service.signed_in().1, 0);
    }
}

#[test]
#[ignore = "needs wine: .ci/systems runs it"]
fn powershell_gets_completions() {
    let script = Desk::new().run(&["completions", "powershell"]);
    assert_eq!(script.code, 0, "{script:?}");
    assert!(script.out.contains("Register-ArgumentCompleter"));
    // As the script would ask: what the command goes on to.
    let asked = wine("whosin.exe")
        .env("WHOSIN_COMPLETE", "powershell")
        .env("_CLAP_COMPLETE_INDEX", "1")
        .args(["--", "whosin", "conta"])
        .output()
        .unwrap();
    let asked = said(asked);
    assert!(asked.out.starts_with("contacts"), "{asked:?}");
}
