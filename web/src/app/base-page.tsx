/** One base: rail and tabs of its tables, the workspace of the chosen one, banners for what everybody must know. */
import { useNavigate, useParams } from "@tanstack/react-router";
import { App, Button } from "antd";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/client";
import type { WireError } from "../api/wire";
import { Trash } from "../features/history/trash";
import { FileDrop } from "../features/start/file-drop";
import { Rail } from "../features/tables/rail";
import { TableTabs } from "../features/tables/table-tabs";
import { ActionButton, Beads } from "../ui/parts";
import { useLiveBase } from "./base-session";
import { LostEdits } from "./lost-edits";
import type { PanelState } from "./open-panel";
import { People } from "./people";
import { SaveState } from "./save-state";
import { useUndoKeys } from "./undo-keys";
import { Workspace } from "./workspace";

const count = (n = 0) => n.toLocaleString();

export function BasePage() {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const { base, table } = useParams({ strict: false }) as { base: string; table?: string };
  const onRefused = useCallback(
    (error: WireError) =>
      void message.error([t("saveRefused", { why: error.message }), error.hint].filter(Boolean).join(" "), 6),
    [message, t],
  );
  const live = useLiveBase(base, onRefused);
  useUndoKeys(live.session);
  /** The panel belongs to the table over which it was opened. */
  const [opened, setOpened] = useState<{ table: string; panel: PanelState | null } | null>(null);
  const current = live.view?.tables.find((one) => one.id === table) ?? live.view?.tables[0];
  const over = current?.id ?? "";
  const setPanel = useCallback((panel: PanelState | null) => setOpened({ table: over, panel }), [over]);

  if (live.error && !live.view) {
    return (
      <main className="empty" role="alert">
        <b>{live.error.message}</b>
        {live.error instanceof ApiError && live.error.hint && <p>{live.error.hint}</p>}
        <Button onClick={live.refetch}>{t("retry")}</Button>
      </main>
    );
  }
  if (!live.view) return <Beads label={t("loading")} />;
  const { view } = live;
  const open = (id: string) => void navigate({ to: "/b/$base/$table", params: { base, table: id } });
  const status = view.status as { state: string; reason?: string; done?: number; of?: number };

  return (
    <div className="base">
      <Rail
        base={view}
        current={current?.id}
        onOpen={open}
        {...(current ? { onTrash: () => setPanel({ kind: "history", scope: "trash" }) } : {})}
        onHome={() => void navigate({ to: "/" })}
        onSettings={() => void navigate({ to: "/settings" })}
      />
      <main className="work">
        {live.connection === "offline" && (
          <div className="banner" role="status">
            <span className="grow">
              {live.waiting === 0
                ? t("offlineIdle")
                : live.isSafe
                  ? t("offline", { n: live.waiting })
                  : t("offlineUnsafe", { n: live.waiting })}
            </span>
            <ActionButton icon="redo" text label={t("reconnect")} onClick={() => live.session.retryNow()} />
          </div>
        )}
        <LostEdits refused={live.refused} tables={view.tables} onDismiss={live.dismiss} />
        {status.state === "read_only" && (
          <div className="banner" data-kind="error" role="alert">
            {t("readOnly", { why: status.reason ?? "" })}
          </div>
        )}
        {status.state === "recomputing" && (
          <div className="banner" role="status">
            <span>{t("recomputing", { done: count(status.done), of: count(status.of) })}</span>
            <progress className="grow" value={status.done} max={Math.max(1, status.of ?? 1)} />
          </div>
        )}
        <TableTabs base={base} tables={view.tables} current={current?.id} peers={live.here.peers} onOpen={open}>
          <SaveState live={live} />
          <People
            peers={live.here.peers}
            ownNumber={live.here.ownNumber}
            tables={view.tables}
            onRename={(name) => live.session.rename(name)}
          />
        </TableTabs>
        {current ? (
          <Workspace
            key={current.id}
            base={base}
            tables={view.tables}
            table={current}
            live={live}
            panel={opened?.table === current.id ? opened.panel : null}
            onPanel={setPanel}
            readonly={status.state === "read_only"}
          />
        ) : (
          <div className="empty">
            <FileDrop base={base} compact />
            <div className="empty-trash">
              <Trash base={base} isOwnPlace />
            </div>
            {(live.undo.can_undo || live.undo.can_redo) && (
              <div className="row">
                {(["undo", "redo"] as const).map((kind) => (
                  <ActionButton
                    key={kind}
                    icon={kind}
                    text
                    label={t(kind)}
                    disabled={!live.undo[`can_${kind}`]}
                    onClick={() => void live.session.submit({ kind }).catch(() => undefined)}
                  />
                ))}
              </div>
            )}
          </div>
        )}
      </main>
    </div>
  );
}
