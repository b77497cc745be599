//! The loop: sleeps until a key, a message, or a change that time brings; then updates the board
//! and draws what changed.

use std::io::{self, IsTerminal};
use std::ops::ControlFlow;
use std::task::Poll;
use std::time::{Duration, Instant};

use crossterm::event::{Event, EventStream, KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use futures_util::StreamExt;
use jiff::Timestamp;
use ratatui::layout::Rect;
use thiserror::Error;
use tokio::sync::{mpsc, watch};

use super::bells::Bells;
use super::keys::Keys;
use super::look::{Look, Scene};
use super::screen::{Layout, Target, Targets, draw};
use super::terminal::Screen;
use super::theme::{Answer, Background, Heard};
use crate::board::{
    Action, Board, ContactId, Effect, Heading, Message, TerminalEffect, UserMessage, WorldEffect,
    WorldMessage,
};
use crate::sys::console;
use crate::sys::job::{self, JobEvent, JobEvents};
use crate::sys::signals::{End, Signals};

/// Frames that nobody waits for are at least this far apart.
const FRAME: Duration = Duration::from_millis(16);
/// Two clicks within this time are a double click.
const DOUBLE_CLICK: Duration = Duration::from_millis(400);
/// The terminal is asked for its background again where it was asked longer ago than this, and the
/// board wakes anyhow.
const ASKED_LATELY: Duration = Duration::from_secs(10);
/// So many waiting messages are taken in before the next frame.
const AT_ONCE: usize = 256;

/// Why the board could not be shown.
#[derive(Debug, Error)]
pub enum TuiError {
    /// The output goes elsewhere.
    #[error(
        "the output is no terminal, and whosin needs one; 'whosin status' and 'whosin watch' do not"
    )]
    NoTerminal,
    /// The terminal refused.
    #[error("the terminal cannot be used: {0}. whosin needs one; 'whosin status' does not")]
    Terminal(#[from] io::Error),
}

/// Shows the board until the user leaves it, or what has ended it. Messages come in from the world, and the keys where the
/// user sets them anew; effects that are not the terminal's go out to it.
///
/// # Errors
/// [`TuiError`] where the terminal cannot be used.
pub async fn run(
    board: Board,
    look: Look,
    messages: mpsc::Receiver<WorldMessage>,
    keys: watch::Receiver<Keys>,
    effects: mpsc::UnboundedSender<WorldEffect>,
) -> Result<Option<End>, TuiError> {
    if !io::stdout().is_terminal() {
        return Err(TuiError::NoTerminal);
    }
    // From here on no signal ends the program with the terminal still taken.
    let signals = (Signals::new()?, JobEvents::new()?);
    let mut screen = Screen::enter(board.mouse())?;
    let variable = |name: &str| std::env::var(name).ok();
    let answer = if look.themes.by_background() && Background::can_be_asked(variable) {
        screen.ask_for_background()?;
        screen.follow_focus()?;
        Some(Answer::default())
    } else {
        None
    };
    let asked = Asked {
        at: Instant::now(),
        has_answered: false,
    };
    let area = crossterm::terminal::size().map(|(width, height)| Rect::new(0, 0, width, height))?;
    let inside_tmux = console::is_in_tmux();
    let event_loop = EventLoop {
        board,
        look,
        screen,
        area,
        targets: Targets::default(),
        bells: Bells::default(),
        effects,
        inside_tmux,
        answer,
        asked,
        last_click: None,
        dragged: None,
    };
    event_loop.run(messages, keys, signals).await
}

struct EventLoop {
    board: Board,
    look: Look,
    screen: Screen,
    area: Rect,
    targets: Targets,
    bells: Bells,
    effects: mpsc::UnboundedSender<WorldEffect>,
    inside_tmux: bool,
    /// What came so far of the terminal's word on its background; `None` where it was not asked, or
    /// has answered.
    answer: Option<Answer>,
    asked: Asked,
    last_click: Option<(Instant, Target)>,
    dragged: Option<ContactId>,
}

/// When the terminal was asked for its background, and whether it ever answers.
struct Asked {
    at: Instant,
    has_answered: bool,
}

impl EventLoop {
    async fn run(
        mut self,
        mut messages: mpsc::Receiver<WorldMessage>,
        mut keys: watch::Receiver<Keys>,
        (mut signals, mut job): (Signals, JobEvents),
    ) -> Result<Option<End>, TuiError> {
        let mut events = EventStream::new();
        let mut drawn = self.draw()?;
        let mut waiting_since: Option<Instant> = None;
        loop {
            let now = Timestamp::now();
            let time_brings = self.board.next_change(now).map(|at| {
                let left = at.duration_since(now).max(jiff::SignedDuration::ZERO);
                Instant::now() + left.unsigned_abs() + Duration::from_millis(1)
            });
            let frame_due = waiting_since.map(|_| drawn + FRAME);
            let wakes = [time_brings, frame_due, self.bells.due()];
            let wake = wakes.into_iter().flatten().min();
            let mut by_hand = false;
            tokio::select! {
                event = events.next() => {
                    by_hand = true;
                    match event {
                        Some(Ok(event)) => if self.on_event(event)?.is_break() { return Ok(None) },
                        // The terminal is gone, and with it the reason to stay.
                        Some(Err(_)) | None => return Ok(Some(End::HangUp)),
                    }
                }
                Some(message) = messages.recv() => {
                    waiting_since.get_or_insert_with(Instant::now);
                    if self.update(message)?.is_break() { return Ok(None) }
                }
                Ok(()) = keys.changed() => {
                    self.look.keys = keys.borrow_and_update().clone();
                }
                end = signals.next() => return Ok(Some(end)),
                event = job.next() => {
                    self.on_job(event)?;
                    by_hand = true;
                }
                () = sleep_until(wake) => {
                    waiting_since.get_or_insert_with(Instant::now);
                    if self.update(Message::Tick)?.is_break() { return Ok(None) }
                }
            }
            if self.bells.take(Instant::now()) {
                self.screen.bell()?;
            }
            for _ in 0..AT_ONCE {
                let Ok(message) = messages.try_recv() else {
                    break;
                };
                if self.update(message)?.is_break() {
                    return Ok(None);
                }
            }
            while let Some(Ok(event)) = waiting(&mut events).await {
                by_hand = true;
                if self.on_event(event)?.is_break() {
                    return Ok(None);
                }
            }
            // Nothing is drawn on a screen that others have used meanwhile.
            while let Some(event) = just_now(&mut job).await {
                self.on_job(event)?;
                by_hand = true;
            }
            // It may have changed without the user's going elsewhere: in the evening, or behind tmux,
            // which seldom reports who comes to the front.
            if !by_hand && self.asked.has_answered && self.asked.at.elapsed() > ASKED_LATELY {
                self.ask_for_background()?;
            }
            if by_hand || drawn.elapsed() >= FRAME {
                drawn = self.draw()?;
                waiting_since = None;
            }
        }
    }

    fn on_job(&mut self, event: JobEvent) -> io::Result<()> {
        match event {
            JobEvent::StopRequested => self.suspend(),
            JobEvent::Continued => self.screen.retake(),
        }
    }

    fn draw(&mut self) -> Result<Instant, TuiError> {
        let now = Timestamp::now();
        let layout = Layout::of(self.area, &self.board, now);
        if let Some(room) = layout.room() {
            let effects = self.board.fit(room);
            // A change of room never ends the board.
            let _ = self.carry_out(effects)?;
        }
        let EventLoop {
            board,
            look,
            screen,
            targets,
            ..
        } = self;
        let scene = Scene { board, look, now };
        screen.draw(|frame| *targets = draw(frame, &layout, scene))?;
        self.board.limit_scroll(self.targets.last_scroll);
        Ok(Instant::now())
    }

    fn update(&mut self, message: impl Into<Message>) -> Result<ControlFlow<()>, TuiError> {
        let effects = self.board.update(message, Timestamp::now());
        self.carry_out(effects)
    }

    fn carry_out(&mut self, effects: Vec<Effect>) -> Result<ControlFlow<()>, TuiError> {
        for effect in effects {
            match effect {
                Effect::Terminal(TerminalEffect::Quit) => return Ok(ControlFlow::Break(())),
                Effect::Terminal(effect) => self.carry_out_here(effect)?,
                // Nobody listens only while everything is being taken down.
                Effect::World(effect) => drop(self.effects.send(effect)),
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn carry_out_here(&mut self, effect: TerminalEffect) -> io::Result<()> {
        match effect {
            TerminalEffect::Look(choice) => self.look.follow(&choice),
            TerminalEffect::Ring { words, bells } => {
                self.screen.notify(&words, self.inside_tmux)?;
                self.bells.ring(bells, Instant::now());
            }
            TerminalEffect::Copy(text) if self.inside_tmux => {
                // Nobody listens only while everything is being taken down.
                let _ = self.effects.send(WorldEffect::CopyThroughTmux(text));
            }
            TerminalEffect::Copy(text) => {
                self.screen.copy(&text)?;
                // Whether the terminal allows it cannot be known.
                let words = format!("{text} is sent to the terminal, to be copied");
                self.board
                    .update(WorldMessage::Notice(words), Timestamp::now());
            }
            TerminalEffect::Mouse(mouse) => self.screen.set_mouse(mouse)?,
            TerminalEffect::Redraw => self.screen.redraw()?,
            TerminalEffect::Suspend => self.suspend()?,
            TerminalEffect::Quit => {}
        }
        Ok(())
    }

    /// Stops until a shell continues the job; where none waits for it, says so.
    fn suspend(&mut self) -> io::Result<()> {
        if job::can_stop() {
            return self.screen.suspend();
        }
        let words = "No shell waits behind this terminal: ctrl-z has nowhere to go".into();
        self.board
            .update(WorldMessage::Notice(words), Timestamp::now());
        Ok(())
    }

    fn on_event(&mut self, event: Event) -> Result<ControlFlow<()>, TuiError> {
        match event {
            Event::Key(key) if self.hear(key) => Ok(ControlFlow::Continue(())),
            Event::Key(key) => match self.look.keys.message(key, &self.board) {
                Some(message) => self.update(message),
                None => Ok(ControlFlow::Continue(())),
            },
            Event::Paste(text) => self.update(UserMessage::Paste(text)),
            Event::Mouse(mouse) => self.on_mouse(mouse),
            Event::Resize(width, height) => {
                self.area = Rect::new(0, 0, width, height);
                self.screen.redraw()?;
                Ok(ControlFlow::Continue(()))
            }
            // Only then it may have another background: whoever changed it was elsewhere. The console
            // of Windows reports it unasked, and cannot be asked for its background.
            Event::FocusGained if self.screen.follows_focus() => {
                self.ask_for_background()?;
                Ok(ControlFlow::Continue(()))
            }
            Event::FocusGained | Event::FocusLost => Ok(ControlFlow::Continue(())),
        }
    }

    fn ask_for_background(&mut self) -> io::Result<()> {
        self.screen.ask_for_background()?;
        self.answer = Some(Answer::default());
        self.asked.at = Instant::now();
        Ok(())
    }

    /// Whether a key press belongs to the terminal's word on its background.
    fn hear(&mut self, key: KeyEvent) -> bool {
        match self.answer.as_mut().map(|answer| answer.hear(key)) {
            None | Some(Heard::Key) => false,
            Some(Heard::Part) => true,
            Some(Heard::Background(background)) => {
                self.answer = None;
                self.asked.has_answered = true;
                self.look.see(background);
                true
            }
        }
    }

    fn on_mouse(&mut self, mouse: MouseEvent) -> Result<ControlFlow<()>, TuiError> {
        let target = self.targets.at(mouse.column, mouse.row).cloned();
        match mouse.kind {
            MouseEventKind::ScrollUp => self.update(UserMessage::Scroll(-2)),
            MouseEventKind::ScrollDown => self.update(UserMessage::Scroll(2)),
            MouseEventKind::Down(MouseButton::Left) => {
                let Some(target) = target else {
                    return Ok(ControlFlow::Continue(()));
                };
                let again = self
                    .last_click
                    .take()
                    .is_some_and(|(when, last)| last == target && when.elapsed() < DOUBLE_CLICK);
                if !again {
                    self.last_click = Some((Instant::now(), target.clone()));
                }
                match target {
                    Target::Contact(_) if again => self.update(UserMessage::Act(Action::Open)),
                    Target::Contact(id) => {
                        self.dragged = Some(id.clone());
                        self.update(UserMessage::Select(id))
                    }
                    Target::Heading(heading) => self.update(UserMessage::Fold(heading)),
                    Target::Button(action) => self.update(UserMessage::Act(action)),
                    Target::Field(place) => self.update(UserMessage::Point(place)),
                    Target::Tab(place) => self.update(UserMessage::Tab(place)),
                    Target::Found(place) => self.update(UserMessage::PointAtFound(place)),
                }
            }
            MouseEventKind::Up(MouseButton::Left) => {
                let Some(id) = self.dragged.take() else {
                    return Ok(ControlFlow::Continue(()));
                };
                let heading = match target {
                    Some(Target::Heading(heading)) => heading,
                    Some(Target::Contact(other)) if other != id => match self.board.entry(&other) {
                        Some(entry) => Heading::of(&entry.contact),
                        None => return Ok(ControlFlow::Continue(())),
                    },
                    _ => return Ok(ControlFlow::Continue(())),
                };
                self.update(UserMessage::Drop(id, heading))
            }
            _ => Ok(ControlFlow::Continue(())),
        }
    }
}

/// The event that waits already, if any. The task's own waker goes along: the stream keeps the first
/// that it is given, and would wake nobody later if that were another.
async fn waiting(events: &mut EventStream) -> Option<io::Result<Event>> {
    std::future::poll_fn(|context| match events.poll_next_unpin(context) {
        Poll::Ready(event) => Poll::Ready(event),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

/// What has just happened to the job, if anything has: a process that was stopped goes on with a
/// timer as likely as with the signal. The runtime looks for signals while this yields to it.
async fn just_now(job: &mut JobEvents) -> Option<JobEvent> {
    tokio::select! {
        biased;
        event = job.next() => Some(event),
        () = tokio::task::yield_now() => None,
    }
}

async fn sleep_until(wake: Option<Instant>) {
    match wake {
        Some(wake) => tokio::time::sleep_until(wake.into()).await,
        None => std::future::pending().await,
    }
}
