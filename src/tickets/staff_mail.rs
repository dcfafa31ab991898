//! A mail of a member of staff: its commands are carried out, its answers queued, and what cannot be done is explained
//! to its writer alone.

use super::{
    answer::{self, Draft},
    commands,
};
use crate::{
    desk::{
        staff::Member,
        staff_mail::{Command, Problem, StaffMail},
        window::start_of_day,
    },
    letter::Purpose,
    notify::{digest, staff_notice::notify_with},
    service::{Actor, Fault, Operation, PreparedMail},
};

/// Explanations of mails without effect, a day and member.
const MOST_EXPLANATIONS: u32 = 10;

/// Does what a member of staff asks for.
pub async fn work_on(
    operation: &mut Operation<'_>,
    prepared: &PreparedMail,
    member: &Member,
    mail: &StaffMail,
) -> Result<(), Fault> {
    let mut operation = operation.on_behalf_of(Actor::Staff(member));
    let operation = &mut operation;
    let (mut done, mut problems) = (Vec::new(), Vec::new());
    let (mut manual, mut list) = (false, false);
    for order in &mail.orders {
        let number = match (&order.command, &order.ticket) {
            (Command::Help, _) => {
                manual = true;
                continue;
            }
            (Command::List, _) => {
                list = true;
                continue;
            }
            (_, Some(number)) => number,
            (_, None) => continue,
        };
        let outcome = match commands::find(operation.tx, number).await? {
            Ok(ticket) => commands::carry_out(operation, &ticket, &order.command).await?,
            Err(none) => Err(none),
        };
        match outcome {
            Ok(said) => done.push(said.japanese),
            Err(said) => problems.push(format!("「{}」：{}", first_line(&order.line), said.japanese)),
        }
    }
    let files = prepared.reading.mail.attachments.as_slice();
    for answer in &mail.answers {
        let outcome = match commands::find(operation.tx, &answer.ticket).await? {
            Ok(ticket) => {
                let draft = Draft { text: &answer.text, files };
                answer::write(operation, &ticket, Purpose::Answer, draft).await?
            }
            Err(none) => Err(none),
        };
        // What was taken is shown by a mail of its own.
        if let Err(said) = outcome {
            problems.push(said.japanese);
        }
    }
    problems.extend(mail.problems.iter().map(in_words));
    if list {
        digest::send_one(operation, member).await?;
    }
    if done.is_empty() && problems.is_empty() && !manual {
        return Ok(());
    }
    notify_with(operation, member, Purpose::StaffReply, &prepared.hash, |context| {
        (context.done, context.problems, context.manual) = (done, problems, manual);
    })
}

/// Tells the writer and the leads that a mail from a staff address had no effect, and why.
pub async fn explain_refusal(
    operation: &mut Operation<'_>,
    prepared: &PreparedMail,
    why: &str,
) -> Result<(), Fault> {
    let (desk, now) = (operation.desk, operation.now);
    let from = prepared.reading.mail.from.as_ref().map(|from| from.address.as_str()).unwrap_or_default();
    let told = desk
        .rules
        .staff
        .all()
        .filter(|member| member.address.eq_ignore_ascii_case(from) || desk.rules.staff.is_lead(member));
    let midnight = start_of_day(now, desk.rules.calendar.time_zone());
    for member in told {
        // A rule that sends our mails back in the member's name would go round and round.
        if operation.tx.explained(&member.address, midnight).await? >= MOST_EXPLANATIONS {
            continue;
        }
        let line = format!("{from} から届いたメール「{}」：{why}", prepared.reading.mail.subject);
        notify_with(operation, member, Purpose::StaffReply, &prepared.hash, |context| {
            context.problems.push(line);
        })?;
    }
    Ok(())
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn in_words(problem: &Problem) -> String {
    match problem {
        Problem::UnknownCommand(line) => {
            format!("「{line}」という操作は読み取れませんでした。使い方は「ヘルプ」と書いてお送りください")
        }
        Problem::NoTicket(line) => format!("「{line}」は、どの照会票の操作か分かりません。受付番号を付けてください"),
        Problem::NoEnd(ticket) => format!(
            "{ticket} の回答：終わりの印（▲ … 回答ここまで ▲）が見当たらず、どこまでが回答か分かりませんでした"
        ),
        Problem::TwoAnswers(ticket) => {
            format!("{ticket} の回答：違う文が二つあり、どちらをお送りするか分かりませんでした")
        }
        Problem::WrongKey(ticket) => {
            format!("{ticket}：印の中の記号（#…）が、お送りしたものと違います。最新の日次一覧に返信してください")
        }
        Problem::ExpiredKey(ticket) => {
            format!("{ticket}：古い一覧またはお知らせへの返信のため、扱いませんでした。最新の日次一覧に返信してください")
        }
        Problem::TextBelow(ticket) => format!(
            "{ticket} の回答：線より下にも文があり、どこまでが回答か分かりませんでした。線より上にまとめてお書きください"
        ),
        Problem::FilesForSeveral => {
            "添付ファイル付きの回答：複数の照会への回答に添付があり、どの照会に付けるか分かりませんでした。1件ずつお送りください".to_owned()
        }
        Problem::TextOutside(text) => {
            let shown: String = text.chars().take(60).collect();
            format!("印の外の文「{}」は、誰にも送っていません", shown.replace('\n', " "))
        }
    }
}
