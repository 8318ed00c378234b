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
  return (
    <ul className="changes">
      {changes.map((change, at) => {
        const field = change.name || t("goneField");
        const where = known || !change.record ? [field] : [change.record_title || t("noTitle"), field];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a list of what was never changes.
          <li key={at}>
            {known !== "cell" && <span className="hint cut">{where.join(" · ")}</span>}
            {change.record ? (
              <span className="change num">
                <del>{change.before_text || t("blankCell")}</del>
                <span aria-hidden="true">→</span>
                <ins>{change.after_text || t("blankCell")}</ins>
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
