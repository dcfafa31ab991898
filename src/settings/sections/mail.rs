//! The sections for mail servers: `[mailbox]`, where mail comes from, and `[delivery]`, where it goes.

use std::path::PathBuf;

use chrono::{DateTime, FixedOffset};
use secrecy::SecretString;
use serde::Deserialize;

use crate::desk::calendar::BusinessTime;
use crate::settings::{
    oauth2::OAuth2,
    values::{ByteSize, Period, instant_option, parsed, port},
};
use crate::words::closed_set;

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
    #[serde(deserialize_with = "instant_option")]
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
    /// Daily limit of automatic mails to one domain; absent: half of `daily_limit`, but at least 100.
    pub per_domain_daily_limit: Option<u32>,
    /// Daily limit of automatic mails to one address.
    pub per_sender_daily_limit: u32,
    /// Daily limit of automatic mails in one thread.
    pub per_thread_daily_limit: u32,
    /// Largest mail of the desk's, without files that staff attach: at least 100kB. A longer text is shortened.
    #[serde(deserialize_with = "parsed")]
    pub max_mail_size: ByteSize,
    /// Number of parallel connections to the SMTP server: 1 to 64.
    pub connections: u32,
    /// How long to retry a mail after temporary failures of its own (RFC 5321, 4.5.4.1).
    #[serde(deserialize_with = "parsed")]
    pub retry_for: Period,
    /// Name that EHLO says; default: this machine's full name, else its address.
    pub helo: Option<String>,
    /// Timeout of each reply (RFC 5321, 4.5.3.2). Connecting takes 30 s at most.
    #[serde(deserialize_with = "parsed")]
    pub timeout: Period,
    /// Timeout of the reply to the end of a mail (RFC 5321, 4.5.3.2.6): up to 30 minutes.
    #[serde(deserialize_with = "parsed")]
    pub end_timeout: Period,
}

impl Delivery {
    /// See `per_domain_daily_limit`.
    #[must_use]
    pub fn domain_limit(&self) -> u32 {
        /// Where few mails may leave in all, half of them would be no more than one town hall gets.
        const LEAST: u32 = 100;
        self.per_domain_daily_limit.unwrap_or((self.daily_limit / 2).max(LEAST))
    }

    /// Whether mails may reach people. A test server listens on this machine, on a port that needs no rights; a mail server
    /// of this machine has one of the reserved ports.
    #[must_use]
    pub fn reaches_people(&self) -> bool {
        const RESERVED: std::ops::Range<u16> = 0..1024;
        self.kind == DeliveryKind::Smtp
            && !self.host.is_empty()
            && (!is_loopback(&self.host) || RESERVED.contains(&self.port))
    }
}

/// Whether a host is this machine.
pub(in crate::settings) fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
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
            per_domain_daily_limit: None,
            per_sender_daily_limit: 5,
            per_thread_daily_limit: 3,
            max_mail_size: ByteSize(1_000_000),
            connections: 4,
            retry_for: Period(std::time::Duration::from_secs(48 * 3600)),
            helo: None,
            timeout: Period(std::time::Duration::from_secs(300)),
            end_timeout: Period(std::time::Duration::from_secs(600)),
        }
    }
}
