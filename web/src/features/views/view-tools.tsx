/** The tools of one view in the toolbar: fields, filter, groups, sort, row height. */
import { Checkbox } from "antd";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Icon } from "../../ui/icons";
import { isHidden, ROW_HEIGHTS, setHidden, type View } from "./change";
import { useDraft } from "./draft";
import { FilterTool } from "./filter-tool";
import { nActive } from "./filter-tree";
import { GroupTool } from "./group-tool";
import { SortTool } from "./sort-tool";
import { ToolPopover } from "./tool-popover";
import "./views.css";

interface ViewToolsProps {
  table: Schemas["TableView"];
  view: View;
  onChange: (view: View) => void;
}

export function ViewTools({ table, view: known, onChange }: ViewToolsProps) {
  const { t } = useTranslation();
  const [view, change] = useDraft(known, onChange);
  const { fields } = table;
  const nHidden = fields.filter((field) => isHidden(view, field.id)).length;
  const nConditions = nActive(view.filter);
  const nGroups = view.groups.length;
  const nSorts = view.sorts.length;
  return (
    <>
      <ToolPopover
        icon="columns"
        title={t("allFields")}
        state={nHidden ? t("hiddenFields", { n: nHidden }) : undefined}
      >
        <FieldsTool fields={fields} view={view} onChange={change} />
      </ToolPopover>
      <ToolPopover icon="filter" title={t("filter")} state={nConditions ? `${t("filter")} ${nConditions}` : undefined}>
        <FilterTool fields={fields} view={view} onChange={change} />
      </ToolPopover>
      <ToolPopover icon="group" title={t("group")} state={nGroups ? `${t("group")} ${nGroups}` : undefined}>
        <GroupTool fields={fields} view={view} onChange={change} />
      </ToolPopover>
      <ToolPopover icon="sort" title={t("sort")} state={nSorts ? `${t("sort")} ${nSorts}` : undefined}>
        <SortTool fields={fields} view={view} onChange={change} />
      </ToolPopover>
      <ToolPopover icon="rows" title={t("rowHeight")}>
        <HeightTool view={view} onChange={change} />
      </ToolPopover>
    </>
  );
}

interface ToolProps {
  view: View;
  onChange: (view: View) => void;
}

function FieldsTool({ fields, view, onChange }: ToolProps & { fields: Schemas["FieldView"][] }) {
  const { t } = useTranslation();
  const nShown = fields.filter((field) => !isHidden(view, field.id)).length;
  return (
    <fieldset className="tool tool-list plain" data-narrow="true" aria-label={t("allFields")}>
      {fields.map((field) => {
        const isShown = !isHidden(view, field.id);
        return (
          <Checkbox
            key={field.id}
            className="tool-row"
            checked={isShown}
            // A grid without any field could not be brought back by hand.
            disabled={isShown && nShown === 1}
            aria-label={`${t("showField")} ${field.name}`}
            onChange={(event) => onChange(setHidden(view, field.id, !event.target.checked))}
          >
            <span className="cut">{field.name}</span>
          </Checkbox>
        );
      })}
    </fieldset>
  );
}

function HeightTool({ view, onChange }: ToolProps) {
  const { t } = useTranslation();
  return (
    <div className="tool" data-narrow="true" role="radiogroup" aria-label={t("rowHeight")}>
      {ROW_HEIGHTS.map((height) => (
        // biome-ignore lint/a11y/useSemanticElements: a row with a tick, as in the other tools.
        <button
          key={height}
          type="button"
          role="radio"
          className="tool-row"
          aria-checked={view.row_height === height}
          onClick={() => onChange({ ...view, row_height: height })}
        >
          <span className="grow">{t(`height_${height}`)}</span>
          {view.row_height === height && <Icon name="check" />}
        </button>
      ))}
    </div>
  );
}
