/** The left rail: the base's tables; folds to icons. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Icon } from "../../ui/icons";
import { ActionButton } from "../../ui/parts";

const KEPT = "suanpan-rail";

interface RailProps {
  base: Schemas["BaseView"];
  current: string | undefined;
  onOpen: (table: string) => void;
  /** Shows what was deleted; absent where that is on the screen already. */
  onTrash?: () => void;
  onHome: () => void;
  onSettings: () => void;
}

export function Rail({ base, current, onOpen, onTrash, onHome, onSettings }: RailProps) {
  const { t, i18n } = useTranslation();
  const [isClosed, setClosed] = useState(() => localStorage.getItem(KEPT) === "closed");
  const fold = () => {
    localStorage.setItem(KEPT, isClosed ? "open" : "closed");
    setClosed(!isClosed);
  };
  return (
    <nav className="rail" data-closed={isClosed} aria-label={base.name}>
      <div className="rail-head">
        <button
          type="button"
          className="icon-button"
          aria-label={t("home")}
          title={t("home")}
          onClick={onHome}
          style={{ padding: 0 }}
        >
          <img src="/favicon.svg" width={22} height={22} alt="" />
        </button>
        {!isClosed && <b className="grow cut">{base.name || t("untitled")}</b>}
      </div>
      <div className="rail-list">
        {base.tables.map((table) => (
          <button
            type="button"
            key={table.id}
            className="rail-item"
            title={table.name}
            aria-current={table.id === current ? "page" : undefined}
            onClick={() => onOpen(table.id)}
            style={isClosed ? { padding: 6 } : undefined}
          >
            <Icon name="table" />
            {!isClosed && <span className="grow cut">{table.name}</span>}
            {!isClosed && <span className="hint num">{table.n_records.toLocaleString(i18n.language)}</span>}
          </button>
        ))}
      </div>
      <div className="rail-foot">
        <ActionButton icon="rail" label={isClosed ? t("expand") : t("collapse")} onClick={fold} />
        {onTrash && <ActionButton icon="trash" label={t("trash")} onClick={onTrash} />}
        <ActionButton icon="settings" label={t("settings")} onClick={onSettings} />
      </div>
    </nav>
  );
}
