/** What taking back, or going back to a moment, would do, as the lines of its question. Tests: effects.test.ts. */
import type { Schemas } from "../../api/client";

type Counts = Omit<Schemas["TakeBackPreview"], "conflicts" | "n_conflicts">;

export interface Effect {
  what: "set" | "restore" | "remove" | "alter";
  n: number;
}

/** In the order in which people ask; none where nothing would be changed. */
export function effectsOf(preview: Counts): Effect[] {
  const all: Effect[] = [
    { what: "set", n: preview.n_cells },
    { what: "restore", n: preview.n_records_restored },
    { what: "remove", n: preview.n_records_removed },
    { what: "alter", n: preview.n_schema },
  ];
  return all.filter(({ n }) => n > 0);
}
