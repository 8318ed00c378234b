/** The groups of the view on the screen: fetched after changes, shown as heads between the rows, collapsed at will. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { ask, type Schemas } from "../api/client";
import type { WireCell, WireField } from "../api/wire";
import { effectiveType } from "../fields/formula/descriptor";
import { shownText } from "../fields/registry";
import { totalText } from "../fields/totals";
import type { GroupHead } from "../grid/types";
import type { GroupSpan } from "../sync/group-rows";
import type { TableSession } from "../sync/table-session";

/** Milliseconds without a change of the base after which values over the table are asked for again. */
const REST_MS = 250;
/** Footer values that are a number of records, whatever the field. */

/** A number that grows with the changes of the base, a moment after them. */
export function useDataRevision(session: TableSession): number {
  const [revision, setRevision] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = session.onRevision((next) => {
      clearTimeout(timer);
      timer = setTimeout(() => setRevision(next), REST_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [session]);
  return revision;
}

/** A footer value as the field shows such values; counts as plain numbers. */
export function aggregateText(total: Schemas["AggregateView"], field: WireField | undefined, locale: string): string {
  const value = total.value as WireCell;
  if (value === null) return "–";
  return totalText(value, total.aggregate, field, (n) => n.toLocaleString(locale, { maximumFractionDigits: 4 }));
}

interface Options {
  base: string;
  table: Schemas["TableView"];
  view: Schemas["ViewView"] | undefined;
  session: TableSession;
  /** False while rows are shown that are not the view's. */
  isOn: boolean;
}

export interface GroupTools {
  toggle(row: number): void;
  /** Opens the groups that a row of the view lies in; gives its row of the grid. */
  reveal(viewRow: number): number | undefined;
  collapseAll(isCollapsed: boolean): void;
  isGrouped: boolean;
  isCut: boolean;
  nGroups: number;
}

export function useGroups({ base, table, view, session, isOn }: Options): GroupTools {
  const { t, i18n } = useTranslation();
  const revision = useDataRevision(session);
  const isGrouped = isOn && (view?.groups.length ?? 0) > 0;
  const asked = JSON.stringify([view?.groups, view?.filter, view?.sorts, view?.fields.map((one) => one.footer)]);
  const found = useQuery({
    queryKey: ["groups", base, table.id, view?.id, asked, revision],
    queryFn: () => ask<Schemas["GroupsView"]>("GET", `/bases/${base}/tables/${table.id}/groups?view=${view?.id}`),
    enabled: isGrouped,
    placeholderData: keepPreviousData,
  });
  const key = `suanpan.collapsed.${base}.${view?.id}`;
  const [collapsed, setCollapsed] = useCollapsed(key);
  const spans = useMemo(
    () => (isGrouped && found.data ? spansOf(found.data, table, view, collapsed, t, i18n.language) : null),
    [isGrouped, found.data, table, view, collapsed, t, i18n.language],
  );
  useEffect(() => session.setGroups(spans, collapsed), [session, spans, collapsed]);

  const toggle = useCallback(
    (row: number) => {
      const path = session.groupPathAt(row);
      if (path === undefined) return;
      const next = new Set(collapsed);
      if (!next.delete(path)) next.add(path);
      setCollapsed(next);
    },
    [session, collapsed, setCollapsed],
  );
  const reveal = useCallback(
    (viewRow: number) => {
      const shown = session.gridRow(viewRow);
      if (shown !== undefined) return shown;
      const next = new Set(collapsed);
      for (const path of session.groupPaths(viewRow)) next.delete(path);
      setCollapsed(next);
      session.setGroups(spans, next);
      return session.gridRow(viewRow);
    },
    [session, collapsed, setCollapsed, spans],
  );
  const collapseAll = useCallback(
    (isCollapsed: boolean) => setCollapsed(new Set(isCollapsed ? (spans ?? []).map((span) => span.path) : [])),
    [setCollapsed, spans],
  );
  return { toggle, reveal, collapseAll, isGrouped, isCut: found.data?.is_cut ?? false, nGroups: spans?.length ?? 0 };
}

/** Which groups of a view are collapsed is kept in this browser: it is how one person looks at it. */
function useCollapsed(key: string): [ReadonlySet<string>, (next: ReadonlySet<string>) => void] {
  const [state, setState] = useState(() => ({ key, paths: read(key) }));
  const known = useMemo(() => (state.key === key ? state.paths : read(key)), [state, key]);
  const change = useCallback(
    (paths: ReadonlySet<string>) => {
      setState({ key, paths });
      if (paths.size > 0) localStorage.setItem(key, JSON.stringify([...paths]));
      else localStorage.removeItem(key);
    },
    [key],
  );
  return [known, change];
}

function read(key: string): ReadonlySet<string> {
  try {
    const known: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return new Set(Array.isArray(known) ? known.map(String) : []);
  } catch {
    return new Set();
  }
}

function spansOf(
  found: Schemas["GroupsView"],
  table: Schemas["TableView"],
  view: Schemas["ViewView"] | undefined,
  collapsed: ReadonlySet<string>,
  t: TFunction,
  locale: string,
): GroupSpan<GroupHead>[] {
  const fields = new Map(table.fields.map((field) => [field.id, field as unknown as WireField]));
  const path: string[] = [];
  return found.groups.map((group) => {
    const field = fields.get(found.fields[group.depth] ?? "");
    const by = view?.groups.find((one) => one.field === field?.id)?.by ?? undefined;
    path.length = group.depth;
    path.push(JSON.stringify(group.value));
    const name = path.join("/");
    const values = Object.entries(group.aggregates).map(([id, total]): [string, string] => [
      id,
      `${t(`footer_${total.aggregate}`)} ${aggregateText(total, fields.get(id), locale)}`,
    ]);
    const head: GroupHead = {
      depth: group.depth,
      title: field?.name ?? "",
      ...labelOf(group.value as WireCell, field, by, t),
      count: t("groupRows", { n: group.n_rows.toLocaleString(locale) }),
      isCollapsed: collapsed.has(name),
      values: new Map(values),
    };
    return { path: name, depth: group.depth, from: group.from, nRows: group.n_rows, group: head };
  });
}

function labelOf(
  value: WireCell,
  field: WireField | undefined,
  by: string | undefined,
  t: TFunction,
): { label: string; color?: number } {
  if (value === null || !field) return { label: t("groupBlank") };
  if (typeof value === "boolean") return { label: t(value ? "checked" : "unchecked") };
  if (by && typeof value === "string") return { label: value.slice(0, { day: 10, month: 7, year: 4 }[by] ?? 10) };
  const type = effectiveType(field);
  const first = Array.isArray(value) ? value[0] : value;
  const options = "options" in type ? (type.options ?? []) : [];
  const option = options.find((one) => one.id === first);
  const label = shownText(value, field) || t("groupBlank");
  return option ? { label, color: option.color ?? 0 } : { label };
}
