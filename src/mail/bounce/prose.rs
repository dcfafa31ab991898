//! Parses delivery reports in plain text only: qmail, Exim, Exchange, Notes, Japanese carriers and others.
//! Sender and wording must both be those of a report, so mail from a person who quotes a report does not match.

use super::{Action, Bounce, Returned, message_id, status};
use crate::mail::{InboundMail, automatic, clean, part::Part};

/// Phrases in lower case, matched anywhere in the subject.
const SUBJECTS: &str = "\
    undeliver|returned mail|mail returned|returned to sender|returning message|returning to sender|\
    failure notice|delivery failure|delivery fail|delivery has failed|delivery status notification|\
    delivery notification|delivery report|delivery problem|delivery error|delivery delayed|\
    delivery system|failed delivery|failure delivery|mail failed|mail failure|mail system error|\
    message delayed|error sending your mail|error delivering|nondeliverable|non-deliverable|non remis|\
    unzustellbar|no se puede entregar|mail could not be delivered|message status - undeliverable|\
    bounced mail|配信不能|配信エラー|配信できません|配達不能|送信エラー|送信できません|送信失敗|\
    メールエラー|エラーメール|不達|返送";

/// Phrases in lower case, matched anywhere in the text before the returned mail.
const PHRASES: &str = "\
    this is the qmail-send program|created automatically by mail delivery software|\
    could not be delivered|couldn't be delivered|cannot be delivered|could not deliver|couldn't deliver|\
    unable to deliver|wasn't able to deliver|was not delivered|not able to deliver|\
    did not reach the following|undeliverable|delivery to the following recipient|delivery has failed|\
    delivery failed|delivery failure|delivery problems|delivery errors|had trouble delivering|\
    error delivering your mail|trying to deliver|attempting to deliver|permanent fatal errors|\
    failed addresses follow|transcript of session|unknown user|user unknown|no such user|\
    invalid user address|mailbox is full|mailbox exceeded|account is disabled|final-recipient:|\
    diagnostic-code:|rejected by a remote|failure reasons|has been rejected|was rejected|returned below|\
    delivery attempts|エラーのため送信できません|送信できません|\
    送信できず|配信できません|配信不能|配送できません|送信に失敗|お届けできません|\
    届けることができません|宛先不明|あて先不明|リストにありません";

/// Phrases of reports that announce only a delay.
const DELAYS: &str = "\
    delayed|message delay|warning message only|do not need to resend|no need to resend|\
    not need to resend|will continue trying|will continue to|attempts will continue|will be retried|\
    still being retried|will keep trying|遅延|遅れています";

/// Phrases that rule out a mere delay, because the failure is permanent.
const FINAL: &str = "\
    permanent|giving up|given up|not going to try again|returned mail|returning message|\
    returned to sender|送信できませんでした";

/// Returns `None` if the mail is not such a report.
pub(super) fn read(root: &Part<'_>, mail: &InboundMail) -> Option<Bounce> {
    let failed = mail.header("X-Failed-Recipients").find_map(|value| addresses(value).next());
    if failed.is_none() && !is_report(root, mail) {
        return None;
    }
    let (head, returned) = split(&mail.text);
    let fields = field_lines(head).and_then(|lines| status::read_fields(lines.as_bytes()));
    let reply = head.lines().map(str::trim).find(|line| is_server_reply(line)).map(clean::one_line);
    let status = reply.as_deref().and_then(status::enhanced_status).or_else(|| status::enhanced_status(head));
    let mut bounce = fields.unwrap_or(Bounce {
        recipient: None,
        action: action(&mail.subject, head),
        status: None,
        diagnostic: None,
        original_message_id: None,
    });
    bounce.status = bounce.status.or(status);
    bounce.diagnostic = bounce.diagnostic.or_else(|| reply.map(|reply| status::diagnostic(&reply)));
    bounce.recipient = failed
        .or(bounce.recipient)
        .or_else(|| recipient_in(head, mail))
        .or_else(|| Returned::from_header(returned.as_bytes()).recipient);
    Some(bounce)
}

fn is_report(root: &Part<'_>, mail: &InboundMail) -> bool {
    let sender = sender(mail);
    if matches!(sender, Sender::Other) || automatic::is_reply_subject(&mail.subject) {
        return false;
    }
    let kind = root.param("report-type");
    let named = kind.is_some_and(|kind| kind.eq_ignore_ascii_case("delivery-status"))
        || contains(&mail.subject.to_lowercase(), SUBJECTS);
    // No-reply addresses send all kinds of mail. For them, a match in the text is not enough.
    named || (matches!(sender, Sender::System) && contains(&split(&mail.text).0.to_lowercase(), PHRASES))
}

fn action(subject: &str, head: &str) -> Action {
    let text = format!("{subject}\n{head}").to_lowercase();
    if contains(&text, DELAYS) && !contains(&text, FINAL) { Action::Delayed } else { Action::Failed }
}

/// Finds the Message-ID of the returned mail within the text.
pub(super) fn returned_id(text: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let line = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '>' | '|'));
        let name = line.get(..11).filter(|name| name.eq_ignore_ascii_case("message-id:"))?;
        message_id(&line[name.len()..])
    })
}

/// Whether the text contains one of the phrases in `words`, which are separated by `|`.
fn contains(text: &str, words: &str) -> bool {
    words.split('|').any(|word| text.contains(word))
}

enum Sender {
    System,
    /// A no-reply address, which sends all kinds of mail including delivery reports.
    NoReply,
    Other,
}

/// `System` means a mailer daemon or postmaster in From, or a null or mailer-daemon return path.
fn sender(mail: &InboundMail) -> Sender {
    let path = mail.header("Return-Path").next().unwrap_or_default().to_lowercase();
    let from = mail.header("From").next().unwrap_or_default().to_lowercase();
    let squeezed: String = from.chars().filter(|c| c.is_alphanumeric() || *c == '@').collect();
    let systems = "mailerdaemon|postmaster|poostmaster|maildeliver|mailadministrator";
    if path.replace(' ', "") == "<>"
        || path.contains("mailer-daemon")
        || from == "<>"
        || contains(&squeezed, systems)
    {
        Sender::System
    } else if squeezed.contains("noreply@") {
        Sender::NoReply
    } else {
        Sender::Other
    }
}

/// Splits the text into the report and the returned mail after it.
fn split(text: &str) -> (&str, &str) {
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        if is_header(line) {
            return text.split_at(offset);
        }
        offset += line.len();
        if is_border(line) {
            return text.split_at(offset);
        }
    }
    (text, "")
}

/// Whether the line begins the header of the returned mail.
fn is_header(line: &str) -> bool {
    const NAMES: [&str; 5] =
        ["Received:", "Return-Path:", "Return-path:", "DKIM-Signature:", "X-Google-Smtp-Source:"];
    NAMES.iter().any(|name| line.trim_start().starts_with(name))
}

/// Whether the line announces the returned mail.
fn is_border(line: &str) -> bool {
    let line = line.trim();
    let ruled = line.starts_with(['-', '=', '*', '|', '_']) || line.ends_with(['-', ':', '.']);
    if !ruled || line.len() >= 100 {
        return false;
    }
    let line = line.to_lowercase();
    let words = "copy of the message|copy of the original|original message|original mail|message follows|\
        headers follow|message text follows|returned message|returned mail follows|non-delivered information|header of the original";
    contains(&line, words) && !line.starts_with("the original message")
}

/// Returns up to 50 lines, from the first one that looks like a field of message/delivery-status.
fn field_lines(head: &str) -> Option<String> {
    let names = ["final-recipient:", "original-recipient:", "action:", "status:"];
    let is_field = |line: &str| names.iter().any(|name| line.to_lowercase().starts_with(name));
    let lines: Vec<&str> =
        head.lines().map(str::trim_start).skip_while(|line| !is_field(line)).take(50).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Whether the line is a server reply: `550 5.1.1 …`, `550-5.7.26 …`, `<<< 554 …`, `said: 550 …`, `#5.1.1`.
fn is_server_reply(line: &str) -> bool {
    let code = |word: &str| {
        let word = word.trim_start_matches(['<', '>', '(', ':', '#']);
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        digits == 3
            && matches!(word.as_bytes().first(), Some(b'4' | b'5'))
            && matches!(word.as_bytes().get(3), None | Some(b'-' | b':' | b','))
    };
    let words = line.split_whitespace().filter(|word| *word != "<<<");
    let found = words.clone().take(1).any(code)
        || (line.contains("said:") || line.contains("host ") || line.contains("SMTP"))
            && words.clone().any(code);
    found
        || status::enhanced_status(line).is_some_and(|status| {
            line.contains(&format!("#{status}")) || line.contains(&format!("({status}"))
        })
}

/// Finds the failed recipient: an address at the start of a line, else one in a line about a recipient, else any.
///
/// Skips our own addresses and those of mail systems.
fn recipient_in(head: &str, mail: &InboundMail) -> Option<String> {
    let ours = |address: &String| {
        mail.to.iter().chain(&mail.from).any(|other| other.address.eq_ignore_ascii_case(address))
    };
    let system = |address: &String| {
        let local = address.to_lowercase();
        ["postmaster@", "mailer-daemon@", "abuse@", "support@", "helpdesk@"]
            .iter()
            .any(|name| local.starts_with(name))
    };
    let wanted = |address: &String| !ours(address) && !system(address);
    let tagged = || {
        head.lines().filter(|line| {
            let line = line.to_lowercase();
            ["rcpt", "recipient", "deliver", "failed", "unknown", "宛先", "あて先"]
                .iter()
                .any(|word| line.contains(word))
        })
    };
    line_starts(head)
        .find(wanted)
        .or_else(|| tagged().flat_map(addresses).find(wanted))
        .or_else(|| addresses(head).find(wanted))
        // The desk sent the mail to itself, so the recipient is one of our own addresses.
        .or_else(|| line_starts(head).chain(tagged().flat_map(addresses)).find(|address| !system(address)))
}

/// The addresses at the start of a line, after marks such as `<` and `・`.
fn line_starts(text: &str) -> impl Iterator<Item = String> {
    let is_mark = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '[' | '*' | '・');
    text.lines().filter_map(move |line| {
        addresses(line)
            .next()
            .filter(|address| line.trim_start_matches(is_mark).starts_with(address.as_str()))
    })
}

/// All words that look like an address, without the punctuation around them.
fn addresses(text: &str) -> impl Iterator<Item = String> {
    let is_edge = |c: char| {
        c.is_whitespace()
            || matches!(c, '<' | '>' | '(' | ')' | '[' | ']' | ',' | ';' | ':' | '"' | '\'' | '=' | '|')
            || !c.is_ascii()
    };
    text.split(is_edge).filter_map(|word| {
        let word = word.trim_matches(['.', '*', '\\', '&', '?', '!']);
        let (local, domain) = word.split_once('@')?;
        let valid = !local.is_empty()
            && domain.len() > 2
            && domain.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
        valid.then(|| word.to_owned())
    })
}
