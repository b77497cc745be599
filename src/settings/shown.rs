//! The settings view: every setting with its value and where that comes from, without secrets.

use jiff::SignedDuration;

use super::values::Kind;
use super::{Settings, Value};
use crate::board::{Choice, Order, Origin, Setting, View};
use crate::presence::IconSet;

/// The times to choose from that somebody must stay free before it rings, in seconds.
const FREE_FOR: [i64; 6] = [1, 5, 10, 30, 60, 300];

impl Settings {
    /// All settings: those first that can be chosen on the board, the themes among these.
    pub fn shown(&self, themes: &[String]) -> Vec<Setting> {
        let mut lines = self.lines();
        lines.push(Setting {
            name: "config",
            value: self.places.config.value.shown(),
            origin: self.places.config.origin,
            about: "The settings file",
            choices: Vec::new(),
        });
        for line in &mut lines {
            match line.name {
                // What is secret is shown by where it comes from.
                "app_password" => (line.value, line.origin) = self.app().shown(),
                "broker_password" => (line.value, line.origin) = self.broker().shown(),
                "board" | "ring" if line.value.is_empty() => line.value = "none".into(),
                "keys" if line.origin == Origin::Default => line.value = "as in the help".into(),
                name => {
                    if let Some((now, choices)) = self.choices(name, themes) {
                        line.value = now.label();
                        line.choices = choices;
                    }
                }
            }
        }
        // A stable sort: otherwise they stay in the order of the list.
        lines.sort_by_key(|line| line.choices.is_empty());
        lines
    }

    /// What the board can change: the present value, and those to choose from.
    fn choices(&self, key: &str, themes: &[String]) -> Option<(Choice, Vec<Choice>)> {
        let switch = |choice: fn(bool) -> Choice, now: &Value<bool>| {
            (choice(now.value), vec![choice(false), choice(true)])
        };
        Some(match key {
            "theme" => {
                let themes = themes.iter().cloned().map(Choice::Theme).collect();
                (Choice::Theme(self.theme.value.to_string()), themes)
            }
            "icons" => {
                let sets = IconSet::ALL.map(Choice::Icons);
                (Choice::Icons(self.icons.value), sets.to_vec())
            }
            "view" => {
                let views = [None].into_iter().chain(View::ALL.map(Some));
                (
                    Choice::View(self.view.value),
                    views.map(Choice::View).collect(),
                )
            }
            "sort" => {
                let orders = Order::ALL.map(Choice::Sort);
                (Choice::Sort(self.sort.value), orders.to_vec())
            }
            "mouse" => {
                let mouse = [None, Some(true), Some(false)].map(Choice::Mouse);
                (Choice::Mouse(self.mouse.value), mouse.to_vec())
            }
            "free_for" => {
                let times = FREE_FOR.map(SignedDuration::from_secs).map(Choice::FreeFor);
                (Choice::FreeFor(self.free_for.value.into()), times.to_vec())
            }
            "hide_offline" => switch(Choice::HideOffline, &self.hide_offline),
            "history" => switch(Choice::History, &self.history),
            _ => return None,
        })
    }
}
