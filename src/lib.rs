//! whosin: a presence board for the terminal.
//!
//! The folder tree is the architecture. [`presence`] reads documents and knows nobody; [`link`] is
//! what [`feed`] and [`board`] share, so that neither knows the other; [`http`] is the way to a server,
//! over which [`pws`] speaks to the service and [`directory`] to the company's directory;
//! `feed` keeps presence fresh through it, [`broker`] takes it from others who do; [`calling`] makes commands of contacts; `board` is the state of the screen, without I/O, and
//! [`tui`] draws it; [`memory`] keeps what the next run and scripts read; [`settings`] and [`cli`] say
//! what is wanted; [`sys`] is what differs between the systems. Only [`commands`] knows everyone. A test reads the imports and holds this.

pub mod board;
pub mod broker;
pub mod calling;
pub mod cli;
pub mod commands;
pub mod contacts;
pub mod directory;
pub mod feed;
pub mod file;
pub mod http;
pub mod link;
pub mod log;
pub mod memory;
pub mod operator;
pub mod presence;
pub mod pws;
pub mod settings;
pub mod simulator;
pub mod sys;
pub mod tui;
