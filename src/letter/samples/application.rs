//! Sample values for the letters about applications.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::number;
use crate::{
    desk::{
        application::{
            ApplicationForm, ApplicationMember, Call, Check, CheckLevel, CheckRule, FormFinding, Issue,
            Representative, Stage, Submitted, Unit, Unread,
        },
        triage::Rules,
    },
    letter::{
        ApplicationContext, ApplicationFacts, ApplicationNoticeContext, Bringing, Content, Profile,
        ReceiptContext, StaffCommon, StaffTicket, stage_in_words,
    },
    mail::Mailbox,
};

/// The call of the built-in desk, for a desk that has none.
pub(super) fn call(rules: &Rules) -> Call {
    if let Some(support) = &rules.support {
        return support.call.clone();
    }
    let day = |month, day| NaiveDate::from_ymd_opt(2025, month, day).unwrap_or_default();
    Call {
        title: "伴走支援".to_owned(),
        opens: day(6, 25),
        closes: day(7, 31),
        results_by: day(8, 14),
        starts: day(8, 1),
        ends: day(12, 26),
        places: 1,
        meetings: 3..=4,
        visits: 3,
        members: 10..=15,
        time_zone: rules.calendar.time_zone(),
    }
}

/// When the mail came: half an hour before the deadline, or ten seconds after it.
fn received_at(call: &Call, in_time: bool) -> DateTime<Utc> {
    let closed = call.closes.succ_opt().unwrap_or(call.closes).and_hms_opt(0, 0, 0).unwrap_or_default();
    let closed =
        closed.and_local_timezone(call.time_zone).earliest().map(|at| at.to_utc()).unwrap_or_default();
    if in_time { closed - TimeDelta::minutes(30) } else { closed + TimeDelta::seconds(10) }
}

fn form() -> ApplicationForm {
    let member = |no, organization: &str, profession: &str| ApplicationMember {
        no,
        organization: organization.to_owned(),
        profession: profession.to_owned(),
        ..ApplicationMember::default()
    };
    ApplicationForm {
        prefecture: "岩手県".to_owned(),
        unit: Some(Unit::CareArea),
        area: "星川在宅医療圏域".to_owned(),
        representative: Representative {
            organization: "星川市".to_owned(),
            department: "健康福祉部".to_owned(),
            name: "高橋 真由美".to_owned(),
            position: "課長".to_owned(),
            telephone: "0190-00-1201".to_owned(),
            email: String::new(),
            ..Representative::default()
        },
        reason: "外部の助言を得て、役割分担を整理したい。".to_owned(),
        issues: vec![Issue::Coordination, Issue::Disaster],
        members: vec![member(1, "星川在宅医療連携拠点", "看護師"), member(2, "岩手県", "事務")],
        ..ApplicationForm::default()
    }
}

fn submitted(file: &str, result: Result<ApplicationForm, Unread>) -> Submitted {
    Submitted {
        part: 0,
        file: file.to_owned(),
        inner_name: None,
        format: crate::paper::Format::Docx,
        result: result.map(|form| (form, vec![FormFinding::TrackedChanges])),
    }
}

fn checks() -> Vec<Check> {
    let check = |rule, level, detail: &str| Check { rule, level, detail: detail.to_owned() };
    vec![
        check(CheckRule::InTime, CheckLevel::Look, "10"),
        check(CheckRule::Sender, CheckLevel::Ok, ""),
        check(CheckRule::Representative, CheckLevel::Missing, "email"),
        check(CheckRule::MembersCount, CheckLevel::Look, "2"),
        check(CheckRule::Repeated, CheckLevel::Look, "ZT-2025-0007"),
    ]
}

/// Two regions before the deadline, one of which nobody could read; or a second form after it.
pub(super) fn receipt(profile: &Profile, rules: &Rules, full: bool) -> Content {
    let call = call(rules);
    let (read, unread) =
        (submitted("申込書.docx", Ok(form())), submitted("申込書2.zip", Err(Unread::Password)));
    let (first, second) = (number(1).to_string(), number(2).to_string());
    let checks = checks();
    let facts = ApplicationFacts {
        number: &first,
        submitted: &read,
        checks: if full { &checks } else { &[] },
        version: if full { 1 } else { 2 },
        previous: (!full).then(|| (received_at(&call, true), None)),
        is_same: false,
        in_force: full,
    };
    let mut applications = vec![ApplicationContext::new(rules, &facts)];
    if full {
        let other = ApplicationFacts { number: &second, submitted: &unread, checks: &[], ..facts };
        applications.push(ApplicationContext::new(rules, &other));
    }
    let others: &[&str] = if full { &["地域の概況.pdf"] } else { &[] };
    let at = received_at(&call, full);
    let name = full.then(|| "及川 恵".to_owned());
    let from = Mailbox { name, address: "oikawa@pref.iwate.example.jp".to_owned() };
    let came = (&from, at);
    Content::ApplicationReceived(ReceiptContext::new(profile, rules, &call, came, applications, others))
}

/// A second form after the deadline, or a file that nobody could read.
pub(super) fn notice(common: StaffCommon, rules: &Rules, ticket: StaffTicket, full: bool) -> Content {
    let call = call(rules);
    let submitted = if full {
        submitted("申込書.docx", Ok(form()))
    } else {
        submitted("申込書.pdf", Err(Unread::NoText))
    };
    let (number, checks) = (number(1).to_string(), checks());
    let before = ApplicationForm { area: "星川圏域".to_owned(), ..form() };
    let facts = ApplicationFacts {
        number: &number,
        submitted: &submitted,
        checks: if full { &checks } else { &[] },
        version: if full { 2 } else { 1 },
        previous: full.then_some((received_at(&call, true), Some(&before))),
        is_same: false,
        in_force: !full,
    };
    let at = received_at(&call, !full);
    let mail = Bringing {
        from: "oikawa@pref.iwate.example.jp",
        received_at: at,
        dated: Some((at - TimeDelta::minutes(2)).fixed_offset()),
        others: if full { &["地域の概況.pdf"] } else { &[] },
        text: if full { "申込書を差し替えます。" } else { "" },
    };
    let remarks = Vec::new();
    let application = ApplicationContext::new(rules, &facts);
    let shown = (ticket, application, stage_in_words(Stage::Received));
    Content::NewApplication(Box::new(ApplicationNoticeContext::new(
        common,
        (rules, &call),
        shown,
        &mail,
        remarks,
    )))
}
