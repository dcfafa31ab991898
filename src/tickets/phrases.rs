//! 定型 and 引用 in answers: lines that stand for a kept phrase, or for the answer to another inquiry. The text is put in before
//! the echo, so that the author sees it.

use crate::{
    desk::{
        deadline::promised_day,
        feedback::Refused,
        handling::{Handled, Unhandled},
        japanese_time::official_date,
        phrase::{self, Unfilled, Values},
        ticket::TicketNumber,
    },
    letter::own_text,
    service::{Actor, Fault, Operation, Outcome, search::impersonal},
    store::TicketRow,
};

/// Characters of a phrase that 定型 一覧 shows.
const SHOWN: usize = 20;

/// An answer with its phrases and quotations put in. The inner error says why it must not leave.
pub(super) async fn expanded(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    text: &str,
) -> Result<Result<String, Refused>, Fault> {
    if !text.lines().any(|line| phrase::named(line).is_some() || phrase::quoted(line).is_some()) {
        return Ok(Ok(text.to_owned()));
    }
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let put_in = if let Some(of) = phrase::quoted(line) {
            quoted(operation, ticket, &of).await?
        } else if let Some(name) = phrase::named(line) {
            kept(operation, ticket, name).await?
        } else {
            Ok(line.to_owned())
        };
        match put_in {
            Ok(line) => lines.push(line),
            Err(why) => return Ok(Err(why.into())),
        }
    }
    Ok(Ok(lines.join("\n")))
}

async fn kept(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    name: &str,
) -> Result<Result<String, Unhandled>, Fault> {
    let Some(text) = operation.tx.phrase(&phrase::key(name)).await? else {
        let known = operation.desk.store.phrases().await?.into_iter().map(|phrase| phrase.name).collect();
        return Ok(Err(Unhandled::NoPhrase { name: name.to_owned(), known }));
    };
    let calendar = &operation.desk.rules.calendar;
    let promised =
        ticket.promised_on.or_else(|| ticket.clock.deadline().map(|at| promised_day(calendar, at)));
    let values = Values {
        organization: ticket.fields.organization.clone(),
        name: ticket.fields.name.clone(),
        number: ticket.number.to_string(),
        promised: promised.map(official_date),
        member: match operation.actor {
            Actor::Staff(member) => Some(member.name.clone()),
            _ => None,
        },
    };
    Ok(phrase::filled(&text, &values)
        .map_err(|Unfilled(placeholder)| Unhandled::Unfilled { number: ticket.number.clone(), placeholder }))
}

async fn quoted(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    of: &TicketNumber,
) -> Result<Result<String, Unhandled>, Fault> {
    let number = || ticket.number.clone();
    let none = || Ok(Err(Unhandled::NoAnswer { number: number(), of: of.clone() }));
    let Some(other) = operation.tx.ticket_by_number(of).await? else { return none() };
    let Some(answer) = operation.desk.store.answer_of(other.id).await? else { return none() };
    let own = own_text(&answer);
    let text = impersonal(&other, &own);
    if text == own {
        Ok(Ok(text))
    } else {
        Ok(Err(Unhandled::MayBePersonal { number: number(), of: of.clone(), text }))
    }
}

/// 定型 保存
pub(super) async fn keep(operation: &mut Operation<'_>, name: &str, text: &str) -> Result<Outcome, Fault> {
    if name.is_empty() || text.trim().is_empty() {
        return Ok(Err(Unhandled::NoPhraseText.into()));
    }
    let by = operation.actor.audit();
    operation.tx.set_phrase(name, text.trim(), &by, operation.now).await?;
    Ok(Ok(Handled::PhraseKept { name: name.to_owned() }.into()))
}

/// 定型 一覧
pub(super) async fn list(operation: &mut Operation<'_>) -> Result<Outcome, Fault> {
    let phrases = operation.desk.store.phrases().await?.into_iter();
    let shown = phrases.map(|phrase| {
        let line = phrase.text.split_whitespace().collect::<Vec<_>>().join(" ");
        (phrase.name, line.chars().take(SHOWN).collect())
    });
    Ok(Ok(Handled::Phrases(shown.collect()).into()))
}
