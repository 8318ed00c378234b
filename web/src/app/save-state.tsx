/** Whether what was typed is safe: being saved, saved, or waiting on this machine. Quiet, as the eye sees the cells. */
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../ui/icons";
import type { LiveBase } from "./base-session";

/** A wait that is over sooner is not told. */
const SLOW_MS = 300;

export function SaveState({ live }: { live: LiveBase }) {
  const { t } = useTranslation();
  const { waiting, connection } = live;
  const hasEdited = useRef(false);
  const [isSlow, setSlow] = useState(false);
  if (waiting > 0) hasEdited.current = true;
  const isWaiting = waiting > 0;
  useEffect(() => {
    if (!isWaiting) return setSlow(false);
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, [isWaiting]);
  const isOffline = connection === "offline";
  if (!isOffline && !hasEdited.current) return null;
  const isSaving = isWaiting && isSlow && !isOffline;
  const text = isOffline ? t("offlineShort") : isSaving ? t("saving") : t("saved");
  return (
    <span className="save-state" role="status" data-state={isOffline ? "offline" : isSaving ? "saving" : "saved"}>
      {!isOffline && !isSaving && <Icon name="check" size={12} />}
      <span>{text}</span>
    </span>
  );
}
