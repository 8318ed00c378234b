//! What becomes of one AI cell: a pure function of its state, its note and what its formula asks for now.

use std::{collections::HashMap, sync::Arc};
use table::{
    ai::{AiNote, AiState, CallKey},
    value::CellState,
};

/// What the formula says about the cell at this moment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    /// `Pending` while an answer is missing.
    pub cell: CellState,
    /// Keys of all calls that the cell needs, answered or not.
    pub keys: Vec<CallKey>,
    /// An AI cell that this one reads has no answer yet.
    pub upstream_waits: bool,
}

/// What happened.
#[derive(Clone, Copy)]
pub(crate) enum Why<'a> {
    /// A person (or the policy “auto”) wants the cell answered.
    Run,
    /// Something that the formula reads changed.
    InputsChanged { auto: bool },
    /// Answers came, or calls were given up (with reasons).
    Settled {
        failures: &'a HashMap<CallKey, String>,
    },
    /// The batch was cancelled.
    Cancelled,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Decision {
    Keep,
    Set {
        state: CellState,
        note: Option<AiNote>,
        /// Its missing calls are to be queued.
        asks: bool,
    },
}

fn note(state: AiState, keys: &[CallKey], reason: Option<&str>) -> Option<AiNote> {
    Some(AiNote {
        state,
        keys: keys.to_vec(),
        reason: reason.map(Arc::from),
    })
}

fn set(state: CellState, note: Option<AiNote>) -> Decision {
    Decision::Set {
        state,
        note,
        asks: false,
    }
}

/// Pending cells show nothing once they no longer wait.
fn settled_value(old: &CellState) -> CellState {
    match old {
        CellState::Pending => CellState::BLANK,
        other => other.clone(),
    }
}

pub(crate) fn decide(
    old: &CellState,
    old_note: Option<&AiNote>,
    asked: &Asked,
    why: Why,
) -> Decision {
    let decision = match why {
        Why::Run => match old_note.map(|note| note.state) {
            Some(AiState::Locked) => Decision::Keep,
            _ => answer_or_ask(old, asked),
        },
        Why::InputsChanged { auto } => inputs_changed(old, old_note, asked, auto),
        Why::Settled { failures } => settled(old, old_note, asked, failures),
        Why::Cancelled => cancelled(old, old_note),
    };
    match &decision {
        Decision::Set { state, note, .. } if state == old && note.as_ref() == old_note => {
            Decision::Keep
        }
        _ => decision,
    }
}

fn answer_or_ask(old: &CellState, asked: &Asked) -> Decision {
    if asked.upstream_waits {
        return Decision::Set {
            state: waiting_value(old),
            note: note(AiState::Queued, &[], None),
            asks: false,
        };
    }
    if asked.cell == CellState::Pending {
        return Decision::Set {
            state: waiting_value(old),
            note: note(AiState::Queued, &asked.keys, None),
            asks: true,
        };
    }
    // Nothing to ask about and nothing to show: the cell stays empty, not “answered”.
    match asked.keys.is_empty() && asked.cell.is_blank() {
        true => set(CellState::BLANK, None),
        false => set(asked.cell.clone(), note(AiState::Ok, &asked.keys, None)),
    }
}

/// A value stays to be seen while a new one is on its way; an empty cell says that it waits.
fn waiting_value(old: &CellState) -> CellState {
    match old.is_blank() {
        true => CellState::Pending,
        false => old.clone(),
    }
}

fn inputs_changed(
    old: &CellState,
    old_note: Option<&AiNote>,
    asked: &Asked,
    auto: bool,
) -> Decision {
    let Some(old_note) = old_note else {
        let wanted = auto && old.is_blank() && (asked.upstream_waits || !asked.keys.is_empty());
        return if wanted {
            answer_or_ask(old, asked)
        } else {
            Decision::Keep
        };
    };
    let same = old_note.keys == asked.keys && !asked.upstream_waits;
    match old_note.state {
        AiState::Locked | AiState::Skipped => Decision::Keep,
        // It waited for another AI cell, which now has its answer (or changed again).
        AiState::Queued | AiState::Running if old_note.keys.is_empty() => answer_or_ask(old, asked),
        AiState::Queued | AiState::Running if same => Decision::Keep,
        AiState::Queued | AiState::Running if auto => answer_or_ask(old, asked),
        AiState::Queued | AiState::Running => {
            set(settled_value(old), note(AiState::Stale, &[], None))
        }
        AiState::Ok | AiState::NeedsReview | AiState::Stale | AiState::Failed => {
            let answered =
                asked.cell != CellState::Pending && !asked.keys.is_empty() && !asked.upstream_waits;
            match old_note.state {
                // The part of the formula around the answers may have changed though the calls did not.
                AiState::NeedsReview if same => Decision::Keep,
                _ if answered => set(asked.cell.clone(), note(AiState::Ok, &asked.keys, None)),
                _ if same => Decision::Keep,
                _ if auto => answer_or_ask(old, asked),
                AiState::Failed => Decision::Keep,
                _ => set(old.clone(), note(AiState::Stale, &old_note.keys, None)),
            }
        }
    }
}

fn settled(
    old: &CellState,
    old_note: Option<&AiNote>,
    asked: &Asked,
    failures: &HashMap<CallKey, String>,
) -> Decision {
    let Some(old_note) = old_note else {
        return Decision::Keep;
    };
    if !matches!(old_note.state, AiState::Queued | AiState::Running) {
        return Decision::Keep;
    }
    if let Some(reason) = asked
        .keys
        .iter()
        .chain(&old_note.keys)
        .find_map(|key| failures.get(key))
    {
        return set(
            settled_value(old),
            note(AiState::Failed, &asked.keys, Some(reason)),
        );
    }
    // An answer within an answer asks for more keys; keys that vanished mean that inputs changed.
    if !old_note.keys.iter().all(|key| asked.keys.contains(key)) {
        return set(settled_value(old), note(AiState::Stale, &[], None));
    }
    match asked.cell == CellState::Pending && asked.keys == old_note.keys {
        true => Decision::Keep,
        false => answer_or_ask(old, asked),
    }
}

fn cancelled(old: &CellState, old_note: Option<&AiNote>) -> Decision {
    match old_note {
        Some(waits) if matches!(waits.state, AiState::Queued | AiState::Running) => match old {
            CellState::Pending => set(CellState::BLANK, None),
            value if value.is_blank() => set(CellState::BLANK, None),
            value => set(value.clone(), note(AiState::Stale, &[], None)),
        },
        _ => Decision::Keep,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use table::value::CellValue;

    const A: CallKey = CallKey([1; 16]);
    const B: CallKey = CallKey([2; 16]);

    fn text(text: &str) -> CellState {
        CellValue::text(text).into()
    }

    fn asked(cell: CellState, keys: &[CallKey]) -> Asked {
        Asked {
            cell,
            keys: keys.to_vec(),
            upstream_waits: false,
        }
    }

    /// Printed as `value state keys reason asks`.
    fn check(old: CellState, old_note: Option<AiNote>, asked: &Asked, why: Why, expected: &str) {
        let shown = match decide(&old, old_note.as_ref(), asked, why) {
            Decision::Keep => "keep".to_owned(),
            Decision::Set { state, note, asks } => {
                let value = match state {
                    CellState::Value(CellValue::Text(text)) => text.to_string(),
                    CellState::Pending => "pending".into(),
                    other if other.is_blank() => "-".into(),
                    other => format!("{other:?}"),
                };
                let note = note.map_or("none".to_owned(), |note| {
                    let keys: String = note
                        .keys
                        .iter()
                        .map(|key| if *key == A { 'A' } else { 'B' })
                        .collect();
                    format!(
                        "{:?} [{keys}] {}",
                        note.state,
                        note.reason.as_deref().unwrap_or("")
                    )
                    .trim_end()
                    .to_owned()
                });
                format!("{value} {note}{}", if asks { " asks" } else { "" })
            }
        };
        assert_eq!(shown, expected, "{old:?} {old_note:?}");
    }

    #[test]
    fn running_asks_once_and_serves_stored_answers() {
        let missing = asked(CellState::Pending, &[A]);
        check(
            CellState::BLANK,
            None,
            &missing,
            Why::Run,
            "pending Queued [A] asks",
        );
        check(
            text("旧"),
            note(AiState::Stale, &[B], None),
            &missing,
            Why::Run,
            "旧 Queued [A] asks",
        );
        check(
            text("手"),
            note(AiState::Locked, &[], None),
            &missing,
            Why::Run,
            "keep",
        );
        check(
            CellState::BLANK,
            None,
            &asked(text("新"), &[A]),
            Why::Run,
            "新 Ok [A]",
        );
        check(
            text("新"),
            note(AiState::Ok, &[A], None),
            &asked(text("新"), &[A]),
            Why::Run,
            "keep",
        );
        check(
            CellState::BLANK,
            None,
            &asked(CellState::BLANK, &[]),
            Why::Run,
            "keep",
        );
        let upstream = Asked {
            upstream_waits: true,
            ..missing
        };
        check(
            CellState::BLANK,
            None,
            &upstream,
            Why::Run,
            "pending Queued []",
        );
    }

    #[test]
    fn changed_inputs_make_answers_stale_and_back() {
        let manual = Why::InputsChanged { auto: false };
        let auto = Why::InputsChanged { auto: true };
        let missing = asked(CellState::Pending, &[B]);
        let ok = || note(AiState::Ok, &[A], None);
        check(text("旧"), ok(), &missing, manual, "旧 Stale [A]");
        check(text("旧"), ok(), &missing, auto, "旧 Queued [B] asks");
        check(
            text("旧"),
            note(AiState::Stale, &[A], None),
            &asked(text("旧"), &[A]),
            manual,
            "旧 Ok [A]",
        );
        check(
            text("旧"),
            ok(),
            &asked(text("旧!"), &[A]),
            manual,
            "旧! Ok [A]",
        );
        check(CellState::BLANK, None, &missing, manual, "keep");
        check(
            CellState::BLANK,
            None,
            &missing,
            auto,
            "pending Queued [B] asks",
        );
        check(
            text("手"),
            note(AiState::Locked, &[], None),
            &missing,
            auto,
            "keep",
        );
        check(
            CellState::Pending,
            note(AiState::Queued, &[A], None),
            &missing,
            manual,
            "- Stale []",
        );
        check(
            CellState::Pending,
            note(AiState::Queued, &[], None),
            &missing,
            manual,
            "pending Queued [B] asks",
        );
        check(
            CellState::BLANK,
            note(AiState::Failed, &[A], Some("x")),
            &missing,
            manual,
            "keep",
        );
    }

    #[test]
    fn settling_fills_fails_or_waits_on() {
        let none = HashMap::new();
        let settled = Why::Settled { failures: &none };
        let queued = |keys: &[CallKey]| note(AiState::Queued, keys, None);
        check(
            CellState::Pending,
            queued(&[A]),
            &asked(text("好"), &[A]),
            settled,
            "好 Ok [A]",
        );
        check(
            CellState::Pending,
            queued(&[A, B]),
            &asked(CellState::Pending, &[A, B]),
            settled,
            "keep",
        );
        check(
            CellState::Pending,
            queued(&[A]),
            &asked(CellState::Pending, &[A, B]),
            settled,
            "pending Queued [AB] asks",
        );
        check(
            CellState::Pending,
            queued(&[A]),
            &asked(CellState::Pending, &[B]),
            settled,
            "- Stale []",
        );
        check(
            text("手"),
            note(AiState::Locked, &[], None),
            &asked(text("好"), &[A]),
            settled,
            "keep",
        );
        let failures = HashMap::from([(A, "provider_auth".to_owned())]);
        let failed = Why::Settled {
            failures: &failures,
        };
        check(
            CellState::Pending,
            queued(&[A]),
            &asked(CellState::Pending, &[A]),
            failed,
            "- Failed [A] provider_auth",
        );
        check(
            text("旧"),
            queued(&[A]),
            &asked(CellState::Pending, &[A]),
            Why::Cancelled,
            "旧 Stale []",
        );
        check(
            CellState::Pending,
            queued(&[A]),
            &asked(CellState::Pending, &[A]),
            Why::Cancelled,
            "- none",
        );
    }
}
