//! Moves a ticket's clock, and its turns with it. Every change of a ticket's status goes through here.

use super::Operation;
use crate::{
    desk::{
        ticket::{SlaClock, Status, Told},
        turn::{Ending, after_answer},
    },
    store::{Course, StoreError, TicketRow},
};

impl Operation<'_> {
    /// The clock of a ticket goes on: held, resumed, reopened, or with another deadline.
    pub async fn move_clock(&mut self, ticket: &TicketRow, after: &SlaClock) -> Result<(), StoreError> {
        self.go_on(ticket, after, false).await
    }

    /// As [`Operation::move_clock`], by a mail of the inquirer's: a ticket that waits for fields of its form may still do so.
    pub async fn hear(&mut self, ticket: &TicketRow, after: &SlaClock) -> Result<(), StoreError> {
        self.go_on(ticket, after, true).await
    }

    async fn go_on(
        &mut self,
        ticket: &TicketRow,
        after: &SlaClock,
        by_inquirer: bool,
    ) -> Result<(), StoreError> {
        let turn = self.tx.last_turn(ticket.id).await?;
        let turn = turn.moved(&ticket.clock, after, &self.desk.rules.calendar, self.now);
        let closed_at = ticket.closed_at.filter(|_| after.status() == Status::Closed);
        let told = Told { asked_at: ticket.asked_at, promised_on: ticket.promised_on };
        let Told { asked_at, promised_on } = told.moved(&ticket.clock, after, by_inquirer);
        let course = Course { asked_at, closed_at, answered_at: ticket.answered_at, promised_on };
        self.tx.set_clock(ticket.id, after, course, &turn).await
    }

    /// The turn of a ticket ends by what the actor does.
    pub async fn end_turn(&mut self, ticket: &TicketRow, ending: Ending) -> Result<(), StoreError> {
        let last = self.tx.last_turn(ticket.id).await?;
        let turn = last.ended(&ticket.clock, ending, &self.actor.audit(), self.now);
        let clock = ending.clock(ticket.clock.clone());
        let closed_at = (clock.status() == Status::Closed).then_some(self.now);
        let answered_at = if ending.is_answer() { Some(self.now) } else { ticket.answered_at };
        let course = Course { asked_at: None, closed_at, answered_at, promised_on: ticket.promised_on };
        self.tx.set_clock(ticket.id, &clock, course, &turn).await
    }

    /// The mail server has accepted an answer. `outbox` is its row id.
    pub async fn answer_left(&mut self, ticket: &TicketRow, outbox: i64, by: &str) -> Result<(), StoreError> {
        let written = self.tx.written_at(outbox).await?;
        let heard_again = self.tx.heard_since(ticket.id, written).await?;
        let last = self.tx.last_turn(ticket.id).await?;
        let (clock, turn) = after_answer(&ticket.clock, &last, heard_again, by, self.now);
        let course = Course {
            asked_at: ticket.asked_at.filter(|_| clock.status() == Status::Waiting),
            closed_at: ticket.closed_at,
            answered_at: Some(self.now),
            promised_on: ticket.promised_on,
        };
        self.tx.set_clock(ticket.id, &clock, course, &turn).await
    }

    /// The answer did not arrive: it is owed again, until the same deadline. Returns the ticket's clock.
    pub async fn revoke_answer(&mut self, ticket: &TicketRow) -> Result<SlaClock, StoreError> {
        let (calendar, now) = (&self.desk.rules.calendar, self.now);
        let clock = ticket.clock.clone().unanswered(calendar, now);
        if clock != ticket.clock {
            let turn = self.tx.last_turn(ticket.id).await?.resumed(&clock, calendar, now);
            let course = Course { promised_on: ticket.promised_on, ..Course::default() };
            self.tx.set_clock(ticket.id, &clock, course, &turn).await?;
        }
        Ok(clock)
    }
}
