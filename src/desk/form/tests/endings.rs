//! The end of the fourth field.

use super::{fields, read};

const FRONT: &str = "1) 自治体・機関名：星川市 健康福祉部\n2) 氏名：高橋 真由美\n3) 連絡先（TEL/メールアドレス）：03-0000-1201\n4) 照会内容（具体的に）：";

fn check(cases: &[(&str, &str, &str)]) {
    let mut wrong = Vec::new();
    for (name, text, inquiry) in cases {
        for newline in ["", "\n"] {
            let form = read(&format!("{FRONT}{newline}{text}"));
            if form.fields != fields(["星川市 健康福祉部", "高橋 真由美", "03-0000-1201", inquiry])
            {
                wrong.push(format!("{name}\n  is       {:?}\n  expected {inquiry:?}", form.fields));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn the_inquiry_runs_to_its_real_end() {
    let whole = |name, text| (name, text, text);
    check(&[
        whole("its own list with 1)", "次の点を伺います。\n1) 費用\n2) 期間\n3) 対象\n4) その他"),
        whole("its own list with (1)", "次の点を伺います。\n(1) 費用\n(2) 期間"),
        whole("its own list with circled digits", "①費用について\n②期間について"),
        whole("its own list with dots", "1. 費用について\n2. 期間について\n\n3. 対象について"),
        whole(
            "its own list with label words",
            "次の点を伺います。\n1) 氏名の公表について\n2) 連絡先の共有について\n3) 照会内容の保存期間",
        ),
        whole(
            "its own list that asks about labels",
            "名簿に載せる項目を伺います。\n・氏名\n・所属\n・連絡先\n・電話番号\nのうち、必須はどれですか。",
        ),
        whole(
            "its own list that numbers labels",
            "名簿に載せる項目は次でよいですか。\n1) 氏名\n2) 所属\n3) 連絡先\n以上です。",
        ),
        whole(
            "its own form with colons",
            "名簿の様式は次でよいですか。\n氏名：\n所属：\n連絡先：\nよろしくお願いします。",
        ),
        whole(
            "its own form with colons and numbers",
            "名簿の様式は次でよいですか。\n（1）氏名：\n（2）所属：\n（3）連絡先：\nよろしくお願いします。",
        ),
        whole(
            "label words in a sentence",
            "連絡先が分からない医療機関があります。氏名：の欄は空欄でよいですか。照会内容は公開されますか。",
        ),
        whole(
            "label words at the beginning of lines",
            "様式について伺います。\n氏名の欄は空欄でよいですか。\n連絡先：の欄も同様ですか。\n自治体・機関名は略称でよいですか。",
        ),
        whole(
            "a label in quotation marks",
            "「氏名」及び「連絡先」を公表してよいですか。\n「照会内容：」の欄について。",
        ),
        whole(
            "内容 as a heading of its own",
            "研修会について\n内容：在宅医療の基礎\n日時：7月10日\n対象：医師会員",
        ),
        whole(
            "headings in brackets",
            "【背景】\n拠点を設置しました。\n【質問】\n参加者の例を教えてください。",
        ),
        whole("a colon at the end of a line", "質問は次のとおりです：\n会議の例"),
        whole("several paragraphs", "一つ目です。\n\n二つ目です。\n\n\n三つ目です。"),
        whole("a closing sentence", "会議の例を教えてください。\n\n以上、よろしくお願いいたします。"),
        whole("indented lines", "会議の例を教えてください。\n　・医師\n　・看護師"),
        whole("a rule inside", "一つ目です。\n----------\n二つ目の質問です。会議の例を教えてください。"),
        whole("a web address at the end", "次のページの様式でよいですか。\nhttps://www.example.jp/form"),
        whole("a telephone number in a sentence", "03-0000-0000に電話すればよいですか。"),
        whole(
            "quoted lines inside",
            "ガイドブックに次の文があります。\n> 会議を年4回開催する\nこの根拠を教えてください。",
        ),
        whole(
            "a date and a time that look like an attribution",
            "次の会議について伺います。\n2025年7月10日(木) 14:00 市役所にて:\n参加者は決まっていますか。",
        ),
        whole(
            "words like headers",
            "件名：会議について\n日時：7月10日 14時\n宛先：医師会\nこの通知案でよいですか。",
        ),
        whole("a table", "職種\t人数\n医師\t3\n看護師\t5"),
        whole("one word", "会議"),
        whole("dashes in front of items", "- 費用\n- 期間"),
        whole("its own numbers continue those of the form", "次の点です。\n5) 費用\n6) 期間"),
        whole(
            "a list with labels and colons",
            "名簿の例です。\n・氏名：必須\n・所属：必須\n・連絡先：任意\nこれでよいですか。",
        ),
        whole(
            "a question with the layout of a form",
            "(1) 自治体・機関名の書き方\n(2) 氏名の書き方\n(3) 連絡先の書き方\nを教えてください。",
        ),
        whole("a question mark at the end", "会議は年4回必要でしょうか？"),
        whole("a question without a mark", "会議の回数の目安"),
        whole("two questions with blank lines", "【質問1】\n会議の回数\n\n【質問2】\n会議の参加者"),
        whole("emphasis", "※至急\n会議の例を教えてください。"),
        whole("a line of Latin text", "What is an example?\nPlease tell us."),
        whole(
            "a line that begins with From",
            "From the guide we learn nothing.\nTo whom shall we write?\nPlease tell us.",
        ),
        whole("a deadline", "会議の例を教えてください。\n\n回答期限：7月10日\n回答方法：メール"),
        whole("ends in a list of places", "対象は次の施設です。\n・星川市立病院\n・星川診療所"),
        whole("ends in plain names of places", "対象は次の施設です。\n星川市立病院\n北町診療所"),
        whole("stars around a heading", "*** 質問 ***\n会議の例を教えてください。"),
    ]);
}

#[test]
fn signatures_and_quoted_mail_are_not_part_of_the_inquiry() {
    const Q: &str = "会議の例を教えてください。\n(1) 職種\n(2) 機関";
    let tails = [
        ("the usual mark", "\n\n-- \n星川市 健康福祉部\n高橋 真由美\nTEL 03-0000-1201"),
        ("the mark without its blank", "\n--\n星川市 健康福祉部\n高橋 真由美"),
        ("a line of dashes", "\n\n----\n星川市 健康福祉部\n高橋 真由美\nTEL 03-0000-1201"),
        (
            "a long line of dashes",
            "\n----------------------------------------\n星川市 健康福祉部 地域包括ケア推進課\n主任　高橋 真由美\n〒000-0000 星川市本町1-1\nTEL 03-0000-1201　FAX 03-0000-1202\nE-mail m@example.jp\n----------------------------------------",
        ),
        ("equals signs", "\n\n==========\n星川市 健康福祉部\n高橋 真由美\nTEL 03-0000-1201\n=========="),
        ("full-width stars", "\n＊＊＊＊＊＊＊＊\n星川市役所\n高橋\nm@example.jp\n＊＊＊＊＊＊＊＊"),
        ("three full-width stars", "\n＊＊＊\n星川市役所\n高橋\nm@example.jp"),
        (
            "stars",
            "\n\n******************************\n星川市 健康福祉部\n高橋 真由美\nTEL：03-0000-1201（直通）\nE-mail：m@example.jp\n******************************",
        ),
        ("box lines", "\n\n━━━━━━━━━━━━━━━\n星川市 健康福祉部\n高橋 真由美\n━━━━━━━━━━━━━━━"),
        ("ornaments", "\n\n+:-:+:-:+:-:+:-:+\n星川市 健康福祉部\n高橋 真由美\n+:-:+:-:+:-:+:-:+"),
        ("diamonds", "\n\n◆◇◆◇◆◇◆◇◆◇\n星川市 健康福祉部\n高橋 真由美\n"),
        ("a line of underscores", "\n\n________________\n星川市 健康福祉部\n高橋 真由美\n電話 03-0000-1201"),
        (
            "no mark, a blank line",
            "\n\n星川市 健康福祉部 地域包括ケア推進課\n高橋 真由美\n〒000-0000 星川市本町1-1\nTEL 03-0000-1201\nFAX 03-0000-1202\nMail m@example.jp",
        ),
        (
            "no mark, labels with colons",
            "\n\n星川市 健康福祉部\n担当：高橋\n電話：03-0000-1201\nメール：m@example.jp",
        ),
        ("name and address only", "\n\n星川市 健康福祉部\n高橋 真由美"),
        (
            "a signature with labels",
            "\n\n----------\n所属：星川市 健康福祉部\n氏名：高橋 真由美\n連絡先：03-0000-1201\n----------",
        ),
        ("a label 署名", "\n\n【署名】\n星川市 健康福祉部\n高橋 真由美\nTEL 03-0000-1201"),
        ("a mobile footer", "\n\niPhoneから送信"),
        ("another mobile footer", "\n\nSent from my iPhone"),
        ("an Outlook footer", "\n\nAndroid 版 Outlook を入手する<https://aka.ms/AAb9ysg>"),
        ("a Yahoo footer", "\n\nYahoo!メール - 広告ナシの最新アプリ"),
        (
            "an English attribution",
            "\n\nOn Fri, Jun 27, 2025 at 9:12 AM Taro <taro@example.jp> wrote:\n> お世話になっております。\n> 事務局",
        ),
        (
            "Gmail's Japanese attribution",
            "\n\n2025年6月27日(金) 9:12 Taro <taro@example.jp>:\n> お世話になっております。",
        ),
        (
            "Outlook's header block",
            "\n\n________________________________\n差出人: 事務局 <zaitaku@tohmatu.co.jp>\n送信日時: 2025年6月27日 9:12\n宛先: 高橋 <m@example.jp>\n件名: 設置について\n\nお世話になっております。",
        ),
        (
            "Outlook's English header block",
            "\n\nFrom: 事務局 <zaitaku@tohmatu.co.jp>\nSent: Friday, June 27, 2025 9:12 AM\nTo: 高橋 <m@example.jp>\nSubject: 設置について\n\nお世話になっております。",
        ),
        ("Original Message", "\n\n-----Original Message-----\nFrom: 事務局\nお世話になっております。"),
        ("元のメッセージ", "\n\n----- 元のメッセージ -----\n差出人: 事務局\nお世話になっております。"),
        (
            "signature, then quoted mail",
            "\n\n-- \n星川市\n高橋\n\n2025年6月27日(金) 9:12 Taro <taro@example.jp>:\n> お世話になっております。",
        ),
        ("quoted lines at the end", "\n\n> お世話になっております。\n> 事務局です。"),
        (
            "a legal notice",
            "\n\n-- \n星川市\n高橋\n\n※このメールに心当たりのない場合は、お手数ですが破棄してください。",
        ),
        (
            "a list server's footer",
            "\n\n_______________________________________________\nZaitaku mailing list\nZaitaku@example.jp\nhttps://lists.example.jp/listinfo/zaitaku",
        ),
    ];
    let texts: Vec<(&str, String)> = tails.iter().map(|(name, tail)| (*name, format!("{Q}{tail}"))).collect();
    let cases: Vec<(&str, &str, &str)> = texts.iter().map(|(name, text)| (*name, text.as_str(), Q)).collect();
    check(&cases);
}
