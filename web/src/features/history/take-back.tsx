/** Taking a step back, or a table back to a moment: first what that would do, then it is done. */
import { App } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, ask, command, type Schemas } from "../../api/client";
import { whenText } from "../../ui/when";
import { ChangeList } from "./change-list";

export interface TakeBack {
  isBusy: boolean;
  takeBack: (revision: number, label: string) => Promise<void>;
  restoreTable: (table: string, revision: number, at_ms: number) => Promise<void>;
}

type Preview = Schemas["TakeBackPreview"];

export function useTakeBack(base: string, onDone: () => void): TakeBack {
  const { t, i18n } = useTranslation();
  const { message, modal } = App.useApp();
  const [isBusy, setBusy] = useState(false);

  const fail = (error: unknown) =>
    void message.error(
      error instanceof ApiError ? [error.message, error.hint].filter(Boolean).join(" ") : String(error),
    );
  const look = async (path: string, title: string, body: object) => {
    setBusy(true);
    try {
      const preview = await ask<Preview>("GET", path);
      modal.confirm({
        icon: null,
        title,
        width: 480,
        content: <PreviewText preview={preview} />,
        okText: t(preview.n_conflicts > 0 ? "takeBackRest" : "takeBackDo"),
        okButtonProps: { disabled: isNothing(preview) },
        onOk: async () => {
          try {
            await command(base, body);
            message.success(t("takeBackDone"));
            onDone();
          } catch (error) {
            fail(error);
          }
        },
      });
    } catch (error) {
      fail(error);
    } finally {
      setBusy(false);
    }
  };
  return {
    isBusy,
    takeBack: (revision, label) =>
      look(`/bases/${base}/history/${revision}/preview`, t("takeBackTitle", { what: label }), {
        kind: "take_back",
        revision,
        keep_later: true,
      }),
    restoreTable: (table, revision, at_ms) =>
      look(
        `/bases/${base}/tables/${table}/restore_preview?revision=${revision}`,
        t("restoreToTitle", { when: whenText(at_ms, i18n.language, t("justNow")) }),
        { kind: "restore_table_to", table, revision },
      ),
  };
}

function isNothing({ n_cells, n_records_removed, n_records_restored, n_schema }: Preview): boolean {
  return n_cells + n_records_removed + n_records_restored + n_schema === 0;
}

function PreviewText({ preview }: { preview: Preview }) {
  const { t, i18n } = useTranslation();
  const count = (n: number) => n.toLocaleString(i18n.language);
  const parts = [
    preview.n_cells > 0 && t("willSet", { n: count(preview.n_cells) }),
    preview.n_records_restored > 0 && t("willRestore", { n: count(preview.n_records_restored) }),
    preview.n_records_removed > 0 && t("willRemove", { n: count(preview.n_records_removed) }),
    preview.n_schema > 0 && t("willAlter", { n: count(preview.n_schema) }),
  ].filter(Boolean);
  return (
    <>
      <p>{isNothing(preview) ? t("willNothing") : `${parts.join(t("listComma"))}${t("fullStop")}`}</p>
      {preview.n_conflicts > 0 && (
        <>
          <p>{t("conflicts", { n: count(preview.n_conflicts) })}</p>
          <div className="conflicts">
            <ChangeList changes={preview.conflicts} />
          </div>
        </>
      )}
      <p className="hint">{t("takeBackHint")}</p>
    </>
  );
}
