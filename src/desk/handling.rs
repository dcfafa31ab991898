//! What members do with mails as such: they take a parked mail in or discard it, ask for the original, correct what is known
//! of an inquirer, send a bounced mail again. The orders, what came of them, and why they were refused.

use super::{
    feedback::{Done, Refused},
    form::FieldKey,
    ticket::TicketNumber,
};
use crate::words::{closed_set, shown};

/// What a member orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandlingCommand {
    /// 受付: a parked mail becomes a ticket.
    TakeIn,
    /// 破棄: a parked mail needs nothing, with a reason.
    Discard(String),
    /// 全文, 添付: the member gets the mails that came, as files.
    Original,
    /// 訂正: what is known of the inquirer.
    Correct(Vec<Correction>),
    /// 転送: somebody outside is asked; the text names them first.
    Forward(String),
    /// 引用: an answer with that of somebody outside behind it.
    Quote(String),
    /// 再送: the mail that did not arrive leaves once more.
    Resend,
}

closed_set! {
    /// How a list of tickets is written.
    SheetFormat {
        Csv = "csv",
        Xlsx = "xlsx",
    }
}

impl SheetFormat {
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// What is corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corrected {
    Field(FieldKey),
    /// Where mails to the inquirer go.
    Address,
}

impl Corrected {
    /// The identifier in the audit.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Field(key) => key.as_str(),
            Self::Address => "address",
        }
    }
}

impl std::str::FromStr for Corrected {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let keys = FieldKey::ALL.iter().map(|key| Self::Field(*key));
        let all: Vec<Self> = keys.chain([Self::Address]).collect();
        let names: Vec<&str> = all.iter().map(|what| what.as_str()).collect();
        let found = all.iter().find(|what| what.as_str() == text).copied();
        found.ok_or_else(|| format!("{} is not allowed; allowed: {}", shown(text), names.join(", ")))
    }
}

/// One value that a member corrects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    pub what: Corrected,
    pub value: String,
}

/// An operation on mails that was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handled {
    /// 受付; `acknowledged`: its sender gets the acknowledgement.
    TakenIn { mail: TicketNumber, ticket: TicketNumber, acknowledged: bool },
    /// 破棄
    Discarded(TicketNumber),
    /// 全文; so many mails are on their way, and so many are too large for one mail.
    Original { number: TicketNumber, files: usize, left_out: usize },
    /// 一覧 csv, 一覧 xlsx
    SheetSent,
    /// 定型 保存
    PhraseKept { name: String },
    /// 定型 一覧: names and beginnings.
    Phrases(Vec<(String, String)>),
    /// 訂正; `resends`: a mail that did not arrive can leave again.
    Corrected { number: TicketNumber, what: Vec<Corrected>, resends: bool, rewritten: Rewritten },
}

/// What became of the mails that waited when their inquirer was corrected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rewritten {
    /// They wait with what is known now.
    pub again: usize,
    /// They leave no more.
    pub stopped: usize,
}

/// Why an operation on mails was not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unhandled {
    /// The parked mail was discarded, or there is none with this number.
    NotParked(TicketNumber),
    /// 受付 or 破棄 of a ticket.
    IsTicket(TicketNumber),
    /// 受付 or 破棄 of a mail that has become a ticket before.
    TakenBefore { mail: TicketNumber, ticket: TicketNumber },
    /// 受付 of a delivery report, of a colleague's mail, or of a mail without content.
    CannotBeTakenIn(TicketNumber),
    /// An order on a ticket, about a mail that is parked still.
    StillParked(TicketNumber),
    /// 破棄 without a reason.
    NoReason(TicketNumber),
    /// 全文 of mails that are erased.
    Erased(TicketNumber),
    /// 全文 of mails that are too large for one mail.
    TooLarge(TicketNumber),
    /// 全文 of a ticket that no mail belongs to.
    NoMail(TicketNumber),
    /// 訂正 of an application, whose fields 項目 changes.
    IsApplication(TicketNumber),
    /// 訂正 アドレス to what is no address, or to one of the desk.
    NoAddress { number: TicketNumber, value: String },
    /// 転送 to nobody in the settings, or to several; `known` are the names of all.
    NoSingleContact { number: TicketNumber, who: String, known: Vec<String> },
    /// 引用 where nobody outside has answered.
    NothingToQuote(TicketNumber),
    /// 引用 with the number of a ticket that has no answer.
    NoAnswer { number: TicketNumber, of: TicketNumber },
    /// 引用 of an answer in which something may be personal; `text` has it masked.
    MayBePersonal { number: TicketNumber, of: TicketNumber, text: String },
    /// 定型 of a name that nobody keeps; `known` are the names.
    NoPhrase { name: String, known: Vec<String> },
    /// 定型 保存 without a name or a text.
    NoPhraseText,
    /// 定型 whose placeholder has no value for this ticket.
    Unfilled { number: TicketNumber, placeholder: String },
    /// 再送 of an answer whose text cannot be told from the letter around it.
    NotExact(TicketNumber),
    /// An answer or a question to an address at which the last one did not arrive.
    Unreached { number: TicketNumber, to: String },
    /// 再送 where every mail has arrived.
    NothingBounced(TicketNumber),
}

impl From<Handled> for Done {
    fn from(handled: Handled) -> Self {
        Self::Handled(handled)
    }
}

impl From<Unhandled> for Refused {
    fn from(unhandled: Unhandled) -> Self {
        Self::Unhandled(unhandled)
    }
}
