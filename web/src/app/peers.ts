/** Who else is here, as React state, and their cursors as marks for the grid. */
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import type { PeerMark } from "../grid/types";
import type { BaseSession } from "../sync/base-session";
import type { Peer } from "../sync/presence";

/** How long the flag with the name stays out after its cursor moved. */
const FLAG_MS = 4_000;

export interface Here {
  peers: readonly Peer[];
  ownNumber: number;
}

export function useHere(session: BaseSession): Here {
  const [here, setHere] = useState<Here>({ peers: [], ownNumber: 1 });
  useEffect(
    () => session.on("presence", ({ peers, own }) => setHere({ peers, ownNumber: own?.number ?? 1 })),
    [session],
  );
  // Without a connection nobody knows who is here.
  useEffect(
    () => session.on("state", (state) => state !== "online" && setHere((now) => ({ ...now, peers: [] }))),
    [session],
  );
  return here;
}

export function usePeerName(): (peer: Peer) => string {
  const { t } = useTranslation();
  return useCallback(
    (peer) => (peer.isSelf ? t("ownOtherWindow") : (peer.name ?? t("guest", { n: peer.number }))),
    [t],
  );
}

/** The cursors in one table; a flag goes in some time after its cursor came to rest. */
export function usePeerMarks(peers: readonly Peer[], table: string): readonly PeerMark[] {
  const nameOf = usePeerName();
  const [marks, setMarks] = useState<readonly PeerMark[]>([]);
  useEffect(() => {
    const make = () => {
      const now = Date.now();
      const here = peers.flatMap(({ cursor, ...peer }) =>
        cursor?.table === table && cursor.record && cursor.field
          ? [{ ...peer, record: cursor.record, column: cursor.field, cursor }]
          : [],
      );
      setMarks((before) =>
        here.length === 0 && before.length === 0
          ? before
          : here.map((peer) => ({
              record: peer.record,
              column: peer.column,
              color: peer.number,
              name: nameOf(peer),
              showsName: now - peer.movedAt < FLAG_MS,
            })),
      );
      const next = here.map((peer) => peer.movedAt + FLAG_MS - now).filter((ms) => ms > 0);
      return next.length > 0 ? Math.min(...next) : undefined;
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const run = () => {
      const wait = make();
      if (wait !== undefined) timer = setTimeout(run, wait + 20);
    };
    run();
    return () => clearTimeout(timer);
  }, [peers, table, nameOf]);
  return marks;
}

/** Tells the others where this person is. */
export function useOwnCursor(
  session: BaseSession,
  table: string,
  record: string | undefined,
  field: Schemas["FieldView"]["id"] | undefined,
): void {
  useEffect(() => {
    session.cursor({ table, ...(record && field ? { record, field } : {}) });
  }, [session, table, record, field]);
}
