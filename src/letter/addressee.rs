//! The address line (宛名) of letters to inquirers, from what the form says of organization and name: who is a person, who an
//! office, and which title follows. `frame` finds an address line that a member wrote.

mod words;

use crate::{
    desk::{application::prefecture_of_host, own_marks},
    mail::Mailbox,
};
use words::{
    LABELS, LATIN_TITLES, PLACES, is_office, is_role, is_title, is_unnamed, surname_and_role, without_end,
};

/// Longest line, in characters. Longer text is left out: it is no name.
const LONGEST: usize = 60;
/// More persons than this are addressed as their organization.
const MOST_PERSONS: usize = 3;

/// Stands where nobody is known.
const NOBODY: &str = "ご担当者様";
const OFFICE_TITLE: &str = "御中";
const TITLE: &str = "様";
const DOCTOR: &str = "先生";

/// The address line of a letter: one line, or the organization and below it the person.
#[must_use]
pub fn addressee(organization: Option<&str>, name: Option<&str>) -> String {
    let organization = organization_line(organization.unwrap_or_default());
    let line = match Who::of(name.unwrap_or_default(), &organization) {
        Who::Persons(persons) => {
            let persons = persons.iter().map(Person::line).collect::<Vec<_>>().join("、");
            if organization.is_empty() { persons } else { format!("{organization}\n{persons}") }
        }
        Who::Office(office) if office.starts_with(&organization) => format!("{office} {OFFICE_TITLE}"),
        Who::Office(office) => format!("{organization}　{office} {OFFICE_TITLE}"),
        Who::Nobody if organization.is_empty() => NOBODY.to_owned(),
        Who::Nobody => format!("{organization} {OFFICE_TITLE}"),
    };
    own_marks::disarmed_if_marked(&line)
}

/// The officer who wrote a mail about the call, as an address line names them: organization and name. A name in Latin letters is
/// how a mail program knows the officer, not how a letter addresses them.
#[must_use]
pub fn officer(from: &Mailbox) -> (String, String) {
    let host = from.address.rsplit('@').next().unwrap_or_default();
    let prefecture = prefecture_of_host(host).unwrap_or_default();
    let name = from.name.as_deref().filter(|name| !name.is_ascii()).unwrap_or_default();
    // 「島根県医療政策課 三島」
    let organization = if name.trim_start().starts_with(prefecture) { "" } else { prefecture };
    (organization.to_owned(), name.to_owned())
}

/// The name that a letter's first words would repeat: the surname of a person, or the office.
#[must_use]
pub(super) fn called(organization: Option<&str>, name: Option<&str>) -> Vec<String> {
    let organization = organization_line(organization.unwrap_or_default());
    let mut names = match Who::of(name.unwrap_or_default(), &organization) {
        Who::Persons(persons) => {
            let surname = |person: Person| person.name.split(' ').next().map(str::to_owned);
            persons.into_iter().filter_map(surname).collect()
        }
        Who::Office(office) => vec![office],
        Who::Nobody => Vec::new(),
    };
    names.push(organization);
    names.retain(|name| !name.is_empty());
    names
}

/// The people or the office that a name means.
enum Who {
    Persons(Vec<Person>),
    Office(String),
    Nobody,
}

struct Person {
    /// The place of work or the role in front of the name; empty where there is none.
    place: String,
    name: String,
    title: &'static str,
}

impl Person {
    fn line(&self) -> String {
        let Self { place, name, title } = self;
        if place.is_empty() { format!("{name} {title}") } else { format!("{place}　{name} {title}") }
    }
}

impl Who {
    fn of(written: &str, organization: &str) -> Self {
        let written = one_line(&in_one_line(written));
        let (text, mut places) = without_brackets(&written);
        let Some(text) = behind_label(&text).filter(|text| is_usable(text)) else { return Self::Nobody };
        if !text.is_empty() && squashed(&text) == squashed(organization) {
            return Self::Office(organization.to_owned());
        }
        let mut persons = Vec::new();
        for part in parts(&text) {
            match Part::of(&part, organization) {
                Part { name: None, places: more, .. } => places.extend(more),
                Part { name: Some(name), places: more, is_doctor } => {
                    places.extend(more);
                    let place = std::mem::take(&mut places).join("　");
                    let title = if is_doctor { DOCTOR } else { TITLE };
                    persons.push(Person { place, name, title });
                }
            }
        }
        if persons.is_empty() {
            return Self::unnamed(places);
        }
        if persons.len() > MOST_PERSONS { Self::Nobody } else { Self::Persons(persons) }
    }

    /// Only a place of work or a role is known.
    fn unnamed(mut places: Vec<String>) -> Self {
        match places.pop() {
            Some(role) if is_role(&role) => {
                Self::Persons(vec![Person { place: places.join("　"), name: role, title: TITLE }])
            }
            Some(office) => {
                places.push(office);
                Self::Office(places.join("　"))
            }
            None => Self::Nobody,
        }
    }
}

/// One name of several, with what stands around it.
struct Part {
    places: Vec<String>,
    name: Option<String>,
    is_doctor: bool,
}

impl Part {
    fn of(text: &str, organization: &str) -> Self {
        let mut words: Vec<String> =
            text.split(' ').filter(|word| !is_dropped(word)).map(str::to_owned).collect();
        let is_doctor = text.split(' ').any(|word| word == DOCTOR) | strip_titles(&mut words);
        let known: Vec<&str> = organization.split(['　', ' ']).collect();
        let mut places = Vec::new();
        while words.len() > 1
            && let Some(first) = words.first().cloned()
        {
            let repeats = known.contains(&first.as_str())
                || first.chars().count() > 2 && organization.ends_with(&first);
            let is_place = first.chars().count() > 2 && first.ends_with(PLACES);
            if !(repeats || is_place || is_office(&first) || is_role(&first) || is_unnamed(&first)) {
                break;
            }
            words.remove(0);
            if !(repeats || is_unnamed(&first)) {
                places.push(first);
            }
        }
        while words.len() > 1 && words.last().is_some_and(|last| is_role(last) || is_office(last)) {
            places.extend(words.pop());
        }
        if let [word] = words.as_slice() {
            if is_unnamed(word) {
                return Self { places, name: None, is_doctor };
            }
            if is_office(word) || is_role(word) {
                places.push(word.clone());
                return Self { places, name: None, is_doctor };
            }
            if let Some((surname, role)) = surname_and_role(word) {
                places.push(role.to_owned());
                // 「長様部長」: a title inside, with a name or without one.
                let mut surname = vec![surname.to_owned()];
                let is_doctor = is_doctor | strip_titles(&mut surname);
                return Self { places, name: surname.pop(), is_doctor };
            }
        }
        let name = words.join(" ");
        Self { places, name: Some(name).filter(|name| !name.is_empty()), is_doctor }
    }
}

/// Takes titles and closing words off the last word. Returns whether it is a doctor's name.
fn strip_titles(words: &mut Vec<String>) -> bool {
    let mut is_doctor = false;
    if let Some(first) = words.first().map(|first| first.to_lowercase()) {
        is_doctor = first == "dr." || first == "dr";
        if words.len() > 1 && (is_doctor || LATIN_TITLES.contains(&first.as_str())) {
            words.remove(0);
        }
    }
    while let Some(last) = words.last_mut() {
        let Some((rest, title)) = without_end(last) else { break };
        is_doctor |= title == DOCTOR;
        *last = rest.to_owned();
        if last.is_empty() {
            words.pop();
        }
    }
    is_doctor
}

/// The organization as an address line has it; empty where it does not fit.
fn organization_line(written: &str) -> String {
    let mut line = one_line(written);
    while let Some(rest) = ["御中", "様", "各位", "殿", "宛"].iter().find_map(|end| line.strip_suffix(end))
    {
        line = rest.trim().to_owned();
    }
    if is_usable(&line) { line } else { String::new() }
}

/// One line with single blanks, without marks around it.
fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.trim_matches(|c: char| c.is_whitespace() || "「」『』\"'・、。,.:：;-－―".contains(c)).to_owned()
}

/// Whether a text may stand in an address line: no address, no number, nothing that is ours.
fn is_usable(text: &str) -> bool {
    const MOST_DIGITS: usize = 4;
    text.chars().count() <= LONGEST
        && !text.chars().any(|c| c.is_control() || "@＠:：#＃▲▼<>".contains(c))
        && text.chars().filter(|c| c.is_numeric()).count() <= MOST_DIGITS
        && own_marks::find(text).is_none()
}

/// A text without its brackets, and the places of work and roles in them. A reading of the name in kana is left out.
fn without_brackets(text: &str) -> (String, Vec<String>) {
    const OPEN: &str = "（([〔【＜";
    const CLOSE: &str = "）)]〕】＞";
    let (mut outside, mut places, mut inside) = (String::new(), Vec::new(), None::<String>);
    for c in text.chars() {
        match &mut inside {
            None if OPEN.contains(c) => inside = Some(String::new()),
            None => outside.push(c),
            Some(content) if CLOSE.contains(c) => {
                let content = one_line(content);
                let words: Vec<&str> = content.split(' ').collect();
                if words.iter().any(|word| is_office(word) || is_role(word)) && is_usable(&content) {
                    places.push(words.join("　"));
                }
                outside.push(' ');
                inside = None;
            }
            Some(content) => content.push(c),
        }
    }
    (one_line(&outside), places)
}

/// What stands behind a label. `None` where a colon is no label's.
fn behind_label(text: &str) -> Option<String> {
    match text.split_once(['：', ':']) {
        None => Some(text.to_owned()),
        Some((label, rest)) => LABELS.contains(&label.trim()).then(|| one_line(rest)),
    }
}

/// Lines that are a name each become names of one line. Any others are one name that was broken.
fn in_one_line(written: &str) -> String {
    let lines: Vec<String> = written.lines().map(one_line).filter(|line| !line.is_empty()).collect();
    let is_name = |line: &String| line.contains(' ') || without_end(line).is_some();
    lines.join(if lines.iter().all(is_name) { "、" } else { " " })
}

/// The names of a text, split where one ends: at a comma, or behind a title. 「Smith, John」 is one name.
fn parts(text: &str) -> Vec<String> {
    let is_latin = text.is_ascii();
    let ends = |c: char| matches!(c, '、' | '，' | '／' | '＆') || !is_latin && matches!(c, ',' | '/' | '&');
    let mut parts = Vec::new();
    for part in text.split(ends) {
        parts.push(String::new());
        for word in part.split_whitespace() {
            let is_titled = |part: &String| without_end(part).is_some_and(|(rest, _)| !rest.is_empty());
            match parts.last_mut() {
                Some(part) if part.is_empty() => part.push_str(word),
                Some(part) if !is_titled(part) || is_title(word) => part.push_str(&format!(" {word}")),
                _ => parts.push(word.to_owned()),
            }
        }
    }
    parts
}

/// Titles, numbers, addresses and 「ほか2名」 beside a name.
fn is_dropped(word: &str) -> bool {
    let is_others = ["他", "外", "ほか"].iter().any(|other| {
        word.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.ends_with(['名', '人']))
    });
    let digits = word.chars().filter(|c| c.is_numeric()).count();
    word.is_empty() || is_title(word) || is_others || digits > 2 || word == "拝" || word.contains(['@', '＠'])
}

fn squashed(text: &str) -> String {
    text.split_whitespace().collect()
}

#[cfg(test)]
mod tests;
