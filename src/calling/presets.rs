//! Actions that need no more than their name in the settings: links that programs for calls and
//! messages have registered with the system.

use super::ContactAction;
use crate::sys::door::{DOOR, HAS_JABBER};

/// A preset: its name in the settings, its name in the menu, its key there, and the link.
pub struct Preset {
    /// By which it is chosen.
    pub preset: &'static str,
    name: &'static str,
    key: char,
    link: &'static str,
}

/// All presets. `ciscotel:` is Cisco Jabber's alone, where other programs take `tel:`.
pub const PRESETS: &[Preset] = &[
    preset("tel", "Call", 'c', "tel:{number}"),
    preset("mobile", "Call the mobile phone", 'm', "tel:{mobile}"),
    preset("sip", "Call by SIP", 's', "sip:{address}"),
    preset("mail", "Write mail", 'e', "mailto:{address}"),
    preset("jabber-call", "Call by Jabber", 'j', "ciscotel:{number}"),
    preset("jabber-chat", "Chat by Jabber", 'i', "ciscoim:{address}"),
    preset(
        "webex-chat",
        "Chat by Webex",
        'w',
        "webexteams://im?email={address}",
    ),
    preset(
        "webex-call",
        "Call by Webex",
        'v',
        "webexteams://meet?sip={address}",
    ),
];

const fn preset(preset: &'static str, name: &'static str, key: char, link: &'static str) -> Preset {
    Preset {
        preset,
        name,
        key,
        link,
    }
}

impl Preset {
    fn action(&self) -> ContactAction {
        let command: Vec<&str> = DOOR.iter().copied().chain([self.link]).collect();
        ContactAction::new(self.name, Some(self.key), &command)
            .expect("the presets are checked by a test")
    }
}

pub(super) fn named(name: &str) -> Option<ContactAction> {
    let mut presets = PRESETS.iter();
    presets
        .find(|preset| preset.preset == name)
        .map(Preset::action)
}

pub(super) fn names() -> String {
    let names: Vec<&str> = PRESETS.iter().map(|preset| preset.preset).collect();
    names.join(", ")
}

/// Those for which there are programs on this system.
pub(super) fn usual() -> Vec<ContactAction> {
    let fits = |preset: &&Preset| HAS_JABBER || !preset.preset.starts_with("jabber");
    PRESETS.iter().filter(fits).map(Preset::action).collect()
}
