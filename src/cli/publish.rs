//! The command line of the publisher.

use std::num::NonZeroUsize;

use clap::{Args, ValueEnum};

use crate::broker::Place;
use crate::settings::values::Kind;

/// Publishing presence for many boards.
#[derive(Debug, Args)]
pub struct Publish {
    /// Where to publish: mqtts://USER@BROKER/PREFIX [default: where --from reads]
    #[arg(long, value_name = "BROKER", value_parser = <Place as Kind>::parser())]
    pub to: Option<Place>,
    /// The name of this publisher: each has its own [default: publisher]
    #[arg(long, value_name = "ID", default_value = "publisher", hide_default_value = true, value_parser = read_id)]
    pub id: String,
    /// Publish notes, too, and what people say in their own words
    #[arg(long)]
    pub publish_notes: bool,
    /// Publish devices, too, and since when nobody is at them
    #[arg(long)]
    pub publish_devices: bool,
    /// Publish only while no other publisher is heard: takes over when one ends or falls silent, and
    /// leaves it to one that is no standby when that is back; with an --id of its own
    #[arg(long, conflicts_with = "purge")]
    pub standby: bool,
    /// Also publish whom boards ask for, so many at most [default: 200], while they do
    #[arg(
        long,
        value_name = "MOST",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "200",
        conflicts_with = "purge"
    )]
    pub serve_wanted: Option<NonZeroUsize>,
    /// Also tell a home automation which devices there are: one a contact
    #[arg(long, value_name = "WHICH")]
    pub discovery: Option<Discovery>,
    /// Empty everything that this publisher has published, and end
    #[arg(long)]
    pub purge: bool,
}

/// A home automation that finds devices by MQTT.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Discovery {
    /// Home Assistant, below homeassistant/
    Homeassistant,
}

/// An ID is one level of a topic.
fn read_id(text: &str) -> Result<String, String> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    if !text.is_empty() && text.chars().all(is_part) {
        Ok(text.into())
    } else {
        Err("an ID has only letters, digits, '-', '_' and '.'".into())
    }
}
