//! One formula of a spreadsheet, written over field names.
//!
//! Function: [`over_fields`]. In: the text and its place; out: our text, or the code of the reason why not.
//! Law: nothing is guessed; a reference that is not to the same row or a whole sheet's column stops it.
//! Tests: `connectors/tests/staging.rs`.

use super::Sheets;
use formualizer_parse::{
    ASTNode, ASTNodeType, BinaryOperator, LiteralValue, UnaryOperator,
    parser::{ReferenceType, SpecialItem, TableRowSpecifier, TableSpecifier},
};
use std::collections::BTreeMap;

/// Where a formula stands and what it may name.
pub(super) struct Place<'a> {
    /// From 1.
    pub row: u32,
    /// Columns from the example's cell to the column in question.
    pub shift: i64,
    pub own_column: u32,
    /// Fields of the own sheet, by column (from 0).
    pub own: &'a BTreeMap<u32, String>,
    pub known: &'a Sheets,
}

type Why = &'static str;

const DEEPEST: u32 = 64;

pub(super) fn over_fields(formula: &str, place: &Place) -> Result<String, Why> {
    let tree = formualizer_parse::parse(format!("={formula}")).map_err(|_| "unreadable")?;
    let mut printer = Printer { place, n_fields: 0 };
    let text = printer.node(&tree, 0, DEEPEST)?;
    // A formula that reads no field is a constant; its values say as much.
    if printer.n_fields == 0 {
        Err("not_same_row")
    } else {
        Ok(text)
    }
}

struct Printer<'a> {
    place: &'a Place<'a>,
    n_fields: usize,
}

impl Printer<'_> {
    /// `outer`: how tightly the surrounding operator binds.
    fn node(&mut self, node: &ASTNode, outer: u8, depth: u32) -> Result<String, Why> {
        let depth = depth.checked_sub(1).ok_or("unreadable")?;
        match &node.node_type {
            ASTNodeType::Literal(value) => literal(value),
            ASTNodeType::Omitted => Ok(String::new()),
            ASTNodeType::Reference { reference, .. } => self.reference(reference),
            ASTNodeType::UnaryOp { op, expr } => {
                let inner = self.node(expr, 6, depth)?;
                match op {
                    UnaryOperator::Plus => Ok(inner),
                    UnaryOperator::Minus => Ok(wrap(format!("-{inner}"), outer > 6)),
                    UnaryOperator::Percent => Ok(format!("{inner}%")),
                    UnaryOperator::ImplicitIntersection => Ok(inner),
                    _ => Err("other_rows"),
                }
            }
            ASTNodeType::BinaryOp { op, left, right } => {
                let (sign, binding) = operator(op)?;
                let left = self.node(left, binding, depth)?;
                let right = self.node(right, binding + 1, depth)?;
                Ok(wrap(format!("{left}{sign}{right}"), outer > binding))
            }
            ASTNodeType::Function { name, args } => self.function(name, args, depth),
            ASTNodeType::Call { .. } | ASTNodeType::Array(_) => Err("unreadable"),
        }
    }

    fn function(&mut self, name: &str, args: &[ASTNode], depth: u32) -> Result<String, Why> {
        let upper = name.to_ascii_uppercase();
        let name = upper
            .trim_start_matches("_XLFN.")
            .trim_start_matches("_XLWS.");
        match name {
            "VLOOKUP" => return self.vlookup(args, depth),
            "XLOOKUP" => return self.xlookup(args, depth),
            "ROW" | "ROWS" | "COLUMN" | "OFFSET" | "INDIRECT" | "SUBTOTAL" | "CELL" | "INDEX"
            | "MATCH" | "LET" | "LAMBDA" => {
                return Err("other_rows");
            }
            _ => {}
        }
        let texts: Result<Vec<String>, Why> =
            args.iter().map(|arg| self.node(arg, 0, depth)).collect();
        Ok(format!("{name}({})", texts?.join(",")))
    }

    /// `VLOOKUP(key, other!$A:$C, n, 0)` → `XLOOKUP(key,other[A],other[n])`.
    fn vlookup(&mut self, args: &[ASTNode], depth: u32) -> Result<String, Why> {
        let [key, range, number, rest @ ..] = args else {
            return Err("unreadable");
        };
        let exact = rest.first().is_some_and(|last| match &last.node_type {
            ASTNodeType::Literal(LiteralValue::Boolean(flag)) => !flag,
            ASTNodeType::Omitted => true,
            _ => whole_number(last) == Some(0),
        });
        if !exact {
            return Err("approximate_lookup");
        }
        let number = whole_number(number)
            .filter(|n| *n >= 1)
            .ok_or("not_same_row")?;
        let (sheet, first, last) = self.columns(range)?;
        let wanted = first + number as u32 - 1;
        if wanted > last {
            return Err("unreadable");
        }
        let key = self.node(key, 0, depth)?;
        Ok(format!(
            "XLOOKUP({key},{},{})",
            self.foreign_field(&sheet, first)?,
            self.foreign_field(&sheet, wanted)?
        ))
    }

    fn xlookup(&mut self, args: &[ASTNode], depth: u32) -> Result<String, Why> {
        let [key, keys, values, rest @ ..] = args else {
            return Err("unreadable");
        };
        if rest.len() > 1 {
            return Err("approximate_lookup");
        }
        let key = self.node(key, 0, depth)?;
        let mut parts = vec![key];
        for range in [keys, values] {
            let (sheet, first, last) = self.columns(range)?;
            if first != last {
                return Err("unreadable");
            }
            parts.push(self.foreign_field(&sheet, first)?);
        }
        for other in rest {
            parts.push(self.node(other, 0, depth)?);
        }
        Ok(format!("XLOOKUP({})", parts.join(",")))
    }

    /// Sheet, first and last column (from 0) of a range on another sheet that runs over its rows.
    fn columns(&self, node: &ASTNode) -> Result<(String, u32, u32), Why> {
        let ASTNodeType::Reference { reference, .. } = &node.node_type else {
            return Err("unreadable");
        };
        match reference {
            ReferenceType::Range {
                sheet: Some(sheet),
                start_row,
                start_col: Some(first),
                end_row,
                end_col: Some(last),
                start_row_abs,
                end_row_abs,
                ..
            } => {
                let whole = start_row.is_none() && end_row.is_none();
                let fixed = *start_row_abs && *end_row_abs;
                if whole || fixed {
                    Ok((
                        sheet.clone(),
                        first.saturating_sub(1),
                        last.saturating_sub(1),
                    ))
                } else {
                    // Not fixed: each row looks at other rows.
                    Err("other_rows")
                }
            }
            ReferenceType::External(_) => Err("other_sheet"),
            _ => Err("not_same_row"),
        }
    }

    fn foreign_field(&mut self, sheet: &str, column: u32) -> Result<String, Why> {
        let (name, fields) = self.place.known.get(sheet).ok_or("other_sheet")?;
        let field = fields.get(&column).ok_or("other_sheet")?;
        Ok(format!("{}{}", table_name(name), bracketed(field)?))
    }

    fn reference(&mut self, reference: &ReferenceType) -> Result<String, Why> {
        match reference {
            ReferenceType::Cell {
                sheet: None,
                row,
                col,
                row_abs,
                col_abs,
            } => {
                if *row_abs {
                    return Err("fixed_cell");
                }
                if *row != self.place.row {
                    return Err("other_rows");
                }
                self.field(*col, *col_abs)
            }
            ReferenceType::Range {
                sheet: None,
                start_row: Some(first_row),
                start_col: Some(first),
                end_row: Some(last_row),
                end_col: Some(last),
                start_row_abs,
                start_col_abs,
                end_row_abs,
                end_col_abs,
            } => {
                if *start_row_abs
                    || *end_row_abs
                    || *first_row != self.place.row
                    || *last_row != self.place.row
                {
                    return Err("other_rows");
                }
                if last < first || last - first > 100 || start_col_abs != end_col_abs {
                    return Err("not_same_row");
                }
                let fields: Result<Vec<String>, Why> = (*first..=*last)
                    .map(|column| self.field(column, *start_col_abs))
                    .collect();
                Ok(fields?.join(","))
            }
            ReferenceType::Table(table) => match table.specifier.as_ref().map(this_row) {
                Some(Some(name)) => self.named_field(&name),
                _ => Err("other_rows"),
            },
            ReferenceType::NamedRange(_) => Err("fixed_cell"),
            ReferenceType::Range { sheet: None, .. } => Err("other_rows"),
            _ => Err("other_sheet"),
        }
    }

    /// A field of the own row by its column (from 1, as the parser counts).
    fn field(&mut self, column: u32, fixed: bool) -> Result<String, Why> {
        let column = i64::from(column) - 1 + if fixed { 0 } else { self.place.shift };
        let column = u32::try_from(column).map_err(|_| "not_same_row")?;
        if column == self.place.own_column {
            return Err("other_rows");
        }
        let name = self.place.own.get(&column).ok_or("not_same_row")?;
        self.n_fields += 1;
        bracketed(name)
    }

    fn named_field(&mut self, name: &str) -> Result<String, Why> {
        let found = self
            .place
            .own
            .values()
            .find(|field| field.eq_ignore_ascii_case(name));
        self.n_fields += 1;
        bracketed(found.ok_or("not_same_row")?)
    }
}

/// The column of a structured reference to the own row.
fn this_row(specifier: &TableSpecifier) -> Option<String> {
    match specifier {
        TableSpecifier::Column(name) => name.strip_prefix('@').map(|name| {
            name.trim_start_matches('[')
                .trim_end_matches(']')
                .to_string()
        }),
        TableSpecifier::Combination(parts) => {
            let own_row = parts.iter().any(|part| {
                matches!(
                    part.as_ref(),
                    TableSpecifier::SpecialItem(SpecialItem::ThisRow)
                        | TableSpecifier::Row(TableRowSpecifier::Current)
                )
            });
            let mut columns = parts.iter().filter_map(|part| match part.as_ref() {
                TableSpecifier::Column(name) => Some(name.clone()),
                _ => None,
            });
            columns.next().filter(|_| own_row)
        }
        _ => None,
    }
}

fn whole_number(node: &ASTNode) -> Option<i64> {
    match &node.node_type {
        ASTNodeType::Literal(LiteralValue::Int(value)) => Some(*value),
        ASTNodeType::Literal(LiteralValue::Number(value)) if value.fract() == 0.0 => {
            Some(*value as i64)
        }
        _ => None,
    }
}

fn literal(value: &LiteralValue) -> Result<String, Why> {
    match value {
        LiteralValue::Number(value) if value.is_finite() => Ok(value.to_string()),
        LiteralValue::Int(value) => Ok(value.to_string()),
        LiteralValue::Text(text) => Ok(format!("\"{}\"", text.replace('"', "\"\""))),
        LiteralValue::Boolean(flag) => Ok(if *flag { "TRUE" } else { "FALSE" }.into()),
        _ => Err("unreadable"),
    }
}

fn operator(op: &BinaryOperator) -> Result<(&'static str, u8), Why> {
    Ok(match op {
        BinaryOperator::Equal => ("=", 1),
        BinaryOperator::NotEqual => ("<>", 1),
        BinaryOperator::Less => ("<", 1),
        BinaryOperator::Greater => (">", 1),
        BinaryOperator::LessEqual => ("<=", 1),
        BinaryOperator::GreaterEqual => (">=", 1),
        BinaryOperator::Concat => ("&", 2),
        BinaryOperator::Add => ("+", 3),
        BinaryOperator::Subtract => ("-", 3),
        BinaryOperator::Multiply => ("*", 4),
        BinaryOperator::Divide => ("/", 4),
        BinaryOperator::Power => ("^", 5),
        _ => return Err("other_rows"),
    })
}

fn wrap(text: String, needed: bool) -> String {
    if needed { format!("({text})") } else { text }
}

/// A field name between brackets, escaped as Excel does.
fn bracketed(name: &str) -> Result<String, Why> {
    if name.contains('\n') {
        return Err("unreadable");
    }
    let mut text = String::from("[");
    for c in name.chars() {
        if matches!(c, '[' | ']' | '#' | '@' | '\'') {
            text.push('\'');
        }
        text.push(c);
    }
    text.push(']');
    Ok(text)
}

/// A table's name before a bracket; names with signs stand in single quotes.
fn table_name(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    if plain {
        name.into()
    } else {
        format!("'{}'", name.replace('\'', "''"))
    }
}
