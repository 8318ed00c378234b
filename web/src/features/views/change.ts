/**
 * Changes of a view, each giving a new view.
 *
 * In: a view as the server gave it. Out: the view to send back whole. Law: pure; what a change does not touch stays
 * as it was. Tests: change.test.ts.
 */
import type { Schemas } from "../../api/client";

export type View = Schemas["ViewView"];
type ViewField = Schemas["ViewFieldView"];

export const ROW_HEIGHTS = ["compact", "normal", "comfortable", "picture", "large_picture"] as const;
/** Pixels; narrower columns cannot be grabbed, wider ones not be left again. */
export const WIDTH_PX = { min: 48, max: 1200 };

/** Fields that a view can group by. */
export const MAX_GROUPS = 3;

function withField(view: View, field: string, part: Partial<ViewField>): View {
  const isKnown = view.fields.some((known) => known.field === field);
  const fields = isKnown
    ? view.fields.map((known) => (known.field === field ? { ...known, ...part } : known))
    : [...view.fields, { field, hidden: false, ...part }];
  return { ...view, fields };
}

export function isHidden(view: View, field: string): boolean {
  return view.fields.some((known) => known.field === field && known.hidden);
}

/** Hides a field or shows it again; its width and footer stay. */
export function setHidden(view: View, field: string, hidden: boolean): View {
  return isHidden(view, field) === hidden ? view : withField(view, field, { hidden });
}

export function setWidth(view: View, field: string, widthPx: number): View {
  return withField(view, field, {
    width_px: Math.round(Math.min(WIDTH_PX.max, Math.max(WIDTH_PX.min, widthPx))),
  });
}

/** Sorts by this field after the sorts there are; a field that sorts already only changes its direction. */
export function addSort(view: View, field: string, descending = false): View {
  const isKnown = view.sorts.some((sort) => sort.field === field);
  const sorts = isKnown
    ? view.sorts.map((sort) => (sort.field === field ? { field, descending } : sort))
    : [...view.sorts, { field, descending }];
  return { ...view, sorts };
}

/** Another field or direction in place `at`. */
export function changeSort(view: View, at: number, part: Partial<Schemas["SortView"]>): View {
  return { ...view, sorts: view.sorts.map((sort, index) => (index === at ? { ...sort, ...part } : sort)) };
}

export function removeSort(view: View, at: number): View {
  return { ...view, sorts: view.sorts.filter((_, index) => index !== at) };
}

/** Groups by this field too, within the groups there are. */
export function addGroupField(view: View, field: string): View {
  const isKnown = view.groups.some((group) => group.field === field);
  if (isKnown || view.groups.length >= MAX_GROUPS) return view;
  return { ...view, groups: [...view.groups, { field, descending: false }] };
}

/** Another field, direction or span in place `at`; a span belongs to its field. */
export function changeGroupField(view: View, at: number, part: Partial<Schemas["SortView"]>): View {
  const groups = view.groups.map((group, index) => {
    if (index !== at) return group;
    const changed = { ...group, ...part };
    if (part.field !== undefined && part.field !== group.field) delete changed.by;
    return changed;
  });
  return { ...view, groups };
}

export function removeGroupField(view: View, at: number): View {
  return { ...view, groups: view.groups.filter((_, index) => index !== at) };
}

export function footerOf(view: View, field: string): string | undefined {
  return view.fields.find((known) => known.field === field)?.footer ?? undefined;
}

/** What the footer says of a field; nothing: null. */
export function setFooter(view: View, field: string, footer: string | null): View {
  if ((footerOf(view, field) ?? null) === footer) return view;
  return withField(view, field, { footer });
}
