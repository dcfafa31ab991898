//! The conditions of a search: what of a ticket the index has for them, and which tickets meet them now.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use sqlx::Row;

use super::{AnyQuery, Result, Store, instant_text, list, query, query_once, read_instant};
use crate::desk::{search::wide, ticket::Status};

/// Restricts the tickets that are searched.
#[derive(Debug, Clone, Default)]
pub struct Within {
    pub status: Option<Status>,
    /// Received in `[from, until)`.
    pub from: Option<DateTime<Utc>>,
    pub until: Option<DateTime<Utc>>,
    pub prefecture: Option<String>,
    /// Address of a member.
    pub assignee: Option<String>,
    pub tag: Option<String>,
    /// Only tickets with a smaller row id.
    pub below: Option<i64>,
}

/// What a gram that is no word says of a ticket. The grams of words have no colon of full width.
#[derive(Debug, Clone, Copy)]
enum Property {
    Status,
    Prefecture,
    Assignee,
    Tag,
    /// A day or a month in UTC.
    Received,
}

impl Property {
    fn gram(self, value: &str) -> String {
        let name = match self {
            Self::Status => "status",
            Self::Prefecture => "prefecture",
            Self::Assignee => "assignee",
            Self::Tag => "tag",
            Self::Received => "received",
        };
        wide(&format!("{name}:{value}"))
    }
}

/// Length of a day and of a month in the text of an instant.
const DAY: usize = "2025-07-01".len();
const MONTH: usize = "2025-07".len();
/// A search over more days asks for months.
const MOST_DAYS: i64 = 31;
/// A search over more days leaves the days to the tickets themselves: an old clock gave a mail a strange date.
const MOST_MONTHS: i64 = 20 * 366;

/// The grams of what tickets are, apart from their words.
pub(super) async fn properties(
    connection: &mut sqlx::AnyConnection,
    ids: &[i64],
) -> Result<BTreeMap<i64, Vec<String>>> {
    let mut all = BTreeMap::new();
    if ids.is_empty() {
        return Ok(all);
    }
    let sql = format!(
        "SELECT id, status, received_at, prefecture, assignee, tags FROM ticket WHERE id IN ({})",
        list(ids)
    );
    for row in &query_once(sql).fetch_all(connection).await? {
        let received: String = row.try_get("received_at")?;
        let mut grams: Vec<String> =
            [DAY, MONTH].iter().filter_map(|end| received.get(..*end)).map(received_in).collect();
        let tags: String = row.try_get("tags")?;
        grams.extend(tags.lines().map(|tag| Property::Tag.gram(tag)));
        for (property, column) in [(Property::Prefecture, "prefecture"), (Property::Assignee, "assignee")] {
            grams.extend(row.try_get::<Option<String>, _>(column)?.map(|value| property.gram(&value)));
        }
        grams.push(Property::Status.gram(row.try_get("status")?));
        all.insert(row.try_get("id")?, grams);
    }
    Ok(all)
}

fn received_in(period: &str) -> String {
    Property::Received.gram(period)
}

impl Within {
    /// The grams that a ticket has, apart from the days.
    pub(super) fn grams(&self) -> Vec<String> {
        [
            (Property::Status, self.status.map(Status::as_str)),
            (Property::Prefecture, self.prefecture.as_deref()),
            (Property::Assignee, self.assignee.as_deref()),
            (Property::Tag, self.tag.as_deref()),
        ]
        .into_iter()
        .filter_map(|(property, value)| Some(property.gram(value?)))
        .collect()
    }

    /// The grams of days or months of which a ticket has one, if all were received from `oldest` to `newest`. `None` if it
    /// may have any.
    fn periods(&self, oldest: DateTime<Utc>, newest: DateTime<Utc>) -> Option<BTreeSet<String>> {
        if self.from.is_none() && self.until.is_none() {
            return None;
        }
        let moment = TimeDelta::milliseconds(1);
        let first = self.from.map_or(oldest, |from| from.max(oldest)).date_naive();
        let last = self.until.map_or(newest, |until| (until - moment).min(newest)).date_naive();
        let days = (last - first).num_days();
        let end = if days < MOST_DAYS { DAY } else { MONTH };
        let text = |day: NaiveDate| day.to_string().get(..end).map(received_in);
        (days < MOST_MONTHS).then(|| {
            let following = |day: &NaiveDate| day.checked_add_days(Days::new(1));
            std::iter::successors(Some(first), following)
                .take_while(|day| *day <= last)
                .filter_map(text)
                .collect()
        })
    }
}

impl Store {
    /// The grams of days or months of which a ticket has one.
    pub(super) async fn periods(&self, within: &Within) -> Result<Option<BTreeSet<String>>> {
        if within.from.is_none() && within.until.is_none() {
            return Ok(None);
        }
        let progress = query("SELECT event_id, oldest, newest FROM search_progress WHERE oldest <> ''");
        let Some(row) = progress.fetch_optional(&self.pool).await? else { return Ok(None) };
        let instant = |column| read_instant(&row, "search_progress", column, 1);
        Ok(within.periods(instant("oldest")?, instant("newest")?))
    }

    /// Those of the tickets that meet the conditions now, apart from the tag. The newest first.
    pub async fn fitting(&self, ids: Vec<i64>, within: &Within) -> Result<Vec<i64>> {
        let mut values: Vec<String> = Vec::new();
        let mut sql = format!("SELECT id FROM ticket WHERE id IN ({})", list(&ids));
        for (condition, value) in [
            ("status =", within.status.map(|status| status.as_str().to_owned())),
            ("received_at >=", within.from.map(instant_text)),
            ("received_at <", within.until.map(instant_text)),
            ("prefecture =", within.prefecture.clone()),
            ("assignee =", within.assignee.clone()),
        ] {
            if let Some(value) = value {
                values.push(value);
                let _ = write!(sql, " AND {condition} ${}", values.len());
            }
        }
        if values.is_empty() || ids.is_empty() {
            return Ok(ids);
        }
        sql.push_str(" ORDER BY id DESC");
        let query = values.into_iter().fold(query_once(sql), AnyQuery::bind);
        query.fetch_all(&self.pool).await?.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}T15:00:00Z").parse().unwrap()
    }

    #[test]
    fn a_search_over_days_asks_for_the_days_and_one_over_more_for_the_months() {
        for (from, until, expected) in [
            (None, None, None),
            (Some("2025-06-30"), Some("2025-07-01"), Some(vec!["2025-06-30", "2025-07-01"])),
            (Some("2025-12-31"), Some("2026-02-28"), Some(vec!["2025-12", "2026-01", "2026-02"])),
            // As far as there are tickets.
            (None, Some("2024-05-02"), Some(vec!["2024-05-01", "2024-05-02"])),
            (Some("2026-03-30"), None, Some(vec!["2026-03-30", "2026-03-31"])),
            (Some("2026-04-05"), None, Some(vec![])),
            (Some("2025-07-01"), Some("2025-06-01"), Some(vec![])),
        ] {
            let within = Within { from: from.map(at), until: until.map(at), ..Within::default() };
            let expected = expected.map(|periods| periods.into_iter().map(received_in).collect());
            assert_eq!(within.periods(at("2024-05-01"), at("2026-03-31")), expected, "{from:?} {until:?}");
        }
        let ever = Within { from: Some(at("1980-01-01")), ..Within::default() };
        assert_eq!(ever.periods(at("1980-01-01"), at("2026-03-31")), None);
    }
}
