/** A row of stars: a press or a digit sets the mark, the same star again or Delete clears it. */
import { useEffect, useRef, useState } from "react";
import { iconPath } from "../../grid/icons";
import type { EditorProps } from "../descriptor";
import { DEFAULT_MAX } from "./descriptor";

export function RatingEditor({ field, fieldType, cell, typed, readonly, onChange, onDone, words }: EditorProps) {
  const max = fieldType.max ?? DEFAULT_MAX;
  const given = typeof cell === "number" ? cell : 0;
  const first = Number(typed);
  const [mark, setMark] = useState(Number.isInteger(first) && first >= 1 && first <= max ? first : given);
  const box = useRef<HTMLFieldSetElement>(null);
  // The star of the mark has the focus, so that keys go on from there.
  useEffect(() => {
    box.current?.querySelectorAll("button")[Math.max(1, mark) - 1]?.focus({ preventScroll: true });
  }, [mark]);

  const save = (value: number, move?: "down" | "left" | "right") => {
    if (!readonly && value !== given) onChange(value === 0 ? null : value);
    onDone(move);
  };
  const key = (event: React.KeyboardEvent) => {
    event.stopPropagation();
    const digit = Number(event.key);
    if (event.key === "ArrowRight" || event.key === "ArrowUp") setMark(Math.min(max, mark + 1));
    else if (event.key === "ArrowLeft" || event.key === "ArrowDown") setMark(Math.max(0, mark - 1));
    else if (event.key === "Delete" || event.key === "Backspace") setMark(0);
    else if (/^\d$/.test(event.key) && digit <= max) setMark(mark === 1 && max >= 10 && digit === 0 ? 10 : digit);
    else if (event.key === "Enter") save(mark, "down");
    else if (event.key === "Tab") save(mark, event.shiftKey ? "left" : "right");
    else if (event.key === "Escape") onDone();
    else return;
    event.preventDefault();
  };
  return (
    <fieldset className="field-rating" aria-label={field.name} ref={box}>
      {Array.from({ length: max }, (_, at) => at + 1).map((value) => (
        <button
          type="button"
          key={value}
          className="field-star"
          tabIndex={value === Math.max(1, mark) ? 0 : -1}
          data-on={value <= mark}
          aria-label={String(value)}
          aria-pressed={value === mark}
          disabled={readonly}
          onKeyDown={key}
          onClick={() => save(value === given ? 0 : value)}
        >
          <svg viewBox="0 0 16 16" width="20" height="20" aria-hidden="true">
            <path d={iconPath("rating")} />
          </svg>
        </button>
      ))}
      {!readonly && given > 0 && (
        <button type="button" className="field-link" tabIndex={-1} onClick={() => save(0)}>
          {words.clear}
        </button>
      )}
    </fieldset>
  );
}
