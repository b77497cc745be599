//! Files that are away for a while, alone or with their folder: a checkout, a restow, a program that
//! brings them up to date. The next poll is far away in all of these tests.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::support::bench::{Bench, until};
use crate::support::pty::{Pty, Start};
use whosin::contacts;

/// No test takes so long.
const FAR: &str = "3600";

/// A board whose contacts are in this file.
fn board(bench: &Bench, book: &Path) -> Pty {
    board_in(bench, tempfile::tempdir().unwrap(), book)
}

fn board_in(bench: &Bench, home: tempfile::TempDir, book: &Path) -> Pty {
    let book = book.display().to_string();
    let start = Start {
        arguments: &["--contacts", &book, "--interval", FAR, "--mode", "poll"],
        variables: &[],
        width: 100,
        height: 30,
    };
    bench.in_terminal(home, start)
}

fn book(contacts: &[&str]) -> String {
    let table = |who: &&str| format!("[[contact]]\naddress = \"{who}@sie.at\"\n\n");
    contacts.iter().map(table).collect()
}

/// Replaces what is at a path by a link, in one step.
fn point(link: &Path, to: &Path) {
    let beside = link.with_extension("new");
    symlink(to, &beside).unwrap();
    fs::rename(&beside, link).unwrap();
}

fn is_gone(pty: &Pty) {
    pty.wait_for("the line", |text| {
        text.contains("is gone; who is on the board stays")
    });
}

fn is_back(pty: &Pty, who: &str) {
    pty.wait_for(who, |text| text.contains(who) && !text.contains("is gone"));
}

#[test]
fn a_folder_that_comes_back_is_seen_at_once_also_piece_by_piece() {
    let bench = Bench::new();
    let file = bench.path("dotfiles/whosin/book.toml");
    bench.write("dotfiles/whosin/book.toml", &book(&["anna", "bert"]));
    let mut pty = board(&bench, &file);
    pty.wait_for_text("bert");
    pty.send("l ");
    pty.wait_for_text("⁕?  bert");

    fs::rename(bench.path("dotfiles/whosin"), bench.path("dotfiles/away")).unwrap();
    is_gone(&pty);
    fs::rename(bench.path("dotfiles/away"), bench.path("dotfiles/whosin")).unwrap();
    is_back(&pty, "⁕?  bert");

    // What it is in, as a whole.
    fs::rename(bench.path("dotfiles"), bench.path("before")).unwrap();
    is_gone(&pty);
    bench.write(
        "dotfiles/whosin/book.toml",
        &book(&["anna", "bert", "emil"]),
    );
    is_back(&pty, "emil");

    // As somebody does who clones it anew.
    fs::remove_dir_all(bench.path("dotfiles")).unwrap();
    is_gone(&pty);
    fs::create_dir(bench.path("dotfiles")).unwrap();
    fs::create_dir(bench.path("dotfiles/whosin")).unwrap();
    fs::write(&file, book(&["anna", "bert", "cora"])).unwrap();
    is_back(&pty, "cora");
    fs::write(&file, book(&["anna", "bert", "dora"])).unwrap();
    is_back(&pty, "dora");
}

#[test]
fn a_narrow_pane_says_it_too() {
    let bench = Bench::new();
    bench.write("a-folder-of-a-long-name/book.toml", &book(&["anna"]));
    let folder = bench.path("a-folder-of-a-long-name");
    let pty = board(&bench, &folder.join("book.toml"));
    pty.wait_for_text("anna");
    pty.resize(30, 16);
    fs::remove_dir_all(&folder).unwrap();
    pty.wait_for_text("!book.toml is gone; who is on");
}

#[test]
fn links_of_files_and_folders_are_followed_wherever_they_lead() {
    let bench = Bench::new();
    bench.write("one/book.toml", &book(&["anna"]));
    bench.write("two/book.toml", &book(&["bert"]));
    bench.write("three/team.toml", &book(&["cora"]));
    let link = bench.path("config/linked");
    symlink("../one", &link).unwrap();
    let file = link.join("book.toml");
    let pty = board(&bench, &file);
    pty.wait_for_text("anna");

    // A restow takes the link away and makes it anew.
    fs::remove_file(&link).unwrap();
    is_gone(&pty);
    symlink("../one", &link).unwrap();
    is_back(&pty, "anna");
    point(&link, Path::new("../two"));
    is_back(&pty, "bert");
    // A link in the folder that a link leads to.
    fs::remove_file(bench.path("two/book.toml")).unwrap();
    is_gone(&pty);
    symlink("../three/team.toml", bench.path("two/book.toml")).unwrap();
    is_back(&pty, "cora");
    fs::write(bench.path("three/team.toml"), book(&["dora"])).unwrap();
    is_back(&pty, "dora");
    point(&bench.path("two/book.toml"), Path::new("../one/book.toml"));
    is_back(&pty, "anna");
    fs::write(bench.path("one/book.toml"), book(&["emil"])).unwrap();
    is_back(&pty, "emil");
}

#[test]
fn a_board_makes_no_folder_where_a_link_leads_nowhere_yet() {
    let bench = Bench::new();
    let link = bench.path("config/linked");
    symlink("../dotfiles/whosin", &link).unwrap();
    let file = link.join("book.toml");
    let mut pty = board(&bench, &file);
    pty.wait_for_text("Nobody is on the board yet");
    assert!(
        !bench.path("dotfiles").exists(),
        "git clone finds a folder there"
    );
    bench.write("dotfiles/whosin/book.toml", &book(&["anna"]));
    pty.wait_for_text("anna");

    // Whoever is added before that is written through all of it.
    fs::remove_dir_all(bench.path("dotfiles")).unwrap();
    is_gone(&pty);
    pty.send("q");
    assert_eq!(pty.wait_for_end(), 0);
    let path = file.display().to_string();
    let added = bench.run(&["--contacts", &path, "contacts", "add", "bert@sie.at"]);
    assert!(added.status.success(), "{added:?}");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let target = bench.path("dotfiles/whosin/book.toml");
    assert_eq!(contacts::load(&target).unwrap().len(), 1);
}

#[test]
fn watches_and_notes_that_are_away_stay_until_they_are_back_or_the_user_decides() {
    let bench = Bench::new();
    let file = bench.path("desk/book.toml");
    bench.write("desk/book.toml", &book(&["anna", "bert"]));
    let mut pty = board(&bench, &file);
    pty.wait_for_text("bert");
    pty.send("jwnback at noon\r");
    pty.wait_for("watch and note", |text| {
        text.contains('⚑') && text.contains("back at noon")
    });
    let (watches, notes) = (
        bench.path("desk/watches.toml"),
        bench.path("desk/notes.toml"),
    );
    until("both are on disk", || watches.exists() && notes.exists());
    let text = [&watches, &notes].map(|file| fs::read_to_string(file).unwrap());
    let stay = |pty: &Pty| {
        let text = pty.text();
        assert!(
            text.contains('⚑') && text.contains("back at noon"),
            "{text}"
        );
    };

    for (file, text) in [&watches, &notes].into_iter().zip(&text) {
        fs::remove_file(file).unwrap();
        pty.wait_for_text("is gone; what the board has of it stays");
        stay(&pty);
        fs::write(file, text).unwrap();
        pty.wait_for("no trouble", |text| !text.contains("is gone"));
        stay(&pty);
    }
    // What is changed meanwhile waits, and nobody writes into the gap.
    fs::remove_file(&watches).unwrap();
    pty.wait_for_text("is gone");
    pty.send("w");
    pty.wait_for_text("Not saved");
    assert!(!watches.exists());
    // The contact book's line is enough where all are away.
    for file in [&notes, &file] {
        fs::remove_file(file).unwrap();
    }
    is_gone(&pty);
    assert!(!pty.text().contains("notes.toml"), "{}", pty.text());
    pty.send("r");
    until("all is written anew", || {
        let has = |file: &PathBuf, wanted: &str| {
            fs::read_to_string(file).is_ok_and(|text| text.contains(wanted))
        };
        has(&watches, "always") && has(&notes, "back at noon") && has(&file, "anna")
    });
    pty.wait_for("no trouble", |text| {
        !text.contains("is gone") && text.contains("back at noon")
    });
}

#[test]
fn settings_that_are_away_stay_as_they_were() {
    let bench = Bench::new();
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("config/whosin");
    fs::create_dir_all(&folder).unwrap();
    let settings = folder.join("config.toml");
    fs::write(&settings, "[keys]\nadd = \"n\"\n").unwrap();
    bench.write("book.toml", &book(&["anna"]));
    let mut pty = board_in(&bench, home, &bench.path("book.toml"));
    pty.wait_for_text("anna");
    let away = folder.with_file_name("away");
    fs::rename(&folder, &away).unwrap();
    pty.wait_for_text("config.toml is gone; the settings stay as they were");
    pty.send("n");
    pty.wait_for_text("Add a contact");
    pty.send("\x1b");
    fs::rename(&away, &folder).unwrap();
    pty.wait_for("no trouble", |text| {
        !text.contains("is gone") && !text.contains("Add a")
    });
    fs::write(&settings, "[keys]\nadd = \"i\"\n").unwrap();
    pty.wait_for_text("i add");
}

/// Everybody writes there.
#[cfg(target_os = "linux")]
#[test]
fn who_wants_no_contact_book_is_not_woken_by_what_others_throw_away() {
    let bench = Bench::new();
    let pty = board(&bench, Path::new("/dev/null"));
    pty.wait_for_text("Nobody is on the board yet");
    let process = pty.child.process_id().unwrap();
    let watched = || {
        let files = fs::read_dir(format!("/proc/{process}/fdinfo")).unwrap();
        let files = files.filter_map(|file| fs::read_to_string(file.ok()?.path()).ok());
        let lines = files.flat_map(|text| text.lines().map(String::from).collect::<Vec<_>>());
        lines
            .filter(|line| line.starts_with("inotify "))
            .collect::<Vec<_>>()
    };
    use std::os::unix::fs::MetadataExt;
    let devices = fs::metadata("/dev").unwrap();
    let of_devices = format!("ino:{:x} ", devices.ino());
    until("the settings are watched", || !watched().is_empty());
    let mut lines = watched().into_iter();
    // Notes and watches would be beside it.
    let count = lines
        .by_ref()
        .filter(|line| line.contains(&of_devices))
        .count();
    assert!(count <= 2, "{count}");
}

/// In a room of its own where no process can watch anything.
#[cfg(target_os = "linux")]
#[test]
fn where_the_system_watches_nothing_the_board_says_so_and_r_looks() {
    let unshare = ["--user", "--map-root-user", "sh", "-c"];
    let alone = "echo 0 > /proc/sys/user/max_inotify_instances";
    let tried = std::process::Command::new("unshare")
        .args(unshare)
        .arg(alone)
        .output();
    if !tried.is_ok_and(|tried| tried.status.success()) {
        eprintln!("nothing is tried: no namespaces can be made here");
        return;
    }
    let bench = Bench::new();
    let file = bench.path("book.toml");
    fs::write(&file, book(&["anna"])).unwrap();
    let options = bench.options().join(" ");
    let command = format!(
        "{alone}; exec '{}' {options} --contacts '{}' --interval {FAR} --mode poll",
        env!("CARGO_BIN_EXE_whosin"),
        file.display()
    );
    let start = Start {
        arguments: &[&unshare[..], &[&command]].concat(),
        variables: &[("WHOSIN_APP_PASSWORD", "simulated")],
        width: 140,
        height: 30,
    };
    let home = tempfile::tempdir().unwrap();
    let mut pty = Pty::start_program(Path::new("unshare"), home, start);
    pty.wait_for_text("anna");
    pty.wait_for_text("What others change in files shows at the next poll, or with r");
    pty.wait_for_text("fs.inotify.max_user_instances");
    fs::write(&file, book(&["anna", "bert"])).unwrap();
    pty.send("r");
    pty.wait_for_text("bert");
    fs::remove_file(&file).unwrap();
    pty.send("r");
    pty.wait_for_text("r writes it anew");
    fs::write(&file, book(&["anna", "cora"])).unwrap();
    pty.send("r");
    pty.wait_for("who is in it now", |text| {
        text.contains("cora") && !text.contains("is gone")
    });
}
