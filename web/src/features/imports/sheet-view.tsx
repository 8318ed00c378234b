/** One sheet of the preview: its name, where it goes, what was found in it, and its columns. */
import { Checkbox, Input, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Note } from "../../ui/parts";
import type { SheetPlan } from "./choices";

interface SheetHeadProps {
  sheet: Schemas["ManifestSheet"];
  plan: SheetPlan;
  fits: Schemas["TableFitView"][];
  canSkip: boolean;
  onChange: (part: Partial<SheetPlan>) => void;
}

export function SheetHead({ sheet, plan, fits, canSkip, onChange }: SheetHeadProps) {
  const { t, i18n } = useTranslation();
  const about = (fit: Schemas["TableFitView"]) =>
    fit.is_own ? t("importIntoOwn") : t("importIntoMatched", { n: fit.n_matched });
  return (
    <div className="row" style={{ flexWrap: "wrap" }}>
      {fits.length > 0 && (
        <Select
          className="import-target"
          value={plan.table ?? ""}
          aria-label={t("importInto")}
          data-testid="import-target"
          disabled={plan.skip}
          options={[
            { value: "", label: t("importIntoNew") },
            ...fits.map((fit) => ({
              value: fit.table,
              label: (
                <span>
                  {t("importIntoTable", { name: fit.name })} <span className="hint">{about(fit)}</span>
                </span>
              ),
            })),
          ]}
          onChange={(table) => onChange(table ? { table, into: null } : { table: null, into: null })}
        />
      )}
      {plan.table === null && (
        <Input
          style={{ width: 240 }}
          value={plan.name}
          aria-label={t("sheetName")}
          onChange={(event) => onChange({ name: event.target.value })}
          disabled={plan.skip}
        />
      )}
      {canSkip && (
        <Checkbox checked={plan.skip} onChange={(event) => onChange({ skip: event.target.checked })}>
          {t("skipSheet")}
        </Checkbox>
      )}
      <span className="hint num">
        {t("headerRow", { row: sheet.header_row })} ·{" "}
        {t("records_n", { n: sheet.n_rows.toLocaleString(i18n.language) })}
      </span>
    </div>
  );
}

/** What was found around the rows: titles, and totals that were taken out. */
export function SheetFound({ sheet }: { sheet: Schemas["ManifestSheet"] }) {
  const { t } = useTranslation();
  const what = sheet.dropped_rows.map((row) => row.cells.find((cell) => cell.text)?.text ?? row.reason);
  return (
    <>
      {sheet.title_lines.length > 0 && !sheet.own && (
        <Note>
          <span className="hint">{t("titleLines")}</span>
          <div>{sheet.title_lines.join(" / ")}</div>
        </Note>
      )}
      {sheet.n_dropped_rows > 0 && (
        <Note>{t("droppedRows", { n: sheet.n_dropped_rows, what: [...new Set(what)].slice(0, 3).join("、") })}</Note>
      )}
    </>
  );
}

export function SheetNotes({ notes }: { notes: Schemas["ImportNote"][] }) {
  const { t, i18n } = useTranslation();
  if (notes.length === 0) return null;
  return (
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
  );
}
