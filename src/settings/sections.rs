//! The sections of the settings file, one struct per section. The defaults are those of the 在宅医療 desk of fiscal 2025.
//! This file parses single values; `check.rs` checks rules that concern several keys.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use secrecy::SecretString;
use serde::Deserialize;

use super::oauth2::OAuth2;
use super::values::{ByteSize, Period, list, parsed, parsed_option};
use crate::desk::calendar::{BusinessTime, ClosedDays, DayHours};
use crate::desk::form::FieldKey;
use crate::words::closed_set;

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
    /// Telephone number in the desk's mails.
    pub telephone: String,
    /// Prefix of ticket numbers: two to six capital letters.
    pub ticket_prefix: String,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            name: "在宅医療の体制整備・運用に関する相談窓口".into(),
            organization: "地域の在宅医療の体制整備に向けた調査・連携支援事業 事務局".into(),
            address: "zaitaku@tohmatu.co.jp".into(),
            aliases: Vec::new(),
            telephone: "080-4682-1760".into(),
            ticket_prefix: "ZT".into(),
        }
    }
}

/// `[form]`: the form that the circular prescribes (事務連絡 別紙1).
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Form {
    /// Prescribed subject; default: the one of the circular.
    pub subject: Option<String>,
    /// Fields in order; default: the four of the circular.
    pub fields: Vec<Field>,
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
    #[serde(deserialize_with = "list")]
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
    #[serde(deserialize_with = "list")]
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

closed_set! {
    /// Kind of mailbox: key `kind` of `[mailbox]`.
    MailboxKind {
        /// A folder on an IMAP server.
        Imap = "imap",
        /// A local Maildir.
        Maildir = "maildir",
    }
}

closed_set! {
    /// Kind of delivery: key `kind` of `[delivery]`.
    DeliveryKind {
        /// An SMTP server.
        Smtp = "smtp",
        /// A local Maildir, for rehearsals and demonstrations. No mail is sent.
        Maildir = "maildir",
    }
}

closed_set! {
    /// Transport security: key `tls`.
    Tls {
        /// Implicit TLS (RFC 8314).
        Implicit = "implicit",
        /// STARTTLS; an error if the server refuses it.
        Starttls = "starttls",
        /// No encryption; allowed only for a loopback host.
        None = "none",
    }
}

closed_set! {
    /// What to do with a message in the mailbox once it is in the ledger: key `after`.
    After {
        /// Leave the message as it is.
        Keep = "keep",
        /// Set the flag `\Seen`.
        Seen = "seen",
        /// Move the message to `processed_folder` or `parked_folder`.
        Move = "move",
    }
}

/// `[mailbox]`: the mailbox that receives inquiries.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mailbox {
    /// Kind of mailbox: `imap` or `maildir`.
    #[serde(deserialize_with = "parsed")]
    pub kind: MailboxKind,
    /// Path of the Maildir, if `kind = "maildir"`.
    pub path: Option<PathBuf>,
    /// Host name of the IMAP server.
    pub host: String,
    /// Port of the server: 1 to 65535.
    #[serde(deserialize_with = "port")]
    pub port: u16,
    /// Transport security: `implicit`, `starttls` or `none`.
    #[serde(deserialize_with = "parsed")]
    pub tls: Tls,
    /// Login name.
    pub user: String,
    /// Password (discouraged: use `password_file`).
    pub password: Option<SecretString>,
    /// File whose first line is the password.
    pub password_file: Option<PathBuf>,
    /// Access tokens instead of a password.
    pub oauth2: Option<OAuth2>,
    /// PEM file of certificate authorities to trust in addition to those of the system.
    pub ca_file: Option<PathBuf>,
    /// Name of our own mail server in `Authentication-Results` (RFC 8601). The desk trusts only results with this name.
    pub authserv_id: Option<String>,
    /// IMAP folder to read.
    pub folder: String,
    /// Interval between checks for new mail, with or without IDLE.
    #[serde(deserialize_with = "parsed")]
    pub poll: Period,
    /// Whether to use IDLE (RFC 2177) between polls.
    pub idle: bool,
    /// What to do with a message once it is in the ledger: `keep`, `seen` or `move`.
    #[serde(deserialize_with = "parsed")]
    pub after: After,
    /// Target folder of processed mail with `after = "move"`.
    pub processed_folder: String,
    /// Target folder of parked mail with `after = "move"`.
    pub parked_folder: String,
    /// Mail received before this time is filed without any automatic mail. Default: the time of the first run.
    #[serde(deserialize_with = "parsed_option")]
    pub accept_since: Option<DateTime<FixedOffset>>,
    /// Larger messages are parked without reading their content.
    #[serde(deserialize_with = "parsed")]
    pub max_message_size: ByteSize,
    /// Business time without any mail within the window, after which health and the leads' digest warn; `0h`: never.
    #[serde(deserialize_with = "parsed")]
    pub silence_alarm: BusinessTime,
    /// Timeout of each network command.
    #[serde(deserialize_with = "parsed")]
    pub timeout: Period,
    /// Number of attempts for a message that cannot be processed or is unfetchable, before it is parked.
    pub max_attempts: u32,
}

impl Default for Mailbox {
    fn default() -> Self {
        Self {
            kind: MailboxKind::Imap,
            path: None,
            host: String::new(),
            port: 993,
            tls: Tls::Implicit,
            user: String::new(),
            password: None,
            password_file: None,
            oauth2: None,
            ca_file: None,
            authserv_id: None,
            folder: "INBOX".into(),
            poll: Period(std::time::Duration::from_secs(60)),
            idle: true,
            after: After::Keep,
            processed_folder: "処理済".into(),
            parked_folder: "保留".into(),
            accept_since: None,
            max_message_size: ByteSize(25_000_000),
            silence_alarm: BusinessTime::from_hours(40),
            timeout: Period(std::time::Duration::from_secs(60)),
            max_attempts: 5,
        }
    }
}

/// `[delivery]`: outgoing mail.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Delivery {
    /// Kind of delivery: `smtp` or `maildir`.
    #[serde(deserialize_with = "parsed")]
    pub kind: DeliveryKind,
    /// Path of the Maildir, if `kind = "maildir"`.
    pub path: Option<PathBuf>,
    /// Host name of the SMTP server.
    pub host: String,
    /// Port of the server: 1 to 65535.
    #[serde(deserialize_with = "port")]
    pub port: u16,
    /// Transport security: `implicit`, `starttls` or `none`.
    #[serde(deserialize_with = "parsed")]
    pub tls: Tls,
    /// Login name; absent if the server requires no login.
    pub user: Option<String>,
    /// Password (discouraged: use `password_file`).
    pub password: Option<SecretString>,
    /// File whose first line is the password.
    pub password_file: Option<PathBuf>,
    /// Access tokens instead of a password.
    pub oauth2: Option<OAuth2>,
    /// PEM file of certificate authorities to trust in addition to those of the system.
    pub ca_file: Option<PathBuf>,
    /// Daily limit of automatic mails to all recipients together.
    pub daily_limit: u32,
    /// Daily limit of automatic mails to one address.
    pub per_sender_daily_limit: u32,
    /// Daily limit of automatic mails in one thread.
    pub per_thread_daily_limit: u32,
    /// Number of parallel connections to the SMTP server: 1 to 64.
    pub connections: u32,
    /// How long to retry a mail after temporary failures (RFC 5321, 4.5.4.1).
    #[serde(deserialize_with = "parsed")]
    pub retry_for: Period,
    /// Timeout of each network command.
    #[serde(deserialize_with = "parsed")]
    pub timeout: Period,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            kind: DeliveryKind::Smtp,
            path: None,
            host: String::new(),
            port: 587,
            tls: Tls::Starttls,
            user: None,
            password: None,
            password_file: None,
            oauth2: None,
            ca_file: None,
            daily_limit: 2000,
            per_sender_daily_limit: 5,
            per_thread_daily_limit: 3,
            connections: 4,
            retry_for: Period(std::time::Duration::from_secs(48 * 3600)),
            timeout: Period(std::time::Duration::from_secs(30)),
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

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").field("url", &"[redacted]").finish()
    }
}

impl Default for Database {
    fn default() -> Self {
        Self { url: "sqlite:madoguchi.db".into() }
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
    /// Recipients of the notice about a new ticket: `all`, `leads`, `rotation` or `none`.
    #[serde(deserialize_with = "parsed")]
    pub new_ticket: NewTicketTo,
}

impl Default for Answers {
    fn default() -> Self {
        Self {
            undo: Period(std::time::Duration::from_secs(600)),
            approval: false,
            confirm: false,
            sign_with_name: false,
            new_ticket: NewTicketTo::All,
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
}

/// `[http]`: health and metrics for monitoring.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Address and port of `/healthz`, `/readyz` and `/metrics`; absent: disabled.
    #[serde(deserialize_with = "parsed_option")]
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

fn field_key<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<FieldKey, D::Error> {
    parsed_with(deserializer, |text| text.parse().ok(), "organization, name, contact or inquiry")
}

fn date<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    parsed_with(deserializer, |text| text.parse().ok(), "a date such as \"2025-06-27\"")
}

fn time_zone<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Tz, D::Error> {
    parsed_with(deserializer, |text| text.parse().ok(), "an IANA time zone such as \"Asia/Tokyo\"")
}

fn time_of_day<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<NaiveTime, D::Error> {
    parsed_with(deserializer, read_time, "a time of day such as \"09:00\"")
}

fn hours_by_day<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<DayHours>, D::Error> {
    let entries: BTreeMap<String, String> = BTreeMap::deserialize(deserializer)?;
    let read = |(day, hours): (&String, &String)| {
        let (opens, closes) = hours.split_once('-')?;
        let (opens, closes) = (read_time(opens)?, read_time(closes)?);
        (opens < closes).then_some(DayHours { day: day.parse().ok()?, opens, closes })
    };
    let wrong = |(day, hours): (&String, &String)| {
        serde::de::Error::custom(format!(
            "{day} = {hours:?} is not allowed; allowed: a day of the week and its hours, such as fri = \"09:00-15:00\""
        ))
    };
    entries.iter().map(|entry| read(entry).ok_or_else(|| wrong(entry))).collect()
}

fn port<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    parsed_with(deserializer, |text| text.parse().ok().filter(|port| *port != 0), "a port from 1 to 65535")
}

fn times_of_day<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<NaiveTime>, D::Error> {
    let items: Vec<String> = list(deserializer)?;
    let wrong = |item: &String| {
        serde::de::Error::custom(format!("{item:?} is not a time of day; allowed: \"09:00\""))
    };
    items.iter().map(|item| read_time(item).ok_or_else(|| wrong(item))).collect()
}

fn read_time(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text.trim(), "%H:%M").ok()
}

/// Parses a value from its text, or fails with the allowed form.
fn parsed_with<'de, D: serde::Deserializer<'de>, T>(
    deserializer: D,
    read: impl Fn(&str) -> Option<T>,
    allowed: &str,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    read(&text)
        .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is not allowed; allowed: {allowed}")))
}
