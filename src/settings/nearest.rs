//! The nearest of several names, for whoever mistyped one.

/// Names less alike than this are not meant, by Jaro and Winkler, from 0 to 1.
const ALIKE: f64 = 0.75;

/// The name that was most likely meant by `text`, if any is like it.
pub fn nearest<'a>(text: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let alike = |name: &str| strsim::jaro_winkler(&text.to_lowercase(), &name.to_lowercase());
    names
        .into_iter()
        .map(|name| (alike(name), name))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, name)| name)
}

/// A question for the nearest name, to end a sentence with; nothing where none is near.
pub fn did_you_mean(text: &str, names: &[&str]) -> String {
    let near = nearest(text, names.iter().copied());
    near.map_or_else(String::new, |name| format!(". Did you mean {name}?"))
}
