//! Which tickets a list shows its reader, and under which title.

use chrono::{DateTime, Utc};

use super::{Shows, View, compile::Known};
use crate::{
    desk::{
        duty::Duty,
        ticket::{TicketKind, Urgency},
    },
    letter::{Counts, Title},
    service::Desk,
    store::{Noted, TicketHead},
};

/// A reader's look at what is known.
pub(super) struct Look<'a> {
    pub(super) desk: &'a Desk,
    pub(super) known: &'a Known,
    pub(super) view: View<'a>,
    pub(super) duty: Duty<'a>,
    /// The reader also gets what leads get.
    pub(super) leads: bool,
    pub(super) now: DateTime<Utc>,
}

/// The tickets of a list by their titles, each open one under the first title that fits.
pub(super) struct Sorted {
    pub(super) titled: Vec<(Title, Vec<i64>)>,
    pub(super) counts: Counts,
    pub(super) is_news: bool,
}

impl Look<'_> {
    pub(super) fn is_theirs(&self, who: Option<&str>) -> bool {
        match (who, self.view.shows) {
            (None, _) => false,
            (Some(_), Shows::All) => true,
            (Some(who), Shows::Member(member)) => who.eq_ignore_ascii_case(&member.address),
            (Some(who), Shows::Own) => self.duty.works_for(self.view.reader, who),
        }
    }

    fn is_free(&self, ticket: &TicketHead) -> bool {
        ticket.assignee.is_none() && !matches!(self.view.shows, Shows::Member(_))
    }

    fn is_own(&self, ticket: &TicketHead) -> bool {
        self.is_theirs(ticket.assignee.as_deref())
    }

    fn concern<'b>(&self, tickets: &'b [TicketHead]) -> Vec<&'b TicketHead> {
        tickets.iter().filter(|ticket| self.leads || self.is_own(ticket) || self.is_free(ticket)).collect()
    }

    fn urgency(&self, ticket: &TicketHead) -> Urgency {
        Urgency::of(&ticket.clock, ticket.promised_on, &self.desk.rules.calendar, self.now)
    }

    pub(super) fn sorted(&self) -> Sorted {
        let known = self.known;
        // A hold that the inquirer does not know of on the promised day is as urgent as an open ticket.
        let (urgent, waiting): (Vec<&TicketHead>, Vec<&TicketHead>) =
            self.concern(&known.waiting).into_iter().partition(|ticket| self.urgency(ticket).is_news());
        let mut all: Vec<&TicketHead> = self.concern(&known.open).into_iter().chain(urgent).collect();
        let is_new = all.iter().any(|ticket| ticket.received_at > known.since);
        all.sort_by_key(|ticket| ticket.clock.deadline());
        let (flood, mut left) = self.without_flood(all);
        let mut titled: Vec<(Title, Vec<&TicketHead>)> = Vec::new();
        let mut take = |title, which: &dyn Fn(&TicketHead) -> bool| {
            let (taken, rest): (Vec<&TicketHead>, Vec<&TicketHead>) =
                left.iter().partition(|ticket| which(ticket));
            left = rest;
            let count = taken.len();
            titled.push((title, taken));
            count
        };
        let is = |urgency| move |ticket: &TicketHead| self.urgency(ticket) == urgency;
        let own = if self.view.shows == Shows::All { Title::Assigned } else { Title::Own };
        let counts = Counts {
            applications: take(Title::Support, &|ticket| ticket.kind == TicketKind::Application),
            promised: take(Title::Promised, &is(Urgency::Promised)),
            overdue: take(Title::Overdue, &is(Urgency::Overdue)),
            due_today: take(Title::DueToday, &is(Urgency::DueToday)),
            own: take(own, &|ticket| self.is_own(ticket)),
            unassigned: take(Title::Unassigned, &|ticket| self.is_free(ticket)),
            flood: flood.len(),
            ..Counts::default()
        };
        // Applications are no inquiries, and stand behind them.
        titled.rotate_left(1);
        let answered = self.concern(&known.answered);
        let is_due = counts.promised + counts.overdue + counts.due_today + answered.len() > 0;
        let (held, waiting): (Vec<&TicketHead>, Vec<&TicketHead>) =
            waiting.into_iter().partition(|ticket| ticket.clock.is_held_by_desk());
        let mut inquiries = Vec::new();
        for (of_applications, of_inquiries, tickets) in [
            (Title::SupportHeld, Title::Held, held),
            (Title::SupportWaiting, Title::Waiting, waiting),
            (Title::SupportThanked, Title::Thanked, self.concern(&known.thanked)),
            (Title::SupportAnswered, Title::Answered, answered),
        ] {
            let (applications, others) =
                tickets.into_iter().partition(|ticket| ticket.kind == TicketKind::Application);
            titled.push((of_applications, applications));
            inquiries.push((of_inquiries, others));
        }
        titled.extend(inquiries);
        let ids = |tickets: Vec<&TicketHead>| tickets.into_iter().map(|ticket| ticket.id).collect();
        let mut titled: Vec<(Title, Vec<i64>)> =
            titled.into_iter().map(|(title, tickets)| (title, ids(tickets))).collect();
        let noted = self.noted();
        let is_news = is_new || is_due || !noted.is_empty();
        let is_listed = |id: &i64| {
            titled.iter().any(|(_, listed)| listed.contains(id))
                || flood.iter().any(|ticket| ticket.id == *id)
        };
        let unlisted = noted.into_iter().filter(|id| !is_listed(id)).collect();
        titled.push((Title::Noted, unlisted));
        titled.push((Title::Flood, flood.iter().map(|ticket| ticket.id).collect()));
        Sorted { titled, counts, is_news }
    }

    /// Takes out the tickets beyond the first ones of a sender or of a domain that nobody works on: they stand at the end, so that
    /// those of others stay visible.
    fn without_flood<'b>(&self, tickets: Vec<&'b TicketHead>) -> (Vec<&'b TicketHead>, Vec<&'b TicketHead>) {
        self.desk.notices.without_flood(tickets, |ticket| ticket.flooder())
    }

    /// Tickets with new notes. A colleague's note is news to the others on the ticket.
    fn noted(&self) -> Vec<i64> {
        let View { reader, shows } = self.view;
        let is_news = |noted: &&Noted| {
            shows == Shows::Own
                && !noted.author.eq_ignore_ascii_case(&reader.address)
                && self.duty.concerns(noted.assignee.as_deref(), reader)
        };
        let mut tickets: Vec<i64> =
            self.known.noted.iter().filter(is_news).map(|noted| noted.ticket).collect();
        tickets.dedup();
        tickets
    }
}
