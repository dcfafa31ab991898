//! The tables of what mail programs add to a reply: attributions, header blocks, separators, footers, links.
//! All patterns match folded text (`fold::squash`): lower case, NFKC, no blanks. Every line names its program.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

/// Calendar dates, with a year or in the order of a mail program.
const DATES: &[&str] = &[
    // Gmail, Yahoo! JAPAN mail, docomo: 2025年7月1日
    r"[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日",
    // Shuriken, Becky!: 令和7年7月1日
    r"(?:令和|平成)[0-9]{1,2}年[0-9]{1,2}月[0-9]{1,2}日",
    // Outlook for iOS and Android: 7月 1, 2025
    r"[0-9]{1,2}月[0-9]{1,2},[0-9]{4}",
    // Thunderbird, Apple Mail: 2025/07/01, 2025-07-01, 2025.7.1
    r"[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}",
    // neomutt, Claws, Wanderlust, Mew (RFC 5322): 01 Jul 2025
    r"[0-9]{1,2}(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?[0-9]{4}",
    // Gmail, Apple Mail and Outlook in English: Jul 1, 2025
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?[0-9]{1,2}(?:st|nd|rd|th)?,?[0-9]{4}",
    // Gmail, Apple Mail in other languages: 1 juli 2025, 1. Juli 2025, 1 juillet 2025
    r"[0-9]{1,2}\.?\p{Latin}{3,10}\.?,?[0-9]{4}",
    // Outlook, Thunderbird in other regions: 1/7/2025, 01.07.25
    r"[0-9]{1,2}[/.][0-9]{1,2}[/.](?:[0-9]{4}|[0-9]{2})",
];

/// What an attribution has beside its date.
const TIMES: &[&str] = &[
    // all: 10:19, 10:19:00, at 10:19:00 AM
    r"(?:at|t)?(?:午前|午後)?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:am|pm|午前|午後)?",
    // Shuriken, docomo: 10時19分
    r"(?:午前|午後)?[0-9]{1,2}時[0-9]{1,2}分(?:[0-9]{1,2}秒)?",
    // all: (火), 火曜日
    r"\([日月火水木金土]\)|[日月火水木金土]曜日?",
    // all: Tue, Tuesday
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,",
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day",
    // all: +0900, +09:00, GMT, (JST)
    r"[+-][0-9]{2}:?[0-9]{2}|\(?(?:gmt|utc|jst)\)?",
];

/// Words that say that somebody wrote.
const WROTE: &[&str] = &[
    // neomutt, Thunderbird, Gmail, Apple Mail, Claws, Wanderlust, nmh, s-nail ("wrote in <id>")
    r"wrote(?:in)?",
    // Gnus
    r"writes",
    // Sylpheed, Thunderbird in Japanese: さんは書きました; Mew and others: さんが書きました
    r"(?:さん|様|氏)?[はが]書(?:きました|いた)",
    // Apple Mail, Thunderbird, Yahoo! JAPAN mail: …のメール:
    r"(?:さん|様)?(?:から)?のメ(?:ール|ッセージ)(?::|$)",
    // Gmail and Thunderbird in other languages
    r"schrieb|aécrit|skrev|schreef|hascritto|escribió|escreveu|pisze|napisała?|kirjoitti|写道",
];

/// Words in front of a date or a name.
const OPENERS: &[&str] = &[
    // neomutt, Thunderbird, Gmail: On …; Wanderlust: At …; nmh, Gnus: In message …
    r"^(?:on|at|in(?:message|article)?)(?: |$)",
    // Gmail and Thunderbird in other languages
    r"^(?:am|le|den|op|il|el|em|wdniu|在)(?: |$)",
    // Becky!: On Tue, …; Thunderbird in Japanese: … に …
    r"(?:^| )に(?: |$)",
    // Yahoo! JAPAN mail: --- … wrote:
    r"^-{3}",
];

/// Names of the header fields that programs copy above a quotation.
const HEADERS: &[&str] = &[
    // FROM: Outlook, Mew, Yahoo! JAPAN mail, docomo
    r"^[*_\[]*(?:from|差出人|送信者|送信元|発信者|von|de)[*_\]]*:",
    // DATE: Outlook ("Sent:", 送信日時; new Outlook: Date:, 日付), Mew, Yahoo! JAPAN mail
    r"^[*_\[]*(?:date|sent|送信日時|送信日|日時|日付|受信日時|gesendet|datum|envoyé|date)[*_\]]*:",
    // TO: Outlook, Yahoo! JAPAN mail
    r"^[*_\[]*(?:to|cc|reply-to|宛先|受信者|送信先|an|à)[*_\]]*:",
    // SUBJECT: Outlook, Mew, Yahoo! JAPAN mail
    r"^[*_\[]*(?:subject|件名|題名|betreff|objet)[*_\]]*:",
    // Outlook: 添付ファイル, 重要度
    r"^[*_\[]*(?:attachments?|importance|添付ファイル|重要度)[*_\]]*:",
];

/// The kinds of header fields, in the order of [`HEADERS`].
pub(super) mod header {
    pub(crate) const FROM: usize = 0;
    pub(crate) const DATE: usize = 1;
}

/// Lines that only separate a reply from what it quotes.
const SEPARATORS: &[&str] = &[
    // Outlook, docomo, Yahoo! JAPAN mail: -----Original Message-----, ----- 元のメッセージ -----
    r"^[-_=>*]{2,}(?:originalmessage|元のメッセージ|元のメール|オリジナルメッセージ|元メール|原文|forwardedmessage|転送(?:された)?(?:メッセージ|メール))[-_=<*]*$",
    // Outlook, Outlook for iOS: ________________________________
    r"^_{5,}$",
    // Apple Mail: Begin forwarded message:
    r"^beginforwardedmessage:$",
];

/// A rule above copied header fields (Yahoo! JAPAN mail, Shuriken).
const RULE_ABOVE_HEADERS: &str = r"^[-=*]{5,}$";

/// The last line of a mail that was written on a telephone, and advertisements of mail services.
const FOOTERS: &[&str] = &[
    // Apple Mail, Gmail, docomo, Galaxy, Xperia: iPhoneから送信
    r"^.{0,30}(?:iphone|ipad|android|galaxy|xperia|aquos|スマートフォン|スマホ|ドコモ|携帯|outlook|gmail|yahoo!?メール).{0,20}から送信(?:されました|しました)?。?$",
    // the same in English
    r"^sentfrom(?:my|outlook|mail|yahoo|gmail|samsung|the).{0,60}$",
    // Outlook for iOS and Android
    r"^(?:get)?outlookfor(?:ios|android).{0,80}$",
    r"^(?:android|ios)版outlookを入手.{0,80}$",
    // Yahoo! JAPAN mail
    r"^yahoo!メール-.{0,80}$",
];

/// What programs add behind an address or instead of a picture.
// Outlook, Gmail: desk@example.jp<mailto:desk@example.jp>; Outlook: [cid:…]; Gmail: [image: …]
const ARTEFACT: &str = r"^(?:<(?:mailto:|https?:|tel:)[^<>]*>|\[(?:cid|image|画像):?[^\]]*\])+$";

/// What programs quote instead of the parts of a mail that they do not show.
const PART_LABELS: &[&str] = &[
    // Wanderlust: [1  <text/plain; utf-8 (base64)>], [2 map.png <image/png (base64)>]
    r"^\[[^<>\[\]]{0,80}<(?:text|image|application|multipart|message|audio|video)/[^<>]{1,120}>\]$",
    // neomutt: [-- Attachment #1 --], [-- Type: text/plain, Encoding: base64 --]; s-nail: [-- #1 62/4221 text/plain --]
    r"^\[--.{1,200}--\]$",
    // Gnus: [2. text/html], [1. image/png; map.png]...
    r"^\[[0-9.]+(?:text|image|application|multipart|message|audio|video)/[^\[\]]{1,120}\]\.*$",
];

/// An address in angle brackets, with a link or not, or bare; a Message-ID looks the same.
const ADDRESS: &str = r"\[?<?(?:mailto:)?[a-z0-9._%+#-]+@[a-z0-9.-]+\]?>?";

#[expect(clippy::expect_used, reason = "the patterns are constants, and a test compiles each")]
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern")
}

#[expect(clippy::expect_used, reason = "the patterns are constants, and a test compiles each")]
fn set(patterns: &[&str]) -> RegexSet {
    RegexSet::new(patterns).expect("constant patterns")
}

fn any(patterns: &[&str]) -> Regex {
    regex(&patterns.join("|"))
}

pub(super) static DATE: LazyLock<Regex> = LazyLock::new(|| any(DATES));
pub(super) static TIME: LazyLock<Regex> = LazyLock::new(|| any(TIMES));
pub(super) static VERB: LazyLock<Regex> = LazyLock::new(|| any(WROTE));
pub(super) static OPENER: LazyLock<Regex> = LazyLock::new(|| any(OPENERS));
pub(super) static MAILBOX: LazyLock<Regex> = LazyLock::new(|| regex(ADDRESS));
pub(super) static HEADER: LazyLock<RegexSet> = LazyLock::new(|| set(HEADERS));
pub(super) static SEPARATOR: LazyLock<RegexSet> = LazyLock::new(|| set(SEPARATORS));
pub(super) static RULE: LazyLock<Regex> = LazyLock::new(|| regex(RULE_ABOVE_HEADERS));
pub(super) static FOOTER: LazyLock<RegexSet> = LazyLock::new(|| set(FOOTERS));
pub(super) static PART_LABEL: LazyLock<RegexSet> = LazyLock::new(|| set(PART_LABELS));
pub(super) static LINK: LazyLock<Regex> = LazyLock::new(|| regex(ARTEFACT));
