//! Whole-system simulation: the real binary, real files, crashes at random moments.
//!
//! [`process`] starts and kills the server, [`model`] is an OpenAI-compatible server that counts what it is
//! asked, [`faulty`] one that misbehaves. Law: acknowledged ⊆ recovered ⊆ attempted, and no stored answer is asked for twice.
//! Tests: `sim/tests/`; a failing run prints its seed (`SUANPAN_SEED=…` repeats it).

pub mod faulty;
pub mod model;
pub mod process;

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
