//! Reads the prescribed form (the circular's 別紙1) out of a subject and a body, however people fill it in: four fields, what is missing, how to reach them.
//! Never decides whether an inquiry is accepted or answered; that is `triage`.

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
mod signature;
mod spelling;
mod subject;
mod tail;
mod telephone;
mod values;

use serde::{Deserialize, Serialize};

use fold::squash;
use reading::Reading;
use spelling::Spellings;

#[cfg(test)]
mod tests;

/// One of the four fields, in the circular's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKey {
    /// 1) 自治体・機関名
    Organization,
    /// 2) 氏名
    Name,
    /// 3) 連絡先（TEL/メールアドレス）
    Contact,
    /// 4) 照会内容（具体的に）
    Inquiry,
}

impl FieldKey {
    /// All four, in the circular's order.
    pub const ALL: [Self; 4] = [Self::Organization, Self::Name, Self::Contact, Self::Inquiry];

    /// The key in settings, JSON and the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Name => "name",
            Self::Contact => "contact",
            Self::Inquiry => "inquiry",
        }
    }
}

/// How one field is labelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldRule {
    /// Which field.
    pub key: FieldKey,
    /// The label as it is prescribed.
    pub label: String,
    /// Other spellings, besides those that are common everywhere.
    pub aliases: Vec<String>,
}

/// The form that a desk prescribes.
#[derive(Debug, Clone)]
pub struct FormRules {
    subject: String,
    fields: Vec<FieldRule>,
    /// The subject as subjects are compared, and the spellings of the labels: made once, needed for every mail.
    wanted: String,
    spellings: Spellings,
}

impl FormRules {
    /// The rules for a prescribed subject and fields.
    #[must_use]
    pub fn new(subject: String, fields: Vec<FieldRule>) -> Self {
        let (wanted, spellings) = (squash(&subject), Spellings::of(&fields));
        Self { subject, fields, wanted, spellings }
    }

    /// The prescribed subject.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The fields, in the order in which they are asked for.
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

/// What was filled in: the exact text, without surrounding blanks; `None` where nothing was.
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

impl Fields {
    /// The text of a field.
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

    /// The fields that are absent, in the circular's order.
    #[must_use]
    pub fn missing(&self) -> Vec<FieldKey> {
        FieldKey::ALL.into_iter().filter(|key| self.get(*key).is_none()).collect()
    }

    /// Takes from `other` what is absent here.
    pub fn complete(&mut self, other: &Self) {
        for key in self.missing() {
            self.set(key, other.get(key).map(str::to_owned));
        }
    }

    /// Sets the text of a field.
    pub fn set(&mut self, key: FieldKey, text: Option<String>) {
        *match key {
            FieldKey::Organization => &mut self.organization,
            FieldKey::Name => &mut self.name,
            FieldKey::Contact => &mut self.contact,
            FieldKey::Inquiry => &mut self.inquiry,
        } = text;
    }
}

/// Something odd in the form, and how it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Short and stable. Of the form: `placeholder`, `duplicate_field`, `out_of_order`, `quoted_form`, `forwarded_form`,
    /// `other_form`, `free_text`; of the contact: `contact_unusable`, `telephone_incomplete`, `fax_number`,
    /// `address_incomplete`, `address_masked`.
    pub code: &'static str,
    /// English; names fields, repeats nothing of the mail.
    pub detail: String,
}

impl Finding {
    fn of(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

/// The form as it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Form {
    /// The subject is the prescribed one, but for reply marks, tags, widths and dots.
    pub subject_conforms: bool,
    /// The body carries the form, filled in or not.
    pub has_form: bool,
    /// What was filled in.
    pub fields: Fields,
    /// Fields that are absent or blank, in the circular's order.
    pub missing: Vec<FieldKey>,
    /// Telephone numbers in the contact field: half-width, hyphens. Fax numbers and extensions (内線) are none.
    pub telephones: Vec<String>,
    /// Mail addresses in the contact field, half-width.
    pub addresses: Vec<String>,
    /// The prefecture, where the organization names it or one of its municipalities.
    pub prefecture: Option<&'static str>,
    /// Everything odd.
    pub findings: Vec<Finding>,
}

/// What the writer of a mail wrote: without the mails that are quoted or forwarded in it, and without a signature.
#[must_use]
pub fn own_text(text: &str) -> String {
    let lines = lines::Lines::of(text);
    let to = history::boundaries(&lines).first().map_or(lines.len(), |boundary| boundary.line);
    let end = signature::end_of_text(&lines, 0, to, 0, &Fields::default());
    let own = (0..end).filter(|line| lines.get(*line).depth == 0);
    let own: Vec<&str> = own.map(|line| lines.raw(line)).collect();
    own.join("\n").trim_matches('\n').trim_end().to_owned()
}

/// The telephone numbers in a contact field.
#[must_use]
pub fn telephones(contact: &str) -> Vec<String> {
    contact::read(contact, &mut Vec::new()).telephones
}

/// The prefecture that an organization's name shows.
#[must_use]
pub fn prefecture(organization: &str) -> Option<&'static str> {
    prefecture::of(organization)
}

/// The mail addresses in a contact field.
#[must_use]
pub fn addresses(contact: &str) -> Vec<String> {
    contact::read(contact, &mut Vec::new()).addresses
}

/// Reads the form. Never fails; takes time and memory linear in the text.
#[must_use]
pub fn read_form(subject: &str, text: &str, rules: &FormRules) -> Form {
    let subject_conforms = subject::conforms(subject, &rules.wanted);
    let Reading { has_form, fields, mut findings } = reading::read(text, &rules.spellings, subject_conforms);
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
