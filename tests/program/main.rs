//! The program as a whole: its processes, its terminal, its files.

mod board_files;
mod calling;
mod check;
mod command_line;
mod contacts;
mod contacts_command;
mod directory;
mod exit_codes;
mod flood;
mod following;
mod full_disk;
mod hidden;
mod history;
mod hostile;
mod kills;
mod last_seen;
mod limits;
mod lookup;
mod operator_notes;
mod own_presence;
mod packagers;
mod packaging;
mod panic;
mod passwords;
mod profiles;
mod proxies;
mod secrets;
mod settings;
mod shared;
mod shared_feed;
mod sign_in;
mod simulate;
mod status;
mod status_schema;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "each of the test programs uses its own part")]
mod support;
mod terminal;
mod themes;
mod tmux;
mod together;
mod trust;
mod wait;
mod watch;
mod windows;
