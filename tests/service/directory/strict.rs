//! The client against `tests/uds.py`, which follows the API reference and writes down whatever a
//! client does that the reference does not allow.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use whosin::directory::{Error, Matching};

use super::{client, credentials, names, search};

/// A strict directory, which ends when this is dropped.
struct Strict {
    child: Child,
    port: String,
}

impl Strict {
    /// Starts it; `None`, and words that say so, where there is no Python.
    fn start(arguments: &[&str]) -> Option<Strict> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/uds.py");
        let started = Command::new("python3")
            .arg(script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let Ok(mut child) = started else {
            eprintln!("skipped: there is no python3");
            return None;
        };
        let mut port = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut port).unwrap();
        let port = port.trim().to_string();
        assert!(!port.is_empty(), "the strict directory has not started");
        Some(Strict { child, port })
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it has written down: violations, and how many requests and searches came.
    fn seen(&self) -> serde_json::Value {
        let mut stream = TcpStream::connect(format!("127.0.0.1:{}", self.port)).unwrap();
        stream
            .write_all(b"GET /violations HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    /// No violation, and so many searches.
    fn approves(&self, searches: u64) {
        let seen = self.seen();
        assert_eq!(seen["violations"], serde_json::json!([]));
        assert_eq!(seen["searches"], searches);
    }
}

impl Drop for Strict {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn names_are_found_as_the_reference_says() {
    let Some(strict) = Strict::start(&[]) else {
        return;
    };
    let client = client(&[strict.url()]);
    let mut searches = 0;
    for (words, wanted) in [
        ("anna berg", &["Anna Berg", "Berg Anna-Lena"][..]),
        ("Berg, Anna", &["Anna Berg", "Berg Anna-Lena"]),
        ("dirk van der vries", &["van der Vries, Dirk <ext>"]),
        ("van der", &["van der Vries, Dirk <ext>"]),
        ("林 美", &["美玲 林"]),
        ("o'brien", &["Bríd \"B\" O'Brien"]),
        ("brid@example.com", &["Bríd \"B\" O'Brien"]),
        ("son", &[]),
        ("an*", &["Anna Berg", "Berg Anna-Lena"]),
        ("+43 664", &["Anna Berg"]),
    ] {
        let found = search(&client, words, 20).await.unwrap();
        assert_eq!(names(&found), wanted, "{words}");
        searches += 1;
    }
    strict.approves(searches);
    // Of three words the directory takes one for a first name.
    let found = search(&client, "van der vries", 20).await.unwrap();
    assert_eq!(names(&found), ["van der Vries, Dirk <ext>"]);
    // By the beginning first, then by the end.
    let found = search(&client, "550140", 20).await.unwrap();
    assert_eq!(names(&found), ["van der Vries, Dirk <ext>"]);
    strict.approves(searches + 4);
}

#[tokio::test]
async fn a_long_list_is_fetched_in_pages_below_the_limit() {
    let Some(strict) = Strict::start(&[]) else {
        return;
    };
    let found = search(&client(&[strict.url()]), "tester", 500)
        .await
        .unwrap();
    assert_eq!(found.entries.len(), 500);
    assert_eq!(found.matching, Matching::Exactly(500));
    strict.approves(10);
}

#[tokio::test]
async fn a_count_that_ends_at_the_limit_is_not_believed() {
    let Some(strict) = Strict::start(&["--capped"]) else {
        return;
    };
    let found = search(&client(&[strict.url()]), "tester", 500)
        .await
        .unwrap();
    assert_eq!(found.entries.len(), 64);
    assert_eq!(found.matching, Matching::AtLeast(64));
    strict.approves(2);
}

#[tokio::test]
async fn more_than_was_asked_for_is_no_trouble() {
    let Some(strict) = Strict::start(&["--huge"]) else {
        return;
    };
    let found = search(&client(&[strict.url()]), "tester", 20)
        .await
        .unwrap();
    assert_eq!(found.entries.len(), 20);
    assert_eq!(found.matching, Matching::Exactly(500));
    strict.approves(1);
}

#[tokio::test]
async fn a_node_that_wants_a_sign_in_gets_it_once() {
    let Some(strict) = Strict::start(&["--password", "klmt:pass:wörd"]) else {
        return;
    };
    let client = client(&[strict.url()]);
    let failure = search(&client, "anna", 20).await.unwrap_err();
    assert_eq!(failure.error, Error::SignInWanted);
    client.sign_in(credentials("klmt", "no"));
    for _ in 0..3 {
        let failure = search(&client, "anna", 20).await.unwrap_err();
        assert_eq!(failure.error, Error::SignInRefused("klmt".into()));
    }
    client.sign_in(credentials("klmt", "pass:wörd"));
    for _ in 0..3 {
        search(&client, "anna", 20).await.unwrap();
    }
    assert_eq!(strict.seen()["violations"], serde_json::json!([]));
}

#[tokio::test]
async fn nodes_that_are_busy_gone_or_without_a_directory_are_left_for_the_next() {
    let (Some(off), Some(well)) = (Strict::start(&["--missing"]), Strict::start(&[])) else {
        return;
    };
    let named = format!("127.0.0.1:{}", well.port);
    let Some(busy) = Strict::start(&["--busy", "9", "--server", &named]) else {
        return;
    };
    // Nobody listens there.
    let gone = "http://127.0.0.1:9".to_string();
    let client = client(&[off.url(), gone, busy.url()]);
    let found = search(&client, "anna berg", 20).await.unwrap();
    assert_eq!(names(&found), ["Anna Berg", "Berg Anna-Lena"]);
    search(&client, "anna berg", 20).await.unwrap();
    off.approves(1);
    busy.approves(1);
    well.approves(2);
}

#[tokio::test]
async fn a_page_is_no_answer_and_is_asked_for_once() {
    let Some(strict) = Strict::start(&["--page"]) else {
        return;
    };
    let failure = search(&client(&[strict.url()]), "anna", 20)
        .await
        .unwrap_err();
    assert_eq!(failure.error, Error::WebPage);
    strict.approves(1);
}
