//! Document templates of a base and what is made from them.
//!
//! Types: [`Documents`], [`DocumentTemplate`]. The workbook of a template is a blob of the base, the list of templates a
//! note of the base (`documents`), so both are in its file and its backups. Law: a template is filled from one snapshot,
//! and only when all its placeholders mean something. Tests: `tests/route/documents.rs`.

use super::{OpenBase, clean_name, local_clock, random_id};
use crate::{
    error::{ApiError, too_large},
    limits::{DOCUMENT_NAME_CHARS, DOCUMENT_RECORDS, DOCUMENT_TEMPLATES, DOCUMENTS_AT_ONCE},
};
use axum::http::StatusCode;
use connectors::{
    document::{Filled, Note, Per, Problem, Request, Template, TemplateError, print},
    export::Blobs,
};
use engine::BlobError;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::{
    collections::HashSet,
    io::{Cursor, Write},
};
use table::{
    field::link,
    id::{RecordId, TableId},
    snapshot::Snapshot,
};
use zip::{ZipWriter, write::SimpleFileOptions};

const NOTE: &str = "documents";

/// One template, as the base keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentTemplate {
    pub id: String,
    pub name: String,
    pub table: TableId,
    #[serde(default)]
    pub per: Per,
    /// The workbook.
    pub digest: String,
    /// As it was uploaded.
    pub file_name: String,
}

/// What a request says of a template; absent: as it is.
#[derive(Debug, Clone, Default)]
pub struct DocumentInput {
    pub name: Option<String>,
    pub table: Option<TableId>,
    pub per: Option<Per>,
    pub digest: Option<String>,
    pub file_name: Option<String>,
}

/// How a template stands to the base as it is now.
pub struct Checked {
    /// Cells with placeholders.
    pub n_cells: usize,
    pub problems: Vec<Problem>,
    /// The workbook can't be used at all.
    pub broken: Option<ApiError>,
}

/// A finished download.
pub struct Made {
    pub file_name: String,
    pub bytes: Vec<u8>,
}

/// One change of a list at a time.
#[derive(Default)]
pub struct Documents {
    changing: Mutex<()>,
}

struct BaseBlobs<'a>(&'a OpenBase);

impl Blobs for BaseBlobs<'_> {
    fn bytes(&self, digest: &str) -> Option<Vec<u8>> {
        self.0.blob(digest).ok()
    }
}

/// The templates of a base, in the order in which they were added.
pub fn list(base: &OpenBase) -> Result<Vec<DocumentTemplate>, ApiError> {
    let note = base.handle.reader().note(NOTE);
    let note = note.map_err(|cause| ApiError::internal("read the templates", cause))?;
    let Some(bytes) = note else {
        return Ok(Vec::new());
    };
    serde_json::from_slice(&bytes).map_err(|cause| ApiError::internal("read the templates", cause))
}

pub fn find(base: &OpenBase, id: &str) -> Result<DocumentTemplate, ApiError> {
    let found = list(base)?.into_iter().find(|one| one.id == id);
    found.ok_or_else(|| no_document(id))
}

fn no_document(id: &str) -> ApiError {
    ApiError::not_found("no_document", ("单据模板", "document template"), id)
}

fn keep(base: &OpenBase, all: &[DocumentTemplate]) -> Result<(), ApiError> {
    let bytes = serde_json::to_vec(all)
        .map_err(|cause| ApiError::internal("write the templates", cause))?;
    match base.handle.reader().put_note(NOTE, &bytes) {
        Ok(()) => Ok(()),
        Err(BlobError::DiskFull) => {
            let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
            Err(ApiError::io("write the templates", &full))
        }
        Err(BlobError::ReadOnly) => Err(ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "read_only",
            "这个表库现在只能查看和导出，不能改模板。",
            "This base can only be read and exported now; templates can't be changed.",
        )),
        Err(BlobError::TooLarge { limit_bytes }) => Err(too_large(limit_bytes)),
        Err(cause) => Err(ApiError::disk("write the templates", cause)),
    }
}

impl Documents {
    /// Adds a template (`id` absent) or changes one.
    pub fn put(
        &self,
        base: &OpenBase,
        id: Option<&str>,
        input: DocumentInput,
    ) -> Result<DocumentTemplate, ApiError> {
        let _changing = self.changing.lock();
        let mut all = list(base)?;
        let at = match id {
            Some(id) => {
                let at = all.iter().position(|one| one.id == id);
                Some(at.ok_or_else(|| no_document(id))?)
            }
            None => None,
        };
        let made = merged(at.and_then(|at| all.get(at)), input)?;
        let snapshot = base.handle.snapshot();
        if snapshot.schema.table(made.table).is_none() {
            let table = made.table.to_string();
            return Err(ApiError::not_found("no_table", ("表格", "table"), &table));
        }
        // A file that can't be a template is refused; placeholders can be mended later.
        Template::read(&base.blob(&made.digest)?).map_err(|cause| refused(&cause))?;
        if at.is_none() && all.len() >= DOCUMENT_TEMPLATES {
            return Err(too_many_templates());
        }
        match at.and_then(|at| all.get_mut(at)) {
            Some(old) => *old = made.clone(),
            None => all.push(made.clone()),
        }
        keep(base, &all)?;
        Ok(made)
    }

    pub fn remove(&self, base: &OpenBase, id: &str) -> Result<(), ApiError> {
        let _changing = self.changing.lock();
        let mut all = list(base)?;
        let before = all.len();
        all.retain(|one| one.id != id);
        match all.len() == before {
            true => Err(no_document(id)),
            false => keep(base, &all),
        }
    }
}

fn merged(
    old: Option<&DocumentTemplate>,
    input: DocumentInput,
) -> Result<DocumentTemplate, ApiError> {
    let missing = |what: &'static str| {
        ApiError::bad_request(
            "bad_request",
            format!("缺少 {what}，没有保存。"),
            format!("{what} is missing; nothing was saved."),
        )
        .at(what)
    };
    let name = input.name.or_else(|| old.map(|old| old.name.clone()));
    let name: String = name
        .unwrap_or_default()
        .trim()
        .chars()
        .take(DOCUMENT_NAME_CHARS)
        .collect();
    if name.is_empty() {
        return Err(missing("name"));
    }
    let of = |input: Option<String>, old: Option<&String>, what: &'static str| {
        input.or_else(|| old.cloned()).ok_or_else(|| missing(what))
    };
    let table = input.table.or_else(|| old.map(|old| old.table));
    Ok(DocumentTemplate {
        id: old.map_or_else(|| random_id(8), |old| old.id.clone()),
        name,
        table: table.ok_or_else(|| missing("table"))?,
        per: input
            .per
            .or_else(|| old.map(|old| old.per))
            .unwrap_or_default(),
        digest: of(input.digest, old.map(|old| &old.digest), "digest")?,
        file_name: clean_name(&of(
            input.file_name,
            old.map(|old| &old.file_name),
            "file_name",
        )?),
    })
}

/// What is wrong with a template now; fields may have been renamed since it was uploaded.
pub fn check(base: &OpenBase, document: &DocumentTemplate) -> Checked {
    let schema = base.handle.snapshot().schema.clone();
    let read = base
        .blob(&document.digest)
        .and_then(|bytes| Template::read(&bytes).map_err(|cause| refused(&cause)));
    let (n_cells, problems, broken) = match read {
        Err(broken) => (0, Vec::new(), Some(broken)),
        Ok(template) => match template.check(&schema, document.table, document.per) {
            Ok(n_cells) => (n_cells, Vec::new(), None),
            Err(problems) => (0, problems, None),
        },
    };
    Checked {
        n_cells,
        problems,
        broken,
    }
}

/// A template's failure as it is told.
pub fn refused(cause: &TemplateError) -> ApiError {
    let (message, hint) = (cause.message(), cause.hint());
    let made = ApiError::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        cause.code(),
        message.zh,
        message.en,
    )
    .hint(hint.zh, hint.en);
    match cause {
        TemplateError::Placeholders(problems) => match problems.first() {
            Some(first) => made.at(format!("{}!{}", first.sheet, first.cell)),
            None => made,
        },
        _ => made,
    }
}

fn too_many_templates() -> ApiError {
    ApiError::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "too_many_documents",
        format!("一个表库最多放 {DOCUMENT_TEMPLATES} 个单据模板，请先删掉不用的。"),
        format!("A base holds {DOCUMENT_TEMPLATES} document templates at most; delete some first."),
    )
}

/// Fills a template once per record, or once for all.
fn filled(
    base: &OpenBase,
    document: &DocumentTemplate,
    records: &[RecordId],
) -> Result<Vec<(String, Filled)>, ApiError> {
    let snapshot = base.handle.snapshot();
    let live = live(&snapshot, document.table, records)?;
    let limit = match document.per {
        Per::Record => DOCUMENTS_AT_ONCE,
        Per::Selection => DOCUMENT_RECORDS,
    };
    if live.len() > limit {
        return Err(too_many_records(limit));
    }
    let bytes = base.blob(&document.digest)?;
    let groups: Vec<&[RecordId]> = match document.per {
        Per::Record => live.chunks(1).collect(),
        Per::Selection => vec![live.as_slice()],
    };
    let blobs = BaseBlobs(base);
    let now = local_clock().now_day;
    let mut names = HashSet::new();
    let mut made = Vec::new();
    for records in groups {
        let template = Template::read(&bytes).map_err(|cause| refused(&cause))?;
        let request = Request {
            snapshot: &snapshot,
            table: document.table,
            per: document.per,
            records,
            blobs: &blobs,
            now,
        };
        let filled = template.fill(&request).map_err(|cause| refused(&cause))?;
        made.push((free_name(&snapshot, document, records, &mut names), filled));
    }
    Ok(made)
}

/// Those of the records that are there, each once, in the order asked for.
fn live(
    snapshot: &Snapshot,
    table: TableId,
    records: &[RecordId],
) -> Result<Vec<RecordId>, ApiError> {
    let missing = || ApiError::not_found("no_table", ("表格", "table"), &table.to_string());
    let data = snapshot.data(table).ok_or_else(missing)?;
    let mut seen = HashSet::new();
    let live: Vec<RecordId> = records
        .iter()
        .copied()
        .filter(|record| data.is_live(*record) && seen.insert(*record))
        .collect();
    match live.is_empty() {
        true => Err(ApiError::bad_request(
            "no_records",
            "没有选中记录，或者选中的记录已被删除。",
            "No records are chosen, or they have been deleted.",
        )
        .hint("请先选中要填的行。", "Select the rows to fill in first.")),
        false => Ok(live),
    }
}

fn too_many_records(limit: usize) -> ApiError {
    ApiError::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "too_many_documents",
        format!("一次最多 {limit} 条记录，请分几次做。"),
        format!("{limit} records at most at a time; do it in several goes."),
    )
}

/// A name that every system takes: what divides paths or is forbidden somewhere becomes `_`.
pub fn safe_name(name: &str) -> String {
    let safe = |c: char| match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
        c => c,
    };
    clean_name(&name.chars().map(safe).collect::<String>())
}

/// The template's name with what its record is called, made different from those before.
fn free_name(
    snapshot: &Snapshot,
    document: &DocumentTemplate,
    records: &[RecordId],
    taken: &mut HashSet<String>,
) -> String {
    let called = match (document.per, records) {
        (Per::Record, [record]) => {
            let primary = link::primary(&snapshot.schema, document.table);
            let data = snapshot.data(document.table);
            let text = primary
                .zip(data)
                .map(|(primary, data)| link::text_of(data, primary, *record));
            let text: String = text.unwrap_or_default().trim().chars().take(60).collect();
            if text.is_empty() {
                record.to_string()
            } else {
                text
            }
        }
        _ => String::new(),
    };
    let extension = match document.file_name.to_lowercase().ends_with(".xlsm") {
        true => "xlsm",
        false => "xlsx",
    };
    let stem = match called.is_empty() {
        true => document.name.clone(),
        false => format!("{}-{called}", document.name),
    };
    let mut name = safe_name(&format!("{stem}.{extension}"));
    let mut n = 2;
    while !taken.insert(name.to_lowercase()) {
        name = safe_name(&format!("{stem} ({n}).{extension}"));
        n += 1;
    }
    name
}

/// The document, or a zip of several.
pub fn fill(
    base: &OpenBase,
    document: &DocumentTemplate,
    records: &[RecordId],
) -> Result<Made, ApiError> {
    let mut all = filled(base, document, records)?;
    if all.len() == 1
        && let Some((file_name, filled)) = all.pop()
    {
        return Ok(Made {
            file_name,
            bytes: filled.bytes,
        });
    }
    let failed = |cause: std::io::Error| ApiError::io("write documents", &cause);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // Workbooks are packed already.
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, filled) in all {
        zip.start_file(name, options)
            .map_err(|cause| failed(cause.into()))?;
        zip.write_all(&filled.bytes).map_err(failed)?;
    }
    let bytes = zip
        .finish()
        .map_err(|cause| failed(cause.into()))?
        .into_inner();
    Ok(Made {
        file_name: safe_name(&format!("{}.zip", document.name)),
        bytes,
    })
}

/// The documents as one page for the browser's print, and what to know of them.
pub fn print_page(
    base: &OpenBase,
    document: &DocumentTemplate,
    records: &[RecordId],
) -> Result<(String, Vec<Note>), ApiError> {
    let all = filled(base, document, records)?;
    let (mut books, mut notes) = (Vec::new(), Vec::new());
    for (_, filled) in all {
        books.push(filled.bytes);
        notes.extend(filled.notes);
    }
    let html = print::pages(&books).map_err(|cause| refused(&cause))?;
    Ok((html, notes))
}
