//! How much one evaluation may compute, in cells: one for each record that a node of the plan is computed for, one
//! for each cell of a column that is read through. The charge depends on the plan and the cells alone, never on time.
//!
//! Law: an evaluation that runs out gives `#CALC!` for all of its records, so that no `IFERROR` makes a value of half
//! of the work. Tests: `tests/language.rs`.

/// What is left; nothing once a charge could not be paid.
#[derive(Debug)]
pub(crate) struct Fuel(std::cell::Cell<Option<u64>>);

impl Fuel {
    pub(crate) fn new(cells: u64) -> Fuel {
        Fuel(std::cell::Cell::new(Some(cells)))
    }

    /// False where the charge cannot be paid: from then on nothing is computed any more.
    #[must_use]
    pub(crate) fn burn(&self, cells: usize) -> bool {
        let left = self.0.get().and_then(|left| left.checked_sub(cells as u64));
        self.0.set(left);
        left.is_some()
    }

    /// How much of what there was at first is burnt; all of it where it ran out.
    pub(crate) fn burnt(&self, first: u64) -> usize {
        let burnt = first - self.0.get().unwrap_or(0).min(first);
        usize::try_from(burnt).unwrap_or(usize::MAX)
    }

    pub(crate) fn is_out(&self) -> bool {
        self.0.get().is_none()
    }
}
