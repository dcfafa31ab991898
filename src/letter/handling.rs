//! What came of operations on mails as such, in words: Japanese for staff, English for the operator.

use super::{AND, words::field_word};
use crate::desk::handling::{Corrected, Handled, Unhandled};

/// What was corrected.
fn corrected_word(what: Corrected) -> &'static str {
    match what {
        Corrected::Field(key) => field_word(key),
        Corrected::Address => "メールの宛先",
    }
}

pub(super) fn done_in_words(done: &Handled) -> String {
    match done {
        Handled::TakenIn { mail, ticket, acknowledged } => {
            let receipt = if *acknowledged {
                "差出人に受付のお知らせをお送りします"
            } else {
                "差出人への受付のお知らせは送りません"
            };
            format!("{mail} を、照会 {ticket} として受け付けました（{receipt}）")
        }
        Handled::Discarded(mail) => format!("{mail} を破棄しました。差出人には何も送りません"),
        Handled::Original { number, files, left_out: 0 } => {
            format!("{number} の元のメール{files}通をお送りします")
        }
        Handled::Original { number, files, left_out } => {
            format!(
                "{number} の元のメール{files}通をお送りします（ほかの{left_out}通は、大きいためお送りできません）"
            )
        }
        Handled::SheetSent => "照会の一覧をお送りします".to_owned(),
        Handled::PhraseKept { name } => format!("定型文「{name}」を保存しました"),
        Handled::Phrases(phrases) if phrases.is_empty() => "保存された定型文はありません".to_owned(),
        Handled::Phrases(phrases) => {
            let lines: Vec<String> = phrases.iter().map(|(name, text)| format!("「{name}」{text}")).collect();
            format!("定型文：{}", lines.join("／"))
        }
        Handled::Corrected { number, what, resends, rewritten } => {
            let what: Vec<&str> = what.iter().map(|what| corrected_word(*what)).collect();
            let again = if rewritten.again > 0 {
                "。送信を待っていたメールは、訂正した内容で作り直しました（「送信前のご確認」を改めてお送りします）"
            } else {
                ""
            };
            let stopped = if rewritten.stopped > 0 {
                "。送信を待っていたメールは、訂正前の内容のため取りやめました。お手数ですが、もう一度お書きください"
            } else {
                ""
            };
            let offer = if *resends {
                "。届かなかったメールは、「再送」とご返信いただくと、直した宛先にもう一度お送りします"
            } else {
                ""
            };
            format!("{number} の{}を訂正しました{again}{stopped}{offer}", what.join(AND))
        }
    }
}

pub(super) fn refused_in_words(refused: &Unhandled) -> String {
    match refused {
        Unhandled::NotParked(mail) => {
            format!("{mail} は要確認メールにありません（破棄したか、番号が違います）")
        }
        Unhandled::IsTicket(number) => {
            format!("{number} はすでに照会票です。受付・破棄は要確認メール（MAIL-…）の操作です")
        }
        Unhandled::TakenBefore { mail, ticket } => {
            format!("{mail} は、すでに照会 {ticket} として受け付けています")
        }
        Unhandled::CannotBeTakenIn(mail) => format!(
            "{mail} は、配送エラーの通知か、担当者からのメールか、差出人または内容のないメールのため、照会として受け付けられません"
        ),
        Unhandled::StillParked(mail) => {
            format!("{mail} はまだ照会票ではありません。先に「受付」とご返信ください")
        }
        Unhandled::NoReason(mail) => {
            format!("{mail} を破棄していません。「破棄 営業のメール」のように、理由を添えてお書きください")
        }
        Unhandled::Erased(number) => {
            format!("{number} の元のメールは、保存期間を過ぎて消去されています")
        }
        Unhandled::TooLarge(number) => {
            format!("{number} の元のメールは、大きいためお送りできません。運用担当者にお知らせください")
        }
        Unhandled::NoMail(number) => format!("{number} に届いたメールはありません"),
        Unhandled::IsApplication(number) => {
            format!("{number} は伴走支援の応募です。申込書の項目は「項目」で直してください")
        }
        Unhandled::NoAddress { number, value } => {
            format!("{number}：「{value}」は、メールの宛先にできるアドレスではありません")
        }
        Unhandled::NoSingleContact { number, who, known } if known.is_empty() => {
            format!(
                "{number}：「{who}」に転送していません。照会先の登録がありません。運用担当者にお知らせください"
            )
        }
        Unhandled::NoSingleContact { number, who, known } => format!(
            "{number}：「{who}」に当たる照会先が一つに決まりません（登録：{}）。「転送 {} ご教示ください。」のようにお書きください",
            known.join(AND),
            known.first().map_or("", String::as_str)
        ),
        Unhandled::NothingToQuote(number) => format!("{number} に、照会先からの返信はまだ届いていません"),
        Unhandled::NoAnswer { number, of } => {
            format!(
                "{number} の回答をお送りしていません。引用しようとした {of} に、お送りした回答がありません"
            )
        }
        Unhandled::MayBePersonal { number, of, text } => format!(
            "{number} の回答をお送りしていません。{of} の回答には、氏名などとみられる部分があります。次の文を写し、伏せた部分を直してお送りください：{text}"
        ),
        Unhandled::NoPhrase { name, known } if known.is_empty() => {
            format!("定型文「{name}」はありません（保存された定型文はありません）。何もお送りしていません")
        }
        Unhandled::NoPhrase { name, known } => {
            format!(
                "定型文「{name}」はありません（保存されているもの：{}）。何もお送りしていません",
                known.join(AND)
            )
        }
        Unhandled::NoPhraseText => {
            "定型文を保存していません。「定型 保存 お礼」のように名前を書き、次の行から文をお書きください"
                .to_owned()
        }
        Unhandled::Unfilled { number, placeholder } => format!(
            "{number} の回答をお送りしていません。定型文の {{{placeholder}}} に入れる内容がありません。文をお書きのうえお送りください"
        ),
        Unhandled::NotExact(number) => format!(
            "{number} の回答は、文だけを取り出すことができませんでした。お手数ですが、{number} のメールに同じ文をご返信ください（まだお送りしていない差出人様にだけ届きます）"
        ),
        Unhandled::Unreached { number, to } => format!(
            "{number} の文はお送りしていません。前のメールが {to} に届いていないためです。正しいアドレスが分かりましたら「訂正 アドレス yamada@city.example.jp」のように、同じ宛先に前のメールをもう一度お送りする場合は「再送」と、このメールにご返信ください"
        ),
        Unhandled::NothingBounced(number) => format!("{number} に、届かなかった回答や質問はありません"),
    }
}

pub(super) fn done_to_operator(done: &Handled) -> String {
    match done {
        Handled::TakenIn { mail, ticket, acknowledged } => {
            let receipt = if *acknowledged { "acknowledgement queued" } else { "no acknowledgement" };
            format!("{mail}: is ticket {ticket}, {receipt}")
        }
        Handled::Discarded(mail) => format!("{mail}: discarded"),
        Handled::Original { number, files, left_out } => {
            format!("{number}: {files} mails, {left_out} left out")
        }
        Handled::SheetSent => "the list is queued".to_owned(),
        Handled::PhraseKept { name } => format!("the phrase {name:?} is kept"),
        Handled::Phrases(phrases) => format!("{} phrases", phrases.len()),
        Handled::Corrected { number, what, resends, rewritten } => {
            let what: Vec<&str> = what.iter().map(|what| what.as_str()).collect();
            let offer =
                if *resends { "; `ticket resend` sends the mail again that did not arrive" } else { "" };
            let again = if rewritten.again > 0 { "; waiting mails are written again" } else { "" };
            let stopped =
                if rewritten.stopped > 0 { "; what waited is cancelled: write it again" } else { "" };
            format!("{number}: corrected {}{again}{stopped}{offer}", what.join(", "))
        }
    }
}

pub(super) fn refused_to_operator(refused: &Unhandled) -> String {
    match refused {
        Unhandled::NotParked(mail) => format!("there is no parked mail {mail}; see `madoguchi parked list`"),
        Unhandled::IsTicket(number) => format!("{number} is a ticket, not a parked mail"),
        Unhandled::TakenBefore { mail, ticket } => format!("{mail} is ticket {ticket} already"),
        Unhandled::CannotBeTakenIn(mail) => {
            format!("{mail} is a delivery report, a mail of staff, or has no sender or content")
        }
        Unhandled::StillParked(mail) => format!("{mail} is no ticket; see `madoguchi parked accept`"),
        Unhandled::NoReason(mail) => format!("{mail}: give a reason"),
        Unhandled::Erased(number) => format!("{number}: its mails are erased"),
        Unhandled::TooLarge(number) => format!("{number}: its mails are too large for one mail"),
        Unhandled::NoMail(number) => format!("{number}: no mail came in it"),
        Unhandled::IsApplication(number) => {
            format!("{number} is an application; see `madoguchi application set`")
        }
        Unhandled::NoAddress { number, value } => {
            format!("{number}: {value:?} is no address that mail can be sent to")
        }
        Unhandled::NoSingleContact { number, who, known } => {
            format!("{number}: {who:?} names no single contact; known: {}", known.join(", "))
        }
        Unhandled::NothingToQuote(number) => format!("{number}: nobody outside has answered"),
        Unhandled::NoAnswer { number, of } => format!("{number}: {of} has no answer to quote"),
        Unhandled::MayBePersonal { number, of, text } => {
            format!("{number}: the answer of {of} may hold personal data; write it yourself: {text}")
        }
        Unhandled::NoPhrase { name, known } => {
            format!("there is no phrase {name:?}; known: {}", known.join(", "))
        }
        Unhandled::NoPhraseText => "the phrase has no name or no text".to_owned(),
        Unhandled::Unfilled { number, placeholder } => {
            format!("{number}: there is no value for {{{placeholder}}} of the phrase")
        }
        Unhandled::NotExact(number) => {
            format!("{number}: the text of its answer is not known exactly; write the same text again")
        }
        Unhandled::Unreached { number, to } => format!(
            "{number}: the last mail did not arrive at {to}; see `ticket correct {number} address` and `ticket resend {number}`"
        ),
        Unhandled::NothingBounced(number) => format!("{number}: every answer and question has arrived"),
    }
}
