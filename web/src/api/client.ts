/** REST: one function that asks, one error that carries what the server said. Types come from the OpenAPI document. */
import i18n from "i18next";
import type { components } from "./generated/schema";
import type { Attachment, WireError } from "./wire";

export type Schemas = components["schemas"];

const ROOT = "/api/v1";
/** Who acts, for undo: the same identity as on the socket. */
let clientId = "";

export function actAs(client: string): void {
  clientId = client;
}

/** What the server (or the network) said instead of an answer; texts are in the user's language. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly hint: string | null = null,
    readonly at: string | null = null,
  ) {
    super(message);
  }
}

function networkError(): ApiError {
  const isEnglish = i18n.language === "en";
  return new ApiError(
    "network",
    isEnglish ? "The server does not answer." : "连接不上服务器。",
    isEnglish ? "Check that Suanpan is running, then try again." : "请确认算盘正在运行，然后重试。",
  );
}

async function readError(answer: Response): Promise<ApiError> {
  const body = (await answer.json().catch(() => null)) as WireError | null;
  if (body?.code) return new ApiError(body.code, body.message, body.hint ?? null, body.at ?? null);
  return new ApiError(`http_${answer.status}`, `${answer.status} ${answer.statusText}`);
}

export async function ask<T>(
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const headers: Record<string, string> = { "accept-language": i18n.language, "x-suanpan-client": clientId };
  if (body !== undefined) headers["content-type"] = "application/json";
  let answer: Response;
  try {
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    answer = await fetch(ROOT + path, { method, headers, ...content, ...(signal ? { signal } : {}) });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw networkError();
  }
  if (!answer.ok) throw await readError(answer);
  const text = await answer.text();
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

/** A file that is made on request, with the name that the server gives it. */
export async function askFile(path: string, body: unknown): Promise<{ blob: Blob; name: string }> {
  const headers = { "accept-language": i18n.language, "content-type": "application/json" };
  let answer: Response;
  try {
    answer = await fetch(ROOT + path, { method: "POST", headers, body: JSON.stringify(body) });
  } catch {
    throw networkError();
  }
  if (!answer.ok) throw await readError(answer);
  const [, name] = (answer.headers.get("content-disposition") ?? "").split("filename*=UTF-8''");
  return { blob: await answer.blob(), name: decodeURIComponent(name ?? "file") };
}

/** Sends a file as it is; `fetch` tells no upload progress, so this is an XMLHttpRequest. */
function send<T>(path: string, file: Blob, onProgress?: (share: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", ROOT + path);
    request.setRequestHeader("accept-language", i18n.language);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.onprogress = (event) => onProgress?.(event.total > 0 ? event.loaded / event.total : 0);
    request.onerror = () => reject(networkError());
    request.onload = () => {
      const body = (() => {
        try {
          return JSON.parse(request.responseText) as T & WireError;
        } catch {
          return null;
        }
      })();
      if (request.status < 300 && body) resolve(body);
      else if (body?.code) reject(new ApiError(body.code, body.message, body.hint ?? null));
      else reject(new ApiError(`http_${request.status}`, request.statusText || "error"));
    };
    request.send(file);
  });
}

export async function uploadForImport(file: File, onProgress: (share: number) => void): Promise<string> {
  const made = await send<{ upload: string }>(`/uploads?name=${encodeURIComponent(file.name)}`, file, onProgress);
  return made.upload;
}

export function uploadAttachment(base: string, file: File): Promise<Attachment> {
  return send<Attachment>(`/uploads?name=${encodeURIComponent(file.name)}&base=${base}`, file);
}

/** Any command that does not go through the table's socket session. */
export function command(base: string, body: object, dryRun = false): Promise<Schemas["CommandAnswer"]> {
  return ask("POST", `/bases/${base}/commands`, { command: body, ...(dryRun ? { dry_run: true } : {}) });
}

export function blobUrl(base: string, digest: string, thumb: 64 | 256 | 1024): string {
  return `${ROOT}/bases/${base}/blobs/${digest}?thumb=${thumb}`;
}

export function socketUrl(base: string): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${ROOT}/bases/${base}/socket`;
}

export function fileUrl(path: string): string {
  return ROOT + path;
}
