//! A settings file with every key, each commented out.

use super::layer::examples;
use crate::tui::{BINDINGS, Keys};

/// The text of a settings file that sets nothing: every key with what it is for and its default, or
/// an example where it has none.
pub fn example() -> String {
    let mut text = String::from(
        "# The settings of whosin. Options and variables (WHOSIN_INTERVAL for interval) count before \
         this file.\n",
    );
    for example in examples() {
        // The keys are a table of their own, which must stand last.
        if example.key == "keys" {
            continue;
        }
        text.push('\n');
        for line in example.about {
            text.push_str(&format!("#{line}\n"));
        }
        let value = example.default.as_deref().unwrap_or(example.example);
        text.push_str(&format!("#{} = {value}\n", example.key));
    }
    text.push_str("\n# Which keys do what: each action has a key, or a list of keys.\n#[keys]\n");
    let keys = Keys::default();
    for binding in BINDINGS {
        let bound: Vec<String> = keys
            .of(binding.action)
            .iter()
            .map(|key| format!("{:?}", key.to_string()))
            .collect();
        text.push_str(&format!(
            "#{} = [{}] # {}\n",
            binding.name,
            bound.join(", "),
            binding.help
        ));
    }
    text
}
