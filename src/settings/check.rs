//! Checks that concern several keys, and reads the credentials of the mail servers.
//! `values.rs` checks single values while it parses them.

use std::path::PathBuf;

use chrono::NaiveDate;
use secrecy::SecretString;

use super::{
    Delivery, DeliveryKind, Grant, Mailbox, MailboxKind, OAuth2, Settings, SettingsError, Tls,
    secrets::without_value, sections::is_loopback,
};
use crate::desk::{
    form::FieldKey,
    ticket::{ENTRY, PARKED, REPORT},
};

/// Login name and secret of a mail server. `Debug` does not print the secret.
#[derive(Debug, Clone)]
pub struct Credentials {
    pub user: String,
    pub proof: Proof,
}

/// The configured secret of a login.
#[derive(Debug, Clone)]
pub enum Proof {
    Password(SecretString),
    /// Access tokens, and the secrets for requesting them.
    OAuth2 {
        rules: Box<OAuth2>,
        /// `None` for a public client (RFC 6749, 2.1).
        client_secret: Option<SecretString>,
        /// The first refresh token; required with [`Grant::RefreshToken`].
        refresh_token: Option<SecretString>,
    },
}

/// Key and detail of a wrong value.
pub(super) type Wrong = (String, String);

impl Settings {
    /// Checks values that depend on other keys.
    pub(super) fn check(&self) -> Result<(), Wrong> {
        self.check_desk()?;
        self.check_people()?;
        self.check_time()?;
        self.check_support()?;
        self.check_mailbox()?;
        self.check_delivery()?;
        let retention = &self.retention;
        for (key, period) in [
            ("retention.raw_after", retention.raw_after),
            ("retention.personal_after", retention.personal_after),
        ] {
            ensure(period.is_none_or(|period| period.0.as_secs() >= 86_400), key, || {
                "is less than a day; allowed: a period such as \"365d\"".into()
            })?;
        }
        for (key, text) in [("faq.title", &self.faq.title), ("faq.purpose", &self.faq.purpose)] {
            ensure(!text.trim().is_empty(), key, || "is empty".into())?;
        }
        let (scheme, rest) = self.database.url.split_once(':').unwrap_or_default();
        let is_url = match scheme {
            "sqlite" => !rest.starts_with("postgres"),
            "postgres" | "postgresql" => rest.starts_with("//"),
            _ => false,
        };
        ensure(is_url, "database.url", || {
            "is not a database; allowed: \"sqlite:FILE\" or \"postgres://USER@HOST/NAME\"".into()
        })
    }

    /// Checks that a mailbox and a delivery target are set, which `run`, `once`, `check` and `reconcile` need.
    ///
    /// # Errors
    /// Names the first missing key.
    pub fn check_network(&self) -> Result<(), SettingsError> {
        let set =
            |key: &str, present: bool| if present { Ok(()) } else { Err(self.wrong(key, "is not set")) };
        match self.mailbox.kind {
            MailboxKind::Imap => {
                set("mailbox.host", !self.mailbox.host.is_empty())?;
                set("mailbox.user", !self.mailbox.user.is_empty())?;
            }
            MailboxKind::Maildir => set("mailbox.path", self.mailbox.path.is_some())?,
        }
        self.check_delivery_target()
    }

    /// Checks that a delivery target is set, which every command that sends mail needs.
    ///
    /// # Errors
    /// Names the first missing key.
    pub fn check_delivery_target(&self) -> Result<(), SettingsError> {
        let set =
            |key: &str, present: bool| if present { Ok(()) } else { Err(self.wrong(key, "is not set")) };
        match self.delivery.kind {
            DeliveryKind::Smtp => set("delivery.host", !self.delivery.host.is_empty()),
            DeliveryKind::Maildir => set("delivery.path", self.delivery.path.is_some()),
        }
    }

    /// Reads the credentials of the mailbox.
    ///
    /// # Errors
    /// If a required secret is not set, or its file is unreadable or empty.
    pub fn mailbox_credentials(&self) -> Result<Credentials, SettingsError> {
        let Mailbox { user, password, password_file, oauth2, .. } = &self.mailbox;
        let proof = self.proof("mailbox", password_file.as_ref(), password.as_ref(), oauth2.as_ref())?;
        Ok(Credentials { user: user.clone(), proof })
    }

    /// Reads the credentials for delivery. `None` if no user is set, because the server then requires no login.
    ///
    /// # Errors
    /// If a required secret is not set, or its file is unreadable or empty.
    pub fn delivery_credentials(&self) -> Result<Option<Credentials>, SettingsError> {
        let Delivery { user, password, password_file, oauth2, .. } = &self.delivery;
        let Some(user) = user.clone().filter(|user| !user.is_empty()) else { return Ok(None) };
        let proof = self.proof("delivery", password_file.as_ref(), password.as_ref(), oauth2.as_ref())?;
        Ok(Some(Credentials { user, proof }))
    }

    fn proof(
        &self,
        section: &str,
        file: Option<&PathBuf>,
        value: Option<&SecretString>,
        oauth2: Option<&OAuth2>,
    ) -> Result<Proof, SettingsError> {
        let Some(rules) = oauth2 else {
            let password = self.secret(&format!("{section}.password"), file, value)?;
            let key = format!("{section}.password_file");
            let missing = || self.wrong(&key, "is not set; name a file that holds the password");
            return password.map(Proof::Password).ok_or_else(missing);
        };
        let name = format!("{section}.oauth2.client_secret");
        let client_secret =
            self.secret(&name, rules.client_secret_file.as_ref(), rules.client_secret.as_ref())?;
        let name = format!("{section}.oauth2.refresh_token");
        let refresh_token = self.secret(&name, rules.refresh_token_file.as_ref(), None)?;
        let missing =
            |name: &str, what| Err(self.wrong(name, format!("is not set; name a file that holds {what}")));
        match rules.grant {
            Grant::ClientCredentials if client_secret.is_none() => {
                missing(&format!("{section}.oauth2.client_secret_file"), "the application's secret")
            }
            Grant::RefreshToken if refresh_token.is_none() => missing(
                &format!("{section}.oauth2.refresh_token_file"),
                "the refresh token that the application was given",
            ),
            _ => Ok(Proof::OAuth2 { rules: Box::new(rules.clone()), client_secret, refresh_token }),
        }
    }

    fn check_desk(&self) -> Result<(), Wrong> {
        let desk = &self.desk;
        ensure(is_address(&desk.address), "desk.address", || address_help(&desk.address))?;
        for (key, addresses) in [("desk.aliases", &desk.aliases), ("desk.lists", &desk.lists)] {
            for (i, address) in addresses.iter().enumerate() {
                ensure(is_address(address), &format!("{key}[{i}]"), || address_help(address))?;
            }
        }
        let prefix = &desk.ticket_prefix;
        let good = (2..=6).contains(&prefix.len())
            && prefix.bytes().all(|b| b.is_ascii_uppercase())
            && ![PARKED, REPORT, ENTRY].contains(&prefix.as_str());
        ensure(good, "desk.ticket_prefix", || {
            format!(
                "{prefix:?} is not allowed; allowed: two to six capital letters, but not {PARKED}, {REPORT} or {ENTRY}"
            )
        })?;
        for (key, text) in [("desk.name", &desk.name), ("desk.organization", &desk.organization)] {
            let good = !text.trim().is_empty() && !text.chars().any(char::is_control);
            ensure(good, key, || format!("{text:?} is not allowed; allowed: one line of text"))?;
        }
        for &key in FieldKey::ALL {
            let count = self.form.fields.iter().filter(|field| field.key == key).count();
            let good = count == 1 || self.form.fields.is_empty();
            ensure(good, "form.fields", || {
                format!("has {count} fields with key {:?}; allowed: each of the four once", key.as_str())
            })?;
        }
        Ok(())
    }

    fn check_support(&self) -> Result<(), Wrong> {
        let support = &self.support;
        let ordered = |(earlier, first): (&str, NaiveDate), (later, last): (&str, NaiveDate)| {
            ensure(first <= last, later, || {
                format!("{last} is before {earlier} {first}; allowed: the same day or later")
            })
        };
        ordered(("support.opens", support.opens), ("support.closes", support.closes))?;
        ordered(("support.starts", support.starts), ("support.ends", support.ends))?;
        let title = &support.title;
        ensure(!title.trim().is_empty() && !title.chars().any(char::is_control), "support.title", || {
            format!("{title:?} is not allowed; allowed: one line of text")
        })?;
        for (i, adviser) in support.advisers.iter().enumerate() {
            ensure(!adviser.name.trim().is_empty(), &format!("support.advisers[{i}].name"), || {
                "is empty".into()
            })?;
            let Some(address) = &adviser.address else { continue };
            ensure(is_address(address), &format!("support.advisers[{i}].address"), || address_help(address))?;
        }
        Ok(())
    }

    fn check_mailbox(&self) -> Result<(), Wrong> {
        let mailbox = &self.mailbox;
        check_tls("mailbox", mailbox.tls, &mailbox.host)?;
        let passwords = mailbox.password.is_some() || mailbox.password_file.is_some();
        check_oauth2("mailbox", mailbox.oauth2.as_ref(), passwords)?;
        ensure(!mailbox.folder.is_empty(), "mailbox.folder", || {
            "is empty; allowed: a folder such as \"INBOX\"".into()
        })?;
        let distinct = mailbox.processed_folder != mailbox.folder && mailbox.parked_folder != mailbox.folder;
        ensure(distinct, "mailbox.processed_folder", || {
            "is the folder that is read; processed and parked mail need others".into()
        })?;
        ensure(mailbox.max_attempts > 0, "mailbox.max_attempts", || "is 0; allowed: 1 or more".into())?;
        ensure(mailbox.max_message_size.0 > 0, "mailbox.max_message_size", || {
            "is 0; allowed: a size such as \"25MB\"".into()
        })?;
        for (key, period) in [("mailbox.poll", mailbox.poll), ("mailbox.timeout", mailbox.timeout)] {
            ensure(period.0.as_secs() > 0, key, || {
                "is less than a second; allowed: a period such as \"60s\"".into()
            })?;
        }
        Ok(())
    }

    fn check_delivery(&self) -> Result<(), Wrong> {
        let delivery = &self.delivery;
        ensure(delivery.max_mail_size.0 >= 100_000, "delivery.max_mail_size", || {
            "is too small for a list; allowed: 100kB or more, such as \"1MB\"".into()
        })?;
        check_tls("delivery", delivery.tls, &delivery.host)?;
        let passwords = delivery.password.is_some() || delivery.password_file.is_some();
        check_oauth2("delivery", delivery.oauth2.as_ref(), passwords)?;
        ensure(delivery.oauth2.is_none() || delivery.user.is_some(), "delivery.user", || {
            "is not set; delivery.oauth2 needs a login name".into()
        })?;
        let good = (1..=64).contains(&delivery.connections);
        ensure(good, "delivery.connections", || {
            format!("{} is not allowed; allowed: 1 to 64", delivery.connections)
        })?;
        ensure(delivery.helo.as_deref().is_none_or(is_host), "delivery.helo", || {
            "is not a host name; allowed: a full name such as \"desk.example.jp\", or an address such as \"[192.0.2.1]\"".into()
        })?;
        for (key, period) in
            [("delivery.timeout", delivery.timeout), ("delivery.end_timeout", delivery.end_timeout)]
        {
            ensure((1..=1800).contains(&period.0.as_secs()), key, || {
                "is not allowed; allowed: a period from \"1s\" to \"30m\"".into()
            })?;
        }
        Ok(())
    }
}

/// Refuses a password together with `oauth2`, because it would be unclear which of the two to use.
fn check_oauth2(section: &str, oauth2: Option<&OAuth2>, passwords: bool) -> Result<(), Wrong> {
    let Some(oauth2) = oauth2 else { return Ok(()) };
    ensure(!passwords, &format!("{section}.oauth2"), || {
        format!("is set beside {section}.password_file; allowed: one of them")
    })?;
    oauth2.check().map_err(|(key, detail)| (format!("{section}.oauth2.{key}"), detail))
}

/// Allows `tls = "none"` only for a loopback host, because it sends passwords in plain text.
fn check_tls(section: &str, tls: Tls, host: &str) -> Result<(), Wrong> {
    ensure(tls != Tls::None || is_loopback(host) || host.is_empty(), &format!("{section}.tls"), || {
        format!(
            "\"none\" is not allowed for {host:?}, which is not this machine; allowed: \"implicit\" or \"starttls\""
        )
    })
}

pub(super) fn ensure(good: bool, key: &str, detail: impl FnOnce() -> String) -> Result<(), Wrong> {
    if good { Ok(()) } else { Err((key.to_owned(), detail())) }
}

pub(super) fn address_help(text: &str) -> String {
    format!("{text:?} is not a mail address; allowed: name@domain")
}

/// A domain or an address literal (RFC 5321, 4.1.1.1).
fn is_host(text: &str) -> bool {
    let name = |text: &str| lettre::Address::new("x", text).is_ok() && text.is_ascii();
    let literal = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    match literal {
        Some(address) => address.strip_prefix("IPv6:").unwrap_or(address).parse::<std::net::IpAddr>().is_ok(),
        None => name(text),
    }
}

pub(super) fn is_address(text: &str) -> bool {
    text.parse::<lettre::Address>().is_ok()
}

/// Converts an error of the `config` crate to our form, in which the wrong key comes first.
pub(super) fn named(path: String, error: &config::ConfigError, origin: &str) -> SettingsError {
    let text = without_value(&error.to_string());
    // `config` appends " for key `…`" and the file. Cut it off, because `path` contains the key with its full path.
    let detail =
        text.split(" for key `").next().unwrap_or(&text).trim_start_matches("missing configuration field ");
    if let Some(rest) = detail.strip_prefix("unknown field `")
        && let Some((name, allowed)) = rest.split_once('`')
    {
        let parent = path.strip_suffix(&format!(".{name}")).unwrap_or(&path);
        let key = if parent.is_empty() || parent == "." || parent == name {
            name.to_owned()
        } else {
            format!("{parent}.{name}")
        };
        let allowed = allowed.trim_start_matches(", expected ").trim_start_matches("one of ");
        return SettingsError::Value {
            key,
            detail: format!("is not a known key; allowed: {allowed}"),
            origin: origin.to_owned(),
        };
    }
    SettingsError::Value { key: path, detail: detail.to_owned(), origin: origin.to_owned() }
}
