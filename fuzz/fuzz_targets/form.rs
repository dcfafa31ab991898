//! Reads the form from arbitrary text. The parser must not panic, and each field must be either present or missing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use madoguchi_fuzz::desk::form::{FieldKey, FormRules, read_form};

fuzz_target!(|input: (&str, &str)| {
    let (subject, text) = input;
    let form = read_form(subject, text, &FormRules::default());
    for &key in FieldKey::ALL {
        assert_eq!(form.fields.get(key).is_none(), form.missing.contains(&key));
    }
});
