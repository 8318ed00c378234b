/** One sheet on its way into a table that is there: the mapping, the rules, and what would come of it. */
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Beads, Note } from "../../ui/parts";
import { type IntoState, withTarget } from "./into";
import { IntoColumns } from "./into-columns";
import { IntoDiff } from "./into-diff";
import { IntoRules } from "./into-rules";
import type { Compared } from "./use-compared";

interface IntoSheetProps {
  job: string;
  index: number;
  sheet: Schemas["ManifestSheet"];
  table: Schemas["TableView"] | undefined;
  state: IntoState | null;
  compared: Compared;
  onState: (state: IntoState) => void;
  onFresh: () => void;
}

export function IntoSheet({ job, index, sheet, table, state, compared, onState, onFresh }: IntoSheetProps) {
  const { t } = useTranslation();
  if (!table || !state) return <Beads label={t("intoComparing")} />;
  return (
    <div className="into" data-testid="into-sheet">
      <div className="into-left">
        {state.saved && (
          <Note>
            <div className="row">
              <span className="grow">{t("intoSaved")}</span>
              <Button size="small" onClick={onFresh}>
                {t("intoSavedForget")}
              </Button>
            </div>
          </Note>
        )}
        <IntoRules
          table={table}
          state={state}
          nMissing={compared.told?.n_missing ?? 0}
          onPlan={(part) => onState({ ...state, plan: { ...state.plan, ...part } })}
          onSave={(save) => onState({ ...state, save })}
        />
        <IntoColumns
          sheet={sheet}
          table={table}
          state={state}
          onTarget={(column, to) => onState({ ...state, plan: withTarget(state.plan, column, to) })}
        />
      </div>
      <IntoDiff job={job} sheet={index} told={compared.told} error={compared.error} />
    </div>
  );
}
