/** A sheet for somebody else to fill in: which columns are open, whether rows may be added. */
import { Button, Checkbox, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";

interface FillInProps {
  fields: Schemas["FieldView"][];
  busy: boolean;
  onMake: (fill: string[], mayAdd: boolean) => void;
  onClose: () => void;
}

/** What a person types into; not what is computed, given or a picture. */
const CLOSED = ["formula", "attachment", "button", "auto_number", "created_time", "modified_time", "created_by"];

export function canBeFilled(field: Schemas["FieldView"]): boolean {
  return ![...CLOSED, "modified_by"].includes(field.type);
}

export function FillIn({ fields, busy, onMake, onClose }: FillInProps) {
  const { t } = useTranslation();
  const [fill, setFill] = useState<string[]>([]);
  const [mayAdd, setMayAdd] = useState(false);
  const open = fields.filter(canBeFilled);
  return (
    <Modal
      open
      centered
      width={520}
      title={t("fillInTitle")}
      onCancel={onClose}
      footer={
        <Button
          type="primary"
          size="large"
          loading={busy}
          disabled={fill.length === 0}
          data-testid="make-fill-in"
          onClick={() => onMake(fill, mayAdd)}
        >
          {t("fillInMake", { n: fill.length })}
        </Button>
      }
    >
      <p className="dim">{t("fillInAbout")}</p>
      <fieldset className="fill-in">
        <legend>{t("fillInFields")}</legend>
        {open.map((field) => (
          <Checkbox
            key={field.id}
            checked={fill.includes(field.id)}
            onChange={(event) =>
              setFill((all) => (event.target.checked ? [...all, field.id] : all.filter((id) => id !== field.id)))
            }
          >
            {field.name}
          </Checkbox>
        ))}
      </fieldset>
      <Checkbox checked={mayAdd} onChange={(event) => setMayAdd(event.target.checked)}>
        {t("fillInAdd")}
      </Checkbox>
    </Modal>
  );
}
