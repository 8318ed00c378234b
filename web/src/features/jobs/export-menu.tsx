/** The table or the whole base as a file; the browser downloads it when it is written. */
import { useQueryClient } from "@tanstack/react-query";
import { App, Dropdown, Spin } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, type Schemas } from "../../api/client";
import { Icon } from "../../ui/icons";
import { download, makeExport, makeFillIn } from "./export-file";
import { FillIn } from "./fill-in";
import "./jobs.css";

interface ExportMenuProps {
  base: string;
  table: string;
  view: string | null;
  fields: Schemas["FieldView"][];
}

export function ExportMenu({ base, table, view, fields }: ExportMenuProps) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [isFilling, setFilling] = useState(false);

  const run = async (made: Promise<Schemas["ExportView"] | null>) => {
    setBusy(true);
    try {
      void queries.invalidateQueries({ queryKey: ["jobs"] });
      const ready = await made;
      if (ready) download(ready);
    } catch (error) {
      message.error(error instanceof ApiError ? [error.message, error.hint].filter(Boolean).join(" ") : String(error));
    } finally {
      setBusy(false);
    }
  };
  const start = (wanted: Schemas["NewExport"]) => run(makeExport(base, wanted));
  const makeSheet = async (fill: string[], mayAdd: boolean) => {
    await run(makeFillIn(base, { ...shown, fill, may_add: mayAdd }));
    setFilling(false);
  };
  const shown = { table, view };

  return (
    <>
      {isFilling && (
        <FillIn
          fields={fields}
          busy={busy}
          onMake={(fill, mayAdd) => void makeSheet(fill, mayAdd)}
          onClose={() => setFilling(false)}
        />
      )}
      <Dropdown
        trigger={["click"]}
        disabled={busy}
        menu={{
          items: [
            { key: "xlsx", label: t("export_xlsx"), onClick: () => void start({ format: "xlsx", ...shown }) },
            {
              key: "csv",
              label: t("export_csv"),
              onClick: () => void start({ format: "csv", encoding: "utf-8", ...shown }),
            },
            {
              key: "csv_gb",
              label: t("export_csv_gb"),
              onClick: () => void start({ format: "csv", encoding: "gb18030", ...shown }),
            },
            { key: "parquet", label: t("export_parquet"), onClick: () => void start({ format: "parquet", ...shown }) },
            { type: "divider" },
            { key: "base", label: t("exportBase"), onClick: () => void start({ format: "xlsx" }) },
            { key: "fill_in", label: t("export_fill_in"), onClick: () => setFilling(true) },
          ],
        }}
      >
        <button
          type="button"
          className="icon-button"
          aria-haspopup="menu"
          aria-label={busy ? t("exporting") : t("exportTable")}
          title={t("exportTable")}
          aria-busy={busy}
        >
          {busy ? <Spin size="small" /> : <Icon name="export" />}
          {busy && <span>{t("exporting")}</span>}
        </button>
      </Dropdown>
    </>
  );
}
