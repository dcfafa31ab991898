//! Tells mails about the call for the 伴走支援 (circular, 別紙2) from inquiries: they never get the consultation form. `application`
//! files those that bring an application.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use super::Reading;
use crate::desk::form::{fold, squash};

/// Words of the call: 別紙2, 公募要領. One is enough in a subject.
const IN_SUBJECT: &str = "伴走(?:型)?支援|モデル地域|公募|応募(?:[^者]|$)|(?:申込|申し込み)書|地域の募集";
/// Subjects about staff that somebody looks for.
const OF_JOBS: &str = "職員|求人|採用|人材|看護師|医師の";
/// One is enough in a text.
const IN_TEXT: &[&str] = &[
    // 別紙2, title
    "伴走(?:型)?支援",
    // 要領 7: 「モデル地域への伴走支援 申込書」
    "モデル地域",
    // 要領 2, 8, 9: words that only the call has
    "公募要[領項]|実施地域の(?:公募|募集|選定)|(?:応募|申込)地域",
    // Somebody hands in an application: 「申込書を提出いたします」
    "(?:申込|申し込み)書(?:類|一式|案)?(?:\\([^)]{0,20}\\))?[をの](?:[^。]{0,10})?(?:提出|送付|送り|添付|差し?替え|再送)",
    "公募[^。]{0,20}応募|応募[^。]{0,20}公募",
];
/// Names of files of the call.
const FILE: &str = "申込|申し込み|応募|伴走";
/// A sentence that asks something. 要領 10 makes this mailbox the place to ask about the call.
const QUESTION: &str = r"\?|でしょうか|(?:ます|です|ません)か(?:[。,、]|$)|可能か|必要か|[よ良]いか|教えて|教示|お?伺い(?:し|いた|申|でき)|お尋ね|尋ねし|質問(?:です|が|させ|いた|し|の件|について)|知りたい|問い?合わせ(?:いた|し|です|させ)";

#[expect(clippy::expect_used, reason = "the patterns are constants, and a test compiles each")]
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern")
}

static SUBJECT: LazyLock<Regex> = LazyLock::new(|| regex(IN_SUBJECT));
static JOBS: LazyLock<Regex> = LazyLock::new(|| regex(OF_JOBS));
static FILE_NAME: LazyLock<Regex> = LazyLock::new(|| regex(FILE));
static IS_QUESTION: LazyLock<Regex> = LazyLock::new(|| regex(QUESTION));
#[expect(clippy::expect_used, reason = "the patterns are constants, and a test compiles each")]
static TEXT: LazyLock<RegexSet> = LazyLock::new(|| RegexSet::new(IN_TEXT).expect("constant patterns"));

/// Whether the message is about the call. The filled-in form is a question to the desk, also about the call.
#[must_use]
pub fn is_about_the_call(reading: &Reading) -> bool {
    if reading.form.has_form && reading.form.fields.inquiry.is_some() {
        return false;
    }
    let subject = squash(&reading.mail.subject);
    reading.submitted.iter().any(|file| FILE_NAME.is_match(&squash_name(&file.file)))
        || (SUBJECT.is_match(&subject) && !JOBS.is_match(&subject))
        || TEXT.is_match(&joined(reading.written()))
}

/// Whether a text asks something.
pub(super) fn asks_a_question(text: &str) -> bool {
    text.lines().any(|line| IS_QUESTION.is_match(&joined(line)))
}

/// Folded and without blanks and line breaks.
pub(super) fn joined(text: &str) -> String {
    fold(text).split_whitespace().collect()
}

/// Folded, with the dot before the extension, which folding removes.
pub(super) fn squash_name(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{}.{}", squash(stem), extension.to_ascii_lowercase()),
        None => squash(name),
    }
}
