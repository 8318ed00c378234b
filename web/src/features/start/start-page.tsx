/** Where a shop owner lands: drop a file, go on with own data, or take a template. */
import { useNavigate } from "@tanstack/react-router";
import { Alert, App } from "antd";
import { useTranslation } from "react-i18next";
import { ApiError, command } from "../../api/client";
import { switchLanguage } from "../../i18n";
import { Icon } from "../../ui/icons";
import { ActionButton, Beads } from "../../ui/parts";
import { BaseList } from "./base-list";
import { FileDrop } from "./file-drop";
import { createBase, useBases, useTemplates } from "./queries";

export function StartPage() {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const bases = useBases();
  const templates = useTemplates();

  const make = async (name: string, template?: string) => {
    try {
      const { id } = await createBase(name, template);
      if (!template) {
        const fields = [
          { name: t("fieldName").slice(0, 2) === "字段" ? "名称" : "Name", type: "text" },
          { name: t("type_number"), type: "number", thousands: false, unit: "" },
        ];
        await command(id, { kind: "create_table", name: t("newTable"), fields });
      }
      await navigate({ to: "/b/$base", params: { base: id } });
    } catch (error) {
      message.error(error instanceof ApiError ? error.message : String(error));
    }
  };

  return (
    <main className="start">
      <header className="start-head">
        <span className="brand">
          <img src="/favicon.svg" width={28} height={28} alt="" />
          {t("appName")}
        </span>
        <span className="grow" />
        <ActionButton icon="language" text label={t("language")} onClick={switchLanguage} />
        <ActionButton icon="settings" text label={t("settings")} onClick={() => void navigate({ to: "/settings" })} />
      </header>
      <FileDrop />
      <section className="start-section" aria-label={t("recent")}>
        <h2>{t("recent")}</h2>
        {bases.isPending && <Beads label={t("loading")} />}
        {bases.error && (
          <Alert
            type="error"
            title={bases.error.message}
            description={bases.error instanceof ApiError ? bases.error.hint : null}
            showIcon
          />
        )}
        {bases.data?.length === 0 && <p className="dim">{t("noBases")}</p>}
        {bases.data && <BaseList bases={bases.data} />}
      </section>
      <section className="start-section" aria-label={t("templates")}>
        <h2>{t("templates")}</h2>
        <div className="templates">
          <button type="button" className="card-button" onClick={() => void make(t("untitled"))}>
            <b className="row">
              <Icon name="add" />
              {t("blank")}
            </b>
            <span className="hint">{t("blankHint")}</span>
          </button>
          {templates.data?.map((template) => (
            <button
              type="button"
              key={template.key}
              className="card-button"
              data-template={template.key}
              onClick={() => void make(template.title, template.key)}
            >
              <b className="row">
                <Icon name="table" />
                {template.title}
              </b>
              <span className="hint">{template.description}</span>
            </button>
          ))}
        </div>
      </section>
    </main>
  );
}
