/** A toolbar button that opens a tool: a popover beside it, on a phone a sheet from below. */
import { Drawer, Popover } from "antd";
import { type ReactNode, useState, useSyncExternalStore } from "react";
import { Icon } from "../../ui/icons";

const PHONE = "(max-width: 640px)";

function watchPhone(onChange: () => void): () => void {
  const query = matchMedia(PHONE);
  query.addEventListener("change", onChange);
  return () => query.removeEventListener("change", onChange);
}

interface ToolPopoverProps {
  icon: string;
  title: string;
  /** What the tool does to the view at present, shown beside the icon instead of the title. */
  state?: string | undefined;
  children: ReactNode;
}

export function ToolPopover({ icon, title, state, children }: ToolPopoverProps) {
  const [isOpen, setOpen] = useState(false);
  const isPhone = useSyncExternalStore(watchPhone, () => matchMedia(PHONE).matches);
  const button = (
    <button
      type="button"
      className="icon-button"
      aria-label={state ?? title}
      aria-haspopup="dialog"
      aria-expanded={isOpen}
      aria-pressed={state !== undefined}
      onClick={isPhone ? () => setOpen(true) : undefined}
    >
      <Icon name={icon} />
      <span>{state ?? title}</span>
    </button>
  );
  if (isPhone) {
    return (
      <>
        {button}
        <Drawer title={title} placement="bottom" size="default" open={isOpen} onClose={() => setOpen(false)}>
          {children}
        </Drawer>
      </>
    );
  }
  return (
    <Popover
      trigger="click"
      placement="bottomLeft"
      arrow={false}
      open={isOpen}
      onOpenChange={setOpen}
      content={
        <div role="dialog" aria-label={title}>
          {children}
        </div>
      }
    >
      {button}
    </Popover>
  );
}
