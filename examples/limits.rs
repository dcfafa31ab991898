//! Measures the upper limit of each part of the desk alone, for comparison with `scripts/bench-drain`:
//! `cargo run --example limits -- fetch|row|ticket|send SETTINGS COUNT` prints operations per second.
//!
//! - `fetch` lists and fetches a mailbox in the desk's batches.
//! - `row` commits one durable transaction per row, `ticket` one per ticket.
//! - `send` sends mails to the SMTP server over the desk's number of connections, each reused for many mails.

use std::{env, error::Error, path::Path, sync::Arc, time::Instant};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use chrono::{DateTime, TimeDelta, Utc};
use madoguchi::{
    delivery::Transport,
    desk::{thread::MessageIds, ticket::Direction, triage::Filing},
    inbound::inspect,
    letter::Purpose,
    mail::Attachment,
    mailbox::FetchedMessage,
    server::{rules, source, transport},
    settings::Settings,
    store::{
        Asking, AuditEvent, ClaimedMail, Dialect, LedgerLookup, NewEntry, NewEvent, NewMail, NewMessage,
        Outcome, Place, Recipient, Store, pack,
    },
};
use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use tokio::sync::Mutex;

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().collect();
    let [_, what, file, count] = arguments.as_slice() else {
        return Err("usage: limits fetch|row|ticket|send SETTINGS COUNT".into());
    };
    let (settings, count) = (Settings::load(Some(Path::new(file)))?, count.parse::<u32>()?);
    let per_second = match what.as_str() {
        "fetch" => fetch(&settings).await?,
        "row" => row(&settings, count).await?,
        "ticket" => ticket(&settings, count).await?,
        "send" => send(&settings, count).await?,
        other => return Err(format!("no limit {other}").into()),
    };
    println!("{per_second:.0}");
    Ok(())
}

/// Fetches all messages in the mailbox. The time includes the login. Returns messages per second.
async fn fetch(settings: &Settings) -> Result<f64> {
    // With an empty ledger, every message is new.
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("ledger.db").display());
    let store = Store::open(&url).await?;
    store.migrate(&url).await?;
    let (began, mut fetched) = (Instant::now(), 0);
    let mut mailbox = source(settings)?.open().await?;
    mailbox.look(&store, madoguchi::clock::Clock::real().now()).await?;
    loop {
        let batch = mailbox.next_batch().await?;
        if batch.is_empty() {
            return Ok(f64::from(fetched) / began.elapsed().as_secs_f64());
        }
        fetched += u32::try_from(batch.len())?;
    }
}

/// Inserts rows of some 2 KB, each in its own durable transaction: the limit of the disk. Returns rows per second.
async fn row(settings: &Settings, count: u32) -> Result<f64> {
    let url = new_database(settings, "row").await?;
    let mut connection = AnyConnection::connect(&url).await?;
    let (blob, begin) = match Dialect::of(&url) {
        Dialect::Sqlite => ("BLOB", "BEGIN IMMEDIATE"),
        Dialect::Postgres => ("BYTEA", "BEGIN"),
    };
    for statement in Dialect::of(&url).on_connect() {
        sqlx::raw_sql(*statement).execute(&mut connection).await?;
    }
    let table = format!("CREATE TABLE row (id BIGINT PRIMARY KEY, text TEXT, bytes {blob})");
    sqlx::raw_sql(AssertSqlSafe(table)).execute(&mut connection).await?;
    let began = Instant::now();
    for id in 0..count {
        sqlx::raw_sql(begin).execute(&mut connection).await?;
        sqlx::query("INSERT INTO row (id, text, bytes) VALUES ($1, $2, $3)")
            .bind(i64::from(id))
            .bind("会議の参加者の例を教えてください。".repeat(20))
            .bind(vec![7_u8; 1200])
            .execute(&mut connection)
            .await?;
        sqlx::raw_sql("COMMIT").execute(&mut connection).await?;
    }
    let took = began.elapsed().as_secs_f64();
    connection.close().await?;
    Ok(f64::from(count) / took)
}

/// Inserts tickets with all their rows, each in its own durable transaction: the limit of the schema. Returns
/// tickets per second.
///
/// The loop parses, decides and composes nothing. The rows have the size of those of the mails of `make_mails`, of
/// which one in [`WITH_ATTACHMENT`] has an attachment.
async fn ticket(settings: &Settings, count: u32) -> Result<f64> {
    let url = new_database(settings, "ticket").await?;
    let store = Store::open(&url).await?;
    store.migrate(&url).await?;
    let now = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000);
    let raw = inquiry().into_bytes();
    let message = FetchedMessage {
        place: Place::File { folder: "limit".into(), name: "limit".into() },
        size: raw.len() as u64,
        raw,
        oversize: false,
        received_at: Some(now),
        file_time: None,
    };
    let (reading, decision) = inspect(
        message.clone(),
        &rules(settings),
        &MessageIds::new(vec![b"limit".to_vec()], "limit@example.jp", "ZT"),
        now,
    );
    let Filing::Ticket { ticket, .. } = decision.filing else { return Err("not read as an inquiry".into()) };
    let from = reading.mail.from.clone().ok_or("no sender")?;
    let (packed, with_attachment, acknowledgement) =
        (pack(&message.raw)?, Arc::new(attachment()?), acknowledgement());
    let text = acknowledgement_text();
    let attachments = [Attachment {
        name: "data.xlsx".into(),
        media_type: "application/octet-stream".into(),
        bytes: Vec::new(),
    }];
    let began = Instant::now();
    for number in 1..=count {
        let (name, attached) = (format!("limit-{number}@example.jp"), number.is_multiple_of(WITH_ATTACHMENT));
        let place = Place::Imap { folder: "INBOX".into(), uidvalidity: 1, uid: number };
        let recipient = Recipient { address: &name, midnight: now, form_since: now };
        let lookup = LedgerLookup {
            place: &place,
            message_id: &name,
            hash: &name,
            sender: "",
            sender_since: now,
            recipient,
        };
        let mut tx = store.write().await?;
        tx.lookup(&lookup).await?;
        let id = tx.fresh_id();
        let asking = Asking { to: Some(&name), at: None, assignee: None, promised_on: None };
        let ticket_number = tx.take_number("ZT", 2024);
        let ticket_id = tx.add_ticket(&ticket_number, &ticket, &from, &reading.mail.subject, now, asking);
        tx.add_message(&NewMessage {
            id,
            place: &place,
            message_id: &name,
            hash: &name,
            received_at: now,
            taken_at: now,
            size: message.size,
            raw: if attached { &with_attachment } else { &packed },
            outcome: Outcome::Ticket,
            reason: None,
            detail: None,
            ticket_id: Some(ticket_id),
            duplicate_of: None,
            attempts: 1,
            settled: false,
        });
        let mut entry = NewEntry {
            ticket_id,
            message_ref: Some(id),
            direction: Direction::In,
            from: Some(&from),
            recipients: vec![&name],
            at: now,
            text: &reading.mail.text,
            attachments: if attached { &attachments } else { &[] },
        };
        tx.add_entry(&entry);
        (entry.message_ref, entry.direction, entry.text) = (None, Direction::Out, &text);
        entry.attachments = &[];
        tx.add_entry(&entry);
        let filed = AuditEvent::Filed { mentions: None, warnings: Vec::new() };
        tx.append_event(now, NewEvent::by_desk(filed).on_message(id).on_ticket(ticket_id));
        tx.add_mail(&NewMail {
            ticket_id: Some(ticket_id),
            message_ref: Some(id),
            purpose: Purpose::Acknowledgement,
            sender: "desk@example.jp",
            recipient: &name,
            message_id: &name,
            bytes: &acknowledgement,
            at: now,
            leaves_at: Some(now),
            deferred: false,
            author: None,
            entry: None,
        })?;
        tx.commit().await?;
    }
    let took = began.elapsed().as_secs_f64();
    store.close().await;
    Ok(f64::from(count) / took)
}

/// URL of a new database next to the desk's: another SQLite file, or another database on the PostgreSQL server.
async fn new_database(settings: &Settings, name: &str) -> Result<String> {
    sqlx::any::install_default_drivers();
    let url = &settings.database.url;
    if Dialect::of(url) == Dialect::Sqlite {
        return Ok(format!("{url}.{name}?mode=rwc"));
    }
    let (server, desk) = url.rsplit_once('/').ok_or("database.url names no database")?;
    let mut connection = AnyConnection::connect(url).await?;
    sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {desk}_{name}"))).execute(&mut connection).await?;
    connection.close().await?;
    Ok(format!("{server}/{desk}_{name}"))
}

/// The filled-in form of the circular, with an inquiry text of typical length.
fn inquiry() -> String {
    let question =
        "多職種連携の会議に、防災担当課を加えている地域があれば、進め方をご教示ください。".repeat(2);
    format!(
        "From: <limit@example.jp>\r\nTo: zaitaku@tohmatu.co.jp\r\nSubject: 拠点整備・運用に関する照会\r\n\
         Message-ID: <limit@example.jp>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n1) 自治体・機関名：星川市 健康福祉部 地域包括ケア推進課\r\n\
         2) 氏名：高橋 真由美\r\n3) 連絡先：03-0000-0001／limit@example.jp\r\n4) 照会内容：\r\n{question}\r\n"
    )
}

/// One in this many mails has an attachment, as in `make_mails`.
const WITH_ATTACHMENT: u32 = 20;

/// A mail with a 200 KB attachment as stored in the ledger. Random bytes, because such attachments do not compress.
fn attachment() -> Result<Vec<u8>> {
    let mut bytes = vec![0; 210_000];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// A text of the length of the desk's acknowledgement.
fn acknowledgement_text() -> String {
    "担当者が内容を確認のうえ、上記の期限までに、本メールアドレスより回答いたします。\r\n".repeat(22)
}

/// A mail of the size of the desk's acknowledgement.
fn acknowledgement() -> Vec<u8> {
    let mut mail = format!(
        "From: desk@example.jp\r\nSubject: limit\r\nX-Header: {}\r\nContent-Transfer-Encoding: base64\r\n\r\n",
        "x".repeat(700)
    );
    for line in BASE64.encode(acknowledgement_text()).as_bytes().chunks(76) {
        mail.extend(line.iter().map(|byte| char::from(*byte)));
        mail.push_str("\r\n");
    }
    mail.into_bytes()
}

/// Sends `count` acknowledgements to different recipients. Returns mails per second.
async fn send(settings: &Settings, count: u32) -> Result<f64> {
    let (began, transport) = (Instant::now(), transport(settings)?);
    let next = Arc::new(Mutex::new(0));
    let workers: Vec<_> = (0..settings.delivery.connections)
        .map(|_| tokio::spawn(worker(transport.clone(), Arc::clone(&next), count)))
        .collect();
    for worker in workers {
        worker.await?.map_err(|error| error.to_string())?;
    }
    Ok(f64::from(count) / began.elapsed().as_secs_f64())
}

async fn worker(
    transport: Transport,
    next: Arc<Mutex<u32>>,
    count: u32,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut session = transport.open().await?;
    let acknowledgement = acknowledgement();
    loop {
        let number = {
            let mut next = next.lock().await;
            if *next == count {
                break;
            }
            *next += 1;
            *next
        };
        let mail = ClaimedMail {
            id: i64::from(number),
            ticket_id: None,
            purpose: Purpose::Acknowledgement,
            sender: "desk@example.jp".into(),
            recipient: format!("limit-{number}@example.jp"),
            message_id: format!("limit-{number}@example.jp"),
            bytes: acknowledgement.clone(),
            attempt: 1,
            created_at: DateTime::UNIX_EPOCH,
        };
        session.send(&mail).await?;
    }
    session.close().await;
    Ok(())
}
