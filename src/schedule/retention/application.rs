//! Erases one person from an application that somebody else handed in: its representative, its officer or an adviser.

use serde_json::Value;

use crate::{
    desk::{
        application::{ApplicationForm, Representative, decision::ReviewVerdict},
        form::{FieldKey, Fields},
        redact::{Person, Removal},
    },
    mail::{names_person, person_of},
    store::{StoreError, SubmissionRow, TicketRow, Tx},
};

/// Adds what forms say of their representatives.
pub(super) fn add_representatives(
    person: &mut Person,
    forms: &[SubmissionRow],
    which: impl Fn(&Representative) -> bool,
) {
    let forms = forms.iter().filter_map(|form| form.result.as_ref().ok());
    for of in forms.map(|form| &form.representative).filter(|of| which(of)) {
        person.names.push(of.name.clone());
        person.texts.extend([&of.address, &of.telephone, &of.email].map(String::clone));
    }
}

/// Erases a person from the forms, the decision, the reviews and the meetings of an application. `whose` is their address in
/// its one spelling. Words about others stay, because the application may go on.
pub(super) async fn forget_in_application(
    tx: &mut Tx,
    ticket: &TicketRow,
    whose: &str,
    removal: &Removal,
) -> Result<(), StoreError> {
    let mut fields = ticket.fields.clone();
    for mut submission in tx.submissions(ticket.id).await? {
        submission.file = removal.forget(&submission.file);
        submission.inner_name = submission.inner_name.map(|name| removal.forget(&name));
        if let Ok(form) = &mut submission.result {
            if person_of(&form.representative.email) == whose {
                let organization = std::mem::take(&mut form.representative.organization);
                form.representative = Representative { organization, ..Representative::default() };
                if fields.contact.as_deref().is_some_and(|contact| names_person(contact, whose)) {
                    fields = Fields { name: None, contact: None, ..fields };
                }
            }
            *form = without(form, removal);
        }
        tx.rewrite_submission(&submission).await?;
    }
    fields.set(FieldKey::Inquiry, fields.get(FieldKey::Inquiry).map(|reason| removal.forget(reason)));
    tx.set_fields(ticket.id, &fields).await?;
    let decision = tx.decision(ticket.id).await?;
    let [reason, notice] = [&decision.reason, &decision.notice].map(|text| removal.forget(text));
    tx.rewrite_decision(ticket.id, &reason, &notice).await?;
    for mut review in tx.reviews(ticket.id).await? {
        match &mut review.verdict {
            ReviewVerdict::Conflict(text) | ReviewVerdict::Scored { comment: text, .. } => {
                *text = removal.forget(text);
            }
        }
        tx.set_review(ticket.id, &review).await?;
    }
    for mut row in tx.meeting_versions(ticket.id).await? {
        let meeting = &mut row.meeting;
        meeting.adviser = meeting.adviser.take().filter(|adviser| person_of(adviser) != whose);
        for text in [&mut meeting.place, &mut meeting.url, &mut meeting.agenda].into_iter().flatten() {
            *text = removal.forget(text);
        }
        tx.rewrite_meeting(&row).await?;
    }
    Ok(())
}

/// The form without what its texts say of a person.
fn without(form: &ApplicationForm, removal: &Removal) -> ApplicationForm {
    fn walk(value: &mut Value, removal: &Removal) {
        match value {
            Value::String(text) => *text = removal.forget(text),
            Value::Array(values) => values.iter_mut().for_each(|value| walk(value, removal)),
            Value::Object(values) => values.values_mut().for_each(|value| walk(value, removal)),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(form).unwrap_or_default();
    walk(&mut value, removal);
    serde_json::from_value(value).unwrap_or_default()
}
