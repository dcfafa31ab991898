//! What the settings say of the desk: valid, and perhaps not meant so.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Finding, finding, looked_at};
use crate::{
    desk::calendar::date_of,
    server::{check_wording, rules, wording_doubts},
    settings::Settings,
};

pub(super) fn templates(settings: &Settings) -> Finding {
    match check_wording(settings) {
        Err(error) => finding("templates", Err(error)),
        Ok(()) => {
            let doubts = wording_doubts(settings);
            let valid = "all templates are valid".to_owned();
            looked_at(
                "templates",
                !doubts.is_empty(),
                if doubts.is_empty() { valid } else { doubts.join("; ") },
            )
        }
    }
}

/// Warns if the window is over: the desk then takes no inquiry.
pub(super) fn window(settings: &Settings, now: DateTime<Utc>) -> Finding {
    let (opens, closes) = (settings.window.opens, settings.window.closes);
    let today = date_of(now, settings.hours.time_zone);
    let detail = match today {
        today if today > closes => format!(
            "closed since {closes}: a new inquiry is parked and its sender is told so; a new year needs new dates in [window]"
        ),
        today if today < opens => format!("opens on {opens}: an inquiry that comes before is parked"),
        _ => format!("open until {closes}"),
    };
    looked_at("window", today > closes, detail)
}

/// Warns of a limit of zero, which stops automatic mail.
pub(super) fn limits(settings: &Settings) -> Finding {
    let delivery = &settings.delivery;
    let zero: Vec<&str> = [
        ("delivery.daily_limit", delivery.daily_limit),
        ("delivery.per_domain_daily_limit", delivery.domain_limit()),
        ("delivery.per_sender_daily_limit", delivery.per_sender_daily_limit),
        ("delivery.per_thread_daily_limit", delivery.per_thread_daily_limit),
    ]
    .into_iter()
    .filter_map(|(key, limit)| (limit == 0).then_some(key))
    .collect();
    let detail = if zero.is_empty() {
        format!("{} automatic mails a day", delivery.daily_limit)
    } else {
        format!("{} is 0: no automatic mail leaves, so no inquirer gets a receipt", zero.join(", "))
    };
    looked_at("limits", !zero.is_empty(), detail)
}

/// Says what proves the sender of a mail.
pub(super) fn authentication(settings: &Settings) -> Finding {
    let detail = match &settings.mailbox.authserv_id {
        Some(id) => format!("a member's mail counts if {id} has found its sender genuine"),
        None => "mailbox.authserv_id is not set: the key in a mail alone proves a member, and forged senders are answered"
            .to_owned(),
    };
    looked_at("authentication", false, detail)
}

/// Warns if no staff are set: the desk still serves inquirers, but sends no deadline notices.
pub(super) fn staff(settings: &Settings) -> Finding {
    let (count, leads) = (settings.staff.len(), settings.staff.iter().filter(|staff| staff.lead).count());
    let detail = match (count, leads) {
        (0, _) => "[[staff]] is empty: no deadline notices are sent".to_owned(),
        (_, 0) => format!("{count} members, none with lead = true: all of them get every deadline notice"),
        _ => format!("{count} members, {leads} of them lead"),
    };
    looked_at("staff", count == 0, detail)
}

/// Warns about days of the 伴走支援 that nobody may have meant, and of advisers who cannot be asked.
pub(super) fn support(settings: &Settings) -> Finding {
    let (rules, written) = (rules(settings), &settings.support);
    let Some(support) = &rules.support else {
        return finding("support", Ok("no applications are taken".to_owned()));
    };
    let call = &support.call;
    let is_open = |day| rules.calendar.open_span(day).is_some();
    let target = call.closes
        + TimeDelta::days(i64::try_from(written.results_within.0.as_secs() / 86_400).unwrap_or(0));
    let mut warnings = Vec::new();
    if call.closes < settings.window.opens || call.closes > settings.window.closes {
        warnings.push(format!("support.closes {} is outside [window]", call.closes));
    }
    if !is_open(target) {
        warnings.push(format!(
            "support.results_within ends on {target}, when the desk is closed: {} counts",
            call.results_by
        ));
    }
    if !is_open(call.ends) {
        warnings.push(format!("support.ends {} is a day when the desk is closed", call.ends));
    }
    let unreachable: Vec<&str> = support
        .advisers
        .iter()
        .filter(|adviser| adviser.address.is_none())
        .map(|adviser| adviser.name.as_str())
        .collect();
    if !unreachable.is_empty() {
        warnings.push(format!("[[support.advisers]] without address: {}", unreachable.join(", ")));
    }
    let warning = !warnings.is_empty();
    let detail = if warning {
        warnings.join("; ")
    } else {
        format!("applications until {}, results until {}", call.closes, call.results_by)
    };
    looked_at("support", warning, detail)
}
