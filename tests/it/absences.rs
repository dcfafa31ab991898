//! The house rules that a reader of ARCHITECTURE.md may rely on, as absences: what a file must not say, and the one
//! direction of dependencies.

mod japanese;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use madoguchi::{
    desk::{
        escalation::Notice,
        ticket::{Channel, Direction, Status},
        triage::ParkReason,
        turn::Ending,
    },
    letter::Purpose,
    store::{EventKind, OutboxState, Outcome},
};

/// Rooms that depend on each other from left to right only. Rooms of one group do not know each other.
const DIRECTION: [&[&str]; 12] = [
    &["cli"],
    &["server"],
    &["inbound", "schedule", "outbound", "views"],
    &["tickets"],
    &["notify"],
    &["service"],
    &["delivery"],
    &["mailbox"],
    &["store"],
    &["letter"],
    &["desk"],
    &["mail", "paper"],
];

/// Rooms beside them, and the rooms that they may know.
const BESIDE: [(&str, &[&str]); 8] = [
    ("reply", &["mail"]),
    ("settings", &["desk", "clock"]),
    ("login", &["net", "settings", "clock"]),
    ("net", &["settings"]),
    ("clock", &[]),
    ("hex", &[]),
    ("private_file", &[]),
    ("words", &[]),
];

/// A source file: its path from `src/`, and its code without comments and without what is compiled for tests alone.
struct Source {
    path: String,
    code: String,
}

impl Source {
    fn room(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap()
    }
}

fn sources(dir: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("tests") {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
            let code = code_of(&fs::read_to_string(&path).unwrap());
            found.push(Source { path: path.strip_prefix(root).unwrap().display().to_string(), code });
        }
    }
}

fn all_sources() -> Vec<Source> {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 100, "only {} files", found.len());
    found
}

/// The code without comment lines, and without each item behind `#[cfg(test)]`: what follows it goes on being read.
fn code_of(text: &str) -> String {
    let (mut code, mut lines) = (String::new(), text.lines());
    while let Some(line) = lines.next() {
        if line.trim_start().starts_with("//") {
            continue;
        }
        if line.trim() != "#[cfg(test)]" {
            code.push_str(line);
            code.push('\n');
            continue;
        }
        // rustfmt closes an item at the indent it begins with.
        let indent = line.len() - line.trim_start().len();
        for skipped in lines.by_ref() {
            let is_end = skipped.ends_with(';') || skipped.trim_end() == format!("{}}}", " ".repeat(indent));
            if is_end && skipped.len() - skipped.trim_start().len() == indent {
                break;
            }
        }
    }
    code
}

/// The modules that a file names by `crate::…`, two segments deep: `store`, `store::ticket`.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let flat = code.split_whitespace().collect::<Vec<_>>().join(" ");
    for rest in flat.split("crate::").skip(1) {
        let Some(group) = rest.strip_prefix('{') else {
            found.insert(path_in(rest));
            continue;
        };
        let (mut depth, mut item) = (1, String::new());
        for c in group.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 || (depth == 1 && c == ',') {
                found.insert(path_in(item.trim()));
                item.clear();
            } else {
                item.push(c);
            }
            if depth == 0 {
                break;
            }
        }
    }
    found.remove("");
    found
}

/// The first one or two lower-case segments of a path.
fn path_in(text: &str) -> String {
    let segments = text.split("::").map(|segment| {
        let end = segment.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(segment.len());
        (&segment[..end], end == segment.len())
    });
    let mut path = Vec::new();
    for (segment, goes_on) in segments.take(2) {
        if segment.is_empty() || segment.starts_with(|c: char| c.is_ascii_uppercase()) {
            break;
        }
        path.push(segment);
        if !goes_on {
            break;
        }
    }
    path.join("::")
}

/// What breaks the direction: `file → room`.
fn against_the_direction(files: &[Source]) -> Vec<String> {
    let place = |room: &str| DIRECTION.iter().position(|group| group.contains(&room));
    let beside = |room: &str| BESIDE.iter().find(|(name, _)| *name == room);
    let mut found = Vec::new();
    for file in files.iter().filter(|file| !["lib", "main"].contains(&file.room())) {
        for import in imports(&file.code) {
            let (from, to) = (file.room(), import.split("::").next().unwrap());
            let good = match (place(from), place(to), beside(from)) {
                _ if from == to => true,
                (Some(from), Some(to), _) => from < to,
                (None, _, Some((_, may_know))) => may_know.contains(&to) || beside(to).is_some(),
                // The words below say which rooms beside are known where.
                _ => true,
            };
            if !good {
                found.push(format!("{} → {to}", file.path));
            }
        }
    }
    found
}

/// A circle between rooms or between files of different rooms, if there is one.
fn circle(files: &[Source]) -> Option<Vec<String>> {
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files.iter().filter(|file| !["lib", "main"].contains(&file.room())) {
        let to = imports(&file.code).into_iter().map(|import| import.split("::").next().unwrap().to_owned());
        let others = to.filter(|room| room != file.room());
        graph.entry(file.room().to_owned()).or_default().extend(others);
    }
    fn visit(
        node: &str,
        graph: &BTreeMap<String, BTreeSet<String>>,
        path: &mut Vec<String>,
        done: &mut BTreeSet<String>,
    ) -> bool {
        if let Some(at) = path.iter().position(|seen| seen == node) {
            path.drain(..at);
            path.push(node.to_owned());
            return true;
        }
        if !done.contains(node) {
            path.push(node.to_owned());
            for next in graph.get(node).into_iter().flatten() {
                if visit(next, graph, path, done) {
                    return true;
                }
            }
            path.pop();
            done.insert(node.to_owned());
        }
        false
    }
    let (mut path, mut done) = (Vec::new(), BTreeSet::new());
    graph.keys().any(|room| visit(room, &graph, &mut path, &mut done)).then_some(path)
}

fn source(path: &str, text: &str) -> Source {
    Source { path: path.to_owned(), code: code_of(text) }
}

#[test]
fn dependencies_point_one_way() {
    let files = all_sources();
    assert_eq!(against_the_direction(&files), Vec::<String>::new());
    assert_eq!(circle(&files), None);
}

#[test]
fn a_planted_violation_is_found() {
    let planted = "use std::fmt;\n\n#[cfg(test)]\nmod tests {\n    use crate::cli;\n}\n\nuse crate::{\n    desk::form,\n    tickets::commands,\n};\n";
    let upward = [source("store/ticket.rs", planted)];
    assert_eq!(against_the_direction(&upward), ["store/ticket.rs → tickets"]);
    let round = [
        source("notify/digest.rs", "use crate::tickets::answer;"),
        source("tickets/answer.rs", "#[cfg(test)]\nuse crate::cli;\nuse crate::notify::digest;"),
    ];
    assert_eq!(circle(&round).unwrap(), ["notify", "tickets", "notify"]);
}

/// (What must not be said, where it may be said, why.)
const WORDS: [(&str, &[&str], &str); 17] = [
    ("sqlx::", &["store/"], "only store writes SQL"),
    ("async_imap", &["mailbox/imap/"], "only mailbox speaks IMAP"),
    ("oauth2::", &["login/", "settings/"], "only login asks for tokens"),
    ("lettre::transport", &["delivery/"], "only delivery speaks SMTP"),
    ("lettre::message", &["letter/"], "only letter builds MIME"),
    ("icalendar", &["letter/"], "only letter builds calendar files"),
    ("mail_parser", &["mail/"], "only mail takes MIME apart"),
    ("bcder", &["mail/smime.rs"], "only mail opens signatures"),
    ("zip::", &["paper/"], "only paper opens office files"),
    ("quick_xml", &["paper/"], "only paper reads XML"),
    ("rust_xlsxwriter", &["paper/", "letter/report/"], "only lists and reports are spreadsheets"),
    ("Utc::now", &["clock.rs"], "only the clock reads time"),
    ("minijinja", &["letter/"], "only letter has templates"),
    ("clock::Clock", &["service/", "server/", "cli/"], "nobody below service holds a clock"),
    ("clock::system", &["clock.rs"], "only the clock reads time"),
    ("NewMail {", &["notify/mod.rs", "store/"], "one way into the outbox"),
    (
        "NewMessage {",
        &["service/prepared.rs", "inbound/unfetchable.rs", "store/"],
        "a ledger row is built in one place",
    ),
];

/// Rooms that never do I/O, and what they must not name.
const PURE: [&str; 5] = ["mail/", "paper/", "desk/", "letter/", "reply/"];
const IMPURE: [&str; 5] = ["tokio::", "std::fs", "std::net", "std::env", "std::process"];

#[test]
fn each_room_keeps_to_itself() {
    for file in all_sources() {
        for (word, allowed, why) in WORDS {
            let said = file.code.contains(word);
            let may = allowed.iter().any(|room| file.path.starts_with(room));
            assert!(!said || may, "{} says {word}: {why}", file.path);
        }
        // The operator's templates are files.
        let is_pure = PURE.iter().any(|room| file.path.starts_with(room)) && file.path != "letter/wording.rs";
        for word in IMPURE.iter().filter(|_| is_pure) {
            assert!(!file.code.contains(word), "{} says {word}: the core is pure", file.path);
        }
    }
}

/// The words that the database holds of a closed set.
fn stored_words() -> BTreeSet<&'static str> {
    fn of<T: Copy>(all: &[T], text: impl Fn(T) -> &'static str) -> Vec<&'static str> {
        all.iter().map(|word| text(*word)).collect()
    }
    let sets = [
        of(Outcome::ALL, Outcome::as_str),
        of(OutboxState::ALL, OutboxState::as_str),
        of(EventKind::ALL, EventKind::as_str),
        of(Status::ALL, Status::as_str),
        of(Channel::ALL, Channel::as_str),
        of(Direction::ALL, Direction::as_str),
        of(Ending::ALL, Ending::as_str),
        of(ParkReason::ALL, ParkReason::as_str),
        of(Notice::ALL, Notice::as_str),
        of(Purpose::ALL, Purpose::as_str),
    ];
    sets.into_iter().flatten().collect()
}

/// The words of `words` in single quotes: SQL literals.
fn sql_literals(code: &str, words: &BTreeSet<&'static str>) -> Vec<&'static str> {
    words.iter().copied().filter(|word| code.contains(&format!("'{word}'"))).collect()
}

#[test]
fn sql_text_spells_no_word_of_a_closed_set() {
    let words = stored_words();
    assert!(words.len() > 60, "only {} words", words.len());
    assert_eq!(sql_literals("SELECT id FROM ticket WHERE status IN ('open', 'x')", &words), ["open"]);
    let files = all_sources();
    let store: Vec<&Source> = files.iter().filter(|file| file.room() == "store").collect();
    assert!(store.len() > 20, "only {} files", store.len());
    for file in store {
        let found = sql_literals(&file.code, &words);
        assert!(found.is_empty(), "{}: bind {found:?}, or see store/partial.rs", file.path);
    }
}
