use super::*;
use crate::{desk::triage::Rules, settings::Settings};

fn facts(full: bool) -> Facts {
    samples::facts(&desk().0, full)
}

fn desk() -> (Rules, Profile) {
    let settings = Settings::from_toml("").unwrap();
    let rules = crate::server::rules(&settings);
    let profile = crate::server::profile(&settings);
    (rules, profile)
}

fn rendered(wording: &Wording, purpose: Purpose, facts: &Facts) -> Rendered {
    let (rules, profile) = desk();
    wording.render(&samples::content(purpose, &profile, &rules, facts)).unwrap()
}

fn body(wording: &Wording, purpose: Purpose, facts: &Facts) -> String {
    rendered(wording, purpose, facts).body
}

/// A letter as its receiver's program shows it: decoded headers in order, then the text.
fn shown(purpose: Purpose, facts: &Facts) -> String {
    let (rules, profile) = desk();
    shown_as(&samples::content(purpose, &profile, &rules, facts), facts)
}

fn shown_as(content: &Content, facts: &Facts) -> String {
    let (rules, profile) = desk();
    let purpose = content.purpose();
    let Rendered { subject, body, .. } = Wording::built_in().unwrap().render(content).unwrap();
    let envelope = compose(&Letter {
        from: (&profile.name, &profile.address),
        to: "m.takahashi@city.hoshikawa.example.jp",
        cc: &[],
        recipient: None,
        subject: &subject,
        body: &body,
        html: None,
        files: &[],
        date: facts.now.with_timezone(&rules.calendar.time_zone()).fixed_offset(),
        message_id: "zt-2025-0001.acknowledgement.00000000000000000000000000000000@tohmatu.co.jp",
        in_reply_to: Some("1@city.hoshikawa.example.jp"),
        references: vec!["1@city.hoshikawa.example.jp"],
        auto_submitted: purpose.auto_submitted(),
    })
    .unwrap();
    let mail = crate::mail::read(&envelope.bytes);
    let headers: Vec<String> =
        mail.headers.iter().map(|header| format!("{}: {}", header.name, header.value)).collect();
    format!("envelope: {} → {}\n{}\n\n{}", envelope.sender, envelope.recipient, headers.join("\n"), mail.text)
}

#[test]
fn the_sample_of_a_purpose_has_that_purpose() {
    let (rules, profile) = desk();
    for &purpose in Purpose::ALL {
        // The copy of an answer is the answer.
        let letter = if purpose == Purpose::AnswerCopy { Purpose::Answer } else { purpose };
        assert_eq!(samples::content(purpose, &profile, &rules, &facts(true)).purpose(), letter);
    }
}

#[test]
fn every_mail_that_leaves_is_a_reviewed_text() {
    for &purpose in Purpose::ALL {
        insta::assert_snapshot!(purpose.as_str(), shown(purpose, &facts(true)));
    }
    // As little as there is: one ticket, one deed, a call.
    for (name, purpose) in [
        ("ask_missing_to_a_stranger", Purpose::AskMissing),
        ("remind_missing_of_a_stranger", Purpose::RemindMissing),
        ("acknowledgement_with_blanks", Purpose::Acknowledgement),
        ("deadline_warning_of_one", Purpose::DeadlineWarning),
        ("deadline_missed_of_one", Purpose::DeadlineMissed),
        ("waiting_unanswered_of_one", Purpose::WaitingUnanswered),
        ("new_ticket_by_telephone", Purpose::NewTicket),
        ("staff_reply_done", Purpose::StaffReply),
    ] {
        insta::assert_snapshot!(name, shown(purpose, &facts(false)));
    }
}

#[test]
fn staff_read_that_a_mail_may_have_arrived() {
    let (rules, profile) = desk();
    let facts = facts(true);
    let Content::Undeliverable(mut context) =
        samples::content(Purpose::Undeliverable, &profile, &rules, &facts)
    else {
        panic!("the sample has another purpose")
    };
    context.undelivered.unconfirmed = true;
    context.undelivered.reason = UNCONFIRMED;
    context.undelivered.diagnostic = "no answer within 600 s".to_owned();
    insta::assert_snapshot!("unconfirmed", shown_as(&Content::Undeliverable(context), &facts));
}

#[test]
fn an_acknowledgement_outside_hours_says_when_the_desk_opens() {
    // Friday 26 December 2025, 18:30: the desk opens again on Monday, 5 January.
    let late = Facts {
        received_at: "2025-12-26T09:30:00Z".parse().unwrap(),
        now: "2025-12-26T09:31:00Z".parse().unwrap(),
        deadline: Some("2026-01-06T08:00:00Z".parse().unwrap()),
        ..facts(true)
    };
    insta::assert_snapshot!("acknowledgement_over_the_year_end", shown(Purpose::Acknowledgement, &late));
}

#[test]
fn in_the_last_week_an_acknowledgement_says_until_when_inquiries_are_accepted() {
    let last = Facts {
        received_at: "2026-02-24T01:00:00Z".parse().unwrap(),
        now: "2026-02-24T01:01:00Z".parse().unwrap(),
        deadline: Some("2026-02-26T01:00:00Z".parse().unwrap()),
        ..facts(true)
    };
    insta::assert_snapshot!("acknowledgement_in_the_last_week", shown(Purpose::Acknowledgement, &last));
}

#[test]
fn the_digest_is_a_table_in_which_every_value_is_escaped() {
    let settings = Settings::from_toml("").unwrap();
    let rules = crate::server::rules(&settings);
    let profile = crate::server::profile(&settings);
    let mut facts = facts(true);
    facts.fields.inquiry = Some("<script>alert(1)</script> & 二行目".into());
    let digest = samples::content(Purpose::Digest, &profile, &rules, &facts);
    let html = Wording::built_in().unwrap().render(&digest).unwrap().html.unwrap();
    assert!(!html.contains("<script>") && html.contains("&lt;script&gt;"), "{html}");
    insta::assert_snapshot!("digest_html", html);
    let text = crate::mail::html::to_text(&html);
    assert!(text.contains("▼ ZT-2025-0001 回答ここから"), "{text}");
}

#[test]
fn composing_again_gives_the_same_bytes() {
    assert_eq!(shown(Purpose::Acknowledgement, &facts(true)), shown(Purpose::Acknowledgement, &facts(true)));
}

#[test]
fn values_are_data_and_never_template_or_header() {
    let mut hostile = facts(true);
    hostile.fields.name = Some("{{ desk.telephone }}{% for %}".into());
    hostile.fields.organization = Some("市\r\nBcc: victim@example.jp".into());
    let text = shown(Purpose::Acknowledgement, &hostile);
    assert!(text.contains("{{ desk.telephone }}{% for %}"), "the value stands as it was written");
    assert!(!text.lines().take_while(|line| !line.is_empty()).any(|line| line.starts_with("Bcc")), "{text}");
}

#[test]
fn no_strangers_words_in_a_mail_to_staff_are_read_as_ours() {
    let (rules, profile) = desk();
    let wording = Wording::built_in().unwrap();
    let mut hostile = facts(true);
    let marks = "▲ ZT-2025-0001 回答ここまで ▲\n▼ ZT-2025-0002 回答ここから #aaaaaaaaaaaaaa ▼\n\
                 ▲ 回答はこの線より上にご記入ください ▲\n━━ ここから日次一覧 ━━";
    hostile.fields.organization = Some("▲ #aaaaaaaaaaaaaa".into());
    hostile.fields.name = Some("ZT-2025-0001 ▲".into());
    hostile.fields.contact = Some(marks.into());
    hostile.fields.inquiry = Some(marks.into());
    let ours = |facts: &Facts, purpose: Purpose| {
        let rendered = wording.render(&samples::content(purpose, &profile, &rules, facts)).unwrap();
        let text = [rendered.subject, rendered.body, rendered.html.unwrap_or_default()].concat();
        let count = |mark: &str| text.matches(mark).count();
        assert_eq!(count("#aaaaaaaaaaaaaa"), 0, "{purpose}: {text}");
        ["▲", "▼", "ここから日次一覧"].map(count)
    };
    for &purpose in Purpose::ALL.iter().filter(|purpose| purpose.is_for_staff()) {
        assert_eq!(ours(&hostile, purpose), ours(&facts(true), purpose), "{purpose}");
    }
}

#[test]
fn an_address_that_is_no_dot_atom_travels_quoted() {
    let letter = |to| Letter {
        from: ("窓口", "desk@example.jp"),
        to,
        cc: &[],
        recipient: None,
        subject: "x",
        body: "x\n",
        html: None,
        files: &[],
        date: chrono::DateTime::UNIX_EPOCH.fixed_offset(),
        message_id: "1@example.jp",
        in_reply_to: None,
        references: Vec::new(),
        auto_submitted: None,
    };
    for (to, expected) in [
        ("a..b@docomo.example", Some("\"a..b\"@docomo.example")),
        ("taro.@docomo.example", Some("\"taro.\"@docomo.example")),
        ("plain@example.jp", Some("plain@example.jp")),
        ("midori@みかづき市.example.jp", Some("midori@xn--u8je5e0ey16x.example.jp")),
        ("midori@みかづき市。example.jp", Some("midori@xn--u8je5e0ey16x.example.jp")),
        ("a..b@みかづき市.example.jp", Some("\"a..b\"@xn--u8je5e0ey16x.example.jp")),
        ("midori@みかづき 市.example.jp", None),
        ("taro@日本語.example", Some("taro@xn--wgv71a119e.example")),
        ("a..b@日本語.example", Some("\"a..b\"@xn--wgv71a119e.example")),
        ("no address", None),
        ("two words@example.jp", None),
        ("a\r\nb@example.jp", None),
    ] {
        assert_eq!(
            compose(&letter(to)).ok().map(|envelope| envelope.recipient).as_deref(),
            expected,
            "{to:?}"
        );
    }
}

#[test]
fn an_operators_template_with_a_fault_is_refused_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("acknowledgement")).unwrap();
    std::fs::write(folder.path().join("acknowledgement/body.txt.j2"), "{{ ticket.nunber }}").unwrap();
    let toml = format!("[templates]\ndir = {:?}", folder.path());
    let error = crate::server::check_wording(&Settings::from_toml(&toml).unwrap()).unwrap_err();
    assert!(error.contains("acknowledgement/body.txt.j2"), "{error}");
}

#[test]
fn changing_the_hours_part_changes_every_letter_that_names_the_hours() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("_parts")).unwrap();
    std::fs::write(folder.path().join("_parts/hours.j2"), "火曜日10時から12時まで").unwrap();
    let (built_in, own) = (Wording::built_in().unwrap(), Wording::from_dir(folder.path()).unwrap());
    let mut changed = 0;
    for &purpose in Purpose::ALL {
        let before = body(&built_in, purpose, &facts(true));
        let after = body(&own, purpose, &facts(true));
        let hours = "平日9時から17時まで（祝日・年末年始を除く）";
        assert_eq!(after, before.replace(hours, "火曜日10時から12時まで"), "{purpose}");
        changed += usize::from(after != before);
    }
    assert_eq!(
        changed, 21,
        "twelve letters to inquirers, the copy of an answer among them, one to whom the desk asks, three about meetings, three about results, two about deadlines"
    );
}

#[test]
fn every_part_can_be_replaced_and_a_fault_in_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let parts = folder.path().join("_parts");
    std::fs::create_dir(&parts).unwrap();
    for (name, _) in wording::PARTS {
        let file = folder.path().join(name);
        std::fs::write(&file, "［差し替え］").unwrap();
        let own = Wording::from_dir(folder.path()).unwrap();
        let changed = Purpose::ALL
            .iter()
            .filter(|purpose| body(&own, **purpose, &facts(true)).contains("［差し替え］"))
            .count();
        assert!(changed > 1, "{name} is a part of {changed} letters");
        std::fs::write(&file, "{{ nothing_like_this }}").unwrap();
        let toml = format!("[templates]\ndir = {:?}", folder.path());
        let error = crate::server::check_wording(&Settings::from_toml(&toml).unwrap()).unwrap_err();
        assert!(error.contains(&format!("{name}:1")), "{error}");
        std::fs::remove_file(&file).unwrap();
    }
}

/// A desk of another ministry, with nothing of the built-in one.
const OTHER_DESK: &str = r#"
[desk]
name = "中小企業デジタル化補助金 相談窓口"
organization = "中小企業デジタル化補助事業 事務局"
address = "hojokin@desk.example.jp"
telephone = "03-0000-0300"
ticket_prefix = "DX"
purpose_notice = "いただいたお問い合わせは、よくある質問の作成に使用することがあります。"
privacy_notice = "マイナンバーはお書きにならないようお願いいたします。"
audience = "補助金の申請を検討されている中小企業の皆様"
[form]
subject = "デジタル化補助金に関する照会"
topic = "補助金の申請"
[[form.fields]]
key = "organization"
label = "会社名"
[[form.fields]]
key = "name"
label = "お名前"
[[form.fields]]
key = "contact"
label = "電話番号・メールアドレス"
[[form.fields]]
key = "inquiry"
label = "お問い合わせ内容"
[window]
opens = "2025-06-01"
closes = "2026-01-30"
[support]
enabled = false
name = "専門家派遣"
"#;

/// Whether only a desk with the 伴走支援 sends such mails.
fn is_of_the_support(purpose: Purpose) -> bool {
    purpose.as_str().starts_with("application")
        || purpose.as_str().starts_with("result")
        || ["new_application", "meeting", "meeting_reminder", "visit_request", "open_points"]
            .contains(&purpose.as_str())
}

#[test]
fn another_desk_changes_values_and_no_template() {
    let settings = Settings::from_toml(OTHER_DESK).unwrap();
    let (rules, profile) = (crate::server::rules(&settings), crate::server::profile(&settings));
    let wording = Wording::built_in().unwrap();
    wording.check(&profile, &rules).unwrap();
    let built_in = Settings::from_toml("").unwrap();
    let others = [
        "在宅",
        "患者",
        "医療",
        "拠点",
        "ガイドブック",
        "伴走",
        "トーマツ",
        "都道府県",
        "厚生労働",
        "地域の",
        "ZT-",
        &built_in.desk.address,
        &built_in.desk.telephone,
    ];
    for full in [true, false] {
        let facts = samples::facts(&rules, full);
        for &purpose in Purpose::ALL.iter().filter(|purpose| !is_of_the_support(**purpose)) {
            let content = samples::content(purpose, &profile, &rules, &facts);
            let rendered = wording.render(&content).unwrap();
            let text = [rendered.subject, rendered.body, rendered.html.unwrap_or_default()].concat();
            for word in others {
                assert!(!text.contains(word), "{purpose} has {word}: {text}");
            }
        }
    }
    let facts = samples::facts(&rules, true);
    let shown = |purpose| wording.render(&samples::content(purpose, &profile, &rules, &facts)).unwrap();
    insta::assert_snapshot!("another_desk_acknowledges", shown(Purpose::Acknowledgement).body);
    insta::assert_snapshot!("another_desk_sends_its_form", shown(Purpose::SendForm).body);
}
