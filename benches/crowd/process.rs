//! What a process takes, by `/proc`.

use std::fs;
use std::process::Command;
use std::time::Duration;

/// `/proc` counts a process's time in ticks of so many milliseconds (USER_HZ), on every machine.
const TICK: u64 = 10;

/// This program again, in another role.
pub fn myself(arguments: &[&str]) -> Command {
    let program = std::env::current_exe().expect("this program has a path");
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

/// The resident memory of a process, in MB.
pub fn memory(process: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    let kib: f64 = number.and_then(|text| text.parse().ok()).unwrap_or(0.0);
    kib * 1024.0 / 1e6
}

/// The time that a process has spent on a core.
pub fn time(process: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).expect("it runs");
    // The name stands in parentheses and may hold spaces.
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let ticks = after.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.filter_map(|text| text.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * TICK)
}

/// As many open files as this user may have, for this process and its children: each board has some.
pub fn open_many_files() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).expect("up to the maximum it may be set");
}
