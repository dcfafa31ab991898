//! A secretariat that answers everything: `cargo run --example answer_all -- SETTINGS INSTANT PACE COUNT` answers each open
//! ticket of a desk that is served by another process, by a clock that starts at INSTANT and runs PACE times as fast, until
//! COUNT are answered.

use std::{env, error::Error, path::Path, time::Duration};

use chrono::{DateTime, FixedOffset};
use madoguchi::{
    clock::Clock,
    desk::feedback::Written,
    service::{
        Desk,
        work::Actor,
        writing::{Writing, write},
    },
    settings::Settings,
};

const TEXT: &str = "お問い合わせの件につきまして、下記のとおり回答いたします。\n\n・会議の構成員は地域の実情に応じてお決めいただけます。\n・先行する自治体の例を、別途ご案内いたします。";

/// How long to wait when nothing is open.
const PAUSE: Duration = Duration::from_millis(500);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().collect();
    let [_, file, instant, pace, count] = arguments.as_slice() else {
        return Err("usage: answer_all SETTINGS INSTANT PACE COUNT".into());
    };
    let clock = Clock::paced(instant.parse::<DateTime<FixedOffset>>()?.to_utc(), pace.parse()?);
    let desk = Desk::open(&Settings::load(Some(Path::new(file)))?, clock).await?;
    let (mut answered, count) = (0, count.parse::<u32>()?);
    let writing = Writing { text: TEXT, files: &[] };
    let mut newest = 0;
    while answered < count {
        let mut open = desk.store.newest_tickets(Some("open"), 1000).await?;
        // What is answered stays open until the mail server has the answer.
        open.retain(|ticket| ticket.id > newest);
        for ticket in &open {
            let mut tx = desk.store.write().await?;
            let said =
                write(&desk, &mut tx, Actor::Operator, ticket, Written::Answer, writing, desk.clock.now());
            said.await?.map_err(|said| said.english)?;
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
