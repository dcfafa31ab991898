//! The desk's own addresses and lists: fields that a list of the desk adds to a mail are not its sender's wish, and another
//! field than From has the author. `desk::gate` decides whether such a mail is answered.

use super::{InboundMail, is_no_reply};
use crate::mail::Mailbox;

/// Addresses of the desk, in lower case.
#[derive(Debug, Clone, Copy)]
pub struct Own<'a> {
    /// The desk's address, its aliases and its lists.
    pub addresses: &'a [String],
    /// Lists that are known by the settings alone: a mail to one of them came by it.
    pub lists: &'a [String],
}

/// Fields that name a list: RFC 2919, RFC 2369; ezmlm and Google Groups; kernel.org; Mailman.
const NAMES_OF_LISTS: [&str; 5] = ["List-Id", "Mailing-List", "X-Mailing-List", "X-BeenThere", "List-Post"];
/// Fields with the address that a list puts in the sender's place: RFC 5322, 3.6.2; RFC 5321, 4.4; sendmail.
const SENDERS: [&str; 3] = ["Sender", "Return-Path", "Errors-To"];
/// Fields with the recipients of a mail. Postfix and qmail write the last three.
const RECIPIENTS: [&str; 5] = ["To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To"];
/// Addresses that list programs make of a list's own.
pub(super) const ROLES: [&str; 8] =
    ["-owner", "-bounces", "-bounce", "-request", "-admin", "-help", "-subscribe", "-unsubscribe"];

impl Own<'_> {
    #[must_use]
    pub fn has(&self, address: &str) -> bool {
        self.addresses.iter().any(|own| own.eq_ignore_ascii_case(address))
    }

    /// Whether a list of the desk, and no other list, passed the mail on.
    pub(super) fn passed_on(&self, mail: &InboundMail) -> bool {
        let mut ours = false;
        for value in NAMES_OF_LISTS.iter().flat_map(|name| mail.header(name)) {
            let names_us = self.is_named_in(self.addresses, value);
            // The web address of an archive names nobody.
            if !names_us && value.contains('.') && (value.contains('@') || !value.contains("://")) {
                return false;
            }
            ours |= names_us;
        }
        let named = |fields: &[&str], addresses: &[String]| {
            let mut values = fields.iter().flat_map(|name| mail.header(name));
            values.any(|value| self.is_named_in(addresses, value))
        };
        // ezmlm: Delivered-To: mailing list desk@example.jp
        let mut delivered = mail.header("Delivered-To").filter(|value| value.starts_with("mailing list"));
        ours || named(&SENDERS, self.addresses)
            || named(&RECIPIENTS, self.lists)
            || delivered.any(|value| self.is_named_in(self.addresses, value))
    }

    /// Whether one of the addresses stands in a value: `desk@example.jp`, `desk+bnc1@example.jp`, `desk-owner@example.jp`, or
    /// as the name of a list, `<desk.example.jp>`.
    fn is_named_in(&self, addresses: &[String], value: &str) -> bool {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '@' | '.' | '_' | '-' | '+' | '=');
        value.split(|c| !is_part(c)).filter(|word| word.contains('.')).any(|word| {
            let word = word.trim_matches('.').to_lowercase();
            addresses.iter().any(|own| {
                let Some((own_local, own_domain)) = own.rsplit_once('@') else { return false };
                match word.rsplit_once('@') {
                    Some((local, domain)) => {
                        let rest = local.strip_prefix(own_local).filter(|_| domain == own_domain);
                        rest.is_some_and(|rest| {
                            rest.is_empty() || rest.starts_with('+') || ROLES.contains(&rest)
                        })
                    }
                    None => word == format!("{own_local}.{own_domain}"),
                }
            })
        })
    }
}

/// The author of a mail whose From is an address of the desk or of a form on a site. `None` if From stands.
///
/// Google Groups and Exchange write the list's address into From where the author's domain has a strict DMARC policy
/// ("… via …"), and keep the author in X-Original-From or Reply-To. A site's form writes from the desk's own or a no-reply
/// address, with the person in Reply-To; this counts only with the filled-in form, because anybody can write Reply-To.
#[must_use]
pub fn author(mail: &InboundMail, own: &Own<'_>, fills_in_form: bool) -> Option<Mailbox> {
    let from = &mail.from.as_ref()?.address;
    let is_person = |mailbox: &Mailbox| {
        mailbox.address.contains('@') && !own.has(&mailbox.address) && !is_no_reply(&mailbox.address)
    };
    let reply_to = || mail.reply_to.iter().find(|mailbox| is_person(mailbox)).cloned();
    let field = |name| mail.header(name).map(mailbox).find(is_person);
    let is_rewritten = || {
        let name = mail.from.as_ref().and_then(|from| from.name.as_deref()).unwrap_or_default();
        mail.header("X-Original-From").next().is_some() || name.contains(" via ") || name.contains("経由")
    };
    if own.has(from) && (own.passed_on(mail) || is_rewritten()) {
        return field("X-Original-From")
            .or_else(reply_to)
            .or_else(|| field("X-Original-Sender"))
            .or_else(|| field("Sender"))
            // Mailman 3: the envelope's sender
            .or_else(|| field("X-MailFrom"));
    }
    if fills_in_form && (own.has(from) || is_no_reply(from)) { reply_to() } else { None }
}

/// The mailbox in a decoded value.
fn mailbox(value: &str) -> Mailbox {
    match value.rsplit_once('<') {
        Some((name, rest)) => {
            let name = name.trim().trim_matches(['"', '\'']).trim();
            let address = rest.split('>').next().unwrap_or_default().trim().to_owned();
            Mailbox { name: (!name.is_empty()).then(|| name.to_owned()), address }
        }
        None => Mailbox { name: None, address: value.trim().to_owned() },
    }
}
