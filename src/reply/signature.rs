//! Finds a person's own signature at the end of what was typed. Callers decide whether it is part of the text.

use super::{fold::squash, patterns::FOOTER};

/// The person who replies, folded.
#[derive(Debug)]
pub(super) struct Signer {
    name: String,
    address: String,
}

impl Signer {
    pub(super) fn of(name: &str, address: &str) -> Self {
        Self { name: squash(name), address: squash(address) }
    }

    /// Whether a folded line begins with the person's name, and has little else: 佐藤 花子（さとう はなこ）.
    fn begins(&self, line: &str) -> bool {
        const MOST_OTHER: usize = 24;
        const LEAST_NAME: usize = 2;
        self.name.chars().count() >= LEAST_NAME
            && line.strip_prefix(self.name.as_str()).is_some_and(|rest| rest.chars().count() <= MOST_OTHER)
    }

    fn in_line(&self, line: &str) -> bool {
        [&self.name, &self.address].iter().any(|known| !known.is_empty() && line.contains(known.as_str()))
    }
}

/// Lines of a signature; a longer block is text.
const MOST_LINES: usize = 14;

/// Index of the first line of the signature: its delimiter, the person's name, or a footer of a mail program.
pub(super) fn start(lines: &[&str], signer: &Signer) -> Option<usize> {
    let folded: Vec<String> = {
        // Only the end can be a signature; the delimiter is looked for in the text as it is.
        let from = lines.len().saturating_sub(4 * MOST_LINES);
        lines.iter().skip(from).map(|line| squash(line)).collect()
    };
    let skipped = lines.len() - folded.len();
    let end = folded.iter().rposition(|line| !line.is_empty())? + 1;
    let block = folded.get(..end)?;
    delimiter(lines)
        .or_else(|| closing_block(block, signer).map(|at| skipped + at))
        .or_else(|| footer(block).map(|at| skipped + at))
}

/// `-- ` (RFC 3676, 4.3), or `--` above a short block without a sentence: programs remove the blank.
fn delimiter(lines: &[&str]) -> Option<usize> {
    let exact = lines.iter().position(|line| *line == "-- ");
    exact.or_else(|| {
        let at = lines.iter().rposition(|line| line.trim() == "--")?;
        let below = lines.get(at + 1..)?;
        (below.len() <= 2 * MOST_LINES && below.iter().all(|line| !is_sentence(&squash(line)))).then_some(at)
    })
}

fn footer(block: &[String]) -> Option<usize> {
    let at = block.len().checked_sub(1)?;
    let line = block.get(at)?;
    (line.len() < 300 && FOOTER.is_match(line)).then_some(at)
}

/// The last block if it begins with the person's name and goes on with office, telephone and mail lines; or if it stands
/// under a rule and contains the name or the address.
fn closing_block(block: &[String], signer: &Signer) -> Option<usize> {
    let first = block.len().saturating_sub(MOST_LINES);
    let mut best = None;
    for at in (first..block.len()).rev() {
        let line = block.get(at)?;
        let below = block.get(at + 1..)?;
        if is_sentence(line) {
            break;
        }
        let others = below.iter().filter(|line| !line.is_empty() && !is_rule(line));
        let office = others.clone().filter(|line| is_office(line)).count();
        let names = signer.begins(line) && office > 0 && 2 * office >= others.count();
        let ruled = is_rule(line)
            && below.iter().any(|line| signer.in_line(line))
            && below.iter().filter(|line| !line.is_empty() && !is_rule(line)).count() >= 2;
        if names || ruled {
            best = Some(at);
        }
    }
    let at = best?;
    // A rule above the name belongs to the block.
    let above = block.get(..at)?.iter().rposition(|line| !line.is_empty());
    Some(above.filter(|above| block.get(*above).is_some_and(|line| is_rule(line))).unwrap_or(at))
}

/// A line that says where somebody works or how to reach them.
fn is_office(line: &str) -> bool {
    const ENDS: [&str; 22] = [
        "市",
        "町",
        "村",
        "区",
        "県",
        "課",
        "部",
        "局",
        "係",
        "室",
        "所",
        "院",
        "会",
        "センター",
        "班",
        "法人",
        "大学",
        "担当",
        "グループ",
        "チーム",
        "窓口",
        "社",
    ];
    const WORDS: [&str; 10] = ["tel", "fax", "電話", "携帯", "内線", "直通", "mail", "メール", "http", "〒"];
    let digits = line.chars().filter(char::is_ascii_digit).count();
    ENDS.iter().any(|end| line.ends_with(end))
        || WORDS.iter().any(|word| line.contains(word))
        || line.contains('@')
        || (digits >= 9 && line.len() <= 40)
}

/// A sentence, a list item or a long line.
fn is_sentence(line: &str) -> bool {
    const MOST_CHARS: usize = 60;
    const ENDS: [&str; 8] = ["ます", "です", "ました", "ません", "ください", "下さい", "でしょうか", "以上"];
    line.contains(['。', '?'])
        || line.starts_with(['・', '●', '○', '■', '※'])
        || ENDS.iter().any(|end| line.ends_with(end))
        || (line.chars().count() > MOST_CHARS && !is_rule(line))
}

fn is_rule(line: &str) -> bool {
    const LEAST_CHARS: usize = 3;
    line.chars().count() >= LEAST_CHARS
        && !line.contains(char::is_alphanumeric)
        && !line.contains(['。', '、', '?'])
}
