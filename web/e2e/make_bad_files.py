"""Files that must end in a clear message: made here because nobody wants them in a repository. Usage: make_bad_files.py FOLDER"""
import random
import struct
import sys
import zipfile
from pathlib import Path

out = Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
TYPES = """<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"""
RELS = """<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"""
BOOK = """<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"""
BOOK_RELS = """<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"""


def workbook(name, sheet, extra=()):
    with zipfile.ZipFile(out / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, text in [("[Content_Types].xml", TYPES), ("_rels/.rels", RELS), ("xl/workbook.xml", BOOK), ("xl/_rels/workbook.xml.rels", BOOK_RELS), ("xl/worksheets/sheet1.xml", sheet), *extra]:
            archive.writestr(part, text)


def sheet(rows):
    return f'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'


def cell(ref, text):
    return f'<c r="{ref}" t="inlineStr"><is><t>{text}</t></is></c>'


workbook("sparse.xlsx", sheet(f'<row r="1">{cell("A1", "名称")}</row><row r="1048576">{cell("XFD1048576", "角落")}</row>'))
assert (out / "sparse.xlsx").stat().st_size < 3_000
workbook("good.xlsx", sheet("".join(f'<row r="{n}">{cell(f"A{n}", f"货{n}")}{cell(f"B{n}", "x" * 50)}</row>' for n in range(1, 400))))
good = (out / "good.xlsx").read_bytes()
(out / "corrupted.xlsx").write_bytes(good[: len(good) // 2])
workbook("bomb.xlsx", sheet(f'<row r="1">{cell("A1", "x")}</row>'), [("xl/sharedStrings.xml", "<sst>" + "a" * 700_000_000 + "</sst>")])
random.seed(7)
(out / "random.csv").write_bytes(bytes(random.randrange(256) for _ in range(20_000)))
(out / "empty.csv").write_bytes(b"")


def compound(streams):
    """The smallest compound file (MS-CFB) with these streams: what Excel writes for a workbook with a password."""
    sector, names = 512, ["Root Entry", *streams]
    data, starts, fat = b"", {}, [0xFFFFFFFD]
    directory_at = 1
    fat.append(0xFFFFFFFE)
    at = 2
    for name, content in streams.items():
        padded = content.ljust(4096, b"\0")
        n = len(padded) // sector
        starts[name] = (at, len(padded))
        fat += [*range(at + 1, at + n), 0xFFFFFFFE]
        at += n
        data += padded
    fat += [0xFFFFFFFF] * (128 - len(fat))
    entries = b""
    for n, name in enumerate(names):
        raw = name.encode("utf-16-le") + b"\0\0"
        kind = 5 if n == 0 else 2
        left, right, child = 0xFFFFFFFF, (n + 1 if 0 < n < len(names) - 1 else 0xFFFFFFFF), (1 if n == 0 else 0xFFFFFFFF)
        start, size = starts.get(name, (0xFFFFFFFE, 0))
        entries += raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw), kind, 1, left, right, child) + b"\0" * 36 + struct.pack("<IQ", start, size)
    unused = b"\0" * 68 + struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF) + b"\0" * 48
    entries += unused * ((sector - len(entries)) // 128)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, directory_at, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)
    return header.ljust(512, b"\xff") + struct.pack("<128I", *fat) + entries + data


(out / "encrypted.xlsx").write_bytes(compound({"EncryptionInfo": b"\x04\0\x04\0" + b"\0" * 4092, "EncryptedPackage": b"\x01" * 4096}))
