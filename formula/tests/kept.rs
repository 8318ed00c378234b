//! What is kept from one recompute to the next gives what a computation from nothing gives, whatever happened in
//! between; and no record that changes its value is missed by the keys that a change reaches.
#![allow(clippy::unwrap_used)]

use formula::{Answers, EvalCache, EvalInput, Formula, Kept, Scope, analyze};
use proptest::prelude::*;
use std::{collections::BTreeMap, sync::Arc};
use table::{
    ai::CallKey,
    column::{Column, ColumnKind},
    field::{Field, FieldType},
    id::{ColumnId, FieldId, RecordId, TableId},
    mask::Mask,
    schema::{Schema, Table},
    segment::Segment,
    snapshot::{Snapshot, TableData},
    value::{CellError, CellState, CellValue},
};

struct NoAnswers;
impl Answers for NoAnswers {
    fn answer(&self, _: &CallKey) -> Option<Arc<str>> {
        None
    }
}

/// Others may come first.
fn backwards(n: usize, work: &(dyn Fn(usize) + Sync)) {
    (0..n).rev().for_each(work);
}

const OWN: TableId = TableId(1);
const OTHER: TableId = TableId(2);
/// Texts by number; the last ones are more than themselves as criteria.
const WORDS: [&str; 8] = ["", "a", "A", "b", "5", "7", "true", "a*"];
const FORMULAS: [&str; 13] = [
    "SUMIFS(T[val],T[key],[key])",
    "XLOOKUP([key],T[key],T[val],-1)",
    "COUNTIFS(T[key],[key])",
    "SUM(T[val])",
    "SUMIFS(T[val],T[key],[key],T[kind],\"a\")",
    "SUMIFS(T[val],T[key],[key],T[kind],[kind])",
    "AVERAGEIFS(T[val],T[kind],\"b\")",
    "MAXIFS(T[val],T[key],[key])",
    "MATCH([key],T[key],0)",
    "XLOOKUP([key]&\"\",T[key],T[kind])",
    "XLOOKUP([key],T[key],T[kind],\"none\")",
    "COUNTIF(T[val],\">\"&[n])",
    "[n]*COUNT(T[val])+MIN(T[val])+COUNTBLANK(T[kind])+COUNTIF(T[val],[n])",
];

fn schema() -> Schema {
    let number = || FieldType::Number {
        decimals: None,
        thousands: false,
        unit: String::new(),
    };
    let field = |id: u32, name: &str, field_type| Field {
        id: FieldId(id),
        column: ColumnId(id),
        name: name.into(),
        description: String::new(),
        field_type,
        removed: false,
    };
    let table = |id, name: &str, fields| Table {
        id,
        name: name.into(),
        description: String::new(),
        fields,
        views: vec![],
        removed: false,
    };
    let own = vec![
        field(1, "key", FieldType::Text),
        field(2, "n", number()),
        field(3, "kind", FieldType::Text),
    ];
    let other = vec![
        field(4, "key", FieldType::Text),
        field(5, "val", number()),
        field(6, "kind", FieldType::Text),
    ];
    Schema {
        tables: vec![table(OWN, "O", own), table(OTHER, "T", other)],
        ..Schema::default()
    }
}

fn text(word: u8) -> CellState {
    CellValue::text(WORDS[word as usize % WORDS.len()]).into()
}

fn number(n: u8) -> CellState {
    match n % 8 {
        0 => CellState::BLANK,
        1 => CellState::Error(CellError::Div0),
        n => CellValue::Number(f64::from(n) + 0.1).into(),
    }
}

fn cell(column: ColumnId, seed: u8) -> CellState {
    match column.0 {
        2 | 5 => number(seed),
        _ => text(seed),
    }
}

fn segment(first: u64, rows: &[[u8; 3]], columns: [u32; 3]) -> Segment {
    let of = |at: usize| {
        let column = ColumnId(columns[at]);
        let kind = match column.0 {
            2 | 5 => ColumnKind::Number,
            _ => ColumnKind::Text,
        };
        let cells = rows.iter().map(|row| cell(column, row[at]));
        (column, Column::from_states(kind, cells).into())
    };
    let ids = (first..first + rows.len() as u64).map(RecordId).collect();
    Segment::new(
        ids,
        Mask::new(rows.len(), true),
        BTreeMap::from([of(0), of(1), of(2)]),
    )
}

#[derive(Debug, Clone)]
enum Step {
    Set {
        table: bool,
        place: u16,
        column: u8,
        seed: u8,
    },
    Live {
        place: u16,
        live: bool,
    },
    Grow(Vec<[u8; 3]>),
    NewSegment(Vec<[u8; 3]>),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let rows = || prop::collection::vec(any::<[u8; 3]>(), 1..4);
    let step = prop_oneof![
        6 => (any::<bool>(), any::<u16>(), 0u8..3, any::<u8>())
            .prop_map(|(table, place, column, seed)| Step::Set { table, place, column, seed }),
        2 => (any::<u16>(), any::<bool>()).prop_map(|(place, live)| Step::Live { place, live }),
        1 => rows().prop_map(Step::Grow),
        1 => rows().prop_map(Step::NewSegment),
    ];
    prop::collection::vec(step, 1..12)
}

fn data(snapshot: &mut Snapshot, table: TableId) -> &mut TableData {
    Arc::make_mut(snapshot.tables.get_mut(&table).unwrap())
}

fn place(data: &TableData, place: u16) -> (usize, usize) {
    let segment = place as usize % data.segments.len();
    (segment, place as usize / 7 % data.segments[segment].len())
}

fn take(snapshot: &mut Snapshot, step: &Step) {
    match step {
        Step::Set {
            table,
            place: at,
            column,
            seed,
        } => {
            let (table, first) = if *table { (OWN, 1) } else { (OTHER, 4) };
            let column = ColumnId(first + u32::from(*column));
            let data = data(snapshot, table);
            let (segment, offset) = place(data, *at);
            let kind = data.segments[segment].column(column).unwrap().kind();
            Arc::make_mut(&mut data.segments[segment])
                .column_mut(column, kind)
                .set(offset, cell(column, *seed));
        }
        Step::Live { place: at, live } => {
            let data = data(snapshot, OTHER);
            let (segment, offset) = place(data, *at);
            Arc::make_mut(&mut data.segments[segment]).set_live(offset, *live);
            data.n_live = data.segments.iter().map(|s| s.live().count() as u64).sum();
        }
        Step::Grow(rows) => {
            let data = data(snapshot, OTHER);
            let more = segment(data.next_record.0, rows, [4, 5, 6]);
            let last = data.segments.last_mut().unwrap();
            Arc::make_mut(last).append(more.ids().to_vec(), more.live(), more.columns());
            data.next_record.0 += rows.len() as u64;
            data.n_live += rows.len() as u64;
        }
        Step::NewSegment(rows) => {
            let data = data(snapshot, OTHER);
            data.segments
                .push(Arc::new(segment(data.next_record.0, rows, [4, 5, 6])));
            data.next_record.0 += rows.len() as u64;
            data.n_live += rows.len() as u64;
        }
    }
}

fn start(own: &[Vec<[u8; 3]>], other: &[[u8; 3]]) -> Snapshot {
    let mut first = 1;
    let mut segments = Vec::new();
    for rows in own {
        segments.push(Arc::new(segment(first, rows, [1, 2, 3])));
        first += rows.len() as u64;
    }
    let table = |segments: Vec<Arc<Segment>>| {
        let n: u64 = segments.iter().map(|segment| segment.len() as u64).sum();
        Arc::new(TableData {
            segments,
            next_record: RecordId(n + 1),
            n_live: n,
        })
    };
    let other = vec![Arc::new(segment(1, other, [4, 5, 6]))];
    Snapshot {
        schema: Arc::new(schema()),
        tables: BTreeMap::from([(OWN, table(segments)), (OTHER, table(other))]),
        ..Snapshot::default()
    }
}

fn input<'a>(
    snapshot: &'a Snapshot,
    segment: usize,
    offsets: Option<&'a [usize]>,
    cache: &'a EvalCache,
) -> EvalInput<'a> {
    EvalInput {
        snapshot,
        table: OWN,
        segment,
        offsets,
        now: 46_000.5,
        answers: &NoAnswers,
        kind: ColumnKind::Mixed,
        model: "m",
        cache,
    }
}

/// Cells by segment and offset.
type Cells = Vec<Vec<CellState>>;

fn by_kept(snapshot: &Snapshot, formula: &Formula, kept: &Arc<Kept>) -> Cells {
    let cache = EvalCache::of(kept, backwards);
    formula.prepare(&input(snapshot, 0, Some(&[0]), &cache), true);
    let segments = &snapshot.data(OWN).unwrap().segments;
    let of = |at: usize| {
        let cells = formula.eval(&input(snapshot, at, None, &cache)).cells;
        (0..cells.len()).map(|at| cells.get(at)).collect()
    };
    (0..segments.len()).map(of).collect()
}

fn one_by_one(snapshot: &Snapshot, formula: &Formula) -> Cells {
    let cache = EvalCache::default();
    let segments = &snapshot.data(OWN).unwrap().segments;
    let one = |segment: usize, at: usize| {
        formula
            .eval(&input(snapshot, segment, Some(&[at]), &cache))
            .cells
            .get(0)
    };
    let of = |segment: usize| {
        (0..segments[segment].len())
            .map(|at| one(segment, at))
            .collect()
    };
    (0..segments.len()).map(of).collect()
}

/// SUMIFS by two keys, the plain way; `None` where an error is among the values.
fn naive_by_two(snapshot: &Snapshot, wanted: [&CellState; 2]) -> Option<f64> {
    let key = |state: &CellState| match state {
        CellState::Value(CellValue::Text(text)) => Some(text.to_lowercase()),
        _ => None,
    };
    let mut sum = 0.0;
    for segment in &snapshot.data(OTHER).unwrap().segments {
        for at in segment.live().ones() {
            let cell = |column| segment.column(ColumnId(column)).unwrap().get(at);
            let fits = [4, 6].iter().zip(wanted).all(|(column, wanted)| {
                key(wanted).is_some() && key(&cell(*column)) == key(wanted)
            });
            match cell(5) {
                CellState::Value(CellValue::Number(x)) if fits => sum += x,
                CellState::Error(_) if fits => return None,
                _ => {}
            }
        }
    }
    Some(sum)
}

/// The first three formulas and SUM, the plain way; `None` where an error is among the values.
fn naive(snapshot: &Snapshot, which: usize, key: &CellState) -> Option<Option<f64>> {
    let lower = |state: &CellState| match state {
        CellState::Value(CellValue::Text(text)) => Some(text.to_lowercase()),
        _ => None,
    };
    let (mut sum, mut n, mut first) = (0.0, 0, None);
    for segment in &snapshot.data(OTHER).unwrap().segments {
        for at in segment.live().ones() {
            let same = lower(&segment.column(ColumnId(4)).unwrap().get(at)) == lower(key);
            if which != 3 && (!same || lower(key).is_none()) {
                continue;
            }
            let value = segment.column(ColumnId(5)).unwrap().get(at);
            n += 1;
            first.get_or_insert_with(|| value.clone());
            match value {
                CellState::Value(CellValue::Number(x)) => sum += x,
                CellState::Error(_) if which != 2 && which != 1 => return None,
                _ => {}
            }
        }
    }
    Some(match which {
        1 => match first {
            None => Some(-1.0),
            Some(CellState::Value(CellValue::Number(x))) => Some(x),
            Some(CellState::Error(_)) => return None,
            Some(_) => None,
        },
        2 => Some(f64::from(n)),
        _ => Some(sum),
    })
}

/// Records of the other table that are not what they were.
fn changed_places(before: &Snapshot, after: &Snapshot) -> Vec<(usize, usize)> {
    let (before, after) = (before.data(OTHER).unwrap(), after.data(OTHER).unwrap());
    let mut places = Vec::new();
    for (number, segment) in after.segments.iter().enumerate() {
        let row = |segment: &Segment, at: usize| -> Vec<CellState> {
            let columns = segment.columns().keys();
            columns
                .map(|column| segment.column(*column).unwrap().get(at))
                .collect()
        };
        for at in 0..segment.len() {
            let old = before.segments.get(number).filter(|old| at < old.len());
            let same = old.is_some_and(|old| {
                row(old, at) == row(segment, at) && old.live().get(at) == segment.live().get(at)
            });
            if !same {
                places.push((number, at));
            }
        }
    }
    places
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_kept_is_what_it_would_be(
        own in prop::collection::vec(prop::collection::vec(any::<[u8; 3]>(), 1..5), 1..4),
        other in prop::collection::vec(any::<[u8; 3]>(), 1..6),
        steps in steps(),
    ) {
        let mut snapshot = start(&own, &other);
        let scope_schema = snapshot.schema.clone();
        let scope = Scope { schema: &scope_schema, table: OWN, field: Some(FieldId(9)) };
        let formulas: Vec<Formula> = FORMULAS.iter().map(|text| analyze(text, &scope).formula.unwrap()).collect();
        let kept = Arc::<Kept>::default();
        let mut was: Vec<Cells> = formulas.iter().map(|formula| by_kept(&snapshot, formula, &kept)).collect();
        for step in &steps {
            let before = snapshot.clone();
            take(&mut snapshot, step);
            let changes_own = matches!(step, Step::Set { table: true, .. });
            let places = changed_places(&before, &snapshot);
            for (which, formula) in formulas.iter().enumerate() {
                let is = by_kept(&snapshot, formula, &kept);
                prop_assert_eq!(&is, &one_by_one(&snapshot, formula), "{} after {:?}", FORMULAS[which], step);
                for (segment, cells) in is.iter().enumerate().filter(|_| which < 4) {
                    for (at, cell) in cells.iter().enumerate() {
                        let data = snapshot.data(OWN).unwrap();
                        let key = data.segments[segment].column(ColumnId(1)).unwrap().get(at);
                        let is_criterion = matches!(&key, CellState::Value(CellValue::Text(t)) if ["true", "a*"].contains(&&**t));
                        let Some(wanted) = naive(&snapshot, which, &key).filter(|_| which == 1 || which == 3 || !is_criterion) else { continue };
                        match (wanted, cell) {
                            (Some(x), CellState::Value(CellValue::Number(y))) => prop_assert!((x - y).abs() < 1e-9, "{} is {} not {}", FORMULAS[which], y, x),
                            (None, CellState::Value(CellValue::Blank)) => {}
                            other => prop_assert!(false, "{} after {:?}: {:?}", FORMULAS[which], step, other),
                        }
                    }
                }
                if which == 5 {
                    let data = snapshot.data(OWN).unwrap();
                    for (segment, cells) in is.iter().enumerate() {
                        for (at, cell) in cells.iter().enumerate() {
                            let column = |column| data.segments[segment].column(ColumnId(column)).unwrap().get(at);
                            let (key, kind) = (column(1), column(3));
                            let is_criterion = |state: &CellState| matches!(state, CellState::Value(CellValue::Text(t)) if ["true", "a*"].contains(&&**t));
                            if is_criterion(&key) || is_criterion(&kind) {
                                continue;
                            }
                            if let (Some(x), CellState::Value(CellValue::Number(y))) = (naive_by_two(&snapshot, [&key, &kind]), cell) {
                                prop_assert!((x - y).abs() < 1e-9, "by two: {} not {}", y, x);
                            }
                        }
                    }
                }
                if !changes_own && formula.reads_whole().is_empty() {
                    reaches_all_that_differ(formula, [&before, &snapshot], &places, [&was[which], &is], &kept)?;
                }
                was[which] = is;
            }
        }
    }
}

fn reaches_all_that_differ(
    formula: &Formula,
    snapshots: [&Snapshot; 2],
    places: &[(usize, usize)],
    [was, is]: [&Cells; 2],
    kept: &Arc<Kept>,
) -> Result<(), TestCaseError> {
    let cache = EvalCache::of(kept, backwards);
    let mut reached = vec![Vec::new(); is.len()];
    for relation in formula.relations() {
        // Places move by more than keys tell.
        if relation.is_positional() {
            return Ok(());
        }
        let keys = relation.keys(snapshots, places);
        let by_segment: Vec<Vec<usize>> = (0..is.len())
            .map(|segment| relation.records(&input(snapshots[1], segment, None, &cache), &keys))
            .collect();
        let first = input(snapshots[1], 0, None, &cache);
        if let Some(found) = relation.records_by_index(&first, &keys) {
            let mut by_index = vec![Vec::new(); is.len()];
            found
                .into_iter()
                .for_each(|(segment, records)| by_index[segment] = records);
            prop_assert_eq!(&by_index, &by_segment);
        }
        for (all, more) in reached.iter_mut().zip(by_segment) {
            all.extend(more);
        }
    }
    for (segment, cells) in is.iter().enumerate() {
        for (at, cell) in cells.iter().enumerate() {
            let same = was[segment][at] == *cell;
            prop_assert!(
                same || reached[segment].contains(&at),
                "{} at {}.{}",
                formula.source(),
                segment,
                at
            );
        }
    }
    Ok(())
}
