//! Any order, spelling, columns and values read back.

use proptest::prelude::*;

use super::{
    docx::{Form, LABELS, PARTS, tc, text},
    *,
};

/// Text of one line that is no label, heading or note.
fn words() -> impl Strategy<Value = String> {
    "[汐浜灘菊松青海山川][a-zA-Z漢字かなカナ・〜…]{1,12}"
}

fn member() -> impl Strategy<Value = [String; 4]> {
    let person = (words(), prop_oneof![Just(String::new()), words()], words(), words());
    person.prop_map(|(organization, department, position, profession)| {
        [organization, department, position, profession]
    })
}

/// The spellings of each label that are tried.
const SPELLINGS: [(&str, &[&str]); 10] = [
    ("都道府県", &["都道府県名", "①都道府県", "【都道府県】"]),
    ("応募地域の単位", &["応募単位", "応募地域の単位："]),
    ("応募地域名", &["応募圏域名", "応募する地域の名称"]),
    (LABELS[0], &["所属", "所属機関名", "・所属"]),
    (LABELS[1], &["部署名", "担当部署"]),
    (LABELS[2], &["氏名（ふりがな）", "代表者氏名"]),
    (LABELS[3], &["職名", "役職名"]),
    (LABELS[4], &["所在地", "ご住所"]),
    (LABELS[5], &["ＴＥＬ", "電話（直通）"]),
    (LABELS[6], &["Ｅ－ｍａｉｌ", "メールアドレス", "電子メール"]),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn orders_spellings_and_columns_read_back(
        order in Just(PARTS.to_vec()).prop_shuffle(),
        spellings in prop::collection::vec(any::<prop::sample::Index>(), 10),
        columns in Just(vec![0_usize, 1, 2, 3]).prop_shuffle(),
        members in prop::collection::vec(member(), 1..18),
        texts in prop::collection::vec(words(), 6),
        marks in prop::collection::vec(any::<bool>(), 5),
    ) {
        let labels = SPELLINGS.iter().zip(&spellings).map(|((label, others), at)| {
            let all: Vec<&str> = std::iter::once(*label).chain(others.iter().copied()).collect();
            (*label, (*at.get(&all)).to_owned())
        });
        let header = ["所属", "部署", "役職", "職種"];
        let mut form = Form { order, labels: labels.collect(), ..Form::filled() };
        form.header = std::iter::once("No.").chain(columns.iter().map(|at| header[*at])).map(str::to_owned).collect();
        form.members = members.iter().enumerate().map(|(at, person)| {
            let cells = columns.iter().map(|column| tc(&text(&person[*column])));
            std::iter::once(tc(&text(&(at + 1).to_string()))).chain(cells).collect()
        }).collect();
        form.area = text(&texts[0]);
        form.representative[0] = text(&texts[1]);
        form.reason = text(&texts[2]);
        form.features = text(&texts[3]);
        form.activities = text(&texts[4]);
        form.details = text(&texts[5]);
        let items = docx::ISSUES.iter().zip(&marks);
        form.issues = items.map(|(issue, mark)| text(&format!("{}・{issue}", if *mark { "○" } else { "" }))).collect();
        let (read, findings) = super::form(&form.docx());
        prop_assert_eq!(findings, []);
        let read_texts = [&read.area, &read.representative.organization, &read.reason, &read.features, &read.activities, &read.issue_details];
        prop_assert_eq!(read_texts.map(String::as_str), [0, 1, 2, 3, 4, 5].map(|at| texts[at].as_str()));
        prop_assert_eq!(&read.representative.email, "choju@city.shiomi.example.jp");
        let read_members: Vec<[String; 4]> = read.members.into_iter()
            .map(|m| [m.organization, m.department, m.position, m.profession]).collect();
        prop_assert_eq!(read_members, members);
        let expected: Vec<_> = crate::desk::application::Issue::ALL.iter().zip(&marks)
            .filter(|(_, mark)| **mark).map(|(issue, _)| *issue).collect();
        prop_assert_eq!(read.issues, expected);
    }

    #[test]
    fn any_rows_are_read_without_a_panic(cells in prop::collection::vec(prop::collection::vec("[所属氏名都道府県■応募の理由をご記入ください※：1２○・〒\t\n職種部署役職]{0,12}", 1..5), 0..12)) {
        let rows = cells.iter().enumerate().map(|(at, cells)| Row {
            table: at % 3,
            cells: cells.iter().enumerate().map(|(col, text)| paper::Cell { col, text: text.clone(), continued: at % 2 == 1, drawn: vec![0] }).collect(),
        });
        let paper = Paper { rows: rows.collect(), findings: BTreeSet::new() };
        let _ = read(&paper, &labels());
        let labels = labels();
        let _ = Sheet::of(&paper.rows, &labels, &paper.findings).form(&paper.findings);
    }
}
