//! Names that Excel accepts for sheets, tables and columns.
//!
//! Rules: a sheet name has 1–31 characters without `[]:*?/\` and no `'` at either end; a table name is an
//! identifier that does not look like a cell reference; in structured references `[ ] # '` are escaped by `'`
//! (Microsoft, "Using structured references with Excel tables").

use super::{ExportError, ExportTable, resolve};
use std::collections::{BTreeMap, HashSet};
use table::{
    id::{FieldId, TableId},
    schema::Schema,
    snapshot::Snapshot,
};

/// What formulas call one table of a workbook.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkbookTable {
    pub name: String,
    pub headers: BTreeMap<FieldId, String>,
    /// All live records are written.
    pub whole: bool,
}

/// The Excel Tables that a workbook of these tables will have; a table without records becomes none.
pub fn workbook_tables(
    snapshot: &Snapshot,
    tables: &[ExportTable],
) -> Result<BTreeMap<TableId, WorkbookTable>, ExportError> {
    let ids: Vec<TableId> = tables.iter().map(|table| table.table).collect();
    let mut names = table_names(&snapshot.schema, &ids);
    let mut out = BTreeMap::new();
    for table in tables {
        let resolved = resolve(snapshot, table)?;
        let Some(name) = names
            .remove(&table.table)
            .filter(|_| !resolved.rows.is_empty())
        else {
            continue;
        };
        let headers = headers(resolved.fields.iter().map(|field| field.name.as_str()));
        let ids = resolved.fields.iter().map(|field| field.id);
        let table_names = WorkbookTable {
            name,
            headers: ids.zip(headers).collect(),
            whole: resolved.rows.len() as u64 == resolved.data.n_live,
        };
        out.insert(table.table, table_names);
    }
    Ok(out)
}

/// Sheet names for tables in this order, unique without regard to case.
pub fn sheet_names(schema: &Schema, tables: &[TableId]) -> BTreeMap<TableId, String> {
    unique(schema, tables, 31, |name| {
        let kept: String = name
            .chars()
            .map(|c| {
                if "[]:*?/\\".contains(c) || c.is_control() {
                    ' '
                } else {
                    c
                }
            })
            .collect();
        kept.trim().trim_matches('\'').trim().to_string()
    })
}

/// Excel table (ListObject) names for tables in this order, unique without regard to case.
pub fn table_names(schema: &Schema, tables: &[TableId]) -> BTreeMap<TableId, String> {
    unique(schema, tables, 200, |name| {
        let mut out: String = name
            .chars()
            .map(|c| {
                if c.is_alphanumeric() || c == '_' || c == '.' {
                    c
                } else {
                    '_'
                }
            })
            .collect();
        let first_fits = out
            .chars()
            .next()
            .is_some_and(|c| c.is_alphabetic() || c == '_');
        // `A1`, `R1C1` and `AB12` would be cell references.
        if !first_fits || out.is_ascii() {
            out.insert_str(0, "T_");
        }
        out
    })
}

fn unique(
    schema: &Schema,
    tables: &[TableId],
    max_chars: usize,
    clean: impl Fn(&str) -> String,
) -> BTreeMap<TableId, String> {
    let mut seen = HashSet::new();
    let mut names = BTreeMap::new();
    for (at, table) in tables.iter().enumerate() {
        let name = schema
            .any_table(*table)
            .map_or("", |table| table.name.as_str());
        let mut base = clean(name);
        if base.is_empty() {
            base = format!("T_{}", at + 1);
        }
        let mut candidate = cut(&base, max_chars);
        let mut n = 2;
        while !seen.insert(candidate.to_lowercase()) {
            let suffix = format!("_{n}");
            candidate = format!("{}{suffix}", cut(&base, max_chars - suffix.chars().count()));
            n += 1;
        }
        names.insert(*table, candidate);
    }
    names
}

/// Excel counts UTF-16 units.
fn cut(text: &str, max_units: usize) -> String {
    let mut units = 0;
    text.chars()
        .take_while(|c| {
            units += c.len_utf16();
            units <= max_units
        })
        .collect()
}

/// Column headers of one sheet: not empty, unique without regard to case, one line.
pub(super) fn headers<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut out = Vec::new();
    for (at, name) in names.into_iter().enumerate() {
        let clean: String = cut(name.replace(['\r', '\n', '\t'], " ").trim(), 250);
        let base = if clean.is_empty() {
            format!("列{}", at + 1)
        } else {
            clean
        };
        let mut candidate = base.clone();
        let mut n = 2;
        while !seen.insert(candidate.to_lowercase()) {
            candidate = format!("{base}_{n}");
            n += 1;
        }
        out.push(candidate);
    }
    out
}

/// A column name inside a structured reference, with brackets: `[单价]`, `[a'[b']]`.
pub fn column_reference(name: &str) -> String {
    let mut out = String::from("[");
    for c in name.chars() {
        if "[]#'".contains(c) {
            out.push('\'');
        }
        out.push(c);
    }
    out.push(']');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use table::schema::Table;

    #[test]
    fn names_fit_excel() {
        let table = |id: u32, name: &str| Table {
            id: TableId(id),
            name: name.into(),
            description: String::new(),
            fields: vec![],
            views: vec![],
            removed: false,
        };
        let long = "很长".repeat(40);
        let tables = vec![
            table(1, "a/b"),
            table(2, "A b"),
            table(3, &long),
            table(4, &long),
            table(5, ""),
            table(6, "A1"),
        ];
        let schema = Schema {
            name: String::new(),
            tables,
            next: Default::default(),
        };
        let ids: Vec<TableId> = (1..=6).map(TableId).collect();
        let sheets = sheet_names(&schema, &ids);
        assert_eq!(sheets[&TableId(1)], "a b");
        assert_eq!(sheets[&TableId(2)], "A b_2");
        assert_eq!(sheets[&TableId(3)].chars().count(), 31);
        assert!(sheets[&TableId(4)].ends_with("_2"));
        let tables = table_names(&schema, &ids);
        assert_eq!(tables[&TableId(6)], "T_A1");
        assert_eq!(
            headers(["单价", "单价", "", "A\nB"]),
            ["单价", "单价_2", "列3", "A B"]
        );
        assert_eq!(column_reference("a[b]#'"), "[a'[b']'#'']");
    }
}
