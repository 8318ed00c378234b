/** Before a batch: what is in scope, what it may cost, how long it takes. */
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";

export type Estimate = Schemas["EstimateView"];

export function moneyText(amount: number, currency: string, language: string): string {
  return new Intl.NumberFormat(language, {
    style: "currency",
    currency: currency || "CNY",
    maximumFractionDigits: 4,
  }).format(amount);
}

export function priceText(estimate: Estimate, language: string): string {
  const low = moneyText(estimate.cost_low, estimate.currency, language);
  const high = moneyText(estimate.cost_high, estimate.currency, language);
  return low === high ? high : `${low}–${high}`;
}

/** The key of the words and the number for them. */
export function duration(seconds: number): ["seconds_n" | "minutes_n" | "hours_n", number] {
  if (seconds < 90) return ["seconds_n", Math.max(1, Math.ceil(seconds))];
  if (seconds < 5400) return ["minutes_n", Math.ceil(seconds / 60)];
  return ["hours_n", Math.ceil(seconds / 360) / 10];
}

export function PriceTag({ price }: { price: Estimate }) {
  const { t, i18n } = useTranslation();
  const number = (value: number) => value.toLocaleString(i18n.language);
  const [unit, n] = duration(price.seconds);
  const rows: [string, string][] = [
    [t("estRecords"), t("nRows", { n: number(price.n_records) })],
    [t("estCached"), number(price.n_cached)],
    [t("estLocked"), number(price.n_locked)],
  ];
  if (price.n_left_out > 0) rows.push([t("estLeftOut"), number(price.n_left_out)]);
  rows.push([t("estCalls"), t("calls_n", { n: number(price.n_calls) })]);
  if (price.n_repeated > 0) rows.push([t("estRepeated"), number(price.n_repeated)]);
  if (price.n_waiting > 0) rows.push([t("estWaiting"), number(price.n_waiting)]);
  rows.push(
    [t("estTokens"), t("tokens", { low: number(price.tokens_low), high: number(price.tokens_high) })],
    [t("estCost"), price.offline_trial ? "0" : priceText(price, i18n.language)],
  );
  if (price.n_calls > 0 && !price.offline_trial) rows.push([t("estTime"), t(unit, { n })]);
  if (price.cap !== undefined && price.cap !== null)
    rows.push([t("ailimit_per_batch"), moneyText(price.cap, price.currency, i18n.language)]);
  rows.push([t("estModel"), price.offline_trial ? t("offlineTrial") : price.model]);
  return (
    <>
      <dl className="facts" data-testid="price-tag">
        {rows.map(([name, value]) => (
          <div key={name} style={{ display: "contents" }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {price.n_past > 0 && !price.offline_trial && <span className="hint">{t("estPast", { n: price.n_past })}</span>}
    </>
  );
}
