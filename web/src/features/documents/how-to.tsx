/** How a template is written: every placeholder that this table offers, copied with a click. */
import { App } from "antd";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { offered } from "./placeholders";

interface HowToProps {
  table: Schemas["TableView"];
  tables: readonly Schemas["TableView"][];
}

export function HowTo({ table, tables }: HowToProps) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const copy = (text: string) =>
    void navigator.clipboard.writeText(text).then(
      () => void message.success(t("documentCopied", { text })),
      () => void message.info(text),
    );
  return (
    <details className="document-how">
      <summary>{t("documentHow")}</summary>
      <p className="hint">{t("documentHowText")}</p>
      {offered(table, tables).map(({ through, isList, placeholders }) => (
        <div key={through ?? ""}>
          {isList && <p className="hint">{t("documentHowRows")}</p>}
          <div className="document-codes">
            {placeholders.map((text) => (
              <button type="button" key={text} onClick={() => copy(text)}>
                {text}
              </button>
            ))}
          </div>
        </div>
      ))}
      <p className="hint">{t("documentHowMore")}</p>
    </details>
  );
}
