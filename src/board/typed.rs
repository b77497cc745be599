//! What goes into text fields: what a key does, or a whole text at once.

use tui_input::{Input, InputRequest};

/// What goes into the text field that has the focus.
#[derive(Clone, Copy, Debug)]
pub enum Typed<'a> {
    /// What a key does.
    Key(InputRequest),
    /// A text, where the cursor is.
    Text(&'a str),
}

impl Typed<'_> {
    /// Puts it in; the cursor stands behind it then.
    pub fn put_into(self, input: &mut Input) {
        match self {
            Typed::Key(request) => drop(input.handle(request)),
            Typed::Text(text) => insert(input, text),
        }
    }
}

fn insert(input: &mut Input, text: &str) {
    let value = input.value();
    let at = value.char_indices().nth(input.cursor());
    let (before, after) = value.split_at(at.map_or(value.len(), |(at, _)| at));
    let cursor = input.cursor() + text.chars().count();
    *input = Input::new([before, text, after].concat()).with_cursor(cursor);
}
