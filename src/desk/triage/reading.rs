//! A message with all that its bytes and the settings tell about it. `triage` adds the facts from the database.

use chrono::{DateTime, Utc};

use super::Rules;
use crate::{
    desk::{
        calendar::date_of,
        form::{Form, read_form, read_form_in_reply},
        quotation::{Quotation, SentMail, people},
        staff_key::StaffKeys,
        staff_mail::{self, Input, StaffMail},
        thread::{MessageIds, Reference},
    },
    mail::{
        InboundMail, authentication,
        automatic::{Automatic, Own, detect},
    },
};

/// A parsed message, before any database lookup.
#[derive(Debug, Clone)]
pub struct Reading {
    pub mail: InboundMail,
    pub form: Form,
    /// Evidence that a machine sent the message.
    pub automatic: Option<Automatic>,
    /// Size in bytes if the message is larger than allowed; then only its header was read.
    pub oversize: Option<u64>,
    /// The ticket that the message refers to.
    pub reference: Option<Reference>,
    /// Answers and commands, if a member of staff wrote the message.
    pub staff: Option<StaffMail>,
    /// The sender address is a member's, but our mail server's authentication results do not confirm it.
    pub not_authentic: bool,
    /// What the person wrote in reply to mails of ours, without them. `None` if the message quotes none.
    pub news: Option<String>,
    /// When the mailbox received the message.
    pub received_at: DateTime<Utc>,
}

impl Reading {
    /// Never fails: the result lists everything unusual. `sent` are the mails of ours that the message names, newest first.
    #[must_use]
    pub fn of(
        mail: InboundMail,
        oversize: Option<u64>,
        received_at: DateTime<Utc>,
        sent: &[SentMail],
        rules: &Rules,
        ids: &MessageIds,
        staff_keys: &StaffKeys,
    ) -> Self {
        let desk = (rules.desk_name.as_str(), rules.gate.own_addresses.first().map_or("", String::as_str));
        let quotation = Quotation::of(&mail.text, sent, &people(&mail, desk));
        let form = match &quotation {
            Some(quotation) => read_form_in_reply(&mail.subject, quotation, &rules.form),
            None => read_form(&mail.subject, &mail.text, &rules.form),
        };
        let news = quotation.as_ref().and_then(Quotation::news);
        let automatic = detect(&mail, &Own { addresses: &rules.gate.own_addresses });
        let reference = ids.reference(&mail);
        let from = mail.from.as_ref().map(|from| from.address.as_str()).unwrap_or_default();
        let member = rules.staff.find(from).filter(|_| automatic.is_none() && mail.bounce.is_none());
        let vouched = rules.gate.authserv_id.as_deref().is_none_or(|id| is_vouched_for(&mail, id));
        let staff = member.filter(|_| vouched).map(|member| {
            let input = Input {
                subject: &mail.subject,
                text: &mail.text,
                address: &member.address,
                name: &member.name,
                prefix: &rules.ticket_prefix,
                desk,
                sent,
                files: !mail.attachments.is_empty(),
                today: date_of(received_at, rules.calendar.time_zone()),
            };
            staff_mail::read(&input, staff_keys)
        });
        let not_authentic = member.is_some() && !vouched;
        Self { form, automatic, oversize, reference, staff, not_authentic, news, received_at, mail }
    }
}

/// Whether our mail server's `Authentication-Results` confirm the sender's domain. DMARC decides; without a DMARC
/// result, DKIM or SPF is enough.
fn is_vouched_for(mail: &InboundMail, authserv_id: &str) -> bool {
    let Some(results) = authentication::results(mail, authserv_id) else { return false };
    let pass = |result: &Option<String>| result.as_deref() == Some("pass");
    match results.dmarc.as_deref() {
        Some("pass") => true,
        Some("none") | None => pass(&results.dkim) || pass(&results.spf),
        Some(_) => false,
    }
}
