//! Opening hours in words, as letters name them.

use chrono::{NaiveTime, Weekday};

use crate::desk::{calendar::HoursRules, japanese_time::weekday};

/// The hours as the circular writes them: 「平日9時から17時まで（祝日・年末年始を除く）」.
#[must_use]
pub fn hours_in_words(hours: &HoursRules) -> String {
    use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
    let all = [Mon, Tue, Wed, Thu, Fri, Sat, Sun];
    let open: Vec<Weekday> = all.into_iter().filter(|day| hours.days.contains(day)).collect();
    let days = match open.as_slice() {
        [Mon, Tue, Wed, Thu, Fri] => "平日".to_owned(),
        days if days.len() == 7 => "毎日".to_owned(),
        days => days.iter().map(|day| weekday(*day).to_string()).collect::<Vec<_>>().join("・") + "曜日",
    };
    let mut except = Vec::new();
    if hours.public_holidays {
        except.push("祝日");
    }
    if hours.closed.iter().any(|closed| closed.to_string() == "12-29..01-03") {
        except.push("年末年始");
    }
    let except =
        if except.is_empty() { String::new() } else { format!("（{}を除く）", except.join("・")) };
    let range = |opens, closes| format!("{}から{}まで", clock_time(opens), clock_time(closes));
    let by_day: Vec<String> = hours
        .by_day
        .iter()
        .map(|own| format!("、{}曜日は{}", weekday(own.day), range(own.opens, own.closes)))
        .collect();
    format!("{days}{}{}{except}", range(hours.opens, hours.closes), by_day.concat())
}

fn clock_time(time: NaiveTime) -> String {
    let text = time.format("%-H時%-M分").to_string();
    text.strip_suffix("時0分").map_or(text.clone(), |hour| format!("{hour}時"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::calendar::DayHours;

    #[test]
    fn hours_are_written_as_in_the_circular() {
        let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
        let default = HoursRules::default;
        for (hours, expected) in [
            (default(), "平日9時から17時まで（祝日・年末年始を除く）"),
            (
                HoursRules {
                    days: vec![Weekday::Mon, Weekday::Wed],
                    opens: time(9, 30),
                    public_holidays: false,
                    ..default()
                },
                "月・水曜日9時30分から17時まで（年末年始を除く）",
            ),
            (
                HoursRules {
                    by_day: vec![DayHours { day: Weekday::Fri, opens: time(9, 0), closes: time(15, 0) }],
                    ..default()
                },
                "平日9時から17時まで、金曜日は9時から15時まで（祝日・年末年始を除く）",
            ),
            (HoursRules { closed: Vec::new(), public_holidays: false, ..default() }, "平日9時から17時まで"),
        ] {
            assert_eq!(hours_in_words(&hours), expected);
        }
    }
}
