/** An export from the click to the file: begin, wait, download. */
import { ApiError, ask, fileUrl, type Schemas } from "../../api/client";
import { isRunning } from "./job-state";

/** Milliseconds between two looks at a running export. */
const LOOK_MS = 400;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The finished export; throws what went wrong. A cancelled one gives null. */
export function makeExport(base: string, wanted: Schemas["NewExport"]): Promise<Schemas["ExportView"] | null> {
  return make(`/bases/${base}/exports`, wanted);
}

/** As [`makeExport`], a sheet for somebody else to fill in. */
export function makeFillIn(base: string, wanted: Schemas["NewFillIn"]): Promise<Schemas["ExportView"] | null> {
  return make(`/bases/${base}/fill-ins`, wanted);
}

async function make(path: string, wanted: object): Promise<Schemas["ExportView"] | null> {
  const { job } = await ask<Schemas["JobMade"]>("POST", path, wanted);
  let view = await ask<Schemas["ExportView"]>("GET", `/exports/${job}`);
  while (isRunning(view.state)) {
    await pause(LOOK_MS);
    view = await ask<Schemas["ExportView"]>("GET", `/exports/${job}`);
  }
  if (view.state === "cancelled") return null;
  if (view.error) throw new ApiError(view.error.code, view.error.message, view.error.hint ?? null);
  return view;
}

/** Hands the file to the browser, which streams it to disk. */
export function download(view: Schemas["ExportView"]): void {
  const link = document.createElement("a");
  link.href = fileUrl(`/exports/${view.job}/file`);
  link.download = view.file_name;
  document.body.append(link);
  link.click();
  link.remove();
}
