//! State of the stuck message: the unfetchable message that the desk investigates.
//! Intake resumes after the highest UID in the ledger, so no later message is fetched until this one is solved.

use std::{fmt, str::FromStr};

use chrono::{DateTime, SecondsFormat, Utc};

/// Key of the stuck message in the database's state table.
pub const STUCK_MESSAGE: &str = "withheld";

/// An unfetchable message and the failed attempts so far. Stored as one line of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StuckMessage {
    /// Failed attempts that fetched this message alone, while another message could be fetched.
    pub tries: u32,
    /// Time of the first such attempt. While `tries` is 0: time when the message was stored here.
    pub since: DateTime<Utc>,
    pub uidvalidity: u32,
    pub uid: u32,
    pub folder: String,
}

impl StuckMessage {
    /// Whether the message is in the given folder. A new UIDVALIDITY makes the stored UID meaningless.
    #[must_use]
    pub fn lies_in(&self, (folder, uidvalidity): &(String, u32)) -> bool {
        (&self.folder, self.uidvalidity) == (folder, *uidvalidity)
    }
}

impl fmt::Display for StuckMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since = self.since.to_rfc3339_opts(SecondsFormat::Millis, true);
        write!(f, "{} {since} {} {} {}", self.tries, self.uidvalidity, self.uid, self.folder)
    }
}

impl FromStr for StuckMessage {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        fn word<'a, T: FromStr>(words: &mut impl Iterator<Item = &'a str>) -> Result<T, ()> {
            words.next().ok_or(())?.parse().map_err(drop)
        }
        let mut words = text.splitn(5, ' ');
        Ok(Self {
            tries: word(&mut words)?,
            since: word(&mut words)?,
            uidvalidity: word(&mut words)?,
            uid: word(&mut words)?,
            folder: word(&mut words)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::StuckMessage;

    #[test]
    fn it_is_read_as_it_was_written() {
        let stuck = StuckMessage {
            tries: 3,
            since: "2025-07-01T01:00:00.250Z".parse().unwrap(),
            uidvalidity: 17,
            uid: 4_294_967_295,
            folder: "受信 トレイ".into(),
        };
        assert_eq!(stuck.to_string().parse(), Ok(stuck));
        assert_eq!("".parse::<StuckMessage>(), Err(()));
        assert_eq!("3 2025-07-01T01:00:00Z 17 x INBOX".parse::<StuckMessage>(), Err(()));
    }
}
