/** What is going on: imports, exports and AI batches, each with its progress; what runs can be stopped. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { ApiError, ask, fileUrl, type Schemas } from "../../api/client";
import { ActionButton, Note, Panel, Progress } from "../../ui/parts";
import { isRunning } from "./job-state";

type Job = Schemas["Job"];

/** Milliseconds between two looks while the panel is open. */
const LOOK_MS = 700;

export function JobsPanel({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const jobs = useQuery({
    queryKey: ["jobs"],
    queryFn: () => ask<Job[]>("GET", "/jobs"),
    refetchInterval: LOOK_MS,
  });

  const cancel = async (job: Job) => {
    try {
      await ask("POST", `/jobs/${job.id}/cancel`);
      await queries.invalidateQueries({ queryKey: ["jobs"] });
    } catch (error) {
      message.error(error instanceof ApiError ? error.message : String(error));
    }
  };

  return (
    <Panel title={t("jobs")} onClose={onClose}>
      {jobs.error && !jobs.data && (
        <Note kind="bad">
          {jobs.error.message} <Button onClick={() => void jobs.refetch()}>{t("retry")}</Button>
        </Note>
      )}
      {jobs.data?.length === 0 && <p className="hint">{t("noJobs")}</p>}
      <ul className="form">
        {(jobs.data ?? []).map((job) => (
          <JobRow key={job.id} job={job} onCancel={() => void cancel(job)} />
        ))}
      </ul>
    </Panel>
  );
}

function JobRow({ job, onCancel }: { job: Job; onCancel: () => void }) {
  const { t, i18n } = useTranslation();
  const count = (n: number) => n.toLocaleString(i18n.language);
  const title = `${t(`kind_${job.kind}`)} · ${job.label}`;
  return (
    <li>
      <div className="row">
        <span className="grow cut" title={job.label}>
          {title}
        </span>
        {job.of > 0 && (
          <span className="hint num">
            {count(job.done)} / {count(job.of)}
          </span>
        )}
        <span className={job.state === "failed" ? "hint bad" : "hint"}>{t(`state_${job.state}`)}</span>
        {isRunning(job.state) && <ActionButton icon="close" label={`${t("cancel")} ${title}`} onClick={onCancel} />}
        {job.kind === "export" && job.state === "done" && (
          <a
            className="icon-button"
            href={fileUrl(`/exports/${job.id}/file`)}
            download
            aria-label={`${t("download")} ${job.label}`}
          >
            {t("download")}
          </a>
        )}
      </div>
      {isRunning(job.state) && <Progress done={job.done} of={job.of} ai={job.kind === "ai"} label={title} />}
      {job.message && <p className="hint">{job.message}</p>}
      {job.error && (
        <Note kind="bad">
          {job.error.message} {job.error.hint}
        </Note>
      )}
    </li>
  );
}
