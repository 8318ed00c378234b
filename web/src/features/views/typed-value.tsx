/** A text that is typed; it counts when typing rests, on Enter, and when the field is left. */
import { Input } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

/** Milliseconds without a key after which a typed value counts. */
const REST_MS = 400;

interface TypedValueProps {
  value: string;
  /** Absent: “value”. */
  label?: string;
  inputMode: "decimal" | "text";
  placeholder: string;
  onValue: (value: string) => void;
}

export function TypedValue({ value, label, inputMode, placeholder, onValue }: TypedValueProps) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(value);
  const latest = useRef({ value, onValue });
  latest.current = { value, onValue };
  const send = (text: string) => {
    if (text !== latest.current.value) latest.current.onValue(text);
  };
  useEffect(() => {
    const timer = setTimeout(() => {
      if (draft !== latest.current.value) latest.current.onValue(draft);
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [draft]);
  return (
    <Input
      className="grow"
      aria-label={label ?? t("filterValue")}
      placeholder={placeholder}
      inputMode={inputMode}
      value={draft}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={() => send(draft)}
      onPressEnter={() => send(draft)}
    />
  );
}
