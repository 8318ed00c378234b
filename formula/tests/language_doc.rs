//! `docs/language.md` is made of the function list; `SUANPAN_REWRITE=1` writes it anew.
#![allow(clippy::disallowed_methods)]
#![allow(clippy::unwrap_used)]

use std::{fmt::Write, path::Path};

#[test]
fn the_document_lists_every_function() {
    let mut text = String::from(
        "# 公式函数 / Formula functions\n\n\
         Made by `SUANPAN_REWRITE=1 cargo test -p formula --test language_doc`; not edited by hand.\n\n\
         规则和算例 / Rules, each with cases that are run as tests: [formula/spec](../formula/spec).\n\n\
         | 函数 | 说明 | Meaning | 例子 |\n| --- | --- | --- | --- |\n",
    );
    for doc in formula::functions::all() {
        let row = [doc.signature, doc.zh, doc.en, doc.example].map(|cell| cell.replace('|', "\\|"));
        let [signature, zh, en, example] = row;
        writeln!(text, "| `{signature}` | {zh} | {en} | `{example}` |").unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/language.md");
    if std::env::var_os("SUANPAN_REWRITE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == text,
        "docs/language.md is old: run this test with SUANPAN_REWRITE=1"
    );
}
