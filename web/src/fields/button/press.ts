/** Opens the page of a button; pages that are no web pages are not opened. */
import type { WireField } from "../../api/wire";
import { pageOf } from "./descriptor";

export function openPage(url: string, fields: readonly WireField[], shown: (field: WireField) => string): void {
  const page = pageOf(url, fields, shown);
  if (page) window.open(page, "_blank", "noopener,noreferrer");
}
