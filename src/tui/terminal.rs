//! The terminal itself: taken over on entering, given back on leaving, whatever the way out.

use std::io::{self, BufWriter, Stdout, Write, stdout};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::Show;
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste,
    EnableFocusChange, EnableMouseCapture,
};
use crossterm::style::Print;
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen,
    LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};

use super::theme::Background;
use crate::presence::clean;
use crate::sys::{console, job};

type BufferedTerminal = Terminal<CrosstermBackend<BufWriter<Stdout>>>;

/// The terminal while the board has it. It is given back when this is dropped.
pub struct Screen {
    terminal: BufferedTerminal,
    mouse: bool,
    focus: bool,
}

impl Screen {
    /// Takes the terminal over: raw mode, the alternate screen, the mouse if wanted. A panic gives
    /// it back before it is reported.
    pub fn enter(mouse: bool) -> io::Result<Screen> {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let report = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                give_back();
                report(panic);
            }));
        });
        take_over(mouse)?;
        Ok(Screen {
            terminal: fresh()?,
            mouse,
            focus: false,
        })
    }

    /// Draws a frame: only the cells that changed are written, in one go.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(draw)?;
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)
    }

    /// Clears the screen and takes up its size, so that the next frame is written as a whole.
    pub fn redraw(&mut self) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), Clear(ClearType::All))?;
        self.terminal = fresh()?;
        Ok(())
    }

    /// Asks the terminal for its background; the answer comes among the keys.
    pub fn ask_for_background(&mut self) -> io::Result<()> {
        let backend = self.terminal.backend_mut();
        backend.write_all(Background::QUESTION.as_bytes())?;
        Write::flush(backend)
    }

    /// Has the terminal report when it comes to the front, where it can.
    pub fn follow_focus(&mut self) -> io::Result<()> {
        if !console::REPORTS_FOCUS {
            return Ok(());
        }
        self.focus = true;
        execute!(self.terminal.backend_mut(), EnableFocusChange)
    }

    /// Whether the terminal was asked to report that.
    pub fn follows_focus(&self) -> bool {
        self.focus
    }

    /// Takes the mouse, or leaves it to the terminal.
    pub fn set_mouse(&mut self, mouse: bool) -> io::Result<()> {
        self.mouse = mouse;
        if mouse {
            execute!(self.terminal.backend_mut(), EnableMouseCapture)
        } else {
            execute!(self.terminal.backend_mut(), DisableMouseCapture)
        }
    }

    /// Gives the terminal back, stops the process until it is continued, takes the terminal again.
    pub fn suspend(&mut self) -> io::Result<()> {
        give_back();
        job::stop()?;
        self.retake()
    }

    /// Takes the terminal again: others may have used it, and left it as they like it.
    pub fn retake(&mut self) -> io::Result<()> {
        // Else raw mode seems to be there still, and is not set again.
        disable_raw_mode()?;
        take_over(self.mouse)?;
        if self.focus {
            self.follow_focus()?;
        }
        self.redraw()
    }

    /// Puts a text on the clipboard, through the terminal (OSC 52).
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(
            self.terminal.backend_mut(),
            CopyToClipboard::to_clipboard_from(clean(text))
        )
    }

    /// Rings the bell.
    pub fn bell(&mut self) -> io::Result<()> {
        let backend = self.terminal.backend_mut();
        backend.write_all(b"\x07")?;
        Write::flush(backend)
    }

    /// Asks the terminal for a notification (OSC 9 and OSC 777). Inside tmux that goes to the terminal
    /// behind it, where tmux allows it.
    pub fn notify(&mut self, words: &str, inside_tmux: bool) -> io::Result<()> {
        let words = clean(words).replace(';', ",");
        let backend = self.terminal.backend_mut();
        for notice in [
            format!("\x1b]9;{words}\x07"),
            format!("\x1b]777;notify;whosin;{words}\x07"),
        ] {
            if inside_tmux {
                write!(
                    backend,
                    "\x1bPtmux;{}\x1b\\",
                    notice.replace('\x1b', "\x1b\x1b")
                )?;
            } else {
                backend.write_all(notice.as_bytes())?;
            }
        }
        Write::flush(backend)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// A terminal that has drawn nothing yet. The viewport is fixed: one that follows the size by itself
/// asks the terminal where the cursor is, and not every terminal answers.
fn fresh() -> io::Result<BufferedTerminal> {
    let (width, height) = crossterm::terminal::size()?;
    let backend = CrosstermBackend::new(BufWriter::with_capacity(1 << 16, stdout()));
    let viewport = Viewport::Fixed(Rect::new(0, 0, width, height));
    Terminal::with_options(backend, TerminalOptions { viewport })
}

/// Ends reports of the terminal on its colours (mode 2031), for which another program may have asked
/// that was killed: crossterm takes all keys after one for its continuation.
const NO_COLOUR_REPORTS: &str = "\x1b[?2031l";

/// Whether the terminal is the board's now.
static TAKEN: AtomicBool = AtomicBool::new(false);

fn take_over(mouse: bool) -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
    if console::REPORTS_FOCUS {
        execute!(stdout(), Print(NO_COLOUR_REPORTS))?;
    }
    if mouse {
        execute!(stdout(), EnableMouseCapture)?;
    }
    Ok(())
}

/// Gives the terminal back. Nothing can be done about a failure: the terminal may be gone.
fn give_back() {
    // A second time would put the cursor back over what was printed since, such as why it panicked.
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    // On its own: Windows refuses it where the mouse was never taken, and nothing after it is done.
    let _ = execute!(stdout(), DisableMouseCapture);
    if console::REPORTS_FOCUS {
        let _ = execute!(stdout(), DisableFocusChange);
    }
    let _ = execute!(
        stdout(),
        DisableBracketedPaste,
        EndSynchronizedUpdate,
        LeaveAlternateScreen,
        Show
    );
    let _ = disable_raw_mode();
}
