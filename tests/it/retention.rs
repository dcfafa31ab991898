//! Erasure of personal data: by age, after closing, on request. Nothing of it remains in the database file.

use std::fs;

use madoguchi::desk::form::FieldKey;

use crate::support::{
    desk::{Desk, Done, On, on_both},
    mail::{inquiry, message},
    wait::wait_until,
};

on_both!(
    an_erasure_of_nothing_is_not_called_one,
    who_asked_is_forgotten_after_closing_and_what_was_asked_stays,
    what_was_written_of_others_is_erased_where_the_settings_say_so,
    retention_reads_what_is_due_and_not_every_row,
    raw_mails_are_erased_by_age_unless_an_answer_is_owed,
    a_person_is_erased_on_request_after_a_look,
    a_person_is_erased_however_the_address_is_written,
    an_erasure_finds_every_spelling_and_goes_on_after_a_kill
);

fn answer_and_close(desk: &Desk, number: &str) {
    let answer = "山田 太郎 様\n会議には薬剤師会も参加しています。お電話は03-0000-0001へおかけします。\n";
    assert_eq!(desk.pipe(&["ticket", "answer", number], answer.as_bytes()).code, Some(0));
    assert_eq!(desk.run(&["ticket", "close", number]).code, Some(0));
}

fn audit_is_whole(desk: &Desk) {
    let check = desk.run(&["check"]).stdout;
    assert!(check.contains("the audit chain is whole"), "{check}");
}

fn shown(desk: &Desk, number: &str) -> String {
    desk.json(&["ticket", "show", number]).to_string()
}

fn who_asked_is_forgotten_after_closing_and_what_was_asked_stays(desk: &mut Desk) {
    desk.set("answers.undo", "0s");
    desk.set("retention.personal_after", "90d");
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(2));
    desk.once();
    answer_and_close(desk, "ZT-2025-0001");
    desk.once();
    desk.starts_at("2025-09-28T10:00:00+09:00");
    desk.once();
    assert!(shown(desk, "ZT-2025-0001").contains("山田"), "89 days are not 90");
    desk.starts_at("2025-10-01T10:00:00+09:00");
    desk.once();
    let ticket = desk.json(&["ticket", "show", "ZT-2025-0001"]);
    assert!(ticket["name"].is_null() && ticket["contact"].is_null());
    assert_eq!(ticket["organization"], "第1市 健康福祉部");
    assert_eq!(ticket["inquiry"], "会議の参加者の例を教えてください。");
    let text = ticket.to_string();
    assert!(text.contains("会議には薬剤師会も参加しています。"), "{text}");
    for gone in ["山田", "yamada1@", "Yamada", "03-0000-0001"] {
        assert!(!text.contains(gone), "{gone} is left: {text}");
    }
    assert!(text.contains("personal_erased"), "{text}");
    assert!(shown(desk, "ZT-2025-0002").contains("yamada2@"), "an open ticket stays whole");
    audit_is_whole(desk);
    assert_eq!(desk.run(&["reconcile"]).code, Some(0));
    // The same mail once more is still a duplicate, and gets no answer.
    let before = desk.smtp.mails().len();
    desk.deliver(inquiry(1));
    desk.once();
    assert_eq!((desk.smtp.mails().len(), desk.numbers().len()), (before, 2));
}

fn what_was_written_of_others_is_erased_where_the_settings_say_so(desk: &mut Desk) {
    const OTHERS: [&str; 6] = ["佐々木", "82歳", "要介護3", "昭和18年", "あおぞらクリニック", "1001234567"];
    desk.set("answers.undo", "0s");
    let question = "佐々木 次郎様（82歳、要介護3、昭和18年4月1日生、被保険者番号1001234567）の主治医はあおぞらクリニックです。会議の例は。";
    for nth in 1..=2 {
        desk.deliver(inquiry(nth).field(FieldKey::Inquiry, question));
    }
    desk.once();
    for nth in 1..=2 {
        answer_and_close(desk, &format!("ZT-2025-000{nth}"));
    }
    desk.once();
    // Without the setting, redaction leaves what the text says of others.
    assert_eq!(desk.run(&["erase", "--address", "yamada1@city.example.jp", "--yes"]).code, Some(0));
    let left = shown(desk, "ZT-2025-0001");
    assert!(OTHERS.iter().all(|words| left.contains(words)), "{left}");
    desk.set("retention.third_persons", "true");
    desk.set("retention.personal_after", "90d");
    desk.starts_at("2025-10-01T10:00:00+09:00");
    desk.once();
    let left = shown(desk, "ZT-2025-0002");
    assert!(left.contains("会議の例は。") && left.contains("薬剤師会も参加しています"), "{left}");
    for words in OTHERS {
        assert!(!left.contains(words), "{words} is left: {left}");
    }
}

/// How much a pass reads from the database: bytes of the file on SQLite, rows on PostgreSQL.
fn read_by_a_pass(desk: &Desk) -> i64 {
    let rows =
        "SELECT CAST(SUM(seq_tup_read + COALESCE(idx_tup_fetch, 0)) AS BIGINT) FROM pg_stat_user_tables";
    if desk.database_url().starts_with("postgres") {
        // PostgreSQL counts what a connection has read when the connection ends.
        let counted =
            || desk.ask("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()") == 1;
        wait_until("the connections have ended", counted);
        let before = desk.ask(rows);
        desk.once();
        wait_until("the connections have ended", counted);
        return desk.ask(rows) - before;
    }
    // The shell's own number includes that of the program, which has ended.
    let pass = desk.limited("\"$0\" \"$@\" >/dev/null && grep rchar /proc/$$/io; exit", &["once"]).output();
    let pass = Done::from(pass.unwrap());
    pass.stdout.trim().strip_prefix("rchar: ").unwrap_or_else(|| panic!("{}", pass.stderr)).parse().unwrap()
}

fn retention_reads_what_is_due_and_not_every_row(desk: &mut Desk) {
    desk.add_settings("[digest]\nat = []\n[retention]\nraw_after = \"30d\"\npersonal_after = \"30d\"\n");
    desk.deliver(inquiry(1));
    desk.once();
    answer_and_close(desk, "ZT-2025-0001");
    desk.once();
    // As many tickets as a desk answers in years, and none of them is due: 10,000 with mails that came in and left.
    for statement in [
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
         INSERT INTO ticket (id, number, fiscal_year, serial, status, channel, inquiry, from_address, subject, received_at,
                             budget_left, answered_at, closed_at)
         SELECT 1000000 + i, 'ZT-2000-' || CAST(10000 + i AS TEXT), 2000, i,
                CASE WHEN i % 2 = 0 THEN 'answered' ELSE 'closed' END, 'email',
                'How do others do it? We ask for examples of meetings, of their members and of their records.',
                'somebody@city.example.jp', 'An inquiry', '2025-09-29T01:00:00.000Z', 0, '2025-09-30T01:00:00.000Z',
                CASE WHEN i % 2 = 0 THEN NULL ELSE '2025-09-30T02:00:00.000Z' END
         FROM n",
        "INSERT INTO message (id, folder, uidvalidity, uid, file, message_id, hash, received_at, taken_at, size, raw, outcome,
                              ticket_id, attempts)
         SELECT 2000000 + ticket.id, 'file', 0, NULL, number, number, number, ticket.received_at, ticket.received_at, size,
                (SELECT raw FROM message ORDER BY id LIMIT 1), 'ticket', ticket.id, 0
         FROM ticket, (SELECT size FROM message ORDER BY id LIMIT 1) AS first WHERE ticket.id > 1000000",
        "INSERT INTO outbox (id, ticket_id, purpose, automatic, sender, recipient, message_id, bytes, state, attempts, created_at,
                             finished_at)
         SELECT 4000000 + ticket.id, ticket.id, 'answer', 0, 'a@example.jp', from_address, number, bytes, 'sent', 1, answered_at,
                answered_at
         FROM ticket, (SELECT bytes FROM outbox ORDER BY id LIMIT 1) AS first WHERE ticket.id > 1000000",
        "UPDATE desk SET next_id = 6000000",
        "ANALYZE",
    ] {
        desk.sql(statement);
    }
    desk.starts_at("2025-10-01T10:00:00+09:00");
    desk.once();
    assert!(!shown(desk, "ZT-2025-0001").contains("山田"), "what is due is erased");
    desk.starts_at("2025-10-02T10:00:00+09:00");
    // On SQLite the tickets alone take three megabytes.
    let most = if desk.database_url().starts_with("postgres") { 1_000 } else { 2_000_000 };
    for pass in ["the first pass of a day, which looks", "the second one"] {
        let read = read_by_a_pass(desk);
        assert!(read < most, "{pass}, reads {read}");
    }
}

fn raw_mails_are_erased_by_age_unless_an_answer_is_owed(desk: &mut Desk) {
    desk.set("answers.undo", "0s");
    desk.set("retention.raw_after", "30d");
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(2));
    desk.deliver(message(3, "Re: 不在通知", "Auto").header("Auto-Submitted", "auto-replied"));
    desk.once();
    answer_and_close(desk, "ZT-2025-0001");
    desk.once();
    let parked = desk.json(&["parked", "list"])[0]["id"].to_string();
    desk.starts_at("2025-08-05T10:00:00+09:00");
    desk.once();
    assert!(
        shown(desk, "ZT-2025-0001").contains("raw_erased") || shown(desk, "ZT-2025-0001").contains("山田")
    );
    let show = desk.json(&["parked", "show", &parked]);
    assert_eq!(show["text"], "");
    let retry = desk.run(&["parked", "retry", &parked]);
    assert_eq!(retry.code, Some(1), "{}", retry.stdout);
    assert_eq!(desk.run(&["reconcile"]).code, Some(0));
    audit_is_whole(desk);
}

fn a_person_is_erased_on_request_after_a_look(desk: &mut Desk) {
    desk.set("answers.undo", "0s");
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(2).header("Cc", "Suzuki <yamada1@city.example.jp>"));
    desk.deliver(
        message(1, "Re: 不在通知", "戻りましたら連絡します")
            .id("away-1@city.example.jp")
            .header("Auto-Submitted", "auto-replied"),
    );
    desk.once();
    answer_and_close(desk, "ZT-2025-0001");
    desk.once();
    desk.deliver(
        message(
            1,
            "拠点整備・運用に関する照会",
            "2) 氏名：山田 太郎\n4) 照会内容：もう一つ教えてください。\n",
        )
        .id("again-1@city.example.jp"),
    );
    desk.once();

    let look = desk.json(&["erase", "--address", "Yamada1@city.example.jp"]);
    assert_eq!(look["own_tickets"], serde_json::json!(["ZT-2025-0001"]));
    assert_eq!(look["open_tickets"], serde_json::json!(["ZT-2025-0003"]));
    assert_eq!(look["other_tickets"], serde_json::json!(["ZT-2025-0002"]));
    assert_eq!(look["messages_without_ticket"].as_array().unwrap().len(), 1);
    assert!(shown(desk, "ZT-2025-0001").contains("yamada1@"), "a look changes nothing");

    let done = desk.run(&["erase", "--address", "yamada1@city.example.jp", "--yes", "--open-too"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    for number in ["ZT-2025-0001", "ZT-2025-0002", "ZT-2025-0003"] {
        assert!(!shown(desk, number).contains("yamada1@"), "{}", shown(desk, number));
    }
    assert!(shown(desk, "ZT-2025-0002").contains("yamada2@"));
    assert!(
        desk.json(&["erase", "--address", "yamada1@city.example.jp"])["own_tickets"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    audit_is_whole(desk);
    assert_eq!(desk.run(&["reconcile"]).code, Some(0));
}

fn a_person_is_erased_however_the_address_is_written(desk: &mut Desk) {
    desk.add_settings("[[staff]]\nname = \"佐藤 花子\"\naddress = \"sato@example.jp\"\nlead = true\n");
    let parked = |nth: usize| message(nth, "お尋ね", "田中の件です。");
    desk.deliver(parked(1).from("=?UTF-8?B?55Sw5LitIDx0YW5ha2FAY2l0eS5leGFtcGxlLmpwPg==?="));
    desk.deliver(parked(2).from("tanaka(x)@city.example.jp"));
    desk.deliver(message(3, "公募について", "応募の締切を教えてください。").from("tanaka+a@city.example.jp"));
    desk.once();
    // A mail of before persons had one spelling.
    desk.sql("UPDATE outbox SET person = 'tanaka+a@city.example.jp' WHERE person = 'tanaka@city.example.jp'");
    assert_eq!((desk.parked().len(), desk.numbers().len()), (2, 1));
    let done = desk.run(&["erase", "--address", "tanaka@city.example.jp", "--yes", "--open-too"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let left = desk.json(&["outbox", "list", "--all"]).to_string();
    assert!(!left.contains("tanaka"), "{left}");
    let again = desk.run(&["erase", "--address", "tanaka@city.example.jp"]);
    assert!(again.stdout.contains("holds nothing of"), "{}", again.stdout);
    audit_is_whole(desk);
}

fn an_erasure_of_nothing_is_not_called_one(desk: &mut Desk) {
    desk.set("answers.undo", "0s");
    desk.deliver(inquiry(1));
    desk.once();
    let events = desk.ask("SELECT COUNT(*) FROM event");
    let erase =
        |address: &str, rest: &[&str]| desk.run(&[&["erase", "--address", address][..], rest].concat());
    for wrong in ["yamada1", "@city.example.jp", "yamada1@", "山田 <yamada1@city.example.jp>", "a@b,c@d", ""]
    {
        let done = erase(wrong, &["--yes"]);
        assert_eq!(done.code, Some(2), "{wrong}");
        assert!(done.stderr.contains("not a mail address"), "{wrong}: {}", done.stderr);
    }
    for (address, rest, code, said) in [
        ("nobody@example.jp", &[][..], 0, "holds nothing of nobody@example.jp"),
        ("nobody@example.jp", &["--yes"], 1, "nothing was erased"),
        ("nobody@example.jp", &["--yes", "--open-too"], 1, "holds nothing of nobody@example.jp"),
        ("yamada1@city.example.jp", &[], 0, "with --yes nothing would be erased"),
        ("yamada1@city.example.jp", &["--yes"], 1, "nothing was erased: the tickets are without an answer"),
    ] {
        let done = erase(address, rest);
        let all = done.stdout + &done.stderr;
        assert_eq!(done.code, Some(code), "{address} {rest:?}: {all}");
        assert!(all.contains(said) && !all.contains("erased in "), "{address} {rest:?}: {all}");
    }
    assert_eq!(desk.ask("SELECT COUNT(*) FROM event"), events);
    assert!(shown(desk, "ZT-2025-0001").contains("yamada1@"));
    let done = erase("yamada1@city.example.jp", &["--yes", "--open-too"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(done.stdout.contains("erased in "), "{}", done.stdout);
    assert!(!shown(desk, "ZT-2025-0001").contains("yamada1@"));
}

#[test]
fn nothing_that_was_erased_is_left_in_the_file() {
    let mut desk = Desk::on(On::Sqlite);
    desk.set("answers.undo", "0s");
    let secret = "秘密の苗字";
    for nth in 1..=20 {
        desk.deliver(inquiry(nth).field(FieldKey::Name, &format!("{secret} 太郎")));
    }
    desk.once();
    for nth in 1..=20 {
        answer_and_close(&desk, &format!("ZT-2025-{nth:04}"));
    }
    desk.once();
    let holds = |needle: &str| {
        ["desk.db", "desk.db-wal"].iter().any(|name| {
            let bytes = fs::read(desk.dir.path().join(name)).unwrap_or_default();
            bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
        })
    };
    assert!(holds(secret));
    for nth in 1..=20 {
        let address = format!("yamada{nth}@city.example.jp");
        assert_eq!(desk.run(&["erase", "--address", &address, "--yes"]).code, Some(0));
    }
    assert!(!holds(secret) && !holds("yamada7@"));
}

fn an_erasure_finds_every_spelling_and_goes_on_after_a_kill(desk: &mut Desk) {
    const FOLLOW_UPS: usize = 120;
    desk.set("answers.undo", "0s");
    desk.deliver(inquiry(1).from("Yamada <Yamada1+tag@City.Example.jp>"));
    desk.deliver(inquiry(2).header("Cc", "\"yamada1\"@city.example.jp"));
    let out_of_office = |id| {
        message(1, "Re: 不在通知", "戻りましたら連絡します")
            .from("YAMADA1+away@city.example.jp")
            .id(id)
            .header("Auto-Submitted", "auto-replied")
    };
    desk.deliver(out_of_office("away-1@city.example.jp"));
    desk.once();
    for nth in 1..=FOLLOW_UPS {
        let text = format!("山田です。{nth}番目の質問です。電話は03-0000-{nth:04}です。");
        let from = format!("Yamada{nth} Taro{nth} <yamada1+{nth}@city.example.jp>");
        let id = format!("more-{nth}@city.example.jp");
        desk.deliver(message(1, "Re: [ZT-2025-0001] 照会", &text).from(&from).id(&id));
    }
    desk.once();
    assert_eq!(desk.numbers().len(), 2, "a participant writes in many spellings");
    answer_and_close(desk, "ZT-2025-0001");
    desk.once();
    let look = desk.json(&["erase", "--address", "yamada1@city.example.jp"]);
    assert_eq!(look["own_tickets"], serde_json::json!(["ZT-2025-0001"]));
    assert_eq!(look["other_tickets"], serde_json::json!(["ZT-2025-0002"]));
    assert_eq!(look["messages_without_ticket"].as_array().unwrap().len(), 1);
    let erase = ["erase", "--address", "yamada1@city.example.jp", "--yes"];
    // Killed somewhere on its way, and again a little later.
    for wait in [40, 80, 120] {
        let begun = desk.spawn(&erase);
        std::thread::sleep(std::time::Duration::from_millis(wait));
        drop(begun);
    }
    // A fast machine may have ended the erasure before the last kill. A mail that came meanwhile is left in any case.
    desk.deliver(out_of_office("away-2@city.example.jp"));
    desk.once();
    let done = desk.run(&erase);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let text = shown(desk, "ZT-2025-0001");
    for gone in ["山田", "amada1", "Taro7", "03-0000-00"] {
        assert!(!text.contains(gone), "{gone} is left: {text}");
    }
    assert!(text.contains("120番目の質問です。"), "{text}");
    assert!(!shown(desk, "ZT-2025-0002").contains("yamada1"), "nor in the ticket of another person");
    assert_eq!(desk.json(&["parked", "show", &look["messages_without_ticket"][0].to_string()])["text"], "");
    audit_is_whole(desk);
}
