//! A sheet to be filled in: what is locked, what may be chosen, and that reading it again knows where it came from.
#![allow(clippy::unwrap_used)]

use connectors::{
    export::{
        Blobs, Export, ExportTable,
        fill_in::{FillIn, can_be_filled, runs_of, write},
    },
    file::{Manifest, StageLimits, Staged, stage},
};
use std::{
    collections::BTreeMap,
    io::Read,
    path::{Path, PathBuf},
};
use table::{
    fixture,
    id::{FieldId, RecordId, TableId},
    raw::RawCell,
    snapshot::Snapshot,
};

struct NoBlobs;

impl Blobs for NoBlobs {
    fn bytes(&self, _: &str) -> Option<Vec<u8>> {
        None
    }
}

const GOODS: &str = "# 货品\n\
    | 货号:text | 报价:number | 状态:select(在售/停售) | 产地:select(LONG) | 到货:date |\n\
    | --- | --- | --- | --- | --- |\n\
    | 00123 | 1.5 | 在售 |  | 2026-01-02 |\n\
    | A-2 | 缺货 | 停售 |  |  |\n\
    | A-3 |  |  |  |  |\n";

fn snapshot() -> Snapshot {
    // More characters than a list within the cell may have.
    let towns: Vec<String> = (0..60).map(|at| format!("第{at}镇工业园")).collect();
    fixture::from_markdown(&GOODS.replace("LONG", &towns.join("/"))).unwrap()
}

fn written(
    snapshot: &Snapshot,
    folder: &Path,
    fill: &[u32],
    records: Option<Vec<RecordId>>,
) -> PathBuf {
    let fields = &snapshot.schema.tables[0].fields;
    let export = Export {
        snapshot,
        tables: vec![ExportTable {
            table: TableId(1),
            fields: fields.iter().map(|field| field.id).collect(),
            records,
            formulas: BTreeMap::new(),
            widths_px: BTreeMap::new(),
            frozen_fields: 0,
        }],
        blobs: &NoBlobs,
        cancelled: &|| false,
        progress: &|_| (),
    };
    let fill: Vec<FieldId> = fill.iter().map(|at| fields[*at as usize].id).collect();
    let asked = FillIn {
        base: "b7",
        fill: &fill,
        may_add: true,
    };
    let path = folder.join("待填.xlsx");
    let report = write(&export, &asked, &path).unwrap();
    assert!(report.n_records > 0);
    path
}

fn read(path: &Path, folder: &Path) -> (Manifest, Staged) {
    let into = folder.join("staged");
    let manifest = stage(path, "待填.xlsx", &into, &StageLimits::default()).unwrap();
    (manifest, Staged::open(&into).unwrap())
}

fn part(path: &Path, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut text = String::new();
    archive
        .by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

#[test]
fn what_comes_back_knows_its_table_its_records_and_its_types() {
    let folder = tempfile::tempdir().unwrap();
    let snapshot = snapshot();
    let records = Some(vec![RecordId(3), RecordId(1)]);
    let path = written(&snapshot, folder.path(), &[1, 3], records);
    let (manifest, staged) = read(&path, folder.path());
    assert_eq!(manifest.sheets.len(), 1, "the sheet of choices is no table");
    let sheet = &manifest.sheets[0];
    assert_eq!(
        (sheet.name.as_str(), sheet.header_row, sheet.n_rows),
        ("货品", 2, 2)
    );
    let own = sheet.own.as_ref().unwrap();
    assert_eq!((own.base.as_str(), own.table.as_str()), ("b7", "t1"));
    assert_eq!((own.records_column, &own.fill), (0, &vec![2, 4]));
    assert_eq!(runs_of(own.records.as_ref().unwrap()), [(1, 1), (3, 3)]);
    assert!(sheet.columns[0].hidden);
    let types: Vec<&str> = sheet.columns[1..]
        .iter()
        .map(|column| column.proposal.field_type.key())
        .collect();
    assert_eq!(types, ["text", "number", "select", "select", "date"]);
    let batch = staged.batches(0).next().unwrap().unwrap();
    let ids = batch.columns[0].clone().into_cells();
    assert_eq!(ids, ["r3", "r1"].map(|id| RawCell::Text(id.into())));
    assert_eq!([0, 1].map(|at| sheet.rows.row_of(at)), [Some(3), Some(4)]);
}

#[test]
fn only_chosen_columns_are_open_and_choices_drop_down() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&snapshot(), folder.path(), &[1, 2, 3], None);
    let sheet = part(&path, "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("<sheetProtection"), "{sheet}");
    assert!(sheet.contains("autoFilter=\"0\""), "filters may be used");
    assert!(sheet.contains("\"在售,停售\""));
    assert!(
        sheet.contains("'_选项'!$A$1:$A$60") || sheet.contains("_选项!$A$1:$A$60"),
        "{sheet}"
    );
    assert!(sheet.contains("type=\"decimal\""));
    let styles = part(&path, "xl/styles.xml");
    assert!(styles.contains("<protection locked=\"0\"/>"));
    let book = part(&path, "xl/workbook.xml");
    assert!(book.contains("state=\"hidden\""));
}

#[test]
fn a_sheet_without_its_column_of_ids_is_any_sheet() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&snapshot(), folder.path(), &[1], None);
    // As somebody makes of it who copies what is seen into a new workbook.
    let text = "货号,报价\n00123,2\n";
    let csv = folder.path().join("x.csv");
    std::fs::write(&csv, text).unwrap();
    let (manifest, _) = read(&csv, folder.path());
    assert_eq!(manifest.sheets[0].own, None);
    assert!(path.is_file());
}

#[test]
fn computed_given_and_picture_fields_are_never_open() {
    let snapshot = fixture::from_markdown(
        "# 表\n| a:text | b:attachment | c:auto_number({0}) | d:checkbox |\n| --- | --- | --- | --- |\n| x |  | 1 | 是 |\n",
    )
    .unwrap();
    let open: Vec<bool> = snapshot.schema.tables[0]
        .fields
        .iter()
        .map(can_be_filled)
        .collect();
    assert_eq!(open, [true, false, false, true]);
}
