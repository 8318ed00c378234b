//! Tables that are written as markup under the name "xls": web pages, XML Spreadsheet 2003, flat OpenDocument.
#![allow(clippy::unwrap_used)]

mod staged;

use connectors::file::{StageErrorCode, StageLimits, stage};
use staged::{codes, names, stage_bytes, texts, types};
use std::fs;

/// A red point.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

#[test]
fn a_page_saved_as_xls_is_its_tables() {
    let page = format!(
        r#"<html><head><meta http-equiv=Content-Type content="text/html; charset=utf-8"></head><body>
        <table border=1><caption>库存</caption>
        <tr><th>货号<th>品名<th>数量<th>图片</tr>
        <tr><td>00123</td><td rowspan="2">保温杯 &amp; 盖</td><td x:num="1234.5">1,234.50</td><td><img src="data:image/png;base64,{PNG}"></td></tr>
        <tr><td>00124</td><td>7</td><td><img src="http://127.0.0.1:1/never.png"></td></tr>
        <tr><td colspan=2>合计</td><td>8</td><td></td></tr></table>
        <script>var a = "<table><tr><td>no</td></tr></table>";</script></body></html>"#
    );
    let (folder, manifest) = stage_bytes("库存.xls", page.as_bytes());
    assert_eq!(
        (manifest.format.as_str(), manifest.sheets.len()),
        ("html", 1)
    );
    let sheet = &manifest.sheets[0];
    assert_eq!(sheet.name, "库存");
    assert_eq!(names(sheet), ["货号", "品名", "数量", "图片"]);
    assert_eq!(types(sheet), ["text", "text", "number", "attachment"]);
    assert_eq!(
        texts(folder.path(), 0),
        ["'00123|'保温杯 & 盖|1234.5|<1>", "'00124|'保温杯 & 盖|'7|"]
    );
    assert_eq!(sheet.dropped_rows.len(), 1);
    assert!(
        codes(sheet).contains(&"merged_filled_down"),
        "{:?}",
        codes(sheet)
    );
}

#[test]
fn a_page_in_gbk_without_closing_tags_reads_alike() {
    let page = "<table><tr><td>货号<td>单价<tr><td>A1<td>¥12.50<tr><td>A2<td>¥3.00</table>";
    let (folder, manifest) = stage_bytes("价.xls", page.as_bytes());
    let plain = texts(folder.path(), 0);
    assert_eq!(names(&manifest.sheets[0]), ["货号", "单价"]);
    assert_eq!(types(&manifest.sheets[0]), ["text", "currency"]);
    let head = "<meta charset=gb2312>";
    let (bytes, _, _) = encoding_rs::GBK.encode(page);
    let (folder, manifest) = stage_bytes("价.xls", &[head.as_bytes(), &bytes].concat());
    assert_eq!(texts(folder.path(), 0), plain);
    assert_eq!(manifest.encoding.as_deref(), Some("GB18030"));
    let utf16: Vec<u8> = std::iter::once(0xfeff)
        .chain(page.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let (folder, _) = stage_bytes("价.xls", &utf16);
    assert_eq!(texts(folder.path(), 0), plain);
}

#[test]
fn two_tables_of_a_page_are_two_sheets_and_frames_of_layout_are_none() {
    let page = "<table><tr><td><table><tr><th>名<th>数</tr><tr><td>杯<td>1</tr><tr><td>壶<td>2</tr></table></td></tr></table>
        <table><tr><th>城市<th>人</tr><tr><td>义乌<td>李</tr><tr><td>广州<td>王</tr></table>";
    let (folder, manifest) = stage_bytes("两张.html", page.as_bytes());
    let of_sheets: Vec<_> = manifest.sheets.iter().map(names).collect();
    assert_eq!(of_sheets, [["名", "数"], ["城市", "人"]]);
    assert_eq!(texts(folder.path(), 1), ["'义乌|'李", "'广州|'王"]);
    let bare = stage_error("页.html", b"<html><body><p>no table</p></body></html>");
    assert_eq!(bare, StageErrorCode::NotATable);
}

fn stage_error(name: &str, bytes: &[u8]) -> StageErrorCode {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("input");
    fs::write(&input, bytes).unwrap();
    let into = folder.path().join("staged");
    stage(&input, name, &into, &StageLimits::default())
        .unwrap_err()
        .code
}

const SPREADSHEET_ML: &str = r#"<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Styles><Style ss:ID="d"><NumberFormat ss:Format="yyyy\-mm\-dd"/></Style><Style ss:ID="z"><NumberFormat ss:Format="00000"/></Style></Styles>
<Worksheet ss:Name="进货"><Table>
<Row><Cell><Data ss:Type="String">编码</Data></Cell><Cell><Data ss:Type="String">日期</Data></Cell><Cell><Data ss:Type="String">数量</Data></Cell><Cell><Data ss:Type="String">付清</Data></Cell></Row>
<Row><Cell ss:StyleID="z"><Data ss:Type="Number">42</Data></Cell><Cell ss:StyleID="d"><Data ss:Type="DateTime">2026-11-23T00:00:00.000</Data></Cell><Cell><Data ss:Type="Number">3.5</Data></Cell><Cell><Data ss:Type="Boolean">1</Data></Cell></Row>
<Row ss:Index="5"><Cell ss:StyleID="z"><Data ss:Type="Number">43</Data></Cell><Cell ss:Index="3"><Data ss:Type="Number">4</Data></Cell><Cell><Data ss:Type="Error">#DIV/0!</Data></Cell></Row>
</Table></Worksheet></Workbook>"#;

#[test]
fn xml_spreadsheets_keep_dates_zeros_and_places() {
    let (folder, manifest) = stage_bytes("进货.xls", SPREADSHEET_ML.as_bytes());
    assert_eq!(manifest.format, "xml");
    let sheet = &manifest.sheets[0];
    assert_eq!(sheet.name, "进货");
    assert_eq!(names(sheet), ["编码", "日期", "数量", "付清"]);
    assert_eq!(
        texts(folder.path(), 0),
        ["00042|2026-11-23|3.5|true", "00043||4|#DIV/0!"]
    );
}

#[test]
fn flat_opendocument_is_read() {
    let text = r#"<?xml version="1.0" encoding="UTF-8"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:mimetype="application/vnd.oasis.opendocument.spreadsheet"><office:body><office:spreadsheet><table:table table:name="表"><table:table-row><table:table-cell office:value-type="string"><text:p>名</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>数</text:p></table:table-cell></table:table-row><table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="string"><text:p>杯</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="5"><text:p>5</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document>"#;
    let (folder, manifest) = stage_bytes("表.fods", text.as_bytes());
    assert_eq!(manifest.format, "fods");
    assert_eq!(texts(folder.path(), 0), ["'杯|5", "'杯|5"]);
}

#[test]
fn hostile_markup_ends_in_an_error_or_a_small_table() {
    let deep = format!("<table>{}", "<tr><td><table>".repeat(100_000));
    let wide = r#"<table><tr><td colspan="2000000000" rowspan="2000000000">a</td><td>b</td></tr><tr><td>1</td></tr></table>"#;
    let bomb = r#"<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="&b;"><Table><Row><Cell><Data ss:Type="String">&b;</Data></Cell></Row></Table></Worksheet></Workbook>"#;
    let far = SPREADSHEET_ML.replace("ss:Index=\"5\"", "ss:Index=\"4294967295\"");
    let whole = SPREADSHEET_ML;
    let mut all: Vec<String> = vec![deep, wide.into(), bomb.into(), far];
    all.extend((1..20).map(|at| {
        let mut end = whole.len() * at / 20;
        while !whole.is_char_boundary(end) {
            end -= 1;
        }
        whole[..end].to_owned()
    }));
    for text in all {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("input");
        fs::write(&input, &text).unwrap();
        let into = folder.path().join("staged");
        if let Ok(manifest) = stage(&input, "a.xls", &into, &StageLimits::default()) {
            let n_rows: u64 = manifest.sheets.iter().map(|sheet| sheet.n_rows).sum();
            assert!(n_rows < 10, "{n_rows} rows of {:.80}", text);
        }
    }
}
