//! Orders about mails as such, and answers that begin with their words.

use super::{ANSWER, BOTH, DECIDE, check};
use crate::desk::handling::{Correction, HandlingCommand};

pub(super) fn shown(command: &HandlingCommand) -> String {
    match command {
        HandlingCommand::TakeIn => "take in".to_owned(),
        HandlingCommand::Discard(reason) => format!("discard {reason}"),
        HandlingCommand::Original => "original".to_owned(),
        HandlingCommand::Resend => "resend".to_owned(),
        HandlingCommand::Forward(text) => format!("forward {}", text.replace('\n', "/")),
        HandlingCommand::Quote(text) => format!("quote {}", text.replace('\n', "/")),
        HandlingCommand::Correct(corrections) => {
            let shown = |Correction { what, value }: &Correction| {
                format!("{}={}", what.as_str(), value.replace('\n', "/"))
            };
            format!("correct {}", corrections.iter().map(shown).collect::<Vec<_>>().join(","))
        }
    }
}

#[test]
fn orders_about_mails_are_understood() {
    check(
        &[
            ("受付", "take in"),
            ("受付。", "take in"),
            ("受け付けてください。", "take in"),
            ("照会として受け付けます", "take in"),
            ("受付でお願いします。", "take in"),
            ("お疲れ様です、佐藤です。\n受付をお願いします。\nよろしくお願いします。", "take in"),
            ("受付 MAIL-2025-0120", "MAIL-2025-0120 take in"),
            ("MAIL-2025-0120 受付", "MAIL-2025-0120 take in"),
            ("受付\n担当 伊藤", "take in; assign 伊藤"),
            (
                "受付\n\n山田様\n会議の例は、次のとおりです。",
                "take in; + 山田様\n会議の例は、次のとおりです。",
            ),
            ("破棄 営業のメール", "discard 営業のメール"),
            ("破棄：営業のメールのため", "discard 営業のメールのため"),
            ("破棄（重複）", "discard 重複"),
            ("破棄\n営業のメールです。", "discard 営業のメールです。"),
            ("MAIL-2025-0120 破棄 営業", "MAIL-2025-0120 discard 営業"),
            ("破棄します。", "discard"),
            ("再送", "resend"),
            ("再送してください。", "resend"),
            ("訂正 アドレス yamada@city.example.jp", "correct address=yamada@city.example.jp"),
            ("訂正 氏名：髙橋 真由美", "correct name=髙橋 真由美"),
            ("訂正：機関名　星川市\nよろしくお願いします。\n佐藤", "correct organization=星川市"),
            ("訂正 氏名 高橋\n訂正 アドレス a@example.jp", "correct name=高橋; correct address=a@example.jp"),
            (
                "訂正 氏名 髙橋 真由美\n訂正 照会内容：電話で伺った照会です。",
                "correct name=髙橋 真由美; correct inquiry=電話で伺った照会です。",
            ),
            ("訂正\n氏名：高橋\n連絡先：03-0000-1201", "correct name=高橋,contact=03-0000-1201"),
            ("訂正 ZT-2025-0002 氏名 高橋", "ZT-2025-0002 correct name=高橋"),
            ("転送 厚労省", "forward 厚労省"),
            ("転送：厚労省 ご教示ください。", "forward 厚労省 ご教示ください。"),
            (
                "転送 厚労省 個人情報付き\n至急です。\nよろしくお願いします。",
                "forward 厚労省 個人情報付き/至急です。",
            ),
            ("厚労省に転送してください。", "forward 厚労省"),
            ("本省に転送お願いします。", "forward 本省"),
            ("本田先生に転送してください。", "forward 本田先生"),
            ("本件を厚労省に転送お願いします。", "forward 厚労省"),
            ("山本先生に転送\n資料を添付します。", "forward 山本先生/資料を添付します。"),
            ("転送します。", "?Incomplete"),
            ("引用", "quote"),
            ("引用\n次のとおり回答いたします。", "quote 次のとおり回答いたします。"),
            ("引用 ZT-2025-0002", "quote 引用 ZT-2025-0002"),
            ("引用 ZT-2025-0002\n補足します。", "quote 引用 ZT-2025-0002/補足します。"),
            (
                "定型 保存 お礼\nお問い合わせ\nありがとうございます。",
                "keep お礼 お問い合わせ/ありがとうございます。",
            ),
            ("定型文を保存：様式の案内\n様式は別添です。", "keep 様式の案内 様式は別添です。"),
            ("定型 保存", "?Incomplete"),
            ("定型 一覧", "phrases"),
            ("定型 お礼", "text"),
            ("月次報告", "report"),
            ("月次報告 2025年7月", "report 2025年7月"),
            ("月次報告をお願いします。", "report"),
            ("月次報告の様式は、別添のとおりです。", "text"),
            ("年度のまとめ", "report 年度"),
            ("発行", "issue"),
            ("発行してください。", "issue"),
            ("報告を発行します", "issue"),
            ("発行 よろしくお願いします。", "issue"),
            ("発行\n7月は様式の質問が多く寄せられました。", "?TextBehind"),
            ("発行元は、厚生労働省です。別添の資料をご覧ください。", "text"),
            ("検索 会議 名簿 -様式", "search 会議 名簿 -様式"),
            ("検索：オンライン診療", "search オンライン診療"),
            ("検索 から:2025/7/1 まで:2025/7/31", "search から:2025/7/1 まで:2025/7/31"),
            ("検索 まで：2025/7/31 会議", "search まで：2025/7/31 会議"),
            ("検索 から始めてください。", "text"),
            ("検索", "?Incomplete"),
            ("検索しましたが、見つかりませんでした。別添をご覧ください。", "text"),
            ("訂正", "?NoField"),
            ("訂正 アドレス", "?NoField"),
            ("訂正：前回の回答の3行目は誤りです。", "?NoField"),
        ],
        ANSWER,
    );
    check(
        &[
            ("一覧 csv", "list csv"),
            ("一覧ＣＳＶ", "list csv"),
            ("一覧をエクセルでください", "list xlsx"),
            ("一覧 xlsx", "list xlsx"),
            ("list csv", "list csv"),
            ("一覧", "list"),
        ],
        BOTH,
    );
    check(&[("全文", "original"), ("添付", "original"), ("全文をください", "original")], BOTH);
    check(&[("受付", "?NoDecision"), ("破棄 営業", "?NoDecision"), ("再送", "?NoDecision")], DECIDE);
}

#[test]
fn answers_that_begin_with_their_words_are_answers() {
    let texts = [
        "受付時間は、平日の9時から17時までです。",
        "受付 9:00～17:00（土日祝日を除く）です。詳しくは別紙をご覧ください。",
        "添付のとおりです。ご確認ください。",
        "添付資料の2ページをご覧ください。",
        "全文は、厚生労働省のホームページに掲載されています。",
        "再送いただいた資料を確認しました。内容に問題はございません。",
        "破棄の方法は、各自治体の文書管理規程によります。",
    ];
    let table: Vec<(&str, &str)> = texts.iter().map(|text| (*text, "text")).collect();
    check(&table, ANSWER);
}
