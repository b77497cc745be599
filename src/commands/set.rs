//! Sets the user's own presence from a script.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::answers::print_all;
use super::{CommandError, feed_config, load};
use crate::cli::{Exit, Options, Set};
use crate::feed::set_once;
use crate::link::OwnPresence;
use crate::pws::Expiration;
use crate::tui::clock;

/// Sets it, for as long as is wanted and the service can.
pub async fn set(options: &Options, wanted: &Set) -> Result<Exit, CommandError> {
    let Set { state: own, time } = *wanted;
    let settings = load(options)?;
    let config = feed_config(&settings).await?;
    let client = config.client()?;
    let expiration = time.map_or(Expiration::LONGEST, Expiration::nearest);
    set_once(&client, &config, own, expiration)
        .await
        .map_err(|failure| CommandError::of_failure(&failure, &config.credentials))?;
    let words = match own {
        OwnPresence::Available => "phone and calendar decide again".to_string(),
        _ => {
            let lasting = SignedDuration::try_from(expiration.time());
            let until = Timestamp::now() + lasting.unwrap_or(SignedDuration::ZERO);
            let longer = time.is_some_and(|time| time < expiration.time());
            let why = if longer {
                ": the server keeps it for an hour at least"
            } else {
                ""
            };
            format!("until {}{why}", clock(until, &TimeZone::system()))
        }
    };
    print_all(&format!("{}, {words}\n", own.label()))
}
