//! Layouts of the four fields.

use super::check;

const ORGANIZATION: &str = "星川市 健康福祉部 地域包括ケア推進課";
const NAME: &str = "高橋 真由美";
const CONTACT: &str = "03-0000-1201（内線 2315）／m.takahashi@city.hoshikawa.example.jp";
const INQUIRY: &str = "会議の参加者の例を教えてください。\n(1) 職種\n(2) 機関\nよろしくお願いいたします。";
const FOUR: [&str; 4] = [ORGANIZATION, NAME, CONTACT, INQUIRY];

/// Replaces `{1}` to `{4}` in a layout by the four values.
fn form(layout: &str) -> String {
    FOUR.iter()
        .enumerate()
        .fold(layout.to_owned(), |text, (index, value)| text.replace(&format!("{{{}}}", index + 1), value))
}

#[test]
fn the_form_is_read_in_every_usual_layout() {
    let layouts = [
        (
            "as the circular prints it",
            "1) 自治体・機関名：{1}\n2) 氏名：{2}\n3) 連絡先（TEL/メールアドレス）：{3}\n4) 照会内容（具体的に）：{4}",
        ),
        (
            "with 本文 in front",
            "件名：拠点整備・運用に関する照会\n本文：1) 自治体・機関名：{1}\n2) 氏名：{2}\n3) 連絡先（TEL/メールアドレス）：{3}\n4) 照会内容（具体的に）：{4}",
        ),
        (
            "full-width numbers",
            "１）自治体・機関名：{1}\n２）氏名：{2}\n３）連絡先（ＴＥＬ／メールアドレス）：{3}\n４）照会内容（具体的に）：{4}",
        ),
        ("circled numbers", "①自治体・機関名：{1}\n②氏名：{2}\n③連絡先：{3}\n④照会内容：{4}"),
        (
            "numbers in brackets",
            "（１）自治体・機関名　{1}\n（２）氏名　{2}\n（３）連絡先　{3}\n（４）照会内容　{4}",
        ),
        (
            "numbers with a dot, values below",
            "1. 自治体・機関名\n{1}\n\n2. 氏名\n{2}\n\n3. 連絡先（TEL/メールアドレス）\n{3}\n\n4. 照会内容（具体的に）\n{4}",
        ),
        (
            "each number on a line of its own",
            "1)\n自治体・機関名：{1}\n2)\n氏名：{2}\n3)\n連絡先（TEL/メールアドレス）：{3}\n4)\n照会内容（具体的に）：{4}",
        ),
        (
            "each number in a paragraph of its own, values below",
            "1.\n\n自治体・機関名\n{1}\n\n2.\n\n氏名\n{2}\n\n3.\n\n連絡先\n{3}\n\n4.\n\n照会内容\n{4}",
        ),
        (
            "circled numbers of a list of HTML",
            "お世話になっております。\n\n①\n自治体・機関名：{1}\n②\n氏名：{2}\n③\n連絡先：{3}\n④\n照会内容：{4}",
        ),
        (
            "bare full-width numbers above",
            "１\n自治体・機関名　{1}\n２\n氏名　{2}\n３\n連絡先　{3}\n４\n照会内容　{4}",
        ),
        ("numbers with a comma", "1、自治体・機関名：{1}\n2、氏名：{2}\n3、連絡先：{3}\n4、照会内容：{4}"),
        ("glued to the number and the value", "1)自治体・機関名{1}\n2)氏名{2}\n3)連絡先{3}\n4)照会内容{4}"),
        (
            "lenticular brackets",
            "【自治体・機関名】{1}\n【氏名】{2}\n【連絡先（TEL/メールアドレス）】{3}\n【照会内容（具体的に）】{4}",
        ),
        (
            "lenticular brackets, values below",
            "【自治体・機関名】\n{1}\n【氏名】\n{2}\n【連絡先】\n{3}\n【照会内容】\n{4}",
        ),
        ("bullets", "・自治体・機関名：{1}\n・氏名：{2}\n・連絡先：{3}\n・照会内容：{4}"),
        ("squares", "■自治体・機関名　{1}\n■氏名　{2}\n■連絡先　{3}\n■照会内容　{4}"),
        ("no decoration, blanks in labels", "所　属：{1}\n氏　名：{2}\n連 絡 先：{3}\n照会 内容：{4}"),
        ("only blanks as separators", "自治体・機関名 {1}\n氏名 {2}\n連絡先 {3}\n照会内容 {4}"),
        ("dashes", "自治体・機関名 - {1}\n氏名 - {2}\n連絡先 - {3}\n照会内容 - {4}"),
        (
            "table cells",
            "1) 自治体・機関名\t{1}\n2) 氏名\t{2}\n3) 連絡先（TEL/メールアドレス）\t{3}\n4) 照会内容（具体的に）\t{4}",
        ),
        (
            "table cells with the number apart",
            "1)\t自治体・機関名\t{1}\n2)\t氏名\t{2}\n3)\t連絡先（TEL/メールアドレス）\t{3}\n4)\t照会内容（具体的に）\t{4}",
        ),
        (
            "cells a line each",
            "自治体・機関名\n{1}\n氏名\n{2}\n連絡先（TEL/メールアドレス）\n{3}\n照会内容（具体的に）\n{4}",
        ),
        (
            "one line",
            "1) 自治体・機関名：{1} 2) 氏名：{2} 3) 連絡先（TEL/メールアドレス）：{3} 4) 照会内容（具体的に）：{4}",
        ),
        ("one line without numbers", "所属：{1}、氏名：{2}、連絡先：{3}、照会内容：{4}"),
        ("another order", "氏名：{2}\n所属：{1}\n照会内容：{4}\n連絡先：{3}"),
        (
            "half-width kana and letters",
            "1) 自治体･機関名:{1}\n2) 氏名:{2}\n3) 連絡先(TEL/ﾒｰﾙｱﾄﾞﾚｽ):{3}\n4) 照会内容(具体的に):{4}",
        ),
        (
            "quoted",
            "> 1) 自治体・機関名：{1}\n> 2) 氏名：{2}\n> 3) 連絡先（TEL/メールアドレス）：{3}\n> 4) 照会内容（具体的に）：\n{4}",
        ),
        (
            "quoted labels, answers below",
            "> 1) 自治体・機関名：\n{1}\n> 2) 氏名：\n{2}\n> 3) 連絡先（TEL/メールアドレス）：\n{3}\n> 4) 照会内容（具体的に）：\n{4}\n",
        ),
        (
            "the blank template above",
            "1) 自治体・機関名：\n2) 氏名：\n3) 連絡先（TEL/メールアドレス）：\n4) 照会内容（具体的に）：\n\n1) 自治体・機関名：{1}\n2) 氏名：{2}\n3) 連絡先（TEL/メールアドレス）：{3}\n4) 照会内容（具体的に）：{4}",
        ),
        (
            "the blank template below",
            "1) 自治体・機関名：{1}\n2) 氏名：{2}\n3) 連絡先（TEL/メールアドレス）：{3}\n4) 照会内容（具体的に）：{4}\n\n1) 自治体・機関名：\n2) 氏名：\n3) 連絡先（TEL/メールアドレス）：\n4) 照会内容（具体的に）：\n",
        ),
        (
            "a greeting above",
            "事務局 御中\n\nお世話になっております。星川市の高橋です。\n下記のとおり照会いたします。\n\n1) 自治体・機関名：{1}\n2) 氏名：{2}\n3) 連絡先（TEL/メールアドレス）：{3}\n4) 照会内容（具体的に）：\n{4}\n",
        ),
        (
            "Windows line ends",
            "1) 自治体・機関名：{1}\r\n2) 氏名：{2}\r\n3) 連絡先（TEL/メールアドレス）：{3}\r\n4) 照会内容（具体的に）：\r\n{4}\r\n",
        ),
        (
            "a signature",
            "1) 自治体・機関名：{1}\n2) 氏名：{2}\n3) 連絡先（TEL/メールアドレス）：{3}\n4) 照会内容（具体的に）：{4}\n\n-- \n星川市 高橋\nTEL 03-0000-1201\n",
        ),
        (
            "a forwarded circular",
            "1) 自治体・機関名：{1}\n2) 氏名：{2}\n3) 連絡先（TEL/メールアドレス）：{3}\n4) 照会内容（具体的に）：{4}\n\n-----Original Message-----\nFrom: 事務局\nSent: Tuesday\nSubject: 設置について\n\n1) 自治体・機関名：\n2) 氏名：\n3) 連絡先（TEL/メールアドレス）：\n4) 照会内容（具体的に）：\n",
        ),
    ];
    let texts: Vec<(&str, String)> = layouts.iter().map(|(name, layout)| (*name, form(layout))).collect();
    let cases: Vec<(&str, &str, [&str; 4])> =
        texts.iter().map(|(name, text)| (*name, text.as_str(), FOUR)).collect();
    check(&cases);
}
