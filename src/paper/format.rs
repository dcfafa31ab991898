//! Tells formats apart by their first bytes, and by the name if these are unknown.

use memchr::memmem;

use super::Unread;
use crate::words::closed_set;

closed_set! {
    /// Format of a file. Word's formats with macros and its templates count as the ones without.
    Format {
        Docx = "docx",
        Doc = "doc",
        Xlsx = "xlsx",
        Xls = "xls",
        Pptx = "pptx",
        Odt = "odt",
        Rtf = "rtf",
        /// Ichitaro (一太郎).
        Jtd = "jtd",
        Pdf = "pdf",
        Zip = "zip",
        Image = "image",
        Other = "other",
    }
}

/// First bytes of a compound file (MS-CFB 2.2): Office before 2007, Ichitaro, and encrypted files of later ones.
const COMPOUND: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
const IMAGES: [&[u8]; 7] =
    [&[0xFF, 0xD8, 0xFF], b"\x89PNG", b"GIF8", b"II*\0", b"MM\0*", b"BM", b"\0\0\0\x0cjP  "];

impl Format {
    pub(super) fn of(name: &str, bytes: &[u8]) -> Self {
        let named = Self::named(name);
        if is_zip(bytes) {
            return Self::Zip;
        }
        if bytes.starts_with(COMPOUND) {
            let office = matches!(named, Self::Docx | Self::Xlsx | Self::Pptx);
            return match () {
                () if has_stream(bytes, "EncryptedPackage") => {
                    if office {
                        named
                    } else {
                        Self::Docx
                    }
                }
                () if has_stream(bytes, "WordDocument") => Self::Doc,
                () if has_stream(bytes, "Workbook") || has_stream(bytes, "Book") => Self::Xls,
                () if named == Self::Jtd => named,
                () => Self::Other,
            };
        }
        match () {
            () if is_pdf(bytes) => Self::Pdf,
            () if bytes.starts_with(b"{\\rtf") => Self::Rtf,
            () if IMAGES.iter().any(|magic| bytes.starts_with(magic)) => Self::Image,
            () => named,
        }
    }

    pub(super) fn named(name: &str) -> Self {
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
        match extension.as_str() {
            "docx" | "docm" | "dotx" | "dotm" => Self::Docx,
            "doc" | "dot" => Self::Doc,
            "xlsx" | "xlsm" | "xltx" => Self::Xlsx,
            "xls" => Self::Xls,
            "pptx" | "pptm" => Self::Pptx,
            "odt" | "ott" => Self::Odt,
            "rtf" => Self::Rtf,
            "jtd" | "jtt" | "jtdc" => Self::Jtd,
            "pdf" => Self::Pdf,
            "zip" => Self::Zip,
            "jpg" | "jpeg" | "png" | "gif" | "tif" | "tiff" | "bmp" | "heic" | "webp" => Self::Image,
            _ => Self::Other,
        }
    }
}

/// Why a file that is no zip is not read.
pub(super) fn why_unread(format: Format, bytes: &[u8]) -> Unread {
    match format {
        // No bytes of the format that the name says.
        _ if bytes.is_empty() => Unread::Broken,
        Format::Pdf if is_pdf(bytes) => {
            if has_fonts(bytes) {
                Unread::UnknownFormat
            } else {
                Unread::NoText
            }
        }
        Format::Image => Unread::NoText,
        _ if bytes.starts_with(COMPOUND) && has_stream(bytes, "EncryptedPackage") => Unread::Password,
        _ if bytes.starts_with(COMPOUND) || bytes.starts_with(b"{\\rtf") => Unread::UnknownFormat,
        Format::Jtd | Format::Other => Unread::UnknownFormat,
        _ => Unread::Broken,
    }
}

pub(super) fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Readers find the header within the first 1024 bytes (ISO 32000, appendix H).
fn is_pdf(bytes: &[u8]) -> bool {
    memmem::find(bytes.get(..1024).unwrap_or(bytes), b"%PDF-").is_some()
}

/// Whether a PDF has letters, not only pictures of pages. The dictionary of an embedded font is never compressed
/// (ISO 32000, 7.5.7: streams are not in object streams).
fn has_fonts(bytes: &[u8]) -> bool {
    ["/Font", "/Length1", "/Type1C", "/CIDFontType0C"]
        .iter()
        .any(|word| memmem::find(bytes, word.as_bytes()).is_some())
}

/// Whether a compound file has a stream of this name. An entry of its directory begins with the name in UTF-16 and is
/// aligned to 128 bytes (MS-CFB 2.6.1).
fn has_stream(bytes: &[u8], name: &str) -> bool {
    let wide: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
    memmem::find_iter(bytes, &wide).any(|at| at.is_multiple_of(128))
}
