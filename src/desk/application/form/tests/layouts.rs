//! Other layouts, labels and orders of the same form.

use super::{
    docx::{Form, PARTS, Part, cell, control, docx, p, row, run, shape, table, tc, text},
    *,
};

#[test]
fn labels_in_other_spellings_are_read() {
    let labels = vec![
        ("都道府県", "１．都道府県名".to_owned()),
        ("応募地域の単位", "応募単位".to_owned()),
        ("応募地域名", "応募する地域の名称".to_owned()),
        ("所　属", "所属機関名".to_owned()),
        ("氏　名", "氏名（ふりがな）".to_owned()),
        ("役　職", "職名".to_owned()),
        ("住　所", "所在地".to_owned()),
        ("電話番号", "ＴＥＬ（直通）".to_owned()),
        ("E - mail", "メールアドレス".to_owned()),
    ];
    check("labels", &Form { labels, ..Form::filled() }.docx(), |_| {}, &[]);
}

#[test]
fn parts_in_another_order_are_read() {
    let mut order = PARTS.to_vec();
    order.reverse();
    check("reversed", &Form { order, ..Form::filled() }.docx(), |_| {}, &[]);
}

#[test]
fn answers_beside_their_place_are_read() {
    let area = Form { area_in_note: text("汐見在宅医療圏域"), area: text(""), ..Form::filled() };
    check("the area below its note", &area.docx(), |_| {}, &[]);
    let boxed = p(&shape(
        "rect",
        &text("拠点を昨年設けたが、役割が関係機関に知られていない。\n助言を得て役割分担を整理したい。"),
    ));
    check("a text box in the frame", &Form { reason: boxed, ..Form::filled() }.docx(), |_| {}, &[]);
    let below = Form::filled().body().replacen(
        &(table(&[row(&[tc(&Form::filled().reason)])]) + &text("")),
        &(table(&[row(&[tc(&text(""))])]) + &Form::filled().reason),
        1,
    );
    check("text below the frame", &docx(&below), |_| {}, &[]);
    let nested =
        table(&[row(&[tc(&text("医師")), tc(&text("3人"))]), row(&[tc(&text("看護師")), tc(&text("5人"))])]);
    let features = text("資源は次のとおり。") + &nested + &text("");
    let expected =
        |form: &mut ApplicationForm| form.features = "資源は次のとおり。\n医師 3人\n看護師 5人".into();
    check("a table in a frame", &Form { features, ..Form::filled() }.docx(), expected, &[]);
}

#[test]
fn a_form_in_a_frame_is_read() {
    let framed = table(&[row(&[tc(&Form::filled().body())])]);
    check("framed", &docx(&framed), |_| {}, &[]);
}

#[test]
fn the_representative_is_read_from_other_tables() {
    let values = Form::filled().representative;
    let labels = docx::LABELS.map(text);
    let with = |rows: Vec<String>| {
        let mut form = Form::filled();
        form.order.retain(|part| *part != Part::Representative);
        docx(&(form.body() + &text("■ 代表者の基本情報をご記入ください。") + &table(&rows)))
    };
    let pairs: Vec<String> = (0..7)
        .step_by(2)
        .map(|at| {
            let cells = (at..7.min(at + 2)).flat_map(|at| [tc(&labels[at]), tc(&values[at])]);
            row(&cells.collect::<Vec<_>>())
        })
        .collect();
    check("two labels in a row", &with(pairs), |_| {}, &[]);
    let above =
        vec![row(&labels.clone().map(|label| tc(&label))), row(&values.clone().map(|value| tc(&value)))];
    check("labels above the values", &with(above), |_| {}, &[]);
    let colons: Vec<String> = docx::LABELS
        .iter()
        .zip([
            "汐見市",
            "健康部 長寿課",
            "岸本 遥",
            "課長",
            "〒689-0000 鳥取県汐見市浜町1番2号",
            "0857-00-1234",
            "choju@city.shiomi.example.jp",
        ])
        .map(|(label, value)| row(&[tc(&text(&format!("{label}：{value}")))]))
        .collect();
    check("a colon", &with(colons), |_| {}, &[]);
    let split =
        |at: usize| row(&[cell("<w:vMerge w:val=\"restart\"/>", &labels[at]), tc(&text("〒689-0000"))]);
    let mut rows: Vec<String> = (0..4).map(|at| row(&[tc(&labels[at]), tc(&values[at])])).collect();
    rows.push(split(4));
    rows.push(row(&[cell("<w:vMerge/>", &text("")), tc(&text("鳥取県汐見市浜町1番2号"))]));
    rows.extend((5..7).map(|at| row(&[tc(&labels[at]), tc(&values[at])])));
    check("a merged label", &with(rows), |_| {}, &[]);
}

#[test]
fn the_form_is_read_from_paragraphs() {
    let mut form = Form::filled();
    form.order.retain(|part| !matches!(part, Part::Area | Part::Representative));
    let lines = "■ 応募地域の基本情報をご記入ください。\n都道府県：鳥取県\n応募地域の単位：1\n応募地域名　汐見在宅医療圏域\n■ 代表者の基本情報をご記入ください。\n\
                 所　属　汐見市\n部署：健康部 長寿課\n氏名：岸本 遥\n役職\n課長\n住所：〒689-0000\n鳥取県汐見市浜町1番2号\n電話番号：0857-00-1234\nE-mail：choju@city.shiomi.example.jp";
    let title = std::mem::take(&mut form.title);
    check("paragraphs", &docx(&(title + &text(lines) + &form.body())), |_| {}, &[]);
}

#[test]
fn members_are_read_over_several_tables() {
    let mut form = Form::filled();
    let rest = form.members.split_off(4);
    let rows: Vec<String> = rest.iter().map(|cells| row(cells)).collect();
    let body = form.body().replace(&text("以上"), "");
    check("without a header", &docx(&(body.clone() + &text("") + &table(&rows))), |_| {}, &[]);
    let header = row(&["No.", "所属", "部署", "役職", "職種"].map(|label| tc(&text(label))));
    let rows: Vec<String> = std::iter::once(header).chain(rows).collect();
    check("with the header again", &docx(&(body + &table(&rows))), |_| {}, &[]);
}

#[test]
fn controls_around_cells_and_rows_change_nothing() {
    let mut form = Form::filled();
    form.prefecture = p(&control("<w:text/>", &run("鳥取県")));
    form.reason = control("", &form.reason);
    form.members[1][1] = control("", &form.members[1][1]);
    let body = form.body();
    let last = row(&form.members[9]);
    check("controls", &docx(&body.replace(&last, &control("", &last))), |_| {}, &[]);
}

#[test]
fn what_is_not_certain_is_a_finding() {
    let mut form = Form::filled();
    form.header[0] = "氏名".into();
    check("a column more", &form.docx(), |_| {}, &[FormFinding::UnknownColumn]);
    let twice = text("都道府県：島根県");
    let heading = text("■ 代表者の基本情報をご記入ください。");
    let body = Form::filled().body().replacen(&heading, &(heading.clone() + &twice), 1);
    check("two values", &docx(&body), |_| {}, &[FormFinding::SeveralValues]);
    let mut form = Form::filled();
    form.answer = text("1又は2");
    check("an answer that is none", &form.docx(), |form| form.unit = None, &[FormFinding::UnitUnclear]);
    let mut form = Form::filled();
    form.representative[2] = text("岸本 遥\n三上 恵介");
    check(
        "two names",
        &form.docx(),
        |form| form.representative.name = "岸本 遥\n三上 恵介".into(),
        &[FormFinding::SeveralPersons],
    );
}
