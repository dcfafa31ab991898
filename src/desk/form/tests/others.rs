//! Mails without a form, and forms under other subjects.

use crate::desk::form::{FormRules, read_form};

fn has_form(subject: &str, text: &str) -> bool {
    read_form(subject, text, &FormRules::default()).has_form
}

#[test]
fn ordinary_mails_are_no_form() {
    let mails = [
        (
            "thanks",
            "ご回答ありがとうございました。大変参考になりました。\n\n星川市 高橋\nTEL：03-0000-1201\nメール：a@example.jp",
        ),
        (
            "thanks with a signature of labels",
            "ご回答ありがとうございました。\n\n----------\n所属：星川市\n氏名：高橋\n電話：03-0000-1201\nメール：a@example.jp\n----------",
        ),
        (
            "an answer to our question",
            "お世話になっております。担当者は高橋です。連絡先は下記のとおりです。\nTEL：03-0000-1201",
        ),
        (
            "a newsletter",
            "【メールマガジン】在宅医療ニュース\n\n■ 研修会のご案内\n内容：在宅医療の基礎\n日時：7月10日\n会場：市役所\nお問い合わせ：事務局 03-0000-0000\n\n■ 新刊\n内容：ガイドブック",
        ),
        (
            "a newsletter with who asks",
            "研修会のお知らせ\n日時：7月10日\n内容：拠点の運用\n参加費：無料\n申込：下記へ\n担当：高橋\n電話：03-0000-1201\nメール：a@example.jp",
        ),
        (
            "an invitation that asks for names",
            "参加を希望される方は、氏名、所属、連絡先を明記のうえお申し込みください。\n問い合わせ先：事務局",
        ),
        (
            "an application for something else",
            "研修会に申し込みます。\n氏名：高橋\n所属：星川市\n電話：03-0000-1201",
        ),
        ("a bounce-like text", "お送りいただいたメールは届きませんでした。\nTo: a@example.jp\nSubject: 照会"),
        ("one label in a sentence", "照会内容：の欄が足りません。"),
        ("an out of office", "不在にしております。お急ぎの場合の連絡先：03-0000-0000 担当：佐藤"),
        (
            "a reply that quotes our template",
            "ありがとうございます。検討します。\n\n2025年6月27日(金) 9:12 事務局 <zaitaku@tohmatu.co.jp>:\n> 下記をご記入ください。\n> 1) 自治体・機関名：\n> 2) 氏名：\n> 3) 連絡先（TEL/メールアドレス）：\n> 4) 照会内容（具体的に）：\n",
        ),
        (
            "a reply above a quoted circular",
            "ご案内ありがとうございます。\n\n-----Original Message-----\nFrom: 県庁\nSubject: 設置について\n\n本文：1) 自治体・機関名：\n2) 氏名：\n3) 連絡先（TEL/メールアドレス）：\n4) 照会内容（具体的に）：\n",
        ),
        (
            "a sales mail",
            "貴社名：ご担当者様\n\nサービスのご案内です。\nお問い合わせ：info@example.jp\n会社名：株式会社例\n担当者名：山田\nTEL：03-0000-0000",
        ),
        (
            "an answer with numbered points",
            "ご回答します。\n1) 参加者の例は別紙のとおりです。\n2) 連絡先は不要です。\n3) 氏名は任意です。",
        ),
        (
            "a list of participants",
            "参加者名簿\n1) 氏名：高橋 所属：星川市\n2) 氏名：佐藤 所属：北町\n3) 氏名：鈴木 所属：南町",
        ),
        (
            "minutes of a meeting",
            "議事録\n日時：7月10日\n場所：市役所\n担当：高橋\n内容：拠点の運用について\n質問：なし",
        ),
        (
            "a change of personnel",
            "担当者が代わりました。\n新担当者：佐藤\nTEL：03-0000-1201\nメール：b@example.jp",
        ),
        (
            "a confirmation of another desk",
            "お問い合わせを受け付けました。\nお問い合わせ番号：123\nお名前：高橋様\nメールアドレス：a@example.jp",
        ),
        (
            "an out of office with names",
            "ただいま不在です。\n連絡先：佐藤\n電話：03-0000-1201\nご了承ください。",
        ),
        (
            "the desk's telephone in a footer",
            "いつもありがとうございます。\n━━━━━━\n在宅医療相談窓口\nお問い合わせ：zaitaku@tohmatu.co.jp\n電話：080-4682-1760\n━━━━━━",
        ),
        ("nothing", ""),
        ("a number", "1)"),
    ];
    let wrong: Vec<&str> =
        mails.iter().filter(|(_, text)| has_form("ご連絡", text)).map(|(name, _)| *name).collect();
    assert!(wrong.is_empty(), "read as forms: {wrong:#?}");
}

#[test]
fn the_form_makes_an_inquiry_under_any_subject() {
    for text in [
        "1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先（TEL/メールアドレス）：a@example.jp\n4) 照会内容（具体的に）：会議の例",
        "自治体・機関名：星川市\n氏名：高橋\n連絡先：a@example.jp\n照会内容：会議の例",
        "所属：星川市\n担当者：高橋\n電話：03-0000-1201\n質問：会議の例",
        "【所属】星川市\n【氏名】高橋\n【連絡先】a@example.jp\n【お問い合わせ内容】会議の例",
        "1) 自治体・機関名：\n2) 氏名：\n3) 連絡先（TEL/メールアドレス）：\n4) 照会内容（具体的に）：\n",
        "> 1) 自治体・機関名：星川市\n> 2) 氏名：高橋\n> 3) 連絡先：a@example.jp\n> 4) 照会内容：会議の例",
        "① 星川市の件\n氏名：高橋\n照会内容：会議の例",
        "自治体・機関名\t星川市\n氏名\t高橋\n連絡先\ta@example.jp\n照会内容\t会議の例",
    ] {
        let form = read_form("お尋ね", text, &FormRules::default());
        assert!(form.has_form && !form.subject_conforms, "{text}");
    }
}
