/** Random ids from `getRandomValues`: a plain-http LAN page has no `crypto.randomUUID`. */

/** 32 hex digits. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The identity of this browser as an actor for undo; kept across reloads where storage is allowed. */
export function clientIdentity(storage: Pick<Storage, "getItem" | "setItem"> | null): string {
  const key = "suanpan.client";
  try {
    const kept = storage?.getItem(key);
    if (kept) return kept;
    const made = randomId();
    storage?.setItem(key, made);
    return made;
  } catch {
    return randomId();
  }
}
