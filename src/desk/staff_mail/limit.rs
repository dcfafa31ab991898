//! How many automatic mails answer the mails of one member. A responder whose mails bear no mark of one may answer each of
//! ours; it is stopped here.

use super::{Command, Problem, StaffMail};
use crate::desk::ticket::TicketNumber;

/// Automatic mails that a member gets a day in reply to mails about one ticket. People stay far below it.
pub const MOST_REPLIES: u32 = 20;

/// The same for mails in which nothing is surely meant. All mails of a responder are such mails.
pub const MOST_DOUBTS: u32 = 5;

/// The same for requests without a key, which anybody can write in a member's name.
pub const MOST_KEYLESS: u32 = 10;

/// Replies that a member got today about one ticket. Without a ticket: about none, or about several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replies {
    pub ticket: Option<TicketNumber>,
    pub all: u32,
    /// Those to mails in which nothing was surely meant.
    pub to_doubts: u32,
}

impl StaffMail {
    /// Whether its writer got so many replies today that nothing is done with this mail. Orders alone are carried out
    /// nevertheless, without a reply: a person wrote them, and may want to stop an answer. So does a doubt about a draft.
    #[must_use]
    pub fn is_over_limit(&self, replied: &[Replies]) -> bool {
        self.is_silenced(replied) && self.stopped.is_none() && !self.is_orders_alone()
    }

    /// Whether its writer got too many replies today about each ticket that this mail is about.
    #[must_use]
    pub fn is_silenced(&self, replied: &[Replies]) -> bool {
        let most = self.most_replies();
        self.replied_about().iter().all(|about| {
            // Anybody may send mails without a key. They leave one half to mails with a key.
            let most = if about.is_none() && self.keyed { 2 * most } else { most };
            let is_used_up = |replies: &Replies| {
                let count = if self.is_doubt() { replies.to_doubts } else { replies.all };
                replies.ticket == *about && count >= most
            };
            replied.iter().any(is_used_up)
        })
    }

    /// How many replies a mail like this one gets about a ticket.
    #[must_use]
    pub fn most_replies(&self) -> u32 {
        match self.is_doubt() {
            true => MOST_DOUBTS,
            false if self.keyed => MOST_REPLIES,
            false => MOST_KEYLESS,
        }
    }

    /// Nothing in it is surely meant.
    #[must_use]
    pub fn is_doubt(&self) -> bool {
        self.orders.is_empty() && self.answers.is_empty()
    }

    fn is_orders_alone(&self) -> bool {
        let replies = |command: &Command| command.is_of_the_desk() || matches!(command, Command::Ask(_));
        !self.orders.is_empty()
            && !self.orders.iter().any(|order| replies(&order.command))
            && self.answers.is_empty()
            && self.problems.is_empty()
    }

    /// Whether it asks for a search.
    #[must_use]
    pub fn searches(&self) -> bool {
        self.orders.iter().any(|order| matches!(order.command, Command::Search(_)))
    }

    /// The tickets that the replies are about. `None` stands for a reply about no ticket or about several.
    #[must_use]
    pub fn replied_about(&self) -> Vec<Option<TicketNumber>> {
        let ordered = self.orders.iter().filter_map(|order| order.ticket.as_ref());
        let answered = self.answers.iter().map(|answer| &answer.ticket);
        let doubted = self.problems.iter().filter_map(Problem::ticket);
        let tickets = ordered.chain(answered).chain(doubted).chain(&self.stopped).cloned();
        // The replies about a parked mail, a report or an entry for the guidebook are about no ticket.
        let is_ticket =
            |number: &TicketNumber| number.parked().is_none() && !number.is_report() && !number.is_entry();
        let mut tickets: Vec<Option<TicketNumber>> =
            tickets.map(|number| Some(number).filter(is_ticket)).collect();
        tickets.sort_unstable();
        tickets.dedup();
        if tickets.len() != 1
            || self.orders.iter().any(|order| {
                matches!(
                    order.command,
                    Command::List(_) | Command::Sheet(_) | Command::Search(_) | Command::Report(_)
                )
            })
        {
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
            | Self::OthersKey(_)
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

    fn replies(ticket: Option<u32>, all: u32, to_doubts: u32) -> Replies {
        Replies { ticket: ticket.map(number), all, to_doubts }
    }

    #[test]
    fn a_member_is_stopped_where_all_that_a_mail_is_about_is_used_up() {
        let doubt = |keyed: bool, stopped: Option<u32>| StaffMail {
            problems: vec![Problem::ExpiredKey(number(1))],
            keyed,
            stopped: stopped.map(number),
            ..StaffMail::default()
        };
        let outside = StaffMail {
            problems: vec![Problem::TextOutside("x".into())],
            keyed: true,
            ..StaffMail::default()
        };
        let (most, few) = (MOST_REPLIES, MOST_DOUBTS);
        for (name, mail, replied, expected) in [
            ("nothing used", answers(&[1]), vec![], false),
            ("below the limit", answers(&[1]), vec![replies(Some(1), most - 1, few)], false),
            ("at the limit", answers(&[1]), vec![replies(Some(1), most, 0)], true),
            ("another ticket", answers(&[2]), vec![replies(Some(1), most, 0), replies(None, most, 0)], false),
            (
                "one of two",
                answers(&[1, 2]),
                vec![replies(Some(1), most, 0), replies(None, 2 * most, 0)],
                false,
            ),
            (
                "both of two",
                answers(&[1, 2]),
                vec![replies(Some(1), most, 0), replies(Some(2), most, 0), replies(None, 2 * most, 0)],
                true,
            ),
            (
                "a request without a key",
                order(Command::List(crate::desk::staff_mail::Whose::Own), None),
                vec![replies(None, MOST_KEYLESS, 0)],
                true,
            ),
            ("a cancellation", order(Command::Cancel, Some(1)), vec![replies(Some(1), most, 0)], false),
            ("a question", order(Command::Ask("?".into()), Some(1)), vec![replies(Some(1), most, 0)], true),
            ("a doubt after many orders", doubt(true, None), vec![replies(Some(1), most, few - 1)], false),
            ("a doubt after a few", doubt(true, None), vec![replies(Some(1), few, few)], true),
            ("a doubt that stops a draft", doubt(true, Some(1)), vec![replies(Some(1), few, few)], false),
            ("a keyed doubt about no ticket", outside.clone(), vec![replies(None, few, few)], false),
            ("the same at its limit", outside, vec![replies(None, few, 2 * few)], true),
        ] {
            assert_eq!(mail.is_over_limit(&replied), expected, "{name}");
        }
    }
}
