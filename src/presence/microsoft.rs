//! Availability in numbers, as Microsoft's servers write it (MS-PRES, and the older form of Live
//! Communications Server with `aggregate` attributes).

use super::tree::Node;

use super::Activity;
use super::namespaces::Oddities;
use super::pidf::{MOST, attribute, raw_text};

/// Deeper than this no state is looked for.
const DEEPEST: usize = 6;

/// Reads an element of Microsoft's, and what is inside: each availability and activity in it.
/// Returns whether all of it could be read.
pub(super) fn read(
    node: Node<'_, '_>,
    activities: &mut Vec<Activity>,
    oddities: &mut Oddities,
) -> bool {
    read_within(node, DEEPEST, activities, oddities)
}

fn read_within(
    node: Node<'_, '_>,
    depth: usize,
    activities: &mut Vec<Activity>,
    oddities: &mut Oddities,
) -> bool {
    if activities.len() >= MOST {
        return true;
    }
    match node.tag_name().name() {
        "availability" => match availability(node) {
            Ok(names) => activities.extend(names.iter().map(|name| Activity::named(name))),
            Err(words) if words.is_empty() => {}
            Err(words) => {
                let Some(activity) = Activity::in_catalogue(&words) else {
                    oddities.cannot_read(&words);
                    return false;
                };
                activities.push(activity);
            }
        },
        "activity" => activities.extend(activity(node)),
        // What a single machine says is in the state that all make up.
        "devices" | "device" | "devicePresence" => {}
        _ if depth > 0 => {
            let mut is_clear = true;
            for child in node.children().filter(Node::is_element) {
                is_clear &= read_within(child, depth - 1, activities, oddities);
            }
            return is_clear;
        }
        _ => {}
    }
    true
}

/// The activities that a number stands for; what is written there instead, where it is none.
fn availability(node: Node<'_, '_>) -> Result<&'static [&'static str], String> {
    if let Some(aggregate) = number(attribute(node, "aggregate")) {
        // Live Communications Server: from offline to online in hundreds.
        return Ok(match aggregate {
            0..100 => &["unavailable"],
            100..300 => &["away"],
            300..400 => &["available"],
            _ => &["unknown"],
        });
    }
    let text = raw_text(node);
    let Some(number) = number(Some(&text)).or(number(attribute(node, "value"))) else {
        return Err(text.trim().to_owned());
    };
    // MS-PRES section 2.2.2.4: the lower bound of each class is what counts.
    Ok(match number {
        3000..4500 => &["available"],
        4500..6000 => &["available", "idle"],
        6000..7500 => &["busy"],
        7500..9000 => &["busy", "idle"],
        9000..12000 => &["dnd"],
        12000..18000 => &["away"],
        18000.. => &["unavailable"],
        _ => &["unknown"],
    })
}

/// What an `activity` says: by token, by number (Live Communications Server), else by its text.
fn activity(node: Node<'_, '_>) -> Option<Activity> {
    if let Some(token) = attribute(node, "token") {
        return Activity::in_catalogue(token);
    }
    if let Some(aggregate) = number(attribute(node, "aggregate")) {
        let name = match aggregate {
            100..150 => "away",
            150..200 => "lunch",
            200..300 => "idle",
            300..400 => "away",
            500..600 => "on-the-phone",
            600..700 => "busy",
            _ => return None,
        };
        return Some(Activity::named(name));
    }
    Activity::in_catalogue(raw_text(node).trim())
}

fn number(text: Option<&str>) -> Option<u32> {
    text?.trim().parse().ok()
}
