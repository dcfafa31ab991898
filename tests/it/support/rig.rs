//! The shared servers that `scripts/rig` starts and describes in `rig.env`. Tests can share them because each has its own
//! mailbox user and its own database.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{self, Command},
    sync::OnceLock,
};

use super::{maildir::Mailbox, unique};

/// Of every mailbox user.
pub const PASSWORD: &str = "secret";

/// The variables of one `rig.env`.
#[derive(Debug, Clone)]
pub struct Servers {
    values: BTreeMap<String, String>,
}

/// The rig that `scripts/test` started; without one, a rig of this process.
pub fn rig() -> &'static Servers {
    static RIG: OnceLock<Servers> = OnceLock::new();
    RIG.get_or_init(|| match shared() {
        Some(dir) => Servers::read(Path::new(&dir)),
        None => Servers::start("start", &[]),
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "no setting of the desk: how scripts/test names the rig it started"
)]
fn shared() -> Option<String> {
    std::env::var("RIG_DIR").ok()
}

impl Servers {
    /// Starts servers in a new folder. `scripts/rig` ends them and removes the folder when this process has ended.
    pub fn start(verb: &str, options: &[&str]) -> Self {
        // In /tmp, where the path is short enough for sockets and open to the servers' user.
        let dir = tempfile::Builder::new().prefix("rig-").tempdir_in("/tmp").unwrap().keep();
        let until = format!("until={}", process::id());
        script(&[&[verb, dir.to_str().unwrap(), &until], options].concat());
        Self::read(&dir)
    }

    fn read(dir: &Path) -> Self {
        let text = fs::read_to_string(dir.join("rig.env")).unwrap();
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        Self { values: pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect() }
    }

    pub fn dir(&self) -> PathBuf {
        self.value("RIG_DIR").into()
    }

    /// `127.0.0.1`, or `127.0.0.2` with `cleartext=no`.
    pub fn host(&self) -> &str {
        self.value("RIG_HOST")
    }

    /// With STARTTLS, except for `tls=no`.
    pub fn imap_port(&self) -> u16 {
        self.port("RIG_IMAP_PORT")
    }

    /// Implicit TLS.
    pub fn imaps_port(&self) -> u16 {
        self.port("RIG_IMAPS_PORT")
    }

    /// STARTTLS, AUTH PLAIN and LOGIN; relays to `relay=PORT`, else to the sink.
    pub fn submission_port(&self) -> u16 {
        self.port("RIG_SUBMISSION_PORT")
    }

    /// Implicit TLS.
    pub fn submissions_port(&self) -> u16 {
        self.port("RIG_SUBMISSIONS_PORT")
    }

    /// The CA certificate of the servers.
    pub fn ca_file(&self) -> PathBuf {
        self.value("RIG_CA_FILE").into()
    }

    /// An empty mailbox of a new user.
    pub fn mailbox(&self) -> Mailbox {
        Mailbox::create(Path::new(self.value("RIG_MAIL_DIR")), unique("desk"))
    }

    /// `verb` is `stop`, `kill` or `resume`; `server` is `dovecot` or `postgres`.
    pub fn control(&self, verb: &str, server: &str) {
        script(&[verb, self.value("RIG_DIR"), server]);
    }

    pub fn value(&self, key: &str) -> &str {
        self.values.get(key).unwrap_or_else(|| panic!("these servers have no {key}"))
    }

    fn port(&self, key: &str) -> u16 {
        self.value(key).parse().unwrap()
    }
}

/// Runs `scripts/rig`; fails the test with its error output.
pub(super) fn script(arguments: &[&str]) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/rig");
    let output = Command::new(script).args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "scripts/rig {}: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
}
