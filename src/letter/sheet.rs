//! Tickets as rows of a spreadsheet: the words of the CSV that `export --format csv` writes, whose cells `views::sheet` fills in,
//! and the rows of 一覧 csv and 一覧 xlsx.

use chrono::NaiveDateTime;

use super::{frame::own_text, status_word, words::field_word};
use crate::{
    desk::{
        calendar::BusinessTime,
        form::{FieldKey, Fields},
        ticket::{Channel, Status, TicketKind, TicketNumber},
    },
    paper::{Column, Value},
};

/// The columns, in the order of the cells.
pub const COLUMNS: [&str; 18] = [
    "受付番号",
    "状態",
    "受付方法",
    "受付日時",
    field_word(FieldKey::Organization),
    "都道府県",
    field_word(FieldKey::Name),
    field_word(FieldKey::Contact),
    field_word(FieldKey::Inquiry),
    "送信者",
    "件名",
    "担当者",
    "回答期限",
    "回答日時",
    "完了日時",
    "分類",
    "回答",
    "種別",
];

/// 種別
#[must_use]
pub fn kind_in_words(kind: TicketKind) -> &'static str {
    match kind {
        TicketKind::Inquiry => "照会",
        TicketKind::Application => "応募",
    }
}

/// 受付方法 of a telephone inquiry.
pub const BY_TELEPHONE: &str = "電話";

/// Stands between two words of 分類.
pub const BETWEEN_TAGS: &str = "、";

/// Stands between two answers.
pub const BETWEEN_ANSWERS: &str = "\n\n――――\n\n";

/// The name of the sheet, and of the file without its ending.
pub const NAME: &str = "照会一覧";

const fn column(title: &'static str, width: f64) -> Column {
    Column { title, width }
}

/// The columns of 一覧 csv and 一覧 xlsx, in the order of [`row`].
pub const LIST: [Column; 21] = [
    column("受付番号", 14.0),
    column("種別", 6.0),
    column("状態", 9.0),
    column("受付方法", 9.0),
    column("受付日時", 16.0),
    column(field_word(FieldKey::Organization), 24.0),
    column("都道府県", 9.0),
    column(field_word(FieldKey::Name), 14.0),
    column(field_word(FieldKey::Contact), 24.0),
    column(field_word(FieldKey::Inquiry), 50.0),
    column("送信者", 26.0),
    column("件名", 26.0),
    column("添付", 24.0),
    column("担当者", 12.0),
    column("回答期限", 16.0),
    column("回答日時", 16.0),
    column("期限内外", 9.0),
    column("所要営業時間", 9.0),
    column("完了日時", 16.0),
    column("分類", 16.0),
    column("回答", 50.0),
];

/// A ticket of the list. Instants are in the desk's time zone.
#[derive(Debug, Clone)]
pub struct ListedTicket<'a> {
    pub number: &'a TicketNumber,
    pub kind: TicketKind,
    pub status: Status,
    pub channel: Channel,
    pub received_at: NaiveDateTime,
    pub fields: &'a Fields,
    pub prefecture: Option<&'a str>,
    pub from: &'a str,
    pub subject: &'a str,
    /// Names of the files that came.
    pub attachments: &'a [String],
    /// Name of the assignee.
    pub assignee: Option<&'a str>,
    pub deadline: Option<NaiveDateTime>,
    pub answered_at: Option<NaiveDateTime>,
    /// Whether the last answer was in time, or is not late yet; `None` where nothing is owed and nothing was answered.
    pub in_time: Option<bool>,
    /// Business time that the last answer took.
    pub took: Option<BusinessTime>,
    pub closed_at: Option<NaiveDateTime>,
    pub tags: &'a [String],
    /// The letters with the answers.
    pub answers: &'a [String],
}

/// A ticket as a row of the list.
#[must_use]
pub fn row(ticket: &ListedTicket<'_>) -> Vec<Value> {
    let text = |text: &str| {
        let text = text.trim();
        if text.is_empty() { Value::Empty } else { Value::Text(text.to_owned()) }
    };
    let instant = |at: Option<NaiveDateTime>| at.map_or(Value::Empty, Value::Instant);
    let field = |key| text(ticket.fields.get(key).unwrap_or_default());
    let answers: Vec<String> = ticket.answers.iter().map(|letter| own_text(letter)).collect();
    let in_time = match ticket.in_time {
        Some(true) => "期限内",
        Some(false) => "期限超過",
        None => "",
    };
    let hours = |took: BusinessTime| {
        // A tenth of an hour is exact enough for people, and exact in a double.
        Value::Number(f64::from(i32::try_from(took.seconds() / 360).unwrap_or(i32::MAX)) / 10.0)
    };
    vec![
        text(&ticket.number.to_string()),
        text(kind_in_words(ticket.kind)),
        text(status_word(ticket.status)),
        text(match ticket.channel {
            Channel::Email => "メール",
            Channel::Telephone => BY_TELEPHONE,
        }),
        Value::Instant(ticket.received_at),
        field(FieldKey::Organization),
        text(ticket.prefecture.unwrap_or_default()),
        field(FieldKey::Name),
        field(FieldKey::Contact),
        field(FieldKey::Inquiry),
        text(ticket.from),
        text(ticket.subject),
        text(&ticket.attachments.join(BETWEEN_TAGS)),
        text(ticket.assignee.unwrap_or_default()),
        instant(ticket.deadline),
        instant(ticket.answered_at),
        text(in_time),
        ticket.took.map_or(Value::Empty, hours),
        instant(ticket.closed_at),
        text(&ticket.tags.join(BETWEEN_TAGS)),
        text(&answers.join(BETWEEN_ANSWERS)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_a_row_as_people_read_it() {
        let at = |text: &str| text.parse::<NaiveDateTime>().unwrap();
        let number = TicketNumber::new("ZT", 2025, 1);
        let mut fields = Fields::default();
        fields.set(FieldKey::Organization, Some("星川市".into()));
        fields.set(FieldKey::Inquiry, Some("例は".into()));
        let letter = "星川市 御中\n\n平素より大変お世話になっております。\n\n例は、次のとおりです。\n・第一市\n\nご不明な点がございましたら、本メールにご返信ください。\n\n----\n事務局";
        let ticket = ListedTicket {
            number: &number,
            kind: TicketKind::Inquiry,
            status: Status::Answered,
            channel: Channel::Email,
            received_at: at("2025-07-01T09:12:04"),
            fields: &fields,
            prefecture: Some("星県"),
            from: "a@example.jp",
            subject: "照会",
            attachments: &["別紙.xlsx".to_owned(), "例.pdf".to_owned()],
            assignee: Some("佐藤 花子"),
            deadline: Some(at("2025-07-03T09:12:04")),
            answered_at: Some(at("2025-07-01T14:12:04")),
            in_time: Some(true),
            took: Some(BusinessTime::from_seconds(18_000)),
            closed_at: None,
            tags: &["会議".to_owned()],
            answers: &[letter.to_owned()],
        };
        let row = row(&ticket);
        assert_eq!(row.len(), LIST.len());
        let of = |title: &str| {
            let at = LIST.iter().position(|column| column.title == title).unwrap();
            row.get(at).cloned().unwrap()
        };
        let text = |text: &str| Value::Text(text.to_owned());
        for (title, expected) in [
            ("受付方法", text("メール")),
            ("受付日時", Value::Instant(at("2025-07-01T09:12:04"))),
            ("氏名", Value::Empty),
            ("添付", text("別紙.xlsx、例.pdf")),
            ("担当者", text("佐藤 花子")),
            ("期限内外", text("期限内")),
            ("所要営業時間", Value::Number(5.0)),
            ("完了日時", Value::Empty),
            ("回答", text("例は、次のとおりです。\n・第一市")),
        ] {
            assert_eq!(of(title), expected, "{title}");
        }
    }
}
