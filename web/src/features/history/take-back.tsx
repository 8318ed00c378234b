/** Taking a step back, or a table back to a moment: first what that would do, then it is done. */
import { App } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, ask, command, type Schemas } from "../../api/client";
import { momentText } from "../../ui/when";
import { ChangeList } from "./change-list";
import { effectsOf } from "./effects";

export interface TakeBack {
  isBusy: boolean;
  takeBack: (revision: number, label: string) => Promise<void>;
  restoreTable: (table: string, revision: number, at_ms: number, label: string) => Promise<void>;
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
        okButtonProps: { disabled: effectsOf(preview).length === 0 },
        onOk: async () => {
          try {
            const { result } = await command(base, body);
            // What was changed while the question was read is kept, too; the screen alone doesn't tell that.
            const nMore = result.n_kept - preview.n_conflicts;
            if (nMore > 0) message.info(t("keptMore", { n: nMore, count: nMore }));
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
    restoreTable: (table, revision, at_ms, label) =>
      look(
        `/bases/${base}/tables/${table}/restore_preview?revision=${revision}`,
        t("restoreToTitle", { what: label, when: momentText(at_ms, i18n.language) }),
        { kind: "restore_table_to", table, revision },
      ),
  };
}

function PreviewText({ preview }: { preview: Preview }) {
  const { t, i18n } = useTranslation();
  const counts = (n: number) => ({ n: n.toLocaleString(i18n.language), count: n });
  const effects = effectsOf(preview);
  const { conflicts, n_conflicts } = preview;
  return (
    <div className="question">
      {effects.length === 0 ? (
        <p>{t("willNothing")}</p>
      ) : (
        <ul className="num">
          {effects.map(({ what, n }) => (
            <li key={what}>{t(`will_${what}`, counts(n))}</li>
          ))}
        </ul>
      )}
      {n_conflicts > 0 && (
        <>
          <p>{t("conflicts", counts(n_conflicts))}</p>
          <div className="conflicts">
            <ChangeList changes={conflicts} />
            {n_conflicts > conflicts.length && (
              <p className="hint">{t("moreChanges", counts(n_conflicts - conflicts.length))}</p>
            )}
          </div>
        </>
      )}
      {effects.length > 0 && <p className="hint">{t("takeBackHint")}</p>}
    </div>
  );
}
