//! Templates filled: the samples of `sample-sheets/documents` over a small base, and what can be wrong with one.
//!
//! Set `SUANPAN_DOCUMENTS` to a folder to keep the filled documents and print pages for a look.

#![allow(clippy::unwrap_used)]

use calamine::{Data, Reader, Xlsx};
use connectors::{
    document::{Filled, Per, Request, Template, TemplateError, print, starter},
    export::Blobs,
};
use std::{
    io::{Cursor, Read},
    path::Path,
    sync::Arc,
};
use table::{
    column::ColumnKind,
    field::{FieldType, LinkSpec},
    fixture,
    id::{ColumnId, FieldId, RecordId, TableId},
    snapshot::Snapshot,
    value::{Attachment, CellState, CellValue},
};

const TEXT: &str = "# 订单

| 单号 | 日期:date | 客户 | 明细 | 合计:currency(CNY) | 备注 |
|---|---|---|---|---|---|
| XS-001 | 2026-11-20 | | | 1234.5 | 请用加厚纸箱 & 泡沫 <易碎> |
| XS-002 | 2026-11-21 | | | 0 | |

# 客户

| 名称 | 联系人 | 电话 | 地址 |
|---|---|---|---|
| 顺达贸易行 | 陈姐 | 0579-85551234 | 义乌国际商贸城 |

# 明细

| 行 | 商品 | 数量:number | 单价:number | 箱数:number | 毛重:number |
|---|---|---|---|---|---|
| 1 | | 120 | 1.25 | 2 | 10.5 |
| 2 | | 36 | 18.8 | 3 | 22 |
| 3 | | 10 | 42 | 1 | 4.2 |
| 4 | | 7 | 3 | 1 | 1 |

# 商品

| 名称 | 货号 | 英文名 | 条码 | 单价:currency(CNY) | 图片:attachment |
|---|---|---|---|---|---|
| 锆石戒指 | 00123 | Zircon Ring | 4006381333931 | 1.25 | |
| 流苏耳环 | ER-88 | Tassel Earrings | AB-2026 | 18.8 | |
| 珍珠项链 | NK-7 | Pearl Necklace | | 42 | |
";

struct Pictures;

impl Blobs for Pictures {
    fn bytes(&self, digest: &str) -> Option<Vec<u8>> {
        if digest == "gone" {
            return None;
        }
        let mut out = Cursor::new(Vec::new());
        let picture = image::RgbImage::from_pixel(60, 30, image::Rgb([200, 30, 30]));
        picture.write_to(&mut out, image::ImageFormat::Png).ok()?;
        Some(out.into_inner())
    }
}

/// Makes a field of the fixture a link, with the linked records of every record.
fn link(snapshot: &mut Snapshot, field: u32, to: u32, is_single: bool, cells: &[&[u64]]) {
    let ids = ColumnId(100 + field);
    let schema = Arc::make_mut(&mut snapshot.schema);
    let table = schema
        .tables
        .iter_mut()
        .find(|table| table.any_field(FieldId(field)).is_some())
        .unwrap();
    table.any_field_mut(FieldId(field)).unwrap().field_type = FieldType::Link(LinkSpec {
        table: TableId(to),
        single: is_single,
        mirror: None,
        ids,
        mirror_name: String::new(),
    });
    let data = Arc::make_mut(snapshot.tables.get_mut(&table.id).unwrap());
    let column = Arc::make_mut(&mut data.segments[0]).column_mut(ids, ColumnKind::Links);
    for (at, records) in cells.iter().enumerate() {
        let records: Arc<[RecordId]> = records.iter().map(|id| RecordId(*id)).collect();
        column.set(at, CellState::Value(CellValue::Links(records)));
    }
}

fn snapshot() -> Snapshot {
    let mut snapshot = fixture::from_markdown(TEXT).unwrap();
    link(&mut snapshot, 3, 2, true, &[&[1], &[]]);
    link(&mut snapshot, 4, 3, false, &[&[1, 2, 3], &[]]);
    link(&mut snapshot, 12, 4, true, &[&[1], &[2], &[3], &[1]]);
    let file = |digest: &str| Attachment {
        digest: digest.into(),
        name: "p.png".into(),
        mime: "image/png".into(),
        size_bytes: 1,
        width_px: 60,
        height_px: 30,
    };
    let data = Arc::make_mut(snapshot.tables.get_mut(&TableId(4)).unwrap());
    let cells =
        Arc::make_mut(&mut data.segments[0]).column_mut(ColumnId(22), ColumnKind::Attachments);
    for (at, files) in [
        vec![file("a")],
        vec![file("a"), file("b")],
        vec![file("gone")],
    ]
    .into_iter()
    .enumerate()
    {
        cells.set(at, CellState::Value(CellValue::Attachments(files.into())));
    }
    snapshot
}

fn sample(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sample-sheets/documents");
    std::fs::read(folder.join(format!("{name}.xlsx"))).unwrap()
}

fn fill(bytes: &[u8], table: u32, per: Per, records: &[u64]) -> Result<Filled, TemplateError> {
    let snapshot = snapshot();
    let records: Vec<RecordId> = records.iter().map(|id| RecordId(*id)).collect();
    Template::read(bytes)?.fill(&Request {
        snapshot: &snapshot,
        table: TableId(table),
        per,
        records: &records,
        blobs: &Pictures,
        now: 46_349.5,
    })
}

/// Keeps a document where a person wants to look at it.
fn keep(name: &str, bytes: &[u8]) {
    if let Some(folder) = std::env::var_os("SUANPAN_DOCUMENTS") {
        let folder = Path::new(&folder);
        std::fs::write(folder.join(format!("{name}.xlsx")), bytes).unwrap();
        std::fs::write(
            folder.join(format!("{name}.html")),
            print::page(bytes).unwrap(),
        )
        .unwrap();
    }
}

fn rows(bytes: &[u8], sheet: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let range = book.worksheet_range(sheet).unwrap();
    let shown = |cell: &Data| match cell {
        Data::DateTime(date) => format!("day {}", date.as_f64()),
        other => other.to_string(),
    };
    range
        .rows()
        .map(|row| row.iter().map(shown).collect())
        .collect()
}

fn formulas(bytes: &[u8], sheet: &str) -> Vec<String> {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let range = book.worksheet_formula(sheet).unwrap();
    range
        .rows()
        .flatten()
        .filter(|text| !text.is_empty())
        .cloned()
        .collect()
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    zip.by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

#[test]
fn a_quotation_has_a_row_per_line_and_all_else_below() {
    let filled = fill(&sample("报价单"), 1, Per::Record, &[1]).unwrap();
    keep("报价单", &filled.bytes);
    let rows = rows(&filled.bytes, "报价单");
    assert_eq!(rows[2][0], "客户：顺达贸易行");
    assert_eq!(rows[3][0], "联系人：陈姐　电话：0579-85551234");
    assert_eq!(
        (rows[2][5].as_str(), rows[3][5].as_str()),
        ("XS-001", "day 46346")
    );
    assert_eq!(
        rows[6],
        ["1", "", "00123", "锆石戒指", "120", "1.25", "150"]
    );
    assert_eq!(
        rows[7],
        ["2", "", "ER-88", "流苏耳环", "36", "18.8", "676.8"]
    );
    assert_eq!(rows[8], ["3", "", "NK-7", "珍珠项链", "10", "42", "420"]);
    assert_eq!(rows[9], ["合计", "", "", "", "166", "", "1246.8"]);
    assert_eq!(rows[10][0], "大写：壹仟贰佰叁拾肆元伍角整");
    assert_eq!(rows[11][0], "请用加厚纸箱 & 泡沫 <易碎>");
    assert_eq!(rows[15][2], "374.04");
    assert_eq!(
        formulas(&filled.bytes, "报价单"),
        [
            "E7*F7",
            "E8*F8",
            "E9*F9",
            "SUM(E7:E9)",
            "SUM(G7:G9)",
            "ROUND(G10*0.3,2)"
        ]
    );
    assert_eq!(
        formulas(&filled.bytes, "汇总"),
        ["报价单!G10", "AVERAGE(报价单!F7:F9)", "总金额*1"]
    );
    let summary: Vec<String> = self::rows(&filled.bytes, "汇总").concat();
    assert_eq!(
        summary,
        [
            "总金额",
            "1246.8",
            "平均单价",
            "20.6833333333333",
            "名称引用",
            "1246.8"
        ]
    );
    let sheet = part(&filled.bytes, "xl/worksheets/sheet1.xml");
    for merged in ["A1:G1", "A10:D10", "A11:G11", "A12:G14"] {
        assert!(
            sheet.contains(&format!("<mergeCell ref=\"{merged}\"/>")),
            "{merged}"
        );
    }
    assert!(sheet.contains("sqref=\"C17\"") && sheet.contains("sqref=\"G7:G9\""));
    let workbook = part(&filled.bytes, "xl/workbook.xml");
    assert!(workbook.contains("'报价单'!$G$10") && workbook.contains("$A$1:$G$20"));
    assert!(workbook.contains("fullCalcOnLoad=\"1\""));
    let drawing = part(&filled.bytes, "xl/drawings/drawing1.xml");
    // Logo and stamp, which moved down two rows; one picture, then two side by side, then none that can be read.
    assert_eq!(
        drawing.matches("<xdr:pic>").count() + drawing.matches("<pic>").count(),
        5
    );
    assert!(drawing.contains("<xdr:row>14</xdr:row>") || drawing.contains("<row>14</row>"));
    let notes: Vec<_> = filled
        .notes
        .iter()
        .map(|note| (note.code, note.at.as_str()))
        .collect();
    assert_eq!(notes, [("picture_unreadable", "报价单!B9")]);
    assert!(part(&filled.bytes, "xl/comments/comment1.xml").contains("ref=\"C17\""));
}

#[test]
fn an_order_without_lines_keeps_one_blank_row() {
    let filled = fill(&sample("报价单"), 1, Per::Record, &[2]).unwrap();
    let rows = rows(&filled.bytes, "报价单");
    assert_eq!(rows[2][0], "客户：");
    assert_eq!(rows[6], ["1", "", "", "", "", "", "0"]);
    assert_eq!(rows[7][6], "0");
    assert_eq!(rows[8][0], "大写：零元整");
}

#[test]
fn two_rows_per_line_keep_their_merged_cells() {
    let filled = fill(&sample("装箱单"), 1, Per::Record, &[1]).unwrap();
    keep("装箱单", &filled.bytes);
    let rows = rows(&filled.bytes, "装箱单");
    assert_eq!(
        (rows[4][2].as_str(), rows[5][2].as_str()),
        ("锆石戒指", "Zircon Ring")
    );
    assert_eq!(
        (rows[6][2].as_str(), rows[7][2].as_str()),
        ("流苏耳环", "Tassel Earrings")
    );
    assert_eq!(rows[10], ["合计 TOTAL", "", "", "6", "", "166", "36.7"]);
    let sheet = part(&filled.bytes, "xl/worksheets/sheet1.xml");
    for merged in ["A5:A6", "A7:A8", "G9:G10", "A11:C11"] {
        assert!(
            sheet.contains(&format!("<mergeCell ref=\"{merged}\"/>")),
            "{merged}"
        );
    }
}

#[test]
fn labels_stand_side_by_side_with_their_barcodes() {
    let filled = fill(&sample("标签"), 4, Per::Selection, &[1, 2, 3, 1]).unwrap();
    keep("标签", &filled.bytes);
    let rows = rows(&filled.bytes, "标签");
    assert_eq!(rows[0], ["锆石戒指", "流苏耳环", "珍珠项链"]);
    assert_eq!(rows[2], ["00123  ¥1.25", "ER-88  ¥18.80", "NK-7  ¥42.00"]);
    assert_eq!(rows[3], ["锆石戒指", "", ""]);
    let drawing = part(&filled.bytes, "xl/drawings/drawing1.xml");
    assert_eq!(drawing.matches("<xdr:pic>").count(), 3);
}

#[test]
fn the_other_samples_are_filled_too() {
    for (name, sheet, said) in [
        ("形式发票", "Proforma Invoice", "Date: 2026-11-20"),
        ("送货单", "送货单", "地址：义乌国际商贸城"),
    ] {
        let filled = fill(&sample(name), 1, Per::Record, &[1]).unwrap();
        keep(name, &filled.bytes);
        let all = rows(&filled.bytes, sheet);
        assert!(
            all.iter().flatten().any(|cell| cell == said),
            "{name}: {all:?}"
        );
        assert!(!all.iter().flatten().any(|cell| cell.contains("{{")));
    }
}

#[test]
fn wrong_placeholders_are_told_with_what_was_meant() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("发货").unwrap();
    for (row, text) in [
        "{{客户.名程}}",
        "{{客户名称}}",
        "{{名称}}",
        "{{单号.x}}",
        "{{单号",
        "{{}}",
        "{{单号|红}}",
        "{{客户@0}}",
        "{{xyz123}}",
        "{{明细.商品.货号}}",
    ]
    .into_iter()
    .enumerate()
    {
        sheet.write(row as u32, 1, text).unwrap();
    }
    let bytes = book.save_to_buffer().unwrap();
    let problems = Template::read(&bytes)
        .unwrap()
        .check(&snapshot().schema, TableId(1), Per::Record)
        .unwrap_err();
    let told: Vec<_> = problems
        .iter()
        .map(|problem| {
            (
                problem.cell.as_str(),
                problem.code,
                problem.suggestion.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("B1", "unknown_field", Some("{{客户.名称}}")),
            ("B2", "unknown_field", Some("{{客户.名称}}")),
            ("B3", "unknown_field", Some("{{客户.名称}}")),
            ("B4", "not_a_link", Some("{{单号}}")),
            ("B5", "unclosed", None),
            ("B6", "empty", None),
            ("B7", "unknown_format", None),
            ("B8", "bad_number", None),
            ("B9", "unknown_field", None),
        ]
    );
    assert_eq!(
        problems[0].message.zh,
        "工作表“发货”的 B1 里的 {{客户.名程}}：表“客户”没有字段“名程”。"
    );
    assert_eq!(
        problems[0].hint.en,
        "Did you mean {{客户.名称}}? Mend it in the template and upload it again."
    );
}

#[test]
fn files_that_are_no_template_are_told_apart() {
    assert_eq!(
        fill(b"hello", 1, Per::Record, &[1]),
        Err(TemplateError::NotAWorkbook)
    );
    let good = sample("报价单");
    for n_bytes in (0..good.len()).step_by(997) {
        assert!(
            fill(&good[..n_bytes], 1, Per::Record, &[1]).is_err(),
            "{n_bytes}"
        );
    }
}

#[test]
fn the_print_page_shows_what_the_workbook_shows() {
    let filled = fill(&sample("报价单"), 1, Per::Record, &[1]).unwrap();
    let page = print::page(&filled.bytes).unwrap();
    for said in [
        "@page{size:8.268in 11.693in;margin:",
        "@bottom-center{content:counter(page) \" / \" counter(pages)",
        "¥1,246.80",
        "2026年11月20日",
        "请用加厚纸箱 &amp; 泡沫 &lt;易碎&gt;",
        "colspan=\"7\" rowspan=\"3\"",
        "<thead>",
        "data:image/png;base64,",
    ] {
        assert!(page.contains(said), "{said}");
    }
    assert!(!page.contains("<script") && !page.contains("http"));
    assert_eq!(page.matches("<img").count(), 5);
}

#[test]
fn a_starter_template_can_be_filled_at_once() {
    let schema = snapshot().schema;
    for (table, per, said) in [(1, Per::Record, "明细"), (4, Per::Selection, "名称")] {
        let bytes = starter::workbook(&schema, TableId(table), per).unwrap();
        let n_cells = Template::read(&bytes)
            .unwrap()
            .check(&schema, TableId(table), per)
            .unwrap();
        assert!(n_cells > 5, "{n_cells}");
        assert!(
            rows(&bytes, "Sheet1")
                .iter()
                .flatten()
                .any(|cell| cell.contains(said))
        );
        let filled = fill(&bytes, table, per, &[1]).unwrap();
        keep(&format!("starter-{table}"), &filled.bytes);
        let rows = rows(&filled.bytes, "Sheet1");
        assert!(
            !rows.iter().flatten().any(|cell| cell.contains("{{")),
            "{rows:?}"
        );
    }
}
