//! `[mailbox.oauth2]` and `[delivery.oauth2]`: access tokens in place of a password (RFC 6749), with what Microsoft and
//! Google fix already filled in.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

use super::values::{list, parsed};
use crate::words::closed_set;

closed_set! {
    /// Whose tokens: `provider`.
    Provider {
        /// Microsoft 365 (Entra ID).
        Microsoft = "microsoft",
        /// Google Workspace.
        Google = "google",
        /// Any other: `token_url` says where.
        Other = "other",
    }
}

closed_set! {
    /// How tokens are had: `grant`.
    Grant {
        /// The desk as itself (RFC 6749, 4.4).
        ClientCredentials = "client_credentials",
        /// On behalf of whoever once agreed (RFC 6749, 6).
        RefreshToken = "refresh_token",
    }
}

/// Where access tokens come from.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OAuth2 {
    /// Fills in `token_url` and `scopes`.
    #[serde(deserialize_with = "parsed")]
    pub provider: Provider,
    /// How tokens are had.
    #[serde(deserialize_with = "parsed")]
    pub grant: Grant,
    /// The directory (tenant) at Microsoft.
    pub tenant: String,
    /// The registered application.
    pub client_id: String,
    /// Its secret (discouraged: use `client_secret_file`).
    pub client_secret: Option<SecretString>,
    /// A file whose first line is its secret.
    pub client_secret_file: Option<PathBuf>,
    /// A file whose first line is the refresh token that the application was first given.
    pub refresh_token_file: Option<PathBuf>,
    /// Where newer refresh tokens are kept, which the provider gives in exchange for older ones. The desk writes it.
    pub token_file: PathBuf,
    /// The token endpoint.
    pub token_url: Option<String>,
    /// What the tokens are for.
    #[serde(deserialize_with = "list")]
    pub scopes: Vec<String>,
    /// An HTTP proxy on the way to the token endpoint: `http://proxy.example.jp:8080`.
    pub proxy: Option<String>,
    /// A PEM file of certificate authorities to trust besides the system's.
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
    /// The token endpoint; empty when it is neither set nor the provider's.
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

    /// What the tokens are for: as set, else what the provider asks for mail over IMAP and SMTP.
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
            // A refresh token of Google's carries the scopes that were agreed to.
            (Provider::Google | Provider::Other, _) => &[],
        };
        preset.iter().map(|scope| (*scope).to_owned()).collect()
    }

    /// What is missing or cannot be, by key.
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
            return Err(("token_url", format!("{url:?} is not allowed; allowed: an https address")));
        }
        if let Some(proxy) = &self.proxy
            && !proxy.starts_with("http://")
            && !proxy.starts_with("https://")
        {
            return Err((
                "proxy",
                format!("{proxy:?} is not allowed; allowed: such as \"http://proxy.example.jp:8080\""),
            ));
        }
        Ok(())
    }
}

/// Secrets go to the endpoint, so it is reached by TLS, or on this machine.
fn is_safe(url: &str) -> bool {
    let here = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
    url.strip_prefix("https://").is_some_and(|rest| !rest.is_empty())
        || here.iter().any(|prefix| url.starts_with(prefix))
}
