//! Parsers for values in the settings file: sizes, periods, times, lists. Each error names the allowed form.

use std::{collections::BTreeMap, fmt, net::SocketAddr, ops::RangeInclusive, str::FromStr, time::Duration};

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, de::Error as _};

use crate::{
    desk::{calendar::DayHours, form::FieldKey},
    words::shown,
};

/// A size in bytes: `500KB`, `25MB`, `1GB` or plain bytes. Units are decimal, as in mail servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub u64);

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            let shown = shown(text);
            format!("{shown} is not a size; allowed: a whole number with B, KB, MB or GB, such as \"25MB\"")
        };
        let (number, unit) = split_number(text).ok_or_else(wrong)?;
        let factor = match unit.to_ascii_uppercase().as_str() {
            "" | "B" => 1,
            "KB" => 1_000,
            "MB" => 1_000_000,
            "GB" => 1_000_000_000,
            _ => return Err(wrong()),
        };
        number.checked_mul(factor).map(Self).ok_or_else(wrong)
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            n if n >= 1_000_000 => write!(f, "{}MB", n / 1_000_000),
            n if n >= 1_000 => write!(f, "{}KB", n / 1_000),
            n => write!(f, "{n}B"),
        }
    }
}

/// A period of elapsed time: `500ms`, `60s`, `10m`, `48h`, `2d`. For business time see `desk::calendar::BusinessTime`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period(pub Duration);

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "{} is not a period; allowed: a whole number with ms, s, m, h or d, such as \"60s\"",
                shown(text)
            )
        };
        let (number, unit) = split_number(text).ok_or_else(wrong)?;
        let millis = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(wrong()),
        };
        number.checked_mul(millis).map(|ms| Self(Duration::from_millis(ms))).ok_or_else(wrong)
    }
}

/// Splits a value into its number and its unit.
fn split_number(text: &str) -> Option<(u64, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    Some((digits.parse().ok()?, unit.trim()))
}

/// Deserializes a value from text or a bare number with its `FromStr`.
pub fn parsed<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
    T::Err: fmt::Display,
{
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

/// Like [`parsed`], for an optional key.
pub fn parsed_option<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
    T::Err: fmt::Display,
{
    Option::<String>::deserialize(deserializer)?
        .map(|text| text.parse().map_err(D::Error::custom))
        .transpose()
}

/// Deserializes a list of weekdays.
pub fn weekdays<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Weekday>, D::Error> {
    list_of(deserializer, |text| text.parse().ok(), "mon, tue, wed, thu, fri, sat and sun")
}

/// Deserializes a list of days.
pub fn dates<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<NaiveDate>, D::Error> {
    list_of(deserializer, |text| text.parse().ok(), "dates such as \"2025-08-11\"")
}

/// Deserializes a list whose items are read so, or fails with the allowed form.
fn list_of<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    read: impl Fn(&str) -> Option<T>,
    allowed: &str,
) -> Result<Vec<T>, D::Error> {
    let items: Vec<String> = list(deserializer)?;
    let wrong =
        |item: &String| D::Error::custom(format!("{} is not allowed; allowed: {allowed}", shown(item)));
    items.iter().map(|item| read(item).ok_or_else(|| wrong(item))).collect()
}

/// Deserializes an instant, for an optional key.
pub fn instant_option<'de, D>(deserializer: D) -> Result<Option<DateTime<FixedOffset>>, D::Error>
where
    D: Deserializer<'de>,
{
    option_of(deserializer, |text| text.parse().ok(), "an instant such as \"2025-06-27T00:00:00+09:00\"")
}

/// Deserializes an address with a port, for an optional key.
pub fn socket_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    option_of(deserializer, |text| text.parse().ok(), "an IP address and a port such as \"127.0.0.1:8025\"")
}

fn option_of<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    read: impl Fn(&str) -> Option<T>,
    allowed: &str,
) -> Result<Option<T>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    let wrong =
        |text: &String| D::Error::custom(format!("{} is not allowed; allowed: {allowed}", shown(text)));
    text.map(|text| read(&text).ok_or_else(|| wrong(&text))).transpose()
}

/// Deserializes a list. An environment variable holds the elements in one text, separated by commas.
pub fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
    T::Err: fmt::Display,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        List(Vec<String>),
        Line(String),
    }
    let items = match Written::deserialize(deserializer)
        .map_err(|_| D::Error::custom("not a list of texts; allowed: [\"…\", \"…\"]"))?
    {
        Written::List(items) => items,
        Written::Line(line) => {
            line.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
        }
    };
    items.iter().map(|item| item.parse().map_err(D::Error::custom)).collect()
}

pub fn field_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<FieldKey, D::Error> {
    parsed_with(deserializer, |text| text.parse().ok(), "organization, name, contact or inquiry")
}

pub fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    parsed_with(deserializer, |text| text.parse().ok(), "a date such as \"2025-06-27\"")
}

pub fn time_zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tz, D::Error> {
    parsed_with(deserializer, |text| text.parse().ok(), "an IANA time zone such as \"Asia/Tokyo\"")
}

pub fn time_of_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveTime, D::Error> {
    parsed_with(deserializer, read_time, "a time of day such as \"09:00\"")
}

pub fn hours_by_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<DayHours>, D::Error> {
    let entries: BTreeMap<String, String> = BTreeMap::deserialize(deserializer)?;
    let read = |(day, hours): (&String, &String)| {
        let (opens, closes) = hours.split_once('-')?;
        let (opens, closes) = (read_time(opens)?, read_time(closes)?);
        (opens < closes).then_some(DayHours { day: day.parse().ok()?, opens, closes })
    };
    let wrong = |(day, hours): (&String, &String)| {
        D::Error::custom(format!(
            "{day} = {} is not allowed; allowed: a day of the week and its hours, such as fri = \"09:00-15:00\"",
            shown(hours)
        ))
    };
    entries.iter().map(|entry| read(entry).ok_or_else(|| wrong(entry))).collect()
}

pub fn port<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    parsed_with(deserializer, |text| text.parse().ok().filter(|port| *port != 0), "a port from 1 to 65535")
}

/// Two numbers, both included: `3..4`.
pub fn range<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RangeInclusive<usize>, D::Error> {
    let read = |text: &str| {
        let (least, most) = text.split_once("..")?;
        let (least, most) = (least.trim().parse().ok()?, most.trim().parse().ok()?);
        (least <= most).then_some(least..=most)
    };
    parsed_with(deserializer, read, "two numbers, the smaller one first, such as \"3..4\"")
}

pub fn times_of_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<NaiveTime>, D::Error> {
    list_of(deserializer, read_time, "times of day such as \"09:00\"")
}

fn read_time(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text.trim(), "%H:%M").ok()
}

/// Parses a value from its text, or fails with the allowed form.
fn parsed_with<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    read: impl Fn(&str) -> Option<T>,
    allowed: &str,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    read(&text)
        .ok_or_else(|| D::Error::custom(format!("{} is not allowed; allowed: {allowed}", shown(&text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_decimal_and_refuse_nonsense() {
        for (text, expected) in [
            ("25MB", Some(25_000_000)),
            ("0", Some(0)),
            ("10 KB", Some(10_000)),
            ("-1", None),
            ("25MiB", None),
            ("", None),
            ("99999999999GB", None),
        ] {
            assert_eq!(text.parse::<ByteSize>().ok().map(|size| size.0), expected, "{text}");
        }
    }

    #[test]
    fn periods_need_a_unit() {
        for (text, expected) in [
            ("60s", Some(60_000)),
            ("48h", Some(172_800_000)),
            ("500ms", Some(500)),
            ("60", None),
            ("1.5h", None),
            ("16 hours", None),
        ] {
            assert_eq!(text.parse::<Period>().ok().map(|p| p.0.as_millis()), expected, "{text}");
        }
    }
}
