//! Chinese numerals: `[DBNum1]` 一千二百, `[DBNum2]` 壹仟贰佰 (as on invoices), `[DBNum3]` １千２百.

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Numerals {
    digits: [char; 10],
    /// Ten, hundred, thousand.
    units: [char; 3],
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Plain,
    Invoice,
    FullWidth,
}

impl Numerals {
    /// By the number after `DBNum`.
    pub(super) fn read(kind: &str) -> Option<Numerals> {
        let (digits, units, kind) = match kind {
            "1" => (
                ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'],
                ['十', '百', '千'],
                Kind::Plain,
            ),
            "2" => (
                ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'],
                ['拾', '佰', '仟'],
                Kind::Invoice,
            ),
            "3" => (
                ['０', '１', '２', '３', '４', '５', '６', '７', '８', '９'],
                ['十', '百', '千'],
                Kind::FullWidth,
            ),
            _ => return None,
        };
        Some(Numerals {
            digits,
            units,
            kind,
        })
    }

    fn digit(&self, c: char) -> char {
        let value = c.to_digit(10).map(|value| value as usize);
        value.map_or(c, |value| self.digits[value])
    }

    /// Digit by digit; other characters unchanged.
    pub(super) fn digits(&self, text: &str) -> String {
        text.chars().map(|c| self.digit(c)).collect()
    }

    /// A plain decimal number, as it is said.
    pub(super) fn spelled(&self, number: &str) -> String {
        let (whole, fraction) = match number.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (number, None),
        };
        // Beyond 万亿, and with an exponent, only the digits can be said.
        if whole.len() > 16 || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.digits(number);
        }
        let mut out = self.whole(whole.trim_start_matches('0'));
        if out.is_empty() {
            out.push(self.digits[0]);
        }
        if let Some(fraction) = fraction {
            out.push('.');
            out.push_str(&self.digits(fraction));
        }
        out
    }

    /// Groups of four digits with 万 and 亿; a gap of zeros is said once.
    fn whole(&self, number: &str) -> String {
        let mut out = String::new();
        let (mut gap, mut group) = (false, false);
        for (at, c) in number.chars().enumerate() {
            let left = number.len() - 1 - at;
            if c == '0' {
                gap = true;
            } else {
                if gap {
                    out.push(self.digits[0]);
                }
                (gap, group) = (false, true);
                out.push(self.digit(c));
                out.extend((left % 4).checked_sub(1).map(|unit| self.units[unit]));
            }
            let is_end = left > 0 && left.is_multiple_of(4);
            if is_end && (group || left == 8) {
                out.push(if left == 8 { '亿' } else { '万' });
            }
            if is_end {
                group = false;
            }
        }
        out
    }

    /// A month, day, hour…: eleven is 十一 here, not 一十一; 壹拾壹 on invoices.
    pub(super) fn part_of_date(&self, number: &str) -> String {
        if self.kind == Kind::FullWidth {
            return self.digits(number);
        }
        let spelled = self.spelled(number);
        if number.len() > 1 && number.starts_with('0') {
            return format!("{}{spelled}", self.digits[0]);
        }
        match spelled.strip_prefix(self.digits[1]) {
            Some(rest) if self.kind == Kind::Plain && rest.starts_with(self.units[0]) => {
                rest.to_owned()
            }
            _ => spelled,
        }
    }
}
