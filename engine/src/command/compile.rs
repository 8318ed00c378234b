//! Field types as people give them → as they are stored: formulas compiled to ids, select options numbered.

use super::{NewFieldType, NewFormula, names, press};
use crate::error::CommandError;
use crate::language::Scope;
use crate::limits::GIVEN_OPTION_IDS;
use std::collections::BTreeSet;
use table::{
    field::{FieldType, FormulaSpec, LinkSpec, SelectOption, link::primary},
    id::{ColumnId, FieldId, OptionId, TableId},
    limits::OPTIONS_PER_FIELD,
    schema::Schema,
};

pub(crate) fn is_formula(new: &NewFieldType) -> bool {
    matches!(
        new,
        NewFieldType::Formula(_) | NewFieldType::Plain(FieldType::Formula(_))
    )
}

/// The stored type; `field` is the field being changed, so that it can't read itself.
pub(crate) fn field_type(
    schema: &Schema,
    table: TableId,
    field: Option<FieldId>,
    new: &NewFieldType,
) -> Result<FieldType, CommandError> {
    match new {
        NewFieldType::Formula(new) => formula_type(schema, table, field, new),
        // A stored formula, as a field shown by the API holds it.
        NewFieldType::Plain(FieldType::Formula(spec)) => {
            let again = NewFormula {
                tag: super::FormulaTag::Formula,
                formula: crate::language::source_to_text(&spec.source, schema, table),
                result: Some((*spec.result).clone()),
                ai: spec.ai.clone(),
            };
            formula_type(schema, table, field, &again)
        }
        NewFieldType::Plain(plain) => {
            if let FieldType::Button { action, .. } = plain {
                press::check(schema, table, action)?;
            }
            match plain {
                FieldType::Link(link) => link_type(schema, field, link),
                plain => numbered(schema, field, plain.clone()),
            }
        }
    }
}

/// The link with its column of ids: the one that the field has, where its cells stay as they are.
fn link_type(
    schema: &Schema,
    field: Option<FieldId>,
    new: &LinkSpec,
) -> Result<FieldType, CommandError> {
    if schema.table(new.table).is_none() {
        return Err(CommandError::no_table(new.table));
    }
    let present = field.and_then(|field| schema.field(field));
    let present = present.and_then(|(_, field)| field.link());
    let kept = present.filter(|link| link.table == new.table);
    let mirror = kept.and_then(|link| link.mirror);
    let stays = kept.filter(|link| link.single || !new.single);
    Ok(FieldType::Link(LinkSpec {
        table: new.table,
        single: new.single,
        mirror,
        ids: stays.map_or(ColumnId(schema.next.column + 1), |link| link.ids),
        mirror_name: match mirror {
            Some(_) => String::new(),
            None => new.mirror_name.trim().to_owned(),
        },
    }))
}

/// The type with its select options, if it has any, numbered.
fn numbered(
    schema: &Schema,
    field: Option<FieldId>,
    field_type: FieldType,
) -> Result<FieldType, CommandError> {
    let mut field_type = field_type.bounded();
    if let FieldType::Person { options } = &mut field_type
        && options.is_empty()
        && field.is_none()
    {
        *options = people(schema);
    }
    if let Some(options) = field_type.options_mut() {
        let present = field.and_then(|field| schema.field(field));
        let known = present.and_then(|(_, field)| field.field_type.options());
        let known = known.unwrap_or_default().iter().map(|option| option.id);
        let next = field.map_or(1, |field| schema.next_option(field));
        *options = numbered_options(options, &known.collect(), next)?;
    }
    Ok(field_type)
}

/// Everyone who is named in a person field of the base.
fn people(schema: &Schema) -> Vec<SelectOption> {
    let fields = schema.live_tables().flat_map(|table| table.live_fields());
    let named = fields.filter_map(|field| match &field.field_type {
        FieldType::Person { options } => Some(options),
        _ => None,
    });
    let mut seen = BTreeSet::new();
    let fresh = |option: &&SelectOption| seen.insert(option.name.clone());
    let people = named.flatten().filter(fresh).take(OPTIONS_PER_FIELD);
    people
        .map(|option| SelectOption {
            id: OptionId::default(),
            ..option.clone()
        })
        .collect()
}

fn formula_type(
    schema: &Schema,
    table: TableId,
    field: Option<FieldId>,
    new: &NewFormula,
) -> Result<FieldType, CommandError> {
    let scope = Scope {
        schema,
        table,
        field,
    };
    let analysis = crate::language::analyze(&new.formula, &scope);
    let Some(compiled) = analysis.formula else {
        return Err(formula_error(&analysis.diagnostics));
    };
    if let Some(field) = field
        && let Some(name) = cycle(schema, field, &compiled)
    {
        return Err(CommandError::new(
            "formula_cycle",
            format!("公式绕了一圈又用到自己：经过“{name}”。"),
            format!("The formula leads back to itself by way of “{name}”."),
        )
        .hint(
            "请去掉公式里对这个字段的引用。",
            "Take the reference to this field out of the formula.",
        )
        .at(name));
    }
    let proposed = compiled.result();
    let result = match &new.result {
        None
        | Some(
            FieldType::Formula(_)
            | FieldType::Attachment
            | FieldType::Button { .. }
            | FieldType::Link(_),
        ) => proposed,
        Some(wanted) if wanted.is_given() => proposed,
        Some(wanted) => numbered(schema, field, wanted.clone())?,
    };
    let ai = compiled
        .has_ai()
        .then(|| new.ai.clone().unwrap_or_default());
    Ok(FieldType::Formula(FormulaSpec {
        source: compiled.source().to_owned(),
        result: Box::new(result),
        ai,
    }))
}

/// The first error of a formula, with its place `start..end` in characters.
pub(crate) fn formula_error(diagnostics: &[crate::language::Diagnostic]) -> CommandError {
    let error = diagnostics
        .iter()
        .find(|diagnostic| diagnostic.severity == crate::language::Severity::Error)
        .or(diagnostics.first());
    let Some(error) = error else {
        return CommandError::new("formula_error", "公式有误。", "The formula has an error.");
    };
    // A cycle has a code of its own at this door, whoever noticed it.
    let code = match error.code {
        "cycle" | "formula_cycle" => "formula_cycle",
        _ => "formula_error",
    };
    CommandError {
        code,
        message: error.message.clone(),
        hint: error.hint.clone(),
        at: Some(format!("{}..{}", error.span.start, error.span.end)),
    }
}

/// The name of a field by way of which `compiled`, as the formula of `field`, would read `field` itself.
fn cycle(schema: &Schema, field: FieldId, compiled: &crate::language::Formula) -> Option<String> {
    let mut seen = BTreeSet::new();
    let mut waiting: Vec<FieldId> = all_reads(compiled);
    while let Some(next) = waiting.pop() {
        let Some((owner, read)) = schema.field(next) else {
            continue;
        };
        if next == field {
            return Some(read.name.clone());
        }
        if let Some(link) = read.link()
            && seen.insert(next)
        {
            // It shows what the linked records are called.
            waiting.extend(primary(schema, link.table).map(|primary| primary.id));
        } else if seen.insert(next)
            && let Some(spec) = read.formula()
            && let Ok(other) = crate::language::Formula::from_source(
                &spec.source,
                &Scope {
                    schema,
                    table: owner.id,
                    field: None,
                },
            )
        {
            if all_reads(&other).contains(&field) {
                return Some(read.name.clone());
            }
            waiting.extend(all_reads(&other));
        }
    }
    None
}

fn all_reads(compiled: &crate::language::Formula) -> Vec<FieldId> {
    let reads = compiled.reads();
    let others = reads.others.values().flatten();
    reads.own.iter().chain(others).copied().collect()
}

/// Names cleaned and distinct, colours in turn. An option keeps the id of one that the field has now, or an id
/// that it never had; any other gets the next free one, for a number once used must never mean another option.
fn numbered_options(
    options: &[SelectOption],
    known: &BTreeSet<OptionId>,
    first_free: u32,
) -> Result<Vec<SelectOption>, CommandError> {
    if options.len() > OPTIONS_PER_FIELD {
        return Err(CommandError::too_large(
            "个选项",
            "options",
            options.len() as u64,
            OPTIONS_PER_FIELD as u64,
        ));
    }
    let unused = first_free..first_free.saturating_add(GIVEN_OPTION_IDS);
    let keeps = |id: &OptionId| known.contains(id) || unused.contains(&id.0);
    let kept = options.iter().map(|option| option.id).filter(keeps);
    let mut next = kept.map(|id| id.0.saturating_add(1)).max().unwrap_or(1);
    next = next.max(first_free);
    let mut seen_names = BTreeSet::new();
    let mut seen_ids = BTreeSet::new();
    let mut out = Vec::with_capacity(options.len());
    for (at, option) in options.iter().enumerate() {
        let name = names::clean(&option.name)?;
        if !seen_names.insert(name.clone()) {
            return Err(CommandError::new(
                "name_taken",
                format!("选项“{name}”重复了。"),
                format!("The option “{name}” is there twice."),
            )
            .at(name));
        }
        let fresh = !keeps(&option.id) || !seen_ids.insert(option.id);
        let id = if fresh { OptionId(next) } else { option.id };
        if fresh {
            next = next.saturating_add(1);
        }
        out.push(SelectOption {
            id,
            name,
            color: if fresh && option.color == 0 {
                (at % 12) as u8
            } else {
                option.color.min(11)
            },
        });
    }
    Ok(out)
}
