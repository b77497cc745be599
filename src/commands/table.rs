//! Tables: columns for people on a terminal, tabs between the cells for programs.

use std::io::{self, IsTerminal};

use unicode_width::UnicodeWidthStr;

use super::CommandError;
use super::output::{print, print_exactly};
use crate::cli::Exit;
use crate::presence::clean;

/// Prints rows for whoever reads standard output.
///
/// # Errors
/// As [`print`].
pub fn print_table<const N: usize>(rows: &[[String; N]]) -> Result<Exit, CommandError> {
    if io::stdout().is_terminal() {
        print(&aligned(rows, |_, _, cell| cell.into()))?;
    } else {
        print_exactly(&tabbed(rows))?;
    }
    Ok(Exit::Done)
}

/// Rows with a tab between the cells, empty ones, too: `cut -f` finds each column where it is.
pub fn tabbed<const N: usize>(rows: &[[String; N]]) -> String {
    let line = |row: &[String; N]| {
        let cells = row.each_ref().map(|cell| clean(cell));
        format!("{}\n", cells.join("\t"))
    };
    rows.iter().map(line).collect()
}

/// Rows in columns: two spaces between, as wide on a screen as their widest cell; none at a line's
/// end. `paint` makes of a cell, by row and column, what is written; it must not change its width.
pub fn aligned<const N: usize>(
    rows: &[[String; N]],
    paint: impl Fn(usize, usize, &str) -> String,
) -> String {
    let widest: [usize; N] = std::array::from_fn(|column| {
        let widths = rows.iter().map(|row| row[column].width());
        widths.max().unwrap_or_default()
    });
    let mut text = String::new();
    for (number, row) in rows.iter().enumerate() {
        let mut gap = 0;
        for (column, (cell, width)) in row.iter().zip(widest).enumerate() {
            if !cell.is_empty() {
                text.push_str(&" ".repeat(gap));
                text.push_str(&paint(number, column, cell));
                gap = 0;
            }
            if width > 0 {
                gap += width - cell.width() + 2;
            }
        }
        text.push('\n');
    }
    text
}
