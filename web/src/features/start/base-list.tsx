/** The bases of this data folder, newest change first; deleting can be taken back from the trash folder. */
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { App, Dropdown } from "antd";
import { useTranslation } from "react-i18next";
import { ApiError, ask, type Schemas } from "../../api/client";
import { Icon } from "../../ui/icons";
import { whenText } from "../../ui/when";

export function BaseList({ bases }: { bases: Schemas["BaseRow"][] }) {
  const { t, i18n } = useTranslation();
  const { message, modal } = App.useApp();
  const queries = useQueryClient();
  const fail = (error: unknown) => message.error(error instanceof ApiError ? error.message : String(error));

  const remove = async (base: Schemas["BaseRow"]) => {
    await ask("DELETE", `/bases/${base.id}`).catch(fail);
    message.info(t("deletedBase", { name: base.name }));
    await queries.invalidateQueries({ queryKey: ["bases"] });
  };
  const rename = (base: Schemas["BaseRow"]) => {
    let name = base.name;
    modal.confirm({
      title: t("rename"),
      icon: null,
      content: (
        <input
          className="ant-input"
          defaultValue={name}
          aria-label={t("rename")}
          onChange={(event) => (name = event.target.value)}
        />
      ),
      onOk: async () => {
        await ask("PATCH", `/bases/${base.id}`, { name }).catch(fail);
        await queries.invalidateQueries({ queryKey: ["bases"] });
      },
    });
  };

  return (
    <ul>
      {[...bases]
        .sort((a, b) => b.updated_ms - a.updated_ms)
        .map((base) => (
          <li className="base-row" key={base.id}>
            <Link to="/b/$base" params={{ base: base.id }} className="cut">
              {base.name || t("untitled")}
              {base.damage && <span className="bad"> · {t("damagedBase", { why: base.damage })}</span>}
            </Link>
            <span className="dim num wide">{t("tables_n", { n: base.n_tables })}</span>
            <span className="dim num">{t("records_n", { n: base.n_records.toLocaleString(i18n.language) })}</span>
            <span className="dim num wide">{whenText(base.updated_ms, i18n.language, t("justNow"))}</span>
            <Dropdown
              trigger={["click"]}
              menu={{
                items: [
                  { key: "rename", label: t("rename"), onClick: () => rename(base) },
                  { key: "delete", label: t("delete"), danger: true, onClick: () => void remove(base) },
                ],
              }}
            >
              <button type="button" className="icon-button" aria-label={t("more")}>
                <Icon name="more" />
              </button>
            </Dropdown>
          </li>
        ))}
    </ul>
  );
}
