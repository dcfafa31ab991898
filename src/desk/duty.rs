//! Who works today: absences with their substitutes, and the members who get the mails of somebody who is away. The mails of
//! a member always reach somebody who works, in the end the leads.

use std::{fmt, str::FromStr, sync::Arc};

use chrono::NaiveDate;

use super::staff::{Member, Staff};

/// Days on which a member is away, both included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absence {
    /// Address of the member.
    pub member: String,
    pub first: NaiveDate,
    pub last: NaiveDate,
    /// Address of the substitute; `None`: the leads.
    pub substitute: Option<String>,
}

/// As the store and the audit keep it: `2025-07-10..2025-07-15 ito@example.jp sato@example.jp`.
impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { member, first, last, substitute } = self;
        write!(f, "{first}..{last} {member} {}", substitute.as_deref().unwrap_or("-"))
    }
}

impl FromStr for Absence {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let parts: Vec<&str> = text.split(' ').collect();
        let [days, member, substitute] = parts.as_slice() else { return Err(()) };
        let (first, last) = days.split_once("..").ok_or(())?;
        Ok(Self {
            member: (*member).to_owned(),
            first: first.parse().map_err(|_| ())?,
            last: last.parse().map_err(|_| ())?,
            substitute: Some((*substitute).to_owned()).filter(|substitute| substitute != "-"),
        })
    }
}

impl Absence {
    #[must_use]
    pub fn covers(&self, day: NaiveDate) -> bool {
        (self.first..=self.last).contains(&day)
    }

    #[must_use]
    pub fn is_of(&self, member: &Member) -> bool {
        self.member.eq_ignore_ascii_case(&member.address)
    }
}

/// The members on one day.
#[derive(Debug, Clone)]
pub struct Duty<'a> {
    staff: &'a Staff,
    absences: Arc<Vec<Absence>>,
    today: NaiveDate,
}

impl<'a> Duty<'a> {
    #[must_use]
    pub fn new(staff: &'a Staff, absences: Arc<Vec<Absence>>, today: NaiveDate) -> Self {
        Self { staff, absences, today }
    }

    /// The absence of a member today.
    #[must_use]
    pub fn absence(&self, member: &Member) -> Option<&Absence> {
        self.absences.iter().find(|absence| absence.is_of(member) && absence.covers(self.today))
    }

    #[must_use]
    pub fn is_away(&self, member: &Member) -> bool {
        self.absence(member).is_some()
    }

    /// The member who gets a member's mails: that member, or the substitute. `None` if there is none.
    #[must_use]
    pub fn stand_in(&self, member: &'a Member) -> Option<&'a Member> {
        let mut member = member;
        // A substitute may be away, too. A circle has no substitute.
        for _ in 0..=self.staff.all().count() {
            let Some(absence) = self.absence(member) else { return Some(member) };
            member = self.staff.find(absence.substitute.as_deref()?)?;
        }
        None
    }

    /// The leads who work, and the substitutes of the others. If there are none, all leads.
    #[must_use]
    pub fn leads(&self) -> Vec<&'a Member> {
        let mut present: Vec<&Member> = Vec::new();
        for lead in self.staff.leads().filter_map(|lead| self.stand_in(lead)) {
            if !present.contains(&lead) {
                present.push(lead);
            }
        }
        if present.is_empty() { self.staff.leads().collect() } else { present }
    }

    /// Whether a member gets the mails of the leads.
    #[must_use]
    pub fn acts_as_lead(&self, member: &Member) -> bool {
        self.leads().contains(&member)
    }

    /// Whether a member may decide as a lead. A lead who is away still may.
    #[must_use]
    pub fn may_lead(&self, member: &Member) -> bool {
        self.staff.is_lead(member) || self.acts_as_lead(member)
    }

    /// The members who have to work on a ticket: its assignee or the assignee's substitute, else the leads.
    #[must_use]
    pub fn responsible(&self, assignee: Option<&str>) -> Vec<&'a Member> {
        let assignee = assignee.and_then(|address| self.staff.find(address));
        match assignee.and_then(|assignee| self.stand_in(assignee)) {
            Some(member) => vec![member],
            None => self.leads(),
        }
    }

    /// Whether a member gets notices about a ticket: those responsible and the leads do.
    #[must_use]
    pub fn concerns(&self, assignee: Option<&str>, member: &Member) -> bool {
        self.acts_as_lead(member) || self.responsible(assignee).contains(&member)
    }

    /// Whether a member works on the tickets of the member with this address: it is theirs, or they stand in.
    #[must_use]
    pub fn works_for(&self, member: &Member, assignee: &str) -> bool {
        assignee.eq_ignore_ascii_case(&member.address) || self.responsible(Some(assignee)).contains(&member)
    }

    /// All who get mails today.
    #[must_use]
    pub fn present(&self) -> Vec<&'a Member> {
        let leads = self.leads();
        self.staff.all().filter(|member| !self.is_away(member) || leads.contains(member)).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn staff() -> Staff {
        let member =
            |name: &str, lead| Member { name: name.into(), address: format!("{name}@example.jp"), lead };
        Staff::new(vec![member("sato", true), member("ito", false), member("mori", false)])
    }

    fn absence(member: &str, days: (&str, &str), substitute: &str) -> Absence {
        Absence {
            member: format!("{member}@example.jp"),
            first: days.0.parse().unwrap(),
            last: days.1.parse().unwrap(),
            substitute: (!substitute.is_empty()).then(|| format!("{substitute}@EXAMPLE.jp")),
        }
    }

    fn names(members: &[&Member]) -> String {
        members.iter().map(|member| member.name.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_mails_of_who_is_away_reach_who_stands_in() {
        let july = ("2025-07-10", "2025-07-15");
        // (absences, day, responsible for a ticket of ito's, leads)
        for (absences, day, responsible, leads) in [
            (vec![], "2025-07-10", "ito", "sato"),
            (vec![absence("ito", july, "mori")], "2025-07-09", "ito", "sato"),
            (vec![absence("ito", july, "mori")], "2025-07-10", "mori", "sato"),
            (vec![absence("ito", july, "mori")], "2025-07-15", "mori", "sato"),
            (vec![absence("ito", july, "mori")], "2025-07-16", "ito", "sato"),
            (vec![absence("ito", july, "")], "2025-07-10", "sato", "sato"),
            (vec![absence("ito", july, "nobody")], "2025-07-10", "sato", "sato"),
            (vec![absence("ito", july, "mori"), absence("mori", july, "sato")], "2025-07-10", "sato", "sato"),
            (vec![absence("ito", july, "mori"), absence("mori", july, "ito")], "2025-07-10", "sato", "sato"),
            (vec![absence("sato", july, "mori")], "2025-07-10", "ito", "mori"),
            (vec![absence("sato", july, "")], "2025-07-10", "ito", "sato"),
            (vec![absence("sato", july, "ito"), absence("ito", july, "sato")], "2025-07-10", "sato", "sato"),
        ] {
            let staff = staff();
            let duty = Duty::new(&staff, Arc::new(absences), day.parse().unwrap());
            assert_eq!(names(&duty.responsible(Some("ito@example.jp"))), responsible, "{day} {duty:?}");
            assert_eq!(names(&duty.leads()), leads, "{day} {duty:?}");
        }
    }

    #[test]
    fn an_absence_is_read_as_it_is_written() {
        for absence in [
            absence("ito", ("2025-07-10", "2025-07-15"), "mori"),
            absence("ito", ("2025-07-10", "2025-07-10"), ""),
        ] {
            assert_eq!(absence.to_string().parse(), Ok(absence));
        }
    }

    #[test]
    fn who_stands_in_for_a_lead_decides_as_a_lead() {
        let staff = staff();
        let absences = Arc::new(vec![absence("sato", ("2025-07-10", "2025-07-15"), "mori")]);
        let [sato, ito, mori] = [0, 1, 2].map(|nth| staff.all().nth(nth).unwrap());
        let duty = Duty::new(&staff, absences, "2025-07-10".parse().unwrap());
        assert_eq!([sato, ito, mori].map(|member| duty.may_lead(member)), [true, false, true]);
        assert_eq!([sato, ito, mori].map(|member| duty.acts_as_lead(member)), [false, false, true]);
        assert_eq!(names(&duty.present()), "ito mori");
    }

    proptest! {
        /// In all circles of absences a ticket has a responsible member, and that member gets mails.
        #[test]
        fn somebody_who_gets_mails_is_responsible_for_every_ticket(
            away in proptest::collection::vec((0..3_usize, 0..4_usize), 0..6),
            assignee in 0..4_usize,
        ) {
            const NAMES: [&str; 4] = ["sato", "ito", "mori", ""];
            let absences = away.iter().map(|(member, substitute)| {
                absence(NAMES[*member], ("2025-07-10", "2025-07-15"), NAMES[*substitute])
            });
            let staff = staff();
            let duty = Duty::new(&staff, Arc::new(absences.collect()), "2025-07-11".parse().unwrap());
            let assignee = format!("{}@example.jp", NAMES[assignee]);
            let responsible = duty.responsible(Some(&assignee));
            prop_assert!(!responsible.is_empty());
            let present = duty.present();
            prop_assert!(responsible.iter().all(|member| present.contains(member)));
        }
    }
}
