//! Turns a MIME part into an [`Attachment`] with a name that is safe to save.
//! Looks at no content; whether a part is an attachment at all is `text`.

use super::{Attachment, charset::Guess, clean, field, part::Part};

/// Longer names break file systems (255 bytes, three to a kanji) and listings.
const MAX_NAME: usize = 120;
/// An extension that is longer is no extension.
const MAX_EXTENSION: usize = 12;

/// Reads the part; `number` names it if nothing else does.
pub(super) fn read(part: &Part<'_>, number: usize, guesses: &mut Vec<Guess>) -> Attachment {
    let bytes = part.content().bytes.into_owned();
    let named = part.file_name(guesses).map(|name| safe_name(&name)).filter(|name| !name.is_empty());
    let name = named.unwrap_or_else(|| {
        let subject = part.is("message/rfc822").then(|| subject_of(&bytes)).flatten();
        let stem = subject.unwrap_or_else(|| format!("attachment-{number}"));
        safe_name(&format!("{stem}.{}", extension_of(part.media_type())))
    });
    Attachment { name, media_type: clean::one_line(part.media_type()), bytes }
}

fn subject_of(message: &[u8]) -> Option<String> {
    let (fields, _) = field::split(message);
    let (subject, _) = field::text(fields.get("Subject")?);
    let subject = subject.replace(['/', '\\'], "_");
    Some(subject).filter(|subject| !subject.is_empty())
}

/// The last path component, without what file systems forbid, and short.
fn safe_name(name: &str) -> String {
    let name = clean::one_line(name);
    let name =
        name.rsplit(['/', '\\']).find(|part| !part.trim_matches(['.', ' ']).is_empty()).unwrap_or_default();
    let name: String = name.chars().map(|c| if "<>:\"|?*".contains(c) { '_' } else { c }).collect();
    let name = name.trim_start_matches(['.', ' ']).trim_end_matches(['.', ' ']);
    if name.chars().count() <= MAX_NAME {
        return name.to_owned();
    }
    let extension =
        name.rsplit_once('.').map(|(_, extension)| extension).filter(|e| e.chars().count() <= MAX_EXTENSION);
    let tail = extension.map(|extension| format!(".{extension}")).unwrap_or_default();
    let kept: String = name.chars().take(MAX_NAME - tail.chars().count()).collect();
    kept + &tail
}

fn extension_of(media_type: &str) -> &str {
    match media_type {
        "text/plain" | "text/rfc822-headers" | "message/delivery-status" => "txt",
        "text/html" => "html",
        "text/calendar" => "ics",
        "text/csv" => "csv",
        "image/jpeg" | "image/jpg" => "jpg",
        "image/png" => "png",
        "image/gif" => "gif",
        "application/pdf" => "pdf",
        "application/zip" => "zip",
        "message/rfc822" => "eml",
        _ => "bin",
    }
}
