//! Meetings and visits: a row for each version. The newest version of a number counts.

use chrono::{DateTime, Utc};
use sqlx::{Row, any::AnyRow};

use super::{
    OutboxState, Result, Store, Tx, instant_text, query, query_text, read_instant, read_instant_option,
    read_word,
};
use crate::desk::{
    application::{ApplicationForm, Stage},
    meeting::{Meeting, MeetingKind, MeetingStage},
    ticket::TicketNumber,
};

/// What meetings need to know of an application.
#[derive(Debug, Clone)]
pub struct CaseRow {
    pub ticket_id: i64,
    pub number: TicketNumber,
    pub stage: Stage,
    pub prefecture: String,
    pub area: String,
    /// The form in force; blank if it is unread or erased.
    pub form: ApplicationForm,
}

impl CaseRow {
    /// Prefecture and area.
    #[must_use]
    pub fn region(&self) -> String {
        format!("{} {}", self.prefecture, self.area).trim().to_owned()
    }
}

/// A version of a meeting with its row.
#[derive(Debug, Clone)]
pub struct MeetingRow {
    pub id: i64,
    pub ticket_id: i64,
    pub meeting: Meeting,
    /// The beginning that everybody was reminded of.
    pub reminded_for: Option<DateTime<Utc>>,
    /// The note with the minutes.
    pub minutes_entry: Option<i64>,
}

pub(super) const COLUMNS: &str = "id, ticket_id, kind, nth, stage, starts_at, ends_at, place, url, agenda, adviser, sequence, \
     reminded_for, minutes_entry";

/// Newest version of its number: no row has a greater sequence.
const NEWEST: &str = "NOT EXISTS (SELECT 1 FROM meeting newer WHERE newer.ticket_id = meeting.ticket_id AND
     newer.kind = meeting.kind AND newer.nth = meeting.nth AND newer.sequence > meeting.sequence)";

const CASES: &str = "SELECT application.ticket_id, ticket.number, application.stage, application.prefecture,
     application.area, submission.form FROM application JOIN ticket ON ticket.id = application.ticket_id
     LEFT JOIN submission ON submission.id = application.submission_id";

impl Tx {
    /// The application of a ticket. `None`: the ticket is an inquiry.
    pub async fn case(&mut self, ticket_id: i64) -> Result<Option<CaseRow>> {
        let sql = format!("{CASES} WHERE application.ticket_id = $1");
        let row = query_text(sql).bind(ticket_id).fetch_optional(self.connection().await?).await?;
        row.as_ref().map(read_case).transpose()
    }

    /// Applications that are supported. The transaction reads them once, because every new inquiry asks for them.
    pub async fn supported_cases(&mut self) -> Result<Vec<CaseRow>> {
        if let Some(known) = &self.supported {
            return Ok(known.clone());
        }
        let sql = format!("{CASES} WHERE application.stage = $1 ORDER BY application.ticket_id");
        let rows =
            query_text(sql).bind(Stage::Supported.as_str()).fetch_all(self.connection().await?).await?;
        let cases: Vec<CaseRow> = rows.iter().map(read_case).collect::<Result<_>>()?;
        self.supported = Some(cases.clone());
        Ok(cases)
    }

    /// An inquiry belongs to an application.
    pub async fn set_part_of(&mut self, ticket_id: i64, case: &TicketNumber) -> Result<()> {
        query("UPDATE ticket SET part_of = $2 WHERE id = $1")
            .bind(ticket_id)
            .bind(case.to_string())
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    /// Adds a version. Returns its row id.
    pub async fn add_meeting(
        &mut self,
        ticket_id: i64,
        meeting: &Meeting,
        reminded_for: Option<DateTime<Utc>>,
    ) -> Result<i64> {
        let id = self.fresh_id();
        query_text(format!(
            "INSERT INTO meeting ({COLUMNS})
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, NULL)"
        ))
        .bind(id)
        .bind(ticket_id)
        .bind(meeting.kind.as_str())
        .bind(i64::from(meeting.nth))
        .bind(meeting.stage.as_str())
        .bind(instant_text(meeting.starts))
        .bind(instant_text(meeting.ends))
        .bind(meeting.place.clone())
        .bind(meeting.url.clone())
        .bind(meeting.agenda.clone())
        .bind(meeting.adviser.clone())
        .bind(i64::from(meeting.sequence))
        .bind(reminded_for.map(instant_text))
        .execute(self.connection().await?)
        .await?;
        Ok(id)
    }

    /// All versions of the meetings and visits of an application, the oldest first.
    pub async fn meeting_versions(&mut self, ticket_id: i64) -> Result<Vec<MeetingRow>> {
        let rows = query_text(versions()).bind(ticket_id).fetch_all(self.connection().await?).await?;
        rows.iter().map(read_meeting).collect()
    }

    /// Writes the changed texts of a version.
    pub async fn rewrite_meeting(&mut self, changed: &MeetingRow) -> Result<()> {
        let Meeting { place, url, agenda, adviser, .. } = changed.meeting.clone();
        query("UPDATE meeting SET place = $2, url = $3, agenda = $4, adviser = $5 WHERE id = $1")
            .bind(changed.id)
            .bind(place)
            .bind(url)
            .bind(agenda)
            .bind(adviser)
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    /// The meetings and visits of an application, each in its newest version, in the order of their beginning.
    pub async fn meetings_of(&mut self, ticket_id: i64) -> Result<Vec<MeetingRow>> {
        let sql =
            format!("SELECT {COLUMNS} FROM meeting WHERE ticket_id = $1 AND {NEWEST} ORDER BY starts_at, id");
        let rows = query_text(sql).bind(ticket_id).fetch_all(self.connection().await?).await?;
        rows.iter().map(read_meeting).collect()
    }

    /// Who got the letters about a version of a meeting, in lower case. `mark` is the part of their Message-IDs that names it.
    pub async fn told_of_meeting(&mut self, ticket_id: i64, mark: &str) -> Result<Vec<String>> {
        let rows = query(
            "SELECT LOWER(recipient) AS recipient FROM outbox
             WHERE ticket_id = $1 AND state = $2 AND message_id LIKE '%-' || $3 || '-%'",
        )
        .bind(ticket_id)
        .bind(OutboxState::Sent.as_str())
        .bind(mark)
        .fetch_all(self.connection().await?)
        .await?;
        rows.iter().map(|row| Ok(row.try_get("recipient")?)).collect()
    }

    /// Deletes a version that was stopped before anybody was told of it.
    pub async fn forget_meeting(&mut self, id: i64) -> Result<()> {
        query("DELETE FROM meeting WHERE id = $1").bind(id).execute(self.connection().await?).await?;
        Ok(())
    }

    /// A meeting took place, and a note has its minutes.
    pub async fn hold_meeting(&mut self, id: i64, minutes: i64) -> Result<()> {
        query("UPDATE meeting SET stage = $2, minutes_entry = $3 WHERE id = $1")
            .bind(id)
            .bind(MeetingStage::Held.as_str())
            .bind(minutes)
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    /// Everybody was reminded of a meeting, as it begins now.
    pub async fn set_reminded(&mut self, meeting: &MeetingRow) -> Result<()> {
        query("UPDATE meeting SET reminded_for = $2 WHERE id = $1")
            .bind(meeting.id)
            .bind(instant_text(meeting.meeting.starts))
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    /// Set meetings that begin later than `now`, the next first.
    pub async fn meetings_ahead(&mut self, now: DateTime<Utc>) -> Result<Vec<MeetingRow>> {
        let rows = query_text(ahead()).bind(MeetingStage::Set.as_str()).bind(instant_text(now));
        let rows = rows.fetch_all(self.connection().await?).await?;
        rows.iter().map(read_meeting).collect()
    }
}

impl Store {
    /// Applications that are or were supported.
    pub async fn cases(&self) -> Result<Vec<CaseRow>> {
        let sql = format!("{CASES} WHERE application.stage IN ($1, $2) ORDER BY application.ticket_id");
        let query = query_text(sql).bind(Stage::Supported.as_str()).bind(Stage::Closed.as_str());
        query.fetch_all(&self.pool).await?.iter().map(read_case).collect()
    }

    /// Row ids of the tickets that belong to an application.
    pub async fn parts_of(&self, case: &TicketNumber) -> Result<Vec<i64>> {
        let rows = query("SELECT id FROM ticket WHERE part_of = $1 ORDER BY id")
            .bind(case.to_string())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
    }

    /// Names of the files of an entry, such as a note with minutes.
    pub async fn attachment_names(&self, entry: i64) -> Result<Vec<String>> {
        let rows = query("SELECT name FROM attachment WHERE entry_id = $1 ORDER BY position")
            .bind(entry)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| Ok(row.try_get("name")?)).collect()
    }

    /// As [`Tx::meetings_ahead`].
    pub async fn meetings_ahead(&self, now: DateTime<Utc>) -> Result<Vec<MeetingRow>> {
        let rows = query_text(ahead()).bind(MeetingStage::Set.as_str()).bind(instant_text(now));
        rows.fetch_all(&self.pool).await?.iter().map(read_meeting).collect()
    }

    /// Meetings and visits of all applications that are neither held nor cancelled, the earliest first.
    pub async fn unfinished_meetings(&self) -> Result<Vec<MeetingRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM meeting WHERE stage IN ($1, $2) AND {NEWEST} ORDER BY starts_at, id"
        );
        let rows = query_text(sql).bind(MeetingStage::Asked.as_str()).bind(MeetingStage::Set.as_str());
        rows.fetch_all(&self.pool).await?.iter().map(read_meeting).collect()
    }

    /// All versions of the meetings and visits of an application, the oldest first.
    pub async fn meeting_versions(&self, ticket_id: i64) -> Result<Vec<MeetingRow>> {
        let rows = query_text(versions()).bind(ticket_id).fetch_all(&self.pool).await?;
        rows.iter().map(read_meeting).collect()
    }
}

fn read_case(row: &AnyRow) -> Result<CaseRow> {
    let ticket_id = row.try_get("ticket_id")?;
    let form: Option<String> = row.try_get("form")?;
    let form = form.filter(|form| !form.is_empty()).unwrap_or_else(|| "{}".to_owned());
    Ok(CaseRow {
        ticket_id,
        number: read_word(row, "ticket", "number", ticket_id)?,
        stage: read_word(row, "application", "stage", ticket_id)?,
        prefecture: row.try_get("prefecture")?,
        area: row.try_get("area")?,
        form: serde_json::from_str(&form).map_err(|_| super::StoreError::Row {
            table: "submission",
            column: "form",
            id: ticket_id,
            value: "no form".to_owned(),
        })?,
    })
}

fn versions() -> String {
    format!("SELECT {COLUMNS} FROM meeting WHERE ticket_id = $1 ORDER BY id")
}

fn ahead() -> String {
    format!(
        "SELECT {COLUMNS} FROM meeting WHERE stage = $1 AND starts_at > $2 AND {NEWEST} ORDER BY starts_at, id"
    )
}

fn read_meeting(row: &AnyRow) -> Result<MeetingRow> {
    let id = row.try_get("id")?;
    let number = |column: &str| -> Result<u32> {
        Ok(u32::try_from(row.try_get::<i64, _>(column)?).unwrap_or(u32::MAX))
    };
    let meeting = Meeting {
        kind: read_word::<MeetingKind>(row, "meeting", "kind", id)?,
        nth: number("nth")?,
        stage: read_word(row, "meeting", "stage", id)?,
        starts: read_instant(row, "meeting", "starts_at", id)?,
        ends: read_instant(row, "meeting", "ends_at", id)?,
        place: row.try_get("place")?,
        url: row.try_get("url")?,
        agenda: row.try_get("agenda")?,
        adviser: row.try_get("adviser")?,
        sequence: number("sequence")?,
    };
    Ok(MeetingRow {
        id,
        ticket_id: row.try_get("ticket_id")?,
        meeting,
        reminded_for: read_instant_option(row, "meeting", "reminded_for", id)?,
        minutes_entry: row.try_get("minutes_entry")?,
    })
}
