//! The time, as the engine asks for it: this is the one place of the server that reads the clock for data.

use chrono::{Datelike, Local, NaiveDate, Timelike};
use engine::handle::Clock;

/// Now: UTC milliseconds, and the local day number of the machine's time zone.
pub fn local_clock() -> Clock {
    let now = Local::now();
    let days = now.date_naive().num_days_from_ce() - first_day();
    let seconds = f64::from(now.time().num_seconds_from_midnight())
        + f64::from(now.time().nanosecond()) / 1e9;
    Clock {
        now_ms: now.timestamp_millis(),
        now_day: f64::from(days) + seconds / 86_400.0,
    }
}

/// Days of the common era at Excel's day 0, 1899-12-30.
fn first_day() -> i32 {
    NaiveDate::from_ymd_opt(1899, 12, 30).map_or(693_594, |day| day.num_days_from_ce())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn day_numbers_start_where_excel_starts() {
        assert_eq!(first_day(), 693_594);
        let unix = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
        assert_eq!(unix.num_days_from_ce() - first_day(), 25_569);
        let clock = local_clock();
        let utc_day = clock.now_ms as f64 / 86_400_000.0 + 25_569.0;
        assert!((clock.now_day - utc_day).abs() < 1.0);
    }
}
