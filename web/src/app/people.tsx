/** Who is here: one disc per person; a click on one's own changes the name that the others see. */
import { Button, Input, Popover } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import { peerIndex } from "../grid/theme";
import { type Peer, people } from "../sync/presence";
import { keepName, keptName, NAME_CHARS } from "./edit-memory";
import { usePeerName } from "./peers";

/** More are counted. */
const SHOWN = 4;

interface PeopleProps {
  peers: readonly Peer[];
  ownNumber: number;
  tables: readonly Schemas["TableView"][];
  onRename: (name: string) => void;
}

export function People({ peers, ownNumber, tables, onRename }: PeopleProps) {
  const { t } = useTranslation();
  const nameOf = usePeerName();
  const [own, setOwn] = useState(keptName);
  const [isOpen, setOpen] = useState(false);
  const others = people(peers);
  const shown = others.slice(0, SHOWN);
  const rename = () => {
    const name = own.trim();
    keepName(name);
    onRename(name);
    setOpen(false);
  };
  const form = (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        rename();
      }}
    >
      <label className="field-label" htmlFor="own-name">
        {t("ownName")}
        <Input
          id="own-name"
          value={own}
          maxLength={NAME_CHARS}
          placeholder={t("guest", { n: ownNumber })}
          onChange={(event) => setOwn(event.target.value)}
        />
      </label>
      <Button type="primary" htmlType="submit">
        {t("save")}
      </Button>
    </form>
  );
  const where = (peer: Peer) => {
    const table = tables.find((one) => one.id === peer.cursor?.table)?.name;
    return table ? t("personIn", { name: nameOf(peer), table }) : nameOf(peer);
  };
  const ownLabel = t("ownNameOf", { name: keptName() || t("guest", { n: ownNumber }) });
  return (
    <div className="people">
      <ul aria-label={t("whoIsHere", { n: others.length + 1 })}>
        {shown.map((peer) => (
          <li key={peer.client} title={where(peer)}>
            <Disc number={peer.number} name={nameOf(peer)} isGuest={!peer.name} />
            <span className="visually-hidden">{where(peer)}</span>
          </li>
        ))}
        {others.length > shown.length && <li className="hint num">+{others.length - shown.length}</li>}
      </ul>
      <Popover content={form} trigger="click" placement="bottomRight" open={isOpen} onOpenChange={setOpen}>
        <button type="button" className="own-disc" aria-label={ownLabel} title={ownLabel}>
          <Disc number={ownNumber} name={keptName()} isGuest={!keptName()} />
        </button>
      </Popover>
    </div>
  );
}

function Disc({ number, name, isGuest }: { number: number; name: string; isGuest: boolean }) {
  return (
    <i className="disc" aria-hidden style={{ background: `var(--peer-${peerIndex(number)})` }}>
      {isGuest ? number : [...name][0]?.toUpperCase()}
    </i>
  );
}
