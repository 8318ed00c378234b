/** Asks for the password of an encrypted workbook and reads it anew. */
import { Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../../api/client";
import { unlockImport } from "../../api/imports";
import { Labelled, Note } from "../../ui/parts";

export const LOCKED = ["password_needed", "wrong_password"];

export function Unlock({ job, onJob }: { job: string; onJob: (job: string) => void }) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);

  const open = async () => {
    setBusy(true);
    setError(null);
    try {
      onJob(await unlockImport(job, password));
    } catch (caught) {
      setError(caught instanceof ApiError ? caught : new ApiError("unknown", String(caught)));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      className="form"
      style={{ width: "min(320px, 100%)" }}
      onSubmit={(event) => {
        event.preventDefault();
        void open();
      }}
    >
      <Labelled label={t("filePassword")}>
        <Input.Password
          autoFocus
          autoComplete="off"
          aria-label={t("filePassword")}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </Labelled>
      {error && (
        <Note kind="bad">
          {error.message} {error.hint}
        </Note>
      )}
      <Button type="primary" htmlType="submit" block disabled={password === ""} loading={isBusy}>
        {t("openFile")}
      </Button>
    </form>
  );
}
