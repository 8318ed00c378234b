/**
 * The formula editor: completion by name and pinyin, the call at the cursor, mistakes underlined while typing with what
 * mends them, the result on a real record and how it comes about.
 */
import { autocompletion, type CompletionContext, closeBrackets, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { type Diagnostic, linter } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, placeholder } from "@codemirror/view";
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ask, type Schemas } from "../../api/client";
import type { WireField } from "../../api/wire";
import { CallHelp, FunctionList, Mistakes, Result, Steps } from "./help";
import { hover } from "./hover";
import { callAt, completions, formulaColours, formulaLanguage } from "./language";

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

type Below = "none" | "steps" | "functions";

export function FormulaEditor({ base, table, tables, field, value, sample, onChange, onState }: FormulaEditorProps) {
  const { t } = useTranslation();
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const [report, setReport] = useState<{ of: string; found: Report | null }>({ of: "", found: null });
  const [call, setCall] = useState<ReturnType<typeof callAt>>(null);
  const [below, setBelow] = useState<Below>("none");
  const functions = useQuery({
    queryKey: ["functions"],
    queryFn: () => ask<Schemas["FunctionView"][]>("GET", "/formula/functions"),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const keys = useQuery({
    queryKey: ["formula-names", base, tables.map((one) => one.fields.map((field) => field.name).join()).join()],
    queryFn: () => ask<Schemas["NameKeys"][]>("GET", `/bases/${base}/formula/names`),
  });
  const known = { table, tables, functions: functions.data ?? [], keys: keys.data ?? [] };
  // Read when needed: others' edits renew these objects, and a rebuilt editor would lose cursor and undo.
  const latest = useRef({ onChange, onState, value, below, ...known });
  latest.current = { onChange, onState, value, below, ...known };
  const tableId = table.id;
  const asker = useCallback(
    async (text: string, steps: boolean): Promise<Report | null> => {
      if (text.trim() === "") return null;
      const place = { ...(field ? { field } : {}), ...(sample ? { sample } : {}) };
      return ask<Report>("POST", `/bases/${base}/formula/check`, { table: tableId, text, steps, ...place }).catch(
        () => null,
      );
    },
    [base, tableId, field, sample],
  );

  useEffect(() => {
    if (!host.current) return;
    const lint = linter(
      async (editor): Promise<Diagnostic[]> => {
        const text = editor.state.doc.toString();
        const found = await asker(text, latest.current.below === "steps");
        setReport({ of: text, found });
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
          autocompletion({
            override: [(context: CompletionContext) => completions(latest.current)(context)],
            icons: false,
          }),
          lint,
          hover(() => latest.current),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": t("formula") }),
          placeholder(t("formulaHint")),
          EditorView.updateListener.of((update) => {
            const text = update.state.doc.toString();
            if (update.docChanged) latest.current.onChange(text);
            if (update.docChanged || update.selectionSet) setCall(callAt(text, update.state.selection.main.head));
          }),
        ],
      }),
    });
    view.current = made;
    return () => {
      view.current = null;
      made.destroy();
    };
  }, [asker, t]);

  useEffect(() => {
    const editor = view.current;
    if (editor && editor.state.doc.toString() !== value)
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  const put = (from: number, to: number, insert: string, cursor = from + insert.length) => {
    const editor = view.current;
    if (!editor) return;
    const end = editor.state.doc.length;
    editor.dispatch({
      changes: { from: Math.min(from, end), to: Math.min(to, end), insert },
      selection: { anchor: cursor },
    });
    editor.focus();
  };
  const show = (wanted: Below) => {
    const next = below === wanted ? "none" : wanted;
    setBelow(next);
    latest.current.below = next;
    if (next === "steps" && view.current) {
      // Asked anew: the steps are told only to those who look.
      const text = view.current.state.doc.toString();
      void asker(text, true).then((found) => setReport({ of: text, found }));
    }
  };

  const found = report.found;
  const shown = found?.result_type ? ({ id: "", name: "", ...found.result_type } as WireField) : null;
  const mistakes = found?.diagnostics ?? [];
  const isWrong = mistakes.some((one) => one.severity === "error");
  const called = call && known.functions.find((one) => one.name === call.name);
  return (
    <div style={{ display: "grid", gap: 8 }}>
      <div ref={host} className="formula-box" data-testid="formula-editor" />
      {call && called && <CallHelp known={called} argument={call.argument} />}
      <Mistakes found={mistakes} onFix={(fix) => put(fix.start, fix.end, fix.text)} />
      {shown && !isWrong && <Result shown={shown} {...(sample ? { value: found?.sample_value } : {})} />}
      <div className="formula-tools">
        <Button size="small" aria-pressed={below === "functions"} onClick={() => show("functions")}>
          {t("functionAll")}
        </Button>
        {sample && (
          <Button
            size="small"
            aria-pressed={below === "steps"}
            disabled={isWrong || !found}
            onClick={() => show("steps")}
          >
            {t("formulaSteps")}
          </Button>
        )}
        <Button
          size="small"
          disabled={!found?.formatted || found.formatted === value}
          onClick={() => found?.formatted && put(0, view.current?.state.doc.length ?? 0, found.formatted)}
        >
          {t("formulaFormat")}
        </Button>
      </div>
      {below === "steps" && found && found.steps.length > 0 && <Steps text={report.of} steps={found.steps} />}
      {below === "functions" && (
        <FunctionList
          functions={known.functions}
          onPick={(one) => {
            const at = view.current?.state.selection.main;
            if (at) put(at.from, at.to, `${one.name}()`, at.from + one.name.length + 1);
          }}
        />
      )}
    </div>
  );
}
