//! Who reads letters, and how they address each: the inquirer; of an application the representative, the officer who sent it, and
//! an adviser.

use crate::{
    desk::{
        application::{Adviser, ApplicationForm},
        form::{Fields, addresses},
        ticket::TicketKind,
    },
    letter::{self, addressee},
    store::{CaseRow, StoreError, TicketRow, Tx},
};

/// One who takes part.
#[derive(Debug, Clone)]
pub struct Recipient {
    pub address: String,
    /// Of the address line. Empty where nothing is known.
    pub organization: String,
    pub name: String,
    pub is_adviser: bool,
}

impl Recipient {
    /// The first lines of a letter.
    #[must_use]
    pub fn addressed(&self) -> String {
        addressee(Some(&self.organization), Some(&self.name))
    }
}

/// The officer who sent the application.
#[must_use]
pub fn officer(ticket: &TicketRow) -> Recipient {
    let known = ticket.answer_to.as_deref().filter(|address| !address.is_empty());
    let address = known.unwrap_or(&ticket.from.address).to_owned();
    let (organization, name) = letter::officer(&ticket.from);
    Recipient { address, organization, name, is_adviser: false }
}

#[must_use]
pub fn representative(form: &ApplicationForm) -> Recipient {
    let person = &form.representative;
    Recipient {
        address: person.email.trim().to_owned(),
        organization: format!("{} {}", person.organization, person.department).trim().to_owned(),
        name: person.name.clone(),
        is_adviser: false,
    }
}

fn adviser(adviser: &Adviser) -> Option<Recipient> {
    Some(Recipient {
        address: adviser.address.clone()?,
        organization: adviser.affiliation.clone(),
        name: adviser.name.clone(),
        is_adviser: true,
    })
}

/// Who is asked for a visit: the adviser alone.
#[must_use]
pub fn adviser_alone(who: Option<&Adviser>) -> Vec<Recipient> {
    who.and_then(adviser).into_iter().collect()
}

/// Everybody who takes part, each address once.
#[must_use]
pub fn everybody(ticket: &TicketRow, case: &CaseRow, who: Option<&Adviser>) -> Vec<Recipient> {
    let mut all: Vec<Recipient> = Vec::new();
    for recipient in [representative(&case.form), officer(ticket)].into_iter().chain(adviser_alone(who)) {
        let is_known = all.iter().any(|known| known.address.eq_ignore_ascii_case(&recipient.address));
        if !recipient.address.is_empty() && !is_known {
            all.push(recipient);
        }
    }
    all
}

/// Who gets what a member writes about an application: the representative if they wrote last, else the officer. Nobody else
/// does, because anybody can write a number and a name (law 9).
///
/// # Errors
/// When the database fails.
pub async fn correspondent(
    tx: &mut Tx,
    ticket: &TicketRow,
    case: &CaseRow,
) -> Result<Option<Recipient>, StoreError> {
    let (representative, officer) = (representative(&case.form), officer(ticket));
    let last = tx.last_writer(ticket.id).await?.unwrap_or_default();
    let is_last = !last.is_empty() && last.eq_ignore_ascii_case(&representative.address);
    let both = if is_last { [representative, officer] } else { [officer, representative] };
    Ok(both.into_iter().find(|recipient| !recipient.address.is_empty()))
}

/// Who reads what a member writes.
#[derive(Debug)]
pub(super) struct Reader {
    pub address: String,
    /// What the letter repeats of the reader's own words. Of an application: who the reader is.
    pub fields: Fields,
    /// Prefecture and area of an application; `None` of an inquiry.
    pub region: Option<String>,
}

/// The inquirer; of an application, its [`correspondent`].
pub(super) async fn reader_of(tx: &mut Tx, ticket: &TicketRow) -> Result<Option<Reader>, StoreError> {
    if ticket.kind == TicketKind::Inquiry {
        let reader = |address| Reader { address, fields: ticket.fields.clone(), region: None };
        return Ok(address_of(ticket).map(reader));
    }
    let Some(case) = tx.case(ticket.id).await? else { return Ok(None) };
    let reader = correspondent(tx, ticket, &case).await?;
    Ok(reader.map(|Recipient { address, organization, name, .. }| Reader {
        address,
        fields: Fields { organization: Some(organization), name: Some(name), contact: None, inquiry: None },
        region: Some(case.region()),
    }))
}

/// Where mail to the inquirer goes: to the sender, else to the address in the form.
fn address_of(ticket: &TicketRow) -> Option<String> {
    let known = ticket.answer_to.clone().filter(|address| !address.is_empty());
    known.or_else(|| addresses(ticket.fields.contact.as_deref().unwrap_or_default()).into_iter().next())
}

/// What the inquirer has told of themselves, for the last guard.
pub(super) fn told_by_inquirer(ticket: &TicketRow, to: &str) -> String {
    let TicketRow { fields, from, .. } = ticket;
    let told = [&fields.organization, &fields.name, &fields.contact, &fields.inquiry, &from.name];
    let told = told.into_iter().flatten().map(String::as_str);
    told.chain([from.address.as_str(), to]).collect::<Vec<_>>().join("\n")
}
