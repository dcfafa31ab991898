//! What kind of organization asks, by its name.

use crate::{desk::form::fold, words::closed_set};

closed_set! {
    /// Kind of an asking organization.
    AskerKind {
        Prefecture = "prefecture",
        Municipality = "municipality",
        /// 広域連合, 一部事務組合.
        Union = "union",
        /// 医師会, 薬剤師会 and the like.
        Association = "association",
        Medical = "medical",
        /// 訪問看護, 介護, 地域包括支援センター and the like.
        Care = "care",
        University = "university",
        Company = "company",
        State = "state",
        Other = "other",
        /// No organization was given.
        Unknown = "unknown",
    }
}

/// Words in names, in the order in which they decide: 長野県医師会 is an association, ○○市立病院 a hospital.
const WORDS: [(AskerKind, &[&str]); 8] = [
    (
        AskerKind::Association,
        &["医師会", "歯科医師会", "薬剤師会", "看護協会", "栄養士会", "協議会", "連合会", "社会福祉協議会"],
    ),
    (AskerKind::Care, &["訪問看護", "包括支援センター", "介護", "老健", "居宅", "ケアプラン", "福祉会"]),
    (
        AskerKind::Medical,
        &["病院", "医院", "診療所", "クリニック", "医療センター", "医療法人", "薬局", "歯科"],
    ),
    (AskerKind::University, &["大学", "研究所", "研究センター"]),
    (AskerKind::Company, &["株式会社", "(株)", "有限会社", "合同会社", "コンサル"]),
    (AskerKind::State, &["厚生労働省", "厚労省", "総務省", "厚生局", "内閣府"]),
    (AskerKind::Union, &["広域連合", "事務組合", "組合"]),
    (AskerKind::Prefecture, &["県庁", "都庁", "道庁", "府庁", "保健所"]),
];

/// The kind of an organization by its name.
#[must_use]
pub fn asker_kind(organization: Option<&str>) -> AskerKind {
    let Some(name) = organization.map(fold).filter(|name| !name.trim().is_empty()) else {
        return AskerKind::Unknown;
    };
    for (kind, words) in WORDS {
        if words.iter().any(|word| name.contains(&fold(word))) {
            return kind;
        }
    }
    // The last mark decides: 長野県松本市 is a municipality, 長野県健康福祉部 a prefecture.
    let at = |marks: &[char]| name.rfind(marks);
    match (at(&['市', '町', '村', '区', '郡']), at(&['都', '道', '府', '県'])) {
        (Some(local), prefecture) if prefecture.is_none_or(|at| at < local) => AskerKind::Municipality,
        (_, Some(_)) => AskerKind::Prefecture,
        _ => AskerKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_follow_from_names() {
        for (name, expected) in [
            (Some("長野県健康福祉部医療推進課"), AskerKind::Prefecture),
            (Some("長野県松本市 健康づくり課"), AskerKind::Municipality),
            (Some("○○町 福祉課"), AskerKind::Municipality),
            (Some("東京都"), AskerKind::Prefecture),
            (Some("東京都千代田区"), AskerKind::Municipality),
            (Some("松本市医師会"), AskerKind::Association),
            (Some("松本市立病院"), AskerKind::Medical),
            (Some("○○訪問看護ステーション"), AskerKind::Care),
            (Some("木曽広域連合"), AskerKind::Union),
            (Some("㈱ソレイユ"), AskerKind::Company),
            (Some("信州大学"), AskerKind::University),
            (Some("関東信越厚生局"), AskerKind::State),
            (Some("有志の会"), AskerKind::Other),
            (Some(" 　"), AskerKind::Unknown),
            (None, AskerKind::Unknown),
        ] {
            assert_eq!(asker_kind(name), expected, "{name:?}");
        }
    }
}
