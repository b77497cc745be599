//! What a flood of calls does to a board: forged ones, several in one go, HTTP/2, large heads, and
//! connections that do not go on. Measured, for it takes the whole machine:
//! `cargo test --release --test program flood -- --ignored --nocapture`.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::support::bench::{Bench, until};
use crate::support::pty::Start;
use whosin::simulator::Operation;

/// So many connections begin a request and do not go on.
const SLOW: usize = 2000;
/// So many calls a second are forged.
const FORGED: u64 = 10_000;
const KEYS: usize = 400;
/// Whoever floods waits no longer for a place in the queue.
const IMPATIENCE: Duration = Duration::from_millis(5);
const FLOODS: u64 = 6;

/// Where the board listens, with its token.
fn callback(bench: &Bench) -> (SocketAddr, String) {
    let requests = bench.service.requests().into_iter();
    let mut bodies = requests.map(|request| request.body);
    let register =
        bodies.find(|body| body.contains("http://127.0.0.1:") && body.contains("egisterEndPoint"));
    let register = register.expect("it has registered");
    let (_, url) = register.rsplit_once("http://").unwrap();
    let url = url.split(['<', '"', '\'']).next().unwrap();
    let (address, path) = url.split_once('/').unwrap();
    (address.parse().unwrap(), format!("/{path}"))
}

/// The bytes of a call. Half of them have the right path, as if somebody had read it on the wire.
fn forged(number: u64, path: &str) -> String {
    let call = |path: &str, more: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\n{more}\r\n");
    match number % 8 {
        0 => call("/forged", ""),
        // Several in one go.
        1 => call(path, "").repeat(20),
        // HTTP/2, by its preface and an empty SETTINGS.
        2 => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0".into(),
        // A head of 16 KB.
        3 => call(path, &format!("X: {}\r\n", "x".repeat(16 << 10))),
        _ => call(path, ""),
    }
}

fn process_line(process: u32, name: &str) -> String {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(name));
    line.unwrap_or_default().to_string()
}

#[test]
#[ignore = "a measurement, of the whole machine"]
fn keys_are_answered_while_calls_are_forged() {
    let mut bench = Bench::new();
    let home = bench.take_home();
    let book: String = bench
        .service
        .people()
        .iter()
        .map(|person| format!("[[contact]]\naddress = \"{}\"\n", person.address))
        .collect();
    std::fs::create_dir_all(home.path().join("config/whosin")).unwrap();
    std::fs::write(home.path().join("config/whosin/contacts.toml"), book).unwrap();
    let mut pty = bench.in_terminal(
        home,
        Start {
            arguments: &["--listen", "127.0.0.1:0"],
            variables: &[],
            width: 100,
            height: 30,
        },
    );
    pty.wait_for_text("live");
    let (address, path) = callback(&bench);
    let over = Arc::new(AtomicBool::new(false));
    let sent = Arc::new(AtomicU64::new(0));
    let mut floods = Vec::new();
    for part in 0..=FLOODS {
        let (over, sent, path) = (over.clone(), sent.clone(), path.clone());
        floods.push(std::thread::spawn(move || {
            let mut slow = Vec::new();
            let begun = Instant::now();
            let mut calls = 0;
            while !over.load(Ordering::Relaxed) {
                if part == 0 {
                    if slow.len() == SLOW {
                        slow.drain(..SLOW / 2);
                    }
                    if let Ok(mut stream) = TcpStream::connect_timeout(&address, IMPATIENCE) {
                        let _ = stream.write_all(b"GET / HTTP/1.1\r\nX: ");
                        slow.push(stream);
                    }
                    continue;
                }
                let due = begun.elapsed().as_micros() as u64 * FORGED / FLOODS / 1_000_000;
                if calls >= due {
                    std::thread::sleep(Duration::from_micros(200));
                    continue;
                }
                calls += 1;
                if let Ok(mut stream) = TcpStream::connect_timeout(&address, IMPATIENCE) {
                    let call = forged(calls, &path);
                    if stream.write_all(call.as_bytes()).is_ok() {
                        sent.fetch_add(1, Ordering::Relaxed);
                    }
                }
            }
        }));
    }
    until("the flood", || sent.load(Ordering::Relaxed) > 1000);
    let process = pty.child.process_id().unwrap();
    let fetched = bench.service.tally().of(Operation::GetSubscribedPresence);
    let (begun, before) = (Instant::now(), sent.load(Ordering::Relaxed));
    let mut took = Vec::new();
    let mut most_files = 0;
    for key in 0..KEYS {
        let written = pty.written().len();
        let pressed = Instant::now();
        pty.send(if key % 2 == 0 { "\x1b[C" } else { "\x1b[D" });
        while pty.written().len() == written {
            std::thread::sleep(Duration::from_micros(100));
        }
        took.push(pressed.elapsed());
        let files = std::fs::read_dir(format!("/proc/{process}/fd")).unwrap();
        most_files = most_files.max(files.count());
        std::thread::sleep(Duration::from_millis(20));
    }
    let seconds = begun.elapsed().as_secs_f64();
    let forged = (sent.load(Ordering::Relaxed) - before) as f64 / seconds;
    let fetched = bench.service.tally().of(Operation::GetSubscribedPresence) - fetched;
    over.store(true, Ordering::Relaxed);
    floods.into_iter().for_each(|flood| flood.join().unwrap());
    took.sort_unstable();
    let [median, late] = [KEYS / 2, KEYS * 99 / 100].map(|at| took[at]);
    println!(
        "{forged:.0} calls a second, {:.1} fetches a second, keys: median {median:?}, p99 {late:?}, \
         at most {most_files} files, {}",
        f64::from(fetched as u32) / seconds,
        process_line(process, "VmHWM"),
    );
    assert!(late < Duration::from_millis(16), "p99 {late:?}");
    assert!(most_files < 64 + 40, "{most_files} files");
    assert!((fetched as f64) < seconds * 1.5 + 8.0, "{fetched} fetches");
    pty.send("q");
    assert_eq!(pty.wait_for_end(), 0);
}
