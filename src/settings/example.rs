//! A settings file with every key, each commented out.

use super::layer::examples;
use crate::calling::PRESETS;
use crate::tui::{BINDINGS, Keys};

/// The settings that are tables of their own, which must stand last in a file.
pub(super) const TABLES: [&str; 4] = ["action", "board", "ring", "keys"];

/// The text of a settings file that sets nothing: every key with what it is for and its default, or
/// an example where it has none.
pub fn example() -> String {
    let mut text = String::from(
        "# The settings of whosin. Options and variables (WHOSIN_INTERVAL for interval) count before \
         this file.\n",
    );
    for example in examples() {
        if TABLES.contains(&example.key) {
            continue;
        }
        text.push('\n');
        for line in example.about {
            text.push_str(&format!("#{line}\n"));
        }
        let value = example.default.as_deref().unwrap_or(example.example);
        text.push_str(&format!("#{} = {value}\n", example.key));
    }
    text.push_str(
        "\n# What other programs do with a contact: presets, or a command with placeholders. Where\n\
         # there is any here, the presets of the system are left out.\n\
         #[[action]]\n#preset = \"tel\" # or ",
    );
    let presets: Vec<&str> = PRESETS.iter().map(|preset| preset.preset).skip(1).collect();
    text.push_str(&presets.join(", "));
    text.push_str(
        "\n#[[action]]\n#key = \"l\"\n#name = \"Call by Linphone\"\n\
         #command = [\"linphone\", \"--call\", \"sip:{address}\"]\n",
    );
    text.push_str(
        "\n# With what the watch on a contact rings that has ring = \"Gong\" in the contact book.\n\
         #[[ring]]\n#name = \"Gong\"\n#command = [\"paplay\", \"gong.ogg\"]\n",
    );
    text.push_str(
        "\n# Several boards in one: saved searches, with a digit each; 0 shows everybody.\n\
         #[[board]]\n#name = \"Sales\"\n#find = \"sales free\"\n",
    );
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
