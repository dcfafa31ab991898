//! What an order asks for, and what may stand behind its word.

use crate::desk::staff_key::Invitation;

/// What an order asks the desk to do, without its argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Assign,
    Note,
    Ask,
    Close,
    Reopen,
    Wait,
    Merge,
    Tag,
    CalledBack,
    Cancel,
    Approve,
    Reject,
    Send,
    List,
    Help,
    PartOf,
    // Orders about mails as such, which `handling` reads.
    TakeIn,
    Discard,
    Original,
    Correct,
    Resend,
    SheetCsv,
    SheetXlsx,
    /// 検索 and 月次報告, with words behind them on the line.
    Search,
    Report,
    /// 定型 保存, with a name on the line and a text below.
    KeepPhrase,
    Phrases,
    Forward,
    Quote,
    YearReport,
    Issue,
    // Orders about entries for the guidebook, which `entry` reads.
    Propose,
    Entries,
    ShowEntry,
    // Orders of 伴走支援 that are a word alone, or a word with a text.
    Form,
    Results,
    SendResults,
    StopResults,
    Accept,
    Withdraw,
    Set,
    Review,
    Select,
    Decline,
    Notice,
    // Orders of 伴走支援 with a number, which `meetings` reads.
    Minutes,
    VisitDeclined,
    /// What follows are lines with labels: 場所：, 議題：.
    Meeting,
    /// 休暇, which `away` reads.
    Away,
}

impl Verb {
    /// Whether the text behind the order belongs to it.
    pub(super) fn takes_text(self) -> bool {
        let is_usual = matches!(self, Self::Note | Self::Ask | Self::CalledBack | Self::Reject | Self::Wait);
        is_usual
            || matches!(self, Self::Discard | Self::Correct | Self::Forward | Self::Quote)
            || self.is_about_application()
    }

    /// Whether the order is a sentence of its own, so that a text behind its word makes it none: 「受付 9時から17時」, 「様式 第2号」.
    pub(super) fn stands_alone(self) -> bool {
        matches!(
            self,
            Self::Form
                | Self::TakeIn
                | Self::Original
                | Self::Resend
                | Self::SheetCsv
                | Self::SheetXlsx
                | Self::YearReport
                | Self::Issue
                | Self::Propose
                | Self::Entries
                | Self::ShowEntry
        )
    }

    /// Whether it is an order of 伴走支援 with a text. A polite sentence takes none: 「受理しました。審査は…」 is a letter.
    pub(super) fn is_about_application(self) -> bool {
        matches!(
            self,
            Self::Accept
                | Self::Withdraw
                | Self::Set
                | Self::Review
                | Self::Select
                | Self::Decline
                | Self::Notice
                | Self::Minutes
        )
    }

    /// Whether a letter to the inquirer may follow in the same mail: the order sets something and ends nothing.
    pub(super) fn leaves_room_for_letter(self) -> bool {
        matches!(self, Self::Assign | Self::Tag | Self::Reopen | Self::TakeIn)
    }

    /// Yes or no to a draft. A mail says one of them at most.
    pub(super) fn is_decision(self) -> bool {
        matches!(self, Self::Cancel | Self::Approve | Self::Reject | Self::Send)
    }

    pub(super) fn is_yes(self) -> bool {
        matches!(self, Self::Approve | Self::Send)
    }

    /// What a reply to an echo or to an approval request may order. Everything else is asked about.
    pub(super) fn fits(self, invitation: Invitation) -> bool {
        let is_about_results = matches!(self, Self::Results | Self::SendResults | Self::StopResults);
        let harmless = is_about_results
            || matches!(
                self,
                Self::Note
                    | Self::List
                    | Self::Away
                    | Self::SheetCsv
                    | Self::SheetXlsx
                    | Self::Search
                    | Self::Report
                    | Self::YearReport
                    | Self::Phrases
                    | Self::KeepPhrase
                    | Self::Propose
                    | Self::Entries
                    | Self::ShowEntry
                    | Self::Help
                    | Self::Original
            );
        invitation == Invitation::Answer || self.is_decision() || harmless
    }
}
