//! Workbooks behind a password. The fixtures were encrypted by msoffcrypto-tool (agile encryption, AES-256): one with the
//! password `Yiwu2026`, one with the password that Excel itself uses for workbooks that are only protected from changes.
#![allow(clippy::unwrap_used)]

use connectors::file::{Manifest, StageError, StageErrorCode, StageLimits, stage_with};
use std::{fs, path::PathBuf};

fn opened(name: &str, password: Option<&str>) -> Result<Manifest, StageError> {
    let folder = tempfile::tempdir().unwrap();
    let input = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name);
    let into = folder.path().join("staged");
    let outcome = stage_with(&input, name, &into, &StageLimits::default(), password);
    assert!(
        !into.join("decrypted").exists(),
        "what was decrypted does not stay"
    );
    outcome
}

#[test]
fn the_right_password_opens_and_any_other_is_told() {
    let manifest = opened("password.xlsx", Some("Yiwu2026")).unwrap();
    assert_eq!(manifest.sheets[0].name, "报价");
    assert_eq!(
        (manifest.sheets[0].n_rows, manifest.sheets[0].columns.len()),
        (2, 3)
    );
    let code = |password| opened("password.xlsx", password).unwrap_err().code;
    assert_eq!(code(None), StageErrorCode::PasswordNeeded);
    for wrong in ["yiwu2026", "", "密码"] {
        assert_eq!(code(Some(wrong)), StageErrorCode::WrongPassword, "{wrong}");
    }
}

#[test]
fn nobody_is_asked_for_the_password_that_every_excel_knows() {
    assert_eq!(opened("read-only.xlsx", None).unwrap().sheets[0].n_rows, 2);
}

#[test]
fn a_damaged_encrypted_workbook_is_refused() {
    let whole =
        fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/password.xlsx"))
            .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("cut.xlsx");
    for cut in (64..whole.len()).step_by(512) {
        fs::write(&input, &whole[..cut]).unwrap();
        let into = folder.path().join(format!("staged-{cut}"));
        let told = std::panic::catch_unwind(|| {
            stage_with(
                &input,
                "cut.xlsx",
                &into,
                &StageLimits::default(),
                Some("Yiwu2026"),
            )
        });
        // The child process reports a panic of the library as a crash of the reader.
        assert!(!matches!(told, Ok(Ok(_))), "cut at {cut}");
    }
}
