//! What holds paragraphs while they are read: the body, a cell, or a text box.

use std::collections::BTreeSet;

use super::{Finding, field::Field};

/// Around text of a content control that shows its prompt. XML has neither character.
pub(super) const PROMPT: char = '\u{1}';
pub(super) const PROMPT_END: char = '\u{2}';

#[derive(Debug, Default)]
pub(super) struct Holder {
    /// Complete lines.
    pub lines: Vec<String>,
    /// Lines at which a shape is anchored.
    pub drawn: Vec<usize>,
    /// The paragraph that is being read.
    paragraph: String,
    is_drawn_over: bool,
    /// Lines of text boxes that are anchored in it, and the drawn ones among them.
    boxed: Holding,
    fields: Vec<Field>,
}

#[derive(Debug, Default)]
struct Holding {
    lines: Vec<String>,
    drawn: Vec<usize>,
}

impl Holder {
    /// Adds text to the paragraph, unless it belongs to the instruction of a field.
    pub fn push(&mut self, text: &str) {
        if text.is_empty() || self.is_in_instruction() {
            return;
        }
        self.fields.iter_mut().for_each(|field| field.produced = true);
        self.paragraph.push_str(text);
    }

    pub fn draw(&mut self) {
        self.is_drawn_over = true;
    }

    pub fn begin_field(&mut self) {
        self.fields.push(Field::default());
    }

    pub fn field(&mut self) -> Option<&mut Field> {
        self.fields.last_mut()
    }

    /// Adds to the instruction of the innermost field.
    pub fn instruct(&mut self, text: &str) {
        if let Some(field) = self.fields.last_mut().filter(|field| !field.has_result) {
            field.instruction.push_str(text);
        }
    }

    pub fn end_field(&mut self) {
        let Some(field) = self.fields.pop() else { return };
        if !field.produced {
            let shown = field.shown();
            if self.is_in_instruction() {
                self.instruct(&shown);
            } else {
                self.push(&shown);
            }
        }
    }

    fn is_in_instruction(&self) -> bool {
        self.fields.last().is_some_and(|field| !field.has_result)
    }

    /// Takes the lines of a text box that is anchored in the paragraph.
    pub fn take_box(&mut self, text_box: Self) {
        let before = self.boxed.lines.len();
        self.boxed.drawn.extend(text_box.drawn.iter().map(|line| line + before));
        self.boxed.lines.extend(text_box.lines);
    }

    /// Returns the number of lines before those of text boxes.
    pub fn end_paragraph(&mut self, findings: &mut BTreeSet<Finding>) -> usize {
        // An instruction ends with its paragraph at the latest: a damaged field must not swallow the rest.
        while self.is_in_instruction() {
            self.end_field();
        }
        if self.is_drawn_over {
            self.drawn.push(self.lines.len());
        }
        let paragraph = std::mem::take(&mut self.paragraph);
        self.lines.extend(without_prompts(&paragraph, findings).split('\n').map(str::to_owned));
        self.is_drawn_over = false;
        let before = self.lines.len();
        self.drawn.extend(self.boxed.drawn.drain(..).map(|line| line + before));
        self.lines.append(&mut self.boxed.lines);
        before
    }

    /// Ends the last paragraph, if there is one.
    pub fn finish(&mut self, findings: &mut BTreeSet<Finding>) {
        if !self.paragraph.is_empty() || self.is_drawn_over || !self.boxed.lines.is_empty() {
            self.end_paragraph(findings);
        }
    }
}

/// Leaves out Word's own prompts, and keeps other text that a content control shows as its prompt.
fn without_prompts(text: &str, findings: &mut BTreeSet<Finding>) -> String {
    let joint: String = [PROMPT_END, PROMPT].iter().collect();
    let joined = text.replace(&joint, "");
    let mut kept = String::with_capacity(joined.len());
    for (index, part) in joined.split([PROMPT, PROMPT_END]).enumerate() {
        let is_prompt = index % 2 == 1;
        if is_prompt && is_words_own(part) {
            continue;
        }
        if is_prompt && !part.trim().is_empty() {
            findings.insert(Finding::Placeholder);
        }
        kept.push_str(part);
    }
    kept
}

/// Whether a prompt is one that Word writes itself, in one of its versions.
fn is_words_own(prompt: &str) -> bool {
    let prompt: String = prompt.chars().filter(|c| !c.is_whitespace()).collect();
    let prompt = prompt.trim_end_matches(['。', '.']).to_lowercase();
    let asks = |verbs: &[&str]| verbs.iter().any(|verb| prompt.ends_with(verb));
    let japanese = (prompt.contains("クリック") || prompt.contains("タップ"))
        && asks(&["入力してください", "選択してください", "指定してください"])
        || matches!(
            prompt.as_str(),
            "テキストを入力してください"
                | "アイテムを選択してください"
                | "日付を選択してください"
                | "日付を入力してください"
                | "文書パーツを選択してください"
        );
    let english = (prompt.starts_with("click")
        && asks(&["toentertext", "toenteradate", "entertext", "enteradate"]))
        || matches!(prompt.as_str(), "chooseanitem" | "chooseabuildingblock");
    japanese || english
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_of_word_is_blank_and_other_words_are_kept() {
        for (prompt, is_blank) in [
            ("クリックまたはタップしてテキストを入力してください。", true),
            ("ここをクリックして、テキストを入力してください。", true),
            ("アイテムを選択してください。", true),
            ("クリックまたはタップして日付を入力してください。", true),
            ("Click or tap here to enter text.", true),
            ("Choose an item.", true),
            ("健康福祉部", false),
            ("所属を入力", false),
        ] {
            let mut findings = BTreeSet::new();
            let (start, end) = prompt.split_at(prompt.char_indices().nth(4).unwrap().0);
            let text = format!("前{PROMPT}{start}{PROMPT_END}{PROMPT}{end}{PROMPT_END}後");
            let expected = if is_blank { "前後".to_owned() } else { format!("前{prompt}後") };
            assert_eq!(without_prompts(&text, &mut findings), expected, "{prompt}");
            assert_eq!(findings.contains(&Finding::Placeholder), !is_blank, "{prompt}");
        }
    }
}
