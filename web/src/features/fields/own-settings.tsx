/** Settings of auto numbers (pattern with its first number shown) and of buttons (what a press does). */
import { Button, Input, InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { idsInUrl, namesInUrl } from "../../fields/button/descriptor";
import { patternText } from "../../fields/given/descriptor";
import { Labelled } from "../../ui/parts";
import type { FieldType } from "./types";

const PATTERNS = ["{0000}", "CK-{yyyyMM}-{0000}", "{yyyyMMdd}{000}"];

interface PatternSettingsProps {
  pattern: string;
  isNew: boolean;
  onChange: (part: object) => void;
}

export function PatternSettings({ pattern, isNew, onChange }: PatternSettingsProps) {
  const { t } = useTranslation();
  const today = new Date();
  return (
    <div className="form" style={{ gap: 8 }}>
      <Labelled label={t("numberPattern")}>
        <Input
          value={pattern}
          aria-label={t("numberPattern")}
          onChange={(event) => onChange({ pattern: event.target.value })}
        />
      </Labelled>
      <span className="row" style={{ flexWrap: "wrap" }}>
        {PATTERNS.map((one) => (
          <Button key={one} size="small" onClick={() => onChange({ pattern: one })}>
            {patternText(one, 1, today)}
          </Button>
        ))}
      </span>
      {isNew && (
        <Labelled label={t("numberStart")}>
          <InputNumber
            min={1}
            max={999_999_999}
            precision={0}
            defaultValue={1}
            onChange={(start) => onChange({ from_number: start ?? 1 })}
          />
        </Labelled>
      )}
      {!isNew && <span className="hint">{t("numberNewOnly")}</span>}
      <span className="hint">{t("numberPreview", { text: patternText(pattern, 1, today) })}</span>
    </div>
  );
}

type ButtonType = Extract<FieldType, { type: "button" }>;
type Action = ButtonType["action"];
const NUMERIC = ["number", "currency", "percent", "progress", "rating", "duration"];

interface ButtonSettingsProps {
  type: ButtonType;
  table: Schemas["TableView"];
  onChange: (type: FieldType) => void;
}

export function ButtonSettings({ type, table, onChange }: ButtonSettingsProps) {
  const { t } = useTranslation();
  const { action } = type;
  const change = (next: Action) => onChange({ ...type, action: next });
  const target = action.do === "open_url" ? "" : action.field;
  const kinds: Record<Action["do"], Action> = {
    increment: { do: "increment", field: "", by: 1 },
    set_value: { do: "set_value", field: target, value: "" },
    open_url: { do: "open_url", url: "" },
  };
  const fits = (field: Schemas["FieldView"]) =>
    field.is_editable && field.type !== "attachment" && (action.do !== "increment" || NUMERIC.includes(field.type));
  const fields = table.fields.filter(fits).map((field) => ({ value: field.id, label: field.name }));
  return (
    <div className="form" style={{ gap: 8 }}>
      <Labelled label={t("buttonLabel")}>
        <Input
          value={type.label}
          maxLength={20}
          aria-label={t("buttonLabel")}
          onChange={(event) => onChange({ ...type, label: event.target.value })}
        />
      </Labelled>
      <Labelled label={t("buttonAction")}>
        <Select
          value={action.do}
          aria-label={t("buttonAction")}
          options={(Object.keys(kinds) as Action["do"][]).map((value) => ({ value, label: t(`button_${value}`) }))}
          onChange={(kind: Action["do"]) => change(kinds[kind])}
        />
      </Labelled>
      {action.do === "open_url" ? (
        <>
          <Labelled label={t("buttonUrl")}>
            <Input
              value={namesInUrl(action.url, table.fields)}
              placeholder="https://…"
              aria-label={t("buttonUrl")}
              onChange={(event) => change({ do: "open_url", url: idsInUrl(event.target.value, table.fields) })}
            />
          </Labelled>
          <span className="hint">{t("buttonUrlHint", { name: table.fields[0]?.name ?? "" })}</span>
        </>
      ) : (
        <Labelled label={t("buttonField")}>
          <Select
            value={action.field || undefined}
            aria-label={t("buttonField")}
            options={fields}
            onChange={(field: string) => change({ ...action, field })}
          />
        </Labelled>
      )}
      {action.do === "increment" && (
        <Labelled label={t("buttonBy")}>
          <InputNumber
            value={action.by}
            aria-label={t("buttonBy")}
            onChange={(by) => change({ ...action, by: by ?? 1 })}
          />
        </Labelled>
      )}
      {action.do === "set_value" && (
        <>
          <Labelled label={t("buttonValue")}>
            <Input
              value={action.value}
              aria-label={t("buttonValue")}
              onChange={(event) => change({ ...action, value: event.target.value })}
            />
          </Labelled>
          <span className="hint">{t("buttonNowHint")}</span>
        </>
      )}
    </div>
  );
}
