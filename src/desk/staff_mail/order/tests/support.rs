//! Orders of 伴走支援, and answers that only have their words.

use super::{ANSWER, BOTH, DECIDE, check};
use crate::desk::{meeting::Details, staff_mail::SupportCommand};

pub(super) fn shown(command: &SupportCommand) -> String {
    let said = |name: &str, text: &Option<String>| {
        text.as_ref().map(|text| format!(" {name}={text}")).unwrap_or_default()
    };
    match command {
        SupportCommand::Accept(reason) => format!("accept {reason}"),
        SupportCommand::Withdraw(reason) => format!("withdraw {reason}"),
        SupportCommand::Form => "form".to_owned(),
        SupportCommand::Set { field, value } => format!("set {field}={value}"),
        SupportCommand::Review { scores, comment } => format!("review {scores:?} {comment}"),
        SupportCommand::Conflict(reason) => format!("conflict {reason}"),
        SupportCommand::Select(reason) => format!("select {reason}"),
        SupportCommand::Decline(reason) => format!("decline {reason}"),
        SupportCommand::Notice(text) => format!("notice {text}"),
        SupportCommand::Results => "results".to_owned(),
        SupportCommand::SendResults(code) => format!("send results {code}"),
        SupportCommand::StopResults => "stop results".to_owned(),
        SupportCommand::Arrange(arranged) => {
            let nth = arranged.nth.map(|nth| format!(" {nth}")).unwrap_or_default();
            let day = chrono::NaiveDate::from_ymd_opt;
            let (first, last) = (day(2025, 8, 1).unwrap(), day(2026, 2, 28).unwrap());
            let span = arranged.span.map(|span| match span.within(first, last) {
                Ok((from, to)) => format!(" {}-{}", from.format("%m-%d %H:%M"), to.format("%H:%M")),
                Err(fault) => format!(" {fault:?}"),
            });
            let Details { place, url, agenda, adviser, message } = &arranged.details;
            let details = [
                said("place", place),
                said("url", url),
                said("agenda", agenda),
                said("adviser", adviser),
                said("message", message),
            ];
            format!("{}{nth}{}{}", arranged.kind, span.unwrap_or_default(), details.concat())
        }
        SupportCommand::Cancel { kind, nth, message } => {
            format!("cancel {kind} {nth}{}", said("message", message))
        }
        SupportCommand::ConfirmVisit { nth, message } => format!("confirm {nth}{}", said("message", message)),
        SupportCommand::VisitDeclined { nth } => format!("declined {nth}"),
        SupportCommand::Minutes { kind, nth, text } => format!("minutes {kind} {nth} {text}"),
    }
}

#[test]
fn orders_on_an_application_are_understood() {
    check(
        &[
            ("受理", "accept"),
            ("受理します", "accept"),
            ("受理しました。", "accept"),
            ("受理いたします。", "accept"),
            ("受理でお願いします。", "accept"),
            ("「受理」", "accept"),
            ("【受理】", "accept"),
            ("応募として受理します。", "accept"),
            ("受理 システム障害のため", "accept システム障害のため"),
            ("受理：郵送が遅れたため", "accept 郵送が遅れたため"),
            ("受理（郵送が遅れたため）", "accept 郵送が遅れたため"),
            (
                "受理\n締切後ですが、先方の障害によるものです。",
                "accept 締切後ですが、先方の障害によるものです。",
            ),
            ("受理 障害のため\n\nよろしくお願いします。\n佐藤 花子\n厚生課", "accept 障害のため"),
            ("[ZT-2025-0031] 受理", "ZT-2025-0031 accept"),
            ("受理 ZT-2025-0031 障害のため", "ZT-2025-0031 accept 障害のため"),
            ("お疲れ様です。\n受理してください。\nよろしくお願いします。", "accept"),
            ("取下", "withdraw"),
            ("取下げ", "withdraw"),
            ("取り下げます。", "withdraw"),
            ("応募を取り下げます。", "withdraw"),
            ("取下げ 先方より電話", "withdraw 先方より電話"),
            ("様式", "form"),
            ("様式です。", "form"),
            ("様式\n\n佐藤 花子\n厚生課", "form"),
            ("添付の様式に差し替えてください。", "form"),
            ("項目 電話番号 0000-00-1234", "set 電話番号=0000-00-1234"),
            ("項目　電話番号　００００－００－１２３４", "set 電話番号=００００－００－１２３４"),
            ("項目：電話番号：0000-00-1234", "set 電話番号=0000-00-1234"),
            ("項目 E-mail sato@pref.example.jp", "set E-mail=sato@pref.example.jp"),
            ("項目 「応募地域名」 花里在宅医療圏域", "set 応募地域名=花里在宅医療圏域"),
            ("項目 応募の理由\n課題の整理のため。\n①連携", "set 応募の理由=課題の整理のため。\n①連携"),
            ("項目 氏名 早川 ㈱\n\nよろしくお願いします。", "set 氏名=早川 ㈱"),
            ("審査 4 3 5 4 取組が具体的", "review [4, 3, 5, 4] 取組が具体的"),
            ("審査 4 3 5 4", "review [4, 3, 5, 4]"),
            ("審査：４、３、５、４　取組が具体的", "review [4, 3, 5, 4] 取組が具体的"),
            (
                "審査 4,3,5,4\n取組が具体的です。\n2年目に期待",
                "review [4, 3, 5, 4] 取組が具体的です。\n2年目に期待",
            ),
            ("審査 4点 3点 5点 4点 取組が具体的", "review [4, 3, 5, 4] 取組が具体的"),
            ("審査\n4 3 5 4\n①が良い", "review [4, 3, 5, 4] ①が良い"),
            ("審査 4 3 5 4 2名の配置が課題", "review [4, 3, 5, 4] 2名の配置が課題"),
            ("審査 利害関係", "conflict"),
            ("審査 利害関係 出身地のため", "conflict 出身地のため"),
            ("審査：利害関係あり（前職の所属先）", "conflict 前職の所属先"),
            ("採択 取組が具体的なため", "select 取組が具体的なため"),
            ("採択します", "select"),
            ("採択：取組が具体的なため", "select 取組が具体的なため"),
            ("不採択 構成員に偏りがあるため", "decline 構成員に偏りがあるため"),
            ("不採択とします。", "decline"),
            ("通知文 次年度の公募もご検討ください。", "notice 次年度の公募もご検討ください。"),
            ("通知文\n次年度の公募も\nご検討ください。", "notice 次年度の公募も\nご検討ください。"),
            ("所属 ZT-2025-0031", "part of ZT-2025-0031"),
            ("所属：ＺＴ－２０２５－００３１", "part of ZT-2025-0031"),
            ("所属 ZT-2025-0040 ZT-2025-0031", "ZT-2025-0040 part of ZT-2025-0031"),
            ("ZT-2025-0031 に所属します。", "part of ZT-2025-0031"),
        ],
        ANSWER,
    );
    check(
        &[
            ("結果案", "results"),
            ("結果案をお願いします。", "results"),
            ("結果案を送ってください", "results"),
            ("結果送信 3f9a2c1d", "send results 3f9a2c1d"),
            ("結果送信　３ｆ９ａ２ｃ１ｄ", "send results 3f9a2c1d"),
            ("結果送信：3F9A2C1D", "send results 3f9a2c1d"),
            ("結果送信 3f9a2c1d\nよろしくお願いします。", "send results 3f9a2c1d"),
            ("結果取消", "stop results"),
            ("結果の送信を取り消してください。", "stop results"),
        ],
        BOTH,
    );
}

#[test]
fn meetings_and_visits_are_set_as_people_write_them() {
    check(
        &[
            ("会議 1 9月2日 14:00-16:00", "meeting 1 09-02 14:00-16:00"),
            ("会議１　９月２日（火）１４時～１６時", "meeting 1 09-02 14:00-16:00"),
            ("会議 第1回 9月2日 午後2時から4時まで", "meeting 1 09-02 14:00-16:00"),
            ("第1回会議 9月2日（火）14時～16時", "meeting 1 09-02 14:00-16:00"),
            ("第１回の会議：令和7年9月2日 14:00～16:00", "meeting 1 09-02 14:00-16:00"),
            ("会議1：9/2 14:00-16:00", "meeting 1 09-02 14:00-16:00"),
            ("会議 1 2025-09-02 14:00-16:00", "meeting 1 09-02 14:00-16:00"),
            ("会議1を9月9日14時～16時に変更します。", "meeting 1 09-09 14:00-16:00"),
            ("会議 1 9月9日 14:00-16:00 に変更してください。", "meeting 1 09-09 14:00-16:00"),
            (
                "会議 1 9月9日 14:00-16:00 でお願いします。\nよろしくお願いします。",
                "meeting 1 09-09 14:00-16:00",
            ),
            ("「会議 1」 9月2日 14:00-16:00", "meeting 1 09-02 14:00-16:00"),
            ("ZT-2025-0031 会議 1 9月2日 14:00-16:00", "ZT-2025-0031 meeting 1 09-02 14:00-16:00"),
            (
                "会議 1 9月2日 14:00-16:00\n場所：県庁 第2会議室\n接続先：https://meet.example.jp/a?b=1\n議題：現状把握と課題確認\nアドバイザー：山本",
                "meeting 1 09-02 14:00-16:00 place=県庁 第2会議室 url=https://meet.example.jp/a?b=1 agenda=現状把握と課題確認 adviser=山本",
            ),
            (
                "会議 1 9月2日 14:00-16:00\n議題：\n①現状把握\n②課題の確認\n\nよろしくお願いします。\n佐藤 花子",
                "meeting 1 09-02 14:00-16:00 agenda=①現状把握\n②課題の確認",
            ),
            (
                "会議 1\n日時：9月2日（火）14:00-16:00\n会場：県庁\n連絡：資料は当日お配りします。",
                "meeting 1 09-02 14:00-16:00 place=県庁 message=資料は当日お配りします。",
            ),
            ("会議 1 場所：市民会館", "meeting 1 place=市民会館"),
            ("会議 1\n・場　所：市民会館", "meeting 1 place=市民会館"),
            (
                "会議 1 9月2日 14:00-16:00\n場所：県庁\n\n会議 2 10月7日 14:00-16:00\n場所：市役所",
                "meeting 1 09-02 14:00-16:00 place=県庁; meeting 2 10-07 14:00-16:00 place=市役所",
            ),
            ("会議中止 1", "cancel meeting 1"),
            ("会議中止：１", "cancel meeting 1"),
            ("会議 中止 1", "cancel meeting 1"),
            ("会議1を中止してください。", "cancel meeting 1"),
            ("第1回会議を中止します。", "cancel meeting 1"),
            ("会議中止 1\n連絡：台風の接近のため", "cancel meeting 1 message=台風の接近のため"),
            ("派遣 11月5日 13:00-15:00 アドバイザー：山本", "visit 11-05 13:00-15:00 adviser=山本"),
            (
                "派遣 11月5日（水）13時～15時\nアドバイザー：山本 先生\n訪問先：拠点",
                "visit 11-05 13:00-15:00 place=拠点 adviser=山本 先生",
            ),
            ("アドバイザー派遣：11月5日 13:00-15:00", "visit 11-05 13:00-15:00"),
            ("派遣 2 11月6日 13:00-15:00", "visit 2 11-06 13:00-15:00"),
            ("派遣確定 1", "confirm 1"),
            ("派遣 1 確定", "confirm 1"),
            ("派遣１を確定します。", "confirm 1"),
            ("派遣中止 1", "cancel visit 1"),
            ("第2回派遣を中止します。", "cancel visit 2"),
            ("派遣辞退 1", "declined 1"),
            ("議事録 1", "minutes meeting 1"),
            ("議事録 第1回", "minutes meeting 1"),
            ("第1回議事録", "minutes meeting 1"),
            ("第1回会議の議事録", "minutes meeting 1"),
            ("議事録：１\n①を決めた。", "minutes meeting 1 ①を決めた。"),
            ("議事録 1 出席12名", "minutes meeting 1 出席12名"),
            ("議事録 派遣 1", "minutes visit 1"),
            ("派遣報告 1 助言を受けた", "minutes visit 1 助言を受けた"),
        ],
        ANSWER,
    );
}

#[test]
fn a_doubtful_order_on_an_application_is_asked_about() {
    check(
        &[
            ("受理しました。審査の結果は8月中旬にお知らせします。", "?TextBehind"),
            ("受理いたしました。\n結果は8月にお知らせします。", "?TextBehind"),
            ("受理\n\n花里県 早川様\n平素よりお世話になっております。", "?Mixed"),
            ("採択しましたので、お知らせします。", "?Almost"),
            ("採択 不採択の理由は次のとおり", "?Contradiction"),
            ("項目", "?Incomplete"),
            ("項目 電話番号", "?Incomplete"),
            ("通知文", "?Incomplete"),
            ("審査", "?Incomplete"),
            ("審査 取組が具体的", "?Incomplete"),
            ("審査 利害関係なし", "?Almost"),
            ("4 3 5 4 取組が具体的", "?Almost"),
            ("採点 4 3 5 4", "?Almost"),
            ("評価：4 3 5 4 良い取組です", "?Almost"),
            ("所属", "?Short"),
            ("結果送信", "?Incomplete"),
            ("結果送信 よろしく", "?Incomplete"),
            ("結果送信 3f9a", "?Incomplete"),
            ("様式をください", "?Almost"),
            ("会議", "?Short"),
            ("会議1", "?Incomplete"),
            ("会議 1", "?Incomplete"),
            ("会議 9月2日 14:00-16:00", "?Incomplete"),
            ("会議 1 14:00-16:00", "?Almost"),
            ("会議 1 翌日 14:00-16:00", "?Almost"),
            ("会議 1 9月2日", "?Span(NoHours)"),
            ("会議 1 9月2日 2時～4時", "?Span(HalfOfDay)"),
            ("会議 1 9月2日 16:00-14:00", "?Span(EndBeforeStart)"),
            ("会議 1 2月30日 14:00-16:00", "?Span(NoSuchDay)"),
            ("会議 1 9月2日 14:00-16:00 でよろしいですか？", "?TextBehind"),
            ("会議 1 9月2日 14:00-16:00\n駐車場はありません。", "?TextBehind"),
            ("会議 1 9月2日 14:00-16:00\n場所：県庁\n場所：市役所", "?TwiceSaid"),
            ("会議 1 9月2日 14:00-16:00\n日時：9月3日 14:00-16:00", "?Contradiction"),
            ("会議 1 9月2日 14:00-16:00\n議題：\n質問\n意見交換", "?Mixed"),
            ("会議 1 9月2日 14:00-16:00\n議題：\n現状\n完了", "?Mixed"),
            ("会議中止", "?Incomplete"),
            ("会議中止 1 台風のため", "?Almost"),
            ("項目「電話番号」0000-00-1234", "?Almost"),
            ("会議は中止です", "?Incomplete"),
            ("派遣", "?Short"),
            ("派遣をお願いします。", "?Almost"),
            ("派遣確定", "?Incomplete"),
            ("議事録", "?Incomplete"),
            ("議事録 1 を添付します", "?Almost"),
        ],
        ANSWER,
    );
    check(
        &[
            ("受理", "?NoDecision"),
            ("取り下げます", "?NoDecision"),
            ("会議 1 9月2日 14:00-16:00", "?NoDecision"),
        ],
        DECIDE,
    );
}

#[test]
fn an_answer_with_the_words_of_an_application_is_an_answer() {
    let texts = [
        "採択の結果は、8月中旬にお知らせします。",
        "採択は1地域程度です。",
        "採択された地域には、個別にご連絡いたします。",
        "採択、不採択の別は、代表者の方にお知らせします。",
        "採択件数は1件です。",
        "不採択となった地域も、窓口にご照会いただけます。",
        "選定結果は、8月14日頃までにお知らせします。",
        "受理の可否は、要領のとおりです。",
        "受理された申込書は返却いたしません。",
        "審査の基準は公表しておりません。",
        "審査は書面で行います。",
        "審査結果は、代表者の方へお送りします。",
        "様式は別添のとおりです。",
        "様式第2号をご使用ください。",
        "様式 第2号の提出先は都道府県です。",
        "項目は次のとおりです。\n・会議\n・研修",
        "所属：厚生課",
        "所属の欄は、法人名をご記入ください。",
        "会議は3回から4回を予定しています。",
        "会議の例は別添のとおりです。",
        "会議の議事録は公開していません。",
        "会議 3回を予定しています。",
        "会議1回につき2時間程度です。",
        "会議中止の場合は、前日までにご連絡します。",
        "第1回会議の資料は別添のとおりです。",
        "第1回の会議は現状の把握を目的としています。",
        "派遣は最大3回です。",
        "派遣の費用は事務局が負担します。",
        "派遣 3回までは事務局が負担します。",
        "アドバイザーの派遣は、会議とは別に行います。",
        "議事録をお送りします。",
        "第1回会議の議事録をお送りします。",
        "議事録の様式は自由です。",
        "取下げの場合は、都道府県からご連絡ください。",
        "取り下げる場合は、その旨をご連絡ください。",
        "通知文は、代表者の方にお送りします。",
        "評価の方法は、手引きの12ページをご覧ください。",
        "4 自治体・機関名をお書きください。",
    ];
    let table: Vec<(&str, &str)> = texts.iter().map(|text| (*text, "text")).collect();
    check(&table, ANSWER);
}

/// Every wording of the guide's table on the 伴走支援 is an order as it is written there.
#[test]
fn the_words_of_the_guide_on_meetings_are_orders() {
    use super::{Invitation, Reading, WRITER, read};
    let guide = include_str!("../../../../../docs/命令一覧.md");
    let rows = guide.lines().skip_while(|line| !line.starts_with("| 伴走支援の書き方 |")).skip(2);
    let words = rows.map_while(|line| line.strip_prefix("| ")?.split(" | ").next());
    let mut count = 0;
    for word in words {
        let read = read(word, Invitation::Answer, WRITER);
        assert!(matches!(&read, Reading::Surely { .. }), "{word}: {read:?}");
        count += 1;
    }
    assert_eq!(count, 8);
}
