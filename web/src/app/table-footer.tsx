/** Below the grid: how many rows, what is selected with its sum, the footers that the view asks for. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ask, type Schemas } from "../api/client";
import type { WireCell, WireField } from "../api/wire";
import { totalText } from "../fields/totals";
import type { SelectionState } from "../grid/types";
import type { TableSession } from "../sync/table-session";
import { aggregateText, type GroupTools, useDataRevision } from "./use-groups";

interface TableFooterProps {
  base: string;
  table: Schemas["TableView"];
  view: string | null;
  session: TableSession;
  selection: SelectionState;
  groups: GroupTools;
}

export function TableFooter({ base, table, view, session, selection, groups }: TableFooterProps) {
  const { t, i18n } = useTranslation();
  const revision = useDataRevision(session);
  const [nRows, setRows] = useState(session.recordCount);
  useEffect(() => {
    setRows(session.recordCount);
    return session.subscribe(() => setRows(session.recordCount));
  }, [session]);
  const seen = table.views.find((one) => one.id === view);
  const asked = JSON.stringify([seen?.filter, seen?.fields.map((one) => [one.field, one.footer])]);
  const totals = useQuery({
    queryKey: ["aggregates", base, table.id, view, asked, revision],
    placeholderData: keepPreviousData,
    queryFn: () =>
      ask<Record<string, Schemas["AggregateView"]>>(
        "GET",
        `/bases/${base}/tables/${table.id}/aggregates${view ? `?view=${view}` : ""}`,
      ),
  });
  const number = (value: number) => value.toLocaleString(i18n.language, { maximumFractionDigits: 4 });
  const total = (value: WireCell, aggregate: string, field: WireField | undefined) =>
    totalText(value, aggregate, field, number);
  const fieldOf = (id: string) => table.fields.find((one) => one.id === id) as unknown as WireField | undefined;
  const picked = selectionSum(selection, session);
  return (
    <footer className="footer num" data-has-totals={Object.keys(totals.data ?? {}).length > 0 || groups.isGrouped}>
      <span>{t("nRows", { n: nRows.toLocaleString(i18n.language) })}</span>
      {picked && (
        <span>
          {t("rowsSelected", { rows: picked.rows, cols: picked.cols })}
          {picked.n > 0 &&
            ` · Σ ${total(picked.sum, "sum", picked.field)} · x̄ ${total(picked.sum / picked.n, "average", picked.field)}`}
        </span>
      )}
      {groups.isGrouped && (
        <>
          <button type="button" className="link" onClick={() => groups.collapseAll(false)}>
            {t("expandAll")}
          </button>
          <button type="button" className="link" onClick={() => groups.collapseAll(true)}>
            {t("collapseAll")}
          </button>
          {groups.isCut && <span>{t("groupsCut", { n: number(groups.nGroups) })}</span>}
        </>
      )}
      <span className="grow" />
      {Object.entries(totals.data ?? {}).map(([field, total]) => (
        <span key={field} className="cut">
          <span className="hint">
            {fieldOf(field)?.name} {t(`footer_${total.aggregate}`)}
          </span>{" "}
          {aggregateText(total, fieldOf(field), i18n.language)}
        </span>
      ))}
    </footer>
  );
}

/** Numbers among the loaded cells of the selection; nothing for a single cell. */
function selectionSum(
  selection: SelectionState,
  session: TableSession,
): { rows: number; cols: number; sum: number; n: number; field: WireField | undefined } | null {
  const range = selection.ranges[0];
  if (!range || (range.r0 === range.r1 && range.c0 === range.c1)) return null;
  let sum = 0;
  let n = 0;
  for (let row = range.r0; row <= Math.min(range.r1, range.r0 + 10_000); row += 1) {
    for (let col = range.c0; col <= range.c1; col += 1) {
      const cell = session.wireCell(row, col);
      if (typeof cell === "number") {
        sum += cell;
        n += 1;
      }
    }
  }
  // Of one column the sum looks as its cells do.
  const field = range.c0 === range.c1 ? session.fieldAt(range.c0) : undefined;
  // Cents of many floats: what lies below a millionth is dust.
  sum = Math.round(sum * 1e6) / 1e6;
  return { rows: range.r1 - range.r0 + 1, cols: range.c1 - range.c0 + 1, sum, n, field };
}
