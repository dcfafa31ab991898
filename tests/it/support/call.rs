//! Applications of invented regions for the 伴走支援, sent by the offices of their prefectures.

use super::{
    docx::{Form, text},
    mail::{Mail, attached},
};

/// Prefecture, area, host of the prefecture's office.
pub const REGIONS: [(&str, &str, &str); 6] = [
    ("鳥取県", "汐見在宅医療圏域", "tottori"),
    ("島根県", "灘東在宅医療圏域", "shimane"),
    ("岡山県", "高梁川在宅医療圏域", "okayama"),
    ("広島県", "三谷在宅医療圏域", "hiroshima"),
    ("山口県", "長浦在宅医療圏域", "yamaguchi"),
    ("徳島県", "吉野上在宅医療圏域", "tokushima"),
];

pub fn representative(nth: usize) -> String {
    format!("daihyo{nth}@hosp{nth}.example.jp")
}

/// The area of application `nth`. A prefecture may send several.
pub fn area(nth: usize) -> String {
    let (_, area, _) = REGIONS[(nth - 1) % REGIONS.len()];
    match (nth - 1) / REGIONS.len() {
        0 => area.to_owned(),
        more => format!("第{more}{area}"),
    }
}

/// The mail with application `nth`, from 1.
pub fn application(nth: usize) -> Mail {
    let (prefecture, _, host) = REGIONS[(nth - 1) % REGIONS.len()];
    let mut form = Form::filled();
    form.prefecture = text(prefecture);
    form.area = text(&area(nth));
    form.representative[4] = text(&format!("〒689-0000\n{prefecture}浜町1番2号"));
    form.representative[6] = text(&representative(nth));
    let mail = Mail::new()
        .from(&format!("tanto@pref.{host}.example.jp"))
        .subject("伴走支援の申込書の提出について")
        .id(&format!("application-{nth}@pref.{host}.example.jp"));
    attached(mail, "申込書を提出いたします。\n", "申込書.docx", &form.docx())
}
