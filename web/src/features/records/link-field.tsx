/** A link in the record form: the linked records, and others found by typing. */
import { Select } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Linked, WireCell, WireField, WireInput } from "../../api/wire";
import type { LinkPort } from "../../fields/descriptor";
import { linkedOf, nameOf } from "../../fields/link/descriptor";
import { Labelled } from "../../ui/parts";

interface LinkFieldProps {
  field: WireField;
  cell: WireCell;
  links: LinkPort;
  onSave: (value: WireInput) => void;
}

/** The choice that makes a record. */
const CREATE = "+";

export function LinkField({ field, cell, links, onSave }: LinkFieldProps) {
  const { t } = useTranslation();
  const [search, setSearch] = useState("");
  const [isOpen, setOpen] = useState(false);
  const [found, setFound] = useState<Linked[]>([]);
  const chosen = linkedOf(cell);
  const target = field.table ?? "";
  const wanted = search.trim();
  useEffect(() => {
    if (!isOpen) return;
    let isLast = true;
    links.find(target, wanted).then(
      (records) => isLast && setFound(records),
      () => isLast && setFound([]),
    );
    return () => {
      isLast = false;
    };
  }, [isOpen, links, target, wanted]);
  const without = (list: Linked[], others: Linked[]) =>
    list.filter((one) => !others.some((other) => other.id === one.id));
  // Who searches sees the hits first.
  const known = wanted === "" ? [...chosen, ...without(found, chosen)] : [...found, ...without(chosen, found)];
  const options = known.map((one) => ({ value: one.id, label: nameOf(one) }));
  if (wanted !== "" && !found.some((one) => one.text === wanted)) {
    options.push({ value: CREATE, label: t("createRecord").replace("{name}", wanted) });
  }
  const save = async (ids: string[]) => {
    const next = ids.filter((id) => id !== CREATE).flatMap((id) => known.find((one) => one.id === id) ?? []);
    if (ids.includes(CREATE)) next.push(await links.create(target, wanted));
    const last = field.single ? next.slice(-1) : next;
    setSearch("");
    onSave(last.length === 0 ? null : last);
  };
  return (
    <Labelled label={field.name}>
      <Select
        mode="multiple"
        value={chosen.map((one) => one.id)}
        options={options}
        filterOption={false}
        searchValue={search}
        onSearch={setSearch}
        onOpenChange={setOpen}
        aria-label={field.name}
        placeholder={t("searchRecords")}
        notFoundContent={t("noRecords")}
        onChange={(ids: string[]) => void save(ids).catch(() => setSearch(""))}
      />
    </Labelled>
  );
}
