//! The JSON shapes of a form that was read, and of an application with its forms.

use serde_json::{Value, json};

use super::{rfc3339, rfc3339_option, ticket::Shown};
use crate::{
    desk::application::{
        ApplicationForm, Arrival, Check, CheckLevel, SenderFacts, Stage, Submitted, area_key, checks,
        decision::{Review, ReviewVerdict, mean},
    },
    service::Desk,
    store::{ApplicationRow, MeetingRow, StoreError, SubmissionRow, TicketRow},
};

/// One file of a mail, or of the command line.
#[must_use]
pub fn object(submitted: &Submitted, checks: &[Check]) -> Value {
    let form = submitted.form();
    let is_certain = !submitted.findings().iter().any(|finding| finding.makes_issues_uncertain());
    json!({
        "part": submitted.part,
        "file": submitted.file,
        "inner_name": submitted.inner_name,
        "format": submitted.format,
        "unread": submitted.unread(),
        "fields": form,
        "issues_certain": form.map(|_| is_certain),
        "missing": form.map(ApplicationForm::missing).unwrap_or_default(),
        "findings": submitted.findings(),
        "checks": checks,
    })
}

/// An application with its ticket and its forms.
#[derive(Debug)]
pub struct Case {
    pub row: ApplicationRow,
    pub ticket: TicketRow,
    /// Oldest first.
    pub submissions: Vec<SubmissionRow>,
    pub reviews: Vec<Review>,
}

impl Case {
    /// All applications, the newest call first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all(desk: &Desk) -> Result<Vec<Self>, StoreError> {
        let rows = desk.store.applications().await?;
        let ids: Vec<i64> = rows.iter().map(|row| row.ticket_id).collect();
        let mut tickets = desk.store.tickets_of(&ids).await?;
        let mut all = Vec::new();
        for row in rows {
            let Some(at) = tickets.iter().position(|ticket| ticket.id == row.ticket_id) else { continue };
            let submissions = desk.store.submissions(row.ticket_id).await?;
            let reviews = desk.store.reviews(row.ticket_id).await?;
            all.push(Self { row, ticket: tickets.swap_remove(at), submissions, reviews });
        }
        Ok(all)
    }

    /// The form in force.
    #[must_use]
    pub fn in_force(&self) -> Option<&SubmissionRow> {
        self.row.in_force(&self.submissions)
    }

    /// One line for people.
    #[must_use]
    pub fn line(&self, desk: &Desk) -> String {
        let form = self.in_force();
        let state = match form {
            Some(form) if !form.in_time => "late",
            Some(form) if form.result.is_err() => "unread",
            _ => "",
        };
        let received = form.map_or(self.ticket.received_at, |form| form.received_at);
        let received = rfc3339(received, desk.rules.calendar.time_zone());
        let region = format!("{} {}", self.row.prefecture, self.row.area);
        format!("{}  {:<9} {received}  {state:<6} {region}", self.ticket.number, self.row.stage.as_str())
    }

    /// What the desk checks in one of its forms, now.
    #[must_use]
    pub fn checks(&self, desk: &Desk, all: &[Self], submission: &SubmissionRow) -> Vec<Check> {
        let Some(support) = &desk.rules.support else { return Vec::new() };
        let key = area_key(&self.row.area);
        let is_same = |other: &&Self| {
            other.row.ticket_id != self.row.ticket_id
                && other.row.closes == self.row.closes
                && other.row.stage != Stage::Withdrawn
                && !key.is_empty()
                && other.row.prefecture == self.row.prefecture
                && area_key(&other.row.area) == key
        };
        let repeats: Vec<_> = all.iter().filter(is_same).map(|other| other.ticket.number.clone()).collect();
        let sender = SenderFacts { address: self.ticket.from.address.clone(), confirmed: None };
        let arrival = Arrival { sender: &sender, received_at: submission.received_at, repeats: &repeats };
        checks(submission.submitted().read(), Some(arrival), &support.call)
    }

    /// The application in a list.
    #[must_use]
    pub fn listed(&self, desk: &Desk, all: &[Self]) -> Value {
        let zone = desk.rules.calendar.time_zone();
        let submission = self.in_force().or(self.submissions.last());
        let form = submission.and_then(|submission| submission.result.as_ref().ok());
        let checks = submission.map(|submission| self.checks(desk, all, submission)).unwrap_or_default();
        let count = |level| checks.iter().filter(|check| check.level == level).count();
        let received_at = submission.map_or(self.ticket.received_at, |submission| submission.received_at);
        let late = desk.rules.support.as_ref().and_then(|support| support.call.late_by(received_at));
        json!({
            "number": self.ticket.number,
            "prefecture": self.row.prefecture,
            "area": self.row.area,
            "unit": form.and_then(|form| form.unit),
            "closes": self.row.closes,
            "stage": self.row.stage,
            "status": self.ticket.clock.status(),
            "decision": self.row.decision,
            "received_at": rfc3339(received_at, zone),
            "in_time": submission.is_some_and(|submission| submission.in_time),
            "late_seconds": late.map(|late| late.num_seconds()),
            "versions": self.submissions.len(),
            "unread": submission.and_then(|submission| submission.result.as_ref().err()),
            "missing": form.map(ApplicationForm::missing).unwrap_or_default(),
            "checks": {
                "ok": count(CheckLevel::Ok),
                "look": count(CheckLevel::Look),
                "missing": count(CheckLevel::Missing),
            },
            "representative": form.map(|form| &form.representative),
            "sender": self.ticket.from,
            "reviews": {
                "count": self.reviews.len(),
                "mean": mean(&self.reviews),
                "conflicts": self.reviews.iter().filter(|review| review.verdict.is_conflict()).count(),
            },
            "notified_at": rfc3339_option(self.row.notified_at, zone),
        })
    }

    /// The application with all that the desk knows of it, and what `ticket show` has.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn shown(&self, desk: &Desk, all: &[Self]) -> Result<Value, StoreError> {
        let mut shown = self.whole(desk, all).await?;
        let ticket = Shown::load(desk, &self.ticket, desk.clock.now()).await?;
        let ticket = serde_json::to_value(ticket).unwrap_or_default();
        if let (Value::Object(shown), Value::Object(ticket)) = (&mut shown, ticket) {
            for (key, value) in ticket {
                shown.entry(key).or_insert(value);
            }
        }
        Ok(shown)
    }

    /// The application with its forms, reviews, decision, meetings and questions.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn whole(&self, desk: &Desk, all: &[Self]) -> Result<Value, StoreError> {
        let zone = desk.rules.calendar.time_zone();
        let submission = self.in_force().or(self.submissions.last());
        let form = |form: &SubmissionRow| {
            json!({
                "id": form.id,
                "received_at": rfc3339(form.received_at, zone),
                "in_time": form.in_time,
                "in_force": Some(form.id) == self.row.submission_id,
                "author": form.author,
                "form": object(&form.submitted(), &self.checks(desk, all, form)),
            })
        };
        let questions: Vec<Value> = self
            .questions(desk)
            .await?
            .iter()
            .map(|question| json!({"number": question.number, "status": question.clock.status(), "inquiry": question.fields.inquiry}))
            .collect();
        let review = |review: &Review| {
            let (scores, comment) = match &review.verdict {
                ReviewVerdict::Scored { scores, comment } => (scores.as_slice(), comment),
                ReviewVerdict::Conflict(reason) => (&[][..], reason),
            };
            json!({
                "reviewer": review.reviewer,
                "at": rfc3339(review.at, zone),
                "conflict": review.verdict.is_conflict(),
                "scores": scores,
                "comment": comment,
            })
        };
        let meeting = |row: &MeetingRow, minutes: &[String]| {
            json!({
                "kind": row.meeting.kind,
                "nth": row.meeting.nth,
                "stage": row.meeting.stage,
                "starts": rfc3339(row.meeting.starts, zone),
                "ends": rfc3339(row.meeting.ends, zone),
                "place": row.meeting.place,
                "url": row.meeting.url,
                "agenda": row.meeting.agenda,
                "adviser": row.meeting.adviser,
                "sequence": row.meeting.sequence,
                "minutes": minutes,
            })
        };
        let mut meetings = Vec::new();
        for row in self.meetings(desk).await? {
            let minutes = match row.minutes_entry {
                Some(entry) => desk.store.attachment_names(entry).await?,
                None => Vec::new(),
            };
            meetings.push(meeting(&row, &minutes));
        }
        let decided = desk.store.decision(self.ticket.id).await?;
        let mut shown = self.listed(desk, all);
        if let Value::Object(shown) = &mut shown {
            let read = submission.and_then(|submission| submission.result.as_ref().ok());
            shown.insert("fields".to_owned(), json!(read));
            let checks = submission.map(|submission| self.checks(desk, all, submission));
            shown.insert("checks".to_owned(), json!(checks.unwrap_or_default()));
            shown.insert("submissions".to_owned(), self.submissions.iter().map(form).collect());
            shown.insert("reviews".to_owned(), self.reviews.iter().map(review).collect());
            shown.insert("decided_at".to_owned(), json!(rfc3339_option(decided.decided_at, zone)));
            shown.insert("decided_by".to_owned(), json!(decided.decided_by));
            shown.insert("reason".to_owned(), json!(decided.reason));
            shown.insert("notice".to_owned(), json!(decided.notice));
            shown.insert("meetings".to_owned(), meetings.into());
            shown.insert("questions".to_owned(), questions.into());
        }
        Ok(shown)
    }

    /// Its meetings and visits, each in its newest version, in the order of their beginning.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn meetings(&self, desk: &Desk) -> Result<Vec<MeetingRow>, StoreError> {
        let mut newest: Vec<MeetingRow> = Vec::new();
        for row in desk.store.meeting_versions(self.ticket.id).await? {
            newest.retain(|of| (of.meeting.kind, of.meeting.nth) != (row.meeting.kind, row.meeting.nth));
            newest.push(row);
        }
        newest.sort_by_key(|row| row.meeting.starts);
        Ok(newest)
    }

    /// Tickets that belong to it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn questions(&self, desk: &Desk) -> Result<Vec<TicketRow>, StoreError> {
        desk.store.tickets_of(&desk.store.parts_of(&self.ticket.number).await?).await
    }
}
