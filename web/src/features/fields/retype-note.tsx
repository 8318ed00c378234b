/** What a field panel says before it changes something: what a change of type does, which name is free. */
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Note } from "../../ui/parts";

/** With a number where a field has the name already. */
export function freeName(name: string, table: Schemas["TableView"]): string {
  const taken = new Set(table.fields.map((one) => one.name));
  let free = name;
  for (let n = 2; taken.has(free); n++) free = `${name} ${n}`;
  return free;
}

/** What a change of type would do, before it is done. */
export function RetypeNote({ preview }: { preview: Schemas["RetypeView"] }) {
  const { t } = useTranslation();
  const { n_values: all, n_misfits: n, samples } = preview;
  if (n === 0) return all > 0 ? <Note>{t("retypeAll", { values: all })}</Note> : null;
  return (
    <Note kind="warn">
      <div>
        {t("retypePreview", { values: all - n })} · {t("retypeMisfits", { n, samples: "" })}
      </div>
      <ul className="samples" data-testid="retype-samples">
        {samples.slice(0, 5).map((sample, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two samples may be equal.
          <li key={at}>{sample}</li>
        ))}
      </ul>
      <div>{t("retypeBack")}</div>
    </Note>
  );
}
