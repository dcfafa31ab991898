//! One call from its first day to the report of the support, beside the consultation desk's own mail. Every mail that leaves is
//! in one snapshot, which both databases share.

mod applications;
mod results;
mod support;

use std::fmt::Write as _;

use madoguchi::mail::{InboundMail, read};

use crate::support::{
    case::ADVISERS,
    desk::{Desk, on_both},
    docx::{Form, text},
    mail::{Mail, message},
    members::{STAFF, mail_to, reply},
};

on_both!(a_whole_call);

const SATO: &str = "sato@example.jp";
const ITO: &str = "ito@example.jp";
/// The application of 鳥取県, which is selected.
const CASE: &str = "ZT-2025-0003";
const SELECTED: &str = "daihyo@shiomi.example.jp";

/// The desk, and what has left it.
struct Year<'d> {
    desk: &'d mut Desk,
    told: String,
    serial: usize,
}

impl Year<'_> {
    /// One pass. `now` is in Tokyo, without seconds.
    fn pass(&mut self, now: &str) {
        let before = self.desk.smtp.mails().len();
        self.desk.starts_at(&format!("{now}:00+09:00"));
        self.desk.once();
        let mut left: Vec<(String, String, String)> = Vec::new();
        for sent in &self.desk.smtp.mails()[before..] {
            let mail = read(&sent.data);
            let (to, shown) = (sent.to.join("、"), shown(&mail));
            // Members who are told the same share a letter here.
            match left.iter_mut().find(|(_, subject, text)| (subject, text) == (&shown.0, &shown.1)) {
                Some((all, ..)) => {
                    let mut people: Vec<&str> = all.split('、').chain([to.as_str()]).collect();
                    people.sort_unstable();
                    *all = people.join("、");
                }
                None => left.push((to, shown.0, shown.1)),
            }
        }
        left.sort();
        for (to, subject, text) in left {
            writeln!(self.told, "════ {now}　→ {to}\n件名：{subject}\n\n{text}\n").unwrap();
        }
    }

    /// Mails arrive, and are filed.
    fn arrive(&mut self, now: &str, mails: Vec<Mail>) {
        for mail in mails {
            self.desk.deliver_at(mail, &format!("{now}:00+09:00"));
        }
        self.pass(now);
    }

    /// A member replies to the newest mail whose subject has this word.
    fn order(&mut self, member: &str, word: &str, text: &str) -> Mail {
        self.serial += 1;
        reply(member, &mail_to(self.desk, member, word), &format!("order-{}", self.serial), text)
    }

    /// The same, and what comes of it. `later` is when the letters leave; empty where none wait.
    fn orders(&mut self, now: &str, later: &str, orders: &[(&str, &str, &str)]) {
        let orders = orders.iter().map(|(member, word, text)| self.order(member, word, text)).collect();
        self.arrive(now, orders);
        if !later.is_empty() {
            self.pass(later);
        }
    }
}

/// Subject and text, with the names of attached files. The name of the member and their key are the same for all members.
fn shown(mail: &InboundMail) -> (String, String) {
    let same = |text: &str| {
        text.replace("佐藤 花子 様\n", "［担当者］ 様\n").replace("伊藤 健一 様\n", "［担当者］ 様\n")
    };
    let mut text = without_keys(&same(mail.text.trim_end()));
    for file in &mail.attachments {
        write!(text, "\n［添付：{}］", file.name).unwrap();
    }
    (without_keys(&mail.subject), text)
}

/// Staff keys depend on the secret of the desk.
fn without_keys(text: &str) -> String {
    static KEY: std::sync::LazyLock<regex::Regex> =
        std::sync::LazyLock::new(|| regex::Regex::new(r"(#|%23)[0-9a-hjkmnp-tv-z]{14}\b").unwrap());
    /// Of the audit, whose events have the time of this run.
    static HASH: std::sync::LazyLock<regex::Regex> =
        std::sync::LazyLock::new(|| regex::Regex::new("記録の照合値：[0-9a-f]{64}").unwrap());
    HASH.replace_all(&KEY.replace_all(text, "$1[key]"), "記録の照合値：[hash]").into_owned()
}

/// The form of a region, whose representative has this address.
fn form(prefecture: &str, area: &str, name: &str, email: &str) -> Form {
    Form {
        prefecture: text(prefecture),
        area: text(area),
        representative: [
            &format!("{}病院", area.trim_end_matches("在宅医療圏域")),
            "地域連携室",
            name,
            "室長",
            &format!("〒689-0000\n{prefecture}浜町1番2号"),
            "0857-00-1234",
            email,
        ]
        .map(text),
        members: Form::filled()
            .members
            .into_iter()
            .map(|row| row.into_iter().map(|cell| cell.replace("鳥取県", prefecture)).collect())
            .collect(),
        ..Form::filled()
    }
}

/// A mail of the office of a prefecture.
fn office(host: &str, name: &str, id: &str, subject: &str, body: &str) -> Mail {
    message(1, subject, body)
        .from(&format!("{name} <tanto@pref.{host}.example.jp>"))
        .id(&format!("{id}@pref.{host}.example.jp"))
}

/// A reply of somebody outside to the newest mail that they got.
fn answers(desk: &Desk, from: (&str, &str), word: &str, id: &str, body: &str) -> Mail {
    let (name, address) = from;
    let last = mail_to(desk, address, word);
    reply(&format!("{name} <{address}>"), &last, id, body)
}

fn a_whole_call(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.add_settings(ADVISERS);
    desk.add_settings("[digest]\nat = []\n");
    let mut year = Year { desk, told: String::new(), serial: 0 };
    applications::applications_arrive(&mut year);
    results::the_results_are_told(&mut year);
    support::the_region_is_supported(&mut year);
    support::the_support_ends(&mut year);
    let told = year.told;
    assert!(
        !told.contains("記載事項のご案内"),
        "nobody who writes about the call gets the consultation form"
    );
    insta::assert_snapshot!("whole_call", told);
}

/// The digests that members ask for.
fn digest(year: &mut Year<'_>, now: &str) {
    year.desk.starts_at(&format!("{now}:00+09:00"));
    let done = year.desk.run(&["digest"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    // The clock of the command runs on.
    year.pass(&now.replace(":00", ":01"));
}
