/**
 * One line-icon set, 1.5 px strokes on a 16 px square. In: a name; names of field types are those of the grid's header.
 * Law: icons never carry meaning without a label.
 */
import { iconPath } from "../grid/icons";

const PATHS: Record<string, string> = {
  add: "M8 3v10M3 8h10",
  back: "M10 3 5 8l5 5",
  bolt: "M9 2 4 9h4l-1 5 5-7H8z",
  card: "M2.5 4h11v8h-11zM5 7h3M5 9.5h6",
  check: "m3 8.5 3 3 7-7",
  close: "m4 4 8 8m0-8-8 8",
  columns: "M2.5 3h11v10h-11zM6 3v10m4-10v10",
  down: "m4 6 4 4 4-4",
  export: "M8 10V2.5M5 5l3-3 3 3M3 9v4h10V9",
  filter: "M2.5 4h11M4.5 8h7M6.5 12h3",
  find: "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9m3.2 7.7L13.5 13.5",
  grid: "M2.5 3h11v10h-11zM2.5 6.5h11M2.5 10h11M6 3v10",
  history: "M3 8a5 5 0 1 0 1.6-3.7L3 6m0-3v3h3M8 5.5V8l2 1.5",
  home: "M3 7.5 8 3l5 4.5V13H9.5V9.5h-3V13H3z",
  image: "M2.5 3h11v10h-11zM5.5 6.2h.01M3 11.5l3.5-3 2 2 2-1.8 2.5 2.3",
  import: "M8 2.5V10M5 7.5l3 3 3-3M3 11v2h10v-2",
  jobs: "M3 4h10M3 8h10M3 12h6",
  language: "M2.5 8a5.5 5.5 0 1 0 11 0 5.5 5.5 0 0 0-11 0M2.5 8h11M8 2.5c2 1.6 2 9.4 0 11-2-1.6-2-9.4 0-11",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  pencil: "M3 13v-2.5L10.5 3 13 5.5 5.5 13z",
  print: "M4.5 6V2.5h7V6M4.5 11.5h-2V6h11v5.5h-2M4.5 9.5h7v4h-7z",
  redo: "M13 7H6a3 3 0 0 0 0 6h2m5-6-3-3m3 3-3 3",
  rows: "M2.5 3.5h11M2.5 8h11M2.5 12.5h11",
  settings: "M3 5h6m3 0h1M3 11h1m3 0h6M10.5 3.5v3M5.5 9.5v3",
  group: "M2.5 3h4M5 6h8.5M5 8.5h8.5M2.5 11h4M5 13.5h8.5",
  sort: "M5 3v10m0 0L2.5 10.5M5 13l2.5-2.5M11 13V3m0 0L8.5 5.5M11 3l2.5 2.5",
  table: "M2.5 3h11v10h-11zM2.5 6.5h11M6.5 6.5V13",
  trash: "M3 4.5h10M6 4.5V3h4v1.5M4.5 4.5l.5 8.5h6l.5-8.5",
  up: "m4 10 4-4 4 4",
  undo: "M3 7h7a3 3 0 0 1 0 6H8M3 7l3-3M3 7l3 3",
  rail: "M2.5 3h11v10h-11zM6.5 3v10",
};

export function Icon({ name, size = 16 }: { name: string; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name] ?? iconPath(name)} />
    </svg>
  );
}
