//! A formula as Excel writes it into a workbook: [`Formula::to_excel`] over the [`ExcelNames`] of that workbook.
//!
//! Law: what is printed computes in Excel 2010 and later, WPS and LibreOffice what it computes here (but for days
//! before 1900-03-01, which Excel counts otherwise); where that cannot be promised (AI and own functions, a table or
//! field outside the workbook, Excel's limits) there is no text, and the file gets values. Tests: below, and recalculated by LibreOffice in `server/tests/route/workbook.rs`.

mod functions;

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

/// Whether the argument at a place is a range.
type IsRange = fn(usize) -> bool;

/// Whose ranges must be references: a file with an array there is damaged to Excel.
const REFERENCES: &[(&str, IsRange)] = &[
    ("AGGREGATE", |at| at >= 2),
    ("AVERAGEIF", |at| at != 1),
    ("AVERAGEIFS", |at| at == 0 || at % 2 == 1),
    ("COUNTBLANK", |_| true),
    ("COUNTIF", |at| at == 0),
    ("COUNTIFS", |at| at % 2 == 0),
    ("MAXIFS", |at| at == 0 || at % 2 == 1),
    ("MINIFS", |at| at == 0 || at % 2 == 1),
    ("RANK", |at| at == 1),
    ("RANK.AVG", |at| at == 1),
    ("RANK.EQ", |at| at == 1),
    ("SUBTOTAL", |at| at >= 1),
    ("SUMIF", |at| at != 1),
    ("SUMIFS", |at| at == 0 || at % 2 == 1),
];

/// Functions whose arguments Excel computes as arrays also in a formula of one cell.
const ARRAYS_INSIDE: &[&str] = &["LOOKUP", "SUMPRODUCT"];

/// Functions that Excel asks once per cell inside those.
const PER_CELL: &[&str] = &[
    "ABS",
    "DAY",
    "EXACT",
    "FIND",
    "INT",
    "ISBLANK",
    "ISERROR",
    "ISNUMBER",
    "ISTEXT",
    "LEFT",
    "LEN",
    "LOWER",
    "MID",
    "MOD",
    "MONTH",
    "RIGHT",
    "ROUND",
    "ROUNDDOWN",
    "ROUNDUP",
    "SEARCH",
    "SIGN",
    "SUBSTITUTE",
    "TEXT",
    "TRIM",
    "UPPER",
    "VALUE",
    "WEEKDAY",
    "YEAR",
];

/// What an expression stands in.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// One value is wanted: Excel would take one cell of a list, by its row.
    Cell,
    /// An argument that takes a list: whole columns as they are, arrays of constants also computed with.
    List,
    /// Columns are computed with, too.
    Computed,
}

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
        Printer { own, names }.write(self.expr(), Place::Cell, DEPTH, &mut out)?;
        // A text that ends in a brace would be read as an array formula.
        (out.encode_utf16().count() <= FORMULA_UNITS && !out.ends_with('}')).then_some(out)
    }
}

struct Printer<'a> {
    own: TableId,
    names: &'a ExcelNames,
}

impl Printer<'_> {
    fn write(&self, expr: &Expr, place: Place, depth: usize, out: &mut String) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match &expr.kind {
            Kind::Number(number) => out.push_str(&number_text(*number)),
            Kind::Text(text) => write_text(text, out)?,
            Kind::Bool(value) => out.push_str(if *value { "TRUE" } else { "FALSE" }),
            Kind::Error(error) => out.push_str(excel_error(*error)?),
            Kind::Array(rows) if place != Place::Cell => write_array(rows, out)?,
            Kind::Own(field) => {
                let (name, header) = self.column(self.own, field)?;
                out.push_str(&format!("{name}[[#This Row],{}]", bracketed(header)));
            }
            Kind::Column(table, field) if place == Place::Computed => {
                self.write_column(table, field, out)?
            }
            Kind::Call { name, args, .. } if name == "XLOOKUP" => {
                self.write_xlookup(args, depth, out)?
            }
            Kind::Call { name, args, .. } => self.write_call(name, args, place, depth, out)?,
            Kind::Negate(inner) => {
                out.push('-');
                self.write(inner, place, depth, out)?;
            }
            Kind::Plus(inner) => {
                out.push('+');
                self.write(inner, place, depth, out)?;
            }
            Kind::Percent(inner, n) => {
                self.write(inner, place, depth, out)?;
                out.extend(std::iter::repeat_n('%', *n as usize));
            }
            Kind::Chain(first, rest) => {
                self.write(first, place, depth, out)?;
                for (op, next) in rest {
                    out.push_str(op.symbol());
                    self.write(next, place, depth, out)?;
                }
            }
            Kind::Group(inner) => {
                out.push('(');
                self.write(inner, place, depth, out)?;
                out.push(')');
            }
            Kind::Missing => {}
            Kind::Note { inner, .. } => self.write(inner, place, depth, out)?,
            Kind::Array(_) | Kind::Column(..) => return None,
            Kind::Name(_) | Kind::Apply(..) | Kind::Dot(..) => return None,
        }
        Some(())
    }

    fn write_call(
        &self,
        name: &str,
        args: &[Expr],
        place: Place,
        depth: usize,
        out: &mut String,
    ) -> Option<()> {
        let later = functions::is_later(name)?;
        if args.len() > ARGUMENTS {
            return None;
        }
        let references = REFERENCES.iter().find(|(known, _)| *known == name);
        let inside = match functions::takes_lists(name) {
            true if ARRAYS_INSIDE.contains(&name) => Place::Computed,
            true => Place::List,
            false if place != Place::Computed || PER_CELL.contains(&name) => place,
            // One array of the columns would be taken by its row.
            false => Place::Cell,
        };
        if later {
            out.push_str(functions::LATER);
        }
        out.push_str(name);
        out.push('(');
        for (at, arg) in args.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            let is_column = matches!(arg.ungrouped().kind, Kind::Column(..));
            if references.is_some_and(|(_, is_range)| is_range(at)) && !is_column {
                return None;
            }
            match functions::takes_lists(name) {
                true => self.write_range(arg, inside, depth, out)?,
                false => self.write(arg, inside, depth, out)?,
            }
        }
        out.push(')');
        Some(())
    }

    /// A whole column where it stands alone, else as anywhere.
    fn write_range(&self, arg: &Expr, place: Place, depth: usize, out: &mut String) -> Option<()> {
        match &arg.ungrouped().kind {
            Kind::Column(table, field) => self.write_column(table, field, out),
            _ => self.write(arg, place, depth, out),
        }
    }

    fn write_column(&self, table: &TableRef, field: &FieldRef, out: &mut String) -> Option<()> {
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
        self.write_range(values, Place::List, depth, out)?;
        out.push_str(",MATCH(");
        match &wanted.ungrouped().kind {
            // MATCH would take these for wildcards.
            Kind::Text(text) => {
                let plain = text.replace('~', "~~").replace('*', "~*");
                write_text(&plain.replace('?', "~?"), out)?
            }
            _ => self.write(wanted, Place::Cell, depth, out)?,
        }
        out.push(',');
        self.write_range(keys, Place::List, depth, out)?;
        out.push_str(",0))");
        if let Some(default) = default {
            out.push(',');
            self.write(default, Place::Cell, depth, out)?;
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
    fn the_lists_name_functions() {
        assert!(functions::KNOWN.is_sorted());
        let listed = functions::KNOWN.iter().map(|(name, _)| *name);
        let lists = [ARRAYS_INSIDE, PER_CELL].concat();
        let all = listed.chain(REFERENCES.iter().map(|(name, _)| *name));
        for name in all.chain(lists) {
            let known = crate::functions::all().iter().any(|doc| doc.name == name);
            assert!(known && functions::is_later(name).is_some(), "{name}");
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
                "STDEV.S(#t2[#f3])+IFS([#f1]>1,MEDIAN({1,2}*2))",
                "=_xlfn.STDEV.S(商品[货号])+_xlfn.IFS(表[[#This Row],[单价]]>1,MEDIAN({1,2}*2))",
            ),
            (
                "SUMPRODUCT((#t2[#f4]=\"a\")*(LEN(#t2[#f4])>[#f1]),#t2[#f3])",
                "=SUMPRODUCT((商品[名]=\"a\")*(LEN(商品[名])>表[[#This Row],[单价]]),商品[货号])",
            ),
            (
                "LOOKUP(1,0/(#t2[#f4]=\"a\"),#t2[#f3])",
                "=LOOKUP(1,0/(商品[名]=\"a\"),商品[货号])",
            ),
            (
                "PERCENTILE.INC(#t2[#f3],90%)",
                "=_xlfn.PERCENTILE.INC(商品[货号],90%)",
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
            "{1,2}*2",
            "SUM(FILTER(#t2[#f3],#t2[#f4]=\"a\"))",
            "COUNTIF({1,2},1)",
            "SUM(IF(#t2[#f4]=\"a\",1))",
            "SUMPRODUCT(EDATE(#t2[#f3],1))",
            "LEN(#t2[#f3])",
            "MAP({1,2},LAMBDA(x,x+1))",
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
