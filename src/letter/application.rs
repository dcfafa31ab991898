//! Applications for the 伴走支援 in words: the receipt to the sender, and the notice to staff.
//! `desk::application` decides what is checked.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::{
    StaffCommon, StaffTicket, addressee,
    application_words::{
        check_in_words, field_in_words, finding_in_words, issue_in_words, mark, unread_in_words,
    },
    bounds::{Shown, for_staff},
    inquirer::{DeskContext, Profile},
    officer,
};
use crate::{
    desk::{
        application::{ApplicationForm, Call, Check, CheckLevel, CheckRule, Submitted},
        japanese_time::{official, official_date, official_instant},
        own_marks,
        triage::Rules,
    },
    mail::Mailbox,
};

/// Files that a letter names.
const MOST_FILES: usize = 20;

/// The call, as letters name it.
#[derive(Debug, Clone, Serialize)]
pub struct SupportContext {
    /// `support.title`
    pub title: String,
    /// Last day for applications.
    pub closes: String,
    /// Last day for the results.
    pub results_by: String,
    /// First and last day of the support, without the days of the week.
    pub starts: String,
    pub ends: String,
    /// How many meetings: 「3～4」.
    pub meetings: String,
}

impl From<&Call> for SupportContext {
    fn from(call: &Call) -> Self {
        let (least, most) = (call.meetings.start(), call.meetings.end());
        Self {
            title: call.title.clone(),
            closes: official(call.closes),
            results_by: official(call.results_by),
            starts: official_date(call.starts),
            ends: official_date(call.ends),
            meetings: if least == most { least.to_string() } else { format!("{least}～{most}") },
        }
    }
}

/// What a letter about an application is written from.
#[derive(Debug, Clone, Copy)]
pub struct ApplicationFacts<'a> {
    pub number: &'a str,
    pub submitted: &'a Submitted,
    pub checks: &'a [Check],
    /// From 1.
    pub version: usize,
    /// When the form before it was received, and its content.
    pub previous: Option<(DateTime<Utc>, Option<&'a ApplicationForm>)>,
    /// The application has this form already.
    pub is_same: bool,
    pub in_force: bool,
}

/// An application in words. Unknown values are empty.
#[derive(Debug, Clone, Serialize)]
pub struct ApplicationContext {
    pub number: String,
    pub prefecture: String,
    pub area: String,
    /// Name of the attachment, and of the file in it.
    pub file: String,
    pub version: usize,
    /// When the form before it was received.
    pub previous: String,
    /// The fields that differ from the form before it.
    pub changed: Vec<&'static str>,
    /// The application has this form already.
    pub same: bool,
    /// The form waits for a person.
    pub held: bool,
    /// Why nobody could read the file; empty where it was read.
    pub unread: &'static str,
    /// 所属, 部署, 役職 and 氏名 of the representative.
    pub representative: String,
    pub contact: String,
    pub issues: Vec<&'static str>,
    pub members: usize,
    /// What the sender is asked for.
    pub questions: Vec<String>,
    /// What the desk has checked, each with its mark.
    pub checks: Vec<CheckContext>,
    /// What is unusual about the file.
    pub findings: Vec<&'static str>,
}

#[derive(Debug, Clone, Serialize)]
pub struct CheckContext {
    /// ○, △ or ×.
    pub mark: &'static str,
    pub text: String,
}

impl ApplicationContext {
    #[must_use]
    pub fn new(rules: &Rules, facts: &ApplicationFacts<'_>) -> Self {
        let (form, findings) = match &facts.submitted.result {
            Ok((form, findings)) => (Some(form), findings.as_slice()),
            Err(_) => (None, &[][..]),
        };
        let blank = ApplicationForm::default();
        let shown = form.unwrap_or(&blank);
        let person = &shown.representative;
        let joined = |parts: &[&str]| {
            let parts: Vec<String> =
                parts.iter().filter(|part| !part.is_empty()).map(|part| short(part)).collect();
            parts.join("　")
        };
        let zone = rules.calendar.time_zone();
        let file = facts.submitted;
        let file = match &file.inner_name {
            Some(inner) => format!("{}（{}）", short(&file.file), short(inner)),
            None => short(&file.file),
        };
        let before = facts.previous.and_then(|(_, form)| form);
        Self {
            number: facts.number.to_owned(),
            prefecture: short(&shown.prefecture),
            area: short(&shown.area),
            file,
            version: facts.version,
            previous: facts.previous.map(|(at, _)| official_instant(at, zone)).unwrap_or_default(),
            changed: form.zip(before).map(|(form, before)| changed(before, form)).unwrap_or_default(),
            same: facts.is_same,
            held: !facts.in_force && !facts.is_same,
            unread: facts.submitted.result.as_ref().err().map_or("", |why| unread_in_words(*why)),
            representative: joined(&[
                &person.organization,
                &person.department,
                &person.position,
                &person.name,
            ]),
            contact: joined(&[&person.telephone, &person.email]),
            issues: shown.issues.iter().map(|issue| issue_in_words(*issue)).collect(),
            members: shown.members.len(),
            questions: if form.is_some() { questions(shown, facts.checks) } else { Vec::new() },
            checks: facts
                .checks
                .iter()
                .filter(|check| check.rule != CheckRule::Findings)
                .map(shown_check)
                .collect(),
            findings: findings.iter().map(|finding| finding_in_words(*finding)).collect(),
        }
    }
}

fn shown_check(check: &Check) -> CheckContext {
    CheckContext { mark: mark(check.level), text: for_staff(&check_in_words(check), Shown::Beginning) }
}

fn short(text: &str) -> String {
    let line: Vec<&str> = text.split_whitespace().collect();
    for_staff(&line.join(" "), Shown::Line)
}

/// The fields that differ between two forms.
#[must_use]
pub fn changed(before: &ApplicationForm, after: &ApplicationForm) -> Vec<&'static str> {
    use crate::desk::application::ApplicationField as F;
    let differs = |field: &F| match field {
        F::Issues => before.issues != after.issues,
        F::Members => before.members != after.members,
        field => before.text(*field) != after.text(*field),
    };
    F::ALL.iter().copied().filter(differs).map(field_in_words).collect()
}

/// What the sender is asked to look at: only what is missing. Questions of judgement are staff's, not theirs.
fn questions(form: &ApplicationForm, checks: &[Check]) -> Vec<String> {
    let missing: Vec<&str> = form.missing().into_iter().map(field_in_words).collect();
    let mut questions = Vec::new();
    if form.is_blank() {
        return vec![
            "記入された内容を確認できませんでした。記入前の様式をお送りいただいた可能性がございます。"
                .to_owned(),
        ];
    }
    if !missing.is_empty() {
        questions.push(format!("次の項目の記載を確認できませんでした：{}", missing.join("、")));
    }
    // Fields that are filled in, and cannot be used: an address, a telephone number.
    let faulty = checks.iter().filter(|check| check.level == CheckLevel::Missing && missing.is_empty());
    questions.extend(faulty.map(|check| own_marks::disarmed(&check_in_words(check))));
    questions
}

/// The values of the receipt to the sender of applications.
#[derive(Debug, Clone, Serialize)]
pub struct ReceiptContext {
    pub desk: DeskContext,
    pub support: SupportContext,
    /// Opening hours.
    pub hours: String,
    /// The first lines.
    pub recipient: String,
    pub received: String,
    /// The mail came after the deadline.
    pub late: bool,
    /// At least one.
    pub applications: Vec<ApplicationContext>,
    /// Other files of the mail.
    pub others: Vec<String>,
}

impl ReceiptContext {
    #[must_use]
    pub fn new(
        profile: &Profile,
        rules: &Rules,
        call: &Call,
        (from, received_at): (&Mailbox, DateTime<Utc>),
        applications: Vec<ApplicationContext>,
        others: &[&str],
    ) -> Self {
        let (organization, name) = officer(from);
        Self {
            desk: profile.into(),
            support: call.into(),
            hours: profile.hours.clone(),
            recipient: addressee(Some(&organization), Some(&name)),
            received: official_instant(received_at, rules.calendar.time_zone()),
            late: call.late_by(received_at).is_some(),
            applications,
            others: others.iter().take(MOST_FILES).map(|name| short(name)).collect(),
        }
    }
}

/// The values of the notice to staff about one application.
#[derive(Debug, Clone, Serialize)]
pub struct ApplicationNoticeContext {
    #[serde(flatten)]
    pub common: StaffCommon,
    pub ticket: StaffTicket,
    pub application: ApplicationContext,
    /// Where it stands: 受理 or 要確認.
    pub stage: &'static str,
    /// Name and address of the sender.
    pub from: String,
    pub received: String,
    /// By how much the deadline was missed; empty if it was not.
    pub late: String,
    /// The Date field of a late mail.
    pub claimed: String,
    /// Names of the other files of the mail.
    pub others: Vec<String>,
    /// Own text of the sender.
    pub news: String,
    pub remarks: Vec<String>,
}

/// The mail that brought an application, as a notice shows it.
#[derive(Debug, Clone, Copy)]
pub struct Bringing<'a> {
    pub from: &'a str,
    pub received_at: DateTime<Utc>,
    pub dated: Option<DateTime<chrono::FixedOffset>>,
    pub others: &'a [&'a str],
    pub text: &'a str,
}

impl ApplicationNoticeContext {
    #[must_use]
    pub fn new(
        common: StaffCommon,
        (rules, call): (&Rules, &Call),
        (ticket, application, stage): (StaffTicket, ApplicationContext, &'static str),
        mail: &Bringing<'_>,
        remarks: Vec<String>,
    ) -> Self {
        let zone = rules.calendar.time_zone();
        let late = call.late_by(mail.received_at);
        let claimed = mail.dated.filter(|_| late.is_some()).map(|date| official_instant(date.to_utc(), zone));
        Self {
            common,
            ticket,
            application,
            stage,
            from: short(mail.from),
            received: official_instant(mail.received_at, zone),
            late: late.map(late_in_words).unwrap_or_default(),
            claimed: claimed.unwrap_or_default(),
            others: mail.others.iter().take(MOST_FILES).map(|name| short(name)).collect(),
            news: for_staff(mail.text, Shown::Whole),
            remarks,
        }
    }
}

/// 「10秒」, 「3分」, 「2時間5分」, 「3日」
#[must_use]
pub fn late_in_words(late: TimeDelta) -> String {
    let (days, hours, minutes) = (late.num_days(), late.num_hours() % 24, late.num_minutes() % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{}秒", late.num_seconds()),
        (0, 0, minutes) => format!("{minutes}分"),
        (0, hours, 0) => format!("{hours}時間"),
        (0, hours, minutes) => format!("{hours}時間{minutes}分"),
        (days, 0, _) => format!("{days}日"),
        (days, hours, _) => format!("{days}日{hours}時間"),
    }
}
