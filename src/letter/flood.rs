//! What staff read of a flood: notices that stand for several, and the daily limit.

/// Says that a notice stands for several messages. `limit` is the number of those that have a notice each.
#[must_use]
pub fn notices_gathered(count: u32, of_domain: bool, limit: u32) -> String {
    let who =
        if of_domain { "同じドメイン（＠より後ろ）の差出人" } else { "同じ差出人" };
    format!(
        "{who}から、本日{count}件目です。{limit}件を超えた分は、1件ずつのお知らせを控え、間隔を空けて件数をお知らせします。届いたものはすべて受け付けており、日次一覧の末尾でご確認いただけます。"
    )
}

/// The same of automatic mails that did not arrive.
#[must_use]
pub fn undelivered_gathered(count: u32, of_domain: bool) -> String {
    let to = if of_domain { "同じドメイン（＠より後ろ）の宛先" } else { "同じ宛先" };
    format!(
        "{to}に届かなかった自動メールは、本日{count}件目です。1件ずつのお知らせを控え、間隔を空けて件数をお知らせします。すべて日次一覧でご確認いただけます。"
    )
}

/// Subject and text of the notice that the daily limit of automatic mails is reached.
#[must_use]
pub fn daily_limit_reached(limit: u32) -> (String, Vec<String>) {
    (
        "【ご注意】本日の自動メールの上限に達しました".to_owned(),
        vec![
            format!(
                "本日の自動メールが、上限の{limit}通に達しました。この後の受付のお知らせなどは、明日から上限の範囲で、届いた順にお送りします"
            ),
            "照会の受付、担当者へのお知らせ、回答の送信は、ふだんどおり行っています".to_owned(),
            "いたずらなどで大量のメールが届いていないか、日次一覧をご確認のうえ、上限を変える場合は運用担当者にご連絡ください"
                .to_owned(),
        ],
    )
}
