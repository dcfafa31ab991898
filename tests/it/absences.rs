//! The house rules that a reader of ARCHITECTURE.md may rely on, as absences.

use std::{fs, path::Path};

/// Every source file below `src/`, with its path from there and its text without its unit tests.
fn sources(dir: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
            let text = fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap().to_owned();
            found.push((path.strip_prefix(root).unwrap().display().to_string(), text));
        }
    }
}

#[test]
fn each_room_keeps_to_itself() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    assert!(files.len() > 30);
    // (what must not be said, where it may be said, why)
    for (word, allowed, why) in [
        ("sqlx::", &["store/"][..], "only store writes SQL"),
        ("async_imap", &["intake/imap/"], "only intake speaks IMAP"),
        ("oauth2::", &["login/", "settings/"], "only login asks for tokens"),
        ("lettre::transport", &["delivery/"], "only delivery speaks SMTP"),
        ("lettre::message", &["letter/"], "only letter builds MIME"),
        ("mail_parser", &["mail/"], "only mail takes MIME apart"),
        ("Utc::now", &["clock.rs"], "only the clock reads time"),
        ("minijinja", &["letter/"], "only letter has wording"),
        ("Clock", &["clock.rs", "service/", "cli/", "lib.rs"], "nobody below service holds a clock"),
        (
            "tokio::",
            &["net.rs", "login/", "intake/", "delivery/", "store/", "service/", "cli/"],
            "the core is pure",
        ),
        (
            "std::fs",
            &[
                "login/",
                "intake/",
                "delivery/",
                "store/",
                "service/",
                "cli/",
                "settings/",
                "letter/wording.rs",
            ],
            "the core is pure",
        ),
        ("crate::service", &["service/", "cli/"], "dependencies point one way"),
        (
            "crate::store",
            &["store/", "intake/", "delivery/", "service/", "cli/"],
            "dependencies point one way",
        ),
        (
            "crate::letter",
            &["letter/", "store/", "delivery/", "service/", "cli/"],
            "dependencies point one way",
        ),
        (
            "crate::desk",
            &["desk/", "letter/", "store/", "service/", "cli/", "settings/"],
            "dependencies point one way",
        ),
    ] {
        for (file, text) in &files {
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let said = code.into_iter().any(|line| line.contains(word));
            assert!(!said || allowed.iter().any(|room| file.starts_with(room)), "{file} says {word}: {why}");
        }
    }
}
