//! Changing the text of the book as a person would: comments, unknown keys and the order stay.

use toml_edit::{ArrayOfTables, Document, DocumentMut, Item, Key, Table, Value, value};

use super::rows::{Mistake, last_comment};
use super::{Edit, Fact};
use crate::presence::{Address, clean};

/// The document, with its contacts in tables `[[contact]]`.
///
/// # Errors
/// [`Mistake`] where they stand in one list: rewriting that would lose its comments.
pub(super) fn editable(document: Document<&str>) -> Result<DocumentMut, Mistake> {
    let list = document.get("contact").and_then(Item::as_array);
    if list.is_some_and(|list| !list.is_empty()) {
        return Err(Mistake {
            at: document.key("contact").and_then(Key::span),
            reason: "contacts in one list are read, not changed: write each as [[contact]]".into(),
        });
    }
    let is_empty_list = list.is_some();
    let mut document = document.into_mut();
    if is_empty_list {
        document.remove("contact");
    }
    Ok(document)
}

/// Applies an edit that concerns the book: adds who is not there, changes who is.
pub(super) fn apply(document: &mut DocumentMut, edit: &Edit) {
    let tables = document
        .entry("contact")
        .or_insert(Item::ArrayOfTables(ArrayOfTables::new()))
        .as_array_of_tables_mut()
        .expect("editable() and rows::read() refuse anything else");
    let place = |tables: &ArrayOfTables, wanted: &Address| {
        let address = |table: &Table| Address::parse(table.get("address")?.as_str()?).ok();
        tables
            .iter()
            .position(|table| address(table).as_ref() == Some(wanted))
    };
    match edit {
        Edit::Add(contact) => {
            let mut table = Table::new();
            table["address"] = value(contact.address.as_str());
            for fact in Fact::ALL {
                set(&mut table, fact.key(), contact.fact(fact));
            }
            pin(&mut table, contact.pinned);
            let comment = contact.comment.as_deref().map(written_comment);
            if let Some(comment) = &comment {
                table.decor_mut().set_prefix(format!("\n{comment}"));
            }
            let first = tables.is_empty();
            tables.push(table);
            if first {
                head_with_trailing(document, &comment.unwrap_or_default());
            }
        }
        Edit::Remove(address) => {
            if let Some(at) = place(tables, address) {
                remove(document, at);
                // The same address may be there twice.
                apply(document, edit);
            }
        }
        Edit::Set {
            address,
            fact,
            text,
        } => {
            if let Some(at) = place(tables, address) {
                let table = tables.get_mut(at).expect("place() found it");
                set(table, fact.key(), text.as_deref());
            }
        }
        Edit::Pin { address, pinned } => {
            if let Some(at) = place(tables, address) {
                pin(tables.get_mut(at).expect("place() found it"), *pinned);
            }
        }
    }
}

fn pin(table: &mut Table, pinned: bool) {
    const KEY: &str = "pinned";
    match table.get_mut(KEY).and_then(Item::as_value_mut) {
        Some(old) if old.as_bool() == Some(pinned) => {}
        _ if !pinned => unset(table, KEY),
        Some(old) => replace(old, pinned.into()),
        None => table[KEY] = value(pinned),
    }
}

/// A comment as it stands above its contact.
fn written_comment(comment: &str) -> String {
    let lines = comment
        .lines()
        .filter(|line| line.trim_start().starts_with('#'));
    lines.map(|line| format!("{line}\n")).collect()
}

/// A file of comments alone keeps them above its first contact and that contact's own.
fn head_with_trailing(document: &mut DocumentMut, own: &str) {
    let trailing = document.trailing().as_str().unwrap_or_default();
    // Its last line may have no end: what is written behind it would belong to the comment.
    let end = if trailing.is_empty() || trailing.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let comment = format!("{trailing}{end}{own}");
    document.set_trailing("");
    let tables = document
        .get_mut("contact")
        .and_then(Item::as_array_of_tables_mut);
    if let Some(table) = tables.and_then(|tables| tables.get_mut(0)) {
        table.decor_mut().set_prefix(comment);
    }
}

/// Removes a contact, and the comment right above it. What stands further above may be about those
/// who follow, and what the file begins with is about all, so these stay.
fn remove(document: &mut DocumentMut, at: usize) {
    let begins_file = at == 0
        && document
            .iter()
            .next()
            .is_some_and(|(key, _)| key == "contact");
    let Some(tables) = document
        .get_mut("contact")
        .and_then(Item::as_array_of_tables_mut)
    else {
        return;
    };
    let prefix = |table: &Table| {
        let prefix = table.decor().prefix().and_then(|prefix| prefix.as_str());
        prefix.unwrap_or_default().to_string()
    };
    let above = prefix(&tables.remove(at));
    let (own, further) = last_comment(&above);
    let comment = if further.is_empty() && begins_file {
        own
    } else {
        further
    };
    if !comment.contains('#') {
        return;
    }
    match tables.get_mut(at) {
        Some(next) => {
            let own = prefix(next);
            let apart = comment.ends_with("\n\n") || own.starts_with('\n');
            let gap = if apart { "" } else { "\n" };
            next.decor_mut().set_prefix(format!("{comment}{gap}{own}"));
        }
        None => {
            let end = document.trailing().as_str().unwrap_or_default().to_string();
            document.set_trailing(format!("{comment}{end}"));
        }
    }
}

fn set(table: &mut Table, key: &str, text: Option<&str>) {
    match (text, table.get_mut(key).and_then(Item::as_value_mut)) {
        (Some(text), Some(old)) => {
            // The same word in another notation is no change.
            if old.as_str().map(clean).as_deref() != Some(text) {
                replace(old, text.into());
            }
        }
        (Some(text), None) => table[key] = value(text),
        (None, _) => unset(table, key),
    }
}

/// Replaces a value. What stands around it, such as a comment, stays.
fn replace(old: &mut Value, new: Value) {
    let decor = old.decor().clone();
    *old = new;
    *old.decor_mut() = decor;
}

/// Removes a key. A comment behind it goes with it; comments on the lines above may be about what
/// follows, so they stay where they are.
fn unset(table: &mut Table, key: &str) {
    let keys: Vec<String> = table.iter().map(|(key, _)| key.to_string()).collect();
    let Some((removed, _)) = table.remove_entry(key) else {
        return;
    };
    let above = removed.leaf_decor().prefix().and_then(|raw| raw.as_str());
    let Some(comment) = above.filter(|above| above.contains('#')) else {
        return;
    };
    let at = keys.iter().position(|known| known == key).unwrap_or(0);
    let next = keys.get(at + 1).and_then(|next| table.key_mut(next));
    if let Some(mut next) = next {
        let decor = next.leaf_decor_mut();
        let own = decor.prefix().and_then(|raw| raw.as_str());
        let both = format!("{comment}{}", own.unwrap_or_default());
        decor.set_prefix(both);
        return;
    }
    let previous = at.checked_sub(1).map(|previous| &keys[previous]);
    let previous = previous.and_then(|previous| table.get_mut(previous));
    if let Some(value) = previous.and_then(Item::as_value_mut) {
        let decor = value.decor_mut();
        let own = decor.suffix().and_then(|raw| raw.as_str());
        let both = format!("{}\n{}", own.unwrap_or_default(), comment.trim_end());
        decor.set_suffix(both);
    }
}
