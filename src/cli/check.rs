//! `check`: reads the settings, then tests mailbox, mail server and database. Prints one line for each, with the
//! remedy.

mod desk;
mod files;
mod machine;

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Context, print};
use crate::{
    delivery::Transport,
    mailbox::Open,
    server::{rules, source, transport},
    service::alarms::coverage,
    settings::{DeliveryKind, Settings},
    store::{Chain, Proof, Store, StoreError, unprotected_server},
};

/// The result of one check.
#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    ok: bool,
    /// The check passed, but the operator should look at the detail.
    warning: bool,
    detail: String,
    /// Hash of the newest event: an operator who keeps it elsewhere can prove later that no event was taken away.
    #[serde(skip_serializing_if = "Option::is_none")]
    event_hash: Option<String>,
}

/// Exit code 1 if a check fails. Wrong settings end the program with 2 before this function runs.
pub(super) async fn run(context: &Context, offline: bool, event_hash: Option<&str>) -> anyhow::Result<()> {
    let settings = &context.settings;
    let origin = settings.origin.as_ref().map_or("built-in".to_owned(), |path| path.display().to_string());
    let mut findings = vec![
        finding("settings", Ok(format!("read from {origin}"))),
        desk::templates(settings),
        desk::staff(settings),
        desk::window(settings, context.clock.now()),
        desk::limits(settings),
        desk::authentication(settings),
        desk::support(settings),
        files::files(settings),
    ];
    let mut latest_deadline = None;
    if !offline {
        let (mailbox, delivery, database) =
            tokio::join!(mailbox(settings), delivery(settings), database(settings, event_hash));
        findings.extend(settings.http.listen.map(machine::http));
        findings.extend([
            finding("mailbox", mailbox),
            delivery.unwrap_or_else(|error| finding("delivery", Err(error))),
        ]);
        findings.extend(unprotected_server(&settings.database.url).map(|host| unprotected(&host)));
        match database {
            Ok(Database::Healthy { latest, proof, holds }) => {
                latest_deadline = latest;
                findings.push(finding("database", Ok(format!("{} can be written", context.place()))));
                findings.push(audit(proof));
                findings.extend(holds.map(|holds| finding("audit", holds)));
            }
            Ok(Database::Later(detail)) => {
                findings.push(finding("database", Ok(format!("{} {detail}", context.place()))));
            }
            Err(error) => findings.push(finding("database", Err(error))),
        }
    }
    findings.push(match coverage(&rules(settings), latest_deadline) {
        Some(alarm) => looked_at("calendar", true, alarm),
        None => finding(
            "calendar",
            Ok(format!(
                "times are of {}; all deadlines are in years with published holidays",
                settings.hours.time_zone
            )),
        ),
    });
    if context.json {
        print::json(&findings)?;
    } else {
        for Finding { what, ok, warning, detail, .. } in &findings {
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

/// Files with secrets or mail that other users of the machine can open, with the remedy.
pub(super) fn open_files(settings: &Settings) -> Option<String> {
    Some(files::files(settings)).filter(|found| found.warning).map(|found| found.detail)
}

fn finding(what: &'static str, result: Result<String, String>) -> Finding {
    let ok = result.is_ok();
    Finding { ok, ..looked_at(what, false, result.unwrap_or_else(|error| error)) }
}

/// A check that passed, perhaps with a warning.
fn looked_at(what: &'static str, warning: bool, detail: String) -> Finding {
    Finding { what, ok: true, warning, detail, event_hash: None }
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

/// Logs in, and sends an envelope from the desk to itself as far as RCPT, and no mail.
async fn delivery(settings: &Settings) -> Result<Finding, String> {
    settings.check_delivery_target().map_err(|error| error.to_string())?;
    let mut transport = transport(settings).map_err(|error| error.to_string())?;
    if let Transport::Smtp(options) = &mut transport {
        options.timeout = options.timeout.min(REPLY_WITHIN);
    }
    let mut session = transport.open().await.map_err(|error| error.to_string())?;
    let desk = &settings.desk.address;
    let reply = session.probe(desk, desk).await;
    session.close().await;
    let reply = reply.map_err(|error| {
        format!(
            "the server refuses a mail from {desk} to itself: {error}; see that delivery.user may send as desk.address"
        )
    })?;
    let delivery = &settings.delivery;
    let user = delivery.user.as_deref().filter(|user| !user.is_empty());
    let unused = user.is_none() && (delivery.password.is_some() || delivery.password_file.is_some());
    let login = match user {
        _ if delivery.kind == DeliveryKind::Maildir => String::new(),
        Some(user) => format!("logged in as {user}; "),
        None if unused => "without a login, because delivery.user is not set; ".to_owned(),
        None => "without a login; ".to_owned(),
    };
    let detail = format!("{login}mail from {desk} can be sent; the server says: {reply}");
    Ok(looked_at("delivery", unused, detail))
}

/// The state of the database.
enum Database {
    /// The next run creates it or brings it up to date.
    Later(&'static str),
    /// It can be read and written.
    Healthy {
        /// The latest deadline of any ticket.
        latest: Option<DateTime<Utc>>,
        proof: Proof,
        /// Whether the event is there that the operator asked for.
        holds: Option<Result<String, String>>,
    },
}

/// Tests reading and writing an existing database. Does not create one.
async fn database(settings: &Settings, event_hash: Option<&str>) -> Result<Database, String> {
    let text = |error: StoreError| error.to_string();
    machine::room(settings)?;
    let Some(store) = Store::open_existing(&settings.database.url).await.map_err(text)? else {
        return Ok(Database::Later("does not exist yet; the first run creates it"));
    };
    if !store.is_migrated().await.map_err(text)? {
        return Ok(Database::Later(
            "has an older schema; the next run or `madoguchi migrate` brings it up to date",
        ));
    }
    let tx = store.write().await.map_err(|error| format!("{error}; see that the database is writable"))?;
    tx.commit().await.map_err(|error| format!("{error}; see that the database is writable"))?;
    let proof = store.prove_audit().await.map_err(text)?;
    let latest = store.latest_deadline().await.map_err(text)?;
    let holds = match event_hash.map(|hash| hash.trim().to_lowercase()) {
        Some(hash) if !is_hash(&hash) => {
            Some(Err(format!("{hash:?} is no hash: it has 64 hexadecimal digits")))
        }
        Some(hash) => Some(holds(&hash, store.has_event_hash(&hash).await.map_err(text)?)),
        None => None,
    };
    store.close().await;
    Ok(Database::Healthy { latest, proof, holds })
}

fn unprotected(host: &str) -> Finding {
    let detail = format!(
        "the password and all mails may go to {host} in clear text, or to another in its place: \
         put sslmode=verify-full and sslrootcert=FILE into database.url, unless only this desk and {host} are on that network"
    );
    looked_at("database", true, detail)
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether the audit has an event whose hash left the machine earlier.
fn holds(hash: &str, found: bool) -> Result<String, String> {
    if found {
        Ok(format!("the event with the hash {hash} is there"))
    } else {
        Err(format!("no event has the hash {hash}: the end of the audit was cut, or the audit was rewritten"))
    }
}

/// Whether the events are whole, and the other tables agree with them.
fn audit(Proof { events, newest, chain, contradictions }: Proof) -> Finding {
    let mut wrong: Vec<String> = match chain {
        Chain::Whole => Vec::new(),
        Chain::BrokenAt(id) => vec![format!("the audit chain is broken at event {id}")],
        Chain::CutAfter(id) => vec![format!("the end of the audit chain is missing, after event {id}")],
    };
    wrong.extend(
        contradictions
            .iter()
            .map(|rows| format!("{}: {}, the first is row {}", rows.what, rows.count, rows.first)),
    );
    let found = if wrong.is_empty() {
        Ok(format!(
            "the audit chain is whole and agrees with tickets, ledger and outbox; {events} events, newest hash {newest}"
        ))
    } else {
        Err(format!("{}: the database was changed by another program", wrong.join("; ")))
    };
    Finding { event_hash: Some(newest), ..finding("audit", found) }
}
