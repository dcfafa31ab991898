//! What a word beside a name is: an office, a role, a title, a label, or a place.

/// Offices, by their ends, however short.
const OFFICES: [&str; 41] = [
    "事務局",
    "課",
    "係",
    "担当",
    "センター",
    "ステーション",
    "病院",
    "医院",
    "クリニック",
    "薬局",
    "医師会",
    "薬剤師会",
    "保健所",
    "支所",
    "役所",
    "役場",
    "県庁",
    "道庁",
    "府庁",
    "都庁",
    "協議会",
    "委員会",
    "連合会",
    "協会",
    "法人",
    "会社",
    "機構",
    "組合",
    "大学",
    "グループ",
    "チーム",
    "窓口",
    "診療所",
    "事業所",
    "事務所",
    "研究所",
    "連携室",
    "相談室",
    "支援室",
    "推進室",
    "一同",
];
/// Ends of offices that are ends of surnames, too (阿部, 小室, 仁科, 田所, 度会): such a word must be longer than a surname.
const OFFICES_OR_SURNAMES: [&str; 9] = ["部", "室", "科", "所", "会", "院", "局", "団", "班"];
/// Short words of these ends that are offices.
const SHORT_OFFICES: [&str; 17] = [
    "総務部",
    "企画部",
    "医事部",
    "看護部",
    "福祉部",
    "保健部",
    "健康部",
    "医療部",
    "介護部",
    "薬剤部",
    "事務部",
    "事業部",
    "福祉局",
    "保健局",
    "医療局",
    "健康局",
    "企画室",
];
/// Long surnames of these ends.
const LONG_SURNAMES: [&str; 2] = ["長宗我部", "長曽我部"];
/// Ends of a place in front of a name.
pub(super) const PLACES: [char; 7] = ['県', '市', '区', '府', '都', '町', '道'];

/// Words for what somebody is, by their ends.
const ROLES: [&str; 47] = [
    "課長補佐",
    "院長",
    "所長",
    "センター長",
    "室長",
    "課長",
    "部長",
    "次長",
    "局長",
    "事務長",
    "係長",
    "班長",
    "科長",
    "施設長",
    "師長",
    "会長",
    "社長",
    "理事長",
    "市長",
    "町長",
    "村長",
    "区長",
    "知事",
    "理事",
    "主任",
    "主査",
    "主事",
    "主幹",
    "参事",
    "参与",
    "補佐",
    "技師",
    "管理者",
    "代表",
    "専門員",
    "相談員",
    "コーディネーター",
    "ケアマネジャー",
    "ケアマネージャー",
    "ソーシャルワーカー",
    "医師",
    "薬剤師",
    "看護師",
    "保健師",
    "療法士",
    "福祉士",
    "教授",
];
/// Roles that follow a surname without a blank.
const ATTACHED: [&str; 11] =
    ["院長", "室長", "課長", "部長", "次長", "局長", "係長", "科長", "師長", "所長", "会長"];
/// What stands in front of 課長 and the like in a role, and is no surname.
const DUTIES: [&str; 39] = [
    "総務", "医事", "企画", "福祉", "保健", "介護", "看護", "事務", "人事", "経理", "庶務", "業務", "医療",
    "地域", "健康", "長寿", "高齢", "障害", "住民", "市民", "町民", "支援", "相談", "連携", "推進", "管理",
    "予防", "医務", "薬務", "衛生", "診療", "薬剤", "内科", "外科", "統括", "担当", "事業", "病", "医師",
];
/// A word in front of a role that is a part of it.
const RANKS: [&str; 7] = ["副", "次", "前", "元", "名誉", "主任", "担当"];

/// Words that stand for a name and are none.
const UNNAMED: [&str; 7] = ["担当", "担当者", "ご担当", "ご担当者", "御担当者", "担当者一同", "無記名"];
/// Labels in front of a name: 「担当：高橋」.
pub(super) const LABELS: [&str; 11] = [
    "氏名",
    "お名前",
    "名前",
    "担当",
    "担当者",
    "ご担当",
    "ご担当者",
    "担当者名",
    "代表者",
    "記入者",
    "連絡担当者",
];
pub(super) const LATIN_TITLES: [&str; 5] = ["mr.", "ms.", "mrs.", "mr", "ms"];

/// A word without the title or the closing words at its end. 鵜殿 and 源氏 are names.
pub(super) fn without_end(word: &str) -> Option<(&str, &'static str)> {
    const ENDS: [&str; 12] = [
        "でございます",
        "と申します",
        "です",
        "様",
        "さま",
        "先生",
        "さん",
        "御中",
        "各位",
        "宛",
        "殿",
        "氏",
    ];
    ENDS.into_iter().find_map(|end| {
        let rest = word.strip_suffix(end)?;
        let may_be_name = matches!(end, "殿" | "氏" | "宛") && rest.chars().count() == 1;
        (!may_be_name).then_some((rest, end))
    })
}

/// 「様」 alone.
pub(super) fn is_title(word: &str) -> bool {
    without_end(word).is_some_and(|(rest, _)| rest.is_empty())
}

pub(super) fn is_unnamed(word: &str) -> bool {
    UNNAMED.contains(&word)
}

pub(super) fn is_office(word: &str) -> bool {
    let length = word.chars().count();
    let is_long = length > 3 && !LONG_SURNAMES.contains(&word);
    !is_unnamed(word)
        && (length > 1 && OFFICES.iter().any(|end| word.ends_with(end))
            || is_long && OFFICES_OR_SURNAMES.iter().any(|end| word.ends_with(end))
            || SHORT_OFFICES.contains(&word))
}

pub(super) fn is_role(word: &str) -> bool {
    surname_and_role(word).is_none() && ROLES.iter().any(|end| word.ends_with(end))
}

/// 「田中課長」. A longer word, and a duty, belongs to the role: 健康福祉課長, 総務課長, 副院長.
pub(super) fn surname_and_role(word: &str) -> Option<(&str, &str)> {
    let role = ATTACHED.iter().find(|end| word.ends_with(*end))?;
    let surname = word.strip_suffix(role)?;
    let length = surname.chars().count();
    let is_part = DUTIES.contains(&surname) || RANKS.contains(&surname) || surname.ends_with("副");
    // Of one character there are surnames (林, 森), and ranks, which the table has.
    ((1..=2).contains(&length) && !is_part).then_some((surname, *role))
}
