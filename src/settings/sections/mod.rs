//! The sections of the settings file, one struct per section. The defaults are those of the 在宅医療 desk of fiscal 2025.
//! `values.rs` parses single values; `check.rs` checks rules that concern several keys.

mod faq;
mod mail;
mod support;

use std::{net::SocketAddr, path::PathBuf};

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;
use serde::Deserialize;

use super::values::{
    Period, date, dates, field_key, hours_by_day, list, parsed, parsed_option, socket_option, time_of_day,
    time_zone, times_of_day, weekdays,
};
use crate::desk::calendar::{BusinessTime, ClosedDays, DayHours};
use crate::desk::form::FieldKey;
use crate::words::closed_set;

pub(super) use mail::is_loopback;

pub use faq::Faq;
pub use mail::{After, Delivery, DeliveryKind, Mailbox, MailboxKind, Tls};
pub use support::{Support, SupportAdviser, SupportField};

/// `[desk]`: name and addresses of the desk.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Desk {
    /// Display name in the `From` header field.
    pub name: String,
    /// Name of the secretariat in the signature of the desk's mails.
    pub organization: String,
    /// Mail address that receives inquiries; also the sender address of replies.
    pub address: String,
    /// Other mail addresses that lead to this desk.
    #[serde(deserialize_with = "list")]
    pub aliases: Vec<String>,
    /// Addresses of the desk's own distribution lists (Google Groups, Exchange). Fields that they add to a mail are not the
    /// sender's wish. List an address of the desk here if it is such a list itself.
    #[serde(deserialize_with = "list")]
    pub lists: Vec<String>,
    /// Telephone number in the desk's mails.
    pub telephone: String,
    /// Prefix of ticket numbers: two to six capital letters.
    pub ticket_prefix: String,
    /// What the desk uses inquiries for, as its mails tell inquirers. One sentence a line; empty: nothing is said.
    pub purpose_notice: String,
    /// What inquirers are asked not to write. Empty: nothing is said.
    pub privacy_notice: String,
    /// The people that the desk is for, as its mails say. Empty: nothing is said.
    pub audience: String,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            name: "在宅医療の体制整備・運用に関する相談窓口".into(),
            organization: "地域の在宅医療の体制整備に向けた調査・連携支援事業 事務局".into(),
            address: "zaitaku@tohmatu.co.jp".into(),
            aliases: Vec::new(),
            lists: Vec::new(),
            telephone: "080-4682-1760".into(),
            ticket_prefix: "ZT".into(),
            // 別紙1 注意事項
            purpose_notice: "照会内容は、ガイドブック（在宅医療に必要な連携を担う拠点の整備・運用に関するガイドブック）の改訂の参考とさせていただく可能性がありますことをご了承ください。\nなお、その他の目的では使用いたしません。".into(),
            privacy_notice: "患者・利用者の氏名、生年月日など、個人を特定できる情報はお書きにならないようお願いいたします。".into(),
            // 別紙1 対象者
            audience: "在宅医療の体制整備・運用に関わる皆様（都道府県、拠点、医療機関等）".into(),
        }
    }
}

/// `[form]`: the form that the circular prescribes (事務連絡 別紙1).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Form {
    /// Prescribed subject; default: the one of the circular.
    pub subject: Option<String>,
    /// What inquiries are about, as mails say in front of 「に関するご照会」.
    pub topic: String,
    /// Fields in order; default: the four of the circular.
    pub fields: Vec<Field>,
}

impl Default for Form {
    fn default() -> Self {
        Self { subject: None, topic: "拠点の整備・運用".into(), fields: Vec::new() }
    }
}

/// `[[form.fields]]`: one numbered field.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Key of the field: `organization`, `name`, `contact` or `inquiry`.
    #[serde(deserialize_with = "field_key")]
    pub key: FieldKey,
    /// Label of the field in the circular.
    pub label: String,
    /// Other spellings of the label that inquirers use.
    #[serde(default, deserialize_with = "list")]
    pub aliases: Vec<String>,
}

/// `[window]`: the acceptance window, including both days.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Window {
    /// First day, in the desk's time zone.
    #[serde(deserialize_with = "date")]
    pub opens: NaiveDate,
    /// Last day, in the desk's time zone.
    #[serde(deserialize_with = "date")]
    pub closes: NaiveDate,
}

impl Default for Window {
    fn default() -> Self {
        // 別紙1 実施期間: 令和7年6月27日から令和8年2月28日まで
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap_or_default();
        Self { opens: day(2025, 6, 27), closes: day(2026, 2, 28) }
    }
}

/// `[hours]`: business hours.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Hours {
    /// IANA name of the desk's time zone.
    #[serde(deserialize_with = "time_zone")]
    pub time_zone: Tz,
    /// Weekdays on which the desk is open: `mon` to `sun`.
    #[serde(deserialize_with = "weekdays")]
    pub days: Vec<chrono::Weekday>,
    /// Opening time, `HH:MM`.
    #[serde(deserialize_with = "time_of_day")]
    pub opens: NaiveTime,
    /// Closing time, `HH:MM`.
    #[serde(deserialize_with = "time_of_day")]
    pub closes: NaiveTime,
    /// Hours that differ on single weekdays: `{ fri = "09:00-15:00" }`.
    #[serde(deserialize_with = "hours_by_day")]
    pub by_day: Vec<DayHours>,
    /// Whether the desk is closed on 国民の祝日, 振替休日 and 国民の休日.
    pub public_holidays: bool,
    /// Additional closed days: `12-29..01-03` every year, `2025-08-15` once.
    #[serde(deserialize_with = "list")]
    pub closed: Vec<ClosedDays>,
    /// Dates on which the desk is open although another key says closed.
    #[serde(deserialize_with = "dates")]
    pub open: Vec<NaiveDate>,
}

impl Default for Hours {
    fn default() -> Self {
        use chrono::Weekday::{Fri, Mon, Thu, Tue, Wed};
        // 別紙1 受付時間: 平日9時から17時まで（年末年始を除く）
        let hour = |h| NaiveTime::from_hms_opt(h, 0, 0).unwrap_or_default();
        Self {
            time_zone: Tz::Asia__Tokyo,
            days: vec![Mon, Tue, Wed, Thu, Fri],
            opens: hour(9),
            closes: hour(17),
            by_day: Vec::new(),
            public_holidays: true,
            closed: "12-29..01-03".parse().into_iter().collect(),
            open: Vec::new(),
        }
    }
}

/// `[sla]`: deadlines, in business time.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sla {
    /// Business time from receipt to the deadline.
    #[serde(deserialize_with = "parsed")]
    pub answer_within: BusinessTime,
    /// Business time before the deadline at which staff get a warning.
    #[serde(deserialize_with = "parsed")]
    pub warn_before: BusinessTime,
    /// Business time without a reply after which the desk asks the inquirer again for missing fields.
    #[serde(deserialize_with = "parsed")]
    pub remind_after: BusinessTime,
}

impl Default for Sla {
    fn default() -> Self {
        Self {
            answer_within: BusinessTime::from_hours(16),
            warn_before: BusinessTime::from_hours(4),
            remind_after: BusinessTime::from_hours(24),
        }
    }
}

/// `[database]`: the database.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// Database URL: `sqlite:FILE` or `postgres://…`. It may contain a password, so `Debug` does not print it.
    pub url: String,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: "sqlite:madoguchi.db".into() }
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").field("url", &"[redacted]").finish()
    }
}

/// `[[staff]]`: one member of staff.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staff {
    /// Name of the member, as shown to colleagues.
    pub name: String,
    /// Mail address of the member; identifies mails from the member.
    pub address: String,
    /// Whether the member is a lead. Leads also get escalations and the list of parked mail.
    #[serde(default)]
    pub lead: bool,
    /// Days on which the member is away. Members can also register them by mail.
    #[serde(default)]
    pub absent: Vec<Absent>,
}

/// `absent` of a member: days on which mails to the member go to a substitute.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Absent {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Address of the member who stands in; absent: the leads.
    pub substitute: Option<String>,
}

/// `[[contacts]]`: somebody outside who is asked about tickets (照会先), such as an adviser or the ministry.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Name, as letters address it.
    pub name: String,
    /// Mail address. Mails from it never become inquiries.
    pub address: String,
    /// Other names, as members write them.
    #[serde(default)]
    pub aliases: Vec<String>,
}

closed_set! {
    /// Recipients of the notice about a new ticket: key `new_ticket`.
    NewTicketTo {
        /// All staff.
        All = "all",
        /// All leads.
        Leads = "leads",
        /// The members in turn. The recipient becomes the assignee of the ticket.
        Rotation = "rotation",
        /// No notice; the digest lists the ticket.
        None = "none",
    }
}

/// `[answers]`: answers of staff, and notices to staff.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Answers {
    /// How long an answer waits in the outbox, so that its author can cancel it.
    #[serde(deserialize_with = "parsed")]
    pub undo: Period,
    /// Whether a lead must approve each answer before it is sent.
    pub approval: bool,
    /// Whether each answer waits until a member says 送信, instead of leaving after `undo`.
    pub confirm: bool,
    /// Whether the signature contains the name of the author.
    pub sign_with_name: bool,
    /// Whether answers also go to the people in Cc of the inquiry.
    pub copy_to_cc: bool,
    /// Recipients of the notice about a new ticket: `all`, `leads`, `rotation` or `none`.
    #[serde(deserialize_with = "parsed")]
    pub new_ticket: NewTicketTo,
    /// Messages a day from one sender that staff get a notice of each; of further ones, notices become rarer, and nobody gets their
    /// tickets in turn.
    pub notices_per_sender: u32,
    /// The same for new tickets from one domain.
    pub notices_per_domain: u32,
}

impl Default for Answers {
    fn default() -> Self {
        Self {
            undo: Period(std::time::Duration::from_secs(600)),
            approval: false,
            confirm: false,
            sign_with_name: false,
            copy_to_cc: true,
            new_ticket: NewTicketTo::All,
            notices_per_sender: 5,
            notices_per_domain: 30,
        }
    }
}

/// `[digest]`: the daily digest to staff.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Digest {
    /// Times of day at which the digest is sent on business days.
    #[serde(deserialize_with = "times_of_day")]
    pub at: Vec<NaiveTime>,
}

impl Default for Digest {
    fn default() -> Self {
        Self { at: [9, 13].into_iter().filter_map(|h| NaiveTime::from_hms_opt(h, 0, 0)).collect() }
    }
}

/// `[retention]`: when data is erased. By default nothing is.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Period after receipt or sending at which raw mails are erased, unless their ticket is still without an answer.
    #[serde(deserialize_with = "parsed_option")]
    pub raw_after: Option<Period>,
    /// Period after which 氏名, 連絡先 and mail addresses of a ticket are erased. It starts when the ticket is closed or, if
    /// it was never closed, answered.
    #[serde(deserialize_with = "parsed_option")]
    pub personal_after: Option<Period>,
    /// Whether erasure also removes from texts what may be personal of others: names with titles, ages, addresses, facilities.
    pub third_persons: bool,
}

/// `[report]`: the monthly report.
#[derive(Debug, Clone, Copy, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Report {
    /// Do not show counts below three of single prefectures and kinds of organizations.
    pub suppress: bool,
}

/// `[http]`: health and metrics for monitoring.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Address and port of `/healthz`, `/readyz` and `/metrics`; absent: disabled.
    #[serde(deserialize_with = "socket_option")]
    pub listen: Option<SocketAddr>,
}

closed_set! {
    /// Log format: key `format`.
    LogFormat {
        /// Lines of plain text.
        Text = "text",
        /// One JSON object per line.
        Json = "json",
    }
}

/// `[log]`: the log on stderr.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// Log format: `text` or `json`.
    #[serde(deserialize_with = "parsed")]
    pub format: LogFormat,
    /// Log level: `error`, `warn`, `info`, `debug`, `trace`, or a filter of `tracing-subscriber`.
    pub level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".into() }
    }
}

/// `[templates]`: mail templates of the operator.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Templates {
    /// Folder with templates. For a file that is missing there, the built-in template is used.
    pub dir: Option<PathBuf>,
}
