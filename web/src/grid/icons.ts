/**
 * Line icons of the canvas: 16 px box, 1.5 px strokes, one name each.
 *
 * Law: the same paths serve the DOM (`iconPath`), so that a field type looks the same in every place.
 */

const PATHS: Readonly<Record<string, string>> = {
  text: "M3 4.5V3.25h10V4.5M8 3.25v9.5M6.25 12.75h3.5",
  long_text: "M2.75 4h10.5M2.75 8h10.5M2.75 12h6",
  number: "M6.25 2.75l-1.5 10.5M11.25 2.75l-1.5 10.5M2.75 5.75h10.5M2.75 10.25h10.5",
  currency: "M4 2.75l4 5 4-5M8 7.75v5.5M4.75 8.25h6.5M4.75 10.75h6.5",
  percent:
    "M12.5 3.5l-9 9M5 6.75a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.5zM11 12.75a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.5z",
  date: "M2.75 4h10.5v9.25H2.75zM2.75 7h10.5M5.5 2.25v3M10.5 2.25v3",
  date_time: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 5v3.25l2.25 1.25",
  checkbox: "M3 3h10v10H3zM5.5 8l1.75 1.75L10.75 6",
  select: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM5.75 7.25L8 9.5l2.25-2.25",
  multi_select:
    "M2.5 4.25l.9.9 1.6-1.8M2.5 8.25l.9.9 1.6-1.8M2.5 12.25l.9.9 1.6-1.8M7.25 4.25h6M7.25 8.25h6M7.25 12.25h6",
  attachment: "M2.5 3.25h11v9.5h-11zM2.5 11l3.25-3.25 2.5 2.5 1.75-1.75 3.5 3.25M10.25 6.25h.01",
  url: "M6.75 9.25a2.5 2.5 0 0 0 3.6 0l2-2a2.55 2.55 0 0 0-3.6-3.6l-.75.75M9.25 6.75a2.5 2.5 0 0 0-3.6 0l-2 2a2.55 2.55 0 0 0 3.6 3.6l.75-.75",
  phone: "M5 2.25h6v11.5H5zM7.25 11.75h1.5",
  email: "M2.25 4h11.5v8.5H2.25zM2.5 4.5L8 9l5.5-4.5",
  barcode: "M2.75 3.5v9M5 3.5v9M7 3.5v9M9.75 3.5v9M11.5 3.5v9M13.5 3.5v9",
  rating: "M8 2.25l1.75 3.6 3.95.55-2.87 2.77.69 3.93L8 11.22 4.48 13.1l.69-3.93L2.3 6.4l3.95-.55z",
  progress: "M2.25 6h11.5v4H2.25zM2.25 8h6.5",
  duration: "M5.75 2.25h4.5M8 4a4.75 4.75 0 1 0 0 9.5A4.75 4.75 0 0 0 8 4zM8 6.25v2.5h2",
  link: "M2.5 3.5h5v3h-5zM8.5 9.5h5v3h-5zM5 6.5V11h3.5M11 9.5V5H7.5",
  lookup: "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9m3.2 7.7L13.5 13.5M5 7h4",
  rollup: "M12.5 4V3h-9l4.5 5-4.5 5h9v-1",
  person: "M8 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM3.25 13.5c.4-2.75 2.2-4.25 4.75-4.25s4.35 1.5 4.75 4.25",
  auto_number: "M2.5 4.5L4 3.5v4M2.5 7.5h3M7.75 4.5h5.5M7.75 8h5.5M7.75 11.5h5.5M2.5 10.25h2.25L2.5 13h2.75",
  created_time: "M7.5 3a5 5 0 1 0 5 5M7.5 5.5V8l1.75 1M12.25 2v3.5M10.5 3.75H14",
  modified_time: "M7.5 3a5 5 0 1 0 5 5M7.5 5.5V8l1.75 1M10.25 5.5l3.25-3.25.75.75L11 6.25z",
  created_by:
    "M6.5 7.5a2.25 2.25 0 1 0 0-4.5 2.25 2.25 0 0 0 0 4.5zM2.25 13.25c.35-2.5 2-3.75 4.25-3.75s3.9 1.25 4.25 3.75M12 4v4M10 6h4",
  modified_by:
    "M6.5 7.5a2.25 2.25 0 1 0 0-4.5 2.25 2.25 0 0 0 0 4.5zM2.25 13.25c.35-2.5 2-3.75 4.25-3.75s3.9 1.25 4.25 3.75M10.25 7.25l3.25-3.25.75.75L11 8z",
  button: "M2.25 4.75h11.5v6.5H2.25zM5 8h6",
  formula: "M12 3.25h-1.1c-1 0-1.6.6-1.8 1.6L7.4 11.2c-.2 1-.8 1.6-1.8 1.6H4.5M5.5 7h5.5",
  spark: "M8 2.25l1.4 4.35L13.75 8 9.4 9.4 8 13.75 6.6 9.4 2.25 8 6.6 6.6z",
  lock: "M4.25 7.5h7.5v5.75h-7.5zM5.75 7.5V5.25a2.25 2.25 0 0 1 4.5 0V7.5",
  plus: "M8 3.25v9.5M3.25 8h9.5",
  menu: "M4.5 6.5L8 10l3.5-3.5",
  expand: "M9.5 3h3.5v3.5M13 3L9 7M6.5 13H3V9.5M3 13l4-4",
};

const made = new Map<string, Path2D>();

export function iconPath(name: string): string {
  return PATHS[name] ?? PATHS.text ?? "";
}

export function iconShape(name: string): Path2D {
  const known = made.get(name);
  if (known) return known;
  const shape = new Path2D(iconPath(name));
  made.set(name, shape);
  return shape;
}
