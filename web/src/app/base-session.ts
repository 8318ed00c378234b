/** The live side of the base on the screen as React state: connection, waiting edits, undo, schema changes. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { ask, type Schemas, socketUrl } from "../api/client";
import type { UndoState, WireError } from "../api/wire";
import { BaseSession } from "../sync/base-session";
import { clientIdentity } from "../sync/ids";
import type { ConnectionState, SocketLike } from "../sync/socket";

/** How often the progress of a computation is looked at. */
const LOOK_MS = 400;

export interface LiveBase {
  session: BaseSession;
  connection: ConnectionState;
  waiting: number;
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
      }),
    [base, locale],
  );
  const [connection, setConnection] = useState<ConnectionState>("connecting");
  const [waiting, setWaiting] = useState(0);
  const [undo, setUndo] = useState<UndoState>({ can_undo: false, can_redo: false });
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
      session.on("refused", ({ error }) => onRefused(error)),
    ];
    session.connect();
    return () => {
      for (const stop of stops) stop();
      session.close();
    };
  }, [session, base, queries, onRefused]);

  return { session, connection, waiting, undo, view: view.data, error: view.error, refetch: () => void view.refetch() };
}
