//! The letter by which the desk asks somebody outside (照会先) about a question.

use serde::Serialize;

use super::{
    bounds::{Shown, for_letter},
    inquirer::{DeskContext, FormContext, Profile},
};
use crate::desk::{
    contacts::Forwarding,
    form::{FieldKey, Fields},
    redact::{Person, redact},
    triage::Rules,
};

/// What its template may name. Every value is text as a person reads it.
#[derive(Debug, Clone, Serialize)]
pub struct ForwardContext {
    pub desk: DeskContext,
    pub form: FormContext,
    pub hours: String,
    /// Name of the contact.
    pub contact: String,
    /// The name has a title already.
    pub titled: bool,
    /// The member's own words; empty: the letter has its own.
    pub message: String,
    /// The inquirer's name and contact go with the question.
    pub personal: bool,
    pub ticket: ForwardedTicket,
    /// 「令和7年7月1日（火）」
    pub received_on: String,
    pub organization: String,
    /// Empty unless `personal`.
    pub name: String,
    /// Empty unless `personal`.
    pub contact_of_inquirer: String,
    /// Without names, addresses and telephone numbers unless `personal`.
    pub inquiry: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct ForwardedTicket {
    pub number: String,
}

impl ForwardContext {
    #[must_use]
    pub fn new(
        profile: &Profile,
        rules: &Rules,
        number: String,
        fields: &Fields,
        received_on: String,
        forwarding: &Forwarding<'_>,
    ) -> Self {
        let field = |key, kind| for_letter(fields.get(key).unwrap_or_default(), kind);
        let (name, contact) =
            (field(FieldKey::Name, Shown::Line), field(FieldKey::Contact, Shown::Beginning));
        let inquiry = field(FieldKey::Inquiry, Shown::Whole);
        let person = Person { names: vec![name.clone()], texts: vec![contact.clone()] };
        let personal = forwarding.personal;
        let unless = |text: String| if personal { text } else { String::new() };
        Self {
            desk: profile.into(),
            form: FormContext::new(profile, rules, &Fields::default()),
            hours: profile.hours.clone(),
            contact: forwarding.contact.name.clone(),
            titled: forwarding.contact.has_title(),
            message: forwarding.message.clone(),
            personal,
            ticket: ForwardedTicket { number },
            received_on,
            organization: field(FieldKey::Organization, Shown::Line),
            inquiry: if personal { inquiry } else { redact(&inquiry, &person) },
            name: unless(name),
            contact_of_inquirer: unless(contact),
        }
    }
}
