//! What many boards cost: each asking by itself, and all through one publisher.
//!
//! `cargo bench --bench crowd` looks at 1, 10, 100 and 1,000 boards, first alone, then shared;
//! numbers after `--` are other counts. It needs mosquitto, and Linux. The service, the broker and the
//! publisher are processes of their own; the boards are the program's own feeds and readers, each on its
//! thread, in one process for each line of the table.

#[cfg(target_os = "linux")]
mod boards;
#[cfg(target_os = "linux")]
mod company;
#[cfg(target_os = "linux")]
#[path = "../../tests/support/mosquitto.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod mosquitto;
#[cfg(target_os = "linux")]
mod process;
#[cfg(target_os = "linux")]
mod service;

#[cfg(target_os = "linux")]
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // Cargo adds one of its own.
    let words = arguments.iter().filter(|word| *word != "--bench");
    let words: Vec<&str> = words.map(String::as_str).collect();
    match words.as_slice() {
        ["service"] => service::serve(),
        [way @ ("alone" | "shared"), boards] => {
            let boards = boards.parse().expect("a number of boards");
            println!("{}", company::measure(boards, *way == "shared"));
        }
        counts => {
            let counts = match counts {
                [] => vec!["1", "10", "100", "1000"],
                some => some.to_vec(),
            };
            println!("{}", company::HEADING);
            for way in ["alone", "shared"] {
                for count in &counts {
                    let mut case = process::myself(&[way, count]);
                    let ended = case.status().expect("this program runs again");
                    assert!(ended.success(), "{way} {count}: {ended}");
                }
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("processes are measured by /proc: only on Linux");
}
