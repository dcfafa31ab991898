//! A message with all that its bytes and the settings tell about it. `triage` adds the facts from the database.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Rules, application::is_filled_in};
use crate::{
    desk::{
        application::{Submitted, submitted},
        calendar::date_of,
        form::{Form, read_form, read_form_in_reply},
        quotation::{Quotation, SentMail, people},
        sender::{self, Proofs, SenderDoubt},
        staff::Staff,
        staff_key::StaffKeys,
        staff_mail::{self, Input, StaffMail},
        thread::{MessageIds, Reference},
    },
    mail::{
        InboundMail, Warning,
        automatic::{Automatic, Reason, author, detect},
    },
};

/// A mail whose topmost Received is older than its time of receipt by this much was moved here from another mailbox. No
/// server holds a mail back for so long (RFC 5321, 4.5.4.1: four to five days).
const LONG_AGO: TimeDelta = TimeDelta::days(14);
/// Clocks of servers differ, and mail waits in queues, by less than this.
const UNDERWAY: TimeDelta = TimeDelta::hours(12);

/// A parsed message, before any database lookup.
#[derive(Debug, Clone)]
pub struct Reading {
    pub mail: InboundMail,
    pub form: Form,
    /// Evidence that a machine sent the message. A filled-in form outweighs it (law 15).
    pub automatic: Option<Automatic>,
    /// Size in bytes if the message is larger than allowed; then only its header was read.
    pub oversize: Option<u64>,
    /// The ticket that the message refers to.
    pub reference: Option<Reference>,
    /// The files that may be an application for the 伴走支援.
    pub submitted: Vec<Submitted>,
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
        mut mail: InboundMail,
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
        let own = rules.gate.own();
        mail.reply_to.retain(|mailbox| !own.has(&mailbox.address));
        if let Some(author) = author(&mail, &own, form.is_filled_in()) {
            let passed_on_by = mail.from.replace(author).map(|from| from.address).unwrap_or_default();
            mail.warnings.push(Warning { code: "passed_on", detail: format!("From: {passed_on_by}") });
            // Nothing proves who wrote it: a member's orders need a From of their own.
            mail.has_one_sender = false;
            mail.reply_to.clear();
        }
        let automatic = detect(&mail, &own, form.is_filled_in());
        // A machine returns forms that others wrote, and a mail of ours repeats the form that it confirms.
        let form = if automatic.is_none() && mail.bounce.is_none() {
            let is_own = |from: &String| own.has(from);
            let others = mail.attached.iter().filter(|attached| !attached.from.as_ref().is_some_and(is_own));
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
                staff: &rules.staff,
                prefix: &rules.ticket_prefix,
                desk,
                sent,
                files: !mail.attachments.is_empty(),
                today,
            };
            staff_mail::read(&input, staff_keys)
        });
        let submitted = match &rules.support {
            Some(support) if mail.bounce.is_none() => submitted(&mail, oversize.is_some(), &support.labels),
            _ => Vec::new(),
        };
        Self { submitted, form, automatic, oversize, reference, staff, sender_doubt, news, received_at, mail }
    }

    /// Whether a machine sent the message. A filled-in form comes from a person (law 15). Two are exceptions: a mail of ours that
    /// came back, and the mail of a member's responder, because our notices to staff have labels like the form's.
    #[must_use]
    pub fn is_robot(&self, staff: &Staff) -> bool {
        let Some(automatic) = &self.automatic else { return false };
        let is_member = self.mail.from.as_ref().is_some_and(|from| staff.find(&from.address).is_some());
        // Town halls' programs and lists put these marks on what people send.
        let is_of_the_way =
            matches!(automatic.reason, Reason::List | Reason::Precedence | Reason::NoReplySender);
        let is_applicant = is_of_the_way && is_filled_in(&self.submitted);
        automatic.reason == Reason::Loop || is_member || !(self.form.is_filled_in() || is_applicant)
    }

    /// When another mailbox had received the message, if that was long ago or before the desk started to reply: the message
    /// was moved or imported, and its sender expects no reply today.
    #[must_use]
    pub fn long_ago(&self, accept_since: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
        let topmost = self.mail.received?.with_timezone(&Utc);
        let since = self.received_at - topmost;
        let is_before = accept_since.is_some_and(|accept_since| topmost < accept_since);
        (since > LONG_AGO || since > UNDERWAY && is_before).then_some(topmost)
    }

    /// What the sender wrote, without the mails of ours that came back with it.
    #[must_use]
    pub fn written(&self) -> &str {
        self.news.as_deref().unwrap_or(&self.mail.text)
    }
}
