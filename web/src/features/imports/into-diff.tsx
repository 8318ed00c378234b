/** What would happen, before it happens: counts, then the lines of each kind, page by page. */
import { useQuery } from "@tanstack/react-query";
import { Pagination, Tabs } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { fileUrl, type Schemas } from "../../api/client";
import { comparedLines, type LineKind } from "../../api/imports";
import { Beads, Note } from "../../ui/parts";

const PAGE = 50;
const KINDS: LineKind[] = ["changed", "added", "problems", "missing"];

interface IntoDiffProps {
  job: string;
  sheet: number;
  told: Schemas["ComparisonView"] | undefined;
  error: string | null;
}

export function IntoDiff({ job, sheet, told, error }: IntoDiffProps) {
  const { t, i18n } = useTranslation();
  const [kind, setKind] = useState<LineKind | null>(null);
  if (error) return <Note kind="bad">{error}</Note>;
  if (!told) return <Beads label={t("intoComparing")} />;
  const counts = {
    changed: told.n_changed,
    added: told.n_added,
    problems: told.n_problems,
    missing: told.n_missing,
  };
  const count = (n: number) => n.toLocaleString(i18n.language);
  const shown = kind ?? KINDS.find((one) => counts[one] > 0) ?? "changed";
  return (
    <section className="into-diff" aria-label={t("intoDiff")} data-testid="into-diff">
      {told.n_locked_changed > 0 && <Note kind="warn">{t("toldLocked", { n: count(told.n_locked_changed) })}</Note>}
      <Tabs
        activeKey={shown}
        onChange={(key) => setKind(key as LineKind)}
        tabBarExtraContent={<span className="hint num">{t("told_unchanged", { n: count(told.n_unchanged) })}</span>}
        items={KINDS.map((one) => ({
          key: one,
          label: (
            <span data-testid={`told-${one}`} data-kind={one === "problems" && counts[one] > 0 ? "warn" : undefined}>
              {t(`told_${one}`)} <b className="num">{count(counts[one])}</b>
            </span>
          ),
        }))}
      />
      {shown === "changed" && told.n_changed > 0 && (
        <span className="hint num">{t("told_cells", { n: count(told.n_cells) })}</span>
      )}
      {told.new_fields.length > 0 && (
        <span className="hint">{t("toldFields", { names: told.new_fields.join("、") })}</span>
      )}
      {told.new_options.map((one) => (
        <span key={one.field} className="hint">
          {t("toldOptions", { field: one.field, names: one.names.slice(0, 8).join("、") })}
        </span>
      ))}
      <Lines key={shown} job={job} sheet={sheet} kind={shown} told={told} />
    </section>
  );
}

interface LinesProps {
  job: string;
  sheet: number;
  kind: LineKind;
  told: Schemas["ComparisonView"];
}

function Lines({ job, sheet, kind, told }: LinesProps) {
  const { t, i18n } = useTranslation();
  const [page, setPage] = useState(1);
  const kept = told.n_kept[kind];
  const all = kind === "problems" ? told.n_problems : told[`n_${kind}`];
  const read = useQuery({
    queryKey: ["import-lines", job, sheet, told.seen, kind, page],
    queryFn: () => comparedLines(job, sheet, kind, (page - 1) * PAGE, PAGE),
    enabled: kept > 0,
    placeholderData: (before) => before,
  });
  if (kept === 0) return <p className="hint">{t(`noline_${kind}`)}</p>;
  return (
    <>
      {kind === "problems" ? (
        <Problems job={job} sheet={sheet} lines={read.data?.problems ?? []} />
      ) : (
        <ul className="into-lines">
          {(read.data?.lines ?? []).map((line) => (
            <ChangedLine key={`${line.row ?? ""}-${line.record ?? ""}`} line={line} />
          ))}
        </ul>
      )}
      {kept > PAGE && <Pagination size="small" simple current={page} pageSize={PAGE} total={kept} onChange={setPage} />}
      {all > kept && <span className="hint">{t("toldMore", { n: kept.toLocaleString(i18n.language) })}</span>}
    </>
  );
}

function ChangedLine({ line }: { line: Schemas["ImportLine"] }) {
  const { t } = useTranslation();
  return (
    <li>
      <span className="into-line-head">
        <b className="cut">{line.label || t("toldBlank")}</b>
        {line.row !== undefined && line.row !== null && (
          <span className="hint num">{t("told_row", { n: line.row })}</span>
        )}
      </span>
      <span className="into-cells">
        {line.cells.map((cell) => (
          <span key={cell.name} data-misfit={cell.is_misfit}>
            <span className="hint">{cell.name}</span>{" "}
            {line.record && (
              <>
                <del>{cell.old || t("toldBlank")}</del> →{" "}
              </>
            )}
            <ins>{cell.new || t("toldBlank")}</ins>
          </span>
        ))}
      </span>
    </li>
  );
}

function Problems({ job, sheet, lines }: { job: string; sheet: number; lines: Schemas["ImportProblem"][] }) {
  const { t } = useTranslation();
  return (
    <>
      <ul className="into-lines into-problems">
        {lines.map((line, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of a page never move.
          <li key={at}>
            <span className="into-line-head">
              <b className="num">{line.row ? t("told_row", { n: line.row }) : t("told_table")}</b>
              <span className="hint">
                {line.name}
                {line.column && ` (${line.column})`}
              </span>
            </span>
            <span className="into-cells">
              {line.value && <q>{line.value}</q>} <span>{line.message}</span>
            </span>
          </li>
        ))}
      </ul>
      <a href={fileUrl(`/imports/${job}/into/${sheet}/report`)} download>
        {t("toldReport")}
      </a>
    </>
  );
}
