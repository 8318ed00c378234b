/** Cells before and after, one line each. */
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";

interface ChangeListProps {
  changes: readonly Schemas["ChangeView"][];
  /** The record is known from what stands around the list. */
  isOneRecord?: boolean;
}

export function ChangeList({ changes, isOneRecord = false }: ChangeListProps) {
  const { t } = useTranslation();
  return (
    <ul className="changes">
      {changes.map((change, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a list of what was never changes.
        <li key={at}>
          <span className="hint cut">
            {!isOneRecord && change.record && `${change.record_title || t("noTitle")} · `}
            {change.name || t("goneField")}
          </span>
          <span className="change">
            <del>{change.before_text || t("blankCell")}</del>
            <span aria-hidden="true">→</span>
            <ins>{change.after_text || t("blankCell")}</ins>
          </span>
        </li>
      ))}
    </ul>
  );
}
