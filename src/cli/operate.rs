//! Commands for operators: `health`, `backup`, `restore`, `migrate`, `completions`, `man`.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_complete::Shell;

use super::{
    Arguments, Context,
    numbers::{self, Count},
    print,
};
use crate::{
    server,
    store::{Chain, Copied, Store, check_backup, copy, database_files, place, url_of},
};

/// Asks the running desk whether it is ready, for health checks of containers. Exit code 1 if it is not ready or, with
/// `strict`, if it reports warnings.
pub(super) fn health(context: &Context, strict: bool) -> anyhow::Result<()> {
    let settings = &context.settings;
    let address = settings
        .http
        .listen
        .ok_or_else(|| settings.wrong("http.listen", "is not set: the desk has no health endpoint"))?;
    let answer = ask_readiness(address).with_context(|| format!("the desk does not answer on {address}"))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    print::line(body.trim());
    anyhow::ensure!(head.split(' ').nth(1) == Some("200"), "the desk is not ready");
    let report: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let warns = report["warnings"].as_array().is_some_and(|warnings| !warnings.is_empty());
    anyhow::ensure!(!(strict && warns), "the desk is ready, with warnings");
    Ok(())
}

/// The HTTP response of a running desk to the question whether it is ready.
pub(super) fn ask_readiness(address: SocketAddr) -> std::io::Result<String> {
    const LIMIT: Duration = Duration::from_secs(15);
    let mut stream = TcpStream::connect_timeout(&address, LIMIT)?;
    stream.set_read_timeout(Some(LIMIT))?;
    write!(stream, "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// Writes a consistent copy of the SQLite database and checks it. The desk may run meanwhile.
pub(super) async fn backup(context: &Context, file: &Path) -> anyhow::Result<()> {
    let desk = context.existing_desk().await?;
    desk.store.backup(file).await?;
    desk.store.close().await;
    check_backup(file).await?;
    let copy = std::path::absolute(file)?;
    print::line(format!("{} holds a checked copy of the database {}", copy.display(), context.place()));
    Ok(())
}

/// Restores the database from a checked copy. Fails if a database file exists, so that it overwrites nothing.
pub(super) async fn restore(context: &Context, file: &Path, count: Count) -> anyhow::Result<()> {
    check_backup(file).await?;
    let database = database_files(&context.settings.database.url);
    let target = database
        .first()
        .context("this desk is on PostgreSQL: use pg_restore, then `madoguchi numbers skip`")?;
    for path in &database {
        anyhow::ensure!(!path.exists(), "{} is there; stop the desk and move it away first", path.display());
    }
    // The numbers are left out before the file gets its name: a desk that gives them again sends answers to others.
    let beside = |suffix: &str| PathBuf::from(format!("{}.restoring{suffix}", target.display()));
    let unfinished = beside("");
    // What an earlier attempt left would be taken for a part of this one, with its rights.
    let clean = || {
        for suffix in ["", "-wal", "-shm", ".migrating"] {
            let _ = std::fs::remove_file(beside(suffix));
        }
    };
    clean();
    let put = async {
        // Not `fs::copy`, which gives the target the rights of the copy.
        File::create_new(&unfinished)
            .and_then(|mut target| std::io::copy(&mut File::open(file)?, &mut target))
            .with_context(|| format!("cannot write {}", unfinished.display()))?;
        let mut settings = context.settings.clone();
        settings.database.url = url_of(&unfinished);
        let desk = server::open(&settings, context.clock).await?;
        let next = numbers::skip(&desk, count).await?;
        desk.store.close().await;
        std::fs::rename(&unfinished, target).with_context(|| format!("cannot write {}", target.display()))?;
        anyhow::Ok(next)
    };
    let put = put.await;
    clean();
    let next = put?;
    print::line(format!("{} is in place", context.place()));
    print::line(numbers::told(count, &next));
    print::line("now run `madoguchi check` and `madoguchi reconcile`");
    Ok(())
}

/// Source and target of a copy. Without both, only the schema is updated.
#[derive(Debug, clap::Args)]
pub(super) struct Move {
    /// Existing database: sqlite:FILE or postgres://…
    #[arg(long, requires = "to", value_name = "URL")]
    from: Option<String>,
    /// New, empty database: sqlite:FILE or postgres://…
    #[arg(long, requires = "from", value_name = "URL")]
    to: Option<String>,
}

/// Updates the schema, or copies the desk to another database and compares every row.
///
/// The copy takes the locks of a serving process, so it fails while a process serves the desk.
pub(super) async fn migrate(context: &Context, way: Move) -> anyhow::Result<()> {
    let (Some(from), Some(to)) = (way.from, way.to) else {
        let is_new = Store::open_existing(&context.settings.database.url).await?.is_none();
        let desk = context.desk_or_new().await?;
        desk.store.close().await;
        print::line(match is_new {
            true => format!("there was no desk at {}: a new, empty one was created", context.place()),
            false => format!("the database schema of {} is up to date", context.place()),
        });
        return Ok(());
    };
    let source =
        Store::open_existing(&from).await?.with_context(|| format!("{} does not exist", place(&from)))?;
    source.migrate(&from).await?;
    let _instance_lock = source.enter(&from, 0).await?;
    let lead = source.take_lead().await?;
    anyhow::ensure!(lead.is_some(), "a process serves this desk: stop it first");
    let target = Store::open(&to).await?;
    target.migrate(&to).await?;
    let copied = copy(&source, &target).await?;
    let chain = target.prove_audit().await?.chain;
    anyhow::ensure!(chain == Chain::Whole, "the audit chain is broken in the copy");
    source.close().await;
    target.close().await;
    if context.json {
        return print::json(&copied);
    }
    for Copied { table, rows, digest } in &copied {
        print::line(format!("{table:<11} {rows:>9} rows  {}", digest.get(..16).unwrap_or_default()));
    }
    print::line("every row was read back and is the same; now set database.url to the new one");
    Ok(())
}

pub(super) fn completions(shell: Shell) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "madoguchi", &mut script);
    print::bytes(&script)
}

/// Writes one manual page per command into a folder.
pub(super) fn man(dir: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    clap_mangen::generate_to(Arguments::command(), dir)
        .with_context(|| format!("cannot write into {}", dir.display()))?;
    print::line(format!("manual pages are in {}", dir.display()));
    Ok(())
}
