//! Typed settings: the built-in 在宅医療 desk, then one TOML file, then the environment (`MADOGUCHI_SECTION__KEY`).
//! Every value is checked once, here; the rooms below get small structs of their own and never see the file.

mod check;
mod oauth2;
mod sections;
mod values;
mod written;

use std::{
    fs,
    path::{Path, PathBuf},
};

use config::{Config, Environment, File, FileFormat};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

pub use check::{Credentials, Proof};
pub use oauth2::{Grant, OAuth2, Provider};
pub use sections::{
    After, Answers, Database, Delivery, DeliveryKind, Desk, Digest, Field, Form, Hours, Http, Log, LogFormat,
    Mailbox, MailboxKind, NewTicketTo, Retention, Sla, Staff, Templates, Tls, Window,
};
pub use values::{ByteSize, Period};
pub use written::Written;

/// Where settings are looked for when no file is named.
const DEFAULT_FILES: [&str; 2] = ["madoguchi.toml", "/etc/madoguchi/madoguchi.toml"];

/// A setting that is wrong: says where, which key, and what is allowed.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("cannot read the settings file {}: {source}; name an existing file with --config", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{origin} is not valid TOML: {detail}")]
    Syntax {
        /// File, or "the environment".
        origin: String,
        /// Line and reason.
        detail: String,
    },
    /// A key or its value is not allowed.
    #[error("{key}: {detail} (in {origin} or the environment variable {})", variable(key))]
    Value {
        /// The dotted key.
        key: String,
        /// What is wrong, and what is allowed.
        detail: String,
        /// The file that was read.
        origin: String,
    },
}

/// All settings of one desk.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Who the desk is.
    pub desk: Desk,
    /// What the circular prescribes.
    pub form: Form,
    /// When inquiries are accepted.
    pub window: Window,
    /// When the desk is served.
    pub hours: Hours,
    /// How soon an answer is owed.
    pub sla: Sla,
    /// Where mail arrives.
    pub mailbox: Mailbox,
    /// How mail leaves.
    pub delivery: Delivery,
    /// Where the desk remembers.
    pub database: Database,
    /// The secretariat.
    pub staff: Vec<Staff>,
    /// What staff send, and what they are told.
    pub answers: Answers,
    /// When staff get their list.
    pub digest: Digest,
    /// What is forgotten, and when.
    pub retention: Retention,
    /// Health for monitoring.
    pub http: Http,
    /// The log.
    pub log: Log,
    /// The operator's own wording.
    pub templates: Templates,
    /// The file these were read from, for messages.
    #[serde(skip)]
    pub origin: Option<PathBuf>,
    /// What stood there and in the environment.
    #[serde(skip)]
    pub written: Written,
}

impl Settings {
    /// Reads the settings: `path`, else the first of the default files that exists, else the built-in desk alone.
    ///
    /// # Errors
    /// When the file cannot be read, or a key or value is not allowed.
    pub fn load(path: Option<&Path>) -> Result<Self, SettingsError> {
        let path = match path {
            Some(path) => Some(path.to_path_buf()),
            None => DEFAULT_FILES.iter().map(PathBuf::from).find(|file| file.exists()),
        };
        let text = match &path {
            Some(path) => fs::read_to_string(path)
                .map_err(|source| SettingsError::Unreadable { path: path.clone(), source })?,
            None => String::new(),
        };
        let environment = Environment::with_prefix("MADOGUCHI").prefix_separator("_").separator("__");
        Self::read(&text, path, environment)
    }

    /// Reads the settings from a text, without files or environment.
    ///
    /// # Errors
    /// As [`Settings::load`].
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
            .map_err(|error| SettingsError::Syntax { origin: origin.clone(), detail: error.to_string() })?;
        let tree: serde_json::Value = values.clone().try_deserialize().unwrap_or_default();
        let mut settings: Self = serde_path_to_error::deserialize(values)
            .map_err(|error| check::named(error.path().to_string(), &error.into_inner(), &origin))?;
        settings.origin = path;
        settings.written = Written::of(&tree);
        settings.check().map_err(|(key, detail)| SettingsError::Value { key, detail, origin })?;
        Ok(settings)
    }

    /// A wrong value found after reading, in the same words as those found while reading.
    #[must_use]
    pub fn wrong(&self, key: &str, detail: impl Into<String>) -> SettingsError {
        let origin = self
            .origin
            .as_ref()
            .map_or_else(|| "the settings file".to_owned(), |path| path.display().to_string());
        SettingsError::Value { key: key.to_owned(), detail: detail.into(), origin }
    }

    /// A secret such as `mailbox.password`: from its file, else the value, else the service manager's credential of
    /// that name (`$CREDENTIALS_DIRECTORY`, see systemd.exec(5)).
    fn secret(
        &self,
        name: &str,
        file: Option<&PathBuf>,
        value: Option<&SecretString>,
    ) -> Result<Option<SecretString>, SettingsError> {
        let file = match (file, value) {
            (Some(file), _) => file.clone(),
            (None, Some(value)) => return Ok(Some(value.clone())),
            (None, None) => match credential(name) {
                Some(file) => file,
                None => return Ok(None),
            },
        };
        let key = format!("{name}_file");
        let text = fs::read_to_string(&file).map_err(|error| {
            let detail = format!(
                "cannot read {}: {error}; give the service's user the right to read it",
                file.display()
            );
            self.wrong(&key, detail)
        })?;
        let secret = SecretString::from(text.lines().next().unwrap_or_default().to_owned());
        if secret.expose_secret().is_empty() {
            return Err(self.wrong(&key, format!("{} is empty", file.display())));
        }
        Ok(Some(secret))
    }
}

/// A credential that the service manager handed over, if there is one.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one door; systemd.exec(5) fixes the variable's name"
)]
fn credential(name: &str) -> Option<PathBuf> {
    let path = Path::new(&std::env::var_os("CREDENTIALS_DIRECTORY")?).join(name);
    path.exists().then_some(path)
}

/// The environment variable that overrides a key.
fn variable(key: &str) -> String {
    format!("MADOGUCHI_{}", key.replace('.', "__").to_uppercase())
}

#[cfg(test)]
mod tests;
