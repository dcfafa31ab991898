//! Any text as a body: reading the form never panics, and a field is present or missing, never both.
#![no_main]

use libfuzzer_sys::fuzz_target;
use madoguchi_fuzz::desk::form::{FieldKey, FormRules, read_form};

fuzz_target!(|input: (&str, &str)| {
    let (subject, text) = input;
    let form = read_form(subject, text, &FormRules::default());
    for key in FieldKey::ALL {
        assert_eq!(form.fields.get(key).is_none(), form.missing.contains(&key));
    }
});
