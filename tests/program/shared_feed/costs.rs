//! What many boards cost the service: each by itself, and through one publisher.

use std::time::{Duration, Instant};

use whosin::simulator::Doing;

use super::Shared;
use crate::support::bench::Running;

/// So long requests are counted.
const WINDOW: Duration = Duration::from_secs(15);
/// So many changes are timed.
const CHANGES: usize = 5;

/// A hundred boards alone get no first state within the patience of a test.
///
/// `cargo test --test program costs -- --ignored --nocapture`
#[test]
#[ignore = "a measurement, of the whole machine"]
fn costs_of_many_boards() {
    println!(
        "| boards | way | requests a second | refused | change to board p50 | p99 | memory of a board |"
    );
    for boards in [1, 10] {
        for is_shared in [false, true] {
            let Some(shared) = Shared::new() else { return };
            shared.bench.service.set_scenario(
                "throttle=20"
                    .parse::<whosin::simulator::Scenario>()
                    .unwrap(),
            );
            let _publisher = is_shared.then(|| Running::start(shared.publish_every("5", &[])));
            let homes: Vec<_> = (0..boards).map(|_| tempfile::tempdir().unwrap()).collect();
            let watching: Vec<Running> = homes
                .iter()
                .map(|home| {
                    let folder = home.path().join("config/whosin");
                    std::fs::create_dir_all(&folder).unwrap();
                    let book = shared.bench.path("config/whosin/contacts.toml");
                    std::fs::copy(book, folder.join("contacts.toml")).unwrap();
                    let from = shared.broker.place("board");
                    let way: &[&str] = if is_shared {
                        &["--from", &from]
                    } else {
                        &["--mode", "poll", "--interval", "5"]
                    };
                    let arguments = [way, &["watch", "--plain"]].concat();
                    let command = shared.bench.command_in(home.path(), &arguments);
                    Running::start(shared.with_password(command))
                })
                .collect();
            for one in &watching {
                one.line_with("Ursula One  Available");
            }
            let before = shared.bench.service.tally();
            std::thread::sleep(WINDOW);
            let after = shared.bench.service.tally();
            let requests = after.http_requests - before.http_requests;
            let refused = after.faults.values().sum::<u64>() + after.plain_503s;
            let mut delays = Vec::new();
            for number in 0..CHANGES {
                let (state, words) = match number % 2 {
                    0 => (Doing::Dnd, "Ursula One  Do not disturb"),
                    _ => (Doing::Available, "Ursula One  Available"),
                };
                let begun = Instant::now();
                shared.bench.service.set(&shared.bench.ursula(), state);
                for one in &watching {
                    one.line_with(words);
                    delays.push(begun.elapsed().as_secs_f64());
                }
            }
            delays.sort_by(f64::total_cmp);
            let rank = |part: f64| delays[((delays.len() - 1) as f64 * part).round() as usize];
            let way = if is_shared { "shared" } else { "alone" };
            println!(
                "| {boards} | {way} | {:.1} | {refused} | {:.1} s | {:.1} s | {} |",
                requests as f64 / WINDOW.as_secs_f64(),
                rank(0.5),
                rank(0.99),
                memory(watching[0].child.id()),
            );
        }
    }
}

/// The resident memory of a process.
fn memory(process: u32) -> String {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.unwrap_or("unknown").trim().into()
}
