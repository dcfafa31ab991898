//! Access tokens from a token endpoint (RFC 6749), renewed while the one before still holds.

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

use super::kept::Kept;
use crate::{net, settings::Grant};

/// A token is renewed so long before its end, or at half of its life if that is later.
const AHEAD: Duration = Duration::from_secs(300);
/// The life of a token whose endpoint does not say (RFC 6749, 5.1, leaves it open).
const UNSAID: Duration = Duration::from_secs(600);
/// Time limit of a request.
const LIMIT: Duration = Duration::from_secs(30);

type Client = BasicClient<EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;
type Refusal = RequestTokenError<HttpClientError<reqwest::Error>, BasicErrorResponse>;

/// What is needed to ask for tokens.
#[derive(Debug, Clone)]
pub struct OAuth2Options {
    /// The section of the settings: `mailbox` or `delivery`.
    pub section: &'static str,
    /// How tokens are had.
    pub grant: Grant,
    /// The token endpoint.
    pub token_url: String,
    /// The registered application.
    pub client_id: String,
    /// Its secret; a public application has none.
    pub client_secret: Option<SecretString>,
    /// The refresh token that the operator set, with [`Grant::RefreshToken`].
    pub refresh_token: Option<SecretString>,
    /// Where newer ones are kept.
    pub token_file: PathBuf,
    /// What the tokens are for.
    pub scopes: Vec<String>,
    /// A proxy on the way.
    pub proxy: Option<String>,
    /// A private certificate authority.
    pub ca_file: Option<PathBuf>,
}

/// There is no access token.
#[derive(Debug, Clone, thiserror::Error)]
pub enum OAuth2Error {
    /// The endpoint said no.
    #[error("the token endpoint {url} refused: {said}; {remedy}")]
    Refused {
        /// Endpoint.
        url: String,
        /// Its error code and description.
        said: String,
        /// What to do.
        remedy: String,
    },
    /// The endpoint cannot be reached.
    #[error(
        "cannot reach the token endpoint {url}: {detail}; see {section}.oauth2.token_url, proxy and ca_file"
    )]
    Unreachable {
        /// Endpoint.
        url: String,
        /// Why.
        detail: String,
        /// Section of the settings.
        section: &'static str,
    },
    /// It answered something else.
    #[error("the token endpoint {url} gave no token: {detail}; see {section}.oauth2.token_url")]
    Answer {
        /// Endpoint.
        url: String,
        /// What was wrong, without the answer: it may hold a token.
        detail: String,
        /// Section of the settings.
        section: &'static str,
    },
    /// A newer refresh token could not be kept.
    #[error(
        "cannot keep refresh tokens in {}: {detail}; name a file in a folder that the desk may write to in {section}.oauth2.token_file",
        path.display()
    )]
    Kept {
        /// The file.
        path: PathBuf,
        /// Why.
        detail: String,
        /// Section of the settings.
        section: &'static str,
    },
    /// The proxy or an authority cannot be used.
    #[error("cannot make requests for tokens: {detail}; see {section}.oauth2")]
    Setup {
        /// Why.
        detail: String,
        /// Section of the settings.
        section: &'static str,
    },
}

/// An access token.
#[derive(Debug, Clone)]
pub struct Access {
    /// The token.
    pub token: SecretString,
    /// It was had for this very login: when it is refused, a newer one would be as well.
    pub fresh: bool,
}

/// How it stands with the tokens of a section, for health.
#[derive(Debug, Clone, serde::Serialize)]
pub struct TokenState {
    /// `mailbox` or `delivery`.
    pub section: &'static str,
    /// Age of the token, in seconds; absent without one.
    pub age_seconds: Option<u64>,
    /// How long it still holds, in seconds; absent without one, 0 when it is over.
    pub expires_in_seconds: Option<u64>,
    /// Why it could not be renewed.
    pub error: Option<String>,
}

/// Gives out access tokens of one section. Instants are the machine's uptime: a clock that is set does not end a token.
#[derive(Debug)]
pub struct Tokens {
    options: OAuth2Options,
    /// Held while a token is asked for: one request serves all who wait.
    renewing: Mutex<()>,
    now: StdMutex<Now>,
}

#[derive(Debug, Default)]
struct Now {
    held: Option<Held>,
    error: Option<OAuth2Error>,
}

#[derive(Debug, Clone)]
struct Held {
    token: SecretString,
    since: Instant,
    life: Duration,
}

impl Held {
    fn left(&self) -> Duration {
        self.life.saturating_sub(self.since.elapsed())
    }

    /// How long until it should be renewed.
    fn until_renewal(&self) -> Duration {
        self.left().saturating_sub(AHEAD.min(self.life / 2))
    }
}

impl Tokens {
    /// Asks for nothing yet.
    #[must_use]
    pub fn new(options: OAuth2Options) -> Arc<Self> {
        Arc::new(Self { options, renewing: Mutex::new(()), now: StdMutex::default() })
    }

    /// A token that holds. One that is near its end is renewed; when that fails it serves while it holds.
    ///
    /// # Errors
    /// When there is none to be had.
    pub async fn access(&self) -> Result<Access, OAuth2Error> {
        if let Some(token) = self.good() {
            return Ok(Access { token, fresh: false });
        }
        let _one = self.renewing.lock().await;
        if let Some(token) = self.good() {
            return Ok(Access { token, fresh: false });
        }
        match self.renew().await {
            Ok(token) => Ok(Access { token, fresh: true }),
            Err(error) => match self.with(|now| now.held.clone()).filter(|held| !held.left().is_zero()) {
                Some(held) => Ok(Access { token: held.token, fresh: false }),
                None => Err(error),
            },
        }
    }

    /// A server refused a token: it is not given out again. Whether a newer one may do better.
    pub fn refused(&self, access: &Access) -> bool {
        self.with(|now| {
            let same = |held: &Held| held.token.expose_secret() == access.token.expose_secret();
            if now.held.as_ref().is_some_and(same) {
                now.held = None;
            }
        });
        !access.fresh
    }

    /// Renews ahead of the end; returns when to look again.
    ///
    /// # Errors
    /// When it fails; the token before may still hold.
    pub async fn keep_fresh(&self) -> Result<Duration, OAuth2Error> {
        self.access().await?;
        self.with(|now| match (&now.error, &now.held) {
            (Some(error), _) => Err(error.clone()),
            (None, Some(held)) => Ok(held.until_renewal()),
            (None, None) => Ok(Duration::ZERO),
        })
    }

    /// How it stands.
    #[must_use]
    pub fn state(&self) -> TokenState {
        self.with(|now| TokenState {
            section: self.options.section,
            age_seconds: now.held.as_ref().map(|held| held.since.elapsed().as_secs()),
            expires_in_seconds: now.held.as_ref().map(|held| held.left().as_secs()),
            error: now.error.as_ref().map(ToString::to_string),
        })
    }

    /// The token in hand, unless it should be renewed.
    fn good(&self) -> Option<SecretString> {
        self.with(|now| {
            now.held.as_ref().filter(|held| !held.until_renewal().is_zero()).map(|held| held.token.clone())
        })
    }

    async fn renew(&self) -> Result<SecretString, OAuth2Error> {
        let result = self.request().await;
        self.with(|now| match result {
            Ok(held) => {
                let token = held.token.clone();
                *now = Now { held: Some(held), error: None };
                Ok(token)
            }
            Err(error) => {
                now.error = Some(error.clone());
                Err(error)
            }
        })
    }

    async fn request(&self) -> Result<Held, OAuth2Error> {
        let options = &self.options;
        let (client, http) = (self.client()?, self.http()?);
        let scopes = options.scopes.iter().cloned().map(Scope::new);
        let since = Instant::now();
        let response = match (options.grant, &options.refresh_token) {
            (Grant::RefreshToken, Some(first)) => {
                let path = options.token_file.clone();
                let opened = tokio::task::spawn_blocking(move || Kept::open(&path)).await;
                let mut kept = opened
                    .unwrap_or_else(|error| Err(std::io::Error::other(error)))
                    .map_err(|error| self.not_kept(&error))?;
                let newest = kept.newest(first);
                let token = RefreshToken::new(newest.expose_secret().to_owned());
                let asked =
                    client.exchange_refresh_token(&token).add_scopes(scopes).request_async(&http).await;
                let response = asked.map_err(|error| self.failed(&error))?;
                // Rotated: the one before may be void from now on.
                if let Some(newer) = response.refresh_token().filter(|newer| newer.secret() != token.secret())
                {
                    kept.replace(first, &newer.secret().as_str().into())
                        .map_err(|error| self.not_kept(&error))?;
                }
                response
            }
            _ => {
                let asked =
                    client.exchange_client_credentials().add_scopes(scopes).request_async(&http).await;
                asked.map_err(|error| self.failed(&error))?
            }
        };
        Ok(held(&response, since))
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
            // A secret goes to the address that was set, and nowhere else.
            .redirect(reqwest::redirect::Policy::none())
            .timeout(LIMIT)
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
                let said = match response.error_description() {
                    Some(description) => {
                        format!("{code}: {}", description.split_whitespace().collect::<Vec<_>>().join(" "))
                    }
                    None => code.clone(),
                };
                OAuth2Error::Refused { url, said, remedy: remedy(&code, section) }
            }
            RequestTokenError::Request(error) => {
                OAuth2Error::Unreachable { url, detail: innermost(error), section }
            }
            // The answer itself is not told: it may hold a token.
            RequestTokenError::Parse(error, _) => OAuth2Error::Answer {
                url,
                detail: format!("its answer is not of the prescribed form at {}", error.path()),
                section,
            },
            RequestTokenError::Other(detail) => OAuth2Error::Answer { url, detail: detail.clone(), section },
        }
    }

    fn not_kept(&self, error: &std::io::Error) -> OAuth2Error {
        let options = &self.options;
        OAuth2Error::Kept {
            path: options.token_file.clone(),
            detail: error.to_string(),
            section: options.section,
        }
    }

    fn setup(&self, detail: String) -> OAuth2Error {
        OAuth2Error::Setup { detail, section: self.options.section }
    }

    fn with<T>(&self, change: impl FnOnce(&mut Now) -> T) -> T {
        change(&mut self.now.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

fn held(response: &BasicTokenResponse, since: Instant) -> Held {
    Held {
        token: response.access_token().secret().as_str().into(),
        since,
        life: response.expires_in().unwrap_or(UNSAID),
    }
}

/// What to do about an error code of RFC 6749, 5.2.
fn remedy(code: &str, section: &str) -> String {
    match code {
        "invalid_client" | "unauthorized_client" => format!(
            "see {section}.oauth2.client_id and client_secret_file: the secret may have ended, or the application lacks a permission"
        ),
        "invalid_grant" => format!(
            "the refresh token is used up or was withdrawn: agree anew and put the new one into {section}.oauth2.refresh_token_file"
        ),
        "invalid_scope" | "invalid_request" => {
            format!("see {section}.oauth2.scopes and tenant, and the permissions of the application")
        }
        _ => "it is tried again".to_owned(),
    }
}

/// The cause at the bottom says what happened; the ones above only where.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
