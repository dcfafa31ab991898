//! What is read out of real-looking mail, and that no mail can do harm.

mod fixtures;
mod hostile;
