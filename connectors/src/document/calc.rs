//! The results of a document's formulas, kept beside them as Excel does, so that print pages and programs that do not
//! compute (previews on a phone) show totals too.
//!
//! Functions: [`compute`], [`stored`]. Type: [`Value`]. Law: a formula is computed wholly or not at all; what is not
//! computed has no stored result and a note, and the program that opens the document computes it. Tests: here.

use super::{
    Note,
    functions::{self, Arg},
    limits::{FORMULA_CELLS, FORMULA_DEPTH},
    reference::cell_name,
    sheet::Book,
    xml::{Element, Node},
};
use crate::model::Text2;
use formualizer_parse::{
    ASTNode, ASTNodeType, BinaryOperator, LiteralValue, UnaryOperator, parser::ReferenceType,
};
use std::collections::HashMap;
use table::field::{decimal, number};

/// Formulas that wait for each other, and notes of one document.
const CHAIN: usize = 200;
const NOTES: usize = 5;
/// Characters of a formula; Excel's own.
const FORMULA_CHARS: usize = 8_192;

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Blank,
    Number(f64),
    Text(String),
    Bool(bool),
    Error(&'static str),
}

/// Sheet, row, column.
type At = (usize, u32, u32);

struct Grid {
    names: Vec<String>,
    values: HashMap<At, Value>,
    formulas: HashMap<At, String>,
    /// Results so far; `None`: can't be computed.
    done: HashMap<At, Option<Value>>,
    /// What the workbook's names stand for, by name in lower case.
    defined: HashMap<String, String>,
    /// Rows with cells, per sheet.
    last_rows: Vec<u32>,
    now: f64,
}

/// A cell's value as the file holds it.
pub fn stored(book: &Book, cell: &Element) -> Value {
    let text = || cell.child("v").map(Element::text).unwrap_or_default();
    match cell.attribute("t") {
        Some("s" | "inlineStr") => {
            let runs = book.texts(cell);
            match runs.iter().map(|run| run.text.as_str()).collect::<String>() {
                empty if empty.is_empty() => Value::Blank,
                text => Value::Text(text),
            }
        }
        Some("str") => Value::Text(text()),
        Some("b") => Value::Bool(text().trim() == "1"),
        Some("e") => functions::error_named(text().trim()),
        _ => match text().trim().parse() {
            Ok(value) => Value::Number(value),
            Err(_) => Value::Blank,
        },
    }
}

fn defined_names(book: &Book) -> HashMap<String, String> {
    let workbook = book.package.xml(&book.part);
    let names = workbook
        .ok()
        .and_then(|part| part.root.child("definedNames").cloned());
    let names = names.unwrap_or_default();
    let read = |one: &Element| Some((one.attribute("name")?.to_lowercase(), one.text()));
    names.elements().filter_map(read).collect()
}

/// Computes every formula and writes its result into its cell.
pub fn compute(book: &mut Book, now: f64) -> Vec<Note> {
    let mut grid = Grid {
        names: book
            .sheets
            .iter()
            .map(|sheet| sheet.name.to_lowercase())
            .collect(),
        values: HashMap::new(),
        formulas: HashMap::new(),
        done: HashMap::new(),
        defined: defined_names(book),
        last_rows: Vec::new(),
        now,
    };
    let mut order = Vec::new();
    for (index, sheet) in book.sheets.iter().enumerate() {
        grid.last_rows
            .push(sheet.rows.last().map_or(0, |row| row.number));
        for row in &sheet.rows {
            for cell in &row.cells {
                let at = (index, row.number, cell.col);
                match cell.element.child("f") {
                    Some(f) => {
                        grid.formulas.insert(at, f.text());
                        order.push(at);
                    }
                    None => drop(grid.values.insert(at, stored(book, &cell.element))),
                }
            }
        }
    }
    for at in order {
        grid.cell(at, 0);
    }
    let mut missing = Vec::new();
    for (index, sheet) in book.sheets.iter_mut().enumerate() {
        let name = sheet.name.clone();
        for row in &mut sheet.rows {
            for cell in &mut row.cells {
                let Some(result) = grid.done.remove(&(index, row.number, cell.col)) else {
                    continue;
                };
                if result.is_none() {
                    missing.push(format!("{name}!{}", cell_name(cell.col, row.number)));
                }
                store(&mut cell.element, result);
            }
        }
    }
    missing.truncate(NOTES);
    missing.into_iter().map(not_computed).collect()
}

fn not_computed(at: String) -> Note {
    Note {
        code: "formula_not_computed",
        message: Text2::new(
            format!("{at} 的公式要等 Excel 或 WPS 打开时才计算，打印页里是空的。"),
            format!(
                "The formula in {at} is computed when Excel or WPS opens the file; it is blank on the print page."
            ),
        ),
        at,
    }
}

fn store(cell: &mut Element, result: Option<Value>) {
    cell.children.retain(|node| match node {
        Node::Element(element) => !matches!(element.local(), "v" | "is"),
        _ => true,
    });
    cell.remove("t");
    let (kind, text) = match result {
        None | Some(Value::Blank) => return,
        Some(Value::Number(value)) => (None, digits(value)),
        Some(Value::Text(text)) => (Some("str"), text),
        Some(Value::Bool(flag)) => (Some("b"), u8::from(flag).to_string()),
        Some(Value::Error(code)) => (Some("e"), code.to_string()),
    };
    if let Some(kind) = kind {
        cell.set("t", kind);
    }
    let v = Element::new(&format!("{}v", cell.prefix())).saying(text);
    cell.children.push(Node::Element(v));
}

impl Grid {
    fn cell(&mut self, at: At, chain: usize) -> Option<Value> {
        if let Some(value) = self.values.get(&at) {
            return Some(value.clone());
        }
        let Some(formula) = self.formulas.get(&at) else {
            return Some(Value::Blank);
        };
        if let Some(done) = self.done.get(&at) {
            return done.clone();
        }
        if chain >= CHAIN || formula.len() > FORMULA_CHARS || depth(formula) > FORMULA_DEPTH {
            return None;
        }
        let tree = formualizer_parse::parse(format!("={formula}")).ok();
        // A circle finds this and ends.
        self.done.insert(at, None);
        let result = tree.and_then(|tree| match self.node(&tree, at, chain + 1)? {
            Arg::One(Value::Blank) => Some(Value::Number(0.0)),
            Arg::One(value) => Some(value),
            Arg::Many(_) => None,
        });
        self.done.insert(at, result.clone());
        result
    }

    fn node(&mut self, node: &ASTNode, at: At, chain: usize) -> Option<Arg> {
        match &node.node_type {
            ASTNodeType::Literal(value) => Some(Arg::One(literal(value)?)),
            ASTNodeType::Omitted => Some(Arg::One(Value::Blank)),
            ASTNodeType::Reference { reference, .. } => self.reference(reference, at, chain),
            ASTNodeType::UnaryOp { op, expr } => {
                let Arg::One(value) = self.node(expr, at, chain)? else {
                    return None;
                };
                let sign = match op {
                    UnaryOperator::Plus => return Some(Arg::One(value)),
                    UnaryOperator::Minus => -1.0,
                    UnaryOperator::Percent => 0.01,
                    _ => return None,
                };
                Some(Arg::One(match functions::number(&value) {
                    Ok(number) => Value::Number(decimal::round(number * sign, 15)),
                    Err(error) => error,
                }))
            }
            ASTNodeType::BinaryOp { op, left, right } => {
                let (left, right) = (self.node(left, at, chain)?, self.node(right, at, chain)?);
                match (left, right) {
                    (Arg::One(left), Arg::One(right)) => {
                        Some(Arg::One(binary(*op, &left, &right)?))
                    }
                    _ => None,
                }
            }
            ASTNodeType::Function { name, args } => {
                let name = name.to_ascii_uppercase();
                let name = name.trim_start_matches("_XLFN.");
                if let Some(chosen) = self.choice(name, args, at, chain) {
                    return chosen;
                }
                let args: Option<Vec<Arg>> =
                    args.iter().map(|arg| self.node(arg, at, chain)).collect();
                functions::call(name, &args?, self.now).map(Arg::One)
            }
            _ => None,
        }
    }

    /// IF and IFERROR compute only what they give.
    fn choice(
        &mut self,
        name: &str,
        args: &[ASTNode],
        at: At,
        chain: usize,
    ) -> Option<Option<Arg>> {
        let first = args.first()?;
        match name {
            "IF" => Some(match self.node(first, at, chain)? {
                Arg::One(Value::Error(code)) => Some(Arg::One(Value::Error(code))),
                Arg::One(test) => match (functions::truth(&test)?, args.get(1), args.get(2)) {
                    (true, Some(then), _) => self.node(then, at, chain),
                    (false, _, Some(otherwise)) => self.node(otherwise, at, chain),
                    (flag, ..) => Some(Arg::One(Value::Bool(flag))),
                },
                Arg::Many(_) => None,
            }),
            "IFERROR" => Some(match self.node(first, at, chain)? {
                Arg::One(Value::Error(_)) => self.node(args.get(1)?, at, chain),
                other => Some(other),
            }),
            _ => None,
        }
    }

    fn reference(&mut self, reference: &ReferenceType, at: At, chain: usize) -> Option<Arg> {
        let sheet_of = |names: &[String], sheet: &Option<String>| match sheet {
            None => Some(at.0),
            Some(name) => {
                let wanted = name.to_lowercase();
                names.iter().position(|known| *known == wanted)
            }
        };
        match reference {
            ReferenceType::Cell {
                sheet, row, col, ..
            } => {
                let sheet = sheet_of(&self.names, sheet)?;
                self.cell((sheet, *row, *col), chain).map(Arg::One)
            }
            ReferenceType::Range {
                sheet,
                start_row,
                start_col,
                end_row,
                end_col,
                ..
            } => {
                let sheet = sheet_of(&self.names, sheet)?;
                let last = self.last_rows.get(sheet).copied().unwrap_or_default();
                let (first_row, last_row) = (start_row.unwrap_or(1), end_row.unwrap_or(last));
                let (first_col, last_col) = ((*start_col)?, (*end_col)?);
                let n_rows = u64::from(last_row.saturating_sub(first_row)) + 1;
                let n_cols = u64::from(last_col.saturating_sub(first_col)) + 1;
                if n_rows * n_cols > FORMULA_CELLS {
                    return None;
                }
                let mut rows = Vec::new();
                for row in first_row..=last_row {
                    let cells =
                        (first_col..=last_col).map(|col| self.cell((sheet, row, col), chain));
                    rows.push(cells.collect::<Option<Vec<Value>>>()?);
                }
                Some(Arg::Many(rows))
            }
            ReferenceType::NamedRange(name) => {
                let formula = self.defined.get(&name.to_lowercase())?;
                if chain >= CHAIN || depth(formula) > FORMULA_DEPTH {
                    return None;
                }
                let tree = formualizer_parse::parse(format!("={formula}")).ok()?;
                self.node(&tree, at, chain + 1)
            }
            _ => None,
        }
    }
}

/// Fifteen digits, as many as Excel shows: 36 × 18.8 is 676.8.
fn digits(value: f64) -> String {
    let short: Option<f64> = format!("{value:.14e}").parse().ok();
    short.unwrap_or(value).to_string()
}

/// Brackets within each other.
fn depth(formula: &str) -> usize {
    let (mut depth, mut most) = (0usize, 0);
    for c in formula.chars() {
        match c {
            '(' | '{' => depth += 1,
            ')' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        most = most.max(depth);
    }
    most
}

fn literal(value: &LiteralValue) -> Option<Value> {
    Some(match value {
        LiteralValue::Int(value) => Value::Number(*value as f64),
        LiteralValue::Number(value) => Value::Number(*value),
        LiteralValue::Text(text) => Value::Text(text.clone()),
        LiteralValue::Boolean(flag) => Value::Bool(*flag),
        LiteralValue::Empty => Value::Blank,
        _ => return None,
    })
}

fn binary(op: BinaryOperator, left: &Value, right: &Value) -> Option<Value> {
    for side in [left, right] {
        if let Value::Error(code) = side {
            return Some(Value::Error(code));
        }
    }
    if op == BinaryOperator::Concat {
        return Some(Value::Text(functions::text(left) + &functions::text(right)));
    }
    if let Some(wanted) = comparison(op) {
        return Some(Value::Bool(
            wanted.contains(&functions::compare(left, right)),
        ));
    }
    let (a, b) = match (functions::number(left), functions::number(right)) {
        (Ok(a), Ok(b)) => (a, b),
        (Err(error), _) | (_, Err(error)) => return Some(error),
    };
    Some(match op {
        BinaryOperator::Add => Value::Number(a + b),
        BinaryOperator::Subtract => Value::Number(a - b),
        BinaryOperator::Multiply => Value::Number(a * b),
        BinaryOperator::Divide if b == 0.0 => Value::Error("#DIV/0!"),
        BinaryOperator::Divide => Value::Number(a / b),
        BinaryOperator::Power => Value::Number(a.powf(b)),
        _ => return None,
    })
}

fn comparison(op: BinaryOperator) -> Option<&'static [std::cmp::Ordering]> {
    use std::cmp::Ordering::{Equal, Greater, Less};
    Some(match op {
        BinaryOperator::Equal => &[Equal],
        BinaryOperator::NotEqual => &[Less, Greater],
        BinaryOperator::Less => &[Less],
        BinaryOperator::Greater => &[Greater],
        BinaryOperator::LessEqual => &[Less, Equal],
        BinaryOperator::GreaterEqual => &[Greater, Equal],
        _ => return None,
    })
}

/// A text that is a number where arithmetic needs one.
pub fn read_number(text: &str) -> Option<f64> {
    number::read(text).map(|read| read.value)
}
