//! The wording of each letter: built-in templates, each replaceable by a file of the operator's.
//! Values are data: a template is never made from them, and an unknown name in a template is an error.

use std::{
    borrow::Cow,
    collections::HashMap,
    path::{Path, PathBuf},
};

use minijinja::{Environment, UndefinedBehavior, Value};

use super::{Content, Profile, Purpose, addressee, feedback::done_in_subject, samples};
use crate::desk::{
    last_guard::{Guarded, guard},
    triage::Rules,
};

/// A template that cannot be read or rendered.
#[derive(Debug, thiserror::Error)]
pub enum WordingError {
    #[error("cannot read the template {path}: {source}; see templates.dir")]
    Unreadable { path: String, source: std::io::Error },
    #[error("template {name}: {detail}")]
    Template {
        name: String,
        /// What is wrong, with the file and the line.
        detail: String,
    },
}

/// A letter in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    pub body: String,
    /// The body as HTML, of a digest; every value in it is escaped.
    pub html: Option<String>,
}

impl Rendered {
    fn guarded(&self, purpose: Purpose) -> Result<(), WordingError> {
        let seen = Guarded { subject: &self.subject, body: &self.body, cc: &[], files: &[], written: None };
        guard(&seen).map_err(|violation| WordingError::Template {
            name: format!("{purpose}/body.txt.j2"),
            detail: format!("it must not reach an inquirer: {} {:?}", violation.code(), violation.line()),
        })
    }
}

#[derive(Debug)]
pub struct Wording {
    templates: Environment<'static>,
}

macro_rules! built_in {
    ($($purpose:literal),+) => {
        [$(
            (concat!($purpose, "/subject.txt.j2"), include_str!(concat!("../../templates/", $purpose, "/subject.txt.j2"))),
            (concat!($purpose, "/body.txt.j2"), include_str!(concat!("../../templates/", $purpose, "/body.txt.j2"))),
        )+]
    };
}

const BUILT_IN: &[(&str, &str)] = &built_in!(
    "acknowledgement",
    "ask_missing",
    "send_form",
    "before_window",
    "after_window",
    "call_receipt",
    "application_received",
    "deadline_warning",
    "deadline_missed",
    "window_summary",
    "remind_missing",
    "waiting_unanswered",
    "undeliverable",
    "answer",
    "question",
    "forward",
    "interim",
    "hold_over",
    "digest",
    "new_ticket",
    "new_application",
    "follow_up",
    "echo",
    "approval",
    "second_draft",
    "original",
    "sheet",
    "found",
    "report",
    "faq",
    "staff_reply",
    "staff_doubt",
    "unproven",
    "arrival",
    "meeting",
    "visit_request",
    "meeting_reminder",
    "open_points",
    "result_selected",
    "result_declined",
    "result_copy",
    "results_preview",
    "results_due"
);

/// The digest also has a body with tables.
const DIGEST_HTML: (&str, &str) =
    ("digest/body.html.j2", include_str!("../../templates/digest/body.html.j2"));

macro_rules! parts {
    ($($name:literal),+) => {
        [$((concat!("_parts/", $name, ".j2"), include_str!(concat!("../../templates/_parts/", $name, ".j2"))),)+]
    };
}

/// Text that several letters have in common; they include it by name.
pub(super) const PARTS: [(&str, &str); 27] = parts!(
    "address_line",
    "automatic",
    "cut_line",
    "draft",
    "files",
    "form",
    "greeting",
    "hours",
    "how_to_reply",
    "inquiry",
    "item",
    "links",
    "meeting",
    "missing_items",
    "news",
    "other_mails",
    "privacy_notice",
    "purpose_notice",
    "remarks",
    "report",
    "signature",
    "staff_signature",
    "telephone",
    "thanks",
    "ticket",
    "ticket_details",
    "written_address"
);

/// Name and text of each built-in template and part.
fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    BUILT_IN.iter().copied().chain([DIGEST_HTML]).chain(PARTS)
}

impl Wording {
    /// The built-in wording.
    ///
    /// # Errors
    /// Never for the templates that are shipped; a test renders each.
    pub fn built_in() -> Result<Self, WordingError> {
        Self::with_overrides(|_| Ok(None))
    }

    /// The built-in wording, where a file of the same name in `dir` replaces a template or a part.
    ///
    /// # Errors
    /// When a file cannot be read. [`Self::check`] finds what is not a template.
    pub fn from_dir(dir: &Path) -> Result<Self, WordingError> {
        if !dir.is_dir() {
            let source = std::io::Error::new(std::io::ErrorKind::NotFound, "no such folder");
            return Err(WordingError::Unreadable { path: dir.display().to_string(), source });
        }
        Self::with_overrides(|name| {
            let path = dir.join(name);
            match std::fs::read_to_string(&path) {
                Ok(text) => Ok(Some(text)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(source) => Err(WordingError::Unreadable { path: path.display().to_string(), source }),
            }
        })
    }

    fn with_overrides(
        own: impl Fn(&str) -> Result<Option<String>, WordingError>,
    ) -> Result<Self, WordingError> {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.add_function("addressee", |organization: Option<&str>, name: Option<&str>| {
            addressee(organization, name)
        });
        templates.add_function("done_in_subject", |lines: Vec<String>| done_in_subject(&lines));
        let mut texts: HashMap<&str, Cow<'static, str>> = HashMap::new();
        for (name, text) in all() {
            texts.insert(name, own(name)?.map_or(Cow::Borrowed(text), Cow::Owned));
        }
        // A template is compiled when it is rendered for the first time: together they take a megabyte, and most are rare.
        templates.set_loader(move |name| Ok(texts.get(name).map(ToString::to_string)));
        Ok(Self { templates })
    }

    /// # Errors
    /// When an operator's template names what this letter does not have.
    pub fn render(&self, content: &Content) -> Result<Rendered, WordingError> {
        let (purpose, values) = (content.purpose(), content.values());
        let subject = self.text(&format!("{purpose}/subject.txt.j2"), &values)?;
        let body = self.text(&format!("{purpose}/body.txt.j2"), &values)?;
        let html = match content {
            Content::Digest(_) => Some(self.text(DIGEST_HTML.0, &values)?),
            _ => None,
        };
        Ok(Rendered {
            subject: subject.split_whitespace().collect::<Vec<_>>().join(" "),
            body: body.trim_end().to_owned() + "\n",
            html,
        })
    }

    /// Renders every letter with sample values, so that a fault in a template shows before an inquirer waits for the
    /// letter. The last guard must let each one to inquirers leave.
    ///
    /// # Errors
    /// As [`Self::render`].
    pub fn check(&self, profile: &Profile, rules: &Rules) -> Result<(), WordingError> {
        for (name, _) in all() {
            self.templates.get_template(name).map_err(|error| template_error(name, &error))?;
        }
        for full in [true, false] {
            let facts = samples::facts(rules, full);
            for &purpose in Purpose::ALL {
                let rendered = self.render(&samples::content(purpose, profile, rules, &facts))?;
                if !purpose.is_for_staff() {
                    rendered.guarded(purpose)?;
                }
            }
        }
        Ok(())
    }

    /// What is wrong with a receipt although it can leave: without the number, its reader cannot name the ticket.
    #[must_use]
    pub fn doubts(&self, profile: &Profile, rules: &Rules) -> Vec<String> {
        let facts = samples::facts(rules, true);
        let mut doubts = Vec::new();
        for purpose in [Purpose::Acknowledgement, Purpose::AskMissing, Purpose::ApplicationReceived] {
            let Ok(rendered) = self.render(&samples::content(purpose, profile, rules, &facts)) else {
                continue;
            };
            for (part, text) in [("subject", &rendered.subject), ("body", &rendered.body)] {
                if !text.contains(&facts.number) {
                    doubts.push(format!("{purpose}/{part}.txt.j2 has no ticket number"));
                }
            }
        }
        doubts
    }

    fn text(&self, name: &str, values: &Value) -> Result<String, WordingError> {
        let rendered = self.templates.get_template(name).and_then(|template| template.render(values));
        rendered.map_err(|error| template_error(name, &error))
    }
}

/// Files of an operator's folder that replace no template, by their names in it. Hidden files and backups are none.
#[must_use]
pub fn strangers(dir: &Path) -> Vec<String> {
    let known: Vec<&str> = all().map(|(name, _)| name).collect();
    let in_folder = |path: &Path| -> Vec<PathBuf> {
        std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
    };
    let mut found = Vec::new();
    for path in in_folder(dir) {
        let files = if path.is_dir() { in_folder(&path) } else { vec![path] };
        let names =
            files.iter().filter_map(|file| Some(file.strip_prefix(dir).ok()?.to_string_lossy().into_owned()));
        found.extend(names.filter(|name| {
            let is_aside = name.split('/').any(|part| part.starts_with('.') || part.ends_with('~'));
            !is_aside && !known.contains(&name.as_str())
        }));
    }
    found.sort();
    found
}

/// A fault in an included part arrives wrapped; the innermost error names the part and its line.
fn template_error(name: &str, error: &minijinja::Error) -> WordingError {
    let mut innermost = error;
    while let Some(inner) =
        std::error::Error::source(innermost).and_then(<dyn std::error::Error>::downcast_ref)
    {
        innermost = inner;
    }
    WordingError::Template { name: name.to_owned(), detail: innermost.to_string() }
}
