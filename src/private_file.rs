//! Files that only the desk's user can open.

use std::{
    fs::{File, OpenOptions, Permissions},
    io,
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

/// Opens or creates a file to write. One that was open to others is closed to them; a terminal or a pipe stays as it is.
pub fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let file = options.create(true).write(true).mode(0o600).open(path)?;
    if file.metadata()?.is_file() {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    Ok(file)
}
