//! A tree to canonical text, with ids (the stored form) or with names (as people read it). No blanks, upper-case
//! functions, a comma between arguments: `IF([单价]>1,"是","否")`.

use super::ast::{Expr, FieldRef, Kind, Literal, TableRef};
use super::lexer::{is_name_part, is_name_start, narrow};
use table::schema::Schema;

/// How references are written.
pub enum Names<'a> {
    /// As they stand in the tree.
    AsIs,
    /// Ids replaced by the names they have now.
    Current(&'a Schema),
}

pub fn print(expr: &Expr, names: &Names) -> String {
    let mut out = String::new();
    write(expr, names, &mut out);
    out
}

fn write(expr: &Expr, names: &Names, out: &mut String) {
    match &expr.kind {
        Kind::Number(number) => out.push_str(&number_text(*number)),
        Kind::Text(text) => write_text(text, out),
        Kind::Bool(value) => out.push_str(if *value { "TRUE" } else { "FALSE" }),
        Kind::Error(error) => out.push_str(error.code()),
        Kind::Array(rows) => write_array(rows, out),
        Kind::Own(field) => write_field(field, names, out),
        Kind::Column(table, field) => {
            write_table(table, names, out);
            write_field(field, names, out);
        }
        Kind::Call { name, args, .. } if name == "@" => write_own_of(args, names, out),
        Kind::Call { name, args, .. } => {
            out.push_str(name);
            write_args(args, names, out);
        }
        Kind::Negate(inner) => {
            out.push('-');
            write(inner, names, out);
        }
        Kind::Plus(inner) => {
            out.push('+');
            write(inner, names, out);
        }
        Kind::Percent(inner, n) => {
            write(inner, names, out);
            out.extend(std::iter::repeat_n('%', *n as usize));
        }
        Kind::Chain(first, rest) => {
            write(first, names, out);
            for (op, next) in rest {
                out.push_str(op.symbol());
                write(next, names, out);
            }
        }
        Kind::Group(inner) => {
            out.push('(');
            write(inner, names, out);
            out.push(')');
        }
        Kind::Missing => {}
        Kind::Name(name) => out.push_str(name),
        Kind::Apply(called, args) => {
            write(called, names, out);
            write_args(args, names, out);
        }
        Kind::Dot(inner, field) => {
            write(inner, names, out);
            out.push('.');
            write_field(field, names, out);
        }
        Kind::Note {
            text,
            is_after,
            inner,
        } => write_note(text, *is_after, inner, names, out),
    }
}

fn write_note(text: &str, is_after: bool, inner: &Expr, names: &Names, out: &mut String) {
    let text = text.replace("*/", "* /");
    if is_after {
        write(inner, names, out);
        return out.push_str(&format!(" /* {text} */"));
    }
    // `2//* … */` would be a line that is all comment.
    let space = if out.ends_with('/') { " " } else { "" };
    out.push_str(&format!("{space}/* {text} */ "));
    write(inner, names, out);
}

fn write_args(args: &[Expr], names: &Names, out: &mut String) {
    out.push('(');
    for (at, arg) in args.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(arg, names, out);
    }
    out.push(')');
}

/// A number so that reading it gives the same bits.
pub fn number_text(number: f64) -> String {
    let size = number.abs();
    if size != 0.0 && !(1e-7..1e21).contains(&size) {
        format!("{number:E}")
    } else {
        format!("{number}")
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    out.push_str(&text.replace('"', "\"\""));
    out.push('"');
}

fn write_array(rows: &[Vec<Literal>], out: &mut String) {
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
                Literal::Text(text) => write_text(text, out),
                Literal::Bool(value) => out.push_str(if *value { "TRUE" } else { "FALSE" }),
                Literal::Error(error) => out.push_str(error.code()),
            }
        }
    }
    out.push('}');
}

fn write_own_of(args: &[Expr], names: &Names, out: &mut String) {
    if let Some(Kind::Column(table, field)) = args.first().map(|arg| &arg.kind) {
        write_table(table, names, out);
        let mut bracket = String::new();
        write_field(field, names, &mut bracket);
        out.push_str("[@");
        out.push_str(&bracket[1..]);
    }
}

/// A name in brackets, escaped as Excel does.
pub fn bracketed(name: &str) -> String {
    let mut out = String::from("[");
    for c in name.chars() {
        if "[]#@'".contains(c) {
            out.push('\'');
        }
        out.push(c);
    }
    out.push(']');
    out
}

fn write_field(field: &FieldRef, names: &Names, out: &mut String) {
    let name = match (field, names) {
        (FieldRef::Name(name), _) => Some(name.as_str()),
        (FieldRef::Id(_), Names::AsIs) => None,
        (FieldRef::Id(id), Names::Current(schema)) => schema
            .tables
            .iter()
            .find_map(|table| table.any_field(*id))
            .map(|field| field.name.as_str()),
    };
    match (name, field) {
        (Some(name), _) => out.push_str(&bracketed(name)),
        (None, FieldRef::Id(id)) => out.push_str(&format!("[#{id}]")),
        (None, FieldRef::Name(name)) => out.push_str(&bracketed(name)),
    }
}

/// A table's name as it stands before `[`.
pub fn table_text(name: &str) -> String {
    let mut chars = name.chars();
    let plain = chars.next().is_some_and(is_name_start)
        && chars.all(is_name_part)
        && name.chars().all(|c| narrow(c) == c);
    match plain {
        true => name.to_owned(),
        false => format!("'{}'", name.replace('\'', "''")),
    }
}

fn write_table(table: &TableRef, names: &Names, out: &mut String) {
    let name = match (table, names) {
        (TableRef::Name(name), _) => Some(name.as_str()),
        (TableRef::Id(_), Names::AsIs) => None,
        (TableRef::Id(id), Names::Current(schema)) => {
            schema.any_table(*id).map(|table| table.name.as_str())
        }
    };
    match (name, table) {
        (Some(name), _) => out.push_str(&table_text(name)),
        (None, TableRef::Id(id)) => out.push_str(&format!("#{id}")),
        (None, TableRef::Name(name)) => out.push_str(&table_text(name)),
    }
}
