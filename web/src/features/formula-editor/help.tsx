/** What stands under the formula: the call at the cursor, mistakes with what mends them, the result, its steps. */
import { Button, Input } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import type { WireCell, WireField } from "../../api/wire";
import { copyText } from "../../fields/registry";
import { shownArgument, signatureParts } from "./language";

export function CallHelp({ known, argument }: { known: Schemas["FunctionView"]; argument: number }) {
  const { head, args } = signatureParts(known.signature);
  const strong = shownArgument(args, argument);
  return (
    <div className="formula-call" data-testid="formula-call">
      <code>
        {head}(
        {args.map((one, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an argument is its place.
          <span key={at}>
            {at > 0 && ", "}
            <span {...(at === strong ? { className: "strong", "aria-current": true } : {})}>{one}</span>
          </span>
        ))}
        )
      </code>
      <span className="dim">{known.doc}</span>
    </div>
  );
}

export function Mistakes({
  found,
  onFix,
}: {
  found: Schemas["DiagnosticView"][];
  onFix: (fix: Schemas["FixView"]) => void;
}) {
  const { t } = useTranslation();
  return found.slice(0, 3).map((one) => (
    <div
      key={`${one.code}-${one.start}`}
      className={`formula-mistake ${one.severity === "error" ? "bad" : "warn"}`}
      role="alert"
    >
      <span>
        {one.message} {one.hint && <span className="dim">{one.hint}</span>}
      </span>
      {one.fix && (
        <Button size="small" onClick={() => one.fix && onFix(one.fix)}>
          {t("fixTo", { text: one.fix.text })}
        </Button>
      )}
    </div>
  ));
}

/** The type of the results, and the one for the record that stands for all. */
export function Result(props: { shown: WireField; value?: unknown }) {
  const { t } = useTranslation();
  return (
    <dl className="facts" style={{ fontSize: 12, margin: 0 }}>
      <dt>{t("resultType")}</dt>
      <dd>{t(`type_${props.shown.type}`)}</dd>
      {"value" in props && (
        <>
          <dt>{t("liveValue")}</dt>
          <dd data-testid="live-value">{copyText((props.value ?? null) as WireCell, props.shown) || "—"}</dd>
        </>
      )}
    </dl>
  );
}

/** Every part of the formula with what it gives for the record, inner parts set in. */
export function Steps({ text, steps }: { text: string; steps: Schemas["PartView"][] }) {
  return (
    <table className="formula-steps" data-testid="formula-steps">
      <tbody>
        {steps.map((step) => (
          <tr key={`${step.start}-${step.end}-${step.depth}`}>
            <td style={{ paddingInlineStart: step.depth * 12 }}>
              <code>{text.slice(step.start, step.end)}</code>
            </td>
            <td className={step.value.startsWith("#") ? "bad" : ""} title={step.value}>
              {step.value}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** All functions, found by name, pinyin or what they do. */
export function FunctionList({
  functions,
  onPick,
}: {
  functions: Schemas["FunctionView"][];
  onPick: (known: Schemas["FunctionView"]) => void;
}) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState("");
  const shown = useMemo(() => {
    const part = wanted.trim().toLowerCase();
    const fits = (one: Schemas["FunctionView"]) => `${one.name} ${one.doc} ${one.keys}`.toLowerCase().includes(part);
    return functions.filter(fits).slice(0, 200);
  }, [functions, wanted]);
  return (
    <div className="formula-functions">
      <Input
        autoFocus
        allowClear
        value={wanted}
        placeholder={t("functionSearch", { n: functions.length })}
        aria-label={t("functionSearch", { n: functions.length })}
        onChange={(event) => setWanted(event.target.value)}
      />
      <ul>
        {shown.map((one) => (
          <li key={one.name}>
            <button type="button" onClick={() => onPick(one)}>
              <code>{one.signature}</code>
              <span className="dim">{one.doc}</span>
              <code className="dim">{one.example}</code>
            </button>
          </li>
        ))}
        {shown.length === 0 && <li className="dim">{t("functionNone")}</li>}
      </ul>
    </div>
  );
}
