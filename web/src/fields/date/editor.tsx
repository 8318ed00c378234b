/** A month of days with the keyboard, and a line where a date can be typed in any notation. */
import { useEffect, useRef, useState } from "react";
import type { EditorProps } from "../descriptor";
import { addDays, addMonths, type Day, dateText, isoDay, monthGrid, parseDay } from "./calendar";

function today(): Day {
  const now = new Date();
  return { year: now.getFullYear(), month: now.getMonth() + 1, day: now.getDate() };
}

const STEPS: Readonly<Record<string, (day: Day) => Day>> = {
  ArrowLeft: (day) => addDays(day, -1),
  ArrowRight: (day) => addDays(day, 1),
  ArrowUp: (day) => addDays(day, -7),
  ArrowDown: (day) => addDays(day, 7),
  PageUp: (day) => addMonths(day, -1),
  PageDown: (day) => addMonths(day, 1),
};

export function DateEditor({ field, fieldType, cell, typed, readonly, onChange, onDone, words }: EditorProps) {
  const original = typeof cell === "string" ? dateText(cell) : isMisfit(cell) ? cell.misfit : "";
  const hasTime = fieldType.type === "date_time";
  const [text, setText] = useState(typed ?? original);
  const [cursor, setCursor] = useState<Day>(() => parseDay(original) ?? today());
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    input.current?.focus({ preventScroll: true });
    if (typed === undefined) input.current?.select();
  }, [typed]);

  const chosen = parseDay(original);
  const save = (value: string, move?: "down" | "left" | "right") => {
    if (!readonly && value !== original) onChange(value.trim() === "" ? null : value);
    onDone(move);
  };
  const pick = (day: Day) => {
    const time = hasTime ? (/\d{1,2}:\d{2}(:\d{2})?$/.exec(text)?.[0] ?? "00:00") : "";
    save(hasTime ? `${isoDay(day)} ${time}` : isoDay(day), "down");
  };
  const key = (event: React.KeyboardEvent) => {
    event.stopPropagation();
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    const step = STEPS[event.key];
    const isTyping = event.key === "ArrowLeft" || event.key === "ArrowRight";
    if (step && !(isTyping && text !== "" && document.activeElement === input.current && !event.ctrlKey)) {
      const next = step(cursor);
      setCursor(next);
      setText(hasTime ? `${isoDay(next)} ${/\d{1,2}:\d{2}.*$/.exec(text)?.[0] ?? "00:00"}` : isoDay(next));
    } else if (event.key === "Enter") save(text, "down");
    else if (event.key === "Tab") save(text, event.shiftKey ? "left" : "right");
    else if (event.key === "Escape") onDone();
    else return;
    event.preventDefault();
  };
  const now = today();
  const title = words.month.replace("{year}", String(cursor.year)).replace("{month}", String(cursor.month));
  return (
    <div className="field-date">
      <input
        ref={input}
        className="field-input"
        aria-label={field.name}
        placeholder={words.typeDate}
        value={text}
        readOnly={readonly}
        onChange={(event) => {
          setText(event.target.value);
          const read = parseDay(event.target.value);
          if (read) setCursor(read);
        }}
        onKeyDown={key}
      />
      <div className="field-date-head">
        <button
          type="button"
          className="field-button"
          aria-label={words.previousMonth}
          onClick={() => setCursor(addMonths(cursor, -1))}
        >
          ‹
        </button>
        <span aria-live="polite">{title}</span>
        <button
          type="button"
          className="field-button"
          aria-label={words.nextMonth}
          onClick={() => setCursor(addMonths(cursor, 1))}
        >
          ›
        </button>
      </div>
      <div className="field-date-grid">
        {words.weekdays.map((name) => (
          <span key={name} className="field-date-weekday">
            {name}
          </span>
        ))}
        {monthGrid(cursor.year, cursor.month).map((day) => (
          <button
            key={isoDay(day)}
            type="button"
            tabIndex={-1}
            disabled={readonly}
            className="field-date-day"
            aria-label={isoDay(day)}
            aria-pressed={chosen !== null && isoDay(chosen) === isoDay(day)}
            data-other={day.month !== cursor.month || undefined}
            data-today={isoDay(day) === isoDay(now) || undefined}
            data-current={isoDay(day) === isoDay(cursor) || undefined}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => pick(day)}
          >
            {day.day}
          </button>
        ))}
      </div>
      {!readonly && (
        <div className="field-date-foot">
          <button type="button" className="field-button" onClick={() => pick(now)}>
            {words.today}
          </button>
          <button type="button" className="field-button" onClick={() => save("")}>
            {words.clear}
          </button>
        </div>
      )}
    </div>
  );
}

function isMisfit(cell: EditorProps["cell"]): cell is { misfit: string } {
  return cell !== null && typeof cell === "object" && "misfit" in cell;
}
