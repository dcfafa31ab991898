//! Attributes of an element, told by their local names.

use quick_xml::{XmlVersion, events::BytesStart};

use crate::paper::Unread;

/// Columns that one cell covers. Word's tables have 63 at most.
const MAX_SPAN: usize = 200;

pub(in crate::paper) fn value(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    let attributes = attributes.with_checks(false);
    let found = attributes.flatten().find(|attribute| attribute.key.local_name().as_ref() == name)?;
    Some(found.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned())
}

/// A switch is on unless its value says no (ECMA-376, 17.17.4; the strict variant has words).
pub(super) fn flag(element: &BytesStart<'_>) -> bool {
    value(element, "val").is_none_or(|value| !matches!(value.as_str(), "0" | "false" | "off" | "none"))
}

pub(super) fn span(element: &BytesStart<'_>) -> Result<usize, Unread> {
    let span = value(element, "val").and_then(|value| value.trim().parse().ok()).unwrap_or(1);
    if span > MAX_SPAN { Err(Unread::TooLarge) } else { Ok(span) }
}

/// The font of Latin characters if it is a symbol font, else blank.
pub(super) fn symbol_font(element: &BytesStart<'_>) -> String {
    let font = value(element, "ascii").or_else(|| value(element, "hAnsi")).unwrap_or_default();
    let name = font.to_ascii_lowercase();
    let is_symbols = ["wingdings", "webdings", "symbol"].iter().any(|start| name.starts_with(start));
    if is_symbols && !name.contains("segoe") { font } else { String::new() }
}
