//! Tests of the parser with the kinds of mail that occur in practice: bytes in, parsed mail out.

mod addresses;
mod attachments;
mod automatic;
mod bodies;
mod charsets;
mod fixtures;
mod headers;
mod hostile;
mod odd_headers;
mod odd_parts;
mod parameters;
mod properties;

use super::{InboundMail, read};

/// Parses a mail of one or more header lines and a body.
fn mail(header: &[u8], body: &[u8]) -> InboundMail {
    read(&[header, b"\r\n\r\n", body].concat())
}

/// The warning codes, in order.
fn codes(mail: &InboundMail) -> Vec<&str> {
    mail.warnings.iter().map(|warning| warning.code).collect()
}
