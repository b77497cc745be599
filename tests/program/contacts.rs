//! The contact book as a file.

use std::fs;
use std::path::{Path, PathBuf};

use whosin::contacts::{self, BookError, Contact, Edit, Fact, load};

const BOOK: &str = r#"# Our people

# The front desk
[[contact]]
address = "ben@sie.at" # the boss
name = "Ben Two"
colour = "blue"

[[contact]]
address = "SIP:Ursula@sie.at"
group = "Front desk"
"#;

/// Saves with the locks beside the book.
fn save(path: &Path, edits: &[Edit]) -> Result<Vec<Contact>, BookError> {
    contacts::save(path, &path.parent().unwrap().join("locks"), edits)
}

struct Place {
    folder: tempfile::TempDir,
    path: PathBuf,
}

fn place(text: &str) -> Place {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.toml");
    fs::write(&path, text).unwrap();
    Place { folder, path }
}

fn contact(address: &str, name: Option<&str>) -> Contact {
    Contact {
        name: name.map(String::from),
        ..Contact::new(address.parse().unwrap())
    }
}

fn set(address: &str, fact: Fact, text: Option<&str>) -> Edit {
    Edit::Set {
        address: address.parse().unwrap(),
        fact,
        text: text.map(String::from),
    }
}

#[test]
fn comments_order_and_unknown_keys_survive() {
    let place = place(BOOK);
    let contacts = save(
        &place.path,
        &[
            Edit::add(contact("new@sie.at", Some("New"))),
            set("ben@sie.at", Fact::Name, Some("Benjamin")),
            set("ben@sie.at", Fact::Group, None),
            Edit::Remove("ursula@sie.at".parse().unwrap()),
        ],
    )
    .unwrap();
    let text = fs::read_to_string(&place.path).unwrap();
    for kept in [
        "# Our people",
        "# The front desk",
        "# the boss",
        "colour = \"blue\"",
        "Benjamin",
    ] {
        assert!(text.contains(kept), "{kept} is gone:\n{text}");
    }
    let addresses: Vec<&str> = contacts
        .iter()
        .map(|contact| contact.address.as_str())
        .collect();
    assert_eq!(addresses, ["ben@sie.at", "new@sie.at"]);
    assert_eq!(load(&place.path).unwrap(), contacts);
}

#[test]
fn a_comment_goes_with_the_contact_it_stands_over_and_comes_back_with_it() {
    let text = "# Our people\n\n# Sales\n\n# Ben is on leave in May\n# (ask Eva)\n[[contact]]\naddress = \"ben@sie.at\"\n\
         # quiet on Fridays\n[[contact]]\naddress = \"eva@sie.at\"\n";
    let place = place(text);
    let ben = load(&place.path).unwrap().remove(0);
    save(&place.path, &[Edit::Remove(ben.address.clone())]).unwrap();
    let without =
        "# Our people\n\n# Sales\n\n# quiet on Fridays\n[[contact]]\naddress = \"eva@sie.at\"\n";
    assert_eq!(fs::read_to_string(&place.path).unwrap(), without);
    save(&place.path, &[Edit::add(ben.clone())]).unwrap();
    let again = format!(
        "{without}\n# Ben is on leave in May\n# (ask Eva)\n[[contact]]\naddress = \"ben@sie.at\"\n"
    );
    assert_eq!(fs::read_to_string(&place.path).unwrap(), again);
    assert_eq!(load(&place.path).unwrap()[1], ben);
    // The last one goes, and what is about all stays.
    let eva = Edit::Remove("eva@sie.at".parse().unwrap());
    save(&place.path, &[Edit::Remove(ben.address.clone()), eva]).unwrap();
    let left = fs::read_to_string(&place.path).unwrap();
    assert_eq!(left.trim_end(), "# Our people\n\n# Sales");
}

#[test]
fn what_a_file_begins_with_is_about_everybody() {
    let text = "# Our people\n[[contact]]\naddress = \"ben@sie.at\"\n[[contact]]\naddress = \"eva@sie.at\"\n";
    let place = place(text);
    assert_eq!(load(&place.path).unwrap()[0].comment, None);
    save(&place.path, &[Edit::Remove("ben@sie.at".parse().unwrap())]).unwrap();
    // The line between keeps it from being taken for Eva's.
    assert_eq!(
        fs::read_to_string(&place.path).unwrap(),
        "# Our people\n\n[[contact]]\naddress = \"eva@sie.at\"\n"
    );
}

#[test]
fn contacts_in_one_list_are_read_and_left_as_they_are() {
    let text = "# all\ncontact = [\n# about Ben\n{ address = \"ben@sie.at\" }]\n";
    let place = place(text);
    assert_eq!(load(&place.path).unwrap().len(), 1);
    let add = [Edit::add(contact("eva@sie.at", None))];
    let refused = save(&place.path, &add).unwrap_err().to_string();
    assert!(
        refused.contains("line 2: ") && refused.contains("write each as [[contact]]"),
        "{refused}"
    );
    assert_eq!(fs::read_to_string(&place.path).unwrap(), text);
    fs::write(&place.path, "contact = []\n").unwrap();
    assert_eq!(save(&place.path, &add).unwrap().len(), 1);
    assert_eq!(load(&place.path).unwrap().len(), 1);
}

#[test]
fn the_comment_that_a_file_begins_with_stays_its_beginning() {
    let place = place("# Our people: keep sorted\n\n");
    save(&place.path, &[Edit::add(contact("a@sie.at", None))]).unwrap();
    save(&place.path, &[Edit::add(contact("b@sie.at", None))]).unwrap();
    let text = fs::read_to_string(&place.path).unwrap();
    assert!(
        text.starts_with("# Our people: keep sorted\n\n[[contact]]\naddress = \"a@"),
        "{text}"
    );
}

#[test]
fn a_comment_without_a_line_end_does_not_swallow_who_is_added() {
    let place = place("# Our people");
    let book = save(&place.path, &[Edit::add(contact("a@sie.at", None))]).unwrap();
    assert_eq!(book.len(), 1);
    let text = fs::read_to_string(&place.path).unwrap();
    assert_eq!(text, "# Our people\n[[contact]]\naddress = \"a@sie.at\"\n");
}

#[test]
fn a_key_that_goes_takes_no_other_lines_comment_with_it() {
    for (text, kept) in [
        (
            "[[contact]]\naddress = \"a@b\" # own\n# above\n\n# the name\nname = \"A\" # gone\n",
            "[[contact]]\naddress = \"a@b\" # own\n# above\n\n# the name\n",
        ),
        (
            "[[contact]]\n# above\nname = \"A\"\n# below\naddress = \"a@b\"\n",
            "[[contact]]\n# above\n# below\naddress = \"a@b\"\n",
        ),
        (
            "[[contact]]\naddress = \"a@b\"\n# above\nname = \"A\"\n# next\n[[contact]]\naddress = \"c@d\"\n",
            "[[contact]]\naddress = \"a@b\"\n# above\n# next\n[[contact]]\naddress = \"c@d\"\n",
        ),
    ] {
        let place = place(text);
        let change = set("a@b", Fact::Name, None);
        let contacts = save(&place.path, &[change]).unwrap();
        assert_eq!(contacts[0].name, None);
        assert_eq!(fs::read_to_string(&place.path).unwrap(), kept);
    }
}

#[test]
fn facts_are_written_and_read_and_taken_away() {
    let text = "[[contact]]\naddress = \"ben@sie.at\"\nnumber = 3216 # the desk\npinned = false\n";
    let place = place(text);
    let ben = contacts::load(&place.path).unwrap().remove(0);
    assert_eq!(ben.number.as_deref(), Some("3216"));
    assert!(!ben.pinned);
    let word = |fact: Fact| match fact {
        Fact::Also => "ben@two.sie.at",
        fact => fact.key(),
    };
    let facts = Fact::ALL.map(|fact| set("ben@sie.at", fact, Some(word(fact))));
    let pin = |pinned| Edit::Pin {
        address: "ben@sie.at".parse().unwrap(),
        pinned,
    };
    let edits: Vec<Edit> = facts.into_iter().chain([pin(true)]).collect();
    let ben = save(&place.path, &edits).unwrap().remove(0);
    for fact in Fact::ALL {
        assert_eq!(ben.fact(fact), Some(word(fact)));
    }
    assert!(ben.pinned);
    let written = fs::read_to_string(&place.path).unwrap();
    assert!(
        written.contains("number = \"number\" # the desk\npinned = true\n"),
        "{written}"
    );
    let (_, backward) = contacts::applied(vec![ben], &edits);
    assert_eq!(
        save(&place.path, &backward).unwrap()[0].note.as_deref(),
        Some("note")
    );
    let none = Fact::ALL.map(|fact| set("ben@sie.at", fact, None));
    let edits: Vec<Edit> = none.into_iter().chain([pin(false)]).collect();
    save(&place.path, &edits).unwrap();
    let written = fs::read_to_string(&place.path).unwrap();
    assert_eq!(written, "[[contact]]\naddress = \"ben@sie.at\"\n");
}

#[test]
fn a_file_that_nothing_changes_of_is_not_written() {
    // Line ends, another notation and spaces are as somebody typed them.
    let text = "[[contact]]\r\naddress = 'ben@sie.at'\r\nname = 'Ben  Two'\r\n";
    let place = place(text);
    let edits = [
        Edit::add(contact("BEN@sie.at", Some("Other"))),
        Edit::Remove("nobody@sie.at".parse().unwrap()),
        set("ben@sie.at", Fact::Name, Some("Ben Two")),
        set("ben@sie.at", Fact::Group, None),
    ];
    let contacts = save(&place.path, &edits).unwrap();
    assert_eq!(contacts, [contact("ben@sie.at", Some("Ben Two"))]);
    assert_eq!(fs::read_to_string(&place.path).unwrap(), text);
    let missing = place.folder.path().join("missing.toml");
    assert!(save(&missing, &edits[1..]).unwrap().is_empty());
    assert!(!missing.exists());
}

#[test]
fn a_file_with_a_mistake_is_named_with_its_line_and_left_alone() {
    for (text, line) in [
        ("[[contact]]\naddress = \"a@b\"\n\n[[contact]\n", 4),
        ("# x\n[[contact]]\naddress = \"nonsense\"\n", 3),
        ("[[contact]]\nname = \"without\"\n", 1),
        ("[[contact]]\naddress = \"a@b\"\nname = 7\n", 3),
        ("[[contact]]\naddress = \"a@b\"\nnumber = [7]\n", 3),
    ] {
        let place = place(text);
        let refused = save(&place.path, &[Edit::add(contact("new@sie.at", None))]).unwrap_err();
        let BookError::Invalid { line: found, .. } = &refused else {
            panic!("{refused}")
        };
        assert_eq!(*found, line, "{refused}");
        assert_eq!(fs::read_to_string(&place.path).unwrap(), text);
    }
}

#[test]
fn a_book_that_is_not_there_is_empty_and_made_when_needed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/er/contacts.toml");
    assert!(load(&path).unwrap().is_empty());
    save(&path, &[Edit::add(contact("new@sie.at", None))]).unwrap();
    assert_eq!(load(&path).unwrap().len(), 1);
}

#[test]
fn writers_at_the_same_time_lose_nothing_and_readers_see_whole_files() {
    let place = place("");
    let write = |who: &'static str| {
        let path = place.path.clone();
        std::thread::spawn(move || {
            for number in 0..40 {
                let new = contact(&format!("{who}{number}@sie.at"), None);
                save(&path, &[Edit::add(new)]).unwrap();
            }
        })
    };
    let writers = [write("a"), write("b"), write("c")];
    let mut last = 0;
    while writers.iter().any(|writer| !writer.is_finished()) {
        let count = load(&place.path).unwrap().len();
        assert!(count >= last);
        last = count;
    }
    writers
        .into_iter()
        .for_each(|writer| writer.join().unwrap());
    assert_eq!(load(&place.path).unwrap().len(), 120);
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_a_mode_stays_the_mode() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let place = place(BOOK);
    fs::set_permissions(&place.path, fs::Permissions::from_mode(0o640)).unwrap();
    let link = place.folder.path().join("link.toml");
    symlink(&place.path, &link).unwrap();
    save(&link, &[Edit::add(contact("new@sie.at", None))]).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(load(&place.path).unwrap().len(), 3);
    assert_eq!(
        fs::metadata(&place.path).unwrap().permissions().mode() & 0o777,
        0o640
    );
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_yet_is_written_through() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("contacts.toml");
    std::os::unix::fs::symlink("checkout/team.toml", &link).unwrap();
    save(&link, &[Edit::add(contact("new@sie.at", None))]).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let target = folder.path().join("checkout/team.toml");
    assert_eq!(load(&target).unwrap().len(), 1);
    let beside: Vec<_> = fs::read_dir(target.parent().unwrap()).unwrap().collect();
    assert_eq!(beside.len(), 1, "no lock in the checkout: {beside:?}");
}

#[test]
fn an_edit_changes_the_lines_it_means_and_no_line_end_or_mark() {
    let windows = BOOK.replace('\n', "\r\n");
    let mixed = BOOK.replacen('\n', "\r\n", 3);
    let marked = format!("\u{feff}{windows}");
    for text in [&windows, &mixed, &marked] {
        let place = place(text);
        save(&place.path, &[Edit::add(contact("new@sie.at", None))]).unwrap();
        let after = fs::read_to_string(&place.path).unwrap();
        let added = after
            .strip_prefix(text.as_str())
            .expect("only lines at the end");
        assert!(added.contains("new@sie.at"), "{added:?}");
        let ends = text.matches('\n').count() == text.matches("\r\n").count();
        if ends {
            assert_eq!(added.matches('\n').count(), added.matches("\r\n").count());
        }
        save(&place.path, &[Edit::Remove("new@sie.at".parse().unwrap())]).unwrap();
        assert_eq!(&fs::read_to_string(&place.path).unwrap(), text);
        // In the middle, too.
        let edit = set("ben@sie.at", Fact::Name, Some("Ben"));
        save(&place.path, &[edit]).unwrap();
        let after = fs::read_to_string(&place.path).unwrap();
        assert_eq!(after, text.replace("\"Ben Two\"", "\"Ben\""));
    }
}

#[test]
fn a_contact_that_is_added_changes_no_line_that_was_there() {
    let lines = BOOK.trim_end();
    let last = |text: &str| text.replace('\n', "\r\n");
    for text in [
        lines.to_string(),
        last(lines),
        format!("\u{feff}{}", last(lines)),
        "# Our people".into(),
        "\u{feff}# Our people\r\n".into(),
        "\u{feff}".into(),
        format!("{BOOK}\n\n# vim: set tw=0"),
        format!("{BOOK}\n[more]\nof = \"another program\"\n"),
    ] {
        let place = place(&text);
        save(&place.path, &[Edit::add(contact("new@sie.at", None))]).unwrap();
        let after = fs::read_to_string(&place.path).unwrap();
        let mut left = after.as_str();
        // Each line is there, in order; the last may have got an end.
        for line in text.split_inclusive('\n') {
            let at = left
                .find(line)
                .unwrap_or_else(|| panic!("{line:?} of {text:?}: {after:?}"));
            left = &left[at + line.len()..];
        }
        assert!(after.starts_with('\u{feff}') == text.starts_with('\u{feff}'));
        if text.contains("\r\n") {
            assert_eq!(after.matches('\n').count(), after.matches("\r\n").count());
        }
        let added = after.len() - text.len();
        assert!(added < "\r\n\r\n[[contact]]\r\naddress = \"new@sie.at\"\r\n".len() + 1);
    }
}

#[test]
fn a_book_is_read_alike_whether_it_is_to_be_changed_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.toml");
    for text in [
        "",
        "# nothing\n",
        "[[contact]]\naddress = \"a@sie.at\"\nname = \" two  words \"\ngroup = \"\"\nextra = 1\n\
         [[contact]]\naddress = \"SIP:A@sie.at\"\n[[contact]]\naddress = 'b@sie.at'\n",
        "title = \"team\"\n[[contact]]\naddress = \"c@sie.at\"\nname = \"\"\"\nmany\nlines\"\"\"\n",
        "[[contact]]\nname = \"nobody\"\n",
        "[[contact]]\naddress = 1\n",
        "[[contact]]\naddress = \"a@sie.at\"\nname = 1\n",
        "[[contact]]\naddress = \"a b@sie.at\"\n",
        "contact = 1\n",
        "[[contact]\n",
    ] {
        std::fs::write(&path, text).unwrap();
        let read = load(&path).map_err(|error| error.to_string());
        // Without edits the book is parsed to be changed, and then is not.
        let parsed = save(&path, &[]).map_err(|error| error.to_string());
        assert_eq!(read, parsed, "{text}");
    }
}
