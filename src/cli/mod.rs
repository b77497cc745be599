//! The command line.

mod call;
mod config;
mod contacts;
mod directory;
mod exit;
mod looking;
mod own;
mod parser;
mod publish;
mod simulated;
mod who;

pub use call::Call;
pub use config::Config;
pub use contacts::Contacts;
pub use directory::Search;
pub use exit::Exit;
pub use looking::{Bar, Goal, Status, Wait, Watch};
pub use own::Set;
pub use parser::parser;
pub use publish::{Discovery, Publish};
pub use simulated::{Accounts, Demo, Population, Security, Simulate};
pub use who::{ContactError, Whom, find_contact, find_contact_loosely, find_groups};

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{ArgAction, Args, Parser, Subcommand};
use clap_complete::ArgValueCompleter;
use clap_complete::env::Shells;

use crate::settings::values::Kind;
use crate::settings::{Layer, Profile, SetUp, SettingsError};
use who::complete_profile;

/// A presence board for the terminal: who is in, free or on the phone.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    after_help = "Examples:\n  whosin demo\n  whosin --server cup.example.com --app-user webservice --user klmt\n\nThe application user's password comes from WHOSIN_APP_PASSWORD, from app_password_command or\napp_password in the settings, or is asked for: never from an option."
)]
pub struct Cli {
    /// What everything goes by.
    #[command(flatten)]
    pub options: Options,
    /// What is done; without, the board is shown.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options of all commands.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
pub struct Options {
    /// Those that are settings, too.
    #[command(flatten)]
    pub settings: Layer,
    /// The settings file [env: WHOSIN_CONFIG]
    #[arg(long, global = true, value_name = "FILE", value_parser = <PathBuf as Kind>::parser())]
    pub config: Option<PathBuf>,
    /// Another set-up of the user's, with its own settings and contacts [env: WHOSIN_PROFILE]
    #[arg(long, global = true, value_name = "NAME", conflicts_with = "config", add = ArgValueCompleter::new(complete_profile))]
    pub profile: Option<Profile>,
    /// Write what is done to standard error; with -vv also what is asked
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}

impl Options {
    /// Which settings count: those that an option names, else those that a variable names, else the
    /// usual ones.
    ///
    /// # Errors
    /// [`SettingsError::Variable`] where the variable names no profile.
    pub fn set_up(&self) -> Result<SetUp, SettingsError> {
        match (&self.config, &self.profile) {
            (Some(path), _) => Ok(SetUp::of_file(path)),
            (None, Some(profile)) => Ok(SetUp::of_profile(profile)),
            (None, None) => SetUp::of_environment(),
        }
    }
}

/// What is done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the board against a presence service inside the program
    #[command(
        after_help = "Examples:\n  whosin demo --contacts 200\n  whosin demo --shared\n\nNo settings are read or written."
    )]
    Demo(Demo),
    /// Run only the presence service, for trying things out
    #[command(
        after_help = "Examples:\n  whosin simulate --listen 127.0.0.1:8082 --scenario throttle=5,expire\n  whosin simulate --tls\n  whosin simulate --app-user webservice --app-password secret --user klmt"
    )]
    Simulate(Simulate),
    /// Ask once, print, and end
    #[command(
        after_help = "Examples:\n  whosin status\n  whosin status --json\n  whosin status --cached ben\n  whosin status --group Sales\n  until whosin status -q ben; do sleep 60; done\n\nIn PowerShell:\n  do { whosin status -q ben; $free = $?; if (-not $free) { Start-Sleep 60 } } until ($free)"
    )]
    Status(Status),
    /// Set my own presence
    #[command(
        after_help = "Examples:\n  whosin set dnd --for 2h\n  whosin set clear\n\nThe server keeps it for an hour at least and a day at most."
    )]
    Set(Set),
    /// Print one short line for the status bar of tmux, polybar or waybar
    #[command(
        name = "tmux",
        after_help = "Examples:\n  set -g status-right '#(whosin tmux --colors) %H:%M'     in ~/.tmux.conf\n  whosin tmux ben 'Carla Three'\n  whosin tmux --group Sales\n  whosin tmux --format '{available} free, {busy} busy' --max-age 2m\n  whosin tmux ben --format '{icon} {name}: {state} ({age})'\n  whosin tmux --format waybar\n\nFields: {available} {away} {busy} {dnd} {off} {unknown} count fresh states, {stale} the others,\n{total} all; {age} is how old the answer is. Where contacts are named also {icon} {name} {state}\n{note}, filled for each. {{ and }} are braces. Waybar gets the state of the most reachable as class,\n'stale' or 'unknown'.\n\nThe line comes from what a running board left; only where that is too old the server is asked.\nWhere neither tells anything the line is 'whosin ?' and the exit code 2 (settings), 3 (sign-in\nrefused), 4 (server not reached) or 1."
    )]
    Tmux(Bar),
    /// Wait until a contact gets there
    #[command(
        after_help = "Examples:\n  whosin wait ben && notify-send 'Ben is free'\n  whosin wait ben; if ($?) { [Console]::Beep() }     in PowerShell\n  whosin wait ben carla --for available,away --timeout 30m\n  whosin wait --group Sales\n  whosin wait ben --for changed --quiet\n\nPrints the moment, the name and the state. Only what the server says now counts. Trouble with the\nserver is waited out. Exit codes: 0 somebody got there, 5 the time is up, 3 sign-in refused, 4 the\ntime is up and the server was never reached, 130 interrupted."
    )]
    Wait(Wait),
    /// Print a line for each change, for screen readers, logs and pipes
    #[command(
        after_help = "Examples:\n  whosin watch --plain\n  whosin watch ben 'Carla Three' | tee -a presence.log\n  whosin watch --group Sales --exec notify-send '{name}' '{activity}'\n  whosin watch --json | jq -r 'select(.kind == \"change\").contact.name'\n\nFirst the present states, then each change: time, name, state, note. Trouble with the server is a\nline, too. Each JSON object has schema, at and kind: state (a first answer) and change with contact\nas in 'status --json', link with link (trouble or up) and words."
    )]
    Watch(Watch),
    /// Publish the contacts' presence to an MQTT 5 broker, for boards that take it --from there
    #[command(
        after_help = "Examples:\n  whosin publish --to mqtts://publisher@broker.example.com/whosin\n  whosin publish --to mqtts://publisher@broker.example.com/whosin --publish-notes\n  whosin publish --to mqtts://publisher@broker.example.com/whosin --purge\n  whosin --from mqtts://board@broker.example.com/whosin\n\nPublishes availability, activities and until when, of everybody in the contact book. The broker's\npassword comes from WHOSIN_BROKER_PASSWORD, broker_password_command or broker_password. Trust options count for the\nserver and the broker. Exit codes: 1 failed, 2 settings, 3 sign-in refused, 143 ended by SIGTERM."
    )]
    Publish(Publish),
    /// Sign in step by step; say what each step found and what to do
    #[command(
        after_help = "Examples:\n  whosin check\n  whosin check --server cup.example.com --report report.txt\n\nExit codes: 0 all is well, 1 failed, 2 settings, 3 sign-in refused, 4 server not reached."
    )]
    Check {
        /// Write a report without secrets, to send to somebody who can help; - prints it
        #[arg(long, value_name = "FILE", value_parser = <PathBuf as Kind>::parser())]
        report: Option<PathBuf>,
    },
    /// Show, check and edit the settings
    #[command(
        subcommand,
        after_help = "Examples:\n  whosin config example > ~/.config/whosin/config.toml\n  whosin config show\n  whosin config check\n\nEvery key is also an option or a variable: WHOSIN_INTERVAL for interval."
    )]
    Config(Config),
    /// Look at and change the contact book, also while a board shows it
    #[command(
        subcommand,
        after_help = "Examples:\n  whosin contacts add ben@example.com --name 'Ben Two' --group 'Front desk'\n  whosin contacts import people.csv\n  whosin contacts export people.vcf"
    )]
    Contacts(Contacts),
    /// Search the company's directory, by name or number
    #[command(
        after_help = "Examples:\n  whosin directory anna berg\n  whosin directory 'berg, anna' --json | jq -r '.people[].uri'\n  whosin directory 2140\n  whosin contacts add --find anna berg\n\nThe directory is the call manager's: directory in the settings, else what DNS names for the domain.\nWhere it wants a sign-in: WHOSIN_DIRECTORY_PASSWORD. Exit codes: 0 somebody is found, 1 nobody or\nfailed, 2 settings, 3 sign-in refused or wanted, 4 directory not reached."
    )]
    Directory(Search),
    /// Call a contact, or do something else with them by another program
    #[command(
        after_help = "Examples:\n  whosin call ben\n  whosin call ben --action 'Write mail'\n  whosin call ben --dry-run\n\nThe actions are those of the menu x on the board: [[action]] in the settings. --dry-run prints the\nprogram and its arguments, a line each, and runs nothing."
    )]
    Call(Call),
    /// Print what makes a shell complete commands, options and contacts
    #[command(
        after_help = "Examples:\n  whosin completions bash > ~/.local/share/bash-completion/completions/whosin\n  whosin completions zsh > \"${fpath[1]}/_whosin\"\n  whosin completions fish > ~/.config/fish/completions/whosin.fish\n  whosin completions powershell | Out-String | Invoke-Expression     in $PROFILE\n\nThe shell then asks whosin itself, which reads the contact book and never the server."
    )]
    Completions {
        /// Which
        #[arg(value_parser = PossibleValuesParser::new(Shells::builtins().names()))]
        shell: String,
    },
    /// Print the manual, or write a page for each command
    #[command(
        after_help = "Examples:\n  whosin man | man -l -\n  whosin man --dir /usr/local/share/man/man1"
    )]
    Man {
        /// Write whosin.1, whosin-status.1 and so on into this folder
        #[arg(long, value_name = "DIR", value_parser = <PathBuf as Kind>::parser())]
        dir: Option<PathBuf>,
    },
}
