//! The grid of a sheet in pixels: which cell lies under the centre of a picture.
//!
//! Types: [`Grid`], [`Axis`], [`Anchored`]. Law: the cell under the centre owns the picture; sizes are those of the file, and
//! a size of nothing is no cell. Tests: `connectors/tests/staging.rs`.

/// Where a picture stands: by its corners, by one corner and its size, or by position and size alone.
#[derive(Debug, Default, Clone, Copy)]
pub struct Anchored {
    pub from: Option<Corner>,
    pub to: Option<Corner>,
    /// Size and, where there are no corners, position, in pixels.
    pub size: (f64, f64),
    pub position: (f64, f64),
}

/// Column and row from 0, offsets in pixels.
#[derive(Debug, Default, Clone, Copy)]
pub struct Corner {
    pub column: f64,
    pub row: f64,
    pub dx: f64,
    pub dy: f64,
}

/// Where rows or columns begin, in pixels; only those of an own size are listed.
pub struct Axis {
    /// First place (from 0), its beginning, places until the next entry have `size`.
    own: Vec<(u32, u32, f64)>,
    usual: f64,
}

impl Axis {
    /// `own`: first and last place and size, ascending.
    pub fn new(mut own: Vec<(u32, u32, f64)>, usual: f64) -> Axis {
        own.sort_by_key(|(first, _, _)| *first);
        Axis {
            own,
            usual: usual.max(1.0),
        }
    }

    fn pixels_at(&self, place: f64) -> f64 {
        let mut pixels = place * self.usual;
        for (first, last, size) in self
            .own
            .iter()
            .take_while(|(first, _, _)| f64::from(*first) < place)
        {
            let n = (place - f64::from(*first)).min(f64::from(last.saturating_sub(*first)) + 1.0);
            pixels += n * (size - self.usual);
        }
        pixels
    }

    fn place_at(&self, pixels: f64) -> u32 {
        let mut at = 0.0;
        let mut next = 0u32;
        for (first, last, size) in &self.own {
            let gap = f64::from(first.saturating_sub(next)) * self.usual;
            if at + gap > pixels {
                break;
            }
            at += gap;
            let n = f64::from(last.saturating_sub(*first)) + 1.0;
            if at + n * size > pixels && *size > 0.0 {
                return first + ((pixels - at) / size) as u32;
            }
            at += n * size;
            next = last.saturating_add(1);
        }
        next.saturating_add(((pixels - at).max(0.0) / self.usual) as u32)
    }
}

pub struct Grid {
    pub rows: Axis,
    pub columns: Axis,
}

impl Grid {
    /// Row and column (from 0) under the centre.
    pub fn owner(&self, anchor: &Anchored) -> (u32, u32) {
        let Some(from) = anchor.from else {
            let x = anchor.position.0 + anchor.size.0 / 2.0;
            let y = anchor.position.1 + anchor.size.1 / 2.0;
            return (self.rows.place_at(y), self.columns.place_at(x));
        };
        let row = match anchor.to {
            // Hidden rows squeeze a picture to nothing: its own corner is all there is.
            Some(to) if to.row <= from.row => from.row as u32,
            to => {
                let top = self.rows.pixels_at(from.row) + from.dy;
                let bottom = to.map_or(top + anchor.size.1, |to| {
                    self.rows.pixels_at(to.row) + to.dy
                });
                self.rows.place_at((top + bottom) / 2.0)
            }
        };
        let column = match anchor.to {
            Some(to) if to.column <= from.column => from.column as u32,
            to => {
                let left = self.columns.pixels_at(from.column) + from.dx;
                let right = to.map_or(left + anchor.size.0, |to| {
                    self.columns.pixels_at(to.column) + to.dx
                });
                self.columns.place_at((left + right) / 2.0)
            }
        };
        (row, column)
    }
}
