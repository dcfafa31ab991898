//! Converts arbitrary text from HTML to plain text. The conversion must not panic.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|html: &str| {
    let _ = madoguchi_fuzz::mail::html::to_text(html);
});
