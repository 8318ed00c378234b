/** One record as a form: every field with the keyboard that fits it; saves each field as it is left. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { ask, type Schemas } from "../../api/client";
import type { WireCell, WireField, WireInput } from "../../api/wire";
import { openPage } from "../../fields/button/press";
import type { LinkPort } from "../../fields/descriptor";
import { copyText } from "../../fields/registry";
import type { TableSession } from "../../sync/table-session";
import { ActionButton, Panel } from "../../ui/parts";
import { RecordField } from "./record-field";

interface RecordPanelProps {
  base: string;
  table: Schemas["TableView"];
  record: string;
  session: TableSession;
  /** Where links find records. */
  links?: LinkPort;
  onRecord: (record: string) => void;
  /** Of the record, or of one of its cells. */
  onHistory: (field?: string) => void;
  /** Quotations, delivery notes, labels of the record. */
  onDocuments: () => void;
  onClose: () => void;
}

type RecordAnswer = { cells: Record<string, WireCell> };

export function RecordPanel({
  base,
  table,
  record,
  session,
  links,
  onRecord,
  onHistory,
  onDocuments,
  onClose,
}: RecordPanelProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const key = ["record", base, table.id, record];
  const data = useQuery({
    queryKey: key,
    queryFn: () => ask<RecordAnswer>("GET", `/bases/${base}/tables/${table.id}/records/${record}`),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is made of what is listed.
  useEffect(
    () => session.subscribe(() => void queries.invalidateQueries({ queryKey: key })),
    [session, queries, base, table.id, record],
  );

  const save = (field: WireField, value: WireInput) =>
    void session
      .setCell(record, field.id, value, true)
      .then(() => queries.invalidateQueries({ queryKey: key }))
      .catch(() => undefined);
  const all = table.fields as unknown as WireField[];
  const press = (field: WireField) => {
    const shown = (one: WireField) => copyText(data.data?.cells[one.id] ?? null, one);
    if (field.action?.do === "open_url") openPage(field.action.url, all, shown);
    else void session.press(record, field.id).catch(() => undefined);
  };
  const row = session.rowOf(record);
  const step = (by: number) => {
    const next = row === undefined ? undefined : session.idOf(row + by);
    if (next) onRecord(next);
  };
  const first =
    all.find((field) => /名|name|title/i.test(field.name) && field.type === "text") ??
    all.find((field) => field.type === "text") ??
    all[0];
  const title = first && data.data ? copyText(data.data.cells[first.id] ?? null, first) : "";
  return (
    <Panel
      title={
        <span className="row">
          <span className="cut grow">{title || t("noTitle")}</span>
          <ActionButton icon="print" label={t("documentsFor")} onClick={onDocuments} />
          <ActionButton icon="history" label={t("recordHistory")} onClick={() => onHistory()} />
          <ActionButton icon="back" label={t("previousRecord")} disabled={!row} onClick={() => step(-1)} />
          <ActionButton
            icon="down"
            label={t("nextRecord")}
            disabled={row === undefined || row + 1 >= session.rowCount}
            onClick={() => step(1)}
          />
        </span>
      }
      onClose={onClose}
    >
      <fieldset className="form plain" aria-label={t("record")}>
        {data.data &&
          all.map((field) => (
            <div className="record-line" key={`${record}-${field.id}-${JSON.stringify(data.data.cells[field.id])}`}>
              <RecordField
                base={base}
                field={field}
                cell={data.data.cells[field.id] ?? null}
                links={links}
                onSave={(value) => save(field, value)}
                onPress={() => press(field)}
              />
              {field.type !== "button" && (
                <ActionButton
                  icon="history"
                  label={t("cellHistoryOf", { name: field.name })}
                  onClick={() => onHistory(field.id)}
                />
              )}
            </div>
          ))}
      </fieldset>
    </Panel>
  );
}
