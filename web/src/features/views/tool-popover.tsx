/** A toolbar button that opens a tool: a popover beside it, on a phone a sheet from below. */
import { Drawer, Popover } from "antd";
import { type ReactNode, type RefObject, useEffect, useRef, useState, useSyncExternalStore } from "react";
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
  const body = useRef<HTMLDivElement>(null);
  useOutside(body, isOpen, () => setOpen(false));
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
        <div role="dialog" aria-label={title} ref={body}>
          {children}
        </div>
      }
    >
      {button}
    </Popover>
  );
}

/** Boxes that a tool opens outside itself. */
const FLOATING = ".ant-select-dropdown, .ant-picker-dropdown, .ant-modal";

/** A press outside and Escape close the tool: the grid keeps such events to itself, so they are caught before it. */
function useOutside(body: RefObject<HTMLDivElement | null>, isOpen: boolean, close: () => void): void {
  const latest = useRef(close);
  latest.current = close;
  useEffect(() => {
    if (!isOpen) return;
    const pressed = (event: PointerEvent) => {
      const target = event.target instanceof Element ? event.target : null;
      const isInside = body.current?.contains(target) || target?.closest(`${FLOATING}, [aria-expanded="true"]`);
      if (body.current && !isInside) latest.current();
    };
    const typed = (event: KeyboardEvent) => {
      const isChoosing = document.querySelector(".ant-select-open");
      if (event.key === "Escape" && body.current && !isChoosing) latest.current();
    };
    document.addEventListener("pointerdown", pressed, true);
    document.addEventListener("keydown", typed, true);
    return () => {
      document.removeEventListener("pointerdown", pressed, true);
      document.removeEventListener("keydown", typed, true);
    };
  }, [isOpen, body]);
}
