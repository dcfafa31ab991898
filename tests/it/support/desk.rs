//! A desk under test: a settings file, a mailbox on the shared mail server, a database and an SMTP server of its own.
//! Tests drive it through the commands of the program, as operators do.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Instant,
};

use chrono::{DateTime, FixedOffset, SecondsFormat};
use serde_json::Value;
use sqlx::{Connection, Row, any::AnyRow};
use tempfile::TempDir;

use super::{
    daemon::Daemon,
    maildir::Mailbox,
    postgres::Database,
    rig::{PASSWORD, rig},
    smtp::SmtpServer,
    wait::{LIMIT, wait_for},
};

/// The clock's initial time: a Tuesday morning in the window.
pub const NOW: &str = "2025-07-01T10:00:00+09:00";

/// The database of a desk.
#[derive(Debug, Clone, Copy)]
pub enum On {
    Sqlite,
    Postgres,
}

#[derive(Debug)]
pub struct Desk {
    pub mailbox: Mailbox,
    pub smtp: SmtpServer,
    pub dir: TempDir,
    /// The time that the clock was set to, and when. It runs on between commands.
    clock: (DateTime<FixedOffset>, Instant),
    variables: Vec<(String, String)>,
    database: Option<Database>,
}

/// The result of a command.
#[derive(Debug)]
pub struct Done {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Desk {
    pub fn on(database: On) -> Self {
        let database = match database {
            On::Sqlite => None,
            On::Postgres => Some(Database::create()),
        };
        let mailbox = rig().mailbox();
        let smtp = SmtpServer::start();
        let desk = Self {
            mailbox,
            smtp,
            dir: tempfile::tempdir().unwrap(),
            clock: set_clock(NOW),
            variables: Vec::new(),
            database,
        };
        fs::write(desk.dir.path().join("password"), PASSWORD).unwrap();
        desk.write_settings();
        desk
    }

    fn write_settings(&self) {
        let dir = self.dir.path();
        let url = self.database_url();
        let toml = format!(
            "[mailbox]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nuser = {:?}\npassword_file = {:?}\n\
             accept_since = \"2025-06-01T00:00:00+09:00\"\ntimeout = \"5s\"\npoll = \"1s\"\n\
             [delivery]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\ntimeout = \"2s\"\n\
             [database]\nurl = {url:?}\n",
            rig().imap_port(),
            self.mailbox.user,
            dir.join("password"),
            self.smtp.port(),
        );
        fs::write(self.config(), toml).unwrap();
    }

    pub fn database_url(&self) -> String {
        match &self.database {
            None => format!("sqlite:{}", self.dir.path().join("desk.db").display()),
            Some(database) => database.url(),
        }
    }

    /// Copies the database into a new file.
    pub fn back_up(&self, copy: &str) {
        match &self.database {
            None => self.ok(&["backup", copy]),
            Some(database) => database.dump(copy),
        }
    }

    /// Goes back to a copy, as the guide says.
    pub fn restore(&self, copy: &str) {
        match &self.database {
            None => {
                for suffix in ["", "-wal", "-shm"] {
                    let _ = fs::remove_file(self.dir.path().join(format!("desk.db{suffix}")));
                }
                self.ok(&["restore", copy]);
            }
            Some(database) => {
                database.restore(copy);
                self.ok(&["numbers", "skip"]);
            }
        }
    }

    fn ok(&self, arguments: &[&str]) {
        let done = self.run(arguments);
        assert_eq!(done.code, Some(0), "{arguments:?}: {}", done.stderr);
    }

    /// Carries out a statement on the database, which no program uses now.
    pub fn sql(&self, statement: &'static str) {
        self.fetch(statement);
    }

    /// The number that a query gives.
    pub fn ask(&self, query: &'static str) -> i64 {
        self.fetch(query)[0].get(0)
    }

    fn fetch(&self, statement: &'static str) -> Vec<AnyRow> {
        let url = self.database_url();
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            sqlx::any::install_default_drivers();
            let mut connection = sqlx::AnyConnection::connect(&url).await.unwrap();
            let rows = sqlx::query(statement).fetch_all(&mut connection).await.unwrap();
            connection.close().await.unwrap();
            rows
        })
    }

    pub fn config(&self) -> PathBuf {
        self.dir.path().join("madoguchi.toml")
    }

    /// Appends to the settings file.
    pub fn add_settings(&self, toml: &str) {
        let text = fs::read_to_string(self.config()).unwrap() + toml;
        fs::write(self.config(), text).unwrap();
    }

    /// Overrides a setting by its environment variable, for all later commands: `set("mailbox.after", "move")`.
    #[expect(clippy::needless_pass_by_value, reason = "so that a test reads like the settings: set(key, 3)")]
    pub fn set(&mut self, key: &str, value: impl ToString) -> &mut Self {
        let name = format!("MADOGUCHI_{}", key.replace('.', "__").to_uppercase());
        self.variables.push((name, value.to_string()));
        self
    }

    pub fn deliver_at(&self, message: impl Into<Vec<u8>>, received: &str) {
        let received: DateTime<FixedOffset> = received.parse().unwrap();
        self.mailbox.deliver_at(&message.into(), received.to_utc());
    }

    /// Received half an hour before [`NOW`].
    pub fn deliver(&self, message: impl Into<Vec<u8>>) {
        self.deliver_at(message, "2025-07-01T09:30:00+09:00");
    }

    /// Sets the clock, which runs on from there.
    pub fn starts_at(&mut self, now: &str) {
        self.clock = set_clock(now);
    }

    /// For `--as-of`. It runs on, so that no command starts before the time that an earlier one wrote.
    fn now(&self) -> String {
        let (set_to, at) = self.clock;
        (set_to + at.elapsed()).to_rfc3339_opts(SecondsFormat::Millis, false)
    }

    /// Deletes the indexes of the mail server: it assigns a new UIDVALIDITY, as after a restore.
    pub fn forget_uids(&self) {
        let folder = Path::new(rig().value("RIG_MAIL_DIR")).join(&self.mailbox.user);
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.file_name().unwrap().to_string_lossy().starts_with("dovecot") {
                fs::remove_file(path).unwrap();
            }
        }
        // Dovecot takes the second as the new value.
        std::thread::sleep(std::time::Duration::from_secs(1));
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command.arg("--config").arg(self.config()).args(["--as-of", &self.now()]).args(arguments);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// The command after these lines of a shell, such as `ulimit -f 250`.
    pub fn limited(&self, lines: &str, arguments: &[&str]) -> Command {
        let program = self.command(arguments);
        let mut limited = Command::new("bash");
        limited
            .current_dir("/")
            .args(["-c", &format!("{lines}; exec \"$0\" \"$@\"")])
            .arg(program.get_program())
            .args(program.get_args());
        limited.envs(self.variables.iter().map(|(name, value)| (name, value)));
        limited
    }

    pub fn run(&self, arguments: &[&str]) -> Done {
        Done::from(self.command(arguments).output().unwrap())
    }

    /// Runs a command with this standard input.
    pub fn pipe(&self, arguments: &[&str], input: &[u8]) -> Done {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        Done::from(child.wait_with_output().unwrap())
    }

    /// Runs `once`, which must succeed.
    pub fn once(&self) -> Done {
        let done = self.run(&["once"]);
        assert_eq!(done.code, Some(0), "once failed: {}", done.stderr);
        done
    }

    /// Starts a command and does not wait for its end.
    pub fn spawn(&self, arguments: &[&str]) -> Daemon {
        self.start(self.command(arguments))
    }

    pub fn start(&self, mut command: Command) -> Daemon {
        let log = fs::File::create(self.log_file()).unwrap();
        Daemon(command.stdout(Stdio::null()).stderr(log).spawn().unwrap())
    }

    fn log_file(&self) -> PathBuf {
        self.dir.path().join("log")
    }

    /// What the last spawned command has logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap()
    }

    #[track_caller]
    pub fn wait_for_log(&self, part: &str) {
        wait_for(&format!("{part:?} in the log"), LIMIT, || {
            let log = self.log();
            if log.contains(part) { Ok(()) } else { Err(format!("The log is:\n{log}")) }
        });
    }

    /// The output of a command with `--json`.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let done = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(done.code, Some(0), "{arguments:?} failed: {}", done.stderr);
        serde_json::from_str(&done.stdout).unwrap()
    }

    pub fn tickets(&self) -> Vec<Value> {
        self.json(&["ticket", "list"]).as_array().unwrap().clone()
    }

    /// Reasons of the parked messages, in order.
    pub fn parked(&self) -> Vec<String> {
        let rows = self.json(&["parked", "list"]);
        rows.as_array()
            .unwrap()
            .iter()
            .map(|row| row["reason"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// Numbers of the tickets, in order.
    pub fn numbers(&self) -> Vec<String> {
        self.tickets().iter().map(|ticket| ticket["number"].as_str().unwrap().to_owned()).collect()
    }
}

impl Done {
    /// The line with the error message.
    pub fn error(&self) -> &str {
        self.stderr.lines().find(|line| line.starts_with("madoguchi: ")).unwrap_or(&self.stderr)
    }
}

fn set_clock(now: &str) -> (DateTime<FixedOffset>, Instant) {
    (now.parse().unwrap(), Instant::now())
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// In the folder `/`, so that it finds no settings file of the source tree.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_madoguchi"));
    command.current_dir(Path::new("/"));
    command
}

/// Makes two tests of each story, `story::on_sqlite` and `story::on_postgres`. A story is a function that takes a
/// `&Desk` or a `&mut Desk`; the compiler reports one that is not listed as dead code.
macro_rules! on_both {
    ($($story:ident),+ $(,)?) => {
        $(
            mod $story {
                use $crate::support::desk::{Desk, On};

                #[test]
                fn on_sqlite() {
                    super::$story(&mut Desk::on(On::Sqlite));
                }

                #[test]
                fn on_postgres() {
                    super::$story(&mut Desk::on(On::Postgres));
                }
            }
        )+
    };
}

pub(crate) use on_both;
