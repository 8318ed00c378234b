//! The import against a true base on disk.
#![allow(clippy::unwrap_used)]

use connectors::file::{ColumnManifest, Manifest, SheetManifest};
use engine::{BaseHandle, Clock, EngineOptions};
use jobs::{
    JobBoard, JobKind, JobState,
    import::{
        ConfirmImport, import,
        target::{BaseTarget, ImportSource},
    },
};
use std::{io::Read, sync::Arc};
use table::{
    field::FieldType,
    fixture::to_markdown,
    id::{ActorId, BaseId},
    infer::FieldProposal,
    raw::{RawBatch, RawCell},
    value::Attachment,
    view::RowHeight,
};

const PICTURE: &[u8] = b"png";

struct File(Manifest);

fn digest() -> String {
    blake3::hash(PICTURE).to_string()
}

impl ImportSource for File {
    fn manifest(&self) -> &Manifest {
        &self.0
    }

    fn batches(&self, _: usize) -> Box<dyn Iterator<Item = Result<RawBatch, String>> + '_> {
        let batch = |name: &str, price: f64| RawBatch {
            columns: vec![
                vec![RawCell::Text(name.into())].into(),
                vec![RawCell::Number {
                    value: price,
                    shown: None,
                }]
                .into(),
                vec![RawCell::Pictures(Arc::from([Attachment {
                    digest: digest().into(),
                    name: "1.png".into(),
                    mime: "image/png".into(),
                    size_bytes: 3,
                    width_px: 1,
                    height_px: 1,
                }]))]
                .into(),
            ],
        };
        Box::new([Ok(batch("发夹", 1.5)), Ok(batch("发圈", 2.0))].into_iter())
    }

    fn picture(&self, _: &str) -> std::io::Result<Box<dyn Read>> {
        Ok(Box::new(PICTURE))
    }
}

fn column(name: &str, field_type: FieldType) -> ColumnManifest {
    ColumnManifest {
        name: name.into(),
        source_column: "A".into(),
        key: 0,
        proposal: FieldProposal {
            field_type,
            reasons: Vec::new(),
            n_misfits: 0,
            n_blank: 0,
            alternatives: Vec::new(),
        },
        formula: None,
        hidden: false,
        width_px: None,
    }
}

#[test]
fn a_file_becomes_a_table_of_a_true_base() {
    let folder = tempfile::tempdir().unwrap();
    let options = EngineOptions {
        checkpoint_every: engine::limits::CHECKPOINT_TRANSACTIONS,
        clock: Arc::new(|| Clock {
            now_ms: 1_700_000_000_000,
            now_day: 46_000.0,
        }),
        default_model: Arc::new(|| "offline-trial".into()),
    };
    let handle = BaseHandle::create(
        &folder.path().join("b.base"),
        BaseId("b1".into()),
        "小店",
        options,
    )
    .unwrap();
    let file = File(Manifest {
        file_name: "x.csv".into(),
        format: "csv".into(),
        encoding: None,
        sheets: vec![SheetManifest {
            name: "商品".into(),
            hidden: false,
            title_lines: Vec::new(),
            header_row: 1,
            n_rows: 2,
            n_batches: 2,
            columns: vec![
                column("品名", FieldType::Text),
                column(
                    "单价",
                    FieldType::Number {
                        decimals: None,
                        thousands: false,
                        unit: String::new(),
                    },
                ),
                column("图片", FieldType::Attachment),
            ],
            sample_rows: Vec::new(),
            dropped_rows: Vec::new(),
            n_dropped_rows: 0,
            notes: Vec::new(),
            rows: connectors::file::RowPlaces::default(),
            own: None,
        }],
        notes: Vec::new(),
    });
    let target = BaseTarget {
        handle: handle.clone(),
        put_blob: Arc::new(|_| Ok(digest())),
    };
    let ticket = JobBoard::new().add("1", JobKind::Import, None, "x.csv", JobState::Running);
    let confirm = ConfirmImport::as_proposed(&file.0);
    let report = import(
        &target,
        &file,
        &confirm,
        &ActorId("user:1".into()),
        "g1",
        &ticket,
    )
    .unwrap();
    assert_eq!(report.n_records, 2);
    let shown = to_markdown(&handle.snapshot(), report.tables[0]);
    assert!(shown.contains("发圈") && shown.contains("1.5"), "{shown}");
    let table = handle.snapshot();
    let table = table.schema.table(report.tables[0]).unwrap();
    assert_eq!(table.views[0].row_height, RowHeight::Picture);
    let undo = engine::Submission {
        actor: ActorId("user:1".into()),
        client_id: None,
        group: None,
        command: engine::Command::Undo,
    };
    handle.submit(undo).unwrap();
    assert_eq!(
        handle.snapshot().schema.live_tables().count(),
        0,
        "one undo takes all of it"
    );
    handle.close();
}
