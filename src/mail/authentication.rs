//! Reads the DMARC, DKIM and SPF results that our own mail server wrote to `Authentication-Results` (RFC 8601).
//! Senders can forge this header, so only the one with our server's name counts; `desk` acts on the results.

use super::InboundMail;

/// Results such as `pass` or `fail`, lower case. `None` if the server reported none for the method.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Results {
    /// DMARC (RFC 7489).
    pub dmarc: Option<String>,
    /// DKIM (RFC 6376).
    pub dkim: Option<String>,
    /// SPF (RFC 7208).
    pub spf: Option<String>,
}

/// Returns the results of the server named `authserv_id`.
///
/// The server adds its header at the top, so the topmost header with this name counts.
#[must_use]
pub fn results(mail: &InboundMail, authserv_id: &str) -> Option<Results> {
    mail.header("Authentication-Results").find_map(|value| read(value, authserv_id))
}

fn read(value: &str, authserv_id: &str) -> Option<Results> {
    let value = without_comments(value);
    let mut parts = value.split(';');
    // A version number may follow the server name.
    let name = parts.next()?.split_whitespace().next()?;
    if !name.eq_ignore_ascii_case(authserv_id) {
        return None;
    }
    let mut results = Results::default();
    for part in parts {
        let Some((method, rest)) = part.split_once('=') else { continue };
        // The method may have a version: `dkim/1=pass`.
        let method = method.split('/').next().unwrap_or_default().trim().to_ascii_lowercase();
        let result = rest.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
        let slot = match method.as_str() {
            "dmarc" => &mut results.dmarc,
            "dkim" => &mut results.dkim,
            "spf" => &mut results.spf,
            _ => continue,
        };
        // A mail may have several DKIM signatures. One valid signature is enough.
        if slot.as_deref() != Some("pass") {
            *slot = Some(result);
        }
    }
    Some(results)
}

fn without_comments(value: &str) -> String {
    let mut depth = 0_usize;
    let mut quoted = false;
    let mut kept = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    kept
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
    fn only_our_own_server_is_trusted() {
        for (headers, dmarc) in [
            (&["mx.example.jp; dmarc=fail (p=none dis=none) header.from=city.example.jp"][..], Some("fail")),
            (
                &["MX.Example.JP 1; spf=pass smtp.mailfrom=x.example; dmarc=pass header.from=x.example"],
                Some("pass"),
            ),
            (
                &["mx.example.jp;\r\n\tdkim=none;\r\n\tdmarc=fail\r\n\taction=none header.from=x.example"],
                Some("fail"),
            ),
            (&["mx.evil.example; dmarc=fail", "mx.example.jp; dmarc=pass"], Some("pass")),
            // A sender may have forged the second header. The topmost one with our name counts.
            (&["mx.example.jp; dmarc=fail", "mx.example.jp; dmarc=pass"], Some("fail")),
            (&["mx.example.jp; none"], None),
            (&["mx.example.jp (dmarc=fail) ; spf=pass"], None),
        ] {
            assert_eq!(results_of(headers).unwrap().dmarc.as_deref(), dmarc, "{headers:?}");
        }
        for headers in
            [&["mx.evil.example; dmarc=fail"][..], &[], &["dmarc=fail"], &["mx.example.jp.evil; dmarc=fail"]]
        {
            assert_eq!(results_of(headers), None, "{headers:?}");
        }
        let dkim =
            results_of(&["mx.example.jp; dkim=fail header.d=a; dkim=pass header.d=b; dkim=neutral"]).unwrap();
        assert_eq!(dkim.dkim.as_deref(), Some("pass"));
    }
}
