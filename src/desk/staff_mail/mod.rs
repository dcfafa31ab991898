//! What a member of staff wrote to the desk: answers under the marker lines of a digest, one answer above the line of
//! a notice, commands at the top. Takes only what the member wrote, and refuses whatever does not surely belong to
//! exactly one ticket. Whether the member may do it, and whether it can be done, is decided elsewhere.

pub mod command;
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

/// Above this line a notice is answered; what stands below is never sent.
pub const CUT_LINE: &str = "▲ 回答はこの線より上にご記入ください ▲";

/// The first line of a digest: what stands above is the reader's own.
pub const TOP_LINE: &str = "━━ ここから日次一覧 ━━";

/// The line above the place for a ticket's answer in a digest.
#[must_use]
pub fn begin_marker(ticket: &TicketNumber, key: &str) -> String {
    format!("▼ {ticket} 回答ここから {key} ▼")
}

/// The line below it.
#[must_use]
pub fn end_marker(ticket: &TicketNumber) -> String {
    format!("▲ {ticket} 回答ここまで ▲")
}

/// An answer to an inquirer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The ticket.
    pub ticket: TicketNumber,
    /// The exact text.
    pub text: String,
}

/// Something that could not be done, to be explained to its writer alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// A line at the top begins like a command, but is none.
    UnknownCommand(String),
    /// A command that needs a ticket names none.
    NoTicket(String),
    /// The text under a marker has no end, so that nobody knows what belongs to it.
    NoEnd(TicketNumber),
    /// Two different texts for one ticket.
    TwoAnswers(TicketNumber),
    /// The key beside a ticket is not this member's.
    WrongKey(TicketNumber),
    /// The key is too old.
    ExpiredKey(TicketNumber),
    /// Text below the line of a notice.
    TextBelow(TicketNumber),
    /// Files came with several answers.
    FilesForSeveral,
    /// Text outside all markers, which is sent to nobody.
    TextOutside(String),
}

/// A mail of a member of staff, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StaffMail {
    /// What to do, in the order written.
    pub orders: Vec<Order>,
    /// What to send.
    pub answers: Vec<Answer>,
    /// What cannot be done.
    pub problems: Vec<Problem>,
    /// A key of this member's came with the mail.
    pub keyed: bool,
}

/// What is read.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The subject.
    pub subject: &'a str,
    /// The body.
    pub text: &'a str,
    /// The member's address.
    pub address: &'a str,
    /// What ticket numbers begin with.
    pub prefix: &'a str,
    /// The desk's name and address: where they stand above what is quoted, a mail program says who wrote that.
    pub desk: (&'a str, &'a str),
    /// Whether files came with the mail.
    pub files: bool,
    /// The local day.
    pub today: NaiveDate,
}

/// Reads a mail of a member of staff.
#[must_use]
pub fn read(input: &Input<'_>, keys: &StaffKeys) -> StaffMail {
    let mut mail = StaffMail::default();
    let found = sections(input.text);
    let subject = subject_ticket(input, keys, &mut mail);
    let head_end = found.first_line.min(cut_line(input.text));
    let head: String = input.text.lines().take(head_end).map(|line| format!("{line}\n")).collect();
    let mut own = own_text(without_attribution(&head, input.desk));
    if found.sections.is_empty() && head_end == input.text.lines().count() {
        // Nothing of ours is quoted: the mail program cut it away, or the mail is a fresh one.
        own = own_text(input.text);
    }
    let rest = commands(&own, subject.as_ref(), &mut mail);
    // 「完了 しました。」 may be a command that went wrong or the beginning of an answer: then nothing of it is sent.
    let unsure = mail
        .problems
        .iter()
        .any(|problem| matches!(problem, Problem::UnknownCommand(_) | Problem::NoTicket(_)));
    for section in &found.sections {
        take_section(section, input, keys, &mut mail);
    }
    mail.problems.extend(found.endless.iter().cloned().map(Problem::NoEnd));
    let is_order_only = rest.trim().is_empty();
    match subject {
        Some(ticket) if found.sections.is_empty() && !unsure => {
            match (is_order_only, below_cut_line(input.text)) {
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
        _ if !is_order_only => mail.problems.push(Problem::TextOutside(rest.trim().to_owned())),
        _ => {}
    }
    refuse_doubles(&mut mail);
    if input.files && mail.answers.len() > 1 {
        mail.answers.clear();
        mail.problems.push(Problem::FilesForSeveral);
    }
    mail
}

/// The ticket whose key stands in the subject: of a notice that is answered, or of a digest's link.
fn subject_ticket(input: &Input<'_>, keys: &StaffKeys, mail: &mut StaffMail) -> Option<TicketNumber> {
    let ticket = TicketNumber::in_subject(input.subject, input.prefix)?;
    let key = find_key(input.subject)?;
    admit(keys, key, &ticket, input, mail).then_some(ticket)
}

fn admit(
    keys: &StaffKeys,
    key: &str,
    ticket: &TicketNumber,
    input: &Input<'_>,
    mail: &mut StaffMail,
) -> bool {
    match keys.check(key, input.address, ticket, input.today) {
        Ok(()) => {
            mail.keyed = true;
            true
        }
        Err(KeyFault::Expired) => {
            // It was this member's: enough to explain, not to act.
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

/// Reads commands from the top of the member's own text, a line each; returns the text behind them.
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
    // A note or a question goes on over the lines below it, up to the end of the text.
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
    let known = keys.check(&section.key, input.address, &section.ticket, input.today);
    mail.keyed |= known.is_ok();
    if section.text.is_empty() {
        return;
    }
    if admit(keys, &section.key, &section.ticket, input, mail) {
        mail.answers.push(Answer { ticket: section.ticket.clone(), text: section.text.clone() });
    }
}

/// The same text twice is one answer (a digest quoted twice); two texts are none.
fn refuse_doubles(mail: &mut StaffMail) {
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

/// The line on which what we wrote begins, or the number of lines.
fn cut_line(text: &str) -> usize {
    text.lines()
        .position(|line| line.contains(CUT_LINE) || line.contains(TOP_LINE))
        .unwrap_or_else(|| text.lines().count())
}

/// What stands below a line of ours that is quoted, without quote marks.
enum Below {
    Nothing,
    /// Behind everything that is quoted, and so its writer's for sure.
    AtTheEnd(String),
    /// Between our words: nobody's for sure.
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

/// The text without its last block, if that names the desk: 「2025年7月1日 9:00 窓口 <desk@…>:」 in whatever language
/// and however it is folded.
fn without_attribution<'t>(head: &'t str, (name, address): (&str, &str)) -> &'t str {
    /// The headers that Outlook repeats are the longest.
    const MOST_LINES: usize = 8;
    let text = head.trim_end();
    let start = text.rfind("\n\n").map_or(0, |at| at + 2);
    let (before, block) = text.split_at(start);
    let lower = block.to_lowercase();
    let names = lower.contains(&address.to_lowercase()) || (!name.is_empty() && block.contains(name));
    if names && block.lines().count() <= MOST_LINES { before } else { head }
}
