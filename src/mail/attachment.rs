//! Converts a MIME part into an [`Attachment`] with a file name that is safe to save.
//! Does not inspect the content; `text` decides which parts are attachments.

use super::{Attachment, charset::Guess, clean, field, part::Part};

/// In characters. Longer names break listings and exceed file system limits (255 bytes; a kanji takes three).
const MAX_NAME: usize = 120;
/// In characters. A longer suffix is not treated as an extension.
const MAX_EXTENSION: usize = 12;

/// `number` becomes part of the name if the part has neither a file name nor a subject.
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

/// Returns the last path component without characters that file systems forbid.
///
/// Longer names are cut to `MAX_NAME` characters; the extension stays.
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
