//! Files with known content are staged and compared with the expected reading.
#![allow(clippy::unwrap_used)]

mod staged;

use connectors::file::{StageErrorCode, StageLimits, Staged, stage};
use rust_xlsxwriter::{DataValidation, Format, Formula, Workbook};
use staged::{codes, names, stage_bytes, texts, types};
use std::fs;

#[test]
fn a_quotation_keeps_what_it_means() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("报价单").unwrap();
    let date = Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
    let code = Format::new().set_num_format("0000000");
    let money = Format::new().set_num_format("\"¥\"#,##0.00");
    let percent = Format::new().set_num_format("0.0%");
    sheet
        .merge_range(0, 0, 0, 6, "义乌某某饰品商行", &Format::new())
        .unwrap();
    let header = ["货号", "编码", "单价", "数量", "折扣", "日期", "单价"];
    for (column, name) in header.iter().enumerate() {
        sheet.write(1, column as u16, *name).unwrap();
    }
    for at in 0..6u32 {
        let row = at + 2;
        sheet.write(row, 0, format!("00{at}")).unwrap();
        sheet.write_with_format(row, 1, 123 + at, &code).unwrap();
        sheet.write_with_format(row, 2, 12.5, &money).unwrap();
        sheet.write(row, 3, at + 1).unwrap();
        sheet.write_with_format(row, 4, 0.95, &percent).unwrap();
        sheet.write_with_format(row, 5, 45_960 + at, &date).unwrap();
        sheet.write(row, 6, 330_782_199_001_011_234_f64).unwrap();
    }
    sheet.write(8, 0, "合计").unwrap();
    sheet
        .write_formula(8, 3, Formula::new("SUM(D3:D8)").set_result("21"))
        .unwrap();
    let (folder, manifest) = stage_bytes("报价.csv", &book.save_to_buffer().unwrap());
    assert_eq!(manifest.format, "xlsx");
    let sheet = &manifest.sheets[0];
    assert_eq!(sheet.title_lines, ["义乌某某饰品商行"]);
    assert_eq!((sheet.header_row, sheet.n_rows), (2, 6));
    assert_eq!(
        names(sheet),
        ["货号", "编码", "单价", "数量", "折扣", "日期", "单价 2"]
    );
    assert_eq!(
        types(sheet),
        [
            "text", "text", "currency", "number", "percent", "date", "text"
        ]
    );
    assert_eq!(sheet.columns[2].source_column, "C");
    assert_eq!(sheet.dropped_rows[0].row, 9);
    assert_eq!(sheet.dropped_rows[0].cells[0].text, "合计");
    // 330782199001011234 is 330782199001011264 in every spreadsheet: the file has lost the digits.
    assert_eq!(
        texts(folder.path(), 0)[0],
        "'000|0000123|12.5|1|0.95|2025-10-30|'330782199001011264"
    );
    let lost = sheet
        .notes
        .iter()
        .find(|note| note.code == "digits_lost")
        .unwrap();
    assert_eq!(lost.at.as_deref(), Some("报价单!G3"));
    assert_eq!(sheet.sample_rows[0][2].text, "¥12.50");
}

#[test]
fn merged_headers_are_joined_and_merged_cells_filled_down() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let plain = Format::new();
    sheet.merge_range(0, 0, 1, 0, "品名", &plain).unwrap();
    sheet.merge_range(0, 1, 0, 2, "包装", &plain).unwrap();
    sheet.write(1, 1, "装箱数").unwrap();
    sheet.write(1, 2, "毛重").unwrap();
    sheet.merge_range(2, 0, 4, 0, "发夹", &plain).unwrap();
    for row in 2..6u32 {
        sheet.write(row, 1, row * 10).unwrap();
        sheet.write(row, 2, 1.5).unwrap();
    }
    sheet.write(5, 0, "头绳").unwrap();
    let (folder, manifest) = stage_bytes("a.xlsx", &book.save_to_buffer().unwrap());
    let sheet = &manifest.sheets[0];
    assert_eq!(names(sheet), ["品名", "包装/装箱数", "包装/毛重"]);
    assert_eq!(
        texts(folder.path(), 0),
        [
            "'发夹|20|1.5",
            "'发夹|30|1.5",
            "'发夹|40|1.5",
            "'头绳|50|1.5"
        ]
    );
    assert!(codes(sheet).contains(&"merged_filled_down"));
}

#[test]
fn blank_names_hidden_columns_and_lists() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "品名").unwrap();
    sheet.write(0, 1, "状态").unwrap();
    for row in 1..9u32 {
        sheet.write(row, 0, format!("商品{row}")).unwrap();
        let status = if row % 2 == 0 { "在售" } else { "停产" };
        sheet.write(row, 1, status).unwrap();
        sheet.write(row, 2, row).unwrap();
    }
    let list = DataValidation::new()
        .allow_list_strings(&["在售", "停产", "预售"])
        .unwrap();
    sheet.add_data_validation(1, 1, 20, 1, &list).unwrap();
    sheet.set_column_hidden(2).unwrap();
    sheet.set_row_hidden(3).unwrap();
    book.add_worksheet().set_name("空表").unwrap();
    let (_folder, manifest) = stage_bytes("a.xlsx", &book.save_to_buffer().unwrap());
    assert_eq!(manifest.sheets.len(), 1);
    let sheet = &manifest.sheets[0];
    assert_eq!(names(sheet), ["品名", "状态", "列3"]);
    assert!(sheet.columns[2].hidden);
    assert!(codes(sheet).contains(&"hidden_rows"));
    let options = sheet.columns[1].proposal.field_type.options().unwrap();
    let options: Vec<&str> = options.iter().map(|option| option.name.as_str()).collect();
    assert_eq!(options, ["在售", "停产", "预售"]);
}

#[test]
fn text_files_of_all_encodings_read_alike() {
    let text = "货号,品名,单价,日期\r\n00123,\"发夹，红\n大号\",￥3.50,2025.10.30\r\n00124,头绳,4,2025年11月1日\r\n";
    let utf16: Vec<u8> = std::iter::once('\u{feff}')
        .chain(text.replace(',', "\t").chars())
        .collect::<String>()
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let gb = encoding_rs::GB18030.encode(text).0.into_owned();
    for (bytes, encoding, format) in [
        (text.as_bytes().to_vec(), "UTF-8", "csv"),
        (gb, "GB18030", "csv"),
        (utf16, "UTF-16LE", "tsv"),
    ] {
        let (folder, manifest) = stage_bytes("进货 单.xlsx", &bytes);
        assert_eq!(manifest.encoding.as_deref(), Some(encoding));
        assert_eq!(manifest.format, format);
        let sheet = &manifest.sheets[0];
        assert_eq!(sheet.name, "进货 单");
        assert_eq!(
            types(sheet),
            ["text", "long_text", "currency", "date"],
            "{encoding}"
        );
        let first = &texts(folder.path(), 0)[0];
        assert_eq!(
            first, "'00123|'发夹，红\n大号|'￥3.50|'2025.10.30",
            "{encoding}"
        );
    }
}

#[test]
fn a_long_text_file_has_several_batches() {
    let mut text = String::from("货号,数量\n");
    for at in 0..150_000 {
        text.push_str(&format!("A{at:06},{at}\n"));
    }
    let (folder, manifest) = stage_bytes("a.csv", text.as_bytes());
    let sheet = &manifest.sheets[0];
    assert_eq!((sheet.n_rows, sheet.n_batches), (150_000, 4));
    let texts = texts(folder.path(), 0);
    assert_eq!(texts.len(), 150_000);
    assert_eq!(texts[149_999], "'A149999|'149999");
    assert_eq!(types(sheet), ["text", "number"]);
}

#[test]
fn a_sparse_corner_costs_nothing() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "品名").unwrap();
    sheet.write(1_048_575, 16_383, 1).unwrap();
    let (folder, manifest) = stage_bytes("a.xlsx", &book.save_to_buffer().unwrap());
    assert!(manifest.sheets[0].columns.len() <= 2);
    assert!(texts(folder.path(), 0).len() <= 2);
}

#[test]
fn what_is_no_table_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let check = |bytes: &[u8], code: StageErrorCode| {
        let input = folder.path().join("input");
        fs::write(&input, bytes).unwrap();
        let into = folder.path().join("s");
        let error = stage(&input, "a.xlsx", &into, &StageLimits::default()).unwrap_err();
        assert_eq!(error.code, code, "{error:?}");
        assert!(!error.zh.is_empty());
    };
    check(b"", StageErrorCode::Empty);
    check(b"\n\n  \n", StageErrorCode::Empty);
    check(b"<html><p>no table</p></html>", StageErrorCode::NotATable);
    check(b"%PDF-1.7 ...", StageErrorCode::NotATable);
    check(b"PK\x03\x04 not really", StageErrorCode::Corrupt);
    check(
        &[0, 1, 2, 3, 0, 255, 254, 7].repeat(50),
        StageErrorCode::NotText,
    );
    let mut compound = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).unwrap();
    compound.create_stream("EncryptedPackage").unwrap();
    compound.flush().unwrap();
    let stub = compound.into_inner().into_inner();
    check(&stub, StageErrorCode::PasswordNeeded);
}

#[test]
fn filled_down_formulas_are_written_over_fields() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("明细").unwrap();
    for (column, name) in ["货号", "数量", "单价", "金额", "累计", "含税"]
        .iter()
        .enumerate()
    {
        sheet.write(0, column as u16, *name).unwrap();
    }
    for row in 1..=20u32 {
        let n = row + 1;
        let formula = |text: String| Formula::new(text).set_result("3");
        sheet.write(row, 0, format!("A{row}")).unwrap();
        sheet.write(row, 1, row).unwrap();
        let price = formula(format!("VLOOKUP(A{n},价目表!$A:$B,2,0)"));
        sheet.write_formula(row, 2, price).unwrap();
        sheet
            .write_formula(row, 3, formula(format!("ROUND(B{n}*(C{n}+1),2)")))
            .unwrap();
        sheet
            .write_formula(row, 4, formula(format!("SUM(D$2:D{n})")))
            .unwrap();
        sheet
            .write_formula(row, 5, formula(format!("D{n}*$H$1")))
            .unwrap();
    }
    sheet.write(5, 3, 99).unwrap();
    let prices = book.add_worksheet().set_name("价目表").unwrap();
    prices.write(0, 0, "货号").unwrap();
    prices.write(0, 1, "单价").unwrap();
    for row in 1..=20u32 {
        prices.write(row, 0, format!("A{row}")).unwrap();
        prices.write(row, 1, 3).unwrap();
    }
    let (_folder, manifest) = stage_bytes("a.xlsx", &book.save_to_buffer().unwrap());
    let columns = &manifest.sheets[0].columns;
    let text = |at: usize| columns[at].formula.as_ref().unwrap().text.as_str();
    let why = |at: usize| columns[at].formula.as_ref().unwrap().why_not.as_deref();
    assert_eq!(text(2), "XLOOKUP([货号],价目表[货号],价目表[单价])");
    assert_eq!(text(3), "ROUND([数量]*([单价]+1),2)");
    assert_eq!(columns[3].formula.as_ref().unwrap().n_exceptions, 1);
    assert_eq!(why(4), Some("other_rows"));
    assert_eq!(why(5), Some("fixed_cell"));
    assert!(columns[1].formula.is_none());
}

fn png(side: u32) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_pixel(side, side + 1, image::Rgb([200, 30, 30]));
    picture.write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

#[test]
fn floating_and_placed_pictures_reach_their_rows() {
    use rust_xlsxwriter::Image;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in ["品名", "图片", "实拍"].iter().enumerate() {
        sheet.write(0, column as u16, *name).unwrap();
    }
    for row in 1..=4u32 {
        sheet.write(row, 0, format!("商品{row}")).unwrap();
        sheet.set_row_height(row, 60).unwrap();
    }
    let first = Image::new_from_buffer(&png(40)).unwrap();
    let second = Image::new_from_buffer(&png(50)).unwrap();
    // Dragged a few pixels into the row above: the centre still lies in row 3.
    sheet.insert_image_with_offset(1, 1, &first, 2, 75).unwrap();
    sheet.insert_image(4, 1, &first).unwrap();
    sheet.embed_image(2, 2, &second).unwrap();
    let (folder, manifest) = stage_bytes("a.xlsx", &book.save_to_buffer().unwrap());
    let sheet = &manifest.sheets[0];
    assert_eq!(names(sheet), ["品名", "图片", "实拍"]);
    assert_eq!(types(sheet), ["text", "attachment", "attachment"]);
    assert_eq!(
        texts(folder.path(), 0),
        ["'商品1||", "'商品2|<1>|<1>", "'商品3||", "'商品4|<1>|"]
    );
    let picture = &sheet.sample_rows[1][2].pictures[0];
    assert_eq!((picture.width_px, picture.height_px), (50, 51));
    assert_eq!(picture.mime.as_ref(), "image/png");
    let staged = Staged::open(&folder.path().join("staged")).unwrap();
    assert_eq!(fs::read(staged.picture(&picture.digest)).unwrap(), png(50));
}

/// A workbook of hand-made parts.
fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const RELS: &str =
    r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#;

fn small_book(sheet: &str) -> Vec<u8> {
    let image = png(9);
    let root = format!(
        r#"{RELS}<Relationship Id="rId1" Type="http://x/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
    );
    let book = r#"<workbook xmlns:r="r"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    let book_rels = format!(
        r#"{RELS}<Relationship Id="rId1" Type="http://x/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://www.wps.cn/officeDocument/2020/cellImage" Target="cellimages.xml"/></Relationships>"#
    );
    let images = r#"<etc:cellImages xmlns:etc="e" xmlns:xdr="x" xmlns:a="a" xmlns:r="r"><etc:cellImage><xdr:pic><xdr:nvPicPr><xdr:cNvPr id="2" name="ID_01" descr="正面"/></xdr:nvPicPr><xdr:blipFill><a:blip r:embed="rId1"/></xdr:blipFill></xdr:pic></etc:cellImage></etc:cellImages>"#;
    let image_rels = format!(
        r#"{RELS}<Relationship Id="rId1" Type="http://x/relationships/image" Target="media/image1.JPG"/></Relationships>"#
    );
    zipped(&[
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", book_rels.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
        ("xl/cellimages.xml", images.as_bytes()),
        ("xl/_rels/cellimages.xml.rels", image_rels.as_bytes()),
        ("xl/media/image1.JPG", &image),
    ])
}

#[test]
fn pictures_of_wps_are_found() {
    let text =
        |at: &str, text: &str| format!(r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#);
    let dispimg =
        r#"<c r="B2" t="str"><f>_xlfn.DISPIMG("ID_01",1)</f><v>=DISPIMG("ID_01",1)</v></c>"#;
    let sheet = format!(
        "<worksheet><sheetData><row r=\"1\">{}{}</row><row r=\"2\">{}{dispimg}</row></sheetData></worksheet>",
        text("A1", "品名"),
        text("B1", "图片"),
        text("A2", "发&amp;夹"),
    );
    let (folder, manifest) = stage_bytes("a.xlsx", &small_book(&sheet));
    assert_eq!(texts(folder.path(), 0), ["'发&夹|<1>"]);
    let picture = &manifest.sheets[0].sample_rows[0][1].pictures[0];
    assert_eq!(
        (picture.name.as_ref(), picture.mime.as_ref()),
        ("正面.JPG", "image/png")
    );
}

#[test]
fn hostile_files_end_in_an_error_or_a_small_table() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("input");
    let into = folder.path().join("s");
    let limits = StageLimits::default();
    let bomb = zipped(&[("xl/big.xml", &vec![b'0'; 30 << 20])]);
    fs::write(&input, bomb).unwrap();
    assert_eq!(
        stage(&input, "a", &into, &limits).unwrap_err().code,
        StageErrorCode::ZipBomb
    );
    let sheet = r#"<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row><row r="2"><c r="A2"><v>1</v></c></row></sheetData></worksheet>"#;
    let good = small_book(sheet);
    for cut in (0..good.len()).step_by(17) {
        fs::write(&input, &good[..cut]).unwrap();
        assert!(stage(&input, "a", &into, &limits).is_err(), "cut at {cut}");
    }
    let outside = r#"<worksheet><sheetData><row r="16777217"><c r="XFE1"><v>1</v></c></row></sheetData></worksheet>"#;
    fs::write(&input, small_book(outside)).unwrap();
    assert_eq!(
        stage(&input, "a", &into, &limits).unwrap_err().code,
        StageErrorCode::Empty
    );
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..600), start in 0usize..4) {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("input");
        let head: &[u8] = [&b""[..], b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"a,b\n"][start];
        fs::write(&input, [head, &bytes].concat()).unwrap();
        let _ = stage(&input, "a.csv", &folder.path().join("s"), &StageLimits::default());
    }
}

#[test]
fn old_workbooks_are_read() {
    let (folder, manifest) = stage_bytes("a.xlsx", include_bytes!("fixtures/goods.xls"));
    assert_eq!(manifest.format, "xls");
    assert_eq!(manifest.notes[0].code, "old_format");
    let sheet = &manifest.sheets[0];
    assert_eq!(sheet.title_lines, ["某某商行"]);
    assert_eq!(types(sheet), ["text", "currency", "date", "text"]);
    assert_eq!(
        texts(folder.path(), 0),
        [
            "'002|7|2025-10-02|'合并",
            "'003|10.5|2025-10-03|'合并",
            "'004|14|2025-10-04|'甲",
            "'005|17.5|2025-10-05|",
        ]
    );
}
