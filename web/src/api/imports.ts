/** Imports over REST: upload, start, look, confirm. */
import { ask, type Schemas, uploadForImport } from "./client";

/** Uploads a file and starts its reading; gives the job. */
export async function startImport(file: File, onProgress: (share: number) => void, base?: string): Promise<string> {
  const upload = await uploadForImport(file, onProgress);
  const { job } = await ask<{ job: string }>("POST", "/imports", { upload, ...(base ? { base } : {}) });
  return job;
}

export function getImport(job: string): Promise<Schemas["ImportView"]> {
  return ask("GET", `/imports/${job}`);
}

/** Opens a workbook that waits for its password; gives the new job. */
export async function unlockImport(job: string, password: string): Promise<string> {
  return (await ask<{ job: string }>("POST", `/imports/${job}/unlock`, { password })).job;
}

export function confirmImport(job: string, choice: Schemas["Confirm"]): Promise<unknown> {
  return ask("POST", `/imports/${job}/confirm`, choice);
}

export function intoTargets(job: string): Promise<Schemas["IntoTargets"]> {
  return ask("GET", `/imports/${job}/into`);
}

/** A plan for a sheet and a table; `fresh`: as if no mapping were kept. */
export function proposeInto(job: string, wanted: Schemas["ProposeRequest"]): Promise<Schemas["ProposalView"]> {
  return ask("POST", `/imports/${job}/into/propose`, wanted);
}

export function compareInto(job: string, wanted: Schemas["CompareRequest"]): Promise<Schemas["ComparisonView"]> {
  return ask("POST", `/imports/${job}/into/compare`, wanted);
}

export type LineKind = "changed" | "added" | "problems" | "missing";

export function comparedLines(
  job: string,
  sheet: number,
  kind: LineKind,
  from: number,
  n: number,
): Promise<Schemas["ImportLines"]> {
  return ask("GET", `/imports/${job}/into/${sheet}/lines?kind=${kind}&from=${from}&n=${n}`);
}
