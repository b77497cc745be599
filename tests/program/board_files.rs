//! Importing and exporting from the board.

use crate::support::bench::{Bench, until};
use crate::support::desk::{Desk, address, contact, id, wanted};
use crate::support::pty::Start;
use whosin::board::{
    AccountEffect, AccountId, Action, Effect, Pane, Replace, UserMessage, WorldEffect, WorldMessage,
};
use whosin::contacts::exchange::{Format, Imported, read};
use whosin::contacts::{self, Edit};

fn imported(text: &str) -> WorldMessage {
    imported_into(None, text)
}

fn imported_into(group: Option<String>, text: &str) -> WorldMessage {
    let imported: Imported = read(text, Format::List.into(), Some("sie.at"), None);
    WorldMessage::Imported {
        file: "people.txt".into(),
        imported,
        group,
    }
}

fn name_file(desk: &mut Desk, action: Action, path: &str) -> Vec<Effect> {
    desk.act(action);
    desk.type_text(path);
    desk.act(Action::Open)
}

#[test]
fn who_is_new_comes_in_and_one_step_takes_it_back() {
    let mut desk = Desk::staffed(100, 30);
    let effects = name_file(&mut desk, Action::Import, "people.txt");
    let path = "people.txt".to_string();
    let group = None;
    assert_eq!(
        effects,
        [Effect::World(WorldEffect::Import { path, group })]
    );
    let effects = desk.send(imported("new@sie.at\nben@sie.at\nother@sie.at\n"));
    let Some(Effect::World(WorldEffect::Account(AccountId::MAIN, AccountEffect::Save(edits)))) =
        effects.first()
    else {
        panic!("{effects:?}");
    };
    assert_eq!(edits.len(), 2);
    assert!(effects.contains(&wanted(AccountEffect::PollNow(vec![
        address("new@sie.at"),
        address("other@sie.at")
    ]))));
    assert!(matches!(desk.board.pane(), Pane::Contacts));
    assert!(
        desk.screen()
            .contains("Imported 2 contacts (1 here already): u takes it back")
    );
    assert_eq!(desk.board.entries().count(), 12);
    desk.act(Action::Undo);
    assert_eq!(desk.board.entries().count(), 10);
    desk.act(Action::Redo);
    assert_eq!(desk.board.entries().count(), 12);
}

#[test]
fn the_group_that_is_typed_counts_for_all() {
    let mut desk = Desk::staffed(100, 30);
    desk.act(Action::Import);
    desk.type_text("people.txt");
    // An empty name is not completed; a name is, and asks for it.
    assert_eq!(
        desk.act(Action::Next),
        [Effect::World(WorldEffect::CompletePath(
            "people.txt".into()
        ))]
    );
    desk.act(Action::Previous);
    desk.type_text("Sal");
    desk.act(Action::Next);
    let effects = desk.act(Action::Open);
    let [Effect::World(WorldEffect::Import { group, .. })] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    // Whatever is open when the file has been read, the group is the one that was typed.
    desk.act(Action::Back);
    desk.act(Action::Import);
    desk.send(imported_into(group.clone(), "new@sie.at\n"));
    let new = desk.board.find(&address("new@sie.at")).unwrap();
    assert_eq!(new.contact.group.as_deref(), Some("Sales"));
}

#[test]
fn what_is_refused_is_listed_with_line_and_reason_and_the_rest_goes_in() {
    let mut desk = Desk::staffed(100, 30);
    name_file(&mut desk, Action::Import, "people.txt");
    desk.send(imported("new@sie.at\na@-b\nnew@sie.at\n"));
    assert!(desk.board.find(&address("new@sie.at")).is_some());
    let drawn = desk.screen();
    assert!(drawn.contains("2 refused of people.txt"), "{drawn}");
    assert!(
        drawn.contains("line 2") && drawn.contains("line 3"),
        "{drawn}"
    );
    desk.act(Action::Back);
    assert!(matches!(desk.board.pane(), Pane::Contacts));
}

#[test]
fn what_is_open_cannot_be_scrolled_past_its_end() {
    let mut desk = Desk::staffed(80, 16);
    name_file(&mut desk, Action::Import, "people.txt");
    let lines: String = (0..40).map(|line| format!("a@-{line}\n")).collect();
    desk.send(imported(&lines));
    for _ in 0..200 {
        desk.act(Action::Down);
    }
    let end = desk.screen();
    assert!(end.contains("line 40"), "{end}");
    desk.act(Action::Up);
    desk.act(Action::Up);
    assert!(!desk.screen().contains("line 40"), "{}", desk.screen());
}

#[test]
fn a_file_that_cannot_be_read_is_told_in_the_form() {
    let mut desk = Desk::staffed(80, 24);
    name_file(&mut desk, Action::Import, "nowhere.csv");
    desk.send(WorldMessage::FileTrouble("nowhere.csv is no file".into()));
    assert!(desk.screen().contains("nowhere.csv is no file"));
    // Typing goes on where it was.
    desk.type_text("x");
    let path = "nowhere.csvx".to_string();
    let group = None;
    assert_eq!(
        desk.act(Action::Open),
        [Effect::World(WorldEffect::Import { path, group })]
    );
}

#[test]
fn the_marked_are_exported_else_all_and_a_file_is_replaced_only_when_asked_twice() {
    let mut desk = Desk::staffed(80, 24);
    let effects = name_file(&mut desk, Action::Export, "out.csv");
    let all = |effects: &[Effect], wanted: usize, allowed: Replace| match effects {
        [
            Effect::World(WorldEffect::Export {
                contacts, replace, ..
            }),
        ] => contacts.len() == wanted && *replace == allowed,
        _ => false,
    };
    assert!(all(&effects, 10, Replace::Refused), "{effects:?}");
    desk.send(WorldMessage::FileExists("out.csv is there already".into()));
    assert!(desk.screen().contains("is there already"));
    let effects = desk.act(Action::Open);
    assert!(all(&effects, 10, Replace::Allowed), "{effects:?}");
    desk.type_text("x");
    let effects = desk.act(Action::Open);
    assert!(
        all(&effects, 10, Replace::Refused),
        "another name: {effects:?}"
    );
    desk.act(Action::Back);

    desk.send(UserMessage::Select(id("ben@sie.at")));
    desk.act(Action::Mark);
    let effects = name_file(&mut desk, Action::Export, "out.csv");
    assert!(all(&effects, 1, Replace::Refused), "{effects:?}");
    desk.send(WorldMessage::Exported("1 contacts are in out.csv".into()));
    assert!(matches!(desk.board.pane(), Pane::Contacts));
}

#[test]
fn thousands_come_in_and_go_again() {
    let mut desk = Desk::empty(80, 24);
    let text: String = (0..5000).map(|who| format!("p{who}@sie.at\n")).collect();
    name_file(&mut desk, Action::Import, "people.txt");
    let effects = desk.send(imported(&text));
    assert!(
        matches!(&effects[0], Effect::World(WorldEffect::Account(AccountId::MAIN, AccountEffect::Save(edits))) if edits.len() == 5000)
    );
    let kept: Vec<Edit> = vec![Edit::Remove(address("p7@sie.at"))];
    desk.send(UserMessage::Select(id("p7@sie.at")));
    assert!(
        desk.act(Action::Remove)
            .contains(&wanted(AccountEffect::Save(kept)))
    );
    desk.act(Action::Undo);
    desk.act(Action::Undo);
    assert_eq!(desk.board.entries().count(), 0);
}

#[test]
fn files_go_in_and_out_of_a_real_board() {
    let bench = Bench::new();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let people = "name,email\nPia Import,pia@sie.at\nBroken,a@-b\n";
    std::fs::write(path("people.csv"), people).unwrap();
    let start = Start {
        arguments: &["--contacts", &path("book.toml")],
        variables: &[],
        width: 120,
        height: 30,
    };
    let mut pty = bench.in_terminal(tempfile::tempdir().unwrap(), start);
    pty.wait_for_text("Nobody is on the board yet");
    let at_home = |name: &str| pty.home.path().join(name);
    let (given, written) = (at_home("given.csv"), at_home("written.csv"));
    // Tab completes the file's name.
    pty.send(&format!("I{}\t", path("peo")));
    pty.wait_for_text("people.csv");
    pty.send("\r");
    pty.wait_for_text("1 refused of people.csv");
    pty.wait_for_text("Pia Import");
    pty.send("\x1b");
    until("it is in the book", || {
        contacts::load(folder.path().join("book.toml").as_path())
            .is_ok_and(|book| book == [contact("pia@sie.at", "Pia Import", "")])
    });
    pty.wait_for("the pane closed", |text| !text.contains("refused of"));
    pty.send(&format!("E{}\r", path("people.csv")));
    pty.wait_for_text("is there already");
    assert_eq!(std::fs::read_to_string(path("people.csv")).unwrap(), people);
    pty.send("\x15");
    pty.send(&format!("{}\r", path("out.vcf")));
    pty.wait_for_text("(vcard3)");
    let card = std::fs::read_to_string(path("out.vcf")).unwrap();
    assert!(card.contains("FN:Pia Import"), "{card}");
    // The home folder is understood in all dialogs.
    pty.send("E~/written.csv\r");
    pty.wait_for_text("(csv)");
    std::fs::write(&given, "name,email\nHome Made,home@sie.at\n").unwrap();
    pty.send("I~/giv\t");
    pty.wait_for_text("~/given.csv");
    pty.send("\r");
    pty.wait_for_text("Home Made");
    assert!(
        std::fs::read_to_string(&written)
            .unwrap()
            .contains("pia@sie.at")
    );
    pty.send(&format!("E{}\r", path("book.toml")));
    pty.wait_for_text("is the contact book itself");
    pty.send("\x1b");
    pty.wait_for("the form closed", |text| !text.contains("Export contacts"));
    pty.send("q");
    assert_eq!(pty.wait_for_end(), 0);
}
