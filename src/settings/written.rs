//! All keys that the operator set, so that a reload can log the changes.

use std::{collections::BTreeMap, fmt};

/// Parts of keys whose values are secrets or personal data. The log only says that such a value changed.
const REDACTED: [&str; 9] =
    ["password", "secret", "token", "url", "proxy", "staff", "contacts", "address", "user"];

/// Dotted keys and their values as written. `Debug` does not print the values.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Written(BTreeMap<String, String>);

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Written {
    /// Flattens a tree of values.
    pub(super) fn of(tree: &serde_json::Value) -> Self {
        let mut written = Self::default();
        written.add(String::new(), tree);
        written
    }

    fn add(&mut self, key: String, value: &serde_json::Value) {
        let below = |name: &str| if key.is_empty() { name.to_owned() } else { format!("{key}.{name}") };
        match value {
            serde_json::Value::Object(fields) => {
                for (name, value) in fields {
                    self.add(below(name), value);
                }
            }
            value => {
                self.0.insert(key, value.to_string());
            }
        }
    }

    /// One line for each key that differs in `new`, such as `window.closes: "2026-02-28" → "2026-03-31"`.
    #[must_use]
    pub fn changes(&self, new: &Self) -> Vec<String> {
        let keys: std::collections::BTreeSet<&String> = self.0.keys().chain(new.0.keys()).collect();
        let shown = |value: Option<&String>| value.map_or("(not set)", String::as_str).to_owned();
        keys.into_iter()
            .filter(|key| self.0.get(*key) != new.0.get(*key))
            .map(|key| {
                if REDACTED.iter().any(|part| key.contains(part)) {
                    format!("{key}: changed")
                } else {
                    format!("{key}: {} → {}", shown(self.0.get(key)), shown(new.0.get(key)))
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;

    #[test]
    fn changes_are_told_by_key_and_secrets_only_as_changed() {
        let read = |toml: &str| Settings::from_toml(toml).unwrap().written;
        let old = read("[window]\ncloses = \"2026-02-28\"\n[mailbox]\npassword = \"hunter2\"");
        let new = read(
            "[window]\ncloses = \"2026-03-31\"\n[mailbox]\npassword = \"hunter3\"\n[digest]\nat = [\"10:00\"]",
        );
        assert_eq!(
            old.changes(&new),
            [
                "digest.at: (not set) → [\"10:00\"]",
                "mailbox.password: changed",
                "window.closes: \"2026-02-28\" → \"2026-03-31\"",
            ]
        );
        assert!(new.changes(&new).is_empty());
        assert!(!format!("{new:?}").contains("hunter"));
    }
}
