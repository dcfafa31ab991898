//! Mails of a desk as it sends them: the texts that replies quote.

/// A mail of ours, and the lines behind which people type.
pub(crate) struct Ours {
    pub(crate) name: &'static str,
    pub(crate) plain: String,
    pub(crate) html: Option<String>,
    /// Parts of lines that occur once.
    pub(crate) points: &'static [&'static str],
}

pub(crate) const DESK: &str = "在宅医療の体制整備・運用に関する相談窓口";
pub(crate) const ADDRESS: &str = "zaitaku@desk.example.jp";

const SIGNATURE: &str = "------------------------------------------------------------
地域の在宅医療の体制整備に向けた調査・連携支援事業 事務局
在宅医療の体制整備・運用に関する相談窓口
E-mail：zaitaku@desk.example.jp
電話：080-0000-1760
受付時間：平日9時から17時まで（祝日・年末年始を除く）
------------------------------------------------------------";

const STAFF_SIGNATURE: &str = "------------------------------------------------------------
在宅医療の体制整備・運用に関する相談窓口
------------------------------------------------------------";

pub(crate) fn all() -> Vec<Ours> {
    vec![ask_back(), notice(), echo(), digest(), answer()]
}

pub(crate) fn ask_back() -> Ours {
    let plain = format!(
        "星川市 健康福祉部
ご担当者 様

平素より大変お世話になっております。
地域の在宅医療の体制整備に向けた調査・連携支援事業 事務局でございます。

このたびはお問い合わせいただき、誠にありがとうございます。
お送りいただいた照会は、下記の受付番号にて承りました。

　受付番号：ZT-2025-0009
　受付日時：7月1日（火）10時8分

回答にあたり、次の項目の記載を確認できませんでした。
お手数ですが、本メールへの返信にて、項目名に続けてご記入のうえ、
お知らせくださいますようお願いいたします。

【ご記入いただきたい項目】
2) 氏名：
3) 連絡先（TEL/メールアドレス）：

ご返信の際は、件名の受付番号［ZT-2025-0009］を残したまま
お送りください。ご返信をいただき次第、担当者が内容を確認し、回答
いたします。すでにお送りいただいている場合も、恐れ入りますが、
改めてお知らせいただけますと幸いです。

【確認できた項目】
1) 自治体・機関名：星川市 健康福祉部
4) 照会内容（具体的に）：会議の参加者について、例を教えてください。

お電話（080-0000-1760）でも承ります。担当者が不在の場合は、
メッセージを残していただければ、後ほど折り返しご連絡いたします。

■ 照会内容の取扱いについて
照会内容は、ガイドブック（在宅医療に必要な連携を担う拠点の整備・
運用に関するガイドブック）の改訂の参考とさせていただく可能性が
ありますことをご了承ください。なお、その他の目的では使用いたし
ません。

{SIGNATURE}
"
    );
    Ours {
        name: "ask-back", plain, html: None, points: &["2) 氏名：", "3) 連絡先（TEL/メールアドレス）："]
    }
}

pub(crate) fn notice() -> Ours {
    let plain = format!(
        "▲ 回答はこの線より上にご記入ください ▲

佐藤 花子 様

新しい照会を受け付けました。

■ ZT-2025-0067　未回答　残り15時間58分
　回答期限：7月3日（木）11時18分
　担当者　：未定
　照会元　：第67市 健康福祉部　試験 67郎 様
　連絡先　：03-0000-0067
　受付日時：7月1日（火）11時18分
　照会内容：
　　第67市です。会議の参加者について、例を教えてください。また、災害時対応の平時の連携内容の例、地域の在宅医療の資源の把握に活用できる情報についても併せてご教示くださいますようお願いいたします。

このメールへの返信の、線より上に書いた文が、窓口からの回答として
10分後に照会者に送られます（引用と署名は送られません）。送る
前に、内容の確認をお送りします。
先頭の行に「担当」「メモ」「質問」「保留」「完了」などと書くと、その
操作をします。詳しくは「ヘルプ」と書いてご返信ください。

{STAFF_SIGNATURE}
"
    );
    Ours {
        name: "notice", plain, html: None, points: &["ご教示くださいますよう", "操作をします。"]
    }
}

pub(crate) fn echo() -> Ours {
    let plain = format!(
        "▲ 回答はこの線より上にご記入ください ▲

佐藤 花子 様

次の内容を7月1日（火）10時29分に送信します。
取りやめる場合は、このメールの先頭に「取消」と書いてご返信ください。

　宛先　　：q2@city.example.jp
　件名　　：[ZT-2025-0002] 拠点整備・運用に関する照会（回答）
　添付　　：なし

──────── 本文ここから ────────
第2市 健康福祉部
試験 2郎 様

お尋ねの件、会議の参加者の例は次のとおりです。

①医師・訪問看護師・薬剤師 ②㈱などの民間事業者 ③髙齢者施設～Ⅱ型

以上、よろしくお願いいたします。

※ 追加のご質問は、件名の受付番号［ZT-2025-0002］を残したまま、
　 本メールにご返信ください。

{SIGNATURE}
──────── 本文ここまで ────────

{STAFF_SIGNATURE}
"
    );
    Ours { name: "echo", plain, html: None, points: &["取りやめる場合は", "本文ここまで"] }
}

pub(crate) fn answer() -> Ours {
    let plain = format!(
        "第1市 健康福祉部
試験 1郎 様

お尋ねの件、会議の参加者の例は次のとおりです。

①医師・訪問看護師・薬剤師 ②㈱などの民間事業者 ③髙齢者施設～Ⅱ型

以上、よろしくお願いいたします。

※ 追加のご質問は、件名の受付番号［ZT-2025-0001］を残したまま、
　 本メールにご返信ください。

{SIGNATURE}
"
    );
    Ours {
        name: "answer",
        plain,
        html: None,
        points: &["例は次のとおりです。", "本メールにご返信ください。"],
    }
}

/// The key of a ticket, as long as a real one.
fn key(ticket: usize) -> String {
    format!("#20250830-{:032x}", ticket * 0x9E37_79B9)
}

fn inquiry(ticket: usize) -> String {
    format!(
        "第{ticket}市です。会議の参加者について、例を教えてください。また、災害時対応の平時の連携内容の例、地域の在宅医療の資源の把握に活用できる情報についても併せてご教示くださいますようお願いいたします。"
    )
}

/// A digest of three tickets, as plain text and as HTML.
pub(crate) fn digest() -> Ours {
    let (mut plain, mut rows) = (String::new(), String::new());
    for ticket in 1..=3 {
        let (inquiry, key) = (inquiry(ticket), key(ticket));
        plain.push_str(&format!(
            "■ ZT-2025-000{ticket}　未回答　残り15時間43分
　回答期限：7月3日（木）10時40分
　担当者　：未定
　照会元　：第{ticket}市 健康福祉部　試験 {ticket}郎 様
　連絡先　：03-0000-000{ticket}
　受付日時：7月1日（火）10時40分
　照会内容：
　　{inquiry}
▼ ZT-2025-000{ticket} 回答ここから {key} ▼


▲ ZT-2025-000{ticket} 回答ここまで ▲

"
        ));
        rows.push_str(&format!(
            "<table border=\"1\"><tr bgcolor=\"#e8eef5\"><th>ZT-2025-000{ticket}</th><td>未回答　残り15時間43分</td></tr>
<tr><th>回答期限</th><td>7月3日（木）10時40分</td></tr>
<tr><th>担当者</th><td>未定</td></tr>
<tr><th>照会元</th><td>第{ticket}市 健康福祉部　試験 {ticket}郎 様</td></tr>
<tr><th>連絡先</th><td>03-0000-000{ticket}</td></tr>
<tr><th>受付日時</th><td>7月1日（火）10時40分</td></tr>
<tr><th>照会内容</th><td>{inquiry}<br></td></tr>
</table>
<p>▼ ZT-2025-000{ticket} 回答ここから {key} ▼</p>
<p>&nbsp;</p>
<p>▲ ZT-2025-000{ticket} 回答ここまで ▲</p>
<p><a href=\"mailto:zaitaku@desk.example.jp?subject=x\">この照会だけに新しいメールで回答する</a></p>
"
        ));
    }
    let plain = format!(
        "━━ ここから日次一覧 ━━
佐藤 花子 様

7月1日（火）10時56分現在の状況です。
回答は、各照会の「▼ … 回答ここから … ▼」と「▲ … 回答ここまで ▲」の
間にご記入のうえ、このメールにご返信ください。印の外に書いた文は、
誰にも送られません。使い方は、本文の先頭に「ヘルプ」と書いてご返信
いただくとお送りします。

━━━━ 担当が決まっていない照会（3件）━━━━

{plain}━━━━ これまでの件数 ━━━━

　受付 42件　未回答 3件　返信待ち 1件　回答済・完了 39件

{STAFF_SIGNATURE}
"
    );
    let html = format!(
        "<!DOCTYPE html>
<html lang=\"ja\"><head><meta charset=\"utf-8\"></head>
<body style=\"font-family:sans-serif\">
<p>━━ ここから日次一覧 ━━</p>
<p>佐藤 花子 様</p>
<p>7月1日（火）10時56分現在の状況です。<br>
回答は、各照会の「▼ … 回答ここから … ▼」と「▲ … 回答ここまで ▲」の間にご記入のうえ、このメールにご返信ください。印の外に書いた文は、誰にも送られません。</p>
<h3>担当が決まっていない照会（3件）</h3>
{rows}<p>これまでの件数：受付 42件　未回答 3件　返信待ち 1件　回答済・完了 39件</p>
<hr><p>在宅医療の体制整備・運用に関する相談窓口</p>
</body></html>
"
    );
    let points =
        &["▼ ZT-2025-0001 回答ここから", "▼ ZT-2025-0002 回答ここから", "▲ ZT-2025-0003 回答ここまで"];
    Ours { name: "digest", plain, html: Some(html), points }
}
