//! Our own workbooks come back as they went out: types, settings and cells; other people's stay theirs.

#![allow(clippy::unwrap_used)]

use connectors::{
    export::{Blobs, Export, ExportTable, xlsx},
    file::{Manifest, StageLimits, Staged, stage},
};
use std::collections::BTreeMap;
use table::{
    field::{ButtonAction, FieldType, FormulaSpec},
    fixture,
    id::{FieldId, TableId},
    infer::build_raw,
    snapshot::Snapshot,
};

/// One column per type: header, cells as typed.
const COLUMNS: [(&str, [&str; 3]); 19] = [
    ("文:text", ["00123", "", "=1+1"]),
    ("长:long_text", ["甲<br>乙", "", "x"]),
    ("数:number(箱)", ["12.5", "缺货", ""]),
    ("价:currency(USD)", ["1,234.5", "-3", "面议"]),
    ("率:percent", ["12.5%", "3%", ""]),
    ("日:date", ["2025-10-30", "", "明天"]),
    ("时:date_time", ["2025-10-30 14:30:05", "2025-10-30", ""]),
    ("勾:checkbox", ["是", "否", ""]),
    ("态:select(在售/停售/没用过)", ["停售", "", "在售"]),
    ("签:multi_select(新/热)", ["新、热", "热", ""]),
    ("网:url", ["https://a.cn/x", "", "www.b.cn"]),
    ("电:phone", ["0579-85231234", "13800138000", "微信"]),
    ("邮:email", ["a@b.cn", "", "没有"]),
    ("码:barcode", ["0012345678905", "4006381333932", "CK-7"]),
    ("评:rating(7)", ["7", "1", "8"]),
    ("进:progress", ["45%", "120%", ""]),
    ("长短:duration", ["36:05:09", "-0:45", "0:00:01.5"]),
    ("人:person(小王/小李)", ["小王、小李", "", "小李"]),
    (
        "号:auto_number(CK-{0000})",
        ["CK-0001", "CK-0002", "CK-0003"],
    ),
];

struct NoBlobs;

impl Blobs for NoBlobs {
    fn bytes(&self, _: &str) -> Option<Vec<u8>> {
        None
    }
}

fn snapshot() -> Snapshot {
    let line = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
    let mut text = String::from("# 货\n");
    text += &line(COLUMNS.iter().map(|(header, _)| *header).collect());
    text += &line(COLUMNS.iter().map(|_| "---").collect());
    for row in 0..3 {
        text += &line(COLUMNS.iter().map(|(_, cells)| cells[row]).collect());
    }
    fixture::from_markdown(&text).unwrap()
}

fn written(snapshot: &Snapshot, folder: &std::path::Path) -> std::path::PathBuf {
    let schema = &snapshot.schema.tables[0];
    let table = ExportTable {
        table: TableId(1),
        fields: schema.fields.iter().map(|field| field.id).collect(),
        records: None,
        formulas: BTreeMap::new(),
        widths_px: BTreeMap::new(),
        frozen_fields: 1,
    };
    let export = Export {
        snapshot,
        tables: vec![table],
        blobs: &NoBlobs,
        cancelled: &|| false,
        progress: &|_| (),
    };
    let path = folder.join("货.xlsx");
    xlsx::write(&export, &path).unwrap();
    path
}

fn staged(path: &std::path::Path, folder: &std::path::Path) -> (Manifest, Staged) {
    let into = folder.join("staged");
    let manifest = stage(path, "货.xlsx", &into, &StageLimits::default()).unwrap();
    (manifest, Staged::open(&into).unwrap())
}

#[test]
fn every_type_comes_back_with_its_cells() {
    let folder = tempfile::tempdir().unwrap();
    let snapshot = snapshot();
    let (manifest, staged) = staged(&written(&snapshot, folder.path()), folder.path());
    let batch = staged.batches(0).next().unwrap().unwrap();
    let (fields, columns) = (
        &snapshot.schema.tables[0].fields,
        &manifest.sheets[0].columns,
    );
    assert_eq!(fields.len(), columns.len());
    let segment = &snapshot.data(TableId(1)).unwrap().segments[0];
    for (at, (field, column)) in fields.iter().zip(columns).enumerate() {
        assert_eq!(
            column.proposal.field_type, field.field_type,
            "{}",
            field.name
        );
        assert_eq!(column.proposal.reasons[0].code, "own_export");
        let cells = build_raw(&batch.columns[at], &field.field_type);
        let before = segment.column(field.column).unwrap();
        for row in 0..3 {
            // Excel knows no blank text and no text of a text.
            assert_eq!(
                cells.get(row),
                before.get(row),
                "{} in row {row}",
                field.name
            );
        }
    }
}

#[test]
fn what_an_import_can_not_make_is_left_to_the_cells() {
    let folder = tempfile::tempdir().unwrap();
    let mut snapshot = snapshot();
    let fields = &mut std::sync::Arc::make_mut(&mut snapshot.schema).tables[0].fields;
    fields[0].field_type = FieldType::Button {
        label: "点".into(),
        action: ButtonAction::Increment {
            field: FieldId(3),
            by: 1.0,
        },
    };
    fields[2].field_type = FieldType::Formula(FormulaSpec {
        source: "1".into(),
        result: Box::new(FieldType::Progress { decimals: 1 }),
        ai: None,
    });
    let (manifest, _) = staged(&written(&snapshot, folder.path()), folder.path());
    let columns = &manifest.sheets[0].columns;
    assert_eq!(columns[0].proposal.field_type.key(), "text");
    let result = &columns[2].proposal.field_type;
    assert_eq!(*result, FieldType::Progress { decimals: 1 });
}
