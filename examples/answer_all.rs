//! Simulates staff that answer every ticket: `cargo run --example answer_all -- SETTINGS INSTANT PACE COUNT`.
//!
//! Another process serves the desk. This program answers each open ticket until COUNT tickets are answered. Its
//! clock starts at INSTANT and runs PACE times as fast as real time.

use std::{env, error::Error, path::Path, time::Duration};

use chrono::{DateTime, FixedOffset};
use madoguchi::{
    clock::Clock,
    desk::feedback::Written,
    letter::feedback::refusal_to_operator,
    server,
    service::{Actor, Operation},
    settings::Settings,
    tickets::answer::{Draft, write},
};

const TEXT: &str = "お問い合わせの件につきまして、下記のとおり回答いたします。\n\n・会議の構成員は地域の実情に応じてお決めいただけます。\n・先行する自治体の例を、別途ご案内いたします。";

/// Wait between polls when no ticket is open.
const PAUSE: Duration = Duration::from_millis(500);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().collect();
    let [_, file, instant, pace, count] = arguments.as_slice() else {
        return Err("usage: answer_all SETTINGS INSTANT PACE COUNT".into());
    };
    let clock = Clock::paced(instant.parse::<DateTime<FixedOffset>>()?.to_utc(), pace.parse()?);
    let desk = server::open(&Settings::load(Some(Path::new(file)))?, clock).await?;
    let (mut answered, count) = (0, count.parse::<u32>()?);
    let draft = Draft { text: TEXT, files: &[], ..Draft::default() };
    let mut newest = 0;
    while answered < count {
        let mut open = desk.store.newest_tickets(Some("open"), 1000).await?;
        // A ticket stays open until the mail server accepts the answer, so skip those answered already.
        open.retain(|ticket| ticket.id > newest);
        for ticket in &open {
            let mut tx = desk.store.write().await?;
            let now = desk.clock.now();
            let mut operation = Operation { desk: &desk, tx: &mut tx, actor: Actor::Operator, now };
            let written = write(&mut operation, ticket, Written::Answer, draft).await?;
            written.map_err(|refused| refusal_to_operator(&refused))?;
            tx.commit().await?;
            answered += 1;
            newest = ticket.id;
        }
        if open.is_empty() {
            tokio::time::sleep(PAUSE).await;
        }
    }
    desk.store.close().await;
    println!("{answered}");
    Ok(())
}
