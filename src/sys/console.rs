//! What the terminal can do, where the environment does not say it.
//!
//! Every terminal of Unix says it in `TERM` and `COLORTERM`. The consoles of Windows set neither:
//! Windows Terminal sets `WT_SESSION`, the older console host nothing at all.

/// A variable of the environment that says what the terminal can do: as it is set, else as it would
/// be set for this console.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().or_else(|| unset(name))
}

/// Whether tmux is between the program and the terminal. An empty variable is as good as none.
pub fn is_in_tmux() -> bool {
    std::env::var_os("TMUX").is_some_and(|value| !value.is_empty())
}

#[cfg(not(windows))]
fn unset(_name: &str) -> Option<String> {
    None
}

#[cfg(windows)]
fn unset(name: &str) -> Option<String> {
    // A terminal that is not the system's has said what it is.
    if std::env::var_os("TERM").is_some() {
        return None;
    }
    match name {
        "COLORTERM" if takes_escapes() => Some("truecolor".into()),
        "TERM" if !takes_escapes() => Some("dumb".into()),
        _ => None,
    }
}

/// Whether the terminal follows escape sequences, such as those for colours.
#[cfg(not(windows))]
pub fn takes_escapes() -> bool {
    true
}

/// Whether the console follows escape sequences, such as those for colours. It is made to: the
/// console host of Windows 10 and later can, but does not from the start.
#[cfg(windows)]
pub fn takes_escapes() -> bool {
    crossterm::ansi_support::supports_ansi()
}

/// Whether the terminal reports that it comes to the front where it is asked to. The console of Windows
/// reports it in its own way, and takes the request amiss.
pub const REPORTS_FOCUS: bool = cfg!(not(windows));

/// Whether the terminal draws symbols that its font lacks, from other fonts.
#[cfg(not(windows))]
pub fn has_symbols() -> bool {
    draws_symbols(|name| std::env::var(name).ok())
}

/// Whether a terminal of Unix with these variables shows more than ASCII: the console of Linux has
/// few symbols, and a locale may name another encoding. One that is not set names none.
#[cfg(not(windows))]
pub fn draws_symbols(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &&str| variable(name).filter(|value| !value.is_empty());
    if let Some("linux" | "dumb" | "vt100" | "vt220") = variable("TERM").as_deref() {
        return false;
    }
    // In this order the system looks at them, too (POSIX, section 8.2).
    let Some(locale) = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(set) else {
        return true;
    };
    let locale = locale.to_ascii_lowercase();
    match locale.split_once('.') {
        Some((_, encoding)) => encoding.starts_with("utf-8") || encoding.starts_with("utf8"),
        None => locale != "c" && locale != "posix",
    }
}

/// Whether the console draws symbols that its font lacks, from other fonts. Windows Terminal does,
/// and what is not the system's; the console host draws boxes instead, and its usual font,
/// Consolas, has few symbols.
#[cfg(windows)]
pub fn has_symbols() -> bool {
    ["WT_SESSION", "TERM_PROGRAM", "TERM"]
        .iter()
        .any(|name| std::env::var_os(name).is_some())
}
