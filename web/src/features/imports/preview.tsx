/** The heart of an import: what was found per sheet, what each column becomes, all adjustable before one row is written. */
import { App, Button, Tabs } from "antd";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, type Schemas } from "../../api/client";
import { confirmImport, proposeInto } from "../../api/imports";
import { Note } from "../../ui/parts";
import { type ColumnPlan, proposedPlans, rowsToImport, type SheetPlan, toConfirm } from "./choices";
import { intoState, nToDo } from "./into";
import { IntoSheet } from "./into-sheet";
import { PreviewTable } from "./preview-table";
import { SheetFound, SheetHead, SheetNotes } from "./sheet-view";
import { type Compared, useCompared } from "./use-compared";
import { useTargets } from "./use-targets";

interface PreviewProps {
  job: string;
  manifest: Schemas["Manifest"];
  base: string | null;
  isWaiting: boolean;
  /** Why the last confirmation was not carried out. */
  refused: string | null;
  onConfirmed: () => void;
}

export function Preview({ job, manifest, base, isWaiting, refused, onConfirmed }: PreviewProps) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [plans, setPlans] = useState(() => proposedPlans(manifest));
  const [sent, setSent] = useState(0);
  const [busy, setBusy] = useState(false);
  const [active, setActive] = useState("0");
  const change = useCallback(
    (index: number, part: Partial<SheetPlan>) =>
      setPlans((all) => all.map((plan) => (plan.index === index ? { ...plan, ...part } : plan))),
    [],
  );
  const targets = useTargets(job, plans, change);
  const wanted = useMemo(
    () => new Map(plans.flatMap((plan) => (plan.into && !plan.skip ? [[plan.index, plan.into.plan] as const] : []))),
    [plans],
  );
  // A refused confirmation is compared anew.
  const compared = useCompared(job, targets.base, isWaiting ? wanted : new Map(), sent);
  const goesInto = plans.some((plan) => plan.table !== null && !plan.skip);
  const to = base ?? (goesInto ? targets.base : null);
  const baseName = manifest.file_name.replace(/\.[^.]+$/, "");

  const changeColumn = (index: number, key: number, part: Partial<ColumnPlan>) =>
    setPlans((all) =>
      all.map((plan) =>
        plan.index === index
          ? { ...plan, columns: plan.columns.map((column) => (column.key === key ? { ...column, ...part } : column)) }
          : plan,
      ),
    );
  const say = (error: unknown) =>
    message.error(error instanceof ApiError ? [error.message, error.hint].filter(Boolean).join(" ") : String(error));
  const confirm = async () => {
    setBusy(true);
    try {
      await confirmImport(job, toConfirm(plans, to, baseName, compared));
      setSent((n) => n + 1);
      onConfirmed();
    } catch (error) {
      say(error);
    }
    setBusy(false);
  };
  const fresh = (index: number, table: string) => {
    if (!targets.base) return;
    proposeInto(job, { base: targets.base, sheet: index, table, fresh: true }).then(
      (proposal) => change(index, { into: intoState(table, proposal) }),
      say,
    );
  };

  const sheetView = (sheet: Schemas["ManifestSheet"], index: number) => {
    const plan = plans[index];
    if (!plan) return null;
    const { table } = plan;
    return (
      <div key={index} className="import-sheet">
        <SheetHead
          sheet={sheet}
          plan={plan}
          fits={targets.fits[index] ?? []}
          canSkip={manifest.sheets.length > 1}
          onChange={(part) => change(index, part)}
        />
        <SheetFound sheet={sheet} />
        {table === null ? (
          <PreviewTable job={job} sheet={sheet} plan={plan} onColumn={(key, part) => changeColumn(index, key, part)} />
        ) : (
          !plan.skip && (
            <IntoSheet
              job={job}
              index={index}
              sheet={sheet}
              table={targets.tables.find((one) => one.id === table)}
              state={plan.into}
              compared={compared.get(index) ?? { told: undefined, error: null }}
              onState={(into) => change(index, { into })}
              onFresh={() => fresh(index, table)}
            />
          )
        )}
        <SheetNotes notes={[...(index === 0 ? manifest.notes : []), ...sheet.notes]} />
      </div>
    );
  };

  return (
    <>
      <div className="import-body">
        {refused && <Note kind="warn">{refused}</Note>}
        {manifest.sheets.length > 1 ? (
          <Tabs
            activeKey={active}
            onChange={setActive}
            items={manifest.sheets.map((sheet, index) => ({
              key: String(index),
              label: sheet.hidden ? `${sheet.name}（${t("hiddenSheet")}）` : sheet.name,
              children: sheetView(sheet, index),
            }))}
          />
        ) : (
          manifest.sheets.map(sheetView)
        )}
      </div>
      <footer className="import-foot">
        {(!base || goesInto) && (
          <span className="hint cut">
            {to ? t("intoBase") : t("toNewBase")}
            {to ? targets.baseName : baseName}
          </span>
        )}
        <ConfirmButton
          manifest={manifest}
          plans={plans}
          compared={compared}
          busy={busy}
          onConfirm={() => void confirm()}
        />
      </footer>
    </>
  );
}

interface ConfirmButtonProps {
  manifest: Schemas["Manifest"];
  plans: SheetPlan[];
  compared: ReadonlyMap<number, Compared>;
  busy: boolean;
  onConfirm: () => void;
}

/** Says in numbers what it does. */
function ConfirmButton({ manifest, plans, compared, busy, onConfirm }: ConfirmButtonProps) {
  const { t, i18n } = useTranslation();
  const count = (n: number) => n.toLocaleString(i18n.language);
  const wanted = plans.filter((plan) => !plan.skip);
  const into = wanted.filter((plan) => plan.table !== null);
  const told = into.map((plan) => ({ plan, told: compared.get(plan.index)?.told }));
  const isCompared = told.every((one) => one.told && one.plan.into);
  const one = wanted.length === 1 ? told[0] : undefined;
  const label = () => {
    if (into.length === 0) return t("confirmImport", { n: count(rowsToImport(manifest, plans)) });
    if (!isCompared) return t("intoComparing");
    if (!one?.told || !one.plan.into) return t("confirmSheets", { n: wanted.length });
    if (nToDo(one.plan.into.plan, one.told) === 0) return t("confirmNothing");
    const numbers = {
      added: count(one.told.n_added),
      changed: count(one.told.n_changed),
      removed: count(one.told.n_missing),
    };
    return t(one.plan.into.plan.remove_missing ? "confirmIntoRemove" : "confirmInto", numbers);
  };
  const isEmpty = one?.told && one.plan.into && nToDo(one.plan.into.plan, one.told) === 0;
  return (
    <Button
      type="primary"
      size="large"
      loading={busy}
      disabled={wanted.length === 0 || !isCompared || isEmpty === true}
      onClick={onConfirm}
      data-testid="confirm-import"
    >
      {label()}
    </Button>
  );
}
