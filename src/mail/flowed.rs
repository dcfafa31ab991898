//! Joins the lines that `format=flowed` broke (RFC 3676).
//! Leaves quoting marks in place; what a quotation means is `desk`.

/// Undoes soft line breaks; with `delsp` the blank that marked them goes too, as Japanese and other text without blanks needs.
#[must_use]
pub(super) fn join(text: &str, delsp: bool) -> String {
    let mut out = String::with_capacity(text.len());
    // The quote depth of the line that waits for its continuation.
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let depth = line.bytes().take_while(|&b| b == b'>').count();
        let content = &line[depth..];
        let content = content.strip_prefix(' ').unwrap_or(content);
        let signature = content == "-- ";
        if open != Some(depth) || signature {
            if open.is_some() {
                out.push('\n');
            }
            mark(&mut out, depth);
        }
        let soft = content.ends_with(' ') && !signature;
        out.push_str(if soft && delsp { &content[..content.len() - 1] } else { content });
        open = soft.then_some(depth);
        if !soft {
            out.push('\n');
        }
    }
    out
}

fn mark(out: &mut String, depth: usize) {
    out.extend(std::iter::repeat_n('>', depth));
    if depth > 0 {
        out.push(' ');
    }
}
