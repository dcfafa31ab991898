//! How many automatic mails answer the mails of one member. A responder whose mails bear no mark of one may answer each of
//! ours; it is stopped here.

use super::{Command, Problem, StaffMail};
use crate::desk::ticket::TicketNumber;

/// Automatic mails that a member gets a day in reply to mails about one ticket. People stay far below it.
pub const MOST_REPLIES: u32 = 20;

/// How many replies a member got today about each ticket. `None` stands for replies about no ticket or about several.
pub type Replied = Vec<(Option<TicketNumber>, u32)>;

impl StaffMail {
    /// Whether its writer got so many replies today that nothing is done with this mail. Orders alone are carried out
    /// nevertheless, without a reply: a person wrote them, and may want to stop an answer.
    #[must_use]
    pub fn is_over_limit(&self, replied: &Replied) -> bool {
        self.is_silenced(replied) && !self.is_orders_alone()
    }

    /// Whether its writer got too many replies today about each ticket that this mail is about.
    #[must_use]
    pub fn is_silenced(&self, replied: &Replied) -> bool {
        self.replied_about().iter().all(|about| {
            // Anybody may send mails without a key. They leave one half to mails with a key.
            let most = if about.is_none() && self.keyed { 2 * MOST_REPLIES } else { MOST_REPLIES };
            replied.iter().any(|(ticket, count)| ticket == about && *count >= most)
        })
    }

    fn is_orders_alone(&self) -> bool {
        let replies = |command: &Command| matches!(command, Command::Ask(_) | Command::List | Command::Help);
        !self.orders.is_empty()
            && !self.orders.iter().any(|order| replies(&order.command))
            && self.answers.is_empty()
            && self.problems.is_empty()
            && self.stopped.is_none()
    }

    /// The tickets that the replies are about. `None` stands for a reply about no ticket or about several.
    #[must_use]
    pub fn replied_about(&self) -> Vec<Option<TicketNumber>> {
        let ordered = self.orders.iter().filter_map(|order| order.ticket.as_ref());
        let answered = self.answers.iter().map(|answer| &answer.ticket);
        let doubted = self.problems.iter().filter_map(Problem::ticket);
        let tickets = ordered.chain(answered).chain(doubted).chain(&self.stopped).cloned();
        let mut tickets: Vec<Option<TicketNumber>> = tickets.map(Some).collect();
        tickets.sort_unstable();
        tickets.dedup();
        if tickets.len() != 1 || self.orders.iter().any(|order| order.command == Command::List) {
            tickets.push(None);
        }
        tickets
    }

    /// The ticket, if the mail is about one alone.
    #[must_use]
    pub fn only_ticket(&self) -> Option<TicketNumber> {
        match self.replied_about().as_slice() {
            [ticket] => ticket.clone(),
            _ => None,
        }
    }
}

impl Problem {
    /// The ticket of a valid key that the problem is about.
    fn ticket(&self) -> Option<&TicketNumber> {
        match self {
            Self::TwoAnswers(ticket) | Self::ExpiredKey(ticket) | Self::TextBelow(ticket) => Some(ticket),
            Self::Unclear { ticket, .. } => ticket.as_ref(),
            Self::NoTicket(_)
            | Self::NoEnd(_)
            | Self::WrongKey(_)
            | Self::FilesForSeveral
            | Self::TextOutside(_)
            | Self::TextBeside { .. }
            | Self::OnlyQuoted(_)
            | Self::OtherTicket { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::staff_mail::{Answer, Order};

    fn number(serial: u32) -> TicketNumber {
        TicketNumber::new("ZT", 2025, serial)
    }

    fn answers(tickets: &[u32]) -> StaffMail {
        let answer =
            |serial: &u32| Answer { ticket: number(*serial), text: "x".into(), left_out: String::new() };
        StaffMail { answers: tickets.iter().map(answer).collect(), keyed: true, ..StaffMail::default() }
    }

    fn order(command: Command, ticket: Option<u32>) -> StaffMail {
        let order = Order { command, ticket: ticket.map(number), line: String::new(), remark: String::new() };
        StaffMail { orders: vec![order], keyed: ticket.is_some(), ..StaffMail::default() }
    }

    #[test]
    fn a_member_is_stopped_where_all_that_a_mail_is_about_is_used_up() {
        let problem = StaffMail {
            problems: vec![Problem::TextOutside("x".into())],
            keyed: true,
            ..StaffMail::default()
        };
        let most = MOST_REPLIES;
        for (name, mail, replied, expected) in [
            ("nothing used", answers(&[1]), vec![], false),
            ("below the limit", answers(&[1]), vec![(Some(number(1)), most - 1)], false),
            ("at the limit", answers(&[1]), vec![(Some(number(1)), most)], true),
            ("another ticket", answers(&[2]), vec![(Some(number(1)), most), (None, most)], false),
            ("one of two", answers(&[1, 2]), vec![(Some(number(1)), most), (None, 2 * most)], false),
            (
                "both of two",
                answers(&[1, 2]),
                vec![(Some(number(1)), most), (Some(number(2)), most), (None, 2 * most)],
                true,
            ),
            ("a keyed mail about no ticket", problem.clone(), vec![(None, most)], false),
            ("a keyed mail about no ticket, at its limit", problem, vec![(None, 2 * most)], true),
            ("a request without a key", order(Command::List, None), vec![(None, most)], true),
            ("a cancellation", order(Command::Cancel, Some(1)), vec![(Some(number(1)), most)], false),
            ("a question", order(Command::Ask("?".into()), Some(1)), vec![(Some(number(1)), most)], true),
        ] {
            assert_eq!(mail.is_over_limit(&replied), expected, "{name}");
        }
    }
}
