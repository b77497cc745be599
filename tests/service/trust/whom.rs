//! The platform's authorities, a file, a pin, anyone.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::sign::{Signer, SigningKey};
use rustls::{SignatureAlgorithm, SignatureScheme};
use whosin::http::{self, Fingerprint, Trust};
use whosin::pws::Error;
use whosin::simulator::Certificate;

use super::servers::Server;
use super::{sign_in, words};
use crate::support::certificates::{
    Authority, authority, expired, file, fingerprint, names, self_signed, service,
};

/// An answer after which nobody waits for more.
const NONSENSE: &str = "nonsense\r\n\r\n";
const HERE: &[&str] = &["127.0.0.1"];
const ELSEWHERE: &[&str] = &["cup.example.com"];

/// What a sign-in with a `--ca-file` of this content comes to.
async fn by_file(shown: &Certificate, pem: &str) -> Result<(), Error> {
    let folder = tempfile::tempdir().unwrap();
    let trust = Trust::CaFile(file(folder.path(), pem));
    sign_in(&service(shown).await.url(), trust).await
}

/// Why a certificate was refused; it must be this one.
fn reason(refused: Result<(), Error>, shown: &Certificate) -> String {
    match refused {
        Err(Error::Transport(http::Error::Certificate {
            reason,
            fingerprint: seen,
        })) => {
            assert_eq!(seen, fingerprint(shown));
            reason
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_platform_refuses_a_self_signed_one_and_names_its_fingerprint_and_what_to_do() {
    for parameters in [names(HERE), authority(names(HERE))] {
        let shown = self_signed(parameters);
        let service = service(&shown).await;
        let refused = sign_in(&service.url(), Trust::Platform).await;
        let words = words(refused.as_ref().unwrap_err());
        reason(refused, &shown);
        assert!(words.contains(&fingerprint(&shown).to_string()), "{words}");
        assert!(words.contains("--pin"), "{words}");
        assert!(words.contains("--ca-file"), "{words}");
        assert_eq!(service.tally().http_requests, 0);
    }
}

#[tokio::test]
async fn a_pinned_one_is_trusted_whatever_it_says_of_itself() {
    let issued = Authority::new("An authority").issue(names(ELSEWHERE));
    let all = [
        self_signed(names(HERE)),
        self_signed(names(ELSEWHERE)),
        self_signed(names(&[])),
        self_signed(authority(names(HERE))),
        self_signed(authority(names(ELSEWHERE))),
        self_signed(expired(names(HERE))),
        issued,
    ];
    for shown in all {
        let pin = Trust::Pins(vec![fingerprint(&shown)]);
        sign_in(&service(&shown).await.url(), pin).await.unwrap();
    }
}

#[tokio::test]
async fn another_than_the_pinned_one_is_refused_with_both_fingerprints() {
    let pinned = self_signed(names(HERE));
    let shown = self_signed(names(HERE));
    let service = service(&pinned).await;
    let pin = Trust::Pins(vec![fingerprint(&pinned)]);
    sign_in(&service.url(), pin.clone()).await.unwrap();
    service.set_certificate(shown.clone());
    let before = service.tally().http_requests;
    let error = sign_in(&service.url(), pin).await.unwrap_err();
    let (expected, seen) = (fingerprint(&pinned), fingerprint(&shown));
    let expected_of = |pin| {
        let expected = vec![pin];
        Error::Transport(http::Error::CertificateChanged { expected, seen })
    };
    assert_eq!(error, expected_of(expected));
    let words = words(&error);
    assert!(words.contains("CHANGED"), "{words}");
    assert!(words.contains(&format!("expected {expected}")), "{words}");
    assert!(words.contains(&format!("seen {seen}")), "{words}");
    assert_eq!(service.tally().http_requests, before);
}

/// The certificate of a trusted authority doesn't help against a pin.
#[tokio::test]
async fn a_pin_of_the_authority_is_no_pin_of_what_it_issued() {
    let issuer = self_signed(authority(names(&[])));
    let shown = Authority::new("An authority").issue(names(HERE));
    let pin = Trust::Pins(vec![fingerprint(&issuer)]);
    let error = sign_in(&service(&shown).await.url(), pin)
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::Transport(http::Error::CertificateChanged { .. })
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_file_with_the_servers_own_certificate_is_enough_whatever_it_says_of_itself() {
    let all = [
        self_signed(names(HERE)),
        self_signed(names(ELSEWHERE)),
        self_signed(authority(names(HERE))),
        self_signed(authority(names(ELSEWHERE))),
        self_signed(expired(names(HERE))),
    ];
    for shown in all {
        by_file(&shown, shown.pem()).await.unwrap();
    }
}

#[tokio::test]
async fn a_file_may_hold_several_certificates() {
    let shown = self_signed(authority(names(ELSEWHERE)));
    let other = Authority::new("Another");
    by_file(&shown, &format!("{}{}", other.pem, shown.pem()))
        .await
        .unwrap();
    let issued = other.issue(names(HERE));
    by_file(&issued, &format!("{}{}", shown.pem(), other.pem))
        .await
        .unwrap();
}

#[tokio::test]
async fn what_an_authority_of_the_file_issued_needs_the_right_name_and_time() {
    let issuer = Authority::new("The company's");
    let right = issuer.issue(names(HERE));
    by_file(&right, &issuer.pem).await.unwrap();

    let misnamed = issuer.issue(names(ELSEWHERE));
    let words = reason(by_file(&misnamed, &issuer.pem).await, &misnamed);
    assert!(words.contains("not for '127.0.0.1'"), "{words}");
    assert!(words.contains("cup.example.com"), "{words}");

    let old = issuer.issue(expired(names(HERE)));
    let words = reason(by_file(&old, &issuer.pem).await, &old);
    assert_eq!(words, "it expired on 2019-05-17");
}

#[tokio::test]
async fn what_another_authority_issued_is_refused_also_where_it_has_the_same_name() {
    let shown = Authority::new("The company's").issue(names(HERE));
    for name in ["Another's", "The company's"] {
        let other = Authority::new(name);
        let words = reason(by_file(&shown, &other.pem).await, &shown);
        assert!(words.contains("no authority"), "{words}");
    }
}

#[tokio::test]
async fn another_self_signed_one_than_the_files_is_refused() {
    for parameters in [names(HERE), authority(names(HERE))] {
        let given = self_signed(parameters.clone());
        let shown = self_signed(parameters);
        reason(by_file(&shown, given.pem()).await, &shown);
    }
}

#[test]
fn a_file_without_certificates_is_told_apart_from_a_missing_one() {
    let folder = tempfile::tempdir().unwrap();
    let limits = whosin::http::Limits::default();
    let trouble = |trust| {
        whosin::pws::Client::new(&trust, whosin::pws::SoapVersion::V1_1, limits)
            .unwrap_err()
            .to_string()
    };
    let missing = trouble(Trust::CaFile(folder.path().join("missing.pem")));
    assert!(missing.contains("missing.pem"), "{missing}");
    let empty = trouble(Trust::CaFile(file(folder.path(), "no PEM at all")));
    assert!(empty.contains("trusted.pem"), "{empty}");
    assert!(empty.contains("no certificate"), "{empty}");
    assert_ne!(missing, empty);
}

/// A certificate is public: only its key proves whose it is.
#[tokio::test]
async fn who_shows_a_trusted_certificate_without_having_its_key_is_refused() {
    let copied = self_signed(names(HERE));
    let folder = tempfile::tempdir().unwrap();
    let own_key = rcgen::KeyPair::generate().unwrap();
    let trusts = [
        Trust::Pins(vec![fingerprint(&copied)]),
        Trust::CaFile(file(folder.path(), copied.pem())),
        Trust::Anyone,
    ];
    for version in rustls::ALL_VERSIONS {
        let leaf = copied.leaf().clone();
        let impostor = Server::showing(leaf, &own_key, &[version], "").await;
        let url = format!("https://{}", impostor.address);
        for trust in &trusts {
            let error = sign_in(&url, trust.clone()).await.unwrap_err();
            assert!(words(&error).contains("does not prove"), "{error}");
        }
        assert!(impostor.heard().is_empty());
    }
}

#[tokio::test]
async fn a_certificate_of_version_1_is_accepted_where_it_is_known_or_nobody_looks() {
    let pem = include_str!("../../fixtures/certificates/version-1.pem");
    let leaf = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    let key = include_str!("../../fixtures/certificates/version-1.key.pem");
    let key = rcgen::KeyPair::from_pem(key).unwrap();
    let own_key = rcgen::KeyPair::generate().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let known = [
        Trust::Pins(vec![Fingerprint::of(&leaf)]),
        Trust::CaFile(file(folder.path(), pem)),
        Trust::Anyone,
    ];
    for version in rustls::ALL_VERSIONS {
        let server = Server::showing(leaf.clone(), &key, &[version], NONSENSE).await;
        let url = format!("https://{}", server.address);
        for trust in &known {
            // It answers nonsense, but it was asked: the handshake was whole.
            let _ = sign_in(&url, trust.clone()).await.unwrap_err();
            assert!(!server.heard().is_empty(), "{trust:?}");
        }
        let error = sign_in(&url, Trust::Platform).await.unwrap_err();
        assert!(words(&error).contains("of version 3"), "{error}");
        let impostor = Server::showing(leaf.clone(), &own_key, &[version], "").await;
        let url = format!("https://{}", impostor.address);
        for trust in &known {
            let _ = sign_in(&url, trust.clone()).await.unwrap_err();
            assert!(impostor.heard().is_empty(), "{trust:?}");
        }
    }
}

#[tokio::test]
async fn keys_on_the_curve_p_521_prove_themselves() {
    let pem = include_str!("../../fixtures/certificates/p-521.pem");
    let leaf = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    let digits = include_str!("../../fixtures/certificates/p-521.key.hex").trim();
    let another = format!("{:0>132}", "7".repeat(64));
    let folder = tempfile::tempdir().unwrap();
    // As an editor on Windows saves it.
    let marked = file(folder.path(), &format!("\u{feff}{pem}"));
    for version in rustls::ALL_VERSIONS {
        for (digits, is_owner) in [(digits, true), (&another, false)] {
            let key = Arc::new(P521Key::of(digits));
            let server = Server::signing(leaf.clone(), key, &[version], NONSENSE).await;
            let url = format!("https://{}", server.address);
            for trust in [
                Trust::Pins(vec![Fingerprint::of(&leaf)]),
                Trust::CaFile(marked.clone()),
                Trust::Anyone,
            ] {
                let _ = sign_in(&url, trust.clone()).await.unwrap_err();
                assert_eq!(server.heard().is_empty(), !is_owner, "{trust:?}");
            }
        }
    }
}

/// A key on the curve P-521: the TLS library signs with none.
#[derive(Clone, Debug)]
struct P521Key(p521::ecdsa::SigningKey);

impl P521Key {
    fn of(hexadecimal: &str) -> P521Key {
        let digit = |at: usize| u8::from_str_radix(&hexadecimal[at..at + 2], 16).unwrap();
        let bytes: Vec<u8> = (0..hexadecimal.len()).step_by(2).map(digit).collect();
        P521Key(p521::ecdsa::SigningKey::from_slice(&bytes).unwrap())
    }
}

impl SigningKey for P521Key {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let ours = &SignatureScheme::ECDSA_NISTP521_SHA512;
        offered.contains(ours).then(|| Box::new(self.clone()) as _)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }
}

impl Signer for P521Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        use p521::ecdsa::signature::Signer as _;
        let signature: p521::ecdsa::Signature = self.0.sign(message);
        Ok(signature.to_der().as_bytes().to_vec())
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ECDSA_NISTP521_SHA512
    }
}

#[tokio::test]
async fn anyone_means_anyone() {
    for parameters in [names(HERE), expired(authority(names(ELSEWHERE)))] {
        let shown = self_signed(parameters);
        sign_in(&service(&shown).await.url(), Trust::Anyone)
            .await
            .unwrap();
    }
}

#[test]
fn fingerprints_are_read_as_they_are_printed_by_us_and_by_others() {
    let fingerprint = fingerprint(&self_signed(names(HERE)));
    let ours = fingerprint.to_string();
    assert_eq!(ours.parse(), Ok(fingerprint));
    let digits: Vec<&str> = (7..ours.len())
        .step_by(2)
        .map(|i| &ours[i..i + 2])
        .collect();
    let theirs = format!("sha256:{}", digits.join(":").to_uppercase());
    assert_eq!(theirs.parse(), Ok(fingerprint));
    for printed in ["sha256 Fingerprint=", "SHA256 Fingerprint="] {
        let theirs = theirs.replace("sha256:", printed);
        assert_eq!(theirs.parse(), Ok(fingerprint));
    }
    for between in [",", ", ", " ", "\n"] {
        let both = format!(
            " {ours}{between}{}{between}",
            theirs.replace("sha256:", "SHA256 Fingerprint=")
        );
        assert_eq!(
            Fingerprint::read_all(&both),
            Ok(vec![fingerprint, fingerprint])
        );
    }
    for wrong in ["", " ", "no pin", &ours[..40], &format!("x {ours}")] {
        assert!(Fingerprint::read_all(wrong).is_err(), "{wrong}");
    }
    for wrong in [
        ours.replace("sha256:", "sha1:"),
        ours.replace("sha256:", ""),
        ours[..ours.len() - 1].to_string(),
        format!("{ours}0"),
        format!("sha256:{}", "+1".repeat(32)),
        format!("sha256:{}", "ä".repeat(32)),
    ] {
        assert!(wrong.parse::<Fingerprint>().is_err(), "{wrong}");
    }
}
