//! With what the desk logs in to its mail servers: a password, or an access token that is renewed ahead of its end.

mod kept;
mod tokens;

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

pub use tokens::{Access, OAuth2Error, OAuth2Options, TokenState, Tokens};

/// A login name and what proves it; Debug prints no secret.
#[derive(Debug, Clone)]
pub struct Login {
    /// Login name.
    pub user: String,
    /// What proves it.
    pub secret: Secret,
}

/// What proves a login name.
#[derive(Debug, Clone)]
pub enum Secret {
    /// A password.
    Password(SecretString),
    /// An access token for each login (SASL XOAUTH2).
    OAuth2(Arc<Tokens>),
}

impl Login {
    /// Where its tokens come from, if it has any.
    #[must_use]
    pub fn tokens(&self) -> Option<&Arc<Tokens>> {
        match &self.secret {
            Secret::Password(_) => None,
            Secret::OAuth2(tokens) => Some(tokens),
        }
    }

    /// What to send now.
    ///
    /// # Errors
    /// When there is no token to be had.
    pub async fn proof(&self) -> Result<Proof, OAuth2Error> {
        match &self.secret {
            Secret::Password(password) => Ok(Proof::Password(password.clone())),
            Secret::OAuth2(tokens) => tokens.access().await.map(Proof::Token),
        }
    }
}

/// What is sent at one login.
#[derive(Debug, Clone)]
pub enum Proof {
    /// A password.
    Password(SecretString),
    /// An access token.
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
