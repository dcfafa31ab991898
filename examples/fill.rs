//! Fills a database with tickets, to measure which operations slow down with its size:
//! `cargo run --example fill -- postgres://… 100000`.
//!
//! The last fifty tickets are open; all others were answered in an earlier year. The database must be migrated and
//! empty. The messages have the lowest UIDs of an INBOX with UIDVALIDITY 1.

use std::{env, error::Error};

use sqlx::{AnyConnection, AssertSqlSafe, Connection};

/// First identifier. Each ticket uses four: message, ticket, entry, mail.
const FIRST_ID: u32 = 1000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().collect();
    let [_, url, count] = arguments.as_slice() else { return Err("usage: fill DATABASE_URL COUNT".into()) };
    let count: u32 = count.parse()?;
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(url).await?;
    let bytes = if url.starts_with("sqlite") { "zeroblob(2000)" } else { "CAST(REPEAT('0', 2000) AS BYTEA)" };
    // A recursive query is the only way to generate numbers that works in both databases.
    let numbers = format!(
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {count}),
         t AS (SELECT n, CAST(n AS TEXT) AS name, {FIRST_ID} + 4 * n AS id,
                      CASE WHEN n > {count} - 50 THEN 'open' ELSE 'closed' END AS status FROM c)"
    );
    let open = "CASE WHEN status = 'open' THEN '2026-02-20T08:00:00.000Z' END";
    let done = "CASE WHEN status = 'closed' THEN '2024-07-02T08:00:00.000Z' END";
    for sql in [
        format!(
            "INSERT INTO message (id, folder, uidvalidity, uid, message_id, hash, received_at, taken_at, size, raw, outcome,
                                  ticket_id, attempts)
             {numbers} SELECT id, 'INBOX', 1, n, 'old-' || name || '@example.jp', 'hash-' || name, '2024-07-01T00:00:00.000Z',
                              '2024-07-01T00:00:00.000Z', 2000, {bytes}, 'ticket', id + 1, 1 FROM t"
        ),
        format!(
            "INSERT INTO ticket (id, number, fiscal_year, serial, status, channel, organization, name, contact, inquiry,
                                 from_address, subject, received_at, deadline, budget_left, answered_at, closed_at, running_since)
             {numbers} SELECT id + 1, 'ZT-2024-' || CAST(n + 10000000 AS TEXT), 2024, n + 10000000, status, 'email', '星川市', '高橋',
                              '03-0000-0001', '会議の参加者の例を教えてください。', 'old-' || name || '@example.jp', '照会',
                              '2024-07-01T00:00:00.000Z', COALESCE({open}, '2024-07-03T00:00:00.000Z'), 57600, {done}, {done},
                              '2024-07-01T00:00:00.000Z' FROM t"
        ),
        format!(
            "INSERT INTO entry (id, ticket_id, message_ref, direction, from_address, recipients, at, text)
             {numbers} SELECT id + 2, id + 1, id, 'in', 'old-' || name || '@example.jp', 'zaitaku@example.jp',
                              '2024-07-01T00:00:00.000Z', '会議の参加者の例を教えてください。' FROM t"
        ),
        format!(
            "INSERT INTO outbox (id, ticket_id, message_ref, purpose, automatic, sender, recipient, message_id, bytes, state,
                                 attempts, created_at, finished_at)
             {numbers} SELECT id + 3, id + 1, id, 'acknowledgement', 1, 'zaitaku@example.jp', 'old-' || name || '@example.jp',
                              'ack-' || name || '@example.jp', {bytes}, 'sent', 1, '2024-07-01T00:00:00.000Z',
                              '2024-07-01T00:00:01.000Z' FROM t"
        ),
        format!("UPDATE desk SET next_id = {}", FIRST_ID + 4 * count + 4),
    ] {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await?;
    }
    // PostgreSQL's autovacuum would do this later. SQLite never analyzes by itself, and the desk does not either, so
    // the measurement must not.
    if !url.starts_with("sqlite") {
        sqlx::raw_sql("ANALYZE").execute(&mut connection).await?;
    }
    connection.close().await?;
    Ok(())
}
