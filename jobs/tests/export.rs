//! Exports of a small base: which fields and records a request means, and what is left when it stops.
#![allow(clippy::unwrap_used)]

use connectors::export::{Blobs, ExportError};
use jobs::{
    JobBoard, JobKind, JobState, Ticket,
    export::{ExportFormat, ExportRequest, ExportSources, export},
};
use std::sync::Arc;
use table::{
    fixture::from_markdown,
    id::{RecordId, TableId, ViewId},
    snapshot::Snapshot,
    view::ViewField,
};

struct NoBlobs;

impl Blobs for NoBlobs {
    fn bytes(&self, _: &str) -> Option<Vec<u8>> {
        None
    }
}

/// A table with a view that hides 单价 and shows the records backwards.
fn goods() -> Snapshot {
    let text =
        "# 商品\n| 品名 | 单价:number |\n|---|---|\n| 发夹 | 1.5 |\n| 发圈 | 2 |\n| 手链 | 3 |\n";
    let mut snapshot = from_markdown(text).unwrap();
    let schema = Arc::make_mut(&mut snapshot.schema);
    let table = &mut schema.tables[0];
    let price = table.field_named("单价").unwrap().id;
    table.views[0].fields = vec![ViewField {
        field: price,
        hidden: true,
        width_px: None,
        footer: None,
    }];
    snapshot
}

fn ticket() -> (JobBoard, Ticket) {
    let board = JobBoard::new();
    let ticket = board.add("1", JobKind::Export, None, "商品", JobState::Running);
    (board, ticket)
}

fn csv(request: &ExportRequest, ticket: &Ticket) -> Result<Vec<u8>, ExportError> {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("out.csv");
    let sources = ExportSources {
        blobs: &NoBlobs,
        view_records: &|_, _| Some(vec![RecordId(3), RecordId(1)]),
        excel_formula: &|_, _, _| None,
    };
    let result = export(&goods(), request, &sources, &to, ticket);
    if result.is_err() {
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            0,
            "nothing is left behind"
        );
    }
    result.map(|_| std::fs::read(&to).unwrap())
}

fn lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    text.trim_start_matches('\u{feff}')
        .lines()
        .map(str::to_owned)
        .collect()
}

fn request(view: Option<ViewId>) -> ExportRequest {
    ExportRequest {
        format: ExportFormat::Csv,
        table: Some(TableId(1)),
        view,
        encoding: None,
    }
}

#[test]
fn a_view_gives_its_fields_and_records_and_a_table_gives_all() {
    let (board, job) = ticket();
    assert_eq!(
        lines(&csv(&request(None), &job).unwrap()),
        ["品名,单价", "发夹,1.5", "发圈,2", "手链,3"]
    );
    let row = board.find(job.id()).unwrap();
    assert_eq!(row.of, 3);
    let view = goods().schema.tables[0].views[0].id;
    assert_eq!(
        lines(&csv(&request(Some(view)), &ticket().1).unwrap()),
        ["品名", "手链", "发夹"]
    );
}

#[test]
fn chinese_excel_gets_its_encoding() {
    let request = ExportRequest {
        encoding: Some("GB18030".into()),
        ..request(None)
    };
    let bytes = csv(&request, &ticket().1).unwrap();
    assert!(
        bytes.starts_with(&[0xC6, 0xB7, 0xC3, 0xFB]),
        "品名 in GB18030: {bytes:?}"
    );
}

#[test]
fn what_cannot_be_written_leaves_nothing_and_says_why() {
    let gone = ExportRequest {
        table: Some(TableId(99)),
        ..request(None)
    };
    let error = csv(&gone, &ticket().1).unwrap_err();
    assert_eq!(jobs::export::job_error(&error).code, "no_table");
    let (board, job) = ticket();
    board.cancel(job.id());
    let error = csv(&request(None), &job).unwrap_err();
    assert_eq!(jobs::export::job_error(&error).code, "cancelled");
}
