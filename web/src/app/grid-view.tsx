/** Mounts the canvas grid on a table session; opens popover editors at cells. React renders nothing on scroll. */
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { uploadAttachment } from "../api/client";
import { CellPopover } from "../fields/cell-popover";
import "../fields/fields.css";
import { effectiveType } from "../fields/formula/descriptor";
import { descriptorOf } from "../fields/registry";
import { Grid } from "../grid/grid";
import type { CellAt, GridCallbacks, PeerMark, SelectionState } from "../grid/types";
import type { TableSession } from "../sync/table-session";
import { linkPort } from "./links";
import { press } from "./press";
import { editorWords, gridWords } from "./words";

interface OpenEditor {
  at: CellAt;
  rect: DOMRect;
  record: string;
  typed?: string;
}

export interface GridViewProps {
  base: string;
  table: TableSession;
  rowHeight: number;
  frozen: number;
  readonly: boolean;
  peers: readonly PeerMark[];
  onGrid: (grid: Grid | null) => void;
  onSelection: (selection: SelectionState) => void;
  callbacks: Pick<
    GridCallbacks,
    | "onHeaderMenu"
    | "onContextMenu"
    | "onOpenRecord"
    | "onAddColumn"
    | "onColumnResize"
    | "onColumnMove"
    | "onFind"
    | "onToggleGroup"
    | "onHover"
    | "onCopyRefused"
  >;
}

export function GridView(props: GridViewProps) {
  const { base, table, rowHeight, frozen, readonly, peers, onGrid, onSelection, callbacks } = props;
  const { t } = useTranslation();
  const host = useRef<HTMLDivElement>(null);
  const grid = useRef<Grid | null>(null);
  const [editor, setEditor] = useState<OpenEditor | null>(null);
  const latest = useRef({ callbacks, onSelection });
  latest.current = { callbacks, onSelection };

  useEffect(() => {
    if (!host.current) return;
    const now = () => latest.current.callbacks;
    const made = new Grid(host.current, {
      source: table,
      onEdit: (edits) => void table.editTexts(edits).catch(() => undefined),
      onToggle: (cells, checked) => void table.toggle(cells, checked).catch(() => undefined),
      onPress: (at) => press(table, at.row, at.col),
      onPaste: (matrix, at, target) => void table.paste(matrix, at, target).catch(() => undefined),
      onFill: (request) => void table.fill(request).catch(() => undefined),
      onClear: (ranges) => void table.clear(ranges).catch(() => undefined),
      onUndo: () => void table.undo().catch(() => undefined),
      onRedo: () => void table.redo().catch(() => undefined),
      onAddRow: () =>
        void table
          .addRecord()
          .then(() => made.scrollTo(table.rowCount - 1))
          .catch(() => undefined),
      onSelectionChange: (selection) => latest.current.onSelection(selection),
      onOpenEditor: (at, rect, typed) => {
        const record = table.idOf(at.row);
        if (record) setEditor({ at, rect, record, ...(typed === undefined ? {} : { typed }) });
      },
      onHeaderMenu: (col, rect) => now().onHeaderMenu?.(col, rect),
      onContextMenu: (at) => now().onContextMenu?.(at),
      onOpenRecord: (row) => now().onOpenRecord?.(row),
      onAddColumn: (rect) => now().onAddColumn?.(rect),
      onColumnResize: (col, width) => now().onColumnResize?.(col, width),
      onColumnMove: (from, to) => now().onColumnMove?.(from, to),
      onFind: () => now().onFind?.(),
      onToggleGroup: (row) => now().onToggleGroup?.(row),
      onHover: (at, rect) => now().onHover?.(at, rect),
      onCopyRefused: (n) => now().onCopyRefused?.(n),
    });
    grid.current = made;
    onGrid(made);
    // As in a spreadsheet, keys work at once; on a touch screen focus would open the keyboard.
    if (!matchMedia("(pointer: coarse)").matches) made.focus();
    return () => {
      onGrid(null);
      grid.current = null;
      made.destroy();
    };
  }, [table, onGrid]);

  useEffect(() => {
    grid.current?.update({ rowHeight, frozen, readonly, words: gridWords(t) });
  }, [rowHeight, frozen, readonly, t]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another table is another grid.
  useEffect(() => {
    if (!grid.current) return;
    grid.current.peers = peers;
    grid.current.paintSoon();
  }, [peers, table]);

  const links = useMemo(() => linkPort(base), [base]);
  const field = editor ? table.fieldAt(editor.at.col) : undefined;
  const Editor = field ? descriptorOf(field).editor : undefined;
  const close = () => {
    setEditor(null);
    grid.current?.focus();
  };
  return (
    <div className="grid-host" ref={host} data-testid="grid">
      {editor && field && Editor && (
        <CellPopover rect={editor.rect} onOutside={close}>
          <Editor
            key={`${editor.record}-${field.id}`}
            field={field}
            fieldType={effectiveType(field)}
            cell={table.wireCell(editor.at.row, editor.at.col) ?? null}
            {...(editor.typed === undefined ? {} : { typed: editor.typed })}
            readonly={readonly}
            base={base}
            width={editor.rect.width}
            words={editorWords(t)}
            links={links}
            upload={(file) => uploadAttachment(base, file)}
            onChange={(value, addOptions) =>
              void table.setCell(editor.record, field.id, value, addOptions).catch(() => undefined)
            }
            onDone={(move) => {
              close();
              if (move === "down" || move === "up") grid.current?.stepSelection("enter", move === "up");
              else if (move) grid.current?.stepSelection("tab", move === "left");
            }}
          />
        </CellPopover>
      )}
    </div>
  );
}
