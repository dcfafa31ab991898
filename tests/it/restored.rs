//! An older copy takes the place of the database, and mails that came after it are read again in another order. What names a
//! number of before the restore reaches no other inquirer.

use std::collections::HashSet;

use crate::support::{
    desk::{Desk, on_both},
    mail::inquiry,
    members::{STAFF, deliver, mail_to, mails_to, once_at, reply},
    rig::rig,
};

on_both!(a_reply_to_a_mail_of_after_the_copy_reaches_nobody_else);

const ITO: &str = "ito@example.jp";

fn inquirer(nth: usize) -> String {
    format!("yamada{nth}@city.example.jp")
}

fn a_reply_to_a_mail_of_after_the_copy_reaches_nobody_else(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.once();
    let copy = desk.dir.path().join("copy").display().to_string();
    desk.back_up(&copy);
    for nth in [2, 3, 4] {
        desk.deliver(inquiry(nth));
    }
    desk.deliver("garbage");
    desk.once();
    let (notice_1, notice_3) = (mail_to(desk, ITO, "[ZT-2025-0001]"), mail_to(desk, ITO, "[ZT-2025-0003]"));
    let receipt_2 = mail_to(desk, &inquirer(2), "[ZT-2025-0002]");
    desk.restore(&copy);

    // The mails are in a new mailbox, which lists them in another order.
    let mailbox = rig().mailbox();
    desk.set("mailbox.user", &mailbox.user);
    desk.mailbox = mailbox;
    for nth in [1, 4, 3, 2] {
        desk.deliver(inquiry(nth));
    }
    once_at(desk, "10:01:00");
    assert_eq!(desk.numbers(), ["ZT-2025-0001", "ZT-2025-1002", "ZT-2025-1003", "ZT-2025-1004"]);
    assert!(mail_to(desk, &inquirer(4), "受付").subject.contains("[ZT-2025-1002]"));

    let before = desk.smtp.mails().len();
    deliver(desk, reply(ITO, &notice_3, "old", "第3市への回答です。"), "10:02:00");
    deliver(desk, reply(ITO, &notice_1, "kept", "第1市への回答です。"), "10:03:00");
    deliver(desk, reply(&inquirer(2), &receipt_2, "more", "追加で、予算の例も教えてください。"), "10:04:00");
    once_at(desk, "10:05:00");
    once_at(desk, "10:30:00");
    let sent = desk.smtp.mails().split_off(before);
    let with = |word: &str| -> Vec<Vec<String>> {
        let holds = |data: &[u8]| madoguchi::mail::read(data).text.contains(word);
        sent.iter().filter(|mail| holds(&mail.data)).map(|mail| mail.to.clone()).collect()
    };
    let outside = |mails: Vec<Vec<String>>| -> Vec<Vec<String>> {
        mails.into_iter().filter(|to| !to.contains(&ITO.to_owned())).collect()
    };
    assert_eq!(outside(with("第3市への回答です")), Vec::<Vec<String>>::new());
    let told = mail_to(desk, ITO, "できなかった操作");
    assert!(told.text.contains("ZT-2025-0003"), "Ito is told that the answer did not leave: {}", told.text);
    assert_eq!(outside(with("第1市への回答です")), [[inquirer(1)]], "an older notice is still answered");
    for number in ["ZT-2025-1002", "ZT-2025-1003"] {
        let ticket = desk.json(&["ticket", "show", number]);
        let texts = ticket["messages"].to_string();
        assert!(!texts.contains("予算の例"), "{number}: {texts}");
    }
    assert_eq!(mails_to(desk, &inquirer(3)).len(), 2, "the receipts");

    // One mail to several members has one Message-ID for all of them.
    let mut seen = HashSet::new();
    for mail in desk.smtp.mails() {
        let read = madoguchi::mail::read(&mail.data);
        assert!(seen.insert((read.message_id, mail.to)), "a Message-ID is used twice: {}", read.subject);
    }
    let proof = desk.json(&["check"]).to_string();
    assert!(proof.contains("the audit chain is whole"), "{proof}");
}
