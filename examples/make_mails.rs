//! Fills a folder with inquiries for measurements: `cargo run --example make_mails -- 2000 DIR/new`.
//!
//! Half are in UTF-8 and half in ISO-2022-JP. One in twenty has a 200 KB attachment. The same number gives the same
//! mails.

use std::{env, error::Error, fmt::Write, fs, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8};

const SUBJECT: &str = "拠点整備・運用に関する照会";
const ATTACHMENT_BYTES: usize = 200 * 1024;

const ORGANIZATIONS: [&str; 5] = [
    "星川市 健康福祉部 地域包括ケア推進課",
    "みなと町 保健センター",
    "医療法人 若葉会 若葉診療所",
    "北山県 医療政策課",
    "青葉郡医師会 在宅医療連携拠点",
];
const NAMES: [&str; 5] = ["高橋 真由美", "佐藤 一郎", "田中 花子", "渡辺 健", "小林 恵"];
const QUESTIONS: [&str; 4] = [
    "在宅医療に必要な連携を担う拠点を、市が直接運営する場合と医師会へ委託する場合の、それぞれの事例を教えてください。",
    "多職種連携の会議に、防災担当課を加えている地域があれば、進め方をご教示ください。",
    "夜間・休日の往診体制について、複数の診療所で当番を組む際の取り決めの例を知りたいです。",
    "災害時に在宅の患者の安否を確かめる手順について、手引きのほかに参考となる資料がありますか。",
];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().collect();
    let [_, count, folder] = arguments.as_slice() else {
        return Err("usage: make_mails COUNT FOLDER".into());
    };
    let folder = Path::new(folder);
    fs::create_dir_all(folder)?;
    for number in 1..=count.parse()? {
        fs::write(folder.join(format!("{number}.M{number:07}.bench")), mail(number)?)?;
    }
    Ok(())
}

fn mail(number: usize) -> Result<Vec<u8>, Box<dyn Error>> {
    let charset = if number.is_multiple_of(2) { UTF_8 } else { ISO_2022_JP };
    let text = text(number);
    let mut mail = String::new();
    write!(mail, "From: {} <inquirer-{number:06}@example.jp>\r\n", word(charset, pick(&NAMES, number)))?;
    write!(mail, "To: zaitaku@tohmatu.co.jp\r\nSubject: {}\r\n", word(charset, SUBJECT))?;
    write!(mail, "Message-ID: <inquiry-{number:06}@example.jp>\r\n")?;
    mail.push_str("Date: Tue, 1 Jul 2025 09:12:02 +0900\r\nMIME-Version: 1.0\r\n");
    // One in twenty, equally often in both charsets: 0 is even, 21 is odd.
    let with_attachment = matches!(number % 40, 0 | 21);
    if with_attachment {
        mail.push_str("Content-Type: multipart/mixed; boundary=\"=_parts\"\r\n\r\n--=_parts\r\n");
    }
    let encoding = if charset == UTF_8 { "8bit" } else { "7bit" };
    write!(
        mail,
        "Content-Type: text/plain; charset={}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n",
        charset.name()
    )?;
    let mut mail = mail.into_bytes();
    mail.extend_from_slice(&charset.encode(&text).0);
    if with_attachment {
        mail.extend_from_slice(attachment(number).as_bytes());
    }
    Ok(mail)
}

/// The filled-in form of the circular.
fn text(number: usize) -> String {
    let question = pick(&QUESTIONS, number).repeat(1 + number % 4);
    format!(
        "1) 自治体・機関名：{}\r\n2) 氏名：{}\r\n3) 連絡先（TEL/メールアドレス）：03-0000-{:04}／inquirer-{number:06}@example.jp\r\n\
         4) 照会内容（具体的に）：\r\n{question}（整理番号 {number}）\r\n",
        pick(&ORGANIZATIONS, number),
        pick(&NAMES, number),
        number % 10_000,
    )
}

fn pick<'a>(choices: &[&'a str], number: usize) -> &'a str {
    choices.get(number % choices.len()).copied().unwrap_or_default()
}

/// A text as an encoded word (RFC 2047). The texts above are short enough for a single one.
fn word(charset: &'static Encoding, text: &str) -> String {
    format!("=?{}?B?{}?=", charset.name(), BASE64.encode(charset.encode(text).0))
}

/// An attachment of pseudo-random bytes, which do not compress, like those of a spreadsheet file.
fn attachment(number: usize) -> String {
    let mut state = number as u64 | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let bytes: Vec<u8> = (0..ATTACHMENT_BYTES / 8).flat_map(|_| next()).collect();
    let mut part = "\r\n--=_parts\r\nContent-Type: application/octet-stream; name=\"data.xlsx\"\r\n\
                    Content-Disposition: attachment; filename=\"data.xlsx\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        .to_owned();
    for line in bytes.chunks(57) {
        part.push_str(&BASE64.encode(line));
        part.push_str("\r\n");
    }
    part + "--=_parts--\r\n"
}
