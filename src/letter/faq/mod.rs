//! Entries for the guidebook in words: what came of an operation, for staff and for the operator; the mail that shows an
//! entry with its marks. `export` has the files.

mod export;

use serde::Serialize;

use super::{AND, staff::StaffCommon};
use crate::desk::{
    faq::{
        EntryDone, EntryRefused, EntryState, Mark, Marked, Part, Piece, Resolution, Texts, Unreleased,
        Unresolved,
    },
    marks::MarkKind,
    own_marks,
    staff_mail::{DRAFT_MARK, ENTRY_LINE},
};

pub use export::{About, ExportError, Exported, Format, file};

/// An entry, shown to a member who can work on it by reply.
#[derive(Debug, Clone, Serialize)]
pub struct EntryContext {
    #[serde(flatten)]
    pub common: StaffCommon,
    pub line: &'static str,
    pub number: String,
    pub key: String,
    /// The word of drafts and the version, for the subject: 「控え3f9a2c…」.
    pub mark: String,
    pub state: &'static str,
    pub question: String,
    pub answer: String,
    pub place: String,
    pub topic: String,
    /// One line a mark.
    pub open: Vec<String>,
    pub kept: Vec<String>,
    /// What the mail that this answers did, and did not do.
    pub done: Vec<String>,
    pub problems: Vec<String>,
    /// The reader may release it as it stands.
    pub may_release: bool,
    /// The reader has made or changed it, and somebody else may release it.
    pub waits: bool,
}

impl EntryContext {
    #[must_use]
    pub fn new(common: StaffCommon, number: String, key: String, state: EntryState, texts: &Texts) -> Self {
        let line = |part: Part, mark: &Mark| {
            let reason = mark.kept.as_ref().map(|reason| format!("（{reason}）")).unwrap_or_default();
            let words = format!("{}の{}「{}」{reason}", part_word(part), kind_word(mark.kind), mark.words);
            own_marks::disarmed(&format!("{}　{}", mark.nth, one_line(&words)))
        };
        let (kept, open): (Vec<_>, Vec<_>) = texts.marks().partition(|(_, mark)| mark.kept.is_some());
        Self {
            common,
            line: ENTRY_LINE,
            number,
            key,
            mark: format!("{DRAFT_MARK}{}", texts.version()),
            state: state_word(state),
            question: marked(&texts.question),
            answer: marked(&texts.answer),
            place: marked(&texts.place),
            topic: marked(&texts.topic),
            open: open.into_iter().map(|(part, mark)| line(part, mark)).collect(),
            kept: kept.into_iter().map(|(part, mark)| line(part, mark)).collect(),
            done: Vec::new(),
            problems: Vec::new(),
            may_release: false,
            waits: false,
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text with the numbers of its open marks: 〔1：松本市〕の例.
fn marked(text: &Marked) -> String {
    let words = |piece: &Piece| match piece {
        Piece::Mark(mark) if mark.kept.is_none() => format!("〔{}：{}〕", mark.nth, mark.words),
        Piece::Mark(mark) => mark.words.clone(),
        Piece::Plain(text) => text.clone(),
    };
    own_marks::disarmed(&text.pieces().iter().map(words).collect::<String>())
}

#[must_use]
pub fn state_word(state: EntryState) -> &'static str {
    match state {
        EntryState::Draft => "下書き",
        EntryState::Released => "公開済み",
        EntryState::Withdrawn => "取下げ",
        EntryState::Erased => "消去済み",
    }
}

fn part_word(part: Part) -> &'static str {
    match part {
        Part::Question => "質問",
        Part::Answer => "回答",
        Part::Place => "掲載箇所",
        Part::Topic => "分類",
    }
}

fn kind_word(kind: MarkKind) -> &'static str {
    match kind {
        MarkKind::Name => "氏名など",
        MarkKind::Age => "年齢",
        MarkKind::CareLevel => "要介護度など",
        MarkKind::BirthDate => "生年月日",
        MarkKind::Postal => "郵便番号",
        MarkKind::Street => "住所",
        MarkKind::Telephone => "電話番号",
        MarkKind::Extension => "内線番号",
        MarkKind::Number => "番号",
        MarkKind::MailAddress => "メールアドレス",
        MarkKind::Link => "URL",
        MarkKind::Facility => "施設・団体の名称",
        MarkKind::Municipality => "自治体名",
        MarkKind::Known => "機関名・担当者名",
    }
}

fn numbers(marks: &[u32]) -> String {
    marks.iter().map(u32::to_string).collect::<Vec<_>>().join(AND)
}

pub(super) fn done_in_words(done: &EntryDone) -> String {
    match done {
        EntryDone::Proposed { entry, ticket, open: 0 } => {
            format!(
                "{ticket} から、FAQの候補 {entry} を作りました。個人情報とみられる部分は見つかりませんでしたが、公開前に必ずご確認ください"
            )
        }
        EntryDone::Proposed { entry, ticket, open } => {
            format!(
                "{ticket} から、FAQの候補 {entry} を作りました。個人情報とみられる部分が{open}か所あります"
            )
        }
        EntryDone::Resolved { entry, marks, how } => {
            let how = match how {
                Resolution::Erase => "を消しました".to_owned(),
                Resolution::Generalize(text) => format!("を「{}」に置き換えました", text.trim()),
                Resolution::Keep(reason) => format!("をそのまま残しました（{}）", reason.trim()),
            };
            format!("{entry} の {} {how}", numbers(marks))
        }
        EntryDone::Written { entry, part } => format!("{entry} の{}を書き換えました", part_word(*part)),
        EntryDone::Released(entry) => format!("{entry} を公開しました。次の書き出しから含まれます"),
        EntryDone::Withdrawn(entry) => format!("{entry} を取り下げました。書き出しには含まれません"),
        EntryDone::Listed(entries) if entries.is_empty() => "FAQの候補はありません".to_owned(),
        EntryDone::Listed(entries) => {
            let lines = entries.iter().map(|(entry, state, open, question)| {
                let open = if *open > 0 { format!("・未処理{open}か所") } else { String::new() };
                format!("{entry}（{}{open}）{}", state_word(*state), own_marks::disarmed(question))
            });
            format!(
                "FAQの候補は{}件です。{}。「FAQ表示」と番号をご返信いただくと、その候補をお送りします",
                entries.len(),
                lines.collect::<Vec<_>>().join("／")
            )
        }
        EntryDone::Shown(entry) => format!("{entry} をお送りします"),
    }
}

pub(super) fn refused_in_words(refused: &EntryRefused) -> String {
    match refused {
        EntryRefused::NoEntry(entry) => {
            format!("{entry} はありません（番号が違うか、元の照会とともに消去されました）")
        }
        EntryRefused::HasEntry { ticket, entry } => {
            format!("{ticket} からは、すでに候補 {entry} を作っています")
        }
        EntryRefused::IsApplication(ticket) => {
            format!("{ticket} は伴走支援の応募です。FAQの候補にできるのは照会だけです")
        }
        EntryRefused::NoInquiry(ticket) => format!("{ticket} には照会内容がないため、候補にできません"),
        EntryRefused::Unresolved { entry, why } => format!("{entry} はそのままです。{}", unresolved(*why)),
        EntryRefused::Unreleased { entry, why } => format!("{entry} を公開していません。{}", unreleased(why)),
        EntryRefused::AlreadyReleased(entry) => format!("{entry} はすでに公開しています"),
        EntryRefused::AlreadyWithdrawn(entry) => format!("{entry} はすでに取り下げています"),
        EntryRefused::NotOnAnEntry(entry) => {
            format!("{entry} はFAQの候補です。照会への操作はできません")
        }
    }
}

fn unresolved(why: Unresolved) -> String {
    match why {
        Unresolved::NoMark(nth) => format!("{nth} という番号の印は（もう）ありません"),
        Unresolved::NoReason => {
            "そのまま残すときは、「1 そのまま 公表資料の名称」のように理由を添えてお書きください".to_owned()
        }
        Unresolved::NoText => {
            "「2 一般化 県内の診療所」のように、置き換える言葉を添えてお書きください".to_owned()
        }
        Unresolved::NothingOpen => "処理していない印はありません".to_owned(),
    }
}

fn unreleased(why: &Unreleased) -> String {
    match why {
        Unreleased::Open(marks) => format!("処理していない印があります（{}）", numbers(marks)),
        Unreleased::Empty => "質問または回答が空です".to_owned(),
        Unreleased::Changed => {
            "ご覧いただいた後に文が変わりました。今の文を確かめ、このメールに「公開」とご返信ください"
                .to_owned()
        }
        Unreleased::SamePerson => "作った方、最後に直した方とは別の方が「公開」とご返信ください".to_owned(),
    }
}

pub(super) fn done_to_operator(done: &EntryDone) -> String {
    match done {
        EntryDone::Proposed { entry, ticket, open } => {
            format!("{entry}: drafted from {ticket}, {open} marks to resolve")
        }
        EntryDone::Resolved { entry, marks, how } => {
            let how = match how {
                Resolution::Erase => "removed",
                Resolution::Generalize(_) => "replaced",
                Resolution::Keep(_) => "kept",
            };
            let marks: Vec<String> = marks.iter().map(u32::to_string).collect();
            format!("{entry}: {how} mark {}", marks.join(", "))
        }
        EntryDone::Written { entry, part } => format!("{entry}: {part} changed"),
        EntryDone::Released(entry) => format!("{entry}: released"),
        EntryDone::Withdrawn(entry) => format!("{entry}: withdrawn"),
        EntryDone::Listed(entries) => format!("{} entries", entries.len()),
        EntryDone::Shown(entry) => entry.to_string(),
    }
}

pub(super) fn refused_to_operator(refused: &EntryRefused) -> String {
    match refused {
        EntryRefused::NoEntry(entry) => format!("there is no entry {entry}; see `madoguchi faq list`"),
        EntryRefused::HasEntry { ticket, entry } => format!("{ticket} has the entry {entry} already"),
        EntryRefused::IsApplication(ticket) => format!("{ticket} is an application, not an inquiry"),
        EntryRefused::NoInquiry(ticket) => format!("{ticket} has no inquiry"),
        EntryRefused::Unresolved { entry, why } => match why {
            Unresolved::NoMark(nth) => format!("{entry}: there is no mark {nth}"),
            Unresolved::NoReason => format!("{entry}: a mark is kept with a reason only"),
            Unresolved::NoText => format!("{entry}: give the words that replace the mark"),
            Unresolved::NothingOpen => format!("{entry}: no mark is open"),
        },
        EntryRefused::Unreleased { entry, why } => match why {
            Unreleased::Open(marks) => {
                let marks: Vec<String> = marks.iter().map(u32::to_string).collect();
                format!("{entry}: resolve the marks {}", marks.join(", "))
            }
            Unreleased::Empty => format!("{entry}: the question or the answer is empty"),
            Unreleased::Changed => {
                format!("{entry}: the text has another version; see `madoguchi faq show {entry}`")
            }
            Unreleased::SamePerson => {
                format!("{entry}: somebody who neither proposed it nor changed it last must release it")
            }
        },
        EntryRefused::AlreadyReleased(entry) => format!("{entry} is released"),
        EntryRefused::AlreadyWithdrawn(entry) => format!("{entry} is withdrawn"),
        EntryRefused::NotOnAnEntry(entry) => format!("{entry} is an entry for the guidebook, not a ticket"),
    }
}
