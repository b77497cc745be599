//! What is printed of the steps of a check, a line each.

use std::fmt::Write as _;
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use crate::cli::Exit;
use crate::commands::CommandError;
use crate::commands::output::print_exactly;
use crate::link::Problem;
use crate::presence::{IconSet, clean};
use crate::sys::console;

const WIDEST: usize = 16;

/// How a step ended.
pub enum Outcome {
    /// As it should; what was found.
    Passed(String),
    /// It is not needed here; why.
    Skipped(String),
    /// It failed; what is wrong, what to do, and how the program ends.
    Failed(Problem, Exit),
}

impl Outcome {
    /// It failed with this error, which says itself what to do.
    pub fn failed(error: &dyn std::fmt::Display, exit: Exit) -> Outcome {
        let (what, advice) = (error.to_string(), String::new());
        Outcome::Failed(Problem { what, advice }, exit)
    }
}

/// What is printed of the steps as they come.
pub struct Printed {
    /// Which marks stand before the lines.
    pub icons: IconSet,
    colours: bool,
    /// What was printed of the steps.
    pub text: String,
    steps: &'static [&'static str],
    next: usize,
    /// How the program ends.
    pub exit: Exit,
    /// An error while printing is reported once, at the end.
    pub trouble: Option<CommandError>,
}

impl Printed {
    /// Nothing is printed yet of these steps, in their order.
    pub fn new(icons: IconSet, steps: &'static [&'static str]) -> Printed {
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Printed {
            icons,
            colours: io::stdout().is_terminal() && !no_colour && console::takes_escapes(),
            text: String::new(),
            steps,
            next: 0,
            exit: Exit::Done,
            trouble: None,
        }
    }

    fn marks(&self) -> [&'static str; 3] {
        match self.icons {
            IconSet::Ascii => ["ok  ", "FAIL", "-   "],
            IconSet::Unicode | IconSet::Nerd => ["✓", "✗", "–"],
        }
    }

    fn line(&mut self, mark: usize, took: Option<Duration>, words: &str) {
        let name = self.steps[self.next];
        let sign = self.marks()[mark];
        let took = took.map_or(String::new(), |took| format!("{} ms", took.as_millis()));
        let line = format!("{name:WIDEST$} {took:>8}  {}", clean(words));
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{sign} {line}");
        let colour = match (self.colours, mark) {
            (true, 0) => "\x1b[32m",
            (true, 1) => "\x1b[31m",
            _ => "",
        };
        let end = if colour.is_empty() { "" } else { "\x1b[0m" };
        self.print(&format!("{colour}{sign}{end} {line}\n"));
        self.next += 1;
    }

    /// Prints what was cleaned before it was coloured.
    pub fn print(&mut self, text: &str) {
        if let Err(error) = print_exactly(text) {
            self.trouble.get_or_insert(error);
        }
    }

    /// Prints a step. Whether the next can be tried.
    pub fn step(&mut self, began: Instant, outcome: Outcome) -> bool {
        match outcome {
            Outcome::Passed(found) => self.line(0, Some(began.elapsed()), &found),
            Outcome::Skipped(why) => self.line(2, None, &why),
            Outcome::Failed(problem, exit) => {
                self.line(1, Some(began.elapsed()), &problem.what);
                if !problem.advice.is_empty() {
                    let indent = " ".repeat(WIDEST + 13);
                    let advice = format!("{indent}{}\n", clean(&problem.advice));
                    self.text.push_str(&advice);
                    self.print(&advice);
                }
                // The first trouble is the one to begin with.
                if self.exit == Exit::Done {
                    self.exit = exit;
                }
                return false;
            }
        }
        true
    }

    /// The steps up to one (from 0) are not tried, where they have not been.
    fn skip_to(&mut self, step: usize) {
        while self.next < step {
            self.line(2, None, "not tried");
        }
    }

    /// The steps from here on are these instead: the first ones are the same.
    pub fn go_on_by(&mut self, steps: &'static [&'static str]) {
        self.steps = steps;
    }

    /// What is left before the last step is not tried.
    pub fn skip_to_last(&mut self) {
        self.skip_to(self.steps.len() - 1);
    }

    /// Whatever is left is not tried.
    pub fn finish(&mut self) {
        self.skip_to(self.steps.len());
    }
}
