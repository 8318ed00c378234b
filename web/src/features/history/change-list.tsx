/** Cells before and after, one line each. */
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";

interface ChangeListProps {
  changes: readonly Schemas["ChangeView"][];
  /** What is known from what stands around the list, and so not said again: the record, or record and field. */
  known?: "record" | "cell";
}

export function ChangeList({ changes, known }: ChangeListProps) {
  const { t } = useTranslation();
  if (changes.length === 0) return null;
  const told = (cell: unknown, text: string) => {
    if (typeof cell === "boolean") return t(cell ? "checked" : "unchecked");
    return text || t("blankCell");
  };
  return (
    <ul className="changes">
      {changes.map((change, at) => {
        const field = change.name || t("goneField");
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a list of what was never changes.
          <li key={at}>
            {known !== "cell" && (
              <span className="hint change-where">
                {!known && change.record && <span className="cut">{change.record_title || t("noTitle")}</span>}
                {!known && change.record && <span>·</span>}
                <span className="cut">{field}</span>
              </span>
            )}
            {change.record ? (
              <span className="change num" data-short={!known}>
                <del>{told(change.before, change.before_text)}</del>
                <span aria-hidden="true">→</span>
                <ins>{told(change.after, change.after_text)}</ins>
              </span>
            ) : (
              <span>{t("changedSince")}</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
