//! Cell styles as CSS: fonts, fills, borders, alignment, number formats; colours of themes with their tints.
//!
//! Type: [`Looks`]. Law: nothing of the workbook reaches the CSS but numbers, known words and cleaned font names.

use crate::document::{TemplateError, sheet::Book, xml::Element};
use std::{collections::HashMap, fmt::Write};

pub struct Looks {
    styles: Element,
    formats: HashMap<u32, String>,
    /// In the order of their numbers: light 1, dark 1, light 2, dark 2, accents.
    theme: Vec<u32>,
}

/// Excel's 64 colours by number.
const INDEXED: [u32; 64] = [
    0x000000, 0xFFFFFF, 0xFF0000, 0x00FF00, 0x0000FF, 0xFFFF00, 0xFF00FF, 0x00FFFF, 0x000000,
    0xFFFFFF, 0xFF0000, 0x00FF00, 0x0000FF, 0xFFFF00, 0xFF00FF, 0x00FFFF, 0x800000, 0x008000,
    0x000080, 0x808000, 0x800080, 0x008080, 0xC0C0C0, 0x808080, 0x9999FF, 0x993366, 0xFFFFCC,
    0xCCFFFF, 0x660066, 0xFF8080, 0x0066CC, 0xCCCCFF, 0x000080, 0xFF00FF, 0xFFFF00, 0x00FFFF,
    0x800080, 0x800000, 0x008080, 0x0000FF, 0x00CCFF, 0xCCFFFF, 0xCCFFCC, 0xFFFF99, 0x99CCFF,
    0xFF99CC, 0xCC99FF, 0xFFCC99, 0x3366FF, 0x33CCCC, 0x99CC00, 0xFFCC00, 0xFF9900, 0xFF6600,
    0x666699, 0x969696, 0x003366, 0x339966, 0x003300, 0x333300, 0x993300, 0x993366, 0x333399,
    0x333333,
];

impl Looks {
    pub fn read(book: &Book) -> Result<Looks, TemplateError> {
        let styles = match book.package.related(&book.part, "styles")? {
            Some(part) => book.package.xml(&part)?.root,
            None => Element::default(),
        };
        let list = styles.child("numFmts").map(Element::elements);
        let formats = list.into_iter().flatten().filter_map(|one| {
            Some((
                one.number("numFmtId")? as u32,
                one.attribute("formatCode")?.to_string(),
            ))
        });
        let formats = formats.collect();
        let theme = match book.package.related(&book.part, "theme")? {
            Some(part) => book
                .package
                .xml(&part)
                .map(|part| theme(&part.root))
                .unwrap_or_default(),
            None => Vec::new(),
        };
        Ok(Looks {
            styles,
            formats,
            theme,
        })
    }

    fn xf(&self, look: usize) -> Option<&Element> {
        self.styles.child("cellXfs")?.elements().nth(look)
    }

    /// The element of a list that a style names by number.
    fn part(&self, look: usize, id: &str, list: &str) -> Option<&Element> {
        let index = self.xf(look)?.number(id)? as usize;
        self.styles.child(list)?.elements().nth(index)
    }

    pub fn css(&self, look: usize) -> String {
        let mut css = String::new();
        if let Some(font) = self.part(look, "fontId", "fonts") {
            css.push_str(&self.font_css(font));
        }
        let fill = self
            .part(look, "fillId", "fills")
            .and_then(|fill| fill.child("patternFill"));
        if let Some(fill) = fill.filter(|fill| fill.attribute("patternType") == Some("solid"))
            && let Some(color) = fill.child("fgColor").and_then(|color| self.color(color))
        {
            let _ = write!(css, "background:{color};");
        }
        if let Some(border) = self.part(look, "borderId", "borders") {
            for side in ["left", "right", "top", "bottom"] {
                if let Some(line) = border.child(side).and_then(|side| self.line(side)) {
                    let _ = write!(css, "border-{side}:{line};");
                }
            }
        }
        if let Some(alignment) = self.xf(look).and_then(|xf| xf.child("alignment")) {
            css.push_str(&aligned(alignment));
        }
        css
    }

    fn line(&self, side: &Element) -> Option<String> {
        let line = match side.attribute("style")? {
            "none" => return None,
            "medium" | "mediumDashed" | "mediumDashDot" | "mediumDashDotDot" | "slantDashDot" => {
                "2px solid"
            }
            "thick" => "3px solid",
            "double" => "3px double",
            "dotted" | "hair" => "1px dotted",
            "dashed" | "dashDot" | "dashDotDot" => "1px dashed",
            _ => "1px solid",
        };
        let color = side.child("color").and_then(|color| self.color(color));
        Some(format!(
            "{line} {}",
            color.unwrap_or_else(|| "#000000".into())
        ))
    }

    /// Of a `font` of the styles or the `rPr` of a piece of text.
    pub fn font_css(&self, font: &Element) -> String {
        let mut css = String::new();
        let is_on = |name: &str| {
            font.child(name)
                .is_some_and(|one| !matches!(one.attribute("val"), Some("0" | "false" | "none")))
        };
        let name = font.child("name").or_else(|| font.child("rFont"));
        if let Some(name) = name.and_then(|name| name.attribute("val")) {
            let clean: String = name
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
                .collect();
            let _ = write!(
                css,
                "font-family:'{clean}','Noto Sans CJK SC','Microsoft YaHei',sans-serif;"
            );
        }
        if let Some(size) = font.child("sz").and_then(|size| size.number("val")) {
            let _ = write!(css, "font-size:{size:.1}pt;");
        }
        if is_on("b") {
            css.push_str("font-weight:700;");
        }
        if is_on("i") {
            css.push_str("font-style:italic;");
        }
        match (is_on("u"), is_on("strike")) {
            (true, true) => css.push_str("text-decoration:underline line-through;"),
            (true, false) => css.push_str("text-decoration:underline;"),
            (false, true) => css.push_str("text-decoration:line-through;"),
            (false, false) => {}
        }
        if let Some(color) = font.child("color").and_then(|color| self.color(color)) {
            let _ = write!(css, "color:{color};");
        }
        css
    }

    fn color(&self, color: &Element) -> Option<String> {
        let rgb = if let Some(rgb) = color.attribute("rgb") {
            u32::from_str_radix(rgb.get(rgb.len().checked_sub(6)?..)?, 16).ok()?
        } else if let Some(theme) = color.number("theme") {
            *self.theme.get(theme as usize)?
        } else {
            // 64 is the screen's own black.
            let index = color.number("indexed")? as usize;
            INDEXED.get(index).copied().unwrap_or(0)
        };
        let tint = color.number("tint").unwrap_or_default().clamp(-1.0, 1.0);
        let channel = |shift: u32| {
            let value = f64::from(rgb >> shift & 0xff);
            let tinted = match tint < 0.0 {
                true => value * (1.0 + tint),
                false => value + (255.0 - value) * tint,
            };
            tinted.round() as u32
        };
        Some(format!(
            "#{:02x}{:02x}{:02x}",
            channel(16),
            channel(8),
            channel(0)
        ))
    }

    /// A number as the style shows it.
    pub fn number(&self, value: f64, look: usize) -> String {
        let id = self
            .xf(look)
            .and_then(|xf| xf.number("numFmtId"))
            .unwrap_or_default() as u32;
        let plain = || value.to_string();
        match (self.formats.get(&id), id) {
            (Some(code), _) if code.eq_ignore_ascii_case("general") => plain(),
            (Some(code), _) => ssfmt::format_default(value, code).unwrap_or_else(|_| plain()),
            (None, 0 | 49) => plain(),
            // The date of the machine's language, which is Chinese where these documents are made.
            (None, 14) => ssfmt::format_default(value, "yyyy/m/d").unwrap_or_else(|_| plain()),
            (None, id) => ssfmt::format_with_id_default(value, id).unwrap_or_else(|_| plain()),
        }
    }
}

fn aligned(alignment: &Element) -> String {
    let mut css = String::new();
    let side = match alignment.attribute("horizontal") {
        Some("center" | "centerContinuous") => "center",
        Some("right") => "right",
        Some("left" | "fill") => "left",
        Some("justify" | "distributed") => "justify",
        _ => "",
    };
    if !side.is_empty() {
        let _ = write!(css, "text-align:{side}!important;");
    }
    match alignment.attribute("vertical") {
        Some("center" | "distributed" | "justify") => css.push_str("vertical-align:middle;"),
        Some("top") => css.push_str("vertical-align:top;"),
        _ => {}
    }
    if alignment.is_true("wrapText") {
        css.push_str("white-space:pre-wrap;overflow-wrap:anywhere;");
    }
    if let Some(indent) = alignment.number("indent").filter(|indent| *indent > 0.0) {
        let edge = if side == "right" { "right" } else { "left" };
        let _ = write!(css, "padding-{edge}:{:.0}px;", indent.min(50.0) * 9.0 + 2.0);
    }
    css
}

/// The theme's colours in the order of their numbers.
fn theme(root: &Element) -> Vec<u32> {
    let Some(scheme) = root.descendant("clrScheme") else {
        return Vec::new();
    };
    let names = [
        "lt1", "dk1", "lt2", "dk2", "accent1", "accent2", "accent3", "accent4", "accent5",
        "accent6", "hlink", "folHlink",
    ];
    let color = |name: &&str| {
        let color = scheme.child(name)?.elements().next()?;
        let text = color
            .attribute("lastClr")
            .or_else(|| color.attribute("val"))?;
        u32::from_str_radix(text, 16).ok()
    };
    names.iter().map(|name| color(name).unwrap_or(0)).collect()
}
