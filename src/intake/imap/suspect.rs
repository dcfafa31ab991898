//! The message that the mail server did not hand over when it was last asked. The ledger's highest UID says how far intake
//! came, so nothing behind such a message can be taken before it; it is remembered, asked for alone, and given up in the end.

use std::{fmt, str::FromStr};

use chrono::{DateTime, SecondsFormat, Utc};

/// The fact's name in the database.
pub const SUSPECT: &str = "withheld";

/// A message that was asked for in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspect {
    /// How often alone, while another message could be had.
    pub tries: u32,
    /// When that was first so; until then, when it was remembered.
    pub since: DateTime<Utc>,
    /// UIDVALIDITY of its folder.
    pub uidvalidity: u32,
    /// Its UID.
    pub uid: u32,
    /// Its folder.
    pub folder: String,
}

impl Suspect {
    /// Whether it is one of that folder's messages, by name and UIDVALIDITY.
    #[must_use]
    pub fn lies_in(&self, (folder, uidvalidity): &(String, u32)) -> bool {
        (&self.folder, self.uidvalidity) == (folder, *uidvalidity)
    }
}

impl fmt::Display for Suspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since = self.since.to_rfc3339_opts(SecondsFormat::Millis, true);
        write!(f, "{} {since} {} {} {}", self.tries, self.uidvalidity, self.uid, self.folder)
    }
}

impl FromStr for Suspect {
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
    use super::Suspect;

    #[test]
    fn it_is_read_as_it_was_written() {
        let suspect = Suspect {
            tries: 3,
            since: "2025-07-01T01:00:00.250Z".parse().unwrap(),
            uidvalidity: 17,
            uid: 4_294_967_295,
            folder: "受信 トレイ".into(),
        };
        assert_eq!(suspect.to_string().parse(), Ok(suspect));
        assert_eq!("".parse::<Suspect>(), Err(()));
        assert_eq!("3 2025-07-01T01:00:00Z 17 x INBOX".parse::<Suspect>(), Err(()));
    }
}
