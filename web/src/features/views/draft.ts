/** A view as the person left it a moment ago, so that quick changes build on one another before the server answers. */
import { useEffect, useState } from "react";
import type { View } from "./change";

/** Milliseconds after which what the server says counts again. */
const TRUST_MS = 1_500;

export function useDraft(view: View, onChange: (view: View) => void): [View, (next: View) => void] {
  const [draft, setDraft] = useState<View | null>(null);
  useEffect(() => {
    if (!draft) return;
    const timer = setTimeout(() => setDraft(null), TRUST_MS);
    return () => clearTimeout(timer);
  }, [draft]);
  const change = (next: View) => {
    setDraft(next);
    onChange(next);
  };
  return [draft?.id === view.id ? draft : view, change];
}
