//! The results of a call: reviews, decisions, what stops the letters, and the code that stands for exactly these letters.

use chrono::{DateTime, NaiveDate, Utc};
use sha2::{Digest as _, Sha256};

use super::Call;
use crate::{
    desk::{calendar::Calendar, ticket::TicketNumber},
    hex,
    words::closed_set,
};

/// Points of one criterion.
pub const SCORES: std::ops::RangeInclusive<u32> = 1..=5;

/// Characters of the code.
const CODE: usize = 8;

closed_set! {
    /// 採否. Pending until the letters have left.
    Decision {
        /// 採択
        Selected = "selected",
        /// 不採択
        Declined = "declined",
    }
}

/// What a reviewer says of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Address of the member.
    pub reviewer: String,
    pub at: DateTime<Utc>,
    pub verdict: ReviewVerdict,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReviewVerdict {
    /// 利害関係: the reviewer takes no part. The reason may be empty.
    Conflict(String),
    /// One number for each criterion.
    Scored { scores: Vec<u32>, comment: String },
}

impl ReviewVerdict {
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }
}

/// Whether there is one score for each criterion, each within [`SCORES`].
#[must_use]
pub fn fits(scores: &[u32], criteria: usize) -> bool {
    scores.len() == criteria && scores.iter().all(|score| SCORES.contains(score))
}

/// The mean of the sums of all reviewers without a conflict. It is shown, and decides nothing.
#[must_use]
pub fn mean(reviews: &[Review]) -> Option<f64> {
    let sums: Vec<f64> = reviews
        .iter()
        .filter_map(|review| match &review.verdict {
            ReviewVerdict::Scored { scores, .. } => Some(f64::from(scores.iter().sum::<u32>())),
            ReviewVerdict::Conflict(_) => None,
        })
        .collect();
    let count = u32::try_from(sums.len()).ok().filter(|count| *count > 0)?;
    Some(sums.iter().sum::<f64>() / f64::from(count))
}

/// An application that gets a result: not withdrawn.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub number: TicketNumber,
    pub decision: Option<Decision>,
    /// Mail can be sent to the representative.
    pub has_address: bool,
    /// Nobody owes anything: neither the desk an answer nor the applicant.
    pub is_at_rest: bool,
    pub reviews: Vec<Review>,
}

/// Why the results cannot be sent yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// Applications may still arrive until the end of this day.
    CallOpen(NaiveDate),
    NoApplication,
    NobodySelected,
    Undecided(TicketNumber),
    NoAddress(TicketNumber),
    NotAtRest(TicketNumber),
}

/// What a lead should know before the results are sent. It stops nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caution {
    /// Another number of regions than the call has places.
    Places { selected: usize, places: usize },
    /// Nobody has reviewed it, except with a conflict.
    Unreviewed(TicketNumber),
    /// A reviewer of the selected region has a conflict of interest.
    Conflict(TicketNumber),
}

/// What stops the results at an instant.
#[must_use]
pub fn obstacles(candidates: &[Candidate], call: &Call, now: DateTime<Utc>) -> Vec<Obstacle> {
    let mut obstacles = Vec::new();
    if call.late_by(now).is_none() {
        obstacles.push(Obstacle::CallOpen(call.closes));
    }
    if candidates.is_empty() {
        obstacles.push(Obstacle::NoApplication);
    } else if candidates.iter().all(|candidate| candidate.decision == Some(Decision::Declined)) {
        obstacles.push(Obstacle::NobodySelected);
    }
    for candidate in candidates {
        let number = || candidate.number.clone();
        if candidate.decision.is_none() {
            obstacles.push(Obstacle::Undecided(number()));
        }
        if !candidate.has_address {
            obstacles.push(Obstacle::NoAddress(number()));
        }
        if !candidate.is_at_rest {
            obstacles.push(Obstacle::NotAtRest(number()));
        }
    }
    obstacles
}

#[must_use]
pub fn cautions(candidates: &[Candidate], call: &Call) -> Vec<Caution> {
    let selected = candidates.iter().filter(|candidate| candidate.decision == Some(Decision::Selected));
    let count = selected.clone().count();
    let mut cautions = Vec::new();
    if count != call.places {
        cautions.push(Caution::Places { selected: count, places: call.places });
    }
    let is_unreviewed =
        |candidate: &&Candidate| candidate.reviews.iter().all(|review| review.verdict.is_conflict());
    let unreviewed = candidates.iter().filter(is_unreviewed);
    cautions.extend(unreviewed.map(|candidate| Caution::Unreviewed(candidate.number.clone())));
    let has_conflict =
        |candidate: &&Candidate| candidate.reviews.iter().any(|review| review.verdict.is_conflict());
    cautions.extend(selected.filter(has_conflict).map(|one| Caution::Conflict(one.number.clone())));
    cautions
}

/// What an operation on reviews and results did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResultsDone {
    /// 審査
    Reviewed { number: TicketNumber, conflict: bool },
    /// 採択, 不採択; `before` is the decision of another lead that it replaces, with the lead's name.
    Decided { number: TicketNumber, decision: Decision, before: Option<(Decision, String)> },
    /// 通知文
    NoticeKept(TicketNumber),
    /// 結果案
    Shown { letters: usize },
    /// 結果送信
    Queued { letters: usize, leaves_at: DateTime<Utc> },
    /// 結果取消; `left` letters had left before.
    Stopped { stopped: usize, left: usize },
}

/// Why an operation on reviews and results was not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResultsRefused {
    /// Not one score for each criterion, or not within [`SCORES`].
    BadScores {
        number: TicketNumber,
        criteria: Vec<String>,
    },
    /// The shell has to name the reviewer; `known` are the names of all members.
    NoReviewer {
        known: Vec<String>,
    },
    /// 採択 or 不採択 without a reason.
    NoReason(TicketNumber),
    /// The letter waits to leave, or has left.
    OnTheWay(TicketNumber),
    /// The settings have no 伴走支援.
    NoCall,
    NoApplications,
    /// All letters have left or wait to leave.
    NonePending,
    NotReady(Vec<Obstacle>),
    /// The code stands for other letters.
    Changed,
    /// 結果取消 where nothing waits; `left` letters have left.
    NoneWait {
        left: usize,
    },
}

/// A letter about a result, rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultLetter {
    pub number: TicketNumber,
    pub decision: Decision,
    /// The representative; a copy to the sender is a letter of its own.
    pub to: String,
    pub subject: String,
    pub body: String,
}

/// Stands for exactly these letters: another word in one of them gives another code.
#[must_use]
pub fn code(letters: &[ResultLetter]) -> String {
    let mut sorted: Vec<&ResultLetter> = letters.iter().collect();
    sorted.sort_by_key(|letter| (letter.number.to_string(), letter.to.clone()));
    let mut hash = Sha256::new();
    for letter in sorted {
        let number = letter.number.to_string();
        for part in [&number, letter.decision.as_str(), &letter.to, &letter.subject, &letter.body] {
            // The length keeps two parts from flowing into each other.
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
    }
    hex::encode(&hash.finalize()).chars().take(CODE).collect()
}

closed_set! {
    /// Notices to leads about the day for the results, one each.
    ResultsNotice {
        /// Five business days before.
        Week = "week",
        /// One business day before.
        Eve = "eve",
        /// The day has passed.
        Passed = "passed",
    }
}

/// When these notices are due, in order: when the desk opens on that day.
#[must_use]
pub fn results_notices(call: &Call, calendar: &Calendar) -> Vec<(ResultsNotice, DateTime<Utc>)> {
    let before = |business_days: usize| {
        let days = std::iter::successors(call.results_by.pred_opt(), NaiveDate::pred_opt);
        // The call's own days bound the search in a calendar that never opens.
        let days = days.take_while(|day| *day > call.closes);
        days.filter_map(|day| calendar.open_span(day)).map(|(opens, _)| opens).nth(business_days - 1)
    };
    let days = std::iter::successors(call.results_by.succ_opt(), NaiveDate::succ_opt).take(60);
    let passed = days.filter_map(|day| calendar.open_span(day)).map(|(opens, _)| opens).next();
    let notices =
        [(ResultsNotice::Week, before(5)), (ResultsNotice::Eve, before(1)), (ResultsNotice::Passed, passed)];
    notices.into_iter().filter_map(|(notice, at)| Some((notice, at?))).collect()
}

#[cfg(test)]
mod tests;
