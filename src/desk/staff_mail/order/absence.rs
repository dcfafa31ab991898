//! Whether a text is that of a responder whose mail bears no mark of one: absence, holidays, closing days, a mail that was
//! received and will be answered later. A physician may be absent as well, so a sentence counts only if its writer is.

use std::sync::LazyLock;

use regex::Regex;

use super::frame::{GREETING, bare, sentences};

/// The text says itself that a machine wrote it.
const MACHINE: &str = r"自動(?:的に)?(?:返信|応答|送信|配信|返答)(?:メール|メッセージ|の?機能)?(?:です|でござい|にて|により|でお|として|して(?:おり|い)|され|させて|となり)|(?:本|この)(?:メール|メッセージ)は[、,]?(?:送信専用|自動)|automatic (?:reply|response)|auto[- ]?(?:reply|response|responder)|automated (?:reply|response|message|e-?mail)|autoreply";

/// What an absent writer is.
const ABSENCE: &str = r"(?:不在|留守|外出|出張|休暇|休業|休診|閉庁|閉所|休館|休職|休み|夏休み|冬休み|年休|有休|有給|代休|育休|産休|離席|席を(?:外|はず)|長期不在)";

/// How they say that they are. 「不在の場合は」 and 「休業期間中の」 speak of something else.
const STATE: &str = r"(?:に|と|を|で)?(?:(?:いた|致)?しており|して居り)[、,]|(?:中|期間中?)?(?:(?:に|と|を|で|の?ため(?:に)?)[、,]?)?(?:(?:いた|致)?し(?:て(?:おり|い)(?:ます|まして|ますので|ますため)|ておりますが|ます|ました)(?:[、,。ので]|が|$)|して(?:おり|い)(?:ます|まして)|(?:さ?せて)?(?:いただ|頂|戴)(?:い(?:て|ており)|き(?:ます|まして)|く(?:ため|予定|こと))|取得?(?:し|って)(?:て?おり|て?い|中)|とって(?:おり|い)|取らせて|なって(?:おり|い)ます|なります(?:[、,。ので]|が|$)|です(?:[、,。ので]|が|$)|でございます|につき|入って(?:おり|い)ます)";

/// Nobody reads the mail for now, or somebody will.
const LATER: &str = r"(?:期間中|時|中|日)?(?:の?ため(?:に)?|につき|に|は|で|[、,])[、,]?.{0,30}(?:対応|返信|回答|連絡|確認|返事|受信).{0,12}(?:でき|出来|遅|かね|(?:いた|致)?します|差し上げ|なります|以降)";

/// The writer answers when they are back.
const BACK: &str = r"(?:業務|勤務|営業|執務)時間外(?:の?ため|につき|です|となり)|(?:(?:戻り|帰社|帰庁|帰任|出社|出勤|復帰|復職|登庁)(?:次第|後|しましたら|いたしましたら|してから)|(?:休暇?|休み|休業|連休|正月|お盆)明け(?:に|以降|後)?)[、,]?.{0,24}(?:連絡|返信|回答|対応|返事|確認|拝見)(?:を|の)?(?:させて|(?:いた|致)?します|差し上げ|さしあげ|申し上げ|となります|になります)";

/// The title of a notice, or the line with the days.
const TITLE: &str = r"^(?:夏季|夏期|冬季|冬期|年末年始|年始|gw|ゴールデンウィーク|お?盆|春季|秋季|臨時|長期)?(?:の)?(?:休業|休暇|不在|お休み|休み|閉庁)(?:期間|日)?の?(?:お知らせ|ご案内|ご連絡|通知)|^(?:夏季|夏期|冬季|年末年始|臨時)?(?:休業|休暇|不在|お休み|閉庁)(?:期間|日)? ?[:\]】]";

/// The writer works elsewhere now.
const LEFT: &str = r"(?:退職|異動|転出|転職|退任|離任)(?:いた|致)?しました";
const SUCCESSOR: &str = r"後任|担当が変わ|担当者が変わ|今後の?(?:ご)?連絡|引き継|引継|以後の|今後は";

const ENGLISH: &str = r"\b(?:i am|i'm|i will be|i'll be|we are|we're|we will be|currently|am|is) (?:(?:currently|now|also) )?(?:out of (?:the |my )?office|away\b|on (?:\w+ ){0,2}(?:leave|vacation|holidays?)\b|traveling|travelling|not in the office|on a business trip|unavailable)|^(?:\w+ ){0,2}out of (?:the |my )?office(?:$|[.:;,!-]| (?:until|till|from|reply|notice|message|today|this|through|between|and))|limited access to (?:my )?e-?mail|(?:reply|respond|answer|get back to you|contact you).{0,40}(?:when i(?:'m| am)? (?:return|back)|(?:up)?on my return|as soon as i (?:return|am back|get back|can)|after i return)|i am no longer (?:with|working)|no longer works? (?:at|for|here)|our office (?:is|will be) closed|we are closed";

/// Sentences that every receipt of a mail consists of, each whole.
const RECEIPT: &str = r"(?:この(?:度|たび)は|誠に|大変|早速の?|平素より|ご?丁寧な|、)*(?:お?メール|ご?連絡|お問い?合わ?せ|ご?照会|ご?質問|お知らせ)(?:を|の?ほど|の?程)?(?:いただき|頂き|くださり|下さり|賜り|頂戴し|有り)?(?:まして)?[、,]?(?:誠に|大変|どうも)?(?:ありがとう|有難う|有り難う|感謝|御礼)(?:ござい(?:ます|ました)|(?:いた|致)?します|申し上げます|います)?|(?:お?メール|お問い?合わ?せ|ご?連絡|ご?照会)(?:の内容)?(?:を|は)[、,]?(?:確かに|たしかに|下記の通り|以下のとおり)?(?:受信|受領|拝受|受付|受け付け|お?受け取り|承り)(?:し|いたし|致し)?ました|thank you (?:very much )?for (?:your|the) (?:e-?mail|mail|message|inquiry|enquiry).*|(?:we|i) (?:have )?received your .*";
const PROMISE: &str = r"(?:内容|詳細)?(?:を|の)?(?:確認|拝見)?.{0,16}(?:後日|追って|改めて|あらためて|のちほど|後ほど|翌営業日|営業日以内|数日以内|順次|担当者?(?:より|から)|しばらく|今しばらく|少々).{0,30}(?:連絡|返信|回答|対応|返事|お待ち)(?:を|の)?(?:(?:(?:いた|致)?し|さしあげ|差し上げ|申し上げ|させていただき|させて頂き|ください|下さい).{0,8}|ください.{0,8}|.{0,6})|(?:we|i) will (?:reply|respond|get back|contact).*";

struct Patterns {
    machine: Regex,
    state: Regex,
    later: Regex,
    back: Regex,
    title: Regex,
    left: Regex,
    successor: Regex,
    english: Regex,
    receipt: Regex,
    promise: Regex,
    excuse: Regex,
    subject: Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let whole = |pattern: &str| Regex::new(&format!("^(?:{pattern})$")).ok();
    Some(Patterns {
        machine: Regex::new(MACHINE).ok()?,
        state: Regex::new(&format!("{ABSENCE}(?:{STATE})")).ok()?,
        later: Regex::new(&format!("{ABSENCE}(?:{LATER})")).ok()?,
        back: Regex::new(BACK).ok()?,
        title: Regex::new(TITLE).ok()?,
        left: Regex::new(LEFT).ok()?,
        successor: Regex::new(SUCCESSOR).ok()?,
        english: Regex::new(ENGLISH).ok()?,
        receipt: whole(RECEIPT)?,
        promise: whole(PROMISE)?,
        // 「勝手ながら」 and 「申し訳ございませんが」 have a が that marks no subject.
        excuse: Regex::new(
            r"(?:ながら|ませんが|ますが|ですが|ましたが|[んい]が)[、,]?|[:、,\s](?:上記|下記|以下)の",
        )
        .ok()?,
        subject: Regex::new(r"([^、,。\s]*?)(?:は|が)").ok()?,
    })
});

/// Whether the beginning of a text is that of a responder.
pub(super) fn is_away(beginning: &str) -> bool {
    let Some(patterns) = PATTERNS.as_ref() else { return true };
    // Japanese lines are folded anywhere, English ones at blanks, and titles have no full stop.
    let joined = [beginning.replace('\n', ""), beginning.replace('\n', " ")];
    let sentences: Vec<&str> =
        beginning.lines().chain(joined.iter().map(String::as_str)).flat_map(sentences).collect();
    let has_left = |sentence: &&str| {
        patterns.left.find(sentence).is_some_and(|found| patterns.is_own(sentence, found.start()))
    };
    sentences.iter().any(|sentence| patterns.says_away(sentence))
        || (patterns.successor.is_match(beginning) && sentences.iter().any(has_left))
        || patterns.is_receipt(joined.first().map_or("", String::as_str))
}

impl Patterns {
    fn says_away(&self, sentence: &str) -> bool {
        self.machine.is_match(sentence)
            || self.title.is_match(bare(sentence))
            || self.english.is_match(sentence)
            || self.state.find(sentence).is_some_and(|found| self.is_own(sentence, found.start()))
            || self.later.find(sentence).is_some_and(|found| self.is_own(sentence, found.end()))
            || self.back.find(sentence).is_some_and(|found| self.is_own(sentence, found.start()))
    }

    /// Whether no one but its writer is a subject of a sentence up to byte `end`.
    fn is_own(&self, sentence: &str, end: usize) -> bool {
        let before = self.excuse.replace_all(sentence.get(..end).unwrap_or_default(), "、");
        let mut subjects = self.subject.captures_iter(&before).filter_map(|found| found.get(1));
        subjects.all(|subject| is_self_or_time(subject.as_str()))
    }

    /// Whether the text only confirms that a mail arrived, and promises an answer.
    fn is_receipt(&self, text: &str) -> bool {
        let sentences = sentences(text);
        let is_receipt = |sentence: &&str| self.receipt.is_match(sentence);
        let is_promise = |sentence: &&str| self.promise.is_match(sentence);
        let is_greeting =
            |sentence: &&str| GREETING.as_ref().is_some_and(|greeting| greeting.is_match(sentence));
        sentences.iter().any(is_receipt)
            && sentences.iter().any(is_promise)
            && sentences
                .iter()
                .all(|sentence| is_receipt(sentence) || is_promise(sentence) || is_greeting(sentence))
    }
}

/// Whether the subject of a sentence is its writer or a time: 「担当の伊藤は」, 「8月13日から15日までは」, 「現在は」.
fn is_self_or_time(subject: &str) -> bool {
    /// Ends of words for people, bodies and places that a desk's answers are about.
    const OTHERS: [&str; 31] = [
        "館", "口", "室", "床", "棟", "校", "園", "医", "医師", "者", "員", "所", "院", "市", "県", "町",
        "村", "区", "師", "士", "長", "先", "側", "体", "局", "科", "施設", "法人", "拠点", "会", "省",
    ];
    const SELF: [&str; 20] = [
        "私",
        "わたくし",
        "わたし",
        "当方",
        "小職",
        "弊社",
        "当社",
        "当課",
        "当室",
        "当局",
        "当所",
        "弊所",
        "当事務局",
        "事務局",
        "担当",
        "担当者",
        "本人",
        "当庁",
        "弊庁",
        "弊局",
    ];
    const TIMES: [&str; 20] = [
        "現在",
        "本日",
        "今日",
        "明日",
        "今",
        "ただいま",
        "ただ今",
        "只今",
        "今週",
        "来週",
        "今月",
        "来月",
        "当面",
        "しばらく",
        "期間",
        "間",
        "中",
        "まで",
        "以降",
        "午後",
    ];
    let subject = subject.trim();
    let ends = |words: &[&str]| words.iter().any(|word| subject.ends_with(word));
    // What an absent writer cannot do: 「返信が遅れます」.
    const OWN_WORK: [&str; 8] = ["確認", "返信", "返事", "対応", "回答", "連絡", "メール", "こと"];
    let is_time = subject.ends_with(['日', '時', '月', '曜', '前', ')'])
        || subject.chars().last().is_none_or(|c| c.is_ascii_digit());
    // A short word of Chinese characters that ends like no body or office is a name.
    let name = subject.rsplit('の').next().unwrap_or_default();
    let is_name = (1..=5).contains(&name.chars().count())
        && name.chars().all(|c| matches!(c, '一'..='鿿' | '々' | 'ヶ' | ' '))
        && !OTHERS.iter().any(|other| name.ends_with(other));
    is_time || ends(&SELF) || ends(&TIMES) || ends(&OWN_WORK) || is_name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::staff_mail::order::folded::Folded;

    fn check(text: &str) -> bool {
        let lines: Vec<String> = text.lines().map(|line| Folded::of(line).as_str().to_owned()).collect();
        is_away(&lines.join("\n"))
    }

    #[test]
    fn a_responder_without_marks_is_known_by_what_it_says_of_its_owner() {
        for text in [
            "ただいま不在にしております。",
            "ただいま席を外しております。戻り次第ご連絡いたします。",
            "現在、出張のため不在にしております。",
            "本日は外出しております。",
            "7月1日から7月4日まで休暇をいただいております。",
            "7月1日（火）～7月4日（金）は休暇をいただきます。",
            "誠に勝手ながら、8月13日から8月15日まで夏季休業とさせていただきます。",
            "誠に勝手ながら、下記の期間は\n夏季休業とさせていただいております。",
            "【夏季休業のお知らせ】\n平素は格別のご高配を賜り、厚く御礼申し上げます。",
            "年末年始休業のご案内\n期間：12月27日～1月4日",
            "休業期間：8月10日（日）～8月16日（土）",
            "申し訳ございませんが、終日出張しております。",
            "出張中です。返信は来週になります。",
            "出張中のため、ご返信が遅れます。ご了承ください。",
            "担当の伊藤は、7月1日から5日まで不在にしております。",
            "伊藤は本日お休みをいただいております。",
            "私は来週まで有給休暇を取得しております。",
            "産休に入っております。",
            "メールありがとうございます。休暇中のため、7日以降にご連絡いたします。",
            "メールありがとうございます。内容を確認のうえ、後日ご連絡いたします。",
            "お世話になっております。\nご連絡いただき、誠にありがとうございます。\n追って担当者よりご連絡いたします。",
            "お問い合わせいただきありがとうございます。お問い合わせを受け付けました。2営業日以内に回答いたします。",
            "このメールは自動で返信しています。",
            "こちらは自動返信メールです。",
            "自動応答により返信しています。",
            "3月31日をもちまして退職いたしました。後任は佐藤です。",
            "休暇明けにお返事いたします。",
            "不在期間中はメールの確認ができません。",
            "ただいま不在のため、メールを確認することができません。",
            "本日は終日外出しており、メールの確認ができません。",
            "本日は有給休暇のため、お返事は明日になります。",
            "勤務時間外につき、明日以降に対応します。",
            "I am out of office until Monday.",
            "Out of office: back on 7 July",
            "Thank you for your email. I am currently on annual leave and will respond when I return.",
            "I will be away from my desk until Friday.",
            "This is an automated response.",
            "Thank you for your message. We will get back to you shortly.",
            "I have limited access to my email this week.",
        ] {
            assert!(check(text), "{text}");
        }
    }

    #[test]
    fn an_answer_that_mentions_an_absence_is_an_answer() {
        for text in [
            "主治医が不在の場合は、あらかじめ定めた代行の医師が対応する例があります。",
            "夏季休業期間中の連絡体制は、当番医が担う例が多くあります。",
            "医師が休暇を取得している場合は、代診の体制を整えてください。",
            "管理者が出張のため不在となる場合は、代行者をあらかじめ定めてください。",
            "休業する診療所への助成は、対象となります。",
            "対象の診療所は、8月13日から15日まで休業しております。",
            "同病院の訪問担当医は、週2日不在にしております。",
            "会議の当日に構成員が出張している場合は、代理の出席が可能です。",
            "年末年始の休業日の扱いは、要綱第5条のとおりです。",
            "産休の職員の代替は、会計年度任用職員で差し支えありません。",
            "ご照会ありがとうございます。①は告示のとおりです。②は厚生労働省に確認のうえ、後日ご連絡いたします。",
            "お問い合わせの件、次の例がございます。\n・第一市の会議",
            "退職した職員の分は、実績から除いてください。",
            "自動応答の電話を設けることは、要件ではありません。",
            "不在時の連絡先を掲示してください。",
            "Out of office hours care is covered by the regional centre.",
            "Staff on leave are counted as half.",
            "医師会館は8月13日から16日まで休館です。",
            "市の窓口は土日休みですが、メールは受け付けています。",
            "ご照会の件、管理者の休暇中は代行者が対応いたします。",
            "要綱の改正のため、内容を確認後に対応します。",
            "医師の不在時は、代診の医師が対応します。",
            "休業中の診療所は、対象に含まれません。",
            "出張の旅費は、対象経費になります。",
            "年次有給休暇は、勤務日数に含めます。",
            "休日の当番表は、医師会から提供されています。",
            "戻り次第の対応で差し支えない旨、要綱に記載があります。",
        ] {
            assert!(!check(text), "{text}");
        }
    }
}
