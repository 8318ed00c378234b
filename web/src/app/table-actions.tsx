/** What a person can do to the table on the screen: one object of actions, used by menus, the grid and the toolbar. */
import { App, InputNumber, type MenuProps } from "antd";
import type { TFunction } from "i18next";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, command, type Schemas } from "../api/client";
import type { WireField } from "../api/wire";
import { isDate } from "../features/views/operators";
import type { CellAt, Range } from "../grid/types";
import type { TableSession } from "../sync/table-session";
import { Icon } from "../ui/icons";
import { reviewCommand, verdictMenu } from "./ai-verdicts";
import type { PanelState } from "./open-panel";

export interface TableActions {
  changeView(view: Schemas["ViewView"]): void;
  resize(field: string | undefined, width: number): void;
  move(field: string | undefined, before: string | undefined): void;
  hide(field: string): void;
  sortBy(field: string, descending: boolean): void;
  groupBy(field: WireField): void;
  removeField(field: WireField): void;
  editField(field: WireField): void;
  insert(field: WireField, side: 0 | 1): void;
  runAi(field: WireField): void;
  reviewAi(rows: readonly Range[], field: WireField, verdict: string): void;
  deleteRows(ranges: readonly Range[]): void;
  openRecord(row: number): void;
  openDocuments(): void;
  openHistory(row: number, field: WireField): void;
  addTo(ranges: readonly Range[], field: WireField): void;
}

interface Context {
  base: string;
  table: Schemas["TableView"];
  view: Schemas["ViewView"] | undefined;
  session: TableSession;
  setPanel: (panel: PanelState | null) => void;
}

export function useTableActions({ base, table, view, session, setPanel }: Context): TableActions {
  const { t } = useTranslation();
  const { message, modal } = App.useApp();
  return useMemo(() => {
    const send = (body: object, then?: () => void) =>
      void command(base, body).then(then, (error: unknown) => {
        message.error(
          error instanceof ApiError ? [error.message, error.hint].filter(Boolean).join(" ") : String(error),
        );
      });
    const changeView = (next: Schemas["ViewView"]) => send({ kind: "update_view", table: table.id, view: next });
    const setField = (field: string, part: object) => {
      if (!view) return;
      const others = view.fields.filter((one) => one.field !== field);
      const old = view.fields.find((one) => one.field === field) ?? { field, hidden: false };
      changeView({ ...view, fields: [...others, { ...old, ...part }] });
    };
    return {
      changeView,
      resize: (field, width) => field && setField(field, { width_px: Math.round(width) }),
      move: (field, before) => {
        const to = table.fields.findIndex((one) => one.id === before);
        if (field && to >= 0) send({ kind: "move_field", table: table.id, field, to });
      },
      hide: (field) => setField(field, { hidden: true }),
      sortBy: (field, descending) => view && changeView({ ...view, sorts: [{ field, descending }] }),
      groupBy: (field) => {
        const by = isDate(field as unknown as Schemas["FieldView"]) ? { by: "month" } : {};
        if (view) changeView({ ...view, groups: [{ field: field.id, descending: false, ...by }] });
      },
      removeField: (field) =>
        send(
          { kind: "delete_field", table: table.id, field: field.id },
          () => void message.info(t("deletedField", { name: field.name })),
        ),
      editField: (field) => setPanel({ kind: "field", field: field.id }),
      insert: (field, side) =>
        setPanel({ kind: "field", field: null, at: table.fields.findIndex((one) => one.id === field.id) + side }),
      runAi: (field) => setPanel({ kind: "ai", field: field.id }),
      reviewAi: (rows, field, verdict) => send(reviewCommand(table.id, session, rows, field.id, verdict)),
      deleteRows: (ranges) => void session.deleteRows(ranges).catch(() => undefined),
      openRecord: (row) => {
        const record = session.idOf(row);
        if (record) setPanel({ kind: "record", record });
      },
      openDocuments: () => setPanel({ kind: "documents" }),
      openHistory: (row, field) => {
        const record = session.idOf(row);
        if (record) setPanel({ kind: "record_history", record, field: field.id });
      },
      addTo: (ranges, field) => {
        let by: number | null = null;
        modal.confirm({
          icon: null,
          title: t("addToTitle", { name: field.name }),
          content: (
            <InputNumber<number>
              autoFocus
              aria-label={t("addToTitle", { name: field.name })}
              placeholder="+5 / -3"
              style={{ width: "100%" }}
              onChange={(value) => {
                by = value;
              }}
            />
          ),
          onOk: () => {
            if (by) void session.addToRows(ranges, field.id, by).catch(() => undefined);
          },
        });
      },
    };
  }, [base, table, view, session, setPanel, message, modal, t]);
}

type Items = NonNullable<MenuProps["items"]>;

export function headerMenu(t: TFunction, field: WireField, table: Schemas["TableView"], actions: TableActions): Items {
  const items: Items = [];
  if (field.ai)
    items.push(
      { key: "run", icon: <Icon name="spark" />, label: t("runAi"), onClick: () => actions.runAi(field) },
      { type: "divider" },
    );
  items.push(
    { key: "edit", icon: <Icon name="pencil" />, label: t("editField"), onClick: () => actions.editField(field) },
    { key: "left", label: t("insertLeft"), onClick: () => actions.insert(field, 0) },
    { key: "right", label: t("insertRight"), onClick: () => actions.insert(field, 1) },
    { type: "divider" },
    {
      key: "ascending",
      icon: <Icon name="sort" />,
      label: t("sortAscending"),
      onClick: () => actions.sortBy(field.id, false),
    },
    { key: "descending", label: t("sortDescending"), onClick: () => actions.sortBy(field.id, true) },
    {
      key: "group",
      icon: <Icon name="group" />,
      label: t("groupByField"),
      disabled: field.type === "attachment" || field.type === "button",
      onClick: () => actions.groupBy(field),
    },
    { type: "divider" },
    { key: "hide", label: t("hideField"), disabled: table.fields.length < 2, onClick: () => actions.hide(field.id) },
    {
      key: "delete",
      icon: <Icon name="trash" />,
      danger: true,
      label: t("deleteField"),
      disabled: table.fields.length < 2,
      onClick: () => actions.removeField(field),
    },
  );
  return items;
}

export function rowMenu(
  t: TFunction,
  cell: CellAt,
  ranges: readonly Range[],
  field: WireField | undefined,
  actions: TableActions,
): Items {
  const rows = ranges.length > 0 ? ranges : [{ r0: cell.row, r1: cell.row, c0: 0, c1: 0 }];
  const n = rows.reduce((sum, range) => sum + range.r1 - range.r0 + 1, 0);
  const items: Items = [
    { key: "open", icon: <Icon name="card" />, label: t("openRecord"), onClick: () => actions.openRecord(cell.row) },
    { key: "documents", icon: <Icon name="print" />, label: t("documentsFor"), onClick: actions.openDocuments },
  ];
  if (field?.ai)
    items.push(
      { key: "run", icon: <Icon name="spark" />, label: t("runAiHere"), onClick: () => actions.runAi(field) },
      ...verdictMenu(t, (verdict) => actions.reviewAi(rows, field, verdict)),
    );
  if (field && (field.type === "number" || field.type === "currency"))
    items.push({ key: "addTo", label: t("addTo"), onClick: () => actions.addTo(rows, field) });
  if (field)
    items.push({
      key: "history",
      icon: <Icon name="history" />,
      label: t("cellHistory"),
      onClick: () => actions.openHistory(cell.row, field),
    });
  items.push(
    { key: "copy", disabled: true, label: <span className="hint">{t("copyHint")}</span> },
    { type: "divider" },
    {
      key: "delete",
      icon: <Icon name="trash" />,
      danger: true,
      label: t("deleteRows", { n }),
      onClick: () => actions.deleteRows(rows),
    },
  );
  return items;
}
