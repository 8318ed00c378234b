//! A formula as Excel writes it into a workbook: [`Formula::to_excel`] over the [`ExcelNames`] of that workbook.
//!
//! Law: what is printed computes in Excel 2010 and later, WPS and LibreOffice what it computes here (but for days
//! before 1900-03-01, which Excel counts otherwise); where that cannot be promised (AI and own functions, a table or
//! field outside the workbook, Excel's limits) there is no text, and the file gets values. Tests: below, and recalculated by LibreOffice in `server/tests/route/workbook.rs`.

use crate::{
    door::Formula,
    syntax::{
        ast::{Expr, FieldRef, Kind, Literal, TableRef},
        printer::number_text,
    },
};
use std::collections::BTreeMap;
use table::{
    id::{FieldId, TableId},
    value::CellError,
};

/// Excel's limits of one formula (Excel specifications and limits).
const FORMULA_UNITS: usize = 8_192;
const TEXT_UNITS: usize = 255;
const ARGUMENTS: usize = 255;
const DEPTH: usize = 60;

/// Functions of the same name and meaning in Excel.
const SAME: &[&str] = &[
    "ABS",
    "AND",
    "AVERAGE",
    "AVERAGEIF",
    "AVERAGEIFS",
    "CEILING",
    "CONCAT",
    "CONCATENATE",
    "COUNT",
    "COUNTA",
    "COUNTBLANK",
    "COUNTIF",
    "COUNTIFS",
    "DATE",
    "DATEDIF",
    "DAY",
    "DAYS",
    "EDATE",
    "EOMONTH",
    "EXACT",
    "FIND",
    "FLOOR",
    "HOUR",
    "IF",
    "IFERROR",
    "IFNA",
    "IFS",
    "INDEX",
    "INT",
    "ISBLANK",
    "ISERROR",
    "ISNUMBER",
    "ISTEXT",
    "LEFT",
    "LEN",
    "LOWER",
    "MATCH",
    "MAX",
    "MAXIFS",
    "MID",
    "MIN",
    "MINIFS",
    "MINUTE",
    "MOD",
    "MONTH",
    "NA",
    "NOT",
    "NOW",
    "OR",
    "POWER",
    "PRODUCT",
    "PROPER",
    "REPLACE",
    "REPT",
    "RIGHT",
    "ROUND",
    "ROUNDDOWN",
    "ROUNDUP",
    "SEARCH",
    "SECOND",
    "SIGN",
    "SQRT",
    "SUBSTITUTE",
    "SUM",
    "SUMIF",
    "SUMIFS",
    "SWITCH",
    "TEXT",
    "TEXTJOIN",
    "TODAY",
    "TRIM",
    "UPPER",
    "VALUE",
    "WEEKDAY",
    "XOR",
    "YEAR",
];

/// Functions that take whole columns. Elsewhere Excel would take one cell of a column by its row.
const TAKE_COLUMNS: &[&str] = &[
    "AND",
    "AVERAGE",
    "AVERAGEIF",
    "AVERAGEIFS",
    "CONCAT",
    "COUNT",
    "COUNTA",
    "COUNTBLANK",
    "COUNTIF",
    "COUNTIFS",
    "INDEX",
    "MATCH",
    "MAX",
    "MAXIFS",
    "MIN",
    "MINIFS",
    "OR",
    "PRODUCT",
    "SUM",
    "SUMIF",
    "SUMIFS",
    "TEXTJOIN",
    "XOR",
];

/// One table of the workbook.
#[derive(Debug, Clone, PartialEq)]
pub struct ExcelTable {
    /// Of the Excel Table.
    pub name: String,
    /// Headers of the fields that are written.
    pub headers: BTreeMap<FieldId, String>,
    /// All records are written, so whole columns mean the same there.
    pub whole: bool,
}

/// What a workbook calls its tables and columns. A table without rows is no Excel Table and does not belong here.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ExcelNames {
    pub tables: BTreeMap<TableId, ExcelTable>,
}

impl Formula {
    /// The text with `=` for a field of table `own`; `None` where the workbook cannot compute it.
    pub fn to_excel(&self, own: TableId, names: &ExcelNames) -> Option<String> {
        let mut out = String::from("=");
        Printer { own, names }.write(self.expr(), DEPTH, &mut out)?;
        // A text that ends in a brace would be read as an array formula.
        (out.encode_utf16().count() <= FORMULA_UNITS && !out.ends_with('}')).then_some(out)
    }
}

struct Printer<'a> {
    own: TableId,
    names: &'a ExcelNames,
}

impl Printer<'_> {
    fn write(&self, expr: &Expr, depth: usize, out: &mut String) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match &expr.kind {
            Kind::Number(number) => out.push_str(&number_text(*number)),
            Kind::Text(text) => write_text(text, out)?,
            Kind::Bool(value) => out.push_str(if *value { "TRUE" } else { "FALSE" }),
            Kind::Error(error) => out.push_str(excel_error(*error)?),
            Kind::Array(rows) => write_array(rows, out)?,
            Kind::Own(field) => {
                let (name, header) = self.column(self.own, field)?;
                out.push_str(&format!("{name}[[#This Row],{}]", bracketed(header)));
            }
            Kind::Column(..) => return None,
            Kind::Call { name, args, .. } if name == "XLOOKUP" => {
                self.write_xlookup(args, depth, out)?
            }
            Kind::Call { name, args, .. } => self.write_call(name, args, depth, out)?,
            Kind::Negate(inner) => {
                out.push('-');
                self.write(inner, depth, out)?;
            }
            Kind::Plus(inner) => {
                out.push('+');
                self.write(inner, depth, out)?;
            }
            Kind::Percent(inner, n) => {
                self.write(inner, depth, out)?;
                out.extend(std::iter::repeat_n('%', *n as usize));
            }
            Kind::Chain(first, rest) => {
                self.write(first, depth, out)?;
                for (op, next) in rest {
                    out.push_str(op.symbol());
                    self.write(next, depth, out)?;
                }
            }
            Kind::Group(inner) => {
                out.push('(');
                self.write(inner, depth, out)?;
                out.push(')');
            }
            Kind::Missing => {}
            Kind::Note { inner, .. } => self.write(inner, depth, out)?,
            Kind::Name(_) | Kind::Apply(..) | Kind::Dot(..) => return None,
        }
        Some(())
    }

    fn write_call(&self, name: &str, args: &[Expr], depth: usize, out: &mut String) -> Option<()> {
        if SAME.binary_search(&name).is_err() || args.len() > ARGUMENTS {
            return None;
        }
        out.push_str(name);
        out.push('(');
        for (at, arg) in args.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            if TAKE_COLUMNS.contains(&name) {
                self.write_range(arg, depth, out)?;
            } else {
                self.write(arg, depth, out)?;
            }
        }
        out.push(')');
        Some(())
    }

    /// A whole column where it stands alone, else as anywhere.
    fn write_range(&self, arg: &Expr, depth: usize, out: &mut String) -> Option<()> {
        let Kind::Column(table, field) = &arg.ungrouped().kind else {
            return self.write(arg, depth, out);
        };
        let TableRef::Id(table) = table else {
            return None;
        };
        let (name, header) = self.column(*table, field)?;
        self.names.tables.get(table).filter(|table| table.whole)?;
        out.push_str(name);
        out.push_str(&bracketed(header));
        Some(())
    }

    /// As INDEX over MATCH: XLOOKUP is unknown to Excel before 2021 and to many versions of WPS and LibreOffice.
    fn write_xlookup(&self, args: &[Expr], depth: usize, out: &mut String) -> Option<()> {
        let (wanted, keys, values, default) = match args {
            [wanted, keys, values] => (wanted, keys, values, None),
            [wanted, keys, values, default] => (wanted, keys, values, Some(default)),
            _ => return None,
        };
        if default.is_some() {
            out.push_str("IFERROR(");
        }
        out.push_str("INDEX(");
        self.write_range(values, depth, out)?;
        out.push_str(",MATCH(");
        match &wanted.ungrouped().kind {
            // MATCH would take these for wildcards.
            Kind::Text(text) => {
                let plain = text.replace('~', "~~").replace('*', "~*");
                write_text(&plain.replace('?', "~?"), out)?
            }
            _ => self.write(wanted, depth, out)?,
        }
        out.push(',');
        self.write_range(keys, depth, out)?;
        out.push_str(",0))");
        if let Some(default) = default {
            out.push(',');
            self.write(default, depth, out)?;
            out.push(')');
        }
        Some(())
    }

    fn column(&self, table: TableId, field: &FieldRef) -> Option<(&str, &str)> {
        let FieldRef::Id(field) = field else {
            return None;
        };
        let table = self.names.tables.get(&table)?;
        Some((&table.name, table.headers.get(field)?))
    }
}

fn write_text(text: &str, out: &mut String) -> Option<()> {
    if text.encode_utf16().count() > TEXT_UNITS || text.chars().any(|c| c.is_control() && c != '\n')
    {
        return None;
    }
    out.push('"');
    out.push_str(&text.replace('"', "\"\""));
    out.push('"');
    Some(())
}

fn write_array(rows: &[Vec<Literal>], out: &mut String) -> Option<()> {
    out.push('{');
    for (y, row) in rows.iter().enumerate() {
        if y > 0 {
            out.push(';');
        }
        for (x, literal) in row.iter().enumerate() {
            if x > 0 {
                out.push(',');
            }
            match literal {
                Literal::Number(number) => out.push_str(&number_text(*number)),
                Literal::Text(text) => write_text(text, out)?,
                Literal::Bool(value) => out.push_str(if *value { "TRUE" } else { "FALSE" }),
                Literal::Error(error) => out.push_str(excel_error(*error)?),
            }
        }
    }
    out.push('}');
    Some(())
}

/// Errors that Excel knows too.
fn excel_error(error: CellError) -> Option<&'static str> {
    let known = [
        "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!",
    ];
    let code = error.code();
    known.into_iter().find(|known| *known == code)
}

/// A header in brackets; in files Excel escapes these four only.
fn bracketed(header: &str) -> String {
    let mut out = String::from("[");
    for c in header.chars() {
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
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Scope;
    use table::schema::Schema;

    fn printed(source: &str, whole: bool) -> Option<String> {
        let schema = Schema {
            name: String::new(),
            tables: Vec::new(),
            next: Default::default(),
        };
        let scope = Scope {
            schema: &schema,
            table: TableId(1),
            field: None,
        };
        let table = |name: &str, headers: &[(u32, &str)], whole| ExcelTable {
            name: name.into(),
            headers: headers
                .iter()
                .map(|(id, name)| (FieldId(*id), (*name).into()))
                .collect(),
            whole,
        };
        let tables = BTreeMap::from([
            (
                TableId(1),
                table("表", &[(1, "单价"), (2, "数[量]#'")], whole),
            ),
            (TableId(2), table("商品", &[(3, "货号"), (4, "名")], true)),
        ]);
        Formula::from_source(source, &scope)
            .unwrap()
            .to_excel(TableId(1), &ExcelNames { tables })
    }

    #[test]
    fn the_lists_are_sorted_for_the_search_and_name_functions() {
        assert!(SAME.is_sorted() && TAKE_COLUMNS.is_sorted());
        for name in SAME.iter().chain(TAKE_COLUMNS) {
            let known = crate::functions::all().iter().any(|doc| doc.name == *name);
            assert!(known, "{name}");
        }
    }

    #[test]
    fn formulas_print_as_a_workbook_holds_them() {
        for (source, wanted) in [
            (
                "[#f1]*[#f2]",
                "=表[[#This Row],[单价]]*表[[#This Row],[数'[量']'#'']]",
            ),
            ("SUM(#t2[#f4])", "=SUM(商品[名])"),
            (
                "XLOOKUP([#f1],#t2[#f3],#t2[#f4])",
                "=INDEX(商品[名],MATCH(表[[#This Row],[单价]],商品[货号],0))",
            ),
            (
                "XLOOKUP(1,#t2[#f3],#t2[#f4],\"无\")",
                "=IFERROR(INDEX(商品[名],MATCH(1,商品[货号],0)),\"无\")",
            ),
            (
                "XLOOKUP(\"15*20?~\",#t2[#f3],#t2[#f4])",
                "=INDEX(商品[名],MATCH(\"15~*20~?~~\",商品[货号],0))",
            ),
            (
                "SUMIFS(#t2[#f3],#t2[#f4],\"a\"\"b\")",
                "=SUMIFS(商品[货号],商品[名],\"a\"\"b\")",
            ),
            (
                "IF([#f1]>=5%,-[#f1],(1+2)&\"x\")",
                "=IF(表[[#This Row],[单价]]>=5%,-表[[#This Row],[单价]],(1+2)&\"x\")",
            ),
        ] {
            assert_eq!(printed(source, true).as_deref(), Some(wanted), "{source}");
        }
    }

    #[test]
    fn what_excel_cannot_compute_is_not_printed() {
        let long = format!("\"{}\"", "长".repeat(256));
        for source in [
            "AI.TRANSLATE([#f1],\"en\")",
            "[#f9]",
            "SUM(#t3[#f3])",
            "SUM(#t2[#f3]*2)",
            "{1,2}",
            long.as_str(),
        ] {
            assert_eq!(printed(source, true), None, "{source}");
        }
        assert_eq!(
            printed("SUM(#t1[#f1])", false),
            None,
            "a filtered view is not the whole column"
        );
        assert!(printed("[#f1]", false).is_some());
    }
}
