/** The phone's bottom bar of four, within the thumb's reach. */
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Icon } from "../ui/icons";

interface PhoneBarProps {
  onAdd: () => void;
  onFind: () => void;
  onJobs: () => void;
}

export function PhoneBar({ onAdd, onFind, onJobs }: PhoneBarProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const items = [
    { icon: "home", label: t("home"), run: () => void navigate({ to: "/" }) },
    { icon: "find", label: t("find"), run: onFind },
    { icon: "add", label: t("addRecord"), run: onAdd },
    { icon: "jobs", label: t("jobs"), run: onJobs },
  ];
  return (
    <nav className="phone-bar" aria-label={t("more")}>
      {items.map(({ icon, label, run }) => (
        <button type="button" key={icon} onClick={run}>
          <Icon name={icon} size={18} />
          {label}
        </button>
      ))}
    </nav>
  );
}
