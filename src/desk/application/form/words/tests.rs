//! Labels, headings and notes.

use super::*;

#[test]
fn labels_are_read_in_many_spellings() {
    let labels = Labels::new([(ApplicationField::Area, "応募エリア".to_owned())]);
    use ApplicationField as F;
    for (text, field) in [
        ("都道府県", F::Prefecture),
        ("　都 道 府 県　", F::Prefecture),
        ("【都道府県】", F::Prefecture),
        ("（都道府県）", F::Prefecture),
        ("１．都道府県名", F::Prefecture),
        ("所　属", F::Organization),
        ("①所属：", F::Organization),
        ("氏名（ふりがな）", F::Name),
        ("役職・職名", F::Position),
        ("E - mail", F::Email),
        ("Ｅ－Ｍａｉｌ", F::Email),
        ("e‐mail", F::Email),
        ("ＴＥＬ（直通）", F::Telephone),
        ("■ 所在地", F::Address),
        ("応募エリア", F::Area),
    ] {
        assert_eq!(labels.of(text), Some(Label::Field(field)), "{text}");
    }
    for text in ["灘浜市", "所属する機関の方針", "", "島根県"] {
        assert_eq!(labels.of(text), None, "{text}");
    }
    let (label, rest) = labels.in_front("氏　名：松浦 恵理子").unwrap();
    assert_eq!((label, rest), (Label::Field(F::Name), "松浦 恵理子"));
    let (label, rest) = labels.in_front("所　属　灘浜市").unwrap();
    assert_eq!((label, rest), (Label::Field(F::Organization), "灘浜市"));
}

#[test]
fn headings_are_told_from_what_applicants_write() {
    for (text, section) in [
        ("■ 応募地域の基本情報をご記入ください。", Some(Section::Area)),
        ("■ 代表者の基本情報をご記入ください。", Some(Section::Representative)),
        ("■ 応募の理由をご記入ください。（※できる限り具体的にご記載ください）", Some(Section::Reason)),
        ("１．応募の理由", Some(Section::Reason)),
        ("【地域の特徴について】", Some(Section::Features)),
        ("◆拠点の取り組み内容を記入して下さい", Some(Section::Activities)),
        (
            "■ 地域の課題について、該当する項目に○を付けたうえで、詳細を枠内にご記入ください。",
            Some(Section::Issues),
        ),
        ("■ 地域の課題について、該当する項目に○を付けたうえで、", Some(Section::Issues)),
        ("■ 想定される本伴走支援の参加者（構成員）をご記入ください。", Some(Section::Members)),
        ("■ 地域の特徴と課題", None),
        ("地域の課題が多いため応募した。", None),
        ("・在宅医療に関する人材育成", None),
        ("（※できる限り具体的にご記載ください）", None),
        ("（※行が足りない場合は適宜追加してご記入ください）", None),
    ] {
        assert_eq!(heading(text), section, "{text}");
    }
}

#[test]
fn printed_notes_are_cut_and_others_stay() {
    for (text, left) in [
        ("※右の回答欄に 1 又は 2 をご記入ください", ""),
        (
            "※上記設問で 1 と回答した場合は在宅医療の圏域を、\n2 と回答した場合はその地域名をご記載ください\n灘浜圏域",
            "灘浜圏域",
        ),
        ("（※ご記載ください）灘浜圏域", "灘浜圏域"),
        ("灘浜圏域（※東部を除く）", "灘浜圏域（※東部を除く）"),
        ("※詳細は別紙をご覧ください", "※詳細は別紙をご覧ください"),
    ] {
        assert_eq!(lines(&without_notes(text)), left, "{text}");
    }
    for (line, printed) in [
        ("（※できる限り具体的にご記載ください）", true),
        ("（※現時点で参加を想定している職種や機関の記載で構いません）", true),
        ("詳細を枠内にご記入ください。", true),
        ("　　　以上", true),
        ("できる限り具体的に取り組む。", false),
    ] {
        assert_eq!(is_printed(line), printed, "{line}");
    }
}
