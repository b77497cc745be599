//! The first screen: where to sign in, and as whom. The board opens once the server accepts it.

use secrecy::{ExposeSecret, SecretString};
use tui_input::Input;

use super::field::{Field, FormLine, Value};
use super::form::{Form, Purpose};
use super::{Action, Board, Pane, SignInEffect, TerminalEffect, WorldEffect};
use crate::link::Problem;

/// Where presence is asked for, and as whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// At the presence server, by a session of one's own.
    Service {
        /// Host, host:port or URL of the server.
        server: String,
        /// The application user's name.
        app_user: String,
        /// The end user's name.
        user: String,
    },
    /// At a broker, where somebody else's feed is shared: `mqtts://user@host/prefix`.
    Broker(String),
}

/// What is typed into the sign-in form.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Where to sign in, and as whom.
    pub way: Way,
    /// The application user's password, or that of the broker's user.
    pub password: SecretString,
    /// Added to a contact that is typed without a domain.
    pub domain: String,
    /// The fingerprint of the one certificate to trust (`sha256:…`), once the user has confirmed it.
    pub pin: Option<String>,
    /// Whether to save it.
    pub save: bool,
}

impl PartialEq for Draft {
    fn eq(&self, other: &Draft) -> bool {
        let texts = |draft: &Draft| {
            let Draft {
                way, domain, pin, ..
            } = draft.clone();
            (way, domain, pin, draft.save)
        };
        texts(self) == texts(other)
            && self.password.expose_secret() == other.password.expose_secret()
    }
}

/// What happens to the sign-in form from outside.
#[derive(Clone, Debug)]
pub enum SignInMessage {
    /// Something is missing to sign in: opens the form with what is known.
    Needed(Draft),
    /// Both sign-ins were accepted, or the demo has started: opens the board.
    Accepted {
        /// Added to a contact that is typed without a domain.
        domain: Option<String>,
    },
    /// Something is wrong, and most likely with this field.
    Refused(Field, Problem),
    /// The server's certificate is not known; this is its fingerprint (`sha256:…`).
    UnknownCertificate(String),
}

/// How far signing in has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInForm {
    pin: Option<String>,
    /// What came of the last attempt.
    pub attempt: Attempt,
}

/// An attempt to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// None yet, or what was typed has changed since.
    None,
    /// Waits for the server.
    UnderWay,
    /// Was refused.
    Refused(Problem),
    /// Met a certificate of this fingerprint, which is not known here.
    UnknownCertificate(String),
}

impl SignInForm {
    /// What was typed into `field` has changed.
    pub(super) fn edited(&mut self, field: Field) {
        self.attempt = Attempt::None;
        if field == Field::Server {
            // Another server has another certificate.
            self.pin = None;
        }
    }
}

/// The fields for the presence server, in their order, and what to type there.
const SERVICE: [(Field, &str); 6] = [
    (
        Field::Server,
        "such as cup.example.com; or mqtts://… for a shared feed",
    ),
    (
        Field::AppUser,
        "the application user that the administrator made for this",
    ),
    (
        Field::Password,
        "the application user's password, not your own",
    ),
    (
        Field::User,
        "your own user name, as on the phone or in Jabber",
    ),
    DOMAIN,
    SAVE,
];

/// The fields for a broker.
const BROKER: [(Field, &str); 4] = [
    (
        Field::Server,
        "such as mqtts://board@broker.example.com/whosin",
    ),
    (
        Field::Password,
        "of the user in the broker's address, if it has one",
    ),
    DOMAIN,
    SAVE,
];

const DOMAIN: (Field, &str) = (
    Field::Domain,
    "added to a contact typed without one, such as example.com",
);
const SAVE: (Field, &str) = (
    Field::Save,
    "space: keep this in the settings, readable by you alone",
);

/// Whether what is typed as the server names a broker.
fn names_broker(server: &str) -> bool {
    let scheme = server.trim_start().split_once("://");
    scheme.is_some_and(|(scheme, _)| {
        scheme.eq_ignore_ascii_case("mqtt") || scheme.eq_ignore_ascii_case("mqtts")
    })
}

impl Form {
    /// The sign-in form with what is known already; the first empty field has the focus.
    fn signing_in(draft: &Draft) -> Form {
        let (server, app_user, user) = match &draft.way {
            Way::Service {
                server,
                app_user,
                user,
            } => (server.as_str(), app_user.as_str(), user.as_str()),
            Way::Broker(place) => (place.as_str(), "", ""),
        };
        let lines = SERVICE.map(|(field, hint)| match field {
            Field::Password => FormLine {
                field,
                hint,
                value: Value::Secret(Input::from(draft.password.expose_secret())),
            },
            Field::Save => FormLine {
                field,
                hint,
                value: Value::Switch(draft.save),
            },
            Field::AppUser => FormLine::text(field, hint, app_user),
            Field::User => FormLine::text(field, hint, user),
            Field::Domain => FormLine::text(field, hint, &draft.domain),
            _ => FormLine::text(field, hint, server),
        });
        let sign_in = SignInForm {
            pin: draft.pin.clone(),
            attempt: Attempt::None,
        };
        let mut form = Form::new(Purpose::SignIn(sign_in), lines.into());
        form.fit_to_server();
        form.focus_on_empty();
        form
    }

    /// Shows the fields that the server needs which is typed, and no others.
    pub(super) fn fit_to_server(&mut self) {
        let fields: &[_] = if names_broker(self.raw(Field::Server)) {
            &BROKER
        } else {
            &SERVICE
        };
        self.show_only(fields);
    }

    /// What is typed into the sign-in form now.
    fn draft(&self, pin: Option<String>) -> Draft {
        let text = |field| self.raw(field).trim().to_string();
        let save = |line: &FormLine| matches!(line.value, Value::Switch(true));
        let server = text(Field::Server);
        Draft {
            way: if names_broker(&server) {
                Way::Broker(server)
            } else {
                Way::Service {
                    server,
                    app_user: text(Field::AppUser),
                    user: text(Field::User),
                }
            },
            password: SecretString::from(self.raw(Field::Password)),
            domain: text(Field::Domain),
            pin,
            save: self.lines().iter().any(save),
        }
    }

    /// The fields that must be filled in before a sign-in can be tried.
    fn needed(&self) -> &'static [Field] {
        if names_broker(self.raw(Field::Server)) {
            &[Field::Server]
        } else {
            &[Field::Server, Field::AppUser, Field::Password, Field::User]
        }
    }

    /// Goes to the next empty field; returns what to sign in with when none is left.
    fn submit_sign_in(&mut self) -> Option<Draft> {
        let mut needed = self.needed().iter().copied();
        let missing = needed.find(|&field| self.raw(field).trim().is_empty());
        let here = self.focused();
        let sign_in = self.sign_in()?;
        let Some(field) = missing else {
            sign_in.attempt = Attempt::UnderWay;
            let pin = sign_in.pin.clone();
            return Some(self.draft(pin));
        };
        if field == here {
            sign_in.attempt = Attempt::Refused(Problem {
                what: format!("{} is needed", field.label()),
                advice: "Ask the administrator of the phones if you do not know it.".into(),
            });
        }
        self.focus_on_field(field);
        None
    }
}

impl Board {
    /// Whether the sign-in form is open, over the whole screen.
    pub fn is_signing_in(&self) -> bool {
        matches!(&self.pane, Pane::Form(form) if matches!(form.purpose(), Purpose::SignIn(_)))
    }

    /// Whether an attempt to sign in is under way: what is typed meanwhile is dropped.
    pub(super) fn tries_to_sign_in(&self) -> bool {
        let Pane::Form(form) = &self.pane else {
            return false;
        };
        let under_way = |sign_in: &SignInForm| sign_in.attempt == Attempt::UnderWay;
        matches!(form.purpose(), Purpose::SignIn(sign_in) if under_way(sign_in))
    }

    /// What an action does while the sign-in form is open; most do nothing.
    pub(super) fn act_at_sign_in(&mut self, action: Action) {
        let tries = self.tries_to_sign_in();
        let Pane::Form(form) = &mut self.pane else {
            return;
        };
        match action {
            Action::Back | Action::Quit => self.want(TerminalEffect::Quit),
            Action::Redraw => self.want(TerminalEffect::Redraw),
            Action::Suspend => self.want(TerminalEffect::Suspend),
            _ if tries => {}
            Action::Open => self.submit_sign_in(),
            Action::Next | Action::Previous => {
                form.step(action == Action::Next);
            }
            Action::Demo => {
                if let Some(sign_in) = form.sign_in() {
                    sign_in.attempt = Attempt::UnderWay;
                }
                self.want(WorldEffect::SignIn(SignInEffect::Demo));
            }
            Action::Trust => {
                let Some(sign_in) = form.sign_in() else {
                    return;
                };
                let Attempt::UnknownCertificate(fingerprint) = &sign_in.attempt else {
                    return;
                };
                sign_in.pin = Some(fingerprint.clone());
                self.submit_sign_in();
            }
            _ => {}
        }
    }

    fn submit_sign_in(&mut self) {
        if let Pane::Form(form) = &mut self.pane
            && let Some(draft) = form.submit_sign_in()
        {
            self.want(WorldEffect::SignIn(SignInEffect::Try(draft)));
        }
    }

    /// Takes in what happens to the sign-in form from outside.
    pub(super) fn take_sign_in(&mut self, message: SignInMessage) {
        let (field, attempt) = match message {
            SignInMessage::Needed(draft) => {
                self.pane = Pane::Form(Box::new(Form::signing_in(&draft)));
                return;
            }
            SignInMessage::Accepted { domain } => {
                self.preferences.domain = domain;
                self.pane = Pane::Contacts;
                // At the form the mouse is the terminal's: a fingerprint is to be copied.
                return self.want(TerminalEffect::Mouse(self.mouse));
            }
            SignInMessage::Refused(field, problem) => (Some(field), Attempt::Refused(problem)),
            SignInMessage::UnknownCertificate(fingerprint) => {
                (None, Attempt::UnknownCertificate(fingerprint))
            }
        };
        if let Pane::Form(form) = &mut self.pane
            && let Some(sign_in) = form.sign_in()
        {
            sign_in.attempt = attempt;
            field
                .into_iter()
                .for_each(|field| form.focus_on_field(field));
        }
    }
}
