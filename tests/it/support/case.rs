//! An application that is supported: 花里県, with a representative, the officer who sent it, and an adviser.

use sqlx::{AnyConnection, Connection};

use super::{desk::Desk, mail::inquiry, members::STAFF};

pub const OFFICER: &str = "yamada1@city.example.jp";
pub const REPRESENTATIVE: &str = "hayakawa@hosp.example.jp";
pub const ADVISER: &str = "yamamoto@univ.example.jp";
/// Another adviser.
pub const SECOND: &str = "kuroda@clinic.example.jp";

pub const ADVISERS: &str = "[[support.advisers]]\nname = \"山本 一郎\"\naddress = \"yamamoto@univ.example.jp\"\naffiliation = \"北山大学\"\n\
                        [[support.advisers]]\nname = \"黒田 恵\"\naddress = \"kuroda@clinic.example.jp\"\n\
                        [[support.advisers]]\nname = \"宛先なし\"\n";

const FORM: &str = r#"{"prefecture":"花里県","unit":1,"area":"花里在宅医療圏域","representative":{"organization":"花里総合病院","department":"地域連携室","name":"早川 望","position":"室長","email":"hayakawa@hosp.example.jp","telephone":"0000-00-1234"}}"#;

/// The ticket ZT-2025-0001 is an application that was selected, and its representative knows.
pub fn supported(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.add_settings(ADVISERS);
    desk.deliver(inquiry(1));
    desk.once();
    let url = desk.database_url();
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        sqlx::any::install_default_drivers();
        let mut connection = AnyConnection::connect(&url).await.unwrap();
        for sql in [
            "UPDATE ticket SET kind = 'application', status = 'answered', answered_at = received_at",
            "INSERT INTO submission (id, ticket_id, part, file, format, received_at, in_time, form, findings, hash)
             SELECT id + 1000000, id, 0, 'form.docx', 'docx', received_at, 1, $1, '', '' FROM ticket",
            "INSERT INTO application (ticket_id, closes, stage, prefecture, area, area_key, submission_id, decision)
             SELECT id, '2025-07-31', 'supported', '花里県', '花里在宅医療圏域', '花里', id + 1000000, 'selected' FROM ticket",
        ] {
            let query = sqlx::query(sql);
            let query = if sql.contains("$1") { query.bind(FORM) } else { query };
            query.execute(&mut connection).await.unwrap();
        }
        connection.close().await.unwrap();
    });
}
