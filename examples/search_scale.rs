//! Fills the database of a migrated, empty desk with inquiries and measures search over them:
//! `cargo run --profile dist --example search_scale -- madoguchi.toml 100000 700`.
//!
//! The texts are some 700 characters (the last argument) of words of the field, some frequent and some rare, names of places that are rarer still,
//! and the particles between them. With `off` for the number, the index of the desk is switched off instead. Each query is timed alone, with its texts read and compared, as `search` and 検索 do it.

use std::{
    collections::BTreeMap,
    env,
    error::Error,
    fmt::Write as _,
    path::Path,
    time::{Duration, Instant},
};

use madoguchi::{
    clock::Clock,
    desk::search::Query,
    server,
    service::{
        Desk,
        search::{index, search, similar},
    },
    settings::Settings,
};
use sqlx::{AnyConnection, AssertSqlSafe, Connection};

/// First identifier. Each ticket uses three: ticket, entry, event.
const FIRST_ID: u64 = 1000;
/// Tickets a statement.
const AT_ONCE: u64 = 100;
/// Queries of each kind.
const QUERIES: usize = 300;
/// Hits of 検索.
const HITS: usize = 20;

const WORDS: &str = "在宅医療 拠点 市町村 連携体制 会議 訪問看護 医師会 患者 多職種 研修 退院支援 看取り 急変時 後方支援 病床 調整 構成員 名簿 \
     様式 提出期限 補助金 交付申請 実績報告 事業計画 要綱 協議会 薬剤師会 歯科医師会 地域包括支援 介護支援専門員 小児在宅 医療的ケア児 \
     人工呼吸器 災害時 電源確保 情報共有 同意書 個人情報 電子連絡帳 夜間対応 当番制 輪番 緩和ケア 疼痛管理 難病 認知症 精神科 栄養指導 \
     口腔ケア 摂食嚥下 褥瘡 感染対策 訓練 住民啓発 講演会 意思決定支援 事前指示 救急搬送 消防本部 保健所 二次医療圏 広域連携 離島 山間部 \
     交通費 謝金 委託契約 消費税 備品購入 単価 積算 変更承認 精算 会計検査 書類保存 監査 評価指標 目標値 調査票 回収率 統計 将来推計 人材確保 \
     育成 ハローワーク 復職支援 特定行為 看護小規模多機能 定期巡回 短期入所 通所介護 ケアマネジャー オンライン診療 遠隔 端末 回線 助成 条例 \
     議会 公募 選定 審査 採択 応募 締切 説明会 質疑 資料 掲載 周知";
const PARTICLES: [&str; 12] =
    ["の", "について", "を", "に関する", "と", "は", "へ", "による", "及び", "における", "に", "が"];
const ENDS: [&str; 4] =
    ["をお尋ねします。", "の取扱いを教えてください。", "は対象になりますか。", "について検討しています。"];
const SYLLABLES: &str = "東西南北上下中大小高青赤白黒金銀川山田野原沢谷島崎浜森林松竹梅桜杉桐橋池泉滝岩";

/// Numbers that look random and are the same in each run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[usize::try_from(self.next()).unwrap_or_default() % all.len()]
    }

    /// The first words are far more frequent than the last.
    fn frequent<'a>(&mut self, all: &[&'a str]) -> &'a str {
        let all_of_them = all.len() as u64;
        let (a, b) = (self.next() % all_of_them, self.next() % all_of_them);
        all[usize::try_from(a * b / all_of_them).unwrap_or_default()]
    }

    fn place(&mut self) -> String {
        let letters: Vec<char> = SYLLABLES.chars().collect();
        let mut letter = || letters[usize::try_from(self.next()).unwrap_or_default() % letters.len()];
        [letter(), letter()].iter().collect()
    }

    fn inquiry(&mut self, words: &[&str], length: usize) -> String {
        // An inquiry is about a few matters, and comes back to them.
        let matters: Vec<&str> = (0..12).map(|_| self.frequent(words)).collect();
        let mut text = String::new();
        let mut characters = 0;
        while characters < length {
            let mut sentence = format!("{}市では", self.place());
            for _ in 0..4 + self.next() % 5 {
                sentence += self.of(&matters);
                sentence += self.of(&PARTICLES);
            }
            sentence += self.of(&matters);
            sentence += self.of(&ENDS);
            characters += sentence.chars().count();
            text += &sentence;
            text.push('\n');
        }
        text
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().collect();
    let [_, config, count, length] = arguments.as_slice() else {
        return Err("usage: search_scale CONFIG COUNT LENGTH".into());
    };
    let settings = Settings::load(Some(Path::new(config)))?;
    let url = settings.database.url.clone();
    sqlx::any::install_default_drivers();
    if count == "off" {
        return off(&url).await;
    }
    let (count, length): (u64, usize) = (count.parse()?, length.parse()?);
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let began = Instant::now();
    // With 0, what is there is measured again.
    if count > 0 {
        fill(&url, count, length, &words).await?;
    }
    let filled = began.elapsed();
    let desk = server::open(&settings, Clock::real()).await?;
    let began = Instant::now();
    index(&desk, None).await?;
    let indexed = began.elapsed();
    analyze(&url).await?;
    let mut line = format!("tickets={count} fill_s={} index_s={}", filled.as_secs(), indexed.as_secs());
    let mut random = Random(11);
    for (kind, query) in QUERIES_OF {
        let most = if kind == "similar" { QUERIES / 10 } else { QUERIES };
        let queries: Vec<String> = (0..most).map(|_| query(&mut random, &words)).collect();
        let (mut times, mut hits) = (BTreeMap::new(), 0);
        for (nth, text) in queries.iter().enumerate() {
            let (took, found) = timed(&desk, kind, text).await?;
            times.insert((took, nth), text);
            hits += found;
        }
        let at = |share: usize| {
            times.keys().nth(times.len() * share / 100).map_or(Duration::ZERO, |(took, _)| *took)
        };
        let ms = |took: Duration| took.as_secs_f64() * 1000.0;
        let figures =
            format!(" {kind}_p50_ms={:.1} {kind}_p99_ms={:.1} {kind}_hits={hits}", ms(at(50)), ms(at(99)));
        let slowest = times.last_key_value().map_or("", |(_, text)| text);
        eprintln!("{figures}; slowest: {}", slowest.chars().take(30).collect::<String>());
        line += &figures;
    }
    desk.store.close().await;
    println!("{line}");
    Ok(())
}

type QueryOf = fn(&mut Random, &[&str]) -> String;

const QUERIES_OF: [(&str, QueryOf); 10] = [
    // Pairs of kanji, as they stand in the words: frequent and rare ones.
    ("pair", |random, words| {
        let pairs: Vec<String> = words
            .iter()
            .flat_map(|word| {
                word.chars().zip(word.chars().skip(1)).map(|(a, b)| format!("{a}{b}")).collect::<Vec<_>>()
            })
            .filter(|pair| pair.chars().all(|c| matches!(c, '一'..='鿿')))
            .collect();
        pairs[usize::try_from(random.next()).unwrap_or_default() % pairs.len()].clone()
    }),
    ("place", |random, _| random.place()),
    ("word", |random, words| random.of(words).to_owned()),
    ("words", |random, words| format!("{} {}", random.of(words), random.frequent(words))),
    ("without", |random, words| format!("{} -{}", random.of(words), random.of(words))),
    // Words that many tickets have, but few next to each other.
    ("phrase", |random, words| format!("\"{}の{}\"", random.of(words), random.frequent(words))),
    // One of a hundred tickets is in this prefecture.
    ("filter", |random, words| format!("{} 都道府県:長野県", random.of(words))),
    // One of five thousand.
    ("open", |random, words| format!("{} 状態:未回答", random.of(words))),
    ("letter", |random, words| random.of(words).chars().take(1).collect()),
    ("similar", |random, words| random.inquiry(words, 400)),
];

async fn timed(desk: &Desk, kind: &str, text: &str) -> Result<(Duration, usize), Box<dyn Error>> {
    let began = Instant::now();
    let found = if kind == "similar" {
        similar(desk, text, None).await?.len()
    } else {
        let query = Query::read(text).map_err(|fault| format!("{text}: {fault:?}"))?;
        search(desk, &query, HITS, false).await?.map_err(|none| none.0)?.tickets.len()
    };
    Ok((began.elapsed(), found))
}

async fn fill(url: &str, count: u64, length: usize, words: &[&str]) -> Result<(), Box<dyn Error>> {
    let mut connection = AnyConnection::connect(url).await?;
    let mut random = Random(7);
    for first in (0..count).step_by(usize::try_from(AT_ONCE)?) {
        let last = count.min(first + AT_ONCE);
        let (mut tickets, mut entries, mut events) = (String::new(), String::new(), String::new());
        for n in first..last {
            let id = FIRST_ID + 3 * n;
            let text = random.inquiry(words, length);
            let at = "2024-07-01T00:00:00.000Z";
            let comma = if n == first { "" } else { "," };
            write!(
                tickets,
                "{comma}({id}, 'ZT-2024-{serial}', 2024, {serial}, '{status}', 'email', '{place}市', '{prefecture}', '高橋', '03-0000-0001', '{text}',
                  'old-{n}@example.jp', '照会', '{at}', '{at}', 57600, '{at}', '{at}', '{at}')",
                serial = n + 10_000_000,
                place = random.place(),
                status = if n % 5000 == 0 { "open" } else { "closed" },
                prefecture = if n % 100 == 0 { "長野県" } else { "東京都" },
            )?;
            write!(
                entries,
                "{comma}({}, {id}, 'in', 'old-{n}@example.jp', 'zaitaku@example.jp', '{at}', '{text}')",
                id + 1
            )?;
            write!(events, "{comma}({}, '{at}', 'desk', {id}, 'filed', '', 'x')", id + 2)?;
        }
        let sql = [
            format!(
                "INSERT INTO ticket (id, number, fiscal_year, serial, status, channel, organization, prefecture, name, contact, inquiry,
                    from_address, subject, received_at, deadline, budget_left, answered_at, closed_at, running_since) VALUES {tickets}"
            ),
            format!(
                "INSERT INTO entry (id, ticket_id, direction, from_address, recipients, at, text) VALUES {entries}"
            ),
            format!("INSERT INTO event (id, at, actor, ticket_id, what, detail, hash) VALUES {events}"),
        ];
        sqlx::raw_sql(AssertSqlSafe(format!("BEGIN; {}; COMMIT", sql.join("; "))))
            .execute(&mut connection)
            .await?;
    }
    let next = format!("UPDATE desk SET next_id = {}", FIRST_ID + 3 * count + 3);
    sqlx::raw_sql(AssertSqlSafe(next)).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// The index takes every event for seen, so it costs nothing.
async fn off(url: &str) -> Result<(), Box<dyn Error>> {
    let mut connection = AnyConnection::connect(url).await?;
    sqlx::raw_sql("INSERT INTO search_progress (one, event_id) VALUES (1, 9000000000000000)")
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    Ok(())
}

/// PostgreSQL's autovacuum would do this later. SQLite never analyzes by itself.
async fn analyze(url: &str) -> Result<(), Box<dyn Error>> {
    if !url.starts_with("sqlite") {
        let mut connection = AnyConnection::connect(url).await?;
        sqlx::raw_sql("VACUUM ANALYZE search_index").execute(&mut connection).await?;
        sqlx::raw_sql("ANALYZE").execute(&mut connection).await?;
        connection.close().await?;
    }
    Ok(())
}
