//! The paper of a sheet: size, margins, scale, what is printed, titles, breaks, header and footer.
//!
//! Type: [`Paper`]; functions [`area`], [`title_rows`], [`breaks`].

use crate::document::{
    reference::{Range, parse_range},
    xml::Element,
};

const MM_PER_INCH: f64 = 25.4;
const PX_PER_INCH: f64 = 96.0;

pub struct Paper {
    /// Inches, as it lies.
    width: f64,
    height: f64,
    /// Inches: top, right, bottom, left.
    margins: [f64; 4],
    zoom: f64,
    is_centred: bool,
    header: String,
    footer: String,
}

/// Sizes by Excel's numbers, in millimetres; A4 for what is not known.
fn size_mm(number: u32) -> (f64, f64) {
    match number {
        1 => (215.9, 279.4),
        5 => (215.9, 355.6),
        8 => (297.0, 420.0),
        11 => (148.0, 210.0),
        12 => (257.0, 364.0),
        13 => (182.0, 257.0),
        70 => (105.0, 148.0),
        _ => (210.0, 297.0),
    }
}

impl Paper {
    pub fn of(sheet: &Element, content_px: f64) -> Paper {
        let setup = sheet.child("pageSetup");
        let number = |name: &str| setup.and_then(|setup| setup.number(name));
        let (width, height) = size_mm(number("paperSize").unwrap_or(9.0) as u32);
        let (width, height) = (width / MM_PER_INCH, height / MM_PER_INCH);
        let is_landscape =
            setup.and_then(|setup| setup.attribute("orientation")) == Some("landscape");
        let (width, height) = if is_landscape {
            (height, width)
        } else {
            (width, height)
        };
        let margins = sheet.child("pageMargins");
        let margin = |name: &str, usual: f64| {
            let found = margins.and_then(|margins| margins.number(name));
            found.unwrap_or(usual).clamp(0.0, 5.0)
        };
        let margins = [
            margin("top", 0.75),
            margin("right", 0.7),
            margin("bottom", 0.75),
            margin("left", 0.7),
        ];
        let free_px = ((width - margins[1] - margins[3]) * PX_PER_INCH).max(50.0);
        let fits = sheet
            .child("sheetPr")
            .and_then(|settings| settings.child("pageSetUpPr"))
            .is_some_and(|settings| settings.is_true("fitToPage"));
        let fits = fits && number("fitToWidth").unwrap_or(1.0) >= 1.0;
        // A browser can't put the rest of a wide sheet on pages beside: without a scale it is fitted, too.
        let zoom = match number("scale").filter(|_| !fits) {
            Some(scale) => scale / 100.0,
            None => (free_px / content_px.max(1.0)).min(1.0),
        };
        let options = sheet.child("printOptions");
        let words = |name: &str| {
            let texts = sheet.child("headerFooter");
            let text = texts.and_then(|texts| texts.child(name)).map(Element::text);
            text.unwrap_or_default()
        };
        Paper {
            width,
            height,
            margins,
            zoom: zoom.clamp(0.1, 4.0),
            is_centred: options.is_some_and(|options| options.is_true("horizontalCentered")),
            header: words("oddHeader"),
            footer: words("oddFooter"),
        }
    }

    /// The rule of the page itself.
    pub fn page_css(&self) -> String {
        let [top, right, bottom, left] = self.margins;
        let mut boxes = margin_boxes("top", &self.header);
        boxes.push_str(&margin_boxes("bottom", &self.footer));
        format!(
            "@page{{size:{:.3}in {:.3}in;margin:{top:.3}in {right:.3}in {bottom:.3}in {left:.3}in;{boxes}}}",
            self.width, self.height
        )
    }

    /// The rule of the `n`-th sheet on it.
    pub fn sheet_css(&self, n: usize) -> String {
        let centred = if self.is_centred {
            "margin:0 auto;"
        } else {
            ""
        };
        format!(".d{n}{{{centred}zoom:{:.4}}}", self.zoom)
    }
}

/// `&L`, `&C` and `&R` parts as the boxes of the page's margin.
fn margin_boxes(edge: &str, text: &str) -> String {
    let mut out = String::new();
    let mut side = "center";
    let mut part = String::new();
    let mut flush = |side: &str, part: &mut String| {
        let content = content(part);
        if !content.is_empty() {
            out.push_str(&format!(
                "@{edge}-{side}{{content:{content};font:9pt sans-serif}}"
            ));
        }
        part.clear();
    };
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        match (c, next) {
            ('&', Some('L' | 'C' | 'R')) => {
                flush(side, &mut part);
                side = match chars.next() {
                    Some('L') => "left",
                    Some('R') => "right",
                    _ => "center",
                };
            }
            (c, _) => part.push(c),
        }
    }
    flush(side, &mut part);
    out
}

/// A CSS `content` value: texts in quotes, page numbers as counters; fonts and sizes are passed over.
fn content(text: &str) -> String {
    let mut pieces: Vec<String> = Vec::new();
    let mut words = String::new();
    let quoted = |words: &mut String, pieces: &mut Vec<String>| {
        if !words.trim().is_empty() || !pieces.is_empty() && !words.is_empty() {
            let safe: String = words
                .chars()
                .filter(|c| !matches!(c, '"' | '\\' | '<' | '\n' | '\r'))
                .collect();
            pieces.push(format!("\"{safe}\""));
        }
        words.clear();
    };
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '&' {
            words.push(c);
            continue;
        }
        match chars.next() {
            Some('P') => {
                quoted(&mut words, &mut pieces);
                pieces.push("counter(page)".into());
            }
            Some('N') => {
                quoted(&mut words, &mut pieces);
                pieces.push("counter(pages)".into());
            }
            Some('&') => words.push('&'),
            Some('"') => {
                for c in chars.by_ref() {
                    if c == '"' {
                        break;
                    }
                }
            }
            Some(c) if c.is_ascii_digit() => {
                while chars.peek().is_some_and(char::is_ascii_digit) {
                    chars.next();
                }
            }
            _ => {}
        }
    }
    quoted(&mut words, &mut pieces);
    pieces.join(" ")
}

fn defined<'a>(workbook: &'a Element, name: &str, sheet: usize) -> Option<&'a Element> {
    let names = workbook.child("definedNames")?;
    names.elements().find(|one| {
        one.attribute("name") == Some(name) && one.number("localSheetId") == Some(sheet as f64)
    })
}

/// What the sheet prints, where it says so with one rectangle.
pub fn area(workbook: &Element, sheet: usize) -> Option<Range> {
    let text = defined(workbook, "_xlnm.Print_Area", sheet)?.text();
    let (_, range) = text.rsplit_once('!')?;
    parse_range(range)
}

/// Rows that stand on every page.
pub fn title_rows(workbook: &Element, sheet: usize) -> Option<(u32, u32)> {
    let text = defined(workbook, "_xlnm.Print_Titles", sheet)?.text();
    let rows = |part: &str| {
        let range = part.rsplit('!').next()?;
        let (first, last) = range.split_once(':')?;
        let row = |text: &str| text.trim_start_matches('$').parse::<u32>().ok();
        Some((row(first)?, row(last)?))
    };
    text.split(',').find_map(rows)
}

/// Rows after which a page ends.
pub fn breaks(sheet: &Element) -> Vec<u32> {
    let all = sheet.child("rowBreaks").map(Element::elements);
    let ids = all.into_iter().flatten().filter_map(|one| one.number("id"));
    ids.map(|id| id as u32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn footers_become_margin_boxes() {
        let boxes = margin_boxes(
            "bottom",
            "&L&\"宋体,Bold\"&12送货单 \"x\"&C第 &P 页 / &N&Ra&&b",
        );
        assert_eq!(
            boxes,
            "@bottom-left{content:\"送货单 x\";font:9pt sans-serif}\
             @bottom-center{content:\"第 \" counter(page) \" 页 / \" counter(pages);font:9pt sans-serif}\
             @bottom-right{content:\"a&b\";font:9pt sans-serif}"
        );
        assert_eq!(margin_boxes("top", ""), "");
    }
}
