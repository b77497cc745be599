//! The profiles that a board joins: each signs in by what is saved in it, without a form.

use super::effects::done;
use crate::board::WorldMessage;
use crate::commands::CommandError;
use crate::commands::source::Source;
use crate::link::{Link, LinkState, Mode, Problem, SignIn};
use crate::settings::{Profile, Settings, SettingsError};

/// Where the presence on a board comes from.
pub struct Sources {
    /// That of the board's own profile.
    pub main: Source,
    /// The profiles that are joined.
    pub joined: Vec<Joined>,
}

impl From<Source> for Sources {
    /// One alone.
    fn from(main: Source) -> Sources {
        let joined = Vec::new();
        Sources { main, joined }
    }
}

impl Sources {
    /// What the board is sent of those that are joined.
    pub fn message(&self) -> WorldMessage {
        let joined = self.joined.iter();
        let links = joined.map(|joined| (joined.profile.to_string(), joined.link()));
        WorldMessage::Joined(links.collect())
    }
}

/// A profile that is joined.
pub struct Joined {
    /// Which.
    pub profile: Profile,
    /// What it says.
    pub settings: Settings,
    /// Where its presence comes from; or why it cannot sign in.
    pub source: Result<Source, Problem>,
}

impl Joined {
    /// Those that the settings join. A command that prints a password runs here, while the terminal is
    /// still free.
    ///
    /// # Errors
    /// [`SettingsError`] as [`Settings::joined`] has them.
    pub async fn all(settings: &Settings) -> Result<Vec<Joined>, SettingsError> {
        let mut all = Vec::new();
        for (profile, settings) in settings.joined()? {
            all.push(Joined::of(profile, settings).await);
        }
        Ok(all)
    }

    /// A profile as it is now, which may have been changed since.
    ///
    /// # Errors
    /// Why its settings cannot be followed.
    pub async fn again(profile: Profile) -> Result<Joined, SettingsError> {
        // A slow disk must not hold up the screen.
        let named = profile.clone();
        let read = tokio::task::spawn_blocking(move || Settings::of_joined(&named));
        Ok(Joined::of(profile, done(read).await?).await)
    }

    async fn of(profile: Profile, settings: Settings) -> Joined {
        let source = Source::of(&settings).await;
        Joined {
            source: source.map_err(|error| problem(&error)),
            profile,
            settings,
        }
    }

    /// Its link before the first sign-in.
    pub fn link(&self) -> Link {
        match &self.source {
            Ok(source) => source.link(),
            Err(problem) => refused(&self.settings, problem.clone()),
        }
    }
}

/// Why a profile cannot sign in. What is missing in it, no option of this board gives.
pub fn problem(error: &CommandError) -> Problem {
    let what = match error {
        CommandError::Missing(what, ..) => format!("{what} is not set"),
        CommandError::NoPassword => "the application user's password is not saved".into(),
        error => error.to_string(),
    };
    Problem {
        what,
        advice: String::new(),
    }
}

/// The link of a profile that cannot sign in.
pub fn refused(settings: &Settings, problem: Problem) -> Link {
    let server = settings.nodes().map(|nodes| nodes.primary.to_string());
    Link {
        server: server.unwrap_or_default(),
        user: settings.user.value.clone().unwrap_or_default(),
        mode: Mode::Every(settings.interval.value.into()),
        warning: None,
        own: None,
        shown: None,
        remark: None,
        state: LinkState::Refused {
            sign_in: SignIn::Application,
            problem,
        },
    }
}
