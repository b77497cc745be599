//! The first screen: where to sign in, as whom; tried before the board opens.

use std::future::Future;
use std::pin::pin;

use crossterm::event::{Event, EventStream, KeyCode, KeyEventKind, KeyModifiers};
use futures_util::StreamExt;
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use secrecy::{ExposeSecret, SecretString};
use tui_input::Input;

use super::fit::{fit, wrap};
use super::keys::input_request;
use super::pane;
use super::run::TuiError;
use super::screen::Look;
use super::terminal::Screen;
use crate::link::Problem;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Host, host:port or URL of the server.
    Server,
    /// The application user's name.
    AppUser,
    /// The application user's password.
    Password,
    /// The end user's name.
    User,
    /// What is added to a contact that is typed without a domain.
    Domain,
    /// Whether it is saved.
    Save,
}

impl Field {
    /// All fields in their order, each with its name and what it is for.
    const ALL: [(Field, &'static str, &'static str); 6] = [
        (
            Field::Server,
            "Server",
            "host name of the presence server, such as cup.example.com",
        ),
        (
            Field::AppUser,
            "App user",
            "the application user that the administrator made for this",
        ),
        (
            Field::Password,
            "Password",
            "the application user's password, not your own",
        ),
        (
            Field::User,
            "Your user",
            "your own user name, as on the phone or in Jabber",
        ),
        (
            Field::Domain,
            "Domain",
            "added to a contact typed without one, such as example.com",
        ),
        (
            Field::Save,
            "Save",
            "space: keep this in the settings, readable by you alone",
        ),
    ];
}

/// What was typed.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Host, host:port or URL of the server.
    pub server: String,
    /// The application user's name.
    pub app_user: String,
    /// The application user's password.
    pub password: SecretString,
    /// The end user's name.
    pub user: String,
    /// Added to a contact that is typed without a domain.
    pub domain: String,
    /// The fingerprint of the one certificate to trust (`sha256:…`), once the user said so.
    pub pin: Option<String>,
    /// Whether to save it.
    pub save: bool,
}

/// What came of trying a draft.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Both sign-ins were accepted.
    Accepted,
    /// Something is wrong, and most likely with this field.
    Refused(Field, Problem),
    /// The server's certificate is not known; this is its fingerprint (`sha256:…`).
    UnknownCertificate(String),
}

/// How the user left the form.
#[derive(Clone, Debug)]
pub enum SignInOutcome {
    /// Signed in with this.
    Accepted(Draft),
    /// The demo was chosen.
    Demo,
    /// Neither.
    Left,
}

/// The state of the form.
pub struct SignInForm {
    fields: [Input; 5],
    save: bool,
    pin: Option<String>,
    focus: usize,
    said: Said,
}

/// What the form says under its fields.
enum Said {
    Nothing,
    Trying,
    Problem(Problem),
    UnknownCertificate(String),
}

/// What the user wants.
#[derive(Debug, PartialEq, Eq)]
pub enum Wish {
    /// Nothing yet.
    Stay,
    /// Try what is typed.
    Try,
    /// The demo.
    Demo,
    /// To leave.
    Leave,
}

impl SignInForm {
    /// A form with what is known already.
    pub fn new(draft: &Draft) -> SignInForm {
        let input = |text: &str| Input::from(text);
        let mut form = SignInForm {
            fields: [
                input(&draft.server),
                input(&draft.app_user),
                input(draft.password.expose_secret()),
                input(&draft.user),
                input(&draft.domain),
            ],
            save: draft.save,
            pin: draft.pin.clone(),
            focus: 0,
            said: Said::Nothing,
        };
        form.focus = (0..5)
            .find(|&at| form.fields[at].value().is_empty())
            .unwrap_or(0);
        form
    }

    /// What is typed now.
    pub fn draft(&self) -> Draft {
        let text = |at: usize| self.fields[at].value().trim().to_string();
        Draft {
            server: text(0),
            app_user: text(1),
            password: SecretString::from(self.fields[2].value()),
            user: text(3),
            domain: text(4),
            pin: self.pin.clone(),
            save: self.save,
        }
    }

    /// Takes in a key press.
    pub fn on_key(&mut self, key: crossterm::event::KeyEvent) -> Wish {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let last = Field::ALL.len() - 1;
        match key.code {
            KeyCode::Char('c') if control => return Wish::Leave,
            KeyCode::Char('d') if control => return Wish::Demo,
            KeyCode::Char('t') if control => return self.trust(),
            KeyCode::F(2) => return Wish::Demo,
            KeyCode::Esc => return Wish::Leave,
            KeyCode::Enter => return self.enter(),
            KeyCode::Tab | KeyCode::Down => self.focus = (self.focus + 1) % (last + 1),
            KeyCode::BackTab | KeyCode::Up => self.focus = (self.focus + last) % (last + 1),
            KeyCode::Char(' ') if self.focus == last => self.save = !self.save,
            _ => {
                if let (Some(field), Some(request)) =
                    (self.fields.get_mut(self.focus), input_request(key))
                {
                    field.handle(request);
                    if !matches!(self.said, Said::Trying) {
                        self.said = Said::Nothing;
                    }
                    if self.focus == 0 {
                        // Another server has another certificate.
                        self.pin = None;
                    }
                }
            }
        }
        Wish::Stay
    }

    /// Takes in pasted text.
    pub fn on_paste(&mut self, text: &str) {
        if let Some(field) = self.fields.get_mut(self.focus) {
            for character in text
                .trim()
                .chars()
                .filter(|character| !character.is_control())
            {
                field.handle(tui_input::InputRequest::InsertChar(character));
            }
        }
    }

    /// Enter goes to the next empty field; when none is left, it tries.
    fn enter(&mut self) -> Wish {
        let needed = [0, 1, 2, 3];
        let empty = |at: &&usize| self.fields[**at].value().trim().is_empty();
        match needed.iter().find(empty) {
            Some(&at) => {
                if at == self.focus {
                    let (_, name, _) = Field::ALL[at];
                    self.said = Said::Problem(Problem {
                        what: format!("{name} is needed"),
                        advice: "Ask the administrator of the phones if you do not know it.".into(),
                    });
                }
                self.focus = at;
                Wish::Stay
            }
            None => {
                self.said = Said::Trying;
                Wish::Try
            }
        }
    }

    fn trust(&mut self) -> Wish {
        match std::mem::replace(&mut self.said, Said::Nothing) {
            Said::UnknownCertificate(fingerprint) => {
                self.pin = Some(fingerprint);
                self.said = Said::Trying;
                Wish::Try
            }
            other => {
                self.said = other;
                Wish::Stay
            }
        }
    }

    /// Takes in what came of trying.
    pub fn on_verdict(&mut self, verdict: Verdict) {
        self.said = match verdict {
            Verdict::Accepted => Said::Nothing,
            Verdict::Refused(field, problem) => {
                self.focus = Field::ALL
                    .iter()
                    .position(|row| row.0 == field)
                    .unwrap_or(0);
                Said::Problem(problem)
            }
            Verdict::UnknownCertificate(fingerprint) => Said::UnknownCertificate(fingerprint),
        };
    }

    /// Draws the form over the whole screen.
    pub fn draw(&self, screen: &mut Frame<'_>, look: &Look) {
        const TYPED_AT: u16 = 11;
        let area = screen.area();
        let framed = area.width >= 40 && area.height >= 14;
        let area = if framed {
            let width = area.width.min(84);
            Rect {
                x: area.x + (area.width - width) / 2,
                width,
                ..area
            }
        } else {
            area
        };
        let inside = if framed {
            pane::frame(screen.buffer_mut(), area, "whosin: sign in", look)
        } else {
            area
        };
        let width = usize::from(inside.width);
        let room = usize::from(inside.width.saturating_sub(TYPED_AT + 1)).max(1);
        for (place, (field, name, hint)) in Field::ALL.iter().enumerate() {
            let y = inside.y + place as u16;
            if y >= inside.bottom() {
                return;
            }
            let focused = place == self.focus;
            let buffer = screen.buffer_mut();
            let label = if focused {
                look.theme.key()
            } else {
                look.theme.dim()
            };
            buffer.set_stringn(inside.x + 1, y, name, width, label);
            let at = inside.x + TYPED_AT;
            if *field == Field::Save {
                let mark = if self.save { "[x]" } else { "[ ]" };
                let style = if focused {
                    look.theme.key()
                } else {
                    Style::new()
                };
                buffer.set_stringn(at, y, mark, room, style);
                buffer.set_stringn(
                    at + 4,
                    y,
                    fit(hint, room.saturating_sub(4)),
                    room,
                    look.theme.dim(),
                );
                if focused {
                    screen.set_cursor_position(Position::new(at + 1, y));
                }
                continue;
            }
            let input = &self.fields[place];
            let scroll = input.visual_scroll(room);
            if input.value().is_empty() {
                buffer.set_stringn(at, y, fit(hint, room), room, look.theme.dim());
            } else {
                let secret = *field == Field::Password;
                let shown = input.value().chars().skip(scroll);
                let value: String = if secret {
                    shown.map(|_| '*').collect()
                } else {
                    shown.collect()
                };
                buffer.set_stringn(at, y, value, room, Style::new());
            }
            if focused {
                let line = Rect {
                    x: at,
                    y,
                    width: room as u16,
                    height: 1,
                }
                .intersection(inside);
                buffer.set_style(line, Style::new().add_modifier(Modifier::UNDERLINED));
                let cursor = input.visual_cursor().saturating_sub(scroll).min(room - 1) as u16;
                screen.set_cursor_position(Position::new(at + cursor, y));
            }
        }
        let mut y = inside.y + Field::ALL.len() as u16 + 1;
        let mut say = |words: &str, style: Style| {
            for line in wrap(words, width.saturating_sub(2).max(1)) {
                if y < inside.bottom() {
                    screen
                        .buffer_mut()
                        .set_stringn(inside.x + 1, y, line, width, style);
                    y += 1;
                }
            }
        };
        match &self.said {
            Said::Nothing => {}
            Said::Trying => say("Signing in…", look.theme.notice()),
            Said::Problem(problem) => {
                say(&problem.what, look.theme.trouble());
                say(&problem.advice, Style::new());
            }
            Said::UnknownCertificate(fingerprint) => {
                say(
                    "The server's certificate is not known here. Its fingerprint is",
                    look.theme.trouble(),
                );
                say(fingerprint, Style::new());
                say(
                    "Ask the administrator whether it is the right one. ctrl-t trusts exactly this one.",
                    Style::new(),
                );
            }
        }
        let hints = "enter sign in  tab next field  F2 demo, without a server  esc leave";
        let bottom = inside.bottom().saturating_sub(1);
        screen.buffer_mut().set_stringn(
            inside.x + 1,
            bottom,
            fit(hints, width.saturating_sub(1)),
            width,
            look.theme.dim(),
        );
    }
}

/// Shows the form until something is accepted or the user leaves it. `attempt` tries a draft; it
/// is dropped, and so ended, when the user leaves meanwhile.
///
/// # Errors
/// [`TuiError`] where the terminal cannot be used.
pub async fn sign_in<F, Trying>(
    look: &Look,
    draft: &Draft,
    attempt: F,
) -> Result<SignInOutcome, TuiError>
where
    F: Fn(Draft) -> Trying,
    Trying: Future<Output = Verdict>,
{
    let mut form = SignInForm::new(draft);
    let mut screen = Screen::enter(false)?;
    let mut events = EventStream::new();
    loop {
        screen.draw(|frame| form.draw(frame, look))?;
        match next_wish(&mut form, &mut events, &mut screen, look).await? {
            Wish::Leave => return Ok(SignInOutcome::Left),
            Wish::Demo => return Ok(SignInOutcome::Demo),
            Wish::Stay => {}
            Wish::Try => {
                screen.draw(|frame| form.draw(frame, look))?;
                let draft = form.draft();
                let mut trying = pin!(attempt(draft.clone()));
                let verdict = loop {
                    tokio::select! {
                        verdict = &mut trying => break verdict,
                        event = events.next() => {
                            let leaves = |key: crossterm::event::KeyEvent| {
                                key.code == KeyCode::Esc
                                    || (key.code == KeyCode::Char('c')
                                        && key.modifiers.contains(KeyModifiers::CONTROL))
                            };
                            match event {
                                Some(Ok(Event::Key(key))) if leaves(key) => {
                                    return Ok(SignInOutcome::Left);
                                }
                                Some(Ok(_)) => {}
                                Some(Err(_)) | None => return Ok(SignInOutcome::Left),
                            }
                        }
                    }
                };
                if matches!(verdict, Verdict::Accepted) {
                    return Ok(SignInOutcome::Accepted(draft));
                }
                form.on_verdict(verdict);
            }
        }
    }
}

async fn next_wish(
    form: &mut SignInForm,
    events: &mut EventStream,
    screen: &mut Screen,
    look: &Look,
) -> Result<Wish, TuiError> {
    loop {
        match events.next().await {
            Some(Ok(Event::Key(key))) if key.kind != KeyEventKind::Release => {
                match form.on_key(key) {
                    Wish::Stay => {}
                    wish => return Ok(wish),
                }
            }
            Some(Ok(Event::Paste(text))) => form.on_paste(&text),
            Some(Ok(Event::Resize(..))) => screen.redraw()?,
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return Ok(Wish::Leave),
        }
        screen.draw(|frame| form.draw(frame, look))?;
    }
}
