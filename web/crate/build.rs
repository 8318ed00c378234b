//! Builds the web bundle with npm into `OUT_DIR`, so that a plain `cargo build` gives a whole product.
//!
//! `WEB_DIST=<folder>` takes a bundle that was built elsewhere (packaging, offline). There is never a silent empty UI:
//! without npm and without `WEB_DIST` the build stops and says so. Reruns only when the sources of the web change.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, exit},
};

/// Everything that the bundle is made from, relative to `web/`.
const SOURCES: [&str; 7] = [
    "src",
    "public",
    "index.html",
    "package.json",
    "package-lock.json",
    "vite.config.ts",
    "crate/build.rs",
];

fn main() {
    let web = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    for source in SOURCES {
        println!("cargo:rerun-if-changed={source}");
    }
    println!("cargo:rerun-if-env-changed=WEB_DIST");
    let dist = match env::var_os("WEB_DIST") {
        Some(folder) => web.join(PathBuf::from(folder)),
        None if env::var_os("CARGO_FEATURE_NO_WEB").is_some() => placeholder(),
        None => build(&web),
    };
    if !dist.join("index.html").is_file() {
        stop(&format!("{} holds no index.html", dist.display()));
    }
    println!("cargo:rustc-env=WEB_BUNDLE={}", dist.display());
}

fn out_dir() -> PathBuf {
    PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default())
}

fn placeholder() -> PathBuf {
    let folder = out_dir().join("no-web");
    let page = "<!doctype html><meta charset=utf-8><title>Suanpan</title><p>This build has no web UI (feature no-web).</p>";
    if fs::create_dir_all(&folder)
        .and_then(|()| fs::write(folder.join("index.html"), page))
        .is_err()
    {
        stop("the placeholder page could not be written");
    }
    folder
}

fn build(web: &Path) -> PathBuf {
    let installed = web.join("node_modules/.package-lock.json");
    if is_older(&installed, &web.join("package-lock.json")) {
        npm(web, &["ci", "--no-audit", "--no-fund"]);
        // npm keeps the packed date of the file: mark it as of now.
        if let Ok(text) = fs::read(&installed) {
            let _ = fs::write(&installed, text);
        }
    }
    let dist = out_dir().join("web");
    let _ = fs::remove_dir_all(&dist);
    let dist_text = dist.display().to_string();
    npm(
        web,
        &[
            "run",
            "build",
            "--",
            "--outDir",
            &dist_text,
            "--emptyOutDir",
            "--logLevel",
            "warn",
        ],
    );
    dist
}

fn is_older(file: &Path, than: &Path) -> bool {
    let changed = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).ok();
    match (changed(file), changed(than)) {
        (Some(file), Some(than)) => file < than,
        _ => true,
    }
}

fn npm(web: &Path, arguments: &[&str]) {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    match Command::new(program)
        .args(arguments)
        .current_dir(web)
        .status()
    {
        Ok(status) if status.success() => {}
        Ok(_) => stop(&format!(
            "`npm {}` failed in {}",
            arguments.join(" "),
            web.display()
        )),
        Err(_) => stop(
            "Node.js >= 20.19 with npm is needed to build the web UI; or set WEB_DIST to a built copy",
        ),
    }
}

fn stop(why: &str) -> ! {
    println!("cargo:warning={why}");
    eprintln!("{why}");
    exit(1)
}
