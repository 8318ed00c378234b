/** The formula editor: completion, mistakes underlined while typing with what to do, the result on a real record. */
import { autocompletion, type CompletionContext, closeBrackets, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { type Diagnostic, linter } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, placeholder } from "@codemirror/view";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ask, type Schemas } from "../../api/client";
import type { WireCell, WireField } from "../../api/wire";
import { copyText } from "../../fields/registry";
import { completions, formulaColours, formulaLanguage } from "./language";

type Report = Schemas["FormulaReport"];
const CHECK_MS = 150;

export interface FormulaEditorProps {
  base: string;
  table: Schemas["TableView"];
  tables: Schemas["TableView"][];
  field?: string;
  value: string;
  sample?: string;
  onChange: (text: string) => void;
  onState?: (state: { ok: boolean; resultType: string | null }) => void;
}

export function FormulaEditor({ base, table, tables, field, value, sample, onChange, onState }: FormulaEditorProps) {
  const { t } = useTranslation();
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const [report, setReport] = useState<Report | null>(null);
  const functions = useQuery({
    queryKey: ["functions"],
    queryFn: () => ask<Schemas["FunctionView"][]>("GET", "/formula/functions"),
    staleTime: Number.POSITIVE_INFINITY,
  });
  // Read when needed: others' edits renew these objects, and a rebuilt editor would lose cursor and undo.
  const latest = useRef({ onChange, onState, value, table, tables, functions: functions.data ?? [] });
  latest.current = { onChange, onState, value, table, tables, functions: functions.data ?? [] };
  const tableId = table.id;

  useEffect(() => {
    if (!host.current) return;
    const check = async (text: string): Promise<Report | null> => {
      if (text.trim() === "") return null;
      return ask<Report>("POST", `/bases/${base}/formula/check`, {
        table: tableId,
        text,
        ...(field ? { field } : {}),
        ...(sample ? { sample } : {}),
      }).catch(() => null);
    };
    const complete = (context: CompletionContext) =>
      completions(latest.current.table, latest.current.tables, latest.current.functions)(context);
    const lint = linter(
      async (editor): Promise<Diagnostic[]> => {
        const text = editor.state.doc.toString();
        const found = await check(text);
        setReport(found);
        const isOk = found?.diagnostics.every((one) => one.severity !== "error") ?? false;
        latest.current.onState?.({ ok: isOk, resultType: found?.result_type?.type ?? null });
        const end = editor.state.doc.length;
        return (found?.diagnostics ?? []).map((one) => ({
          from: Math.min(one.start, end),
          to: Math.min(Math.max(one.end, one.start + 1), end),
          severity: one.severity === "error" ? "error" : "warning",
          message: [one.message, one.hint].filter(Boolean).join(" "),
        }));
      },
      { delay: CHECK_MS },
    );
    const made = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          history(),
          closeBrackets(),
          keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
          formulaLanguage,
          formulaColours,
          autocompletion({ override: [complete], icons: false }),
          lint,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": t("formula") }),
          placeholder(t("formulaHint")),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = made;
    return () => {
      view.current = null;
      made.destroy();
    };
  }, [base, tableId, field, sample, t]);

  useEffect(() => {
    const editor = view.current;
    if (editor && editor.state.doc.toString() !== value)
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  const shown = report?.result_type ? ({ id: "", name: "", ...report.result_type } as WireField) : null;
  const mistakes = report?.diagnostics ?? [];
  return (
    <div style={{ display: "grid", gap: 8 }}>
      <div ref={host} className="formula-box" data-testid="formula-editor" />
      {mistakes.slice(0, 3).map((one) => (
        <span
          key={`${one.code}-${one.start}`}
          className={one.severity === "error" ? "bad" : "warn"}
          style={{ fontSize: 12 }}
          role="alert"
        >
          {one.message} {one.hint && <span className="dim">{one.hint}</span>}
        </span>
      ))}
      {shown && mistakes.length === 0 && (
        <dl className="facts" style={{ fontSize: 12, margin: 0 }}>
          <dt>{t("resultType")}</dt>
          <dd>{t(`type_${shown.type}`)}</dd>
          {sample && (
            <>
              <dt>{t("liveValue")}</dt>
              <dd data-testid="live-value">{cellText(report?.sample_value, shown) || "—"}</dd>
            </>
          )}
        </dl>
      )}
    </div>
  );
}

function cellText(cell: unknown, field: WireField): string {
  return copyText((cell ?? null) as WireCell, field);
}
