/** How long a base keeps its history; shortening it forgets for good, so it is asked twice. */
import { useQuery } from "@tanstack/react-query";
import { App, Select } from "antd";
import { useTranslation } from "react-i18next";
import { ApiError, ask, type Schemas } from "../../api/client";

const YEAR = 365;
const DAYS = [YEAR, 180, 90, 30] as const;
/** For ever, in a list of numbers. */
const EVER = 0;

export function Retention({ base }: { base: string }) {
  const { t } = useTranslation();
  const { message, modal } = App.useApp();
  const path = `/bases/${base}/retention`;
  const kept = useQuery({ queryKey: ["retention", base], queryFn: () => ask<Schemas["Retention"]>("GET", path) });
  if (!kept.data) return null;
  const now = kept.data.days ?? EVER;
  const options = [EVER, ...new Set([...DAYS, ...(now === EVER ? [] : [now])])];
  const change = (days: number) => {
    const put = async () => {
      try {
        await ask("PUT", path, { days: days === EVER ? null : days });
        await kept.refetch();
      } catch (error) {
        message.error(error instanceof ApiError ? error.message : String(error));
      }
    };
    const isShorter = days !== EVER && (now === EVER || days < now);
    if (!isShorter) return void put();
    modal.confirm({
      icon: null,
      title: t("retentionTitle", { n: days }),
      content: t("retentionWarning", { n: days }),
      okText: t("retentionDo"),
      okButtonProps: { danger: true },
      onOk: put,
    });
  };
  return (
    <div className="retention">
      <span className="hint">{t("retention")}</span>
      <Select<number>
        value={now}
        aria-label={t("retention")}
        onChange={change}
        options={options.map((days) => ({
          value: days,
          label: days === EVER ? t("keepForEver") : days === YEAR ? t("keepYear") : t("keepDays", { n: days }),
        }))}
      />
    </div>
  );
}
