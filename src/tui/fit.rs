//! Text cut to the cells there are, by what a terminal shows of it.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// How many cells the text takes.
pub fn cells(text: &str) -> usize {
    text.width()
}

/// The text in at most `width` cells; where something is cut off, the last cell is `…`.
pub fn fit(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_string();
    }
    let mut cut = String::new();
    let mut used = 0;
    for cluster in text.graphemes(true) {
        let cells = cluster.width();
        if used + cells >= width {
            break;
        }
        used += cells;
        cut.push_str(cluster);
    }
    if width > 0 {
        cut.push('…');
    }
    cut
}

/// A name in at most `width` cells. What is cut off is in the middle: people with the same first name,
/// and lines of the same department, differ at the end.
pub fn fit_name(name: &str, width: usize) -> String {
    /// A letter and the `…`, the least that is left of what stands before the last word.
    const LEAST: usize = 2;
    let parts = name.rsplit_once(' ').filter(|_| cells(name) > width);
    let Some((head, last)) = parts else {
        return fit(name, width);
    };
    match width.checked_sub(cells(last) + 1) {
        Some(room) if room >= LEAST => {
            let cut = fit(head, room);
            let bare = cut.trim_end_matches('…').trim_end();
            format!("{bare}… {last}")
        }
        _ => fit(name, width),
    }
}

/// The text in exactly `width` cells.
pub fn padded(text: &str, width: usize) -> String {
    let text = fit(text, width);
    let gap = width.saturating_sub(cells(&text));
    text + &" ".repeat(gap)
}

/// The text broken into lines of at most `width` cells, at spaces where there are any.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    // The cells of a line are counted as it grows: measured anew each time, long words would take long.
    let (mut line, mut used) = (String::new(), 0);
    for word in text.split_inclusive(' ') {
        let bare = cells(word.trim_end());
        if used + bare > width && !line.is_empty() {
            lines.push(std::mem::take(&mut line).trim_end().to_string());
            used = 0;
        }
        if bare <= width {
            line.push_str(word);
            used += cells(word);
            continue;
        }
        for cluster in word.graphemes(true) {
            let more = cells(cluster);
            if used + more > width && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push_str(cluster);
            used += more;
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line.trim_end().to_string());
    }
    lines
}
