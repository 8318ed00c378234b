/** What was removed in a base in the last 30 days, and bringing it back. */
import { useQuery } from "@tanstack/react-query";
import { App, Button, Skeleton } from "antd";
import { useTranslation } from "react-i18next";
import { ApiError, ask, command, type Schemas } from "../../api/client";
import { Icon } from "../../ui/icons";
import { Note } from "../../ui/parts";
import { whenText } from "../../ui/when";
import { daysLeft } from "./entries";
import { useWho } from "./entry-row";
import { useTakeBack } from "./take-back";
import "./history.css";

type Item = Schemas["TrashItem"];

const ICONS: Record<string, string> = { table: "table", field: "columns", view: "grid", records: "rows" };

function restoring(item: Item): object {
  const { table, field, view, records } = item;
  switch (item.kind) {
    case "table":
      return { kind: "restore_table", table };
    case "field":
      return { kind: "restore_field", table, field };
    case "view":
      return { kind: "restore_view", table, view };
    default:
      return { kind: "restore_records", table, records };
  }
}

interface TrashProps {
  base: string;
  /** It stands in a page of its own: under its name, and only while something lies in it. */
  isOwnPlace?: boolean;
}

export function Trash({ base, isOwnPlace = false }: TrashProps) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const trash = useQuery({
    queryKey: ["trash", base],
    queryFn: () => ask<Item[]>("GET", `/bases/${base}/trash`),
    refetchInterval: 4_000,
  });
  const act = useTakeBack(base, () => void trash.refetch());
  const restore = async (item: Item) => {
    // Of very many records only the first are named. The step that removed them knows them all, but it may have done
    // more than that: so it is asked first.
    if (item.kind === "records" && item.records.length < item.n_records) {
      return act.takeBack(item.revision, t("label_delete_records"));
    }
    try {
      await command(base, restoring(item));
    } catch (error) {
      message.error(error instanceof ApiError ? [error.message, error.hint].filter(Boolean).join(" ") : String(error));
    }
    await trash.refetch();
  };
  if (trash.isPending && isOwnPlace) return null;
  if (trash.isPending) return <Skeleton active title={false} paragraph={{ rows: 6 }} />;
  if (trash.error)
    return (
      <Note kind="bad">
        {trash.error.message} <Button onClick={() => void trash.refetch()}>{t("retry")}</Button>
      </Note>
    );
  if (isOwnPlace && trash.data.length === 0) return null;
  return (
    <>
      {isOwnPlace && <b>{t("trash")}</b>}
      <p className="hint">{trash.data.length === 0 ? t("trashEmpty") : t("trashHint")}</p>
      <ul>
        {trash.data.map((item) => (
          <TrashRow
            key={`${item.kind}-${item.revision}-${item.table}-${item.field ?? item.view ?? ""}`}
            item={item}
            onRestore={() => restore(item)}
          />
        ))}
      </ul>
    </>
  );
}

function TrashRow({ item, onRestore }: { item: Item; onRestore: () => Promise<void> }) {
  const { t, i18n } = useTranslation();
  const who = useWho();
  const n = item.n_records.toLocaleString(i18n.language);
  const left = daysLeft(item.gone_at_ms, Date.now());
  const name = item.name || t("noTitle");
  const isMany = item.kind === "records" && item.n_records > 1;
  const title = isMany ? t("trashRecords", { name, n }) : name;
  const what = [
    !isMany && t(`trash_${item.kind}`),
    item.kind === "table" ? t("records_n", { n, count: item.n_records }) : item.table_name,
  ];
  const told = [
    who(item.actor),
    whenText(item.at_ms, i18n.language, t("justNow")),
    t("daysLeft", { n: left, count: left }),
  ];
  return (
    <li className="row history-row trash-row">
      <Icon name={ICONS[item.kind] ?? "trash"} />
      <span className="grow">
        {title}
        <span className="dim num"> · {what.filter(Boolean).join(" · ")}</span>
        <br />
        <span className="hint num">{told.join(" · ")}</span>
      </span>
      <Button size="small" aria-label={`${t("restore")} ${title}`} onClick={() => void onRestore()}>
        {t("restore")}
      </Button>
    </li>
  );
}
