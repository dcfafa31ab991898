//! Derives the prefecture from an organization's name, where it is evident.

/// The prefecture that an organization's name shows.
pub(super) fn of(_organization: &str) -> Option<&'static str> {
    None
}
