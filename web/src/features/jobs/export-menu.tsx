/** Export of this view or of the whole base: starts the job, waits, downloads. */
import { App, Dropdown } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, ask, fileUrl, type Schemas } from "../../api/client";
import { Icon } from "../../ui/icons";

const POLL_MS = 200;

interface ExportMenuProps {
  base: string;
  table: string;
  view: string | null;
}

export function ExportMenu({ base, table, view }: ExportMenuProps) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [isBusy, setBusy] = useState(false);

  const run = async (what: Schemas["NewExport"]) => {
    setBusy(true);
    const hide = message.loading(t("exporting"), 0);
    try {
      const { job } = await ask<{ job: string }>("POST", `/bases/${base}/exports`, what);
      download(job, await finished(job));
    } catch (error) {
      message.error(error instanceof ApiError ? [error.message, error.hint].filter(Boolean).join(" ") : String(error));
    } finally {
      hide();
      setBusy(false);
    }
  };

  const here = { table, view };
  return (
    <Dropdown
      trigger={["click"]}
      disabled={isBusy}
      menu={{
        items: [
          { key: "xlsx", label: t("export_xlsx"), onClick: () => void run({ format: "xlsx", ...here }) },
          { key: "csv", label: t("export_csv"), onClick: () => void run({ format: "csv", ...here }) },
          { key: "gb", label: t("export_csv_gb"), onClick: () => void run({ format: "csv", encoding: "gb18030", ...here }) },
          { key: "parquet", label: t("export_parquet"), onClick: () => void run({ format: "parquet", ...here }) },
          { type: "divider" },
          { key: "all", label: t("exportBase"), onClick: () => void run({ format: "xlsx" }) },
        ],
      }}
    >
      <button type="button" className="icon-button" aria-label={t("exportTable")}>
        <Icon name="export" />
        {t("exportTable")}
      </button>
    </Dropdown>
  );
}

/** The name of the file, once it is written. */
async function finished(job: string): Promise<string> {
  for (;;) {
    const view = await ask<Schemas["ExportView"]>("GET", `/exports/${job}`);
    if (view.state === "done") return view.file_name;
    if (view.error) throw new ApiError(view.error.code, view.error.message, view.error.hint ?? null);
    if (view.state === "cancelled") throw new ApiError("cancelled", view.state);
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
}

function download(job: string, name: string): void {
  const link = document.createElement("a");
  link.href = fileUrl(`/exports/${job}/file`);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}
