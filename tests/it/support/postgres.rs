//! A PostgreSQL database for one test, in the rig's cluster. Dropping the value drops the database and its connections.

use std::{path::Path, process::Command};

use super::{rig::rig, unique};

#[derive(Debug)]
pub struct Database {
    name: String,
}

impl Database {
    pub fn create() -> Self {
        let name = unique("test");
        // Nobody connects to template0, so tests can create databases at the same time.
        tool("createdb", &["--template=template0", &name]);
        Self { name }
    }

    /// Writes a copy, as operators do.
    pub fn dump(&self, file: &str) {
        tool("pg_dump", &["--format=custom", "--file", file, &self.name]);
    }

    /// Replaces the database by a copy.
    pub fn restore(&self, file: &str) {
        tool("dropdb", &["--force", "--maintenance-db=postgres", &self.name]);
        tool("createdb", &["--template=template0", &self.name]);
        tool("pg_restore", &["--dbname", &self.name, file]);
    }

    /// For the setting `database.url`.
    pub fn url(&self) -> String {
        let server = rig().value("RIG_POSTGRES_URL").trim_end_matches("/postgres");
        format!("{server}/{}", self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        tool("dropdb", &["--force", "--maintenance-db=postgres", &self.name]);
    }
}

fn tool(program: &str, arguments: &[&str]) {
    let (rig, port) = (rig(), rig().value("RIG_POSTGRES_PORT"));
    let mut command = Command::new(Path::new(rig.value("RIG_POSTGRES_BIN")).join(program));
    command.args(["--host=127.0.0.1", "--username=madoguchi", "--port", port]).args(arguments);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
}
