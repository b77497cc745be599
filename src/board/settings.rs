use jiff::{SignedDuration, Timestamp};

use super::{Action, Board, Order, Pane, Preferences, TerminalEffect, View, WorldEffect};
use crate::presence::IconSet;

/// The settings that are followed while the board is open; the others count from the next start on.
const FOLLOWED: [&str; 21] = [
    "theme",
    "icons",
    "view",
    "sort",
    "hide_offline",
    "mouse",
    "board",
    "type_to_find",
    "free_for",
    "domain",
    "directory",
    "directory_address",
    "directory_pin",
    "directory_ca_file",
    "directory_user",
    "action",
    "allow_actions",
    "on_change",
    "on_free",
    "ring",
    "keys",
];

/// Where the value of a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An option of the command line.
    Option,
    /// The variable of the environment for the setting of this key.
    Variable(&'static str),
    /// The settings file.
    File,
    /// It was typed into the sign-in form.
    Form,
    /// No layer sets it.
    Default,
}

impl Origin {
    /// In a word or two.
    pub fn label(self) -> &'static str {
        match self {
            Origin::Option => "option",
            Origin::Variable(_) => "variable",
            Origin::File => "config.toml",
            Origin::Form => "typed in",
            Origin::Default => "default",
        }
    }

    /// In full: a variable by its name, anything else as its label.
    pub fn place(self) -> String {
        match self {
            Origin::Variable(key) => format!("WHOSIN_{}", key.to_uppercase()),
            origin => origin.label().into(),
        }
    }
}

/// One setting, as the settings view shows it.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Its key in the settings file.
    pub name: &'static str,
    /// What it is, in words; never a secret.
    pub value: String,
    /// Where that comes from.
    pub origin: Origin,
    /// What it is for.
    pub about: &'static str,
    /// What can be chosen on the board; empty for what is set elsewhere.
    pub choices: Vec<Choice>,
}

/// A value of one of the everyday settings, which can be changed on the board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The colours: the name of a theme.
    Theme(String),
    /// The glyphs.
    Icons(IconSet),
    /// The layout; `None`: the width decides.
    View(Option<View>),
    /// By what the contacts are sorted.
    Sort(Order),
    /// Whether those who are offline are hidden.
    HideOffline(bool),
    /// Whether the mouse is the board's; `None`: outside tmux.
    Mouse(Option<bool>),
    /// How long somebody must stay free before it rings.
    FreeFor(SignedDuration),
    /// Whether the states of the day are kept for the next run.
    History(bool),
}

impl Choice {
    /// The key in the settings file.
    pub fn name(&self) -> &'static str {
        match self {
            Choice::Theme(_) => "theme",
            Choice::Icons(_) => "icons",
            Choice::View(_) => "view",
            Choice::Sort(_) => "sort",
            Choice::HideOffline(_) => "hide_offline",
            Choice::Mouse(_) => "mouse",
            Choice::FreeFor(_) => "free_for",
            Choice::History(_) => "history",
        }
    }

    /// Whether it decides who is shown, or where.
    fn arranges(&self) -> bool {
        matches!(self, Choice::Sort(_) | Choice::HideOffline(_))
    }

    /// In words.
    pub fn label(&self) -> String {
        let on = |on: bool| if on { "on" } else { "off" };
        match self {
            Choice::Theme(name) => name.clone(),
            Choice::Icons(icons) => icons.name().into(),
            Choice::View(view) => view.map_or("by width", View::name).into(),
            Choice::Sort(order) => order.label().into(),
            Choice::HideOffline(yes) | Choice::History(yes) => on(*yes).into(),
            Choice::Mouse(mouse) => mouse.map_or("outside tmux", on).into(),
            Choice::FreeFor(time) => format!("{} s", time.as_secs()),
        }
    }
}

impl Board {
    /// All settings: those first that can be changed here.
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    pub(super) fn open_settings(&mut self) {
        if !self.settings.is_empty() {
            self.pane = Pane::Settings { at: 0 };
        }
    }

    /// Moves in the settings view, or changes the setting there.
    pub(super) fn travel_settings(&mut self, action: Action, page: usize, now: Timestamp) {
        let last = self.settings.len().saturating_sub(1);
        let Pane::Settings { at } = &mut self.pane else {
            return;
        };
        match action {
            Action::Up => *at = at.saturating_sub(1),
            Action::Down => *at = (*at + 1).min(last),
            Action::PageUp => *at = at.saturating_sub(page),
            Action::PageDown => *at = (*at + page).min(last),
            Action::Top => *at = 0,
            Action::Bottom => *at = last,
            Action::Left => self.choose(false, now),
            Action::Right => self.choose(true, now),
            _ => {}
        }
    }

    /// Points at a setting; at the same one again, changes it.
    pub(super) fn point_at_setting(&mut self, place: usize, now: Timestamp) {
        match &mut self.pane {
            Pane::Settings { at } if *at == place => self.choose(true, now),
            Pane::Settings { at } => {
                *at = place.min(self.settings.len().saturating_sub(1));
            }
            _ => {}
        }
    }

    /// Takes the next choice of the setting under the cursor, or the one before.
    pub(super) fn choose(&mut self, forward: bool, now: Timestamp) {
        let Pane::Settings { at } = self.pane else {
            return;
        };
        let Some(setting) = self.settings.get_mut(at) else {
            return;
        };
        let count = setting.choices.len();
        if count == 0 {
            let words = format!("{} is changed in the settings file", setting.name);
            self.show_notice(words, now);
            return;
        }
        let labels = setting.choices.iter().map(Choice::label);
        let here = labels.into_iter().position(|label| label == setting.value);
        let next = match (here, forward) {
            (Some(here), true) => (here + 1) % count,
            (Some(here), false) => (here + count - 1) % count,
            // A value of the user's own is none of them.
            (None, _) => 0,
        };
        let choice = setting.choices[next].clone();
        setting.value = choice.label();
        let counts_again = match setting.origin {
            Origin::Option => Some(format!("--{}", setting.name.replace('_', "-"))),
            Origin::Variable(_) => Some(setting.origin.place()),
            Origin::File | Origin::Form | Origin::Default => None,
        };
        if counts_again.is_none() {
            setting.origin = Origin::File;
        }
        self.follow(&choice, now);
        if choice.arranges() {
            self.rearrange(now);
        }
        if let Some(what) = counts_again {
            self.show_notice(format!("{what} counts again at the next start"), now);
        }
        self.want(WorldEffect::SaveChoice(choice));
    }

    /// Follows the settings file, which somebody has changed.
    pub(super) fn reconfigure(
        &mut self,
        preferences: Preferences,
        settings: Vec<Setting>,
        now: Timestamp,
    ) {
        let before = std::mem::replace(&mut self.settings, settings);
        let scheme = self.preferences.scheme;
        let mut rearranges = self.preferences.tabs != preferences.tabs;
        self.preferences = preferences;
        let is_changed = |setting: &&Setting| {
            let mut before = before.iter();
            before.any(|old| old.name == setting.name && old.value != setting.value)
        };
        let changed: Vec<Setting> = self.settings.iter().filter(is_changed).cloned().collect();
        if !changed.iter().any(|one| one.name == "directory_address") {
            // What the presence server has taught is no setting.
            self.preferences.scheme = scheme;
        }
        for setting in &changed {
            let mut choices = setting.choices.iter();
            if let Some(choice) = choices.find(|choice| choice.label() == setting.value) {
                self.follow(choice, now);
                rearranges |= choice.arranges();
            }
        }
        // Whatever else has changed, nobody moves under the hand for it.
        if rearranges {
            self.rearrange(now);
        }
        let (now_on, later): (Vec<&str>, Vec<&str>) = changed
            .iter()
            .map(|setting| setting.name)
            .partition(|name| FOLLOWED.contains(name));
        let words = [
            (now_on, "Settings followed"),
            (later, "From the next start on"),
        ];
        let words = words.into_iter().filter(|(names, _)| !names.is_empty());
        let words: Vec<String> = words
            .map(|(names, what)| format!("{what}: {}", names.join(", ")))
            .collect();
        if !words.is_empty() {
            self.show_notice(words.join(". "), now);
        }
    }

    /// Does what the choice means to the board itself.
    fn follow(&mut self, choice: &Choice, now: Timestamp) {
        match choice {
            Choice::View(view) => self.view = *view,
            Choice::Sort(order) => self.order = *order,
            Choice::HideOffline(hide) => self.hide_offline = *hide,
            Choice::FreeFor(time) => self.preferences.free_for = *time,
            Choice::Mouse(mouse) => {
                self.mouse = mouse.unwrap_or(self.preferences.mouse_by_itself);
                self.want(TerminalEffect::Mouse(self.mouse));
            }
            Choice::History(_) => {
                self.show_notice("This counts from the next start on".into(), now)
            }
            Choice::Theme(_) | Choice::Icons(_) => {
                self.want(TerminalEffect::Look(choice.clone()));
            }
        }
    }
}
