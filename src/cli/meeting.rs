//! `application meeting` and `application visit`: what members order by mail with 会議, 派遣 and 議事録.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};

use super::{
    Context,
    ticket::{Work, read_text, work},
};
use crate::{
    desk::{
        japanese_date::WrittenSpan,
        meeting::{Arranged, Details, MeetingKind},
        staff_mail::{Command as StaffCommand, SupportCommand},
        ticket::TicketNumber,
    },
    letter::span_fault_to_operator,
};

#[derive(Debug, Subcommand)]
pub(super) enum Meeting {
    /// Set a meeting, or change it, and tell everybody
    Set {
        /// Number of the application
        number: TicketNumber,
        /// Number of the meeting, from 1
        nth: u32,
        #[command(flatten)]
        plan: Plan,
    },
    /// Cancel a meeting and tell everybody
    Cancel {
        /// Number of the application
        number: TicketNumber,
        /// Number of the meeting
        nth: u32,
        /// A sentence of the letters
        #[arg(long)]
        message: Option<String>,
    },
    /// Keep the minutes of a meeting as a note; files other than text come by mail with 議事録
    Minutes {
        /// Number of the application
        number: TicketNumber,
        /// Number of the meeting
        nth: u32,
        /// File with the text, or - for standard input (the default)
        #[arg(default_value = "-")]
        file: PathBuf,
        /// The minutes are of a visit
        #[arg(long)]
        visit: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Visit {
    /// Ask an adviser for a visit; with --nth, change one
    Ask {
        /// Number of the application
        number: TicketNumber,
        /// Number of a visit that is there
        #[arg(long)]
        nth: Option<u32>,
        #[command(flatten)]
        plan: Plan,
    },
    /// The adviser comes: tell everybody
    Set {
        /// Number of the application
        number: TicketNumber,
        /// Number of the visit
        nth: u32,
        /// A sentence of the letters
        #[arg(long)]
        message: Option<String>,
    },
    /// The adviser declines; nobody is told
    Declined {
        /// Number of the application
        number: TicketNumber,
        /// Number of the visit
        nth: u32,
    },
    /// Cancel a visit and tell those who know of it
    Cancel {
        /// Number of the application
        number: TicketNumber,
        /// Number of the visit
        nth: u32,
        /// A sentence of the letters
        #[arg(long)]
        message: Option<String>,
    },
}

/// Day, place and adviser. A detail that is left out stays as it was.
#[derive(Debug, Args)]
pub(super) struct Plan {
    /// Day and hours, such as "2025-09-02 14:00-16:00"
    when: Option<String>,
    /// Where people meet
    #[arg(long)]
    place: Option<String>,
    /// Address of an online meeting
    #[arg(long)]
    url: Option<String>,
    /// What is discussed
    #[arg(long)]
    agenda: Option<String>,
    /// Name or address of an adviser of the settings
    #[arg(long)]
    adviser: Option<String>,
    /// A sentence of the letters
    #[arg(long)]
    message: Option<String>,
}

impl Plan {
    fn order(self, kind: MeetingKind, nth: Option<u32>) -> anyhow::Result<SupportCommand> {
        let Self { when, place, url, agenda, adviser, message } = self;
        let span = when.map(|when| {
            WrittenSpan::read(&when)
                .map_err(|fault| anyhow::anyhow!("{when:?}: {}", span_fault_to_operator(fault)))
        });
        let details = Details { place, url, agenda, adviser, message };
        Ok(SupportCommand::Arrange(Box::new(Arranged { kind, nth, span: span.transpose()?, details })))
    }
}

pub(super) async fn run(context: &Context, command: Meeting) -> anyhow::Result<()> {
    let kind = MeetingKind::Meeting;
    let (number, order) = match command {
        Meeting::Set { number, nth, plan } => (number, plan.order(kind, Some(nth))?),
        Meeting::Cancel { number, nth, message } => (number, SupportCommand::Cancel { kind, nth, message }),
        Meeting::Minutes { number, nth, file, visit } => {
            let kind = if visit { MeetingKind::Visit } else { kind };
            let text = read_text(&file).context("minutes that are no text come by mail")?;
            (number, SupportCommand::Minutes { kind, nth, text })
        }
    };
    work(context, &number, Work::Command(StaffCommand::Support(order))).await
}

pub(super) async fn visit(context: &Context, command: Visit) -> anyhow::Result<()> {
    let kind = MeetingKind::Visit;
    let (number, order) = match command {
        Visit::Ask { number, nth, plan } => (number, plan.order(kind, nth)?),
        Visit::Set { number, nth, message } => (number, SupportCommand::ConfirmVisit { nth, message }),
        Visit::Declined { number, nth } => (number, SupportCommand::VisitDeclined { nth }),
        Visit::Cancel { number, nth, message } => (number, SupportCommand::Cancel { kind, nth, message }),
    };
    work(context, &number, Work::Command(StaffCommand::Support(order))).await
}
