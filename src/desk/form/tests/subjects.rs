//! Subjects that are and are not the prescribed one.

use crate::desk::form::{FormRules, read_form};

#[test]
fn subjects_are_compared_without_reply_marks_tags_and_widths() {
    let cases = [
        ("拠点整備・運用に関する照会", true),
        ("拠点整備･運用に関する照会", true),
        ("拠点整備･運用に関する照会　", true),
        ("Re: 拠点整備・運用に関する照会", true),
        ("RE：Re:Fw: 拠点整備・運用に関する照会", true),
        ("Fwd: [zaitaku 123] 【外部】拠点整備・運用に関する照会", true),
        ("[EXTERNAL] 拠点整備・運用に関する照会", true),
        ("転送: 拠点整備・運用に関する照会", true),
        ("返信：拠点整備・運用に関する照会", true),
        ("件名：拠点整備・運用に関する照会", true),
        ("「拠点整備・運用に関する照会」", true),
        ("【拠点整備・運用に関する照会】", true),
        ("拠点整備・運用に関する照会（○○市）", true),
        ("拠点整備・運用に関する照会 A市", true),
        ("拠点整備・運用に関する照会_A市", true),
        ("拠点整備・運用に関する照会について", true),
        ("拠点整備・運用に関する照会です。", true),
        ("拠点整備・運用に関する照会２", true),
        ("【至急】（A県）拠点整備・運用に関する照会", true),
        ("A市 拠点整備・運用に関する照会", true),
        ("拠点整備 ・ 運用 に関する照会", true),
        ("拠点整備・運用に関する 照会", true),
        ("拠点整備運用に関する照会", true),
        ("ReL 拠点整備・運用に関する照会", true),
        ("Re[2]: 拠点整備・運用に関する照会", true),
        ("拠点整備・運用に関する照会 / 星川市", true),
        ("拠点整備・運用に関する照会：星川市", true),
        ("拠点整備・運用に関する照会-星川市", true),
        ("拠点整備・運用に関する照会〜星川市〜", true),
        ("拠点整備・運用に関する照会～星川市～", true),
        ("拠点整備・運用に関する照会（再送）", true),
        ("拠点整備・運用に関する照会【星川市】", true),
        ("拠点整備・運用に関する照会[zaitaku:0012]", true),
        ("Re^2: 拠点整備・運用に関する照会", true),
        ("FW: FW: 拠点整備・運用に関する照会", true),
        ("Ｒｅ：拠点整備・運用に関する照会", true),
        ("Re:Re:Re:拠点整備・運用に関する照会", true),
        ("Fw：【照会】拠点整備・運用に関する照会", true),
        ("＜拠点整備・運用に関する照会＞", true),
        ("『拠点整備・運用に関する照会』", true),
        ("〔外部メール〕拠点整備・運用に関する照会", true),
        ("[External Mail] [SPAM] 拠点整備・運用に関する照会", true),
        ("Subject: 拠点整備・運用に関する照会", true),
        ("拠点整備、運用に関する照会", true),
        ("拠点整備・運用に関する照会の件", true),
        ("  拠点整備・運用に関する照会  ", true),
        ("拠点整備\u{B7}運用に関する照会", true),
        ("拠点整備\u{30FB}\u{200B}運用に関する照会\u{FEFF}", true),
        ("拠点整備・運用に関する照会！", true),
        ("第1回 拠点整備・運用に関する照会", true),
        ("拠点整備・運用に関する照会への回答", false),
        ("拠点整備・運用に関する照会回答", false),
        ("拠点整備・運用に関する照会様式の送付", false),
        ("拠点整備・運用に関する照会状況一覧", false),
        ("拠点整備・運用に関するご照会", false),
        ("拠点整備・運用に関する照会窓口のご案内", false),
        ("拠点整備に関する照会", false),
        ("拠点の整備・運用について", false),
        ("", false),
        ("照会", false),
        ("在宅医療の体制整備・運用に関する相談窓口の設置について", false),
        ("Re: 在宅医療の体制整備・運用に関する相談窓口の設置について", false),
    ];
    let wrong: Vec<&str> = cases
        .into_iter()
        .filter(|(subject, expected)| {
            read_form(subject, "", &FormRules::default()).subject_conforms != *expected
        })
        .map(|(subject, _)| subject)
        .collect();
    assert!(wrong.is_empty(), "read the other way: {wrong:#?}");
}
