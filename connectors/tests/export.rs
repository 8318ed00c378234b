//! Tables out and read back by other code: calamine for workbooks, plain text for CSV, polars for Parquet.

#![allow(clippy::unwrap_used)]

use calamine::{Data, Reader};
use connectors::export::{
    Blobs, Export, ExportTable, column_reference, csv, parquet, table_names, xlsx,
};
use std::{collections::BTreeMap, io::Cursor, path::Path, sync::Arc};
use table::{
    column::ColumnKind,
    field::FieldType,
    fixture,
    id::{ColumnId, FieldId, TableId},
    snapshot::Snapshot,
    value::{Attachment, CellState, CellValue},
};

const TEXT: &str = "# 商品

| 货号:text | 单价:currency(CNY) | 数量:number | 状态:select(在售/停售) | 日期:date | 图:attachment | 备注:text |
|---|---|---|---|---|---|---|
| 00123 | 12.5 | 3 | 在售 | 2025-10-30 | | =1+1 |
| 00124 | 缺货 | 4 | 停售 | | | a,\"b\" |
";

struct Pictures;

impl Blobs for Pictures {
    fn bytes(&self, digest: &str) -> Option<Vec<u8>> {
        let mut out = Cursor::new(Vec::new());
        let picture = image::RgbImage::from_pixel(20, 10, image::Rgb([200, 30, 30]));
        let format = if digest == "webp" {
            image::ImageFormat::WebP
        } else {
            image::ImageFormat::Png
        };
        picture.write_to(&mut out, format).ok()?;
        Some(out.into_inner())
    }
}

fn snapshot() -> Snapshot {
    let mut snapshot = fixture::from_markdown(TEXT).unwrap();
    let data = Arc::make_mut(snapshot.tables.get_mut(&TableId(1)).unwrap());
    let segment = Arc::make_mut(&mut data.segments[0]);
    let file = |digest: &str, mime: &str| Attachment {
        digest: digest.into(),
        name: "p.png".into(),
        mime: mime.into(),
        size_bytes: 1,
        width_px: 20,
        height_px: 10,
    };
    let one: Arc<[Attachment]> = Arc::from([file("png", "image/png")]);
    let two: Arc<[Attachment]> = Arc::from([file("png", "image/png"), file("webp", "image/webp")]);
    let cells = segment.column_mut(ColumnId(6), ColumnKind::Attachments);
    cells.set(0, CellState::Value(CellValue::Attachments(one)));
    cells.set(1, CellState::Value(CellValue::Attachments(two)));
    snapshot
}

fn export<'a>(snapshot: &'a Snapshot, formulas: BTreeMap<FieldId, String>) -> Export<'a> {
    let fields = snapshot.schema.tables[0]
        .fields
        .iter()
        .map(|field| field.id)
        .collect();
    let table = ExportTable {
        table: TableId(1),
        fields,
        records: None,
        formulas,
        widths_px: BTreeMap::new(),
        frozen_fields: 1,
    };
    Export {
        snapshot,
        tables: vec![table],
        blobs: &Pictures,
        cancelled: &|| false,
        progress: &|_| (),
    }
}

fn with_formula(snapshot: &mut Snapshot) -> BTreeMap<FieldId, String> {
    let schema = Arc::make_mut(&mut snapshot.schema);
    let spec = table::field::FormulaSpec {
        source: "[#f2]*[#f3]".into(),
        result: Box::new(FieldType::Currency {
            code: "CNY".into(),
            decimals: 2,
        }),
        ai: None,
    };
    let mut field = schema.tables[0].fields[1].clone();
    (field.id, field.column, field.name) = (FieldId(8), ColumnId(8), "金额[元]".into());
    field.field_type = FieldType::Formula(spec);
    schema.tables[0].fields.push(field);
    let data = Arc::make_mut(snapshot.tables.get_mut(&TableId(1)).unwrap());
    let cells = Arc::make_mut(&mut data.segments[0]).column_mut(ColumnId(8), ColumnKind::Number);
    cells.set(0, CellValue::Number(37.5).into());
    let name = &table_names(&snapshot.schema, &[TableId(1)])[&TableId(1)];
    let of = |column: &str| format!("{name}[[#This Row],{}]", column_reference(column));
    BTreeMap::from([(FieldId(8), format!("={}*{}", of("单价"), of("数量")))])
}

fn zip_names(path: &Path) -> Vec<String> {
    let archive = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    archive
        .file_names()
        .map(|name| name.unwrap().to_string())
        .collect()
}

#[test]
fn a_workbook_holds_values_pictures_and_live_formulas() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.xlsx");
    let mut snapshot = snapshot();
    let formulas = with_formula(&mut snapshot);
    let report = xlsx::write(&export(&snapshot, formulas), &path).unwrap();
    assert_eq!((report.n_records, report.n_pictures), (2, 3));
    assert_eq!(report.live_formulas, ["金额[元]"]);
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(&path).unwrap();
    let range = book.worksheet_range("商品").unwrap();
    let cell = |row: u32, col: u32| range.get_value((row, col)).cloned().unwrap_or(Data::Empty);
    assert_eq!(cell(0, 0), Data::String("货号".into()));
    assert_eq!(cell(1, 0), Data::String("00123".into()));
    assert_eq!(cell(1, 1), Data::Float(12.5));
    assert_eq!(cell(2, 1), Data::String("缺货".into()));
    assert_eq!(cell(1, 3), Data::String("在售".into()));
    assert_eq!(cell(1, 4).to_string(), "45960");
    assert_eq!(cell(1, 6), Data::String("=1+1".into()));
    assert_eq!(cell(1, 7), Data::Float(37.5));
    let formulas = book.worksheet_formula("商品").unwrap();
    let formula = formulas.get_value((1, 7)).unwrap();
    assert!(
        formula.contains("商品[[#This Row],[单价]]*商品[[#This Row],[数量]]"),
        "{formula}"
    );
    let names = zip_names(&path);
    assert_eq!(
        names
            .iter()
            .filter(|name| name.starts_with("xl/media/"))
            .count(),
        2,
        "equal pictures are stored once"
    );
    assert!(names.iter().any(|name| name.starts_with("xl/tables/")));
}

#[test]
fn csv_is_safe_and_readable() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.csv");
    let snapshot = snapshot();
    csv::write(
        &export(&snapshot, BTreeMap::new()),
        &path,
        csv::Encoding::Utf8,
    )
    .unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').split("\r\n").collect();
    assert_eq!(lines[0], "货号,单价,数量,状态,日期,图,备注");
    assert_eq!(lines[1], "00123,12.5,3,在售,2025-10-30,p.png,'=1+1");
    assert_eq!(
        lines[2],
        "00124,缺货,4,停售,,\"p.png, p.png\",\"a,\"\"b\"\"\""
    );
    csv::write(
        &export(&snapshot, BTreeMap::new()),
        &path,
        csv::Encoding::Gb18030,
    )
    .unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let (decoded, _, broken) = encoding_rs::GB18030.decode(&bytes);
    assert!(!broken && decoded.starts_with("货号,"));
}

#[test]
fn parquet_keeps_types_and_misfits() {
    use polars::prelude::{DataType, ParquetReader, SerReader};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.parquet");
    let snapshot = snapshot();
    parquet::write(&export(&snapshot, BTreeMap::new()), &path).unwrap();
    let frame = ParquetReader::new(std::fs::File::open(&path).unwrap())
        .finish()
        .unwrap();
    assert_eq!(frame.height(), 2);
    assert_eq!(frame.column("日期").unwrap().dtype(), &DataType::Date);
    assert_eq!(frame.column("单价").unwrap().null_count(), 1);
    assert_eq!(
        frame.column("单价_misfit").unwrap().str().unwrap().get(1),
        Some("缺货")
    );
}

#[test]
fn a_large_table_is_streamed_with_its_formulas() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("big.xlsx");
    let mut text = String::from("# 大表\n\n| 名:text | 数:number |\n|---|---|\n");
    for n in 0..25_000 {
        text += &format!("| n{n} | {n} |\n");
    }
    let snapshot = fixture::from_markdown(&text).unwrap();
    xlsx::write(&export(&snapshot, BTreeMap::new()), &path).unwrap();
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(&path).unwrap();
    let range = book.worksheet_range("大表").unwrap();
    assert_eq!(range.height(), 25_001);
    assert_eq!(range.get_value((25_000, 1)), Some(&Data::Float(24_999.0)));
}

#[test]
fn a_cancelled_export_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let snapshot = snapshot();
    let mut export = export(&snapshot, BTreeMap::new());
    export.cancelled = &|| true;
    let error = csv::write(&export, &folder.path().join("x.csv"), csv::Encoding::Utf8).unwrap_err();
    assert_eq!(error.code(), "cancelled");
}
