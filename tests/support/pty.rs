//! A real terminal around the real program.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long a test waits for something that ought to happen at once.
const PATIENCE: Duration = Duration::from_secs(20);

/// The program in a terminal of its own, with an empty home.
pub struct Pty {
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    pub child: Box<dyn Child + Send + Sync>,
    screen: Arc<Mutex<vt100::Parser>>,
    written: Arc<Mutex<Vec<u8>>>,
    pub home: tempfile::TempDir,
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}

/// How the program is started.
pub struct Start<'a> {
    pub arguments: &'a [&'a str],
    pub variables: &'a [(&'a str, &'a str)],
    pub width: u16,
    pub height: u16,
}

impl Pty {
    pub fn start(start: Start<'_>) -> Pty {
        let home = tempfile::tempdir().unwrap();
        Pty::start_in(home, start)
    }

    /// Starts the program with this home folder.
    pub fn start_in(home: tempfile::TempDir, start: Start<'_>) -> Pty {
        Pty::start_program(Path::new(env!("CARGO_BIN_EXE_whosin")), home, start)
    }

    /// Starts any program with this home folder.
    pub fn start_program(program: &Path, home: tempfile::TempDir, start: Start<'_>) -> Pty {
        let size = PtySize {
            rows: start.height,
            cols: start.width,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(start.arguments);
        command.env_clear();
        for (name, value) in environment(home.path()) {
            command.env(name, value);
        }
        for (name, value) in start.variables {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let screen = Arc::new(Mutex::new(vt100::Parser::new(
            cells(start.height),
            cells(start.width),
            0,
        )));
        let written = Arc::new(Mutex::new(Vec::new()));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (parser, log) = (screen.clone(), written.clone());
        std::thread::spawn(move || {
            let mut buffer = [0; 1 << 14];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                // First the bytes: whoever has seen the screen may ask what was written for it.
                log.lock().unwrap().extend_from_slice(&buffer[..count]);
                parser.lock().unwrap().process(&buffer[..count]);
            }
        });
        let writer = pair.master.take_writer().unwrap();
        Pty {
            master: pair.master,
            writer,
            child,
            screen,
            written,
            home,
        }
    }

    pub fn send(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    pub fn resize(&self, width: u16, height: u16) {
        self.screen
            .lock()
            .unwrap()
            .screen_mut()
            .set_size(cells(height), cells(width));
        self.master
            .resize(PtySize {
                rows: height,
                cols: width,
                pixel_width: 0,
                pixel_height: 0,
            })
            .unwrap();
    }

    /// What is on the screen now.
    pub fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    pub fn with_screen<T>(&self, read: impl FnOnce(&vt100::Screen) -> T) -> T {
        read(self.screen.lock().unwrap().screen())
    }

    /// Every byte that the program wrote.
    pub fn written(&self) -> Vec<u8> {
        self.written.lock().unwrap().clone()
    }

    /// Waits until the screen shows what is wanted.
    pub fn wait_for(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let begun = Instant::now();
        loop {
            let text = self.text();
            if wanted(&text) {
                return text;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "no {what} on the screen:\n{text}"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn wait_for_text(&self, wanted: &str) -> String {
        self.wait_for(wanted, |text| text.contains(wanted))
    }

    /// Waits until the program has ended; its exit code.
    pub fn wait_for_end(&mut self) -> u32 {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "the program does not end:\n{}",
                self.text()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The environment of a user with this home folder, and nothing of the machine's own.
pub fn environment(home: &Path) -> Vec<(&'static str, String)> {
    let under = |folder: &str| home.join(folder).display().to_string();
    vec![
        ("HOME", home.display().to_string()),
        ("XDG_CONFIG_HOME", under("config")),
        ("XDG_CACHE_HOME", under("cache")),
        ("XDG_STATE_HOME", under("state")),
        ("XDG_DATA_HOME", under("data")),
        ("XDG_RUNTIME_DIR", under("run")),
        ("PATH", std::env::var("PATH").unwrap_or_default()),
        ("TERM", "xterm-256color".into()),
        ("COLORTERM", "truecolor".into()),
        ("LANG", "C.UTF-8".into()),
        ("TZ", "UTC".into()),
    ]
}
