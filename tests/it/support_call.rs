//! The call for the 伴走支援: applications as they come, and what becomes of each.
