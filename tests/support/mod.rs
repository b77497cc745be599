//! What the tests share: a board with people on it, the embedded service, the program in a terminal.

pub mod bench;
pub mod certificates;
pub mod desk;
pub mod fuzzing;
pub mod hidden;
pub mod mosquitto;
pub mod pty;
pub mod service;
pub mod trouble;
