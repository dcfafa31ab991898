//! What a letter puts around a person's text, and what it leaves out because the text has it: the address line, the greeting,
//! the reference to the inquiry. And the other way: the person's first words in such a letter.

use std::sync::LazyLock;

use regex::Regex;

use super::addressee::called;

/// Lines of a text in which its address line stands.
const OPENING: usize = 4;
/// Longest address line, in characters.
const LONGEST: usize = 40;
/// As much of a text as a greeting and a reference stand in, in characters.
const BEGINNING: usize = 200;

const TITLES: [&str; 8] = ["様", "さま", "さん", "殿", "先生", "御中", "各位", "の皆さま"];

/// Words of a greeting.
const GREETING: &str = "お世話になって|お世話になり|おせわになって|平素|お疲れ様|時下|拝啓|前略|こんにちは|はじめまして|初めまして|(?:問い?合わ?せ|ご?照会|ご?連絡|ご?質問|お?電話|ご?返信|ご?相談|メール).{0,15}(?:ありがとう|有難う|有り難う|感謝|御礼|お礼)|お待たせ";
/// Words that say what is answered.
const REFERENCE: &str = "(?:問い?合わ?せ|[御ご]?照会|[御ご]質問|[御ご]依頼|[御ご]相談|お?尋ね|おたずね|申し?込み?書|ご応募)(?:を?(?:いただ|頂|戴)|の?件|に(?:ついて|つき)|の?内容|の?点|事項|に(?:回答|お答え))";

static PATTERNS: LazyLock<Option<(Regex, Regex)>> =
    LazyLock::new(|| Some((Regex::new(GREETING).ok()?, Regex::new(REFERENCE).ok()?)));

/// What a person's text has of a letter's head. The text itself is never changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// It begins with an address line.
    pub(super) is_addressed: bool,
    /// It greets its reader.
    pub(super) greets: bool,
    /// It says what it answers.
    pub(super) refers: bool,
}

impl Head {
    /// `organization` and `name` are the reader's, `number` is the ticket's.
    #[must_use]
    pub(super) fn of(text: &str, organization: Option<&str>, name: Option<&str>, number: &str) -> Self {
        let text = text.trim();
        let names: Vec<String> = called(organization, name).iter().map(|name| squashed(name)).collect();
        let beginning: String = text.chars().take(BEGINNING).collect();
        let (greets, refers) = PATTERNS.as_ref().map_or((false, false), |(greeting, reference)| {
            (greeting.is_match(&beginning), reference.is_match(&beginning) || beginning.contains(number))
        });
        let is_addressed = has_address_line(text, &names) || begins_with_name(text, &names);
        Self { is_addressed, greets, refers }
    }
}

/// Whether an address line stands in the first lines of a text.
fn has_address_line(text: &str, names: &[String]) -> bool {
    let opening = text.lines().map(str::trim).take(OPENING);
    let mut lines = opening.take_while(|line| {
        !line.is_empty() && !line.contains('。') && line.chars().count() <= LONGEST && !is_item(line)
    });
    lines.any(|line| ends_with_title(line, names))
}

fn ends_with_title(line: &str, names: &[String]) -> bool {
    let line = line.trim_end_matches(['、', '，', ',', '：', ':']);
    let is_named = || {
        let line = squashed(line);
        names.iter().any(|name| line.contains(name.as_str()))
    };
    TITLES.iter().any(|title| line.ends_with(title)) && (!line.contains(['、', '，', '：']) || is_named())
}

/// Whether a text begins with the reader's name and a title, and goes on in the same line.
fn begins_with_name(text: &str, names: &[String]) -> bool {
    let line = squashed(text.lines().next().unwrap_or_default());
    let mut titled = TITLES.iter().filter_map(|title| line.split_once(title)).map(|(before, _)| before);
    titled.any(|before| {
        before.chars().count() <= LONGEST
            && names
                .iter()
                .any(|name| before.ends_with(name.as_str()) || name.starts_with(before) && !before.is_empty())
    })
}

fn is_item(line: &str) -> bool {
    line.starts_with([
        '・', '■', '□', '●', '○', '◆', '※', '【', '「', '-', '*', '(', '（', '①', '〇', '━', '─',
    ]) || line.starts_with(|c: char| c.is_numeric())
}

fn squashed(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The person's own words in a letter, on one line.
#[must_use]
pub fn own_words(letter: &str) -> String {
    own_text(letter).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The person's own text in a letter: without the frame around it. The whole text if nothing else is left.
#[must_use]
pub fn own_text(letter: &str) -> String {
    // Every letter begins and ends with these, an operator's too.
    let is_frame = |paragraph: &&str| {
        let last = paragraph.lines().last().unwrap_or_default().trim();
        TITLES.iter().any(|title| last.ends_with(title)) && !last.contains('。')
            || paragraph.starts_with("平素より")
            || last.contains("下記のとおり")
            || last.contains("次の点をご確認くださいますよう")
    };
    let is_end = |paragraph: &&str| {
        let start = paragraph.trim_start();
        start.starts_with(['※', '-', '─', '━'])
            || [
                "ご不明な点がございましたら",
                "お手数をおかけいたしますが、本メールへの返信にて",
                "【ご照会内容】",
            ]
            .iter()
            .any(|end| start.starts_with(end))
    };
    let paragraphs = letter.split("\n\n").skip_while(is_frame).take_while(|paragraph| !is_end(paragraph));
    let own = paragraphs.collect::<Vec<_>>().join("\n\n");
    if own.trim().is_empty() { letter.to_owned() } else { own }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_wrote_is_not_said_twice() {
        // (text, is addressed, greets, refers)
        for (text, is_addressed, greets, refers) in [
            ("会議の例は、次のとおりです。", false, false, false),
            ("高橋 真由美 様\n\n会議の例は、次のとおりです。", true, false, false),
            ("高橋様\n会議の例は、次のとおりです。", true, false, false),
            (
                "星川市 健康福祉部\n高橋様\n\nお世話になっております。\nお問い合わせの件、次のとおりです。",
                true,
                true,
                true,
            ),
            ("星川市 健康福祉部 御中\n\n次のとおりです。", true, false, false),
            ("高橋先生\n\n平素より大変お世話になっております。", true, true, false),
            ("ご担当者様\n\n次のとおりです。", true, false, false),
            ("高橋様、\nいつもお世話になっております。", true, true, false),
            ("高橋様、いつもお世話になっております。\n例は次のとおりです。", true, true, false),
            ("高橋様　例は次のとおりです。", true, false, false),
            ("お問い合わせいただきました件につきまして、回答いたします。", false, false, true),
            ("ご照会の件、次の例がございます。", false, false, true),
            ("お問い合わせいただきありがとうございます。", false, true, true),
            ("ZT-2025-0001 の件です。", false, false, true),
            ("お待たせいたしました。例をお送りします。", false, true, false),
            // Neither is an address line.
            ("・医師の先生\n・看護師", false, false, false),
            ("対象は、医師の先生、患者様\nです。", false, false, false),
            ("多職種の皆様にご参加いただいています。", false, false, false),
        ] {
            let head = Head::of(text, Some("星川市 健康福祉部"), Some("高橋 真由美"), "ZT-2025-0001");
            assert_eq!(head, Head { is_addressed, greets, refers }, "{text}");
        }
    }

    #[test]
    fn a_persons_own_words_are_found_in_their_letter() {
        for (letter, words) in [
            (
                "星川市\n高橋 様\n\n平素より大変お世話になっております。\n事務局でございます。\n\n令和7年7月1日にお問い合わせいただきました件につきまして、下記のとおり回答いたします。\n\n例です。\n・第一市\n\nご不明な点がございましたら、本メールにご返信ください。\n\n----\n事務局",
                "例です。 ・第一市",
            ),
            // Letters of earlier versions.
            (
                "星川市\n高橋 様\n\n例です。\n\n二段落目です。\n\n※ 追加のご質問は\n\n----",
                "例です。 二段落目です。",
            ),
            ("高橋 様\n\n※ 追加", "高橋 様 ※ 追加"),
        ] {
            assert_eq!(own_words(letter), words);
        }
    }
}
