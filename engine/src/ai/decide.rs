//! What becomes of one AI cell: a pure function of its state, its note and what its formula asks for now.

use crate::command::AiVerdict;
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
    /// The rule that one of its answers breaks.
    pub review: Option<Arc<str>>,
}

/// What happened.
#[derive(Clone, Copy)]
pub(crate) enum Why<'a> {
    /// A person (or the policy “auto”) wants the cell answered.
    Run,
    /// As `Run`, but locked cells are asked for too: the answer is offered beside them.
    Offer,
    /// The run's condition does not hold here.
    LeftOut,
    /// A person looked at the answer.
    Reviewed {
        verdict: AiVerdict,
        by: &'a Arc<str>,
    },
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
        by: None,
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
        Why::Offer => match old_note.map(|note| note.state) {
            Some(AiState::Locked) => offered(old, asked),
            _ => answer_or_ask(old, asked),
        },
        Why::LeftOut => match old_note {
            None if old.is_blank() => set(CellState::BLANK, note(AiState::Skipped, &[], None)),
            _ => Decision::Keep,
        },
        Why::Reviewed { verdict, by } => reviewed(old, old_note, asked, verdict, by),
        Why::InputsChanged { auto } => inputs_changed(old, old_note, asked, auto),
        Why::Settled { failures } => settled(old, old_note, asked, failures),
        Why::Cancelled => cancelled(old, old_note),
    };
    let decision = still_approved(decision, old_note);
    match &decision {
        Decision::Set {
            state,
            note,
            asks: false,
        } if state == old && note.as_ref() == old_note => Decision::Keep,
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
        false => answered(asked),
    }
}

/// What the answers give, to be looked at where one of them breaks a rule.
fn answered(asked: &Asked) -> Decision {
    let state = match asked.review {
        Some(_) => AiState::NeedsReview,
        None => AiState::Ok,
    };
    set(
        asked.cell.clone(),
        note(state, &asked.keys, asked.review.as_deref()),
    )
}

/// A locked cell keeps what it shows and names the answers that are offered beside it.
fn offered(old: &CellState, asked: &Asked) -> Decision {
    if asked.upstream_waits || asked.keys.is_empty() {
        return Decision::Keep;
    }
    Decision::Set {
        state: old.clone(),
        note: note(AiState::Locked, &asked.keys, None),
        asks: asked.cell == CellState::Pending,
    }
}

fn reviewed(
    old: &CellState,
    old_note: Option<&AiNote>,
    asked: &Asked,
    verdict: AiVerdict,
    by: &Arc<str>,
) -> Decision {
    let Some(old_note) = old_note else {
        return Decision::Keep;
    };
    let approved = |state: &CellState| {
        let note = AiNote {
            state: AiState::Ok,
            keys: old_note.keys.clone(),
            reason: None,
            by: Some(by.clone()),
        };
        set(state.clone(), Some(note))
    };
    let has_answer = asked.cell != CellState::Pending && asked.keys == old_note.keys;
    match (verdict, old_note.state) {
        (AiVerdict::Approve, AiState::Ok | AiState::NeedsReview) => approved(old),
        (AiVerdict::Accept, AiState::Locked) if !old_note.keys.is_empty() && has_answer => {
            approved(&asked.cell)
        }
        (AiVerdict::Keep, AiState::Locked) => set(old.clone(), note(AiState::Locked, &[], None)),
        (AiVerdict::Unlock, AiState::Locked) => set(old.clone(), note(AiState::Stale, &[], None)),
        _ => Decision::Keep,
    }
}

/// An approved answer stays approved as long as the cell shows the same one.
fn still_approved(decision: Decision, old_note: Option<&AiNote>) -> Decision {
    let (
        Decision::Set {
            state,
            note: Some(new),
            asks,
        },
        Some(old),
    ) = (&decision, old_note)
    else {
        return decision;
    };
    let same = old.by.is_some() && old.keys == new.keys && !old.keys.is_empty();
    match same && new.by.is_none() && matches!(new.state, AiState::Ok | AiState::NeedsReview) {
        true => Decision::Set {
            state: state.clone(),
            note: Some(old.clone()).map(|old| AiNote {
                state: AiState::Ok,
                reason: None,
                ..old
            }),
            asks: *asks,
        },
        false => decision,
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
            let has_answer =
                asked.cell != CellState::Pending && !asked.keys.is_empty() && !asked.upstream_waits;
            match old_note.state {
                // The part of the formula around the answers may have changed though the calls did not.
                AiState::NeedsReview if same => Decision::Keep,
                _ if has_answer => answered(asked),
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
            review: None,
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
