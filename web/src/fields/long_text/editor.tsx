/** A larger, resizable box for long texts. Ctrl+Enter or leaving it saves, Esc does not. */
import { useEffect, useRef, useState } from "react";
import type { EditorProps } from "../descriptor";
import { plainText } from "../descriptor";

export function LongTextEditor({ cell, typed, readonly, onChange, onDone, width, field }: EditorProps) {
  const isPlain = cell === null || typeof cell !== "object" || Array.isArray(cell);
  const original = isPlain ? plainText(cell) : "misfit" in cell ? cell.misfit : "";
  const [value, setValue] = useState(typed ?? original);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const end = area.current?.value.length ?? 0;
    area.current?.focus({ preventScroll: true });
    area.current?.setSelectionRange(end, end);
  }, []);
  const save = () => {
    if (!readonly && value !== original) onChange(value === "" ? null : value);
  };
  return (
    <textarea
      ref={area}
      className="field-long-text"
      aria-label={field.name}
      style={{ width: Math.max(320, width), height: 160, minWidth: 240, minHeight: 96, resize: "both" }}
      value={value}
      readOnly={readonly}
      onChange={(event) => setValue(event.target.value)}
      onBlur={save}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.nativeEvent.isComposing || event.keyCode === 229) return;
        if (event.key === "Escape") {
          setValue(original);
          onDone();
        } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
          save();
          onDone("down");
        } else if (event.key === "Tab") {
          event.preventDefault();
          save();
          onDone(event.shiftKey ? "left" : "right");
        }
      }}
    />
  );
}
