//! TODAY, NOW and RAND are computed again when the day changes and when their record is, not on every edit.

use crate::desk::Desk;
use engine::{Clock, EngineOptions};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

fn column(desk: &Desk, field: usize) -> Vec<String> {
    let shown = desk.show("表");
    let cells = shown
        .lines()
        .map(|line| line.split(" | ").nth(field).unwrap().to_string());
    cells.collect()
}

#[test]
fn a_day_and_a_draw_stay_until_the_day_changes() {
    let day = Arc::new(AtomicU64::new(45_000));
    let seen = day.clone();
    let clock = move || Clock {
        now_ms: 0,
        now_day: seen.load(Ordering::Relaxed) as f64 + 0.25,
    };
    let desk = Desk::with(EngineOptions {
        clock: Arc::new(clock),
        ..crate::desk::options()
    });
    desk.check("> ann table 表 数:number 天=TODAY()*1 抽=RAND() 抽二=RAND()\n schema\n > ann add 表 1\n +1, computed 天×1, computed 抽×1, computed 抽二×1\n > ann add 表 2\n +1, computed 天×1, computed 抽×1, computed 抽二×1");
    let (days, draws) = (column(&desk, 2), column(&desk, 3));
    assert_eq!(days, ["45000", "45000"]);
    assert_ne!(draws[0], draws[1], "two records");
    assert_ne!(draws, column(&desk, 4), "two fields of one formula");

    desk.check("> ann set 表 r1 数 7\n 数.r1=7");
    assert_eq!(column(&desk, 3), draws, "an edit of something else");

    day.store(45_001, Ordering::Relaxed);
    let began = Instant::now();
    while column(&desk, 2) != ["45001", "45001"] {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "{:?}",
            column(&desk, 2)
        );
        std::thread::yield_now();
    }
    let tomorrow = column(&desk, 3);
    assert!(tomorrow[0] != draws[0] && tomorrow[1] != draws[1]);

    let desk = desk.reopened();
    assert_eq!(column(&desk, 3).len(), 2);
}
