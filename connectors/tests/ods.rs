//! OpenDocument spreadsheets: repeated rows and cells, merged cells, dates, pictures, and what tries to be too large.
#![allow(clippy::unwrap_used)]

mod staged;

use connectors::file::{StageErrorCode, StageLimits, stage};
use staged::{codes, names, stage_bytes, texts, types};
use std::{
    fs,
    io::{Cursor, Write},
};
use zip::{ZipWriter, write::SimpleFileOptions};

const NAMES: &str = r#"xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0""#;

fn book(rows: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let content = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMES}><office:body><office:spreadsheet><table:table table:name="货">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"#
    );
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut put = |name: &str, bytes: &[u8]| {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    };
    put(
        "mimetype",
        b"application/vnd.oasis.opendocument.spreadsheet",
    );
    put("content.xml", content.as_bytes());
    more.iter().for_each(|(name, bytes)| put(name, bytes));
    zip.finish().unwrap().into_inner()
}

fn text(text: &str) -> String {
    format!(
        r#"<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#
    )
}

fn row(cells: &[String]) -> String {
    format!("<table:table-row>{}</table:table-row>", cells.concat())
}

#[test]
fn values_repetitions_and_merged_cells_are_read() {
    let header = row(&["货号", "日期", "单价", "库存", "在售"].map(text));
    let date = r#"<table:table-cell office:value-type="date" office:date-value="2026-11-23"><text:p>23.11.26</text:p></table:table-cell>"#;
    let first = row(&[
        r#"<table:table-cell office:value-type="string" table:number-rows-spanned="2"><text:p>A<text:s text:c="2"/>1</text:p><text:p>大</text:p></table:table-cell>"#.into(),
        date.into(),
        r#"<table:table-cell office:value-type="float" office:value="12.5"><text:p>12,5</text:p></table:table-cell>"#.into(),
        r#"<table:table-cell office:value-type="float" office:value="3" table:number-columns-repeated="1"/>"#.into(),
        r#"<table:table-cell office:value-type="boolean" office:boolean-value="true"><text:p>WAHR</text:p></table:table-cell>"#.into(),
    ]);
    let second = row(&[
        "<table:covered-table-cell/>".into(),
        r#"<table:table-cell office:value-type="date" office:date-value="2026-11-24T08:30:00"/>"#.into(),
        r#"<table:table-cell office:value-type="float" office:value="7" table:number-columns-repeated="2"/>"#.into(),
    ]);
    let end = r#"<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>"#;
    let (folder, manifest) = stage_bytes(
        "货.ods",
        &book(&[header, first, second, end.into()].concat(), &[]),
    );
    assert_eq!(manifest.format, "ods");
    let sheet = &manifest.sheets[0];
    assert_eq!((sheet.name.as_str(), sheet.n_rows), ("货", 2));
    assert_eq!(names(sheet), ["货号", "日期", "单价", "库存", "在售"]);
    assert_eq!(types(sheet)[2..4], ["currency", "number"]);
    assert_eq!(
        texts(folder.path(), 0),
        [
            "'A  1\n大|2026-11-23|12.5|3|true",
            "'A  1\n大|2026-11-24 08:30|7|7|"
        ]
    );
    assert!(
        codes(sheet).contains(&"merged_filled_down"),
        "{:?}",
        codes(sheet)
    );
}

fn png() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = image::RgbImage::from_pixel(8, 8, image::Rgb([200, 10, 10]));
    picture
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

#[test]
fn pictures_reach_their_rows() {
    let header = row(&["货号", "图"].map(text));
    let framed = r#"<table:table-cell><draw:frame draw:name="杯" svg:width="1cm" svg:height="0.4cm" svg:x="0.1cm" svg:y="0.02cm"><draw:image xlink:href="Pictures/1.png"/></draw:frame></table:table-cell>"#;
    let rows = [
        header,
        row(&[text("A1"), framed.into()]),
        row(&[text("A2"), text("")]),
    ]
    .concat();
    let (folder, manifest) = stage_bytes("图.ods", &book(&rows, &[("Pictures/1.png", &png())]));
    let sheet = &manifest.sheets[0];
    assert!(types(sheet).contains(&"attachment"), "{:?}", types(sheet));
    let lines = texts(folder.path(), 0);
    assert!(
        lines[0].contains("<1>") && !lines[1].contains('<'),
        "{lines:?}"
    );
}

#[test]
fn hostile_documents_end_in_an_error_or_a_small_table() {
    let header = row(&["a", "b"].map(text));
    let again = r#"<table:table-row table:number-rows-repeated="1000000000"><table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="1000000000"/></table:table-row>"#;
    let whole = book(&[header.clone(), row(&["1", "2"].map(text))].concat(), &[]);
    let mut all = vec![book(&[header, again.repeat(3)].concat(), &[])];
    all.extend((1..12).map(|at| whole[..whole.len() * at / 12].to_vec()));
    let limits = StageLimits {
        cells: 1_000_000,
        ..StageLimits::default()
    };
    for bytes in all {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("input");
        fs::write(&input, &bytes).unwrap();
        let into = folder.path().join("staged");
        if let Ok(manifest) = stage(&input, "a.ods", &into, &limits) {
            let n_cells: u64 = manifest
                .sheets
                .iter()
                .map(|sheet| sheet.n_rows * sheet.columns.len() as u64)
                .sum();
            assert!(n_cells <= 1_000_000, "{n_cells}");
        }
    }
    let locked = br#"<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>"#;
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("input");
    fs::write(&input, book("", &[("META-INF/manifest.xml", locked)])).unwrap();
    let told = stage(&input, "a.ods", &folder.path().join("staged"), &limits).unwrap_err();
    assert_eq!(told.code, StageErrorCode::Encrypted);
}
