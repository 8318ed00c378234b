/** Imports, exports and AI batches: how far, what went wrong, stop. */
import { useQuery } from "@tanstack/react-query";
import { App } from "antd";
import { useTranslation } from "react-i18next";
import { ApiError, ask, type Schemas } from "../../api/client";
import { ActionButton, Panel, Progress } from "../../ui/parts";

const OPEN = ["queued", "running", "importing", "staging", "paused"];

export function JobsPanel({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const jobs = useQuery({ queryKey: ["jobs"], queryFn: () => ask<Schemas["Job"][]>("GET", "/jobs"), refetchInterval: 700 });
  const cancel = (id: string) =>
    void ask("POST", `/jobs/${encodeURIComponent(id)}/cancel`)
      .then(() => jobs.refetch())
      .catch((error: unknown) => message.error(error instanceof ApiError ? error.message : String(error)));
  return (
    <Panel title={t("jobs")} onClose={onClose}>
      {jobs.data?.length === 0 && <p className="dim">{t("noJobs")}</p>}
      <ul className="form">
        {jobs.data?.map((job) => (
          <li key={job.id} style={{ display: "grid", gap: 4 }}>
            <span className="row">
              <b className="grow cut">
                {t(`kind_${job.kind}`)} · {job.label}
              </b>
              {OPEN.includes(job.state) && <ActionButton icon="close" label={t("cancel")} onClick={() => cancel(job.id)} />}
            </span>
            <Progress ai={job.kind === "ai"} done={job.done} of={job.of} label={job.label} />
            <span className="hint num">
              {t(`state_${job.state}`)} · {job.done} / {job.of}
              {job.message && ` · ${job.message}`}
            </span>
            {job.error && <span className="bad">{[job.error.message, job.error.hint].filter(Boolean).join(" ")}</span>}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
