//! Several set-ups of one user.

use std::fs;
use std::process::Command;

use crate::support::pty::environment;

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Home {
        Home(tempfile::tempdir().unwrap())
    }

    /// What a command prints on both outputs, and its exit code.
    fn run(&self, variables: &[(&str, &str)], arguments: &[&str]) -> (String, String, i32) {
        let output = Command::new(env!("CARGO_BIN_EXE_whosin"))
            .env_clear()
            .envs(environment(self.0.path()))
            .envs(variables.iter().copied())
            .args(arguments)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            text(output.stdout),
            text(output.stderr),
            output.status.code().unwrap(),
        )
    }

    fn has(&self, inside: &str) -> bool {
        self.0.path().join(inside).exists()
    }
}

#[test]
fn each_has_its_own_contacts_and_settings() {
    let home = Home::new();
    home.run(&[], &["contacts", "add", "day@example.com"]);
    home.run(
        &[],
        &["--profile", "night", "contacts", "add", "night@example.com"],
    );
    assert!(home.has("config/whosin/contacts.toml"));
    assert!(home.has("config/whosin/profiles/night/contacts.toml"));
    let own = home
        .0
        .path()
        .join("config/whosin/profiles/night/config.toml");
    fs::write(&own, "interval = 60\n").unwrap();
    for (variables, options, who, interval) in [
        (&[][..], &[][..], "day@", "5 s"),
        (&[], &["--profile", "night"][..], "night@", "60 s"),
        (&[("WHOSIN_PROFILE", "night")][..], &[], "night@", "60 s"),
        (&[("WHOSIN_PROFILE", "")][..], &[], "day@", "5 s"),
    ] {
        let list = [options, &["contacts", "list"]].concat();
        let (out, error, code) = home.run(variables, &list);
        assert!(code == 0 && out.contains(who), "{out} {error}");
        let show = [options, &["config", "show"]].concat();
        let (out, ..) = home.run(variables, &show);
        let line = out
            .lines()
            .find(|line| line.starts_with("interval\t"))
            .unwrap();
        assert!(line.contains(interval), "{line}");
    }
    let (out, _, code) = home.run(&[], &["config", "profiles"]);
    assert_eq!((out.as_str(), code), ("night\n", 0));
    // A file that is named is one, whatever the variable says.
    let own = own.display().to_string();
    let night = [("WHOSIN_PROFILE", "night")];
    let (out, ..) = home.run(&night, &["--config", &own, "contacts", "list"]);
    assert!(out.contains("day@"), "{out}");
}

#[test]
fn what_is_no_name_is_refused() {
    let home = Home::new();
    for name in ["../other", ".hidden", "", "a/b"] {
        let (_, error, code) = home.run(&[], &["--profile", name, "contacts", "list"]);
        assert_eq!(code, 2, "{name}: {error}");
    }
    let (_, error, code) = home.run(&[("WHOSIN_PROFILE", "a/b")], &["contacts", "list"]);
    assert!(code == 2 && error.contains("WHOSIN_PROFILE"), "{error}");
    let (_, error, code) = home.run(&[], &["--profile", "a", "--config", "b", "config", "path"]);
    assert!(
        code == 2 && error.contains("cannot be used with"),
        "{error}"
    );
    let (out, error, code) = home.run(&[], &["config", "profiles"]);
    assert_eq!((out.as_str(), code), ("", 0));
    assert!(error.contains("config edit"), "{error}");
}

#[test]
fn a_variable_names_the_settings_file_or_the_contact_book() {
    let home = Home::new();
    let folder = home.0.path().join("dotfiles");
    fs::create_dir_all(&folder).unwrap();
    fs::write(
        folder.join("w.toml"),
        "interval = 60\ncontacts = \"team.toml\"\n",
    )
    .unwrap();
    fs::write(
        folder.join("team.toml"),
        "[[contact]]\naddress = \"eva@example.com\"\n",
    )
    .unwrap();
    let file = [("WHOSIN_CONFIG", "~/dotfiles/w.toml")];
    let (out, error, _) = home.run(&file, &["contacts", "list"]);
    assert!(out.contains("eva@"), "{out} {error}");
    let (out, _, _) = home.run(&file, &["config", "show"]);
    assert!(out.contains("60 s"), "{out}");
    // An option counts before it, and so does a profile that an option names.
    let (out, _, _) = home.run(&file, &["--profile", "night", "config", "path"]);
    assert!(out.contains("profiles/night"), "{out}");
    let missing = [("WHOSIN_CONFIG", "/nonexistent/w.toml")];
    let (_, error, code) = home.run(&missing, &["contacts", "list"]);
    assert!(code == 2 && error.contains("WHOSIN_CONFIG"), "{error}");
    let book = [("WHOSIN_CONTACTS", "~/dotfiles/team.toml")];
    let (out, error, _) = home.run(&book, &["contacts", "list"]);
    assert!(out.contains("eva@"), "{out} {error}");
    let unquoted = format!("--config=~{}", "/dotfiles/w.toml");
    let (out, error, _) = home.run(&[], &[&unquoted, "contacts", "list"]);
    assert!(out.contains("eva@"), "{out} {error}");
}
