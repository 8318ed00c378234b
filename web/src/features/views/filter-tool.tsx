/** The conditions of a view: field, operator, value; all or any of them, in groups up to three levels deep. */
import { Button, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { ActionButton } from "../../ui/parts";
import type { View } from "./change";
import {
  addCondition,
  addGroup,
  type Condition,
  changeCondition,
  changeConditionField,
  changeGroup,
  cleared,
  type Filter,
  MAX_DEPTH,
  removeCondition,
} from "./filter-tree";
import { FilterValue } from "./filter-value";
import { entryOf, operatorsOf, wordOf } from "./operators";

interface ToolProps {
  fields: Schemas["FieldView"][];
  view: View;
  onChange: (view: View) => void;
}

export function FilterTool({ fields, view, onChange }: ToolProps) {
  const { t } = useTranslation();
  const { filter } = view;
  const change = (next: Filter) => onChange({ ...view, filter: next });
  const isEmpty = filter.conditions.length + filter.groups.length === 0;
  return (
    <div className="form tool" data-wide="true">
      {isEmpty && <span className="hint">{t("noFilter")}</span>}
      <Level fields={fields} filter={filter} depth={1} onChange={change}>
        {!isEmpty && (
          <Button type="text" onClick={() => change(cleared(filter))}>
            {t("clearAll")}
          </Button>
        )}
      </Level>
    </div>
  );
}

interface LevelProps {
  fields: Schemas["FieldView"][];
  filter: Filter;
  /** 1: the outermost. */
  depth: number;
  onChange: (filter: Filter) => void;
  children?: React.ReactNode;
}

function Level({ fields, filter, depth, onChange, children }: LevelProps) {
  const { t } = useTranslation();
  const first = fields[0];
  return (
    <fieldset className="plain tool-level" data-depth={depth} aria-label={t("filter")}>
      {(depth > 1 || filter.conditions.length + filter.groups.length > 1) && (
        <Select
          aria-label={t("filterJoin")}
          className="tool-join"
          value={filter.any}
          options={[
            { value: false, label: t("match_all") },
            { value: true, label: t("match_any") },
          ]}
          onChange={(any) => onChange({ ...filter, any })}
        />
      )}
      {filter.conditions.map((condition, at) => (
        <ConditionRow
          // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no other identity; the field makes inputs start anew.
          key={`${at}-${condition.field}-${filter.conditions.length}`}
          fields={fields}
          condition={condition}
          onField={(field) => onChange(changeConditionField(filter, at, field))}
          onPart={(part) => onChange(changeCondition(filter, at, part))}
          onRemove={() => onChange(removeCondition(filter, at))}
        />
      ))}
      {filter.groups.map((group, at) => (
        <Level
          // biome-ignore lint/suspicious/noArrayIndexKey: groups have no other identity.
          key={`${at}-${filter.groups.length}`}
          fields={fields}
          filter={group}
          depth={depth + 1}
          onChange={(next) => onChange(changeGroup(filter, at, next))}
        />
      ))}
      <div className="row">
        <Button disabled={!first} onClick={() => first && onChange(addCondition(filter, first))}>
          {t("addCondition")}
        </Button>
        {depth < MAX_DEPTH && (
          <Button type="text" disabled={!first} onClick={() => first && onChange(addGroup(filter, first))}>
            {t("addConditionGroup")}
          </Button>
        )}
        <span className="grow" />
        {depth > 1 && (
          <Button type="text" onClick={() => onChange(cleared(filter))}>
            {t("removeConditionGroup")}
          </Button>
        )}
        {children}
      </div>
    </fieldset>
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
  const changeOperator = (operator: string) => {
    // A value entered one way means nothing where it is entered another way.
    const isSame = field && entryOf(field, condition.operator) === entryOf(field, operator);
    onPart({ operator, ...(isSame ? {} : { value: "" }) });
  };
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
        options={shown.map((operator) => ({ value: operator, label: wordOf(t, field, operator) }))}
        popupMatchSelectWidth={false}
        onChange={changeOperator}
      />
      {field && (
        <FilterValue
          key={condition.operator}
          field={field}
          condition={condition}
          onValue={(value) => onPart({ value })}
        />
      )}
      <ActionButton icon="close" label={t("remove")} onClick={onRemove} />
    </div>
  );
}
