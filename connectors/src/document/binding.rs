//! What a placeholder means in a base: from a table over links to a field.
//!
//! Function: [`bind`]. Types: [`Binding`], [`Hop`], [`Leaf`]. Law: a name is looked for exactly, then whatever its width
//! and case; what is not found is refused with the name that was probably meant. Tests: `connectors/tests/document.rs`.

use super::placeholder::{Format, Malformed, Placeholder};
use crate::model::Text2;
use table::{
    field::{Field, number::half_width},
    id::{ColumnId, FieldId, TableId},
    schema::{Schema, Table},
};

/// One step over a link field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    pub field: FieldId,
    /// Holds the linked records.
    pub ids: ColumnId,
    /// Where they are.
    pub table: TableId,
    pub many: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Leaf {
    Field(Box<Field>),
    /// The number of the line, from 1.
    Number,
    Today,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Binding {
    pub hops: Vec<Hop>,
    pub leaf: Leaf,
    pub nth: u32,
    pub format: Option<Format>,
}

/// Why a placeholder means nothing; sheet and cell are added by whoever knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unbound {
    pub code: &'static str,
    pub what: Text2,
    pub hint: Text2,
    /// With braces.
    pub suggestion: Option<String>,
}

impl Binding {
    /// The steps up to the link to many records, for each of which the row stands once.
    pub fn list(&self) -> Option<&[Hop]> {
        let at = self.hops.iter().position(|hop| hop.many)?;
        self.hops.get(..=at)
    }

    /// True where it needs a record.
    pub fn is_of_record(&self) -> bool {
        matches!(self.leaf, Leaf::Field(_))
    }
}

fn folded(name: &str) -> String {
    half_width(name.trim()).to_lowercase()
}

fn field_named<'a>(table: &'a Table, name: &str) -> Option<&'a Field> {
    table.field_named(name).or_else(|| {
        let wanted = folded(name);
        table
            .live_fields()
            .find(|field| folded(&field.name) == wanted)
    })
}

/// The field that the first names of a path mean, the longest name first, and how many names it took.
fn longest<'a>(table: &'a Table, path: &[String]) -> Option<(&'a Field, usize)> {
    (1..=path.len())
        .rev()
        .find_map(|n| Some((field_named(table, &path[..n].join("."))?, n)))
}

/// What a placeholder means for records of `table`.
pub fn bind(
    placeholder: &Placeholder,
    schema: &Schema,
    table: TableId,
) -> Result<Binding, Unbound> {
    let mut here = schema.table(table).ok_or_else(no_table)?;
    let mut hops: Vec<Hop> = Vec::new();
    let mut path = placeholder.path.as_slice();
    let made = |hops: Vec<Hop>, leaf: Leaf| Binding {
        hops,
        leaf,
        nth: placeholder.nth,
        format: placeholder.format,
    };
    loop {
        let Some((field, n)) = longest(here, path) else {
            let own = path.len() == 1 && hops.is_empty();
            return match path.first().and_then(|name| own_word(name)).filter(|_| own) {
                Some(leaf) => Ok(made(hops, leaf)),
                None => Err(unknown(schema, table, here, path, placeholder)),
            };
        };
        path = &path[n..];
        if path.is_empty() {
            return Ok(made(hops, Leaf::Field(Box::new(field.clone()))));
        }
        let Some(link) = field.link() else {
            return Err(no_link(here, field, path));
        };
        let many = !link.single;
        hops.push(Hop {
            field: field.id,
            ids: link.ids,
            table: link.table,
            many,
        });
        here = schema.table(link.table).ok_or_else(no_table)?;
    }
}

/// Words that are no field.
fn own_word(name: &str) -> Option<Leaf> {
    match folded(name).as_str() {
        "序号" | "#" | "no" | "no." | "line" => Some(Leaf::Number),
        "今天" | "today" => Some(Leaf::Today),
        _ => None,
    }
}

fn no_table() -> Unbound {
    Unbound {
        code: "no_table",
        what: Text2::new("它的表已被删除", "its table was deleted"),
        hint: Text2::new(
            "请在模板设置里换一个表。",
            "Choose another table in the template's settings.",
        ),
        suggestion: None,
    }
}

fn no_link(table: &Table, field: &Field, rest: &[String]) -> Unbound {
    let (name, rest) = (&field.name, rest.join("."));
    Unbound {
        code: "not_a_link",
        what: Text2::new(
            format!("“{name}”不是关联字段，后面不能再写“.{rest}”"),
            format!("“{name}” is no link field, so “.{rest}” can't follow it"),
        ),
        hint: Text2::new(
            format!(
                "请写 {{{{{name}}}}}，或者把表“{}”的“{name}”改成关联字段。",
                table.name
            ),
            format!(
                "Write {{{{{name}}}}}, or make “{name}” of table “{}” a link field.",
                table.name
            ),
        ),
        suggestion: Some(format!("{{{{{name}}}}}")),
    }
}

fn unknown(
    schema: &Schema,
    start: TableId,
    here: &Table,
    rest: &[String],
    placeholder: &Placeholder,
) -> Unbound {
    let name = rest.first().map_or("", String::as_str);
    let wanted = folded(&placeholder.path.concat());
    let best = candidates(schema, start)
        .into_iter()
        .filter_map(|path| {
            let distance = distance(&wanted, &folded(&path.concat()));
            let most = (wanted.chars().count() / 3).max(1);
            (distance <= most).then_some((distance, path))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, path)| written(&path))
        .or_else(|| containing(schema, start, &wanted));
    let fields: Vec<&str> = here
        .live_fields()
        .map(|field| field.name.as_str())
        .take(12)
        .collect();
    let hint = match &best {
        Some(best) => Text2::new(
            format!("您是不是想写 {best}？请在模板里改好再上传。"),
            format!("Did you mean {best}? Mend it in the template and upload it again."),
        ),
        None => Text2::new(
            format!(
                "表“{}”的字段有：{}。请在模板里改好再上传。",
                here.name,
                fields.join("、")
            ),
            format!(
                "Fields of “{}”: {}. Mend it in the template and upload it again.",
                here.name,
                fields.join(", ")
            ),
        ),
    };
    Unbound {
        code: "unknown_field",
        what: Text2::new(
            format!("表“{}”没有字段“{name}”", here.name),
            format!("table “{}” has no field “{name}”", here.name),
        ),
        hint,
        suggestion: best,
    }
}

/// The fields of a table and of those that it links.
fn candidates(schema: &Schema, table: TableId) -> Vec<Vec<String>> {
    let Some(table) = schema.table(table) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for field in table.live_fields() {
        all.push(vec![field.name.clone()]);
        let linked = field.link().and_then(|link| schema.table(link.table));
        for other in linked.into_iter().flat_map(Table::live_fields) {
            all.push(vec![field.name.clone(), other.name.clone()]);
        }
    }
    all
}

/// The shortest path whose last name is within the wanted text, or the other way round.
fn containing(schema: &Schema, table: TableId, wanted: &str) -> Option<String> {
    let fits = |path: &Vec<String>| {
        let last = path.last().map(|name| folded(name)).unwrap_or_default();
        let is_long = last.chars().count() >= 2 && wanted.chars().count() >= 2;
        is_long && (wanted.contains(&last) || last.contains(wanted))
    };
    let found = candidates(schema, table).into_iter().filter(fits);
    found.min_by_key(Vec::len).map(|path| written(&path))
}

/// A path as a placeholder; brackets only where they are needed.
pub fn written(path: &[String]) -> String {
    let name =
        |name: &String| match name.contains(['.', '．', '。', '|', '｜', '@', '＠', '{', '}']) {
            true => format!("[{name}]"),
            false => name.clone(),
        };
    let names: Vec<String> = path.iter().map(name).collect();
    format!("{{{{{}}}}}", names.join("."))
}

/// Letters to change, add or leave out.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(80).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().take(80).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// What to say of braces that hold no placeholder.
pub fn malformed(cause: &Malformed) -> Unbound {
    let (code, what, hint) = match cause {
        Malformed::Unclosed => (
            "unclosed",
            Text2::new("缺少结尾的 }}", "the closing }} is missing"),
            Text2::new("请在字段名后面补上 }}。", "Add }} after the field's name."),
        ),
        Malformed::Empty => (
            "empty",
            Text2::new("里面没有写字段名", "it holds no field's name"),
            Text2::new(
                "请在两个花括号之间写字段名，如 {{单号}}。",
                "Write a field's name between the braces, as in {{Number}}.",
            ),
        ),
        Malformed::UnknownFormat(word) => (
            "unknown_format",
            Text2::new(
                format!("不认识“|”后面的“{word}”"),
                format!("“{word}” after “|” is not known"),
            ),
            Text2::new(
                "可以写：条码、ean13、code128、大写、文字、图片。",
                "Known are: barcode, ean13, code128, capitals, text, picture.",
            ),
        ),
        Malformed::BadNumber(word) => (
            "bad_number",
            Text2::new(
                format!("“@”后面要写 1 到 64 的整数，不能写“{word}”"),
                format!("“@” takes a whole number from 1 to 64, not “{word}”"),
            ),
            Text2::new(
                "一行放几个标签，就依次写 @1、@2、@3。",
                "For several labels side by side write @1, @2, @3.",
            ),
        ),
    };
    Unbound {
        code,
        what,
        hint,
        suggestion: None,
    }
}
