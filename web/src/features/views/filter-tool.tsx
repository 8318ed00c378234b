/** The conditions of a view: field, operator, value; all or any of them. */
import { Button, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { ActionButton } from "../../ui/parts";
import {
  addCondition,
  type Condition,
  changeCondition,
  changeConditionField,
  clearFilter,
  NO_VALUE,
  operatorsOf,
  removeCondition,
  type View,
} from "./change";
import { FilterValue } from "./filter-value";

interface ToolProps {
  fields: Schemas["FieldView"][];
  view: View;
  onChange: (view: View) => void;
}

export function FilterTool({ fields, view, onChange }: ToolProps) {
  const { t } = useTranslation();
  const { filter } = view;
  const first = fields[0];
  return (
    <div className="form tool">
      {filter.conditions.length + filter.groups.length > 1 && (
        <Select
          aria-label={t("filter")}
          value={filter.any ? "any" : "all"}
          options={[
            { value: "all", label: t("match_all") },
            { value: "any", label: t("match_any") },
          ]}
          onChange={(any) => onChange({ ...view, filter: { ...filter, any: any === "any" } })}
        />
      )}
      {filter.conditions.map((condition, at) => (
        <ConditionRow
          // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no other identity; the field makes inputs start anew.
          key={`${at}-${condition.field}-${filter.conditions.length}`}
          fields={fields}
          condition={condition}
          onField={(field) => onChange(changeConditionField(view, at, field))}
          onPart={(part) => onChange(changeCondition(view, at, part))}
          onRemove={() => onChange(removeCondition(view, at))}
        />
      ))}
      {filter.conditions.length + filter.groups.length === 0 && <span className="hint">{t("noFilter")}</span>}
      <div className="row">
        <Button disabled={!first} onClick={() => first && onChange(addCondition(view, first))}>
          {t("addCondition")}
        </Button>
        <span className="grow" />
        {filter.conditions.length + filter.groups.length > 0 && (
          <Button type="text" onClick={() => onChange(clearFilter(view))}>
            {t("clearAll")}
          </Button>
        )}
      </div>
    </div>
  );
}

interface ConditionRowProps {
  fields: Schemas["FieldView"][];
  condition: Condition;
  onField: (field: Schemas["FieldView"]) => void;
  onPart: (part: Partial<Condition>) => void;
  onRemove: () => void;
}

function ConditionRow({ fields, condition, onField, onPart, onRemove }: ConditionRowProps) {
  const { t } = useTranslation();
  const field = fields.find((one) => one.id === condition.field);
  const operators = field ? operatorsOf(field) : [];
  const shown = operators.includes(condition.operator) ? operators : [...operators, condition.operator];
  return (
    <div className="tool-condition">
      <Select
        aria-label={t("filterField")}
        showSearch={{ optionFilterProp: "label" }}
        value={field?.id}
        options={fields.map((one) => ({ value: one.id, label: one.name }))}
        onChange={(id) => {
          const next = fields.find((one) => one.id === id);
          if (next) onField(next);
        }}
      />
      <Select
        aria-label={t("filterOperator")}
        value={condition.operator}
        options={shown.map((operator) => ({ value: operator, label: t(`op_${operator}`) }))}
        onChange={(operator) =>
          onPart({ operator, ...(needsOther(condition.operator, operator) ? { value: "" } : {}) })
        }
      />
      {field && <FilterValue field={field} condition={condition} onValue={(value) => onPart({ value })} />}
      <ActionButton icon="close" label={t("remove")} onClick={onRemove} />
    </div>
  );
}

/** Whether a value entered for one operator means nothing to the other. */
function needsOther(before: string, after: string): boolean {
  return NO_VALUE.has(after) || (before === "ai_state") !== (after === "ai_state");
}
