//! Where rows go when some of them are repeated, and what becomes of references to them.
//!
//! Types: [`Block`], [`RowMap`], [`Home`]; function [`moved`]. Law: a range that covers a repeated row covers all its
//! copies; a formula in a copy reads its own copy. Relative references from a repeated row to the row just above it go
//! on downwards, as filling down would have it; other references out of the block stay where they are. Tests: here.

use super::reference::{Corner, Found, rewrite};
use std::collections::HashMap;

/// Rows that stand several times, both ends included, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    pub first: u32,
    pub last: u32,
    /// At least 1.
    pub copies: u32,
}

impl Block {
    pub fn height(&self) -> u32 {
        self.last - self.first + 1
    }

    pub fn holds(&self, row: u32) -> bool {
        (self.first..=self.last).contains(&row)
    }
}

/// The blocks of a sheet, ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowMap {
    pub blocks: Vec<Block>,
}

/// Where a formula stands: its sheet, and in which copy of which block.
#[derive(Debug, Clone, Copy)]
pub struct Home<'a> {
    pub sheet: &'a str,
    pub copy: Option<(Block, u32)>,
}

/// Functions that take any number of cells: one cell of a repeated row becomes all its copies.
const GATHERING: [&str; 11] = [
    "SUM",
    "AVERAGE",
    "COUNT",
    "COUNTA",
    "MAX",
    "MIN",
    "PRODUCT",
    "SUBTOTAL",
    "SUMPRODUCT",
    "CONCAT",
    "TEXTJOIN",
];

impl RowMap {
    pub fn block(&self, row: u32) -> Option<Block> {
        self.blocks.iter().copied().find(|block| block.holds(row))
    }

    /// The row of the first copy.
    pub fn first(&self, row: u32) -> u32 {
        let before = self.blocks.iter().filter(|block| block.last < row);
        let added: u64 = before
            .map(|block| u64::from(block.copies - 1) * u64::from(block.height()))
            .sum();
        u32::try_from(u64::from(row) + added).unwrap_or(u32::MAX)
    }

    /// The row of the last copy.
    pub fn last(&self, row: u32) -> u32 {
        let added = self
            .block(row)
            .map_or(0, |block| (block.copies - 1).saturating_mul(block.height()));
        self.first(row).saturating_add(added)
    }

    /// The row of copy `k`, from 0.
    pub fn copy(&self, block: Block, k: u32, row: u32) -> u32 {
        self.first(row)
            .saturating_add(k.saturating_mul(block.height()))
    }

    pub fn is_still(&self) -> bool {
        self.blocks.iter().all(|block| block.copies == 1)
    }
}

fn at(corner: Corner, row: u32) -> String {
    Corner { row, ..corner }.name()
}

/// The formula as it reads after the move; `maps` by sheet name in lower case.
pub fn moved(formula: &str, home: Home<'_>, maps: &HashMap<String, RowMap>) -> String {
    rewrite(formula, &mut |found: &Found| {
        let sheet = found.sheet.as_deref().unwrap_or(home.sheet);
        let map = maps.get(&sheet.to_lowercase())?;
        let own = home
            .copy
            .filter(|_| sheet.eq_ignore_ascii_case(home.sheet) || sheet == home.sheet);
        let text = match found.last {
            Some(last) => {
                let first = own_row(map, own, found.first, false);
                let end = own_row(map, own, last, true);
                format!("{}:{}", at(found.first, first), at(last, end))
            }
            None => single(map, own, found),
        };
        Some(format!("{}{text}", found.before))
    })
}

/// The row of one corner of a range.
fn own_row(map: &RowMap, own: Option<(Block, u32)>, corner: Corner, is_end: bool) -> u32 {
    match own.filter(|(block, _)| block.holds(corner.row) && !corner.fixed_row) {
        Some((block, k)) => map.copy(block, k, corner.row),
        None if is_end => map.last(corner.row),
        None => map.first(corner.row),
    }
}

fn single(map: &RowMap, own: Option<(Block, u32)>, found: &Found) -> String {
    let corner = found.first;
    if let Some((block, k)) = own {
        if block.holds(corner.row) && !corner.fixed_row {
            return at(corner, map.copy(block, k, corner.row));
        }
        let is_above = corner.row + 1 == block.first && block.height() == 1 && !corner.fixed_row;
        if is_above && k > 0 {
            return at(corner, map.copy(block, k - 1, block.first));
        }
        if is_above {
            return at(corner, map.last(corner.row));
        }
    }
    let gathers = found
        .argument_of
        .as_deref()
        .is_some_and(|name| GATHERING.contains(&name));
    let (first, last) = (map.first(corner.row), map.last(corner.row));
    let block = map.block(corner.row).filter(|_| gathers && first < last);
    match block {
        None => at(corner, first),
        Some(block) if block.height() == 1 || block.copies > 200 => {
            format!("{}:{}", at(corner, first), at(corner, last))
        }
        Some(block) => {
            // The other rows of the copies are none of it.
            let all = (0..block.copies).map(|k| at(corner, map.copy(block, k, corner.row)));
            let all: Vec<String> = all.collect();
            all.join(&format!(",{}", found.before))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn maps(blocks: &[(u32, u32, u32)]) -> HashMap<String, RowMap> {
        let blocks = blocks.iter().map(|&(first, last, copies)| Block {
            first,
            last,
            copies,
        });
        let map = RowMap {
            blocks: blocks.collect(),
        };
        HashMap::from([("报价".to_string(), map)])
    }

    #[test]
    fn formulas_outside_the_repeated_row() {
        let maps = maps(&[(8, 8, 3)]);
        let home = Home {
            sheet: "报价",
            copy: None,
        };
        for (before, after) in [
            ("SUM(F8)", "SUM(F8:F10)"),
            ("SUM(F8:F8)", "SUM(F8:F10)"),
            ("SUM(F7:F8)", "SUM(F7:F10)"),
            ("SUM(F8:F9)", "SUM(F8:F11)"),
            ("F9*1.13+$G$12", "F11*1.13+$G$14"),
            ("SUMPRODUCT(E8,F8)", "SUMPRODUCT(E8:E10,F8:F10)"),
            ("F8*2", "F8*2"),
            ("SUM('报价'!F8)&\"F9\"", "SUM('报价'!F8:F10)&\"F9\""),
            ("Other!F9", "Other!F9"),
            ("A1", "A1"),
        ] {
            assert_eq!(moved(before, home, &maps), after);
        }
        let elsewhere = Home {
            sheet: "汇总",
            copy: None,
        };
        assert_eq!(moved("报价!F9+F9", elsewhere, &maps), "报价!F11+F9");
    }

    #[test]
    fn formulas_in_the_repeated_row() {
        let all = maps(&[(8, 8, 3)]);
        let block = all["报价"].blocks[0];
        let home = Home {
            sheet: "报价",
            copy: Some((block, 2)),
        };
        for (before, after) in [
            ("E8*F8", "E10*F10"),
            ("E8*B3", "E10*B3"),
            ("E8*$F$12", "E10*$F$14"),
            ("G7+F8", "G9+F10"),
            ("SUM($F$8:F8)", "SUM($F$8:F10)"),
            ("F8/SUM($F$8:$F$8)", "F10/SUM($F$8:$F$10)"),
        ] {
            assert_eq!(moved(before, home, &all), after);
        }
    }

    #[test]
    fn rows_of_a_block_of_two_are_told_apart() {
        let all = maps(&[(3, 3, 2), (8, 9, 3)]);
        let home = Home {
            sheet: "报价",
            copy: None,
        };
        assert_eq!(moved("SUM(F8)", home, &all), "SUM(F9,F11,F13)");
        assert_eq!(moved("SUM(F8:F9)", home, &all), "SUM(F9:F14)");
        assert_eq!(moved("F10", home, &all), "F15");
    }
}
