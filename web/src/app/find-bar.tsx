/** Finding in the view on the screen: how many hits, the next and the previous one, or only the rows with a hit. */
import { Checkbox, Input } from "antd";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ask, type Schemas } from "../api/client";
import type { TableSession } from "../sync/table-session";
import { ActionButton } from "../ui/parts";
import "./find-bar.css";

/** Milliseconds without a key after which a text is looked for. */
const REST_MS = 250;

type Hit = Schemas["HitView"];

/** Hits marked at a time: more than a screen shows. */
const MARKED = 400;

interface FindBarProps {
  base: string;
  session: TableSession;
  table: string;
  view: string | undefined;
  /** The row of the view to look from. */
  fromRow: () => number;
  onHit: (hit: Hit) => void;
  /** Only rows with this text are wanted; null: all rows. */
  onOnly: (text: string | null) => void;
  /** Cards know no selection: they show only the rows with a hit. */
  isCards: boolean;
  onClose: () => void;
}

export function FindBar(props: FindBarProps) {
  const { isCards, onOnly, onClose } = props;
  const { t, i18n } = useTranslation();
  const [text, setText] = useState("");
  const [isOnly, setOnly] = useState(isCards);
  const { found, look, step } = useHits(props);
  const latest = useRef({ look, onOnly });
  latest.current = { look, onOnly };
  useEffect(() => {
    const timer = setTimeout(() => {
      latest.current.look(text);
      latest.current.onOnly(isOnly && text.trim() !== "" ? text : null);
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [text, isOnly]);
  const canStep = !isOnly && (found?.n_hits ?? 0) > 0;
  const number = (n: number) => n.toLocaleString(i18n.language);
  const count = !found
    ? ""
    : found.n_hits === 0
      ? t("findNone")
      : isOnly
        ? t("nRows", { n: number(found.n_records) })
        : t(found.is_cut ? "findMore" : "findCount", { at: number(found.first + 1), n: number(found.n_hits) });
  return (
    <search className="find-bar" aria-label={t("find")}>
      <Input
        autoFocus
        allowClear
        aria-label={t("findPlaceholder")}
        placeholder={t("findPlaceholder")}
        title={t("findHint")}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === "Escape") onClose();
          else if (event.key === "Enter" && canStep) step(event.shiftKey ? -1 : 1);
          else return;
          event.preventDefault();
        }}
      />
      <span className="find-count num" role="status">
        {count}
      </span>
      {!isCards && (
        <>
          <ActionButton icon="up" label={t("findPrevious")} disabled={!canStep} onClick={() => step(-1)} />
          <ActionButton icon="down" label={t("findNext")} disabled={!canStep} onClick={() => step(1)} />
          <Checkbox checked={isOnly} onChange={(event) => setOnly(event.target.checked)}>
            {t("findOnly")}
          </Checkbox>
        </>
      )}
      <ActionButton icon="close" label={t("findClose")} onClick={onClose} />
    </search>
  );
}

/** What was found last; an answer that comes too late is dropped. */
function useHits({ base, session, table, view, fromRow, onHit }: FindBarProps) {
  const [found, setFound] = useState<Schemas["FoundView"] | null>(null);
  const under = useRef<AbortController | null>(null);
  const text = useRef("");
  const latest = useRef({ fromRow, onHit });
  latest.current = { fromRow, onHit };
  const request = useCallback(
    async (place: Record<string, string>) => {
      under.current?.abort();
      const abort = new AbortController();
      under.current = abort;
      const query = new URLSearchParams({ text: text.current, n: "1", ...place });
      if (view) query.set("view", view);
      try {
        const path = `/bases/${base}/tables/${table}/find?${query}`;
        const answer = await ask<Schemas["FoundView"]>("GET", path, undefined, abort.signal);
        if (abort.signal.aborted) return;
        setFound(answer);
        const hit = answer.hits[0];
        if (hit) latest.current.onHit(hit);
      } catch {
        // Aborted, or the connection is gone, which the banner above says.
      }
    },
    [base, table, view],
  );
  useEffect(() => () => under.current?.abort(), []);
  useMarks(session, base, table, view, found ? text.current : "", found?.revision ?? 0);
  const look = (next: string) => {
    if (next.trim() === text.current) return;
    text.current = next.trim();
    if (text.current !== "") void request({ row: String(latest.current.fromRow()) });
    else {
      under.current?.abort();
      setFound(null);
    }
  };
  /** Round and round. */
  const step = (by: 1 | -1) => {
    if (!found || found.n_hits === 0) return;
    void request({ hit: String((found.first + by + found.n_hits) % found.n_hits) });
  };
  return { found, look, step };
}

/** Marks the hits among the rows on the screen, and after every scroll. */
function useMarks(
  session: TableSession,
  base: string,
  table: string,
  view: string | undefined,
  text: string,
  revision: number,
): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another revision may have other hits.
  useEffect(() => {
    if (text === "") return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const mark = async (from: number) => {
      const query = new URLSearchParams({ text, n: String(MARKED), row: String(from) });
      if (view) query.set("view", view);
      try {
        const path = `/bases/${base}/tables/${table}/find?${query}`;
        const answer = await ask<Schemas["FoundView"]>("GET", path, undefined, abort.signal);
        const hits = new Map<string, Set<string>>();
        for (const { record, field } of answer.hits) hits.set(record, (hits.get(record) ?? new Set()).add(field));
        session.setHits(hits);
      } catch {
        // Aborted, or the connection is gone: marks are no news.
      }
    };
    const stop = session.onShown((from) => {
      clearTimeout(timer);
      timer = setTimeout(() => void mark(from), REST_MS / 2);
    });
    return () => {
      stop();
      clearTimeout(timer);
      abort.abort();
      session.setHits(new Map());
    };
  }, [session, base, table, view, text, revision]);
}
