/** One table on the screen: toolbar, grid (cards on a phone), footer, and the one panel on the right. */
import { App, Dropdown, type MenuProps } from "antd";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import { RecordCards } from "../features/records/record-cards";
import type { Grid } from "../grid/grid";
import type { CellAt, SelectionState } from "../grid/types";
import type { LiveBase } from "./base-session";
import { FindBar } from "./find-bar";
import { HEIGHTS, useShowNewField, useWindowFetch } from "./grid-hooks";
import { GridView } from "./grid-view";
import { Hover, type HoverAt } from "./hover";
import { OpenPanel, type PanelState } from "./open-panel";
import { useOwnCursor, usePeerMarks } from "./peers";
import { PhoneBar } from "./phone-bar";
import { selectedRecords } from "./selected-records";
import { headerMenu, rowMenu, type TableActions, useTableActions } from "./table-actions";
import { TableFooter } from "./table-footer";
import { useTableSession } from "./table-session";
import { TableToolbar } from "./table-toolbar";
import { ToolbarEnd } from "./toolbar-end";
import { useGroups } from "./use-groups";

type Menu = { items: MenuProps["items"]; x: number; y: number };

interface WorkspaceProps {
  base: string;
  tables: Schemas["TableView"][];
  table: Schemas["TableView"];
  live: LiveBase;
  readonly: boolean;
  panel: PanelState | null;
  onPanel: (panel: PanelState | null) => void;
}

export function Workspace({ base, tables, table, live, readonly, panel, onPanel: setPanel }: WorkspaceProps) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const view = table.views[0];
  const [isFinding, setFinding] = useState(false);
  const [only, setOnly] = useState<string | null>(null);
  const [menu, setMenu] = useState<Menu | null>(null);
  const [hover, setHover] = useState<HoverAt | null>(null);
  const [selection, setSelection] = useState<SelectionState>({ active: null, ranges: [] });
  const [isCards, setCards] = useState(() => matchMedia("(max-width: 640px)").matches);
  const grid = useRef<Grid | null>(null);
  const onGrid = useCallback((made: Grid | null) => {
    grid.current = made;
  }, []);
  const fetchWindow = useWindowFetch(base, table.id, view?.id, only);
  const { session, fields } = useTableSession({ base, live: live.session, table, view, fetchWindow });
  const actions: TableActions = useTableActions({ base, table, view, session, setPanel });
  const groups = useGroups({ base, table, view, session, isOn: only === null });
  const signature = JSON.stringify([view?.filter, view?.sorts, view?.groups, only]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the signature stands for filter, sorts, groups and search.
  useEffect(() => session.refetch(), [session, signature]);

  useShowNewField(fields.length, selection.active?.row ?? 0, grid);

  const selected = useMemo(() => selectedRecords(selection, (row) => session.idOf(row)), [selection, session]);
  const sample = selection.active ? session.idOf(selection.active.row) : undefined;
  const field = selection.active ? fields[selection.active.col]?.id : undefined;
  useOwnCursor(live.session, table.id, sample, field);
  const marks = usePeerMarks(live.here.peers, table.id);
  const openMenu = (items: MenuProps["items"], x: number, y: number) => setMenu({ items, x, y });
  const showHit = ({ row, field }: { row: number; field: string }) => {
    const at = groups.reveal(row);
    const col = fields.findIndex((one) => one.id === field);
    if (at !== undefined && col >= 0) grid.current?.select({ row: at, col });
  };
  const stopFinding = () => {
    setFinding(false);
    setOnly(null);
    grid.current?.focus();
  };
  const callbacks = {
    onHeaderMenu: (col: number, rect: DOMRect) => {
      const field = fields[col];
      if (field) openMenu(headerMenu(t, field, table, actions), rect.left, rect.bottom);
    },
    onContextMenu: ({ cell, x, y }: { cell: CellAt | null; x: number; y: number }) => {
      if (cell) openMenu(rowMenu(t, cell, grid.current?.selection.ranges ?? [], fields[cell.col], actions), x, y);
    },
    onOpenRecord: (row: number) => {
      const record = session.idOf(row);
      if (record) setPanel({ kind: "record", record });
    },
    onAddColumn: () => setPanel({ kind: "field", field: null }),
    onColumnResize: (col: number, width: number) => actions.resize(fields[col]?.id, width),
    onColumnMove: (from: number, to: number) => actions.move(fields[from]?.id, fields[to]?.id),
    onFind: () => setFinding(true),
    onToggleGroup: groups.toggle,
    onHover: (at: CellAt | null, rect: DOMRect | null) => setHover(at && rect ? { at, rect } : null),
    onCopyRefused: (n: number) => void message.info(t("copyRefused", { n })),
  };

  return (
    <>
      <TableToolbar
        table={table}
        view={view}
        live={live}
        session={session}
        readonly={readonly}
        onAdd={() => void session.addRecord().then(() => grid.current?.scrollTo(session.rowCount - 1))}
        onAddField={() => setPanel({ kind: "field", field: null })}
        onView={actions.changeView}
        onFind={() => setFinding(true)}
      >
        <ToolbarEnd
          base={base}
          table={table}
          view={view?.id ?? null}
          onPanel={setPanel}
          isCards={isCards}
          onCards={setCards}
        />
      </TableToolbar>
      <div className="stage">
        {isCards ? (
          <RecordCards
            base={base}
            table={table}
            session={session}
            onOpen={(record) => setPanel({ kind: "record", record })}
            onToggleGroup={groups.toggle}
          />
        ) : (
          <GridView
            base={base}
            table={session}
            rowHeight={HEIGHTS[view?.row_height ?? "normal"] ?? 32}
            frozen={view?.frozen_fields ?? 1}
            readonly={readonly}
            peers={marks}
            onGrid={onGrid}
            onSelection={setSelection}
            callbacks={callbacks}
          />
        )}
        {isFinding && (
          <FindBar
            key={`${view?.id}-${isCards}`}
            base={base}
            session={session}
            table={table.id}
            view={view?.id}
            fromRow={() => Math.max(0, session.viewRow(selection.active?.row ?? 0))}
            onHit={showHit}
            onOnly={setOnly}
            isCards={isCards}
            onClose={stopFinding}
          />
        )}
        {panel && (
          <OpenPanel
            // The history keeps the focus while its scope is switched.
            key={panel.kind === "history" ? panel.kind : JSON.stringify(panel)}
            state={panel}
            base={base}
            tables={tables}
            table={table}
            session={session}
            selected={selected}
            sample={sample}
            onState={setPanel}
          />
        )}
      </div>
      <TableFooter
        base={base}
        table={table}
        view={view?.id ?? null}
        session={session}
        selection={selection}
        groups={groups}
      />
      <PhoneBar
        onAdd={() => void session.addRecord().catch(() => undefined)}
        onFind={() => setFinding(true)}
        onJobs={() => setPanel({ kind: "jobs" })}
      />
      {hover && <Hover base={base} session={session} fields={table.fields} hover={hover} />}
      <Dropdown
        open={menu !== null}
        onOpenChange={(isOpen) => !isOpen && setMenu(null)}
        menu={{ items: menu?.items ?? [], onClick: () => setMenu(null) }}
        trigger={["click"]}
      >
        <span style={{ position: "fixed", left: menu?.x ?? 0, top: menu?.y ?? 0, width: 1, height: 1 }} />
      </Dropdown>
    </>
  );
}
