//! Full-text search over tickets: what a query asks for, what a ticket holds, which past inquiries may be alike. The
//! store's index only proposes tickets; a ticket is a hit if its text, read now, holds every word. So a stale or damaged
//! index never shows what is not there.

mod query;
mod similar;
mod text;

pub use query::{Filter, Query, QueryFault};
pub use similar::{Likeness, MOST_SIMILAR, RAREST};
pub(super) use text::usual;
pub use text::{Document, MOST_TEXT, Term, wide};

#[cfg(test)]
mod graded;
#[cfg(test)]
mod tests;
