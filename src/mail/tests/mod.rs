//! Mail as it really comes, class by class: bytes in, what a reader sees out.

mod addresses;
mod attachments;
mod automatic;
mod bodies;
mod charsets;
mod fixtures;
mod headers;
mod hostile;
mod parameters;
mod properties;

use super::{InboundMail, read};

/// A mail of one header line (or several) and a body.
fn mail(header: &[u8], body: &[u8]) -> InboundMail {
    read(&[header, b"\r\n\r\n", body].concat())
}

/// The warning codes, in order.
fn codes(mail: &InboundMail) -> Vec<&str> {
    mail.warnings.iter().map(|warning| warning.code).collect()
}
