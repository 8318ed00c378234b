/**
 * The wire: JSON shapes of docs/design/002-wire.md that the grid's data path uses (windows, patches, commands).
 *
 * In and out: types only. Law: nothing here computes; ids are strings, revisions are numbers. REST types that are
 * generated from the OpenAPI document stand in `generated/`.
 */

export interface Attachment {
  digest: string;
  name: string;
  mime: string;
  size_bytes: number;
  width_px: number;
  height_px: number;
}

/** A linked record with what it is called. */
export interface Linked {
  id: string;
  text: string;
}

/** One cell as the server writes it; what an object means is told by its only key. */
export type WireCell =
  | null
  | number
  | boolean
  | string
  | string[]
  | Attachment[]
  | Linked[]
  | { error: string }
  | { misfit: string }
  | { pending: true };

/** One cell as a command carries it: a text is read by the field's type, other shapes are values, null clears. */
export type WireInput = null | number | boolean | string | string[] | Attachment[] | Linked[] | { misfit: string };

export type AiState = "queued" | "running" | "ok" | "needs_review" | "failed" | "stale" | "locked" | "skipped";

export interface WireNote {
  state: AiState;
  reason?: string | null;
  keys?: string[];
  /** Who said that the answer is right. */
  by?: string | null;
}

export interface SelectOption {
  id: string;
  name: string;
  /** 0–11: one of the twelve tints. */
  color: number;
}

export type FieldTypeKey =
  | "text"
  | "long_text"
  | "number"
  | "currency"
  | "percent"
  | "date"
  | "date_time"
  | "checkbox"
  | "select"
  | "multi_select"
  | "attachment"
  | "url"
  | "phone"
  | "email"
  | "barcode"
  | "rating"
  | "progress"
  | "duration"
  | "person"
  | "auto_number"
  | "created_time"
  | "modified_time"
  | "created_by"
  | "modified_by"
  | "button"
  | "link"
  | "formula";

export type ButtonAction =
  | { do: "open_url"; url: string }
  | { do: "set_value"; field: string; value: string }
  | { do: "increment"; field: string; by: number };

/** The settings of a field's type, flat beside `type`. */
export interface WireFieldType {
  type: FieldTypeKey;
  decimals?: number | null;
  thousands?: boolean;
  unit?: string;
  code?: string;
  options?: SelectOption[];
  /** The highest mark of a rating. */
  max?: number;
  /** Durations: seconds are shown too. */
  seconds?: boolean;
  /** Auto numbers, e.g. `CK-{yyyyMM}-{0000}`. */
  pattern?: string;
  /** Buttons: what stands on it, and what a press does. */
  label?: string;
  action?: ButtonAction;
  /** Links: the table, whether one record at most, and the field that shows the links from there. */
  table?: string;
  single?: boolean;
  mirror?: string;
  /** Formula fields: how results are stored and shown. */
  result?: WireFieldType;
  /** Formula fields that ask a model. */
  ai?: { model?: string; policy?: "manual" | "auto" } | null;
}

export interface WireField extends WireFieldType {
  id: string;
  name: string;
  description?: string;
  formula_text?: string;
  n_misfits?: number;
}

export interface WireWindow {
  revision: number;
  n_total: number;
  from: number;
  records: string[];
  columns: Record<string, WireCell[]>;
  notes?: Record<string, Record<string, WireNote>>;
}

export interface WireError {
  code: string;
  message: string;
  hint?: string | null;
  at?: string | null;
}

export interface UndoState {
  can_undo: boolean;
  can_redo: boolean;
  undo_label?: string | null;
  redo_label?: string | null;
}

/** The commands that the grid itself sends; others go through REST. */
export type GridCommand =
  | { kind: "set_cells"; table: string; edits: CellEdit[]; add_options?: boolean }
  | {
      kind: "paste_cells";
      table: string;
      records: string[];
      fields: string[];
      rows: WireInput[][];
      append?: number;
      add_options?: boolean;
    }
  | { kind: "create_records"; table: string; records: { cells: Record<string, WireInput> }[] }
  | { kind: "add_to_cells"; table: string; records: string[]; field: string; by: number }
  | { kind: "press_button"; table: string; record: string; field: string }
  | { kind: "delete_records"; table: string; records: string[] }
  | { kind: "undo" }
  | { kind: "redo" };

export interface CellEdit {
  record: string;
  field: string;
  value: WireInput;
}

export interface PatchColumn {
  table: string;
  field: string;
  records: string[];
  cells: WireCell[];
  notes?: Record<string, WireNote>;
}

export interface PatchMessage {
  type: "patch";
  revision: number;
  actor: string;
  session?: string | null;
  client_id?: string | null;
  label: string;
  schema_changed: boolean;
  cells: PatchColumn[];
  appended?: Record<string, number>;
  removed?: Record<string, string[]>;
  order_changed?: string[];
  undo?: UndoState | null;
}

export interface JobMessage {
  type: "job";
  id: string;
  [key: string]: unknown;
}

/** Where somebody's cell cursor is. */
export interface CursorPlace {
  table?: string;
  record?: string;
  field?: string;
}

/** One window that has the base open. */
export interface PresenceRow {
  session: string;
  client: string;
  /** From 1; the windows of one browser share it. */
  number: number;
  name?: string;
  cursor?: CursorPlace;
}

export type ServerMessage =
  | { type: "welcome"; revision: number; session: string; undo?: UndoState | null }
  | PatchMessage
  | { type: "rejected"; client_id: string; error: WireError }
  | { type: "acknowledged"; client_id: string; revision: number }
  | JobMessage
  | { type: "resync"; revision: number }
  | { type: "presence"; sessions: PresenceRow[] }
  | { type: "pong" };

export type ClientMessage =
  | { type: "hello"; client: string; locale: string; name?: string }
  | { type: "watch"; table: string; view: string | null; from: number; n: number }
  | { type: "command"; client_id: string; command: GridCommand }
  | ({ type: "cursor" } & CursorPlace)
  | { type: "ping" };
