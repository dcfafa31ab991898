//! Parses a staff mail: commands, answers between the markers of a digest, or one answer above the cut line of a
//! notice. Callers check permissions and execute.

pub mod command;
pub mod order;
mod sections;
#[cfg(test)]
mod tests;

use chrono::NaiveDate;

pub use command::{Command, Order};
use sections::{Section, sections};

use super::{
    form::own_text,
    staff_key::{KeyFault, StaffKeys, find_key},
    ticket::TicketNumber,
};

/// Cut line of a notice. The member writes the answer above it; the desk never sends quoted text below it.
pub const CUT_LINE: &str = "▲ 回答はこの線より上にご記入ください ▲";

/// First line of a digest. Text above it is the member's own.
pub const TOP_LINE: &str = "━━ ここから日次一覧 ━━";

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
    /// A line at the top looks like a command, but is not a valid one.
    UnknownCommand(String),
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
}

#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    pub subject: &'a str,
    /// Plain text body.
    pub text: &'a str,
    /// Address of the member.
    pub address: &'a str,
    /// First part of every ticket number, such as `ZT`.
    pub prefix: &'a str,
    /// Name and address of the desk. A line above quoted text that contains one of them is an attribution line.
    pub desk: (&'a str, &'a str),
    /// The mail has attachments.
    pub files: bool,
    /// Local day of the desk, for the expiry of keys.
    pub today: NaiveDate,
}

/// Parses a staff mail. Takes only text that the member wrote, and reports text that does not belong to exactly one
/// ticket as a problem.
#[must_use]
pub fn read(input: &Input<'_>, keys: &StaffKeys) -> StaffMail {
    let mut mail = StaffMail::default();
    let found = sections(input.text);
    let subject = subject_ticket(input, keys, &mut mail);
    let head_end = found.first_line.min(cut_line(input.text));
    let head: String = input.text.lines().take(head_end).map(|line| format!("{line}\n")).collect();
    let mut own = own_text(without_attribution(&head, input.desk));
    if found.sections.is_empty() && head_end == input.text.lines().count() {
        // The mail does not quote our text: the mail program removed it, or the mail is not a reply.
        own = own_text(input.text);
    }
    let rest = commands(&own, subject.as_ref(), &mut mail);
    // 「完了 しました。」 may be a wrong command or the beginning of an answer, so none of the text is sent.
    let has_command_error = mail
        .problems
        .iter()
        .any(|problem| matches!(problem, Problem::UnknownCommand(_) | Problem::NoTicket(_)));
    for section in &found.sections {
        take_section(section, input, keys, &mut mail);
    }
    mail.problems.extend(found.without_end.iter().cloned().map(Problem::NoEnd));
    let only_commands = rest.trim().is_empty();
    match subject {
        Some(ticket) if found.sections.is_empty() && !has_command_error => {
            match (only_commands, below_cut_line(input.text)) {
                (true, Below::Nothing) => {}
                (false, Below::Nothing) => {
                    let text = rest.trim().to_owned();
                    mail.answers.push(Answer { ticket, text });
                }
                (true, Below::AtTheEnd(text)) if mail.orders.is_empty() => {
                    mail.answers.push(Answer { ticket, text });
                }
                _ => mail.problems.push(Problem::TextBelow(ticket)),
            }
        }
        _ if !only_commands => mail.problems.push(Problem::TextOutside(rest.trim().to_owned())),
        _ => {}
    }
    merge_equal_answers(&mut mail);
    if input.files && mail.answers.len() > 1 {
        mail.answers.clear();
        mail.problems.push(Problem::FilesForSeveral);
    }
    mail
}

/// The ticket in the subject, if a valid key is there too. Replies to a notice and links in a digest have both.
fn subject_ticket(input: &Input<'_>, keys: &StaffKeys, mail: &mut StaffMail) -> Option<TicketNumber> {
    let ticket = TicketNumber::in_subject(input.subject, input.prefix)?;
    let key = find_key(input.subject)?;
    check_key(keys, key, &ticket, input, mail).then_some(ticket)
}

/// Checks a key and records a problem if it is not valid.
fn check_key(
    keys: &StaffKeys,
    key: &str,
    ticket: &TicketNumber,
    input: &Input<'_>,
    mail: &mut StaffMail,
) -> bool {
    match keys.invitation(key, input.address, ticket, input.today) {
        Ok(_) => {
            mail.keyed = true;
            true
        }
        Err(KeyFault::Expired) => {
            // It was this member's key: enough to explain the problem, not to act on the mail.
            mail.keyed = true;
            mail.problems.push(Problem::ExpiredKey(ticket.clone()));
            false
        }
        Err(KeyFault::Wrong) => {
            mail.problems.push(Problem::WrongKey(ticket.clone()));
            false
        }
    }
}

/// Parses the commands at the top of the member's own text. Returns the text after them.
fn commands(own: &str, subject: Option<&TicketNumber>, mail: &mut StaffMail) -> String {
    let mut lines = own.lines().peekable();
    while let Some(line) = lines.peek() {
        if line.trim().is_empty() {
            lines.next();
            continue;
        }
        match command::parse(line, subject) {
            command::Parsed::Order(order) => mail.orders.push(order),
            command::Parsed::Problem(problem) => mail.problems.push(problem),
            command::Parsed::Text => break,
        }
        lines.next();
    }
    // A note or a question includes all lines below it.
    let rest: Vec<&str> = lines.collect();
    let rest = rest.join("\n");
    match mail.orders.last_mut() {
        Some(order) if order.command.takes_text() && !rest.trim().is_empty() => {
            order.append(rest.trim());
            String::new()
        }
        _ => rest,
    }
}

fn take_section(section: &Section, input: &Input<'_>, keys: &StaffKeys, mail: &mut StaffMail) {
    let checked = keys.invitation(&section.key, input.address, &section.ticket, input.today);
    mail.keyed |= checked.is_ok();
    if section.text.is_empty() {
        return;
    }
    if check_key(keys, &section.key, &section.ticket, input, mail) {
        mail.answers.push(Answer { ticket: section.ticket.clone(), text: section.text.clone() });
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
