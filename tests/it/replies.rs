//! Replies that real mail programs wrote to mails that the desk sent (`scripts/make-replies`), each in every situation of
//! `situations.json`: what the desk makes of them.

use std::{collections::BTreeMap, fs, path::Path};

use madoguchi::{
    desk::{
        form::{FormRules, read_form, read_form_in_reply},
        quotation::{Quotation, SentMail, people},
        staff::Staff,
        staff_key::StaffKeys,
        staff_mail::{self, Input, Problem},
        ticket::TicketNumber,
    },
    hex,
    mail::{self, InboundMail, OwnMail},
};
use serde_json::Value;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/replies");
/// The secret of the keys in the mails that were sent: `SECRET` in `make/sent.py`.
const SECRET: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const DESK: (&str, &str) = ("在宅医療の体制整備・運用に関する相談窓口", "zaitaku@desk.example.jp");
const MEMBER: &str = "sato@desk.example.jp";

#[test]
fn what_a_person_typed_in_a_real_mail_program_is_read_whole_and_nothing_of_ours_is() {
    let situations: Value = serde_json::from_slice(&bytes("situations.json")).unwrap();
    let sent: BTreeMap<String, SentMail> = mails("sent").map(|(_, raw)| sent_mail(&raw)).collect();
    let situations = situations.as_array().unwrap();
    let (mut replies, mut failures) = (0, Vec::new());
    for (name, raw) in mails(".") {
        let situation = situations.iter().find(|situation| {
            name.strip_suffix(situation["name"].as_str().unwrap()).is_some_and(|rest| rest.ends_with('-'))
        });
        let expected = &situation.unwrap_or_else(|| panic!("{name} is in no situation"))["expected"];
        let mail = mail::read(&raw);
        let sent = named(&mail, &sent);
        let found = if mail.from.as_ref().unwrap().address == MEMBER {
            of_staff(&mail, &sent)
        } else {
            of_inquirer(&mail, &sent)
        };
        replies += 1;
        if found != *expected {
            failures.push(format!("{name}\n  {found}\n  {expected}"));
        }
    }
    assert!(failures.is_empty(), "{} of {replies}:\n{}", failures.len(), failures.join("\n"));
    let whole = replies > 0 && replies % situations.len() == 0;
    assert!(whole, "{replies} replies: a program has not replied in each situation");
}

fn bytes(path: &str) -> Vec<u8> {
    fs::read(Path::new(FOLDER).join(path)).unwrap()
}

/// The mails of a folder, by name.
fn mails(folder: &str) -> impl Iterator<Item = (String, Vec<u8>)> {
    let files = fs::read_dir(Path::new(FOLDER).join(folder)).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "eml")).collect();
    files.sort();
    files
        .into_iter()
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap()))
}

fn sent_mail(raw: &[u8]) -> (String, SentMail) {
    let mail = mail::read(raw);
    let recipient = mail.to[0].address.clone();
    (mail.message_id.unwrap(), SentMail { recipient, mail: OwnMail::read(raw) })
}

/// The mail that the reply names, or all to its writer, as intake looks them up.
fn named(reply: &InboundMail, sent: &BTreeMap<String, SentMail>) -> Vec<SentMail> {
    let names = reply.in_reply_to.iter().chain(&reply.references);
    let named: Vec<SentMail> = names.filter_map(|id| sent.get(id)).take(1).cloned().collect();
    let from = &reply.from.as_ref().unwrap().address;
    let all = || sent.values().filter(|sent| sent.recipient == *from).cloned().collect();
    if named.is_empty() { all() } else { named }
}

/// The same keys as in `situations.json`; what is empty is left out.
fn of_staff(reply: &InboundMail, sent: &[SentMail]) -> Value {
    let input = Input {
        subject: &reply.subject,
        text: &reply.text,
        address: MEMBER,
        name: "佐藤 花子",
        staff: &Staff::default(),
        prefix: "ZT",
        desk: DESK,
        sent,
        files: !reply.attachments.is_empty(),
        today: "2025-07-01".parse().unwrap(),
    };
    let keys = StaffKeys::new(vec![hex::decode(SECRET).unwrap()]);
    let mail = staff_mail::read(&input, &keys);
    let mut found = serde_json::Map::new();
    let mut answers = mail.answers;
    answers.sort_by_key(|answer| answer.ticket.serial());
    let answers: serde_json::Map<String, Value> =
        answers.into_iter().map(|answer| (answer.ticket.serial().to_string(), answer.text.into())).collect();
    if !answers.is_empty() {
        found.insert("answers".into(), answers.into());
    }
    let orders = mail.orders.iter();
    let orders: Vec<String> = orders
        .map(|order| format!("{} {:?}", order.ticket.as_ref().map_or(0, TicketNumber::serial), order.command))
        .collect();
    if !orders.is_empty() {
        found.insert("orders".into(), orders.into());
    }
    if let Some(ticket) = mail.stopped {
        found.insert("stopped".into(), ticket.serial().into());
    } else if !mail.problems.is_empty() {
        found.insert("told".into(), mail.problems.iter().map(told).collect::<Vec<_>>().into());
    }
    found.into()
}

/// The member's text that a problem repeats.
fn told(problem: &Problem) -> String {
    match problem {
        Problem::TextOutside(text) | Problem::TextBeside { text, .. } => text.clone(),
        other => format!("{other:?}"),
    }
}

fn of_inquirer(reply: &InboundMail, sent: &[SentMail]) -> Value {
    let quotation = Quotation::of(&reply.text, sent, &people(reply, DESK));
    let rules = FormRules::default();
    let form = match &quotation {
        Some(quotation) => read_form_in_reply(&reply.subject, quotation, &rules),
        None => read_form(&reply.subject, &reply.text, &rules),
    };
    let news = match &quotation {
        Some(quotation) => quotation.news(),
        None => Some(reply.text.trim().to_owned()),
    };
    let fields = [
        ("news", news),
        ("name", form.fields.name),
        ("contact", form.fields.contact),
        ("organization", form.fields.organization),
    ];
    let found = fields.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?.into())));
    Value::Object(found.collect())
}
