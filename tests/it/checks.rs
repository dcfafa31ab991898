//! What `check` finds before it hurts: folders, ports, dates, templates and limits.

use std::{fs, net::TcpListener};

use crate::support::{
    desk::{Desk, On},
    http::{free_port, wait_for_status},
};

/// What `check` prints; it must end with this code.
fn checked(desk: &Desk, code: i32) -> String {
    let done = desk.run(&["check"]);
    assert_eq!(done.code, Some(code), "{}{}", done.stdout, done.stderr);
    done.stdout
}

#[test]
fn a_folder_that_cannot_hold_the_database_fails() {
    let mut desk = Desk::on(On::Sqlite);
    let file = desk.dir.path().join("password").join("desk.db");
    for path in ["/nowhere/at/all/desk.db", file.to_str().unwrap()] {
        desk.set("database.url", format!("sqlite:{path}"));
        let said = checked(&desk, 1);
        let folder = path.strip_suffix("/desk.db").unwrap();
        assert!(said.contains(&format!("FAILED database: cannot write into {folder}: ")), "{said}");
    }
    let left = fs::read_dir(desk.dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(left.into_iter().all(|name| !name.to_string_lossy().contains("check")), "nothing is left behind");
}

#[test]
fn a_port_that_another_program_has_fails_and_one_of_a_desk_does_not() {
    let mut desk = Desk::on(On::Sqlite);
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap();
    desk.set("http.listen", address);
    std::thread::spawn(move || other.incoming().for_each(drop));
    let said = checked(&desk, 1);
    assert!(said.contains(&format!("FAILED http: another program listens on {address}")), "{said}");
    let mut daemon = desk.spawn(&["run"]);
    assert_eq!(daemon.ended(std::time::Duration::from_secs(60)).code(), Some(1));
    assert!(!desk.log().contains("in service") && desk.log().contains("http.listen"), "{}", desk.log());

    let port = free_port();
    desk.set("http.listen", format!("127.0.0.1:{port}"));
    assert!(checked(&desk, 0).contains(&format!("ok     http: 127.0.0.1:{port} is free")));
    let _daemon = desk.spawn(&["run"]);
    wait_for_status(port, "/readyz", 200);
    let said = checked(&desk, 0);
    assert!(said.contains(&format!("ok     http: a desk answers on 127.0.0.1:{port}")), "{said}");
}

#[test]
fn what_is_valid_and_hardly_meant_is_a_warning() {
    let mut desk = Desk::on(On::Sqlite);
    let said = checked(&desk, 0);
    assert!(!said.contains("WARN   window") && said.contains("times are of Asia/Tokyo"), "{said}");
    assert!(said.contains("ok     authentication: mailbox.authserv_id is not set"), "{said}");

    let templates = desk.dir.path().join("templates");
    for (file, text) in [
        ("acknowledgement/subject.txt.j2", "受付のお知らせ"),
        ("acknowledgment/body.txt.j2", "受け付けました。"),
        ("_parts/hour.j2", "9時から"),
        ("_parts/hours.j2~", "9時から"),
    ] {
        fs::create_dir_all(templates.join(file).parent().unwrap()).unwrap();
        fs::write(templates.join(file), text).unwrap();
    }
    desk.set("templates.dir", templates.display()).set("delivery.daily_limit", 0);
    desk.starts_at("2026-04-01T10:00:00+09:00");
    let said = checked(&desk, 0);
    for expected in [
        "WARN   window: closed since 2026-02-28",
        "has files that replace no template: _parts/hour.j2, acknowledgment/body.txt.j2; \
         acknowledgement/subject.txt.j2 has no ticket number",
        "WARN   limits: delivery.daily_limit is 0: no automatic mail leaves",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
}
