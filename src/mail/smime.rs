//! Opens opaque S/MIME signatures (RFC 8551, 3.5.2): the signed message lies in them unencrypted. Does not verify them.

use bcder::{Mode, OctetString, Oid, Tag, decode::Constructed};

/// The message in signed data (CMS, RFC 5652, 5.1). `None` for encrypted or malformed data and detached signatures.
/// Signers that stream, such as NSS and OpenSSL, write BER of indefinite length.
pub(super) fn signed_content(bytes: &[u8]) -> Option<Vec<u8>> {
    /// id-signedData.
    const SIGNED_DATA: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
    let mut found = None;
    // Certificates and signatures behind the content may be damaged: the result does not matter.
    let _ = Mode::Ber.decode(bytes, |outer| {
        outer.take_sequence(|info| {
            let kind = Oid::take_from(info)?;
            if kind.as_ref() != SIGNED_DATA {
                return Err(info.content_err("not signed data"));
            }
            info.take_constructed_if(Tag::CTX_0, |explicit| {
                explicit.take_sequence(|signed| {
                    signed.skip_one()?; // version
                    signed.skip_one()?; // digestAlgorithms
                    found = Some(signed.take_sequence(content)?);
                    signed.skip_all()
                })
            })
        })
    });
    found?
}

fn content<S: bcder::decode::Source>(
    encapsulated: &mut Constructed<'_, S>,
) -> Result<Option<Vec<u8>>, bcder::decode::DecodeError<S::Error>> {
    encapsulated.skip_one()?; // eContentType
    encapsulated.take_opt_constructed_if(Tag::CTX_0, |explicit| {
        OctetString::take_from(explicit).map(|content| content.into_bytes().to_vec())
    })
}
