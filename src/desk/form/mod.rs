//! Parses the prescribed form (circular, 別紙1) in a subject and a body: four fields, missing fields, contact data.
//! `triage` decides whether the desk accepts the inquiry.

mod address;
mod blank;
mod blocks;
mod contact;
mod decoration;
mod fold;
mod history;
mod labels;
mod lines;
mod prefecture;
mod reading;
mod reply;
mod signature;
mod spelling;
mod subject;
mod tail;
mod telephone;
mod values;

use serde::Serialize;

pub(super) use fold::{Folds, fold, squash};
use reading::Reading;
use spelling::Spellings;
pub use values::PLACEHOLDER;

use super::quotation::Quotation;
use crate::words::closed_set;

#[cfg(test)]
mod tests;

closed_set! {
    /// One of the four fields, in the circular's order.
    FieldKey {
        /// 1) 自治体・機関名
        Organization = "organization",
        /// 2) 氏名
        Name = "name",
        /// 3) 連絡先（TEL/メールアドレス）
        Contact = "contact",
        /// 4) 照会内容（具体的に）
        Inquiry = "inquiry",
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldRule {
    pub key: FieldKey,
    pub label: String,
    /// Other labels, in addition to the common spellings built in.
    pub aliases: Vec<String>,
}

/// The prescribed form of a desk.
#[derive(Debug, Clone)]
pub struct FormRules {
    subject: String,
    fields: Vec<FieldRule>,
    /// The subject in the form used for comparison. Computed once, as are the spellings: every mail needs them.
    squashed_subject: String,
    spellings: Spellings,
}

impl FormRules {
    #[must_use]
    pub fn new(subject: String, fields: Vec<FieldRule>) -> Self {
        let (squashed_subject, spellings) = (squash(&subject), Spellings::of(&fields));
        Self { subject, fields, squashed_subject, spellings }
    }

    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The fields in form order.
    #[must_use]
    pub fn fields(&self) -> &[FieldRule] {
        &self.fields
    }
}

impl Default for FormRules {
    /// The circular of 25 June 2025, 別紙1: 「メール照会の際は、下記を記載のうえご連絡ください」.
    fn default() -> Self {
        let field = |key, label: &str, aliases: &[&str]| FieldRule {
            key,
            label: label.to_owned(),
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        };
        let fields = vec![
            field(FieldKey::Organization, "自治体・機関名", &["自治体名", "機関名", "所属"]),
            field(FieldKey::Name, "氏名", &["お名前", "担当者名"]),
            field(FieldKey::Contact, "連絡先（TEL/メールアドレス）", &["連絡先", "電話番号"]),
            field(FieldKey::Inquiry, "照会内容（具体的に）", &["照会内容", "お問い合わせ内容"]),
        ];
        Self::new("拠点整備・運用に関する照会".to_owned(), fields)
    }
}

/// The values of the form: the exact text without surrounding blanks, or `None` if a field is absent or blank.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Fields {
    /// 自治体・機関名
    pub organization: Option<String>,
    /// 氏名
    pub name: Option<String>,
    /// 連絡先
    pub contact: Option<String>,
    /// 照会内容
    pub inquiry: Option<String>,
}

/// Characters of a field as a ticket keeps it.
#[must_use]
pub fn longest(key: FieldKey) -> usize {
    if key == FieldKey::Inquiry { 20_000 } else { 1_000 }
}

/// A text of at most so many characters, and a count of those that are left out: 「…（ほか120字）」. A second call changes nothing.
#[must_use]
pub fn bounded(text: &str, most: usize) -> String {
    /// Characters of the longest count.
    const COUNT: usize = 20;
    let total = text.chars().count();
    if total <= most + COUNT {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most).collect();
    with_count(&kept, total - most)
}

/// A shortened text with the count of what is left out.
#[must_use]
pub fn with_count(kept: &str, left_out: usize) -> String {
    format!("{kept}…（ほか{left_out}字）")
}

/// A text without its [`with_count`], and that count; 0 if there is none. A stranger can write any count.
#[must_use]
pub fn without_count(text: &str) -> (&str, usize) {
    let parts = || {
        let (kept, count) = text.strip_suffix("字）")?.rsplit_once("…（ほか")?;
        Some((kept, count.parse().ok()?))
    };
    parts().unwrap_or((text, 0))
}

impl Fields {
    /// The fields as a ticket keeps them. Strangers choose their length, and tickets are read by the hundred. The ledger has the
    /// whole mail, and the conversation its whole text.
    #[must_use]
    pub fn bounded(&self) -> Self {
        let mut fields = self.clone();
        for key in FieldKey::ALL {
            fields.set(*key, self.get(*key).map(|text| bounded(text, longest(*key))));
        }
        fields
    }

    #[must_use]
    pub fn get(&self, key: FieldKey) -> Option<&str> {
        match key {
            FieldKey::Organization => &self.organization,
            FieldKey::Name => &self.name,
            FieldKey::Contact => &self.contact,
            FieldKey::Inquiry => &self.inquiry,
        }
        .as_deref()
    }

    /// The fields without a value, in the circular's order.
    #[must_use]
    pub fn missing(&self) -> Vec<FieldKey> {
        FieldKey::ALL.iter().copied().filter(|key| self.get(*key).is_none()).collect()
    }

    /// Copies the missing fields from `other`.
    pub fn complete(&mut self, other: &Self) {
        for key in self.missing() {
            self.set(key, other.get(key).map(str::to_owned));
        }
    }

    pub fn set(&mut self, key: FieldKey, text: Option<String>) {
        *match key {
            FieldKey::Organization => &mut self.organization,
            FieldKey::Name => &mut self.name,
            FieldKey::Contact => &mut self.contact,
            FieldKey::Inquiry => &mut self.inquiry,
        } = text;
    }
}

/// Something unusual in the form, and how the parser treated it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable identifier. On the form: `placeholder`, `duplicate_field`, `out_of_order`, `quoted_form`,
    /// `forwarded_form`, `attached_form`, `other_form`, `free_text`. On the contact field: `contact_unusable`,
    /// `telephone_incomplete`, `fax_number`, `address_incomplete`, `address_masked`.
    pub code: &'static str,
    /// English text. It may name fields, but never contains text of the mail.
    pub detail: String,
}

impl Finding {
    fn of(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Form {
    /// The subject is the prescribed one, apart from reply marks, tags, character widths and dots.
    pub subject_conforms: bool,
    /// The body contains the form, filled in or not.
    pub has_form: bool,
    pub fields: Fields,
    /// Fields that are absent or blank, in the circular's order.
    pub missing: Vec<FieldKey>,
    /// Telephone numbers in the contact field, half-width with hyphens. Without fax numbers and extensions (内線).
    pub telephones: Vec<String>,
    /// Mail addresses in the contact field, half-width.
    pub addresses: Vec<String>,
    /// The prefecture, if the organization's name contains it or one of its municipalities.
    pub prefecture: Option<&'static str>,
    pub findings: Vec<Finding>,
}

impl Form {
    /// Whether a person filled in the form: the inquiry and one field more, and the labels are not quoted.
    #[must_use]
    pub fn is_filled_in(&self) -> bool {
        let others =
            FieldKey::ALL.len() - 1 - self.missing.iter().filter(|key| **key != FieldKey::Inquiry).count();
        let quoted = self.findings.iter().any(|finding| finding.code == "quoted_form");
        self.has_form && self.fields.inquiry.is_some() && others > 0 && !quoted
    }
}

/// The telephone numbers in a contact field, half-width with hyphens.
#[must_use]
pub fn telephones(contact: &str) -> Vec<String> {
    contact::read(contact, &mut Vec::new()).telephones
}

/// The prefecture of an organization, if its name shows it.
#[must_use]
pub fn prefecture(organization: &str) -> Option<&'static str> {
    prefecture::of(organization)
}

/// Whether a folded text is the name of a prefecture or a municipality.
pub(super) fn is_place(folded: &str) -> bool {
    prefecture::is_place(folded)
}

/// All prefectures, in the order of their codes (JIS X 0401).
pub fn prefectures() -> impl Iterator<Item = &'static str> {
    prefecture::all()
}

/// The mail addresses in a contact field, half-width.
#[must_use]
pub fn addresses(contact: &str) -> Vec<String> {
    contact::read(contact, &mut Vec::new()).addresses
}

/// Parses the form. Never fails; needs time and memory linear in the size of the text.
#[must_use]
pub fn read_form(subject: &str, text: &str, rules: &FormRules) -> Form {
    let subject_conforms = subject::conforms(subject, &rules.squashed_subject);
    form(reading::read(text, &rules.spellings, subject_conforms), subject_conforms)
}

/// Parses the form in a reply, without the mails of ours that it quotes.
#[must_use]
pub fn read_form_in_reply(subject: &str, quotation: &Quotation<'_>, rules: &FormRules) -> Form {
    let subject_conforms = subject::conforms(subject, &rules.squashed_subject);
    form(reply::read(quotation, &rules.spellings, subject_conforms), subject_conforms)
}

impl Form {
    /// Completes the form from the mails, subject and text each, that a person attached: an inquiry passed on as a file.
    #[must_use]
    pub fn with_attached<'a>(
        self,
        mails: impl Iterator<Item = (&'a str, &'a str)>,
        rules: &FormRules,
    ) -> Self {
        // A note above an attached form is not the inquiry, even under the prescribed subject.
        let own = if self.has_form { self.fields.clone() } else { Fields::default() };
        if own.missing().is_empty() {
            return self;
        }
        let forms = mails.map(|(subject, text)| read_form(subject, text, rules));
        let mut filled = forms.filter(|form| form.fields != Fields::default());
        let Some(attached) = filled.next() else { return self };
        let mut fields = own.clone();
        fields.complete(&attached.fields);
        if fields == own {
            return self;
        }
        let mut findings = if self.has_form { self.findings } else { attached.findings };
        findings.push(Finding::of("attached_form", "the form is in an attached mail"));
        if filled.next().is_some() {
            findings
                .push(Finding::of("other_form", "another attached mail contains a form that is filled in"));
        }
        let reading = Reading { has_form: self.has_form || attached.has_form, fields, findings };
        let mut form = form(reading, self.subject_conforms || attached.subject_conforms);
        let findings = std::mem::take(&mut form.findings);
        for finding in findings {
            if !form.findings.contains(&finding) {
                form.findings.push(finding);
            }
        }
        form
    }
}

fn form(reading: Reading, subject_conforms: bool) -> Form {
    let Reading { has_form, fields, mut findings } = reading;
    let contact = contact::read(fields.contact.as_deref().unwrap_or_default(), &mut findings);
    Form {
        subject_conforms,
        has_form,
        missing: fields.missing(),
        telephones: contact.telephones,
        addresses: contact.addresses,
        prefecture: fields.organization.as_deref().and_then(prefecture::of),
        fields,
        findings,
    }
}
