//! Parses arbitrary bytes as a message. The parser must not panic, and no decoded value may contain a line break or
//! a control character.
#![no_main]

use libfuzzer_sys::fuzz_target;
use madoguchi_fuzz::mail;

fn is_clean(text: &str) -> bool {
    !text.chars().any(|c| {
        c.is_control()
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
    })
}

fuzz_target!(|bytes: &[u8]| {
    let mail = mail::read(bytes);
    assert!(is_clean(&mail.subject), "subject {:?}", mail.subject);
    for mailbox in mail.from.iter().chain(&mail.reply_to).chain(&mail.to).chain(&mail.cc) {
        assert!(is_clean(&mailbox.address), "address {:?}", mailbox.address);
        assert!(mailbox.name.as_deref().is_none_or(is_clean), "name {:?}", mailbox.name);
    }
    for attachment in &mail.attachments {
        assert!(
            is_clean(&attachment.name) && !attachment.name.contains(['/', '\\']),
            "file name {:?}",
            attachment.name
        );
    }
    for header in &mail.headers {
        assert!(is_clean(&header.value), "header {:?}", header.value);
    }
    let desk = ["desk@example.jp".to_owned()];
    let own = mail::automatic::Own { addresses: &desk, lists: &desk };
    for fills_in_form in [false, true] {
        let _ = mail::automatic::detect(&mail, &own, fills_in_form);
        let _ = mail::automatic::author(&mail, &own, fills_in_form);
    }
    let _ = mail::automatic::asks_for_silence(&mail, &own);
});
