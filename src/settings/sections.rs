//! The sections of the settings file, one struct a section; every default is the 在宅医療 desk of fiscal 2025.
//! A value is read here and nowhere else; what several keys must say together is checked in `check.rs`.

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

/// `[desk]`: who the desk is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Desk {
    /// The name inquirers see in `From`.
    pub name: String,
    /// The secretariat that signs the desk's mails.
    pub organization: String,
    /// The address inquirers write to.
    pub address: String,
    /// Other addresses that reach this desk.
    #[serde(deserialize_with = "list")]
    pub aliases: Vec<String>,
    /// The desk's telephone number, as it stands in its mails.
    pub telephone: String,
    /// What ticket numbers begin with: two to six capital letters.
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

/// `[form]`: what the circular prescribes.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Form {
    /// The prescribed subject; absent: the circular's.
    pub subject: Option<String>,
    /// The fields in order; absent: the four of the circular.
    pub fields: Vec<Field>,
}

/// `[[form.fields]]`: one numbered field.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// `organization`, `name`, `contact` or `inquiry`.
    #[serde(deserialize_with = "field_key")]
    pub key: FieldKey,
    /// The label as the circular spells it.
    pub label: String,
    /// Other spellings that people use.
    #[serde(default, deserialize_with = "list")]
    pub aliases: Vec<String>,
}

/// `[window]`: the acceptance window, both days included.
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

/// `[hours]`: when the desk is served.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Hours {
    /// IANA name of the desk's time zone.
    #[serde(deserialize_with = "time_zone")]
    pub time_zone: Tz,
    /// Days of the week on which the desk is open.
    #[serde(deserialize_with = "list")]
    pub days: Vec<chrono::Weekday>,
    /// First minute of a day, `HH:MM`.
    #[serde(deserialize_with = "time_of_day")]
    pub opens: NaiveTime,
    /// End of a day, `HH:MM`.
    #[serde(deserialize_with = "time_of_day")]
    pub closes: NaiveTime,
    /// Hours of single days of the week: `{ fri = "09:00-15:00" }`.
    #[serde(deserialize_with = "hours_by_day")]
    pub by_day: Vec<DayHours>,
    /// Whether 国民の祝日, 振替休日 and 国民の休日 are closed.
    pub public_holidays: bool,
    /// Days that are closed besides: `12-29..01-03` every year, `2025-08-15` once.
    #[serde(deserialize_with = "list")]
    pub closed: Vec<ClosedDays>,
    /// Dates that are open in spite of the rules.
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

/// `[sla]`: how soon an answer is owed, in business time.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sla {
    /// Business time from receipt to the deadline.
    #[serde(deserialize_with = "parsed")]
    pub answer_within: BusinessTime,
    /// Business time before the deadline at which staff are warned.
    #[serde(deserialize_with = "parsed")]
    pub warn_before: BusinessTime,
    /// Business time after which an inquirer is asked again for what is missing.
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
    /// How mail is reached: `kind` of `[mailbox]`.
    MailboxKind {
        /// A folder on an IMAP server.
        Imap = "imap",
        /// A Maildir on this machine.
        Maildir = "maildir",
    }
}

closed_set! {
    /// How mail leaves: `kind` of `[delivery]`.
    DeliveryKind {
        /// An SMTP server.
        Smtp = "smtp",
        /// A Maildir on this machine, for rehearsals and demonstrations.
        Maildir = "maildir",
    }
}

closed_set! {
    /// Transport security: `tls`.
    Tls {
        /// TLS from the first byte (RFC 8314).
        Implicit = "implicit",
        /// STARTTLS, and an error where the server refuses it.
        Starttls = "starttls",
        /// None; only for a loopback host.
        None = "none",
    }
}

closed_set! {
    /// What happens to a message in the mailbox once it is accounted for: `after`.
    After {
        /// Nothing.
        Keep = "keep",
        /// It gets the flag `\Seen`.
        Seen = "seen",
        /// It goes to `processed_folder` or `parked_folder`.
        Move = "move",
    }
}

/// `[mailbox]`: where inquiries arrive.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mailbox {
    /// `imap` or `maildir`.
    #[serde(deserialize_with = "parsed")]
    pub kind: MailboxKind,
    /// The Maildir, when `kind = "maildir"`.
    pub path: Option<PathBuf>,
    /// The IMAP server.
    pub host: String,
    /// Its port.
    #[serde(deserialize_with = "port")]
    pub port: u16,
    /// Transport security.
    #[serde(deserialize_with = "parsed")]
    pub tls: Tls,
    /// Login name.
    pub user: String,
    /// The password itself (discouraged: use `password_file`).
    pub password: Option<SecretString>,
    /// A file whose first line is the password.
    pub password_file: Option<PathBuf>,
    /// Access tokens in place of a password.
    pub oauth2: Option<OAuth2>,
    /// A PEM file of certificate authorities to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    /// Our own mail server's name in `Authentication-Results` (RFC 8601); only its results count.
    pub authserv_id: Option<String>,
    /// The folder that is read.
    pub folder: String,
    /// How often the folder is looked at, besides IDLE.
    #[serde(deserialize_with = "parsed")]
    pub poll: Period,
    /// Whether to wait with IDLE (RFC 2177) between polls.
    pub idle: bool,
    /// What happens to a message once it is accounted for.
    #[serde(deserialize_with = "parsed")]
    pub after: After,
    /// Where accounted mail goes with `after = "move"`.
    pub processed_folder: String,
    /// Where parked mail goes with `after = "move"`.
    pub parked_folder: String,
    /// Older mail is filed without any automatic mail. Absent: the moment of the first run.
    #[serde(deserialize_with = "parsed_option")]
    pub accept_since: Option<DateTime<FixedOffset>>,
    /// Larger messages are parked unread.
    #[serde(deserialize_with = "parsed")]
    pub max_message_size: ByteSize,
    /// Business time without any mail, within the window, after which health and the leads' digest say so; `0h`: never.
    #[serde(deserialize_with = "parsed")]
    pub silence_alarm: BusinessTime,
    /// Time limit of each network verb.
    #[serde(deserialize_with = "parsed")]
    pub timeout: Period,
    /// How often a message that cannot be processed is tried before it is parked.
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

/// `[delivery]`: how the desk's mail leaves.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Delivery {
    /// `smtp` or `maildir`.
    #[serde(deserialize_with = "parsed")]
    pub kind: DeliveryKind,
    /// The Maildir, when `kind = "maildir"`.
    pub path: Option<PathBuf>,
    /// The SMTP server.
    pub host: String,
    /// Its port.
    #[serde(deserialize_with = "port")]
    pub port: u16,
    /// Transport security.
    #[serde(deserialize_with = "parsed")]
    pub tls: Tls,
    /// Login name; absent: the server asks for none.
    pub user: Option<String>,
    /// The password itself (discouraged: use `password_file`).
    pub password: Option<SecretString>,
    /// A file whose first line is the password.
    pub password_file: Option<PathBuf>,
    /// Access tokens in place of a password.
    pub oauth2: Option<OAuth2>,
    /// A PEM file of certificate authorities to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    /// Automatic mails a day, all recipients together.
    pub daily_limit: u32,
    /// Automatic mails a day to one address.
    pub per_sender_daily_limit: u32,
    /// Automatic mails a day in one thread.
    pub per_thread_daily_limit: u32,
    /// Connections to the SMTP server that are used side by side.
    pub connections: u32,
    /// How long a mail that meets temporary failures is tried (RFC 5321, 4.5.4.1).
    #[serde(deserialize_with = "parsed")]
    pub retry_for: Period,
    /// Time limit of each network verb.
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

/// `[database]`: where the desk remembers.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `sqlite:FILE` or `postgres://…`. Holds a password at times, so Debug does not print it.
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

/// `[[staff]]`: one member of the secretariat.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staff {
    /// As colleagues know them.
    pub name: String,
    /// The address they write from.
    pub address: String,
    /// Leads also get escalations and the parked list.
    #[serde(default)]
    pub lead: bool,
}

closed_set! {
    /// Who is told of a new ticket: `new_ticket`.
    NewTicketTo {
        /// Everybody in `[[staff]]`.
        All = "all",
        /// The leads.
        Leads = "leads",
        /// One member after the other, who is set as its assignee.
        Rotation = "rotation",
        /// Nobody: the digest shows it.
        None = "none",
    }
}

/// `[answers]`: what staff send.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Answers {
    /// How long an answer waits in the outbox, so that its writer can stop it.
    #[serde(deserialize_with = "parsed")]
    pub undo: Period,
    /// Whether a lead has to let each answer leave.
    pub approval: bool,
    /// Whether the signature names who wrote the answer.
    pub sign_with_name: bool,
    /// Who is told of a new ticket.
    #[serde(deserialize_with = "parsed")]
    pub new_ticket: NewTicketTo,
}

impl Default for Answers {
    fn default() -> Self {
        Self {
            undo: Period(std::time::Duration::from_secs(600)),
            approval: false,
            sign_with_name: false,
            new_ticket: NewTicketTo::All,
        }
    }
}

/// `[digest]`: when staff get their list.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Digest {
    /// Times of day, on business days.
    #[serde(deserialize_with = "times_of_day")]
    pub at: Vec<NaiveTime>,
}

impl Default for Digest {
    fn default() -> Self {
        Self { at: [9, 13].into_iter().filter_map(|h| NaiveTime::from_hms_opt(h, 0, 0)).collect() }
    }
}

/// `[retention]`: what is forgotten, and when. Without it everything is kept.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Raw mails are erased so long after they came or went, unless their ticket still owes an answer.
    #[serde(deserialize_with = "parsed_option")]
    pub raw_after: Option<Period>,
    /// 氏名, 連絡先 and addresses are erased so long after a ticket was closed or, if it never was, answered.
    #[serde(deserialize_with = "parsed_option")]
    pub personal_after: Option<Period>,
}

/// `[http]`: health for monitoring.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Address and port of `/healthz` and `/readyz`; absent: off.
    #[serde(deserialize_with = "parsed_option")]
    pub listen: Option<SocketAddr>,
}

closed_set! {
    /// Form of the log: `format`.
    LogFormat {
        /// Lines for people.
        Text = "text",
        /// One JSON object a line.
        Json = "json",
    }
}

/// `[log]`: what the daemon says on stderr.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `text` or `json`.
    #[serde(deserialize_with = "parsed")]
    pub format: LogFormat,
    /// `error`, `warn`, `info`, `debug` or `trace`, or a `tracing` filter.
    pub level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".into() }
    }
}

/// `[templates]`: the operator's own wording.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Templates {
    /// A folder like the project's `templates/`; a file that is absent there is the built-in one.
    pub dir: Option<PathBuf>,
}

fn field_key<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<FieldKey, D::Error> {
    let read = |text: &str| FieldKey::ALL.into_iter().find(|key| key.as_str() == text);
    wanted(deserializer, read, "organization, name, contact or inquiry")
}

fn date<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    wanted(deserializer, |text| text.parse().ok(), "a date such as \"2025-06-27\"")
}

fn time_zone<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Tz, D::Error> {
    wanted(deserializer, |text| text.parse().ok(), "an IANA time zone such as \"Asia/Tokyo\"")
}

fn time_of_day<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<NaiveTime, D::Error> {
    wanted(deserializer, read_time, "a time of day such as \"09:00\"")
}

fn hours_by_day<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<DayHours>, D::Error> {
    let written: BTreeMap<String, String> = BTreeMap::deserialize(deserializer)?;
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
    written.iter().map(|one| read(one).ok_or_else(|| wrong(one))).collect()
}

fn port<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    wanted(deserializer, |text| text.parse().ok().filter(|port| *port != 0), "a port from 1 to 65535")
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

fn wanted<'de, D: serde::Deserializer<'de>, T>(
    deserializer: D,
    read: impl Fn(&str) -> Option<T>,
    allowed: &str,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    read(&text)
        .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is not allowed; allowed: {allowed}")))
}
