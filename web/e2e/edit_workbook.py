"""Changes a workbook as a person would and saves it under another name. Usage: edit_workbook.py FROM TO STEPS

STEPS is JSON: ["set", cell, value], ["append", values], ["delete", row], ["reverse", first_row, last_row]; says what the
sheet holds afterwards, with what of it is protected and how its choices are limited.
"""
import json
import sys

from openpyxl import load_workbook

source, target, steps = sys.argv[1:4]
book = load_workbook(source)
sheet = book.worksheets[0]
for act, *parts in json.loads(steps):
    if act == "set":
        sheet[parts[0]] = parts[1]
    elif act == "append":
        row = next(at for at in range(2, sheet.max_row + 2) if all(cell.value is None for cell in sheet[at]))
        for column, value in enumerate(parts[0], start=1):
            sheet.cell(row, column, value)
    elif act == "delete":
        sheet.delete_rows(parts[0])
    elif act == "reverse":
        first, last = parts
        rows = [[cell.value for cell in sheet[at]] for at in range(first, last + 1)]
        for at, values in zip(range(first, last + 1), reversed(rows)):
            for column, value in enumerate(values, start=1):
                sheet.cell(at, column).value = value
    else:
        raise SystemExit(f"no such step: {act}")
book.save(target)


def shown(value):
    return value if isinstance(value, (int, float, str, bool)) or value is None else str(value)


json.dump(
    {
        "rows": [[shown(value) for value in row] for row in sheet.iter_rows(values_only=True)],
        "is_protected": bool(sheet.protection.sheet),
        "open": sorted({cell.column_letter for row in sheet.iter_rows(min_row=3, max_row=4) for cell in row if not cell.protection.locked}),
        "hidden": [letter for letter, column in sheet.column_dimensions.items() if column.hidden],
        "choices": {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"},
    },
    sys.stdout,
    ensure_ascii=False,
)
