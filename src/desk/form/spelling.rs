//! Spellings of the four labels, from the settings and a built-in list, and their search at a position.
//! `labels` decides whether a match is a label or a word of a sentence.

use std::sync::LazyLock;

use super::{
    FieldKey, FieldRule,
    fold::{Folds, fold_char, match_at, squash},
};

/// Strength of a spelling as evidence for a label; the strongest is first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// The prescribed label.
    Prescribed,
    /// Another spelling of the label.
    Alias,
    /// A part of the contact field: 電話, メール. Counts as the contact field only if there is no 連絡先.
    Part,
    /// A word that is also common for other things: 内容, 担当.
    Weak,
}

#[derive(Debug, Clone)]
struct Spelling {
    first: char,
    second: Option<char>,
    /// Squashed.
    text: String,
    key: FieldKey,
    rank: Rank,
}

impl Spelling {
    fn of(text: String, key: FieldKey, rank: Rank) -> Option<Self> {
        let mut chars = text.chars();
        Some(Self { first: chars.next()?, second: chars.next(), text, key, rank })
    }
}

/// A spelling found at a position.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spelled {
    pub(super) key: FieldKey,
    pub(super) rank: Rank,
    /// Offset after the last character.
    pub(super) end: usize,
}

/// All spellings of a desk's labels.
#[derive(Debug, Clone)]
pub(super) struct Spellings {
    own: Vec<Spelling>,
    starts: Starts,
}

impl Spellings {
    /// The labels and aliases of the settings, in addition to the common spellings.
    pub(super) fn of(fields: &[FieldRule]) -> Self {
        let mut own = Vec::with_capacity(16);
        let mut starts = COMMON.starts.clone();
        for field in fields {
            for (text, rank) in std::iter::once((&field.label, Rank::Prescribed))
                .chain(field.aliases.iter().map(|alias| (alias, Rank::Alias)))
            {
                for text in variants(text) {
                    // An alias that is a common spelling keeps its common rank: 電話番号 stays a part of the contact.
                    let known = COMMON.rank(&text);
                    if known.is_some_and(|known| known == rank || rank == Rank::Alias) {
                        continue;
                    }
                    if let Some(spelling) = Spelling::of(text, field.key, rank) {
                        starts.insert(spelling.first);
                        own.push(spelling);
                    }
                }
            }
        }
        Self { own, starts }
    }

    /// Whether a spelling may begin with this character, before folding.
    pub(super) fn may_begin(&self, c: char) -> bool {
        self.starts.hold(c)
    }

    /// The longest spelling at byte `at`. `first` is the folded character there.
    pub(super) fn at(&self, text: &str, at: usize, first: char) -> Option<Spelled> {
        let own = self.own.iter().filter(|spelling| spelling.first == first);
        // Fast check: most words that begin like a label differ in their second character.
        let second = text.get(at..)?.chars().nth(1).filter(|c| ('一'..='\u{9FFF}').contains(c));
        own.chain(COMMON.beginning(first))
            .filter(|spelling| second.is_none() || spelling.second.is_none() || second == spelling.second)
            .filter_map(|spelling| {
                Some(Spelled {
                    key: spelling.key,
                    rank: spelling.rank,
                    end: match_at(text, at, &spelling.text)?,
                })
            })
            .min_by_key(|spelled| (std::cmp::Reverse(spelled.end), spelled.rank))
    }
}

/// A label without its text in brackets, and the whole label without the bracket characters.
fn variants(label: &str) -> impl Iterator<Item = String> {
    const BRACKETS: [char; 10] = ['(', '〔', '[', '【', '〈', ')', '〕', ']', '】', '〉'];
    let mut base = squash(label);
    let whole = base.find(BRACKETS).map(|open| {
        let whole = base.replace(BRACKETS, "");
        base.truncate(open);
        whole
    });
    std::iter::once(base).chain(whole)
}

/// Bit set over the Basic Multilingual Plane: characters that fold to the first character of a spelling. The search
/// tests every character of a body, and nearly all of them begin no label.
#[derive(Clone)]
struct Starts(Vec<u64>);

impl Starts {
    fn of(firsts: &[char]) -> Self {
        let mut starts = Self(vec![0; 0x1_0000 / 64]);
        starts.add(firsts);
        starts
    }

    fn insert(&mut self, first: char) {
        if !self.hold(first) {
            self.add(&[first]);
        }
    }

    fn add(&mut self, firsts: &[char]) {
        for c in '\0'..='\u{FFFF}' {
            let folded =
                fold_char(c).or_else(|| Folds::from(c.encode_utf8(&mut [0; 4]), 0).next().map(|(c, _)| c));
            if folded.is_some_and(|folded| firsts.contains(&folded))
                && let Some(word) = self.0.get_mut(u32::from(c) as usize / 64)
            {
                *word |= 1 << (u32::from(c) % 64);
            }
        }
    }

    fn hold(&self, c: char) -> bool {
        self.0.get(u32::from(c) as usize / 64).is_some_and(|word| word & (1 << (u32::from(c) % 64)) != 0)
    }
}

impl std::fmt::Debug for Starts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Starts")
    }
}

/// The common spellings, sorted by text.
struct Common {
    all: Vec<Spelling>,
    starts: Starts,
}

impl Common {
    fn beginning(&self, first: char) -> impl Iterator<Item = &Spelling> {
        let from = self.all.partition_point(|spelling| spelling.first < first);
        self.all.iter().skip(from).take_while(move |spelling| spelling.first == first)
    }

    fn rank(&self, text: &str) -> Option<Rank> {
        let at = self.all.binary_search_by(|spelling| spelling.text.as_str().cmp(text)).ok()?;
        self.all.get(at).map(|spelling| spelling.rank)
    }
}

static COMMON: LazyLock<Common> = LazyLock::new(|| {
    let mut all: Vec<Spelling> = SPELLINGS
        .iter()
        .flat_map(|(key, rank, words)| {
            words.split_whitespace().filter_map(|word| Spelling::of(squash(word), *key, *rank))
        })
        .collect();
    all.sort_by(|a, b| a.text.cmp(&b.text));
    let mut firsts: Vec<char> = all.iter().map(|spelling| spelling.first).collect();
    firsts.dedup();
    Common { starts: Starts::of(&firsts), all }
});

/// Spellings that occur in inquiries. `decoration` skips お, ご, 御 and 貴 before them.
const SPELLINGS: [(FieldKey, Rank, &str); 11] = [
    (FieldKey::Organization, Rank::Prescribed, "自治体・機関名"),
    (
        FieldKey::Organization,
        Rank::Alias,
        "自治体名 自治体 自治体・機関 自治体・機関等名 自治体・機関の名称 自治体または機関名 自治体名または機関名 自治体名・機関名
         機関名 機関等名 機関名称 関係機関名 所属 所属名 所属先 所属機関 所属機関名 所属団体 所属団体名 所属部署 所属部署名 所属・部署
         団体名 団体 団体・機関名 組織名 組織 法人名 施設名 事業所名 医療機関名 病院名 医院名 会社名 勤務先 勤務先名 市町村名 市区町村名
         都道府県・市町村名 都道府県市区町村名 都道府県・市区町村・機関名 organization organisation affiliation",
    ),
    (FieldKey::Name, Rank::Prescribed, "氏名"),
    (
        FieldKey::Name,
        Rank::Alias,
        "名前 なまえ 担当者名 担当者氏名 担当者の氏名 担当者のお名前 担当者 担当名 照会者 照会者名 照会者氏名 記入者 記入者名 記入者氏名
         質問者 質問者名 質問者氏名 相談者 相談者名 相談者氏名 職氏名 職名・氏名 役職・氏名 役職氏名 所属・氏名 部署・氏名 代表者名 代表者氏名
         フルネーム name fullname",
    ),
    (FieldKey::Name, Rank::Weak, "担当 姓名"),
    (FieldKey::Contact, Rank::Prescribed, "連絡先 連絡先TEL・メールアドレス"),
    (
        FieldKey::Contact,
        Rank::Alias,
        "連絡先TELメール 連絡先電話番号 連絡先電話 連絡先TEL 連絡先メールアドレス 連絡先メール 連絡先・電話番号・メールアドレス
         連絡先電話メール 連絡方法 返信先 回答先 TEL・メールアドレス 電話番号・メールアドレス 電話・メールアドレス 電話・メール TEL・メール TEL・E-mail TEL・mail contact",
    ),
    (
        FieldKey::Contact,
        Rank::Part,
        "TEL 電話 電話番号 電話番号等 携帯 携帯電話 携帯番号 携帯電話番号 直通電話 代表電話 Phone メール メールアドレス メアド メルアド
         Eメール Eメールアドレス E-mail E-mailアドレス Mail Mailアドレス 電子メール 電子メールアドレス",
    ),
    (FieldKey::Inquiry, Rank::Prescribed, "照会内容 照会内容具体的に"),
    (
        FieldKey::Inquiry,
        Rank::Alias,
        "照会内容を具体的に 照会の内容 照会事項 照会の事項 具体的な照会内容 照会・質問内容 照会文
         問い合わせ内容 問合せ内容 問合わせ内容 問い合せ内容 問合内容 問い合わせの内容 問合せの内容 問い合わせ事項 問合せ事項
         質問内容 質問事項 質問の内容 質問項目 相談内容 相談事項 相談の内容 相談したい内容 質問・相談内容 お尋ねの内容 inquiry question",
    ),
    (FieldKey::Inquiry, Rank::Weak, "問い合わせ 問合せ 内容 質問 相談 照会 詳細 要件 用件"),
];
