//! Keys of providers, sealed before they touch the disk.
//!
//! [`Secret`] is a text that is never shown; [`Vault`] seals and opens it with the key file of a data folder
//! (ChaCha20-Poly1305, a fresh random nonce per sealing). Law: no key in a log, in an error, or readable in
//! a copied settings file without the key file. Tests: at the end of this file.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use chacha20poly1305::{
    ChaCha20Poly1305, Key, Nonce,
    aead::{Aead, KeyInit, Payload},
};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    fs::OpenOptions,
    io::{Read, Write},
    path::{Path, PathBuf},
};

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;
const VERSION: &str = "s1:";

/// A text that must not be seen. `Debug` and `Display` of it do not exist or show nothing.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The text itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The last four characters, so that people recognise which key it is; nothing of a short one.
    pub fn tail(&self) -> String {
        let n_chars = self.0.chars().count();
        if n_chars < 12 {
            return String::new();
        }
        self.0.chars().skip(n_chars - 4).collect()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() {
            "Secret(none)"
        } else {
            "Secret(…)"
        })
    }
}

/// A sealed secret, fit for a settings file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(String);

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}

#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("the key file {} cannot be read or made: {source}", path.display())]
    KeyFile {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("the key file {} is damaged: {n_bytes} bytes instead of 32", path.display())]
    DamagedKeyFile { path: PathBuf, n_bytes: usize },
    #[error("no randomness from the operating system")]
    NoRandomness,
    #[error("the secret cannot be opened: another key file, another purpose, or damaged")]
    CannotOpen,
    #[error("the secret cannot be sealed")]
    CannotSeal,
}

/// Seals and opens secrets with one key.
#[derive(Clone)]
pub struct Vault(ChaCha20Poly1305);

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(…)")
    }
}

impl Vault {
    /// Reads the key file, or makes it (mode 0600) if there is none.
    pub fn open(key_file: &Path) -> Result<Vault, SecretError> {
        let failed = |source| SecretError::KeyFile {
            path: key_file.to_owned(),
            source,
        };
        let mut bytes = Vec::new();
        match std::fs::File::open(key_file) {
            Ok(file) => {
                // One byte more than a key: enough to notice a file that is none.
                file.take(KEY_BYTES as u64 + 1)
                    .read_to_end(&mut bytes)
                    .map_err(failed)?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                bytes = random::<KEY_BYTES>()?.to_vec();
                write_new(key_file, &bytes).map_err(failed)?;
            }
            Err(error) => return Err(failed(error)),
        }
        let key = Key::try_from(bytes.as_slice()).map_err(|_| SecretError::DamagedKeyFile {
            path: key_file.to_owned(),
            n_bytes: bytes.len(),
        })?;
        Ok(Vault(ChaCha20Poly1305::new(&key)))
    }

    /// Seals for a purpose (such as `provider/qwen`); it opens for that purpose only, so that sealed texts
    /// cannot be swapped in a settings file.
    pub fn seal(&self, secret: &Secret, purpose: &str) -> Result<Sealed, SecretError> {
        let nonce = random::<NONCE_BYTES>()?;
        let payload = Payload {
            msg: secret.0.as_bytes(),
            aad: purpose.as_bytes(),
        };
        let sealed = self
            .0
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| SecretError::CannotSeal)?;
        let mut bytes = nonce.to_vec();
        bytes.extend(sealed);
        Ok(Sealed(format!(
            "{VERSION}{}",
            STANDARD_NO_PAD.encode(bytes)
        )))
    }

    pub fn unseal(&self, sealed: &Sealed, purpose: &str) -> Result<Secret, SecretError> {
        let text = sealed
            .0
            .strip_prefix(VERSION)
            .ok_or(SecretError::CannotOpen)?;
        let bytes = STANDARD_NO_PAD
            .decode(text)
            .map_err(|_| SecretError::CannotOpen)?;
        let (nonce, body) = bytes
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or(SecretError::CannotOpen)?;
        let payload = Payload {
            msg: body,
            aad: purpose.as_bytes(),
        };
        let plain = self
            .0
            .decrypt(&Nonce::from(*nonce), payload)
            .map_err(|_| SecretError::CannotOpen)?;
        String::from_utf8(plain)
            .map(Secret)
            .map_err(|_| SecretError::CannotOpen)
    }
}

fn random<const N: usize>() -> Result<[u8; N], SecretError> {
    let mut bytes = [0u8; N];
    rand::TryRng::try_fill_bytes(&mut rand::rngs::SysRng, &mut bytes)
        .map_err(|_| SecretError::NoRandomness)?;
    Ok(bytes)
}

/// Complete under its final name or not there at all, and not readable by others at any moment.
fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let part = path.with_extension("part");
    let mut file = options.open(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&part, path)?;
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_sealed_key_opens_after_a_restart_for_its_purpose_only() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret.key");
        let sealed = Vault::open(&file)
            .unwrap()
            .seal(&Secret::new("sk-verysecret-123456"), "provider/a")
            .unwrap();
        assert!(
            !serde_json::to_string(&sealed)
                .unwrap()
                .contains("verysecret")
        );
        let again = Vault::open(&file).unwrap();
        assert_eq!(
            again.unseal(&sealed, "provider/a").unwrap().expose(),
            "sk-verysecret-123456"
        );
        assert!(matches!(
            again.unseal(&sealed, "provider/b"),
            Err(SecretError::CannotOpen)
        ));
        let other = Vault::open(&folder.path().join("other.key")).unwrap();
        assert!(matches!(
            other.unseal(&sealed, "provider/a"),
            Err(SecretError::CannotOpen)
        ));
    }

    #[test]
    fn equal_keys_are_sealed_differently() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(&folder.path().join("k")).unwrap();
        let secret = Secret::new("same");
        assert_ne!(
            vault.seal(&secret, "p").unwrap(),
            vault.seal(&secret, "p").unwrap()
        );
    }

    #[test]
    fn a_flipped_byte_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(&folder.path().join("k")).unwrap();
        let Sealed(text) = vault.seal(&Secret::new("abc"), "p").unwrap();
        let last = text.len() - 3;
        let mut changed = text.into_bytes();
        changed[last] = if changed[last] == b'A' { b'B' } else { b'A' };
        let changed = Sealed(String::from_utf8(changed).unwrap());
        assert!(matches!(
            vault.unseal(&changed, "p"),
            Err(SecretError::CannotOpen)
        ));
    }

    #[test]
    fn debug_shows_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(&folder.path().join("k")).unwrap();
        let secret = Secret::new("sk-1234567890abcd");
        let sealed = vault.seal(&secret, "p").unwrap();
        assert_eq!(
            format!("{secret:?} {sealed:?} {vault:?}"),
            "Secret(…) Sealed(…) Vault(…)"
        );
        assert_eq!(secret.tail(), "abcd");
        assert_eq!(Secret::new("short").tail(), "");
    }

    #[cfg(unix)]
    #[test]
    fn the_key_file_is_for_its_owner_only_and_a_damaged_one_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("k");
        Vault::open(&file).unwrap();
        assert_eq!(
            std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        std::fs::write(&file, b"short").unwrap();
        assert!(matches!(
            Vault::open(&file),
            Err(SecretError::DamagedKeyFile { n_bytes: 5, .. })
        ));
    }
}
