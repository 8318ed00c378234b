/** The phone's view: one card per record, picture left, title, two key fields, the number that matters right. */
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { blobUrl, type Schemas } from "../../api/client";
import type { Attachment, WireField } from "../../api/wire";
import { effectiveType } from "../../fields/formula/descriptor";
import { shownText } from "../../fields/registry";
import type { GroupHead } from "../../grid/types";
import type { TableSession } from "../../sync/table-session";
import { Icon } from "../../ui/icons";

const CARD_PX = 70;
const NUMERIC = ["number", "currency", "percent"];

interface RecordCardsProps {
  base: string;
  table: Schemas["TableView"];
  session: TableSession;
  onOpen: (record: string) => void;
  onToggleGroup: (row: number) => void;
}

/** Which columns a card shows, by type: picture, title, two texts, the last number. */
function plan(session: TableSession) {
  const fields = session.columns
    .map((_, col) => session.fieldAt(col))
    .filter((field): field is WireField => field !== undefined);
  const kind = (field: WireField) => effectiveType(field).type;
  const picture = fields.findIndex((field) => kind(field) === "attachment");
  const texts = fields
    .map((field, col) => ({ field, col }))
    .filter(({ field }) => kind(field) === "text" || kind(field) === "select");
  const numbers = fields.map((field, col) => ({ field, col })).filter(({ field }) => NUMERIC.includes(kind(field)));
  const title = texts.find(({ field }) => /名|name|title/i.test(field.name)) ?? texts[0];
  const rest = texts.filter((one) => one !== title).slice(0, 2);
  return {
    picture,
    title: title?.col ?? 0,
    rest: rest.map(({ col }) => col),
    number: (numbers.filter(({ field }) => kind(field) === "currency").at(-1) ?? numbers.at(-1))?.col,
  };
}

function shownAt(session: TableSession, row: number, col: number): string {
  const field = session.fieldAt(col);
  const cell = session.wireCell(row, col);
  return field && cell !== undefined ? shownText(cell, field) : "";
}

export function RecordCards({ base, session, onOpen, onToggleGroup }: RecordCardsProps) {
  const { t } = useTranslation();
  const host = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ from: 0, to: 20 });
  const [, redraw] = useState(0);
  useEffect(() => session.subscribe(() => redraw((n) => n + 1)), [session]);
  useEffect(() => session.onVisible(range.from, range.to), [session, range]);
  const scrolled = () => {
    const element = host.current;
    if (!element) return;
    const from = Math.max(0, Math.floor(element.scrollTop / CARD_PX) - 5);
    setRange({ from, to: from + Math.ceil(element.clientHeight / CARD_PX) + 10 });
  };
  const { picture, title, rest, number } = plan(session);
  const rows = Array.from(
    { length: Math.max(0, Math.min(session.rowCount, range.to) - range.from) },
    (_, n) => range.from + n,
  );
  return (
    <div className="cards" style={{ display: "block", flex: 1, overflow: "auto" }} ref={host} onScroll={scrolled}>
      {session.rowCount === 0 && session.isLoaded && (
        <div className="empty">
          <Icon name="table" size={24} />
          {t("emptyTable")}
        </div>
      )}
      <div style={{ height: session.rowCount * CARD_PX, position: "relative" }}>
        {rows.map((row) => {
          const head = session.groupAt(row);
          if (head) {
            return (
              <GroupCard
                key={session.groupPathAt(row)}
                head={head}
                sums={session.columns.flatMap(({ key, title }) => {
                  const value = head.values.get(key);
                  return value === undefined ? [] : [`${title} ${value}`];
                })}
                row={row}
                onToggle={() => onToggleGroup(row)}
              />
            );
          }
          const record = session.idOf(row);
          const cell = picture >= 0 ? session.wireCell(row, picture) : null;
          const file = Array.isArray(cell) ? (cell[0] as Attachment | undefined) : undefined;
          return (
            <button
              type="button"
              key={record ?? row}
              className="record-card"
              style={{ position: "absolute", top: row * CARD_PX, height: CARD_PX }}
              onClick={() => record && onOpen(record)}
            >
              {picture >= 0 &&
                (file ? (
                  <img src={blobUrl(base, file.digest, 256)} alt="" loading="lazy" />
                ) : (
                  <span className="blank-picture" />
                ))}
              <span className="grow">
                <b className="cut" style={{ display: "block" }}>
                  {session.copyText(row, title) || t("noTitle")}
                </b>
                <span className="hint cut" style={{ display: "block" }}>
                  {rest
                    .map((col) => session.copyText(row, col))
                    .filter(Boolean)
                    .join(" · ")}
                </span>
              </span>
              {number !== undefined && <span className="num">{shownAt(session, row, number)}</span>}
            </button>
          );
        })}
      </div>
    </div>
  );
}

/** The head of a group, as tall as a card. */
function GroupCard({
  head,
  sums,
  row,
  onToggle,
}: {
  head: GroupHead;
  sums: string[];
  row: number;
  onToggle: () => void;
}) {
  return (
    <button
      type="button"
      className="record-card group-card"
      aria-expanded={!head.isCollapsed}
      style={{ position: "absolute", top: row * CARD_PX, height: CARD_PX, paddingLeft: 12 + head.depth * 16 }}
      onClick={onToggle}
    >
      <Icon name="down" />
      <span className="grow">
        <b className="cut" style={{ display: "block" }}>
          <span className="hint">{head.title}</span> {head.label}
        </b>
        <span className="hint cut" style={{ display: "block" }}>
          {sums.slice(0, 2).join(" · ")}
        </span>
      </span>
      <span className="num hint">{head.count}</span>
    </button>
  );
}
