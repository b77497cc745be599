//! What Home Assistant wants to be told of sensors by MQTT: a retained message for each, from which it
//! makes a device a person (`home-assistant.io/integrations/mqtt`, "MQTT discovery").

use serde_json::json;

use super::connection::Message;
use super::topics::Topics;
use crate::presence::Address;

/// Who is told which devices there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discovery {
    /// Home Assistant.
    HomeAssistant,
}

/// Home Assistant's own prefix.
const PREFIX: &str = "homeassistant";

/// The topic of a contact's device: one, however its address is spelt, by letters that Home Assistant
/// takes.
fn topic(topics: &Topics, contact: &Address) -> String {
    format!("{PREFIX}/device/{}/config", object(topics, contact))
}

/// The ID of a contact's device below a prefix. Home Assistant takes letters, digits, `_` and `-`.
fn object(topics: &Topics, contact: &Address) -> String {
    let text = format!("{} {}", topics.prefix(), contact.as_str().to_lowercase());
    let plain = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        other => format!("_{other:02x}"),
    });
    plain.collect()
}

/// The device of a contact whom the publisher of this ID publishes: a sensor for the availability, and
/// one for the activity in words. Both are unavailable while the publisher or its server is gone.
pub fn device(topics: &Topics, contact: &Address, publisher: &str) -> Message {
    let object = object(topics, contact);
    let presence = topics.presence(contact);
    let name = crate::presence::clean(contact.as_str());
    let config = json!({
        "device": { "identifiers": [object], "name": name },
        "origin": { "name": "whosin", "sw_version": env!("CARGO_PKG_VERSION") },
        "availability_topic": topics.publisher(publisher),
        "availability_template":
            "{{ 'online' if value_json.online and not value_json.problem else 'offline' }}",
        "components": {
            "availability": {
                "platform": "sensor",
                "unique_id": format!("{object}_availability"),
                "name": "Availability",
                "icon": "mdi:account",
                "device_class": "enum",
                "options": ["available", "away", "busy", "dnd", "unavailable", "unknown"],
                "state_topic": topics.availability(contact),
            },
            "activity": {
                "platform": "sensor",
                "unique_id": format!("{object}_activity"),
                "name": "Activity",
                "icon": "mdi:account-details",
                "state_topic": presence,
                "value_template": "{{ value_json.label if value_json.fresh else 'Unknown' }}",
            },
        },
    });
    Message::of(topic(topics, contact), &config)
}

/// The message by which Home Assistant forgets the device of a contact.
pub fn no_device(topics: &Topics, contact: &Address) -> Message {
    Message::retained(topic(topics, contact), Vec::new())
}
