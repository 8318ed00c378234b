/** What the page keeps in this browser about edits and people: one memory of edits, one name. */
import { IndexedDbStore } from "../sync/edit-store";
import { type ChannelLike, Tabs } from "../sync/tabs";

export const editStore = new IndexedDbStore();

function channel(): ChannelLike | null {
  return typeof BroadcastChannel === "function" ? (new BroadcastChannel("suanpan-tabs") as ChannelLike) : null;
}

export const tabs = new Tabs(channel());

const NAME = "suanpan.name";
/** As the server cuts it. */
export const NAME_CHARS = 24;

/** By what others know this person; empty: a guest by number. */
export function keptName(): string {
  try {
    return localStorage.getItem(NAME) ?? "";
  } catch {
    return "";
  }
}

export function keepName(name: string): void {
  try {
    localStorage.setItem(NAME, name);
  } catch {
    // Without storage the name holds until the page is closed.
  }
}
