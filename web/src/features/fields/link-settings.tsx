/** Settings of links (which table, one or many, both ways) and of what looks through them (lookup, rollup). */
import { Checkbox, Input, Select } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Labelled, Note } from "../../ui/parts";
import type { FieldType } from "./types";

type LinkType = Extract<FieldType, { type: "link" }> & { mirror_name?: string };

interface LinkSettingsProps {
  type: LinkType;
  table: Schemas["TableView"];
  tables: Schemas["TableView"][];
  onChange: (type: FieldType) => void;
}

export function LinkSettings({ type, table, tables, onChange }: LinkSettingsProps) {
  const { t } = useTranslation();
  const set = (part: object) => onChange({ ...type, ...part } as FieldType);
  const target = tables.find((one) => one.id === type.table);
  return (
    <div className="form" style={{ gap: 8 }}>
      <Labelled label={t("linkTable")}>
        <Select
          value={target?.id}
          aria-label={t("linkTable")}
          placeholder={t("linkTable")}
          options={tables.map((one) => ({ value: one.id, label: one.name }))}
          onChange={(chosen: string) => set({ table: chosen, mirror: undefined })}
        />
      </Labelled>
      <Checkbox checked={type.single} onChange={(event) => set({ single: event.target.checked })}>
        {t("linkSingle")}
      </Checkbox>
      {type.mirror ? (
        <span className="hint">{t("linkMirrored", { table: target?.name ?? "" })}</span>
      ) : (
        <Checkbox
          checked={type.mirror_name !== undefined}
          onChange={(event) => set({ mirror_name: event.target.checked ? table.name : undefined })}
        >
          {t("linkMirror", { table: target?.name ?? "" })}
        </Checkbox>
      )}
      {type.mirror_name !== undefined && (
        <Labelled label={t("linkMirrorName")}>
          <Input
            value={type.mirror_name}
            maxLength={100}
            aria-label={t("linkMirrorName")}
            onChange={(event) => set({ mirror_name: event.target.value })}
          />
        </Labelled>
      )}
      <span className="hint">{t("linkHint", { field: target?.fields[0]?.name ?? "" })}</span>
    </div>
  );
}

const WAYS = ["sum", "average", "min", "max", "median", "count", "distinct", "filled", "join", "unique"] as const;
const name = (text: string) => text.replace(/([[\]#'@])/g, "'$1");

interface ThroughSettingsProps {
  kind: "lookup" | "rollup";
  table: Schemas["TableView"];
  tables: Schemas["TableView"][];
  onFormula: (text: string) => void;
}

/** A link, a field of its table, and how several values become one; given as a formula. */
export function ThroughSettings({ kind, table, tables, onFormula }: ThroughSettingsProps) {
  const { t } = useTranslation();
  const links = table.fields.filter((field) => field.type === "link");
  const [linkId, setLinkId] = useState(links[0]?.id);
  const [fieldId, setFieldId] = useState<string>();
  const [by, setBy] = useState<(typeof WAYS)[number]>("sum");
  const link = links.find((field) => field.id === linkId);
  const target = link?.type === "link" ? tables.find((one) => one.id === link.table) : undefined;
  const field = target?.fields.find((one) => one.id === fieldId) ?? target?.fields[0];
  const column = target && field ? `${columnTable(target.name)}[${name(field.name)}]` : "";
  const text =
    !link || column === ""
      ? ""
      : kind === "lookup"
        ? `LINKED([${name(link.name)}],${column})`
        : `ROLLUP([${name(link.name)}],${column},"${by}")`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text alone is what is told.
  useEffect(() => onFormula(text), [text]);
  if (links.length === 0) return <Note kind="warn">{t("linkFirst")}</Note>;
  return (
    <div className="form" style={{ gap: 8 }}>
      <Labelled label={t("throughLink")}>
        <Select
          value={linkId}
          aria-label={t("throughLink")}
          options={links.map((one) => ({ value: one.id, label: one.name }))}
          onChange={setLinkId}
        />
      </Labelled>
      <Labelled label={t("throughField", { table: target?.name ?? "" })}>
        <Select
          value={field?.id}
          aria-label={t("throughField", { table: target?.name ?? "" })}
          options={(target?.fields ?? [])
            .filter((one) => one.type !== "button")
            .map((one) => ({ value: one.id, label: one.name }))}
          onChange={setFieldId}
        />
      </Labelled>
      {kind === "rollup" && (
        <Labelled label={t("throughBy")}>
          <Select
            value={by}
            aria-label={t("throughBy")}
            options={WAYS.map((one) => ({ value: one, label: t(`by_${one}`) }))}
            onChange={setBy}
          />
        </Labelled>
      )}
    </div>
  );
}

/** Names with other than letters, digits and dots stand in quotes. */
function columnTable(text: string): string {
  return /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(text) ? text : `'${text.replace(/'/g, "''")}'`;
}
