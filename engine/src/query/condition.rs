//! What conditions compare with: ranges, counts, and periods that move with the calendar.
//!
//! Main functions: [`resolve`] (periods such as `@this_month` become days), [`Range::read`]. Law: after `resolve` a
//! filter says the same on every later day. Weeks begin on Monday. Tests: below.

use crate::command::shown_type;
use table::{
    column::ColumnKind,
    field::{
        FieldType,
        date::{FIRST_DAY, LAST_DAY, civil, date_text, day_number, days_in_month},
        number,
    },
    schema::Table,
    value::{CellState, CellValue},
    view::{Condition, Filter, Operator},
};

/// Between the ends of a range; the signs `..` belong to no number and to no date.
const RANGE: &str = "..";

/// Values from one end to the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Range {
    from: f64,
    to: f64,
    /// `to` is the first value beyond the range, not the last one in it.
    is_half_open: bool,
}

impl Range {
    /// Reads `from..to`; nothing while an end is unreadable or both are absent. Ends in the wrong order are exchanged.
    pub fn read(field_type: &FieldType, text: &str) -> Option<Range> {
        let (from, to) = text.split_once(RANGE)?;
        let end = |text: &str| match text.trim() {
            "" => Some(None),
            text => read_end(field_type, text).map(Some),
        };
        let (from, to) = match (end(from)?, end(to)?) {
            (None, None) => return None,
            (Some(a), Some(b)) if b < a => (b, a),
            (from, to) => (
                from.unwrap_or(f64::NEG_INFINITY),
                to.unwrap_or(f64::INFINITY),
            ),
        };
        // A day without a time means the whole day.
        let is_half_open = field_type.kind() == ColumnKind::Date && to.fract() == 0.0;
        Some(Range {
            from,
            to: if is_half_open { to + 1.0 } else { to },
            is_half_open,
        })
    }

    pub fn holds(&self, x: f64) -> bool {
        x >= self.from
            && if self.is_half_open {
                x < self.to
            } else {
                x <= self.to
            }
    }
}

fn read_end(field_type: &FieldType, text: &str) -> Option<f64> {
    match field_type.parse(text) {
        CellState::Value(CellValue::Number(x) | CellValue::Date(x)) => Some(x),
        _ if field_type.kind() == ColumnKind::Number => number::read(text).map(|read| read.value),
        _ => None,
    }
}

/// Pictures, options or linked records of a cell.
pub(super) fn n_items(state: &CellState) -> usize {
    match state {
        CellState::Value(CellValue::Attachments(items)) => items.len(),
        CellState::Value(CellValue::Options(items)) => items.len(),
        CellState::Value(CellValue::Links(items)) => items.len(),
        state => usize::from(!state.is_blank()),
    }
}

/// The filter with periods as they are today: `now_day` is the local Excel day number.
pub(crate) fn resolve(filter: &Filter, table: &Table, now_day: f64) -> Filter {
    let one = |condition: &Condition| {
        let is_date = table
            .field(condition.field)
            .is_some_and(|field| shown_type(&field.field_type).kind() == ColumnKind::Date);
        let period = is_date
            .then(|| period(condition.value.trim(), now_day.floor()))
            .flatten();
        match period {
            Some(days) => within(condition, days),
            None => condition.clone(),
        }
    };
    let groups = filter.groups.iter();
    Filter {
        any: filter.any,
        conditions: filter.conditions.iter().map(one).collect(),
        groups: groups.map(|group| resolve(group, table, now_day)).collect(),
    }
}

/// Whether some condition speaks of a period that moves with the calendar.
pub(crate) fn moves(filter: &Filter) -> bool {
    let is_period = |condition: &Condition| condition.value.trim_start().starts_with('@');
    filter.conditions.iter().any(is_period) || filter.groups.iter().any(moves)
}

fn within(condition: &Condition, (from, to): (f64, f64)) -> Condition {
    let (from, to) = (date_text(from), date_text(to));
    let (operator, value) = match condition.operator {
        Operator::Is => (Operator::Between, format!("{from}{RANGE}{to}")),
        Operator::IsNot => (Operator::NotBetween, format!("{from}{RANGE}{to}")),
        Operator::Less | Operator::GreaterOrEqual => (condition.operator, from),
        Operator::Greater | Operator::LessOrEqual => (condition.operator, to),
        _ => return condition.clone(),
    };
    Condition {
        field: condition.field,
        operator,
        value,
    }
}

/// First and last day of a period such as `@last_week` or `@next_days:30`, seen from `today`.
fn period(text: &str, today: f64) -> Option<(f64, f64)> {
    let (name, n) = match text.strip_prefix('@')?.split_once(':') {
        Some((name, n)) => (name, n.trim().parse::<u32>().ok()?),
        None => (text.strip_prefix('@')?, 0),
    };
    let monday = today - (today - 2.0).rem_euclid(7.0);
    let days = match name {
        "today" => (today, today),
        "yesterday" => (today - 1.0, today - 1.0),
        "tomorrow" => (today + 1.0, today + 1.0),
        "last_week" => (monday - 7.0, monday - 1.0),
        "this_week" => (monday, monday + 6.0),
        "next_week" => (monday + 7.0, monday + 13.0),
        "last_month" => month(today, -1)?,
        "this_month" => month(today, 0)?,
        "next_month" => month(today, 1)?,
        "last_year" => year(today, -1)?,
        "this_year" => year(today, 0)?,
        // Today is the last of the last days, and the next days come after it.
        "last_days" => (today - f64::from(n.max(1)) + 1.0, today),
        "next_days" => (today, today + f64::from(n)),
        _ => return None,
    };
    Some((days.0.max(FIRST_DAY), days.1.min(LAST_DAY)))
}

fn month(today: f64, later: i64) -> Option<(f64, f64)> {
    let (year, month, _) = civil(today);
    let months = year * 12 + i64::from(month) - 1 + later;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) as u32 + 1);
    let first = day_number(year, month, 1)?;
    Some((first, first + f64::from(days_in_month(year, month)) - 1.0))
}

fn year(today: f64, later: i64) -> Option<(f64, f64)> {
    let year = civil(today).0 + later;
    Some((day_number(year, 1, 1)?, day_number(year, 12, 31)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn periods_move_with_the_calendar() {
        // A Sunday: the week has begun six days before.
        let sunday = day_number(2026, 11, 22).unwrap();
        for (text, from, to) in [
            ("@today", "2026-11-22", "2026-11-22"),
            ("@yesterday", "2026-11-21", "2026-11-21"),
            ("@tomorrow", "2026-11-23", "2026-11-23"),
            ("@this_week", "2026-11-16", "2026-11-22"),
            ("@last_week", "2026-11-09", "2026-11-15"),
            ("@next_week", "2026-11-23", "2026-11-29"),
            ("@this_month", "2026-11-01", "2026-11-30"),
            ("@last_month", "2026-10-01", "2026-10-31"),
            ("@next_month", "2026-12-01", "2026-12-31"),
            ("@this_year", "2026-01-01", "2026-12-31"),
            ("@last_year", "2025-01-01", "2025-12-31"),
            ("@last_days:7", "2026-11-16", "2026-11-22"),
            ("@next_days:30", "2026-11-22", "2026-12-22"),
        ] {
            let (first, last) = period(text, sunday).unwrap();
            assert_eq!(
                (date_text(first), date_text(last)),
                (from.into(), to.into()),
                "{text}"
            );
        }
        let leap = day_number(2024, 1, 31).unwrap();
        assert_eq!(
            period("@next_month", leap),
            period("@this_month", leap + 1.0)
        );
        assert_eq!(
            date_text(period("@next_month", leap).unwrap().1),
            "2024-02-29"
        );
        let monday = sunday + 1.0;
        assert_eq!(period("@this_week", monday).unwrap().0, monday);
        for other in ["today", "@", "@no_period", "@last_days:x", "2026-11-22"] {
            assert_eq!(period(other, sunday), None, "{other}");
        }
    }

    #[test]
    fn ranges_hold_their_ends() {
        let number = FieldType::Number {
            decimals: None,
            thousands: false,
            unit: String::new(),
        };
        let range = |text| Range::read(&number, text);
        assert!(range("1..5").unwrap().holds(5.0) && range("5..1").unwrap().holds(1.0));
        assert!(range("..5").unwrap().holds(-1e9) && !range("3..").unwrap().holds(2.9));
        for unready in ["", "..", "1", "1..x"] {
            assert_eq!(range(unready), None, "{unready}");
        }
        let days = Range::read(&FieldType::DateTime, "2026-11-01..2026-11-30").unwrap();
        let last = day_number(2026, 11, 30).unwrap();
        assert!(days.holds(last + 0.99) && !days.holds(last + 1.0));
    }

    const SHOP: &str = "
        # 货
        | 品名 | 价:currency | 日:date | 类:select(杯/袋/伞) | 标:multi_select(红/蓝/新) | 在售:checkbox |
        | 保温杯 500ML | 10 | 2026-11-22 | 杯 | 红, 新 | true |
        | 保温杯盖 | 2.5 | 2026-11-01 | 杯 | 红 | false |
        | ＡＢ袋 | 便宜 | 2026-10-31 | 袋 | 红, 蓝 | |
        | | 99.9 | | 伞 | | true |
        | 杯垫 | | 随便 | 别的 | 紫 | |
    ";

    /// Numbers of the records (from 1) that one condition lets through.
    fn passing(field: &str, operator: Operator, value: &str) -> Vec<usize> {
        let snapshot = table::fixture::from_markdown(SHOP).unwrap();
        let owner = snapshot.schema.table_named("货").unwrap();
        let options = |field: &table::field::Field| {
            let names = value.split(',').map(|name| {
                let options = field.field_type.options().unwrap_or_default();
                let option = options.iter().find(|option| option.name == name);
                option.map_or_else(|| name.to_owned(), |option| option.id.to_string())
            });
            names.collect::<Vec<_>>().join(",")
        };
        let field = owner.field_named(field).unwrap();
        let filter = Filter {
            conditions: vec![Condition {
                field: field.id,
                operator,
                value: options(field),
            }],
            ..Filter::default()
        };
        let today = day_number(2026, 11, 22).unwrap() + 0.6;
        let ready = super::super::filter::Ready::new(&resolve(&filter, owner, today), owner);
        let data = snapshot.data(owner.id).unwrap();
        let mask = ready.mask(&data.segments[0]);
        mask.ones().map(|at| at + 1).collect()
    }

    #[test]
    fn every_operator_says_what_it_says() {
        use Operator::*;
        let cases: &[(&str, Operator, &str, &[usize])] = &[
            ("品名", StartsWith, "保温杯", &[1, 2]),
            ("品名", EndsWith, "ml", &[1]),
            ("品名", Contains, "ab", &[3]),
            ("品名", NotContains, "杯", &[3, 4]),
            ("品名", Is, "ab袋", &[3]),
            ("品名", IsBlank, "", &[4]),
            ("品名", IsNotBlank, "", &[1, 2, 3, 5]),
            ("品名", Contains, " ", &[1, 2, 3, 4, 5]),
            ("价", Between, "2.5..10", &[1, 2]),
            ("价", Between, "10..", &[1, 4]),
            ("价", NotBetween, "2.5..10", &[3, 4, 5]),
            ("价", Between, "2.5..", &[1, 2, 4]),
            ("价", Between, "2.5", &[1, 2, 3, 4, 5]),
            ("价", Greater, "2.5", &[1, 4]),
            ("价", IsNot, "10", &[2, 3, 4, 5]),
            ("价", HasProblem, "", &[3]),
            ("价", IsMisfit, "", &[3]),
            ("价", Contains, "便", &[3]),
            ("价", IsBlank, "", &[5]),
            ("日", Is, "@today", &[1]),
            ("日", Is, "@this_month", &[1, 2]),
            ("日", IsNot, "@this_month", &[3, 4, 5]),
            ("日", Is, "@last_month", &[3]),
            ("日", Less, "@this_month", &[3]),
            ("日", LessOrEqual, "@this_month", &[1, 2, 3]),
            ("日", Greater, "@last_month", &[1, 2]),
            ("日", GreaterOrEqual, "@last_days:22", &[1, 2]),
            ("日", Is, "@last_days:23", &[1, 2, 3]),
            ("日", Between, "2026-10-31..2026-11-01", &[2, 3]),
            ("日", Less, "2026-11-01", &[3]),
            ("日", HasProblem, "", &[5]),
            ("类", AnyOf, "杯,伞", &[1, 2, 4]),
            ("类", NoneOf, "杯,伞", &[3, 5]),
            ("类", Is, "袋", &[3]),
            ("类", IsMisfit, "", &[5]),
            ("标", AnyOf, "蓝,新", &[1, 3]),
            ("标", AllOf, "红,新", &[1]),
            ("标", NoneOf, "蓝,新", &[2, 4, 5]),
            ("标", Is, "红", &[2]),
            ("标", CountAtLeast, "2", &[1, 3]),
            ("标", CountIs, "0", &[4]),
            ("标", CountAtMost, "1", &[2, 4, 5]),
            ("在售", Is, "true", &[1, 4]),
            ("在售", Is, "false", &[2, 3, 5]),
        ];
        for (field, operator, value, expected) in cases {
            let got = passing(field, *operator, value);
            assert_eq!(got, *expected, "{field} {operator:?} {value}");
        }
    }
}
