//! All keys that the operator set, so that a reload can log the changes.

use std::{collections::BTreeMap, fmt};

/// Parts of keys whose values are secrets or personal data. The log only says that such a value changed.
const REDACTED: [&str; 10] =
    ["password", "secret", "token", "url", "proxy", "staff", "contacts", "advisers", "address", "user"];

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
                self.0.insert(key, sorted(value).to_string());
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

/// The value with the keys of its tables in order: two readings of the same file differ in it.
fn sorted(value: &serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(fields) => {
            let fields: BTreeMap<&String, &serde_json::Value> = fields.iter().collect();
            fields.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect()
        }
        serde_json::Value::Array(items) => items.iter().map(sorted).collect(),
        value => value.clone(),
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

    #[test]
    fn the_same_members_are_no_change() {
        let toml = "[[staff]]\nname = \"佐藤\"\naddress = \"sato@example.jp\"\nlead = true\n\
                    absent = [{ from = \"2025-07-10\", to = \"2025-07-15\" }]\n";
        let first = Settings::from_toml(toml).unwrap().written;
        // The order of the keys is another one in each reading.
        for _ in 0..20 {
            assert_eq!(first.changes(&Settings::from_toml(toml).unwrap().written), Vec::<String>::new());
        }
        let other = Settings::from_toml(&toml.replace("true", "false")).unwrap().written;
        assert_eq!(first.changes(&other), ["staff: changed"]);
    }
}
