//! Decoding and reading of a 5 KB inquiry, as `inspect` and the desk do it: bytes in, four fields out.

use std::hint::black_box;

use base64::{Engine, prelude::BASE64_STANDARD};
use criterion::{Criterion, Throughput};
use madoguchi::{
    desk::form::{FormRules, read_form},
    mail,
};
use mail_parser::MessageParser;

const SUBJECT: &str = "拠点整備・運用に関する照会";

/// The form, with an inquiry of some 1,100 characters.
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

fn read(c: &mut Criterion) {
    let rules = FormRules::default();
    let mut group = c.benchmark_group("decode and read");
    group.throughput(Throughput::Elements(1));
    for (name, bytes) in [("UTF-8, base64", utf8()), ("ISO-2022-JP", iso_2022_jp())] {
        group.bench_function(format!("{name}, {} bytes", bytes.len()), |bencher| {
            bencher.iter(|| {
                let mail = mail::read(black_box(&bytes));
                let form = read_form(&mail.subject, &mail.text, &rules);
                assert!(form.missing.is_empty(), "the bench reads what it wrote");
                form
            });
        });
        // The library alone, which neither guesses nor cleans nor reads the form, as the measure of the machine.
        group.bench_function(format!("{name}, mail-parser alone"), |bencher| {
            bencher.iter(|| {
                let mail = MessageParser::default().parse(black_box(&bytes));
                assert!(mail.as_ref().and_then(|mail| mail.body_text(0)).is_some());
            });
        });
    }
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    read(&mut criterion);
    criterion.final_summary();
}
