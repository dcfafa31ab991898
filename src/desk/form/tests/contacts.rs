//! Telephone numbers and mail addresses in the contact field, and the prefecture in the organization's name.

use crate::desk::form::{Finding, contact, prefecture};

#[test]
fn telephones_are_read_in_every_usual_spelling() {
    let cases: [(&str, &[&str]); 58] = [
        ("03-1234-5678", &["03-1234-5678"]),
        ("０３－１２３４－５６７８", &["03-1234-5678"]),
        ("０３―１２３４―５６７８", &["03-1234-5678"]),
        ("０３ー１２３４ー５６７８", &["03-1234-5678"]),
        ("03(1234)5678", &["03-1234-5678"]),
        ("(03)1234-5678", &["03-1234-5678"]),
        ("（０３）１２３４－５６７８", &["03-1234-5678"]),
        ("(03) 1234 5678", &["03-1234-5678"]),
        ("03.1234.5678", &["03-1234-5678"]),
        ("03 1234 5678", &["03-1234-5678"]),
        ("03 1234-5678", &["03-1234-5678"]),
        ("03 - 1234 - 5678", &["03-1234-5678"]),
        ("０４８（６６２）７８９０", &["048-662-7890"]),
        ("0312345678", &["03-1234-5678"]),
        ("0487654321", &["0487654321"]),
        ("09012345678", &["090-1234-5678"]),
        ("090-12345678", &["090-1234-5678"]),
        ("０９０１２３４５６７８", &["090-1234-5678"]),
        ("0901234-5678", &["090-1234-5678"]),
        ("0120-123-456", &["0120-123-456"]),
        ("0120123456", &["0120-123-456"]),
        ("0800-123-4567", &["0800-123-4567"]),
        ("08001234567", &["0800-123-4567"]),
        ("050-1234-5678", &["050-1234-5678"]),
        ("+81-3-1234-5678", &["03-1234-5678"]),
        ("+81 3 1234 5678", &["03-1234-5678"]),
        ("+81 (0)3-1234-5678", &["03-1234-5678"]),
        ("+81-90-1234-5678", &["090-1234-5678"]),
        ("+819012345678", &["090-1234-5678"]),
        ("TEL：03-1234-5678（内線 2315）", &["03-1234-5678"]),
        ("TEL03-1234-5678内線2315", &["03-1234-5678"]),
        ("03-1234-5678（代表） 内線：2315", &["03-1234-5678"]),
        ("03-1234-5678（代）（内線12）", &["03-1234-5678"]),
        ("03-1234-5678 ext. 2315", &["03-1234-5678"]),
        ("TEL：03-1234-5678\n内線：2315\n", &["03-1234-5678"]),
        ("03-1234-5678、090-1234-5678", &["03-1234-5678", "090-1234-5678"]),
        ("03-1234-5678 090-1234-5678", &["03-1234-5678", "090-1234-5678"]),
        ("03-1234-5678/090-1234-5678", &["03-1234-5678", "090-1234-5678"]),
        ("TEL：03-1234-5678 FAX：03-1234-5679", &["03-1234-5678"]),
        ("FAX 03-1234-5679 TEL 03-1234-5678", &["03-1234-5678"]),
        ("T:03-1234-5678 F:03-1234-5679", &["03-1234-5678"]),
        ("TEL/FAX：03-1234-5678", &["03-1234-5678"]),
        ("電話・ＦＡＸ　03-1234-5678", &["03-1234-5678"]),
        ("03-1234-5678 03-1234-5679(FAX)", &["03-1234-5678"]),
        ("〒060-0042 札幌市 011-221-0000", &["011-221-0000"]),
        ("〒060-0042 011-221-0000", &["011-221-0000"]),
        ("03-12345678", &["03-1234-5678"]),
        ("048-6627890", &["048-662-7890"]),
        ("0422-12-3456", &["0422-12-3456"]),
        ("0422(12)3456", &["0422-12-3456"]),
        ("04992-2-3456", &["04992-2-3456"]),
        ("03−1234−5678", &["03-1234-5678"]),
        ("代表 03-1234-5678 内線 0315", &["03-1234-5678"]),
        ("携帯：090-1234-5678（公用）", &["090-1234-5678"]),
        ("TEL：03-1234-5678(直)\nFAX：03-1234-5679\nMail：a@example.jp", &["03-1234-5678"]),
        ("０３（１２３４）５６７８　内線５５５", &["03-1234-5678"]),
        ("令和07.07.01 2025-07-01 12:00", &[]),
        ("taro09012345678@docomo.ne.jp", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(contact::read(text, &mut Vec::new()).telephones, expected, "{text}");
    }
}

#[test]
fn addresses_are_read_in_every_usual_spelling() {
    let cases: [(&str, &[&str]); 16] = [
        ("a@example.jp", &["a@example.jp"]),
        ("ａｂ．ｃ＠ｅｘａｍｐｌｅ．ｊｐ", &["ab.c@example.jp"]),
        ("TEL 03-1234-5678／taro_y@city.example.lg.jp", &["taro_y@city.example.lg.jp"]),
        ("メールアドレス:Taro.Y@Example.JP（直通）", &["Taro.Y@Example.JP"]),
        ("<taro@example.jp>", &["taro@example.jp"]),
        ("mailto:taro@example.jp", &["taro@example.jp"]),
        ("taro@example.jpです。", &["taro@example.jp"]),
        ("taro@example.jp.", &["taro@example.jp"]),
        ("a..b.@docomo.ne.jp", &["a..b.@docomo.ne.jp"]),
        ("taro(at)example.jp", &["taro@example.jp"]),
        ("taro @ example.jp", &["taro@example.jp"]),
        ("a@example.jp、b@example.jp", &["a@example.jp", "b@example.jp"]),
        ("a@example.jp A@example.jp", &["a@example.jp"]),
        ("メール：taro+zaitaku@example.co.jp", &["taro+zaitaku@example.co.jp"]),
        ("taro@city", &[]),
        ("@example.jp", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(contact::read(text, &mut Vec::new()).addresses, expected, "{text}");
    }
}

#[test]
fn odd_contacts_are_findings() {
    let cases = [
        ("FAX 03-1234-5678 a@example.jp", vec!["fax_number"]),
        ("03-1234-567", vec!["telephone_incomplete", "contact_unusable"]),
        ("03-1234-56789", vec!["telephone_incomplete", "contact_unusable"]),
        ("平日のみ", vec!["contact_unusable"]),
        ("a(at)example.jp", vec!["address_masked"]),
        ("a@city 03-1234-5678", vec!["address_incomplete"]),
        ("03-1234-5678", vec![]),
    ];
    for (text, expected) in cases {
        let mut findings: Vec<Finding> = Vec::new();
        contact::read(text, &mut findings);
        assert_eq!(findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), expected, "{text}");
    }
}

#[test]
fn the_prefecture_is_derived_where_it_is_evident() {
    let cases = [
        ("埼玉県保健医療部医療整備課", Some("埼玉県")),
        ("東京都府中市", Some("東京都")),
        ("京都府", Some("京都府")),
        ("北海道 保健福祉部", Some("北海道")),
        ("府中市", None),
        ("伊達市", None),
        ("横浜市 健康福祉局", Some("神奈川県")),
        ("東村山市", Some("東京都")),
        ("四日市市保健所", Some("三重県")),
        ("廿日市市", Some("広島県")),
        ("市川市", Some("千葉県")),
        ("北広島市", Some("北海道")),
        ("広島市", Some("広島県")),
        ("世田谷区役所", Some("東京都")),
        ("港区", None),
        ("中央区", None),
        ("中央保健所", None),
        ("一般社団法人松戸市医師会", Some("千葉県")),
        ("公益社団法人 大分市医師会", Some("大分県")),
        ("札幌医師会", Some("北海道")),
        ("川口保健所", Some("埼玉県")),
        ("市立札幌病院", Some("北海道")),
        ("千葉大学医学部附属病院", Some("千葉県")),
        ("比企郡小川町", Some("埼玉県")),
        ("龍ヶ崎市", Some("茨城県")),
        ("袖ヶ浦市", Some("千葉県")),
        ("星川市 本町", None),
        ("石川医院", None),
        ("山口内科クリニック", None),
        ("白樺台訪問看護ステーション", None),
        ("大町町", Some("佐賀県")),
        ("大町市", Some("長野県")),
        ("国立病院機構", None),
        ("", None),
    ];
    for (text, expected) in cases {
        assert_eq!(prefecture::of(text), expected, "{text}");
    }
}

#[test]
fn the_list_of_municipalities_is_whole() {
    let names: Vec<&str> =
        prefecture::MUNICIPALITIES.lines().flat_map(|line| line.split(' ').skip(1)).collect();
    let ending = |end| names.iter().filter(|name| name.ends_with(end)).count();
    assert_eq!(prefecture::MUNICIPALITIES.lines().count(), 47);
    assert_eq!([ending('市'), ending('町'), ending('村')], [792, 743, 183]);
    let longest = names.iter().map(|name| name.chars().count()).max();
    assert_eq!(longest, Some(prefecture::LONGEST), "the longest name bounds the search");
}
