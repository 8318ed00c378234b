/** New field, or a field's settings: name, type, what the type needs; a change of type is shown before it is done. */
import { useQuery } from "@tanstack/react-query";
import { App, Button, Input, Select } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, command, type Schemas } from "../../api/client";
import { isGiven } from "../../fields/given/descriptor";
import { Labelled, Note, Panel } from "../../ui/parts";
import { choiceOf, formulaSettings, isRetype, plainSettings, type Ruled } from "./choice";
import { ThroughSettings } from "./link-settings";
import { freeName, RetypeNote } from "./retype-note";
import { type AiKind, type AiMade, type Choice, TypeCards } from "./type-cards";
import { TypeSettings } from "./type-settings";

export interface FieldPanelProps {
  base: string;
  table: Schemas["TableView"];
  tables: Schemas["TableView"][];
  /** Null: a new field. */
  field: Schemas["FieldView"] | null;
  at?: number;
  sample?: string;
  renderFormula: (props: {
    value: string;
    onChange: (text: string) => void;
    onState: (state: { ok: boolean }) => void;
  }) => ReactNode;
  renderRules: (value: Ruled, onChange: (value: Ruled) => void) => ReactNode;
  renderAiForm: (kind: AiKind, onMade: (made: AiMade) => void) => ReactNode;
  onClose: () => void;
  /** The new or changed field, and whether it asks a model. */
  onDone: (field: string | null, isAi: boolean) => void;
}

export function FieldPanel({
  base,
  table,
  tables,
  field,
  at,
  renderFormula,
  renderRules,
  renderAiForm,
  onClose,
  onDone,
}: FieldPanelProps) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [name, setName] = useState(field?.name ?? "");
  const [choice, setChoice] = useState<Choice>(() => choiceOf(field));
  const [formula, setFormula] = useState(field?.formula_text ?? "");
  const [made, setMade] = useState<AiMade | null>(null);
  const [isFormulaOk, setFormulaOk] = useState(false);
  const [ruled, setRuled] = useState<Ruled>(() => {
    const before = (field as { ai?: Partial<Ruled> } | null)?.ai;
    return { rules: before?.rules ?? [], retries: before?.retries ?? 2 };
  });
  const [policy, setPolicy] = useState<"manual" | "auto">(
    (field as { ai?: { policy?: "manual" | "auto" } } | null)?.ai?.policy ?? "manual",
  );
  const [isBusy, setBusy] = useState(false);
  const hasFormula = choice.kind !== "plain";
  const isAi = choice.kind === "ai" || /\bAI\./i.test(formula);
  const kind = choice.kind === "plain" ? choice.type.type : choice.kind === "ai" ? `ai_${choice.ai}` : choice.kind;
  const usual = (choice.kind === "ai" && made?.name) || t(`type_${kind}`);
  const isUnlinked = choice.kind === "plain" && choice.type.type === "link" && choice.type.table === "";
  const isTaken = table.fields.some((one) => one.id !== field?.id && one.name === (name.trim() || usual));

  const settings = (): object =>
    choice.kind === "plain"
      ? plainSettings(choice.type, field)
      : {
          ...formulaSettings(formula, isAi ? policy : null, field, ruled),
          // A form that was changed by hand is a formula like any other.
          ...(choice.kind === "ai" && made?.result && made.formula === formula ? { result: made.result } : {}),
        };
  const changesType = field !== null && choice.kind === "plain" && isRetype(choice.type, field);
  const isReplaced =
    changesType && choice.kind === "plain" && isGiven(choice.type.type) && choice.type.type !== "auto_number";
  const retype = useQuery({
    queryKey: ["retype", base, table.id, field?.id, changesType ? JSON.stringify(settings()) : ""],
    queryFn: async () => {
      const body = { kind: "update_field", table: table.id, field: field?.id, field_type: settings() };
      return (await command(base, body, true)).retype ?? null;
    },
    enabled: changesType && !isReplaced && !isUnlinked,
    retry: false,
    gcTime: 0,
  });
  const save = async () => {
    const label = name.trim() || usual;
    const body = field
      ? { kind: "update_field", table: table.id, field: field.id, name: label, field_type: settings() }
      : {
          kind: "create_field",
          table: table.id,
          field: { name: label, ...settings() },
          ...(at === undefined ? {} : { at }),
        };
    setBusy(true);
    try {
      // Nobody's values stop to fit unseen: a press that is faster than the preview waits for it.
      if (changesType && !isReplaced && !retype.data) {
        const seen = await retype.refetch();
        if (seen.data && seen.data.n_misfits > 0) return;
      }
      const done = await command(base, body);
      for (const one of choice.kind === "ai" && made?.formula === formula ? (made.more ?? []) : []) {
        const more = { name: freeName(one.name, table), ...formulaSettings(one.formula, policy, null) };
        await command(base, { kind: "create_field", table: table.id, field: more });
      }
      onDone(done.result.fields[0] ?? null, isAi);
    } catch (error) {
      message.error(
        error instanceof ApiError ? [error.message, error.hint].filter(Boolean).join(" ") : String(error),
        6,
      );
    } finally {
      setBusy(false);
    }
  };
  const choose = (next: Choice) => {
    setChoice(next);
    if (next.kind === "formula" && choice.kind === "ai") setFormula("");
  };

  return (
    <Panel
      title={field ? t("editField") : t("addField")}
      onClose={onClose}
      foot={
        <Button
          type="primary"
          loading={isBusy}
          disabled={isTaken || isUnlinked || (hasFormula && !isFormulaOk)}
          onClick={() => void save()}
          data-testid="save-field"
        >
          {field ? t("save") : t("createField")}
        </Button>
      }
    >
      <div className="form">
        <Labelled label={t("fieldName")}>
          <Input
            value={name}
            placeholder={usual}
            autoFocus={!field}
            status={isTaken ? "error" : ""}
            onChange={(event) => setName(event.target.value)}
          />
        </Labelled>
        {isTaken && <Note kind="bad">{t("duplicateName", { name: name.trim() || usual })}</Note>}
        <TypeCards choice={choice} field={field} onChoose={choose} />
        {choice.kind === "plain" && (
          <TypeSettings
            type={choice.type}
            table={table}
            tables={tables}
            field={field}
            onChange={(type) => choose({ kind: "plain", type })}
          />
        )}
        {(choice.kind === "lookup" || choice.kind === "rollup") && (
          <ThroughSettings kind={choice.kind} table={table} tables={tables} onFormula={setFormula} />
        )}
        {choice.kind === "ai" &&
          renderAiForm(choice.ai, (next) => {
            setMade(next);
            setFormula(next.formula);
          })}
        {hasFormula && (
          // No label around it: a click into the text would press the first button below.
          <div className="field-label">
            {t("formula")}
            {renderFormula({ value: formula, onChange: setFormula, onState: ({ ok }) => setFormulaOk(ok) })}
          </div>
        )}
        {isAi && (
          <Labelled label={t("aiPolicy")}>
            <Select
              value={policy}
              aria-label={t("aiPolicy")}
              onChange={setPolicy}
              options={(["manual", "auto"] as const).map((one) => ({ value: one, label: t(`policy_${one}`) }))}
            />
          </Labelled>
        )}
        {isAi && renderRules(ruled, setRuled)}
        {isReplaced && <Note kind="warn">{t("retypeGiven")}</Note>}
        {retype.data && !isReplaced && <RetypeNote preview={retype.data} />}
      </div>
    </Panel>
  );
}
