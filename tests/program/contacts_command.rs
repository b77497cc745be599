//! `whosin contacts`, as a script sees it.

use crate::support::pty;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

const BOOK: &str = "# Our people\n\n\
    [[contact]]\naddress = \"ursula@sie.at\"\nname = \"Ursula One\"\ngroup = \"Front desk\"\n\n\
    [[contact]]\naddress = \"ben@sie.at\"\nname = \"田中 Ben\" # the boss\n\n\
    [[contact]]\naddress = \"carla@sie.at\"\ngroup = \"Front desk\"\n";

/// What a command printed, and how it ended.
#[derive(Debug)]
struct Said {
    out: String,
    error: String,
    code: i32,
}

struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    /// With that contact book.
    fn with(book: &str) -> Home {
        let home = Home {
            folder: tempfile::tempdir().unwrap(),
        };
        fs::create_dir_all(home.book_file().parent().unwrap()).unwrap();
        fs::write(home.book_file(), book).unwrap();
        home
    }

    fn book_file(&self) -> PathBuf {
        self.folder.path().join("config/whosin/contacts.toml")
    }

    fn book(&self) -> String {
        fs::read_to_string(self.book_file()).unwrap()
    }

    fn file(&self, name: &str, content: &str) {
        fs::write(self.folder.path().join(name), content).unwrap();
    }

    fn run_with_input(&self, input: &str, arguments: &[&str]) -> Said {
        let mut child = Command::new(env!("CARGO_BIN_EXE_whosin"))
            .env_clear()
            .envs(pty::environment(self.folder.path()))
            .current_dir(self.folder.path())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that reads nothing may have ended already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Said {
            out: String::from_utf8(output.stdout).unwrap(),
            error: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap(),
        }
    }

    fn run(&self, arguments: &[&str]) -> Said {
        self.run_with_input("", arguments)
    }

    /// What is printed by a command that succeeds and complains of nothing.
    fn done(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!((said.code, said.error.as_str()), (0, ""), "{arguments:?}");
        said.out
    }
}

#[test]
fn on_a_terminal_a_list_is_aligned_also_where_letters_are_wide() {
    let start = pty::Start {
        arguments: &["contacts", "list"],
        variables: &[],
        width: 60,
        height: 6,
    };
    let mut pty = pty::Pty::start_in(Home::with(BOOK).folder, start);
    assert_eq!(pty.wait_for_end(), 0);
    let screen = pty.wait_for_text("carla@");
    let lines: Vec<&str> = screen.lines().map(str::trim_end).collect();
    assert_eq!(
        lines[..3],
        [
            "Ursula One  ursula@sie.at  Front desk",
            "田中 Ben    ben@sie.at",
            "carla       carla@sie.at   Front desk",
        ]
    );
}

#[test]
fn a_list_for_programs_has_tabs_between() {
    let home = Home::with(BOOK);
    assert_eq!(
        home.done(&["contacts", "list"]),
        "Ursula One\tursula@sie.at\tFront desk\t\n\
         田中 Ben\tben@sie.at\t\t\n\
         carla\tcarla@sie.at\tFront desk\t\n"
    );
    let json: Value = serde_json::from_str(&home.done(&["contacts", "list", "--json"])).unwrap();
    assert_eq!(json["schema"], 1);
    assert_eq!(
        json["contacts"][1],
        json!({
            "uri": "ben@sie.at", "name": "田中 Ben", "group": null, "number": null,
            "mobile": null, "department": null, "title": null, "also": [], "note": null,
            "ring": null, "pinned": false
        })
    );
}

#[test]
fn a_list_of_a_group_has_its_contacts_alone() {
    let home = Home::with(BOOK);
    let desk = home.done(&["contacts", "ls", "--group", "front DESK"]);
    assert!(
        desk.contains("ursula@sie.at") && desk.contains("carla@sie.at"),
        "{desk}"
    );
    assert!(!desk.contains("ben@sie.at"), "{desk}");
    let json: Value =
        serde_json::from_str(&home.done(&["contacts", "list", "--json", "--group", "Front desk"]))
            .unwrap();
    assert_eq!(json["contacts"].as_array().unwrap().len(), 2);
    let said = home.run(&["contacts", "list", "--group", "Front dest"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(
        said.error.contains("Did you mean Front desk?"),
        "{}",
        said.error
    );
}

#[test]
fn contacts_are_moved_and_renamed_and_a_group_moves_whole() {
    let home = Home::with(BOOK);
    assert_eq!(
        home.done(&["contacts", "move", "ben", "carla", "Sales"]),
        "ben@sie.at is changed\ncarla@sie.at is changed\n"
    );
    assert_eq!(home.book().matches("group = \"Sales\"").count(), 2);
    assert_eq!(
        home.done(&["contacts", "move", "--group", "Sales", "Sales north"]),
        "ben@sie.at is changed\ncarla@sie.at is changed\n"
    );
    assert_eq!(home.book().matches("group = \"Sales north\"").count(), 2);
    assert!(home.book().contains("name = \"田中 Ben\" # the boss"));
    home.done(&["contacts", "move", "ben", ""]);
    assert_eq!(home.book().matches("group = \"Sales north\"").count(), 1);
    home.done(&["contacts", "rename", "carla", "Carla Three"]);
    assert!(home.book().contains("name = \"Carla Three\""));
    let before = home.book();
    for wrong in [
        &["contacts", "move", "Sales"][..],
        &["contacts", "move", "nobody", "Sales"],
        &["contacts", "move", "--group", "nowhere", "Sales"],
        &["contacts", "rename", "carla"],
    ] {
        assert_eq!(home.run(wrong).code, 2, "{wrong:?}");
    }
    assert_eq!(home.book(), before);
    assert_eq!(
        home.done(&["contacts", "rm", "ben"]),
        "ben@sie.at is removed\n"
    );
}

#[test]
fn an_empty_book_says_how_it_is_filled() {
    let home = Home::with("");
    let said = home.run(&["contacts", "list"]);
    assert_eq!((said.code, said.out.as_str()), (0, ""));
    assert!(said.error.contains("whosin contacts add"), "{}", said.error);
}

#[test]
fn groups_are_counted() {
    let home = Home::with(BOOK);
    assert_eq!(
        home.done(&["contacts", "groups"]),
        "Front desk\t2\n(no group)\t1\n"
    );
    let json: Value = serde_json::from_str(&home.done(&["contacts", "groups", "--json"])).unwrap();
    assert_eq!(
        json,
        json!({"schema": 1, "groups": [
            {"name": "Front desk", "contacts": 2},
            {"name": null, "contacts": 1},
        ]})
    );
}

#[test]
fn contacts_are_added_once_and_the_file_keeps_its_comments() {
    let home = Home::with(BOOK);
    let add = [
        "contacts",
        "add",
        "sip:new@sie.at",
        "--name",
        "New  One",
        "--group",
        "Sales",
    ];
    assert_eq!(home.done(&add), "new@sie.at is added\n");
    let book = home.book();
    assert!(book.starts_with(BOOK), "{book}");
    assert!(
        book.ends_with("address = \"new@sie.at\"\nname = \"New One\"\ngroup = \"Sales\"\n"),
        "{book}"
    );
    assert_eq!(home.done(&add), "new@sie.at is there already\n");
    assert_eq!(home.book(), book);
    let several = ["--domain", "sie.at", "contacts", "add", "dan", "ben", "dan"];
    assert_eq!(
        home.done(&several),
        "dan@sie.at is added\nben@sie.at is there already\n"
    );
}

#[test]
fn an_add_that_is_wrong_adds_nobody() {
    let home = Home::with(BOOK);
    for arguments in [
        &["contacts", "add", "new@sie.at", "dan"][..],
        &["contacts", "add", "a@sie.at", "b@sie.at", "--name", "A"],
        &["contacts", "add"],
    ] {
        let said = home.run(arguments);
        assert_eq!(said.code, 2, "{said:?}");
        assert!(!said.error.is_empty() && said.out.is_empty(), "{said:?}");
    }
    assert_eq!(home.book(), BOOK);
}

#[test]
fn contacts_are_removed_by_name_or_address() {
    let home = Home::with(BOOK);
    assert_eq!(
        home.done(&["contacts", "remove", "ursula one", "CARLA@sie.at", "ursula"]),
        "ursula@sie.at is removed\ncarla@sie.at is removed\n"
    );
    let book = home.book();
    assert!(
        book.contains("# Our people") && book.contains("# the boss"),
        "{book}"
    );
    assert_eq!(
        home.done(&["contacts", "list"]),
        "田中 Ben\tben@sie.at\t\t\n"
    );
}

#[test]
fn a_word_that_fits_nobody_or_several_removes_nobody() {
    let twice = "\n[[contact]]\naddress = \"ben@other.at\"\nname = \"Ben\"\n";
    let home = Home::with(&[BOOK, twice].concat());
    for (word, told) in [
        ("ben", "'ben' fits several: ben@sie.at, ben@other.at"),
        ("a", "'a' fits several: ursula@sie.at, carla@sie.at"),
        ("dan", "nobody in the contact book fits 'dan'"),
        ("dan@sie.at", "dan@sie.at is not in the contact book"),
    ] {
        let said = home.run(&["contacts", "remove", "ursula", word]);
        assert_eq!(said.code, 2, "{said:?}");
        assert_eq!(said.error, format!("whosin: {told}\n"));
    }
    assert_eq!(home.book(), [BOOK, twice].concat());
}

const CSV: &str = "Name;Mail;Department\nDan Four;dan@sie.at;Sales\nBen;BEN@sie.at;\n\
                   Eve;eve;\nFay;fay@sie.at;\n";

#[test]
fn an_import_tells_what_came_in_and_what_was_refused() {
    let home = Home::with(BOOK);
    home.file("people.csv", CSV);
    let refused = "people.csv:4: 'eve' has no domain: type it as user@domain\n";
    let dry = home.run(&["contacts", "import", "people.csv", "--dry-run"]);
    assert_eq!(
        dry.out,
        "dan@sie.at would come in (Dan Four, Sales)\nfay@sie.at would come in (Fay)\n\
         2 would come in, 1 there already, 1 refused\n"
    );
    assert_eq!((dry.error.as_str(), dry.code), (refused, 0));
    assert_eq!(home.book(), BOOK);
    let said = home.run(&["contacts", "import", "people.csv"]);
    assert_eq!(said.out, "2 came in, 1 there already, 1 refused\n");
    assert_eq!((said.error.as_str(), said.code), (refused, 0));
    let book = home.book();
    assert!(book.starts_with(BOOK), "{book}");
    assert!(
        home.done(&["contacts", "list"])
            .ends_with("Dan Four\tdan@sie.at\tSales\t\nFay\tfay@sie.at\t\t\n")
    );
    let again = home.run(&["contacts", "import", "people.csv"]);
    assert_eq!(again.out, "0 came in, 3 there already, 1 refused\n");
    assert_eq!(again.code, 1);
    assert_eq!(home.book(), book);
    let with_domain = ["--domain", "sie.at", "contacts", "import", "people.csv"];
    assert_eq!(
        home.done(&with_domain),
        "1 came in, 3 there already, 0 refused\n"
    );
    assert_eq!(
        home.done(&with_domain),
        "0 came in, 4 there already, 0 refused\n"
    );
}

/// A team's list: Ursula has another group, Carla is gone, Dan is new.
const TEAM: &str = "Name;Mail;Gruppe;Telefon;Fax;Birthday\n\
                    Ursula One;ursula@sie.at;Front desk;3216;1;2\n\
                    Dan Four;dan@sie.at;Front desk;;;\n";

#[test]
fn a_teams_list_is_kept_current_within_its_groups() {
    let home =
        Home::with(&BOOK.replace("name = \"Ursula One\"", "name = \"Ursula\"\npinned = true"));
    let before = home.book();
    home.file("team.csv", TEAM);
    let dry = home.run(&["contacts", "import", "team.csv", "--sync", "--dry-run"]);
    assert_eq!(
        dry.out,
        "dan@sie.at would come in (Dan Four, Front desk)\n\
         ursula@sie.at would change: name Ursula One (was Ursula), number 3216\n\
         carla@sie.at would be removed (Front desk)\n\
         1 would come in, 1 would change, 1 would be removed, 0 as they were, 0 refused\n"
    );
    assert_eq!(dry.error, "team.csv: not used: Fax, Birthday\n");
    assert_eq!((dry.code, home.book()), (0, before.clone()));

    let update = home.run(&["contacts", "import", "team.csv", "--update"]);
    assert!(
        update
            .out
            .ends_with("1 came in, 1 changed, 0 as they were, 0 refused\n"),
        "{update:?}"
    );
    let list = home.done(&["contacts", "list"]);
    assert!(
        list.contains("Ursula One\tursula@sie.at\tFront desk\t3216\n"),
        "{list}"
    );
    // Neither the pin nor who is in no group of the file.
    assert!(
        list.contains("carla@sie.at") && home.book().contains("pinned = true"),
        "{list}"
    );

    let sync = home.run(&["contacts", "import", "team.csv", "--sync"]);
    assert_eq!(
        (sync.out.as_str(), sync.code),
        (
            "carla@sie.at is removed (Front desk)\n\
             0 came in, 0 changed, 1 removed, 2 as they were, 0 refused\n",
            0
        )
    );
    let book = home.book();
    // Ben stands in no group: the list is not about him.
    assert!(
        !book.contains("carla") && book.contains("# the boss"),
        "{book}"
    );
    home.run(&["contacts", "import", "team.csv", "--sync"]);
    assert_eq!(home.book(), book);
}

#[test]
fn a_list_that_cannot_say_who_is_gone_removes_nobody() {
    let home = Home::with(BOOK);
    // A line that cannot be read may be Carla's.
    let sync = ["contacts", "import", "-", "--sync"];
    let broken = "name,mail,group\nUrsula One,ursula@sie.at,Front desk\nCarla,carla,Front desk\n";
    let said = home.run_with_input(broken, &sync);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.error.contains("nobody is removed"), "{said:?}");
    assert_eq!(home.book(), BOOK);
    // Nor can one without groups.
    let said = home.run_with_input("ursula@sie.at\n", &sync);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.error.contains("--group"), "{said:?}");
    let said = home.run_with_input("", &sync);
    assert_eq!(said.code, 2, "{said:?}");
    assert_eq!(home.book(), BOOK);
    // Its group may be said instead.
    let said = home.run_with_input(
        "ursula@sie.at\n",
        &[&sync[..], &["--group", "front desk"]].concat(),
    );
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("carla@sie.at is removed"), "{said:?}");
    assert!(home.book().contains("ben@sie.at"));
    let both = home.run(&["contacts", "import", "-", "--sync", "--update"]);
    assert_eq!(both.code, 2, "{both:?}");
}

#[test]
fn an_import_from_standard_input_may_say_format_and_group() {
    let home = Home::with("");
    let text = "dn: cn=Dan\nmail: dan@sie.at\nou: Other\n";
    let import = ["contacts", "import", "-", "--group", "Sales"];
    assert_eq!(home.run_with_input(text, &import).code, 0);
    assert_eq!(
        home.done(&["contacts", "list"]),
        "dan\tdan@sie.at\tSales\t\n"
    );
    let as_list = home.run_with_input(text, &["contacts", "import", "-", "--format", "list"]);
    assert_eq!(as_list.code, 1);
    assert!(as_list.error.starts_with("-:1: "), "{as_list:?}");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let home = Home::with(BOOK);
    fs::write(home.folder.path().join("latin.csv"), b"name\nJ\xf6rg\x81\n").unwrap();
    for (file, told, code) in [
        ("missing.csv", "missing.csv cannot be read: ", 2),
        ("latin.csv", "latin.csv: line 2 is not UTF-8", 1),
    ] {
        let said = home.run(&["contacts", "import", file]);
        assert_eq!(said.code, code);
        assert!(said.error.contains(told), "{said:?}");
    }
    let wrong = home.run(&["contacts", "import", "latin.csv", "--format", "word"]);
    assert_eq!(wrong.code, 2);
    let unwritable = home.run(&["contacts", "export", "no/such/folder.csv"]);
    assert_eq!(unwritable.code, 1, "{unwritable:?}");
    assert_eq!(home.book(), BOOK);
}

#[test]
fn facts_are_added_edited_and_taken_away() {
    let home = Home::with(BOOK);
    let add = [
        "contacts",
        "add",
        "new@sie.at",
        "--number",
        "3216",
        "--pinned",
    ];
    assert_eq!(home.done(&add), "new@sie.at is added\n");
    let facts = [
        "--department",
        "Sales",
        "--title",
        "Clerk",
        "--mobile",
        "+43 664 1",
    ];
    let edit = [&["contacts", "edit", "Ursula One"], &facts[..]].concat();
    assert_eq!(home.done(&edit), "ursula@sie.at is changed\n");
    let note = [
        "contacts",
        "edit",
        "new",
        "ursula",
        "--note",
        "back at 14:00",
    ];
    home.done(&note);
    home.done(&["contacts", "edit", "new", "--unpinned", "--note", ""]);
    // Each alone is a change.
    home.done(&["contacts", "edit", "new", "--ring", "2, Gong"]);
    home.done(&["contacts", "edit", "new", "--also", "new@two.at"]);
    let list: Value = serde_json::from_str(&home.done(&["contacts", "list", "--json"])).unwrap();
    let of = |uri: &str| {
        let all = list["contacts"].as_array().unwrap();
        all.iter().find(|one| one["uri"] == uri).unwrap().clone()
    };
    assert_eq!(
        of("ursula@sie.at"),
        json!({
            "uri": "ursula@sie.at", "name": "Ursula One", "group": "Front desk", "number": null,
            "mobile": "+43 664 1", "department": "Sales", "title": "Clerk",
            "also": [], "note": "back at 14:00", "ring": null, "pinned": false
        })
    );
    let new = of("new@sie.at");
    assert_eq!(
        (&new["number"], &new["note"], &new["pinned"]),
        (&json!("3216"), &Value::Null, &json!(false))
    );
    assert_eq!(new["ring"], "2, Gong");
    assert_eq!(new["also"], json!(["new@two.at"]));
    assert!(
        home.book().contains("also = \"new@two.at\""),
        "{}",
        home.book()
    );
    assert!(home.book().contains("# the boss"));
    for wrong in [
        &["contacts", "edit", "new"][..],
        &["contacts", "edit", "nobody", "--pinned"],
        &["contacts", "edit", "new", "--pinned", "--unpinned"],
        &["contacts", "edit", "new", "ursula", "--number", "1"],
        &["contacts", "add", "x@sie.at", "y@sie.at", "--mobile", "1"],
    ] {
        assert_eq!(home.run(wrong).code, 2, "{wrong:?}");
    }
}

#[test]
fn what_is_kept_of_people_is_forgotten() {
    let home = Home::with(BOOK);
    for who in ["ursula", "carla"] {
        let facts = ["--number", "1", "--note", "x", "--pinned"];
        home.done(&[&["contacts", "edit", who], &facts[..]].concat());
    }
    let cache = home.folder.path().join("cache/whosin");
    fs::create_dir_all(&cache).unwrap();
    let left = cache.join("last-seen.json");
    let person = |uri: &str| json!({"uri": uri, "number": "1"});
    let people = [person("ursula@sie.at"), person("carla@sie.at")];
    let snapshot = json!({
        "schema": 1, "server": "s", "user": "u", "at": "2026-11-23T09:14:05Z", "contacts": people
    });
    fs::write(&left, snapshot.to_string()).unwrap();
    assert_eq!(
        home.done(&["contacts", "forget", "ursula"]),
        "1 last state is forgotten\n2 facts of the contact book are forgotten\n"
    );
    let kept = fs::read_to_string(&left).unwrap();
    assert!(
        kept.contains("carla@sie.at") && !kept.contains("ursula@sie.at"),
        "{kept}"
    );
    assert_eq!(home.book().matches("number = ").count(), 1);
    // Without a name what somebody typed stays, unless that is meant.
    assert_eq!(
        home.done(&["contacts", "forget"]),
        "1 last state is forgotten\n"
    );
    assert!(!left.exists());
    assert_eq!(home.book().matches("number = ").count(), 1);
    assert_eq!(
        home.done(&["contacts", "forget", "--facts"]),
        "2 facts of the contact book are forgotten\n"
    );
    assert_eq!(
        home.done(&["contacts", "forget", "--facts"]),
        "nothing was kept\n"
    );
    assert!(home.book().contains("# the boss") && !home.book().contains("note = "));
    assert_eq!(home.book().matches("pinned = true").count(), 2);
}

#[test]
fn a_file_in_windows_1252_comes_in_and_is_named() {
    let home = Home::with("");
    let text = b"Vorname;Nachname;E-Mail-Adresse\r\nJ\xf6rg;Gro\xdf;joerg@sie.at\r\n";
    fs::write(home.folder.path().join("latin.csv"), text).unwrap();
    let import = home.run(&["contacts", "import", "latin.csv"]);
    assert_eq!(import.code, 0, "{import:?}");
    assert!(import.error.contains("read as Windows-1252"), "{import:?}");
    let list = home.done(&["contacts", "list"]);
    assert_eq!(list, "Jörg Groß\tjoerg@sie.at\t\t\n");
}

#[test]
fn of_a_bulk_export_the_list_of_one_owner_comes_in() {
    let home = Home::with("");
    let text = "me,sie.at,ann,sie.at,Ann,Desk\nyou,sie.at,ben,sie.at,Ben,\n";
    let several = home.run_with_input(text, &["contacts", "import", "-"]);
    assert_eq!(several.code, 1);
    assert!(several.error.contains("--owner USER"), "{several:?}");
    let one = home.run_with_input(text, &["contacts", "import", "-", "--owner", "me"]);
    assert_eq!(one.code, 0, "{one:?}");
    assert_eq!(
        home.done(&["contacts", "list"]),
        "Ann\tann@sie.at\tDesk\t\n"
    );
}

#[test]
fn what_is_exported_comes_in_again_elsewhere() {
    let home = Home::with(BOOK);
    let list = home.done(&["contacts", "list"]);
    for file in ["people.csv", "people.vcf", "people.ldif", "people.unknown"] {
        assert_eq!(home.done(&["contacts", "export", file]), "");
        let other = Home::with("");
        let text = fs::read_to_string(home.folder.path().join(file)).unwrap();
        let said = other.run_with_input(&text, &["contacts", "import", "-"]);
        assert_eq!(
            said.out, "3 came in, 0 there already, 0 refused\n",
            "{text}"
        );
        assert_eq!(other.done(&["contacts", "list"]), list, "{text}");
    }
    let csv = home.done(&["contacts", "export"]);
    assert!(csv.starts_with("address,name,group\r\n"), "{csv}");
    let four = home.done(&["contacts", "export", "--format", "vcard4", "-"]);
    assert!(four.starts_with("BEGIN:VCARD\r\nVERSION:4.0\r\n"), "{four}");
    let list = home.done(&["contacts", "export", "--format", "list"]);
    assert!(list.ends_with("\ncarla@sie.at\n"), "{list}");
}

#[test]
fn an_export_replaces_a_file_only_where_it_is_forced() {
    let home = Home::with(BOOK);
    home.file("people.csv", "mine");
    let said = home.run(&["contacts", "export", "people.csv"]);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert!(
        said.error.contains("people.csv is there already: --force"),
        "{said:?}"
    );
    let file = home.folder.path().join("people.csv");
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    home.done(&["contacts", "export", "people.csv", "--force"]);
    assert!(fs::read_to_string(&file).unwrap().contains("ursula@sie.at"));
    // A device loses nothing.
    #[cfg(unix)]
    home.done(&["contacts", "export", "/dev/null"]);
}

#[test]
fn home_is_understood_wherever_a_file_is_named_and_an_empty_name_is_refused() {
    let home = Home::with(BOOK);
    let is_there = |name: &str| home.folder.path().join(name).exists();
    home.done(&["contacts", "export", "~/people.csv"]);
    assert!(is_there("people.csv"));
    let again = home.run(&["contacts", "export", "~/people.csv"]);
    assert!(again.error.contains("is there already"), "{again:?}");
    let come = home.done(&[
        "--contacts=~/other.toml",
        "contacts",
        "import",
        "~/people.csv",
    ]);
    assert!(
        come.contains("3 came in") && is_there("other.toml"),
        "{come}"
    );
    home.run(&["check", "--report=~/report.txt"]);
    assert!(is_there("report.txt"));
    home.done(&["man", "--dir=~/man"]);
    assert!(is_there("man/whosin.1"));
    let simulate = ["simulate", "--tls-cert=~/none.pem", "--tls-key=~/none.key"];
    let said = home.run(&simulate);
    let whole = home.folder.path().join("none.pem").display().to_string();
    assert!(said.error.contains(&whole), "{said:?}");
    assert!(!is_there("~"), "a folder of that name");
    for empty in [
        &["contacts", "export", ""][..],
        &["contacts", "import", ""],
        &["--contacts=", "contacts", "list"],
        &["--config=", "contacts", "list"],
        &["check", "--report="],
        &["man", "--dir="],
    ] {
        let said = home.run(empty);
        assert_eq!(said.code, 2, "{empty:?}: {said:?}");
        assert!(said.error.contains("it is empty"), "{said:?}");
    }
}

#[test]
fn an_export_never_replaces_the_contact_book() {
    let home = Home::with(BOOK);
    let said = home.run(&[
        "contacts",
        "export",
        "config/../config/whosin/contacts.toml",
    ]);
    assert_eq!(said.code, 2, "{said:?}");
    let book = "config/whosin/contacts.toml";
    let forced = home.run(&["contacts", "export", book, "--force"]);
    assert_eq!(forced.code, 2, "{forced:?}");
    assert_eq!(home.book(), BOOK);
}

#[test]
fn another_contact_book_can_be_named_before_and_behind() {
    let home = Home::with(BOOK);
    home.done(&["--contacts", "other.toml", "contacts", "add", "dan@sie.at"]);
    assert_eq!(
        home.done(&["contacts", "list", "--contacts", "other.toml"]),
        "dan\tdan@sie.at\t\t\n"
    );
    assert_eq!(home.book(), BOOK);
}

#[test]
fn a_book_with_a_mistake_is_left_alone() {
    let home = Home::with("[[contact]]\nname = \"nobody\"\n");
    let said = home.run(&["contacts", "add", "dan@sie.at"]);
    assert_eq!(said.code, 1);
    assert!(said.error.contains("contacts.toml, line 1"), "{said:?}");
    assert_eq!(home.book(), "[[contact]]\nname = \"nobody\"\n");
}

#[test]
fn commands_at_the_same_time_lose_nobody() {
    let home = Home::with(BOOK);
    let add = |who: usize| home.done(&["contacts", "add", &format!("a{who}@sie.at")]);
    std::thread::scope(|scope| {
        (0..8).for_each(|who| drop(scope.spawn(move || add(who))));
    });
    assert_eq!(home.done(&["contacts", "list"]).lines().count(), 11);
}

#[test]
fn each_help_shows_an_example() {
    let home = Home::with("");
    for command in ["list", "add", "remove", "import", "export", "groups"] {
        let help = home.done(&["contacts", command, "--help"]);
        assert!(
            help.contains(&format!("\n  whosin contacts {command}")),
            "{help}"
        );
    }
    assert!(home.done(&["contacts", "--help"]).contains("Examples:"));
    assert_eq!(home.run(&["contacts"]).code, 2);
}
