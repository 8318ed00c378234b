/** What a view groups by, and what its footers and groups sum up. */
import { Button, Select } from "antd";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { ActionButton } from "../../ui/parts";
import {
  addGroupField,
  changeGroupField,
  footerOf,
  MAX_GROUPS,
  removeGroupField,
  setFooter,
  type View,
} from "./change";
import { aggregatesOf, isDate } from "./operators";

interface ToolProps {
  fields: Schemas["FieldView"][];
  view: View;
  onChange: (view: View) => void;
}

const SPANS = ["day", "month", "year"];
const EACH = "each";
const NONE = "none";

export function GroupTool({ fields, view, onChange }: ToolProps) {
  const { t } = useTranslation();
  const used = new Set(view.groups.map((group) => group.field));
  const groupable = fields.filter((field) => field.type !== "attachment" && field.type !== "button");
  // A select is what people group by; else whatever comes first.
  const free = groupable.filter((field) => !used.has(field.id));
  const usual = free.find((field) => field.type === "select") ?? free[0];
  return (
    <div className="form tool">
      {view.groups.map((group, at) => (
        <div className="tool-group" key={group.field}>
          <GroupField
            group={group}
            fields={groupable.filter((field) => field.id === group.field || !used.has(field.id))}
            onPart={(part) => onChange(changeGroupField(view, at, part))}
          />
          <ActionButton icon="close" label={t("remove")} onClick={() => onChange(removeGroupField(view, at))} />
        </div>
      ))}
      {view.groups.length === 0 && <span className="hint">{t("noGroup")}</span>}
      <div className="row">
        <Button
          disabled={!usual || view.groups.length >= MAX_GROUPS}
          onClick={() => usual && onChange(addGroupField(view, usual.id))}
        >
          {t("addGroup")}
        </Button>
        <span className="grow" />
        {view.groups.length > 0 && (
          <Button type="text" onClick={() => onChange({ ...view, groups: [] })}>
            {t("clearAll")}
          </Button>
        )}
      </div>
      <h3 className="tool-heading">{t("footers")}</h3>
      <span className="hint">{t("footersHint")}</span>
      <Footers fields={fields} view={view} onChange={onChange} />
    </div>
  );
}

interface GroupFieldProps {
  group: Schemas["SortView"];
  fields: Schemas["FieldView"][];
  onPart: (part: Partial<Schemas["SortView"]>) => void;
}

function GroupField({ group, fields, onPart }: GroupFieldProps) {
  const { t } = useTranslation();
  const field = fields.find((one) => one.id === group.field);
  return (
    <>
      <Select
        aria-label={t("filterField")}
        showSearch={{ optionFilterProp: "label" }}
        value={field?.id}
        options={fields.map((one) => ({ value: one.id, label: one.name }))}
        onChange={(id) => {
          const next = fields.find((one) => one.id === id);
          if (next) onPart({ field: id, ...(isDate(next) ? { by: "month" } : {}) });
        }}
      />
      <Select
        aria-label={t("sort")}
        value={group.descending}
        options={[
          { value: false, label: t("ascending") },
          { value: true, label: t("descending") },
        ]}
        onChange={(descending) => onPart({ descending })}
      />
      {field && isDate(field) && (
        <Select
          aria-label={t("groupBy")}
          value={group.by ?? EACH}
          options={[EACH, ...SPANS].map((span) => ({ value: span, label: t(`span_${span}`) }))}
          onChange={(by) => onPart({ by: by === EACH ? null : by })}
        />
      )}
    </>
  );
}

function Footers({ fields, view, onChange }: ToolProps) {
  const { t } = useTranslation();
  return (
    <div className="tool-footers">
      {fields.map((field) => (
        <Fragment key={field.id}>
          <span className="cut">{field.name}</span>
          <Select
            aria-label={`${t("footers")} ${field.name}`}
            value={footerOf(view, field.id) ?? NONE}
            options={[NONE, ...aggregatesOf(field)].map((name) => ({ value: name, label: t(`footer_${name}`) }))}
            onChange={(footer) => onChange(setFooter(view, field.id, footer === NONE ? null : footer))}
          />
        </Fragment>
      ))}
    </div>
  );
}
