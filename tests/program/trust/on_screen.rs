//! Trust as the board and the sign-in form have it.

use whosin::http::Fingerprint;
use whosin::simulator::{Certificate, Simulator};

use crate::support::certificates::{authority, fingerprint, names, self_signed, service};
use crate::support::pty::{Pty, Start};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(1)
        .build()
        .unwrap()
}

/// The board, or the form before it where there is no password.
fn whosin(service: &Simulator, arguments: &[&str], variables: &[(&str, &str)]) -> Pty {
    let url = service.url();
    let server = ["--server", &url, "--app-user", "whosin", "--user", "klmt"];
    Pty::start(Start {
        arguments: &[&server, arguments].concat(),
        variables,
        width: 80,
        height: 24,
    })
}

fn certificate() -> Certificate {
    self_signed(authority(names(&["cup.example.com"])))
}

#[test]
fn the_board_shows_both_fingerprints_of_a_certificate_that_has_changed() {
    let runtime = runtime();
    let shown = certificate();
    let service = runtime.block_on(service(&shown));
    let pinned: Fingerprint = fingerprint(&certificate());
    let pinned = pinned.to_string();
    let password = [("WHOSIN_APP_PASSWORD", "simulated")];
    let pty = whosin(&service, &["--pin", &pinned], &password);
    let screen = pty.wait_for_text("CHANGED");
    for fingerprint in [pinned, fingerprint(&shown).to_string()] {
        assert!(screen.contains(&fingerprint), "{screen}");
    }
    assert!(screen.contains("Nothing was sent"), "{screen}");
}

#[test]
fn the_board_says_all_the_time_that_nothing_is_checked() {
    let runtime = runtime();
    let service = runtime.block_on(service(&certificate()));
    let password = [("WHOSIN_APP_PASSWORD", "simulated")];
    let pty = whosin(&service, &["--insecure"], &password);
    pty.wait_for("board", |_| service.signed_in() == (1, 1));
    pty.wait_for_text("certificate not checked");
}

#[test]
fn the_form_offers_to_trust_exactly_the_certificate_that_was_shown() {
    let runtime = runtime();
    let shown = certificate();
    let service = runtime.block_on(service(&shown));
    let mut pty = whosin(&service, &[], &[]);
    pty.wait_for_text("sign in");
    pty.send("simulated\r");
    let seen = fingerprint(&shown).to_string();
    pty.wait_for_text(&seen);
    assert_eq!(service.signed_in(), (0, 0));
    pty.send("\x14");
    pty.wait_for("board", |_| service.signed_in() == (1, 1));
    pty.wait_for("settings", |_| {
        let settings = pty.home.path().join("config/whosin/config.toml");
        std::fs::read_to_string(settings).is_ok_and(|settings| settings.contains(&seen))
    });
}
