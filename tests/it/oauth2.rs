//! OAuth2 access tokens instead of passwords, against Dovecot and a token endpoint of the tests.

use std::{fs, time::Duration};

use crate::support::{
    desk::{Desk, On},
    dovecot::Dovecot,
    http::{free_port, get, wait_for_status},
    mail::inquiry,
    oauth2::{CLIENT_SECRET, Endpoint},
    wait::wait_until,
};

/// A desk that receives and sends through a Dovecot that accepts access tokens only.
struct Story {
    desk: Desk,
    endpoint: Endpoint,
    server: Dovecot,
}

impl Story {
    fn with(oauth2: &str) -> Self {
        let endpoint = Endpoint::start();
        let mut desk = Desk::on(On::Sqlite);
        let port = endpoint.port();
        let server = Dovecot::start(&[&format!("oauth2={port}"), &format!("relay={}", desk.smtp.port())]);
        desk.mailbox = server.mailbox();
        endpoint.state().user.clone_from(&desk.mailbox.user);
        let dir = desk.dir.path();
        fs::write(dir.join("client_secret"), CLIENT_SECRET).unwrap();
        fs::write(dir.join("refresh_token"), "refresh-0").unwrap();
        let here = dir.display();
        let tables = ["mailbox", "delivery"].map(|section| {
            format!(
                "[{section}.oauth2]\nclient_id = \"desk\"\nclient_secret_file = \"{here}/client_secret\"\n\
                 token_url = \"http://127.0.0.1:{port}/token\"\ntoken_file = \"{here}/oauth2.json\"\n{}\n",
                oauth2.replace("HERE", &here.to_string())
            )
        });
        let toml = format!(
            "[mailbox]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nuser = {user:?}\n\
             accept_since = \"2025-06-01T00:00:00+09:00\"\ntimeout = \"5s\"\npoll = \"1s\"\n\
             [delivery]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nuser = {user:?}\ntimeout = \"5s\"\n\
             [database]\nurl = \"sqlite:{here}/desk.db\"\n{}",
            server.imap_port(),
            server.submission_port(),
            tables.concat(),
            user = desk.mailbox.user,
        );
        fs::write(desk.config(), toml).unwrap();
        Self { desk, endpoint, server }
    }

    fn sent(&self) -> usize {
        self.desk.smtp.mails().len()
    }

    fn requests(&self) -> usize {
        self.endpoint.state().requests.len()
    }
}

const REFRESH: &str = "grant = \"refresh_token\"\nrefresh_token_file = \"HERE/refresh_token\"";

#[test]
fn an_application_as_itself_takes_and_sends_mail() {
    let story = Story::with("scopes = [\"mail.read\", \"mail.send\"]");
    story.desk.deliver(inquiry(1));
    let done = story.desk.once();
    assert_eq!(story.sent(), 1);
    let requests = story.endpoint.state().requests.clone();
    assert_eq!(requests.len(), 2, "one for the mailbox, one for delivery");
    let form = &requests[0].1;
    assert_eq!(
        (form["grant_type"].as_str(), form["scope"].as_str()),
        ("client_credentials", "mail.read mail.send")
    );
    assert!(!done.stderr.contains("access-") && !done.stderr.contains(CLIENT_SECRET), "{}", done.stderr);
    assert!(story.desk.run(&["check"]).stdout.contains("ok     mailbox"));
}

#[test]
fn a_refresh_token_that_is_good_once_is_exchanged_and_kept() {
    let story = Story::with(REFRESH);
    story.endpoint.state().rotates = true;
    for nth in 1..=3 {
        story.desk.deliver(inquiry(nth));
        story.desk.once();
        assert_eq!(story.sent(), nth);
    }
    let newest = story.endpoint.state().refresh_token.clone();
    let kept = fs::read_to_string(story.desk.dir.path().join("oauth2.json")).unwrap();
    assert!(kept.contains(&newest), "{kept}");
    // The refresh token is revoked and the operator authorises again: the token in the settings now counts.
    story.endpoint.state().refresh_token = "another".into();
    let check = story.desk.run(&["check"]);
    assert!(
        check.stdout.contains("invalid_grant: no; the refresh token is used up or was withdrawn"),
        "{}",
        check.stdout
    );
    fs::write(story.desk.dir.path().join("refresh_token"), "another").unwrap();
    assert!(story.desk.run(&["check"]).stdout.contains("ok     mailbox"));
}

#[test]
fn refresh_tokens_that_cannot_be_kept_are_not_exchanged() {
    let mut story = Story::with(REFRESH);
    story.desk.set("mailbox.oauth2.token_file", "/nowhere/oauth2.json");
    let check = story.desk.run(&["check"]);
    let said = check.stdout.lines().find(|line| line.contains(" mailbox:")).unwrap();
    assert!(
        said.contains("cannot keep refresh tokens in /nowhere/oauth2.json")
            && said.contains("mailbox.oauth2.token_file"),
        "{said}"
    );
    assert!(story.requests() < 2, "only delivery asks");
}

#[test]
fn a_token_endpoint_that_refuses_or_talks_nonsense_is_explained_without_telling_secrets() {
    let story = Story::with("");
    for (answer, part) in [
        (
            (401, "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000222: ended\"}"),
            "invalid_client: AADSTS7000222: ended; see mailbox.oauth2.client_id",
        ),
        ((400, "{\"error\":\"invalid_scope\"}"), "see mailbox.oauth2.scopes"),
        ((200, "{\"access_token\":\"hunter2\",\"token_type\":7}"), "not of the prescribed form"),
        ((200, "<html>proxy login hunter2</html>"), "gave no token"),
        ((503, ""), "the token endpoint"),
    ] {
        story.endpoint.state().answer = Some(answer);
        let check = story.desk.run(&["check"]);
        let said = check.stdout.lines().find(|line| line.starts_with("FAILED mailbox")).unwrap();
        assert!(said.contains(part), "{said}");
        assert!(!check.stdout.contains("hunter2"), "{}", check.stdout);
    }
}

#[test]
fn a_proxy_is_used_on_the_way_to_the_endpoint() {
    let mut story = Story::with("");
    let proxy = format!("http://127.0.0.1:{}", story.endpoint.port());
    story.desk.set("mailbox.oauth2.token_url", "http://localhost:1/token").set("mailbox.oauth2.proxy", proxy);
    assert!(story.desk.run(&["check"]).stdout.contains("ok     mailbox"));
    let asked = story
        .endpoint
        .state()
        .requests
        .iter()
        .any(|(line, _)| line.starts_with("POST http://localhost:1/token "));
    assert!(asked);
}

#[test]
fn tokens_are_renewed_ahead_of_their_end_and_an_endpoint_that_is_down_is_told() {
    let mut story = Story::with("");
    let port = free_port();
    story.desk.set("http.listen", format!("127.0.0.1:{port}"));
    story.endpoint.state().life = Duration::from_secs(4);
    let _daemon = story.desk.spawn(&["run"]);
    wait_until("renewed tokens", || story.requests() >= 6);
    let ready = wait_for_status(port, "/readyz", 200);
    assert!(ready.contains("\"section\":\"mailbox\"") && ready.contains("\"error\":null"), "{ready}");
    let figures = get(port, "/metrics").1;
    assert!(figures.contains("madoguchi_token_expires_in_seconds{section=\"delivery\"}"), "{figures}");
    story.endpoint.state().answer = Some((503, ""));
    let down = wait_for_status(port, "/readyz", 503);
    assert!(down.contains("mailbox token: the token endpoint"), "{down}");
}

#[test]
fn a_token_that_ends_early_is_replaced_at_once() {
    let story = Story::with("");
    story.server.stop();
    let _daemon = story.desk.spawn(&["run"]);
    wait_until("the first tokens", || story.requests() == 2);
    story.endpoint.withdraw();
    story.server.resume();
    story.desk.deliver(inquiry(1));
    story.desk.smtp.wait_for_mails(1);
    assert_eq!(story.requests(), 4, "one more for each server");
}
