//! The command about the settings.

use clap::Subcommand;

/// What is done with the settings.
#[derive(Debug, Subcommand)]
pub enum Config {
    /// Print the path of the settings file
    #[command(after_help = "Example:\n  cp \"$(whosin config path)\" ~/dotfiles/whosin.toml")]
    Path,
    /// Print every setting, its value, and where that comes from
    #[command(
        after_help = "Examples:\n  whosin config show\n  WHOSIN_INTERVAL=10s whosin config show --json"
    )]
    Show {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a settings file with every key, each commented out
    #[command(after_help = "Example:\n  whosin config example > ~/.config/whosin/config.toml")]
    Example,
    /// Read settings, contacts and themes, and print what is wrong with them
    #[command(
        after_help = "Example:\n  whosin config check && git commit -am 'Settings of whosin'\n\nExit codes: 0 all of them can be read, 2 the settings or a theme cannot, 1 the contacts cannot."
    )]
    Check,
    /// Print the profiles that there are
    #[command(
        after_help = "Example:\n  whosin --profile night config edit && whosin config profiles"
    )]
    Profiles,
    /// Open the settings file in $VISUAL or $EDITOR, and check it afterwards
    #[command(after_help = "Example:\n  EDITOR=nano whosin config edit")]
    Edit,
}
