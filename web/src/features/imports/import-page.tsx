/** An import from reading to done: progress, preview with all decisions, errors with what to do. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { Button } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../../api/client";
import { getImport } from "../../api/imports";
import { ActionButton, Beads, Progress } from "../../ui/parts";
import { Preview } from "./preview";
import { LOCKED, Unlock } from "./unlock";
import "./imports.css";

const MOVING = ["staging", "importing", "queued", "running"];

export function ImportPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { job } = useParams({ strict: false }) as { job: string };
  const view = useQuery({
    queryKey: ["import", job],
    queryFn: () => getImport(job),
    refetchInterval: (query) => (MOVING.includes(query.state.data?.state ?? "staging") ? 250 : false),
  });
  const data = view.data;

  useEffect(() => {
    if (data?.state !== "done" || !data.base) return;
    const table = data.tables[0];
    void (table
      ? navigate({ to: "/b/$base/$table", params: { base: data.base, table }, replace: true })
      : navigate({ to: "/b/$base", params: { base: data.base }, replace: true }));
  }, [data, navigate]);

  const waits = data?.state === "previewed";
  const error = (waits ? null : data?.error) ?? (view.error instanceof ApiError ? view.error : null);
  return (
    <main className="import">
      <header className="import-head">
        <ActionButton icon="back" label={t("back")} onClick={() => void navigate({ to: "/" })} />
        <b className="cut">
          {t("importTitle")} {data?.label}
        </b>
      </header>
      {error ? (
        <div className="empty" role="alert">
          <b>{error.message}</b>
          {error.hint && <p>{error.hint}</p>}
          {error.at && <span className="hint">{error.at}</span>}
          {LOCKED.includes(error.code) && (
            <Unlock
              job={job}
              key={job}
              onJob={(next) => void navigate({ to: "/import/$job", params: { job: next }, replace: true })}
            />
          )}
          <span className="hint">{t("importFailed")}</span>
          <Button type={LOCKED.includes(error.code) ? "default" : "primary"} onClick={() => void navigate({ to: "/" })}>
            {t("otherFile")}
          </Button>
        </div>
      ) : waits && data.manifest ? null : data?.state === "importing" ? (
        <div className="empty">
          <div style={{ width: 280 }}>
            <Progress done={data.progress.done} of={data.progress.of} label={t("kind_import")} />
          </div>
          <span className="num">
            {t("importing", { done: data.progress.done.toLocaleString(), of: data.progress.of.toLocaleString() })}
          </span>
        </div>
      ) : data?.state === "cancelled" ? (
        <div className="empty">
          <b>{t("state_cancelled")}</b>
          <span className="hint">{t("importFailed")}</span>
        </div>
      ) : (
        <Beads label={t("staging")} />
      )}
      {/* Stays while the import runs: what was refused is looked at again, with all that was decided. */}
      {!error && data?.manifest && (waits || data.state === "importing") && (
        <div className="import-preview" hidden={!waits}>
          <Preview
            key={job}
            job={job}
            manifest={data.manifest}
            base={data.base ?? null}
            isWaiting={waits}
            refused={data.error?.message ?? null}
            onConfirmed={() => void view.refetch()}
          />
        </div>
      )}
    </main>
  );
}
