/** A template filled: asked from the server, handed to the browser as a file or shown as a page. */
import { ask, askFile, type Schemas, uploadAttachment } from "../../api/client";

export type Document = Schemas["DocumentView"];
export type Per = "record" | "selection";

const path = (base: string, document?: string) => `/bases/${base}/documents${document ? `/${document}` : ""}`;

export const listDocuments = (base: string) => ask<Document[]>("GET", path(base));

/** The first letters of the file's name, without its ending. */
export function nameOf(file: string): string {
  return file.replace(/\.[^.]+$/, "").trim() || file;
}

export async function addDocument(base: string, table: string, per: Per, file: File): Promise<Document> {
  const { digest } = await uploadAttachment(base, file);
  return ask("POST", path(base), { name: nameOf(file.name), table, per, digest, file_name: file.name });
}

export async function replaceFile(base: string, document: string, file: File): Promise<Document> {
  const { digest } = await uploadAttachment(base, file);
  return ask("PUT", path(base, document), { digest, file_name: file.name });
}

export const changeDocument = (base: string, document: string, change: { name?: string; per?: Per }) =>
  ask<Document>("PUT", path(base, document), change);

export const removeDocument = (base: string, document: string) => ask("DELETE", path(base, document));

export const printDocument = (base: string, document: string, records: string[]) =>
  ask<Schemas["PrintView"]>("POST", `${path(base, document)}/print`, { records });

export async function downloadDocument(base: string, document: string, records: string[]): Promise<void> {
  const { blob, name } = await askFile(`${path(base, document)}/fill`, { records });
  const link = window.document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  window.document.body.append(link);
  link.click();
  link.remove();
  // The download has its own hold of the bytes by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
