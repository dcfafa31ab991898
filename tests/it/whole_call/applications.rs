//! Applications arrive, from the first day of the call to the minute after the last.

use super::{ITO, SATO, SELECTED, Year, answers, digest, form, office};
use crate::support::{
    docx::{Form, text, zip},
    mail::{inquiry, message},
};

pub(super) fn applications_arrive(year: &mut Year<'_>) {
    // The call opens two days before the consultation desk.
    let question = "1県から複数の地域を応募できますか。ご教示ください。";
    year.arrive(
        "2025-06-25T09:30",
        vec![office("okayama", "岡山県医療推進課 藤井", "q1", "伴走支援の公募について", question)],
    );
    year.orders("2025-06-25T10:30", "2025-06-25T10:41", &[(SATO, "[ZT-2025-0001] 新しい照会", "応募できる地域の数に制限はございません。都道府県でお取りまとめのうえ、地域ごとに申込書をお送りください。")]);
    year.arrive("2025-06-30T09:10", vec![inquiry(2)]);
    year.orders(
        "2025-06-30T11:00",
        "2025-06-30T11:11",
        &[(ITO, "[ZT-2025-0002] 新しい照会", "会議の参加者の例は、ガイドブックの第3章にございます。")],
    );
    let tottori = form("鳥取県", "汐見在宅医療圏域", "岸本 遥", SELECTED).docx();
    year.arrive(
        "2025-07-10T10:00",
        vec![
            office(
                "tottori",
                "鳥取県医療政策課 谷口",
                "a1",
                "伴走支援の申込書の提出について",
                "申込書を提出いたします。ご査収ください。",
            )
            .files(&[("申込書（汐見）.docx", &tottori)]),
        ],
    );
    // Two regions in one mail; one of them is withdrawn later.
    let east = form("島根県", "灘東在宅医療圏域", "三島 誠", "mishima@nada.example.jp").docx();
    let west = form("島根県", "灘西在宅医療圏域", "小田 恵", "oda@nada.example.jp").docx();
    year.arrive(
        "2025-07-11T13:00",
        vec![
            office("shimane", "Tanto", "a2", "伴走支援 申込書（2地域）", "2地域の申込書を提出いたします。")
                .files(&[("灘東.docx", &east), ("灘西.zip", &zip(&[("灘西.docx", &west)]))]),
        ],
    );
    // Nobody can read a PDF; the officer is asked, and replies with the form.
    year.arrive(
        "2025-07-14T09:20",
        vec![
            office(
                "okayama",
                "岡山県医療推進課 藤井",
                "a3",
                "伴走支援の申込書の提出",
                "申込書をお送りします。",
            )
            .files(&[("申込書.pdf", b"%PDF-1.4 x")]),
        ],
    );
    year.orders(
        "2025-07-14T10:00",
        "2025-07-14T10:11",
        &[(
            SATO,
            "[ZT-2025-0006] 伴走支援の応募",
            "質問 応募地域の名称と代表者の方のお名前を、Word形式の申込書にてお知らせください。",
        )],
    );
    let okayama = form("岡山県", "高梁川在宅医療圏域", "西村 隆", "nishimura@takahashi.example.jp").docx();
    let again = answers(
        year.desk,
        ("岡山県医療推進課 藤井", "tanto@pref.okayama.example.jp"),
        "ご確認のお願い",
        "a3-2@pref.okayama.example.jp",
        "申込書をWord形式でお送りします。",
    )
    .files(&[("申込書.docx", &okayama)]);
    year.arrive("2025-07-15T09:00", vec![again]);
    // A city sends its own; nobody looks at it until its deadline has passed.
    let hiroshima = form("広島県", "三谷在宅医療圏域", "久保 進", "kubo@mitani.example.jp").docx();
    let city = message(9, "伴走支援への応募", "三谷市です。申込書をお送りします。")
        .from("三谷市長寿課 原 <choju@city.mitani.example.jp>")
        .id("a4@city.mitani.example.jp")
        .files(&[("申込書.docx", &hiroshima)]);
    year.arrive("2025-07-18T15:00", vec![city]);
    year.pass("2025-07-23T11:00");
    year.pass("2025-07-24T09:00");
    year.orders(
        "2025-07-24T09:30",
        "",
        &[(SATO, "[ZT-2025-0007] 伴走支援の応募", "受理 広島県に電話で確認したため")],
    );
    // Revised, withdrawn, late.
    let revised = Form {
        reason: text("拠点を昨年設けた。夜間の急変時の役割分担を、助言を得て整理したい。"),
        ..form("鳥取県", "汐見在宅医療圏域", "岸本 遥", SELECTED)
    }
    .docx();
    year.arrive(
        "2025-07-25T16:00",
        vec![
            office(
                "tottori",
                "鳥取県医療政策課 谷口",
                "a1-2",
                "伴走支援の申込書の差し替え",
                "申込書を差し替えます。",
            )
            .files(&[("申込書（汐見）修正.docx", &revised)]),
        ],
    );
    let withdrawn = answers(
        year.desk,
        ("Tanto", "tanto@pref.shimane.example.jp"),
        "受領のお知らせ",
        "w@pref.shimane.example.jp",
        "灘西在宅医療圏域（ZT-2025-0005）の応募を取り下げます。",
    );
    year.arrive("2025-07-28T10:00", vec![withdrawn]);
    year.orders(
        "2025-07-28T10:20",
        "2025-07-28T10:31",
        &[
            (ITO, "[ZT-2025-0005] 伴走支援の応募", "取下 担当者からメールで申出があったため"),
            (ITO, "[ZT-2025-0004] 伴走支援の応募への返信", "灘西在宅医療圏域の応募のお取下げを承りました。"),
        ],
    );
    let tokushima = form("徳島県", "吉野上在宅医療圏域", "大西 望", "onishi@yoshino.example.jp").docx();
    digest(year, "2025-07-31T09:00");
    year.arrive(
        "2025-08-01T00:01",
        vec![
            office("tokushima", "徳島県医療政策課 森本", "a5", "伴走支援の申込書", "申込書を提出します。")
                .header("Date", "Thu, 31 Jul 2025 23:58:40 +0900")
                .files(&[("申込書.docx", &tokushima)]),
        ],
    );
    year.orders(
        "2025-08-01T09:30",
        "",
        &[(SATO, "[ZT-2025-0008] 伴走支援の応募", "受理 送信は締切前で、遅れはわずかであるため")],
    );
}
