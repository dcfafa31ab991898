//! Reads arbitrary bytes as an SMTP reply, line by line. It must not panic, and its text is one line without control characters.
#![no_main]

use libfuzzer_sys::fuzz_target;
use madoguchi_fuzz::mail::RawReply;

fuzz_target!(|bytes: &[u8]| {
    let mut reply = RawReply::default();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if reply.add(line) {
            break;
        }
    }
    assert_eq!(reply.reply().is_some(), reply.code().is_some());
    assert!(!reply.text().contains(char::is_control));
    for offer in reply.offers() {
        assert!(!offer.contains('\n'));
    }
});
