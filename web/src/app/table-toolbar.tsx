/** What is done to the table on the screen: add, look at it otherwise, undo, find. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import { ViewTools } from "../features/views/view-tools";
import type { TableSession } from "../sync/table-session";
import { ActionButton } from "../ui/parts";
import type { LiveBase } from "./base-session";

interface TableToolbarProps {
  table: Schemas["TableView"];
  view: Schemas["ViewView"] | undefined;
  live: LiveBase;
  session: TableSession;
  readonly: boolean;
  onAdd: () => void;
  onAddField: () => void;
  onView: (view: Schemas["ViewView"]) => void;
  onFind: () => void;
  /** The right end. */
  children: ReactNode;
}

export function TableToolbar(props: TableToolbarProps) {
  const { table, view, live, session, readonly, onAdd, onAddField, onView, onFind, children } = props;
  const { t } = useTranslation();
  const { undo } = live;
  const undoLabel = undo.undo_label ? `${t("undo")} · ${t(`label_${undo.undo_label}`, undo.undo_label)}` : t("undo");
  return (
    <div className="toolbar" role="toolbar" aria-label={table.name}>
      <ActionButton icon="add" text label={t("addRecord")} disabled={readonly} onClick={onAdd} />
      <ActionButton icon="columns" text label={t("addField")} disabled={readonly} onClick={onAddField} />
      <span className="sep" />
      {view && <ViewTools table={table} view={view} onChange={onView} />}
      <span className="sep" />
      <ActionButton
        icon="undo"
        label={undoLabel}
        disabled={!undo.can_undo}
        onClick={() => void session.undo().catch(() => undefined)}
      />
      <ActionButton
        icon="redo"
        label={t("redo")}
        disabled={!undo.can_redo}
        onClick={() => void session.redo().catch(() => undefined)}
      />
      <span className="grow" />
      <ActionButton icon="find" label={t("find")} onClick={onFind} />
      {children}
    </div>
  );
}
