/** Picks records of the linked table: what is chosen stands first, typing finds others, a new name makes a record. */
import { useEffect, useRef, useState } from "react";
import type { Linked } from "../../api/wire";
import type { EditorProps } from "../descriptor";
import { linkedOf, nameOf } from "./descriptor";

export function LinkEditor(props: EditorProps) {
  const { fieldType, cell, typed, readonly, onChange, onDone, words, links } = props;
  const isMany = fieldType.single !== true;
  const target = fieldType.table ?? "";
  const [chosen, setChosen] = useState<Linked[]>(() => linkedOf(cell));
  const [search, setSearch] = useState(typed ?? "");
  const [found, setFound] = useState<Linked[] | null>(null);
  const [at, setAt] = useState(0);
  const [problem, setProblem] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus({ preventScroll: true }), []);

  const wanted = search.trim();
  useEffect(() => {
    // The answer to the last letter counts, in whatever order they come.
    let isLast = true;
    links?.find(target, wanted).then(
      (records) => isLast && setFound(records),
      (error: unknown) => isLast && setProblem(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      isLast = false;
    };
  }, [links, target, wanted]);

  const isChosen = (one: Linked) => chosen.some((other) => other.id === one.id);
  const shown = wanted === "" ? [...chosen, ...(found ?? []).filter((one) => !isChosen(one))] : (found ?? []);
  const canCreate = !readonly && wanted !== "" && found !== null && !found.some((one) => one.text === wanted);
  const nItems = shown.length + (canCreate ? 1 : 0);
  const current = Math.min(at, Math.max(0, nItems - 1));

  const save = (next: Linked[]) => {
    setChosen(next);
    onChange(next.length === 0 ? null : next);
  };
  const choose = (one: Linked) => {
    if (readonly) return;
    if (!isMany) {
      save(isChosen(one) ? [] : [one]);
      onDone("down");
      return;
    }
    save(isChosen(one) ? chosen.filter((other) => other.id !== one.id) : [...chosen, one]);
    setSearch("");
    input.current?.focus({ preventScroll: true });
  };
  const create = () => {
    links?.create(target, wanted).then(choose, (error: unknown) => {
      setProblem(error instanceof Error ? error.message : String(error));
    });
  };
  const chooseAt = (index: number) => {
    const one = shown[index];
    if (one) choose(one);
    else if (canCreate) create();
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
    else if (event.key === "Backspace" && search === "" && chosen.length > 0 && !readonly) save(chosen.slice(0, -1));
    else return;
    event.preventDefault();
  };
  const option = (index: number, label: React.ReactNode, isSelected: boolean, press: () => void, id: string) => (
    <div
      key={id}
      id={`field-option-${index}`}
      role="option"
      tabIndex={-1}
      aria-selected={isSelected}
      data-current={index === current || undefined}
      className="field-option"
      onPointerDown={(event) => event.preventDefault()}
      onPointerEnter={() => setAt(index)}
      onClick={press}
      onKeyDown={key}
    >
      {label}
      {isSelected && <span className="field-check" aria-hidden="true" />}
    </div>
  );
  return (
    <div className="field-select" style={{ minWidth: Math.max(240, props.width) }} data-testid="link-picker">
      <input
        ref={input}
        className="field-input"
        role="combobox"
        aria-expanded="true"
        aria-controls="field-select-list"
        aria-activedescendant={nItems > 0 ? `field-option-${current}` : undefined}
        aria-label={props.field.name}
        placeholder={words.searchRecords}
        value={search}
        onChange={(event) => {
          setSearch(event.target.value);
          setAt(0);
          setProblem("");
        }}
        onKeyDown={key}
      />
      <div id="field-select-list" role="listbox" aria-multiselectable={isMany} className="field-list" tabIndex={-1}>
        {shown.map((one, index) => option(index, nameOf(one), isChosen(one), () => choose(one), one.id))}
        {canCreate &&
          option(shown.length, words.createRecord.replace("{name}", wanted), false, create, "create a new one")}
        {found !== null && nItems === 0 && <div className="field-empty">{words.noRecords}</div>}
        {problem && <div className="field-empty">{problem}</div>}
      </div>
    </div>
  );
}
