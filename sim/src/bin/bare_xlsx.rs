//! The libraries alone, for the measurements of `bench/xlsx.py`: a workbook is read or written without a table behind it.
//!
//! `bare_xlsx read FILE` streams every cell and counts them; `bare_xlsx write CSV FILE` writes the rows of a CSV (without
//! quotation marks) as values in constant memory. Both print seconds and a count.

use calamine::{Data, DataRef, Reader, Xlsx, open_workbook};
use rust_xlsxwriter::{Format, Workbook};
use std::{error::Error, time::Instant};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let began = Instant::now();
    let n_cells = match words[..] {
        ["read", file] => read(file)?,
        ["write", csv, file] => write(csv, file)?,
        _ => return Err("bare_xlsx read FILE | bare_xlsx write CSV FILE".into()),
    };
    println!("{} {n_cells}", began.elapsed().as_secs_f64());
    Ok(())
}

fn read(file: &str) -> Result<u64, Box<dyn Error>> {
    let mut workbook: Xlsx<_> = open_workbook(file)?;
    let mut n_cells = 0;
    for sheet in workbook.sheet_names() {
        let mut cells = workbook.worksheet_cells_reader(&sheet)?;
        while let Some(cell) = cells.next_cell()? {
            n_cells += u64::from(*cell.get_value() != DataRef::Empty);
        }
    }
    Ok(n_cells)
}

/// Numbers, days and texts as a program would write them that knows its columns.
fn write(csv: &str, file: &str) -> Result<u64, Box<dyn Error>> {
    let text = std::fs::read_to_string(csv)?;
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let mut n_cells = 0;
    for (row, line) in text.lines().enumerate() {
        for (column, word) in line.split(',').enumerate() {
            let (row, column) = (u32::try_from(row)?, u16::try_from(column)?);
            n_cells += u64::from(!word.is_empty());
            match value(word) {
                Data::Float(number) => sheet.write_number(row, column, number)?,
                Data::DateTimeIso(word) => {
                    let date = rust_xlsxwriter::ExcelDateTime::parse_from_str(&word)?;
                    sheet.write_datetime_with_format(row, column, date, &day)?
                }
                _ if word.is_empty() => continue,
                _ => sheet.write_string(row, column, word)?,
            };
        }
    }
    workbook.save(file)?;
    Ok(n_cells)
}

fn value(word: &str) -> Data {
    let is_day = word.len() == 10 && word.as_bytes().get(4) == Some(&b'-');
    match word.parse::<f64>() {
        Ok(number) => Data::Float(number),
        Err(_) if is_day => Data::DateTimeIso(word.into()),
        Err(_) => Data::Empty,
    }
}
