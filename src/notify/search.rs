//! 検索: sends a member the tickets that hold their words.

use tracing::warn;

use super::staff_notice::{for_member, in_words, notify};
use crate::{
    desk::{search::Query, staff::Member, ticket::Status},
    letter::{
        Content, FoundContext, NO_SEARCH,
        bounds::{Shown, for_staff},
        no_such_member_to_staff, query_fault_to_staff,
    },
    service::{Fault, Operation, search},
    store::TicketRow,
};

/// Tickets that a search by mail shows, the newest.
const MOST: usize = 20;

/// Sends what a search found, once for each mail in which it is asked for. The inner error says why there is no search.
pub async fn send(
    operation: &mut Operation<'_>,
    member: &Member,
    words: &str,
    occasion: &str,
) -> Result<Result<(), String>, Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let query = match Query::read(words) {
        Ok(query) => query,
        Err(fault) => return Ok(Err(query_fault_to_staff(&fault))),
    };
    let hits = match search::search(desk, &query, MOST, false).await {
        Ok(Ok(hits)) => hits,
        Ok(Err(none)) => return Ok(Err(no_such_member_to_staff(&none.0))),
        // A damaged index must not stop the intake of mail. The timetable builds another.
        Err(error) if desk.store.ticket_count().await.is_ok() => {
            warn!("search: {error}");
            return Ok(Err(NO_SEARCH.to_owned()));
        }
        Err(error) => return Err(error.into()),
    };
    let show = |ticket: &TicketRow| match ticket.clock.status() {
        Status::Open | Status::Waiting => for_member(desk, ticket, member, now),
        Status::Answered | Status::Closed => in_words(desk, ticket, now),
    };
    let tickets = hits.tickets.iter().map(show).collect();
    let behind = desk.store.unindexed_events(1).await? > 0;
    notify(operation, member, &format!("found {occasion} {words}"), |common| {
        let words = for_staff(words, Shown::Line);
        Content::Found(FoundContext { common, words, tickets, more: hits.more, behind })
    })?;
    Ok(Ok(()))
}
