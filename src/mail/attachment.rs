//! Converts a MIME part into an [`Attachment`] with a file name that is safe to save.
//! Does not inspect the content; `text` decides which parts are attachments.

use super::{Attachment, charset::Guess, clean, field, part::Part};

/// In characters. Longer names break listings and exceed file system limits (255 bytes; a kanji takes three).
const MAX_NAME: usize = 120;
/// In characters. A longer suffix is not treated as an extension.
const MAX_EXTENSION: usize = 12;

/// `number` becomes part of the name if the part has no file name, no description and no subject.
pub(super) fn read(part: &Part<'_>, number: usize, guesses: &mut Vec<Guess>) -> Attachment {
    let bytes = part.content().bytes.into_owned();
    let named = part.file_name(guesses).map(|name| safe_name(&name)).filter(|name| !name.is_empty());
    let name = named.unwrap_or_else(|| {
        let subject = part.is("message/rfc822").then(|| subject_of(&bytes)).flatten();
        let usual = || {
            if part.media_type().ends_with("ms-tnef") {
                "winmail".to_owned()
            } else {
                format!("attachment-{number}")
            }
        };
        let stem = subject.or_else(|| description(part)).unwrap_or_else(usual);
        let name = if has_extension(&stem) && !part.is("message/rfc822") {
            stem
        } else {
            format!("{stem}.{}", extension_of(part.media_type()))
        };
        safe_name(&name)
    });
    Attachment { name, media_type: clean::one_line(part.media_type()), bytes }
}

/// A file that another one contains, and whose type nothing declares.
pub(super) fn file(name: &str, number: usize, bytes: Vec<u8>) -> Attachment {
    let name = Some(safe_name(name)).filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| format!("attachment-{number}.bin"));
    Attachment { name, media_type: "application/octet-stream".to_owned(), bytes }
}

/// Outlook and other programs repeat the file name in Content-Description (RFC 2045, 8).
fn description(part: &Part<'_>) -> Option<String> {
    let (description, _) = field::text(part.fields.get("Content-Description")?);
    let description = description.replace(['/', '\\'], "_");
    Some(description).filter(|description| !safe_name(description).is_empty())
}

fn has_extension(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(stem, extension)| {
        !stem.is_empty()
            && (2..=5).contains(&extension.len())
            && extension.bytes().all(|b| b.is_ascii_alphanumeric())
            && extension.bytes().any(|b| b.is_ascii_alphabetic())
    })
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

/// The extension that a media type has by custom. Pictures, sound and films mostly have it as their subtype.
fn extension_of(media_type: &str) -> &str {
    let (kind, subtype) = media_type.split_once('/').unwrap_or_default();
    match media_type {
        "text/plain" | "text/rfc822-headers" | "message/delivery-status" => "txt",
        "text/calendar" => "ics",
        "text/vcard" | "text/x-vcard" => "vcf",
        "image/jpeg" | "image/pjpeg" => "jpg",
        "image/svg+xml" => "svg",
        "image/tiff" => "tif",
        "image/vnd.adobe.photoshop" => "psd",
        "audio/mpeg" => "mp3",
        "audio/mp4" | "audio/x-m4a" => "m4a",
        "video/quicktime" => "mov",
        "video/x-msvideo" => "avi",
        "video/mpeg" => "mpg",
        "video/x-ms-wmv" => "wmv",
        "message/rfc822" | "message/global" => "eml",
        "application/msword" => "doc",
        "application/vnd.ms-excel" => "xls",
        "application/vnd.ms-excel.sheet.macroenabled.12" => "xlsm",
        "application/vnd.ms-powerpoint" => "ppt",
        "application/vnd.ms-outlook" => "msg",
        "application/ms-tnef" | "application/vnd.ms-tnef" => "dat",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation" => "pptx",
        "application/vnd.oasis.opendocument.text" => "odt",
        "application/vnd.oasis.opendocument.spreadsheet" => "ods",
        "application/vnd.oasis.opendocument.presentation" => "odp",
        "application/x-js-taro" | "application/vnd.justsystem.ichitaro" => "jtd",
        "application/vnd.fujixerox.docuworks" => "xdw",
        "application/x-pdf" => "pdf",
        "application/x-zip-compressed" => "zip",
        "application/x-lzh" | "application/x-lha" | "application/x-lzh-compressed" => "lzh",
        "application/x-7z-compressed" => "7z",
        "application/vnd.rar" | "application/x-rar-compressed" => "rar",
        "application/gzip" => "gz",
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => "p7m",
        "application/pkcs7-signature" | "application/x-pkcs7-signature" => "p7s",
        "application/pgp-signature" => "asc",
        "application/pdf" | "application/zip" | "application/rtf" | "application/json"
        | "application/xml" => subtype,
        _ if matches!(kind, "image" | "audio" | "video" | "text") => {
            let subtype = subtype.trim_start_matches("x-");
            let plain =
                (2..=5).contains(&subtype.len()) && subtype.bytes().all(|b| b.is_ascii_alphanumeric());
            if plain { subtype } else { "bin" }
        }
        _ => "bin",
    }
}
