//! Parts of texts: TEXTBEFORE, TEXTAFTER, TEXTSPLIT; and values written as text: VALUETOTEXT, ARRAYTOTEXT.
//!
//! Law: several delimiters may be given as an array, the first one that fits at a place counts; all other arguments are
//! lifted over arrays as everywhere. Tests: `spec/text-parts.md`.

use super::registry::{Function, Gives, Kernel, function};
use crate::{
    check::coerce::{number, text, truth},
    eval::{CALC, VALUE, vector::Cell},
    limits::{ARRAY_CELLS, RESULT_CHARS},
};
use std::sync::Arc;
use table::value::CellError;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::{Array, Lenient};
    let t = Gives::Text;
    &[
        function(
            [
                "TEXTBEFORE",
                "TEXTBEFORE(文本, 分隔, [第几个], [不分大小写], [末尾也算], [找不到时])",
                "分隔符前面的文字；第几个为负数时从后往前数",
                "What stands before a delimiter; counted from the end where negative",
                "TEXTBEFORE(\"红-L-3\",\"-\")",
            ],
            (2, 6),
            t,
            Array(|a| each(a, &[0, 2, 3, 4, 5], |a| cut(a, true))),
        ),
        function(
            [
                "TEXTAFTER",
                "TEXTAFTER(文本, 分隔, [第几个], [不分大小写], [末尾也算], [找不到时])",
                "分隔符后面的文字；第几个为负数时从后往前数",
                "What stands after a delimiter; counted from the end where negative",
                "TEXTAFTER(\"红-L-3\",\"-\",-1)",
            ],
            (2, 6),
            t,
            Array(|a| each(a, &[0, 2, 3, 4, 5], |a| cut(a, false))),
        ),
        function(
            [
                "TEXTSPLIT",
                "TEXTSPLIT(文本, 列分隔, [行分隔], [忽略空], [不分大小写], [补什么])",
                "按分隔符拆成数组",
                "Splits a text into an array",
                "TEXTSPLIT(\"红,蓝\",\",\")",
            ],
            (2, 6),
            t,
            Array(|a| each(a, &[0, 3, 4, 5], split)),
        ),
        function(
            [
                "VALUETOTEXT",
                "VALUETOTEXT(值, [格式])",
                "值变成文本；格式 1 时文本带引号",
                "A value as a text; quoted in format 1",
                "VALUETOTEXT(\"a\",1)",
            ],
            (1, 2),
            t,
            Lenient(|a| or_stuck(value_to_text(a))),
        ),
        function(
            [
                "ARRAYTOTEXT",
                "ARRAYTOTEXT(数组, [格式])",
                "整个数组变成一个文本；格式 1 时写成 {1,2;3,4}",
                "An array as one text; as {1,2;3,4} in format 1",
                "ARRAYTOTEXT({1,2;3,4},1)",
            ],
            (1, 2),
            t,
            Array(|a| or_stuck(array_to_text(a))),
        ),
    ]
};

type Step = Result<Cell, Cell>;

fn or_stuck(step: Step) -> Cell {
    step.unwrap_or_else(|stuck| stuck)
}

fn words(text: &str) -> Step {
    match text.len() > RESULT_CHARS && text.chars().count() > RESULT_CHARS {
        true => Err(VALUE),
        false => Ok(Cell::Text(Arc::from(text))),
    }
}

/// Asks once per cell of the arrays at these places; arrays at other places stay whole.
fn each(args: &[Cell], places: &[usize], kernel: fn(&[Cell]) -> Step) -> Cell {
    let (mut width, mut height, mut any) = (1, 1, false);
    for place in places {
        if let Some(Cell::Array(range)) = args.get(*place) {
            (width, height) = (width.max(range.width()), height.max(range.height()));
            any = true;
        }
    }
    if !any {
        return or_stuck(kernel(args));
    }
    if width * height > ARRAY_CELLS {
        return CALC;
    }
    let mut single = args.to_vec();
    let mut cells = Vec::with_capacity(width * height);
    for at in 0..width * height {
        for place in places {
            if let Some(Cell::Array(range)) = args.get(*place) {
                let row = if range.height() == 1 { 0 } else { at / width };
                let column = if range.width() == 1 { 0 } else { at % width };
                single[*place] = match row < range.height() && column < range.width() {
                    true => range.at(row, column).clone(),
                    false => Cell::Error(CellError::Na),
                };
            }
        }
        // An array of arrays is none: Excel keeps the first cell of each.
        cells.push(match or_stuck(kernel(&single)) {
            Cell::Array(range) => range.cells()[0].clone(),
            cell => cell,
        });
    }
    Cell::array(width, cells)
}

/// The delimiters, for comparing: small letters where case does not matter.
struct Delimiters {
    texts: Vec<Vec<char>>,
    ignores_case: bool,
}

/// One character stays one character, so that positions hold.
fn small(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

impl Delimiters {
    fn read(cell: &Cell, mode: Option<&Cell>) -> Result<Delimiters, Cell> {
        let ignores_case = switch(mode)?;
        let cells = match cell {
            Cell::Array(range) => range.cells(),
            one => std::slice::from_ref(one),
        };
        let mut texts = Vec::with_capacity(cells.len());
        for cell in cells {
            let shown = text(cell)?;
            texts.push(match ignores_case {
                true => shown.chars().map(small).collect(),
                false => shown.chars().collect(),
            });
        }
        Ok(Delimiters {
            texts,
            ignores_case,
        })
    }

    fn folded(&self, subject: &[char]) -> Vec<char> {
        match self.ignores_case {
            true => subject.iter().copied().map(small).collect(),
            false => subject.to_vec(),
        }
    }

    /// Where a delimiter begins and ends, from the front, without overlaps.
    fn places(&self, subject: &[char]) -> Vec<(usize, usize)> {
        let folded = self.folded(subject);
        let (mut at, mut places) = (0, Vec::new());
        while at < folded.len() {
            match self.length_at(&folded[at..]) {
                Some(n) => {
                    places.push((at, at + n));
                    at += n;
                }
                None => at += 1,
            }
        }
        places
    }

    /// As [`Delimiters::places`], looked for from the end.
    fn places_from_end(&self, subject: &[char]) -> Vec<(usize, usize)> {
        let folded = self.folded(subject);
        let (mut end, mut places) = (folded.len(), Vec::new());
        while end > 0 {
            let ends = |text: &&Vec<char>| !text.is_empty() && folded[..end].ends_with(text);
            match self.texts.iter().find(ends) {
                Some(text) => {
                    places.push((end - text.len(), end));
                    end -= text.len();
                }
                None => end -= 1,
            }
        }
        places
    }

    fn length_at(&self, rest: &[char]) -> Option<usize> {
        let starts = |text: &&Vec<char>| !text.is_empty() && rest.starts_with(text);
        self.texts.iter().find(starts).map(Vec::len)
    }

    fn has_empty(&self) -> bool {
        self.texts.iter().any(Vec::is_empty)
    }
}

/// 0 or 1; anything else is no setting.
fn switch(cell: Option<&Cell>) -> Result<bool, Cell> {
    match cell.map(number).transpose()? {
        None => Ok(false),
        Some(x) if x.trunc() == 0.0 => Ok(false),
        Some(x) if x.trunc() == 1.0 => Ok(true),
        Some(_) => Err(VALUE),
    }
}

/// TEXTBEFORE and TEXTAFTER.
fn cut(args: &[Cell], before: bool) -> Step {
    let subject: Vec<char> = text(&args[0])?.chars().collect();
    let delimiters = Delimiters::read(&args[1], args.get(3))?;
    let instance = match args.get(2) {
        None | Some(Cell::Blank) => 1.0,
        // Away from 0 below it: -1.2 is the second from the end.
        Some(cell) => number(cell)?.floor(),
    };
    let to_end = switch(args.get(4))?;
    if instance == 0.0 {
        return Err(VALUE);
    }
    let n_chars = subject.len();
    let made = |from: usize, to: usize| words(&subject[from..to].iter().collect::<String>());
    let part = |(from, to): (usize, usize)| match before {
        true => made(0, from),
        false => made(to, n_chars),
    };
    // An empty delimiter fits at once, at the end from which it is looked for.
    if delimiters.has_empty() {
        let at = if instance > 0.0 { 0 } else { n_chars };
        return part((at, at));
    }
    if n_chars == 0 {
        return words("");
    }
    let is_longer = |text: &Vec<char>| text.len() > n_chars;
    // Excel's own rule, which it follows only where it is told which one to take.
    let is_told = !matches!(args.get(2), None | Some(Cell::Blank));
    let is_out = is_told && delimiters.texts.iter().all(is_longer);
    if instance.abs() > n_chars as f64 || is_out {
        return Err(VALUE);
    }
    let mut places = match instance > 0.0 {
        true => delimiters.places(&subject),
        false => delimiters.places_from_end(&subject),
    };
    if to_end {
        let end = if instance > 0.0 { n_chars } else { 0 };
        places.push((end, end));
    }
    match places.get(instance.abs() as usize - 1) {
        Some(place) => part(*place),
        None => Ok(match args.get(5) {
            None | Some(Cell::Blank) => Cell::Error(CellError::Na),
            Some(otherwise) => otherwise.clone(),
        }),
    }
}

fn split(args: &[Cell]) -> Step {
    let subject: Vec<char> = text(&args[0])?.chars().collect();
    let read = |at: usize| match args.get(at) {
        None | Some(Cell::Blank) => Ok(None),
        Some(cell) => Delimiters::read(cell, args.get(4)).map(Some),
    };
    let (columns, rows) = (read(1)?, read(2)?);
    let skips = args.get(3).map_or(Ok(false), truth)?;
    if columns.is_none() && rows.is_none() {
        return Err(VALUE);
    }
    let has_empty = |of: &Option<Delimiters>| of.as_ref().is_some_and(Delimiters::has_empty);
    if has_empty(&columns) || has_empty(&rows) {
        return Err(VALUE);
    }
    let padding = match args.get(5) {
        None | Some(Cell::Blank) => Cell::Error(CellError::Na),
        Some(cell) => cell.clone(),
    };
    let mut lines: Vec<Vec<&[char]>> = Vec::new();
    for row in pieces(&subject, &rows) {
        let mut line = pieces(row, &columns);
        if skips {
            line.retain(|piece| !piece.is_empty());
        }
        if !(skips && line.is_empty()) {
            lines.push(line);
        }
    }
    let width = lines.iter().map(Vec::len).max().unwrap_or(0);
    if width == 0 || width.saturating_mul(lines.len()) > ARRAY_CELLS {
        return Err(CALC);
    }
    let mut cells = Vec::with_capacity(width * lines.len());
    for line in &lines {
        let shown = |piece: &&[char]| Cell::Text(piece.iter().collect::<String>().into());
        cells.extend(line.iter().map(shown));
        cells.extend(std::iter::repeat_n(padding.clone(), width - line.len()));
    }
    Ok(Cell::array(width, cells))
}

fn pieces<'a>(subject: &'a [char], by: &Option<Delimiters>) -> Vec<&'a [char]> {
    let Some(by) = by else {
        return vec![subject];
    };
    let (mut from, mut out) = (0, Vec::new());
    for (start, end) in by.places(subject) {
        out.push(&subject[from..start]);
        from = end;
    }
    out.push(&subject[from..]);
    out
}

/// Whether the format is the strict one.
fn strict(args: &[Cell]) -> Result<bool, Cell> {
    switch(args.get(1))
}

/// As it is read; in the strict form as it is written in a formula.
fn written(cell: &Cell, strict: bool) -> Result<Arc<str>, Cell> {
    match cell {
        Cell::Pending => Err(Cell::Pending),
        Cell::Error(error) => Ok(Arc::from(error.code())),
        Cell::Text(_) if strict => Ok(Arc::from(cell.shown())),
        other => text(other),
    }
}

fn value_to_text(args: &[Cell]) -> Step {
    words(&written(&args[0], strict(args)?)?)
}

fn array_to_text(args: &[Cell]) -> Step {
    let strict = strict(args)?;
    let (cells, width) = match &args[0] {
        Cell::Array(range) => (range.cells(), range.width()),
        one => (std::slice::from_ref(one), 1),
    };
    let mut out = String::new();
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            out.push_str(match strict {
                false => ", ",
                true if at % width == 0 => ";",
                true => ",",
            });
        }
        out.push_str(&written(cell, strict)?);
        if out.len() > RESULT_CHARS * 4 {
            return Err(VALUE);
        }
    }
    match strict {
        true => words(&format!("{{{out}}}")),
        false => words(&out),
    }
}
