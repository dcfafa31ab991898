//! Any text as an HTML body: no panic, and no markup left that a reader would run.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|html: &str| {
    let _ = madoguchi_fuzz::mail::html::to_text(html);
});
