//! Credentials for the mail servers: a password, or an OAuth 2.0 access token that is renewed before it expires.

mod token_file;
mod tokens;

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

pub use tokens::{Access, OAuth2Error, OAuth2Options, TokenState, Tokens};

/// Login name and secret. `Debug` does not print the secret.
#[derive(Debug, Clone)]
pub struct Login {
    pub user: String,
    pub secret: Secret,
}

/// The configured secret of a login.
#[derive(Debug, Clone)]
pub enum Secret {
    Password(SecretString),
    /// Source of the access token for each login (SASL XOAUTH2).
    OAuth2(Arc<Tokens>),
}

impl Login {
    /// The source of access tokens; `None` with a password.
    #[must_use]
    pub fn tokens(&self) -> Option<&Arc<Tokens>> {
        match &self.secret {
            Secret::Password(_) => None,
            Secret::OAuth2(tokens) => Some(tokens),
        }
    }

    /// The password, or a valid access token, which is requested if necessary.
    pub async fn proof(&self) -> Result<Proof, OAuth2Error> {
        match &self.secret {
            Secret::Password(password) => Ok(Proof::Password(password.clone())),
            Secret::OAuth2(tokens) => tokens.access().await.map(Proof::Token),
        }
    }
}

/// The secret that one login sends.
#[derive(Debug, Clone)]
pub enum Proof {
    Password(SecretString),
    Token(Access),
}

impl Proof {
    /// The initial response of SASL XOAUTH2
    /// (<https://developers.google.com/workspace/gmail/imap/xoauth2-protocol>), or of PLAIN (RFC 4616).
    #[must_use]
    pub fn initial_response(&self, user: &str) -> String {
        match self {
            Self::Password(password) => format!("\0{user}\0{}", password.expose_secret()),
            Self::Token(access) => {
                format!("user={user}\x01auth=Bearer {}\x01\x01", access.token.expose_secret())
            }
        }
    }
}
