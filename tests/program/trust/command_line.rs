//! Trust as the command line has it.

use std::path::Path;
use std::process::{Command, Output};

use whosin::simulator::{Certificate, Options, Simulator};

use crate::simulate::Simulate;
use crate::support::certificates::{
    Authority, authority, expired, file, fingerprint, names, self_signed,
};
use crate::support::{certificates, pty};

fn whosin(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_whosin"));
    command
        .env_clear()
        .envs(pty::environment(home))
        .env("WHOSIN_APP_PASSWORD", "simulated");
    command
}

/// `whosin status` of somebody whom nobody knows: exit code 5 where the server was asked.
fn status(home: &Path, url: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    whosin(home)
        .envs(variables.iter().copied())
        .args(["--server", url, "--app-user", "whosin", "--user", "klmt"])
        .args(["status", "stranger@example.com"])
        .args(arguments)
        .output()
        .unwrap()
}

const ASKED: Option<i32> = Some(5);
const NOT_REACHED: Option<i32> = Some(4);

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A service on a runtime of its own, beside the blocking test.
struct Bench {
    _runtime: tokio::runtime::Runtime,
    service: Simulator,
    home: tempfile::TempDir,
}

impl Bench {
    fn showing(certificate: Option<&Certificate>) -> Bench {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .worker_threads(1)
            .build()
            .unwrap();
        let start = async {
            match certificate {
                Some(certificate) => certificates::service(certificate).await,
                None => Simulator::start("127.0.0.1:0".parse().unwrap(), Options::default())
                    .await
                    .unwrap(),
            }
        };
        Bench {
            service: runtime.block_on(start),
            _runtime: runtime,
            home: tempfile::tempdir().unwrap(),
        }
    }

    fn status(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        status(self.home.path(), &self.service.url(), arguments, variables)
    }
}

#[test]
fn pin_ca_file_and_insecure_each_reach_a_self_signed_server() {
    let shown = self_signed(authority(names(&["cup.example.com"])));
    let bench = Bench::showing(Some(&shown));
    let fingerprint = fingerprint(&shown).to_string();
    let file = file(bench.home.path(), shown.pem());
    let file = file.to_str().unwrap();

    let refused = bench.status(&[], &[]);
    assert_eq!(refused.status.code(), NOT_REACHED);
    assert!(said(&refused).contains(&fingerprint), "{}", said(&refused));
    for arguments in [
        &["--pin", &fingerprint][..],
        &["--ca-file", file],
        &["--insecure"],
    ] {
        let output = bench.status(arguments, &[]);
        assert_eq!(output.status.code(), ASKED, "{}", said(&output));
    }
}

#[test]
fn a_pin_in_the_settings_counts_and_a_changed_certificate_is_refused_with_both() {
    let (pinned, other) = (self_signed(names(&[])), self_signed(names(&[])));
    let bench = Bench::showing(Some(&pinned));
    let folder = bench.home.path().join("config/whosin");
    std::fs::create_dir_all(&folder).unwrap();
    let settings = format!("pin = \"{}\"\n", fingerprint(&pinned));
    std::fs::write(folder.join("config.toml"), settings).unwrap();
    let output = bench.status(&[], &[]);
    assert_eq!(output.status.code(), ASKED, "{}", said(&output));

    bench.service.set_certificate(other.clone());
    let output = bench.status(&[], &[]);
    assert_eq!(output.status.code(), NOT_REACHED);
    let words = said(&output);
    for certificate in [&pinned, &other] {
        let fingerprint = fingerprint(certificate).to_string();
        assert!(words.contains(&fingerprint), "{words}");
    }
}

#[test]
fn a_pin_or_file_that_cannot_be_used_is_a_mistake_on_the_command_line() {
    let bench = Bench::showing(None);
    let missing = bench.home.path().join("missing.pem");
    for arguments in [
        &["--pin", "sha256:abc"][..],
        &["--ca-file", missing.to_str().unwrap()],
    ] {
        let output = bench.status(arguments, &[]);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    }
}

/// Where the platform's authorities are files that a variable can name.
#[cfg(target_os = "linux")]
#[test]
fn what_the_platforms_authorities_issued_is_trusted_by_itself_but_not_when_it_is_over() {
    let issuer = Authority::new("One of the platform's");
    let right = issuer.issue(names(&["127.0.0.1"]));
    let bench = Bench::showing(Some(&right));
    let file = file(bench.home.path(), &issuer.pem);
    let platform = [("SSL_CERT_FILE", file.to_str().unwrap())];
    let output = bench.status(&[], &platform);
    assert_eq!(output.status.code(), ASKED, "{}", said(&output));

    for (parameters, why) in [
        (expired(names(&["127.0.0.1"])), "it expired on"),
        (names(&["cup.example.com"]), "it is not for"),
    ] {
        bench.service.set_certificate(issuer.issue(parameters));
        let output = bench.status(&[], &platform);
        assert_eq!(output.status.code(), NOT_REACHED);
        assert!(said(&output).contains(why), "{}", said(&output));
    }
    bench
        .service
        .set_certificate(self_signed(names(&["127.0.0.1"])));
    let output = bench.status(&[], &platform);
    assert!(said(&output).contains("no authority"), "{}", said(&output));
}

/// As in a container without the package of certificates.
#[cfg(target_os = "linux")]
#[test]
fn a_system_without_authorities_can_do_all_that_needs_none() {
    let bare = [("SSL_CERT_FILE", "/nowhere"), ("SSL_CERT_DIR", "/nowhere")];
    let plain = Bench::showing(None);
    assert_eq!(plain.status(&[], &bare).status.code(), ASKED);
    let shown = self_signed(names(&[]));
    let bench = Bench::showing(Some(&shown));
    let fingerprint = fingerprint(&shown).to_string();
    let output = bench.status(&["--pin", &fingerprint], &bare);
    assert_eq!(output.status.code(), ASKED, "{}", said(&output));
    let refused = bench.status(&[], &bare);
    assert_eq!(refused.status.code(), NOT_REACHED);
    assert!(said(&refused).contains("this system"), "{}", said(&refused));
    assert!(said(&refused).contains(&fingerprint), "{}", said(&refused));
}

#[test]
fn simulate_with_tls_prints_how_to_trust_it_and_takes_its_file_away() {
    let home = tempfile::tempdir().unwrap();
    let service = Simulate::start(home.path(), &["--tls"]);
    let url = service.printed("Listening at ").to_string();
    assert!(url.starts_with("https://"), "{url}");
    let pin = service.printed("Trust it with --pin ");
    let file = service.printed("or with --ca-file ").to_string();
    for arguments in [&["--pin", pin], &["--ca-file", &file]] {
        let output = status(home.path(), &url, arguments, &[]);
        assert_eq!(output.status.code(), ASKED, "{}", said(&output));
    }
    assert!(service.interrupt());
    assert!(!Path::new(&file).exists());
}

#[test]
fn simulate_takes_a_certificate_from_files() {
    let home = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".into()]).unwrap();
    let (chain, key) = (home.path().join("chain.pem"), home.path().join("key.pem"));
    std::fs::write(&chain, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let (chain, key) = (chain.to_str().unwrap(), key.to_str().unwrap());
    let service = Simulate::start(home.path(), &["--tls-cert", chain, "--tls-key", key]);
    let url = service.printed("Listening at ");
    let output = status(home.path(), url, &["--ca-file", chain], &[]);
    assert_eq!(output.status.code(), ASKED, "{}", said(&output));

    for wrong in [
        &["--tls-cert", chain][..],
        &["--tls-cert", chain, "--tls-key", chain],
        &["--tls-cert", chain, "--tls-key", "/nowhere/key.pem"],
    ] {
        let output = whosin(home.path())
            .args(["simulate", "--listen", "127.0.0.1:0"])
            .args(wrong)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    }
}

#[test]
fn several_pins_are_given_by_option_variable_and_file() {
    let (first, second) = (self_signed(names(&[])), self_signed(names(&[])));
    let bench = Bench::showing(Some(&first));
    let [one, two] = [&first, &second].map(|certificate| fingerprint(certificate).to_string());
    let folder = bench.home.path().join("config/whosin");
    std::fs::create_dir_all(&folder).unwrap();
    let config = folder.join("config.toml");
    let listed = format!("pin = [\"{one}\", \"{two}\"]\n");
    let both = format!("{one},{two}");
    for shown in [&first, &second] {
        bench.service.set_certificate(shown.clone());
        let output = bench.status(&["--pin", &one, "--pin", &two], &[]);
        assert_eq!(output.status.code(), ASKED, "{}", said(&output));
        let output = bench.status(&[], &[("WHOSIN_PIN", &both)]);
        assert_eq!(output.status.code(), ASKED, "{}", said(&output));
        std::fs::write(&config, &listed).unwrap();
        let output = bench.status(&[], &[]);
        assert_eq!(output.status.code(), ASKED, "{}", said(&output));
        std::fs::remove_file(&config).unwrap();
    }
    bench.service.set_certificate(self_signed(names(&[])));
    let output = bench.status(&["--pin", &one, "--pin", &two], &[]);
    assert_eq!(output.status.code(), NOT_REACHED);
    let words = said(&output);
    assert!(
        words.contains(&format!("expected {one} or {two}")),
        "{words}"
    );
}

#[test]
fn a_pin_for_a_server_without_tls_is_warned_of() {
    let bench = Bench::showing(None);
    let pin = fingerprint(&self_signed(names(&[]))).to_string();
    let output = bench.status(&["--pin", &pin], &[]);
    assert_eq!(output.status.code(), ASKED);
    let words = said(&output);
    assert!(words.contains("pin checks nothing"), "{words}");
    let log = bench.home.path().join("state/whosin/whosin.log");
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("pin checks nothing"), "{log}");

    let output = whosin(bench.home.path())
        .args(["--server", &bench.service.url(), "--pin", &pin])
        .args(["--app-user", "whosin", "--user", "klmt", "check"])
        .output()
        .unwrap();
    let steps = String::from_utf8_lossy(&output.stdout);
    assert!(steps.contains("pin checks nothing"), "{steps}");
    assert_eq!(said(&bench.status(&[], &[])), "");
}
