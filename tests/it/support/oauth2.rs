//! A token endpoint (RFC 6749) with introspection for Dovecot (RFC 7662) that fails, rotates and expires on request.
//! It is its own HTTP proxy: a request line may have an absolute URI.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

/// Of the only registered application.
pub const CLIENT_SECRET: &str = "application secret";

#[derive(Debug)]
pub struct State {
    /// Status and body of the answer to every token request, instead of a token.
    pub answer: Option<(u16, &'static str)>,
    /// Lifetime of access tokens.
    pub life: Duration,
    /// Each refresh token is valid once and is replaced by a new one.
    pub rotates: bool,
    /// The only valid refresh token.
    pub refresh_token: String,
    /// The mailbox user that introspection names.
    pub user: String,
    /// Token requests in order: request line, form fields.
    pub requests: Vec<(String, BTreeMap<String, String>)>,
    tokens: BTreeMap<String, Instant>,
}

/// It ends with the test process.
#[derive(Debug)]
pub struct Endpoint {
    port: u16,
    state: Arc<Mutex<State>>,
}

impl Endpoint {
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State {
            answer: None,
            life: Duration::from_secs(3600),
            rotates: false,
            refresh_token: "refresh-0".into(),
            user: String::new(),
            requests: Vec::new(),
            tokens: BTreeMap::new(),
        }));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                thread::spawn(move || while serve(&stream, &state).is_ok() {});
            }
        });
        Self { port, state }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// To read and to change.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Revokes all access tokens.
    pub fn withdraw(&self) {
        self.state().tokens.clear();
    }
}

/// Answers one request of a connection.
fn serve(stream: &TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        if header.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = header.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let form = fields(&String::from_utf8_lossy(&body));
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    let (status, body) = if line.contains("/introspect") {
        let token = form.get("token").cloned().unwrap_or_default();
        let active = state.tokens.get(&token).is_some_and(|until| Instant::now() < *until);
        (200, json!({"active": active, "username": state.user}).to_string())
    } else {
        state.requests.push((line.trim().to_owned(), form.clone()));
        state.answer.map_or_else(|| token(&mut state, &form), |(status, body)| (status, body.to_owned()))
    };
    drop(state);
    let mut writer = stream;
    write!(
        writer,
        "HTTP/1.1 {status} said\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    writer.flush()
}

fn token(state: &mut State, form: &BTreeMap<String, String>) -> (u16, String) {
    let error = |code: &str| (400, json!({"error": code, "error_description": "no"}).to_string());
    let value = |key: &str| form.get(key).map(String::as_str).unwrap_or_default();
    if value("client_secret") != CLIENT_SECRET {
        return error("invalid_client");
    }
    let refreshes = value("grant_type") == "refresh_token";
    if refreshes && value("refresh_token") != state.refresh_token {
        return error("invalid_grant");
    }
    let token = format!("access-{}", state.requests.len());
    state.tokens.insert(token.clone(), Instant::now() + state.life);
    let mut answer =
        json!({"access_token": token, "token_type": "Bearer", "expires_in": state.life.as_secs()});
    if refreshes && state.rotates {
        state.refresh_token = format!("refresh-{}", state.requests.len());
        answer["refresh_token"] = json!(state.refresh_token);
    }
    (200, answer.to_string())
}

/// Decodes application/x-www-form-urlencoded.
fn fields(body: &str) -> BTreeMap<String, String> {
    let decode = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            rest = after;
            bytes.push(match first {
                b'+' => b' ',
                b'%' if rest.len() >= 2 => {
                    let hex = std::str::from_utf8(&rest[..2]).unwrap();
                    rest = &rest[2..];
                    u8::from_str_radix(hex, 16).unwrap()
                }
                other => *other,
            });
        }
        String::from_utf8(bytes).unwrap()
    };
    body.split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (decode(key), decode(value)))
        .collect()
}
