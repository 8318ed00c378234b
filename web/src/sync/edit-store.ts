/**
 * Where unconfirmed edits are kept on this machine: IndexedDB, or memory in tests.
 *
 * Main type: [`EditStore`]. Law: calls take effect in the order in which they were made; `adopt` is one transaction,
 * so that of two windows only one gets an edit. Tests: kept-edits.test.ts.
 */
import type { GridCommand, WireError } from "../api/wire";
import type { SpeculativeCell } from "./outbox";

/** One edit on disk. */
export interface KeptEdit {
  clientId: string;
  base: string;
  /** The window that answers for it. */
  tab: string;
  /** Grows with every edit in every window of this browser. */
  order: number;
  command: GridCommand;
  cells: SpeculativeCell[];
  /** The server refused it: kept until the user has seen it. */
  error?: WireError;
}

export interface EditStore {
  put(edit: KeptEdit): Promise<void>;
  remove(clientId: string): Promise<void>;
  /** The edits of a base, oldest first. */
  all(base: string): Promise<KeptEdit[]>;
  /** Makes these edits those of a window, unless they are gone or another window's than `from` by now. */
  adopt(edits: readonly KeptEdit[], tab: string): Promise<KeptEdit[]>;
}

const DATABASE = "suanpan";
const EDITS = "edits";

export class IndexedDbStore implements EditStore {
  private opened: Promise<IDBDatabase> | undefined;

  async put(edit: KeptEdit): Promise<void> {
    await this.run("readwrite", (edits) => edits.put(edit));
  }

  async remove(clientId: string): Promise<void> {
    await this.run("readwrite", (edits) => edits.delete(clientId));
  }

  async all(base: string): Promise<KeptEdit[]> {
    const found = await this.run<KeptEdit[]>("readonly", (edits) => edits.index("base").getAll(base));
    return found.sort(byOrder);
  }

  async adopt(wanted: readonly KeptEdit[], tab: string): Promise<KeptEdit[]> {
    const database = await this.open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(EDITS, "readwrite");
      const edits = transaction.objectStore(EDITS);
      const taken: KeptEdit[] = [];
      for (const edit of wanted) {
        const request: IDBRequest<KeptEdit | undefined> = edits.get(edit.clientId);
        request.onsuccess = () => {
          if (request.result?.tab !== edit.tab) return;
          const own = { ...request.result, tab };
          edits.put(own);
          taken.push(own);
        };
      }
      transaction.oncomplete = () => resolve(taken.sort(byOrder));
      transaction.onabort = () => reject(transaction.error);
    });
  }

  private async run<T>(mode: IDBTransactionMode, act: (edits: IDBObjectStore) => IDBRequest): Promise<T> {
    const database = await this.open();
    return new Promise((resolve, reject) => {
      // "strict": an edit that is told to be kept survives a power cut.
      const transaction = database.transaction(EDITS, mode, { durability: "strict" });
      const request = act(transaction.objectStore(EDITS));
      transaction.oncomplete = () => resolve(request.result as T);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  private open(): Promise<IDBDatabase> {
    this.opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore(EDITS, { keyPath: "clientId" }).createIndex("base", "base");
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error("the database of edits is blocked"));
    });
    return this.opened;
  }
}

/** For tests: several windows may share one. */
export class MemoryStore implements EditStore {
  readonly edits = new Map<string, KeptEdit>();
  isBroken = false;

  async put(edit: KeptEdit): Promise<void> {
    if (this.isBroken) throw new Error("the disk is full");
    this.edits.set(edit.clientId, structuredClone(edit));
  }

  async remove(clientId: string): Promise<void> {
    this.edits.delete(clientId);
  }

  async all(base: string): Promise<KeptEdit[]> {
    return [...this.edits.values()].filter((edit) => edit.base === base).sort(byOrder);
  }

  async adopt(wanted: readonly KeptEdit[], tab: string): Promise<KeptEdit[]> {
    const own = wanted.filter((edit) => this.edits.get(edit.clientId)?.tab === edit.tab);
    for (const edit of own) this.edits.set(edit.clientId, { ...edit, tab });
    return own.map((edit) => ({ ...edit, tab }));
  }
}

function byOrder(a: KeptEdit, b: KeptEdit): number {
  return a.order - b.order;
}
