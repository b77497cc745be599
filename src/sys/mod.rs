//! What differs between the systems: here alone is it spelt which one this is. Each file is one
//! thing that the rest of the crate wants of every system.

pub mod child;
pub mod clock;
pub mod console;
pub mod door;
pub mod dumps;
pub mod job;
pub mod keyboard;
pub mod lock;
pub mod private;
pub mod reader;
pub mod ready;
pub mod shell;
pub mod signals;
pub mod signs;
pub mod socket;
pub mod storage;
