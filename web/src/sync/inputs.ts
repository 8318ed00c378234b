/** Cells as inputs of commands: pasted texts and copies of other cells. Tests: table-session.test.ts. */
import type { WireCell, WireField, WireInput } from "../api/wire";
import type { PastedCell } from "../grid/types";

export function pastedInput(cell: PastedCell, field: WireField | undefined): WireInput {
  if (cell.value !== undefined && isOwnShape(cell.value, field)) {
    try {
      const value = JSON.parse(cell.value) as WireInput;
      if (Array.isArray(value)) return value;
    } catch {
      // Another product's attribute of the same name: the text counts.
    }
  }
  return cell.text === "" ? null : cell.text;
}

/** A cell as it is, as input; errors and pending cells have no value. */
export function asInput(cell: WireCell | undefined): WireInput {
  if (cell === undefined || cell === null) return null;
  if (typeof cell === "object" && !Array.isArray(cell)) return "misfit" in cell ? cell : null;
  return cell;
}

/** A list of files goes into attachments alone, linked records into links. */
function isOwnShape(value: string, field: WireField | undefined): boolean {
  return field?.type === "attachment"
    ? value.includes('"digest"')
    : field?.type === "link" && !value.includes('"digest"');
}

export function isObjects(cell: WireCell | undefined): boolean {
  return Array.isArray(cell) && typeof cell[0] === "object";
}
