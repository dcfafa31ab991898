//! The rules of a desk, from its settings.

use crate::{
    desk::{
        application::{Adviser, Call, Support, form::Labels, results_by},
        calendar::Calendar,
        contacts::{Contact, Contacts},
        deadline::Sla,
        duty::Absence,
        form::{FieldRule, FormRules},
        gate::{Budgets, GateRules},
        staff::{Member, Staff},
        triage::Rules,
        window::Window,
    },
    service::Absences,
    settings::{Settings, SupportAdviser},
};

#[must_use]
pub fn rules(settings: &Settings) -> Rules {
    let lower = |text: &String| text.to_lowercase();
    let calendar = Calendar::new(settings.hours.rules());
    Rules {
        support: settings.support.enabled.then(|| support(&settings.support, &calendar)),
        staff: Staff::new(settings.staff.iter().map(member).collect()),
        contacts: Contacts::new(settings.contacts.iter().map(contact).collect()),
        form: form(settings),
        calendar,
        window: Window {
            opens: settings.window.opens,
            closes: settings.window.closes,
            time_zone: settings.hours.time_zone,
        },
        sla: Sla {
            answer_within: settings.sla.answer_within,
            warn_before: settings.sla.warn_before,
            remind_after: settings.sla.remind_after,
        },
        gate: GateRules {
            own_addresses: std::iter::once(&settings.desk.address)
                .chain(&settings.desk.aliases)
                .chain(&settings.desk.lists)
                .map(lower)
                .collect(),
            lists: settings.desk.lists.iter().map(lower).collect(),
            authserv_id: settings.mailbox.authserv_id.clone(),
            budgets: Budgets {
                per_sender: settings.delivery.per_sender_daily_limit,
                per_thread: settings.delivery.per_thread_daily_limit,
                per_day: settings.delivery.daily_limit,
                per_domain: settings.delivery.domain_limit(),
            },
        },
        ticket_prefix: settings.desk.ticket_prefix.clone(),
        desk_name: settings.desk.name.clone(),
    }
}

/// The absences of the settings.
#[must_use]
pub(super) fn absences(settings: &Settings) -> Absences {
    let all = settings.staff.iter().flat_map(|staff| {
        staff.absent.iter().map(|absent| Absence {
            member: staff.address.clone(),
            first: absent.from,
            last: absent.to,
            substitute: absent.substitute.clone(),
        })
    });
    Absences::new(all.collect())
}

fn member(staff: &crate::settings::Staff) -> Member {
    Member { name: staff.name.trim().to_owned(), address: staff.address.clone(), lead: staff.lead }
}

fn contact(contact: &crate::settings::Contact) -> Contact {
    let crate::settings::Contact { name, address, aliases } = contact;
    Contact { name: name.trim().to_owned(), address: address.clone(), aliases: aliases.clone() }
}

fn form(settings: &Settings) -> FormRules {
    let default = FormRules::default();
    let written = &settings.form;
    let rule = |field: &crate::settings::Field| FieldRule {
        key: field.key,
        label: field.label.clone(),
        aliases: field.aliases.clone(),
    };
    FormRules::new(
        written.subject.clone().unwrap_or_else(|| default.subject().to_owned()),
        if written.fields.is_empty() {
            default.fields().to_vec()
        } else {
            written.fields.iter().map(rule).collect()
        },
    )
}

fn support(written: &crate::settings::Support, calendar: &Calendar) -> Support {
    let days = written.results_within.0.as_secs() / 86_400;
    let call = Call {
        title: written.title.trim().to_owned(),
        opens: written.opens,
        closes: written.closes,
        results_by: results_by(written.closes, days, calendar),
        starts: written.starts,
        ends: written.ends,
        places: written.places,
        meetings: written.meetings.clone(),
        visits: written.visits,
        members: written.members.clone(),
        time_zone: calendar.time_zone(),
    };
    let labels = written.fields.iter().flat_map(|field| {
        std::iter::once(&field.label).chain(&field.aliases).map(|label| (field.key, label.clone()))
    });
    let adviser = |adviser: &SupportAdviser| Adviser {
        name: adviser.name.trim().to_owned(),
        address: adviser.address.clone(),
        affiliation: adviser.affiliation.clone(),
    };
    Support {
        call,
        labels: Labels::new(labels),
        criteria: written.criteria.clone(),
        advisers: written.advisers.iter().map(adviser).collect(),
        remind_before: written.remind_before,
        copy_results_to_sender: written.copy_results_to_sender,
    }
}
