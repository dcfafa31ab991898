//! Files mails that bring an application for the 伴走支援 (circular, 別紙2-②). Nothing is refused here: late, incomplete and
//! unreadable ones are filed, and a person decides.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    Filing, Kind, Known, Reading, Reply, Rules,
    call::{asks_a_question, joined, squash_name},
    follow_up::joinable,
};
use crate::{
    desk::{
        application::{
            ApplicationForm, Arrival, Check, CheckLevel, CheckRule, Handing, KnownApplication, SenderFacts,
            Stage, Submitted, Support, Unread, checks, repeated, version_of,
        },
        form::{Fields, prefecture},
        ticket::{Channel, NewTicket, SlaClock, Status, TicketKind, TicketNumber},
    },
    mail::authentication,
    paper::Format,
};

/// One form of a mail, and what it becomes.
#[derive(Debug, Clone)]
pub struct HandedIn {
    pub submitted: Submitted,
    /// Equal for the same form once more.
    pub hash: String,
    pub checks: Vec<Check>,
    pub becomes: Becomes,
}

#[derive(Debug, Clone)]
pub enum Becomes {
    New {
        ticket: Box<NewTicket>,
        stage: Stage,
    },
    /// A further form of an application that is there.
    Version {
        id: i64,
        number: TicketNumber,
        /// The form takes the place of the one before.
        in_force: bool,
        stage: Stage,
        clock: Box<SlaClock>,
    },
    /// The form that the application has already. It becomes a note.
    Same {
        id: i64,
        number: TicketNumber,
        stage: Stage,
    },
}

/// The words with which an application is handed in, in a subject or in the sender's own text (SUPPORT of 要領 7).
const WORDS: &str = "申し?込み?書|応募(?:用紙|書類|書|様式)|(?:伴走(?:型)?支援|モデル地域).*(?:応募|申し?込|提出|送付)\
     |(?:応募|申し?込|提出|送付).*(?:伴走(?:型)?支援|モデル地域)";
/// Somebody hands in, and does not only speak of it.
const HANDS_IN: &str = "提出|送付(?:いた|し|申)|お?送り(?:いた|し|申)|送ります|応募(?:いた|し|申)|申し?込み?(?:いた|し)|差し?替|再送|ご?査収|添付の(?:とおり|通り)";
/// Names of files of an application.
const FORM_NAME: &str = r"申し?込|応募(?:書|用紙|様式|シート)|別紙2";
/// Names of other files of the call, and of other forms.
const OTHER_NAME: &str =
    "要[領項]|質問|照会|[記入載]例|チラシ|案内|事務連絡|参加申|受講|研修|セミナー|講師|会員|入会";
/// The form takes the place of an earlier one.
const REPLACES: &str = "差し?替|差替|訂正|修正|改訂|再送|再提出|誤り|改めて";

#[expect(clippy::expect_used, reason = "the patterns are constants, and a test compiles each")]
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern")
}

static SPEAKS_OF_IT: LazyLock<Regex> = LazyLock::new(|| regex(WORDS));
static IS_HANDED_IN: LazyLock<Regex> = LazyLock::new(|| regex(HANDS_IN));
static NAMES_THE_FORM: LazyLock<Regex> = LazyLock::new(|| regex(FORM_NAME));
static NAMES_ANOTHER: LazyLock<Regex> = LazyLock::new(|| regex(OTHER_NAME));
static IS_REPLACED: LazyLock<Regex> = LazyLock::new(|| regex(REPLACES));

/// Whether the mail brings an application. A file that nobody can read joins the thread that it answers, like any other.
pub(super) fn is_application(reading: &Reading, rules: &Rules, known: &Known) -> bool {
    if rules.support.is_none() || reading.submitted.is_empty() {
        return false;
    }
    let files = brought(reading).files;
    files.iter().any(|file| file.result.is_ok()) || !files.is_empty() && joinable(reading, known).is_none()
}

/// Whether files of the mail may count as applications. Without one, [`Known::applications`] is not needed.
#[must_use]
pub fn may_be_application(reading: &Reading) -> bool {
    !reading.submitted.is_empty() && !brought(reading).files.is_empty()
}

/// Files a mail that [`is_application`]: each form on its own.
pub(super) fn application(
    reading: &Reading,
    rules: &Rules,
    support: &Support,
    known: &Known,
) -> (Kind, Filing, Option<Reply>) {
    let brought = brought(reading);
    let thread = joinable(reading, known);
    let from = reading.mail.from.as_ref().map(|from| from.address.as_str()).unwrap_or_default();
    let handing = Handing {
        address: from,
        confirmed: confirmed(reading, rules, from),
        thread: thread.map(|ticket| ticket.id),
        replaces: IS_REPLACED.is_match(&words_of(reading)),
    };
    let sender = SenderFacts { address: from.to_owned(), confirmed: handing.confirmed };
    let mut taken = Vec::new();
    let mut handed_in = Vec::new();
    for submitted in brought.files {
        let form = submitted.result.as_ref().ok().map(|(form, _)| form);
        let hash = submitted.hash(&reading.mail);
        let own = version_of(form, &hash, &handing, &known.applications, &taken);
        taken.extend(own);
        let repeats = form.map(|form| repeated(form, &known.applications, own)).unwrap_or_default();
        let arrival = Arrival { sender: &sender, received_at: reading.received_at, repeats: &repeats };
        let checks = checks(submitted.read(), Some(arrival), &support.call);
        let is_clean = !brought.is_doubtful && is_clean(submitted, &checks);
        let becomes = match own.map(|nth| &known.applications[nth]) {
            Some(application) if application.hash == hash => {
                let KnownApplication { id, number, stage, .. } = application;
                Becomes::Same { id: *id, number: number.clone(), stage: *stage }
            }
            Some(application) => version(reading, rules, support, application, is_clean),
            None => new(reading, rules, submitted, is_clean),
        };
        handed_in.push(HandedIn { submitted: submitted.clone(), hash, checks, becomes });
    }
    (Kind::Application, Filing::Applications(handed_in), Some(Reply::ApplicationReceived))
}

/// The files of a mail that count as applications.
struct Brought<'a> {
    files: Vec<&'a Submitted>,
    /// Something else in the mail needs a person: a question, or another file that may be a form.
    is_doubtful: bool,
}

fn brought(reading: &Reading) -> Brought<'_> {
    let files = &reading.submitted;
    let words = words_of(reading);
    let asks = asks_a_question(reading.written());
    let is_inquiry = reading.form.has_form && reading.form.fields.inquiry.is_some();
    let forms: Vec<&Submitted> = files.iter().filter(|file| file.result.is_ok()).collect();
    let is_blank = |file: &&Submitted| file.form().is_some_and(ApplicationForm::is_blank);
    if !(forms.is_empty() || is_inquiry && forms.iter().all(is_blank)) {
        // A second form that is locked or broken is an application of its own. A PDF beside a form usually shows the same
        // one with a seal.
        let locked = files.iter().filter(|file| is_locked(file) && names_a_form(file));
        let is_doubtful =
            asks || is_inquiry || files.iter().any(|file| file.result.is_err() && names_a_form(file));
        return Brought { files: forms.into_iter().chain(locked).collect(), is_doubtful };
    }
    let none = Brought { files: Vec::new(), is_doubtful: false };
    if is_inquiry || files.is_empty() {
        return none;
    }
    // The form of another year says itself that it is about the call.
    let is_named = |file: &&Submitted| file.unread() == Some(Unread::WrongForm) || names_a_form(file);
    let named: Vec<&Submitted> = files.iter().filter(is_named).collect();
    let is_handed_in = SPEAKS_OF_IT.is_match(&words) && (IS_HANDED_IN.is_match(&words) || !asks);
    let is_readable = |file: &Submitted| matches!(file.result, Err(Unread::NotTheForm));
    if named.is_empty() && (!is_handed_in || asks && files.iter().all(is_readable)) {
        return none;
    }
    // Without a name that tells, one file stands for the mail. A logo in a signature is a picture, too.
    let one = || files.iter().find(|file| !file.is_picture()).or(files.first());
    let files = if named.is_empty() { one().into_iter().collect() } else { named };
    Brought { files, is_doubtful: true }
}

/// Whether nobody can say what is in a file that office programs write.
fn is_locked(file: &Submitted) -> bool {
    use Unread::{BrokenFile, Password, TooLarge, UnsafeFile, WrongForm};
    let unreadable = matches!(file.result, Err(Password | BrokenFile | TooLarge | UnsafeFile | WrongForm));
    unreadable && file.format != Format::Pdf && !file.is_picture()
}

fn names_a_form(file: &Submitted) -> bool {
    let name = squash_name(file.name());
    let archive = squash_name(&file.file);
    (NAMES_THE_FORM.is_match(&name) || NAMES_THE_FORM.is_match(&archive)) && !NAMES_ANOTHER.is_match(&name)
}

/// Whether a file of the mail is an application, or has the name of one.
pub(super) fn brings_application(reading: &Reading) -> bool {
    reading.submitted.iter().any(|file| file.result.is_ok() || names_a_form(file))
}

/// Subject and own text, folded.
fn words_of(reading: &Reading) -> String {
    format!("{}。{}", joined(&reading.mail.subject), joined(reading.written()))
}

/// Whether our own mail server vouches for the sender's domain.
fn confirmed(reading: &Reading, rules: &Rules, from: &str) -> Option<bool> {
    let server = rules.gate.authserv_id.as_deref()?;
    let domain = from.rsplit('@').next().unwrap_or_default();
    let results = authentication::results(&reading.mail, server);
    Some(results.is_some_and(|results| results.confirm(domain)))
}

/// Whether nobody has to look at the form before it takes part in the selection.
fn is_clean(submitted: &Submitted, checks: &[Check]) -> bool {
    use CheckRule::{InTime, Opened, Repeated, Sender};
    let stops = |check: &Check| match check.level {
        CheckLevel::Ok => false,
        CheckLevel::Look => matches!(check.rule, InTime | Opened | Sender | Repeated),
        CheckLevel::Missing => true,
    };
    submitted.result.is_ok() && !checks.iter().any(stops)
}

fn new(reading: &Reading, rules: &Rules, submitted: &Submitted, is_clean: bool) -> Becomes {
    let budget = rules.sla.answer_within;
    let running = SlaClock::open(&rules.calendar, budget, reading.received_at);
    let clock = if is_clean {
        SlaClock::resting(budget)
    } else {
        running.unwrap_or_else(|| SlaClock::waiting(budget))
    };
    // Of a form that nobody could read, lists show the subject.
    let subject = || Some(reading.mail.subject.clone()).filter(|subject| !subject.is_empty());
    let unread = || Fields { inquiry: subject(), ..Fields::default() };
    let fields = submitted.form().filter(|form| !form.is_blank()).map_or_else(unread, ticket_fields);
    let prefecture = submitted.result.as_ref().ok().and_then(|(form, _)| prefecture(&form.prefecture));
    let ticket =
        NewTicket { kind: TicketKind::Application, channel: Channel::Email, fields, prefecture, clock };
    let stage = if is_clean { Stage::Accepted } else { Stage::Received };
    Becomes::New { ticket: Box::new(ticket), stage }
}

/// A late form waits for 受理; so does one whose result is known. Other debts of the ticket stay.
fn version(
    reading: &Reading,
    rules: &Rules,
    support: &Support,
    application: &KnownApplication,
    is_clean: bool,
) -> Becomes {
    let in_force = application.stage.takes_forms() && support.call.late_by(reading.received_at).is_none();
    let heard = || {
        application.clock.clone().heard_from_inquirer(
            &rules.calendar,
            rules.sla.answer_within,
            reading.received_at,
        )
    };
    let owes_more = application.has_other_mail && application.clock.status() == Status::Open;
    let (stage, clock) = match (in_force, is_clean) {
        (true, true) if owes_more => (Stage::Accepted, application.clock.clone()),
        (true, true) => (Stage::Accepted, application.clock.clone().answered()),
        (true, false) => (Stage::Received, heard()),
        (false, _) => (application.stage, heard()),
    };
    let (id, number) = (application.id, application.number.clone());
    Becomes::Version { id, number, in_force, stage, clock: Box::new(clock) }
}

/// The ticket's own columns, which lists and digests show: the region, its representative, and why it applies.
#[must_use]
pub fn ticket_fields(form: &ApplicationForm) -> Fields {
    let person = &form.representative;
    let some = |text: String| Some(text).filter(|text| !text.trim().is_empty());
    let region = match (form.prefecture.as_str(), form.area.as_str()) {
        (prefecture, "") => prefecture.to_owned(),
        ("", area) => area.to_owned(),
        (prefecture, area) => format!("{prefecture}（{area}）"),
    };
    let contact = [person.telephone.as_str(), person.email.as_str()];
    let contact: Vec<&str> = contact.into_iter().filter(|text| !text.is_empty()).collect();
    Fields {
        organization: some(region),
        name: some(person.name.clone()),
        contact: some(contact.join("\n")),
        inquiry: some(form.reason.clone()),
    }
}

/// Marks of automatic mail that town halls' programs and lists put on what people write: a filled-in form outweighs them.
pub(super) fn is_filled_in(submitted: &[Submitted]) -> bool {
    submitted.iter().filter_map(Submitted::form).any(|form| !form.is_blank())
}
