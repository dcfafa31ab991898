//! The wording of each letter: built-in templates, each replaceable by a file of the operator's.
//! Values are data: a template is never made from them, and an unknown name in a template is an error.

use std::path::Path;

use minijinja::{Environment, UndefinedBehavior, Value, value::Serde};
use serde::Serialize;

use super::Purpose;

/// A template that cannot be read or rendered.
#[derive(Debug, thiserror::Error)]
pub enum WordingError {
    /// A file of the operator's cannot be read.
    #[error("cannot read the template {path}: {source}; see templates.dir")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A template has an error.
    #[error("template {name}: {detail}")]
    Template {
        /// Which.
        name: String,
        /// What is wrong, with the line.
        detail: String,
    },
}

/// What templates may name. Every value is text as a person reads it.
#[derive(Debug, Clone, Serialize)]
pub struct Context {
    /// The desk.
    pub desk: DeskContext,
    /// The form and what was read in it.
    pub form: FormContext,
    /// The ticket; its number is empty where there is none.
    pub ticket: TicketContext,
    /// The acceptance window.
    pub window: WindowContext,
    /// Whether the mail came within its last seven days.
    pub last_week: bool,
    /// When the mail was received.
    pub received: String,
    /// When the answer is due; empty where none is.
    pub deadline: String,
    /// When the desk is served.
    pub hours: String,
    /// Whether the mail came outside these hours.
    pub outside_hours: bool,
    /// When the desk next opens.
    pub next_opening: String,
    /// The inquirer's organization, as far as it fits into an address line.
    pub organization: String,
    /// The inquirer's name, likewise.
    pub name: String,
    /// What a person wrote; empty in automatic mail.
    pub text: String,
    /// Who wrote it, where the desk wants names; else empty.
    pub author: String,
}

/// The desk, for templates.
#[derive(Debug, Clone, Serialize)]
pub struct DeskContext {
    /// `desk.name`
    pub name: String,
    /// `desk.organization`
    pub organization: String,
    /// `desk.address`
    pub address: String,
    /// `desk.telephone`
    pub telephone: String,
}

/// The form, for templates.
#[derive(Debug, Clone, Serialize)]
pub struct FormContext {
    /// The prescribed subject.
    pub subject: String,
    /// The numbered fields with what was read.
    pub items: Vec<Item>,
}

/// One numbered field, for templates.
#[derive(Debug, Clone, Serialize)]
pub struct Item {
    /// From 1.
    pub number: usize,
    /// The label as the circular spells it.
    pub label: String,
    /// What was read; empty when nothing was.
    pub value: String,
}

/// The ticket, for templates.
#[derive(Debug, Clone, Serialize)]
pub struct TicketContext {
    /// Its number.
    pub number: String,
}

/// The acceptance window, for templates.
#[derive(Debug, Clone, Serialize)]
pub struct WindowContext {
    /// First day in words.
    pub opens: String,
    /// Last day in words.
    pub closes: String,
}

/// The templates, ready to render.
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

const BUILT_IN: [(&str, &str); 38] = built_in!(
    "acknowledgement",
    "ask_missing",
    "send_form",
    "before_window",
    "after_window",
    "deadline_warning",
    "deadline_missed",
    "window_summary",
    "remind_missing",
    "waiting_unanswered",
    "undeliverable",
    "answer",
    "question",
    "digest",
    "new_ticket",
    "follow_up",
    "echo",
    "approval",
    "staff_reply"
);

/// The digest is a table, too.
const DIGEST_HTML: (&str, &str) =
    ("digest/body.html.j2", include_str!("../../templates/digest/body.html.j2"));

macro_rules! parts {
    ($($name:literal),+) => {
        [$((concat!("_parts/", $name, ".j2"), include_str!(concat!("../../templates/_parts/", $name, ".j2"))),)+]
    };
}

/// What letters have in common: each includes its parts by name.
pub(super) const PARTS: [(&str, &str); 17] = parts!(
    "address_line",
    "draft",
    "form",
    "greeting",
    "hours",
    "how_to_reply",
    "item",
    "missing_items",
    "news",
    "purpose_notice",
    "remarks",
    "signature",
    "staff_signature",
    "telephone",
    "thanks",
    "ticket",
    "ticket_details"
);

impl Wording {
    /// The built-in wording.
    ///
    /// # Errors
    /// Never for the templates that are shipped; a test renders each.
    pub fn built_in() -> Result<Self, WordingError> {
        Self::with_overrides(|_| Ok(None))
    }

    /// The built-in wording, with every template replaced that has a file of the same name in `dir`.
    ///
    /// # Errors
    /// When a file cannot be read or is not a template.
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
        for (name, text) in BUILT_IN.into_iter().chain([DIGEST_HTML]).chain(PARTS) {
            let text = own(name)?.unwrap_or_else(|| text.to_owned());
            templates.add_template_owned(name, text).map_err(|error| template_error(name, &error))?;
        }
        Ok(Self { templates })
    }

    /// Subject (one line) and body of a letter: from a [`Context`], or a [`super::StaffContext`] for those to staff.
    ///
    /// # Errors
    /// When an operator's template names what does not exist.
    pub fn render(
        &self,
        purpose: Purpose,
        context: &impl Serialize,
    ) -> Result<(String, String), WordingError> {
        let values = Value::from(Serde(context));
        let render = |file: &str| {
            let name = format!("{purpose}/{file}.txt.j2");
            let rendered = self.templates.get_template(&name).and_then(|template| template.render(&values));
            rendered.map_err(|error| template_error(&name, &error))
        };
        let subject = render("subject")?.split_whitespace().collect::<Vec<_>>().join(" ");
        let body = render("body")?;
        Ok((subject, body.trim_end().to_owned() + "\n"))
    }
}

impl Wording {
    /// The digest as HTML; every value is escaped.
    ///
    /// # Errors
    /// As [`Self::render`].
    pub fn render_html(&self, context: &impl Serialize) -> Result<String, WordingError> {
        let (name, _) = DIGEST_HTML;
        let rendered = self.templates.get_template(name).and_then(|template| template.render(Serde(context)));
        rendered.map_err(|error| template_error(name, &error))
    }
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
