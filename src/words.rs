//! A macro for enums whose variants have one fixed spelling in the settings, the database, JSON and logs.

/// Declares an enum with a fixed spelling for each variant. Implements `ALL`, `as_str`, `Display`, `FromStr`,
/// `Serialize` and `Deserialize`.
macro_rules! closed_set {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl $name {
            /// Every variant, in the order of the declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The fixed spelling in the settings, the database, JSON and logs.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err(format!("{} is not allowed; allowed: {}", $crate::words::shown(text), [$($text),+].join(", "))),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use closed_set;

/// A wrong value as an error shows it. Of one that quotation marks in the wrong place made of several lines, or that is long,
/// nothing is shown: the line of a password may be in it.
pub fn shown(value: &str) -> String {
    /// Characters of the longest value that has a fixed form, with some to spare.
    const MOST: usize = 60;
    let is_plain = value.chars().count() <= MOST && !value.contains(char::is_control);
    if is_plain { format!("{value:?}") } else { "the value".to_owned() }
}
