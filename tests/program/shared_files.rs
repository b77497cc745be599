//! What holds for each file that the boards of a desk share, whatever is in it.

use std::fs;

use whosin::operator::{
    DeskWatch, DeskWatches, NoteEdit, OperatorNote, OperatorNotes, Repeat, Shared, SharedError,
    WatchEdit, Watched, load, save,
};

use crate::support::desk::{address, start};

/// A file with a mistake stays as it is, and the line of the mistake is named.
#[track_caller]
fn is_left_alone<T: Shared>(written: &str, line: usize, edit: T::Edit) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shared.toml");
    fs::write(&path, written).unwrap();
    let saved = save::<T>(&path, folder.path(), &[edit], start());
    let error = saved.err().expect("it is not saved");
    let is_there = matches!(&error, SharedError::Invalid { line: at, .. } if *at == line);
    assert!(is_there, "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), written);
}

#[test]
fn a_file_with_a_mistake_is_left_alone_and_its_line_is_named() {
    for (written, line) in [
        ("[[note]]\naddress = \"ben@sie.at\"\n", 1),
        ("# x\nnote = 3\n", 2),
        (
            "[[note]]\naddress = \"a@b\"\ntext = \"x\"\nat = \"soon\"\n",
            4,
        ),
        ("[[note\n", 1),
    ] {
        let edit = NoteEdit::Clear(address("ben@sie.at"));
        is_left_alone::<OperatorNotes>(written, line, edit);
    }
    for (written, line) in [
        ("[[watch]]\naddress = \"ben@sie.at\"\n", 1),
        ("# x\nwatch = 3\n", 2),
        ("[[watch]]\naddress = \"a@b\"\nat = \"soon\"\n", 3),
        (
            "[[watch]]\naddress = \"a@b\"\nat = \"2026-11-23T09:00:00Z\"\nrepeat = \"twice\"\n",
            4,
        ),
    ] {
        let edit = WatchEdit::Clear(Watched::Contact(address("ben@sie.at")));
        is_left_alone::<DeskWatches>(written, line, edit);
    }
}

/// Everything that four write at once about different people, by `edit`, is in the file.
#[track_caller]
fn nothing_is_lost<T: Shared>(edit: fn(&str) -> T::Edit, count: fn(&T) -> usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shared.toml");
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let (path, locks) = (&path, folder.path().join("locks"));
            scope.spawn(move || {
                for at in 0..10 {
                    let edits = [edit(&format!("user{writer}-{at}@sie.at"))];
                    save::<T>(path, &locks, &edits, start()).unwrap();
                }
            });
        }
    });
    assert_eq!(count(&load::<T>(&path).unwrap()), 40);
}

#[test]
fn of_many_who_write_at_once_nothing_is_lost() {
    let note = |who: &str| {
        NoteEdit::Put(OperatorNote {
            address: address(who),
            text: "x".into(),
            by: "klmt".into(),
            at: start(),
            until: None,
        })
    };
    nothing_is_lost::<OperatorNotes>(note, |notes| notes.all().len());
    let watch = |who: &str| {
        WatchEdit::Put(DeskWatch {
            whom: Watched::Contact(address(who)),
            repeat: Repeat::Once,
            by: "klmt".into(),
            at: start(),
            rung: None,
        })
    };
    nothing_is_lost::<DeskWatches>(watch, |watches| watches.open().count());
}
