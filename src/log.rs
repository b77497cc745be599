//! What whosin did, in a file: requests with times and sizes, and never a secret.
//!
//! Only whosin's own events are written, at any level: the libraries below it would write what goes
//! over the wire.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use crate::file;
use crate::presence::clean_lines;

/// A file that is larger than this, in bytes, makes way for a new one.
const LARGEST: u64 = 1 << 20;
/// So many older files are kept.
const KEPT: u32 = 3;

/// A log file that makes way for a new one when it is large: `whosin.log`, then `whosin.log.1` and
/// so on.
#[derive(Debug)]
pub struct Rotating {
    path: PathBuf,
    open: Option<(File, u64)>,
}

impl Rotating {
    /// A log at this place.
    pub fn at(path: PathBuf) -> Rotating {
        Rotating { path, open: None }
    }

    fn older(&self, number: u32) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{number}"));
        name.into()
    }

    fn open(&self) -> io::Result<(File, u64)> {
        file::folder_of(&self.path)?;
        let file = file::open_private(File::options().append(true), &self.path)?;
        let size = file.metadata()?.len();
        Ok((file, size))
    }

    /// Opens the file, to see whether it can be written.
    fn begin(&mut self) -> Result<(), String> {
        let path = self.path.display();
        let opened = self.open().map_err(|error| {
            format!(
                "{path} cannot be written: {error}. There is no log; --log-level off wants none"
            )
        });
        self.open = Some(opened?);
        Ok(())
    }

    fn rotate(&mut self) {
        self.open = None;
        for number in (1..KEPT).rev() {
            // What is not there yet needs no moving.
            let _ = fs::rename(self.older(number), self.older(number + 1));
        }
        let _ = fs::rename(&self.path, self.older(1));
    }
}

impl Write for Rotating {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.open.as_ref().is_some_and(|(_, size)| *size > LARGEST) {
            self.rotate();
        }
        let (mut file, size) = match self.open.take() {
            Some(open) => open,
            None => self.open()?,
        };
        let written = file.write(line)?;
        self.open = Some((file, size + written as u64));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes each event as one line without anything that would control a terminal.
#[derive(Debug)]
pub struct CleanLines<W>(pub W);

impl<W: Write> Write for CleanLines<W> {
    /// Writes a whole event, as the library hands it over.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let line = text.trim_end_matches('\n').replace(['\n', '\r'], " ");
        self.0
            .write_all(format!("{}\n", clean_lines(&line)).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Starts the log: up to `level` into the file, where there is a place for one, and up to `verbose`
/// to standard error. A file that cannot be written is done without.
///
/// # Errors
/// Words that say why there is no log.
pub fn start(path: Option<&Path>, level: LevelFilter, verbose: LevelFilter) -> Result<(), String> {
    let own = |most: LevelFilter| {
        filter_fn(move |event| {
            let target = event.target();
            let whosin = target == "whosin" || target.starts_with("whosin::");
            whosin && *event.level() <= most
        })
    };
    let path = path.filter(|_| level != LevelFilter::OFF);
    let mut file = path.map(|path| Rotating::at(path.to_path_buf()));
    let writable = file.as_mut().map_or(Ok(()), Rotating::begin);
    let to_file = file.filter(|_| writable.is_ok()).map(|file| {
        let file = Mutex::new(CleanLines(file));
        fmt::layer()
            .with_ansi(false)
            .log_internal_errors(false)
            .with_writer(file)
            .with_filter(own(level))
    });
    let to_screen = (verbose != LevelFilter::OFF).then(|| {
        fmt::layer()
            .with_ansi(false)
            .without_time()
            .with_target(false)
            .with_writer(|| CleanLines(io::stderr()))
            .with_filter(own(verbose))
    });
    // Only a second start in one process fails, and then the first one holds.
    let _ = tracing_subscriber::registry()
        .with(to_file)
        .with(to_screen)
        .with(level.max(verbose))
        .try_init();
    writable
}

/// What so many `-v` mean.
pub fn verbosity(times: u8) -> LevelFilter {
    match times {
        0 => LevelFilter::OFF,
        1 => Level::DEBUG.into(),
        _ => Level::TRACE.into(),
    }
}
