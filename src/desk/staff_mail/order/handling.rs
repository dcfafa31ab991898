//! Orders about mails as such: 受付, 破棄, 全文, 訂正, 再送; and about lists, searches, phrases and reports. Their patterns, and what the text behind 訂正 says.

use super::{
    Doubt,
    folded::Folded,
    table::{Scope, Verb},
};
use crate::desk::{
    form::FieldKey,
    handling::{Corrected, Correction, HandlingCommand},
};

/// As the rows of `table`. The source of all is the guide.
pub(super) const ROWS: [(Verb, Scope, &str); 23] = [
    (
        Verb::TakeIn,
        Scope::Everywhere,
        r"{it}(?:照会(?:票)?として ?)?(?:受付|受け付け|受付け|受けつけ)(?:{do}|{please}|{is}|{make}|ます|て(?:くだ|下)さい)?",
    ),
    (
        Verb::SheetCsv,
        Scope::Everywhere,
        r"(?:最新の|日次)?(?:一覧(?:表)?|list)(?:を|の|は|、|,)? ?csv(?:形式|ファイル)?(?:を|で|が)?(?:{please}|(?:くだ|下)さい|送って(?:くだ|下)さい|お?送り(?:くだ|下)さい)?",
    ),
    (
        Verb::SheetXlsx,
        Scope::Everywhere,
        r"(?:最新の|日次)?(?:一覧(?:表)?|list)(?:を|の|は|、|,)? ?(?:xlsx|excel|エクセル)(?:形式|ファイル)?(?:を|で|が)?(?:{please}|(?:くだ|下)さい|送って(?:くだ|下)さい|お?送り(?:くだ|下)さい)?",
    ),
    (
        Verb::List,
        Scope::Everywhere,
        r"(?:最新の|日次)?一覧(?:表)?(?:を|が)?(?:お)?(?:(?:くだ|下)さい|頂戴(?:したい(?:です)?|できますか)|欲しいです|ほしいです|送付{do}|送信{do}|送って(?:くだ|下)さい|お?送り(?:くだ|下)さい|見せて(?:くだ|下)さい)",
    ), // issue
    (Verb::List, Scope::Everywhere, r"(?:最新の|日次)?一覧(?:表)?(?:{please}|表示)?"), // guide
    (
        Verb::List,
        Scope::Everywhere,
        r"一覧(?:表)? *(?:[:、] *| +|は *){name} ?{san}?(?:{please}|の分(?:{please})?)?",
    ), // guide
    (
        Verb::List,
        Scope::Everywhere,
        r"{name} ?{san}?の(?:照会の)?一覧(?:を?(?:送って)?(?:くだ|下)さい|{please})?",
    ), // speech
    (Verb::List, Scope::Everywhere, r"{pre}(?:send )?(?:me )?(?:the )?list(?: please)?"), // guide
    (Verb::KeepPhrase, Scope::Everywhere, r"定型文?(?:を|の)? ?保存"),                 // guide
    (Verb::Phrases, Scope::Everywhere, r"定型文?(?:の)? ?一覧(?:{please})?"),          // guide
    (Verb::Search, Scope::Everywhere, r"(?:照会(?:を|の)?)?検索|search(?: for)?"),     // guide
    (
        Verb::Report,
        Scope::Everywhere,
        r"月次報告書?(?:の案|を|の)?(?:{please}|(?:くだ|下)さい|送って(?:くだ|下)さい)?",
    ),
    (Verb::YearReport, Scope::Everywhere, r"年度の?(?:まとめ|報告書?)(?:{please}|を?(?:くだ|下)さい)?"),
    (Verb::Issue, Scope::Everywhere, r"{it}(?:報告書?(?:を|の) ?)?発行(?:{do}|{please}|{is}|{make})?"),
    (Verb::Discard, Scope::Everywhere, r"{it}(?:破棄|廃棄)(?:{do}|{please}|{is}|{make})?"),
    (
        Verb::Original,
        Scope::Everywhere,
        r"{it}(?:全文|原文|(?:元|届いた)の?メール)(?:{please}|表示|(?:を|が)?(?:(?:くだ|下)さい|見たいです|見せて(?:くだ|下)さい|送って(?:くだ|下)さい))?",
    ),
    // 添付します and 添付をお送りください may be meant for the inquirer.
    (Verb::Original, Scope::Everywhere, r"添付(?:ファイル)?"),
    (Verb::Original, Scope::Everywhere, r"{pre}(?:show )?(?:full text|original|attachments?)(?: please)?"),
    (
        Verb::Forward,
        Scope::Everywhere,
        r"{it}転送(?:{do}|{please}|{is})?|{pre}forward(?: (?:it|this))?(?: to)?",
    ),
    (
        Verb::Forward,
        Scope::Everywhere,
        r"{it}{name} ?(?:{san}|先生)?(?:に|へ|宛て?に?|あてに?) ?転送(?:{do}|{please}|{is})?",
    ),
    (
        Verb::Quote,
        Scope::Everywhere,
        r"引用(?:{do}|{please}|{is}|して回答(?:{do})?|で回答(?:{do})?)?|{pre}quote",
    ),
    (Verb::Correct, Scope::Everywhere, r"{it}(?:登録(?:の|を)?)?訂正(?:{do}|{please}|{is})?"),
    (
        Verb::Resend,
        Scope::Everywhere,
        r"{it}(?:再送信?|送り直し)(?:{do}|{please}|{is}|{make}|ます|て(?:くだ|下)さい)?",
    ),
];

/// What members call the values that they correct, folded.
const LABELS: [(Corrected, &[&str]); 5] = [
    (
        Corrected::Address,
        &["アドレス", "メールアドレス", "メール", "宛先", "送信先", "e-mail", "email", "mail", "address"],
    ),
    (Corrected::Field(FieldKey::Name), &["氏名", "お名前", "名前", "担当者名", "name"]),
    (
        Corrected::Field(FieldKey::Organization),
        &["機関名", "自治体・機関名", "自治体名", "自治体", "所属", "組織名", "organization"],
    ),
    (Corrected::Field(FieldKey::Contact), &["連絡先", "電話番号", "電話", "tel", "contact"]),
    (Corrected::Field(FieldKey::Inquiry), &["照会内容", "内容", "照会文", "inquiry"]),
];

/// The command of a word, without its text yet.
pub(super) fn command(verb: Verb) -> Option<HandlingCommand> {
    Some(match verb {
        Verb::TakeIn => HandlingCommand::TakeIn,
        Verb::Discard => HandlingCommand::Discard(String::new()),
        Verb::Original => HandlingCommand::Original,
        Verb::Correct => HandlingCommand::Correct(Vec::new()),
        Verb::Resend => HandlingCommand::Resend,
        Verb::Forward => HandlingCommand::Forward(String::new()),
        Verb::Quote => HandlingCommand::Quote(String::new()),
        _ => return None,
    })
}

/// The corrections of a text: a label and a value on each line. Only 照会内容 goes on over further lines.
pub(super) fn corrections(text: &str) -> Result<Vec<Correction>, Doubt> {
    let mut found: Vec<Correction> = Vec::new();
    for line in text.trim().lines() {
        if let Some((what, value)) = labelled(line) {
            if found.iter().any(|known| known.what == what) {
                return Err(Doubt::TwiceSaid);
            }
            found.push(Correction { what, value: value.to_owned() });
            continue;
        }
        match found.last_mut() {
            Some(Correction { what: Corrected::Field(FieldKey::Inquiry), value }) => {
                value.push('\n');
                value.push_str(line.trim_end());
            }
            _ if line.trim().is_empty() => {}
            Some(_) => return Err(Doubt::TextBehind),
            None => return Err(Doubt::NoField),
        }
    }
    for correction in &mut found {
        correction.value = correction.value.trim().to_owned();
    }
    let is_complete = !found.is_empty() && found.iter().all(|correction| !correction.value.is_empty());
    if is_complete { Ok(found) } else { Err(Doubt::NoField) }
}

/// 「アドレス yamada@example.jp」, 「氏名：山田 太郎」, 「「氏名」を山田 太郎に」: the label, and the value as it was typed.
fn labelled(line: &str) -> Option<(Corrected, &str)> {
    let folded = Folded::of(line);
    let start = folded.as_str().len() - folded.as_str().trim_start_matches(['「', '・', ' ']).len();
    let rest = folded.from(start);
    let (what, end) = LABELS
        .iter()
        .flat_map(|(what, labels)| labels.iter().map(move |label| (*what, *label)))
        .filter(|(_, label)| rest.as_str().starts_with(label))
        .map(|(what, label)| (what, label.len()))
        .max_by_key(|(_, end)| *end)?;
    let behind = rest.from(end);
    let value = behind.as_str().trim_start_matches(['」', ' ', ':', '=', '→', 'を', 'は']);
    let gap = behind.as_str().len() - value.len();
    // 「内容証明…」 is no label with a value, and a label alone has none.
    if gap == 0 && !behind.is_empty() {
        return None;
    }
    let value = line.get(behind.source(gap)..).unwrap_or_default().trim();
    Some((what, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_correction_is_a_label_with_a_value() {
        use Corrected::{Address, Field};
        use FieldKey::{Contact, Inquiry, Name, Organization};
        for (text, expected) in [
            ("アドレス yamada@city.example.jp", Ok(vec![(Address, "yamada@city.example.jp")])),
            (
                "メールアドレス：Ｙａｍａｄａ@city.example.jp",
                Ok(vec![(Address, "Ｙａｍａｄａ@city.example.jp")]),
            ),
            ("氏名　髙橋 真由美", Ok(vec![(Field(Name), "髙橋 真由美")])),
            ("「機関名」→ 星川市", Ok(vec![(Field(Organization), "星川市")])),
            ("連絡先を 03-0000-1201", Ok(vec![(Field(Contact), "03-0000-1201")])),
            (
                "氏名：高橋\n\nアドレス：a@example.jp",
                Ok(vec![(Field(Name), "高橋"), (Address, "a@example.jp")]),
            ),
            ("照会内容：会議の例\n・職種", Ok(vec![(Field(Inquiry), "会議の例\n・職種")])),
            ("アドレス", Err(Doubt::NoField)),
            ("", Err(Doubt::NoField)),
            ("前回の回答の3行目", Err(Doubt::NoField)),
            ("内容証明の件", Err(Doubt::NoField)),
            ("氏名 高橋\nよろしく", Err(Doubt::TextBehind)),
            ("氏名 高橋\n氏名 高橋", Err(Doubt::TwiceSaid)),
        ] {
            let found = corrections(text);
            let found = found.map(|found| {
                found.into_iter().map(|Correction { what, value }| (what, value)).collect::<Vec<_>>()
            });
            let expected = expected
                .map(|all| all.into_iter().map(|(what, value)| (what, value.to_owned())).collect::<Vec<_>>());
            assert_eq!(found, expected, "{text}");
        }
    }
}
