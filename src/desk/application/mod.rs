//! An application for the 伴走支援 (circular, 別紙2): the form 別紙2-②, as data. `form` reads it from the rows of an office
//! file, `checks` compares it with 公募要領. Neither decides what becomes of it.

mod call;
mod checks;
pub mod decision;
mod files;
mod filing;
pub mod form;
mod prefecture_hosts;
pub mod roles;
mod stage;
mod support;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use form::values;

use crate::words::closed_set;

pub use call::Call;
pub use checks::{Arrival, checks};
pub use files::{Submitted, submitted, submitted_in};
pub use filing::{Handing, KnownApplication, area_key, repeated, version_of};
pub use prefecture_hosts::{prefecture, prefecture_in_front, prefecture_of_host};
pub use stage::Stage;
pub use support::{Adviser, Support, results_by};

closed_set! {
    /// What the form asks for, in its order. The keys of `[[support.fields]]` and of the order 項目.
    ApplicationField {
        /// 都道府県
        Prefecture = "prefecture",
        /// 応募地域の単位
        Unit = "unit",
        /// 応募地域名
        Area = "area",
        /// 代表者: 所属
        Organization = "organization",
        /// 代表者: 部署
        Department = "department",
        /// 代表者: 氏名
        Name = "name",
        /// 代表者: 役職
        Position = "position",
        /// 代表者: the seven digits after 〒
        PostalCode = "postal_code",
        /// 代表者: 住所
        Address = "address",
        /// 代表者: 電話番号
        Telephone = "telephone",
        /// 代表者: E-mail
        Email = "email",
        /// 応募の理由
        Reason = "reason",
        /// 地域の特徴
        Features = "features",
        /// 拠点の取組内容
        Activities = "activities",
        /// 地域の課題: the items with ○
        Issues = "issues",
        /// 地域の課題: the details in the frame
        IssueDetails = "issue_details",
        /// 参加者（構成員）
        Members = "members",
    }
}

/// 応募地域の単位.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub enum Unit {
    /// 1 在宅医療の圏域
    CareArea,
    /// 2 在宅医療の圏域ではない
    Other,
}

impl From<Unit> for u8 {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::CareArea => 1,
            Unit::Other => 2,
        }
    }
}

impl TryFrom<u8> for Unit {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        match number {
            1 => Ok(Self::CareArea),
            2 => Ok(Self::Other),
            _ => Err(format!("{number} is not allowed; allowed: 1, 2")),
        }
    }
}

closed_set! {
    /// The five items of 地域の課題.
    Issue {
        /// 多職種協働による包括的かつ継続的な在宅医療の提供体制の構築
        Coordination = "coordination",
        /// 在宅医療に関する人材育成
        Training = "training",
        /// 在宅医療に関する地域住民への普及啓発
        Awareness = "awareness",
        /// 災害時及び災害に備えた体制構築への支援
        Disaster = "disaster",
        /// その他
        Other = "other",
    }
}

/// 代表者. A blank field is an empty text here and in [`ApplicationForm`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Representative {
    pub organization: String,
    pub department: String,
    pub name: String,
    pub position: String,
    /// `699-0000`.
    pub postal_code: String,
    pub address: String,
    /// Half-width, with hyphens as written.
    pub telephone: String,
    pub email: String,
}

/// One row of 参加者（構成員）.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApplicationMember {
    /// Counted, from 1: people leave the printed numbers out or forget them.
    pub no: usize,
    pub organization: String,
    pub department: String,
    pub position: String,
    pub profession: String,
}

/// The form as its sender filled it in. Lines end in `\n`, without blank lines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApplicationForm {
    /// As written, without blanks; [`ApplicationForm::prefecture_name`] has the full name.
    pub prefecture: String,
    pub unit: Option<Unit>,
    pub area: String,
    pub representative: Representative,
    pub reason: String,
    pub features: String,
    pub activities: String,
    /// In the form's order, each once.
    pub issues: Vec<Issue>,
    pub issue_details: String,
    pub members: Vec<ApplicationMember>,
}

impl ApplicationForm {
    /// The text of a field, for people. `Issues` and `Members` have no single text.
    #[must_use]
    pub fn text(&self, field: ApplicationField) -> &str {
        use ApplicationField as F;
        let person = &self.representative;
        match field {
            F::Prefecture => &self.prefecture,
            F::Unit => match self.unit {
                Some(Unit::CareArea) => "1",
                Some(Unit::Other) => "2",
                None => "",
            },
            F::Area => &self.area,
            F::Organization => &person.organization,
            F::Department => &person.department,
            F::Name => &person.name,
            F::Position => &person.position,
            F::PostalCode => &person.postal_code,
            F::Address => &person.address,
            F::Telephone => &person.telephone,
            F::Email => &person.email,
            F::Reason => &self.reason,
            F::Features => &self.features,
            F::Activities => &self.activities,
            F::IssueDetails => &self.issue_details,
            F::Issues | F::Members => "",
        }
    }

    /// Whether nothing is filled in: the form as it was sent out.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        *self == Self::default()
    }

    /// The fields that the sender has to fill in, in the form's order. A place of work without 部署, a person without
    /// 役職 and an address without 〒 are complete.
    #[must_use]
    pub fn missing(&self) -> Vec<ApplicationField> {
        use ApplicationField as F;
        let is_blank = |field: &F| match field {
            F::Department | F::Position | F::PostalCode => false,
            F::Issues => self.issues.is_empty(),
            F::Members => self.members.is_empty(),
            field => self.text(*field).is_empty(),
        };
        F::ALL.iter().copied().filter(is_blank).collect()
    }

    /// The full name of the prefecture: 島根県 for 島根. As written if it is none of the 47.
    #[must_use]
    pub fn prefecture_name(&self) -> &str {
        prefecture(&self.prefecture).map_or(&self.prefecture, |(name, _)| name)
    }

    /// Equal for two forms with the same content: the same form sent again is no new version.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut hash = Sha256::new();
        // No value holds this character, so no two forms give the same bytes.
        let mut add = |text: &str| {
            hash.update(text);
            hash.update("\0");
        };
        ApplicationField::ALL.iter().for_each(|field| add(self.text(*field)));
        self.issues.iter().for_each(|issue| add(issue.as_str()));
        for member in &self.members {
            [&member.organization, &member.department, &member.position, &member.profession]
                .into_iter()
                .for_each(|text| add(text));
        }
        crate::hex::encode(&hash.finalize())
    }
}

closed_set! {
    /// What a reader of the form should know about how it was written or read.
    FormFinding {
        /// Insertions and deletions that nobody accepted: read as if accepted.
        TrackedChanges = "tracked_changes",
        /// A circle that is drawn and no character. It says nothing certain about what it marks.
        DrawnMark = "drawn_mark",
        /// Struck-out text, which is left out.
        StruckText = "struck_text",
        /// A content control shows its prompt, with words that are not Word's own: kept.
        Placeholder = "placeholder",
        /// A character of a symbol font that is unknown here.
        Symbol = "symbol",
        /// The file has macros. Nothing in it runs.
        Macro = "macro",
        /// 外字: a character that only the sender's machine can show.
        PrivateUse = "private_use",
        /// 〃 or 同上, written out.
        Ditto = "ditto",
        /// A column of the list of members that the form does not have: left out.
        UnknownColumn = "unknown_column",
        /// Several different values for one field: the first is kept.
        SeveralValues = "several_values",
        /// A cell with several people, or several values for one person.
        SeveralPersons = "several_persons",
        /// The answer for 応募地域の単位 is neither 1 nor 2, or both.
        UnitUnclear = "unit_unclear",
        /// Marks at 地域の課題 that do not say which items are meant.
        IssuesUnclear = "issues_unclear",
    }
}

impl FormFinding {
    /// Whether a person has to confirm the items of 地域の課題.
    #[must_use]
    pub fn makes_issues_uncertain(self) -> bool {
        matches!(self, Self::DrawnMark | Self::IssuesUnclear)
    }
}

closed_set! {
    /// Why the fields of a file are not known.
    Unread {
        Password = "password",
        BrokenFile = "broken_file",
        TooLarge = "too_large",
        UnsafeFile = "unsafe_file",
        /// A picture of a page.
        NoText = "no_text",
        /// Some labels of the form: last year's, or another call's.
        WrongForm = "wrong_form",
        UnknownFormat = "unknown_format",
        /// Readable, and has nothing of the form.
        NotTheForm = "not_the_form",
    }
}

closed_set! {
    CheckLevel {
        Ok = "ok",
        /// A person should look.
        Look = "look",
        /// The sender is asked for it.
        Missing = "missing",
    }
}

closed_set! {
    /// The rules of 公募要領 that a form is compared with, in the order in which they are shown.
    CheckRule {
        /// 要領 8. Detail: blank, or by how many seconds late.
        InTime = "in_time",
        Opened = "opened",
        /// 要領 7: 都道府県担当者より. Detail: the host of the sender.
        Sender = "sender",
        Form = "form",
        Prefecture = "prefecture",
        Unit = "unit",
        Area = "area",
        Representative = "representative",
        Reason = "reason",
        Features = "features",
        Activities = "activities",
        Issues = "issues",
        /// 要領 6: 10～15名程度. Detail: the number.
        MembersCount = "members_count",
        /// 要領 6: 拠点担当者.
        BasePresent = "base_present",
        /// 要領 6: 都道府県（保健所を含む）担当者.
        PrefecturePresent = "prefecture_present",
        /// 要領 6: 特定の職種・団体に偏らない.
        Variety = "variety",
        /// 要領 6: 拠点を設置している地域. Always for a person.
        BaseSetUp = "base_set_up",
        /// 要領 6: 取組を進めていること. Always for a person.
        BaseActive = "base_active",
        /// The region has applied before. Detail: the numbers.
        Repeated = "repeated",
        /// Detail: the codes of the findings.
        Findings = "findings",
    }
}

/// What a rule says. None refuses an application: a person decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    pub rule: CheckRule,
    pub level: CheckLevel,
    /// Numbers, field keys, names out of the form; `letter` has the words.
    pub detail: String,
}

/// What the mail tells about its sender.
#[derive(Debug, Clone, Default)]
pub struct SenderFacts {
    pub address: String,
    /// Whether our own mail server vouches for the domain. `None`: the settings do not name the server.
    pub confirmed: Option<bool>,
}
