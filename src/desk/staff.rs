//! The members of the secretariat, and who of them is told what. Whether a mail really comes from one is decided elsewhere.

/// One member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// As colleagues know them.
    pub name: String,
    /// The address they write from.
    pub address: String,
    /// Leads also get escalations and what concerns the whole desk.
    pub lead: bool,
}

/// All members, in the order of the settings.
#[derive(Debug, Clone, Default)]
pub struct Staff(Vec<Member>);

impl Staff {
    /// These members.
    #[must_use]
    pub fn new(members: Vec<Member>) -> Self {
        Self(members)
    }

    /// The member with this address, in whatever case it is written.
    #[must_use]
    pub fn find(&self, address: &str) -> Option<&Member> {
        self.0.iter().find(|member| member.address.eq_ignore_ascii_case(address))
    }

    /// Those whom a name or an address means: 「佐藤」, 「佐藤 花子」, `sato@example.jp`.
    #[must_use]
    pub fn named(&self, who: &str) -> Vec<&Member> {
        let squeeze =
            |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
        let wanted = squeeze(who.trim_end_matches("さん").trim_end_matches('様'));
        let exact = |member: &&Member| squeeze(&member.name) == wanted || squeeze(&member.address) == wanted;
        let exactly: Vec<&Member> = self.0.iter().filter(exact).collect();
        if !exactly.is_empty() || wanted.is_empty() {
            return exactly;
        }
        self.0.iter().filter(|member| squeeze(&member.name).starts_with(&wanted)).collect()
    }

    /// Everybody.
    pub fn all(&self) -> impl Iterator<Item = &Member> {
        self.0.iter()
    }

    /// Those who answer for the desk: the leads, or everybody where nobody is one.
    pub fn leads(&self) -> impl Iterator<Item = &Member> {
        let nobody_leads = self.0.iter().all(|member| !member.lead);
        self.0.iter().filter(move |member| member.lead || nobody_leads)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nobody_leads_everybody_does() {
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
