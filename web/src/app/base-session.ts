/** The live side of the base on the screen as React state: connection, waiting edits, undo, schema changes. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { ask, type Schemas, socketUrl } from "../api/client";
import type { UndoState, WireError } from "../api/wire";
import { BaseSession, type RefusedEdit } from "../sync/base-session";
import { clientIdentity } from "../sync/ids";
import { lostValues } from "../sync/lost";
import type { ConnectionState, SocketLike } from "../sync/socket";
import { editStore, keptName, tabs } from "./edit-memory";
import { type Here, useHere } from "./peers";

/** How often the progress of a computation is looked at. */
const LOOK_MS = 400;

export interface LiveBase {
  session: BaseSession;
  connection: ConnectionState;
  waiting: number;
  /** What waits would survive a reload. */
  isSafe: boolean;
  /** Edits that were not taken and that the user has not yet seen off. */
  refused: readonly RefusedEdit[];
  dismiss: () => void;
  here: Here;
  undo: UndoState;
  view: Schemas["BaseView"] | undefined;
  error: Error | null;
  refetch: () => void;
}

export function useLiveBase(base: string, onRefused: (error: WireError) => void): LiveBase {
  const { i18n } = useTranslation();
  const queries = useQueryClient();
  const locale = i18n.language;
  const session = useMemo(
    () =>
      new BaseSession({
        open: () => new WebSocket(socketUrl(base)) as unknown as SocketLike,
        client: clientIdentity(localStorage),
        locale,
        name: keptName(),
        memory: { base, store: editStore, tabs },
      }),
    [base, locale],
  );
  const [connection, setConnection] = useState<ConnectionState>("connecting");
  const [waiting, setWaiting] = useState(0);
  const [undo, setUndo] = useState<UndoState>({ can_undo: false, can_redo: false });
  const [isSafe, setSafe] = useState(true);
  const [refused, setRefused] = useState<readonly RefusedEdit[]>([]);
  const here = useHere(session);
  const view = useQuery({
    queryKey: ["base", base],
    queryFn: () => ask<Schemas["BaseView"]>("GET", `/bases/${base}`),
    refetchInterval: (query) => (query.state.data?.status.state === "recomputing" ? LOOK_MS : false),
  });

  useEffect(() => {
    const stops = [
      session.on("state", setConnection),
      session.on("waiting", setWaiting),
      session.on("undo", setUndo),
      session.on("schema", () => void queries.invalidateQueries({ queryKey: ["base", base] })),
      session.on("computing", () => void queries.invalidateQueries({ queryKey: ["base", base] })),
      session.on("safe", setSafe),
      session.on("refused", (edit) => {
        // Where nothing was typed the reason is all there is to tell.
        if (lostValues(edit.command, edit.cells).length > 0) setRefused((known) => [...known, edit]);
        else {
          session.dismiss(edit.clientId);
          onRefused(edit.error);
        }
      }),
    ];
    setRefused([]);
    session.connect();
    const gone = () => session.doubt();
    const back = () => session.retryNow();
    window.addEventListener("offline", gone);
    window.addEventListener("online", back);
    return () => {
      window.removeEventListener("offline", gone);
      window.removeEventListener("online", back);
      for (const stop of stops) stop();
      session.close();
    };
  }, [session, base, queries, onRefused]);

  useLeaveWarning(waiting > 0 && !isSafe);
  const dismiss = () => {
    for (const { clientId } of refused) session.dismiss(clientId);
    setRefused([]);
  };

  return {
    session,
    connection,
    waiting,
    isSafe,
    refused,
    dismiss,
    here,
    undo,
    view: view.data,
    error: view.error,
    refetch: () => void view.refetch(),
  };
}

/** The browser asks before it closes a page whose edits are nowhere else. */
function useLeaveWarning(isNeeded: boolean): void {
  useEffect(() => {
    if (!isNeeded) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isNeeded]);
}
