//! The service in a process of its own, with a line for each change and each count.

use std::io::{BufRead, BufReader, Write, stdin, stdout};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use whosin::presence::Address;
use whosin::simulator::{Doing, Options, Scenario, Simulator, Trouble};

use super::process;

/// How many people there are.
pub const CONTACTS: usize = 5_000;
/// So many requests a second it takes.
const THROTTLE: u32 = 20;

/// Runs the service until standard input ends.
pub fn serve() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(1)
        .build()
        .expect("threads");
    let options = Options {
        contacts: CONTACTS,
        pace: 0.0,
        scenario: Scenario::quiet().with_number(Trouble::Throttle, THROTTLE),
        ..Options::default()
    };
    let anywhere = "127.0.0.1:0".parse().expect("an address");
    let service = runtime
        .block_on(Simulator::start(anywhere, options))
        .expect("loopback can be listened at");
    let people = service.people();
    for one in &people {
        service.set(&one.address, Doing::Available);
    }
    println!("{}", service.url());
    for one in &people {
        println!("{}", one.address);
    }
    for line in stdin().lock().lines().map_while(Result::ok) {
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["set", who, doing] => {
                let who = who.parse().expect("an address");
                let doing = if *doing == "dnd" {
                    Doing::Dnd
                } else {
                    Doing::Available
                };
                service.set(&who, doing);
            }
            _ => {
                let tally = service.tally();
                let refused = tally.all_faults() + tally.plain_503s;
                println!("{} {refused}", tally.http_requests);
            }
        }
        // Whoever asks goes on at once.
        let _ = stdout().flush();
    }
}

/// The service, as the one who started it sees it.
pub struct Service {
    pub child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    pub url: String,
    pub people: Vec<Address>,
}

impl Service {
    pub fn start() -> Service {
        let mut child = process::myself(&["service"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program runs again");
        let orders = child.stdin.take().expect("a pipe");
        let mut answers = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = || {
            let mut line = String::new();
            answers.read_line(&mut line).expect("it answers");
            line.trim().to_string()
        };
        let url = line();
        let people = (0..CONTACTS).map(|_| line().parse().expect("an address"));
        let people = people.collect();
        Service {
            child,
            orders,
            answers,
            url,
            people,
        }
    }

    /// Changes what somebody does.
    pub fn set(&mut self, who: &Address, is_busy: bool) {
        let doing = if is_busy { "dnd" } else { "available" };
        writeln!(self.orders, "set {who} {doing}").expect("it listens");
    }

    /// How many requests came, and how many of them were refused.
    pub fn counted(&mut self) -> (u64, u64) {
        writeln!(self.orders, "count").expect("it listens");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("it answers");
        let mut numbers = line
            .split_whitespace()
            .map(|text| text.parse().expect("a number"));
        let mut next = || numbers.next().expect("two numbers");
        (next(), next())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
