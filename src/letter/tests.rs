use super::*;
use crate::{
    desk::{
        calendar::BusinessTime,
        form::Fields,
        ticket::{Standing, Status},
        triage::{ParkReason, Rules},
    },
    service,
    settings::Settings,
};

/// Two inquirers: one with everything, one of whom nothing is known but what they ask.
fn facts(full: bool) -> Facts {
    let fields = Fields {
        organization: full.then(|| "星川市 健康福祉部".to_owned()),
        name: full.then(|| "高橋 真由美".to_owned()),
        contact: full.then(|| "03-0000-1201\nm.takahashi@city.hoshikawa.example.jp".to_owned()),
        inquiry: Some("会議の参加者の例を教えてください。\n・職種\n・機関".to_owned()),
    };
    Facts {
        number: "ZT-2025-0001".into(),
        fields,
        received_at: "2025-07-01T00:12:04Z".parse().unwrap(),
        deadline: Some("2025-07-03T00:12:04Z".parse().unwrap()),
        now: "2025-07-01T01:00:00Z".parse().unwrap(),
        text: "お問い合わせの件、次の例がございます。\n・第一市の会議".into(),
        author: String::new(),
    }
}

/// Two tickets, one of which nobody works on and nothing is known of; and figures of a small year.
fn to_staff(profile: &Profile, rules: &Rules, facts: &Facts) -> StaffContext {
    let standing = Standing::stored(Status::Open, facts.deadline, BusinessTime::ZERO, None);
    let ticket = |fields, number: &str, assignee| {
        let facts = TicketFacts {
            number: number.to_owned(),
            fields,
            received_at: facts.received_at,
            standing: &standing,
            assignee,
        };
        staff_ticket(rules, &facts, "2025-07-02T04:30:00Z".parse().unwrap()).answerable(
            &number.parse().unwrap(),
            "#20250830-0123456789abcdef0123456789abcdef".into(),
            &profile.address,
        )
    };
    let nothing = Fields::default();
    let tickets = vec![
        ticket(&facts.fields, "ZT-2025-0001", Some("佐藤 花子")),
        ticket(&nothing, "ZT-2025-0002", None),
    ];
    let figures = FiguresContext {
        total: 42,
        telephone: 3,
        open: 2,
        waiting: 1,
        answered: 39,
        in_time: 37,
        late: 2,
        parked_total: 7,
        parked: vec![ParkedContext { reason: reason_in_words(Some(ParkReason::Automatic)), count: 7 }],
    };
    let undelivered = UndeliveredContext {
        what: purpose_in_words(Purpose::Acknowledgement),
        recipient: "m.takahashi@city.hoshikawa.example.jp".into(),
        reason: status_in_words("5.1.1"),
        diagnostic: "550 5.1.1 User unknown".into(),
        telephones: vec!["03-0000-1201".into()],
    };
    let groups =
        vec![Group { title: "担当している照会", count: tickets.len() + 2, tickets: tickets.clone() }];
    let draft = DraftContext {
        what: "回答",
        author: "佐藤 花子".into(),
        to: "m.takahashi@city.hoshikawa.example.jp".into(),
        subject: "[ZT-2025-0001] 拠点整備・運用に関する照会（回答）".into(),
        text: facts.text.clone(),
        attachments: vec!["例.pdf".into()],
        when: "7月2日（水）13時40分に送信します".into(),
    };
    StaffContext {
        groups,
        draft,
        summary: "未回答2件".into(),
        parked_count: 3,
        parked: vec![ParkedMail {
            received: "7月2日（水）9時".into(),
            reason: reason_in_words(Some(ParkReason::NoForm)),
            from: "tanaka@example.jp".into(),
            subject: "お尋ね <b>".into(),
        }],
        undelivered_mails: vec![UndeliveredMail {
            number: "ZT-2025-0003".into(),
            what: "回答",
            recipient: "x@example.jp".into(),
        }],
        done: vec!["ZT-2025-0001 の担当を佐藤 花子さんにしました".into()],
        problems: vec!["「/消去」という操作はありません".into()],
        manual: true,
        ..staff_context(
            profile,
            rules,
            "伊藤 健一",
            tickets,
            figures,
            undelivered,
            "2025-07-02T04:30:00Z".parse().unwrap(),
        )
    }
}

fn desk() -> (Rules, Profile) {
    let settings = Settings::from_toml("").unwrap();
    let rules = service::rules(&settings);
    let profile = Profile {
        name: settings.desk.name,
        organization: settings.desk.organization,
        address: settings.desk.address,
        telephone: settings.desk.telephone,
        hours: "平日9時から17時まで（祝日・年末年始を除く）".into(),
        undo: "10分".into(),
    };
    (rules, profile)
}

fn rendered(wording: &Wording, purpose: Purpose, facts: &Facts) -> (String, String) {
    let (rules, profile) = desk();
    let rendered = if purpose.is_for_staff() {
        wording.render(purpose, &to_staff(&profile, &rules, facts))
    } else {
        wording.render(purpose, &context(&profile, &rules, facts))
    };
    rendered.unwrap()
}

fn body(wording: &Wording, purpose: Purpose, facts: &Facts) -> String {
    rendered(wording, purpose, facts).1
}

/// A letter as its receiver's program shows it: decoded headers in order, then the text.
fn shown(purpose: Purpose, facts: &Facts) -> String {
    let (_, profile) = desk();
    let (subject, body) = rendered(&Wording::built_in().unwrap(), purpose, facts);
    let envelope = compose(&Letter {
        from: (&profile.name, &profile.address),
        to: "m.takahashi@city.hoshikawa.example.jp",
        subject: &subject,
        body: &body,
        html: None,
        files: &[],
        date: facts.now,
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
fn every_mail_that_leaves_is_a_reviewed_text() {
    for purpose in Purpose::ALL {
        insta::assert_snapshot!(purpose.as_str(), shown(purpose, &facts(true)));
    }
    insta::assert_snapshot!("ask_missing_to_a_stranger", shown(Purpose::AskMissing, &facts(false)));
}

#[test]
fn an_acknowledgement_outside_hours_says_when_the_desk_opens() {
    // Friday 26 December 2025, 18:30: the desk opens again on Monday, 5 January.
    let late = Facts {
        received_at: "2025-12-26T09:30:00Z".parse().unwrap(),
        now: "2025-12-26T09:31:00Z".parse().unwrap(),
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
    let rules = service::rules(&settings);
    let profile = Profile {
        name: "窓口".into(),
        organization: "事務局".into(),
        address: "desk@example.jp".into(),
        telephone: "03-0000-0000".into(),
        hours: "平日".into(),
        undo: "10分".into(),
    };
    let mut facts = facts(true);
    facts.fields.inquiry = Some("<script>alert(1)</script> & 二行目".into());
    let html = Wording::built_in().unwrap().render_html(&to_staff(&profile, &rules, &facts)).unwrap();
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
fn an_address_that_is_no_dot_atom_travels_quoted() {
    let letter = |to| Letter {
        from: ("窓口", "desk@example.jp"),
        to,
        subject: "x",
        body: "x\n",
        html: None,
        files: &[],
        date: chrono::DateTime::UNIX_EPOCH,
        message_id: "1@example.jp",
        in_reply_to: None,
        references: Vec::new(),
        auto_submitted: None,
    };
    for (to, expected) in [
        ("a..b@docomo.example", Some("\"a..b\"@docomo.example")),
        ("taro.@docomo.example", Some("\"taro.\"@docomo.example")),
        ("plain@example.jp", Some("plain@example.jp")),
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
    let error = service::check_wording(&Settings::from_toml(&toml).unwrap()).unwrap_err();
    assert!(error.contains("acknowledgement/body.txt.j2"), "{error}");
}

#[test]
fn changing_the_hours_part_changes_every_letter_that_names_the_hours() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("_parts")).unwrap();
    std::fs::write(folder.path().join("_parts/hours.j2"), "火曜日10時から12時まで").unwrap();
    let (built_in, own) = (Wording::built_in().unwrap(), Wording::from_dir(folder.path()).unwrap());
    let mut changed = 0;
    for purpose in Purpose::ALL {
        let before = body(&built_in, purpose, &facts(true));
        let after = body(&own, purpose, &facts(true));
        let hours = "平日9時から17時まで（祝日・年末年始を除く）";
        assert_eq!(after, before.replace(hours, "火曜日10時から12時まで"), "{purpose}");
        changed += usize::from(after != before);
    }
    assert_eq!(changed, 10, "eight letters to inquirers and two about deadlines");
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
            .into_iter()
            .filter(|purpose| body(&own, *purpose, &facts(true)).contains("［差し替え］"))
            .count();
        assert!(changed > 1, "{name} is a part of {changed} letters");
        std::fs::write(&file, "{{ nothing_like_this }}").unwrap();
        let toml = format!("[templates]\ndir = {:?}", folder.path());
        let error = service::check_wording(&Settings::from_toml(&toml).unwrap()).unwrap_err();
        assert!(error.contains(&format!("{name}:1")), "{error}");
        std::fs::remove_file(&file).unwrap();
    }
}
