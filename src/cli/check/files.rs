//! Rights of the files that hold secrets or mail. The program creates its own for its user alone; files made before, or
//! by somebody else, may be open to other users of the machine.

use std::{os::unix::fs::PermissionsExt as _, path::PathBuf};

use super::{Finding, finding, looked_at};
use crate::{settings::Settings, store::database_files};

/// Any right of the group or of others.
const NOT_OWNER: u32 = 0o077;
/// A password file often belongs to root, and the service reads it by its group.
const OTHERS: u32 = 0o007;

/// Warns about files that other users of the machine may open, with the command that corrects it.
pub(super) fn files(settings: &Settings) -> Finding {
    let database = database_files(&settings.database.url);
    let loose: Vec<(PathBuf, u32)> = [(database, NOT_OWNER), (settings.secret_files(), OTHERS)]
        .into_iter()
        .flat_map(|(paths, rights)| paths.into_iter().map(move |path| (path, rights)))
        .filter(|(path, rights)| {
            std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & rights != 0)
        })
        .collect();
    if loose.is_empty() {
        return finding("files", Ok("no other user can open the files with passwords and mail".to_owned()));
    }
    let all = |rights: u32| {
        let paths = loose.iter().filter(|(_, of)| *of == rights).map(|(path, _)| path.display().to_string());
        paths.collect::<Vec<_>>().join(" ")
    };
    let remedies: Vec<String> = [(all(NOT_OWNER), "chmod go="), (all(OTHERS), "chmod o=")]
        .into_iter()
        .filter(|(paths, _)| !paths.is_empty())
        .map(|(paths, command)| format!("`{command} {paths}`"))
        .collect();
    let detail = format!(
        "other users of this machine can open files with passwords or mail: {}",
        remedies.join(" and ")
    );
    looked_at("files", true, detail)
}
