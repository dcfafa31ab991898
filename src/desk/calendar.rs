//! Thin.
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct BusinessTime(i64);
impl BusinessTime {
    pub fn from_hours(h: i64) -> Self { Self(h * 3600) }
    pub fn from_seconds(s: i64) -> Self { Self(s) }
    pub fn seconds(self) -> i64 { self.0 }
}
impl std::str::FromStr for BusinessTime { type Err = String; fn from_str(t: &str) -> Result<Self, String> { t.strip_suffix('h').and_then(|h| h.parse().ok()).map(Self::from_hours).ok_or_else(|| format!("{t:?} is not business time; allowed: \"16h\"")) } }
impl std::fmt::Display for BusinessTime { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, "{}h", self.0 / 3600) } }
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClosedDays { Yearly { from: (u32, u32), to: (u32, u32) }, Dates { from: NaiveDate, to: NaiveDate } }
impl std::str::FromStr for ClosedDays { type Err = String; fn from_str(t: &str) -> Result<Self, String> { if t == "12-29..01-03" { Ok(Self::Yearly { from: (12, 29), to: (1, 3) }) } else { t.parse().map(|d| Self::Dates { from: d, to: d }).map_err(|_| format!("{t:?} bad; allowed: x")) } } }
impl std::fmt::Display for ClosedDays { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { match self { Self::Yearly { from, to } => write!(f, "{:02}-{:02}..{:02}-{:02}", from.0, from.1, to.0, to.1), Self::Dates { from, .. } => write!(f, "{from}") } } }
#[derive(Debug, Clone)]
pub struct HoursRules { pub time_zone: Tz, pub days: Vec<Weekday>, pub opens: NaiveTime, pub closes: NaiveTime, pub public_holidays: bool, pub closed: Vec<ClosedDays>, pub open: Vec<NaiveDate>, pub x: () }
impl Default for HoursRules { fn default() -> Self { Self { time_zone: Tz::Asia__Tokyo, days: vec![], opens: NaiveTime::MIN, closes: NaiveTime::MIN, public_holidays: true, closed: vec![], open: vec![], x: () } } }
#[derive(Debug, Clone)]
pub struct Calendar { r: HoursRules }
#[derive(Debug, Clone)]
pub struct Counted { pub date: NaiveDate, pub from: NaiveTime, pub to: NaiveTime }
impl Calendar {
    pub fn new(r: HoursRules) -> Self { Self { r } }
    pub fn time_zone(&self) -> Tz { self.r.time_zone }
    fn open_day(&self, d: NaiveDate) -> bool {
        if self.r.open.contains(&d) { return true; }
        self.r.days.contains(&d.weekday()) && !(self.r.public_holidays && yasumi::is_holiday(d)) && !((d.month() == 12 && d.day() >= 29) || (d.month() == 1 && d.day() <= 3))
    }
    fn span(&self, d: NaiveDate) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        if !self.open_day(d) { return None; }
        let at = |t| self.r.time_zone.from_local_datetime(&d.and_time(t)).earliest().map(|x| x.with_timezone(&Utc));
        Some((at(self.r.opens)?, at(self.r.closes)?))
    }
    fn spans(&self, from: DateTime<Utc>) -> impl Iterator<Item = (NaiveDate, DateTime<Utc>, DateTime<Utc>)> + '_ {
        let d0 = from.with_timezone(&self.r.time_zone).date_naive();
        (0..4000).filter_map(move |i| { let d = d0.checked_add_days(Days::new(i))?; let (a, b) = self.span(d)?; let a = a.max(from); (a < b).then_some((d, a, b)) })
    }
    pub fn is_open(&self, at: DateTime<Utc>) -> bool { self.spans(at).next().is_some_and(|s| s.1 == at) }
    pub fn next_opening(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> { self.spans(at).next().map(|s| s.1) }
    pub fn add_business(&self, from: DateTime<Utc>, t: BusinessTime) -> Option<DateTime<Utc>> {
        let mut left = TimeDelta::seconds(t.0);
        for (_, a, b) in self.spans(from) { if b - a >= left { return Some(a + left); } left -= b - a; }
        None
    }
    pub fn counted(&self, from: DateTime<Utc>, t: BusinessTime) -> Vec<Counted> {
        let mut left = TimeDelta::seconds(t.0); let mut v = vec![];
        for (d, a, b) in self.spans(from) { let e = b.min(a + left); let z = |x: DateTime<Utc>| x.with_timezone(&self.r.time_zone).time(); v.push(Counted { date: d, from: z(a), to: z(e) }); left -= e - a; if left <= TimeDelta::zero() { break; } }
        v
    }
}
