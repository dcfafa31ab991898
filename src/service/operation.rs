//! Context of one write transaction: the desk, the actor and the time.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::Desk;
use crate::{
    desk::{
        feedback::{Done, Refused},
        staff::Member,
        window::start_of_day,
    },
    letter::feedback::OPERATOR,
    store::{AuditEvent, NewEvent, TicketRow, Tx},
};

/// A transaction of one actor at one time. The caller begins and commits the transaction.
#[derive(Debug)]
pub struct Operation<'a> {
    pub desk: &'a Desk,
    pub tx: &'a mut Tx,
    pub actor: Actor<'a>,
    pub now: DateTime<Utc>,
}

impl<'a> Operation<'a> {
    /// An operation of the program itself, without a member or the operator.
    pub fn by_desk(desk: &'a Desk, tx: &'a mut Tx, now: DateTime<Utc>) -> Self {
        Self { desk, tx, actor: Actor::Desk, now }
    }

    /// Continues the same transaction with another actor.
    pub fn on_behalf_of<'b>(&'b mut self, actor: Actor<'b>) -> Operation<'b>
    where
        'a: 'b,
    {
        Operation { desk: self.desk, tx: self.tx, actor, now: self.now }
    }

    /// Appends an event of the actor on a ticket to the audit.
    pub fn record(&mut self, ticket: &TicketRow, event: AuditEvent) {
        let event = self.event(event).on_ticket(ticket.id);
        self.tx.append_event(self.now, event);
    }

    /// An event of the actor.
    pub fn event(&self, event: AuditEvent) -> NewEvent {
        NewEvent { actor: self.actor.audit(), ..NewEvent::by_desk(event) }
    }

    /// Whether the actor may decide as a lead.
    pub fn may_approve(&self) -> bool {
        match self.actor {
            Actor::Desk => false,
            Actor::Staff(member) => self.desk.duty(self.now).may_lead(member),
            Actor::Operator => true,
        }
    }

    /// The local day of `now`, as YYYY-MM-DD: the unit of the daily limit of automatic mails.
    pub fn day(&self) -> String {
        self.local(self.now).format("%Y-%m-%d").to_string()
    }

    /// When the local day of `now` began.
    pub fn midnight(&self) -> DateTime<Utc> {
        start_of_day(self.now, self.desk.rules.calendar.time_zone())
    }

    pub fn local(&self, at: DateTime<Utc>) -> DateTime<Tz> {
        at.with_timezone(&self.desk.rules.calendar.time_zone())
    }
}

#[derive(Debug, Clone, Copy)]
pub enum Actor<'a> {
    /// The program itself.
    Desk,
    /// A member of staff, by mail.
    Staff(&'a Member),
    /// The operator, from the shell.
    Operator,
}

impl Actor<'_> {
    /// The actor's name in the audit.
    pub fn audit(self) -> String {
        match self {
            Self::Desk => "desk".to_owned(),
            Self::Staff(member) => member.address.to_lowercase(),
            Self::Operator => "operator".to_owned(),
        }
    }

    /// The actor's name in mails to staff; empty for the program itself.
    pub fn name(self) -> String {
        match self {
            Self::Desk => String::new(),
            Self::Staff(member) => member.name.clone(),
            Self::Operator => OPERATOR.to_owned(),
        }
    }
}

/// A refused operation has changed nothing.
pub type Outcome = Result<Done, Refused>;
