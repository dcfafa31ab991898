//! 項目: a member names a field of the form, and gives it another value.

use std::str::FromStr as _;

use super::{ApplicationField, ApplicationForm, Issue, Unit, prefecture};
use crate::desk::form::squash;

/// What members call the fields, folded.
const NAMES: [(ApplicationField, &str); 17] = [
    (ApplicationField::Prefecture, "都道府県 県 都道府県名"),
    (ApplicationField::Unit, "応募地域の単位 単位 地域の単位"),
    (ApplicationField::Area, "応募地域名 地域名 地域 圏域 圏域名 応募地域"),
    (ApplicationField::Organization, "所属 代表者の所属 代表者所属"),
    (ApplicationField::Department, "部署 代表者の部署 代表者部署"),
    (ApplicationField::Name, "氏名 代表者の氏名 代表者氏名 代表者 代表者名"),
    (ApplicationField::Position, "役職 代表者の役職 職名"),
    (ApplicationField::PostalCode, "郵便番号 代表者の郵便番号 〒"),
    (ApplicationField::Address, "住所 代表者の住所 所在地"),
    (ApplicationField::Telephone, "電話番号 電話 tel 代表者の電話番号"),
    (ApplicationField::Email, "e-mail email メール メールアドレス eメール 代表者のe-mail"),
    (ApplicationField::Reason, "応募の理由 応募理由 理由"),
    (ApplicationField::Features, "地域の特徴 特徴"),
    (ApplicationField::Activities, "拠点の取組内容 取組内容 取組"),
    (ApplicationField::Issues, "地域の課題 課題"),
    (ApplicationField::IssueDetails, "地域の課題の詳細 課題の詳細"),
    (ApplicationField::Members, "参加者 構成員"),
];

/// The items of 地域の課題, by a word that only one of them has.
const ISSUES: [(Issue, &[&str]); 5] = [
    (Issue::Coordination, &["coordination", "多職種", "提供体制"]),
    (Issue::Training, &["training", "人材"]),
    (Issue::Awareness, &["awareness", "普及", "啓発"]),
    (Issue::Disaster, &["disaster", "災害"]),
    (Issue::Other, &["other", "その他"]),
];

/// The field of a name: its key, or its label.
#[must_use]
pub fn field_named(name: &str) -> Option<ApplicationField> {
    let name = squash(name);
    let is = |names: &str| names.split_whitespace().any(|known| squash(known) == name);
    let by_label = NAMES.iter().find(|(_, names)| is(names)).map(|(field, _)| *field);
    by_label.or_else(|| ApplicationField::from_str(&name).ok())
}

impl ApplicationForm {
    /// The form with another value of one field. `None` if the field cannot have this value; members are a table, and need a
    /// form.
    #[must_use]
    pub fn with(mut self, field: ApplicationField, value: &str) -> Option<Self> {
        use ApplicationField as F;
        let person = &mut self.representative;
        let place = match field {
            F::Prefecture => {
                self.prefecture = prefecture(value)?.0.to_owned();
                return Some(self);
            }
            F::Unit => {
                let number = squash(value).chars().next()?.to_digit(10)?;
                self.unit = Some(Unit::try_from(u8::try_from(number).ok()?).ok()?);
                return Some(self);
            }
            F::Issues => {
                self.issues = issues(value);
                return (!self.issues.is_empty()).then_some(self);
            }
            F::Members => return None,
            F::Email => {
                let address = value.trim_matches(['<', '>']);
                let (local, domain) = address.split_once('@')?;
                if local.is_empty() || !domain.contains('.') || address.contains(char::is_whitespace) {
                    return None;
                }
                person.email = address.to_owned();
                return Some(self);
            }
            F::Area => &mut self.area,
            F::Organization => &mut person.organization,
            F::Department => &mut person.department,
            F::Name => &mut person.name,
            F::Position => &mut person.position,
            F::PostalCode => &mut person.postal_code,
            F::Address => &mut person.address,
            F::Telephone => &mut person.telephone,
            F::Reason => &mut self.reason,
            F::Features => &mut self.features,
            F::Activities => &mut self.activities,
            F::IssueDetails => &mut self.issue_details,
        };
        value.clone_into(place);
        Some(self)
    }
}

fn issues(value: &str) -> Vec<Issue> {
    let value = squash(value);
    let is_named = |words: &[&str]| words.iter().any(|word| value.contains(word));
    ISSUES.iter().filter(|(_, words)| is_named(words)).map(|(issue, _)| *issue).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_named_by_its_key_or_as_people_call_it() {
        for (name, expected) in [
            ("電話番号", Some(ApplicationField::Telephone)),
            ("ＴＥＬ", Some(ApplicationField::Telephone)),
            ("E-mail", Some(ApplicationField::Email)),
            ("メール アドレス", Some(ApplicationField::Email)),
            ("氏　名", Some(ApplicationField::Name)),
            ("postal_code", Some(ApplicationField::PostalCode)),
            ("地域の課題", Some(ApplicationField::Issues)),
            ("天気", None),
            ("", None),
        ] {
            assert_eq!(field_named(name), expected, "{name}");
        }
    }

    #[test]
    fn a_field_takes_only_a_value_that_it_can_have() {
        for (field, value, expected) in [
            (ApplicationField::Prefecture, "岩手", Some("岩手県")),
            (ApplicationField::Prefecture, "第一県", None),
            (ApplicationField::Unit, "１", Some("1")),
            (ApplicationField::Unit, "3", None),
            (ApplicationField::Email, "a@pref.iwate.example.jp", Some("a@pref.iwate.example.jp")),
            (ApplicationField::Email, "a at example", None),
            (ApplicationField::Telephone, "019-000-0000", Some("019-000-0000")),
            (ApplicationField::Members, "看護師", None),
        ] {
            let form = ApplicationForm::default().with(field, value);
            assert_eq!(form.as_ref().map(|form| form.text(field)), expected, "{field} {value}");
        }
        let form = ApplicationForm::default().with(ApplicationField::Issues, "災害時、人材育成").unwrap();
        assert_eq!(form.issues, [Issue::Training, Issue::Disaster]);
        assert_eq!(ApplicationForm::default().with(ApplicationField::Issues, "なし"), None);
    }
}
