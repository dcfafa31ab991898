//! Parses a staff mail: commands, answers between the markers of a digest, or one answer above the cut line of a
//! notice. Callers check permissions and execute.

pub mod command;
mod cut_line;
mod limit;
mod meaning;
pub mod order;
mod sections;
#[cfg(test)]
mod tests;
mod typed;

use chrono::NaiveDate;

pub use command::{Away, Command, Order, SupportCommand, Whose};
pub(in crate::desk) use cut_line::BEGINNINGS;
#[cfg(test)]
pub use cut_line::OLD_LINE;
pub use cut_line::{
    APPROVE_LINE, CALL_LINE, CANCEL_LINE, ENTRY_LINE, NOTHING_LINE, REPORT_LINE, RESULTS_LINE, SEND_LINE,
    TOP_LINE, answer_line,
};
pub use limit::{MOST_DOUBTS, Replies};
use order::{Doubt, Doubtful};
use typed::{TicketPlace, Typed};

use super::{
    quotation::{Quotation, SentMail},
    staff::Staff,
    staff_key::{Invitation, KeyFault, StaffKeys, find_key},
    ticket::TicketNumber,
};
use crate::reply::People;

/// Stands before the mark of a draft in a subject.
pub const DRAFT_MARK: &str = "控え";
/// Hexadecimal digits of a draft's mark. It tells the few drafts of one ticket apart, and proves nothing.
pub const MARK_DIGITS: usize = 6;

/// The line that begins the answer section of a ticket in a digest.
#[must_use]
pub fn begin_marker(ticket: &TicketNumber, key: &str) -> String {
    format!("▼ {ticket} 回答ここから {key} ▼")
}

/// The line that ends the answer section of a ticket in a digest.
#[must_use]
pub fn end_marker(ticket: &TicketNumber) -> String {
    format!("▲ {ticket} 回答ここまで ▲")
}

/// An answer to an inquirer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub ticket: TicketNumber,
    /// Sent to the inquirer verbatim.
    pub text: String,
    /// What was typed with it and is not sent: the member's signature, text of another mail.
    pub left_out: String,
}

/// An error in a staff mail. The desk explains it only to the member who wrote the mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// A command needs a ticket, but the mail names none.
    NoTicket(String),
    /// The end marker of an answer is missing, so the length of the answer is unknown.
    NoEnd(TicketNumber),
    /// Two different answers for one ticket.
    TwoAnswers(TicketNumber),
    /// The key is not valid for this member and ticket.
    WrongKey(TicketNumber),
    /// The key is that of another member, whose name it has: the mail is a reply to a forwarded mail of ours.
    OthersKey(String),
    /// The key was valid, but has expired.
    ExpiredKey(TicketNumber),
    /// There is text below the cut line of a notice, which may be part of the answer.
    TextBelow(TicketNumber),
    /// The mail has attachments and several texts that they may be for.
    FilesForSeveral,
    /// There is text outside all markers. The desk does not send it.
    TextOutside(String),
    /// There is text directly below the end marker of a ticket. It may be meant for this ticket or for the next one.
    TextBeside { ticket: TicketNumber, text: String },
    /// The mail has nothing but text of other mails, by its quote marks.
    OnlyQuoted(String),
    /// An order on a ticket that no key of the mail belongs to.
    OtherTicket { ticket: TicketNumber, line: String },
    /// Neither a sure order nor an answer. `ticket` is the one that the mail is about, if it names one.
    Unclear { ticket: Option<TicketNumber>, doubt: Doubtful },
}

/// A parsed staff mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StaffMail {
    /// Commands, in the order written.
    pub orders: Vec<Order>,
    pub answers: Vec<Answer>,
    pub problems: Vec<Problem>,
    /// The mail contains a key of this member. An expired key counts: it is enough to explain problems to the member.
    pub keyed: bool,
    /// The mail is in doubt, and answers an echo or an approval request, or begins with 取消. The draft must wait.
    pub stopped: Option<TicketNumber>,
    /// The mark of a draft in the subject.
    pub mark: Option<String>,
}

#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    pub subject: &'a str,
    /// Plain text body.
    pub text: &'a str,
    /// Address of the member.
    pub address: &'a str,
    /// Name of the member, as colleagues use it.
    pub name: &'a str,
    /// All members.
    pub staff: &'a Staff,
    /// First part of every ticket number, such as `ZT`.
    pub prefix: &'a str,
    /// Name and address of the desk. A line above quoted text that contains one of them is an attribution line.
    pub desk: (&'a str, &'a str),
    /// The mails of ours that the mail names, newest first.
    pub sent: &'a [SentMail],
    /// The mail has attachments.
    pub files: bool,
    /// Local day of the desk, for the expiry of keys.
    pub today: NaiveDate,
}

impl<'a> Input<'a> {
    fn people(&self) -> People<'a> {
        People {
            desk_name: self.desk.0,
            desk_address: self.desk.1,
            sender_name: self.name,
            sender_address: self.address,
        }
    }
}

/// Parses a staff mail. Takes only text that the member wrote. A doubt becomes a problem, and then nothing of it leaves.
#[must_use]
pub fn read(input: &Input<'_>, keys: &StaffKeys) -> StaffMail {
    let mut mail = StaffMail { mark: draft_mark(input.subject), ..StaffMail::default() };
    let people = input.people();
    let quotation = Quotation::of(input.text, input.sent, &people);
    let subject = subject(input, quotation.as_ref());
    let has_key_in_subject = find_key(subject).is_some();
    let mut checked = Checked { input, keys, allowed: Vec::new(), expired: Vec::new(), others: None };
    let about = checked.subject(subject, &mut mail);
    let typed = match &quotation {
        Some(quotation) => typed::of_reply(quotation, about.is_some()),
        None => typed::of_unknown(input.text, &people),
    };
    for place in &typed.places {
        checked.allow(place, &mut mail);
    }
    match about {
        Some((ticket, invitation)) if typed.unknown_below => {
            mail.problems.push(Problem::TextBelow(ticket.clone()));
            mail.stopped = (invitation == Invitation::Decide).then_some(ticket);
        }
        Some((ticket, invitation)) => {
            meaning::of_texts(&typed.others, Some(&ticket), invitation, input.name, &mut mail);
        }
        // The key in the subject is not valid, so the text is for a ticket that the member may not work on.
        None if has_key_in_subject && !mail.problems.is_empty() => {}
        None => {
            for text in &typed.others {
                meaning::of_outside(text, input.name, &mut mail);
            }
        }
    }
    for place in typed.places.iter().filter(|place| place.texts.iter().any(|text| !text.text.is_empty())) {
        take_place(place, &checked, &mut mail);
    }
    finish(&typed, &checked, &mut mail);
    mail
}

fn finish(typed: &Typed, checked: &Checked<'_>, mail: &mut StaffMail) {
    mail.problems.extend(typed.without_end.iter().cloned().map(Problem::NoEnd));
    if let Some(name) = checked.others.clone().filter(|_| !mail.keyed && mail.problems.is_empty()) {
        mail.problems.push(Problem::OthersKey(name));
    }
    checked.refuse_foreign_orders(mail);
    checked.tell_of_old_digest(mail);
    merge_equal_answers(mail);
    let quoted = typed.quoted.join("\n");
    if let [answer] = mail.answers.as_mut_slice() {
        join(&mut answer.left_out, &quoted);
    }
    let takes_files = |order: &Order| order.command.takes_files();
    let takers = mail.answers.len() + mail.orders.iter().filter(|order| takes_files(order)).count();
    if checked.input.files && takers > 1 {
        mail.answers.clear();
        mail.orders.retain(|order| !takes_files(order));
        mail.problems.push(Problem::FilesForSeveral);
    }
    if mail.keyed && mail.orders.is_empty() && mail.answers.is_empty() && mail.problems.is_empty() {
        let doubt = Doubtful { opening: String::new(), why: Doubt::Nothing };
        mail.problems.push(Problem::Unclear { ticket: None, doubt });
    }
    if let Some(Problem::Unclear { doubt: Doubtful { why: Doubt::Nothing, .. }, .. }) = mail.problems.last()
        && !quoted.is_empty()
    {
        mail.problems.pop();
        mail.problems.push(Problem::OnlyQuoted(quoted));
    }
}

/// Adds text on a line of its own.
fn join(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push('\n');
    }
    text.push_str(more);
}

/// The subject with the key: that of the mail, or of the notice that it quotes, because some programs shorten subjects.
fn subject<'i>(input: &Input<'i>, quotation: Option<&Quotation<'i>>) -> &'i str {
    let named = TicketNumber::in_staff_subject(input.subject, input.prefix);
    let quoted = quotation.and_then(|quotation| quotation.sources().next()).map(|(_, sent, _)| sent);
    let quoted = quoted.filter(|sent| sent.recipient.eq_ignore_ascii_case(input.address));
    match quoted.map(|sent| sent.mail.subject.as_str()) {
        Some(quoted)
            if find_key(input.subject).is_none()
                && (named.is_none() || named == TicketNumber::in_staff_subject(quoted, input.prefix)) =>
        {
            quoted
        }
        _ => input.subject,
    }
}

/// The mark of a draft in a subject, as the one-tap links of the desk have it: 「控え3f9a2c」.
fn draft_mark(subject: &str) -> Option<String> {
    let (_, behind) = subject.split_once(DRAFT_MARK)?;
    let mark: String = behind.trim_start().chars().take_while(char::is_ascii_hexdigit).collect();
    (mark.len() >= MARK_DIGITS).then(|| mark.to_ascii_lowercase())
}

/// The tickets that the keys of a mail allow its writer to work on.
struct Checked<'a> {
    input: &'a Input<'a>,
    keys: &'a StaffKeys,
    allowed: Vec<TicketNumber>,
    /// Tickets of a digest that is too old.
    expired: Vec<TicketNumber>,
    /// Name of another member whose digest this is.
    others: Option<String>,
}

impl Checked<'_> {
    /// The ticket in the subject and the purpose of the key there, if it is valid. Replies to a notice and links have both.
    fn subject(&mut self, subject: &str, mail: &mut StaffMail) -> Option<(TicketNumber, Invitation)> {
        let ticket = TicketNumber::in_staff_subject(subject, self.input.prefix)?;
        let invitation = self.check(find_key(subject)?, &ticket, mail)?;
        self.allowed.push(ticket.clone());
        Some((ticket, invitation))
    }

    /// Checks a key and records a problem if it is not valid.
    fn check(&self, key: &str, ticket: &TicketNumber, mail: &mut StaffMail) -> Option<Invitation> {
        match self.keys.invitation(key, self.input.address, ticket, self.input.today) {
            Ok(invitation) => {
                mail.keyed = true;
                Some(invitation)
            }
            Err(KeyFault::Expired) => {
                // It was this member's key: enough to explain the problem, not to act on the mail.
                mail.keyed = true;
                mail.problems.push(Problem::ExpiredKey(ticket.clone()));
                None
            }
            Err(KeyFault::Wrong) => {
                let problem = self.owner(key, ticket).map(Problem::OthersKey);
                let problem = problem.unwrap_or_else(|| Problem::WrongKey(ticket.clone()));
                if !mail.problems.contains(&problem) {
                    mail.problems.push(problem);
                }
                None
            }
        }
    }

    /// The name of another member whose key it is.
    fn owner(&self, key: &str, ticket: &TicketNumber) -> Option<String> {
        let Input { staff, today, .. } = self.input;
        let is_theirs = |address: &str| {
            !matches!(self.keys.invitation(key, address, ticket, *today), Err(KeyFault::Wrong))
        };
        staff.all().find(|member| is_theirs(&member.address)).map(|member| member.name.clone())
    }

    /// A digest allows orders on the tickets that it lists.
    fn allow(&mut self, place: &TicketPlace, mail: &mut StaffMail) {
        let Input { address, today, .. } = self.input;
        match self.keys.check(&place.key, address, &place.ticket, Invitation::Answer, *today) {
            Ok(()) => {
                mail.keyed = true;
                self.allowed.push(place.ticket.clone());
            }
            Err(KeyFault::Expired) => {
                mail.keyed = true;
                self.expired.push(place.ticket.clone());
            }
            Err(KeyFault::Wrong) if self.others.is_none() => {
                self.others = self.owner(&place.key, &place.ticket);
            }
            Err(KeyFault::Wrong) => {}
        }
    }

    /// Drops the orders on tickets that no key of the mail belongs to. A mail without any key is not acted on at all.
    fn refuse_foreign_orders(&self, mail: &mut StaffMail) {
        if !mail.keyed {
            return;
        }
        let orders = std::mem::take(&mut mail.orders);
        for order in orders {
            match order.ticket.clone().filter(|ticket| !self.allowed.contains(ticket)) {
                None => mail.orders.push(order),
                Some(ticket) if mail.problems.contains(&Problem::ExpiredKey(ticket.clone())) => {}
                Some(ticket) if self.expired.contains(&ticket) => {
                    mail.problems.push(Problem::ExpiredKey(ticket));
                }
                Some(ticket) => mail.problems.push(Problem::OtherTicket { ticket, line: order.line }),
            }
        }
    }

    /// Of a reply to an old digest that does nothing, the age is what its writer should know.
    fn tell_of_old_digest(&self, mail: &mut StaffMail) {
        let is_told = mail.problems.iter().any(|problem| matches!(problem, Problem::ExpiredKey(_)));
        if let Some(ticket) = self.expired.first().filter(|_| !is_told && mail.answers.is_empty()) {
            mail.problems.push(Problem::ExpiredKey(ticket.clone()));
        }
    }
}

fn take_place(place: &TicketPlace, checked: &Checked<'_>, mail: &mut StaffMail) {
    match checked.check(&place.key, &place.ticket, mail) {
        Some(Invitation::Answer) => {
            let (ticket, name) = (Some(&place.ticket), checked.input.name);
            meaning::of_texts(&place.texts, ticket, Invitation::Answer, name, mail);
        }
        // A digest has no such keys.
        Some(Invitation::Decide | Invitation::Entry) => {
            mail.problems.push(Problem::WrongKey(place.ticket.clone()));
        }
        None => {}
    }
}

/// Merges equal answers for one ticket (the digest was quoted twice). Different answers become a problem.
fn merge_equal_answers(mail: &mut StaffMail) {
    let answers = std::mem::take(&mut mail.answers);
    for answer in answers {
        if mail.answers.contains(&answer)
            || mail.problems.contains(&Problem::TwoAnswers(answer.ticket.clone()))
        {
            continue;
        }
        if mail.answers.iter().any(|other| other.ticket == answer.ticket) {
            mail.answers.retain(|other| other.ticket != answer.ticket);
            mail.problems.push(Problem::TwoAnswers(answer.ticket));
        } else {
            mail.answers.push(answer);
        }
    }
}
