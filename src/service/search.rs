//! Search over tickets: keeps the index up to date outside the way of mail, and checks what it proposes.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use tracing::warn;

use super::Desk;
use crate::{
    desk::{
        marks::masked,
        redact::{MARK, Person, redact},
        search::{Document, Filter, Likeness, MOST_SIMILAR, Query},
        ticket::TicketNumber,
    },
    letter::own_words,
    store::{StoreError, TicketRow, Within},
};

/// Events whose tickets are indexed in one transaction: some milliseconds, in which no mail is filed.
const AT_ONCE: u32 = 100;
/// Proposed tickets whose texts are read at once.
const PAGE: usize = 40;
/// How many times more tickets are proposed, if those before were not enough. PostgreSQL reads the lists of the grams as a
/// whole each time.
const GROWTH: usize = 10;
/// Most tickets that are proposed at once.
const MOST_PROPOSED: usize = 4_000;
/// Most hits that are ordered by relevance: the newest.
const MOST_RANKED: usize = 500;
/// A gram in more tickets than this says little; it is counted no further.
const COMMON: u32 = 2_000;
/// The grams of an inquiry that are counted, from its beginning.
const ASKED: usize = 150;
/// How many grams choose candidates, even if they are common.
const LEAST_CHOSEN: usize = 6;
/// Candidates of one gram, the newest.
const CANDIDATES: u32 = 60;
/// Most candidates whose inquiries are read and compared: those that have the most of the inquiry's grams.
const MOST_COMPARED: usize = 200;

/// Grams by which a ticket is looked for in the index.
const PROBES: usize = 16;

/// What a search found.
#[derive(Debug, Default)]
pub struct Hits {
    pub tickets: Vec<TicketRow>,
    /// More tickets fit.
    pub more: bool,
}

/// A filter names no member of staff, or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSuchMember(pub String);

/// Brings the index up to date, until `limit` has passed. `false` if some of it is left.
pub async fn index(desk: &Desk, limit: Option<Duration>) -> Result<bool, StoreError> {
    let begun = Instant::now();
    loop {
        // Looking needs no lock.
        if desk.store.unindexed_events(1).await? == 0 {
            return Ok(true);
        }
        let mut tx = desk.store.write().await?;
        let more = tx.index_changed(AT_ONCE).await?;
        tx.commit().await?;
        if !more {
            return Ok(true);
        }
        if limit.is_some_and(|limit| begun.elapsed() > limit) {
            return Ok(false);
        }
    }
}

/// As [`index`]. A damaged index is emptied first: it is derived data, and one that lost tickets would hide them.
pub async fn healed_index(desk: &Desk, limit: Option<Duration>) -> Result<bool, StoreError> {
    // Before anything is indexed, because new tickets would hide lost ones. Twice, because a ticket may change meanwhile.
    let is_damaged = is_damaged(desk).await? && is_damaged(desk).await?;
    let done = if is_damaged { None } else { Some(index(desk, limit).await) };
    match done {
        Some(Ok(done)) => return Ok(done),
        // The database itself fails.
        Some(Err(error)) if desk.store.ticket_count().await.is_err() => return Err(error),
        None | Some(Err(_)) => warn!("the search index is damaged, and is rebuilt"),
    }
    desk.store.empty_search().await?;
    index(desk, limit).await
}

/// Whether the index has lost what it had seen: its oldest and its newest ticket are asked for by some of their own words.
async fn is_damaged(desk: &Desk) -> Result<bool, StoreError> {
    let ends = desk.store.indexed_ends().await?;
    for (id, grams) in desk.store.indexed_grams(&ends).await? {
        // The last ones say what the ticket is.
        let step = grams.len().div_ceil(PROBES).max(1);
        let some: Vec<String> = grams.into_iter().rev().step_by(step).collect();
        if !some.is_empty() && !desk.store.index_has(id, &some).await.unwrap_or(false) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The first `most` tickets that a query finds, the newest first or the most relevant first.
///
/// # Errors
/// The inner error: the filter names no member of staff.
pub async fn search(
    desk: &Desk,
    query: &Query,
    most: usize,
    by_relevance: bool,
) -> Result<Result<Hits, NoSuchMember>, StoreError> {
    let mut within = match within(desk, &query.filter) {
        Ok(within) => within,
        Err(none) => return Ok(Err(none)),
    };
    // 会議 -会議 would read every ticket with the word.
    if query.words.iter().any(|word| query.without.contains(word)) {
        return Ok(Ok(Hits::default()));
    }
    let grams = query.grams();
    let wanted = if by_relevance { MOST_RANKED } else { most };
    let mut found: Vec<(TicketRow, f64)> = Vec::new();
    // Mostly every proposed ticket is a hit. One more than is wanted says whether there are more.
    let mut most_proposed = (wanted + 1).min(PAGE);
    'proposing: loop {
        let proposed = desk.store.propose(&grams, &within, most_proposed).await?;
        let is_last = proposed.len() < most_proposed;
        within.below = proposed.last().copied();
        for page in desk.store.fitting(proposed, &within).await?.chunks(PAGE) {
            found.extend(hits(desk, query, page).await?);
            if found.len() > wanted {
                break 'proposing;
            }
        }
        if is_last {
            break;
        }
        most_proposed = (most_proposed * GROWTH).min(MOST_PROPOSED);
    }
    let mut more = found.len() > wanted;
    found.truncate(wanted);
    if by_relevance {
        found.sort_by(|a, b| b.1.total_cmp(&a.1));
        more |= found.len() > most;
        found.truncate(most);
    }
    let tickets = found.into_iter().map(|(ticket, _)| ticket).collect();
    Ok(Ok(Hits { tickets, more }))
}

/// Those of the proposed tickets that a query finds, with their relevance.
async fn hits(desk: &Desk, query: &Query, proposed: &[i64]) -> Result<Vec<(TicketRow, f64)>, StoreError> {
    let mut relevance: BTreeMap<i64, f64> = proposed.iter().map(|id| (*id, 0.0)).collect();
    if !(query.words.is_empty() && query.without.is_empty()) {
        let documents = desk.store.documents(proposed).await?;
        relevance = documents
            .iter()
            .filter(|(_, document)| query.finds(document))
            .map(|(id, document)| (*id, query.relevance(document)))
            .collect();
    }
    let ids: Vec<i64> = proposed.iter().copied().filter(|id| relevance.contains_key(id)).collect();
    let mut tickets = desk.store.tickets_of(&ids).await?;
    if let Some(tag) = &query.filter.tag {
        tickets.retain(|ticket| ticket.tags.contains(tag));
    }
    let with_relevance = |ticket: TicketRow| {
        let relevance = relevance.get(&ticket.id).copied().unwrap_or_default();
        (ticket, relevance)
    };
    Ok(tickets.into_iter().map(with_relevance).collect())
}

fn within(desk: &Desk, filter: &Filter) -> Result<Within, NoSuchMember> {
    let assignee = match &filter.assignee {
        None => None,
        Some(who) => match desk.rules.staff.named(who).as_slice() {
            [member] => Some(member.address.clone()),
            _ => return Err(NoSuchMember(who.clone())),
        },
    };
    let (from, until) = filter.instants(desk.rules.calendar.time_zone());
    let (prefecture, tag) = (filter.prefecture.clone(), filter.tag.clone());
    Ok(Within { status: filter.status, from, until, prefecture, assignee, tag, below: None })
}

/// Past, answered inquiries that may be alike, the most alike first.
pub async fn similar(desk: &Desk, inquiry: &str, own: Option<i64>) -> Result<Vec<TicketRow>, StoreError> {
    let mut asked = Document::default();
    asked.add(inquiry);
    let mut grams: BTreeSet<String> = BTreeSet::new();
    for gram in asked.subject_grams() {
        if grams.len() < ASKED {
            grams.insert(gram.to_owned());
        }
    }
    let counts = desk.store.gram_counts(&grams, COMMON).await?;
    let likeness = Likeness::new(&asked, &counts, desk.store.ticket_count().await?);
    let mut chosen: Vec<&String> = likeness.weights().keys().collect();
    chosen.sort_by_key(|gram| counts.get(*gram));
    let rare = chosen.partition_point(|gram| counts.get(*gram).is_none_or(|count| *count < COMMON.into()));
    chosen.truncate(rare.max(LEAST_CHOSEN));
    let mut candidates: BTreeMap<i64, f64> = BTreeMap::new();
    for (gram, id) in desk.store.newest_with(&chosen, CANDIDATES).await? {
        *candidates.entry(id).or_default() += likeness.weights().get(gram).copied().unwrap_or_default();
    }
    let mut candidates: Vec<(i64, f64)> = candidates.into_iter().filter(|(id, _)| Some(*id) != own).collect();
    candidates.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| b.0.cmp(&a.0)));
    let ids: Vec<i64> = candidates.into_iter().take(MOST_COMPARED).map(|(id, _)| id).collect();
    let mut alike: Vec<(i64, f64)> = Vec::new();
    for (id, text) in desk.store.answered_inquiries(&ids).await? {
        let mut past = Document::default();
        past.add(&text);
        alike.extend(likeness.of(&past).map(|share| (id, share)));
    }
    alike.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| b.0.cmp(&a.0)));
    let best: Vec<i64> = alike.into_iter().take(MOST_SIMILAR).map(|(id, _)| id).collect();
    desk.store.tickets_of(&best).await
}

/// A past inquiry with its answer, without what may be personal in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    pub number: TicketNumber,
    pub inquiry: String,
    pub answer: String,
}

/// The inquiries of tickets with the newest answer of each. A ticket whose answer is not known any more is left out.
pub async fn with_answers(desk: &Desk, tickets: &[TicketRow]) -> Result<Vec<Past>, StoreError> {
    let mut past = Vec::new();
    for ticket in tickets {
        let Some(answer) = desk.store.answer_of(ticket.id).await? else { continue };
        past.push(Past {
            number: ticket.number.clone(),
            inquiry: impersonal(ticket, ticket.fields.inquiry.as_deref().unwrap_or_default()),
            answer: impersonal(ticket, &own_words(&answer)),
        });
    }
    Ok(past)
}

/// A text of a ticket without its inquirer, and with everything masked that may be personal.
#[must_use]
pub fn impersonal(ticket: &TicketRow, text: &str) -> String {
    let fields = &ticket.fields;
    let person = Person {
        names: fields.name.clone().into_iter().chain(ticket.from.name.clone()).collect(),
        texts: fields.contact.clone().into_iter().collect(),
    };
    masked(&redact(text, &person), MARK)
}
