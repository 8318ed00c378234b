//! From a command to its family.

use super::{
    Command, Draft, World, adjust, ai, ai_try, cells, fields, paste, press, records, restore_to,
    retype, tables, take_back, undo, update_columns, views,
};
use crate::{error::CommandError, recompute::Graph};
use table::id::Revision;

/// Validates the command and builds its ops in the draft. On an error the draft is thrown away.
pub(crate) fn carry_out(
    draft: &mut Draft,
    command: &Command,
    world: &World,
    graph: &Graph,
) -> Result<(), CommandError> {
    use Command as X;
    match command {
        X::CreateTable {
            name,
            description,
            fields,
            auto_name,
        } => tables::create(draft, name, description, fields, *auto_name),
        X::DeleteTable { table } => tables::delete(draft, *table),
        X::RestoreTable { table } => tables::restore(draft, *table),
        X::RenameTable {
            table,
            name,
            description,
        } => tables::rename(draft, *table, name, description.as_deref()),
        X::MoveTable { table, to } => tables::move_to(draft, *table, *to),
        X::RenameBase { name } => tables::rename_base(draft, name),
        X::CreateField { table, field, at } => fields::create(draft, *table, field, *at),
        X::DeleteField { table, field } => fields::delete(draft, *table, *field),
        X::RestoreField { table, field } => fields::restore(draft, *table, *field),
        X::MoveField { table, field, to } => fields::move_to(draft, *table, *field, *to),
        X::UpdateField {
            table,
            field,
            name,
            description,
            field_type,
        } => retype::update(
            draft,
            *table,
            *field,
            name.as_deref(),
            description.as_deref(),
            field_type.as_ref(),
        ),
        X::CreateView { table, name } => views::create(draft, *table, name),
        X::UpdateView { table, view } => views::update(draft, *table, view),
        X::DeleteView { table, view } => views::delete(draft, *table, *view),
        X::RestoreView { table, view } => views::restore(draft, *table, *view),
        X::CreateRecords { table, records } => records::create(draft, *table, records),
        X::DeleteRecords { table, records } => records::delete(draft, *table, records),
        X::RestoreRecords { table, records } => records::restore(draft, *table, records),
        X::AppendColumns {
            table,
            n_records,
            columns,
        } => records::append_columns(draft, *table, *n_records, columns),
        X::UpdateColumns { table, columns } => update_columns::update(draft, *table, columns),
        X::SetCells {
            table,
            edits,
            add_options,
        } => cells::set(draft, *table, edits, *add_options),
        X::PasteCells {
            table,
            records,
            fields,
            rows,
            append,
            add_options,
        } => paste::paste(draft, *table, records, fields, rows, *append, *add_options),
        other => carry_out_counts_and_undo(draft, other, world, graph),
    }
}

fn carry_out_counts_and_undo(
    draft: &mut Draft,
    command: &Command,
    world: &World,
    graph: &Graph,
) -> Result<(), CommandError> {
    use Command as X;
    match command {
        X::AddToCells {
            table,
            records,
            field,
            by,
        } => adjust::add(draft, *table, records, *field, *by),
        X::CompareAndSet {
            table,
            record,
            field,
            expected,
            value,
        } => adjust::compare_and_set(draft, *table, *record, *field, expected, value),
        X::PressButton {
            table,
            record,
            field,
        } => press::press(draft, *table, *record, *field),
        X::Undo => undo::newest(draft, world, false),
        X::Redo => undo::newest(draft, world, true),
        X::UndoGroup { group } => undo::group(draft, world, group),
        X::TakeBack {
            revision,
            keep_later,
        } => take_back::take_back(draft, world, Revision(*revision), *keep_later),
        X::RestoreTableTo { table, revision } => {
            restore_to::restore(draft, world, *table, Revision(*revision))
        }
        other => carry_out_ai(draft, other, world, graph),
    }
}

fn carry_out_ai(
    draft: &mut Draft,
    command: &Command,
    world: &World,
    graph: &Graph,
) -> Result<(), CommandError> {
    use Command as X;
    match command {
        X::RunAi {
            table,
            field,
            scope,
            batch,
            plan,
        } => {
            let wanted = ai::Wanted {
                table: *table,
                field: *field,
                scope,
                plan,
            };
            ai::run(draft, world, graph, &wanted, batch)
        }
        X::TryAi {
            table,
            field,
            records,
            formulas,
            batch,
        } => ai_try::try_formulas(
            draft,
            world,
            graph,
            (*table, *field),
            records,
            formulas,
            batch,
        ),
        X::ReviewAi {
            table,
            field,
            records,
            verdict,
        } => ai::review(draft, world, graph, (*table, *field), records, *verdict),
        X::CancelAi { batch } => ai::cancel(draft, world, graph, batch),
        X::SettleCalls { answers, failures } => ai::settle(draft, world, graph, answers, failures),
        _ => Err(CommandError::damaged("a command without a family")),
    }
}

impl Command {
    /// The stable key for history and patches.
    pub fn label(&self) -> &'static str {
        match self {
            Command::CreateTable { .. } => "create_table",
            Command::DeleteTable { .. } => "delete_table",
            Command::RestoreTable { .. } => "restore_table",
            Command::RenameTable { .. } => "rename_table",
            Command::MoveTable { .. } => "move_table",
            Command::CreateField { .. } => "create_field",
            Command::DeleteField { .. } => "delete_field",
            Command::RestoreField { .. } => "restore_field",
            Command::UpdateField { .. } => "update_field",
            Command::MoveField { .. } => "move_field",
            Command::CreateView { .. } => "create_view",
            Command::UpdateView { .. } => "update_view",
            Command::DeleteView { .. } => "delete_view",
            Command::RestoreView { .. } => "restore_view",
            Command::CreateRecords { .. } => "create_records",
            Command::DeleteRecords { .. } => "delete_records",
            Command::RestoreRecords { .. } => "restore_records",
            Command::SetCells { .. } => "set_cells",
            Command::AddToCells { .. } => "add_to_cells",
            Command::CompareAndSet { .. } => "compare_and_set",
            Command::PressButton { .. } => "press_button",
            Command::PasteCells { .. } => "paste_cells",
            Command::AppendColumns { .. } | Command::UpdateColumns { .. } => "import",
            Command::RunAi { .. } => "run_ai",
            Command::TryAi { .. } => "try_ai",
            Command::ReviewAi { .. } => "review_ai",
            Command::CancelAi { .. } => "cancel_ai",
            Command::SettleCalls { .. } => "settle_calls",
            Command::Undo | Command::UndoGroup { .. } => "undo",
            Command::Redo => "redo",
            Command::TakeBack { .. } => crate::undo::TAKE_BACK,
            Command::RestoreTableTo { .. } => "restore_table_to",
            Command::RenameBase { .. } => "rename_base",
        }
    }

    /// True for commands that look at what is committed (queue, waiting cells, the log), not only at the
    /// snapshot: the group before them is committed first.
    pub(crate) fn needs_commit_before(&self) -> bool {
        matches!(
            self,
            Command::RunAi { .. }
                | Command::TryAi { .. }
                | Command::CancelAi { .. }
                | Command::CreateField { .. }
                | Command::UpdateField { .. }
                | Command::RestoreField { .. }
        ) || self.is_of_history()
    }

    /// True for those of them that need the log and a snapshot only, not what people have on their lists of undo.
    pub(crate) fn is_of_log(&self) -> bool {
        matches!(
            self,
            Command::TakeBack { .. } | Command::RestoreTableTo { .. }
        )
    }

    /// True for commands that bring back what was there before, with what belongs to it.
    pub(crate) fn is_of_history(&self) -> bool {
        matches!(
            self,
            Command::Undo
                | Command::Redo
                | Command::UndoGroup { .. }
                | Command::TakeBack { .. }
                | Command::RestoreTableTo { .. }
        )
    }
}
