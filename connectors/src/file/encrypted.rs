//! Workbooks behind a password: the zip within the compound file, decrypted (MS-OFFCRYPTO, agile and standard).
//!
//! Function: [`open`]. Law: what was decrypted lies only in the folder of its import and goes with it; the password is
//! written nowhere. Tests: `connectors/tests/encrypted.rs`.

use super::stage_error::{StageError, StageErrorCode};
use std::{
    fs::{self, File},
    path::Path,
};

/// What Excel encrypts with where a workbook is only to be protected from changes: nobody is asked for it.
const BUILT_IN: &str = "VelvetSweatshop";
const DECRYPTED_FILE: &str = "decrypted";

/// The zip of an encrypted workbook, as a file within `into`.
pub(super) fn open(input: &Path, password: Option<&str>, into: &Path) -> Result<File, StageError> {
    let bytes = fs::read(input)?;
    let mut tried = password.into_iter().chain([BUILT_IN]);
    let zip = tried.find_map(|password| {
        let zip = office_crypto::decrypt_from_bytes(bytes.clone(), password).ok()?;
        zip.starts_with(b"PK").then_some(zip)
    });
    let Some(zip) = zip else {
        return Err(match password {
            Some(_) => StageErrorCode::WrongPassword.because("no zip with this password"),
            None => StageErrorCode::PasswordNeeded.because("EncryptedPackage"),
        });
    };
    let path = into.join(DECRYPTED_FILE);
    fs::write(&path, zip)?;
    let file = File::open(&path)?;
    // It stays readable through the open file, and is gone whatever happens to this process.
    fs::remove_file(&path)?;
    Ok(file)
}
