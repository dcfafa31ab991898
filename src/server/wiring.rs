//! Builds a desk from its settings. Each module gets only its own part of the settings, as a small struct.

use std::sync::{Arc, RwLock};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Serving,
    rules::{absences, rules},
};
use crate::{
    clock::Clock,
    delivery::{SmtpOptions, Transport},
    desk::{calendar::BusinessTime, flood::NoticeLimits, staff_key::StaffKeys, thread::MessageIds},
    hex,
    letter::{
        Profile, Wording, WordingError, feedback::answers_leave_in_words, hours_in_words, strangers,
        with_ascii_domain,
    },
    login::{Login, OAuth2Options, Secret, Tokens},
    mailbox::{ImapOptions, Maildir, Source},
    schedule::recalculation::recalculate_deadlines,
    service::{Alternation, Answers, Desk, Health, NoticeCounts, Retention, STAFF_KEY, staff_keys},
    settings::{Credentials, DeliveryKind, MailboxKind, Period, Proof, Settings, SettingsError},
    store::{AuditEvent, InstanceLock, NewEvent, REHEARSAL, Store, StoreError, place},
};

/// Key in the state table. The value is the secret keys of our Message-IDs, in hex, newest first.
const KEY: &str = "key:message_id";
/// Key in the state table. The value is the time of the first run.
const FIRST_RUN: &str = "first_run";

#[derive(Debug, thiserror::Error)]
pub enum WiringError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Wording(#[from] WordingError),
    #[error("cannot make a secret key: {0}")]
    Random(String),
}

impl WiringError {
    /// Whether the settings or templates are wrong, as opposed to an error of the environment.
    #[must_use]
    pub fn is_settings(&self) -> bool {
        matches!(self, Self::Settings(_) | Self::Wording(_))
    }
}

fn wording(settings: &Settings) -> Result<Wording, WordingError> {
    match &settings.templates.dir {
        Some(dir) => Wording::from_dir(dir),
        None => Wording::built_in(),
    }
}

/// Renders every letter once, so that a faulty template is found before a mail needs it.
///
/// # Errors
/// The message names the template.
pub fn check_wording(settings: &Settings) -> Result<(), String> {
    let wording = wording(settings).map_err(|error| error.to_string())?;
    wording.check(&profile(settings), &rules(settings)).map_err(|error| error.to_string())
}

/// What an operator should know about valid templates: files that replace none, a receipt without the number of its ticket.
pub fn wording_doubts(settings: &Settings) -> Vec<String> {
    let mut doubts = Vec::new();
    if let Some(dir) = &settings.templates.dir {
        let unknown = strangers(dir).join(", ");
        if !unknown.is_empty() {
            doubts.push(format!("{} has files that replace no template: {unknown}", dir.display()));
        }
    }
    if let Ok(wording) = wording(settings) {
        doubts.extend(wording.doubts(&profile(settings), &rules(settings)));
    }
    doubts
}

/// Builds a desk: checks the templates, opens and migrates the database, and reads the keys. Creates the database if there
/// is none, so it is for commands that take mail in.
pub async fn open(settings: &Settings, clock: Clock) -> Result<Desk, WiringError> {
    // Check the templates first, so that a faulty template does not leave a new database behind.
    check_wording(settings).map_err(|detail| settings.wrong("templates.dir", detail))?;
    let store = Store::open(&settings.database.url).await?;
    migrated(settings, clock, store).await
}

/// As [`open`], but creates no database: in another folder, a command must not work on a new, empty desk.
pub async fn open_existing(settings: &Settings, clock: Clock) -> Result<Desk, WiringError> {
    check_wording(settings).map_err(|detail| settings.wrong("templates.dir", detail))?;
    let Some(store) = Store::open_existing(&settings.database.url).await? else {
        let detail = format!(
            "there is no desk at {}; run this in the folder where the desk runs, or give an absolute path",
            place(&settings.database.url)
        );
        return Err(settings.wrong("database.url", detail).into());
    };
    migrated(settings, clock, store).await
}

async fn migrated(settings: &Settings, clock: Clock, store: Store) -> Result<Desk, WiringError> {
    let store = if rehearses_live(settings, clock) { store.read_only() } else { store };
    store.migrate(&settings.database.url).await?;
    desk(settings, clock, store).await
}

/// The caller has checked the templates and migrated the store.
async fn desk(settings: &Settings, clock: Clock, store: Store) -> Result<Desk, WiringError> {
    let wording = wording(settings)?;
    let Facts { keys, staff_keys, first_run } = first_facts(&store, clock).await?;
    let accept_since = settings.mailbox.accept_since.map(|at| at.with_timezone(&Utc));
    let ids = MessageIds::new(keys, &with_ascii_domain(&settings.desk.address), &settings.desk.ticket_prefix);
    let desk = Desk {
        rules: rules(settings),
        profile: profile(settings),
        wording,
        ids,
        staff_keys: RwLock::new(staff_keys),
        absences: absences(settings),
        store,
        clock,
        accept_since: accept_since.unwrap_or(first_run),
        first_run,
        max_attempts: settings.mailbox.max_attempts,
        retry_for: settings.delivery.retry_for.0,
        max_message_size: settings.mailbox.max_message_size.0,
        max_mail_size: usize::try_from(settings.delivery.max_mail_size.0).unwrap_or(usize::MAX),
        settled_at_once: false,
        alternation: Alternation::default(),
        notice_counts: NoticeCounts::default(),
        answers: Answers {
            undo: TimeDelta::from_std(settings.answers.undo.0).unwrap_or_default(),
            approval: settings.answers.approval,
            confirm: settings.answers.confirm,
            sign_with_name: settings.answers.sign_with_name,
            copy_to_cc: settings.answers.copy_to_cc,
        },
        new_ticket: settings.answers.new_ticket,
        notices: NoticeLimits {
            per_sender: settings.answers.notices_per_sender,
            per_domain: settings.answers.notices_per_domain,
        },
        digest_at: settings.digest.at.clone(),
        retention: retention(settings),
        suppress_small_counts: settings.report.suppress,
        silence_alarm: settings.mailbox.silence_alarm,
        health: Health::default(),
    };
    desk.renew().await?;
    Ok(desk)
}

/// Whether a rehearsal runs on the settings of a desk that serves people. Such a desk can be read, and not changed: the
/// mails would leave, and the desk would take them for sent on the real day.
fn rehearses_live(settings: &Settings, clock: Clock) -> bool {
    clock.is_rehearsal() && settings.delivery.reaches_people()
}

/// Refuses to serve in a rehearsal on the settings of a desk that serves people.
fn check_rehearsal(settings: &Settings, clock: Clock) -> Result<(), SettingsError> {
    if rehearses_live(settings, clock) {
        return Err(settings.wrong("delivery.kind", REHEARSAL));
    }
    Ok(())
}

pub(super) async fn start(settings: &Settings, clock: Clock) -> Result<Serving, WiringError> {
    settings.check_network()?;
    check_rehearsal(settings, clock)?;
    let (source, transport) = (source(settings)?, transport(settings)?);
    let desk = open(settings, clock).await?;
    let instance = desk.store.enter(&settings.database.url, random()?).await?;
    let mut tx = desk.store.write().await?;
    tx.release_dead_claims(clock.now(), instance.process).await?;
    tx.commit().await?;
    recalculate_deadlines(&desk).await?;
    Ok(serving(settings, desk, source, transport, Arc::new(instance)))
}

/// See [`Serving::reload`].
pub(super) async fn reload(running: &Serving, settings: &Settings) -> Result<Serving, WiringError> {
    settings.check_network()?;
    check_rehearsal(settings, running.desk.clock)?;
    check_wording(settings).map_err(|detail| settings.wrong("templates.dir", detail))?;
    let (source, transport) = (source(settings)?, transport(settings)?);
    let desk = desk(settings, running.desk.clock, running.desk.store.clone()).await?;
    desk.health.go_on_from(&running.desk.health);
    recalculate_deadlines(&desk).await?;
    Ok(serving(settings, desk, source, transport, Arc::clone(&running.instance)))
}

fn serving(
    settings: &Settings,
    mut desk: Desk,
    source: Source,
    transport: Transport,
    instance: Arc<InstanceLock>,
) -> Serving {
    desk.settled_at_once = source.settles_itself();
    Serving {
        desk: Arc::new(desk),
        source,
        transport,
        connections: settings.delivery.connections as usize,
        poll: settings.mailbox.poll.0,
        listen: settings.http.listen,
        instance,
    }
}

pub fn source(settings: &Settings) -> Result<Source, SettingsError> {
    let mailbox = &settings.mailbox;
    Ok(match mailbox.kind {
        MailboxKind::Imap => Source::Imap(Box::new(ImapOptions {
            host: mailbox.host.clone(),
            port: mailbox.port,
            tls: mailbox.tls,
            ca_file: mailbox.ca_file.clone(),
            login: login("mailbox", settings.mailbox_credentials()?),
            folder: mailbox.folder.clone(),
            after: mailbox.after,
            processed_folder: mailbox.processed_folder.clone(),
            parked_folder: mailbox.parked_folder.clone(),
            max_message_size: mailbox.max_message_size.0,
            timeout: mailbox.timeout.0,
            idle: mailbox.idle,
        })),
        MailboxKind::Maildir => Source::Maildir(Maildir::new(
            mailbox.path.clone().unwrap_or_default(),
            mailbox.after,
            mailbox.processed_folder.clone(),
            mailbox.parked_folder.clone(),
            mailbox.max_message_size.0,
        )),
    })
}

pub fn transport(settings: &Settings) -> Result<Transport, SettingsError> {
    let delivery = &settings.delivery;
    Ok(match delivery.kind {
        DeliveryKind::Smtp => Transport::Smtp(Box::new(SmtpOptions {
            host: delivery.host.clone(),
            port: delivery.port,
            tls: delivery.tls,
            ca_file: delivery.ca_file.clone(),
            login: settings.delivery_credentials()?.map(|credentials| login("delivery", credentials)),
            helo: delivery.helo.clone(),
            timeout: delivery.timeout.0,
            end_timeout: delivery.end_timeout.0,
        })),
        DeliveryKind::Maildir => Transport::Maildir(delivery.path.clone().unwrap_or_default()),
    })
}

fn login(section: &'static str, credentials: Credentials) -> Login {
    let secret = match credentials.proof {
        Proof::Password(password) => Secret::Password(password),
        Proof::OAuth2 { rules, client_secret, refresh_token } => Secret::OAuth2(Tokens::new(OAuth2Options {
            section,
            grant: rules.grant,
            token_url: rules.endpoint(),
            scopes: rules.wanted_scopes(),
            client_id: rules.client_id,
            client_secret,
            refresh_token,
            token_file: rules.token_file,
            proxy: rules.proxy,
            ca_file: rules.ca_file,
        })),
    };
    Login { user: credentials.user, secret }
}

/// Adds a new key for our Message-IDs, and replaces the secret of the staff keys, which revokes all staff keys.
/// Older Message-ID keys stay valid; returns their number.
pub async fn rotate_key(desk: &Desk) -> Result<usize, WiringError> {
    let (fresh, staff) = (fresh_key()?, fresh_key()?);
    let mut tx = desk.store.write().await?;
    let known = tx.state_or_insert(KEY, &fresh).await?;
    tx.set_state(KEY, &format!("{fresh} {known}")).await?;
    tx.set_state(STAFF_KEY, &staff).await?;
    tx.append_event(desk.clock.now(), NewEvent::by_operator(AuditEvent::KeyRotated));
    tx.commit().await?;
    Ok(known.split_whitespace().count())
}

fn fresh_key() -> Result<String, WiringError> {
    let mut fresh = [0_u8; 32];
    getrandom::fill(&mut fresh).map_err(|error| WiringError::Random(error.to_string()))?;
    Ok(hex::encode(&fresh))
}

/// Values that the first process on a database has stored.
struct Facts {
    /// Keys of our Message-IDs, newest first.
    keys: Vec<Vec<u8>>,
    staff_keys: StaffKeys,
    first_run: DateTime<Utc>,
}

async fn first_facts(store: &Store, clock: Clock) -> Result<Facts, WiringError> {
    let (key, staff, first_run) = match store.states([KEY, STAFF_KEY, FIRST_RUN]).await? {
        [Some(key), Some(staff), Some(first_run)] => (key, staff, first_run),
        _ => {
            let (fresh, fresh_staff) = (fresh_key()?, fresh_key()?);
            let mut tx = store.write().await?;
            let key = tx.state_or_insert(KEY, &fresh).await?;
            let staff = tx.state_or_insert(STAFF_KEY, &fresh_staff).await?;
            let first_run = tx.state_or_insert(FIRST_RUN, &clock.now().to_rfc3339()).await?;
            tx.commit().await?;
            (key, staff, first_run)
        }
    };
    let wrong =
        |column, value: &str| StoreError::Row { table: "state", column, id: 0, value: value.to_owned() };
    let first_run = first_run.parse().map_err(|_| wrong(FIRST_RUN, &first_run))?;
    let keys: Option<Vec<Vec<u8>>> = key.split_whitespace().map(hex::decode).collect();
    let keys = keys.filter(|keys| !keys.is_empty()).ok_or_else(|| wrong(KEY, "[redacted]"))?;
    Ok(Facts { keys, staff_keys: staff_keys(&staff)?, first_run })
}

fn random() -> Result<u32, WiringError> {
    getrandom::u32().map_err(|error| WiringError::Random(error.to_string()))
}

fn retention(settings: &Settings) -> Retention {
    let time = |period: Option<Period>| period.and_then(|period| TimeDelta::from_std(period.0).ok());
    Retention {
        raw: time(settings.retention.raw_after),
        personal: time(settings.retention.personal_after),
        third_persons: settings.retention.third_persons,
    }
}

pub fn profile(settings: &Settings) -> Profile {
    let desk = &settings.desk;
    Profile {
        name: desk.name.clone(),
        organization: desk.organization.clone(),
        address: desk.address.clone(),
        telephone: desk.telephone.clone(),
        hours: hours_in_words(&settings.hours.rules()),
        leaves: answers_leave_in_words(
            BusinessTime::from_seconds(i64::try_from(settings.answers.undo.0.as_secs()).unwrap_or(i64::MAX)),
            settings.answers.confirm,
            settings.answers.approval,
        ),
        purpose_notice: desk.purpose_notice.clone(),
        privacy_notice: desk.privacy_notice.clone(),
        faq: (settings.faq.title.clone(), settings.faq.purpose.clone()),
        audience: desk.audience.clone(),
        topic: settings.form.topic.clone(),
        support: settings.support.name.clone(),
    }
}
