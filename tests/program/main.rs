//! The program as a whole: its processes, its terminal, its files.

mod board_files;
mod calling;
mod check;
mod command_line;
mod contacts;
mod contacts_command;
mod directory;
mod exit_codes;
mod following;
