/** One model: preset, address, model, key (write-only), prices; a test says at once whether it answers. */
import { useQueryClient } from "@tanstack/react-query";
import { App, AutoComplete, Button, Input, InputNumber, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, ask, type Schemas } from "../../api/client";
import { Labelled, Note } from "../../ui/parts";

interface ProviderFormProps {
  provider: Schemas["ProviderView"] | null;
  presets: Schemas["PresetView"][];
  onSaved: (name: string) => void;
}

export function ProviderForm({ provider, presets, onSaved }: ProviderFormProps) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const first = presets[0];
  const [name, setName] = useState(provider?.name ?? first?.key ?? "");
  const [input, setInput] = useState<Schemas["ProviderInput"]>(() =>
    provider ? fromView(provider) : first ? fromPreset(first) : { preset: "custom" },
  );
  const [key, setKey] = useState("");
  const [test, setTest] = useState<Schemas["TestResult"] | null>(null);
  const [isBusy, setBusy] = useState(false);
  const preset = presets.find((one) => one.key === input.preset);
  const set = (part: Partial<Schemas["ProviderInput"]>) => setInput((all) => ({ ...all, ...part }));

  const save = async (): Promise<boolean> => {
    setBusy(true);
    try {
      await ask("PUT", `/providers/${encodeURIComponent(name.trim())}`, { ...input, ...(key ? { key } : {}) });
      void queries.invalidateQueries({ queryKey: ["providers"] });
      return true;
    } catch (error) {
      message.error(
        error instanceof ApiError ? [error.message, error.hint].filter(Boolean).join(" ") : String(error),
        6,
      );
      return false;
    } finally {
      setBusy(false);
    }
  };
  const takeProposal = (proposed: Schemas["TestResult"]["proposed"]) => {
    if (proposed) set({ base_url: proposed.base_url, model: proposed.model });
    setTest(null);
  };
  const runTest = async () => {
    setTest(null);
    if (!(await save())) return;
    setBusy(true);
    await ask<Schemas["TestResult"]>("POST", `/providers/${encodeURIComponent(name.trim())}/test`)
      .then(setTest, (error: unknown) => message.error(error instanceof ApiError ? error.message : String(error)))
      .finally(() => setBusy(false));
  };

  return (
    <div className="form" style={{ padding: "12px 0" }}>
      <Labelled label={t("preset")} {...(preset?.hint ? { hint: preset.hint } : {})}>
        <Select
          value={input.preset}
          aria-label={t("preset")}
          options={presets.map((one) => ({
            value: one.key,
            label: one.key === "custom" ? t("preset_custom") : one.name,
          }))}
          onChange={(chosen: string) => {
            const next = presets.find((one) => one.key === chosen);
            if (!next) return;
            setInput(fromPreset(next));
            if (!provider) setName(next.key);
          }}
        />
      </Labelled>
      {!provider && (
        <Labelled label={t("providerName")}>
          <Input value={name} onChange={(event) => setName(event.target.value)} />
        </Labelled>
      )}
      <Labelled label={t("baseUrl")}>
        <Input
          value={input.base_url ?? ""}
          inputMode="url"
          onChange={(event) => set({ base_url: event.target.value })}
        />
      </Labelled>
      <Labelled label={t("model")}>
        <AutoComplete
          value={input.model ?? ""}
          options={preset?.models.map((model) => ({ value: model.name })) ?? []}
          onChange={(model: string) => {
            const known = preset?.models.find((one) => one.name === model);
            set({ model, ...(known ? { price_in: known.price_in, price_out: known.price_out } : {}) });
          }}
        />
      </Labelled>
      <Labelled label={t("imageModel")}>
        <Input value={input.image_model ?? ""} onChange={(event) => set({ image_model: event.target.value })} />
      </Labelled>
      <Labelled label={t("apiKey")} hint={t("keyNote")}>
        <Input.Password
          value={key}
          autoComplete="off"
          placeholder={provider?.has_key ? t("apiKeyKept", { tail: provider.key_tail ?? "" }) : ""}
          onChange={(event) => setKey(event.target.value)}
        />
      </Labelled>
      <div className="row" style={{ flexWrap: "wrap", alignItems: "end" }}>
        <Labelled label={`${t("priceIn")} (${input.currency ?? "CNY"})`}>
          <InputNumber min={0} value={input.price_in ?? 0} onChange={(price_in) => set({ price_in })} />
        </Labelled>
        <Labelled label={`${t("priceOut")} (${input.currency ?? "CNY"})`}>
          <InputNumber min={0} value={input.price_out ?? 0} onChange={(price_out) => set({ price_out })} />
        </Labelled>
        <Labelled label={t("rpm")}>
          <InputNumber min={0} precision={0} value={input.rpm ?? 0} onChange={(rpm) => set({ rpm })} />
        </Labelled>
        <Labelled label={t("maxParallel")}>
          <InputNumber
            min={0}
            max={256}
            precision={0}
            value={input.max_parallel ?? 0}
            onChange={(max_parallel) => set({ max_parallel })}
          />
        </Labelled>
      </div>
      {preset && preset.models.length > 0 && <span className="hint">{t("pricesOf", { date: preset.prices_of })}</span>}
      {test && (
        <Note {...(test.ok ? {} : { kind: "bad" as const })}>
          {test.lines.map((line) => (
            <div key={line.text} className={line.ok ? undefined : "bad"}>
              {line.text}
            </div>
          ))}
          {test.proposed && (
            <Button size="small" onClick={() => takeProposal(test.proposed)}>
              {t("takeProposal", { model: test.proposed.model, url: test.proposed.base_url })}
            </Button>
          )}
        </Note>
      )}
      <div className="row">
        <Button
          type="primary"
          loading={isBusy}
          disabled={name.trim() === ""}
          onClick={() => void save().then((isSaved) => isSaved && onSaved(name.trim()))}
          data-testid="save-provider"
        >
          {t("save")}
        </Button>
        <Button disabled={isBusy || name.trim() === ""} onClick={() => void runTest()}>
          {isBusy ? t("testing") : t("testProvider")}
        </Button>
      </div>
    </div>
  );
}

function fromPreset(preset: Schemas["PresetView"]): Schemas["ProviderInput"] {
  const model = preset.models[0];
  return {
    preset: preset.key,
    base_url: preset.base_url,
    model: model?.name ?? "",
    image_model: preset.image_model ?? "",
    price_in: model?.price_in ?? 0,
    price_out: model?.price_out ?? 0,
    currency: preset.currency,
    rpm: preset.rpm,
  };
}

function fromView(view: Schemas["ProviderView"]): Schemas["ProviderInput"] {
  return {
    preset: view.preset,
    base_url: view.base_url,
    model: view.model,
    image_model: view.image_model ?? "",
    price_in: view.price_in,
    price_out: view.price_out,
    currency: view.currency,
    rpm: view.rpm,
    max_parallel: view.max_parallel,
  };
}
