//! `check`: reads the settings, then tries mailbox, mail server and database; one line each, with the remedy.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Context, print};
use crate::{
    intake::Open,
    service::{check_carrier, check_source, check_wording, coverage, rules},
    settings::Settings,
    store::{Store, StoreError},
};

/// One finding.
#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    ok: bool,
    /// It works, but somebody should look at it.
    warning: bool,
    detail: String,
}

/// The command. Exit code 1 when something does not work; wrong settings have ended it with 2 before.
pub(super) async fn run(context: &Context, offline: bool) -> anyhow::Result<()> {
    let settings = &context.settings;
    let origin = settings.origin.as_ref().map_or("built-in".to_owned(), |path| path.display().to_string());
    let mut findings = vec![
        finding("settings", Ok(format!("read from {origin}"))),
        finding("templates", check_wording(settings).map(|()| "every letter can be written".to_owned())),
        staff(settings),
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
        None => {
            finding("calendar", Ok("every deadline lies in years whose holidays are published".to_owned()))
        }
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

/// Without staff the desk serves inquirers, but nobody hears of deadlines.
fn staff(settings: &Settings) -> Finding {
    let (count, leads) = (settings.staff.len(), settings.staff.iter().filter(|staff| staff.lead).count());
    let detail = match (count, leads) {
        (0, _) => "nobody is set in [[staff]]: nobody is told of deadlines".to_owned(),
        (_, 0) => format!("{count} members, none with lead = true: everybody is told of every deadline"),
        _ => format!("{count} members, {leads} of them lead"),
    };
    Finding { what: "staff", ok: true, warning: count == 0, detail }
}

async fn mailbox(settings: &Settings) -> Result<String, String> {
    settings.check_network().map_err(|error| error.to_string())?;
    let open = check_source(settings)
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

async fn delivery(settings: &Settings) -> Result<String, String> {
    settings.check_delivery_target().map_err(|error| error.to_string())?;
    let session = check_carrier(settings)
        .map_err(|error| error.to_string())?
        .open()
        .await
        .map_err(|error| error.to_string())?;
    session.close().await;
    Ok("mail can be sent".into())
}

/// Opens the database without making one, reads it, and tries its write lock.
async fn database(settings: &Settings) -> Result<(String, Option<DateTime<Utc>>), String> {
    let text = |error: StoreError| error.to_string();
    let Some(store) = Store::open_existing(&settings.database.url).await.map_err(text)? else {
        return Ok(("it does not exist yet; the first run makes it".into(), None));
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
