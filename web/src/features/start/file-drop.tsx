/** The big drop area: uploads the file, starts its reading, goes to the preview. */
import { useNavigate } from "@tanstack/react-router";
import { Button } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../../api/client";
import { startImport } from "../../api/imports";
import { Icon } from "../../ui/icons";
import { Note, Progress } from "../../ui/parts";

export function FileDrop({ base, compact = false }: { base?: string; compact?: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const [share, setShare] = useState<number | null>(null);
  const [error, setError] = useState<ApiError | null>(null);

  const take = async (file: File | undefined) => {
    if (!file) return;
    setError(null);
    setShare(0);
    try {
      const job = await startImport(file, setShare, base);
      await navigate({ to: "/import/$job", params: { job } });
    } catch (caught) {
      setError(caught instanceof ApiError ? caught : new ApiError("unknown", String(caught)));
    } finally {
      setShare(null);
    }
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra; the button inside does the same.
    <div
      className="drop"
      data-over={isOver}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void take(event.dataTransfer.files[0]);
      }}
    >
      {!compact && <Icon name="import" size={28} />}
      <h1>{t("dropTitle")}</h1>
      {!compact && <p className="dim">{t("dropHint")}</p>}
      {share === null ? (
        <Button type="primary" size="large" onClick={() => input.current?.click()}>
          {t("chooseFile")}
        </Button>
      ) : (
        <div style={{ width: 240 }}>
          <Progress done={share} of={1} label={t("uploading", { percent: Math.round(share * 100) })} />
          <span className="hint num">{t("uploading", { percent: Math.round(share * 100) })}</span>
        </div>
      )}
      <span className="hint">{t("dropSmall")}</span>
      {error && (
        <Note kind="bad">
          {error.message} {error.hint}
        </Note>
      )}
      <input
        ref={input}
        type="file"
        data-testid="file-input"
        hidden
        aria-label={t("chooseFile")}
        accept=".xlsx,.xlsm,.xlsb,.xls,.et,.ods,.fods,.csv,.tsv,.txt,.html,.htm,.xml"
        onChange={(event) => {
          void take(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
    </div>
  );
}
