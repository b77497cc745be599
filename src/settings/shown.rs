//! What is set and where that comes from, in words.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::Settings;
use super::file::File;
use crate::board::{Choice, Order, Origin, Setting, View};
use crate::cli::Options;
use crate::presence::IconSet;
use crate::pws::{Endpoint, SoapVersion, Trust};

/// The times to choose from that somebody must stay free before it rings, in seconds.
const FREE_FOR: [i64; 6] = [1, 5, 10, 30, 60, 300];

/// Where each setting comes from that is not the default.
#[derive(Clone, Debug, Default)]
pub(super) struct Origins(BTreeMap<&'static str, Origin>);

impl Origins {
    /// What is said by options, variables and the file.
    pub(super) fn of(options: &Options, file: &File) -> Origins {
        let by_variable = |name: &'static str, option: &Option<String>| {
            let said = std::env::var(name).ok();
            match option {
                Some(_) if said == *option => Some(Origin::Variable(name)),
                Some(_) => Some(Origin::Option),
                None => None,
            }
        };
        let by_option = |is_said: bool| is_said.then_some(Origin::Option);
        let trust = options.insecure || options.pin.is_some() || options.ca_file.is_some();
        let trust_of_file = file.insecure.is_some() || file.pin.is_some() || file.ca_file.is_some();
        let password = file.app_password.is_some() || file.app_password_command.is_some();
        let all = [
            (
                "server",
                by_variable("WHOSIN_SERVER", &options.server),
                file.server.is_some(),
            ),
            (
                "app_user",
                by_variable("WHOSIN_APP_USER", &options.app_user),
                file.app_user.is_some(),
            ),
            (
                "user",
                by_variable("WHOSIN_USER", &options.user),
                file.user.is_some(),
            ),
            ("app_password", None, password),
            (
                "domain",
                by_option(options.domain.is_some()),
                file.domain.is_some(),
            ),
            (
                "interval",
                by_option(options.interval.is_some()),
                file.interval.is_some(),
            ),
            (
                "in_flight",
                by_option(options.in_flight.is_some()),
                file.in_flight.is_some(),
            ),
            (
                "mode",
                by_option(options.mode.is_some()),
                file.mode.is_some(),
            ),
            (
                "listen",
                by_option(options.listen.is_some()),
                file.listen.is_some(),
            ),
            (
                "callback",
                by_option(options.callback.is_some()),
                file.callback.is_some(),
            ),
            (
                "soap",
                by_option(options.soap.is_some()),
                file.soap.is_some(),
            ),
            ("trust", by_option(trust), trust_of_file),
            (
                "contacts",
                by_option(options.contacts.is_some()),
                file.contacts.is_some(),
            ),
            ("config", by_option(options.config.is_some()), false),
            (
                "icons",
                by_option(options.icons.is_some()),
                file.icons.is_some(),
            ),
            (
                "theme",
                by_option(options.theme.is_some()),
                file.theme.is_some(),
            ),
            (
                "log_level",
                by_option(options.log_level.is_some()),
                file.log_level.is_some(),
            ),
            ("mouse", None, file.mouse.is_some()),
            ("free_for", None, file.free_for.is_some()),
            ("view", None, file.view.is_some()),
            ("sort", None, file.sort.is_some()),
            ("hide_offline", None, file.hide_offline.is_some()),
            ("history", None, file.history.is_some()),
            ("keys", None, !file.keys.is_empty()),
        ];
        let said = all.into_iter().filter_map(|(name, option, in_file)| {
            Some((name, option.or(in_file.then_some(Origin::File))?))
        });
        Origins(said.collect())
    }

    /// From now on this setting comes from there.
    pub(super) fn set(&mut self, name: &'static str, origin: Origin) {
        self.0.insert(name, origin);
    }

    fn get(&self, name: &str) -> Origin {
        self.0.get(name).copied().unwrap_or(Origin::Default)
    }
}

impl Settings {
    /// Where the password comes from, in words.
    pub fn password_source(&self) -> &'static str {
        match (&self.password_command, &self.password) {
            (Some(_), _) => "app_password_command",
            (None, Some(_)) if self.password_from_environment => "WHOSIN_APP_PASSWORD",
            (None, Some(_)) => "app_password in the settings",
            (None, None) => "nowhere",
        }
    }

    /// All settings with their values and where these come from, without secrets: those first that
    /// can be chosen on the board, the themes among these.
    pub fn shown(&self, themes: &[String]) -> Vec<Setting> {
        self.everyday(themes)
            .into_iter()
            .chain(self.others())
            .collect()
    }

    fn everyday(&self, themes: &[String]) -> Vec<Setting> {
        let chosen = |choice: Choice, choices: Vec<Choice>, about| Setting {
            name: choice.name(),
            value: choice.label(),
            origin: self.origins.get(choice.name()),
            about,
            choices,
        };
        let switch = |choice: fn(bool) -> Choice| vec![choice(false), choice(true)];
        let themes = themes.iter().cloned().map(Choice::Theme);
        let views = [None].into_iter().chain(View::ALL.map(Some));
        let free_for = SignedDuration::try_from(self.free_for).unwrap_or(SignedDuration::MAX);
        let times = FREE_FOR.map(SignedDuration::from_secs);
        vec![
            chosen(
                Choice::Theme(self.theme.to_string()),
                themes.collect(),
                "The colours; auto goes by the terminal's background. Files in the folder themes \
                 beside config.toml are more of them.",
            ),
            chosen(
                Choice::Icons(self.icons),
                IconSet::ALL.map(Choice::Icons).to_vec(),
                "The glyphs: unicode is in every font, nerd needs a patched one, ascii is letters.",
            ),
            chosen(
                Choice::View(self.view),
                views.map(Choice::View).collect(),
                "How the contacts are laid out at the start; v changes it for a while.",
            ),
            chosen(
                Choice::Sort(self.order),
                Order::ALL.map(Choice::Sort).to_vec(),
                "How the contacts of a group are sorted at the start; s changes it for a while.",
            ),
            chosen(
                Choice::HideOffline(self.hide_offline),
                switch(Choice::HideOffline),
                "Whether those who are offline are hidden at the start; o changes it for a while.",
            ),
            chosen(
                Choice::Mouse(self.mouse),
                [None, Some(true), Some(false)].map(Choice::Mouse).to_vec(),
                "Whether the mouse is the board's at the start; m changes it for a while.",
            ),
            chosen(
                Choice::FreeFor(free_for),
                times.map(Choice::FreeFor).to_vec(),
                "How long a watched contact must stay free before it rings.",
            ),
            chosen(
                Choice::History(self.history),
                switch(Choice::History),
                "Whether today's states are kept for the next run, in a file for you alone.",
            ),
        ]
    }

    fn others(&self) -> Vec<Setting> {
        let told = |name, value: String, about| Setting {
            name,
            value,
            origin: self.origins.get(name),
            about,
            choices: Vec::new(),
        };
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "not set".into());
        let servers = self.server.iter().chain(&self.other_servers);
        let servers: Vec<String> = servers.map(Endpoint::origin).collect();
        let listen = self.listen.map(|address| address.to_string());
        let soap = match self.soap {
            SoapVersion::V1_1 => "1.1",
            SoapVersion::V1_2 => "1.2",
        };
        let trust = match &self.trust {
            Trust::Platform => "this machine".into(),
            Trust::CaFile(path) => format!("ca_file {}", path.display()),
            Trust::Pin(pin) => format!("pin {pin}"),
            Trust::Anyone => "insecure: anybody".into(),
        };
        vec![
            told(
                "server",
                servers.join(", "),
                "Where to sign in; the primary first.",
            ),
            told(
                "app_user",
                text(&self.app_user),
                "The application user, which the administrator made.",
            ),
            told(
                "app_password",
                format!("from {}", self.password_source()),
                "Where the application user's password comes from.",
            ),
            told(
                "user",
                text(&self.user),
                "The end user: whose view of presence it is.",
            ),
            told(
                "domain",
                text(&self.domain),
                "Added to a contact that is typed without one.",
            ),
            told(
                "interval",
                format!("{} s", self.interval.as_secs()),
                "How often each contact is asked for, where the server does not tell.",
            ),
            told(
                "mode",
                format!("{:?}", self.delivery).to_lowercase(),
                "Whether the server tells of changes (notify) or is asked (poll).",
            ),
            told(
                "listen",
                text(&listen),
                "Where to listen for the server's calls.",
            ),
            told(
                "callback",
                text(&self.callback),
                "How the server reaches that.",
            ),
            told(
                "in_flight",
                self.in_flight.to_string(),
                "How many requests may be under way at once.",
            ),
            told("soap", soap.into(), "The version of SOAP."),
            told(
                "trust",
                trust,
                "Whose certificate is accepted: ca_file, pin, insecure.",
            ),
            told(
                "contacts",
                self.contacts_file.display().to_string(),
                "The contact book.",
            ),
            told(
                "config",
                self.config_file.display().to_string(),
                "The settings file.",
            ),
            told(
                "keys",
                self.keys_in_words(),
                "Which key does what: the help (?) lists all.",
            ),
            told(
                "log_level",
                self.log_level.to_string(),
                "How much is written into the log.",
            ),
        ]
    }

    fn keys_in_words(&self) -> String {
        match self.origins.get("keys") {
            Origin::Default => "as in the help".into(),
            _ => "some changed".into(),
        }
    }
}
