/** Edits that the server did not take: why, what they were, and a way to take the values along. */
import { App, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import type { WireCell, WireField } from "../api/wire";
import { shownText } from "../fields/registry";
import type { RefusedEdit } from "../sync/base-session";
import { type LostValue, lostValues } from "../sync/lost";

/** Values that are listed; copying takes all. */
const LISTED = 50;

interface LostEditsProps {
  refused: readonly RefusedEdit[];
  tables: readonly Schemas["TableView"][];
  onDismiss: () => void;
}

interface Line {
  key: string;
  table: string;
  about: string;
  field: string;
  value: string;
  why: string;
}

function lineOf(lost: LostValue, why: string, key: string, tables: LostEditsProps["tables"]): Line {
  const table = tables.find((one) => one.id === lost.table);
  const field = table?.fields.find((one) => one.id === lost.field) as WireField | undefined;
  const { value } = lost;
  const isText = typeof value === "string" && !(field?.type === "select");
  return {
    key,
    table: table?.name ?? lost.table,
    about: lost.about ?? "",
    field: field?.name ?? lost.fieldName ?? lost.field,
    value: isText || !field ? String(value ?? "") : shownText(value as WireCell, field),
    why,
  };
}

export function LostEdits({ refused, tables, onDismiss }: LostEditsProps) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [isOpen, setOpen] = useState(false);
  if (refused.length === 0) return null;
  const lines = refused.flatMap(({ clientId, error, command, cells }) =>
    lostValues(command, cells).map((lost, at) => lineOf(lost, error.message, `${clientId} ${at}`, tables)),
  );
  const isOneReason = new Set(lines.map((line) => line.why)).size < 2;
  const take = () => {
    const rows = lines.map(({ table, about, field, value, why }) => [table, about, field, value, why]);
    if (copyText(rows.map((row) => row.map((text) => text.replace(/\s+/g, " ")).join("\t")).join("\r\n"))) {
      void message.info(t("lostCopied", { n: lines.length }));
    } else setOpen(true);
  };
  return (
    <section className="lost" role="alert">
      <div className="banner" data-kind="error">
        <span className="grow">{t("lostEdits", { n: lines.length, why: refused[0]?.error.message ?? "" })}</span>
        <Button size="small" onClick={() => setOpen(!isOpen)} aria-expanded={isOpen}>
          {isOpen ? t("lostHide") : t("lostShow")}
        </Button>
        <Button size="small" onClick={take}>
          {t("lostCopy")}
        </Button>
        <Button size="small" onClick={onDismiss}>
          {t("lostDismiss")}
        </Button>
      </div>
      {isOpen && (
        <ul className="lost-list">
          {lines.slice(0, LISTED).map((line) => (
            <li key={line.key}>
              <span className="hint">{[line.table, line.about, line.field].filter(Boolean).join(" · ")}</span>
              <b className="select-all">{line.value === "" ? t("lostBlank") : line.value}</b>
              {!isOneReason && <span className="hint">{line.why}</span>}
            </li>
          ))}
          {lines.length > LISTED && <li className="hint">{t("lostMore", { n: lines.length - LISTED })}</li>}
        </ul>
      )}
    </section>
  );
}

/** A plain-http page has no `navigator.clipboard`: the event of the old command takes the text. */
function copyText(text: string): boolean {
  const put = (event: ClipboardEvent) => {
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  document.addEventListener("copy", put, { capture: true, once: true });
  try {
    return document.execCommand("copy");
  } finally {
    document.removeEventListener("copy", put, { capture: true });
  }
}
