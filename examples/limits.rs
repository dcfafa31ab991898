//! What the machine allows at most, each part alone, beside which a drain is measured:
//! `cargo run --example limits -- fetch|commit|send SETTINGS COUNT` prints operations a second.
//! `fetch` lists and fetches a mailbox in the desk's own batches, `commit` makes one durable transaction a row, `send` hands
//! mails to the SMTP server over the desk's number of connections, each used again and again.

use std::{env, error::Error, path::Path, sync::Arc, time::Instant};

use chrono::DateTime;
use madoguchi::{
    delivery::Carrier,
    letter::Purpose,
    service::{check_carrier, check_source},
    settings::Settings,
    store::{Due, Store},
};
use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use tokio::sync::Mutex;

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().collect();
    let [_, what, file, count] = arguments.as_slice() else {
        return Err("usage: limits fetch|commit|send SETTINGS COUNT".into());
    };
    let (settings, count) = (Settings::load(Some(Path::new(file)))?, count.parse::<u32>()?);
    let began = Instant::now();
    let done = match what.as_str() {
        "fetch" => fetch(&settings).await?,
        "commit" => commit(&settings, count).await?,
        "send" => send(&settings, count).await?,
        other => return Err(format!("no limit {other}").into()),
    };
    println!("{:.0}", f64::from(done) / began.elapsed().as_secs_f64());
    Ok(())
}

/// Everything in the mailbox, from the login to the last byte.
async fn fetch(settings: &Settings) -> Result<u32> {
    // An empty ledger: every message is new.
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("ledger.db").display());
    let store = Store::open(&url).await?;
    store.migrate(&url).await?;
    let mut mailbox = check_source(settings)?.open().await?;
    mailbox.look(&store).await?;
    let mut fetched = 0;
    loop {
        let batch = mailbox.next_batch().await?;
        if batch.is_empty() {
            return Ok(fetched);
        }
        fetched += u32::try_from(batch.len())?;
    }
}

/// One row of some two kilobytes, as a small mail with its ticket has, durable before the next begins.
async fn commit(settings: &Settings, count: u32) -> Result<u32> {
    sqlx::any::install_default_drivers();
    let url = &settings.database.url;
    let sqlite = url.starts_with("sqlite");
    let url = if sqlite { format!("{url}.limit?mode=rwc") } else { url.clone() };
    let mut connection = AnyConnection::connect(&url).await?;
    let (blob, begin) = if sqlite { ("BLOB", "BEGIN IMMEDIATE") } else { ("BYTEA", "BEGIN") };
    if sqlite {
        sqlx::raw_sql("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL").execute(&mut connection).await?;
    }
    let table = format!("CREATE TABLE limit_of_commits (id BIGINT PRIMARY KEY, text TEXT, bytes {blob})");
    sqlx::raw_sql(AssertSqlSafe(table)).execute(&mut connection).await?;
    for id in 0..count {
        sqlx::raw_sql(begin).execute(&mut connection).await?;
        sqlx::query("INSERT INTO limit_of_commits (id, text, bytes) VALUES ($1, $2, $3)")
            .bind(i64::from(id))
            .bind("会議の参加者の例を教えてください。".repeat(20))
            .bind(vec![7_u8; 1200])
            .execute(&mut connection)
            .await?;
        sqlx::raw_sql("COMMIT").execute(&mut connection).await?;
    }
    Ok(count)
}

/// Receipts to as many recipients.
async fn send(settings: &Settings, count: u32) -> Result<u32> {
    let carrier = check_carrier(settings)?;
    let next = Arc::new(Mutex::new(0));
    let workers: Vec<_> = (0..settings.delivery.connections)
        .map(|_| tokio::spawn(worker(carrier.clone(), Arc::clone(&next), count)))
        .collect();
    for worker in workers {
        worker.await?.map_err(|error| error.to_string())?;
    }
    Ok(count)
}

async fn worker(
    carrier: Carrier,
    next: Arc<Mutex<u32>>,
    count: u32,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut session = carrier.open().await?;
    let line = "担当者が内容を確認のうえ、上記の期限までに、本メールアドレスより回答いたします。\r\n";
    let body = format!("From: desk@example.jp\r\nSubject: limit\r\n\r\n{}", line.repeat(15)).into_bytes();
    loop {
        let number = {
            let mut next = next.lock().await;
            if *next == count {
                break;
            }
            *next += 1;
            *next
        };
        let due = Due {
            id: i64::from(number),
            ticket_id: None,
            purpose: Purpose::Acknowledgement,
            sender: "desk@example.jp".into(),
            recipient: format!("limit-{number}@example.jp"),
            message_id: format!("limit-{number}@example.jp"),
            bytes: body.clone(),
            attempt: 1,
            created_at: DateTime::UNIX_EPOCH,
        };
        session.send(&due).await?;
    }
    session.close().await;
    Ok(())
}
