//! Applications for the 伴走支援, and the forms that were handed in for them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{Row, any::AnyRow};

use super::{
    Result, Store, StoreError, Tx, flag, instant_text, query, query_text, read_instant, read_instant_option,
    read_word,
    ticket::{read_clock, storable},
};
use crate::{
    desk::{
        application::{ApplicationForm, FormFinding, KnownApplication, Stage, Submitted, Unread, area_key},
        ticket::{Direction, TicketNumber},
    },
    paper::Format,
};

#[derive(Debug, Clone)]
pub struct ApplicationRow {
    pub ticket_id: i64,
    /// The call, by its last day.
    pub closes: NaiveDate,
    pub stage: Stage,
    /// Of the form in force; empty if that is unread.
    pub prefecture: String,
    pub area: String,
    /// The form in force.
    pub submission_id: Option<i64>,
    pub decision: Option<String>,
    /// When the mail server accepted the result.
    pub notified_at: Option<DateTime<Utc>>,
}

impl ApplicationRow {
    /// The form in force among its forms.
    #[must_use]
    pub fn in_force<'a>(&self, forms: &'a [SubmissionRow]) -> Option<&'a SubmissionRow> {
        forms.iter().find(|form| Some(form.id) == self.submission_id)
    }
}

/// A form that was handed in or typed.
#[derive(Debug, Clone)]
pub struct SubmissionRow {
    pub id: i64,
    pub ticket_id: i64,
    /// The ledger row that has the file.
    pub message_ref: Option<i64>,
    /// Index of the attachment.
    pub part: usize,
    pub file: String,
    pub inner_name: Option<String>,
    pub format: Format,
    pub received_at: DateTime<Utc>,
    pub in_time: bool,
    /// The form, or why nobody could read it. Erased forms are blank.
    pub result: std::result::Result<ApplicationForm, Unread>,
    pub findings: Vec<FormFinding>,
    pub hash: String,
    /// The member who typed it, as the audit names the actor; `None`: the applicant.
    pub author: Option<String>,
}

impl SubmissionRow {
    /// The form as it was read of the file.
    #[must_use]
    pub fn submitted(&self) -> Submitted {
        Submitted {
            part: self.part,
            file: self.file.clone(),
            inner_name: self.inner_name.clone(),
            format: self.format,
            result: self.result.clone().map(|form| (form, self.findings.clone())),
        }
    }
}

/// A form before it has a row.
#[derive(Debug, Clone, Copy)]
pub struct NewSubmission<'a> {
    pub ticket_id: i64,
    pub message_ref: Option<i64>,
    pub part: usize,
    pub file: &'a str,
    pub inner_name: Option<&'a str>,
    pub format: Format,
    pub received_at: DateTime<Utc>,
    pub in_time: bool,
    pub result: std::result::Result<&'a ApplicationForm, Unread>,
    pub findings: &'a [FormFinding],
    pub hash: &'a str,
    pub author: Option<&'a str>,
}

const COLUMNS: &str = "ticket_id, closes, stage, prefecture, area, submission_id, decision, notified_at";
const SUBMISSION: &str = "id, ticket_id, message_ref, part, file, inner_name, format, received_at, in_time, unread, form, findings, hash, author";

impl Tx {
    /// Makes a new ticket an application of the call that ends on `closes`.
    pub async fn add_application(&mut self, ticket_id: i64, closes: NaiveDate, stage: Stage) -> Result<()> {
        query(
            "INSERT INTO application (ticket_id, closes, stage, prefecture, area, area_key) VALUES ($1, $2, $3, '', '', '')",
        )
        .bind(ticket_id)
        .bind(closes.to_string())
        .bind(stage.as_str())
        .execute(self.connection().await?)
        .await?;
        Ok(())
    }

    /// Adds a form, and returns its row id.
    pub async fn add_submission(&mut self, new: &NewSubmission<'_>) -> Result<i64> {
        let id = self.fresh_id();
        let form = match new.result {
            Ok(form) => serde_json::to_string(form).unwrap_or_default(),
            Err(_) => String::new(),
        };
        let findings: Vec<&str> = new.findings.iter().copied().map(FormFinding::as_str).collect();
        let sql = format!(
            "INSERT INTO submission ({SUBMISSION}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
        );
        query_text(sql)
            .bind(id)
            .bind(new.ticket_id)
            .bind(new.message_ref)
            .bind(i64::try_from(new.part).unwrap_or(i64::MAX))
            .bind(storable(new.file))
            .bind(new.inner_name.map(storable))
            .bind(new.format.as_str())
            .bind(instant_text(new.received_at))
            .bind(i64::from(new.in_time))
            .bind(new.result.err().map(Unread::as_str))
            .bind(storable(&form))
            .bind(findings.join("\n"))
            .bind(new.hash.to_owned())
            .bind(new.author.map(str::to_owned))
            .execute(self.connection().await?)
            .await?;
        Ok(id)
    }

    /// Puts a form in force. `None`: nobody could read it.
    pub async fn put_in_force(
        &mut self,
        ticket_id: i64,
        submission: i64,
        form: Option<&ApplicationForm>,
    ) -> Result<()> {
        self.supported = None;
        let (prefecture, area) = form.map_or(("", ""), |form| (form.prefecture_name(), form.area.as_str()));
        query("UPDATE application SET submission_id = $2, prefecture = $3, area = $4, area_key = $5 WHERE ticket_id = $1")
            .bind(ticket_id)
            .bind(submission)
            .bind(storable(prefecture))
            .bind(storable(area))
            .bind(storable(&area_key(area)))
            .execute(self.connection().await?)
            .await?;
        let known = Some(storable(prefecture)).filter(|name| !name.is_empty());
        query("UPDATE ticket SET prefecture = $2 WHERE id = $1")
            .bind(ticket_id)
            .bind(known)
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    pub async fn set_stage(&mut self, ticket_id: i64, stage: Stage) -> Result<()> {
        self.supported = None;
        query("UPDATE application SET stage = $2 WHERE ticket_id = $1")
            .bind(ticket_id)
            .bind(stage.as_str())
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    /// Moves the forms of an application to another one, which it is merged into.
    pub async fn move_submissions(&mut self, from: i64, into: i64) -> Result<()> {
        query("UPDATE submission SET ticket_id = $2 WHERE ticket_id = $1")
            .bind(from)
            .bind(into)
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    /// Erases forms, file names and what was said of an application. Its region, its stage and its decision stay.
    pub async fn erase_application(&mut self, ticket_id: i64) -> Result<()> {
        for sql in [
            "UPDATE submission SET form = '', file = '', inner_name = NULL WHERE ticket_id = $1",
            "UPDATE application SET reason = NULL, notice = NULL WHERE ticket_id = $1",
            "DELETE FROM review WHERE ticket_id = $1",
            "UPDATE meeting SET place = NULL, url = NULL, agenda = NULL, adviser = NULL WHERE ticket_id = $1",
        ] {
            query(sql).bind(ticket_id).execute(self.connection().await?).await?;
        }
        Ok(())
    }

    /// Writes the changed texts of a stored form: the form, if it was read, and the names of its files.
    pub async fn rewrite_submission(&mut self, changed: &SubmissionRow) -> Result<()> {
        self.supported = None;
        query("UPDATE submission SET file = $2, inner_name = $3 WHERE id = $1")
            .bind(changed.id)
            .bind(changed.file.clone())
            .bind(changed.inner_name.clone())
            .execute(self.connection().await?)
            .await?;
        let Ok(form) = &changed.result else { return Ok(()) };
        query("UPDATE submission SET form = $2 WHERE id = $1 AND form <> ''")
            .bind(changed.id)
            .bind(serde_json::to_string(form).unwrap_or_default())
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    pub async fn application(&mut self, ticket_id: i64) -> Result<Option<ApplicationRow>> {
        let sql = format!("SELECT {COLUMNS} FROM application WHERE ticket_id = $1");
        let row = query_text(sql).bind(ticket_id).fetch_optional(self.connection().await?).await?;
        row.as_ref().map(read_application).transpose()
    }

    /// The forms of an application, oldest first.
    pub async fn submissions(&mut self, ticket_id: i64) -> Result<Vec<SubmissionRow>> {
        let sql = format!("SELECT {SUBMISSION} FROM submission WHERE ticket_id = $1 ORDER BY id");
        let rows = query_text(sql).bind(ticket_id).fetch_all(self.connection().await?).await?;
        rows.iter().map(read_submission).collect()
    }

    /// The applications of a call that a form may belong to, oldest first.
    pub async fn applications_of(&mut self, closes: NaiveDate) -> Result<Vec<KnownApplication>> {
        let closes = closes.to_string();
        let rows = query(
            "SELECT ticket.id, number, status, deadline, budget_left, running_since, waiting_for, held_until, from_address,
                    application.stage, application.prefecture AS region, application.area_key
             FROM application JOIN ticket ON ticket.id = application.ticket_id
             WHERE application.closes = $1 AND ticket.merged_into IS NULL ORDER BY ticket.id",
        )
        .bind(closes.clone())
        .fetch_all(self.connection().await?)
        .await?;
        let mut known: Vec<KnownApplication> = rows.iter().map(read_known).collect::<Result<_>>()?;
        let of_call = "ticket_id IN (SELECT ticket_id FROM application WHERE closes = $1)";
        let sql =
            format!("SELECT ticket_id, hash FROM submission WHERE {of_call} AND author IS NULL ORDER BY id");
        let rows = query_text(sql).bind(closes.clone()).fetch_all(self.connection().await?).await?;
        for row in &rows {
            let ticket: i64 = row.try_get(0)?;
            if let Some(application) = known.iter_mut().find(|application| application.id == ticket) {
                application.hash = row.try_get(1)?;
            }
        }
        let sql = format!(
            "SELECT ticket_id, from_address, CASE WHEN EXISTS (SELECT 1 FROM submission
                 WHERE submission.ticket_id = entry.ticket_id AND submission.message_ref = entry.message_ref)
                 THEN 1 ELSE 0 END AS has_form
             FROM entry WHERE {of_call} AND direction = $2"
        );
        let query = query_text(sql).bind(closes).bind(Direction::In.as_str());
        for row in &query.fetch_all(self.connection().await?).await? {
            let ticket: i64 = row.try_get(0)?;
            let Some(application) = known.iter_mut().find(|application| application.id == ticket) else {
                continue;
            };
            let address = row.try_get::<String, _>(1)?.to_lowercase();
            if !flag(row, "has_form")? {
                application.has_other_mail = true;
            } else if !address.is_empty() && !application.senders.contains(&address) {
                application.senders.push(address);
            }
        }
        Ok(known)
    }
}

impl Store {
    /// Applications of a call by stage, and how many were filed since an instant.
    pub async fn application_counts(
        &self,
        closes: NaiveDate,
        since: DateTime<Utc>,
    ) -> Result<(BTreeMap<Stage, usize>, usize)> {
        let rows = query(
            "SELECT ticket_id, application.stage, received_at FROM application JOIN ticket ON ticket.id = application.ticket_id
             WHERE application.closes = $1 AND ticket.merged_into IS NULL",
        )
        .bind(closes.to_string())
        .fetch_all(&self.pool)
        .await?;
        let (mut stages, mut new) = (BTreeMap::new(), 0);
        for row in &rows {
            let id = row.try_get("ticket_id")?;
            *stages.entry(read_word(row, "application", "stage", id)?).or_default() += 1;
            new += usize::from(read_instant(row, "ticket", "received_at", id)? > since);
        }
        Ok((stages, new))
    }

    /// All applications, the newest call first, in the order of their numbers.
    pub async fn applications(&self) -> Result<Vec<ApplicationRow>> {
        let sql = format!("SELECT {COLUMNS} FROM application ORDER BY closes DESC, ticket_id");
        let rows = query_text(sql).fetch_all(&self.pool).await?;
        rows.iter().map(read_application).collect()
    }

    pub async fn application(&self, ticket_id: i64) -> Result<Option<ApplicationRow>> {
        let sql = format!("SELECT {COLUMNS} FROM application WHERE ticket_id = $1");
        let row = query_text(sql).bind(ticket_id).fetch_optional(&self.pool).await?;
        row.as_ref().map(read_application).transpose()
    }

    /// The forms of an application, oldest first.
    pub async fn submissions(&self, ticket_id: i64) -> Result<Vec<SubmissionRow>> {
        let sql = format!("SELECT {SUBMISSION} FROM submission WHERE ticket_id = $1 ORDER BY id");
        let rows = query_text(sql).bind(ticket_id).fetch_all(&self.pool).await?;
        rows.iter().map(read_submission).collect()
    }
}

fn read_known(row: &AnyRow) -> Result<KnownApplication> {
    let id = row.try_get("id")?;
    let sender = row.try_get::<String, _>("from_address")?.to_lowercase();
    Ok(KnownApplication {
        id,
        number: read_word::<TicketNumber>(row, "ticket", "number", id)?,
        stage: read_word(row, "application", "stage", id)?,
        clock: read_clock(row, id)?,
        prefecture: row.try_get("region")?,
        area_key: row.try_get("area_key")?,
        senders: Some(sender).filter(|sender| !sender.is_empty()).into_iter().collect(),
        hash: String::new(),
        has_other_mail: false,
    })
}

fn read_application(row: &AnyRow) -> Result<ApplicationRow> {
    let id = row.try_get("ticket_id")?;
    Ok(ApplicationRow {
        ticket_id: id,
        closes: read_word(row, "application", "closes", id)?,
        stage: read_word(row, "application", "stage", id)?,
        prefecture: row.try_get("prefecture")?,
        area: row.try_get("area")?,
        submission_id: row.try_get("submission_id")?,
        decision: row.try_get("decision")?,
        notified_at: read_instant_option(row, "application", "notified_at", id)?,
    })
}

fn read_submission(row: &AnyRow) -> Result<SubmissionRow> {
    let id = row.try_get("id")?;
    let wrong =
        |column, value: &str| StoreError::Row { table: "submission", column, id, value: value.to_owned() };
    let form: String = row.try_get("form")?;
    let result = match row.try_get::<Option<String>, _>("unread")? {
        Some(_) => Err(read_word(row, "submission", "unread", id)?),
        // Retention has erased it.
        None if form.is_empty() => Ok(ApplicationForm::default()),
        // The value is personal data, and an error may be logged.
        None => Ok(serde_json::from_str(&form).map_err(|_| wrong("form", "[redacted]"))?),
    };
    let findings: String = row.try_get("findings")?;
    let findings = findings.lines().map(|code| code.parse().map_err(|_| wrong("findings", code)));
    Ok(SubmissionRow {
        id,
        ticket_id: row.try_get("ticket_id")?,
        message_ref: row.try_get("message_ref")?,
        part: usize::try_from(row.try_get::<i64, _>("part")?).unwrap_or_default(),
        file: row.try_get("file")?,
        inner_name: row.try_get("inner_name")?,
        format: read_word(row, "submission", "format", id)?,
        received_at: read_instant(row, "submission", "received_at", id)?,
        in_time: flag(row, "in_time")?,
        result,
        findings: findings.collect::<Result<_>>()?,
        hash: row.try_get("hash")?,
        author: row.try_get("author")?,
    })
}
