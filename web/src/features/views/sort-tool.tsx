/** The sorts of a view, the first one deciding first. */
import { Button, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { ActionButton } from "../../ui/parts";
import { addSort, changeSort, removeSort, type View } from "./change";

interface ToolProps {
  fields: Schemas["FieldView"][];
  view: View;
  onChange: (view: View) => void;
}

export function SortTool({ fields, view, onChange }: ToolProps) {
  const { t } = useTranslation();
  const used = new Set(view.sorts.map((sort) => sort.field));
  const free = fields.find((field) => !used.has(field.id) && field.type !== "attachment");
  const choices = (own: string) =>
    fields
      .filter((field) => field.id === own || !used.has(field.id))
      .map((field) => ({ value: field.id, label: field.name }));
  return (
    <div className="form tool">
      {view.sorts.map((sort, at) => (
        <div className="tool-sort" key={sort.field}>
          <Select
            aria-label={t("filterField")}
            showSearch={{ optionFilterProp: "label" }}
            value={fields.some((field) => field.id === sort.field) ? sort.field : undefined}
            options={choices(sort.field)}
            onChange={(field) => onChange(changeSort(view, at, { field }))}
          />
          <Select
            aria-label={t("sort")}
            value={sort.descending}
            options={[
              { value: false, label: t("ascending") },
              { value: true, label: t("descending") },
            ]}
            onChange={(descending) => onChange(changeSort(view, at, { descending }))}
          />
          <ActionButton icon="close" label={t("remove")} onClick={() => onChange(removeSort(view, at))} />
        </div>
      ))}
      {view.sorts.length === 0 && <span className="hint">{t("noSort")}</span>}
      <div className="row">
        <Button disabled={!free} onClick={() => free && onChange(addSort(view, free.id))}>
          {t("addSort")}
        </Button>
        <span className="grow" />
        {view.sorts.length > 0 && (
          <Button type="text" onClick={() => onChange({ ...view, sorts: [] })}>
            {t("clearAll")}
          </Button>
        )}
      </div>
    </div>
  );
}
