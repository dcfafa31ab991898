//! The results of a call: reviewed, decided, shown to a lead, and sent together, once.

use madoguchi::mail::InboundMail;

use crate::support::{
    call::{application, area, representative},
    desk::{Desk, on_both},
    mail::Mail,
    members::{STAFF, mail_to, mails_to, reply, tapped},
};

on_both!(
    the_results_leave_together_and_once,
    results_that_are_stopped_can_be_sent_again,
    any_word_of_stopping_or_doubt_stops_the_results,
    a_result_that_bounces_is_sent_again_alone,
    the_officer_gets_a_copy_where_the_settings_say_so,
    what_stops_the_results_is_told,
    two_leads_who_decide_differently_hear_of_each_other,
    leads_are_told_of_the_day_for_the_results,
    the_shell_does_the_same,
);

const SATO: &str = "sato@example.jp";
const ITO: &str = "ito@example.jp";

fn at(desk: &mut Desk, now: &str) {
    desk.starts_at(&format!("2025-{now}:00+09:00"));
    desk.once();
}

fn writes(desk: &mut Desk, now: &str, mail: Mail) {
    desk.deliver_at(mail, &format!("2025-{now}:00+09:00"));
    at(desk, now);
}

fn notice(desk: &Desk, member: &str, nth: usize) -> InboundMail {
    mail_to(desk, member, &format!("[ZT-2025-{nth:04}] 伴走支援の応募"))
}

/// So many applications arrive in time, and each is decided: the first is selected.
fn decided(desk: &mut Desk, count: usize) {
    desk.add_settings(STAFF);
    for nth in 1..=count {
        desk.deliver_at(application(nth), "2025-07-10T10:00:00+09:00");
    }
    at(desk, "07-10T10:01");
    for nth in 1..=count {
        let order = if nth == 1 {
            "採択 拠点の体制が整っているため"
        } else {
            "不採択 次の機会にご検討いただくため"
        };
        let order = reply(SATO, &notice(desk, SATO, nth), &format!("decide-{nth}"), order);
        desk.deliver_at(order, "2025-08-01T09:30:00+09:00");
    }
    at(desk, "08-01T09:31");
}

/// The lead asks for the letters, and gets them.
fn preview(desk: &mut Desk, now: &str, id: &str) -> InboundMail {
    let asked = reply(SATO, &notice(desk, SATO, 1), id, "結果案");
    writes(desk, now, asked);
    mail_to(desk, SATO, "伴走支援の選定結果の通知（")
}

fn code(preview: &InboundMail) -> String {
    let (_, behind) = preview.text.split_once("結果送信 ").unwrap_or_else(|| panic!("{}", preview.text));
    behind.chars().take(8).collect()
}

fn results_to(desk: &Desk, nth: usize) -> Vec<InboundMail> {
    mails_to(desk, &representative(nth))
}

fn told(desk: &Desk, member: &str) -> String {
    mails_to(desk, member).pop().unwrap().text
}

fn the_results_leave_together_and_once(desk: &mut Desk) {
    decided(desk, 6);
    let review = reply(ITO, &notice(desk, ITO, 1), "review", "審査 5 4 4 5 体制が整っている。");
    writes(desk, "08-01T10:00", review);
    assert!(told(desk, ITO).contains("審査を記録しました"), "{}", told(desk, ITO));
    let first = preview(desk, "08-01T10:05", "ask-1");
    for nth in 1..=6 {
        assert!(first.text.contains(&format!("宛先：{}", representative(nth))), "{}", first.text);
    }
    assert!(first.text.contains("平均 18.0点（1名）"), "{}", first.text);
    assert!(!first.text.contains("体制が整っている"), "comments stay with the reviews");
    // Nobody but a lead sends them, and only with the code of exactly these letters.
    let ito = reply(ITO, &notice(desk, ITO, 1), "not-a-lead", &format!("結果送信 {}", code(&first)));
    writes(desk, "08-01T10:10", ito);
    writes(desk, "08-01T10:11", reply(SATO, &first, "wrong", "結果送信 00000000"));
    assert!(told(desk, SATO).contains("案から変わりました"), "{}", told(desk, SATO));
    let changed =
        reply(SATO, &notice(desk, SATO, 2), "notice", "通知文 次年度のご応募をお待ちしております。");
    writes(desk, "08-01T10:15", changed);
    writes(desk, "08-01T10:16", reply(SATO, &first, "stale", &format!("結果送信 {}", code(&first))));
    assert!(told(desk, SATO).contains("案から変わりました"), "{}", told(desk, SATO));
    let second = preview(desk, "08-01T10:20", "ask-2");
    assert_ne!(code(&second), code(&first));
    assert!(second.text.contains("次年度のご応募をお待ちしております。"), "{}", second.text);
    // A text in this thread goes to nobody.
    writes(desk, "08-01T10:21", reply(SATO, &second, "talk", "この内容でよさそうです。確認します。"));
    at(desk, "08-01T10:40");
    assert_eq!((1..=6).map(|nth| results_to(desk, nth).len()).sum::<usize>(), 0);
    // One tap sends them, after the undo time, each once.
    let link = second.text.split('<').find(|part| part.starts_with("mailto:")).unwrap();
    let link = link.split('>').next().unwrap();
    writes(desk, "08-01T10:45", tapped(SATO, link, "tap"));
    assert!(told(desk, SATO).contains("選定結果の通知6通"), "{}", told(desk, SATO));
    assert_eq!(results_to(desk, 1).len(), 0, "nothing leaves before the undo time is over");
    let again = reply(SATO, &second, "again", &format!("結果送信 {}", code(&second)));
    writes(desk, "08-01T10:46", again);
    at(desk, "08-01T11:00");
    at(desk, "08-01T11:30");
    for nth in 1..=6 {
        let letters = results_to(desk, nth);
        assert_eq!(letters.len(), 1, "{nth}");
        let selected = letters[0].text.contains("実施地域として選定");
        assert_eq!(selected, nth == 1, "{}", letters[0].text);
        assert!(letters[0].text.contains(&area(nth)), "{}", letters[0].text);
        assert!(!letters[0].text.contains("体制が整っている"), "reasons stay in the desk");
    }
    let own_words: Vec<usize> =
        (1..=6).filter(|&nth| results_to(desk, nth)[0].text.contains("次年度のご応募")).collect();
    assert_eq!(own_words, [2]);
    // A result that is known cannot be changed any more.
    let late = reply(SATO, &notice(desk, SATO, 1), "late", "不採択 見直しのため");
    writes(desk, "08-01T11:40", late);
    assert!(told(desk, SATO).contains("「支援中」の状態"), "{}", told(desk, SATO));
}

fn results_that_are_stopped_can_be_sent_again(desk: &mut Desk) {
    decided(desk, 2);
    let shown = preview(desk, "08-01T10:00", "ask-1");
    writes(desk, "08-01T10:05", reply(SATO, &shown, "send", &format!("結果送信 {}", code(&shown))));
    writes(desk, "08-01T10:08", reply(SATO, &shown, "stop", "結果取消"));
    assert!(told(desk, SATO).contains("2通を取りやめました"), "{}", told(desk, SATO));
    at(desk, "08-01T10:30");
    assert_eq!(results_to(desk, 1).len() + results_to(desk, 2).len(), 0);
    // The other way round, now.
    let select = reply(SATO, &notice(desk, SATO, 2), "select", "採択 再検討の結果");
    let decline = reply(SATO, &notice(desk, SATO, 1), "decline", "不採択 再検討の結果");
    desk.deliver_at(select, "2025-08-01T10:31:00+09:00");
    writes(desk, "08-01T10:32", decline);
    let shown = preview(desk, "08-01T10:35", "ask-2");
    writes(desk, "08-01T10:40", reply(SATO, &shown, "send-2", &format!("結果送信 {}", code(&shown))));
    at(desk, "08-01T11:00");
    assert!(results_to(desk, 2)[0].text.contains("実施地域として選定"));
    assert!(!results_to(desk, 1)[0].text.contains("実施地域として選定"));
    assert_eq!((results_to(desk, 1).len(), results_to(desk, 2).len()), (1, 1));
    writes(desk, "08-01T11:05", reply(SATO, &shown, "stop-2", "結果取消"));
    assert!(told(desk, SATO).contains("すでに送られた"), "{}", told(desk, SATO));
}

fn any_word_of_stopping_or_doubt_stops_the_results(desk: &mut Desk) {
    decided(desk, 2);
    // To the letters as they were shown, or to the reply that says when they leave; in the lead's own words.
    for (nth, to_reply, words) in [
        (1, false, "取消"),
        (2, true, "取り消してください。"),
        (3, false, "すみません、宛先を確かめたいので少し待ってください。"),
        (4, true, "あれ、鳥取県の分は合っていますか。"),
        (5, true, "結果取消"),
    ] {
        let shown = preview(desk, &format!("08-01T1{nth}:00"), &format!("ask-{nth}"));
        let send = reply(SATO, &shown, &format!("send-{nth}"), &format!("結果送信 {}", code(&shown)));
        writes(desk, &format!("08-01T1{nth}:05"), send);
        let told_when = mail_to(desk, SATO, "選定結果の通知2通");
        let answered = if to_reply { &told_when } else { &shown };
        let stop = reply(SATO, answered, &format!("stop-{nth}"), words);
        writes(desk, &format!("08-01T1{nth}:08"), stop);
        assert!(told(desk, SATO).contains("2通を取りやめました"), "{words}: {}", told(desk, SATO));
        at(desk, &format!("08-01T1{nth}:30"));
        assert_eq!(results_to(desk, 1).len() + results_to(desk, 2).len(), 0, "{words}");
    }
    // Withdrawn while its letter waits: the others leave.
    let shown = preview(desk, "08-01T16:00", "ask-6");
    let send = reply(SATO, &shown, "send-6", &format!("結果送信 {}", code(&shown)));
    writes(desk, "08-01T16:05", send);
    writes(desk, "08-01T16:07", reply(SATO, &notice(desk, SATO, 2), "withdraw", "取下 応募者の申出による"));
    at(desk, "08-01T16:30");
    assert_eq!((results_to(desk, 1).len(), results_to(desk, 2).len()), (1, 0));
}

fn a_result_that_bounces_is_sent_again_alone(desk: &mut Desk) {
    decided(desk, 2);
    let shown = preview(desk, "08-01T10:00", "ask-1");
    writes(desk, "08-01T10:05", reply(SATO, &shown, "send", &format!("結果送信 {}", code(&shown))));
    at(desk, "08-01T10:20");
    let letter = results_to(desk, 2).pop().unwrap();
    let report = format!(
        "This is the mail system.\n\n<{0}>: host mx said: 550 5.1.1 User unknown\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; {0}\nAction: failed\nStatus: 5.1.1\n\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{1}>\n\n--b--\n",
        representative(2),
        letter.message_id.as_deref().unwrap(),
    );
    let bounce = Mail::new()
        .from("MAILER-DAEMON@mx.example.jp")
        .subject("Undelivered Mail Returned to Sender")
        .id("bounce@mx.example.jp")
        .header("Content-Type", "multipart/report; report-type=delivery-status; boundary=b")
        .body(format!("--b\nContent-Type: text/plain\n\n{report}"));
    writes(desk, "08-01T10:30", bounce);
    let undelivered = mail_to(desk, SATO, "不達");
    assert!(undelivered.text.contains("0857-00-1234"), "{}", undelivered.text);
    let mended = reply(SATO, &notice(desk, SATO, 2), "mend", "項目 E-mail mended@hosp2.example.jp");
    writes(desk, "08-01T10:40", mended);
    let shown = preview(desk, "08-01T10:45", "ask-2");
    assert!(!shown.text.contains(&representative(1)), "{}", shown.text);
    writes(desk, "08-01T10:50", reply(SATO, &shown, "send-2", &format!("結果送信 {}", code(&shown))));
    at(desk, "08-01T11:10");
    assert_eq!(mails_to(desk, "mended@hosp2.example.jp").len(), 1);
    assert_eq!((results_to(desk, 1).len(), results_to(desk, 2).len()), (1, 1));
}

fn the_officer_gets_a_copy_where_the_settings_say_so(desk: &mut Desk) {
    const OFFICER: &str = "tanto@pref.tottori.example.jp";
    desk.set("support.copy_results_to_sender", true);
    decided(desk, 1);
    let shown = preview(desk, "08-01T10:00", "ask-1");
    assert!(shown.text.contains(&format!("宛先：{OFFICER}（写し）")), "{}", shown.text);
    let send = format!("結果送信 {}", code(&shown));
    writes(desk, "08-01T10:05", reply(SATO, &shown, "send", &send));
    writes(desk, "08-01T10:08", reply(SATO, &shown, "stop", "結果取消"));
    at(desk, "08-01T10:30");
    let copies = |desk: &Desk| {
        let mails = mails_to(desk, OFFICER);
        mails.into_iter().filter(|mail| mail.subject.contains("（写し）")).collect::<Vec<_>>()
    };
    assert_eq!((results_to(desk, 1).len(), copies(desk).len()), (0, 0), "the copy is stopped, too");
    let shown = preview(desk, "08-01T10:35", "ask-2");
    let send = format!("結果送信 {}", code(&shown));
    writes(desk, "08-01T10:40", reply(SATO, &shown, "send-2", &send));
    at(desk, "08-01T11:00");
    assert_eq!((results_to(desk, 1).len(), copies(desk).len()), (1, 1));
    assert!(copies(desk)[0].text.contains("伴走支援の実施地域として選定"), "{}", copies(desk)[0].text);
}

fn what_stops_the_results_is_told(desk: &mut Desk) {
    desk.add_settings(STAFF);
    for nth in 1..=2 {
        desk.deliver_at(application(nth), "2025-07-10T10:00:00+09:00");
    }
    at(desk, "07-10T10:01");
    let select = reply(SATO, &notice(desk, SATO, 1), "select", "採択 体制が整っているため");
    writes(desk, "07-31T16:00", select);
    let shown = preview(desk, "07-31T16:05", "ask-1");
    for line in ["申込締切（令和7年7月31日）を過ぎるまで", "ZT-2025-0002 の採否が決まっていません"]
    {
        assert!(shown.text.contains(line), "{line}: {}", shown.text);
    }
    // A member is no lead; a decision has a reason; scores fit the criteria.
    let ito = notice(desk, ITO, 2);
    for (id, order, why) in
        [("a", "不採択 理由", "責任者"), ("b", "審査 5 4", "4つの観点"), ("c", "審査 9 4 4 4", "1～5点")]
    {
        writes(desk, "07-31T16:10", reply(ITO, &ito, id, order));
        assert!(told(desk, ITO).contains(why), "{order}: {}", told(desk, ITO));
    }
    let conflict = reply(ITO, &notice(desk, ITO, 1), "conflict", "審査 利害関係 前職のため");
    writes(desk, "07-31T16:20", conflict);
    let withdraw = reply(SATO, &notice(desk, SATO, 2), "withdraw", "取下 応募者の申出による");
    writes(desk, "08-01T09:30", withdraw);
    let shown = preview(desk, "08-01T09:40", "ask-2");
    assert!(shown.text.contains("利害関係のある方"), "{}", shown.text);
    assert!(!shown.text.contains(&representative(2)), "{}", shown.text);
    writes(desk, "08-01T09:45", reply(SATO, &shown, "send", &format!("結果送信 {}", code(&shown))));
    at(desk, "08-01T10:00");
    assert_eq!((results_to(desk, 1).len(), results_to(desk, 2).len()), (1, 0));
}

fn two_leads_who_decide_differently_hear_of_each_other(desk: &mut Desk) {
    const OTHER: &str = "mori@example.jp";
    desk.add_settings("[[staff]]\nname = \"森 誠\"\naddress = \"mori@example.jp\"\nlead = true\n");
    decided(desk, 1);
    let first = preview(desk, "08-01T09:40", "ask");
    let other = reply(OTHER, &notice(desk, OTHER, 1), "other", "不採択 体制を確かめる必要があるため");
    writes(desk, "08-01T09:50", other);
    assert!(told(desk, OTHER).contains("これまでは佐藤 花子さんの「採択」でした"), "{}", told(desk, OTHER));
    // The letters that the first lead was shown cannot leave any more.
    writes(desk, "08-01T09:55", reply(SATO, &first, "send", &format!("結果送信 {}", code(&first))));
    assert!(told(desk, SATO).contains("送りできません"), "{}", told(desk, SATO));
    at(desk, "08-01T10:30");
    assert_eq!(results_to(desk, 1).len(), 0);
}

fn leads_are_told_of_the_day_for_the_results(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver_at(application(1), "2025-07-10T10:00:00+09:00");
    at(desk, "07-10T10:01");
    let due = |desk: &Desk| {
        let mails = mails_to(desk, SATO);
        mails.iter().filter(|mail| mail.subject.contains("選定結果のお知らせ（")).count()
    };
    for (now, expected) in [
        ("08-05T10:00", 0),
        ("08-06T09:01", 1),
        ("08-06T15:00", 1),
        ("08-13T09:01", 2),
        ("08-15T08:00", 2),
        ("08-15T09:01", 3),
        ("08-20T09:01", 3),
    ] {
        at(desk, now);
        assert_eq!(due(desk), expected, "{now}");
    }
    assert_eq!(
        mails_to(desk, ITO).iter().filter(|mail| mail.subject.contains("結果のお知らせ（")).count(),
        0
    );
}

fn the_shell_does_the_same(desk: &mut Desk) {
    decided(desk, 2);
    let run = |desk: &Desk, words: &[&str]| desk.run(&[&["application"], words].concat());
    let reviewed = run(desk, &["review", "ZT-2025-0001", "--reviewer", "伊藤", "5", "4", "4", "5"]);
    assert_eq!(reviewed.code, Some(0), "{}", reviewed.stderr);
    let shown = desk.json(&["application", "results"]);
    assert_eq!(shown["letters"].as_array().unwrap().len(), 2);
    let refused = run(desk, &["results", "--send", "00000000"]);
    assert_eq!(refused.code, Some(1), "{}", refused.stdout);
    let sent = run(desk, &["results", "--send", shown["code"].as_str().unwrap()]);
    assert_eq!(sent.code, Some(0), "{}", sent.stderr);
    let stopped = run(desk, &["results", "--stop"]);
    assert!(stopped.stdout.contains("2 letters stopped"), "{}", stopped.stdout);
    let sent = run(desk, &["results", "--send", shown["code"].as_str().unwrap()]);
    assert_eq!(sent.code, Some(0), "{}", sent.stderr);
    at(desk, "08-01T11:00");
    assert_eq!((results_to(desk, 1).len(), results_to(desk, 2).len()), (1, 1));
}
