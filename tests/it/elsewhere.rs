//! Databases that are not the desk's: a file that is not there, an empty database, one of a newer version, a damaged one.

use crate::support::{
    desk::{Desk, On, on_both},
    mail::inquiry,
};

on_both!(where_no_desk_is_nothing_is_reported_as_done, a_database_of_a_newer_version_is_left_alone);

fn where_no_desk_is_nothing_is_reported_as_done(desk: &mut Desk) {
    let copy = desk.dir.path().join("copy.db").display().to_string();
    for arguments in [
        &["backup", &copy][..],
        &["erase", "--address", "yamada1@city.example.jp", "--yes"],
        &["keys", "rotate"],
        &["numbers", "skip"],
    ] {
        let done = desk.run(arguments);
        assert_eq!(done.code, Some(2), "{arguments:?}: {}{}", done.stdout, done.stderr);
        assert!(
            done.error().contains("database.url: there is no desk at "),
            "{arguments:?}: {}",
            done.error()
        );
        assert!(!desk.dir.path().join("desk.db").exists(), "{arguments:?}");
    }
    assert!(desk.run(&["check"]).stdout.contains("does not exist yet; the first run creates it"));
    let filed = desk.pipe(&["ingest"], &inquiry(1).bytes());
    assert_eq!(filed.code, Some(0), "{}", filed.stderr);
    assert_eq!(desk.numbers(), ["ZT-2025-0001"]);
}

#[test]
fn a_relative_path_makes_no_desk_in_another_folder() {
    let mut desk = Desk::on(On::Sqlite);
    desk.set("database.url", "sqlite:no_desk_is_here.db");
    for arguments in [
        &["ticket", "list"][..],
        &["parked", "list"],
        &["outbox", "list"],
        &["digest"],
        &["export"],
        &["report"],
        &["reconcile"],
        &["search", "会議"],
        &["absence", "list"],
        &["phrase", "list"],
    ] {
        let done = desk.run(arguments);
        assert_eq!(done.code, Some(2), "{arguments:?}: {}{}", done.stdout, done.stderr);
        assert!(done.error().contains("there is no desk at /no_desk_is_here.db"), "{}", done.error());
    }
}

/// A script starts `run` and asks for the tickets at once.
#[test]
fn a_desk_at_a_certain_place_is_empty_before_its_first_run() {
    let desk = Desk::on(On::Sqlite);
    assert_eq!(desk.numbers().len(), 0);
}

#[test]
fn a_relative_path_is_named_in_full() {
    let mut desk = Desk::on(On::Sqlite);
    desk.set("database.url", "sqlite:desk.db");
    let here = desk.dir.path().canonicalize().unwrap();
    let in_folder = |desk: &Desk, arguments: &[&str]| {
        let done = desk.command(arguments).current_dir(&here).output().unwrap();
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    };
    let created = in_folder(&desk, &["migrate"]);
    assert!(created.contains("a new, empty one was created"), "{created}");
    let path = here.join("desk.db").display().to_string();
    for arguments in [&["check"][..], &["backup", "copy.db"], &["keys", "rotate"], &["migrate"]] {
        let said = in_folder(&desk, arguments);
        assert!(said.contains(&path), "{arguments:?}: {said}");
    }
    let elsewhere = desk.run(&["backup", "copy.db"]);
    assert_eq!(elsewhere.code, Some(2));
    assert!(elsewhere.error().contains("there is no desk at /desk.db"), "{}", elsewhere.error());
}

fn a_database_of_a_newer_version_is_left_alone(desk: &mut Desk) {
    desk.deliver(inquiry(1));
    desk.once();
    desk.sql(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         SELECT 9999, description, success, checksum, execution_time FROM _sqlx_migrations WHERE version = 1",
    );
    for arguments in
        [&["run"][..], &["once"], &["check"], &["ticket", "list"], &["migrate"], &["keys", "rotate"]]
    {
        let done = desk.run(arguments);
        assert_eq!(done.code, Some(1), "{arguments:?}: {}", done.stderr);
        let said = done.stdout + &done.stderr;
        assert!(said.contains("a newer version of madoguchi made the database"), "{arguments:?}: {said}");
    }
}

#[test]
fn a_damaged_file_is_named_with_the_way_back() {
    let desk = Desk::on(On::Sqlite);
    desk.deliver(inquiry(1));
    desk.once();
    let path = desk.dir.path().join("desk.db");
    std::fs::write(&path, "this is no database ".repeat(500)).unwrap();
    for arguments in [&["once"][..], &["ticket", "list"], &["check"]] {
        let done = desk.run(arguments);
        assert_eq!(done.code, Some(1), "{arguments:?}: {}", done.stderr);
        let said = done.stdout + &done.stderr;
        assert!(
            said.contains(path.to_str().unwrap()) && said.contains("restore a copy"),
            "{arguments:?}: {said}"
        );
    }
}
