//! `[mailbox.oauth2]` and `[delivery.oauth2]`: access tokens instead of a password (RFC 6749).
//! Contains the fixed endpoints and scopes of Microsoft and Google.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

use super::{
    secrets::without_user,
    values::{list, parsed},
};
use crate::words::closed_set;

closed_set! {
    /// OAuth 2.0 provider: key `provider`.
    Provider {
        /// Microsoft 365 (Entra ID).
        Microsoft = "microsoft",
        /// Google Workspace.
        Google = "google",
        /// Any other provider; requires `token_url`.
        Other = "other",
    }
}

closed_set! {
    /// OAuth 2.0 grant type: key `grant`.
    Grant {
        /// The desk authenticates as an application (RFC 6749, 4.4).
        ClientCredentials = "client_credentials",
        /// The desk acts for the user who gave consent (RFC 6749, 6).
        RefreshToken = "refresh_token",
    }
}

/// How the desk gets access tokens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OAuth2 {
    /// Provider; sets the defaults of `token_url` and `scopes`.
    #[serde(deserialize_with = "parsed")]
    pub provider: Provider,
    /// Grant type: `client_credentials` or `refresh_token`.
    #[serde(deserialize_with = "parsed")]
    pub grant: Grant,
    /// Directory (tenant) ID; required for Microsoft unless `token_url` is set.
    pub tenant: String,
    /// ID of the application that is registered with the provider.
    pub client_id: String,
    /// Secret of the application (discouraged: use `client_secret_file`).
    pub client_secret: Option<SecretString>,
    /// File whose first line is the secret of the application.
    pub client_secret_file: Option<PathBuf>,
    /// File whose first line is the first refresh token, set by the operator.
    pub refresh_token_file: Option<PathBuf>,
    /// File in which the desk stores the newer refresh tokens that the provider issues.
    pub token_file: PathBuf,
    /// URL of the token endpoint; default: the provider's.
    pub token_url: Option<String>,
    /// Scopes to request; default: those the provider requires for IMAP and SMTP.
    #[serde(deserialize_with = "list")]
    pub scopes: Vec<String>,
    /// HTTP proxy for requests to the token endpoint, such as `http://proxy.example.jp:8080`.
    pub proxy: Option<String>,
    /// PEM file of certificate authorities to trust in addition to those of the system.
    pub ca_file: Option<PathBuf>,
}

impl Default for OAuth2 {
    fn default() -> Self {
        Self {
            provider: Provider::Other,
            grant: Grant::ClientCredentials,
            tenant: String::new(),
            client_id: String::new(),
            client_secret: None,
            client_secret_file: None,
            refresh_token_file: None,
            token_file: "oauth2.json".into(),
            token_url: None,
            scopes: Vec::new(),
            proxy: None,
            ca_file: None,
        }
    }
}

impl OAuth2 {
    /// URL of the token endpoint; empty if it is not set and the provider has no default.
    #[must_use]
    pub fn endpoint(&self) -> String {
        match (&self.token_url, self.provider) {
            (Some(url), _) => url.clone(),
            // https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
            (None, Provider::Microsoft) => {
                format!("https://login.microsoftonline.com/{}/oauth2/v2.0/token", self.tenant)
            }
            // https://developers.google.com/identity/protocols/oauth2/native-app
            (None, Provider::Google) => "https://oauth2.googleapis.com/token".into(),
            (None, Provider::Other) => String::new(),
        }
    }

    /// The configured scopes, else those that the provider requires for IMAP and SMTP.
    #[must_use]
    pub fn wanted_scopes(&self) -> Vec<String> {
        let preset: &[&str] = match (self.provider, self.grant) {
            _ if !self.scopes.is_empty() => return self.scopes.clone(),
            (Provider::Microsoft, Grant::ClientCredentials) => &["https://outlook.office365.com/.default"],
            (Provider::Microsoft, Grant::RefreshToken) => &[
                "https://outlook.office.com/IMAP.AccessAsUser.All",
                "https://outlook.office.com/SMTP.Send",
                "offline_access",
            ],
            // A refresh token of Google already contains the scopes that the user gave consent to.
            (Provider::Google | Provider::Other, _) => &[],
        };
        preset.iter().map(|scope| (*scope).to_owned()).collect()
    }

    /// Returns the first missing or wrong key and the problem.
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        let wrong = |key, detail: &str| Err((key, detail.to_owned()));
        if self.client_id.trim().is_empty() {
            return wrong(
                "client_id",
                "is not set; name the application that is registered with the provider",
            );
        }
        if self.provider == Provider::Microsoft && self.token_url.is_none() {
            let good = !self.tenant.is_empty()
                && self.tenant.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
            if !good {
                return wrong(
                    "tenant",
                    "is not set; name the directory (tenant) ID, such as \"00000000-0000-0000-0000-000000000000\"",
                );
            }
        }
        if (self.provider, self.grant) == (Provider::Google, Grant::ClientCredentials) {
            return wrong(
                "grant",
                "\"client_credentials\" is not offered by Google; allowed: \"refresh_token\"",
            );
        }
        let url = self.endpoint();
        if url.is_empty() {
            return wrong("token_url", "is not set; allowed: an https address, or a provider");
        }
        if !is_safe(&url) {
            return Err((
                "token_url",
                format!("{:?} is not allowed; allowed: an https address", without_user(&url)),
            ));
        }
        if let Some(proxy) = &self.proxy
            && !proxy.starts_with("http://")
            && !proxy.starts_with("https://")
        {
            return Err((
                "proxy",
                format!(
                    "{:?} is not allowed; allowed: such as \"http://proxy.example.jp:8080\"",
                    without_user(proxy)
                ),
            ));
        }
        Ok(())
    }
}

/// Whether a token endpoint uses TLS or is on this machine. Requests to it contain secrets.
fn is_safe(url: &str) -> bool {
    let here = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
    url.strip_prefix("https://").is_some_and(|rest| !rest.is_empty())
        || here.iter().any(|prefix| url.starts_with(prefix))
}
