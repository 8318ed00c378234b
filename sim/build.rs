//! Builds `preload/disk.rs`, the disk that fails, beside the tests: a library of its own, in no binary.

use std::{env, path::PathBuf, process::Command};

fn main() {
    println!("cargo:rerun-if-changed=preload/disk.rs");
    println!("cargo:rerun-if-changed=build.rs");
    let into = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("libdisk.so");
    println!("cargo:rustc-env=DISK_LIBRARY={}", into.display());
    // Interposing is the way of Linux; elsewhere the test says that it was left out.
    if env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("linux") {
        return;
    }
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let built = Command::new(rustc)
        .args([
            "--edition",
            "2024",
            "--crate-name",
            "disk",
            "--crate-type",
            "cdylib",
        ])
        .args(["-O", "-C", "panic=abort", "--target"])
        .arg(env::var_os("TARGET").unwrap_or_default())
        .arg("-o")
        .arg(&into)
        .arg("preload/disk.rs")
        .status();
    assert!(
        built.is_ok_and(|status| status.success()),
        "sim/preload/disk.rs did not build"
    );
}
