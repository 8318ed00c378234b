"""An independent reading of an exported workbook: openpyxl (cached values, formulas, pictures, tables, validations) and
LibreOffice, once with the file's cached results and once recalculating everything. Prints JSON."""
import csv
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl

RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>"""


def office(path, recalculate):
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder, "profile")
        if recalculate:
            user = profile / "user"
            user.mkdir(parents=True)
            (user / "registrymodifications.xcu").write_text(RECALCULATE)
        out = Path(folder, "out")
        command = ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to",
                   "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1", "--outdir", str(out), path]
        subprocess.run(command, check=True, timeout=90, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "HOME": folder})
        return {p.name.split("-", 1)[1].removesuffix(".csv"): list(csv.reader(p.open(encoding="utf-8"))) for p in sorted(out.glob("*.csv"))}


def main(path):
    values = openpyxl.load_workbook(path, data_only=True)
    formulas = openpyxl.load_workbook(path)
    sheets = {}
    for sheet in formulas.worksheets:
        cached = values[sheet.title]
        sheets[sheet.title] = {
            "values": [[str(c) if c is not None and not isinstance(c, (int, float, bool, str)) else c for c in row] for row in cached.iter_rows(values_only=True)],
            "formulas": {c.coordinate: c.value for row in sheet.iter_rows() for c in row if isinstance(c.value, str) and c.value.startswith("=")},
            "pictures": [[i.anchor._from.row, i.anchor._from.col] for i in sheet._images],
            "tables": {t.name: t.ref for t in sheet.tables.values()},
            "validations": [v.formula1 for v in sheet.data_validations.dataValidation],
            "frozen": sheet.freeze_panes,
        }
    print(json.dumps({"sheets": sheets, "office": office(path, False), "recalculated": office(path, True)}, ensure_ascii=False, default=str))


main(sys.argv[1])
