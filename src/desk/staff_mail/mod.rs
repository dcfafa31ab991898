//! Parses a staff mail: commands, answers between the markers of a digest, or one answer above the cut line of a
//! notice. Callers check permissions and execute.

pub mod command;
mod limit;
mod meaning;
pub mod order;
mod sections;
#[cfg(test)]
mod tests;

use chrono::NaiveDate;

pub use command::{Command, Order};
pub use limit::{MOST_REPLIES, Replied};
use order::Doubtful;
use sections::{Section, sections};

use super::{
    form::own_text,
    staff_key::{Invitation, KeyFault, StaffKeys, find_key},
    ticket::TicketNumber,
};

/// Cut line of a notice. The member writes the answer above it; the desk never sends quoted text below it.
pub const CUT_LINE: &str = "▲ 回答はこの線より上にご記入ください ▲";

/// First line of a digest. Text above it is the member's own.
pub const TOP_LINE: &str = "━━ ここから日次一覧 ━━";

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
    /// The key was valid, but has expired.
    ExpiredKey(TicketNumber),
    /// There is text below the cut line of a notice, which may be part of the answer.
    TextBelow(TicketNumber),
    /// The mail has attachments and several answers, so the ticket of the attachments is unknown.
    FilesForSeveral,
    /// There is text outside all markers. The desk does not send it.
    TextOutside(String),
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
    /// The mail answers an echo or an approval request, and says neither yes nor no. The draft must wait.
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
    /// First part of every ticket number, such as `ZT`.
    pub prefix: &'a str,
    /// Name and address of the desk. A line above quoted text that contains one of them is an attribution line.
    pub desk: (&'a str, &'a str),
    /// The mail has attachments.
    pub files: bool,
    /// Local day of the desk, for the expiry of keys.
    pub today: NaiveDate,
}

/// Parses a staff mail. Takes only text that the member wrote. A doubt becomes a problem, and then nothing of it leaves.
#[must_use]
pub fn read(input: &Input<'_>, keys: &StaffKeys) -> StaffMail {
    let mut mail = StaffMail { mark: draft_mark(input.subject), ..StaffMail::default() };
    let found = sections(input.text);
    let mut checked = Checked { input, keys, allowed: Vec::new(), expired: Vec::new() };
    let subject = checked.subject(&mut mail);
    let has_key_in_subject = find_key(input.subject).is_some();
    let head_end = found.first_line.min(cut_line(input.text));
    let head: String = input.text.lines().take(head_end).map(|line| format!("{line}\n")).collect();
    let mut own = own_text(without_attribution(&head, input.desk));
    if found.sections.is_empty() && head_end == input.text.lines().count() {
        // The mail does not quote our text: the mail program removed it, or the mail is not a reply.
        own = own_text(input.text);
    }
    let below = if found.sections.is_empty() { below_cut_line(input.text) } else { Below::Nothing };
    for section in &found.sections {
        checked.allow(section, &mut mail);
    }
    match (subject, below) {
        (Some((ticket, invitation)), Below::Nothing) => {
            meaning::of_text(&own, Some(&ticket), invitation, input.name, &mut mail);
        }
        // Below all quoted lines people write as well as above them.
        (Some((ticket, invitation)), Below::AtTheEnd(text)) if own.trim().is_empty() => {
            meaning::of_text(&text, Some(&ticket), invitation, input.name, &mut mail);
        }
        (Some((ticket, invitation)), _) => {
            mail.problems.push(Problem::TextBelow(ticket.clone()));
            mail.stopped = (invitation == Invitation::Decide).then_some(ticket);
        }
        // The key in the subject is not valid, so the text is for a ticket that the member may not work on.
        (None, _) if has_key_in_subject && !mail.problems.is_empty() => {}
        (None, _) => meaning::of_outside(&own, input.name, &mut mail),
    }
    for section in &found.sections {
        take_section(section, &checked, &mut mail);
    }
    mail.problems.extend(found.without_end.iter().cloned().map(Problem::NoEnd));
    checked.refuse_foreign_orders(&mut mail);
    merge_equal_answers(&mut mail);
    if input.files && mail.answers.len() > 1 {
        mail.answers.clear();
        mail.problems.push(Problem::FilesForSeveral);
    }
    mail
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
}

impl Checked<'_> {
    /// The ticket in the subject and the purpose of the key there, if it is valid. Replies to a notice and links have both.
    fn subject(&mut self, mail: &mut StaffMail) -> Option<(TicketNumber, Invitation)> {
        let ticket = TicketNumber::in_subject(self.input.subject, self.input.prefix)?;
        let invitation = self.check(find_key(self.input.subject)?, &ticket, mail)?;
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
                mail.problems.push(Problem::WrongKey(ticket.clone()));
                None
            }
        }
    }

    /// A digest allows orders on the tickets that it lists.
    fn allow(&mut self, section: &Section, mail: &mut StaffMail) {
        let Input { address, today, .. } = self.input;
        match self.keys.check(&section.key, address, &section.ticket, Invitation::Answer, *today) {
            Ok(()) => {
                mail.keyed = true;
                self.allowed.push(section.ticket.clone());
            }
            Err(KeyFault::Expired) => {
                mail.keyed = true;
                self.expired.push(section.ticket.clone());
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
}

fn take_section(section: &Section, checked: &Checked<'_>, mail: &mut StaffMail) {
    if section.text.is_empty() {
        return;
    }
    match checked.check(&section.key, &section.ticket, mail) {
        Some(Invitation::Answer) => {
            let (ticket, name) = (Some(&section.ticket), checked.input.name);
            meaning::of_text(&section.text, ticket, Invitation::Answer, name, mail);
        }
        // A digest has no such keys.
        Some(Invitation::Decide) => mail.problems.push(Problem::WrongKey(section.ticket.clone())),
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

/// Index of the first line of our own quoted text, or the number of lines.
fn cut_line(text: &str) -> usize {
    text.lines()
        .position(|line| line.contains(CUT_LINE) || line.contains(TOP_LINE))
        .unwrap_or_else(|| text.lines().count())
}

/// Text without quote marks below a quoted cut line.
enum Below {
    Nothing,
    /// After all quoted lines, so the member wrote it.
    AtTheEnd(String),
    /// Between quoted lines, so the author is unclear.
    Between,
}

fn below_cut_line(text: &str) -> Below {
    let quoted = |line: &str| line.trim_start().starts_with(['>', '＞', '|']);
    let below: Vec<&str> = text.lines().skip_while(|line| !line.contains(CUT_LINE)).collect();
    if !below.first().is_some_and(|line| quoted(line)) {
        return Below::Nothing;
    }
    let last = below.iter().rposition(|line| quoted(line)).unwrap_or_default();
    let (ours, tail) = below.split_at(last + 1);
    if ours.iter().any(|line| !quoted(line) && !line.trim().is_empty()) {
        return Below::Between;
    }
    let tail = own_text(&tail.join("\n"));
    if tail.trim().is_empty() { Below::Nothing } else { Below::AtTheEnd(tail.trim().to_owned()) }
}

/// Removes the last block if it names the desk: that is an attribution line such as
/// 「2025年7月1日 9:00 窓口 <desk@…>:」, in any language and folding.
fn without_attribution<'t>(head: &'t str, (name, address): (&str, &str)) -> &'t str {
    /// Outlook's copy of the header fields is the longest form.
    const MOST_LINES: usize = 8;
    let text = head.trim_end();
    let start = text.rfind("\n\n").map_or(0, |at| at + 2);
    let (before, block) = text.split_at(start);
    let lower = block.to_lowercase();
    let names = lower.contains(&address.to_lowercase()) || (!name.is_empty() && block.contains(name));
    if names && block.lines().count() <= MOST_LINES { before } else { head }
}
