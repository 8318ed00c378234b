/** The heart of an import: what was found per sheet, what each column becomes, all adjustable before one row is written. */
import { App, Button, Checkbox, Input, Tabs } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, type Schemas } from "../../api/client";
import { confirmImport } from "../../api/imports";
import { Note } from "../../ui/parts";
import { type ColumnPlan, proposedPlans, rowsToImport, type SheetPlan, toConfirm } from "./choices";
import { PreviewTable } from "./preview-table";

interface PreviewProps {
  job: string;
  manifest: Schemas["Manifest"];
  base: string | null;
  onConfirmed: () => void;
}

export function Preview({ job, manifest, base, onConfirmed }: PreviewProps) {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const [plans, setPlans] = useState(() => proposedPlans(manifest));
  const [busy, setBusy] = useState(false);
  const [active, setActive] = useState("0");
  const nRows = useMemo(() => rowsToImport(manifest, plans), [manifest, plans]);
  const baseName = manifest.file_name.replace(/\.[^.]+$/, "");

  const change = (index: number, part: Partial<SheetPlan>) =>
    setPlans((all) => all.map((plan) => (plan.index === index ? { ...plan, ...part } : plan)));
  const changeColumn = (index: number, key: number, part: Partial<ColumnPlan>) =>
    setPlans((all) =>
      all.map((plan) =>
        plan.index === index
          ? { ...plan, columns: plan.columns.map((column) => (column.key === key ? { ...column, ...part } : column)) }
          : plan,
      ),
    );

  const confirm = async () => {
    setBusy(true);
    try {
      await confirmImport(job, toConfirm(plans, base, baseName));
      onConfirmed();
    } catch (error) {
      message.error(error instanceof ApiError ? [error.message, error.hint].filter(Boolean).join(" ") : String(error));
      setBusy(false);
    }
  };

  const sheetView = (sheet: Schemas["ManifestSheet"], index: number) => {
    const plan = plans[index];
    if (!plan) return null;
    const notes = [...(index === 0 ? manifest.notes : []), ...sheet.notes];
    return (
      <div style={{ display: "grid", gap: 12 }}>
        <div className="row" style={{ flexWrap: "wrap" }}>
          <Input
            style={{ width: 240 }}
            value={plan.name}
            aria-label={t("sheetName")}
            onChange={(event) => change(index, { name: event.target.value })}
            disabled={plan.skip}
          />
          {manifest.sheets.length > 1 && (
            <Checkbox checked={plan.skip} onChange={(event) => change(index, { skip: event.target.checked })}>
              {t("skipSheet")}
            </Checkbox>
          )}
          <span className="hint num">
            {t("headerRow", { row: sheet.header_row })} ·{" "}
            {t("records_n", { n: sheet.n_rows.toLocaleString(i18n.language) })}
          </span>
        </div>
        {sheet.title_lines.length > 0 && (
          <Note>
            <span className="hint">{t("titleLines")}</span>
            <div>{sheet.title_lines.join(" / ")}</div>
          </Note>
        )}
        {sheet.n_dropped_rows > 0 && (
          <Note>
            {t("droppedRows", {
              n: sheet.n_dropped_rows,
              what: [
                ...new Set(sheet.dropped_rows.map((row) => row.cells.find((cell) => cell.text)?.text ?? row.reason)),
              ]
                .slice(0, 3)
                .join("、"),
            })}
          </Note>
        )}
        <PreviewTable job={job} sheet={sheet} plan={plan} onColumn={(key, part) => changeColumn(index, key, part)} />
        {notes.length > 0 && (
          <Note {...(notes.some((note) => note.level === "warning") ? { kind: "warn" as const } : {})}>
            <b>{t("notesTitle")}</b>
            <ul>
              {notes.slice(0, 20).map((note) => (
                <li key={`${note.code}-${note.at}`}>
                  {i18n.language === "en" ? note.en : note.zh} {note.at && <span className="hint">{note.at}</span>}
                </li>
              ))}
            </ul>
          </Note>
        )}
      </div>
    );
  };

  return (
    <>
      <div className="import-body">
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
        {!base && (
          <span className="hint cut">
            {t("toNewBase")}
            {baseName}
          </span>
        )}
        <Button
          type="primary"
          size="large"
          loading={busy}
          disabled={plans.every((plan) => plan.skip)}
          onClick={() => void confirm()}
          data-testid="confirm-import"
        >
          {t("confirmImport", { n: nRows.toLocaleString(i18n.language) })}
        </Button>
      </footer>
    </>
  );
}
