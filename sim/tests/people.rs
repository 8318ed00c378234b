//! Fifty clients in one process from a seed, with faults and crashes; every failure names its seed and step.
//!
//! `SUANPAN_SIM_SEEDS` (2) is how many seeds are run, `SUANPAN_SEED` the first of them, `SUANPAN_STEPS` (120) how long
//! each is, `SUANPAN_CLIENTS` (50) how many take part.

#![allow(clippy::unwrap_used)]

use sim::world::{Tally, World};

const FIRST_SEED: u64 = 1;

fn setting(name: &str, default: u64) -> u64 {
    let given = std::env::var(name).ok().and_then(|text| text.parse().ok());
    given.unwrap_or(default)
}

fn run(seed: u64, n_steps: u64, n_clients: usize) -> Result<Tally, String> {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new(seed, n_clients, folder.path())?;
    for step in 0..n_steps {
        world
            .step()
            .map_err(|failure| format!("step {step}, revision {}: {failure}", world.revision()))?;
    }
    world
        .end()
        .map_err(|failure| format!("at the end: {failure}"))
}

#[test]
fn clients_converge_and_nothing_acknowledged_is_lost() {
    let (first, n_seeds) = (
        setting("SUANPAN_SEED", FIRST_SEED),
        setting("SUANPAN_SIM_SEEDS", 2),
    );
    let (n_steps, n_clients) = (
        setting("SUANPAN_STEPS", 120),
        setting("SUANPAN_CLIENTS", 50),
    );
    let mut failures = Vec::new();
    let mut met = Vec::new();
    for seed in first..first + n_seeds {
        match run(seed, n_steps, n_clients as usize) {
            Ok(tally) => {
                println!("seed {seed}: {tally:?}");
                met.push(tally);
            }
            Err(failure) => failures.push(format!(
                "seed {seed}: {failure}\n  again: SUANPAN_SEED={seed} SUANPAN_SIM_SEEDS=1 SUANPAN_STEPS={n_steps} \
                 SUANPAN_CLIENTS={n_clients} cargo test -p sim --test people -- --nocapture"
            )),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    // A run that met nothing proves nothing.
    let sum = |of: fn(&Tally) -> u64| met.iter().map(of).sum::<u64>();
    assert!(sum(|tally| tally.n_crashes) > 0, "no crash");
    assert!(sum(|tally| tally.n_recoveries) > 0, "no full disk");
    assert!(sum(|tally| tally.n_unclear) > 0, "no unclear answer");
    assert!(sum(|tally| tally.n_repeated) > 0, "no lost answer");
    assert!(sum(|tally| tally.n_offline) > 0, "nobody was offline");
    for kind in [
        "SetCells",
        "PasteCells",
        "AppendColumns",
        "CreateField",
        "UpdateField",
        "Undo",
    ] {
        assert!(
            met.iter().any(|tally| tally.n_kept.contains_key(kind)),
            "no {kind}"
        );
    }
}
