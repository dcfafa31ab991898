//! Forms with other text around them: quoted mail, templates, forwarded circulars, greetings.

use super::{check, check_missing};

const A: [&str; 4] = ["星川市", "高橋", "a@example.jp", "会議の例を教えてください。"];
const CIRCULAR: &str = "事務連絡\n令和7年6月25日\n各都道府県衛生主管部（局） 御中\n厚生労働省医政局地域医療計画課\n\n在宅医療の体制整備・運用に関する相談窓口の設置について\n\n平素より大変お世話になっております。\n\n記\n\n■ 対象者\n・ 在宅医療の体制整備・運用に関わる皆様（都道府県、拠点、医療機関等）\n\n■ お問い合わせ内容の例\n・ 在宅医療の多職種連携を目的とした会議の参加者の例について教えて欲しい\n\n- お問い合わせ先：地域の在宅医療の体制整備に向けた調査・連携支援事業 事務局\nE-mail： zaitaku@tohmatu.co.jp\n電話：080-4682-1760（携帯）\n- 受付時間：平日9時から17時まで（年末年始を除く）\n\n- メール照会の際は、下記を記載のうえご連絡ください\n件名：拠点整備・運用に関する照会\n本文：1) 自治体・機関名：\n2) 氏名：\n3) 連絡先（TEL/メールアドレス）：\n4) 照会内容（具体的に）：\n\n以上\n";
const FORM: &str = "1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先（TEL/メールアドレス）：a@example.jp\n4) 照会内容（具体的に）：会議の例を教えてください。";
const BLANK: &str =
    "1) 自治体・機関名：\n2) 氏名：\n3) 連絡先（TEL/メールアドレス）：\n4) 照会内容（具体的に）：\n";

fn quote(mark: &str, text: &str) -> String {
    text.lines().map(|line| format!("{mark}{line}\n")).collect()
}

#[test]
fn the_form_is_found_among_other_text() {
    let mails = [
        ("the circular below, without a mark", format!("{FORM}\n\n{CIRCULAR}")),
        ("the circular above, without a mark", format!("{CIRCULAR}\n{FORM}")),
        ("the circular quoted below", format!("{FORM}\n\n{}", quote("> ", CIRCULAR))),
        ("the circular quoted above", format!("{}\n{FORM}", quote("> ", CIRCULAR))),
        ("the circular after Original Message", format!("{FORM}\n\n-----Original Message-----\nFrom: 県庁\nSent: Wednesday, June 25, 2025 1:00 PM\nTo: 市町村\nSubject: 設置について\n\n{CIRCULAR}")),
        ("the circular after Outlook's Japanese headers", format!("{FORM}\n\n________________________________\n差出人: 県庁 <ken@pref.example.jp>\n送信日時: 2025年6月25日 13:00\n宛先: 星川市 <a@example.jp>\n件名: 【通知】設置について\n\n{CIRCULAR}")),
        ("the circular after Outlook's Japanese headers without a rule", format!("{FORM}\n\n差出人: 県庁 <ken@pref.example.jp>\n送信日時: 2025年6月25日 13:00\n宛先: 星川市 <a@example.jp>\n件名: 【通知】設置について\n\n{CIRCULAR}")),
        ("the circular after From: in bold stars", format!("{FORM}\n\n*From:* 県庁 <ken@pref.example.jp>\n*Sent:* Wednesday, June 25, 2025 1:00 PM\n*To:* 星川市\n*Subject:* 設置について\n\n{CIRCULAR}")),
        ("the circular after Gmail's forward line", format!("{FORM}\n\n---------- Forwarded message ---------\nFrom: 県庁 <ken@pref.example.jp>\nDate: 2025年6月25日(水) 13:00\nSubject: 設置について\nTo: <a@example.jp>\n\n{CIRCULAR}")),
        ("the circular after a Japanese forward line", format!("{FORM}\n\n---------- 転送メッセージ ----------\n件名: 設置について\n日付: 2025/06/25\n差出人: 県庁 <ken@pref.example.jp>\n宛先: a@example.jp\n\n{CIRCULAR}")),
        ("a mail quoted after On … wrote:", format!("{FORM}\n\nOn Fri, Jun 27, 2025 at 9:12 AM Taro <taro@example.jp> wrote:\n{}", quote("> ", CIRCULAR))),
        ("a mail quoted after On … wrote: on two lines", format!("{FORM}\n\nOn Fri, Jun 27, 2025 at 9:12 AM 地域の在宅医療の体制整備に向けた調査・連携支援事業\n<taro@example.jp> wrote:\n\n{}", quote("> ", CIRCULAR))),
        ("a mail quoted after Gmail's Japanese line", format!("{FORM}\n\n2025年6月27日(金) 9:12 Taro <taro@example.jp>:\n\n{}", quote("> ", CIRCULAR))),
        ("a mail after Gmail's Japanese line, not quoted", format!("{FORM}\n\n2025年6月27日(金) 9:12 Taro <taro@example.jp>:\n\n{CIRCULAR}")),
        ("a mail quoted after Thunderbird's Japanese line", format!("{FORM}\n\n2025/06/27 9:12、Taro のメール:\n{}", quote("> ", CIRCULAR))),
        ("a mail quoted after Apple's Japanese line", format!("{FORM}\n\n2025/06/27 9:12、Taro <taro@example.jp>のメール:\n\n{}", quote("> ", CIRCULAR))),
        ("a mail quoted after さんは書きました", format!("{FORM}\n\n2025年6月27日 9:12 事務局 <zaitaku@tohmatu.co.jp> さんは書きました:\n{}", quote("> ", CIRCULAR))),
        ("a mail quoted with full-width marks", format!("{FORM}\n\n{}", quote("＞", CIRCULAR))),
        ("a mail quoted with strokes", format!("{FORM}\n\n{}", quote("| ", CIRCULAR))),
        ("the form quoted", quote("> ", FORM)),
        ("the form quoted without blanks", quote(">", FORM)),
        ("the form quoted twice", quote(">> ", FORM)),
        ("the form quoted twice with a blank", quote("> > ", FORM)),
        ("the form quoted with full-width marks", quote("＞ ", FORM)),
        ("the form quoted with strokes", quote("| ", FORM)),
        ("the form quoted with strokes, full-width", quote("｜", FORM)),
        ("the form quoted after an attribution", format!("2025年6月27日(金) 9:12 Taro <taro@example.jp>:\n{}", quote("> ", FORM))),
        ("the form in a forwarded mail", format!("市内の診療所からの照会を転送します。\n\n---------- Forwarded message ---------\nFrom: 診療所 <c@example.jp>\nDate: 2025年6月25日(水) 13:00\nSubject: 照会\nTo: <a@example.jp>\n\n{FORM}")),
        ("the form in a forwarded mail of Outlook", format!("転送します。\n\n差出人: 診療所 <c@example.jp>\n送信日時: 2025年6月25日 13:00\n宛先: 星川市 <a@example.jp>\n件名: 照会\n\n{FORM}")),
        ("quoted labels and unquoted values below, in a reply", "On Fri, Jun 27, 2025 at 9:12 AM Taro <taro@example.jp> wrote:\n> 下記にご記入ください。\n> 1) 自治体・機関名：\n星川市\n> 2) 氏名：\n高橋\n> 3) 連絡先（TEL/メールアドレス）：\na@example.jp\n> 4) 照会内容（具体的に）：\n会議の例を教えてください。\n".into()),
        ("quoted labels, blank lines and unquoted values", "> 1) 自治体・機関名：\n>\n\n星川市\n\n> 2) 氏名：\n>\n\n高橋\n\n> 3) 連絡先（TEL/メールアドレス）：\n\na@example.jp\n\n> 4) 照会内容（具体的に）：\n\n会議の例を教えてください。\n\n> よろしくお願いいたします。\n> 事務局\n".into()),
        ("unquoted text below the quoted template", format!("{}\n{FORM}", quote("> ", BLANK))),
        ("the quoted template below", format!("{FORM}\n\n{}", quote("> ", BLANK))),
        ("the blank template above", format!("{BLANK}\n{FORM}")),
        ("the blank template below", format!("{FORM}\n\n{BLANK}")),
        ("the blank template above, separated by a line", format!("{BLANK}----------------------\n{FORM}")),
        ("the blank template below, separated by a line", format!("{FORM}\n----------------------\n{BLANK}")),
        ("the blank template above, other labels in the filled one", format!("{BLANK}\n所属：星川市\n氏名：高橋\n連絡先：a@example.jp\n照会内容：会議の例を教えてください。")),
        ("the template with its words above", "1) 自治体・機関名：（ご記入ください）\n2) 氏名：（ご記入ください）\n3) 連絡先（TEL/メールアドレス）：（ご記入ください）\n4) 照会内容（具体的に）：（ご記入ください）\n\n1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先（TEL/メールアドレス）：a@example.jp\n4) 照会内容（具体的に）：会議の例を教えてください。".into()),
        ("an example above", "（記入例）\n1) 自治体・機関名：○○市\n2) 氏名：○○ ○○\n3) 連絡先（TEL/メールアドレス）：00-0000-0000\n4) 照会内容（具体的に）：○○について\n\n1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先（TEL/メールアドレス）：a@example.jp\n4) 照会内容（具体的に）：会議の例を教えてください。".into()),
        ("subject line and 本文 in front", format!("件名：拠点整備・運用に関する照会\n本文：{FORM}")),
        ("本文 on a line of its own", format!("本文：\n{FORM}")),
        ("本文 in brackets", format!("【本文】\n{FORM}")),
        ("a greeting with the words of the labels", format!("お世話になっております。\n氏名と連絡先を下記のとおりお知らせします。照会内容は4)のとおりです。\n\n{FORM}")),
        ("a greeting that introduces the writer", format!("地域の在宅医療の体制整備に向けた調査・連携支援事業 事務局 御中\n\nいつもお世話になっております。\n星川市の高橋と申します。\n標記の件につきまして、下記のとおり照会いたします。\n\n記\n\n{FORM}\n")),
        ("one line with blanks", FORM.replace('\n', "　")),
        ("one line without any blank", FORM.replace('\n', "")),
        ("one line with commas", FORM.replace('\n', "、").replace(") ", ")")),
        ("one line with strokes", FORM.replace('\n', "／")),
        ("two lines", FORM.replace("\n2", " 2").replace("\n4", " 4")),
        ("a ruled frame", format!("==============================\n{FORM}\n==============================\n")),
        ("ruled lines between the fields", FORM.replace('\n', "\n------------------------------\n")),
        ("markdown's bold", "**1) 自治体・機関名：** 星川市\n**2) 氏名：** 高橋\n**3) 連絡先（TEL/メールアドレス）：** a@example.jp\n**4) 照会内容（具体的に）：** 会議の例を教えてください。".into()),
        ("a table of HTML, heading row", "項目\t内容\n1) 自治体・機関名\t星川市\n2) 氏名\t高橋\n3) 連絡先（TEL/メールアドレス）\ta@example.jp\n4) 照会内容（具体的に）\t会議の例を教えてください。\n".into()),
        ("a table with the colon in the cell", "自治体・機関名：\t星川市\n氏名：\t高橋\n連絡先（TEL/メールアドレス）：\ta@example.jp\n照会内容（具体的に）：\t会議の例を教えてください。\n".into()),
        ("a table with the hint on a line of its own", "自治体・機関名\t星川市\n氏名\t高橋\n連絡先\n（TEL/メールアドレス）\ta@example.jp\n照会内容\n（具体的に）\t会議の例を教えてください。\n".into()),
        ("a table with the number in a cell of its own", "1\t自治体・機関名\t星川市\n2\t氏名\t高橋\n3\t連絡先\ta@example.jp\n4\t照会内容\t会議の例を教えてください。\n".into()),
        ("a table drawn with strokes", "| 自治体・機関名 | 星川市 |\n|---|---|\n| 氏名 | 高橋 |\n| 連絡先 | a@example.jp |\n| 照会内容 | 会議の例を教えてください。 |\n".into()),
        ("a table drawn with box characters", "┌──┬──┐\n│自治体・機関名│星川市│\n├──┼──┤\n│氏名│高橋│\n├──┼──┤\n│連絡先│a@example.jp│\n├──┼──┤\n│照会内容│会議の例を教えてください。│\n└──┴──┘\n".into()),
        ("values indented below", "1) 自治体・機関名：\n　　星川市\n2) 氏名：\n　　高橋\n3) 連絡先（TEL/メールアドレス）：\n　　a@example.jp\n4) 照会内容（具体的に）：\n　　会議の例を教えてください。\n".into()),
        ("blank lines between everything", FORM.replace('\n', "\n\n").replace('：', "：\n\n")),
        ("another order", "4) 照会内容（具体的に）：会議の例を教えてください。\n3) 連絡先（TEL/メールアドレス）：a@example.jp\n2) 氏名：高橋\n1) 自治体・機関名：星川市".into()),
        ("the inquiry first, plain", "照会内容：会議の例を教えてください。\n所属：星川市\n氏名：高橋\n連絡先：a@example.jp".into()),
        ("the inquiry first in brackets, with blank lines", "【照会内容】\n会議の例を教えてください。\n\n【氏名】\n高橋\n\n【自治体・機関名】\n星川市\n\n【連絡先】\na@example.jp\n".into()),
        ("numbers that start elsewhere", "0) 自治体・機関名：星川市\n1) 氏名：高橋\n2) 連絡先：a@example.jp\n3) 照会内容：会議の例を教えてください。".into()),
        ("every number the same", "1) 自治体・機関名：星川市\n1) 氏名：高橋\n1) 連絡先：a@example.jp\n1) 照会内容：会議の例を教えてください。".into()),
        ("labels in corner brackets", "「自治体・機関名」星川市\n「氏名」高橋\n「連絡先」a@example.jp\n「照会内容」会議の例を教えてください。".into()),
        ("labels in angle brackets", "＜自治体・機関名＞\n星川市\n＜氏名＞\n高橋\n＜連絡先＞\na@example.jp\n＜照会内容＞\n会議の例を教えてください。".into()),
        ("labels in square brackets", "[自治体・機関名] 星川市\n[氏名] 高橋\n[連絡先] a@example.jp\n[照会内容] 会議の例を教えてください。".into()),
        ("numbers inside the brackets", "【1】自治体・機関名：星川市\n【2】氏名：高橋\n【3】連絡先：a@example.jp\n【4】照会内容：会議の例を教えてください。".into()),
        ("numbers and labels inside the brackets", "【1) 自治体・機関名】星川市\n【2) 氏名】高橋\n【3) 連絡先（TEL/メールアドレス）】a@example.jp\n【4) 照会内容（具体的に）】会議の例を教えてください。".into()),
        ("bold letters of mathematics for numbers are blanks", FORM.replace("1)", "１)").replace("2)", "２)")),
        ("letters for numbers", "a) 自治体・機関名：星川市\nb) 氏名：高橋\nc) 連絡先：a@example.jp\nd) 照会内容：会議の例を教えてください。".into()),
        ("kana for numbers", "ア　自治体・機関名：星川市\nイ　氏名：高橋\nウ　連絡先：a@example.jp\nエ　照会内容：会議の例を教えてください。".into()),
        ("circled digits of another kind", "❶自治体・機関名：星川市\n❷氏名：高橋\n❸連絡先：a@example.jp\n❹照会内容：会議の例を教えてください。".into()),
        ("labels spelled with macOS' parts", "1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先（TEL/メールア\u{30C8}\u{3099}レス）：a@example.jp\n4) 照会内容（具体的に）：会議の例を教えてください。".into()),
        ("half-width kana", "1) 自治体･機関名:星川市\n2) 氏名:高橋\n3) 連絡先(TEL/ﾒｰﾙｱﾄﾞﾚｽ):a@example.jp\n4) 照会内容(具体的に):会議の例を教えてください。".into()),
        ("invisible characters", FORM.replace("氏名", "\u{200B}氏\u{200B}名\u{FEFF}").replace("1)", "\u{FEFF}1)")),
        ("old Mac line ends", FORM.replace('\n', "\r")),
        ("Windows line ends", FORM.replace('\n', "\r\n")),
    ];
    let cases: Vec<(&str, &str, [&str; 4])> =
        mails.iter().map(|(name, text)| (*name, text.as_str(), A)).collect();
    check(&cases);
}

#[test]
fn only_a_template_leaves_everything_missing() {
    let mails = [
        ("the template", BLANK.to_owned()),
        ("the template quoted", quote("> ", BLANK)),
        ("the template with a line break at the end", format!("{BLANK}\n")),
        ("the circular", CIRCULAR.to_owned()),
        (
            "the template in a table",
            "自治体・機関名\t\n氏名\t\n連絡先（TEL/メールアドレス）\t\n照会内容（具体的に）\t\n".to_owned(),
        ),
        ("the template on one line", BLANK.replace('\n', " ")),
        (
            "the template, a cell each",
            "自治体・機関名\n氏名\n連絡先（TEL/メールアドレス）\n照会内容（具体的に）\n".to_owned(),
        ),
    ];
    check_missing(&mails.map(|(name, text)| (name, text, "ONCI")));
}
