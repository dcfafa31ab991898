//! 一覧 csv and 一覧 xlsx: the list of all tickets as a file, by mail and from the shell.

use std::io::Read as _;

use madoguchi::desk::form::FieldKey;

use super::{STAFF, reply};
use crate::support::{
    desk::{Desk, on_both},
    mail::{Mail, inquiry},
};

on_both!(a_list_comes_as_a_file_by_mail_and_from_the_shell);

fn a_list_comes_as_a_file_by_mail_and_from_the_shell(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(
        inquiry(1).field(FieldKey::Organization, "札幌市 健康福祉部").field(FieldKey::Name, "＝1+1"),
    );
    desk.deliver(inquiry(2).field(FieldKey::Name, "=cmd|'/c calc'!A1"));
    desk.once();
    let notice = desk.mail_to("sato@example.jp", "ZT-2025-0001");
    let answer = reply("sato@example.jp", &notice, 1, "例は、次のとおりです。\n・第一市");
    desk.deliver_at(answer, "2025-07-01T10:10:00+09:00");
    desk.once_at("2025-07-01T10:11:00+09:00");
    desk.once_at("2025-07-01T10:30:00+09:00");
    let ask = |nth: usize, word: &str| {
        Mail::new()
            .from("sato@example.jp")
            .subject("一覧")
            .id(&format!("list-{nth}@example.jp"))
            .body(format!("{word}\n"))
    };
    desk.deliver_at(ask(1, "一覧 csv"), "2025-07-01T10:31:00+09:00");
    desk.deliver_at(ask(2, "一覧をエクセルで送ってください"), "2025-07-01T10:31:00+09:00");
    desk.once_at("2025-07-01T10:32:00+09:00");
    let lists: Vec<_> = desk
        .mails_to("sato@example.jp")
        .into_iter()
        .filter(|mail| mail.subject.contains("【照会一覧】"))
        .collect();
    assert_eq!(lists.len(), 2);
    assert!(lists.iter().all(|mail| mail.subject.contains("（2件）")), "{}", lists[0].subject);
    let file = |name: &str| {
        let mut files = lists.iter().flat_map(|mail| &mail.attachments);
        files.find(|file| file.name == name).unwrap_or_else(|| panic!("{name}"))
    };
    let (csv, xlsx) = (file("照会一覧_20250701.csv"), file("照会一覧_20250701.xlsx"));
    let text = String::from_utf8(csv.bytes.clone()).unwrap();
    let rows: Vec<&str> = text.trim_end().split("\r\n").collect();
    assert!(rows[0].starts_with("\u{feff}受付番号,種別,状態,受付方法,受付日時,"), "{text}");
    for part in [
        "ZT-2025-0001,照会,回答済,メール,2025/07/01 09:30,札幌市 健康福祉部,北海道,'＝1+1,",
        ",佐藤 花子,",
        ",期限内,",
        ",例は、次のとおりです。 ／ ・第一市",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(text.contains(",'=cmd|'/c calc'!A1,"), "a stranger's formula is text: {text}");
    assert!(!text.contains("ご不明な点"), "only what the member wrote: {text}");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&xlsx.bytes)).unwrap();
    let mut sheet = String::new();
    archive.by_name("xl/worksheets/sheet1.xml").unwrap().read_to_string(&mut sheet).unwrap();
    assert!(!sheet.contains("<f>") && sheet.contains("<v>45839.395"), "real dates, no formulas: {sheet}");
    let exported = desk.run(&["export", "--format", "list"]);
    assert_eq!(exported.stdout, text);
    let exported = desk.command(&["export", "--format", "xlsx"]).output().unwrap();
    assert!(exported.status.success() && exported.stdout.starts_with(b"PK"));
    let one = desk.run(&["export", "--format", "list", "--from", "2025-07-02"]).stdout;
    assert_eq!(one.trim_end().lines().count(), 1, "the range of export counts: {one}");
}
