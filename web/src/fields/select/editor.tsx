/** The list of options: type to search, Enter to choose, a new name becomes an option. */
import { useEffect, useMemo, useRef, useState } from "react";
import type { SelectOption } from "../../api/wire";
import { readTheme, tintOf } from "../../grid/theme";
import type { EditorProps, PlainCell } from "../descriptor";
import { idsOf, optionsOf } from "./descriptor";

/** Options drawn at once; searching reaches the others. */
const MOST_SHOWN = 200;

export function SelectEditor(props: EditorProps) {
  const { fieldType, cell, typed, readonly, onChange, onDone, words } = props;
  const isMany = fieldType.type !== "select";
  const isPlain = cell === null || typeof cell !== "object" || Array.isArray(cell);
  const [chosen, setChosen] = useState<string[]>(() => (isPlain ? idsOf(cell as PlainCell) : []));
  const [search, setSearch] = useState(typed ?? "");
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const theme = useMemo(() => readTheme(document.documentElement), []);
  useEffect(() => input.current?.focus({ preventScroll: true }), []);

  const wanted = search.trim();
  const options = optionsOf(fieldType);
  const found = options
    .filter((option) => option.name.toLowerCase().includes(wanted.toLowerCase()))
    .slice(0, MOST_SHOWN);
  const canCreate = !readonly && wanted !== "" && !options.some((option) => option.name === wanted);
  const nItems = found.length + (canCreate ? 1 : 0);
  const current = Math.min(at, Math.max(0, nItems - 1));

  /** New options are sent by name; the server makes them. */
  const choose = (idOrName: string, isNew: boolean) => {
    if (readonly) return;
    if (!isMany) {
      onChange(idOrName, isNew);
      onDone("down");
      return;
    }
    const next = chosen.includes(idOrName) ? chosen.filter((id) => id !== idOrName) : [...chosen, idOrName];
    setChosen(next);
    setSearch("");
    onChange(next, isNew);
  };
  const chooseAt = (index: number) => {
    const option = found[index];
    if (option) choose(option.id, false);
    else if (canCreate) choose(wanted, true);
    else onDone();
  };
  const key = (event: React.KeyboardEvent) => {
    event.stopPropagation();
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) setAt((current + step + nItems) % Math.max(1, nItems));
    else if (event.key === "Enter") chooseAt(current);
    else if (event.key === "Escape") onDone();
    else if (event.key === "Tab") onDone(event.shiftKey ? "left" : "right");
    else if (event.key === "Backspace" && search === "" && chosen.length > 0 && !readonly) {
      const next = chosen.slice(0, -1);
      setChosen(next);
      onChange(next.length === 0 ? null : isMany ? next : (next[0] ?? null));
    } else return;
    event.preventDefault();
  };
  const chip = (option: SelectOption) => {
    const tint = tintOf(theme, option.color);
    return (
      <span className="field-chip" style={{ background: tint.fill, color: tint.ink }}>
        {option.name}
      </span>
    );
  };
  return (
    <div className="field-select" style={{ minWidth: Math.max(220, props.width) }}>
      <input
        ref={input}
        className="field-input"
        role="combobox"
        aria-expanded="true"
        aria-controls="field-select-list"
        aria-activedescendant={nItems > 0 ? `field-option-${current}` : undefined}
        aria-label={props.field.name}
        placeholder={words.search}
        value={search}
        onChange={(event) => {
          setSearch(event.target.value);
          setAt(0);
        }}
        onKeyDown={key}
      />
      <div id="field-select-list" role="listbox" aria-multiselectable={isMany} className="field-list" tabIndex={-1}>
        {found.map((option, index) => (
          <div
            key={option.id}
            id={`field-option-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={chosen.includes(option.id)}
            data-current={index === current || undefined}
            className="field-option"
            onPointerDown={(event) => event.preventDefault()}
            onPointerEnter={() => setAt(index)}
            onClick={() => choose(option.id, false)}
            onKeyDown={key}
          >
            {chip(option)}
            {chosen.includes(option.id) && <span className="field-check" aria-hidden="true" />}
          </div>
        ))}
        {canCreate && (
          <div
            id={`field-option-${found.length}`}
            role="option"
            tabIndex={-1}
            aria-selected={false}
            data-current={current === found.length || undefined}
            className="field-option"
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => choose(wanted, true)}
            onKeyDown={key}
          >
            {words.createOption.replace("{name}", wanted)}
          </div>
        )}
        {nItems === 0 && <div className="field-empty">{words.noOptions}</div>}
      </div>
      {chosen.length > 0 && !readonly && (
        <button
          type="button"
          className="field-button"
          onClick={() => {
            onChange(null);
            onDone();
          }}
        >
          {words.clear}
        </button>
      )}
    </div>
  );
}
