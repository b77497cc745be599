//! Willingness (OMA Presence SIMPLE, `urn:oma:xml:prs:pidf:oma-pres`): whether a person wants to
//! be reached at all, or by one service.

use super::tree::Node;

use super::Activity;
use super::pidf::{Basic, raw_text};
use super::rpid::Bounds;

/// Whether a `willingness`, or another element of that form, has a `basic` that is closed.
pub(super) fn is_closed(node: Node<'_, '_>) -> bool {
    let mut basics = node
        .children()
        .filter(|child| child.tag_name().name() == "basic");
    basics.any(|basic| Basic::of(basic).open == Some(false))
}

/// What a person does who does not want to be reached, as long as the element says.
pub(super) fn not_willing(node: Node<'_, '_>) -> Activity {
    let bounds = Bounds::of(node);
    let mut activity = Activity::named("dnd");
    (activity.from, activity.until) = (bounds.from, bounds.until);
    activity
}

/// Whether an element of a tuple says that the person is not reached by that service: not willing,
/// barred, or not registered.
pub(super) fn is_not_reached(name: &str, node: Node<'_, '_>) -> bool {
    let says = |word: &str| raw_text(node).trim().eq_ignore_ascii_case(word);
    match name {
        "willingness" | "overriding-willingness" | "application-specific-willingness" => {
            is_closed(node)
        }
        "barring-state" => says("active"),
        "registration-state" => says("terminated"),
        _ => false,
    }
}
