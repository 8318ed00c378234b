/** What a model would be asked about one record, before anything is asked. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ask, type Schemas } from "../../api/client";

const WAIT_MS = 300;

interface PromptPreviewProps {
  base: string;
  table: string;
  sample: string | undefined;
  formula: string;
}

export function PromptPreview({ base, table, sample, formula }: PromptPreviewProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(formula);
  useEffect(() => {
    const timer = setTimeout(() => setText(formula), WAIT_MS);
    return () => clearTimeout(timer);
  }, [formula]);
  const report = useQuery({
    queryKey: ["prompt", base, table, sample, text],
    queryFn: () => ask<Schemas["FormulaReport"]>("POST", `/bases/${base}/formula/check`, { table, text, sample }),
    enabled: text !== "" && sample !== undefined,
    placeholderData: (before) => before,
  });
  const prompt = report.data?.prompts[0];
  if (!prompt || formula === "") return null;
  return (
    <details className="prompt-preview" open>
      <summary>{t("aiPreview")}</summary>
      <pre data-testid="prompt-preview" data-current={text === formula && !report.isFetching}>
        {prompt.user}
      </pre>
      {prompt.n_pictures > 0 && <span className="hint">{t("aiPreviewPictures", { n: prompt.n_pictures })}</span>}
    </details>
  );
}
