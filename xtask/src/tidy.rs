//! The rules of the house: arrows between crates, lengths, banned names, door-plates.
//!
//! Each rule is a function from the sources to findings; `rules_find_what_they_forbid` shows that each can fail.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Which of our crates a crate may use; what is not here is forbidden.
const ARROWS: [(&str, &[&str]); 9] = [
    ("table", &[]),
    ("formula", &["table"]),
    ("store", &["table"]),
    ("connectors", &["table"]),
    ("engine", &["table", "formula", "store"]),
    ("jobs", &["table", "engine", "connectors"]),
    (
        "server",
        &["table", "engine", "jobs", "connectors", "formula", "webui"],
    ),
    ("webui", &[]),
    ("xtask", &[]),
];
const FILE_LINES: usize = 600;
const FUNCTION_LINES: usize = 70;
const COMPONENT_LINES: usize = 200;
const DRAWERS: [&str; 8] = [
    "util", "utils", "common", "helper", "helpers", "misc", "manager", "prelude",
];
/// What the pure crates may not name.
const WET: [&str; 8] = [
    "std::fs",
    "std::net",
    "std::thread",
    "std::time",
    "std::env",
    "std::process",
    "SystemTime",
    "rand::",
];

/// One source file: its path from the root, with `/`, and its text.
pub struct Source {
    pub path: String,
    pub text: String,
}

/// Everything to mend in the checkout, one line each: `path:line: what`.
pub fn check(root: &Path) -> Vec<String> {
    let mut sources = Vec::new();
    for top in [
        "table",
        "formula",
        "store",
        "engine",
        "connectors",
        "jobs",
        "server",
        "sim",
        "xtask",
        "web",
        "bench",
    ] {
        collect(root, &root.join(top), &mut sources);
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    let mut findings = arrows(root);
    for source in &sources {
        findings.extend(drawers(source));
        findings.extend(lengths(source));
        if source.path.ends_with(".rs") {
            findings.extend(door_plate(source));
            findings.extend(functions(source));
            findings.extend(re_exports(source));
            findings.extend(dryness(source));
            findings.extend(unfinished(source));
        } else {
            findings.extend(web_arrows(source));
        }
    }
    findings
}

fn collect(root: &Path, folder: &Path, into: &mut Vec<Source>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().to_string();
        if path.is_dir() {
            if !["node_modules", "dist", "generated", "target", "fixtures"].contains(&name.as_str())
            {
                collect(root, &path, into);
            }
        } else if [".rs", ".ts", ".tsx", ".mjs"]
            .iter()
            .any(|end| name.ends_with(end))
            && let Ok(text) = fs::read_to_string(&path)
        {
            let relative: PathBuf = path.strip_prefix(root).unwrap_or(&path).into();
            into.push(Source {
                path: relative.to_string_lossy().replace('\\', "/"),
                text,
            });
        }
    }
}

/// Dependencies in each Cargo.toml against [`ARROWS`].
fn arrows(root: &Path) -> Vec<String> {
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.into_iter().collect();
    let mut findings = Vec::new();
    for (name, may) in &allowed {
        let folder = if *name == "webui" { "web" } else { name };
        let path = root.join(folder).join("Cargo.toml");
        let Some(manifest) = fs::read_to_string(&path)
            .ok()
            .and_then(|text| text.parse::<toml::Table>().ok())
        else {
            findings.push(format!("{folder}/Cargo.toml: cannot be read"));
            continue;
        };
        for section in ["dependencies", "build-dependencies"] {
            let Some(used) = manifest.get(section).and_then(toml::Value::as_table) else {
                continue;
            };
            for ours in used
                .keys()
                .filter(|used| allowed.contains_key(used.as_str()) || *used == "sim")
            {
                if !may.contains(&ours.as_str()) {
                    findings.push(format!(
                        "{folder}/Cargo.toml: {name} may not use {ours} (see ARCHITECTURE.md)"
                    ));
                }
            }
        }
    }
    findings
}

fn is_test(path: &str) -> bool {
    path.contains("/tests/")
        || path.ends_with("tests.rs")
        || path.contains(".test.")
        || path.contains("/e2e/")
}

fn drawers(source: &Source) -> Vec<String> {
    let stems = source
        .path
        .split('/')
        .map(|part| part.split('.').next().unwrap_or(part));
    stems
        .filter(|stem| DRAWERS.contains(stem))
        .map(|stem| {
            format!(
                "{}: nothing may be called “{stem}”: say what it holds",
                source.path
            )
        })
        .collect()
}

/// The part of a Rust file before its unit tests.
fn without_tests(text: &str) -> &str {
    text.find("\n#[cfg(test)]\nmod ")
        .map_or(text, |at| &text[..at])
}

fn lengths(source: &Source) -> Vec<String> {
    if is_test(&source.path) {
        return Vec::new();
    }
    let lines = without_tests(&source.text).lines().count();
    let limit = if source.path.ends_with(".tsx") {
        COMPONENT_LINES
    } else {
        FILE_LINES
    };
    (lines > limit)
        .then(|| format!("{}: {lines} lines, {limit} allowed", source.path))
        .into_iter()
        .collect()
}

fn door_plate(source: &Source) -> Vec<String> {
    let missing = !is_test(&source.path) && !source.text.trim_start().starts_with("//!");
    missing
        .then(|| {
            format!(
                "{}:1: no door-plate (`//!`: what for, main types, law, tests)",
                source.path
            )
        })
        .into_iter()
        .collect()
}

/// Functions by brace depth: from a line that starts `fn` to the line that closes it.
fn functions(source: &Source) -> Vec<String> {
    if is_test(&source.path) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut open: Option<(usize, usize, String)> = None;
    for (at, line) in without_tests(&source.text).lines().enumerate() {
        let code = line.trim_start();
        let indent = line.len() - code.len();
        if let Some((start, depth, name)) = &open {
            if indent == *depth && code.starts_with('}') {
                let n = at + 1 - start;
                if n > FUNCTION_LINES {
                    findings.push(format!(
                        "{}:{}: fn {name} has {n} lines, {FUNCTION_LINES} allowed",
                        source.path,
                        start + 1
                    ));
                }
                open = None;
            }
            continue;
        }
        let mut words = code.split_whitespace();
        let starts = words
            .find(|word| !["pub", "pub(crate)", "pub(super)", "async", "const"].contains(word));
        if starts == Some("fn") && !code.ends_with(';') && !code.ends_with('}') {
            let name = words
                .next()
                .unwrap_or("")
                .split(['(', '<'])
                .next()
                .unwrap_or("")
                .to_string();
            open = Some((at, indent, name));
        }
    }
    findings
}

fn re_exports(source: &Source) -> Vec<String> {
    numbered(source, |code| {
        (code.starts_with("pub use ") && code.ends_with("::*;"))
            .then_some("a glob re-export hides where things live")
    })
}

fn dryness(source: &Source) -> Vec<String> {
    if !(source.path.starts_with("table/src") || source.path.starts_with("formula/src")) {
        return Vec::new();
    }
    numbered(source, |code| {
        (!code.starts_with("//") && WET.iter().any(|word| code.contains(word)))
            .then_some("table and formula are dry: no files, clocks, threads, network, environment, randomness")
    })
}

fn unfinished(source: &Source) -> Vec<String> {
    if source.path == "xtask/src/tidy.rs" {
        return Vec::new();
    }
    numbered(source, |code| {
        let words = [
            "todo!(",
            "unimplemented!(",
            "TODO",
            "FIXME",
            "#[ignore",
            "thread::sleep(",
        ];
        words
            .iter()
            .any(|word| code.contains(word))
            .then_some("unfinished, ignored or sleeping code")
    })
}

/// `web/src` imports run one way: ui, grid, api ← sync (the grid's door types only) ← fields ← features ← app.
fn web_arrows(source: &Source) -> Vec<String> {
    let Some(rest) = source.path.strip_prefix("web/src/") else {
        return Vec::new();
    };
    let room = rest.split('/').next().unwrap_or("");
    let forbidden: &[&str] = match room {
        "ui" | "grid" | "api" => &["sync", "fields", "features", "app"],
        "sync" => &["ui", "fields", "features", "app"],
        "fields" => &["features", "app"],
        "features" => &["app"],
        _ => &[],
    };
    numbered(source, |code| {
        let from = code
            .split(" from ")
            .nth(1)
            .filter(|_| code.starts_with("import") || code.starts_with('}'))?;
        let hit = forbidden.iter().any(|room| {
            from.contains(&format!("../{room}/")) || from.contains(&format!("/src/{room}/"))
        });
        (hit && !code.starts_with("import type"))
            .then_some("imports run one way (ARCHITECTURE.md, web/)")
    })
}

fn numbered(source: &Source, rule: impl Fn(&str) -> Option<&'static str>) -> Vec<String> {
    let text = if is_test(&source.path) {
        ""
    } else {
        without_tests(&source.text)
    };
    text.lines()
        .enumerate()
        .filter_map(|(at, line)| {
            rule(line.trim()).map(|what| format!("{}:{}: {what}", source.path, at + 1))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source {
            path: path.into(),
            text: text.into(),
        }
    }

    #[test]
    fn rules_find_what_they_forbid() {
        let long = format!(
            "//! x\nfn long() {{\n{}}}\n",
            "    let x = 1;\n".repeat(FUNCTION_LINES)
        );
        assert_eq!(functions(&source("table/src/a.rs", &long)).len(), 1);
        assert!(functions(&source("table/src/a.rs", "fn short() {\n    1\n}\n")).is_empty());
        assert_eq!(
            lengths(&source("a.rs", &"x\n".repeat(FILE_LINES + 1))).len(),
            1
        );
        assert_eq!(door_plate(&source("a/src/a.rs", "use x;\n")).len(), 1);
        assert_eq!(drawers(&source("web/src/utils/x.ts", "")).len(), 1);
        assert_eq!(
            re_exports(&source("a.rs", "pub use crate::x::*;\n")).len(),
            1
        );
        assert_eq!(
            dryness(&source("table/src/a.rs", "use std::fs;\n")).len(),
            1
        );
        assert!(dryness(&source("store/src/a.rs", "use std::fs;\n")).is_empty());
        assert_eq!(
            unfinished(&source("a/src/a.rs", "// TODO later\n")).len(),
            1
        );
        let bad = source(
            "web/src/grid/a.ts",
            "import { x } from \"../features/x\";\n",
        );
        assert_eq!(web_arrows(&bad).len(), 1);
        assert!(
            web_arrows(&source(
                "web/src/app/a.ts",
                "import { x } from \"../features/x\";\n"
            ))
            .is_empty()
        );
    }
}
