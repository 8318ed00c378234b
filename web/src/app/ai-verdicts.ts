/** What a person can say of AI answers: menu items and the command for them. */
import type { TFunction } from "i18next";
import type { Range } from "../grid/types";
import type { TableSession } from "../sync/table-session";

export function verdictMenu(t: TFunction, say: (verdict: string) => void) {
  return [
    { key: "approve", label: t("aiApprove"), onClick: () => say("approve") },
    { key: "accept", label: t("aiAccept"), onClick: () => say("accept") },
    { key: "keep", label: t("aiKeep"), onClick: () => say("keep") },
    { key: "unlock", label: t("aiUnlock"), onClick: () => say("unlock") },
  ];
}

export function reviewCommand(
  table: string,
  session: TableSession,
  rows: readonly Range[],
  field: string,
  verdict: string,
) {
  const records = rows.flatMap((range) => {
    const ids: string[] = [];
    for (let row = range.r0; row <= range.r1; row++) {
      const id = session.idOf(row);
      if (id) ids.push(id);
    }
    return ids;
  });
  return { kind: "review_ai", table, field, records, verdict };
}
