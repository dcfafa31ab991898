//! The address line (宛名) of letters to inquirers, from what the form says of organization and name: who is a person, who an
//! office, and which title follows. Whether a member wrote an address line of their own is `frame`'s.

use crate::desk::own_marks;

/// Longest line, in characters. What does not fit is left out: it is no name.
const LONGEST: usize = 60;
/// More persons than this are addressed as their organization.
const MOST_PERSONS: usize = 3;

/// Stands where nobody is known.
const NOBODY: &str = "ご担当者様";
const OFFICE_TITLE: &str = "御中";
const TITLE: &str = "様";
const DOCTOR: &str = "先生";

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
const PLACES: [char; 7] = ['県', '市', '区', '府', '都', '町', '道'];

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
const LABELS: [&str; 11] = [
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
const LATIN_TITLES: [&str; 5] = ["mr.", "ms.", "mrs.", "mr", "ms"];

/// The address line of a letter: one line, or the organization and below it the person.
#[must_use]
pub fn addressee(organization: Option<&str>, name: Option<&str>) -> String {
    let organization = organization_line(organization.unwrap_or_default());
    let line = match Who::of(name.unwrap_or_default(), &organization) {
        Who::Persons(persons) => {
            let persons = persons.iter().map(Person::line).collect::<Vec<_>>().join("、");
            if organization.is_empty() { persons } else { format!("{organization}\n{persons}") }
        }
        Who::Office(office) if office.starts_with(&organization) => format!("{office} {OFFICE_TITLE}"),
        Who::Office(office) => format!("{organization}　{office} {OFFICE_TITLE}"),
        Who::Nobody if organization.is_empty() => NOBODY.to_owned(),
        Who::Nobody => format!("{organization} {OFFICE_TITLE}"),
    };
    own_marks::disarmed_if_marked(&line)
}

/// The name that a letter's first words would repeat: the surname of a person, or the office.
#[must_use]
pub(super) fn called(organization: Option<&str>, name: Option<&str>) -> Vec<String> {
    let organization = organization_line(organization.unwrap_or_default());
    let mut names = match Who::of(name.unwrap_or_default(), &organization) {
        Who::Persons(persons) => {
            let surname = |person: Person| person.name.split(' ').next().map(str::to_owned);
            persons.into_iter().filter_map(surname).collect()
        }
        Who::Office(office) => vec![office],
        Who::Nobody => Vec::new(),
    };
    names.push(organization);
    names.retain(|name| !name.is_empty());
    names
}

/// Whom a name means.
enum Who {
    Persons(Vec<Person>),
    Office(String),
    Nobody,
}

struct Person {
    /// The place of work or the role in front of the name; empty where there is none.
    place: String,
    name: String,
    title: &'static str,
}

impl Person {
    fn line(&self) -> String {
        let Self { place, name, title } = self;
        if place.is_empty() { format!("{name} {title}") } else { format!("{place}　{name} {title}") }
    }
}

impl Who {
    fn of(written: &str, organization: &str) -> Self {
        let written = one_line(&written.replace('\n', "、"));
        let (text, mut places) = without_brackets(&written);
        let Some(text) = behind_label(&text).filter(|text| is_usable(text)) else { return Self::Nobody };
        if !text.is_empty() && squashed(&text) == squashed(organization) {
            return Self::Office(organization.to_owned());
        }
        let mut persons = Vec::new();
        for part in parts(&text) {
            match Part::of(part, organization) {
                Part { name: None, places: more, .. } => places.extend(more),
                Part { name: Some(name), places: more, is_doctor } => {
                    places.extend(more);
                    let place = std::mem::take(&mut places).join("　");
                    let title = if is_doctor { DOCTOR } else { TITLE };
                    persons.push(Person { place, name, title });
                }
            }
        }
        if persons.is_empty() {
            return Self::unnamed(places);
        }
        if persons.len() > MOST_PERSONS { Self::Nobody } else { Self::Persons(persons) }
    }

    /// Only a place of work or a role is known.
    fn unnamed(mut places: Vec<String>) -> Self {
        match places.pop() {
            Some(role) if is_role(&role) => {
                Self::Persons(vec![Person { place: places.join("　"), name: role, title: TITLE }])
            }
            Some(office) => {
                places.push(office);
                Self::Office(places.join("　"))
            }
            None => Self::Nobody,
        }
    }
}

/// One name of several, with what stands around it.
struct Part {
    places: Vec<String>,
    name: Option<String>,
    is_doctor: bool,
}

impl Part {
    fn of(text: &str, organization: &str) -> Self {
        let mut words: Vec<String> =
            text.split(' ').filter(|word| !is_dropped(word)).map(str::to_owned).collect();
        let is_doctor = strip_titles(&mut words);
        let known: Vec<&str> = organization.split(['　', ' ']).collect();
        let mut places = Vec::new();
        while words.len() > 1
            && let Some(first) = words.first().cloned()
        {
            let repeats = known.contains(&first.as_str())
                || first.chars().count() > 2 && organization.ends_with(&first);
            let is_place = first.chars().count() > 2 && first.ends_with(PLACES);
            if !(repeats || is_place || is_office(&first) || is_role(&first) || is_unnamed(&first)) {
                break;
            }
            words.remove(0);
            if !(repeats || is_unnamed(&first)) {
                places.push(first);
            }
        }
        while words.len() > 1 && words.last().is_some_and(|last| is_role(last) || is_office(last)) {
            places.extend(words.pop());
        }
        if let [word] = words.as_slice() {
            if is_unnamed(word) {
                return Self { places, name: None, is_doctor };
            }
            if is_office(word) || is_role(word) {
                places.push(word.clone());
                return Self { places, name: None, is_doctor };
            }
            if let Some((surname, role)) = surname_and_role(word) {
                places.push(role.to_owned());
                return Self { places, name: Some(surname.to_owned()), is_doctor };
            }
        }
        let name = words.join(" ");
        Self { places, name: Some(name).filter(|name| !name.is_empty()), is_doctor }
    }
}

/// Takes titles and closing words off the last word. Returns whether it is a doctor's name.
fn strip_titles(words: &mut Vec<String>) -> bool {
    let mut is_doctor = false;
    if let Some(first) = words.first().map(|first| first.to_lowercase()) {
        is_doctor = first == "dr." || first == "dr";
        if words.len() > 1 && (is_doctor || LATIN_TITLES.contains(&first.as_str())) {
            words.remove(0);
        }
    }
    while let Some(last) = words.last_mut() {
        let Some((rest, title)) = without_end(last) else { break };
        is_doctor |= title == DOCTOR;
        *last = rest.to_owned();
        if last.is_empty() {
            words.pop();
        }
    }
    is_doctor
}

/// A word without the title or the closing words at its end. 鵜殿 and 源氏 are names.
fn without_end(word: &str) -> Option<(&str, &'static str)> {
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

/// The organization as an address line has it; empty where it does not fit.
fn organization_line(written: &str) -> String {
    let mut line = one_line(written);
    while let Some(rest) = ["御中", "様", "各位", "殿", "宛"].iter().find_map(|end| line.strip_suffix(end))
    {
        line = rest.trim().to_owned();
    }
    if is_usable(&line) { line } else { String::new() }
}

/// One line with single blanks, without marks around it.
fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.trim_matches(|c: char| c.is_whitespace() || "「」『』\"'・、。,.:：;-－―".contains(c)).to_owned()
}

/// Whether a text may stand in an address line: no address, no number, nothing that is ours.
fn is_usable(text: &str) -> bool {
    const MOST_DIGITS: usize = 4;
    text.chars().count() <= LONGEST
        && !text.chars().any(|c| c.is_control() || "@＠:：#＃▲▼<>".contains(c))
        && text.chars().filter(|c| c.is_numeric()).count() <= MOST_DIGITS
        && own_marks::find(text).is_none()
}

/// A text without its brackets, and the places of work and roles in them. A reading of the name in kana is left out.
fn without_brackets(text: &str) -> (String, Vec<String>) {
    const OPEN: &str = "（([〔【＜";
    const CLOSE: &str = "）)]〕】＞";
    let (mut outside, mut places, mut inside) = (String::new(), Vec::new(), None::<String>);
    for c in text.chars() {
        match &mut inside {
            None if OPEN.contains(c) => inside = Some(String::new()),
            None => outside.push(c),
            Some(content) if CLOSE.contains(c) => {
                let content = one_line(content);
                let words: Vec<&str> = content.split(' ').collect();
                if words.iter().any(|word| is_office(word) || is_role(word)) && is_usable(&content) {
                    places.push(words.join("　"));
                }
                outside.push(' ');
                inside = None;
            }
            Some(content) => content.push(c),
        }
    }
    (one_line(&outside), places)
}

/// What stands behind a label. `None` where a colon is no label's.
fn behind_label(text: &str) -> Option<String> {
    match text.split_once(['：', ':']) {
        None => Some(text.to_owned()),
        Some((label, rest)) => LABELS.contains(&label.trim()).then(|| one_line(rest)),
    }
}

/// The names of a text, split where one ends. 「Smith, John」 is one name.
fn parts(text: &str) -> Vec<&str> {
    let is_latin = text.is_ascii();
    let ends = |c: char| matches!(c, '、' | '，' | '／' | '＆') || !is_latin && matches!(c, ',' | '/' | '&');
    text.split(ends).map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// Numbers, addresses and 「ほか2名」 beside a name.
fn is_dropped(word: &str) -> bool {
    let is_others = ["他", "外", "ほか"].iter().any(|other| {
        word.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.ends_with(['名', '人']))
    });
    let digits = word.chars().filter(|c| c.is_numeric()).count();
    word.is_empty() || is_others || digits > 2 || word == "拝" || word.contains(['@', '＠'])
}

fn is_unnamed(word: &str) -> bool {
    UNNAMED.contains(&word)
}

fn is_office(word: &str) -> bool {
    let length = word.chars().count();
    let is_long = length > 3 && !LONG_SURNAMES.contains(&word);
    !is_unnamed(word)
        && (length > 1 && OFFICES.iter().any(|end| word.ends_with(end))
            || is_long && OFFICES_OR_SURNAMES.iter().any(|end| word.ends_with(end))
            || SHORT_OFFICES.contains(&word))
}

fn is_role(word: &str) -> bool {
    surname_and_role(word).is_none() && ROLES.iter().any(|end| word.ends_with(end))
}

/// 「田中課長」. A longer word, and a duty, belongs to the role: 健康福祉課長, 総務課長, 副院長.
fn surname_and_role(word: &str) -> Option<(&str, &str)> {
    let role = ATTACHED.iter().find(|end| word.ends_with(*end))?;
    let surname = word.strip_suffix(role)?;
    let length = surname.chars().count();
    let is_part = DUTIES.contains(&surname) || RANKS.contains(&surname) || surname.ends_with("副");
    // Of one character there are surnames (林, 森), and ranks, which the table has.
    ((1..=2).contains(&length) && !is_part).then_some((surname, *role))
}

fn squashed(text: &str) -> String {
    text.split_whitespace().collect()
}

#[cfg(test)]
mod tests;
