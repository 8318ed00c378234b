/** One field of the record form, with the keyboard that fits it. */
import { Button, Checkbox, Input, Rate, Select } from "antd";
import { useTranslation } from "react-i18next";
import { blobUrl } from "../../api/client";
import type { Attachment, WireCell, WireField, WireInput } from "../../api/wire";
import type { LinkPort } from "../../fields/descriptor";
import { effectiveType, isReadonly } from "../../fields/formula/descriptor";
import { editText, shownText } from "../../fields/registry";
import { hrefOf } from "../../fields/url/descriptor";
import { Icon } from "../../ui/icons";
import { Labelled } from "../../ui/parts";
import { LinkField } from "./link-field";

const NUMERIC = ["number", "currency", "percent", "rating", "progress"];

/** The keyboard that a phone or tablet opens. */
function inputModeOf(type: string): "decimal" | "url" | "tel" | "email" | "numeric" | "text" {
  if (NUMERIC.includes(type)) return "decimal";
  if (type === "url" || type === "email") return type;
  if (type === "barcode") return "numeric";
  return type === "phone" ? "tel" : "text";
}

/** What an address, mailbox or phone number leads to. */
function OpenLink({ type, text, label }: { type: string; text: string; label: string }) {
  const href = hrefOf(type, text);
  if (!href) return <span />;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" aria-label={`${label} ${text}`}>
      <Icon name="url" />
    </a>
  );
}

export function RecordField({
  base,
  field,
  cell,
  links,
  onSave,
  onPress,
}: {
  base: string;
  links?: LinkPort | undefined;
  field: WireField;
  cell: WireCell;
  onSave: (value: WireInput) => void;
  onPress: () => void;
}) {
  const { t } = useTranslation();
  const text = editText(cell, field);
  if (field.type === "attachment") {
    const files = Array.isArray(cell) ? (cell.filter((item) => typeof item === "object") as Attachment[]) : [];
    return (
      <Labelled label={field.name}>
        <span className="row" style={{ flexWrap: "wrap" }}>
          {files.map((file) => (
            <img
              key={file.digest}
              src={blobUrl(base, file.digest, 256)}
              alt={file.name}
              style={{ width: 96, height: 96, objectFit: "cover", borderRadius: 4 }}
            />
          ))}
        </span>
      </Labelled>
    );
  }
  if (field.type === "link" && links) return <LinkField field={field} cell={cell} links={links} onSave={onSave} />;
  if (field.type === "checkbox") {
    return (
      <Checkbox checked={cell === true} onChange={(event) => onSave(event.target.checked)}>
        {field.name}
      </Checkbox>
    );
  }
  if (field.type === "button") {
    return (
      <div>
        <span className="field-label">{field.name}</span>
        <div>
          <Button onClick={onPress}>{field.label || field.name}</Button>
        </div>
      </div>
    );
  }
  if (field.type === "select" || field.type === "multi_select" || field.type === "person") {
    const options = (field.options ?? []).map((option) => ({ value: option.id, label: option.name }));
    return (
      <Labelled label={field.name}>
        {field.type === "select" ? (
          <Select
            allowClear
            value={typeof cell === "string" ? cell : null}
            options={options}
            aria-label={field.name}
            onChange={(value: string | null) => onSave(value ?? null)}
          />
        ) : (
          <Select
            mode={field.type === "person" ? "tags" : "multiple"}
            value={Array.isArray(cell) ? (cell as string[]) : []}
            options={options}
            aria-label={field.name}
            onChange={(value: string[]) => onSave(value)}
          />
        )}
      </Labelled>
    );
  }
  if (field.type === "rating") {
    return (
      <div>
        <span className="field-label">{field.name}</span>
        <div>
          <Rate
            style={{ color: "var(--star)" }}
            count={field.max ?? 5}
            value={typeof cell === "number" ? cell : 0}
            aria-label={field.name}
            onChange={(mark) => onSave(mark === 0 ? null : mark)}
          />
        </div>
      </div>
    );
  }
  const commit = (next: string) => {
    if (next !== text) onSave(next === "" ? null : next);
  };
  return (
    <Labelled label={field.name}>
      {field.type === "long_text" ? (
        <Input.TextArea
          autoSize={{ minRows: 2, maxRows: 10 }}
          defaultValue={text}
          onBlur={(event) => commit(event.target.value)}
        />
      ) : (
        <Input
          defaultValue={isReadonly(field) ? shownText(cell, field) : text}
          readOnly={isReadonly(field)}
          variant={isReadonly(field) ? "filled" : "outlined"}
          inputMode={inputModeOf(field.type)}
          suffix={<OpenLink type={effectiveType(field).type} text={text} label={t("openLink")} />}
          onBlur={(event) => commit(event.target.value)}
          onPressEnter={(event) => commit(event.currentTarget.value)}
        />
      )}
    </Labelled>
  );
}
