//! What the members of the demonstration's desk do, by mail alone: one answers an inquiry, the other makes a ticket of a mail
//! without the form. Then the answered inquiry goes to the guidebook: one proposes it, the other releases it.

use std::fs;

use anyhow::Context as _;

use super::{Demo, close, show};
use crate::{
    cli::print,
    letter::{Purpose, faq::Format},
    mail::{self, InboundMail},
    service::{Actor, Operation},
    store::{OutboxRow, Store},
    tickets::faq::export,
};

const LEAD: &str = "sato@desk.example.jp";
const MEMBER: &str = "ito@desk.example.jp";

/// What Ito writes above the first line of a notice.
const ANSWER: &str = include_str!("answer.txt");
/// What Sato writes in the place of a parked mail: that it is an inquiry.
const TAKE_IN: &str = include_str!("take_in.txt");
/// What Ito writes to propose an inquiry for the guidebook, and about the words that the desk doubts.
const PROPOSE: &str = include_str!("propose.txt");
const RESOLVE: &str = include_str!("resolve.txt");
/// What Sato writes to release the entry.
const RELEASE: &str = include_str!("release.txt");
const ENTRY: &str = "FAQ-2025-0001";
/// The first character of the line above the place for an answer.
const MARK: char = '▼';

pub(super) async fn work(desk: &Demo) -> anyhow::Result<()> {
    answer(desk).await?;
    take_in(desk).await?;
    propose(desk).await?;
    release(desk).await
}

/// Ito replies to the notice of the first ticket. The desk shows what will leave, and sends it when it may no longer be stopped.
async fn answer(desk: &Demo) -> anyhow::Result<()> {
    let (serving, _) = desk.pass("2025-07-01T10:05:00+09:00").await?;
    let (_, notice) = newest(&serving.desk.store, Purpose::NewTicket, MEMBER, "ZT-2025-0001").await?;
    close(serving).await;
    reply(desk, MEMBER, &notice, ANSWER, "2025-07-01T10:05:30+09:00")?;
    let (serving, _) = desk.pass("2025-07-01T10:06:00+09:00").await?;
    let store = &serving.desk.store;
    print::line(
        "\nAt 10:05 Ito answers ZT-2025-0001: a reply to the notice of it. The answer waits, and Ito sees what will leave:\n",
    );
    let (echo, _) = newest(store, Purpose::Echo, MEMBER, "ZT-2025-0001").await?;
    show(store, &echo, 24).await?;
    let (waits, _) = newest(store, Purpose::Answer, "", "ZT-2025-0001").await?;
    print::line(format!("\nThe answer is {} until 10:16; a reply with one word stops it.", waits.state));
    close(serving).await;
    let (serving, _) = desk.pass("2025-07-01T10:20:00+09:00").await?;
    let (answer, _) = newest(&serving.desk.store, Purpose::Answer, "", "ZT-2025-0001").await?;
    print::line(format!("At 10:20 it is {}: to {}", answer.state, answer.recipient));
    close(serving).await;
    Ok(())
}

/// Sato writes one word into the digest. The mail becomes a ticket, and its sender gets the acknowledgement.
async fn take_in(desk: &Demo) -> anyhow::Result<()> {
    let (serving, _) = desk.pass("2025-07-01T13:00:00+09:00").await?;
    let (_, digest) = newest(&serving.desk.store, Purpose::Digest, LEAD, "").await?;
    close(serving).await;
    let is_place = |line: &str| line.starts_with(MARK) && line.contains("MAIL-");
    let mut text = String::new();
    for line in digest.text.lines() {
        text += &format!("> {line}\n");
        if is_place(line) && !text.contains(TAKE_IN) {
            text += TAKE_IN;
        }
    }
    reply(desk, LEAD, &digest, &text, "2025-07-01T13:05:00+09:00")?;
    let (serving, _) = desk.pass("2025-07-01T13:06:00+09:00").await?;
    let store = &serving.desk.store;
    let taken = store.tickets(None).await?.pop().context("no ticket")?;
    print::line(format!(
        "\nAt 13:00 Sato's digest lists the mail without the form. One word below it, and it is ticket {}:\n",
        taken.number
    ));
    let (receipt, _) = newest(store, Purpose::Acknowledgement, "", &taken.number.to_string()).await?;
    show(store, &receipt, 12).await?;
    close(serving).await;
    Ok(())
}

/// Ito proposes the answered inquiry for the guidebook. The desk marks what may be personal.
async fn propose(desk: &Demo) -> anyhow::Result<()> {
    let (serving, _) = desk.pass("2025-07-01T13:08:00+09:00").await?;
    let (_, notice) = newest(&serving.desk.store, Purpose::NewTicket, MEMBER, "ZT-2025-0001").await?;
    close(serving).await;
    reply(desk, MEMBER, &notice, PROPOSE, "2025-07-01T13:09:00+09:00")?;
    let (serving, _) = desk.pass("2025-07-01T13:10:00+09:00").await?;
    let store = &serving.desk.store;
    print::line(
        "\nAt 13:10 Ito proposes the answered inquiry for the guidebook. The desk marks what may name somebody:\n",
    );
    let (row, draft) = newest(store, Purpose::Faq, MEMBER, ENTRY).await?;
    show(store, &row, 15).await?;
    close(serving).await;
    reply(desk, MEMBER, &draft, RESOLVE, "2025-07-01T13:11:00+09:00")
}

/// Sato releases the entry, and the operator exports it.
async fn release(desk: &Demo) -> anyhow::Result<()> {
    let (serving, _) = desk.pass("2025-07-01T13:12:00+09:00").await?;
    let (_, asked) = newest(&serving.desk.store, Purpose::Faq, LEAD, ENTRY).await?;
    close(serving).await;
    reply(desk, LEAD, &asked, RELEASE, "2025-07-01T13:15:00+09:00")?;
    let (serving, _) = desk.pass("2025-07-01T13:16:00+09:00").await?;
    let desk = &serving.desk;
    let mut tx = desk.store.write().await?;
    let mut operation = Operation { desk, tx: &mut tx, actor: Actor::Operator, now: desk.clock.now() };
    let (_, file) = export(&mut operation, Format::Markdown).await??;
    tx.commit().await?;
    print::line(
        "\nIto keeps the words with a reason, and Sato, the second member, releases the entry. `faq export --released` writes:\n",
    );
    for line in String::from_utf8_lossy(&file).lines() {
        print::line(format!("  │ {line}").trim_end());
    }
    close(serving).await;
    Ok(())
}

/// The newest mail for a purpose to a recipient, or to anybody, that names a ticket in its subject.
async fn newest(
    store: &Store,
    purpose: Purpose,
    to: &str,
    number: &str,
) -> anyhow::Result<(OutboxRow, InboundMail)> {
    for row in store.outbox(true).await?.into_iter().rev() {
        if row.purpose != purpose || !(to.is_empty() || row.recipient == to) {
            continue;
        }
        let bytes = store.outbox_bytes(row.id).await?.unwrap_or_default();
        let mail = mail::read(&bytes);
        if mail.subject.contains(number) {
            return Ok((row, mail));
        }
    }
    anyhow::bail!("no {purpose} about {number} is in the outbox")
}

/// Puts a reply into the mailbox.
fn reply(desk: &Demo, from: &str, to: &InboundMail, text: &str, received: &str) -> anyhow::Result<()> {
    let received = chrono::DateTime::parse_from_rfc3339(received)?.to_rfc2822();
    let id = to.message_id.as_deref().context("a mail without Message-ID")?;
    let name = format!("{from}-{}", received.replace([' ', ':', ','], "-"));
    let mail = format!(
        "Received: from mx.desk.example.jp by mx.desk.example.jp; {received}\nFrom: {from}\nTo: zaitaku@tohmatu.co.jp\n\
         Subject: Re: {}\nMessage-ID: <{name}@desk.example.jp>\nIn-Reply-To: <{id}>\nDate: {received}\nMIME-Version: 1.0\n\
         Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}",
        to.subject
    );
    fs::write(desk.mailbox.join("new").join(name), mail)?;
    Ok(())
}
