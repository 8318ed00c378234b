//! Whole-system simulation: real files, faults and crashes, everything out of one seed.
//!
//! [`process`] starts and kills the server binary, [`model`] is an OpenAI-compatible server that counts what it is
//! asked. Within one process, [`world`] has clients that [`plan`] commands, show what a [`replica`] holds, and are
//! judged by [`oracle`]. Law: acknowledged ⊆ recovered ⊆ attempted, and no stored answer is asked for twice.
//! Tests: `sim/tests/`; a failing run prints its seed (`SUANPAN_SEED=…` repeats it).

pub mod model;
pub mod oracle;
pub mod plan;
pub mod process;
pub mod replica;
mod reshape;
pub mod world;

/// The seed of this run: from `SUANPAN_SEED`, else from the clock; print it with every failure.
pub fn seed() -> u64 {
    let given = std::env::var("SUANPAN_SEED")
        .ok()
        .and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.map_or(1, |elapsed| elapsed.as_nanos() as u64)
    })
}
