//! Reports: counts a period, shows it on a page, keeps the paragraph of staff, and freezes editions.

use sha2::{Digest as _, Sha256};

use super::{Desk, Fault, Operation};
use crate::{
    desk::{
        report::{
            Difference, Edition, Gathering, LastYear, Period, Report, ReportedEntry, Unreported, differences,
        },
        window::{Window, fiscal_year_of},
    },
    letter::report::{Page, Shown, page},
    store::{AuditEvent, FaqRow, StoreError},
};

/// Tickets that are read at once.
const PAGE: usize = 500;

/// Counts what came in a period, as it stands now. Beside a window stands the fiscal year before.
pub async fn report(desk: &Desk, period: Period) -> Result<Report, StoreError> {
    let mut counted = count(desk, period).await?;
    if !period.is_month()
        && let Some(before) = Period::fiscal_year(fiscal_year_of(period.first) - 1)
    {
        counted.last_year = LastYear::of(&count(desk, before).await?);
    }
    Ok(counted)
}

async fn count(desk: &Desk, period: Period) -> Result<Report, StoreError> {
    let (calendar, now) = (&desk.rules.calendar, desk.clock.now());
    let instants = |period: Period| {
        let window = Window { opens: period.first, closes: period.last, time_zone: calendar.time_zone() };
        (window.begins().unwrap_or(now), window.ends().unwrap_or(now))
    };
    let (from, until) = instants(period);
    let (year, _) = Period::fiscal_year(fiscal_year_of(period.first)).map_or((from, until), instants);
    let mut gathering = Gathering::new(period, calendar, now);
    for ids in desk.store.tickets_to_report(from, until).await?.chunks(PAGE) {
        for ticket in &desk.store.counted(ids).await? {
            gathering.add(ticket);
        }
    }
    let mut beside = desk.store.counted_beside(year, from, until).await?;
    beside.entries = released(desk, period).await?;
    Ok(gathering.report(&beside))
}

/// Released entries of inquiries that came in the months of a period.
async fn released(desk: &Desk, period: Period) -> Result<Vec<ReportedEntry>, StoreError> {
    let months = [period.first, period.last].map(|day| day.format("%Y-%m").to_string());
    let entries = desk.store.released_faq().await?.into_iter();
    let entries = entries.filter(|entry| (&months[0]..=&months[1]).contains(&&entry.month));
    let reported = |entry: FaqRow| ReportedEntry {
        number: entry.number.to_string(),
        question: entry.texts.question.text(),
        answer: entry.texts.answer.text(),
        place: entry.texts.place.text(),
        topic: entry.texts.topic.text(),
    };
    Ok(entries.map(reported).collect())
}

/// A report with its paragraph and its editions.
#[derive(Debug)]
pub struct Reported {
    /// Those of `edition`, or of now.
    pub figures: Report,
    pub note: String,
    /// The edition that is shown; `None` for a draft.
    pub edition: Option<Edition>,
    /// Editions that are issued.
    pub editions: u32,
    /// What differs from the edition before the one that is shown, or from the last one.
    pub changed: Vec<Difference>,
}

impl Reported {
    /// The report as it stands now, behind the issued editions.
    pub async fn now(operation: &mut Operation<'_>, period: Period) -> Result<Self, StoreError> {
        let figures = report(operation.desk, period).await?;
        let note = operation.tx.report_note(period).await?;
        let editions = operation.tx.editions(period).await?;
        Ok(Self::draft(figures, note, &editions))
    }

    /// Figures of now.
    #[must_use]
    pub fn draft(figures: Report, note: String, editions: &[Edition]) -> Self {
        let changed = editions.last().map(|before| differences(&before.report, &figures)).unwrap_or_default();
        Self { figures, note, edition: None, editions: count_of(editions), changed }
    }

    /// The last of the issued editions that are given.
    #[must_use]
    pub fn issued(editions: &[Edition]) -> Option<Self> {
        let (edition, before) = editions.split_last()?;
        let before = before.last().map(|before| differences(&before.report, &edition.report));
        Some(Self {
            figures: edition.report.clone(),
            note: edition.note.clone(),
            edition: Some(edition.clone()),
            editions: count_of(editions),
            changed: before.unwrap_or_default(),
        })
    }

    #[must_use]
    pub fn page(&self, desk: &Desk) -> Page {
        page(&Shown {
            report: &self.figures,
            desk: (&desk.profile.name, &desk.profile.organization),
            zone: desk.rules.calendar.time_zone(),
            note: &self.note,
            edition: self.edition.as_ref(),
            differences: &self.changed,
            suppress: desk.suppress_small_counts,
        })
    }
}

fn count_of(editions: &[Edition]) -> u32 {
    editions.last().map_or(0, |edition| edition.nth)
}

/// Replaces the paragraph of staff.
pub async fn write_note(operation: &mut Operation<'_>, period: Period, text: &str) -> Result<(), StoreError> {
    operation.tx.set_report_note(period, text.trim()).await
}

/// 発行: freezes the figures of now, with the paragraph. The inner error says why nothing was frozen.
pub async fn issue(
    operation: &mut Operation<'_>,
    period: Period,
) -> Result<Result<Reported, Unreported>, Fault> {
    if !operation.may_approve() {
        return Ok(Err(Unreported::OnlyLeads));
    }
    let report = report(operation.desk, period).await?;
    if !report.complete {
        return Ok(Err(Unreported::NotOver(period)));
    }
    let note = operation.tx.report_note(period).await?;
    let editions = operation.tx.editions(period).await?;
    let nth = match editions.last() {
        Some(last) if differences(&last.report, &report).is_empty() && last.note == note => {
            return Ok(Err(Unreported::SameAs { period, nth: last.nth }));
        }
        Some(last) => last.nth + 1,
        None => 1,
    };
    // A report is always JSON.
    let figures = serde_json::to_string(&report).unwrap_or_default();
    let hash = crate::hex::encode(&Sha256::digest(figures.as_bytes()));
    let (issued_at, issued_by) = (operation.now, operation.actor.audit());
    let edition = Edition { nth, issued_at, issued_by, hash: hash.clone(), note: note.clone(), report };
    operation.tx.add_edition(&edition, &figures).await?;
    let event =
        operation.event(AuditEvent::ReportIssued { first: period.first, last: period.last, nth, hash });
    operation.tx.append_event(issued_at, event);
    let changed = editions.last().map(|before| differences(&before.report, &edition.report));
    Ok(Ok(Reported {
        figures: edition.report.clone(),
        note,
        editions: nth,
        changed: changed.unwrap_or_default(),
        edition: Some(edition),
    }))
}
