//! Reads the DMARC, DKIM and SPF results that our own mail server wrote to `Authentication-Results` (RFC 8601).
//! Senders can forge this header, so only the topmost one with our server's name counts; `desk` acts on the results.

use std::{iter::Peekable, str::Chars};

use super::InboundMail;

/// The results of one header field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Results(Vec<Statement>);

/// The result of one method, such as `dkim=pass header.d=example.jp`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Statement {
    /// Lower case, without a version.
    method: String,
    /// Lower case.
    result: String,
    /// Names (lower case) and values, such as `header.d` and `example.jp`.
    properties: Vec<(String, String)>,
}

/// Returns the results of the server named `authserv_id`, without any where they do not follow the grammar.
///
/// The server adds its header at the top, so the topmost header with this name counts.
#[must_use]
pub fn results(mail: &InboundMail, authserv_id: &str) -> Option<Results> {
    mail.header("Authentication-Results").find_map(|value| read(value, authserv_id))
}

impl Results {
    /// Whether the owner of the From domain disowns the mail (DMARC, RFC 7489).
    #[must_use]
    pub fn is_disowned(&self) -> bool {
        self.of("dmarc").any(|dmarc| dmarc.result == "fail")
    }

    /// Whether the results confirm that a mail with this one From domain comes from there. DMARC decides; where its owner
    /// published no policy, a DKIM signature or the envelope sender of the very same domain is enough. A parent or child
    /// domain is not: without the public suffix list, nobody can tell `city.example.jp` from `example.co.jp`, and a DMARC
    /// result has that comparison behind it.
    #[must_use]
    pub fn confirm(&self, domain: &str) -> bool {
        let domain = bare_domain(domain);
        if domain.is_empty() {
            return false;
        }
        // Exchange says `bestguesspass` where there is no policy.
        let mut dmarc = self.of("dmarc").filter(|dmarc| !matches!(&*dmarc.result, "none" | "bestguesspass"));
        if let Some(first) = dmarc.next() {
            // DMARC is about the From domain. Some servers do not repeat it in `header.from`.
            let confirms = |dmarc: &Statement| {
                dmarc.result == "pass" && dmarc.is_about("header.from", &domain).unwrap_or(true)
            };
            return confirms(first) && dmarc.all(confirms);
        }
        let passes = |method| self.of(method).filter(|found| found.result == "pass");
        passes("dkim").any(|dkim| {
            // Some servers name the identity alone, which is in the signing domain (RFC 6376, 3.5).
            let signed = dkim.is_about("header.d", &domain).or_else(|| dkim.is_about("header.i", &domain));
            signed.unwrap_or(false)
        }) || passes("spf").any(|spf| spf.is_about("smtp.mailfrom", &domain).unwrap_or(false))
    }

    fn of(&self, method: &str) -> impl Iterator<Item = &Statement> {
        self.0.iter().filter(move |statement| statement.method == method)
    }
}

impl Statement {
    /// Whether a property has this domain, wherever it stands. `None` if it does not stand there.
    fn is_about(&self, name: &str, domain: &str) -> Option<bool> {
        let mut values = self.properties.iter().filter(|(found, _)| found == name);
        let is_there = |(_, value): &(String, String)| bare_domain(value) == domain;
        values.next().map(|first| is_there(first) && values.all(is_there))
    }
}

/// The domain of `user@example.jp`, `@example.jp`, `example.jp` or `example.jp.`, lower case.
fn bare_domain(value: &str) -> String {
    let domain = value.rsplit('@').next().unwrap_or_default();
    domain.trim_end_matches('>').trim_end_matches('.').to_ascii_lowercase()
}

fn read(value: &str, authserv_id: &str) -> Option<Results> {
    let tokens = tokens(value);
    let mut parts = tokens.split(|token| *token == Token::Semicolon);
    let Some([Token::Word { text: name, .. }, version @ ..]) = parts.next() else { return None };
    if !name.eq_ignore_ascii_case(authserv_id) {
        return None;
    }
    // RFC 8601, 2.2: the only version is 1.
    let is_known = match version {
        [] => true,
        [Token::Word { text, .. }] => text == "1",
        _ => false,
    };
    let is_whole = is_known && !tokens.contains(&Token::Broken);
    Some(Results(parts.filter(|_| is_whole).filter_map(statement).collect()))
}

/// Reads `method=result` and the properties behind it. `None` for `none` and for anything else.
fn statement(tokens: &[Token]) -> Option<Statement> {
    let mut statement = Statement::default();
    let (mut key, mut rest) = (String::new(), tokens.iter());
    while let Some(token) = rest.next() {
        match token {
            // Blanks and comments may stand around the dot of a property and the slash of a version.
            Token::Word { text, quoted: false } => {
                let continues = key.ends_with(['.', '/']) || text.starts_with(['.', '/']);
                key = if continues { key + text } else { text.clone() };
            }
            Token::Equals => {
                let Some(Token::Word { text, .. }) = rest.next() else { break };
                let name = std::mem::take(&mut key).to_ascii_lowercase();
                if statement.method.is_empty() {
                    // The method may have a version: `dkim/1=pass`.
                    name.split('/').next().unwrap_or_default().clone_into(&mut statement.method);
                    statement.result = text.to_ascii_lowercase();
                } else {
                    statement.properties.push((name, text.clone()));
                }
            }
            _ => key.clear(),
        }
    }
    (!statement.method.is_empty()).then_some(statement)
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    /// Characters and quoted strings without anything between them.
    Word {
        /// Without quotation marks.
        text: String,
        quoted: bool,
    },
    Semicolon,
    Equals,
    /// A quoted string or a comment has no end.
    Broken,
}

fn tokens(value: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = value.chars().peekable();
    while let Some(&c) = chars.peek() {
        match c {
            ';' | '=' => {
                chars.next();
                tokens.push(if c == ';' { Token::Semicolon } else { Token::Equals });
            }
            '(' if !skip_comment(&mut chars) => tokens.push(Token::Broken),
            '(' => {}
            c if c.is_whitespace() => {
                chars.next();
            }
            _ => tokens.push(word(&mut chars)),
        }
    }
    tokens
}

/// Skips a comment, whose comments may be nested (RFC 5322, 3.2.2). `false` if it has no end.
fn skip_comment(chars: &mut Peekable<Chars<'_>>) -> bool {
    let mut depth = 0_usize;
    while let Some(c) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '(' => depth += 1,
            ')' if depth == 1 => return true,
            ')' => depth -= 1,
            _ => {}
        }
    }
    false
}

fn word(chars: &mut Peekable<Chars<'_>>) -> Token {
    let (mut text, mut quoted) = (String::new(), false);
    while let Some(c) = chars.next_if(|c| !c.is_whitespace() && !matches!(c, ';' | '=' | '(')) {
        if c == '"' {
            quoted = true;
            if !take_quoted(chars, &mut text) {
                return Token::Broken;
            }
        } else {
            text.push(c);
        }
    }
    Token::Word { text, quoted }
}

/// Takes the rest of a quoted string (RFC 5322, 3.2.4). `false` if it has no end.
fn take_quoted(chars: &mut Peekable<Chars<'_>>, text: &mut String) -> bool {
    while let Some(c) = chars.next() {
        match c {
            '"' => return true,
            '\\' => text.extend(chars.next()),
            _ => text.push(c),
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results_of(headers: &[&str]) -> Option<Results> {
        let lines: String =
            headers.iter().map(|value| format!("Authentication-Results: {value}\r\n")).collect();
        results(&crate::mail::read(format!("{lines}From: a@example.jp\r\n\r\n").as_bytes()), "mx.example.jp")
    }

    #[test]
    fn only_the_topmost_results_of_our_own_server_count() {
        let pass = "mx.example.jp; dmarc=pass header.from=example.jp";
        for (headers, confirmed) in [
            (&[pass][..], true),
            (&["MX.Example.JP 1; spf=pass; dmarc=pass header.from=example.jp"], true),
            (&["\"mx.example.jp\"; dmarc=pass header.from=example.jp"], true),
            (&["(ours) mx.example.jp (really) 1; dmarc=pass header.from=example.jp"], true),
            (&["mx.evil.example; dmarc=fail", pass], true),
            // A sender may have forged the second header.
            (&["mx.example.jp; dmarc=fail header.from=example.jp", pass], false),
            (&["mx.example.jp; none", pass], false),
            (&["mx.example.jp; dmarc=\"pass", pass], false),
            (&["mx.example.jp 2; dmarc=pass header.from=example.jp", pass], false),
            (&["mx.example.jp x=y; dmarc=pass header.from=example.jp"], false),
        ] {
            assert_eq!(results_of(headers).unwrap().confirm("example.jp"), confirmed, "{headers:?}");
        }
        for headers in [
            &["mx.evil.example; dmarc=pass"][..],
            &[],
            &["dmarc=pass header.from=example.jp"],
            &["mx.example.jp.evil; dmarc=pass"],
            &["mx.evil.example (mx.example.jp; dmarc=pass); dmarc=pass"],
            &["(mx.example.jp; ) mx.evil.example; dmarc=pass"],
        ] {
            assert_eq!(results_of(headers), None, "{headers:?}");
        }
    }

    #[test]
    fn results_are_read_by_their_grammar_and_only_with_alignment() {
        for (results, confirmed) in [
            ("dmarc=pass header.from=example.jp", true),
            ("dmarc=pass (p=none dis=none) header.from=Example.JP.", true),
            ("dmarc=pass action=none header.from=example.jp;compauth=pass reason=100", true),
            ("dmarc = pass header . from = example.jp", true),
            ("dmarc (a (b) c) = (d) pass (e) header(f).(g)from(h)=(i)example.jp", true),
            ("\r\n\tspf=fail smtp.mailfrom=x.example;\r\n\tdmarc=pass\r\n\theader.from=example.jp", true),
            ("dmarc=pass reason=\"p=none; dmarc=fail\" header.from=sato@example.jp", true),
            ("dmarc/1=pass header.from=\"example.jp\"", true),
            ("dmarc=pass", true),
            ("dmarc=pass header.from=evil.example", false),
            ("dmarc=pass header.from=sub.example.jp", false),
            ("dmarc=pass header.from=jp", false),
            ("dmarc=pass header.from=example.jp header.from=evil.example", false),
            ("dmarc=pass header.from=example.jp; dmarc=fail header.from=example.jp", false),
            ("dmarc=fail header.from=example.jp; dkim=pass header.d=example.jp", false),
            ("dmarc=temperror header.from=example.jp; spf=pass smtp.mailfrom=example.jp", false),
            ("dmarc=none header.from=example.jp; dkim=pass header.d=example.jp", true),
            ("dmarc=bestguesspass header.from=example.jp; spf=pass smtp.mailfrom=a@example.jp", true),
            ("dkim=pass header.d=example.jp header.s=s header.b=AbC=; spf=none", true),
            ("dkim=pass header.i=@example.jp", true),
            ("dkim=pass header.d=evil.example header.i=@example.jp", false),
            ("dkim=fail header.d=a; dkim=pass header.d=example.jp; dkim=neutral", true),
            ("dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=evil.example", false),
            ("dkim=pass header.d=evil.example header.i=@evil.example; dkim=fail header.d=example.jp", false),
            ("dkim=pass header.d=co.jp; dkim=pass header.d=mail.example.jp", false),
            ("dkim=pass", false),
            ("dkim/1=pass header.d=example.jp", true),
            ("spf=pass smtp.mailfrom=example.jp", true),
            ("spf=pass smtp.mailfrom=@example.jp", true),
            ("spf=pass smtp.mailfrom=\"a b; c\"@example.jp", true),
            ("spf=pass smtp.mailfrom=\"a@example.jp\"@evil.example", false),
            ("spf=pass smtp.helo=example.jp", false),
            ("spf=softfail smtp.mailfrom=example.jp", false),
            ("none", false),
            ("x-dmarc=pass header.from=example.jp", false),
            ("\"dmarc\"=pass header.from=example.jp", false),
            // Text of the sender's in comments and quoted strings is no result.
            ("spf=fail (x; dmarc=pass header.from=example.jp)", false),
            ("spf=fail (\\) (y) ; dmarc=pass header.from=example.jp) smtp.mailfrom=evil.example", false),
            ("spf=fail smtp.mailfrom=\"x; dmarc=pass header.from=example.jp\"@evil.example", false),
            ("spf=fail smtp.mailfrom=\"x\\\"; dkim=pass header.d=example.jp; \\\"\"@evil.example", false),
            ("spf=fail smtp.mailfrom==?utf-8?q?x=3B?=_dmarc=3Dpass; x=y", false),
            ("spf=fail =?utf-8?q?=3B_dmarc=3Dpass_header=2Efrom=3Dexample.jp?=", false),
            ("spf=fail (unended; dmarc=pass header.from=example.jp", false),
            ("spf=fail smtp.mailfrom=\"unended; dmarc=pass header.from=example.jp", false),
        ] {
            let found = results_of(&[&format!("mx.example.jp; {results}")]).unwrap();
            assert_eq!(found.confirm("example.jp"), confirmed, "{results}");
        }
        assert!(results_of(&["mx.example.jp; dmarc=fail (p=none)"]).unwrap().is_disowned());
        assert!(!results_of(&["mx.example.jp; spf=pass (dmarc=fail)"]).unwrap().is_disowned());
        assert!(!results_of(&["mx.example.jp; dmarc=pass"]).unwrap().confirm(""));
    }
}
