//! Secrets of the settings: reads them, names their files, and keeps them out of error messages.

use std::{
    fs,
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};

use super::{OAuth2, Settings, SettingsError};

impl Settings {
    /// Reads a secret such as `mailbox.password`: from its file, else from the value, else from the systemd
    /// credential of that name (`$CREDENTIALS_DIRECTORY`, see systemd.exec(5)). A file's secret is its first line.
    pub(super) fn secret(
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
        let secret = SecretString::from(without_bom(&text).lines().next().unwrap_or_default().to_owned());
        if secret.expose_secret().is_empty() {
            return Err(self.wrong(&key, format!("{} is empty", file.display())));
        }
        Ok(Some(secret))
    }

    /// The files that hold passwords and tokens; the settings file, too, if it holds one.
    #[must_use]
    pub fn secret_files(&self) -> Vec<PathBuf> {
        let (mailbox, delivery) = (&self.mailbox, &self.delivery);
        let tokens: Vec<&OAuth2> = [&mailbox.oauth2, &delivery.oauth2].into_iter().flatten().collect();
        let mut files: Vec<PathBuf> =
            [&mailbox.password_file, &delivery.password_file].into_iter().flatten().cloned().collect();
        for rules in &tokens {
            files.extend(
                [&rules.client_secret_file, &rules.refresh_token_file].into_iter().flatten().cloned(),
            );
            files.push(rules.token_file.clone());
        }
        let written = mailbox.password.is_some()
            || delivery.password.is_some()
            || tokens.iter().any(|rules| rules.client_secret.is_some())
            || tokens.iter().filter_map(|rules| rules.proxy.as_deref()).any(has_password)
            || has_password(&self.database.url);
        files.extend(self.origin.clone().filter(|_| written));
        files.sort();
        files.dedup();
        files
    }
}

/// Whether the user part of a URL has a password, or a parameter is one.
fn has_password(url: &str) -> bool {
    let authority =
        url.split_once("://").map_or("", |(_, rest)| rest.split(['/', '?']).next().unwrap_or(rest));
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    user.contains(':') || url.contains("password=")
}

/// A URL without its user, its password and its parameters.
pub(super) fn without_user(url: &str) -> String {
    let (url, query) = url.split_once('?').map_or((url, ""), |(url, _)| (url, "?…"));
    url.rsplit_once('@').map_or_else(|| format!("{url}{query}"), |(_, host)| format!("…@{host}{query}"))
}

/// An error of the TOML parser without the lines of the file that it shows, which may hold a secret.
pub(super) fn without_lines(error: &str) -> String {
    let is_shown = |line: &&str| {
        !line.trim_start_matches([' ', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']).starts_with('|')
    };
    error.lines().filter(is_shown).collect::<Vec<_>>().join(": ")
}

/// An error about the type of a value without the value: a secret may stand in the wrong place.
pub(super) fn without_value(error: &str) -> String {
    let shown = || {
        let (kind, rest) = error.strip_prefix("invalid type: ")?.split_once(' ')?;
        let (_, expected) = rest.rsplit_once(", expected ")?;
        Some(format!("{} is not allowed; expected {expected}", kind.trim_end_matches(',')))
    };
    shown().unwrap_or_else(|| error.to_owned())
}

/// A text without the byte order mark that some editors of Windows write.
pub(super) fn without_bom(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// Path of a systemd credential, if it exists.
#[expect(
    clippy::disallowed_methods,
    reason = "settings are read only here; systemd.exec(5) fixes the variable's name"
)]
fn credential(name: &str) -> Option<PathBuf> {
    let path = Path::new(&std::env::var_os("CREDENTIALS_DIRECTORY")?).join(name);
    path.exists().then_some(path)
}
