//! What completes a field of a form: the domains, groups and rings that are in use, and paths.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::{Board, Field, Form, Pane, WorldEffect};

/// What completes a field.
#[derive(Clone, Debug, Default)]
struct Known {
    /// The domains in use, the most used first.
    pub domains: Vec<String>,
    /// The groups in use, the most used first.
    pub groups: Vec<String>,
    /// The rings of the settings.
    pub rings: Vec<String>,
}

impl Form {
    /// Completes the field that has the focus, from its start. Returns whether anything was completed.
    fn complete(&mut self, known: &Known) -> bool {
        let typed = self.typed();
        let completed = match self.focused() {
            Field::Address => typed.rsplit_once('@').and_then(|(user, begun)| {
                beginning_with(&known.domains, begun).map(|domain| format!("{user}@{domain}"))
            }),
            Field::Group if !typed.is_empty() => {
                beginning_with(&known.groups, typed).map(String::from)
            }
            Field::Ring if !typed.is_empty() => {
                beginning_with(&known.rings, typed).map(String::from)
            }
            _ => None,
        };
        match completed.filter(|completed| completed != typed) {
            Some(completed) => {
                self.put(&completed);
                true
            }
            None => false,
        }
    }

    /// What would complete the focused field, to be shown dimmed behind the cursor.
    fn suggestion(&self, known: &Known) -> Option<String> {
        let mut trial = self.clone();
        let typed = self.typed().len();
        let completed = trial.complete(known);
        completed.then(|| trial.typed().get(typed..).unwrap_or_default().to_string())
    }
}

impl Board {
    pub(super) fn step_field(&mut self, forward: bool) {
        let known = self.known_to_forms();
        if let Pane::Form(form) = &mut self.pane {
            if forward && form.focused() == Field::File && !form.typed().is_empty() {
                let path = form.typed().into();
                return self.want(WorldEffect::CompletePath(path));
            }
            if !(forward && form.complete(&known)) {
                form.step(forward);
            }
        }
    }

    /// What would complete the field that is typed into.
    pub fn suggestion(&self, form: &Form) -> Option<String> {
        form.suggestion(&self.known_to_forms())
    }

    fn known_to_forms(&self) -> Known {
        let contacts = || self.entries().map(|entry| &entry.contact);
        let domains = contacts().map(|contact| contact.address.domain().to_string());
        let own = self.preferences.domain.clone();
        let groups = contacts().filter_map(|contact| contact.group.clone());
        let rings = self.preferences.rings.all().iter();
        Known {
            domains: by_use(own.into_iter().chain(domains)),
            groups: by_use(groups),
            rings: rings.map(|ring| ring.name.clone()).collect(),
        }
    }
}

fn by_use(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut counted: Vec<(String, usize)> = Vec::new();
    let mut places = HashMap::new();
    for value in values {
        let place = *places.entry(value.clone()).or_insert_with(|| {
            counted.push((value, 0));
            counted.len() - 1
        });
        counted[place].1 += 1;
    }
    counted.sort_by_key(|(_, count)| Reverse(*count));
    counted.into_iter().map(|(value, _)| value).collect()
}

fn beginning_with<'a>(known: &'a [String], begun: &str) -> Option<&'a str> {
    let lower = begun.to_lowercase();
    known
        .iter()
        .map(String::as_str)
        .find(|known| known.to_lowercase().starts_with(&lower))
}
