//! Fields of Word (ECMA-376, 17.16): what stands on the page where the file has only an instruction.

/// A field that is open.
#[derive(Debug, Default)]
pub(super) struct Field {
    pub instruction: String,
    /// The instruction has ended, and the result goes on.
    pub has_result: bool,
    /// The result has text.
    pub produced: bool,
    /// A check box of a form: as it was made, and as somebody left it.
    pub default: bool,
    pub checked: Option<bool>,
    /// A list to choose from: its entries, and the index of the choice.
    pub entries: Vec<String>,
    pub chosen: usize,
}

impl Field {
    /// What the page shows of a field without a result.
    pub fn shown(&self) -> String {
        let instruction = self.instruction.trim();
        let name = instruction.split([' ', '\\']).next().unwrap_or_default().to_ascii_uppercase();
        match name.as_str() {
            "EQ" => overlay(instruction).unwrap_or_default(),
            "FORMCHECKBOX" => if self.checked.unwrap_or(self.default) { "☑" } else { "☐" }.to_owned(),
            "FORMDROPDOWN" => self.entries.get(self.chosen).cloned().unwrap_or_default(),
            _ => String::new(),
        }
    }
}

/// Frames of 囲い文字.
const FRAMES: [&str; 9] = ["○", "◯", "〇", "□", "△", "◇", "●", "■", "◎"];

/// Characters over each other: `EQ \o\ac(○,1)` (囲い文字) is `○1`; `EQ \o\ad(\s\up 9(くどう),工藤)`, a reading over
/// its characters in old files, is `工藤`.
fn overlay(instruction: &str) -> Option<String> {
    let at = instruction.to_ascii_lowercase().find("\\o")?;
    let (_, inside) = instruction.get(at..)?.split_once('(')?;
    let (mut depth, mut escaped, mut arguments) = (0_usize, false, vec![String::new()]);
    for c in inside.chars() {
        let argument = arguments.last_mut()?;
        match c {
            _ if escaped => {
                if !matches!(c, '(' | ')' | ',' | ';' | '\\') {
                    argument.push('\\');
                }
                argument.push(c);
            }
            '\\' => {}
            ')' if depth == 0 => break,
            ',' | ';' if depth == 0 => arguments.push(String::new()),
            _ => {
                depth = if c == '(' { depth + 1 } else { depth.saturating_sub(usize::from(c == ')')) };
                argument.push(c);
            }
        }
        escaped = c == '\\' && !escaped;
    }
    Some(arguments.iter().filter_map(|argument| on_the_line(argument.trim())).collect())
}

/// An argument without its shift, `None` for one above or below the line.
fn on_the_line(argument: &str) -> Option<&str> {
    let is_shifted = argument.get(..2).is_some_and(|switch| switch.eq_ignore_ascii_case("\\s"));
    if !is_shifted {
        return Some(argument);
    }
    let shifted = argument.split_once('(')?.1.trim_end_matches(')').trim();
    FRAMES.contains(&shifted).then_some(shifted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_shows_what_the_page_shows() {
        let field = |instruction: &str| Field { instruction: instruction.to_owned(), ..Field::default() };
        for (name, field, shown) in [
            ("an enclosed character", field(" eq \\o\\ac(○,1) "), "○1"),
            ("with a semicolon", field("EQ \\o\\ac(○;２)"), "○２"),
            ("with a shifted frame", field("EQ \\o\\ac(\\s\\up 1(○),2)"), "○2"),
            ("a reading", field("EQ \\* jc2 \\* hps10 \\o\\ad(\\s\\up 9(くどう),工藤)"), "工藤"),
            ("a reading with brackets", field("EQ \\o\\ad(\\s\\up 9(く\\(う),工藤)"), "工藤"),
            ("a fraction", field("EQ \\f(1,2)"), ""),
            ("without an end", field("EQ \\o\\ac(○,"), "○"),
            ("a link", field("HYPERLINK \"mailto:a@example.jp\""), ""),
            ("a box", Field { checked: Some(true), ..field("FORMCHECKBOX") }, "☑"),
            ("a box that nobody touched", Field { default: true, ..field("FORMCHECKBOX") }, "☑"),
            ("an empty box", Field { checked: Some(false), default: true, ..field("FORMCHECKBOX") }, "☐"),
            (
                "a list",
                Field { entries: vec!["1".into(), "2".into()], chosen: 1, ..field("FORMDROPDOWN") },
                "2",
            ),
        ] {
            assert_eq!(field.shown(), shown, "{name}");
        }
    }
}
