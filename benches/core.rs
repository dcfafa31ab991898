//! Benchmarks of the pure functions: parsing a 5 KB inquiry, reading its form fields, triage, deadline calculation,
//! subtracting what we sent from a reply, and reading an application form.

#[path = "../tests/it/support/docx.rs"]
mod docx;

use std::hint::black_box;

use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use criterion::{Criterion, Throughput};
use madoguchi::{
    desk::{
        application::{form::Labels, submitted_in},
        calendar::BusinessTime,
        form::{FormRules, read_form},
        staff_key::StaffKeys,
        thread::MessageIds,
        triage::{Filing, Known, Reading, triage},
    },
    mail,
    reply::{People, Reply, Sent, subtract},
    server::rules,
    settings::Settings,
};
use mail_parser::MessageParser;

const SUBJECT: &str = "拠点整備・運用に関する照会";

/// The filled-in form, with an inquiry text of some 1,100 characters.
fn body() -> String {
    let inquiry =
        "地域の在宅医療の体制整備に向けた会議の進め方について、他の自治体の例を教えてください。\n".repeat(26);
    format!(
        "お世話になっております。星川市の高橋です。\n\n1) 自治体・機関名：星川市 健康福祉部\n2) 氏名：高橋 真由美\n\
         3) 連絡先（TEL/メールアドレス）：03-0000-1201\n4) 照会内容（具体的に）：\n{inquiry}"
    )
}

fn message(charset: &str, encoding: &str, subject: &[u8], body: &[u8]) -> Vec<u8> {
    let subject = BASE64_STANDARD.encode(subject);
    let head = format!(
        "Received: from mail.city.example.jp by mx.example.jp; Tue, 1 Jul 2025 09:12:00 +0900\r\n\
         From: =?{charset}?B?{subject}?= <takahashi@city.example.jp>\r\nTo: zaitaku@example.jp\r\n\
         Subject: =?{charset}?B?{subject}?=\r\nMessage-ID: <1@city.example.jp>\r\nDate: Tue, 1 Jul 2025 09:12:00 +0900\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n",
    );
    [head.as_bytes(), body].concat()
}

fn utf8() -> Vec<u8> {
    let encoded = BASE64_STANDARD.encode(body().replace('\n', "\r\n"));
    let lines: Vec<&str> =
        encoded.as_bytes().chunks(76).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    message("utf-8", "base64", SUBJECT.as_bytes(), lines.join("\r\n").as_bytes())
}

fn iso_2022_jp() -> Vec<u8> {
    let jis = |text: &str| encoding_rs::ISO_2022_JP.encode(text).0.into_owned();
    message("iso-2022-jp", "7bit", &jis(SUBJECT), &jis(&body().replace('\n', "\r\n")))
}

/// The same inquiry in UTF-8 (5 KB) and in ISO-2022-JP.
fn messages() -> [(&'static str, Vec<u8>); 2] {
    [("UTF-8, base64", utf8()), ("ISO-2022-JP", iso_2022_jp())]
}

fn decode(c: &mut Criterion) {
    let mut group = c.benchmark_group("decode");
    group.throughput(Throughput::Elements(1));
    for (name, bytes) in messages() {
        group.bench_function(format!("{name}, {} bytes", bytes.len()), |bencher| {
            bencher.iter(|| mail::read(black_box(&bytes)));
        });
        // For comparison: `mail_parser` alone, which neither guesses charsets nor removes control characters.
        group.bench_function(format!("{name}, mail-parser alone"), |bencher| {
            bencher.iter(|| {
                let mail = MessageParser::default().parse(black_box(&bytes));
                assert!(mail.as_ref().and_then(|mail| mail.body_text(0)).is_some());
            });
        });
    }
}

fn form(c: &mut Criterion) {
    let rules = FormRules::default();
    let mut group = c.benchmark_group("form");
    group.throughput(Throughput::Elements(1));
    for (name, bytes) in messages() {
        let mail = mail::read(&bytes);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let form = read_form(black_box(&mail.subject), black_box(&mail.text), &rules);
                assert!(form.missing.is_empty(), "the bench reads what it wrote");
                form
            });
        });
    }
}

fn decide(c: &mut Criterion) {
    let Ok(settings) = Settings::from_toml("") else { return };
    let (rules, ids) =
        (rules(&settings), MessageIds::new(vec![b"bench".to_vec()], "zaitaku@example.jp", "ZT"));
    let received_at = at("2025-07-01T09:12:00+09:00");
    let mut group = c.benchmark_group("triage");
    group.throughput(Throughput::Elements(1));
    for (name, bytes) in messages() {
        let reading =
            Reading::of(mail::read(&bytes), None, received_at, &[], &rules, &ids, &StaffKeys::default());
        group.bench_function(format!("{name}, a new ticket"), |bencher| {
            bencher.iter(|| {
                let decision = triage(black_box(&reading), &rules, &Known::nothing());
                assert!(matches!(decision.filing, Filing::Ticket { .. }), "the bench files what it wrote");
                decision
            });
        });
    }
}

fn deadline(c: &mut Criterion) {
    let Ok(settings) = Settings::from_toml("") else { return };
    let calendar = rules(&settings).calendar;
    let mut group = c.benchmark_group("deadline");
    group.throughput(Throughput::Elements(1));
    for (name, from, hours) in [
        ("two days on", "2025-07-01T09:12:00+09:00", 16),
        ("over the end of the year", "2025-12-26T16:30:00+09:00", 16),
        ("a month on", "2025-07-01T09:12:00+09:00", 168),
    ] {
        let from = at(from);
        group.bench_function(name, |bencher| {
            bencher.iter(|| calendar.add_business(black_box(from), BusinessTime::from_hours(hours)));
        });
    }
    let from = at("2025-07-01T09:12:00+09:00");
    group.bench_function("business time of a year", |bencher| {
        bencher.iter(|| calendar.business_between(black_box(from), from + TimeDelta::days(365)));
    });
}

/// A digest of some tickets, as a desk sends it.
fn digest(tickets: usize) -> String {
    let ticket = |number: usize| {
        [
            &format!("■ ZT-2025-{number:04}　未回答　残り15時間43分"),
            "　回答期限：7月3日（木）10時40分",
            "　担当者　：未定",
            &format!("　照会元　：第{number}市 健康福祉部"),
            "　照会内容：",
            &format!("　　第{number}市です。会議の参加者について、例を教えてください。"),
            &format!("▼ ZT-2025-{number:04} 回答ここから #20250830-{number:032x} ▼\n\n"),
            &format!("▲ ZT-2025-{number:04} 回答ここまで ▲\n\n"),
        ]
        .join("\n")
    };
    (1..=tickets).map(ticket).collect()
}

/// A reply with text above a quotation, its lines marked and folded at this many characters.
fn quoted(text: &str, sent: &str, fold: usize) -> String {
    let mut reply = format!("{text}\nOn Tue, Jul 01, 2025 at 02:19:00AM +0000, 窓口 wrote:\n");
    for line in sent.lines() {
        let chars: Vec<char> = line.chars().collect();
        for part in chars.chunks(fold) {
            reply.push_str("> ");
            reply.extend(part);
            reply.push('\n');
        }
        if chars.is_empty() {
            reply.push_str("> \n");
        }
    }
    reply
}

fn reply(c: &mut Criterion) {
    const LARGE: usize = 20_000_000;
    let people = People { desk_name: "窓口", desk_address: "zaitaku@example.jp", ..People::default() };
    let line = "地域の在宅医療の体制整備に向けた会議の進め方について、他の自治体の例を教えてください。\n";
    let mut group = c.benchmark_group("reply");
    group.sample_size(20);
    for (name, text, tickets, fold) in [
        ("to a notice", "承知しました。\n".to_owned(), 1, usize::MAX),
        ("to a digest of 50", "承知しました。\n".to_owned(), 50, usize::MAX),
        ("to a digest of 50, folded at 33", "承知しました。\n".to_owned(), 50, 33),
        ("of 10 MB", line.repeat(LARGE / 2 / line.len()), 50, usize::MAX),
        ("of 20 MB", line.repeat(LARGE / line.len()), 50, usize::MAX),
    ] {
        let sent = digest(tickets);
        let reply = quoted(&text, &sent, fold);
        group.throughput(Throughput::Bytes(reply.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let found = subtract(black_box(&reply), &[Sent::plain(&sent)], &people);
                let written = found.iter().flat_map(Reply::written).count();
                assert_eq!(written, 1, "the bench finds what it wrote");
                found
            });
        });
    }
}

/// A form with 15 members: from the bytes of the file to its fields.
fn application(c: &mut Criterion) {
    let bytes = docx::Form {
        members: (1..=15).map(|no| docx::Form::member(no, ["汐見市", "長寿課", "係長", "事務"])).collect(),
        ..docx::Form::filled()
    }
    .docx();
    let labels = Labels::new([]);
    let mut group = c.benchmark_group("application");
    group.throughput(Throughput::Elements(1));
    group.bench_function(format!("a form of {} bytes", bytes.len()), |bencher| {
        bencher.iter(|| {
            let read = submitted_in(0, "a.docx", black_box(&bytes), &labels);
            assert!(read.iter().all(|file| file.result.is_ok()), "the bench reads what it wrote");
            read
        });
    });
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse::<DateTime<FixedOffset>>().unwrap_or_default().to_utc()
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for group in [decode, form, decide, deadline, reply, application] {
        group(&mut criterion);
    }
    criterion.final_summary();
}
