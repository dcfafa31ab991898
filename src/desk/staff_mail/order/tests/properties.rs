//! Generated answers and orders.

use proptest::prelude::*;

use super::{WRITER, shown};
use crate::desk::{
    staff_key::Invitation,
    staff_mail::order::{Reading, read},
};

/// Nouns with which an answer may begin, words of orders among them.
const TOPICS: [&str; 22] = [
    "会議",
    "研修",
    "ご照会",
    "対象年度",
    "補助の対象",
    "様式第3号",
    "厚生労働省",
    "第一市",
    "在宅医療の拠点",
    "申請",
    "完了",
    "保留",
    "承認",
    "取消",
    "差戻し",
    "再開",
    "担当部署",
    "統合",
    "分類",
    "一覧",
    "質問",
    "中止",
];
const PARTICLES: [&str; 8] = [
    "の時期については、",
    "の件は、",
    "につきましては、",
    "に関する例は、",
    "の手続は、",
    "の扱いは、",
    "の要件は、",
    "の方法としては、",
];
const ENDS: [&str; 8] = [
    "要綱第5条のとおり補助の対象となります。",
    "次の通知で示される予定ですので、しばらくお待ちください。",
    "都道府県に申請したうえで、承認を受ける必要があります。",
    "第一市と第二町に例がありますので、別添をご覧ください。",
    "完了した後に、実績報告書により報告してください。",
    "中止や取消しの場合も含めて、30日以内に届け出てください。",
    "担当者会議で協議し、議事録を残している自治体が多いようです。",
    "保留となった事項を含めて、①から③までを順に確認してください。",
];

fn sentence() -> impl Strategy<Value = String> {
    (prop::sample::select(&TOPICS[..]), prop::sample::select(&PARTICLES[..]), prop::sample::select(&ENDS[..]))
        .prop_map(|(topic, particle, end)| format!("{topic}{particle}{end}"))
}

proptest! {
    #[test]
    fn an_ordinary_answer_is_never_taken_as_an_order(
        greeting in prop::sample::select(&["", "お世話になっております。\n", "いつもお世話になっております。窓口の佐藤です。\n\n", "星川市 山田様\n"][..]),
        sentences in prop::collection::vec(sentence(), 1..6),
        newline in prop::sample::select(&["", "\n", "\n\n"][..]),
        closing in prop::sample::select(&["", "\nよろしくお願いいたします。\n", "\n\n以上です。\n佐藤 花子"][..]),
    ) {
        let text = format!("{greeting}{}{closing}", sentences.join(newline));
        prop_assert_eq!(shown(&text, Invitation::Answer), "text", "{}", text);
        let decides = read(&text, Invitation::Decide, WRITER);
        prop_assert!(matches!(decides, Reading::Unclear(_)), "{text}");
    }

    #[test]
    fn a_wish_to_stop_is_understood_in_any_frame(
        greeting in prop::sample::select(&["", "お疲れ様です。", "お疲れ様です。佐藤です。\n", "いつもお世話になっております。\n\n", "すみません。\n"][..]),
        (open, close) in prop::sample::select(&[("", ""), ("「", "」"), ("【", "】"), ("『", "』"), ("（", "）"), ("\"", "\""), ("<", ">"), ("/", "")][..]),
        word in prop::sample::select(&["取消", "取り消し", "取り消します", "キャンセル", "送らないでください", "cancel", "ｷｬﾝｾﾙ"][..]),
        stop in prop::sample::select(&["", "。", "．", ".", "!", "！", " 。"][..]),
        closing in prop::sample::select(&["", "\nよろしくお願いします。", "\n\n-- \n佐藤", "\n佐藤 花子", "\n以上です。"][..]),
    ) {
        let text = format!("{greeting}{open}{word}{close}{stop}{closing}");
        for invitation in [Invitation::Answer, Invitation::Decide] {
            prop_assert_eq!(shown(&text, invitation), "cancel", "{}", text);
        }
    }

    #[test]
    fn reading_never_panics_and_a_decision_thread_has_no_answers(text in "\\PC{0,80}(\n\\PC{0,40}){0,4}") {
        let _ = read(&text, Invitation::Answer, WRITER);
        prop_assert_ne!(read(&text, Invitation::Decide, ""), Reading::Text);
    }
}
