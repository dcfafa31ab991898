//! Splits HTML into text and tags in linear time, as tolerant as browsers (WHATWG HTML, 13.2.5).
//! The parent module interprets the elements.

pub(super) struct Tag<'a> {
    /// Lower case.
    pub name: String,
    pub closing: bool,
    attributes: &'a str,
}

impl Tag<'_> {
    /// Whether the element has no content: a void element or a self-closing tag.
    pub fn is_void(&self) -> bool {
        matches!(
            self.name.as_str(),
            "area" | "base" | "br" | "col" | "hr" | "img" | "input" | "link" | "meta" | "wbr"
        ) || self.attributes.ends_with('/')
    }

    /// The raw value of an attribute; character references are not decoded.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let mut rest = self.attributes;
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '/'))?;
            let (found, after) = rest.split_at(end);
            let after = after.trim_start();
            let Some(value) = after.strip_prefix('=').map(str::trim_start) else {
                rest = after;
                continue;
            };
            let (value, after) = match value.as_bytes().first()? {
                quote @ (b'"' | b'\'') => {
                    value[1..].split_once(char::from(*quote)).unwrap_or((&value[1..], ""))
                }
                _ => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
            };
            if found.eq_ignore_ascii_case(name) {
                return Some(value);
            }
            rest = after;
        }
    }
}

pub(super) enum Token<'a> {
    /// Character references are not yet decoded.
    Text(&'a str),
    Tag(Tag<'a>),
}

pub(super) struct Tokens<'a> {
    rest: &'a str,
    /// Whether a `-->` may be left. Avoids repeated searches when there is none, which would take quadratic time.
    may_have_comment_end: bool,
}

impl<'a> Tokens<'a> {
    pub fn new(html: &'a str) -> Self {
        Self { rest: html, may_have_comment_end: html.contains("-->") }
    }

    pub fn next(&mut self) -> Option<Token<'a>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            if !self.rest.starts_with('<') {
                let end = self.rest.find('<').unwrap_or(self.rest.len());
                return Some(Token::Text(self.take(end)));
            }
            if self.rest.starts_with("<!") || self.rest.starts_with("<?") {
                self.skip_declaration();
                continue;
            }
            let Some((tag, len)) = tag(self.rest) else {
                return Some(Token::Text(self.take(1)));
            };
            self.take(len);
            return Some(Token::Tag(tag));
        }
    }

    fn take(&mut self, len: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(len);
        self.rest = rest;
        taken
    }

    /// Skips a comment, including the conditional comments of Outlook, or any other declaration.
    fn skip_declaration(&mut self) {
        if self.rest.starts_with("<!--") && self.may_have_comment_end {
            if let Some((_, after)) = self.rest[2..].split_once("-->") {
                self.rest = after;
                return;
            }
            self.may_have_comment_end = false;
        }
        let end = self.rest.find('>').map_or(self.rest.len(), |at| at + 1);
        self.take(end);
    }

    /// Skips past `</name …>`, or to the end of the document.
    pub fn skip_past_end_of(&mut self, name: &str) {
        let bytes = self.rest.as_bytes();
        let is_end = |at: &usize| {
            let name_end = at + 2 + name.len();
            bytes[*at..].starts_with(b"</")
                && bytes
                    .get(at + 2..name_end)
                    .is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
        };
        let start = (0..bytes.len()).find(|at| bytes[*at] == b'<' && is_end(at)).unwrap_or(bytes.len());
        let end = self.rest[start..].find('>').map_or(bytes.len(), |at| start + at + 1);
        self.take(end);
    }
}

/// Returns the tag at the start of `html` and its length in bytes. `<山田>`, `<a@b.jp>` and `a < b` are text.
fn tag(html: &str) -> Option<(Tag<'_>, usize)> {
    let after = &html[1..];
    let (closing, after) = after.strip_prefix('/').map_or((false, after), |after| (true, after));
    let name_len =
        after.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'-' | b'_')).count();
    let starts = after.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
    let (name, attributes) = after.split_at(name_len);
    if !starts
        || name_len > 30
        || !attributes.starts_with(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/'))
    {
        return None;
    }
    let end = end_of_tag(attributes)?;
    let len = html.len() - attributes.len() + end + 1;
    Some((Tag { name: name.to_ascii_lowercase(), closing, attributes: attributes[..end].trim() }, len))
}

/// The offset of the closing `>`, except in quoted values. `None` if a `<` comes first: then this is not a tag.
fn end_of_tag(attributes: &str) -> Option<usize> {
    let bytes = attributes.as_bytes();
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        match b {
            b'>' => return Some(at),
            b'<' => return None,
            b'"' | b'\'' if bytes[..at].trim_ascii_end().ends_with(b"=") => {
                match bytes[at + 1..].iter().position(|&c| c == b) {
                    Some(len) => at += len + 1,
                    None => return attributes.find('>'),
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}
