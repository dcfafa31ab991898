//! Converts HTML to text that keeps one form field per line: blocks, rows and breaks end lines, a tab separates cells.
//! Drops invisible content (styles, scripts, comments, hidden elements); ignores CSS except hiding and `white-space`.

mod entity;
mod tag;
mod writer;

#[cfg(test)]
mod tests;

use tag::{Tag, Token, Tokens};
use writer::Writer;

/// Returns the visible text. Takes linear time on any input.
#[must_use]
pub fn to_text(html: &str) -> String {
    let mut reader = Reader {
        out: Writer::with_capacity(html.len() / 4),
        enclosing: None,
        lists: Vec::new(),
        rows: Vec::new(),
    };
    let mut tokens = Tokens::new(html);
    while let Some(token) = tokens.next() {
        match token {
            Token::Text(text) => reader.text(text),
            Token::Tag(tag) => {
                if !tag.closing && is_raw(&tag.name) {
                    tokens.skip_past_end_of(&tag.name);
                } else {
                    reader.tag(&tag);
                }
            }
        }
    }
    reader.out.finish()
}

/// The charset that a `<meta>` declares within the first 1,024 bytes (WHATWG HTML, 13.2.3.2).
#[must_use]
pub(super) fn declared_charset(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(bytes.get(..1024).unwrap_or(bytes)).to_ascii_lowercase();
    let (_, after) = head.split_once("<meta").and_then(|(_, after)| after.split_once("charset"))?;
    let value = after.trim_start().strip_prefix('=')?.trim_start_matches(['"', '\'', ' ']);
    let end = value.find(['"', '\'', ' ', ';', '>', '/']).unwrap_or(value.len());
    Some(value[..end].to_owned()).filter(|charset| !charset.is_empty())
}

/// Elements whose content is not shown as text.
fn is_raw(name: &str) -> bool {
    matches!(name, "style" | "script" | "title" | "template" | "xml" | "noframes" | "object" | "svg")
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "dir"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "html"
            | "legend"
            | "li"
            | "main"
            | "menu"
            | "nav"
            | "ol"
            | "option"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "tbody"
            | "tfoot"
            | "thead"
            | "ul"
    )
}

/// An effect of an element on all its content.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    Hidden,
    /// `white-space: pre` on an element other than `<pre>`.
    Preserved,
}

/// The outermost element with an effect. `depth` counts open elements of its name, to find its end tag.
struct Enclosing {
    name: String,
    depth: usize,
    effect: Effect,
}

struct List {
    /// The number of the next item; `None` for bullets.
    next: Option<i64>,
}

struct Reader {
    out: Writer,
    enclosing: Option<Enclosing>,
    lists: Vec<List>,
    /// For each open table: whether its current row already has a cell.
    rows: Vec<bool>,
}

impl Reader {
    fn hidden(&self) -> bool {
        self.enclosing.as_ref().is_some_and(|e| e.effect == Effect::Hidden)
    }

    fn text(&mut self, text: &str) {
        if !self.hidden() {
            self.out.text(text);
        }
    }

    fn tag(&mut self, tag: &Tag<'_>) {
        self.enclose(tag);
        if self.hidden() {
            return;
        }
        let name = tag.name.as_str();
        match name {
            "br" => self.out.line_break(),
            "td" | "th" => self.cell(tag.closing),
            "tr" => {
                self.out.row();
                if let Some(has_cell) = self.rows.last_mut() {
                    *has_cell = false;
                }
            }
            _ if is_block(name) => self.block(tag),
            _ => {}
        }
    }

    fn block(&mut self, tag: &Tag<'_>) {
        self.out.block();
        match (tag.name.as_str(), tag.closing) {
            ("pre", closing) => self.out.preserve(!closing),
            ("table", false) => self.rows.push(false),
            ("table", true) => {
                self.rows.pop();
            }
            ("ul" | "menu" | "dir", false) => self.lists.push(List { next: None }),
            ("ol", false) => {
                let start = tag.attribute("start").and_then(|n| n.parse().ok()).unwrap_or(1);
                self.lists.push(List { next: Some(start) });
            }
            ("ul" | "ol" | "menu" | "dir", true) => {
                self.lists.pop();
            }
            ("li", false) => self.item(tag),
            ("blockquote", closing) => self.quote(tag, closing),
            _ => {}
        }
    }

    fn item(&mut self, tag: &Tag<'_>) {
        let given = tag.attribute("value").and_then(|n| n.parse::<i64>().ok());
        let marker = match self.lists.last_mut().map(|list| &mut list.next) {
            Some(Some(next)) => {
                let number = given.unwrap_or(*next);
                *next = number.saturating_add(1);
                format!("{number}. ")
            }
            _ => "・".to_owned(),
        };
        self.out.marker(marker);
    }

    /// Quotations get `> `. A blockquote that only indents (Outlook, Gmail's toolbar) does not.
    fn quote(&mut self, tag: &Tag<'_>, closing: bool) {
        let class = tag.attribute("class").unwrap_or_default();
        let cites = tag.attribute("type").is_some_and(|kind| kind.eq_ignore_ascii_case("cite"))
            || tag.attribute("cite").is_some()
            || class.contains("quote")
            || class.contains("cite");
        if closing {
            self.out.end_quote();
        } else {
            self.out.begin_quote(cites);
        }
    }

    fn cell(&mut self, closing: bool) {
        if closing {
            return;
        }
        let follows = self.rows.last_mut().is_some_and(|has_cell| std::mem::replace(has_cell, true));
        if follows {
            self.out.cell();
        } else {
            self.out.row();
        }
    }

    fn enclose(&mut self, tag: &Tag<'_>) {
        if let Some(open) = &mut self.enclosing {
            if open.name == tag.name && !tag.is_void() {
                open.depth = if tag.closing { open.depth - 1 } else { open.depth + 1 };
            }
            if open.depth == 0 {
                if open.effect == Effect::Preserved {
                    self.out.preserve(false);
                }
                self.enclosing = None;
            }
            return;
        }
        if tag.closing || tag.is_void() {
            return;
        }
        let Some(effect) = effect(tag) else { return };
        if effect == Effect::Preserved {
            self.out.block();
            self.out.preserve(true);
        }
        self.enclosing = Some(Enclosing { name: tag.name.clone(), depth: 1, effect });
    }
}

fn effect(tag: &Tag<'_>) -> Option<Effect> {
    let style = tag.attribute("style")?;
    let style: String =
        style.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect();
    if style.contains("display:none") || style.contains("mso-hide:all") {
        return Some(Effect::Hidden);
    }
    let preserved =
        style.contains("white-space:pre") && !style.contains("white-space:pre-line") && tag.name != "pre";
    (preserved && is_block(&tag.name)).then_some(Effect::Preserved)
}
