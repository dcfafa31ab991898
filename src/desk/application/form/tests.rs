//! The form, from bytes of a file to its fields.

#[path = "../../../../tests/it/support/docx.rs"]
mod docx;

mod layouts;
mod marks;
mod properties;

use super::*;
use crate::desk::application::{Unit, submitted_in};
use docx::{Form, p, run, table, tc, text};

fn labels() -> Labels {
    Labels::new([])
}

/// The forms of a file.
fn forms(bytes: &[u8]) -> Vec<Result<(ApplicationForm, Vec<FormFinding>), Unread>> {
    submitted_in(0, "申込書.docx", bytes, &labels()).into_iter().map(|submitted| submitted.result).collect()
}

#[track_caller]
fn form(bytes: &[u8]) -> (ApplicationForm, Vec<FormFinding>) {
    let mut forms = forms(bytes);
    assert_eq!(forms.len(), 1, "one form");
    forms.remove(0).expect("a readable form")
}

/// A file reads like the plain form with one change, and with these findings.
#[track_caller]
fn check(name: &str, bytes: &[u8], change: impl FnOnce(&mut ApplicationForm), findings: &[FormFinding]) {
    let (mut expected, none) = form(&Form::filled().docx());
    assert_eq!(none, [], "the plain form");
    change(&mut expected);
    let (read, found) = form(bytes);
    assert_eq!(read, expected, "{name}");
    assert_eq!(found, findings, "{name}");
}

#[test]
fn the_plain_form_is_read_whole() {
    let (form, findings) = form(&Form::filled().docx());
    let person = &form.representative;
    assert_eq!(
        (form.prefecture.as_str(), form.unit, form.area.as_str()),
        ("鳥取県", Some(Unit::CareArea), "汐見在宅医療圏域")
    );
    assert_eq!((person.organization.as_str(), person.department.as_str()), ("汐見市", "健康部 長寿課"));
    assert_eq!((person.name.as_str(), person.position.as_str()), ("岸本 遥", "課長"));
    assert_eq!(
        (person.postal_code.as_str(), person.address.as_str()),
        ("689-0000", "鳥取県汐見市浜町1番2号")
    );
    assert_eq!(
        (person.telephone.as_str(), person.email.as_str()),
        ("0857-00-1234", "choju@city.shiomi.example.jp")
    );
    assert_eq!(
        form.reason,
        "拠点を昨年設けたが、役割が関係機関に知られていない。\n助言を得て役割分担を整理したい。"
    );
    assert_eq!(form.features, "人口4万人、高齢化率38％。訪問診療を行う診療所は5か所である。");
    assert_eq!(form.activities, "・多職種連携会議（年4回）\n・急変時の後方支援病床の調整");
    assert_eq!(
        form.issues,
        [crate::desk::application::Issue::Coordination, crate::desk::application::Issue::Disaster]
    );
    assert_eq!(form.issue_details, "夜間の往診が一部の医師に偏っている。\n災害時の安否確認の手順がない。");
    assert_eq!(form.members.len(), 10);
    assert_eq!(form.members[1].organization, "鳥取県");
    assert_eq!((form.missing(), findings), (vec![], vec![]));
}

#[test]
fn the_blank_form_is_blank() {
    let (form, findings) = form(&Form::blank().docx());
    assert!(form.is_blank(), "{form:?}");
    assert_eq!(findings, []);
    assert_eq!(form.missing().len(), 14);
}

#[test]
fn another_document_is_no_form() {
    let paragraphs = text("多職種連携会議　次第\n日時　令和7年7月20日\n場所　市役所");
    assert_eq!(forms(&docx::docx(&paragraphs)), [Err(Unread::NotTheForm)]);
    let list = table(&[
        docx::row(&["所属", "役職", "氏名", "電話", "メール"].map(|label| tc(&text(label)))),
        docx::row(
            &["汐見市", "係長", "岸本 遥", "0857-00-1234", "a@example.jp"].map(|label| tc(&text(label))),
        ),
    ]);
    assert_eq!(forms(&docx::docx(&list)), [Err(Unread::NotTheForm)]);
    let old = Form {
        title: text("令和6年度 モデル地域 応募用紙"),
        order: vec![docx::Part::Representative, docx::Part::Members],
        ..Form::filled()
    };
    assert_eq!(forms(&old.docx()), [Err(Unread::WrongForm)]);
}

#[test]
fn two_forms_in_a_file_are_two() {
    let mut other = Form::filled();
    other.area = text("白浜圏域");
    let both = docx::docx(&(Form::filled().body() + &other.body()));
    let areas: Vec<String> = forms(&both).into_iter().map(|form| form.unwrap().0.area).collect();
    assert_eq!(areas, ["汐見在宅医療圏域", "白浜圏域"]);
    let with_blank = docx::docx(&(Form::blank().body() + &Form::filled().body()));
    assert_eq!(form(&with_blank).0.area, "汐見在宅医療圏域");
}

#[test]
fn a_form_behind_the_circular_is_read() {
    let circular = text(
        "令和7年6月25日\n各都道府県衛生主管部（局）御中\n7 申込方法\n別紙2-②「モデル地域への伴走支援 申込書」に必要事項を記入の上、ご提出ください。\n\
         10 申込書提出先及びお問い合わせ先\nE-mail zaitaku@example.jp",
    );
    check("circular", &docx::docx(&(circular + &Form::filled().body())), |_| {}, &[]);
}

#[test]
fn runs_in_pieces_are_one_text() {
    let pieces = p(&format!(
        "{}<w:proofErr/><w:bookmarkStart/>{}<w:smartTag>{}</w:smartTag>",
        run("汐見"),
        run("在宅医療"),
        run("圏域")
    ));
    check("pieces", &Form { area: pieces, ..Form::filled() }.docx(), |_| {}, &[]);
}
