//! A message with all that its bytes and the settings tell about it. `triage` adds the facts from the database.

use chrono::{DateTime, Utc};

use super::Rules;
use crate::{
    desk::{
        calendar::date_of,
        form::{Form, read_form, read_form_in_reply},
        quotation::{Quotation, SentMail, people},
        sender::{self, Proofs, SenderDoubt},
        staff_key::StaffKeys,
        staff_mail::{self, Input, StaffMail},
        thread::{MessageIds, Reference},
    },
    mail::{
        InboundMail,
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
    /// Why a mail with the address or a key of a member is not read as theirs.
    pub sender_doubt: Option<SenderDoubt>,
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
        // A machine returns forms that others wrote, and a mail of ours repeats the form that it confirms.
        let form = if automatic.is_none() && mail.bounce.is_none() {
            let own = |from: &String| rules.gate.own_addresses.contains(&from.to_lowercase());
            let others = mail.attached.iter().filter(|attached| !attached.from.as_ref().is_some_and(own));
            form.with_attached(others.map(|other| (other.subject.as_str(), other.text.as_str())), &rules.form)
        } else {
            form
        };
        let reference = ids.reference(&mail);
        let from = mail.from.as_ref().map(|from| from.address.as_str()).unwrap_or_default();
        let is_person = automatic.is_none() && mail.bounce.is_none();
        let today = date_of(received_at, rules.calendar.time_zone());
        let proofs = Proofs {
            staff: &rules.staff,
            keys: staff_keys,
            authserv_id: rules.gate.authserv_id.as_deref(),
            prefix: &rules.ticket_prefix,
            today,
        };
        let sender_doubt = is_person.then(|| sender::doubt(&mail, &proofs)).flatten();
        let member = rules.staff.find(from).filter(|_| is_person && sender_doubt.is_none());
        let staff = member.map(|member| {
            let input = Input {
                subject: &mail.subject,
                text: &mail.text,
                address: &member.address,
                name: &member.name,
                prefix: &rules.ticket_prefix,
                desk,
                sent,
                files: !mail.attachments.is_empty(),
                today,
            };
            staff_mail::read(&input, staff_keys)
        });
        Self { form, automatic, oversize, reference, staff, sender_doubt, news, received_at, mail }
    }
}
