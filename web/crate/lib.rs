//! The built web bundle inside the binary.
//!
//! [`asset`] gives a file with its type, its hash for ETags, and the brotli form where the build made one.
//! Law: every file that `index.html` names is here; nothing is fetched from elsewhere. Tests: below.

use rust_embed::RustEmbed;
use std::borrow::Cow;

#[derive(RustEmbed)]
#[folder = "$WEB_BUNDLE"]
struct Bundle;

/// One file of the bundle.
#[derive(Debug, Clone)]
pub struct Asset {
    pub bytes: Cow<'static, [u8]>,
    /// The same, compressed with brotli.
    pub brotli: Option<Cow<'static, [u8]>>,
    /// Media type, with charset for texts.
    pub mime: &'static str,
    /// Hex digest of the bytes.
    pub hash: String,
    /// Its name changes with its content: browsers may keep it for ever.
    pub immutable: bool,
}

/// A file by its path without leading slash; `None` where there is none.
pub fn asset(path: &str) -> Option<Asset> {
    let file = Bundle::get(path)?;
    let hash = file
        .metadata
        .sha256_hash()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let brotli = Bundle::get(&format!("{path}.br")).map(|file| file.data);
    Some(Asset {
        bytes: file.data,
        brotli,
        mime: mime(path),
        hash,
        immutable: path.starts_with("assets/"),
    })
}

fn mime(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "json" | "webmanifest" => "application/json",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_and_all_it_names_are_embedded() {
        let page =
            asset("index.html").map(|asset| String::from_utf8_lossy(&asset.bytes).into_owned());
        let page = page.unwrap_or_default();
        assert!(page.starts_with("<!doctype html>"), "{page}");
        for quoted in page.split('"').filter(|text| text.starts_with("/assets/")) {
            assert!(asset(quoted.trim_start_matches('/')).is_some(), "{quoted}");
        }
        assert!(asset("../Cargo.toml").is_none() && asset("nothing").is_none());
    }
}
