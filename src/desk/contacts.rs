//! Contacts of the desk (照会先), such as advisers and the ministry. They answer questions of tickets, and are no inquirers.

use super::{japanese_date::WrittenDay, staff_mail::order::day_in_front};

/// Somebody outside, asked by the desk about a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub name: String,
    pub address: String,
    /// Other names, as members write them.
    pub aliases: Vec<String>,
}

#[derive(Debug, Clone, Default)]
pub struct Contacts(Vec<Contact>);

/// What a member's order says behind 転送.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forwarding<'a> {
    pub contact: &'a Contact,
    /// Name, address and telephone number of the inquirer go with the question.
    pub personal: bool,
    /// The day until which the clock is held, and which the inquirer is told.
    pub day: Option<WrittenDay>,
    /// The member's own words.
    pub message: String,
}

/// Titles behind a name, as letters and members write them.
const TITLES: [&str; 6] = ["さん", "様", "先生", "御中", "あて", "宛"];

/// A name without the title behind it.
fn untitled(name: &str) -> &str {
    let name = name.trim();
    TITLES.iter().find_map(|title| name.strip_suffix(title)).unwrap_or(name).trim_end()
}

impl Contact {
    /// Whether the name has a title, so that a letter adds none.
    #[must_use]
    pub fn has_title(&self) -> bool {
        untitled(&self.name) != self.name.trim()
    }
}

/// Words that let the inquirer's name and contact go with the question.
const PERSONAL: [&str; 9] = [
    "個人情報付き",
    "個人情報つき",
    "個人情報込み",
    "個人情報あり",
    "個人情報を含む",
    "氏名付き",
    "氏名つき",
    "連絡先付き",
    "personal",
];

impl Contacts {
    #[must_use]
    pub fn new(contacts: Vec<Contact>) -> Self {
        Self(contacts)
    }

    /// Ignores ASCII case.
    #[must_use]
    pub fn find(&self, address: &str) -> Option<&Contact> {
        self.0.iter().find(|contact| contact.address.eq_ignore_ascii_case(address))
    }

    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.0.iter().map(|contact| contact.name.clone()).collect()
    }

    /// Reads 「厚労省 7/10 個人情報付き 至急ご教示ください。」. `None` if the text begins with none of the names, or with one of several.
    #[must_use]
    pub fn forwarding(&self, text: &str) -> Option<Forwarding<'_>> {
        let text = text.trim();
        let named = |contact: &'_ Contact| {
            let names = std::iter::once(&contact.name).chain(&contact.aliases).chain([&contact.address]);
            names.filter_map(|name| behind(text, untitled(name))).min_by_key(|rest| rest.len()).map(str::len)
        };
        let mut found: Vec<(usize, &Contact)> =
            self.0.iter().filter_map(|contact| Some((named(contact)?, contact))).collect();
        found.sort_by_key(|(left, _)| *left);
        let (left, contact) = *found.first()?;
        if found.get(1).is_some_and(|(other, _)| *other == left) {
            return None;
        }
        let rest = text.get(text.len() - left..).unwrap_or_default();
        let mut rest = trimmed(TITLES.iter().find_map(|title| rest.strip_prefix(title)).unwrap_or(rest));
        let (mut personal, mut day) = (false, None);
        loop {
            if let Some(behind) = PERSONAL.iter().find_map(|word| rest.strip_prefix(word)) {
                (personal, rest) = (true, trimmed(behind));
            } else if let Some((found, behind)) = day_in_front(rest).filter(|_| day.is_none()) {
                (day, rest) = (Some(found), trimmed(behind));
            } else {
                return Some(Forwarding { contact, personal, day, message: rest.to_owned() });
            }
        }
    }
}

/// What follows a name at the front of a text. Blanks in the name do not count.
fn behind<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let mut rest = text.chars();
    for wanted in name.chars().filter(|c| !c.is_whitespace()) {
        let found = rest.by_ref().find(|c| !c.is_whitespace())?;
        if !found.to_lowercase().eq(wanted.to_lowercase()) {
            return None;
        }
    }
    (!name.trim().is_empty()).then_some(rest.as_str())
}

fn trimmed(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '：' | '、' | ',' | '。'))
        .trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_named_at_the_front_of_the_order() {
        let contact = |name: &str, address: &str, aliases: &[&str]| Contact {
            name: name.into(),
            address: address.into(),
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        };
        let contacts = Contacts::new(vec![
            contact("厚生労働省", "iryo@mhlw.example.jp", &["厚労省", "本省"]),
            contact("山本 一郎 先生", "yamamoto@adviser.example.jp", &[]),
            contact("山本 一郎太", "ichirota@adviser.example.jp", &["山本"]),
        ]);
        for (text, expected) in [
            ("厚労省", Some(("厚生労働省", false, ""))),
            ("厚生労働省 ご確認ください。", Some(("厚生労働省", false, "ご確認ください。"))),
            ("厚労省 個人情報付き\n至急です。", Some(("厚生労働省", true, "至急です。"))),
            ("本省：至急です。\nお願いします。", Some(("厚生労働省", false, "至急です。\nお願いします。"))),
            ("厚労省 7/10 ご教示ください。", Some(("厚生労働省 until 7/10", false, "ご教示ください。"))),
            (
                "厚労省　７月１０日（木）まで\n至急です。",
                Some(("厚生労働省 until 7/10", false, "至急です。")),
            ),
            ("厚労省 7/10", Some(("厚生労働省 until 7/10", false, ""))),
            ("厚労省 個人情報付き 2025/7/10", Some(("厚生労働省 until 7/10", true, ""))),
            ("厚労省 7/10、個人情報付き 至急です。", Some(("厚生労働省 until 7/10", true, "至急です。"))),
            // A day for the contact, which the letter says.
            ("厚労省 7/10までにご教示ください。", Some(("厚生労働省", false, "7/10までにご教示ください。"))),
            ("厚労省 7月10日の会議の件です。", Some(("厚生労働省", false, "7月10日の会議の件です。"))),
            ("厚労省 7/10～7/15の件です。", Some(("厚生労働省", false, "7/10～7/15の件です。"))),
            ("厚労省 7/10 7/15までに。", Some(("厚生労働省 until 7/10", false, "7/15までに。"))),
            (
                "山本一郎先生 よろしくお願いします。",
                Some(("山本 一郎 先生", false, "よろしくお願いします。")),
            ),
            ("山本一郎太さん", Some(("山本 一郎太", false, ""))),
            ("Iryo@MHLW.example.jp personal", Some(("厚生労働省", true, ""))),
            ("文部科学省", None),
            ("", None),
        ] {
            let found = contacts.forwarding(text);
            let found = found.as_ref().map(|found| {
                let until = if found.day.is_some() { " until 7/10" } else { "" };
                if let Some(day) = found.day {
                    assert_eq!(day.after("2025-07-01".parse().unwrap()), Ok("2025-07-10".parse().unwrap()));
                }
                (format!("{}{until}", found.contact.name), found.personal, found.message.as_str())
            });
            let found = found.as_ref().map(|(name, personal, message)| (name.as_str(), *personal, *message));
            assert_eq!(found, expected, "{text}");
        }
    }
}
