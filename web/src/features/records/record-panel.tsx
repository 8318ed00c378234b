/** One record as a form: every field with the keyboard that fits it; saves each field as it is left. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Checkbox, Input, Rate, Select } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { ask, blobUrl, type Schemas } from "../../api/client";
import type { Attachment, WireCell, WireField, WireInput } from "../../api/wire";
import { openPage } from "../../fields/button/press";
import type { LinkPort } from "../../fields/descriptor";
import { effectiveType, isReadonly } from "../../fields/formula/descriptor";
import { copyText, editText, shownText } from "../../fields/registry";
import { hrefOf } from "../../fields/url/descriptor";
import type { TableSession } from "../../sync/table-session";
import { Icon } from "../../ui/icons";
import { ActionButton, Labelled, Panel } from "../../ui/parts";
import { LinkField } from "./link-field";

interface RecordPanelProps {
  base: string;
  table: Schemas["TableView"];
  record: string;
  session: TableSession;
  /** Where links find records. */
  links?: LinkPort;
  onRecord: (record: string) => void;
  onClose: () => void;
}

type RecordAnswer = { cells: Record<string, WireCell> };

export function RecordPanel({ base, table, record, session, links, onRecord, onClose }: RecordPanelProps) {
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
          (table.fields as unknown as WireField[]).map((field) => (
            <RecordField
              key={`${record}-${field.id}-${JSON.stringify(data.data.cells[field.id])}`}
              base={base}
              field={field}
              cell={data.data.cells[field.id] ?? null}
              links={links}
              onSave={(value) => save(field, value)}
              onPress={() => press(field)}
            />
          ))}
      </fieldset>
    </Panel>
  );
}

const NUMERIC = ["number", "currency", "percent", "rating", "progress"];

/** The keyboard that a phone or tablet opens. */
function inputModeOf(type: string): "decimal" | "url" | "tel" | "email" | "numeric" | "text" {
  if (NUMERIC.includes(type)) return "decimal";
  if (type === "url" || type === "email") return type;
  if (type === "barcode") return "numeric";
  return type === "phone" ? "tel" : "text";
}

/** What an address, mailbox or phone number leads to. */
function OpenLink({ type, text, label }: { type: string; text: string; label: string }) {
  const href = hrefOf(type, text);
  if (!href) return <span />;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" aria-label={`${label} ${text}`}>
      <Icon name="url" />
    </a>
  );
}

function RecordField({
  base,
  field,
  cell,
  links,
  onSave,
  onPress,
}: {
  base: string;
  links?: LinkPort | undefined;
  field: WireField;
  cell: WireCell;
  onSave: (value: WireInput) => void;
  onPress: () => void;
}) {
  const { t } = useTranslation();
  const text = editText(cell, field);
  if (field.type === "attachment") {
    const files = Array.isArray(cell) ? (cell.filter((item) => typeof item === "object") as Attachment[]) : [];
    return (
      <Labelled label={field.name}>
        <span className="row" style={{ flexWrap: "wrap" }}>
          {files.map((file) => (
            <img
              key={file.digest}
              src={blobUrl(base, file.digest, 256)}
              alt={file.name}
              style={{ width: 96, height: 96, objectFit: "cover", borderRadius: 4 }}
            />
          ))}
        </span>
      </Labelled>
    );
  }
  if (field.type === "link" && links) return <LinkField field={field} cell={cell} links={links} onSave={onSave} />;
  if (field.type === "checkbox") {
    return (
      <Checkbox checked={cell === true} onChange={(event) => onSave(event.target.checked)}>
        {field.name}
      </Checkbox>
    );
  }
  if (field.type === "button") {
    return (
      <div>
        <span className="field-label">{field.name}</span>
        <div>
          <Button onClick={onPress}>{field.label || field.name}</Button>
        </div>
      </div>
    );
  }
  if (field.type === "select" || field.type === "multi_select" || field.type === "person") {
    const options = (field.options ?? []).map((option) => ({ value: option.id, label: option.name }));
    return (
      <Labelled label={field.name}>
        {field.type === "select" ? (
          <Select
            allowClear
            value={typeof cell === "string" ? cell : null}
            options={options}
            aria-label={field.name}
            onChange={(value: string | null) => onSave(value ?? null)}
          />
        ) : (
          <Select
            mode={field.type === "person" ? "tags" : "multiple"}
            value={Array.isArray(cell) ? (cell as string[]) : []}
            options={options}
            aria-label={field.name}
            onChange={(value: string[]) => onSave(value)}
          />
        )}
      </Labelled>
    );
  }
  if (field.type === "rating") {
    return (
      <div>
        <span className="field-label">{field.name}</span>
        <div>
          <Rate
            style={{ color: "var(--star)" }}
            count={field.max ?? 5}
            value={typeof cell === "number" ? cell : 0}
            aria-label={field.name}
            onChange={(mark) => onSave(mark === 0 ? null : mark)}
          />
        </div>
      </div>
    );
  }
  const commit = (next: string) => {
    if (next !== text) onSave(next === "" ? null : next);
  };
  return (
    <Labelled label={field.name}>
      {field.type === "long_text" ? (
        <Input.TextArea
          autoSize={{ minRows: 2, maxRows: 10 }}
          defaultValue={text}
          onBlur={(event) => commit(event.target.value)}
        />
      ) : (
        <Input
          defaultValue={isReadonly(field) ? shownText(cell, field) : text}
          readOnly={isReadonly(field)}
          variant={isReadonly(field) ? "filled" : "outlined"}
          inputMode={inputModeOf(field.type)}
          suffix={<OpenLink type={effectiveType(field).type} text={text} label={t("openLink")} />}
          onBlur={(event) => commit(event.target.value)}
          onPressEnter={(event) => commit(event.currentTarget.value)}
        />
      )}
    </Labelled>
  );
}
