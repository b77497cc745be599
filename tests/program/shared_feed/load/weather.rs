//! What happens in an hour to the service, the directory, the network and the machine.

use std::sync::Mutex;
use std::time::Duration;

use fastrand::Rng;
use rustix::process::{Pid, Signal, kill_process};
use whosin::simulator::{Node, Scenario, Trouble};

use crate::support::bench::Bench;
use crate::support::trouble::{self, Network};

/// A trouble of the directory: its name, what the directory or the way to it does, and how commands
/// may end that ask it.
#[derive(Clone, Copy, Debug)]
pub struct Gust {
    pub name: &'static str,
    scenario: Option<(Trouble, u32)>,
    network: trouble::Trouble,
    /// The exit codes, as they are documented: 1 no answer of a directory, 3 a sign-in is wanted, 4 not
    /// reached.
    pub codes: &'static [i32],
}

const fn of_directory(
    name: &'static str,
    trouble: Trouble,
    number: u32,
    codes: &'static [i32],
) -> Gust {
    Gust {
        name,
        scenario: Some((trouble, number)),
        network: trouble::Trouble::None,
        codes,
    }
}

const fn of_network(name: &'static str, network: trouble::Trouble, codes: &'static [i32]) -> Gust {
    Gust {
        name,
        scenario: None,
        network,
        codes,
    }
}

const CALM: Gust = of_network("none", trouble::Trouble::None, &[0]);
/// No node answers in time.
pub const SILENT: Gust = of_directory("silent", Trouble::DirectorySlow, 60, &[4]);
const GUSTS: [Gust; 11] = [
    CALM,
    SILENT,
    of_network("swallowed", trouble::Trouble::Swallow, &[4]),
    of_directory("slow", Trouble::DirectorySlow, 2, &[0]),
    // The second node answers.
    of_directory("first node busy", Trouble::DirectoryBusy, 1, &[0]),
    of_directory("wants a sign-in", Trouble::DirectorySignIn, 2, &[3]),
    of_directory("web pages at times", Trouble::DirectoryHtml, 2, &[0, 1]),
    of_network("web pages", trouble::Trouble::Html, &[1]),
    of_network("corrupt", trouble::Trouble::Corrupt, &[1]),
    // An answer is cut in its body, or before.
    of_network("cut short", trouble::Trouble::Cut, &[1, 4]),
    of_network("gone", trouble::Trouble::Reset, &[4]),
];

/// The way to the directory, and which troubles it has had.
pub struct DirectoryWeather {
    network: Network,
    had: Mutex<Vec<Gust>>,
}

impl DirectoryWeather {
    pub fn new(network: Network) -> DirectoryWeather {
        DirectoryWeather {
            network,
            had: Mutex::new(vec![CALM]),
        }
    }

    /// Where the directory is.
    pub fn url(&self) -> String {
        self.network.url()
    }

    /// Makes a trouble beside those of the service.
    pub fn make(&self, bench: &Bench, gust: Gust, service: Scenario) {
        // First it is noted: a command that begins now may meet it.
        self.had.lock().unwrap().push(gust);
        let scenario = match gust.scenario {
            Some((trouble, number)) => service.with_number(trouble, number),
            None => service,
        };
        bench.service.set_scenario(scenario);
        self.network.make(gust.network);
    }

    /// Ends all troubles, those of the service, too.
    pub fn calm(&self, bench: &Bench) {
        self.network.make(trouble::Trouble::None);
        bench.service.set_scenario(Scenario::quiet());
        // Only who begins from now on meets none.
        self.had.lock().unwrap().push(CALM);
    }

    /// The moment, for [`DirectoryWeather::since`].
    pub fn moment(&self) -> usize {
        self.had.lock().unwrap().len() - 1
    }

    /// The troubles since this moment.
    pub fn since(&self, moment: usize) -> Vec<Gust> {
        self.had.lock().unwrap()[moment..].to_vec()
    }
}

/// The troubles of the service and of the directory, by name.
pub type Troubles = [&'static str; 2];

/// Which troubles come in which hour: none comes again before all have come.
pub struct Forecast {
    random: Rng,
    kinds: Vec<u8>,
    gusts: Vec<Gust>,
}

impl Forecast {
    pub fn new(random: Rng) -> Forecast {
        Forecast {
            random,
            kinds: Vec::new(),
            gusts: Vec::new(),
        }
    }

    fn next(&mut self) -> (u8, Gust) {
        if self.kinds.is_empty() {
            self.kinds = (0..10).collect();
            self.random.shuffle(&mut self.kinds);
        }
        if self.gusts.is_empty() {
            self.gusts = GUSTS.to_vec();
            self.random.shuffle(&mut self.gusts);
        }
        (self.kinds.pop().unwrap(), self.gusts.pop().unwrap())
    }
}

/// What happens in an hour.
pub fn blow(
    bench: &Bench,
    network: &Network,
    directory: &DirectoryWeather,
    board: Pid,
    forecast: &mut Forecast,
) -> Troubles {
    let (kind, gust) = forecast.next();
    let service = &bench.service;
    let weather = match kind {
        0 => Scenario::quiet().with_number(Trouble::Storm, 5),
        _ => Scenario::quiet(),
    };
    directory.make(bench, gust, weather);
    let name = match kind {
        0 => "storm",
        1 => {
            bench.runtime.block_on(service.stop_node(Node::First));
            std::thread::sleep(Duration::from_secs(2));
            bench.runtime.block_on(service.start_node(Node::First));
            "restart of the server"
        }
        2 => {
            service.expire_applications();
            "application session ended"
        }
        3 => {
            service.expire_end_users();
            "end user's session ended"
        }
        4 => {
            service.forget_subscriptions();
            "subscriptions lost"
        }
        5 => {
            service.hang_up();
            "connections lost"
        }
        6 => {
            // To the process, a sleep: its clock goes on, and it does not.
            kill_process(board, Signal::STOP).unwrap();
            std::thread::sleep(Duration::from_secs(3));
            kill_process(board, Signal::CONT).unwrap();
            "sleep"
        }
        7 => {
            network.make(trouble::Trouble::Swallow);
            "network gone"
        }
        8 => {
            network.make(trouble::Trouble::Corrupt);
            "network corrupts"
        }
        _ => {
            network.make(trouble::Trouble::Html);
            "a proxy answers"
        }
    };
    [name, gust.name]
}
