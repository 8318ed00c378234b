/** Tables as tabs: open, add, rename, delete (undo brings it back). */
import { App, Dropdown } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, command, type Schemas } from "../../api/client";
import { peerIndex } from "../../grid/theme";
import { type Peer, people } from "../../sync/presence";
import { Icon } from "../../ui/icons";
import { ActionButton } from "../../ui/parts";

interface TableTabsProps {
  base: string;
  tables: Schemas["TableView"][];
  current: string | undefined;
  /** Who else is here: a dot on the table where they are. */
  peers: readonly Peer[];
  onOpen: (table: string) => void;
  /** The right end. */
  children?: ReactNode;
}

export function TableTabs({ base, tables, current, peers, onOpen, children }: TableTabsProps) {
  const { t } = useTranslation();
  const { message, modal } = App.useApp();
  const run = async (body: object) => {
    try {
      return await command(base, body);
    } catch (error) {
      message.error(error instanceof ApiError ? [error.message, error.hint].filter(Boolean).join(" ") : String(error));
      return null;
    }
  };
  const askName = (title: string, first: string, then: (name: string) => void) => {
    let name = first;
    modal.confirm({
      title,
      icon: null,
      content: (
        <input
          className="ant-input"
          defaultValue={first}
          aria-label={t("tableName")}
          onChange={(event) => (name = event.target.value)}
        />
      ),
      onOk: () => then(name),
    });
  };
  const add = () =>
    askName(t("newTable"), `${t("newTable")} ${tables.length + 1}`, async (name) => {
      const fields = [{ name: t("fieldName"), type: "text" }];
      const made = await run({ kind: "create_table", name, fields, auto_name: true });
      const id = made?.result.tables[0];
      if (id) onOpen(id);
    });

  return (
    <header className="tabs-line">
      <nav className="tabs" aria-label={t("tablesLabel")}>
        {tables.map((table) => (
          <div key={table.id} className="row" style={{ gap: 0 }}>
            <button
              type="button"
              className="tab"
              aria-current={table.id === current ? "page" : undefined}
              onClick={() => onOpen(table.id)}
            >
              {table.name}
              {table.id !== current && <Dots peers={people(peers).filter((peer) => peer.cursor?.table === table.id)} />}
            </button>
            {table.id === current && (
              <Dropdown
                trigger={["click"]}
                menu={{
                  items: [
                    {
                      key: "rename",
                      label: t("renameTable"),
                      onClick: () =>
                        askName(
                          t("renameTable"),
                          table.name,
                          (name) => void run({ kind: "rename_table", table: table.id, name }),
                        ),
                    },
                    {
                      key: "delete",
                      label: t("deleteTable"),
                      danger: true,
                      onClick: () => void run({ kind: "delete_table", table: table.id }),
                    },
                  ],
                }}
              >
                <button type="button" className="icon-button" aria-label={t("more")} style={{ alignSelf: "center" }}>
                  <Icon name="down" size={12} />
                </button>
              </Dropdown>
            )}
          </div>
        ))}
        <span style={{ alignSelf: "center" }}>
          <ActionButton icon="add" label={t("newTable")} onClick={add} />
        </span>
      </nav>
      {children}
    </header>
  );
}

/** People in a table that is not on the screen. */
function Dots({ peers }: { peers: readonly Peer[] }) {
  const { t } = useTranslation();
  if (peers.length === 0) return null;
  const label = t("peopleThere", { n: peers.length });
  return (
    <span className="tab-dots" title={label}>
      {peers.slice(0, 3).map((peer) => (
        <i key={peer.client} style={{ background: `var(--peer-${peerIndex(peer.number)})` }} />
      ))}
      <span className="visually-hidden">{label}</span>
    </span>
  );
}
