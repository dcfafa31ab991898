//! Tells a mail that only says thanks, or that an answer was read, from one that asks something. In doubt it asks.

use std::sync::LazyLock;

use regex::Regex;

use crate::desk::form::fold;

/// Longer texts say more than thanks, whatever their sentences are.
const MOST_CHARS: usize = 600;
/// Lines that may be one sentence.
const WRAPPED: usize = 3;

/// What no sentence of thanks contains: a question, a request, a turn to another matter.
const MORE: &str = r"\?|(?:です|ます|でしょう|せん|した)か(?:$|[、。])|教え|質問|お?尋ね|伺|お聞き|もう(?:一|少)|追加|別件|ところで|[1-9一二三]点|けれど|けど|[すた]が(?:、|$)|ものの|ただ(?:し|、)|しかし|不明|わから|分から|届いて(?:い|お)|違|誤|異な|訂正|変更|未(?:着|回答)|まだ|いつ(?:頃|ごろ|まで|に)|どの|どう|なぜ|何(?:を|が|か)|再度|改めて|至急|お願い(?:したい|でき)|(?:いただけ|頂け)(?:ます|れば|ると|ない|ません|たら)|(?:くだ|下)さい|ほしい|欲しい|たいのです|たいと(?:思|考)|必要|予定|添付|送り(?:ます|いたし)|送付";
/// Thanks, at the end of a sentence.
const THANKS: &str = r"^.{0,70}(?:(?:ありがとう|有難う|有り難う)(?:ございま(?:す|した)|存じます)?|感謝(?:いた|致)?(?:します|しております|しています|申し上げます)|(?:助か|救われ)(?:り)?ました|恐(?:れ|縮)(?:入りま(?:す|した)|です)|(?:お|御|厚く)礼(?:を)?(?:申し上げます|まで)|thanks?(?: you)?(?: very much| so much| a lot)?(?: for .{1,40})?)[!。.、 ☆^)]*$";
/// That an answer was read.
const READ: &str = r"^.{0,50}(?:(?:承知|了解|確認|拝受|拝見|拝読|受領|受信|理解|解決|納得|安心|承り|把握)(?:いた|致|させていただき)?(?:しま|ま)した|(?:承知|了解)(?:です)?|(?:分か|わか|判)りました|(?:大変|とても)?(?:参考|勉強)に(?:なりました|なります|させて(?:いただ|頂)きます|(?:いた|致)?します)|問題(?:は)?(?:ありません|ございません)でした|(?:不明点|疑問)(?:は|が)?(?:解消|解決)(?:いた|致)?しました|(?:これで|この内容で)?(?:進め|対応|検討)(?:させて(?:いただ|頂)きます|(?:て)?(?:まい|参)ります|(?:いた|致)?します|ます)|noted|received|understood|got it)[!。.、]*$";
/// Greetings and closings.
const FRAME: &str = r"^(?:.{1,30}(?:様|御中|各位|先生|殿|さん|事務局|窓口)|(?:いつも|平素|大変|日頃).{0,24}お?世話(?:に|を)?(?:なって|なり|さま|様).{0,6}|お世話になって(?:おり|い)ます|お世話になります|お疲れ(?:様|さま)です|こんにちは|おはようございます|.{0,24}(?:市|町|村|県|都|府|道|区|課|部|局|係|会|院|所|室|センター|大学|役場|の) ?[一-鿿ぁ-ゖァ-ヶー]{1,8}(?:です|でございます|と申します)|(?:今後とも|引き続き|何卒|どうぞ|また|ご指導のほど|、)*(?:よろしく|宜しく)(?:お|御)?(?:願い)?(?:(?:いた|致)?します|申し上げます)?|(?:まずは|取り?急ぎ|とりいそぎ|略儀ながら|メールにて|、)*(?:お礼|御礼|ご連絡|ご報告|お返事|返信|受領のご連絡)?(?:まで|のみ|にて失礼(?:いた|致)?します)(?:で|申し上げます|、失礼(?:いた|致)?します)?|失礼(?:いた|致)?(?:します|しました)|以上(?:です|、(?:よろしく|宜しく)お願い(?:いた|致)?します)?|dear .{1,30}|(?:best|kind) regards|regards|sincerely)[!。.、,]*$";
/// The line above a signature.
const RULE: &str = r"^(?:[-=*_~─━―ー…☆★◇◆■□●○#+ ]{2,})$";
/// What a sentence contains and a signature does not.
const SENTENCE: &str = r"ます|です|した|ません|。|、(?:.*、)?|\?";

struct Patterns {
    more: Regex,
    thanks: Regex,
    read: Regex,
    frame: Regex,
    rule: Regex,
    sentence: Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let compiled = |pattern: &str| Regex::new(pattern).ok();
    Some(Patterns {
        more: compiled(MORE)?,
        thanks: compiled(THANKS)?,
        read: compiled(READ)?,
        frame: compiled(FRAME)?,
        rule: compiled(RULE)?,
        sentence: compiled(SENTENCE)?,
    })
});

#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    Thanks,
    Frame,
}

/// Whether a text only thanks, or says that an answer was read. A signature may follow.
pub(super) fn is_only_thanks(text: &str) -> bool {
    let Some(patterns) = PATTERNS.as_ref() else { return false };
    if text.chars().count() > MOST_CHARS {
        return false;
    }
    let folded = fold(text);
    let lines: Vec<&str> = folded.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut thanked = false;
    let mut at = 0;
    while at < lines.len() {
        let wrapped = (1..=WRAPPED.min(lines.len() - at)).find_map(|count| {
            let line = lines.get(at..at + count)?.concat();
            Some((count, said(&line, patterns)?))
        });
        match wrapped {
            Some((count, says)) => {
                thanked |= says == Says::Thanks;
                at += count;
            }
            None => break,
        }
    }
    thanked && is_signature(lines.get(at..).unwrap_or_default(), patterns)
}

/// What all sentences of a line say. `None` if one of them says something else.
fn said(line: &str, patterns: &Patterns) -> Option<Says> {
    let mut says = Says::Frame;
    for sentence in line.split_inclusive(['。', '!']).map(str::trim).filter(|sentence| !sentence.is_empty())
    {
        if patterns.more.is_match(sentence) {
            return None;
        }
        if patterns.thanks.is_match(sentence) || patterns.read.is_match(sentence) {
            says = Says::Thanks;
        } else if !patterns.frame.is_match(sentence) {
            return None;
        }
    }
    Some(says)
}

/// Names, addresses and numbers: no sentence, and nothing is asked.
fn is_signature(lines: &[&str], patterns: &Patterns) -> bool {
    /// Lines of the longest signature.
    const MOST: usize = 14;
    lines.len() <= MOST
        && lines.iter().all(|line| {
            patterns.rule.is_match(line) || !patterns.sentence.is_match(line) && !patterns.more.is_match(line)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thanks_are_told_from_questions() {
        let thanks = [
            "ありがとうございました。",
            "ありがとうございました",
            "ありがとうございます！",
            "ご回答ありがとうございました。",
            "ご回答いただきありがとうございました。",
            "ご回答いただき、誠にありがとうございます。",
            "早速のご返信ありがとうございます。",
            "早速ご対応いただき、ありがとうございました。",
            "お忙しい中、ご丁寧にご教示いただきありがとうございました。",
            "このたびはご回答いただき、\n誠にありがとうございました。",
            "お世話になっております。\nご回答ありがとうございました。",
            "事務局 御中\n\nいつもお世話になっております。\n星川市の高橋です。\n\nご回答いただきありがとうございました。\n引き続きよろしくお願いいたします。",
            "ご担当者様\n\nお世話になっております。星川市健康福祉部の高橋です。\n迅速にご回答いただき、大変助かりました。\n今後ともよろしくお願い申し上げます。",
            "承知しました。",
            "承知いたしました。ありがとうございます。",
            "了解しました。ありがとうございました。",
            "確認しました。ありがとうございました。",
            "確認いたしました。",
            "内容を確認いたしました。ありがとうございます。",
            "拝受しました。",
            "メール拝受いたしました。ご回答に感謝申し上げます。",
            "よくわかりました。ありがとうございました。",
            "よく分かりました。",
            "大変参考になりました。ありがとうございました。",
            "参考にさせていただきます。ありがとうございました。",
            "疑問が解消しました。ありがとうございました。",
            "無事に解決いたしました。ありがとうございました。",
            "ご連絡ありがとうございます。承知いたしました。",
            "ご教示いただき感謝いたします。",
            "ご丁寧な回答に御礼申し上げます。",
            "取り急ぎ御礼まで。ありがとうございました。",
            "ありがとうございました。\nまずは御礼まで。",
            "ありがとうございました。\n\n星川市 健康福祉部\n高橋 真由美\nTEL 03-0000-1201\nm.takahashi@city.hoshikawa.example.jp",
            "ご回答ありがとうございました。\n\n--\n星川市役所 高橋\n〒000-0000 星川市1-1",
            "有難うございました。",
            "有り難うございます。",
            "恐れ入ります。ありがとうございます。",
            "この内容で進めさせていただきます。ありがとうございました。",
            "Thank you.",
            "Thank you very much for your answer.",
            "Thanks!\nBest regards,\nTakahashi",
        ];
        for text in thanks {
            assert!(is_only_thanks(text), "{text}");
        }
        let questions = [
            "ありがとうございました。もう一点教えてください。",
            "ご回答ありがとうございます。対象年度は令和7年度でしょうか。",
            "ありがとうございます。ところで、申請の締切はいつですか。",
            "ありがとうございました。追加で質問があります。",
            "ご回答ありがとうございました。別件ですが、会議の日程を知りたいです。",
            "ありがとうございます。2点確認させてください。",
            "ありがとうございますが、回答の意味が分かりません。",
            "ご回答ありがとうございました。ただ、対象が違うようです。",
            "承知しました。では、様式はどこにありますか？",
            "確認しましたが、添付が開けません。",
            "確認しました。添付ファイルが届いていないようです。",
            "ありがとうございます。資料を添付します。",
            "ありがとうございます。追って名簿をお送りします。",
            "早めにご回答いただければ助かります。",
            "ご回答いただけるとありがたいです。",
            "お電話いただけますと助かります。",
            "まだ回答をいただいておりません。",
            "もう一点です。",
            "令和7年度です。",
            "参加者は20名です。",
            "はい",
            "了解しました。担当者の氏名を訂正します。",
            "承知しました。至急お願いできますでしょうか。",
            "ありがとうございました。なお、研修の対象に診療所は含まれますか",
            "お世話になっております。",
            "よろしくお願いいたします。",
            "",
            "星川市 高橋",
            "ありがとうございました。\n会議の開催は必須という理解で相違ないか",
            "Thank you. Could you also tell us the deadline?",
            "Thanks, but the file is missing.",
            "感謝いたします。ご回答の3について、具体例を教えていただけますか。",
            "ありがとうございました。先方の要件を満たさない場合の扱いはどうなりますか。",
        ];
        for text in questions {
            assert!(!is_only_thanks(text), "{text}");
        }
        assert!(thanks.len() + questions.len() >= 60);
    }
}
