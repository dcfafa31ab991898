//! The commands as operators and scripts use them: exit codes, JSON, and errors that say what to do.

use std::{fs, os::unix::fs::symlink};

use crate::support::{
    desk::{Desk, On, on_both, program},
    mail::{inquiry, kept},
};

on_both!(
    ingest_takes_files_folders_mbox_and_standard_input,
    check_says_that_everything_works,
    migrate_makes_the_schema_and_does_it_once
);

fn ingest_takes_files_folders_mbox_and_standard_input(desk: &mut Desk) {
    let dir = desk.dir.path().to_owned();
    fs::write(dir.join("one.eml"), kept(1).bytes()).unwrap();
    for folder in ["cur", "new", "tmp"] {
        fs::create_dir_all(dir.join("Maildir").join(folder)).unwrap();
    }
    fs::write(dir.join("Maildir/cur/2:2,S"), kept(2).bytes()).unwrap();
    fs::write(dir.join("Maildir/new/3"), kept(3).bytes()).unwrap();
    let separator = b"From a@b Tue Jul  1 10:00:00 2025\n";
    let mbox = [&separator[..], &kept(4).bytes(), b"\n", separator, &kept(5).bytes(), b"\n"].concat();
    fs::write(dir.join("mbox"), mbox).unwrap();
    let path = |name: &str| dir.join(name).display().to_string();
    let counts = desk.json(&["ingest", &path("one.eml"), &path("Maildir"), &path("mbox")]);
    assert_eq!(counts["ticket"], 5, "{counts}");
    let piped =
        desk.pipe(&["ingest"], &[&b"From MTA Tue Jul  1 10:00:00 2025\n"[..], &kept(6).bytes()].concat());
    assert_eq!(piped.code, Some(0), "{}", piped.stderr);
    assert_eq!(desk.pipe(&["ingest", "-"], &kept(6).bytes()).stdout.trim(), "1 duplicate");
    assert_eq!(desk.numbers().len(), 6);
    assert!(desk.smtp.mails().is_empty(), "ingest queues; the service sends");
    desk.starts_at("2025-07-01T10:01:00+09:00");
    desk.once();
    assert_eq!(desk.smtp.mails().len(), 6);
}

fn check_says_that_everything_works(desk: &Desk) {
    desk.once();
    let done = desk.run(&["check"]);
    assert_eq!(done.code, Some(0), "{}{}", done.stdout, done.stderr);
    for what in ["settings", "templates", "mailbox", "delivery", "database"] {
        assert!(done.stdout.contains(&format!("ok     {what}: ")), "{}", done.stdout);
    }
}

fn migrate_makes_the_schema_and_does_it_once(desk: &Desk) {
    assert_eq!(desk.run(&["migrate"]).code, Some(0));
    assert_eq!(desk.run(&["migrate"]).code, Some(0));
    assert!(desk.tickets().is_empty());
}

#[test]
fn inspect_needs_no_database_and_changes_nothing() {
    let desk = Desk::on(On::Sqlite);
    let done = desk.pipe(&["inspect", "--json", "-"], &inquiry(1).bytes());
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let object: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(object["kind"], "inquiry");
    assert_eq!(object["fields"]["name"], "山田 太郎");
    assert_eq!(object["would"], serde_json::json!(["file_ticket", "acknowledge"]));
    assert_eq!(object["window"], "open");
    assert!(!desk.dir.path().join("desk.db").exists());
}

#[test]
fn the_sample_mails_are_read_as_reviewed() {
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/samples");
    let mut files: Vec<_> = fs::read_dir(samples).unwrap().map(|file| file.unwrap().file_name()).collect();
    files.sort();
    let as_of = ["--as-of", "2025-07-01T10:00:00+09:00", "inspect", "--json"];
    let output = program().current_dir(samples).args(as_of).args(&files).output().unwrap();
    insta::assert_snapshot!(String::from_utf8(output.stdout).unwrap());
}

#[test]
fn a_file_is_never_received_later_than_now() {
    let desk = Desk::on(On::Sqlite);
    let file = desk.dir.path().join("today.eml");
    fs::write(&file, inquiry(1).bytes()).unwrap();
    let object = desk.json(&["inspect", &file.display().to_string()]);
    let received = object["received_at"].as_str().unwrap();
    assert!(received.starts_with("2025-07-01T10:00"), "{received}, rehearsing");
    assert_eq!(object["window"], "open");
}

#[test]
fn inspect_explains_several_files_as_an_array() {
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/samples");
    let output = program()
        .args(["inspect", "--json"])
        .args([format!("{samples}/01-well-formed.eml"), format!("{samples}/09-out-of-office.eml")])
        .output()
        .unwrap();
    let objects: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let kinds: Vec<&str> =
        objects.as_array().unwrap().iter().map(|object| object["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["inquiry", "automatic"]);
    assert_eq!(objects[1]["automatic"]["reason"], "auto_submitted");
}

#[test]
fn calendar_due_explains_a_deadline_over_the_year_end() {
    let output = program()
        .args(["calendar", "due", "--from", "2025-12-26T16:30:00+09:00", "--hours", "8", "--json"])
        .output()
        .unwrap();
    let object: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(object["deadline"], "2026-01-05T16:30:00+09:00");
    assert_eq!(object["hours"], 8.0);
    assert_eq!(
        object["counted"],
        serde_json::json!([
            {"date": "2025-12-26", "from": "16:30", "to": "17:00"},
            {"date": "2026-01-05", "from": "09:00", "to": "16:30"},
        ])
    );
}

#[test]
fn wrong_usage_and_wrong_settings_end_with_2() {
    let desk = Desk::on(On::Sqlite);
    for arguments in [
        &["no-such-command"][..],
        &["ticket", "show", "0001"],
        &["calendar", "due", "--from", "yesterday"],
        &["calendar", "due", "--from", "2025-07-01T09:00:00+09:00", "--hours", "-1"],
    ] {
        assert_eq!(desk.run(arguments).code, Some(2), "{arguments:?}");
    }
    fs::write(desk.config(), "[mailbox]\nhots = \"mail.example.jp\"\n").unwrap();
    let done = desk.run(&["ticket", "list"]);
    assert_eq!(done.code, Some(2));
    assert!(done.error().starts_with("madoguchi: mailbox.hots: is not a known key"), "{}", done.error());
    let missing = program().args(["--config", "/nowhere/madoguchi.toml", "ticket", "list"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(2));
}

#[test]
fn a_ticket_that_is_not_there_is_said_so() {
    let desk = Desk::on(On::Sqlite);
    desk.once();
    let done = desk.run(&["ticket", "show", "ZT-2025-0001"]);
    assert_eq!(done.code, Some(1));
    assert!(done.error().contains("there is no ticket ZT-2025-0001"));
}

#[test]
fn a_pipe_ends_with_75_when_the_database_is_away() {
    let mut desk = Desk::on(On::Sqlite);
    desk.set("database.url", "postgres://nobody@127.0.0.1:1/none");
    let done = desk.pipe(&["ingest"], &inquiry(1).bytes());
    assert_eq!(done.code, Some(75), "{}", done.stderr);
    assert!(done.error().contains("database.url"), "{}", done.error());
}

#[test]
fn the_demonstration_shows_the_whole_job() {
    let folder = tempfile::tempdir().unwrap();
    let output = program().arg("demo").arg(folder.path().join("demo")).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // README shows most of it. Each key is another one.
    let readme = include_str!("../../README.md");
    let shown = readme.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    for line in shown.lines() {
        let part = line.trim_end_matches(['…', '#']).trim_end();
        assert!(text.contains(part), "{line:?} of README is missing:\n{text}");
    }
    for part in [
        "kept for staff: bounce",
        "The answer is queued until 10:16",
        "it is ticket ZT-2025-0009",
        "## FAQ-2025-0001",
    ] {
        assert!(shown.contains(part), "README does not show {part}");
    }
    let again = program().arg("demo").arg(folder.path().join("demo")).output().unwrap();
    assert_eq!(again.status.code(), Some(1), "a folder in use is not touched");
}

/// A desk that takes mail from the Maildir `in` and delivers to the Maildir `out`, and a function that runs its commands.
fn between_maildirs() -> (tempfile::TempDir, impl Fn(&[&str]) -> std::process::Output) {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_owned();
    for part in ["cur", "new", "tmp"] {
        fs::create_dir_all(dir.join("in").join(part)).unwrap();
    }
    let toml = format!(
        "[mailbox]\nkind = \"maildir\"\npath = \"{0}/in\"\nafter = \"move\"\naccept_since = \"2025-06-01T00:00:00+09:00\"\n\
         [delivery]\nkind = \"maildir\"\npath = \"{0}/out\"\n[database]\nurl = \"sqlite:{0}/desk.db\"\n",
        dir.display()
    );
    fs::write(dir.join("madoguchi.toml"), toml).unwrap();
    let run = move |arguments: &[&str]| {
        program()
            .arg("--config")
            .arg(dir.join("madoguchi.toml"))
            .args(["--as-of", crate::support::desk::NOW])
            .args(arguments)
            .output()
            .unwrap()
    };
    (folder, run)
}

#[test]
fn a_maildir_can_be_the_mailbox() {
    let (folder, run) = between_maildirs();
    let dir = folder.path();
    fs::write(dir.join("in/new/1.host"), kept(1).bytes()).unwrap();
    fs::write(dir.join("in/cur/2.host:2,S"), kept(2).bytes()).unwrap();
    let done = run(&["once"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(run(&["once"]).status.success());
    let count = |path: &str| fs::read_dir(dir.join(path)).map_or(0, Iterator::count);
    assert_eq!((count("in/new"), count("in/cur"), count("out/new")), (0, 0, 2));
    let tickets: serde_json::Value =
        serde_json::from_slice(&run(&["ticket", "list", "--json"]).stdout).unwrap();
    assert_eq!(tickets.as_array().unwrap().len(), 2);
}

#[test]
fn a_file_of_a_maildir_that_cannot_be_read_stops_no_other() {
    let (folder, run) = between_maildirs();
    let dir = folder.path();
    fs::write(dir.join("in/new/1.host"), kept(1).bytes()).unwrap();
    // Not even root can read this file, and tests may run as root.
    symlink("/proc/self/mem", dir.join("in/new/2.host")).unwrap();
    fs::write(dir.join("in/new/3.host"), kept(3).bytes()).unwrap();
    let done = run(&["once"]);
    let error = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(1), "{error}");
    assert!(error.contains("2.host") && error.contains("mailbox.path"), "{error}");
    let count = |path: &str| fs::read_dir(dir.join(path)).unwrap().count();
    assert_eq!((count("in/new"), count("out/new")), (1, 2), "the others are settled and answered");
    fs::remove_file(dir.join("in/new/2.host")).unwrap();
    fs::write(dir.join("in/new/2.host"), kept(2).bytes()).unwrap();
    assert!(run(&["once"]).status.success());
    assert_eq!((count("in/new"), count("out/new")), (0, 3));
}

#[test]
fn an_error_says_its_cause_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let (sjis, _, _) = encoding_rs::SHIFT_JIS.encode("[desk]\nname = \"相談窓口\"\n");
    fs::write(path("sjis.toml"), sjis).unwrap();
    for (arguments, code, cause) in [
        (vec!["inspect".to_owned(), path("nofile")], 1, "No such file"),
        (vec!["--config".to_owned(), path("nothere.toml"), "check".to_owned()], 2, "No such file"),
        (vec!["--config".to_owned(), path("sjis.toml"), "check".to_owned()], 2, "save it as UTF-8"),
        (vec!["--config".to_owned(), path(""), "check".to_owned()], 2, "directory"),
    ] {
        let done = program().args(&arguments).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(code), "{said}");
        assert_eq!(said.matches(cause).count(), 1, "{said}");
    }
}

#[test]
fn a_reader_that_closes_the_pipe_ends_every_command_quietly() {
    let desk = Desk::on(On::Sqlite);
    desk.deliver(inquiry(1));
    desk.once();
    for arguments in [
        &["completions", "bash"][..],
        &["export"],
        &["export", "--format", "csv"],
        &["export", "--format", "xlsx"],
        &["report", "--csv"],
        &["ticket", "list"],
        &["--help"],
    ] {
        let mut child = desk
            .command(arguments)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let done = child.wait_with_output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert!(
            done.status.success() && !said.contains("panicked"),
            "{arguments:?}: {:?} {said}",
            done.status
        );
    }
}
