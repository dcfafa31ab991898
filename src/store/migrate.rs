//! Applies the migrations. The SQL files are the same for both databases.

use std::{
    borrow::Cow,
    fs::File,
    net::IpAddr,
    path::{Path, PathBuf},
};

use percent_encoding::percent_decode_str;
use sqlx::{
    AssertSqlSafe, SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
    postgres::{PgConnectOptions, PgSslMode},
};

use super::{Dialect, Result, Store, StoreError, query};

/// Version, description and SQL of every migration, in order. A published migration never changes.
const MIGRATIONS: [(i64, &str, &str); 22] = [
    (1, "desk", include_str!("../../migrations/0001_desk.sql")),
    (2, "deadlines", include_str!("../../migrations/0002_deadlines.sql")),
    (3, "staff", include_str!("../../migrations/0003_staff.sql")),
    (4, "erasure", include_str!("../../migrations/0004_erasure.sql")),
    (5, "scale", include_str!("../../migrations/0005_scale.sql")),
    (6, "fewer indexes", include_str!("../../migrations/0006_fewer_indexes.sql")),
    (7, "unsettled", include_str!("../../migrations/0007_unsettled.sql")),
    (8, "fewer pages", include_str!("../../migrations/0008_fewer_pages.sql")),
    (9, "plain conditions", include_str!("../../migrations/0009_plain_conditions.sql")),
    (10, "found by status", include_str!("../../migrations/0010_found_by_status.sql")),
    (11, "turns", include_str!("../../migrations/0011_turns.sql")),
    (12, "support", include_str!("../../migrations/0012_support.sql")),
    (13, "promises", include_str!("../../migrations/0013_promises.sql")),
    (14, "drafts", include_str!("../../migrations/0014_drafts.sql")),
    (16, "cc", include_str!("../../migrations/0016_cc.sql")),
    (17, "persons", include_str!("../../migrations/0017_persons.sql")),
    (18, "editions", include_str!("../../migrations/0018_editions.sql")),
    (19, "phrases", include_str!("../../migrations/0019_phrases.sql")),
    (21, "guidebook", include_str!("../../migrations/0021_guidebook.sql")),
    (25, "deferred", include_str!("../../migrations/0025_deferred.sql")),
    (26, "due", include_str!("../../migrations/0026_due.sql")),
    (27, "merged", include_str!("../../migrations/0027_merged.sql")),
];

/// Version of the last migration.
const NEWEST: i64 = MIGRATIONS[MIGRATIONS.len() - 1].0;

impl Store {
    /// Applies the missing migrations.
    ///
    /// # Errors
    /// Also when a newer version of the program made the database.
    pub async fn migrate(&self, url: &str) -> Result<()> {
        if self.is_migrated().await? {
            return self.prepare_search().await;
        }
        if self.read_only {
            return Err(StoreError::Rehearsal);
        }
        let _lock = self.lock_file(url)?;
        let migrations = MIGRATIONS.iter().map(|(version, description, sql)| {
            let sql = AssertSqlSafe(self.dialect.schema(sql).into_owned()).into_sql_str();
            Migration::new(*version, Cow::Borrowed(*description), MigrationType::Simple, sql, false)
        });
        Migrator::with_migrations(migrations.collect())
            .run(&self.pool)
            .await
            .map_err(|error| StoreError::Migrate(error.to_string()))?;
        self.prepare_search().await
    }

    /// Whether every migration was applied.
    ///
    /// # Errors
    /// Also when a newer version of the program made the database.
    pub async fn is_migrated(&self) -> Result<bool> {
        Ok(self.newest_migration().await? == Some(NEWEST))
    }

    /// The newest migration that was applied; `None` if the database is empty.
    ///
    /// # Errors
    /// Also when this program does not know it.
    pub(super) async fn newest_migration(&self) -> Result<Option<i64>> {
        let newest = query("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(&self.pool).await;
        let newest: Option<i64> = match newest {
            Ok(row) => sqlx::Row::try_get(&row, 0)?,
            Err(error) if is_missing_table(&error) => None,
            Err(error) => return Err(error.into()),
        };
        match newest {
            Some(theirs) if theirs > NEWEST => Err(StoreError::Newer { theirs, ours: NEWEST }),
            newest => Ok(newest),
        }
    }

    /// On SQLite the migrator's own lock does nothing. A lock file makes two processes that start together migrate in turn.
    fn lock_file(&self, url: &str) -> Result<Option<File>> {
        let Some(path) = beside(url, self.dialect, ".migrating") else { return Ok(None) };
        let failed =
            |error: std::io::Error| StoreError::Migrate(format!("cannot lock {}: {error}", path.display()));
        let file = File::create(&path).map_err(failed)?;
        file.lock().map_err(failed)?;
        Ok(Some(file))
    }
}

/// The SQLite database, first, and the files that SQLite keeps beside it. Nothing for PostgreSQL.
#[must_use]
pub fn database_files(url: &str) -> Vec<PathBuf> {
    ["", "-wal", "-shm"].iter().filter_map(|suffix| beside(url, Dialect::of(url), suffix)).collect()
}

/// Where a database is, for people: the absolute path, or the name and the server, without a password.
#[must_use]
pub fn place(url: &str) -> String {
    if let Some(path) = beside(url, Dialect::of(url), "") {
        return std::path::absolute(&path).unwrap_or(path).display().to_string();
    }
    match url.parse::<PgConnectOptions>() {
        Ok(options) if Dialect::of(url) == Dialect::Postgres => {
            let name = options.get_database().unwrap_or_else(|| options.get_username());
            // Of a URL with a slash too few, what stands for the name has the password.
            let name = if name.contains(['@', ':']) { "a database" } else { name };
            format!("{name} on {}", options.get_host())
        }
        _ => "memory".to_owned(),
    }
}

/// The PostgreSQL server on another machine, if the connection to it is not safe. By default the desk asks for TLS, and goes on
/// without it if the server refuses. Only `verify-full` (libpq, 34.19.1) insists on TLS and on the right certificate.
#[must_use]
pub fn unprotected_server(url: &str) -> Option<String> {
    let options: PgConnectOptions =
        (Dialect::of(url) == Dialect::Postgres).then(|| url.parse().ok()).flatten()?;
    let host = options.get_host();
    let is_here = options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || host.trim_matches(['[', ']']).parse().is_ok_and(|address: IpAddr| address.is_loopback());
    let is_protected = matches!(options.get_ssl_mode(), PgSslMode::VerifyFull);
    (!is_here && !is_protected).then(|| host.to_owned())
}

/// Whether a database is another one in another working folder.
#[must_use]
pub fn is_relative(url: &str) -> bool {
    beside(url, Dialect::of(url), "").is_some_and(|path| path.is_relative())
}

/// An error of a query for a table that does not exist. SQLite has no code of its own for it.
fn is_missing_table(error: &sqlx::Error) -> bool {
    /// SQLSTATE `undefined_table`.
    const UNDEFINED: &str = "42P01";
    error.as_database_error().is_some_and(|error| {
        error.code().is_some_and(|code| code == UNDEFINED) || error.message().starts_with("no such table")
    })
}

/// Path of a file next to the SQLite database; `None` for PostgreSQL and for a database in memory.
pub(super) fn beside(url: &str, dialect: Dialect, suffix: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:").filter(|_| dialect == Dialect::Sqlite)?;
    let path = path.trim_start_matches("//").split('?').next()?;
    // As sqlx does.
    let path = percent_decode_str(path).decode_utf8().ok()?;
    (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(format!("{path}{suffix}")))
}

/// The URL of a SQLite database in this file.
#[must_use]
pub fn url_of(file: &Path) -> String {
    format!(
        "sqlite:{}",
        file.display().to_string().replace('%', "%25").replace('?', "%3F").replace('#', "%23")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_absolute_and_has_no_password() {
        let here = std::env::current_dir().unwrap().join("desk.db").display().to_string();
        for (url, expected) in [
            ("sqlite:desk.db", here.as_str()),
            ("sqlite:///var/lib/desk.db?mode=rwc", "/var/lib/desk.db"),
            ("postgres://madoguchi:secret@db.example.jp/desk", "desk on db.example.jp"),
            ("postgres://madoguchi@db.example.jp", "madoguchi on db.example.jp"),
            ("postgres:madoguchi:secret@db.example.jp/desk", "a database on localhost"),
            ("postgres:///madoguchi:secret@db.example.jp/desk", "a database on localhost"),
            ("sqlite:/var/lib/a%20desk%3F.db?mode=rwc", "/var/lib/a desk?.db"),
        ] {
            assert_eq!(place(url), expected, "{url}");
        }
    }

    #[test]
    fn a_server_elsewhere_needs_a_verified_certificate() {
        for (url, expected) in [
            ("sqlite:desk.db", None),
            ("postgres://u@localhost/desk", None),
            ("postgres://u@127.0.0.1/desk", None),
            ("postgres://u@[::1]/desk", None),
            ("postgres:///desk?host=/run/postgresql", None),
            ("postgres://u@db.example.jp/desk?sslmode=verify-full", None),
            ("postgres://u@db.example.jp/desk?sslmode=require", Some("db.example.jp")),
            ("postgres://u@db.example.jp/desk", Some("db.example.jp")),
        ] {
            assert_eq!(unprotected_server(url).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn a_file_of_any_name_has_a_url() {
        for name in ["/var/lib/desk.db", "/var/lib/a desk%20?#1.db"] {
            assert_eq!(database_files(&url_of(Path::new(name)))[0], Path::new(name));
        }
    }

    #[test]
    fn every_file_of_the_folder_is_applied() {
        let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).unwrap();
        let mut files: Vec<String> =
            folder.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        let applied: Vec<String> = MIGRATIONS
            .iter()
            .map(|(version, name, _)| format!("{version:04}_{}.sql", name.replace(' ', "_")))
            .collect();
        assert_eq!(files, applied);
    }
}
