//! The text of a file that people edit: its byte order mark and its line ends stay, whatever is edited.

/// A text and how it was written.
pub struct Text {
    /// With `\n` at the end of each line, without a byte order mark.
    pub plain: String,
    written: String,
}

const BYTE_ORDER_MARK: char = '\u{feff}';

impl Text {
    /// Of what a file holds.
    pub fn of(written: String) -> Text {
        let plain = written.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&written);
        let plain = plain.replace("\r\n", "\n");
        Text { plain, written }
    }

    /// `edited` as the file writes it: the lines at the start and at the end that did not change
    /// keep their ends, the others get the end that most lines have.
    pub fn rewrite(&self, edited: &str) -> String {
        let mark = self.written.strip_prefix(BYTE_ORDER_MARK);
        let (mark, written) = match mark {
            Some(written) => (BYTE_ORDER_MARK.to_string(), written),
            None => (String::new(), self.written.as_str()),
        };
        let old: Vec<&str> = written.split_inclusive('\n').collect();
        let new: Vec<&str> = edited.split_inclusive('\n').collect();
        let same = |(old, new): &(&&str, &&str)| plain(old) == **new;
        let start = old.iter().zip(&new).take_while(same).count();
        let (old_rest, new_rest) = (&old[start..], &new[start..]);
        let end = old_rest.iter().rev().zip(new_rest.iter().rev());
        let end = end.take_while(same).count();
        let of_windows = |line: &&&str| line.ends_with("\r\n");
        let windows = 2 * old.iter().filter(of_windows).count() > old.len();
        let changed = new_rest[..new_rest.len() - end].iter().map(|line| {
            if windows {
                line.replace('\n', "\r\n")
            } else {
                line.to_string()
            }
        });
        let kept = |lines: &[&str]| lines.concat();
        [mark, kept(&old[..start])]
            .into_iter()
            .chain(changed)
            .chain([kept(&old_rest[old_rest.len() - end..])])
            .collect()
    }
}

fn plain(line: &str) -> String {
    line.replace("\r\n", "\n")
}
