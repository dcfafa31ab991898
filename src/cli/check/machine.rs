//! What the machine must have: a free port, and a folder with room for the database.

use std::{
    fs::File,
    io::{ErrorKind, Write as _},
    net::{SocketAddr, TcpListener},
    path::Path,
};

use super::{super::operate::ask_readiness, Finding, finding};
use crate::{settings::Settings, store::database_files};

/// Room that the folder of the database must have, in bytes. An attachment may be larger; a full disk has none of it.
const ROOM: usize = 1024 * 1024;

/// Whether the health endpoint can listen, or a desk does already.
pub(super) fn http(address: SocketAddr) -> Finding {
    let result = match TcpListener::bind(address) {
        Ok(_) => Ok(format!("{address} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse => match ask_readiness(address) {
            Ok(answer) if answer.contains("\"ready\":") => Ok(format!("a desk answers on {address}")),
            _ => Err(format!("another program listens on {address}: set http.listen to a free port")),
        },
        Err(error) => Err(format!(
            "cannot listen on {address}: {error}; set http.listen to an address and port of this machine"
        )),
    };
    finding("http", result)
}

/// Whether the folder of an SQLite database can be written to and has room. SQLite writes files beside the database.
pub(super) fn room(settings: &Settings) -> Result<(), String> {
    let files = database_files(&settings.database.url);
    let Some(database) = files.first() else { return Ok(()) };
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let trial = folder.join(format!(".madoguchi-check-{}", std::process::id()));
    let write = || {
        let mut file = File::create_new(&trial)?;
        file.write_all(&vec![0; ROOM])?;
        file.sync_all()
    };
    let written = write();
    let _ = std::fs::remove_file(&trial);
    written.map_err(|error| {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        format!(
            "cannot write into {}: {error}; see that the folder exists, has room, and can be written to by the service's user",
            folder.display()
        )
    })
}
