//! The members of staff, with lookup by address or name. `triage` checks whether a mail really comes from a member.

pub use crate::mail::is_same_person;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The name that colleagues use.
    pub name: String,
    /// The address that the member sends mail from.
    pub address: String,
    /// Leads also get escalations and notices about the whole desk.
    pub lead: bool,
}

/// All members, in settings order.
#[derive(Debug, Clone, Default)]
pub struct Staff(Vec<Member>);

impl Staff {
    #[must_use]
    pub fn new(members: Vec<Member>) -> Self {
        Self(members)
    }

    /// Ignores ASCII case.
    #[must_use]
    pub fn find(&self, address: &str) -> Option<&Member> {
        self.0.iter().find(|member| member.address.eq_ignore_ascii_case(address))
    }

    /// Members that match a name or an address: 「佐藤」, 「佐藤 花子」, `sato@example.jp`. Returns the exact matches if there
    /// are any, otherwise all members whose name starts with it.
    #[must_use]
    pub fn named(&self, name: &str) -> Vec<&Member> {
        let normalize =
            |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
        let wanted = normalize(name.trim_end_matches("さん").trim_end_matches('様'));
        let is_exact =
            |member: &&Member| normalize(&member.name) == wanted || normalize(&member.address) == wanted;
        let exact: Vec<&Member> = self.0.iter().filter(is_exact).collect();
        if !exact.is_empty() || wanted.is_empty() {
            return exact;
        }
        self.0.iter().filter(|member| normalize(&member.name).starts_with(&wanted)).collect()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn all(&self) -> impl Iterator<Item = &Member> {
        self.0.iter()
    }

    /// Whether a member is one of [`Staff::leads`].
    #[must_use]
    pub fn is_lead(&self, member: &Member) -> bool {
        self.leads().any(|lead| lead == member)
    }

    /// The leads; all members if the settings name no lead.
    pub fn leads(&self) -> impl Iterator<Item = &Member> {
        let no_lead = self.0.iter().all(|member| !member.lead);
        self.0.iter().filter(move |member| member.lead || no_lead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_lead_all_members_are_leads() {
        let member =
            |name: &str, lead| Member { name: name.into(), address: format!("{name}@example.jp"), lead };
        let names = |members: Vec<Member>| {
            let staff = Staff::new(members);
            staff.leads().map(|member| member.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(vec![member("sato", true), member("ito", false)]), ["sato"]);
        assert_eq!(names(vec![member("sato", false), member("ito", false)]), ["sato", "ito"]);
        assert!(Staff::new(vec![member("sato", true)]).find("Sato@Example.JP").is_some());
    }
}
