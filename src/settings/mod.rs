//! Typed settings: built-in values for the 在宅医療 desk, then one TOML file, then the environment
//! (`MADOGUCHI_SECTION__KEY`). Every value is checked here; other modules get small structs and never read the file.

mod check;
mod oauth2;
mod people;
mod secrets;
mod sections;
mod time;
mod values;
mod written;

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use config::{Config, Environment, File, FileFormat};
use serde::Deserialize;

use self::secrets::without_bom;

pub use check::{Credentials, Proof};
pub use oauth2::{Grant, OAuth2};
pub use sections::{
    Absent, After, Answers, Contact, Database, Delivery, DeliveryKind, Desk, Digest, Faq, Field, Form, Hours,
    Http, Log, LogFormat, Mailbox, MailboxKind, NewTicketTo, Report, Retention, Sla, Staff, Support,
    SupportAdviser, SupportField, Templates, Tls, Window,
};
pub use values::Period;
pub use written::Written;

/// Settings files in order of precedence, if `--config` is not given.
const DEFAULT_FILES: [&str; 2] = ["madoguchi.toml", "/etc/madoguchi/madoguchi.toml"];

/// An error in the settings. Names the place, the key and the allowed values.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("cannot read the settings file {}: {source}; name an existing file with --config", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{origin} is not valid TOML: {detail}")]
    Syntax {
        /// Path of the file, or "the built-in settings".
        origin: String,
        detail: String,
    },
    #[error("{key}: {detail} (in {origin} or the environment variable {})", variable(key))]
    Value {
        /// The key in dotted form, such as `mailbox.port`.
        key: String,
        /// The problem and the allowed values.
        detail: String,
        origin: String,
    },
}

/// All settings of one desk.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Name and addresses of the desk.
    pub desk: Desk,
    /// The form that the circular prescribes.
    pub form: Form,
    /// The acceptance window.
    pub window: Window,
    /// Business hours.
    pub hours: Hours,
    /// Deadlines, in business time.
    pub sla: Sla,
    /// The mailbox that receives inquiries.
    pub mailbox: Mailbox,
    /// Outgoing mail.
    pub delivery: Delivery,
    /// The database.
    pub database: Database,
    /// The members of staff.
    pub staff: Vec<Staff>,
    /// The contacts (照会先), who are asked about tickets.
    pub contacts: Vec<Contact>,
    /// Answers of staff, and notices to staff.
    pub answers: Answers,
    /// The daily digest.
    pub digest: Digest,
    /// The 伴走支援: its call, and the support that follows.
    pub support: Support,
    /// Retention periods of mails and personal data.
    pub retention: Retention,
    pub report: Report,
    /// Files with released questions and answers.
    pub faq: Faq,
    /// The HTTP server for health and metrics.
    pub http: Http,
    /// The log.
    pub log: Log,
    /// Templates of the operator.
    pub templates: Templates,
    /// The settings file, for error messages; `None` if no file was read.
    #[serde(skip)]
    pub origin: Option<PathBuf>,
    /// All keys set in the file and the environment, to report changes at a reload.
    #[serde(skip)]
    pub written: Written,
}

impl Settings {
    /// Reads the settings from `path`, else from the first default file that exists, else only the built-in values.
    pub fn load(path: Option<&Path>) -> Result<Self, SettingsError> {
        let path = match path {
            Some(path) => Some(path.to_path_buf()),
            None => DEFAULT_FILES.iter().map(PathBuf::from).find(|file| file.exists()),
        };
        let text = match &path {
            Some(path) => fs::read_to_string(path).map_err(|source| match source.kind() {
                ErrorKind::InvalidData => SettingsError::Syntax {
                    origin: path.display().to_string(),
                    detail: "it is not UTF-8; save it as UTF-8, and not in Shift_JIS".to_owned(),
                },
                _ => SettingsError::Unreadable { path: path.clone(), source },
            })?,
            None => String::new(),
        };
        let environment = Environment::with_prefix("MADOGUCHI").prefix_separator("_").separator("__");
        Self::read(without_bom(&text), path, environment)
    }

    /// Reads the settings from a text, without files and environment.
    pub fn from_toml(text: &str) -> Result<Self, SettingsError> {
        Self::read(text, None, Environment::default().source(Some(config::Map::new())))
    }

    fn read(text: &str, path: Option<PathBuf>, environment: Environment) -> Result<Self, SettingsError> {
        let origin = path
            .as_ref()
            .map_or_else(|| "the built-in settings".to_owned(), |path| path.display().to_string());
        let values = Config::builder()
            .add_source(File::from_str(text, FileFormat::Toml))
            .add_source(environment)
            .build()
            .map_err(|error| SettingsError::Syntax {
                origin: origin.clone(),
                detail: secrets::without_lines(&error.to_string()),
            })?;
        let tree: serde_json::Value = values.clone().try_deserialize().unwrap_or_default();
        let mut settings: Self = serde_path_to_error::deserialize(values)
            .map_err(|error| check::named(error.path().to_string(), &error.into_inner(), &origin))?;
        settings.origin = path;
        settings.written = Written::of(&tree);
        settings.check().map_err(|(key, detail)| SettingsError::Value { key, detail, origin })?;
        Ok(settings)
    }

    /// Builds the error for a wrong value that is noticed after parsing, in the same form as one found while parsing.
    #[must_use]
    pub fn wrong(&self, key: &str, detail: impl Into<String>) -> SettingsError {
        let origin = self
            .origin
            .as_ref()
            .map_or_else(|| "the settings file".to_owned(), |path| path.display().to_string());
        SettingsError::Value { key: key.to_owned(), detail: detail.into(), origin }
    }
}

/// Name of the environment variable that overrides a key.
fn variable(key: &str) -> String {
    format!("MADOGUCHI_{}", key.replace('.', "__").to_uppercase())
}

#[cfg(test)]
mod tests;
