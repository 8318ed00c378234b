/** A file into this base, from the toolbar: a new table, or rows for one that is there. */
import { useNavigate } from "@tanstack/react-router";
import { App } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../../api/client";
import { startImport } from "../../api/imports";
import { ActionButton } from "../../ui/parts";

export function ImportButton({ base, table }: { base: string; table: string }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const [share, setShare] = useState<number | null>(null);

  const take = async (file: File | undefined) => {
    if (!file) return;
    setShare(0);
    try {
      const job = await startImport(file, setShare, base);
      await navigate({ to: "/import/$job", params: { job }, search: { table } as never });
    } catch (error) {
      message.error(error instanceof ApiError ? [error.message, error.hint].filter(Boolean).join(" ") : String(error));
    } finally {
      setShare(null);
    }
  };
  const isBusy = share !== null;
  return (
    <>
      <ActionButton
        icon="import"
        text={isBusy}
        label={isBusy ? t("uploading", { percent: Math.round(share * 100) }) : t("importFile")}
        disabled={isBusy}
        onClick={() => input.current?.click()}
      />
      <input
        ref={input}
        type="file"
        data-testid="import-file"
        hidden
        aria-label={t("importFile")}
        accept=".xlsx,.xlsm,.xls,.xlsb,.ods,.et,.csv,.tsv,.txt"
        onChange={(event) => {
          void take(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
    </>
  );
}
