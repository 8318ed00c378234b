/** Which rows a run means: how many are in which state, the scope, and what narrows it. */
import { useQuery } from "@tanstack/react-query";
import { Checkbox, Input, InputNumber, Radio } from "antd";
import { useTranslation } from "react-i18next";
import { ask } from "../../api/client";
import { Labelled } from "../../ui/parts";

export type Scope = "empty" | "stale" | "failed" | "all" | "selected";

/** What narrows a run, as the form has it. */
export interface Narrow {
  onlyView: boolean;
  onlyIf: string;
  withLocked: boolean;
  cap: number | null;
}

/** How many rows are in each state. */
export function States({ base, table, field }: { base: string; table: string; field: string }) {
  const { t, i18n } = useTranslation();
  const states = useQuery({
    queryKey: ["ai-states", base, table, field],
    queryFn: () => ask<Record<string, number>>("GET", `/bases/${base}/tables/${table}/fields/${field}/ai-states`),
    staleTime: 0,
  });
  const counts = Object.entries(states.data ?? {}).filter(([, n]) => n > 0);
  return (
    <div className="row wrap hint" data-testid="ai-states">
      {counts.map(([state, n]) => (
        <span key={state}>
          {t(`ai_${state}`)} {n.toLocaleString(i18n.language)}
        </span>
      ))}
    </div>
  );
}

export function Scopes({ scope, n, onScope }: { scope: Scope; n: number; onScope: (scope: Scope) => void }) {
  const { t } = useTranslation();
  return (
    <Radio.Group
      value={scope}
      onChange={(event) => onScope(event.target.value as Scope)}
      aria-label={t("scope")}
      style={{ display: "grid", gap: 4 }}
    >
      {(["empty", "stale", "failed", "all"] as const).map((one) => (
        <Radio key={one} value={one}>
          {t(`scope_${one}`)}
        </Radio>
      ))}
      {n > 0 && <Radio value="selected">{t("scope_selected", { n })}</Radio>}
    </Radio.Group>
  );
}

export function Narrowing({ narrow, onNarrow }: { narrow: Narrow; onNarrow: (narrow: Narrow) => void }) {
  const { t } = useTranslation();
  const set = (part: Partial<Narrow>) => onNarrow({ ...narrow, ...part });
  return (
    <details>
      <summary>{t("aiMore")}</summary>
      <div className="form" style={{ paddingTop: 8 }}>
        <Checkbox checked={narrow.onlyView} onChange={(event) => set({ onlyView: event.target.checked })}>
          {t("aiOnlyView")}
        </Checkbox>
        <Checkbox checked={narrow.withLocked} onChange={(event) => set({ withLocked: event.target.checked })}>
          {t("aiWithLocked")}
        </Checkbox>
        <Labelled label={t("aiOnlyIf")} hint={t("aiOnlyIfExample")}>
          <Input
            value={narrow.onlyIf}
            aria-label={t("aiOnlyIf")}
            onChange={(event) => set({ onlyIf: event.target.value })}
          />
        </Labelled>
        <Labelled label={t("aiCap")} hint={t("aiCapHint")}>
          <InputNumber<number>
            min={0}
            value={narrow.cap}
            aria-label={t("aiCap")}
            style={{ width: "100%" }}
            onChange={(cap) => set({ cap })}
          />
        </Labelled>
      </div>
    </details>
  );
}
