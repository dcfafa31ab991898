//! Marks, changes, fields and fonts of Word.

use super::{
    docx::{Form, ISSUES, control, field, p, run, shape, styled, text},
    *,
};
use crate::desk::application::Issue;

/// The items, with a mark that a function writes.
fn items(mark: impl Fn(bool) -> String) -> String {
    ISSUES
        .iter()
        .enumerate()
        .map(|(at, issue)| p(&format!("{}{}", mark(at % 3 == 0), run(&format!("　{issue}")))))
        .collect()
}

#[test]
fn boxes_of_all_kinds_are_marks() {
    let checkbox = |on: bool| {
        let state = format!("<w14:checkbox><w14:checked w14:val=\"{}\"/></w14:checkbox>", u8::from(on));
        control(&state, &run(if on { "○" } else { "◯" }))
    };
    let legacy = |on: bool| {
        let state = if on { "<w:checked/>" } else { "<w:checked w:val=\"0\"/>" };
        field(
            &format!("<w:ffData><w:checkBox><w:default w:val=\"0\"/>{state}</w:checkBox></w:ffData>"),
            " FORMCHECKBOX ",
            None,
        )
    };
    let symbol = |on: bool| {
        let code = if on { "F0FE" } else { "F0A8" };
        format!("<w:r><w:sym w:font=\"Wingdings\" w:char=\"{code}\"/></w:r>")
    };
    let letter = |on: bool| {
        styled("<w:rFonts w:ascii=\"Wingdings\" w:hAnsi=\"Wingdings\"/>", if on { "ü" } else { "o" })
    };
    let emoji = |on: bool| {
        let emoji = "<w:r><mc:AlternateContent><mc:Choice Requires=\"w16se\"><w16se:symEx w16se:font=\"Segoe UI Emoji\" w16se:char=\"2B55\"/></mc:Choice><mc:Fallback><w:t>⭕</w:t></mc:Fallback></mc:AlternateContent></w:r>";
        if on { emoji.to_owned() } else { String::new() }
    };
    let enclosed = |on: bool| if on { run("○") } else { run("・") };
    type Mark<'a> = &'a dyn Fn(bool) -> String;
    let kinds: [(&str, Mark<'_>); 6] = [
        ("a control", &checkbox),
        ("a form field", &legacy),
        ("a symbol", &symbol),
        ("a letter of a symbol font", &letter),
        ("an emoji", &emoji),
        ("a circle", &enclosed),
    ];
    for (name, mark) in kinds {
        check(name, &Form { issues: items(mark), ..Form::filled() }.docx(), |_| {}, &[]);
    }
}

#[test]
fn a_drawn_circle_is_proposed_and_not_certain() {
    let drawn = |on: bool| if on { shape("ellipse", "") } else { String::new() };
    check(
        "drawn",
        &Form { issues: items(drawn), ..Form::filled() }.docx(),
        |_| {},
        &[FormFinding::DrawnMark],
    );
    let mut form = Form::filled();
    form.answer = text("");
    form.options =
        p(&run("1　在宅医療の圏域")) + &p(&(shape("ellipse", "") + &run("2　在宅医療の圏域ではない")));
    let doubts = [FormFinding::DrawnMark, FormFinding::UnitUnclear];
    check("a circle over an option", &form.docx(), |form| form.unit = Some(Unit::Other), &doubts);
    let mut form = Form::filled();
    form.title = p(&(shape("ellipse", &text("印")) + &run(docx::TITLE)));
    check("a seal", &form.docx(), |_| {}, &[]);
}

#[test]
fn an_enclosed_number_is_the_answer() {
    for (name, answer) in [
        ("囲い文字", p(&field("", " eq \\o\\ac(○,１) ", None))),
        ("a circled number", text("①")),
        (
            "a list",
            p(&field(
                "<w:ffData><w:ddList><w:result w:val=\"1\"/><w:listEntry w:val=\"選択\"/><w:listEntry w:val=\"1\"/></w:ddList></w:ffData>",
                " FORMDROPDOWN ",
                None,
            )),
        ),
    ] {
        check(name, &Form { answer, ..Form::filled() }.docx(), |_| {}, &[]);
    }
    let mut form = Form::filled();
    form.answer = text("");
    form.options = p(&(field("", "eq \\o\\ac(○,1)", None) + &run("　在宅医療の圏域")))
        + &text("2　在宅医療の圏域ではない");
    check("an enclosed option", &form.docx(), |_| {}, &[]);
    form.options = text("1　在宅医療の圏域") + &p(&styled("<w:strike/>", "2　在宅医療の圏域ではない"));
    check("the other option struck out", &form.docx(), |_| {}, &[FormFinding::StruckText]);
}

#[test]
fn changes_are_read_as_accepted() {
    let mut form = Form::filled();
    let deleted = "<w:del><w:r><w:delText>東部圏域</w:delText></w:r></w:del>";
    form.area = p(&format!("{deleted}<w:ins>{}</w:ins>", run("汐見在宅医療圏域")));
    form.representative[5] = p(&format!(
        "<w:moveFrom>{}</w:moveFrom><w:moveTo>{}</w:moveTo>",
        run("0857-00-9999"),
        run("0857-00-1234")
    ));
    let gone = Form::member(11, ["汐見町", "", "", ""]);
    form.members.push(gone);
    let body = form.body();
    let last = docx::row(form.members.last().unwrap());
    let deleted = last.replacen("<w:tr>", "<w:tr><w:trPr><w:del/></w:trPr>", 1);
    check("changes", &docx::docx(&body.replace(&last, &deleted)), |_| {}, &[FormFinding::TrackedChanges]);
    let mark = "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>".to_owned()
        + &run("汐見")
        + "</w:p>"
        + &p(&run("在宅医療圏域"));
    check(
        "a joined paragraph",
        &Form { area: mark, ..Form::filled() }.docx(),
        |_| {},
        &[FormFinding::TrackedChanges],
    );
}

#[test]
fn what_paper_does_not_show_is_left_out() {
    let mut form = Form::filled();
    let reading = "<w:r><w:ruby><w:rt><w:r><w:t>きしもと</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>岸本</w:t></w:r></w:rubyBase></w:ruby></w:r>";
    form.representative[2] = p(&format!("{reading}{}", run(" 遥")));
    form.representative[3] = p(&(run("課長") + &styled("<w:vanish/>", "（内定）")));
    form.representative[6] = p(&field(
        "",
        "HYPERLINK \"mailto:choju@city.shiomi.example.jp\"",
        Some(&run("choju@city.shiomi.example.jp")),
    ));
    form.features = form.features
        + &p(&control("<w:showingPlcHdr/>", &run("クリックまたはタップしてテキストを入力してください。")));
    check("hidden", &form.docx(), |_| {}, &[]);
    let old = field("", "EQ \\* jc2 \\* hps10 \\o\\ad(\\s\\up 9(きしもと),岸本)", None);
    let mut form = Form::filled();
    form.representative[2] = p(&(old + &run(" 遥")));
    check("a reading of Word 97", &form.docx(), |_| {}, &[]);
    let mut form = Form::filled();
    form.reason = form.reason + &p(&styled("<w:dstrike/>", "旧文"));
    check("struck", &form.docx(), |_| {}, &[FormFinding::StruckText]);
    form.reason = Form::filled().reason + &p(&styled("<w:strike w:val=\"0\"/>", "補足"));
    check("not struck", &form.docx(), |form| form.reason.push_str("\n補足"), &[]);
    let mut form = Form::filled();
    form.representative[2] = text("岸本 \u{E123}");
    check(
        "外字",
        &form.docx(),
        |form| form.representative.name = "岸本 \u{E123}".into(),
        &[FormFinding::PrivateUse],
    );
}

#[test]
fn an_item_marked_behind_is_marked() {
    let behind: String = ISSUES
        .iter()
        .map(|issue| p(&run(&format!("・{issue}{}", if *issue == "その他" { "　　○" } else { "" }))))
        .collect();
    check(
        "behind",
        &Form { issues: behind, ..Form::filled() }.docx(),
        |form| form.issues = vec![Issue::Other],
        &[],
    );
}
