//! Which application a form belongs to. A region is named by prefecture and area; such a name can be guessed, so it is
//! enough only together with a sender who is known to it (law 9).

use unicode_normalization::UnicodeNormalization;

use super::{ApplicationForm, Stage};
use crate::desk::ticket::{SlaClock, TicketNumber};

/// What people write behind the name of a region, or leave out.
const ENDINGS: [&str; 4] = ["在宅医療圏域", "在宅医療圏", "圏域", "地域"];

/// The name of a region, folded: without blanks, and without 圏域. 市, 町 and 村 stay.
#[must_use]
pub fn area_key(area: &str) -> String {
    let folded: String = area.nfkc().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    let bare = ENDINGS.iter().find_map(|ending| folded.strip_suffix(ending));
    bare.filter(|bare| !bare.is_empty()).map_or(folded.clone(), str::to_owned)
}

/// An application of the call that is there.
#[derive(Debug, Clone)]
pub struct KnownApplication {
    /// Row id of the ticket.
    pub id: i64,
    pub number: TicketNumber,
    pub stage: Stage,
    pub clock: SlaClock,
    pub prefecture: String,
    /// Empty where the area is not known.
    pub area_key: String,
    /// Addresses that sent a form of it, in lower case.
    pub senders: Vec<String>,
    /// Hash of the last form of the applicant.
    pub hash: String,
    /// Its thread has other mails of the applicant than those with a form.
    pub has_other_mail: bool,
}

impl KnownApplication {
    fn is(&self, form: &ApplicationForm) -> bool {
        let key = area_key(&form.area);
        !key.is_empty() && self.prefecture == form.prefecture_name() && self.area_key == key
    }

    fn shares_a_sender_with(&self, other: &Self) -> bool {
        self.senders.iter().any(|sender| other.senders.contains(sender))
    }
}

/// Who sends forms, and what shows it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Handing<'a> {
    pub address: &'a str,
    /// Whether our own mail server vouches for the sender's domain. `None`: the settings do not name the server.
    pub confirmed: Option<bool>,
    /// The ticket whose thread the mail answers.
    pub thread: Option<i64>,
    /// The sender says that the form takes the place of another one.
    pub replaces: bool,
}

impl Handing<'_> {
    /// Whether the sender may hand in another form of this application.
    fn may_change(&self, application: &KnownApplication, all: &[KnownApplication]) -> bool {
        let address = self.address.to_lowercase();
        let is_sender = self.confirmed != Some(false) && application.senders.contains(&address);
        let office = office(&address);
        let same_office = || {
            self.confirmed == Some(true)
                && office.is_some()
                && application.senders.iter().any(|sender| self::office(sender) == office)
        };
        // One receipt names all regions of a mail: who answers it answers for all of them.
        let answers = || {
            let thread = all.iter().find(|known| Some(known.id) == self.thread);
            thread
                .is_some_and(|thread| thread.id == application.id || thread.shares_a_sender_with(application))
        };
        is_sender || same_office() || answers()
    }
}

/// `pref.shimane.lg.jp` of `tanaka@mbox.pref.shimane.lg.jp`: the government of a prefecture.
fn office(address: &str) -> Option<&str> {
    let host = address.rsplit_once('@')?.1;
    let starts = std::iter::once(0).chain(host.match_indices('.').map(|(at, _)| at + 1));
    starts
        .filter_map(|at| host.get(at..))
        .find(|rest| rest.starts_with("pref.") || rest.starts_with("metro."))
}

/// The application that a form is a version of, as its place in `known`. `taken` are those that another form of the same mail
/// took. Without a form, which nobody could read: the same file once more.
#[must_use]
pub fn version_of(
    form: Option<&ApplicationForm>,
    hash: &str,
    handing: &Handing<'_>,
    known: &[KnownApplication],
    taken: &[usize],
) -> Option<usize> {
    let may = |nth: &usize| {
        let application = &known[*nth];
        !taken.contains(nth)
            && application.stage != Stage::Withdrawn
            && handing.may_change(application, known)
    };
    let candidates: Vec<usize> = (0..known.len()).filter(may).collect();
    let find = |which: &dyn Fn(&KnownApplication) -> bool| {
        candidates.iter().copied().find(|nth| which(&known[*nth]))
    };
    let Some(form) = form else { return find(&|application| application.hash == hash) };
    if let Some(same) = find(&|application| application.is(form)) {
        return Some(same);
    }
    let in_thread = find(&|application| Some(application.id) == handing.thread);
    let replaced = in_thread.filter(|nth| {
        let application = &known[*nth];
        application.area_key.is_empty() || form.area.is_empty() || handing.replaces
    });
    if replaced.is_some() {
        return replaced;
    }
    // A form after one that nobody could read, or that was blank.
    let mut unknown = candidates.iter().filter(|nth| known[**nth].area_key.is_empty());
    match (unknown.next(), unknown.next()) {
        (Some(only), None) => Some(*only),
        _ => None,
    }
}

/// Applications of the same region, apart from the one that the form belongs to.
#[must_use]
pub fn repeated(form: &ApplicationForm, known: &[KnownApplication], own: Option<usize>) -> Vec<TicketNumber> {
    let others = known.iter().enumerate().filter(|(nth, application)| {
        Some(*nth) != own && application.stage != Stage::Withdrawn && application.is(form)
    });
    others.map(|(_, application)| application.number.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::{calendar::BusinessTime, ticket::Status};

    fn known(id: i64, area: &str, sender: &str) -> KnownApplication {
        KnownApplication {
            id,
            number: TicketNumber::new("ZT", 2025, u32::try_from(id).unwrap()),
            stage: Stage::Accepted,
            clock: SlaClock::stored(Status::Answered, None, BusinessTime::ZERO, None, None),
            prefecture: if area.is_empty() { String::new() } else { "岩手県".into() },
            area_key: area_key(area),
            senders: vec![sender.into()],
            hash: format!("hash {id}"),
            has_other_mail: false,
        }
    }

    fn form(area: &str) -> ApplicationForm {
        ApplicationForm { prefecture: "岩手県".into(), area: area.into(), ..ApplicationForm::default() }
    }

    #[test]
    fn a_region_is_the_same_under_the_names_that_people_give_it() {
        for (one, other, same) in [
            ("北上在宅医療圏域", "北上 圏域", true),
            ("北上在宅医療圏域", "北上", true),
            ("北上市", "北上市地域", true),
            ("北上市", "北上町", false),
            ("北上圏域", "北上市", false),
            ("ＡＢ圏域", "ab", true),
            ("地域", "圏域", false),
        ] {
            assert_eq!(area_key(one) == area_key(other), same, "{one} {other}");
        }
    }

    #[test]
    fn a_form_is_a_version_only_for_a_sender_who_is_known_to_the_application() {
        const OFFICER: &str = "oikawa@pref.iwate.example.jp";
        const COLLEAGUE: &str = "abe@mbox.pref.iwate.example.jp";
        const STRANGER: &str = "x@other.example";
        let all = [
            known(1, "北上圏域", OFFICER),
            known(2, "遠野圏域", OFFICER),
            known(3, "", "scan@pref.iwate.example.jp"),
        ];
        let by = |address| Handing { address, ..Handing::default() };
        let confirmed = |address, yes| Handing { confirmed: Some(yes), ..by(address) };
        let in_thread = |address, thread| Handing { thread: Some(thread), ..by(address) };
        for (name, area, handing, expected) in [
            ("the same officer", "北上在宅医療圏域", by(OFFICER), Some(0)),
            ("the same officer, in capitals", "北上圏域", by("Oikawa@pref.iwate.example.jp"), Some(0)),
            ("an address that somebody forged", "北上圏域", confirmed(OFFICER, false), None),
            ("a stranger", "北上圏域", by(STRANGER), None),
            ("a stranger of a confirmed domain", "北上圏域", confirmed(STRANGER, true), None),
            ("a colleague of a confirmed domain", "北上圏域", confirmed(COLLEAGUE, true), Some(0)),
            ("an unconfirmed colleague", "北上圏域", by(COLLEAGUE), None),
            ("who answers the receipt", "北上圏域", in_thread(STRANGER, 1), Some(0)),
            ("who answers the receipt that names both", "遠野圏域", in_thread(STRANGER, 1), Some(1)),
            ("another region in the thread", "釜石圏域", in_thread(OFFICER, 1), None),
            (
                "another region instead",
                "釜石圏域",
                Handing { replaces: true, ..in_thread(OFFICER, 1) },
                Some(0),
            ),
            (
                "a form after one that nobody could read",
                "釜石圏域",
                by("scan@pref.iwate.example.jp"),
                Some(2),
            ),
            ("another region of the officer", "釜石圏域", by(OFFICER), None),
        ] {
            assert_eq!(version_of(Some(&form(area)), "", &handing, &all, &[]), expected, "{name}");
        }
        assert_eq!(version_of(None, "hash 3", &by("scan@pref.iwate.example.jp"), &all, &[]), Some(2));
        assert_eq!(version_of(None, "hash 4", &by("scan@pref.iwate.example.jp"), &all, &[]), None);
        assert_eq!(version_of(Some(&form("北上圏域")), "", &by(OFFICER), &all, &[0]), None, "taken");
        assert_eq!(repeated(&form("北上圏域"), &all, None), [all[0].number.clone()]);
        assert!(repeated(&form("北上圏域"), &all, Some(0)).is_empty());
    }

    #[test]
    fn a_withdrawn_application_takes_no_form() {
        let mut all = [known(1, "北上圏域", "a@pref.iwate.example.jp")];
        all[0].stage = Stage::Withdrawn;
        let handing = Handing { address: "a@pref.iwate.example.jp", ..Handing::default() };
        assert_eq!(version_of(Some(&form("北上圏域")), "", &handing, &all, &[]), None);
        assert!(repeated(&form("北上圏域"), &all, None).is_empty());
    }
}
