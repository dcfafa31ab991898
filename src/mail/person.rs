//! One spelling for all addresses of one mailbox, so that a budget counts a person and not spellings. Mail is never sent to it:
//! only the address as its owner writes it surely arrives.

use std::borrow::Cow;

/// The same text for all addresses that reach the same mailbox:
///
/// - upper and lower case are the same. RFC 5321, 2.4 lets a server tell them apart in the local part; none does;
/// - a quoted local part is what it quotes (RFC 5321, 4.1.2);
/// - what follows a plus sign is a tag (RFC 5233);
/// - a domain is its A-labels (RFC 5890, 2.3.2.1), without a final dot;
/// - Gmail ignores dots. Elsewhere they count: a carrier's `a..b` and `a.b` are two people.
#[must_use]
pub fn person_of(address: &str) -> String {
    let Some((local, domain)) = address.trim().rsplit_once('@') else { return address.trim().to_lowercase() };
    let domain = lower(domain.trim_end_matches('.'));
    let domain = if domain.is_ascii() { domain } else { idna::domain_to_ascii(&domain).unwrap_or(domain) };
    let local = lower(&unquoted(local));
    let name = match local.split_once('+') {
        Some((name, _)) if !name.is_empty() => name,
        _ => &local,
    };
    match domain.as_str() {
        "gmail.com" | "googlemail.com" => name.replace('.', "") + "@gmail.com",
        _ => [name, &domain].join("@"),
    }
}

/// The domain of a person with its `@`, which no person has for a spelling.
#[must_use]
pub fn domain_of(person: &str) -> &str {
    person.rfind('@').and_then(|at| person.get(at..)).unwrap_or("@")
}

/// Whether two addresses reach the same mailbox. Most have other domains, so neither is spelled again.
#[must_use]
pub fn is_same_person(one: &str, other: &str) -> bool {
    match (plain_domain(one), plain_domain(other)) {
        (Some(one), Some(other)) if !one.eq_ignore_ascii_case(other) => false,
        _ => person_of(one) == person_of(other),
    }
}

/// The domain, if it has one spelling but for upper and lower case: no A-labels, and not one of the two of Gmail.
fn plain_domain(address: &str) -> Option<&str> {
    let at = memchr::memrchr(b'@', address.as_bytes())?;
    let domain = address.get(at + 1..)?.trim_ascii_end().trim_end_matches('.');
    let is_gmail = ["gmail.com", "googlemail.com"].iter().any(|gmail| domain.eq_ignore_ascii_case(gmail));
    (domain.is_ascii() && !is_gmail).then_some(domain)
}

/// Whether a text names an address of a person, in whatever spelling.
#[must_use]
pub fn names_person(text: &str, person: &str) -> bool {
    let in_local = |c: char| c.is_ascii_graphic() && !"<>()[],;:\"@".contains(c);
    let in_domain = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
    text.match_indices('@').any(|(at, _)| {
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default());
        // RFC 5321, 4.5.3.1 limits both.
        let local: usize = match before.strip_suffix('"') {
            Some(quoted) => {
                quoted.chars().rev().take(64).take_while(|c| *c != '"').map(char::len_utf8).sum::<usize>() + 2
            }
            None => before.chars().rev().take(64).take_while(|c| in_local(*c)).map(char::len_utf8).sum(),
        };
        let domain: usize = after.chars().take(255).take_while(|c| in_domain(*c)).map(char::len_utf8).sum();
        let address = text.get(at.saturating_sub(local)..at + 1 + domain).unwrap_or_default();
        domain > 0 && person_of(address) == person
    })
}

/// Like `to_lowercase`, which is slow where nearly every text is ASCII.
fn lower(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase() }
}

/// A local part without its quotes and the backslashes in them.
fn unquoted(local: &str) -> Cow<'_, str> {
    let Some(inside) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return Cow::Borrowed(local);
    };
    let mut plain = String::with_capacity(inside.len());
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        plain.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::{is_same_person, names_person, person_of};

    #[test]
    fn spellings_of_one_mailbox_are_one_person() {
        for (name, person, spellings) in [
            (
                "a name",
                "sato@city.example.jp",
                &[
                    "SATO@City.Example.JP",
                    " sato@city.example.jp ",
                    "\"sato\"@city.example.jp",
                    "sato@city.example.jp.",
                ] as &[&str],
            ),
            (
                "tags",
                "sato@city.example.jp",
                &[
                    "sato+1@city.example.jp",
                    "Sato+a+b@city.example.jp",
                    "\"sato+x\"@city.example.jp",
                    "sato+@city.example.jp",
                ],
            ),
            (
                "dots of a carrier",
                "a..b.@docomo.example",
                &["\"a..b.\"@docomo.example", "A..B.@DOCOMO.example"],
            ),
            ("a backslash", "a b@docomo.example", &["\"a\\ b\"@docomo.example", "\"\\a b\"@docomo.example"]),
            (
                "a Japanese domain",
                "sato@xn--wgv71a.example",
                &["sato@日本.example", "SATO@XN--WGV71A.example"],
            ),
            (
                "Gmail",
                "tarosato@gmail.com",
                &["taro.sato@gmail.com", "t.a.r.o.sato+x@googlemail.com", "TaroSato@GMAIL.com"],
            ),
            ("only a tag", "+x@city.example.jp", &["+X@city.example.jp"]),
            ("an @ in quotes", "a@b@city.example.jp", &["\"a@b\"@city.example.jp"]),
            ("no address", "sato", &["Sato", " sato"]),
            ("nothing", "", &["", " "]),
        ] {
            for spelling in spellings {
                assert_eq!(person_of(spelling), person, "{name}: {spelling}");
                assert!(is_same_person(spelling, person), "{name}: {spelling}");
            }
            assert_eq!(person_of(person), person, "{name}: once is enough");
        }
    }

    #[test]
    fn a_person_is_found_in_a_text_by_every_spelling() {
        for (text, expected) in [
            ("", false),
            ("@", false),
            ("山田 <a..b@docomo.example>", true),
            ("宛先はA..B+x@DOCOMO.exampleの件", false),
            ("宛先はA..B+x@DOCOMO.example、電話は03-0000-0001", true),
            ("From: \"a..b\"@docomo.example\r\n", true),
            ("To: x@docomo.example, a..b@docomo.example.", true),
            ("a.b@docomo.example", false),
            ("xa..b@docomo.example", false),
        ] {
            assert_eq!(names_person(text, "a..b@docomo.example"), expected, "{text}");
        }
    }

    #[test]
    fn other_mailboxes_are_other_people() {
        for (one, other) in [
            ("a.b@docomo.example", "a..b@docomo.example"),
            ("taro.sato@city.example.jp", "tarosato@city.example.jp"),
            ("sato@city.example.jp", "sato@town.example.jp"),
            ("sato-x@city.example.jp", "sato@city.example.jp"),
        ] {
            assert_ne!(person_of(one), person_of(other));
            assert!(!is_same_person(one, other), "{one} {other}");
        }
    }
}
