/** Settings: which AI models answer, with whose key, at what price. */
import { useQuery } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, ask, type Schemas } from "../../api/client";
import { switchLanguage } from "../../i18n";
import { ActionButton, Beads, Note } from "../../ui/parts";
import { ProviderForm } from "./provider-form";

type Providers = Schemas["ProvidersView"];

export function SettingsPage() {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [open, setOpen] = useState<string | null>(null);
  const providers = useQuery({ queryKey: ["providers"], queryFn: () => ask<Providers>("GET", "/providers") });
  const presets = useQuery({
    queryKey: ["presets"],
    queryFn: () => ask<Schemas["PresetView"][]>("GET", "/providers/presets"),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const fail = (error: unknown) =>
    void message.error(
      error instanceof ApiError ? [error.message, error.hint].filter(Boolean).join(" ") : String(error),
    );
  const refresh = () => providers.refetch();
  const setDefault = (name: string) => void ask("PUT", "/providers/default", { name }).then(refresh, fail);
  const remove = (name: string) => void ask("DELETE", `/providers/${encodeURIComponent(name)}`).then(refresh, fail);

  return (
    <main className="start" style={{ maxWidth: 720 }}>
      <header className="start-head">
        <ActionButton icon="back" label={t("back")} onClick={() => history.back()} />
        <h1 className="brand">{t("settings")}</h1>
        <span className="grow" />
        <ActionButton icon="language" text label={t("language")} onClick={switchLanguage} />
      </header>
      <section aria-label={t("providers")} className="form">
        <h2>{t("providers")}</h2>
        {providers.isPending && <Beads label={t("loading")} />}
        {providers.error && <Note kind="bad">{providers.error.message}</Note>}
        <ul>
          {providers.data?.providers.map((provider) => (
            <li key={provider.name} style={{ borderBottom: "1px solid var(--line)", padding: "8px 0" }}>
              <div className="row">
                <span className="grow">
                  <b>{provider.offline_trial ? t("offlineTrial") : provider.name}</b>{" "}
                  {providers.data.default === provider.name && (
                    <span style={{ color: "var(--jade)" }}>· {t("isDefault")}</span>
                  )}
                  <span className="hint cut" style={{ display: "block" }}>
                    {provider.offline_trial
                      ? t("offlineTrialAbout")
                      : `${provider.model} · ${provider.base_url}${provider.has_key ? ` · ${t("keyKept", { tail: provider.key_tail ?? "" })}` : ""}`}
                  </span>
                </span>
                {providers.data.default !== provider.name && (
                  <ActionButton icon="check" text label={t("setDefault")} onClick={() => setDefault(provider.name)} />
                )}
                {!provider.offline_trial && (
                  <ActionButton
                    icon="pencil"
                    label={t("editProvider")}
                    onClick={() => setOpen(open === provider.name ? null : provider.name)}
                  />
                )}
                {!provider.offline_trial && (
                  <ActionButton icon="trash" label={t("delete")} onClick={() => remove(provider.name)} />
                )}
              </div>
              {open === provider.name && presets.data && (
                <ProviderForm
                  provider={provider}
                  presets={presets.data}
                  onSaved={() => {
                    setOpen(null);
                    void refresh();
                  }}
                />
              )}
            </li>
          ))}
        </ul>
        {open === "" && presets.data ? (
          <ProviderForm
            provider={null}
            presets={presets.data}
            onSaved={(name) => {
              setOpen(null);
              setDefault(name);
            }}
          />
        ) : (
          <div>
            <Button type="primary" onClick={() => setOpen("")} data-testid="add-provider">
              {t("addProvider")}
            </Button>
          </div>
        )}
      </section>
    </main>
  );
}
