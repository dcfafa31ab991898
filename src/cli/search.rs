//! `search`: full-text search over tickets, and past inquiries that may be alike.

use anyhow::Context as _;
use chrono::NaiveDate;

use super::{
    Context,
    listed::{line, print_list},
    print,
};
use crate::{
    desk::{
        search::{Filter, Query},
        ticket::{Status, TicketNumber},
    },
    letter::{no_such_member_to_operator, query_fault_to_operator},
    service::search::{healed_index, search, similar},
};

/// Find tickets by words in inquiries, conversations, notes and tags
#[derive(Debug, clap::Args)]
pub(super) struct Search {
    /// Words that a ticket must hold; after --, -WORD excludes tickets; words in quotation marks follow each other
    words: Vec<String>,
    /// Only tickets with this status: open, waiting, answered or closed
    #[arg(long)]
    status: Option<Status>,
    /// First day of receipt, such as 2025-07-01
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// Last day of receipt
    #[arg(long, value_name = "DATE")]
    to: Option<NaiveDate>,
    /// Only tickets with this tag
    #[arg(long)]
    tag: Option<String>,
    /// Only tickets of this prefecture
    #[arg(long)]
    prefecture: Option<String>,
    /// Only tickets of this member, by name or address
    #[arg(long, value_name = "WHO")]
    assignee: Option<String>,
    /// The most relevant tickets first, not the newest
    #[arg(long)]
    relevance: bool,
    /// Show at most N tickets
    #[arg(long, value_name = "N", default_value_t = 20)]
    last: usize,
    /// Find past, answered inquiries that may be like this ticket's
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["words", "rebuild"])]
    similar: Option<TicketNumber>,
    /// Build the index again from all tickets
    #[arg(long)]
    rebuild: bool,
}

const ADVICE: &str = "the search failed; `madoguchi search --rebuild` builds a new index";

pub(super) async fn run(context: &Context, asked: Search) -> anyhow::Result<()> {
    let desk = context.desk().await?;
    if asked.rebuild {
        desk.store.empty_search().await?;
    }
    healed_index(&desk, None).await.context(ADVICE)?;
    if asked.rebuild && asked.words.is_empty() {
        print::line("the search index is built");
        return Ok(());
    }
    let (tickets, more) = match &asked.similar {
        Some(number) => {
            let ticket =
                desk.store.ticket(number).await?.with_context(|| format!("there is no ticket {number}"))?;
            let inquiry = ticket.fields.inquiry.as_deref().unwrap_or_default();
            (similar(&desk, inquiry, Some(ticket.id)).await?, false)
        }
        None => {
            let query = query(&asked)?;
            let found = search(&desk, &query, asked.last, asked.relevance).await.context(ADVICE)?;
            let hits = found.map_err(|who| anyhow::anyhow!(no_such_member_to_operator(&who.0)))?;
            (hits.tickets, hits.more)
        }
    };
    if context.json {
        return print_list(&desk, &tickets);
    }
    for ticket in &tickets {
        print::line(line(ticket, &desk.rules.calendar, desk.clock.now()));
    }
    print::line(format!("{} tickets{}", tickets.len(), if more { ", and there are more" } else { "" }));
    Ok(())
}

fn query(asked: &Search) -> anyhow::Result<Query> {
    let read = match asked.words.is_empty() {
        true => Query::default(),
        false => Query::read(&asked.words.join(" "))
            .map_err(|fault| anyhow::anyhow!(query_fault_to_operator(&fault)))?,
    };
    let Filter { status, from, to, tag, prefecture, assignee } = read.filter;
    let filter = Filter {
        status: asked.status.or(status),
        from: asked.from.or(from),
        to: asked.to.or(to),
        tag: asked.tag.clone().or(tag),
        prefecture: asked.prefecture.clone().or(prefecture),
        assignee: asked.assignee.clone().or(assignee),
    };
    let query = Query { filter, ..read };
    query.checked().map_err(|fault| anyhow::anyhow!(query_fault_to_operator(&fault)))
}
