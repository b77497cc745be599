//! The board: the terminal on one side, feed, contact book and disk on the other, with two channels
//! between. Where something is missing to sign in, the board opens with its sign-in form.

mod account;
mod book;
mod effects;
mod following;
mod joined;
mod road;
mod searches;
mod shared_file;
mod show;
mod sign_in;

pub use following::Reload;
pub use joined::{Joined, Sources};
pub use show::show;

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tracing::level_filters::LevelFilter;

use super::demo::Demo;
use super::source::Source;
use super::{CommandError, load_unlogged};
use crate::board::{Origin, SignInMessage, WorldMessage};
use crate::cli::{Exit, Options, Population};
use crate::link::{Link, LinkState, Mode};
use crate::log;
use crate::settings::save_sign_in;
use show::{enter, prepare, together};
use sign_in::Chosen;

/// Shows the board, with the sign-in form first where something is missing.
pub async fn board(options: &Options) -> Result<Exit, CommandError> {
    let settings = load_unlogged(options)?;
    // The terminal is the board's: the log goes into the file alone.
    let (file, level) = (settings.places.log.as_deref(), settings.log_level.value.0);
    let trouble = log::start(file, level, LevelFilter::OFF).err();
    let reload: Reload = {
        let options = options.clone();
        Arc::new(move || load_unlogged(&options))
    };
    let joined = Joined::all(&settings).await?;
    if settings.from.value.is_some() {
        let main = Source::of(&settings).await?;
        return show(Sources { main, joined }, &settings, Some(reload), trouble).await;
    }
    let password = settings.password().await?;
    let complete = settings.nodes().is_some()
        && settings.app_user.value.is_some()
        && settings.user.value.is_some()
        && password.is_some();
    if complete {
        let main = Source::of(&settings).await?;
        return show(Sources { main, joined }, &settings, Some(reload), trouble).await;
    }
    let (mut board, look) = prepare(&settings, nowhere(), trouble)?;
    let draft = sign_in::draft(&settings, password);
    let needed = WorldMessage::SignIn(SignInMessage::Needed(draft));
    board.update(needed, Timestamp::now());
    let themes = look.themes.names();
    let world = async |mut effects, (to_board, keys)| match sign_in::sign_in(
        &settings,
        &mut effects,
        &to_board,
    )
    .await
    {
        Chosen::Nothing => Ok(()),
        Chosen::Demo => {
            let demo = Demo::start(options, &Population::new(40, 1)).await?;
            let (sources, settings) = (demo.source().into(), &demo.settings);
            let entered = enter(
                sources,
                (settings, None),
                &themes,
                effects,
                (to_board, keys),
            )
            .await;
            demo.stop().await;
            entered
        }
        Chosen::Source(source, draft) => {
            let mut settings = settings.clone();
            let path = &settings.places.config.value;
            let mut origin = Origin::Form;
            if draft.save {
                match save_sign_in(path, &draft) {
                    Ok(()) => origin = Origin::File,
                    Err(error) => {
                        let words = WorldMessage::Notice(format!("Not saved: {error}"));
                        let _ = to_board.send(words).await;
                    }
                }
            }
            let domain = (!draft.domain.is_empty()).then(|| draft.domain.clone());
            match &source {
                Source::Service(config) => settings.take_typed(config, domain, origin),
                Source::Broker(config) => settings.take_typed_broker(config, domain, origin),
            }
            let settings = (&settings, Some(reload));
            let sources = Sources {
                main: source,
                joined,
            };
            enter(sources, settings, &themes, effects, (to_board, keys)).await
        }
    };
    together(board, look, mpsc::unbounded_channel(), world).await
}

/// The link before it is known who signs in where.
fn nowhere() -> Link {
    Link {
        server: String::new(),
        user: String::new(),
        mode: Mode::Live,
        warning: None,
        own: None,
        shown: None,
        remark: None,
        state: LinkState::SigningIn,
    }
}
