/** Small parts that every screen uses: toolbar buttons, panels, notes, empty and loading states. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "./icons";

interface ActionButtonProps {
  icon: string;
  label: string;
  /** Shows the label beside the icon; otherwise it is a tooltip. */
  text?: boolean;
  pressed?: boolean;
  /** Stays at the end of a toolbar that scrolls. */
  pinned?: boolean;
  disabled?: boolean;
  onClick: (at: DOMRect) => void;
}

export function ActionButton({
  icon,
  label,
  text = false,
  pressed,
  pinned = false,
  disabled = false,
  onClick,
}: ActionButtonProps) {
  return (
    <button
      type="button"
      className={pinned ? "icon-button pinned" : "icon-button"}
      aria-label={label}
      title={text ? undefined : label}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={(event) => onClick(event.currentTarget.getBoundingClientRect())}
    >
      <Icon name={icon} />
      {text && <span>{label}</span>}
    </button>
  );
}

export function Panel({
  title,
  onClose,
  children,
  foot,
}: {
  title: ReactNode;
  onClose: () => void;
  children: ReactNode;
  foot?: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <aside className="panel" aria-label={typeof title === "string" ? title : undefined}>
      <div className="panel-head">
        <span className="grow cut">{title}</span>
        <ActionButton icon="close" label={t("close")} onClick={onClose} />
      </div>
      <div className="panel-body">{children}</div>
      {foot && <div className="panel-foot">{foot}</div>}
    </aside>
  );
}

export function Note({ kind, children }: { kind?: "warn" | "bad" | "ai"; children: ReactNode }) {
  return (
    <div className="note" data-kind={kind} role={kind === "bad" ? "alert" : undefined}>
      {children}
    </div>
  );
}

export function Progress({ done, of, ai = false, label }: { done: number; of: number; ai?: boolean; label: string }) {
  const share = of > 0 ? Math.min(100, (done / of) * 100) : 0;
  return (
    <div
      className="bar"
      data-ai={ai}
      role="progressbar"
      aria-label={label}
      aria-valuenow={Math.round(share)}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <i style={{ width: `${share}%` }} />
    </div>
  );
}

/** The mark, its beads sliding while something loads. */
export function Beads({ label }: { label: string }) {
  return (
    <div className="empty" role="status">
      <svg className="beads" viewBox="0 0 32 32" aria-hidden="true">
        <path d="M4 12h24M10 3v26M22 3v26" stroke="currentColor" strokeWidth="1.5" />
        {[
          ["6", "6"],
          ["18", "6"],
          ["6", "15"],
          ["18", "20"],
          ["6", "22"],
        ].map(([x, y]) => (
          <rect key={`${x}-${y}`} x={x} y={y} width="8" height="4" rx="2" fill="currentColor" />
        ))}
      </svg>
      <span className="hint">{label}</span>
    </div>
  );
}

export function Labelled({ label, hint, children }: { label: string; hint?: string | undefined; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child.
    <label className="field-label">
      {label}
      {children}
      {hint && <span className="hint">{hint}</span>}
    </label>
  );
}
