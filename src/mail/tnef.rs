//! Reads the text and the files in winmail.dat, which Outlook and Exchange send (MS-OXTNEF). Does not read rich text.

use super::{charset, html};

#[derive(Debug, Default)]
pub(super) struct Tnef {
    /// The plain text, else the HTML as text. `None` if it is blank.
    pub text: Option<String>,
    /// The text exists as compressed RTF.
    pub has_rtf: bool,
    /// Names and contents.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Limits memory for a file that consists of attachments without content.
const MAX_FILES: usize = 1_000;

const SIGNATURE: u32 = 0x223e_9f78;

// Attributes (MS-OXTNEF, 2.1.3.2), without their type.
const OEM_CODEPAGE: u16 = 0x9007;
const BODY: u16 = 0x800c;
const MESSAGE_PROPERTIES: u16 = 0x9003;
const ATTACHMENT_BEGINS: u16 = 0x9002;
const ATTACHMENT_TITLE: u16 = 0x8010;
const ATTACHMENT_DATA: u16 = 0x800f;
const ATTACHMENT_PROPERTIES: u16 = 0x9005;

// Properties (MS-OXPROPS).
const PR_BODY: u16 = 0x1000;
const PR_RTF_COMPRESSED: u16 = 0x1009;
const PR_HTML: u16 = 0x1013;
const PR_DISPLAY_NAME: u16 = 0x3001;
const PR_ATTACH_DATA: u16 = 0x3701;
const PR_ATTACH_LONG_FILENAME: u16 = 0x3707;
const PT_UNICODE: u16 = 0x001f;

#[derive(Default)]
struct File {
    title: Option<String>,
    long_name: Option<String>,
    data: Vec<u8>,
}

/// `None` if the bytes are not TNEF, or hold nothing that we know. The part behind damage is left out.
pub(super) fn read(bytes: &[u8]) -> Option<Tnef> {
    let mut rest = Bytes(bytes);
    if rest.u32()? != SIGNATURE {
        return None;
    }
    rest.u16()?; // key
    let mut codepage = None;
    let (mut plain, mut from_html) = (None, None);
    let mut tnef = Tnef::default();
    let mut files: Vec<File> = Vec::new();
    while let Some((attribute, data)) = rest.attribute() {
        let decode = |bytes: &[u8]| text(codepage, bytes);
        match attribute {
            OEM_CODEPAGE => codepage = Bytes(data).u32(),
            BODY => plain = plain.or(Some(decode(data))),
            MESSAGE_PROPERTIES => {
                for property in Bytes(data).properties() {
                    match property.id {
                        PR_BODY => plain = Some(property.text(codepage)),
                        PR_HTML => from_html = Some(html_text(codepage, property.value)),
                        PR_RTF_COMPRESSED => tnef.has_rtf = true,
                        _ => {}
                    }
                }
            }
            ATTACHMENT_BEGINS if files.len() < MAX_FILES => files.push(File::default()),
            _ => {
                if let Some(file) = files.last_mut() {
                    file.read(attribute, data, codepage);
                }
            }
        }
    }
    let filled = |text: &String| !text.trim().is_empty();
    tnef.text = plain.filter(filled).or(from_html.filter(filled));
    let named = |file: File| (file.long_name.or(file.title).unwrap_or_default(), file.data);
    tnef.files = files.into_iter().filter(|file| !file.data.is_empty()).map(named).collect();
    (tnef.text.is_some() || !tnef.files.is_empty()).then_some(tnef)
}

impl File {
    fn read(&mut self, attribute: u16, data: &[u8], codepage: Option<u32>) {
        match attribute {
            ATTACHMENT_TITLE => self.title = Some(text(codepage, data)),
            ATTACHMENT_DATA => self.data = data.to_vec(),
            ATTACHMENT_PROPERTIES => {
                for property in Bytes(data).properties() {
                    match property.id {
                        PR_ATTACH_LONG_FILENAME => self.long_name = Some(property.text(codepage)),
                        PR_DISPLAY_NAME if self.title.is_none() => self.title = Some(property.text(codepage)),
                        PR_ATTACH_DATA if self.data.is_empty() => self.data = property.value.to_vec(),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

/// Decodes text in the code page of the sender's Windows, up to its NUL.
fn text(codepage: Option<u32>, bytes: &[u8]) -> String {
    let end = bytes.iter().position(|&b| b == 0).unwrap_or(bytes.len());
    let label = codepage.map(|number| format!("cp{number}"));
    charset::decode(label.as_deref(), &bytes[..end]).text
}

fn html_text(codepage: Option<u32>, bytes: &[u8]) -> String {
    let label = html::declared_charset(bytes).or_else(|| codepage.map(|number| format!("cp{number}")));
    html::to_text(&charset::decode(label.as_deref(), bytes).text)
}

struct Property<'a> {
    id: u16,
    kind: u16,
    /// The first value.
    value: &'a [u8],
}

impl Property<'_> {
    fn text(&self, codepage: Option<u32>) -> String {
        if self.kind != PT_UNICODE {
            return text(codepage, self.value);
        }
        let units = self.value.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
        char::decode_utf16(units.take_while(|&unit| unit != 0)).map(|c| c.unwrap_or('\u{fffd}')).collect()
    }
}

/// Reads little-endian values from the front. `None` at the end.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.take(2)?.try_into().ok()?))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(self.u32()?).ok()
    }

    /// The next attribute (MS-OXTNEF, 2.1.3.1): level, identifier, type, length, data, checksum.
    fn attribute(&mut self) -> Option<(u16, &'a [u8])> {
        self.take(1)?;
        let (id, _) = (self.u16()?, self.u16()?);
        let length = self.length()?;
        let data = self.take(length)?;
        let _ = self.take(2);
        Some((id, data))
    }

    /// The properties in an attribute (MS-OXTNEF, 2.1.3.4).
    fn properties(mut self) -> impl Iterator<Item = Property<'a>> {
        let count = self.length().unwrap_or(0);
        std::iter::from_fn(move || self.property()).take(count)
    }

    fn property(&mut self) -> Option<Property<'a>> {
        let (kind, id) = (self.u16()?, self.u16()?);
        if id >= 0x8000 {
            self.property_name()?;
        }
        let many = kind & 0x1000 != 0;
        let kind = kind & 0x0fff;
        let size = match kind {
            0x0002 | 0x0003 | 0x0004 | 0x000a | 0x000b => Some(4),
            0x0005 | 0x0006 | 0x0007 | 0x0014 | 0x0040 => Some(8),
            0x0048 => Some(16),
            0x000d | 0x001e | PT_UNICODE | 0x0102 => None,
            _ => return None,
        };
        let values = if many || size.is_none() { self.length()? } else { 1 };
        let mut first = None;
        for _ in 0..values {
            let length = size.map_or_else(|| self.length(), Some)?;
            let value = self.take(length)?;
            self.pad(length);
            first = first.or(Some(value));
        }
        Some(Property { id, kind, value: first.unwrap_or_default() })
    }

    /// Skips the name of a named property: its set, then a number or a text.
    fn property_name(&mut self) -> Option<()> {
        self.take(16)?;
        let is_text = self.u32()? == 1;
        let length = self.length()?;
        if is_text {
            self.take(length)?;
            self.pad(length);
        }
        Some(())
    }

    /// Values are padded to four bytes.
    fn pad(&mut self, length: usize) {
        let _ = self.take(length.next_multiple_of(4) - length);
    }
}
