//! `check`: reads the settings, then tests mailbox, mail server and database. Prints one line for each, with the
//! remedy.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::{Context, print};
use crate::{
    delivery::Transport,
    mailbox::Open,
    server::{check_wording, rules, source, transport},
    service::alarms::coverage,
    settings::Settings,
    store::{Store, StoreError},
};

/// The result of one check.
#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    ok: bool,
    /// The check passed, but the operator should look at the detail.
    warning: bool,
    detail: String,
}

/// Exit code 1 if a check fails. Wrong settings end the program with 2 before this function runs.
pub(super) async fn run(context: &Context, offline: bool) -> anyhow::Result<()> {
    let settings = &context.settings;
    let origin = settings.origin.as_ref().map_or("built-in".to_owned(), |path| path.display().to_string());
    let mut findings = vec![
        finding("settings", Ok(format!("read from {origin}"))),
        finding("templates", check_wording(settings).map(|()| "all templates are valid".to_owned())),
        staff(settings),
        support(settings),
    ];
    let mut latest_deadline = None;
    if !offline {
        let (mailbox, delivery, database) =
            tokio::join!(mailbox(settings), delivery(settings), database(settings));
        findings.extend([finding("mailbox", mailbox), finding("delivery", delivery)]);
        findings.push(finding(
            "database",
            database.map(|(detail, latest)| {
                latest_deadline = latest;
                detail
            }),
        ));
    }
    findings.push(match coverage(&rules(settings), latest_deadline) {
        Some(alarm) => Finding { what: "calendar", ok: true, warning: true, detail: alarm },
        None => finding("calendar", Ok("all deadlines are in years with published holidays".to_owned())),
    });
    if context.json {
        print::json(&findings)?;
    } else {
        for Finding { what, ok, warning, detail } in &findings {
            let mark = match (ok, warning) {
                (false, _) => "FAILED",
                (true, true) => "WARN  ",
                (true, false) => "ok    ",
            };
            print::line(format!("{mark} {what}: {detail}"));
        }
    }
    let failed = findings.iter().filter(|finding| !finding.ok).count();
    if failed > 0 {
        anyhow::bail!("{failed} of {} checks failed", findings.len());
    }
    Ok(())
}

fn finding(what: &'static str, result: Result<String, String>) -> Finding {
    match result {
        Ok(detail) => Finding { what, ok: true, warning: false, detail },
        Err(detail) => Finding { what, ok: false, warning: false, detail },
    }
}

/// Warns if no staff are set: the desk still serves inquirers, but sends no deadline notices.
fn staff(settings: &Settings) -> Finding {
    let (count, leads) = (settings.staff.len(), settings.staff.iter().filter(|staff| staff.lead).count());
    let detail = match (count, leads) {
        (0, _) => "[[staff]] is empty: no deadline notices are sent".to_owned(),
        (_, 0) => format!("{count} members, none with lead = true: all of them get every deadline notice"),
        _ => format!("{count} members, {leads} of them lead"),
    };
    Finding { what: "staff", ok: true, warning: count == 0, detail }
}

/// Warns about days of the 伴走支援 that nobody may have meant, and of advisers who cannot be asked.
fn support(settings: &Settings) -> Finding {
    let (rules, written) = (rules(settings), &settings.support);
    let Some(support) = &rules.support else {
        return finding("support", Ok("no applications are taken".to_owned()));
    };
    let call = &support.call;
    let is_open = |day| rules.calendar.open_span(day).is_some();
    let target = call.closes
        + TimeDelta::days(i64::try_from(written.results_within.0.as_secs() / 86_400).unwrap_or(0));
    let mut warnings = Vec::new();
    if call.closes < settings.window.opens || call.closes > settings.window.closes {
        warnings.push(format!("support.closes {} is outside [window]", call.closes));
    }
    if !is_open(target) {
        warnings.push(format!(
            "support.results_within ends on {target}, when the desk is closed: {} counts",
            call.results_by
        ));
    }
    if !is_open(call.ends) {
        warnings.push(format!("support.ends {} is a day when the desk is closed", call.ends));
    }
    let unreachable: Vec<&str> = support
        .advisers
        .iter()
        .filter(|adviser| adviser.address.is_none())
        .map(|adviser| adviser.name.as_str())
        .collect();
    if !unreachable.is_empty() {
        warnings.push(format!("[[support.advisers]] without address: {}", unreachable.join(", ")));
    }
    let warning = !warnings.is_empty();
    let detail = if warning {
        warnings.join("; ")
    } else {
        format!("applications until {}, results until {}", call.closes, call.results_by)
    };
    Finding { what: "support", ok: true, warning, detail }
}

async fn mailbox(settings: &Settings) -> Result<String, String> {
    settings.check_network().map_err(|error| error.to_string())?;
    let open = source(settings)
        .map_err(|error| error.to_string())?
        .open()
        .await
        .map_err(|error| error.to_string())?;
    Ok(match open {
        Open::Imap(session) => {
            let (folder, _) = session.place();
            session.logout().await;
            format!("logged in to {}, folder {folder:?} is there", settings.mailbox.host)
        }
        Open::Maildir(maildir) => format!("{} can be read", maildir.name()),
    })
}

/// Longest wait for a reply here: an operator watches.
const REPLY_WITHIN: Duration = Duration::from_secs(30);

/// Sends an envelope from the desk to itself as far as RCPT, and no mail.
async fn delivery(settings: &Settings) -> Result<String, String> {
    settings.check_delivery_target().map_err(|error| error.to_string())?;
    let mut transport = transport(settings).map_err(|error| error.to_string())?;
    if let Transport::Smtp(options) = &mut transport {
        options.timeout = options.timeout.min(REPLY_WITHIN);
    }
    let mut session = transport.open().await.map_err(|error| error.to_string())?;
    let desk = &settings.desk.address;
    let reply = session.probe(desk, desk).await;
    session.close().await;
    match reply {
        Ok(reply) => Ok(format!("mail from {desk} can be sent; the server says: {reply}")),
        Err(error) => Err(format!(
            "the server refuses a mail from {desk} to itself: {error}; see that delivery.user may send as desk.address"
        )),
    }
}

/// Tests reading and writing an existing database. Does not create one. Also returns the latest deadline of any ticket.
async fn database(settings: &Settings) -> Result<(String, Option<DateTime<Utc>>), String> {
    let text = |error: StoreError| error.to_string();
    let Some(store) = Store::open_existing(&settings.database.url).await.map_err(text)? else {
        return Ok(("it does not exist yet; the first run creates it".into(), None));
    };
    if !store.is_migrated().await.map_err(text)? {
        return Ok((
            "its schema is not up to date; the next run or `madoguchi migrate` brings it up to date".into(),
            None,
        ));
    }
    let tx = store.write().await.map_err(|error| format!("{error}; see that the database is writable"))?;
    tx.commit().await.map_err(|error| format!("{error}; see that the database is writable"))?;
    let broken = store.first_broken_event().await.map_err(text)?;
    let latest = store.latest_deadline().await.map_err(text)?;
    store.close().await;
    match broken {
        Some(id) => Err(format!(
            "the audit chain is broken at event {id}: the database was changed by another program"
        )),
        None => Ok(("it can be written, and the audit chain is whole".into(), latest)),
    }
}
