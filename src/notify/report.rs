//! Reports as mails to staff: the draft of a month, what 月次報告 asks for, and the echo of a paragraph or of 発行.

use super::staff_notice::notify_with;
use crate::{
    desk::{
        calendar::date_of,
        handling::SheetFormat,
        report::{Period, Unreported},
        staff::Member,
        staff_key::Invitation,
    },
    letter::{
        Content,
        report::{ReportContext, ReportMail, file_name, html, xlsx},
    },
    mail::Attachment,
    service::{
        Fault, Operation,
        report::{Reported, issue, write_note},
    },
};

/// A report with the files of its mail.
#[derive(Debug)]
pub struct Papers {
    reported: Reported,
    pub files: Vec<Attachment>,
}

impl Papers {
    /// Makes the page and the workbook.
    ///
    /// # Errors
    /// When the template fails, or memory runs out.
    pub fn of(operation: &Operation<'_>, reported: Reported) -> Result<Self, Fault> {
        let page = reported.page(operation.desk);
        let edition = reported.edition.as_ref().map(|edition| edition.nth);
        let name = file_name(reported.figures.period, edition);
        let file = |ending: &str, media_type: &str, bytes| Attachment {
            name: format!("{name}.{ending}"),
            media_type: media_type.to_owned(),
            bytes,
        };
        let files = vec![
            file("html", "text/html; charset=utf-8", html(&page)?.into_bytes()),
            file("xlsx", SheetFormat::Xlsx.media_type(), xlsx(&page)?),
        ];
        Ok(Self { reported, files })
    }

    /// The report as it stands now.
    ///
    /// # Errors
    /// When the database or the template fails.
    pub async fn now(operation: &mut Operation<'_>, period: Period) -> Result<Self, Fault> {
        let reported = Reported::now(operation, period).await?;
        Self::of(operation, reported)
    }

    /// What the mail to a member says.
    #[must_use]
    pub fn for_member(&self, operation: &Operation<'_>, member: &Member) -> ReportMail {
        let Reported { figures, note, edition, editions, changed } = &self.reported;
        let number = figures.period.number();
        let key = operation.desk.key(member, &number, Invitation::Answer, operation.now);
        ReportMail {
            changed: changed.len(),
            files: self.files.iter().map(|file| file.name.clone()).collect(),
            ..ReportMail::new(figures, note, edition.as_ref(), *editions, key)
        }
    }

    /// Queues the mail, once for each occasion.
    ///
    /// # Errors
    /// When the database or a template fails.
    pub fn send(&self, operation: &mut Operation<'_>, member: &Member, occasion: &str) -> Result<(), Fault> {
        let report = self.for_member(operation, member);
        notify_with(operation, member, None, &self.files, &format!("report {occasion}"), |common| {
            Content::Report(ReportContext { common, report })
        })
    }
}

/// 月次報告, 年度のまとめ: sends the report that a member asks for.
///
/// # Errors
/// When the database or a template fails. The inner error says which report there is not.
pub async fn send_asked(
    operation: &mut Operation<'_>,
    member: &Member,
    asked: &str,
    occasion: &str,
) -> Result<Result<(), Unreported>, Fault> {
    let rules = &operation.desk.rules;
    let today = date_of(operation.now, rules.calendar.time_zone());
    let Some(period) = Period::asked(asked, rules.window, today) else {
        return Ok(Err(Unreported::NoSuchReport(asked.to_owned())));
    };
    let occasion = format!("{} {occasion}", period.number());
    Papers::now(operation, period).await?.send(operation, member, &occasion)?;
    Ok(Ok(()))
}

/// A paragraph for a report. Its echo is the report with it.
///
/// # Errors
/// When the database or a template fails.
pub async fn keep_note(
    operation: &mut Operation<'_>,
    member: &Member,
    period: Period,
    text: &str,
    occasion: &str,
) -> Result<(), Fault> {
    write_note(operation, period, text).await?;
    Papers::now(operation, period).await?.send(operation, member, occasion)
}

/// 発行: freezes an edition, and sends it.
///
/// # Errors
/// When the database or a template fails. The inner error says why nothing was frozen.
pub async fn send_issued(
    operation: &mut Operation<'_>,
    member: &Member,
    period: Period,
    occasion: &str,
) -> Result<Result<(), Unreported>, Fault> {
    let reported = match issue(operation, period).await? {
        Ok(reported) => reported,
        Err(why) => return Ok(Err(why)),
    };
    Papers::of(operation, reported)?.send(operation, member, occasion)?;
    Ok(Ok(()))
}
