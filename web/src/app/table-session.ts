/** A table session for the table and view on the screen; schema changes go in without losing the scroll position. */
import { App } from "antd";
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import type { WireField, WireWindow } from "../api/wire";
import { cellPort } from "../fields/registry";
import type { BaseSession } from "../sync/base-session";
import { TooLargeError } from "../sync/limits";
import { TableSession } from "../sync/table-session";

interface Options {
  base: string;
  live: BaseSession;
  table: Schemas["TableView"];
  view: Schemas["ViewView"] | undefined;
  fetchWindow: (from: number, n: number, signal: AbortSignal) => Promise<WireWindow>;
}

/** The fields that the view shows, in order. */
export function visibleFields(table: Schemas["TableView"], view: Schemas["ViewView"] | undefined): WireField[] {
  const hidden = new Set(view?.fields.filter((field) => field.hidden).map((field) => field.field));
  return table.fields.filter((field) => !hidden.has(field.id)) as unknown as WireField[];
}

export function useTableSession({ base, live, table, view, fetchWindow }: Options): {
  session: TableSession;
  fields: WireField[];
} {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const latest = useRef(fetchWindow);
  latest.current = fetchWindow;
  const fields = useMemo(() => visibleFields(table, view), [table, view]);
  const widths = useMemo(
    () =>
      Object.fromEntries(
        (view?.fields ?? []).flatMap((field) => (field.width_px ? [[field.field, field.width_px]] : [])),
      ),
    [view],
  );
  const first = useRef({ fields, widths });
  first.current = { fields, widths };

  // biome-ignore lint/correctness/useExhaustiveDependencies: fields and widths are set below without a new session.
  const session = useMemo(
    () =>
      new TableSession({
        session: live,
        table: table.id,
        view: view?.id ?? null,
        fields: first.current.fields,
        widths: first.current.widths,
        fetchWindow: (from, n, signal) => latest.current(from, n, signal),
        cells: cellPort(base),
        onError: (error) => {
          if (error instanceof TooLargeError) void message.error(t("tooLarge", { n: error.n, most: error.most }));
        },
      }),
    [base, live, table.id, view?.id],
  );
  useEffect(() => () => session.destroy(), [session]);
  useEffect(() => session.setFields(fields, widths), [session, fields, widths]);
  return { session, fields };
}
