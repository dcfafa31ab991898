//! Reads arbitrary bytes as an office file, and as the text of one: most random bytes are no zip. Neither reader may panic, and
//! a form's texts are lines without control characters.
#![no_main]

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use madoguchi_fuzz::{
    desk::application::{ApplicationField, form::Labels, form::read, submitted_in},
    paper,
};

fn check(form: &madoguchi_fuzz::desk::application::ApplicationForm) {
    for &field in ApplicationField::ALL {
        let text = form.text(field);
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{field}: {text:?}");
        assert!(text.lines().all(|line| !line.trim().is_empty()), "{field}: {text:?}");
    }
}

fuzz_target!(|bytes: &[u8]| {
    let labels = Labels::new([]);
    for submitted in submitted_in(0, "a.docx", bytes, &labels) {
        if let Ok((form, _)) = &submitted.result {
            check(form);
        }
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(paper) = paper::read_main_part(text, BTreeSet::new()) {
        for (form, _) in read(&paper, &labels).unwrap_or_default() {
            check(&form);
        }
    }
});
