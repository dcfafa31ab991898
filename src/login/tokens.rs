//! Requests access tokens from a token endpoint (RFC 6749), and renews each before it expires.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex as StdMutex},
    time::{Duration, Instant},
};

use oauth2::{
    AuthType, ClientId, ClientSecret, EndpointNotSet, EndpointSet, HttpClientError, RefreshToken,
    RequestTokenError, Scope, TokenResponse, TokenUrl,
    basic::{BasicClient, BasicErrorResponse, BasicTokenResponse},
};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

use super::token_file::TokenFile;
use crate::{net, settings::Grant};

/// A token is renewed this long before it expires, or after half its lifetime if that is later.
const RENEW_BEFORE_EXPIRY: Duration = Duration::from_secs(300);
/// Assumed lifetime if the endpoint sends no `expires_in`, which is optional (RFC 6749, 5.1).
const DEFAULT_LIFETIME: Duration = Duration::from_secs(600);
/// Timeout of a token request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

type Client = BasicClient<EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;
type Refusal = RequestTokenError<HttpClientError<reqwest::Error>, BasicErrorResponse>;

/// Settings of token requests.
#[derive(Debug, Clone)]
pub struct OAuth2Options {
    /// Section of the settings file: `mailbox` or `delivery`.
    pub section: &'static str,
    pub grant: Grant,
    pub token_url: String,
    pub client_id: String,
    /// `None` for a public client (RFC 6749, 2.1).
    pub client_secret: Option<SecretString>,
    /// The first refresh token, set by the operator. Required with [`Grant::RefreshToken`].
    pub refresh_token: Option<SecretString>,
    /// File that stores the refresh tokens that the provider issues later.
    pub token_file: PathBuf,
    pub scopes: Vec<String>,
    /// URL of an HTTP proxy for token requests.
    pub proxy: Option<String>,
    /// PEM file of certificate authorities to trust in addition to those of the system.
    pub ca_file: Option<PathBuf>,
}

/// The reason why no access token is available.
#[derive(Debug, Clone, thiserror::Error)]
pub enum OAuth2Error {
    #[error("the token endpoint {url} refused: {answer}; {remedy}")]
    Refused {
        url: String,
        /// Error code and description (RFC 6749, 5.2).
        answer: String,
        remedy: String,
    },
    #[error(
        "cannot reach the token endpoint {url}: {detail}; see {section}.oauth2.token_url, proxy and ca_file"
    )]
    Unreachable { url: String, detail: String, section: &'static str },
    /// The response is neither a token nor an error of RFC 6749.
    #[error("the token endpoint {url} gave no token: {detail}; see {section}.oauth2.token_url")]
    Answer {
        url: String,
        /// What is wrong with the response. Never contains the response itself, which may include a token.
        detail: String,
        section: &'static str,
    },
    #[error(
        "cannot keep refresh tokens in {}: {detail}; name a file in a folder that the desk may write to in {section}.oauth2.token_file",
        path.display()
    )]
    TokenFile { path: PathBuf, detail: String, section: &'static str },
    /// The proxy or the certificate authority is not usable.
    #[error("cannot make requests for tokens: {detail}; see {section}.oauth2")]
    Setup { detail: String, section: &'static str },
}

#[derive(Debug, Clone)]
pub struct Access {
    pub token: SecretString,
    /// The token was requested for this login. If the server refuses it, a newer token would be refused as well.
    pub fresh: bool,
}

/// State of the access token of one section, for the health report.
#[derive(Debug, Clone, serde::Serialize)]
pub struct TokenState {
    /// `mailbox` or `delivery`.
    pub section: &'static str,
    /// Seconds since the token was requested; absent without a token.
    pub age_seconds: Option<u64>,
    /// Seconds until the token expires, 0 if it has expired; absent without a token.
    pub expires_in_seconds: Option<u64>,
    /// Error of the last renewal, if it failed.
    pub error: Option<String>,
}

/// Cache and renewal of the access token of one section. Lifetimes use the monotonic clock, so that setting the system
/// clock does not expire a token.
#[derive(Debug)]
pub struct Tokens {
    options: OAuth2Options,
    /// Locked during a token request, so that concurrent logins share one request.
    renewing: Mutex<()>,
    state: StdMutex<State>,
}

#[derive(Debug, Default)]
struct State {
    cached: Option<CachedToken>,
    error: Option<OAuth2Error>,
}

#[derive(Debug, Clone)]
struct CachedToken {
    token: SecretString,
    since: Instant,
    lifetime: Duration,
}

impl CachedToken {
    fn left(&self) -> Duration {
        self.lifetime.saturating_sub(self.since.elapsed())
    }

    /// Time until the token should be renewed.
    fn until_renewal(&self) -> Duration {
        self.left().saturating_sub(RENEW_BEFORE_EXPIRY.min(self.lifetime / 2))
    }
}

impl Tokens {
    /// Creates the cache without requesting a token.
    #[must_use]
    pub fn new(options: OAuth2Options) -> Arc<Self> {
        Arc::new(Self { options, renewing: Mutex::new(()), state: StdMutex::default() })
    }

    /// Returns a valid token. Renews the cached token shortly before it expires. If the renewal fails, returns the
    /// cached token until it expires.
    ///
    /// # Errors
    /// If the renewal fails and no valid token is cached.
    pub async fn access(&self) -> Result<Access, OAuth2Error> {
        if let Some(token) = self.cached() {
            return Ok(Access { token, fresh: false });
        }
        let _guard = self.renewing.lock().await;
        if let Some(token) = self.cached() {
            return Ok(Access { token, fresh: false });
        }
        match self.renew().await {
            Ok(token) => Ok(Access { token, fresh: true }),
            Err(error) => {
                match self.with(|state| state.cached.clone()).filter(|cached| !cached.left().is_zero()) {
                    Some(cached) => Ok(Access { token: cached.token, fresh: false }),
                    None => Err(error),
                }
            }
        }
    }

    /// Removes a token from the cache after a mail server refused it. Returns whether a retry with a newer token makes
    /// sense.
    pub fn refused(&self, access: &Access) -> bool {
        self.with(|state| {
            let same = |cached: &CachedToken| cached.token.expose_secret() == access.token.expose_secret();
            if state.cached.as_ref().is_some_and(same) {
                state.cached = None;
            }
        });
        !access.fresh
    }

    /// Renews the token if it expires soon, and returns the time until the next renewal.
    ///
    /// # Errors
    /// If the renewal fails. The cached token may still be valid then.
    pub async fn keep_fresh(&self) -> Result<Duration, OAuth2Error> {
        self.access().await?;
        self.with(|state| match (&state.error, &state.cached) {
            (Some(error), _) => Err(error.clone()),
            (None, Some(cached)) => Ok(cached.until_renewal()),
            (None, None) => Ok(Duration::ZERO),
        })
    }

    #[must_use]
    pub fn state(&self) -> TokenState {
        self.with(|state| TokenState {
            section: self.options.section,
            age_seconds: state.cached.as_ref().map(|cached| cached.since.elapsed().as_secs()),
            expires_in_seconds: state.cached.as_ref().map(|cached| cached.left().as_secs()),
            error: state.error.as_ref().map(ToString::to_string),
        })
    }

    /// The cached token, unless it is missing or due for renewal.
    fn cached(&self) -> Option<SecretString> {
        self.with(|state| {
            let cached = state.cached.as_ref().filter(|cached| !cached.until_renewal().is_zero());
            cached.map(|cached| cached.token.clone())
        })
    }

    async fn renew(&self) -> Result<SecretString, OAuth2Error> {
        let result = self.request().await;
        self.with(|state| match result {
            Ok(cached) => {
                let token = cached.token.clone();
                *state = State { cached: Some(cached), error: None };
                Ok(token)
            }
            Err(error) => {
                state.error = Some(error.clone());
                Err(error)
            }
        })
    }

    async fn request(&self) -> Result<CachedToken, OAuth2Error> {
        let options = &self.options;
        let (client, http) = (self.client()?, self.http()?);
        let scopes = options.scopes.iter().cloned().map(Scope::new);
        let since = Instant::now();
        let response = match (options.grant, &options.refresh_token) {
            (Grant::RefreshToken, Some(first)) => {
                let path = options.token_file.clone();
                let opened = tokio::task::spawn_blocking(move || TokenFile::open(&path)).await;
                let mut file = opened
                    .unwrap_or_else(|error| Err(std::io::Error::other(error)))
                    .map_err(|error| self.not_stored(&error))?;
                let newest = file.newest(first);
                let token = RefreshToken::new(newest.expose_secret().to_owned());
                let asked =
                    client.exchange_refresh_token(&token).add_scopes(scopes).request_async(&http).await;
                let response = asked.map_err(|error| self.failed(&error))?;
                // The provider rotated the refresh token and may have invalidated the previous one.
                if let Some(newer) = response.refresh_token().filter(|newer| newer.secret() != token.secret())
                {
                    file.replace(first, &newer.secret().as_str().into())
                        .map_err(|error| self.not_stored(&error))?;
                }
                response
            }
            _ => {
                let asked =
                    client.exchange_client_credentials().add_scopes(scopes).request_async(&http).await;
                asked.map_err(|error| self.failed(&error))?
            }
        };
        Ok(cached_token(&response, since))
    }

    fn client(&self) -> Result<Client, OAuth2Error> {
        let options = &self.options;
        let url = TokenUrl::new(options.token_url.clone()).map_err(|error| self.setup(error.to_string()))?;
        let client = BasicClient::new(ClientId::new(options.client_id.clone()))
            .set_auth_type(AuthType::RequestBody)
            .set_token_uri(url);
        Ok(match &options.client_secret {
            Some(secret) => client.set_client_secret(ClientSecret::new(secret.expose_secret().to_owned())),
            None => client,
        })
    }

    fn http(&self) -> Result<reqwest::Client, OAuth2Error> {
        let tls = net::tls_client(self.options.ca_file.as_deref()).map_err(|detail| self.setup(detail))?;
        let mut builder = reqwest::Client::builder()
            .use_preconfigured_tls(tls)
            // The request contains secrets. Without redirects they go only to the configured address.
            .redirect(reqwest::redirect::Policy::none())
            .timeout(REQUEST_TIMEOUT)
            .no_proxy();
        if let Some(proxy) = &self.options.proxy {
            let proxy = reqwest::Proxy::all(proxy).map_err(|error| self.setup(error.to_string()))?;
            builder = builder.proxy(proxy);
        }
        builder.build().map_err(|error| self.setup(error.to_string()))
    }

    fn failed(&self, error: &Refusal) -> OAuth2Error {
        let (url, section) = (self.options.token_url.clone(), self.options.section);
        match error {
            RequestTokenError::ServerResponse(response) => {
                let code = response.error().as_ref().to_owned();
                let answer = match response.error_description() {
                    Some(description) => {
                        format!("{code}: {}", description.split_whitespace().collect::<Vec<_>>().join(" "))
                    }
                    None => code.clone(),
                };
                OAuth2Error::Refused { url, answer, remedy: remedy(&code, section) }
            }
            RequestTokenError::Request(error) => {
                OAuth2Error::Unreachable { url, detail: innermost(error), section }
            }
            // Do not repeat the response: it may include a token.
            RequestTokenError::Parse(error, _) => OAuth2Error::Answer {
                url,
                detail: format!("its answer is not of the prescribed form at {}", error.path()),
                section,
            },
            RequestTokenError::Other(detail) => OAuth2Error::Answer { url, detail: detail.clone(), section },
        }
    }

    fn not_stored(&self, error: &std::io::Error) -> OAuth2Error {
        let options = &self.options;
        OAuth2Error::TokenFile {
            path: options.token_file.clone(),
            detail: error.to_string(),
            section: options.section,
        }
    }

    fn setup(&self, detail: String) -> OAuth2Error {
        OAuth2Error::Setup { detail, section: self.options.section }
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

fn cached_token(response: &BasicTokenResponse, since: Instant) -> CachedToken {
    CachedToken {
        token: response.access_token().secret().as_str().into(),
        since,
        lifetime: response.expires_in().unwrap_or(DEFAULT_LIFETIME),
    }
}

/// Remedy for an error code of RFC 6749, 5.2.
fn remedy(code: &str, section: &str) -> String {
    match code {
        "invalid_client" | "unauthorized_client" => format!(
            "see {section}.oauth2.client_id and client_secret_file: the secret may have ended, or the application lacks a permission"
        ),
        "invalid_grant" => format!(
            "the refresh token is used up or was withdrawn: authorise again and store the new token in {section}.oauth2.refresh_token_file"
        ),
        "invalid_scope" | "invalid_request" => {
            format!("see {section}.oauth2.scopes and tenant, and the permissions of the application")
        }
        _ => "it is tried again".to_owned(),
    }
}

/// The text of the root cause. The errors above it only say where it happened.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
