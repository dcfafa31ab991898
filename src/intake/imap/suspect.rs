//! The message that the mail server did not hand over when it was last asked. The ledger's highest UID says how far intake
//! came, so nothing behind such a message can be taken before it; it is remembered, asked for alone, and given up in the end.

use std::{fmt, str::FromStr};

/// The fact's name in the database.
pub const SUSPECT: &str = "withheld";

/// A message that was asked for in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspect {
    /// In how many passes one after the other.
    pub tries: u32,
    /// UIDVALIDITY of its folder.
    pub uidvalidity: u32,
    /// Its UID.
    pub uid: u32,
    /// Its folder.
    pub folder: String,
}

impl Suspect {
    /// Whether both are about the same message.
    #[must_use]
    pub fn is_of(&self, other: &Self) -> bool {
        (&self.folder, self.uidvalidity, self.uid) == (&other.folder, other.uidvalidity, other.uid)
    }

    /// Whether it is one of that folder's messages, by name and UIDVALIDITY.
    #[must_use]
    pub fn lies_in(&self, (folder, uidvalidity): &(String, u32)) -> bool {
        (&self.folder, self.uidvalidity) == (folder, *uidvalidity)
    }
}

impl fmt::Display for Suspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.tries, self.uidvalidity, self.uid, self.folder)
    }
}

impl FromStr for Suspect {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut words = text.splitn(4, ' ');
        let mut number = || words.next()?.parse().ok();
        let (tries, uidvalidity, uid) = (number().ok_or(())?, number().ok_or(())?, number().ok_or(())?);
        Ok(Self { tries, uidvalidity, uid, folder: words.next().ok_or(())?.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::Suspect;

    #[test]
    fn it_is_read_as_it_was_written() {
        let suspect =
            Suspect { tries: 3, uidvalidity: 17, uid: 4_294_967_295, folder: "受信 トレイ".into() };
        assert_eq!(suspect.to_string().parse(), Ok(suspect));
        assert_eq!("".parse::<Suspect>(), Err(()));
        assert_eq!("3 17 x INBOX".parse::<Suspect>(), Err(()));
    }
}
