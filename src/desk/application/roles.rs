//! Which of the kinds of participants that 要領 6 names a member is. By the words of the form alone: a hint to a person.

use super::{ApplicationForm, ApplicationMember, values::squashed};
use crate::words::closed_set;

closed_set! {
    /// Kinds of participants (要領 6).
    Role {
        /// 拠点担当者
        Base = "base",
        /// 都道府県（保健所を含む）担当者
        Prefecture = "prefecture",
        /// The health centre of a city that runs its own: whether it counts, a person says.
        CityHealth = "city_health",
        /// 在宅医療関係者（医師、歯科医師、看護師…）
        Medical = "medical",
        /// 医療関係団体（地区医師会…）
        MedicalBody = "medical_body",
        /// 介護関係者（ケアマネジャー等）
        Care = "care",
        /// 介護関係団体及び障害福祉関係団体
        CareBody = "care_body",
        /// 市町村担当者
        Municipality = "municipality",
    }
}

/// Words of bodies that are not the prefecture, although its name stands in front.
const BODIES: &[&str] = &[
    "医師会",
    "歯科",
    "薬剤師会",
    "協会",
    "協議会",
    "連合会",
    "連絡会",
    "病院",
    "医療センター",
    "診療所",
    "クリニック",
    "医院",
    "大学",
    "県立",
    "府立",
    "都立",
    "道立",
    "組合",
    "士会",
    "社会福祉",
    "会社",
    "法人",
    "訪問看護",
    "事業団",
    "機構",
    "公社",
    "薬局",
];

/// Offices of prefectures in the regions.
const OFFICES: &[&str] = &[
    "保健所",
    "厚生センター",
    "健康福祉センター",
    "保健福祉センター",
    "福祉保健センター",
    "福祉事務所",
    "福祉環境事務所",
    "保健事務所",
    "健康福祉事務所",
    "振興局",
    "広域本部",
    "県民局",
    "県民センター",
    "支庁",
    "広域連携",
    "保健医療福祉事務所",
    "地域事務所",
];

/// Names that end like a municipality and are the stem of another name: 大町保健福祉事務所.
const STEMS: &[&str] =
    &["大町", "十日町", "今市", "五日市", "四日市", "八日市", "廿日市", "余市", "武蔵村", "東村"];

/// The roles of a member, in the order of [`Role`].
#[must_use]
pub fn roles(member: &ApplicationMember, prefecture: &str) -> Vec<Role> {
    let organization = squashed(&member.organization);
    let department = squashed(&member.department);
    let work = format!("{}{}", squashed(&member.position), squashed(&member.profession));
    let place = if organization.is_empty() { &department } else { &organization };
    let is_base = is_base(&format!("{organization}{department}"), &work);
    let is_of_municipality = is_of_municipality(place, prefecture);
    let is_joint = place.contains("共同") && place.contains(prefecture) && !prefecture.is_empty();
    let has_office = OFFICES.iter().any(|office| place.contains(office));
    let is_body = has(place, BODIES);
    let of_prefecture =
        !is_body && (is_joint || !is_of_municipality && (has_office || is_part_of(place, prefecture)));
    let is_medical_body = has(
        place,
        &[
            "医師会",
            "薬剤師会",
            "看護協会",
            "訪問看護ステーション連絡",
            "栄養士会",
            "療法士会",
            "言語聴覚士会",
            "歯科衛生士会",
        ],
    ) || place.contains("訪問看護") && has(place, &["協議会", "連絡会", "協会"]);
    let is_care_body = has(
        place,
        &[
            "介護支援専門員",
            "ケアマネ",
            "社会福祉協議会",
            "老人福祉",
            "老人ホーム",
            "老人保健施設",
            "介護事業",
            "介護保険施設",
            "介護サービス",
            "訪問介護",
            "居宅介護",
            "障害",
            "障がい",
            "相談支援",
            "地域包括支援センター",
            "デイサービス",
            "福祉会",
            "グループホーム",
        ],
    );
    let is_care = has(
        &work,
        &[
            "介護支援専門員",
            "ケアマネ",
            "介護福祉士",
            "ヘルパー",
            "介護職",
            "訪問介護",
            "生活相談員",
            "相談支援専門員",
        ],
    );
    let is_medical = has(
        &work,
        &[
            "医師",
            "看護師",
            "薬剤師",
            "理学療法士",
            "作業療法士",
            "言語聴覚士",
            "栄養士",
            "ソーシャルワーカー",
            "MSW",
            "歯科衛生士",
            "保健師",
        ],
    );
    let found = |role: &Role| match role {
        Role::Base => is_base,
        Role::Prefecture => of_prefecture,
        Role::CityHealth => is_of_municipality && !is_joint && has_office,
        Role::Medical => is_medical,
        Role::MedicalBody => is_medical_body,
        Role::Care => is_care,
        Role::CareBody => is_care_body,
        Role::Municipality => is_of_municipality && !is_body && !is_joint,
    };
    Role::ALL.iter().copied().filter(found).collect()
}

fn has(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// The base, or a coordinator of 在宅医療.
fn is_base(place: &str, work: &str) -> bool {
    let is_home_care = place.contains("在宅医療") || place.contains("在宅療養");
    let connects = has(place, &["連携", "支援", "推進", "サポート", "相談", "介護"])
        && has(place, &["センター", "室", "窓口", "ステーション"]);
    let coordinates = work.contains("コーディネ");
    place.contains("拠点")
        || is_home_care && connects
        || coordinates && (is_home_care || work.contains("在宅医療"))
        || has(
            place,
            &[
                "医療介護連携センター",
                "医療・介護連携センター",
                "医療介護連携支援センター",
                "医療・介護連携支援センター",
            ],
        )
}

/// Whether a place begins with the name of a municipality, behind the prefecture's: it belongs to that.
fn is_of_municipality(place: &str, prefecture: &str) -> bool {
    let place = place.strip_prefix(prefecture).unwrap_or(place);
    let Some((at, end)) =
        place.char_indices().skip(1).take(12).find(|(_, c)| matches!(c, '市' | '区' | '町' | '村'))
    else {
        return false;
    };
    let name = place.get(..at + end.len_utf8()).unwrap_or_default();
    let behind = place.get(name.len()..).unwrap_or_default();
    let is_stem = STEMS.contains(&name) && !behind.starts_with('市');
    // 市町村課 names all of them, 白鷺市立病院 is a body.
    !is_stem && name != "市町" && !behind.starts_with('立')
}

/// Whether a place is the prefecture itself, its seat, or a department of it.
fn is_part_of(place: &str, prefecture: &str) -> bool {
    let seats = ["県庁", "道庁", "府庁", "都庁", "本庁", "県", "道", "府", "都"];
    if prefecture.is_empty() {
        return seats.contains(&place);
    }
    let rest =
        place.strip_prefix(prefecture).or_else(|| seats.iter().find_map(|seat| place.strip_prefix(seat)));
    let ends = ["部", "局", "課", "室", "庁", "係", "班", "本部", "事務所", "担当", "グループ", "チーム"];
    rest.is_some_and(|rest| rest.is_empty() || ends.iter().any(|end| rest.ends_with(end)))
}

/// How many people a row stands for: 「医師　２名」 is two.
#[must_use]
pub fn heads(member: &ApplicationMember) -> usize {
    let texts = [&member.profession, &member.position, &member.department, &member.organization];
    texts.into_iter().find_map(|text| counted(&squashed(text))).unwrap_or(1)
}

/// The number before 名 or 人 at the end of a text.
fn counted(text: &str) -> Option<usize> {
    let text = text.trim_end_matches([')', '程', '度']);
    let number = text.strip_suffix('名').or_else(|| text.strip_suffix('人'))?;
    let digits = number.chars().rev().take_while(char::is_ascii_digit).count();
    let number: usize = number.get(number.len() - digits..)?.parse().ok()?;
    (1..=50).contains(&number).then_some(number)
}

/// The roles that somebody in the form has.
#[must_use]
pub fn present(form: &ApplicationForm) -> Vec<Role> {
    let prefecture = super::prefecture(&form.prefecture).map_or("", |(name, _)| name);
    let all: Vec<Role> = form.members.iter().flat_map(|member| roles(member, prefecture)).collect();
    Role::ALL.iter().copied().filter(|role| all.contains(role)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_professions_tell_who_takes_part() {
        use Role::{Base, CityHealth, Municipality, Prefecture};
        for (prefecture, organization, department, work, expected) in [
            ("鳥取県", "鳥取県", "福祉保健部 医療政策課", "主事", vec![Prefecture]),
            ("鳥取県", "鳥取県福祉保健部", "", "主事", vec![Prefecture]),
            ("鳥取県", "汐見保健所", "", "課長", vec![Prefecture]),
            ("鳥取県", "鳥取県汐見市", "長寿課", "係長", vec![Municipality]),
            ("鳥取県", "汐見市保健所", "", "係長", vec![CityHealth, Municipality]),
            ("鳥取県", "汐見市・鳥取県共同設置汐見保健所", "", "係長", vec![Prefecture]),
            ("鳥取県", "鳥取県立汐見病院", "", "部長", vec![]),
            ("鳥取県", "鳥取県社会福祉協議会", "", "課長", vec![Role::CareBody]),
            ("福岡県", "福岡市中央区保健福祉センター", "", "主任", vec![CityHealth, Municipality]),
            ("長野県", "大町保健福祉事務所", "", "課長", vec![Prefecture]),
            ("奈良県", "大和郡山市", "長寿課", "係長", vec![Municipality]),
            ("奈良県", "吉城郡吉城町", "福祉課", "係長", vec![Municipality]),
            ("奈良県", "吉城郡医師会", "", "会長", vec![Role::MedicalBody]),
            ("三重県", "四日市市保健所", "", "課長", vec![CityHealth, Municipality]),
            ("京都府", "府庁", "医療課", "主事", vec![Prefecture]),
            ("新潟県", "十日町地域振興局", "健康福祉部", "主事", vec![Prefecture]),
            ("鳥取県", "汐見郡医師会", "在宅医療連携拠点", "相談員", vec![Base, Role::MedicalBody]),
            ("鳥取県", "汐見市", "在宅医療・介護連携支援センター", "相談員", vec![Base, Municipality]),
            ("鳥取県", "汐見中央病院", "", "在宅医療コーディネーター", vec![Base]),
            ("鳥取県", "汐見医師会", "", "医師", vec![Role::Medical, Role::MedicalBody]),
        ] {
            let member = ApplicationMember {
                no: 1,
                organization: organization.to_owned(),
                department: department.to_owned(),
                position: work.to_owned(),
                profession: String::new(),
            };
            assert_eq!(roles(&member, prefecture), expected, "{organization} {department}");
        }
    }

    #[test]
    fn a_row_may_stand_for_several_people() {
        for (profession, expected) in [
            ("医師", 1),
            ("医師　２名", 2),
            ("看護師（3名）", 3),
            ("医師2名程度", 2),
            ("百名山の会", 1),
            ("医師0名", 1),
        ] {
            let member =
                ApplicationMember { profession: profession.to_owned(), ..ApplicationMember::default() };
            assert_eq!(heads(&member), expected, "{profession}");
        }
    }
}
