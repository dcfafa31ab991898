//! An application that is supported: 鳥取県, with a representative, the officer who sent it, and an adviser.

use super::{
    desk::Desk,
    docx::{Form, text},
    mail::{Mail, attached},
    members::STAFF,
};

pub const OFFICER: &str = "yamada1@city.example.jp";
pub const REPRESENTATIVE: &str = "hayakawa@hosp.example.jp";
pub const ADVISER: &str = "yamamoto@univ.example.jp";
/// Another adviser.
pub const SECOND: &str = "kuroda@clinic.example.jp";

pub const ADVISERS: &str = "[[support.advisers]]\nname = \"山本 一郎\"\naddress = \"yamamoto@univ.example.jp\"\naffiliation = \"北山大学\"\n\
                        [[support.advisers]]\nname = \"黒田 恵\"\naddress = \"kuroda@clinic.example.jp\"\n\
                        [[support.advisers]]\nname = \"宛先なし\"\n";

/// The mail of the officer with the form.
pub fn application() -> Mail {
    let form = Form {
        area: text("花里在宅医療圏域"),
        representative: [
            "花里総合病院",
            "地域連携室",
            "早川 望",
            "室長",
            "〒689-0000\n鳥取県花里市浜町1番2号",
            "0000-00-1234",
            REPRESENTATIVE,
        ]
        .map(text),
        ..Form::filled()
    };
    let mail = Mail::new()
        .from("\"Yamada\" <yamada1@city.example.jp>")
        .subject("伴走支援の申込書")
        .id("case@city.example.jp");
    attached(mail, "申込書を提出いたします。\n", "申込書.docx", &form.docx())
}

/// The ticket ZT-2025-0001 is an application that was selected, and its representative knows.
pub fn supported(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.add_settings(ADVISERS);
    desk.deliver(application());
    desk.once();
    selected(desk);
}

/// Selects the one application, and sends the result.
pub fn selected(desk: &mut Desk) {
    desk.starts_at("2025-08-01T10:00:00+09:00");
    let does = |words: &[&str]| {
        let done = desk.run(&[&["application"], words].concat());
        assert_eq!(done.code, Some(0), "{words:?}: {}", done.stderr);
    };
    // Its sender is no office of a prefecture.
    does(&["accept", "ZT-2025-0001"]);
    does(&["select", "ZT-2025-0001", "体制が整っているため"]);
    let code = desk.json(&["application", "results"])["code"].as_str().unwrap().to_owned();
    does(&["results", "--send", &code]);
    desk.starts_at("2025-08-01T10:30:00+09:00");
    desk.once();
}
