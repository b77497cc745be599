//! A line for each change.

use std::io::{self, IsTerminal};

use jiff::Timestamp;
use ratatui::backend::IntoCrossterm;
use ratatui::crossterm::style::ContentStyle;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::answers::chosen;
use super::hooks::HookRunner;
use super::output::{json_line, print_exactly};
use super::watcher::{Event, Watcher, clock};
use super::{CommandError, complain, load, look};
use crate::board::{Entry, Roster, Standing, Trouble};
use crate::calling::Hook;
use crate::cli::{Exit, Options, Watch};
use crate::feed::Update;
use crate::link::{Link, LinkState, Report};
use crate::memory::snapshot::{LinkWord, Person, SCHEMA};
use crate::presence::{Address, Availability, Presence, clean};
use crate::sys::reader::Reader;
use crate::tui::{Look, fit, lower_first};

/// A name takes no more cells than this, where they stand in columns.
const NAME: usize = 24;

/// Prints the present states, then each change, until it is ended or nobody reads.
pub async fn watch(options: &Options, watch: &Watch) -> Result<Exit, CommandError> {
    let settings = load(options)?;
    let wanted = chosen(&watch.whom, &settings)?;
    let exec = if watch.exec.is_empty() {
        None
    } else if settings.allow_actions.value {
        Some((Hook::new(&watch.exec)?, HookRunner::start()))
    } else {
        return Err(CommandError::NoAction(
            "the settings allow no actions".into(),
        ));
    };
    let mut watcher = Watcher::start(&settings, wanted).await?;
    let form = if watch.json {
        Form::Json
    } else if watch.plain || !io::stdout().is_terminal() {
        Form::Plain
    } else {
        Form::Columns(Box::new(look(&settings)?))
    };
    let mut watching = Watching {
        form,
        exec,
        in_trouble: false,
        reader: Reader::of_standard_output(),
    };
    let ended = watching.until_the_end(&mut watcher).await;
    watcher.leave().await;
    ended
}

struct Watching {
    form: Form,
    /// What each change runs, and with what.
    exec: Option<(Hook, HookRunner)>,
    /// Trouble with the link was printed, and is not over.
    in_trouble: bool,
    reader: Reader,
}

/// How the lines look.
enum Form {
    /// Words with two spaces between.
    Plain,
    /// Aligned, with icons and colours, for a terminal.
    Columns(Box<Look>),
    /// One JSON object each.
    Json,
}

impl Watching {
    async fn until_the_end(&mut self, watcher: &mut Watcher) -> Result<Exit, CommandError> {
        loop {
            let event = tokio::select! {
                event = watcher.next() => event,
                words = failure(&mut self.exec) => {
                    complain(format_args!("whosin: {words}"));
                    continue;
                }
                () = self.reader.is_gone() => return Ok(Exit::Done),
            };
            let goes_on = match event {
                Event::End(exit) => return Ok(exit),
                // Notices are about a presence that was set here: nobody did.
                Event::Update(Update::Notice(_) | Update::NewHost(_)) => true,
                Event::Update(Update::ClockSet(by)) => {
                    watcher.roster.shift(by);
                    true
                }
                Event::Update(Update::Reports(reports)) => {
                    self.reports(&mut watcher.roster, &reports)?
                }
                Event::Update(Update::Link(link)) => {
                    let goes_on = self.link(&link)?;
                    watcher.roster.set_link(link, Timestamp::now());
                    goes_on
                }
            };
            if !goes_on {
                return Ok(Exit::Done);
            }
        }
    }

    /// Tells what is new in these. Whether anybody still reads.
    fn reports(&self, roster: &mut Roster, reports: &[Report]) -> Result<bool, CommandError> {
        let mut lines = String::new();
        for report in reports {
            let before = summary_of(roster, &report.address);
            let changed = roster.learn(report);
            let after = summary_of(roster, &report.address);
            let (Some(after), Some(entry)) = (&after, roster.entry(&report.address)) else {
                continue;
            };
            if changed {
                self.run(roster, entry, report.at);
            }
            if before.as_ref() != Some(after) {
                let kind = match before {
                    None => Kind::State,
                    Some(_) => Kind::Change,
                };
                lines.push_str(&self.form.person(kind, report.at, roster, entry, after));
            }
        }
        print_exactly(&lines)
    }

    /// Runs what each change runs, for a contact whose state has changed.
    fn run(&self, roster: &Roster, entry: &Entry, at: Timestamp) {
        let Some((hook, runner)) = &self.exec else {
            return;
        };
        let filled = hook.fill(entry.subject(roster.confirmed_after(at)));
        let filled = filled.map_err(|misfit| misfit.to_string());
        if let Err(words) = filled.and_then(|invocation| runner.run(invocation)) {
            complain(format_args!("whosin: {words}"));
        }
    }

    /// Tells of trouble once, and of its end. Whether anybody still reads.
    fn link(&mut self, link: &Link) -> Result<bool, CommandError> {
        let (word, words) = match &link.state {
            LinkState::SigningIn => return Ok(true),
            LinkState::Refused { problem, .. } => {
                let problem = Box::new(problem.clone());
                return Err(CommandError::Server(problem, Exit::Refused));
            }
            // One line is enough, however the words change from try to try.
            LinkState::Trouble { .. } if self.in_trouble => return Ok(true),
            LinkState::Trouble { problem, .. } => {
                self.in_trouble = true;
                let words = format!("{}. {}", problem.what, problem.advice);
                (LinkWord::Trouble, words)
            }
            LinkState::Up if !std::mem::take(&mut self.in_trouble) => return Ok(true),
            LinkState::Up => (LinkWord::Up, format!("{} answers again", link.server)),
        };
        print_exactly(&self.form.link(word, words.trim()))
    }
}

/// Why a command that a change ran failed; never, where nothing is run.
async fn failure(exec: &mut Option<(Hook, HookRunner)>) -> String {
    match exec {
        Some((_, runner)) => runner.failure().await,
        None => std::future::pending().await,
    }
}

/// What a line shows of a contact: where it changes, another line is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Summary {
    availability: Option<Availability>,
    words: String,
    note: Option<String>,
}

/// What a line shows of a contact now; `None` before its first answer.
fn summary_of(roster: &Roster, address: &Address) -> Option<Summary> {
    let entry = roster.entry(address)?;
    let known = entry.presence();
    let was = || known.map(|presence| format!(" (was {})", lower_first(presence.label())));
    let words = match &entry.trouble {
        None => known?.label().to_string(),
        Some(Trouble::NotAnswered) => format!("Not answered{}", was().unwrap_or_default()),
        Some(Trouble::Refused(words)) => format!("Refused by server: {words}"),
        Some(Trouble::Unreadable(words)) => words.clone(),
    };
    let sure = known.filter(|_| entry.trouble.is_none());
    Some(Summary {
        availability: sure.map(|presence| presence.availability),
        words,
        note: sure.and_then(|presence| presence.note.clone()),
    })
}

/// `watch --json`, schema 1: fields are only ever added.
#[derive(Serialize)]
struct JsonLine<'a> {
    schema: u32,
    kind: Kind,
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<Person>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<LinkWord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<&'a str>,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    State,
    Change,
    Link,
}

impl Form {
    fn person(
        &self,
        kind: Kind,
        at: Timestamp,
        roster: &Roster,
        entry: &Entry,
        summary: &Summary,
    ) -> String {
        let (name, words) = (clean(entry.name()), clean(&summary.words));
        let note = clean(summary.note.as_deref().unwrap_or_default());
        match self {
            Form::Json => json(&JsonLine {
                schema: SCHEMA,
                kind,
                at: seconds(at),
                contact: Some(Person::of(entry, roster.confirmed_after(at), at)),
                link: None,
                words: None,
            }),
            Form::Plain => line(&[&clock(at), &name, &words, &note]),
            Form::Columns(look) => {
                let names = roster.entries().iter().map(|entry| entry.name().width());
                let width = names.max().unwrap_or_default().min(NAME);
                let name = fit(&name, width);
                let gap = " ".repeat(width.saturating_sub(name.width()));
                let sure = entry.standing(roster.confirmed_after(at)) == Standing::Fresh;
                let glyph = entry.presence().filter(|_| sure).map_or_else(
                    || Availability::Unknown.glyph(look.icons).to_string(),
                    |presence: &Presence| presence.glyph(look.icons).to_string(),
                );
                let style = summary
                    .availability
                    .map_or(look.theme.dim(), |state| look.theme.state(state));
                let style: ContentStyle = style.into_crossterm();
                // Colour around words only: what is copied from the screen has no tails.
                let state = style.apply(format!("{glyph} {words}"));
                line(&[
                    &clock(at),
                    &format!("{name}{gap}"),
                    &state.to_string(),
                    &note,
                ])
            }
        }
    }

    fn link(&self, word: LinkWord, words: &str) -> String {
        let (at, words) = (Timestamp::now(), clean(words));
        match self {
            Form::Json => json(&JsonLine {
                schema: SCHEMA,
                kind: Kind::Link,
                at: seconds(at),
                contact: None,
                link: Some(word),
                words: Some(&words),
            }),
            Form::Plain | Form::Columns(_) => line(&[&clock(at), &format!("! {words}")]),
        }
    }
}

fn line(cells: &[&str]) -> String {
    let line = cells.join("  ");
    format!("{}\n", line.trim_end())
}

fn json(line: &JsonLine<'_>) -> String {
    json_line(line).expect("it has no keys but texts")
}

fn seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}
