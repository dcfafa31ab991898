//! Subtracts an arbitrary mail from an arbitrary reply: a seed is the mail, a line `=====`, and the reply. The subtraction
//! must not panic, every insertion must say something, and every typed line must be a part of the reply.
#![no_main]

use libfuzzer_sys::fuzz_target;
use madoguchi_fuzz::reply::{People, Sent, subtract};

fuzz_target!(|input: &str| {
    let (sent, text) = input.split_once("\n=====\n").unwrap_or((input, input));
    let people = People {
        desk_name: "窓口",
        desk_address: "desk@example.jp",
        sender_name: "佐藤 花子",
        sender_address: "hanako@example.jp",
    };
    let mails = [Sent { plain: sent, html: Some(text) }, Sent::plain(text)];
    for mails in [&mails[..], &[Sent::plain(sent)]] {
        let Some(reply) = subtract(text, mails, &people) else { continue };
        assert!(!reply.sources.is_empty());
        for insertion in &reply.insertions {
            assert!(!insertion.text.is_empty() || insertion.signature.is_some());
            assert!(insertion.text.lines().all(|line| text.contains(line)), "{:?}", insertion.text);
            if let Some(spot) = insertion.spot() {
                let ours = mails[spot.source.mail].text(spot.source.rendering).unwrap_or_default();
                let line = ours.split('\n').nth(spot.line).unwrap_or_default();
                assert!(spot.column <= line.chars().count());
                assert!(spot.next.is_none_or(|next| next >= spot.line));
            }
        }
    }
});
