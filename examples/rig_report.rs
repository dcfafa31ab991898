//! Counts what a desk on servers of scripts/rig has lost or doubled, and prints one line of `key=value` figures for the benches,
//! scripts/soak and scripts/test-faults. It ends with 1 if the figures do not fit.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Output},
};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

const USAGE: &str = "usage: rig_report drain PROGRAM SETTINGS SENT MAILDIR MAILS REPORTS FIGURES
       rig_report soak PROGRAM SETTINGS SENT SAMPLES MAILS FIGURES
       rig_report acknowledged SENT    recipient, Message-ID and file of each mail that the SMTP server has
       rig_report queued PROGRAM SETTINGS    how many mails wait in the outbox";

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let fits = match *arguments {
        ["drain", program, settings, sent, maildir, mails, reports, figures] => {
            let desk = Desk { program, settings };
            drain(&desk, &taken(sent)?, Path::new(maildir), mails.parse()?, reports.parse()?, figures)?
        }
        ["soak", program, settings, sent, samples, mails, figures] => soak(
            &Desk { program, settings },
            &taken(sent)?,
            &fs::read_to_string(samples)?,
            mails.parse()?,
            figures,
        )?,
        ["acknowledged", sent] => {
            for mail in taken(sent)? {
                println!("{} {} {}", mail.recipient, mail.id, mail.file.display());
            }
            true
        }
        ["queued", program, settings] => {
            let outbox = Desk { program, settings }.list("outbox")?;
            println!("{}", outbox.iter().filter(|mail| mail["state"] == "queued").count());
            true
        }
        _ => return Err(USAGE.into()),
    };
    Ok(if fits { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Each inquiry has a sender of its own. So as many tickets as senders as inquiries means that none was lost and none doubled.
/// An acknowledgement may come twice after a kill, but only as the same mail: the same Message-ID and the same bytes.
/// The outbox keeps one mail a delivery report (REPORTS of them) and nothing else.
fn drain(
    desk: &Desk,
    taken: &[Taken],
    maildir: &Path,
    mails: usize,
    reports: usize,
    figures: &str,
) -> Result<bool> {
    let tickets = desk.list("ticket")?;
    let senders: BTreeSet<&str> = tickets
        .iter()
        .filter_map(|ticket| ticket["from"]["address"].as_str())
        .filter(|it| is_inquirer(it))
        .collect();
    let outbox = desk.list("outbox")?;
    let bounced = outbox.iter().filter(|mail| mail["state"] == "bounced").count();
    let unsent = outbox.len() - bounced;
    let left = fs::read_dir(maildir.join("new"))?.count() + fs::read_dir(maildir.join("cur"))?.count();

    let recipients: BTreeSet<&str> = taken.iter().map(|mail| mail.recipient.as_str()).collect();
    let acks = recipients.iter().filter(|it| is_inquirer(it.trim_matches(['<', '>']))).count();
    // The desk writes to nobody else, least of all to robots.
    let strangers = recipients.len() - acks;
    let mut identities = BTreeMap::new();
    let mut differing = 0;
    for mail in taken {
        let first = identities.entry((&mail.recipient, &mail.id)).or_insert(mail);
        if first.digest != mail.digest {
            eprintln!("not the same bytes: {} and {}", first.file.display(), mail.file.display());
            differing += 1;
        }
    }
    let copies = taken.len() - identities.len();

    let (explained, audit) = (desk.reconciles()?, desk.audit_is_whole()?);
    let all = [tickets.len(), senders.len(), acks, identities.len()].iter().all(|count| *count == mails);
    let ok = all
        && [strangers, differing, unsent, left].iter().all(|count| *count == 0)
        && bounced == reports
        && explained
        && audit;
    println!(
        "{figures} tickets={} senders={} acks={acks} ack_ids={} ack_copies={copies} strangers={strangers} unsent={unsent} \
         bounced={bounced} left_in_inbox={left} explained={} audit={} ack_differing={differing}{} result={}",
        tickets.len(),
        senders.len(),
        identities.len(),
        if explained { "yes" } else { "no" },
        if audit { "whole" } else { "broken" },
        repeats_per_kill(figures, copies),
        result(ok)
    );
    Ok(ok)
}

/// How many mails a SIGKILL made the desk send once more: those sent whose reply was not yet on record.
fn repeats_per_kill(figures: &str, copies: usize) -> String {
    let hits =
        if value(figures, "kind") == Some("kill") { value(figures, "hits") } else { value(figures, "kills") };
    match hits.and_then(|hits| hits.parse::<u32>().ok()) {
        #[expect(clippy::cast_precision_loss, reason = "some thousands at most")]
        Some(hits) if hits > 0 => format!(" repeats_per_kill={:.2}", copies as f64 / f64::from(hits)),
        _ => String::new(),
    }
}

/// Every inquiry became a ticket, was acknowledged by the desk and answered by a member, once each. Memory and descriptors stayed
/// flat.
fn soak(desk: &Desk, taken: &[Taken], samples: &str, mails: usize, figures: &str) -> Result<bool> {
    let identities: BTreeSet<(&str, &str, bool)> =
        taken.iter().map(|mail| (mail.recipient.as_str(), mail.id.as_str(), mail.automatic)).collect();
    let count = |automatic: bool| {
        identities.iter().filter(|(to, _, by_desk)| to.contains("inquirer-") && *by_desk == automatic).count()
    };
    let (acknowledged, answers) = (count(true), count(false));
    let staff = identities.iter().filter(|(to, ..)| to.contains("sato@")).count();
    let repeated = taken.len() - identities.len();
    let tickets = desk.list("ticket")?;
    let answered = tickets.iter().filter(|ticket| ticket["status"] == "answered").count();
    let flat = flat(samples);
    let all = [tickets.len(), acknowledged, answers, answered].iter().all(|count| *count == mails);
    let ok = all && repeated == 0 && desk.reconciles()? && desk.audit_is_whole()? && flat != "no";
    println!(
        "{figures} mails={mails} tickets={} acknowledged={acknowledged} answers={answers} answered={answered} \
         staff_mails={staff} repeated={repeated} flat={flat} result={}",
        tickets.len(),
        result(ok)
    );
    Ok(ok)
}

/// `yes` if the last quarter of the samples holds at most a tenth more memory than the second, and at most four descriptors more.
fn flat(samples: &str) -> &'static str {
    let column =
        |key| -> Vec<u64> { samples.lines().filter_map(|line| value(line, key)?.parse().ok()).collect() };
    let quarter = samples.lines().count() / 4;
    if quarter == 0 {
        return "unknown";
    }
    let second = |of: &[u64]| of.iter().skip(quarter).take(quarter).sum::<u64>();
    let last = |of: &[u64]| of.iter().rev().take(quarter).sum::<u64>();
    let (rss, fds) = (column("rss_kib"), column("fds"));
    let more_fds = 4 * quarter as u64;
    if last(&rss) * 10 <= second(&rss) * 11 && last(&fds) <= second(&fds) + more_fds { "yes" } else { "no" }
}

fn result(ok: bool) -> &'static str {
    if ok { "ok" } else { "FAILED" }
}

/// The value of KEY in a line of `key=value` words.
fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.split_whitespace().find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
}

/// As `make_mails` names the senders.
fn is_inquirer(address: &str) -> bool {
    address
        .strip_prefix("inquirer-")
        .and_then(|rest| rest.strip_suffix("@example.jp"))
        .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A mail that smtp-sink(1) has accepted.
struct Taken {
    recipient: String,
    id: String,
    automatic: bool,
    digest: [u8; 32],
    file: PathBuf,
}

fn taken(folder: &str) -> Result<Vec<Taken>> {
    let mut mails = Vec::new();
    for entry in fs::read_dir(folder)? {
        let file = entry?.path();
        // smtp-sink removes a mail whose connection ends before the final dot.
        let Ok(bytes) = fs::read(&file) else { continue };
        mails.extend(parse(file, &bytes));
    }
    Ok(mails)
}

/// Nothing for a mail that smtp-sink was killed in the middle of: an empty line ends each whole one.
fn parse(file: PathBuf, bytes: &[u8]) -> Option<Taken> {
    if !bytes.ends_with(b"\n\n") {
        return None;
    }
    let text = String::from_utf8_lossy(bytes);
    let (head, _) = text.split_once("\n\n")?;
    let header = |name: &str| {
        let value =
            |line: &str| Some(line.split_at_checked(name.len())?.1.strip_prefix(':')?.trim().to_owned());
        head.lines()
            .filter(|line| line.get(..name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name)))
            .find_map(value)
    };
    // smtp-sink writes the client and the envelope first, and a `Received` of three lines.
    let mail = bytes
        .split_inclusive(|byte| *byte == b'\n')
        .skip_while(|line| !line.starts_with(b"Received:"))
        .skip(3);
    Some(Taken {
        recipient: header("X-Rcpt-Args")?.split_whitespace().next()?.to_owned(),
        id: header("Message-ID")?,
        automatic: header("Auto-Submitted").is_some(),
        digest: mail.fold(Sha256::new(), Sha256::chain_update).finalize().into(),
        file,
    })
}

/// The program with one desk's settings.
struct Desk<'a> {
    program: &'a str,
    settings: &'a str,
}

impl Desk<'_> {
    fn run(&self, command: &[&str]) -> Result<Output> {
        Ok(Command::new(self.program).args(["--config", self.settings]).args(command).output()?)
    }

    fn list(&self, of: &str) -> Result<Vec<Value>> {
        let output = self.run(&[of, "list", "--json"])?;
        if !output.status.success() {
            return Err(format!("{of} list: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// Whether the ledger explains every message in the mailbox.
    fn reconciles(&self) -> Result<bool> {
        let output = self.run(&["reconcile"])?;
        if !output.status.success() {
            eprint!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        }
        Ok(output.status.success())
    }

    /// Whether nobody changed an audit event. Other findings of `check` do not matter here.
    fn audit_is_whole(&self) -> Result<bool> {
        let findings: Vec<Value> = serde_json::from_slice(&self.run(&["check", "--json"])?.stdout)?;
        let whole = |finding: &Value| {
            finding["detail"].as_str().is_some_and(|it| it.contains("the audit chain is whole"))
        };
        Ok(findings.iter().any(whole))
    }
}
