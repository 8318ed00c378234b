//! One file per resource; this file is the list of them.

mod ai;
mod ai_cell;
mod ai_ledger;
mod ai_try;
mod backups;
mod bases;
mod blobs;
mod commands;
mod documents;
mod exports;
mod formula;
mod health;
mod history;
mod import_into;
mod imports;
mod jobs;
mod providers;
mod retention;
mod socket;
mod tables;
mod templates;
mod uploads;

use crate::app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Every route below `/api/v1`.
pub fn all() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(health::health))
        .routes(routes!(bases::list, bases::create))
        .routes(routes!(bases::read, bases::rename, bases::delete))
        .routes(routes!(commands::submit))
        .routes(routes!(tables::window))
        .routes(routes!(tables::record))
        .routes(routes!(tables::aggregates))
        .routes(routes!(tables::groups))
        .routes(routes!(tables::find))
        .routes(routes!(providers::list))
        .routes(routes!(providers::list_presets))
        .routes(routes!(providers::set_default))
        .routes(routes!(providers::put, providers::delete))
        .routes(routes!(providers::test))
        .routes(routes!(templates::list))
        .routes(routes!(formula::functions))
        .routes(routes!(formula::names))
        .routes(routes!(formula::check))
        .routes(routes!(history::of_base))
        .routes(routes!(history::record::of_record))
        .routes(routes!(history::step::read))
        .routes(routes!(history::step::preview))
        .routes(routes!(history::step::restore_preview))
        .routes(routes!(history::trash::list))
        .routes(routes!(ai::estimate))
        .routes(routes!(ai::answer))
        .routes(routes!(ai_cell::provenance))
        .routes(routes!(ai_cell::states))
        .routes(routes!(ai_ledger::ledger))
        .routes(routes!(ai_ledger::ledger_csv))
        .routes(routes!(ai_ledger::batches))
        .routes(routes!(ai_ledger::change_batch))
        .routes(routes!(ai_ledger::limits, ai_ledger::set_limits))
        .routes(routes!(ai_try::try_formulas))
        .routes(routes!(uploads::upload))
        .routes(routes!(imports::begin))
        .routes(routes!(imports::unlock))
        .routes(routes!(imports::read))
        .routes(routes!(imports::picture))
        .routes(routes!(imports::confirm))
        .routes(routes!(import_into::targets))
        .routes(routes!(import_into::propose_plan))
        .routes(routes!(import_into::compare_plan))
        .routes(routes!(import_into::lines))
        .routes(routes!(import_into::report))
        .routes(routes!(import_into::list_mappings))
        .routes(routes!(import_into::remove_mapping))
        .routes(routes!(exports::begin))
        .routes(routes!(exports::begin_fill_in))
        .routes(routes!(exports::read))
        .routes(routes!(exports::file))
        .routes(routes!(documents::list, documents::create))
        .routes(routes!(documents::change, documents::remove))
        .routes(routes!(documents::starter))
        .routes(routes!(documents::fill))
        .routes(routes!(documents::print))
        .routes(routes!(jobs::list))
        .routes(routes!(jobs::cancel))
        .routes(routes!(blobs::blob))
        .routes(routes!(backups::one))
        .routes(routes!(backups::all))
        .routes(routes!(backups::restore))
        .routes(routes!(backups::check))
        .routes(routes!(retention::read, retention::change))
        .route("/bases/{base}/socket", axum::routing::get(socket::connect))
}
