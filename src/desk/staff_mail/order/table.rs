//! The table of orders: one pattern a line, with the threads in which it is an order. `line` applies it to a sentence.

use std::sync::LazyLock;

use regex::Regex;

pub(super) use super::verb::Verb;
use super::{entry, handling, parts::expanded};
use crate::desk::staff_key::Invitation;

/// Threads in which a pattern is an order.
#[derive(Clone, Copy)]
pub(super) enum Scope {
    Everywhere,
    /// Only where the desk has asked for a decision. In other threads the words may be an answer, or mere talk.
    Decide,
}

use Scope::{Decide, Everywhere};
use Verb::{
    Accept, Approve, Ask, Assign, CalledBack, Cancel, Close, Decline, Form, Help, Merge, Note, Notice,
    PartOf, Reject, Reopen, Results, Review, Select, Send, SendResults, Set, StopResults, Tag, Wait,
    Withdraw,
};

/// One kind of wording a line. A sentence that matches a pattern as a whole is the order. It may go on behind a blank, a colon
/// or a comma, if the order takes an argument or a reason.
/// Sources: "guide" is 命令一覧, "support" 伴走支援の手引き; "issue" is the list of replies that members wrote and the desk sent on;
/// "speech" is another inflection of the same words.
const ROWS: [(Verb, Scope, &str); 67] = [
    // --- 取消: stop a draft
    (
        Cancel,
        Everywhere,
        r"{it}(?:取消し?|取り消し|取りけし|とりけし|とり消し)(?:{do}|{please}|{is}|{make}|を?希望(?:(?:いた|致)?します|です)?|を?(?:くだ|下)さい)?",
    ), // guide, issue
    (
        Cancel,
        Everywhere,
        r"{it}(?:取り消|取りけ|とりけ|とり消)(?:{do}|す)|{it}取り?消し?させて(?:くだ|下)さい",
    ), // speech
    (
        Cancel,
        Everywhere,
        r"{it}(?:取り?止め|取りやめ|とりやめ)(?:{please}|{is}|{make}|ます|ました|て(?:くだ|下)さい|て(?:(?:いただけ|頂け|もらえ)ます(?:か|でしょうか)|(?:いただき|頂き)たい(?:です)?)|たいです|る|て)?",
    ), // issue
    (
        Cancel,
        Everywhere,
        r"{it}(?:キャンセル|送信中止|送信取り?消し?|中止|撤回)(?:{do}|{please}|{is}|{make})?",
    ), // issue
    // やめる and 止める need their object: alone they may be about anything.
    (
        Cancel,
        Everywhere,
        r"{it}(?:送信|送付|発送|返信|回答|メール)(?:を|は)?(?:ストップ|(?:取り)?(?:止め|やめ|とめ))(?:{do}|{please}|{is}|て(?:くだ|下)さい|ます|たいです)?",
    ), // speech
    (
        Cancel,
        Everywhere,
        r"{it}(?:まだ)?(?:送信|送付|発送)(?:を|は)?し(?:ないで(?:くだ|下)さい|ないでほしいです|ないで)",
    ), // issue
    (Cancel, Everywhere, r"{it}(?:まだ)?送らないで(?:(?:くだ|下)さい|ほしいです|欲しいです)?"), // issue
    (Cancel, Everywhere, r"{it}送信は?不要(?:です)?"),                                          // speech
    (Cancel, Everywhere, r"{pre}(?:cancel|stop sending|do not send|don'?t send|don’t send){post}"), // guide, speech
    (Cancel, Everywhere, r"cancel(?:led|ed)|stop"),                                                 // speech
    // --- 承認 and 差戻: a lead decides
    (Approve, Everywhere, r"{it}承認(?:済み?)?(?:{do}|{please}|{is}|{make})?"), // guide, issue
    (Approve, Everywhere, r"{it}承認(?:でok|ok)(?:です)?"),                     // speech
    (Approve, Everywhere, r"{pre}approve{post}|approved|i approve{post}"),      // guide, issue
    (
        Approve,
        Decide,
        r"{it}(?:(?:これ|この(?:内容|まま))で)?(?:ok|okay|オーケー|オッケー)(?:です|でございます)?",
    ), // issue
    (
        Approve,
        Decide,
        r"{it}(?:特に)?(?:問題|異議|異存|異論|修正)(?:は|も)?(?:ありません|ございません|ないです|なし(?:です)?|無し(?:です)?)",
    ), // issue
    (Approve, Decide, r"looks good(?: to me)?"),                                // speech
    (Reject, Everywhere, r"{it}(?:差し?戻し?|差しもどし|さしもどし)(?:{do}|{please}|{is}|{make})?"), // guide, issue
    (Reject, Everywhere, r"{it}(?:差し?戻|差しもど)(?:させてください|させて下さい|す)"),             // speech
    (Reject, Everywhere, r"{it}(?:不承認|却下)(?:{do}|{please}|{is}|{make})?"),                      // speech
    (
        Reject,
        Everywhere,
        r"{it}承認(?:は|を)?(?:しません|いたしません|致しません|できません|いたしかねます|致しかねます|出来ません)",
    ), // speech
    (Reject, Everywhere, r"{pre}reject{post}|rejected"), // guide, issue
    // --- 送信: what the echo of a draft that waits for its author's word asks for
    (
        Send,
        Decide,
        r"{it}(?:この(?:まま|内容で)|このままで|予定(?:どおり|通り)|これで)?[、,]?(?:送信|送付|発送)(?:{do}|{please}|{is}|ok|okです)?",
    ), // issue
    (
        Send,
        Decide,
        r"{it}(?:この(?:まま|内容で)|予定(?:どおり|通り)|これで)?[、,]?(?:送って(?:(?:くだ|下)さい)?|お送り(?:(?:くだ|下)さい|願います))",
    ), // speech
    (Send, Decide, r"{pre}send{post}"), // issue
    // --- 完了, 保留, 再開
    (
        Close,
        Everywhere,
        r"{it}(?:対応|処理)?(?:完了|クローズ|終了)(?:済み?|扱い)?(?:{do}|{please}|{is}|{make})?",
    ), // guide, issue
    (Close, Everywhere, r"{pre}close{post}|closed|(?:it(?:'s| is) )?done"), // guide, issue
    (Wait, Everywhere, r"{it}(?:一旦|いったん)?(?:保留|ペンディング)(?:{do}|{please}|{is}|{make})?"), // guide, issue
    (Wait, Everywhere, r"{pre}(?:put (?:it |this )?on )?hold{post}|on hold|pending|wait"), // guide, issue
    (Reopen, Everywhere, r"{it}(?:再開|再オープン)(?:{do}|{please}|{is}|{make})?"),        // guide
    (Reopen, Everywhere, r"{pre}re-?open{post}|re-?opened"),                               // guide
    // --- 担当
    // 担当してください asks somebody else, so it is no order of this line.
    (
        Assign,
        Everywhere,
        r"担当|{it}(?:{me}(?:が|で|の方で) ?)?担当(?:は ?)?(?:(?:いた|致)?します|する|(?:させて|して)(?:いただきます|頂きます)|になります)",
    ), // guide, issue
    (
        Assign,
        Everywhere,
        r"{it}{me}(?:が|で)?担当(?:です|で|{please})|{it}担当(?:者)?(?:は|を) ?{me}(?:です|{make}|{please})",
    ), // speech
    (
        Assign,
        Everywhere,
        r"{it}担当者?(?: *(?:[:、=]|は|を|に) *| +){name} ?{san}?(?:{please}|{is}|{make}|(?:へ|に)変更(?:{do}|{please}))?",
    ), // guide
    (
        Assign,
        Everywhere,
        r"{it}{name} ?{san}(?:が|に|を|の|で|へ)? ?担当(?:者)?(?:{do}|{please}|{is}|{make})?",
    ), // issue
    (Assign, Everywhere, r"{it}{name} ?{san}?を担当者?(?:{make}|{please})"), // speech
    (Assign, Everywhere, r"{it}{name} ?{san}?に担当(?:を)?(?:{please}|変更(?:{do}|{please}))"), // speech
    (
        Assign,
        Everywhere,
        r"{pre}assign(?:ed)?(?: (?:it|this))?(?: to)?(?: me)?|i(?:'ll| will) take (?:it|this)(?: one)?",
    ), // guide, speech
    (Assign, Everywhere, r"{pre}assign(?: (?:it|this))?(?: to)?[ :]+{name}"), // guide, issue
    // --- text for colleagues or for the inquirer
    (
        Note,
        Everywhere,
        r"(?:社内|内部|所内|係内|担当者)?(?:用)?メモ(?:{please}|として)?|note(?: to self)?|memo",
    ), // guide
    (Ask, Everywhere, r"(?:照会者|照会元|先方)(?:へ|に|への)質問(?:{please})?"), // speech
    (Ask, Everywhere, r"質問(?:{please})?|ask|question"),                        // guide
    (
        CalledBack,
        Everywhere,
        r"(?:電話(?:を|の|で)?)?(?:折り?返し?|折りかえし|おりかえし)(?:の?(?:電話|連絡))?(?:は|を|の対応|対応)?(?:済み?|完了)(?:{is}|{do})?",
    ), // guide
    (
        CalledBack,
        Everywhere,
        r"(?:(?:先方|照会者)(?:へ|に)(?:は)?)?(?:お?電話(?:を|で)?)?(?:折り?返し|折返)(?:の?お?(?:電話|連絡))?(?:を|は)?(?:(?:いた|致)?しました|ました|入れました|済ませました|終えました)",
    ), // issue
    (
        CalledBack,
        Everywhere,
        r"(?:折り?返し?|折り返し)の?(?:お?電話|連絡)を?(?:(?:いた|致)?しました|差し上げました|済ませました)",
    ), // speech
    (CalledBack, Everywhere, r"(?:i |we )?called ?back"),                        // guide, issue
    // --- tags, merging
    (Tag, Everywhere, r"分類|タグ|tag|tags"), // guide
    // The numbers of both tickets are cut out of the sentence before it is matched, with their particles.
    (Merge, Everywhere, r"統合(?:{do}|{please}|{is})?(?:に|へ|と)?"), // guide
    (Merge, Everywhere, r"(?:に|へ|と)? ?(?:統合|まとめ)(?:{do}|{please}|{is}|て(?:くだ|下)さい)?"), // speech
    (Merge, Everywhere, r"{pre}merge(?: it| this)?(?: ?into| ?with| ?to)?(?: please)?"), // guide
    // The number of the application is cut out as with 統合.
    (PartOf, Everywhere, r"(?:に|へ|の)? ?所属(?:先)?(?:は|に|へ)?(?:{do}|{please}|{is}|{make})?"), // support
    // --- 伴走支援
    (Accept, Everywhere, r"{it}(?:応募|申込書?)?(?:として|を|は)?受理(?:{do}|{please}|{is}|{make})?"), // support
    (
        Withdraw,
        Everywhere,
        r"{it}(?:応募|申込書?)?(?:を|の|は)?(?:取り?下げ?|取りさげ|とりさげ)(?:{do}|{please}|{is}|{make}|ます|ました|て(?:くだ|下)さい)?",
    ), // support
    (
        Form,
        Everywhere,
        r"様式(?:{please}|{is})?|{it}(?:添付の)?(?:様式|申込書)(?:に|へ)?(?:の?差し?替え)(?:{do}|{please}|{is}|ます|て(?:くだ|下)さい)?",
    ), // support
    (Set, Everywhere, r"項目"),                                         // support
    (Review, Everywhere, r"審査(?:結果|点)?"),                          // support
    (Decline, Everywhere, r"{it}不採択(?:{do}|{please}|{is}|{make})?"), // support
    (Select, Everywhere, r"{it}採択(?:{do}|{please}|{is}|{make})?"),    // support
    (Notice, Everywhere, r"通知文"),                                    // support
    (
        Results,
        Everywhere,
        r"(?:選定)?結果(?:の通知)?案(?:{please}|{is}|を(?:見せて|送って)?(?:くだ|下)さい|を(?:作成|表示|確認){do})?",
    ), // support
    (SendResults, Everywhere, r"結果(?:の)?送信(?:{do}|{please}|{is})?"), // support
    (
        StopResults,
        Everywhere,
        r"{it}結果(?:の)?(?:送信|通知)?(?:の|を|は)?(?:取消し?|取り消し?|取り?やめ|中止)(?:{do}|{please}|{is}|{make}|ます|す|て(?:くだ|下)さい)?",
    ), // support
    // --- the desk itself
    (Help, Everywhere, r"ヘルプ(?:{please}|を(?:くだ|下)さい)?"), // guide
    (
        Help,
        Everywhere,
        r"(?:使い方|操作方法|やり方)(?:を|が)?(?:教えて(?:くだ|下)さい|知りたいです|{please})?",
    ), // speech
    (Help, Everywhere, r"{pre}help(?: me)?(?: please)?"),         // guide
    // --- English that goes on without a colon
    (Reject, Decide, r"not approved|do not approve|don'?t approve"), // speech
    (Cancel, Decide, r"(?:no[, ]+)?(?:please )?don'?t"),             // speech
    // --- words that stop a draft only where the desk has asked about it
    (
        Cancel,
        Decide,
        r"{it}(?:いったん|一旦)?(?:待って(?:くだ|下)さい|お待ち(?:くだ|下)さい|ストップ(?:です|して(?:くだ|下)さい)?|やめて(?:くだ|下)さい|止めて(?:くだ|下)さい|やめます|止めます)",
    ), // speech
];

pub(super) struct Row {
    pub(super) verb: Verb,
    scope: Scope,
    /// The sentence is the order.
    pub(super) whole: Regex,
    /// The sentence begins with the order. The first group ends before a separator, the rest is the argument.
    pub(super) head: Regex,
}

impl Row {
    pub(super) fn fits(&self, invitation: Invitation) -> bool {
        matches!(self.scope, Everywhere) || invitation == Invitation::Decide
    }
}

/// Rows in the order of the table. The first that matches wins.
pub(super) static TABLE: LazyLock<Vec<Row>> =
    LazyLock::new(|| rows().filter_map(|(verb, scope, pattern)| row(*verb, *scope, pattern)).collect());

fn rows() -> impl Iterator<Item = &'static (Verb, Scope, &'static str)> {
    entry::ROWS.iter().chain(&handling::ROWS).chain(&ROWS)
}

fn row(verb: Verb, scope: Scope, pattern: &str) -> Option<Row> {
    let pattern = expanded(pattern);
    Some(Row {
        verb,
        scope,
        whole: Regex::new(&format!("^(?:{pattern})$")).ok()?,
        head: Regex::new(&format!(r"^(?:{pattern})(?P<gap>\s*[:、,(→]\s*|\s+)(?P<rest>.+)$")).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_of_the_table_compiles() {
        assert_eq!(TABLE.len(), rows().count());
    }
}
