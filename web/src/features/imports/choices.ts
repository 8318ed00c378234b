/** What a person has decided in the preview; starts as proposed. Pure. */
import type { Schemas } from "../../api/client";
import type { IntoState } from "./into";
import type { Compared } from "./use-compared";

export type Sheet = Schemas["ManifestSheet"];
export type ColumnPlan = {
  key: number;
  name: string;
  type: Schemas["FieldTypeView"];
  formula: string | null;
  skip: boolean;
};
export type SheetPlan = {
  index: number;
  name: string;
  skip: boolean;
  columns: ColumnPlan[];
  /** The table that is there; absent: a new one. */
  table: string | null;
  /** How it goes into that table, once it was proposed. */
  into: IntoState | null;
};

export function proposedPlans(manifest: Schemas["Manifest"]): SheetPlan[] {
  return manifest.sheets.map((sheet, index) => ({
    index,
    name: sheet.name,
    skip: sheet.hidden || sheet.n_rows === 0,
    table: null,
    into: null,
    columns: sheet.columns.map((column) => ({
      key: column.key,
      name: column.name,
      type: column.proposal.field_type,
      formula: column.formula && !column.formula.why_not ? column.formula.text : null,
      skip: false,
    })),
  }));
}

export function toConfirm(
  plans: SheetPlan[],
  base: string | null,
  baseName: string,
  compared: ReadonlyMap<number, Compared>,
): Schemas["Confirm"] {
  const sheets = plans
    .filter((plan) => !plan.skip)
    .map((plan) => {
      if (plan.into) {
        const seen = compared.get(plan.index)?.told?.seen ?? null;
        return { sheet: plan.index, into: plan.into.plan, seen, save: plan.into.save };
      }
      return {
        sheet: plan.index,
        table_name: plan.name,
        columns: plan.columns.map((column, position) => ({
          column: position,
          name: column.name,
          field_type: column.type,
          formula: column.formula,
          skip: column.skip,
        })),
      };
    });
  return base ? { base, sheets } : { base_name: baseName, sheets };
}

export function rowsToImport(manifest: Schemas["Manifest"], plans: SheetPlan[]): number {
  return plans.filter((plan) => !plan.skip).reduce((sum, plan) => sum + (manifest.sheets[plan.index]?.n_rows ?? 0), 0);
}
