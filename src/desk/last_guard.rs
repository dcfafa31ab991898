//! The last guard: looks at every mail to an inquirer before it is queued. Nothing of the desk's inner workings may be in
//! it, and it must say something. A violation is explained to the writer, and the mail never leaves.

use super::{
    form::{Folds, addresses},
    own_marks,
    staff::Staff,
};

/// A mail as its receiver would get it.
#[derive(Debug, Clone, Copy)]
pub struct Guarded<'a> {
    pub subject: &'a str,
    pub body: &'a str,
    /// Who else gets it.
    pub cc: &'a [String],
    /// Name and bytes of each attached file.
    pub files: &'a [(&'a str, &'a [u8])],
    /// What a person wrote of it; `None` in an automatic mail.
    pub written: Option<OwnWords<'a>>,
}

/// The part of a mail that a person wrote, and what is needed to judge it.
#[derive(Debug, Clone, Copy)]
pub struct OwnWords<'a> {
    pub text: &'a str,
    pub staff: &'a Staff,
    /// The desk shows inquirers who answers them.
    pub shows_names: bool,
    /// Addresses of the desk.
    pub desk: &'a [String],
    /// What the inquirer has told of themselves: fields of the form, names and addresses. It may be repeated to them.
    pub theirs: &'a str,
}

/// Why a mail must not leave. Each but `Empty` has the line that is at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Violation {
    /// A key, a marker line or a cut line.
    Mark(String),
    /// The address or the name of a member of staff.
    Member(String),
    /// Header fields of a mail of the desk or a colleague.
    Header(String),
    /// An attached mail of the desk to its staff; the line is the file's name.
    File(String),
    /// No word at all.
    Empty,
}

impl Violation {
    /// The identifier in the audit and in the log. It tells nothing of the text.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Mark(_) => "mark",
            Self::Member(_) => "member",
            Self::Header(_) => "header",
            Self::File(_) => "file",
            Self::Empty => "empty",
        }
    }

    /// The line at fault, or the name of the file.
    #[must_use]
    pub fn line(&self) -> &str {
        match self {
            Self::Mark(line) | Self::Member(line) | Self::Header(line) | Self::File(line) => line,
            Self::Empty => "",
        }
    }
}

/// # Errors
/// The first reason why the mail must not leave.
pub fn guard(mail: &Guarded<'_>) -> Result<(), Violation> {
    let words = mail.written.map_or(mail.body, |written| written.text);
    if !mail.body.contains(char::is_alphanumeric) || !words.contains(char::is_alphanumeric) {
        return Err(Violation::Empty);
    }
    for text in [mail.subject, mail.body] {
        if let Some(at) = own_marks::find(text) {
            return Err(Violation::Mark(line_at(text, at)));
        }
    }
    if let Some((name, _)) = mail.files.iter().find(|(_, bytes)| is_our_mail(bytes)) {
        return Err(Violation::File((*name).to_owned()));
    }
    let Some(written) = &mail.written else { return Ok(()) };
    let is_internal = |address: &&String| {
        written.staff.find(address).is_some()
            || written.desk.iter().any(|own| own.eq_ignore_ascii_case(address))
    };
    if let Some(address) = mail.cc.iter().find(is_internal) {
        return Err(Violation::Member(address.clone()));
    }
    if let Some(line) = written.header() {
        return Err(Violation::Header(line));
    }
    written.member().map_or(Ok(()), |line| Err(Violation::Member(line)))
}

impl OwnWords<'_> {
    /// The first line with the address or the full name of a member.
    fn member(&self) -> Option<String> {
        if self.shows_names {
            return None;
        }
        let theirs = squashed(self.theirs);
        let their_addresses = addresses(self.theirs);
        let may_be_shown = |address: &str| {
            let known = self.desk.iter().chain(&their_addresses);
            known.into_iter().any(|known| known.eq_ignore_ascii_case(address))
        };
        let names: Vec<String> = self.staff.all().filter_map(|member| full_name(&member.name)).collect();
        let is_named = |line: &str| {
            let line = squashed(line);
            names.iter().any(|name| line.contains(name.as_str()) && !theirs.contains(name.as_str()))
        };
        let has_address = |line: &str| {
            line.contains(['@', '＠', '('])
                && addresses(line)
                    .iter()
                    .any(|found| self.staff.find(found).is_some() && !may_be_shown(found))
        };
        self.text.lines().find(|line| has_address(line) || is_named(line)).map(shown)
    }

    /// The first line of a block of header fields, as mail programs put above what they quote. Header fields of the
    /// inquirer's own mail may be repeated to them.
    fn header(&self) -> Option<String> {
        let theirs = addresses(self.theirs);
        let is_theirs = |line: &str| {
            let named = addresses(line);
            !named.is_empty()
                && named.iter().all(|found| theirs.iter().any(|known| known.eq_ignore_ascii_case(found)))
        };
        let lines: Vec<&str> = self.text.lines().collect();
        let mut fields: Vec<(Field, &str)> = Vec::new();
        for line in lines.iter().copied().chain([""]) {
            if let Some(field) = field(line) {
                fields.push((field, line));
                continue;
            }
            let kind = |wanted| fields.iter().any(|(field, _)| *field == wanted);
            let sender = fields.iter().find(|(field, _)| *field == Field::Sender);
            if let Some((_, sender)) = sender
                && (kind(Field::Date) || kind(Field::To) && kind(Field::Subject))
                && !is_theirs(sender)
            {
                return Some(shown(sender));
            }
            fields.clear();
        }
        None
    }
}

/// Header fields that mail programs show above a quoted mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Sender,
    Date,
    To,
    Subject,
}

/// Labels as Outlook, Gmail, Thunderbird and Apple Mail write them, folded.
const LABELS: [(Field, &[&str]); 4] = [
    (Field::Sender, &["from", "差出人", "送信者", "発信者", "送信元"]),
    (Field::Date, &["date", "sent", "送信日時", "日時", "日付", "送信日"]),
    (Field::To, &["to", "cc", "bcc", "reply-to", "宛先", "返信先"]),
    (Field::Subject, &["subject", "件名", "題名"]),
];

/// The header field that a line shows: `From: …`, 「差出人：…」, `*Sent:* …`.
fn field(line: &str) -> Option<Field> {
    /// Characters of the longest label with its decoration.
    const LABEL: usize = 20;
    let folded: String = Folds::from(line, 0).map(|(c, _)| c).take(LABEL).collect();
    let (label, _) = folded.split_once(':')?;
    let label: String =
        label.chars().filter(|c| !c.is_whitespace() && !matches!(c, '*' | '>' | '|')).collect();
    LABELS.iter().find(|(_, labels)| labels.contains(&label.as_str())).map(|(field, _)| *field)
}

/// Whether a file is a mail of the desk to its staff. Our own header field is among the first.
fn is_our_mail(bytes: &[u8]) -> bool {
    /// Bytes. Mail servers put some kilobytes of fields in front of ours.
    const HEAD: usize = 64 * 1024;
    const FIELD: &[u8] = b"x-madoguchi-loop:";
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    head.windows(FIELD.len()).any(|window| window.eq_ignore_ascii_case(FIELD))
}

/// A member's name without blanks, if it is a family name and a given name. A family name alone is too common a word.
fn full_name(name: &str) -> Option<String> {
    let parts = name.split_whitespace().count();
    (parts > 1).then(|| squashed(name))
}

/// A text folded, without blanks.
fn squashed(text: &str) -> String {
    Folds::from(text, 0).map(|(c, _)| c).filter(|c| !c.is_whitespace()).collect()
}

fn line_at(text: &str, at: usize) -> String {
    let (before, behind) = text.split_at_checked(at).unwrap_or((text, ""));
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let end = behind.find('\n').map_or(text.len(), |end| at + end);
    shown(text.get(start..end).unwrap_or_default())
}

/// A line as its writer is shown it: harmless, because the explanation is a mail that can be answered, too.
fn shown(line: &str) -> String {
    /// Characters.
    const LONGEST: usize = 80;
    own_marks::disarmed(line.trim()).chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::staff::Member;

    const DESK: &str = "desk@example.jp";

    fn staff() -> Staff {
        let member =
            |name: &str, address: &str| Member { name: name.into(), address: address.into(), lead: false };
        Staff::new(vec![member("佐藤 花子", "sato@example.jp"), member("林", "hayashi@example.jp")])
    }

    fn check(text: &str, shows_names: bool, theirs: &str) -> Option<&'static str> {
        let (staff, desk) = (staff(), [DESK.to_owned()]);
        let body = format!("山田 様\n\n{text}\n\n--\n窓口\nE-mail：{DESK}\n");
        let written = OwnWords { text, staff: &staff, shows_names, desk: &desk, theirs };
        let mail = Guarded {
            subject: "[ZT-2025-0001] 照会（回答）",
            body: &body,
            cc: &[],
            files: &[],
            written: Some(written),
        };
        guard(&mail).err().map(|violation| violation.code())
    }

    #[test]
    fn only_what_is_surely_meant_leaves_and_nothing_of_our_inner_workings() {
        for (text, expected) in [
            ("会議の例は、第一市にございます。", None),
            ("はい", None),
            ("", Some("empty")),
            ("……\n― 。", Some("empty")),
            ("▲▲▲", Some("empty")),
            ("前年度比は▲3％です。", None),
            ("承知しました。\n▲ ZT-2025-0001 回答ここまで ▲", Some("mark")),
            ("▲ 回答はこの線より上にご記入ください ▲", Some("mark")),
            ("記号は #7k3m9qxt2b4c5d です", Some("mark")),
            ("sato@example.jp にご連絡ください。", Some("member")),
            ("ＳＡＴＯ＠ｅｘａｍｐｌｅ．ｊｐにご連絡ください。", Some("member")),
            ("misato@example.jp にご連絡ください。", None),
            ("県庁の担当課（iryo@pref.example.jp）にご確認ください。", None),
            ("窓口（desk@example.jp）あてにお送りください。", None),
            ("担当は佐藤花子です。", Some("member")),
            ("担当は佐藤　花子です。", Some("member")),
            ("担当は佐藤です。", None),
            ("林業の従事者も対象です。", None),
            ("次のとおりお送りください。\n宛先：県庁\n件名：照会\n本文：様式のとおり", None),
            (
                "回答です。\n\n差出人: 窓口 <desk@example.jp>\n送信日時: 2025年7月1日\n宛先: 佐藤",
                Some("header"),
            ),
            ("回答です。\n\nFrom: 窓口\nTo: 佐藤\nSubject: [ZT-2025-0001] 新しい照会", Some("header")),
            ("> *From:* 伊藤\n> *Sent:* Tuesday, July 1, 2025", Some("header")),
            ("送信者：どなたでも構いません。", None),
        ] {
            assert_eq!(check(text, false, ""), expected, "{text}");
        }
    }

    #[test]
    fn a_desk_that_shows_names_may_name_its_members() {
        for text in ["担当は佐藤 花子です。", "sato@example.jp にご連絡ください。"] {
            assert_eq!(check(text, true, ""), None, "{text}");
        }
        assert_eq!(check("#7k3m9qxt2b4c5d", true, ""), Some("mark"));
    }

    #[test]
    fn what_the_inquirer_told_may_be_repeated_to_them() {
        let theirs = "星川市\n佐藤花子\n03-0000-0001 / Sato@example.jp";
        for text in [
            "sato@example.jp にお送りします。",
            "佐藤 花子 様のご照会の件です。",
            "差出人: 佐藤 <sato@example.jp>\n日時: 7月1日\n件名: 照会",
        ] {
            assert_eq!(check(text, false, theirs), None, "{text}");
        }
        assert_eq!(check("hayashi@example.jp", false, theirs), Some("member"));
    }

    #[test]
    fn an_automatic_mail_holds_no_mark_and_says_something() {
        let ours = b"Received: by mx\r\nX-Madoguchi-Loop: desk@example.jp\r\n\r\ntext";
        let pdf = b"%PDF-1.4";
        for (subject, body, file, expected) in [
            ("受付のお知らせ", "受け付けました。", &pdf[..], None),
            ("受付のお知らせ", "sato@example.jp", &pdf[..], None),
            ("受付のお知らせ #7k3m9qxt2b4c5d", "受け付けました。", &pdf[..], Some("mark")),
            ("受付のお知らせ", "----\n", &pdf[..], Some("empty")),
            ("受付のお知らせ", "受け付けました。", &ours[..], Some("file")),
        ] {
            let mail = Guarded { subject, body, cc: &[], files: &[("a", file)], written: None };
            assert_eq!(guard(&mail).err().map(|violation| violation.code()), expected, "{subject} {body}");
        }
    }

    #[test]
    fn a_copy_goes_to_no_colleague_and_not_to_the_desk() {
        let (staff, desk) = (staff(), [DESK.to_owned()]);
        for (cc, expected) in [
            ("kacho@city.example.jp", None),
            ("Sato@example.jp", Some("member")),
            ("Desk@example.jp", Some("member")),
        ] {
            let written =
                OwnWords { text: "例です。", staff: &staff, shows_names: true, desk: &desk, theirs: "" };
            let cc = [cc.to_owned()];
            let mail =
                Guarded { subject: "x", body: "例です。", cc: &cc, files: &[], written: Some(written) };
            assert_eq!(guard(&mail).err().map(|violation| violation.code()), expected, "{cc:?}");
        }
    }

    #[test]
    fn the_line_at_fault_is_shown_and_is_harmless() {
        let mail = Guarded {
            subject: "x",
            body: "一行目\n  > ▼ ZT-2025-0001 回答ここから #7k3m9qxt2b4c5d ▼\n三行目",
            cc: &[],
            files: &[],
            written: None,
        };
        let line = "> ▽ ZT-2025-0001 回答ここから ♯7k3m9qxt2b4c5d ▽";
        assert_eq!(guard(&mail), Err(Violation::Mark(line.to_owned())));
    }
}
