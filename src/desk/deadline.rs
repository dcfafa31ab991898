//! Thin.
use super::calendar::BusinessTime;
#[derive(Debug, Clone, Copy)]
pub struct Sla { pub answer_within: BusinessTime, pub warn_before: BusinessTime }
