//! `phone`: creates a ticket for a telephone inquiry.

use anyhow::Context as _;

use super::{Context, print};
use crate::{desk::form::Fields, tickets::phone::file_call, views::rfc3339};

/// The fields of a telephone inquiry.
#[derive(Debug, clap::Args)]
pub(super) struct Call {
    /// Name of the caller (氏名)
    #[arg(long)]
    name: Option<String>,
    /// Organization of the caller (自治体・機関名)
    #[arg(long)]
    organization: Option<String>,
    /// Telephone number for the call-back, or mail address (連絡先)
    #[arg(long)]
    contact: Option<String>,
    /// Text of the inquiry (照会内容); - reads standard input (the default)
    #[arg(default_value = "-")]
    text: String,
}

pub(super) async fn run(context: &Context, call: Call) -> anyhow::Result<()> {
    let text = match call.text.as_str() {
        "-" => std::io::read_to_string(std::io::stdin()).context("cannot read standard input")?,
        text => text.to_owned(),
    };
    let given =
        |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let fields = Fields {
        organization: given(call.organization),
        name: given(call.name),
        contact: given(call.contact),
        inquiry: given(Some(text)),
    };
    anyhow::ensure!(
        fields.inquiry.is_some() || fields.contact.is_some(),
        "nothing to file: give --contact or what was asked"
    );
    let desk = context.desk_or_new().await?;
    let number = file_call(&desk, fields).await?;
    let deadline = desk.store.ticket(&number).await?.and_then(|ticket| ticket.clock.deadline());
    let due = deadline.map(|at| rfc3339(at, desk.rules.calendar.time_zone()));
    desk.store.close().await;
    if context.json {
        return print::json(&serde_json::json!({"number": number, "deadline": due}));
    }
    print::line(format!("{number}: call back by {}", due.unwrap_or_default()));
    Ok(())
}
