//! What a list of tickets shows its reader. `digest` decides when it is sent.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::{
    drafts,
    staff_notice::{for_member, in_words, notes_in_words},
    unfinished::{Unfinished, unfinished},
};
use super::{
    Shows, View,
    parked::Parked,
    sorting::{Look, Sorted},
};
use crate::{
    desk::{staff::Member, ticket::Status, triage::ParkReason},
    letter::{
        self, Alarm, CaseContext, Content, Counts, DigestContext, FiguresContext, Group, HeldDraft,
        ParkedMail, StaffCommon, Title, UndeliveredMail, UnsentMail, call_in_words,
    },
    service::{
        Desk,
        alarms::{coverage_of, silence},
        figures::{figures, figures_in_words},
    },
    store::{HeldMail, LedgerRow, Noted, OutboxRow, OutboxState, StoreError, TicketHead, TicketRow},
};

/// Tickets that a list shows in full, and those that it names in one line each.
const MOST_TICKETS: usize = 40;
const MOST_LINES: usize = 200;
const MOST_PARKED: usize = 50;
/// Parked mails from which these are taken.
const MOST_LOOKED_AT: usize = 250;
const MOST_UNDELIVERED: usize = 50;
/// Limits how far back answered tickets are listed, so that the first digest does not list the answers of many years.
/// No closure of the desk is longer than this.
const LONGEST_LOOK_BACK: TimeDelta = TimeDelta::days(31);

/// Data for the digests of all members, loaded once.
pub(super) struct Known {
    pub(super) open: Vec<TicketHead>,
    pub(super) waiting: Vec<TicketHead>,
    pub(super) answered: Vec<TicketHead>,
    pub(super) thanked: Vec<TicketHead>,
    /// At most [`MOST_PARKED`]; `parked_count` counts all.
    parked: Vec<Parked>,
    pub(super) parked_count: usize,
    /// Mails were parked since the last digest, or are offered since the acceptance window has opened.
    pub(super) parked_news: bool,
    pub(super) undelivered: Vec<OutboxRow>,
    pub(super) drafts: Vec<HeldMail>,
    /// Tickets to which somebody has added a note.
    pub(super) noted: Vec<Noted>,
    pub(super) figures: FiguresContext,
    /// Hash of the newest event.
    pub(super) audit: String,
    /// Where the call for the 伴走支援 stands.
    pub(super) support: String,
    /// Applications since the last digest.
    pub(super) new_applications: usize,
    pub(super) meetings: Vec<Unfinished>,
    pub(super) alarms: Vec<Alarm>,
    pub(super) since: DateTime<Utc>,
}

impl Known {
    pub(super) async fn load(
        desk: &Desk,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let store = &desk.store;
        let mut parked = Vec::new();
        let listed = store.parked_for_digest(since).await?;
        for row in listed.iter().take(MOST_LOOKED_AT) {
            if let Some((row, beginning, is_cut)) = store.message_beginning(row.id).await? {
                parked.push(Parked::new(row, &beginning, is_cut));
            }
        }
        // Many mails of one sender must not hide the one of another.
        let (flood, mut parked) = desk.notices.without_flood(parked, |mail| Some(mail.from()));
        parked.extend(flood);
        parked.truncate(MOST_PARKED);
        // Mails from before the acceptance window are offered when it opens.
        let opens = desk.rules.window.begins().filter(|begins| (since..=now).contains(begins));
        let is_offered = |row: &LedgerRow| row.reason.as_deref() == Some(ParkReason::BeforeWindow.as_str());
        let parked_news =
            store.parked_count_since(since).await? > 0 || opens.is_some() && listed.iter().any(is_offered);
        let mut undelivered = store.outbox(false).await?;
        undelivered.retain(|row| {
            matches!(row.state, OutboxState::Failed | OutboxState::Bounced)
                && row.finished_at.is_some_and(|at| at >= since)
        });
        // An answer is waited for, a receipt is not.
        undelivered.sort_by_key(|row| row.purpose.is_automatic());
        let silence = silence(desk, now).await?;
        let mut alarms = Vec::new();
        if coverage_of(&desk.rules, store).await?.is_some() {
            alarms.push(Alarm::HolidaysUnpublished);
        }
        if desk.is_too_silent(silence) {
            alarms.push(Alarm::Silence(silence));
        }
        let (support, new_applications) = match &desk.rules.support {
            Some(support) => {
                let (stages, new) = store.application_counts(support.call.closes, since).await?;
                (call_in_words(&support.call, &stages, now), new)
            }
            None => (String::new(), 0),
        };
        let begins = desk.rules.window.begins().unwrap_or(DateTime::<Utc>::UNIX_EPOCH);
        Ok(Self {
            open: store.ticket_heads(Status::Open).await?,
            waiting: store.ticket_heads(Status::Waiting).await?,
            thanked: store.thanked_since(since, now - LONGEST_LOOK_BACK).await?,
            answered: store.answered_since(since.max(now - LONGEST_LOOK_BACK)).await?,
            parked,
            parked_count: listed.len(),
            parked_news,
            undelivered,
            drafts: store.held_mails().await?,
            noted: store.noted_since(since.max(now - LONGEST_LOOK_BACK), now - LONGEST_LOOK_BACK).await?,
            figures: figures_in_words(&figures(desk, begins, now + TimeDelta::seconds(1)).await?),
            audit: store.newest_event_hash().await?,
            support,
            new_applications,
            meetings: unfinished(desk, now).await?,
            alarms,
            since,
        })
    }
}

pub(super) struct Compiled {
    of: String,
    groups: Vec<Group>,
    meetings: Vec<CaseContext>,
    parked: Vec<ParkedMail>,
    parked_count: usize,
    undelivered: Vec<UndeliveredMail>,
    undelivered_count: usize,
    drafts: Vec<HeldDraft>,
    figures: FiguresContext,
    audit: String,
    support: String,
    alarm: String,
    summary: String,
    /// Something is new since the last digest, or a ticket is overdue or due today.
    pub(super) is_news: bool,
}

impl Compiled {
    pub(super) fn content(self, common: StaffCommon) -> Content {
        Content::Digest(DigestContext {
            common,
            of: self.of,
            summary: self.summary,
            groups: self.groups,
            meetings: self.meetings,
            parked: self.parked,
            parked_count: self.parked_count,
            undelivered_mails: self.undelivered,
            undelivered_count: self.undelivered_count,
            drafts: self.drafts,
            figures: self.figures,
            audit: self.audit,
            support: self.support,
            alarm: self.alarm,
        })
    }
}

pub(super) async fn compile(
    desk: &Desk,
    known: &Known,
    view: View<'_>,
    now: DateTime<Utc>,
) -> Result<Compiled, StoreError> {
    let View { reader, shows } = view;
    let duty = desk.duty(now);
    let leads = duty.acts_as_lead(reader) && shows == Shows::Own;
    let look = Look { desk, known, view, duty, leads, now };
    let Sorted { titled, counts, is_news } = look.sorted();
    let groups = groups(desk, titled, reader, now).await?;
    let meetings: Vec<&Unfinished> = known
        .meetings
        .iter()
        .filter(|case| leads || case.assignee.is_none() || look.is_theirs(case.assignee.as_deref()))
        .collect();
    let due_meetings = meetings.iter().map(|case| case.due).sum();
    let drafts =
        if shows == Shows::Own { drafts::of_member(desk, &known.drafts, reader, now) } else { Vec::new() };
    let parked: Vec<ParkedMail> = if leads {
        known.parked.iter().map(|row| row.shown(desk, reader, now)).collect()
    } else {
        Vec::new()
    };
    let parked_count = if leads { known.parked_count } else { 0 };
    let undelivered_count = if leads { known.undelivered.len() } else { 0 };
    let undelivered: Vec<UndeliveredMail> =
        known.undelivered.iter().take(undelivered_count.min(MOST_UNDELIVERED)).map(undelivered).collect();
    let is_news = is_news
        || known.new_applications + due_meetings > 0
        || (leads && known.parked_news)
        || !drafts.is_empty()
        || !undelivered.is_empty()
        || (leads && !known.alarms.is_empty());
    let counts = Counts {
        meetings: due_meetings,
        parked: parked_count,
        undelivered: undelivered_count,
        drafts: drafts.len(),
        ..counts
    };
    let alarms = known.alarms.iter().filter(|_| leads);
    Ok(Compiled {
        of: view.title(),
        groups,
        meetings: meetings.into_iter().map(|case| case.context.clone()).collect(),
        parked,
        parked_count,
        undelivered,
        undelivered_count,
        drafts,
        figures: if leads { known.figures.clone() } else { FiguresContext::default() },
        audit: if leads { known.audit.clone() } else { String::new() },
        support: known.support.clone(),
        alarm: alarms.map(|alarm| alarm.in_words()).collect(),
        summary: counts.summary(),
        is_news,
    })
}

/// The groups that have tickets. The first tickets of a list are shown in full, further ones in one line each.
async fn groups(
    desk: &Desk,
    titled: Vec<(Title, Vec<i64>)>,
    member: &Member,
    now: DateTime<Utc>,
) -> Result<Vec<Group>, StoreError> {
    let show = |ticket: &TicketRow| match ticket.clock.status() {
        Status::Open | Status::Waiting => for_member(desk, ticket, member, now),
        Status::Answered | Status::Closed => in_words(desk, ticket, now),
    };
    let mut groups = Vec::new();
    let (mut full, mut lines) = (MOST_TICKETS, MOST_LINES);
    for (title, ids) in titled.into_iter().filter(|(_, ids)| !ids.is_empty()) {
        let (shown, rest) = ids.split_at(full.min(ids.len()));
        let (listed, _) = rest.split_at(lines.min(rest.len()));
        (full, lines) = (full - shown.len(), lines - listed.len());
        let notes = desk.store.notes_of(shown).await?;
        let unsent = desk.store.unsent(shown).await?;
        let parts = desk.store.unanswered_parts(shown).await?;
        let mut tickets = Vec::new();
        // One at a time: their texts may be large.
        for id in shown {
            let Some(ticket) = &desk.store.tickets_of(&[*id]).await?.pop() else { continue };
            let own = unsent.iter().filter(|(of, _)| *of == ticket.id).map(|(_, mail)| mail);
            // The list of what waits has the links.
            let own = drafts::unsent(desk, member, &ticket.number, own, now);
            let own = own.into_iter().map(|mail| UnsentMail { links: Vec::new(), ..mail }).collect();
            let notes = notes_in_words(desk, &notes, ticket.id, now);
            let parts = parts
                .iter()
                .filter(|(head, _)| *head == ticket.id)
                .map(|(_, part)| letter::unanswered_in_words(&part.number, &part.fields, &part.from.address));
            let parts = parts.collect();
            tickets.push(show(ticket).with_notes(notes).with_unsent(own).with_unanswered(parts));
        }
        let listed = desk.store.ticket_lines_of(listed).await?.iter().map(show).collect();
        groups.push(Group { title, count: ids.len(), tickets, listed });
    }
    Ok(groups)
}

fn undelivered(row: &OutboxRow) -> UndeliveredMail {
    UndeliveredMail::new(row.ticket.clone().unwrap_or_default(), row.purpose, &row.recipient)
}
