//! Tests of the subtraction: every style of quoting, every place, every kind of mail of ours.

mod attributions;
mod letters;
pub(crate) mod mails;
mod matrix;
mod properties;
mod situations;
pub(crate) mod styles;
mod threads;

use super::{Insertion, People, Place, Reply, Sent, subtract};

const PEOPLE: People<'static> = People {
    desk_name: mails::DESK,
    desk_address: mails::ADDRESS,
    sender_name: "佐藤 花子",
    sender_address: "hanako@desk.example.jp",
};

/// The line of ours that an insertion follows, and whether it is inline; `None` above everything.
fn place(insertion: &Insertion) -> Option<(usize, bool)> {
    insertion.spot().map(|spot| (spot.line, spot.inline))
}

fn line_of(ours: &str, part: &str) -> usize {
    ours.lines().position(|line| line.contains(part)).unwrap()
}
