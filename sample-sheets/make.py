#!/usr/bin/env python3
"""Makes the sample workbooks of this folder and their expected readings.

The workbooks look like those that shops have: title rows, merged headers, floating pictures, pictures in
cells of both kinds (Excel's rich values, WPS's DISPIMG), filled-down formulas, a total row, codes with
leading zeros, dates in several notations, GB18030. What a reader must find in them is written beside them
in expected/, from the same data, not from our own reader.

Needs: pip install openpyxl==3.1.5 pillow xlwt==1.3.0
Usage: python3 make.py
"""
import datetime as dt
import io
import json
import math
import re
import zipfile
from pathlib import Path

import xlwt
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image as SheetImage
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.datavalidation import DataValidation
from PIL import Image, ImageDraw

HERE = Path(__file__).parent
EXPECTED = HERE / "expected"
FIXED = dt.datetime(2026, 11, 1, 9, 0, 0)


def picture(kind: str, tint: tuple, size: int = 240, fmt: str = "PNG") -> bytes:
    """A plain product photo: one object on paper white, drawn at four times the size and scaled down."""
    big = size * 4
    image = Image.new("RGB", (big, big), (250, 249, 246))
    draw = ImageDraw.Draw(image)
    c, dark = big // 2, tuple(max(0, v - 60) for v in tint)
    draw.ellipse((c * 0.5, big * 0.80, c * 1.5, big * 0.88), fill=(232, 230, 224))
    if kind == "ring":
        draw.ellipse((c * 0.55, c * 0.75, c * 1.45, c * 1.65), outline=tint, width=big // 18)
        draw.polygon([(c, c * 0.35), (c * 1.22, c * 0.58), (c, c * 0.86), (c * 0.78, c * 0.58)], fill=(190, 225, 240), outline=dark)
    elif kind == "earring":
        for x in (0.7, 1.3):
            draw.line((c * x, c * 0.35, c * x, c * 0.8), fill=dark, width=big // 90)
            draw.ellipse((c * (x - 0.22), c * 0.8, c * (x + 0.22), c * 1.45), fill=tint, outline=dark, width=big // 120)
    elif kind == "necklace":
        for n in range(41):
            a = math.pi * n / 40
            x, y = c - math.cos(a) * c * 0.62, c * 0.5 + math.sin(a) * c * 0.85
            draw.ellipse((x - big / 55, y - big / 55, x + big / 55, y + big / 55), fill=tint, outline=dark)
        draw.ellipse((c * 0.88, c * 1.3, c * 1.12, c * 1.54), fill=dark)
    elif kind == "clip":
        draw.rounded_rectangle((c * 0.5, c * 0.75, c * 1.5, c * 1.15), radius=big // 12, fill=tint, outline=dark, width=big // 120)
        for n in range(7):
            x = c * (0.6 + n * 0.13)
            draw.line((x, c * 1.1, x, c * 1.4), fill=dark, width=big // 60)
    else:
        draw.rounded_rectangle((c * 0.6, c * 0.5, c * 1.4, c * 1.5), radius=big // 20, fill=tint, outline=dark, width=big // 120)
    image = image.resize((size, size), Image.LANCZOS)
    out = io.BytesIO()
    image.save(out, fmt, quality=88) if fmt == "JPEG" else image.save(out, fmt)
    return out.getvalue()


GOODS = [
    # item no., name, kind, tint, material, price, quantity, per carton
    ("00127", "锆石戒指", "ring", (212, 175, 55), "锌合金", 6.80, 120, 600),
    ("00128", "开口戒指", "ring", (192, 192, 200), "铜镀金", 4.50, 240, 600),
    ("00203", "珍珠耳钉", "earring", (240, 234, 220), "合金", 2.80, 600, 1200),
    ("00204", "水滴耳环", "earring", (90, 150, 190), "亚克力", 3.20, 300, 1200),
    ("00205", "流苏耳环", "earring", (190, 70, 90), "涤纶", 3.60, 300, 1000),
    ("00311", "锁骨链", "necklace", (212, 175, 55), "不锈钢", 9.90, 120, 500),
    ("00312", "珍珠项链", "necklace", (236, 230, 218), "树脂", 12.50, 60, 300),
    ("00313", "串珠项链", "necklace", (90, 160, 120), "木珠", 7.20, 120, 400),
    ("00401", "大号鲨鱼夹", "clip", (150, 110, 80), "亚克力", 1.60, 720, 720),
    ("00402", "小号发夹", "clip", (220, 120, 150), "亚克力", 0.85, 1440, 1440),
    ("00403", "边夹套装", "clip", (120, 120, 180), "合金", 5.50, 200, 480),
    ("00501", "饰品收纳盒", "box", (200, 180, 160), "绒布", 15.00, 48, 96),
]


def save_fixed(book: Workbook, path: Path) -> None:
    book.properties.created = book.properties.modified = FIXED
    book.save(path)


def rezip(path: Path, change) -> None:
    """Rewrites a zip's parts with fixed times; `change(parts)` edits the dict of name -> bytes."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 1, 9, 0, 0)), data, zipfile.ZIP_DEFLATED)


def insert_before(parts, name, marker, text):
    parts[name] = parts[name].replace(marker.encode(), (text + marker).encode(), 1)


REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MS_REL = "http://schemas.microsoft.com/office"


def relationships(entries):
    rows = "".join(f'<Relationship Id="{i}" Type="{t}" Target="{g}"/>' for i, t, g in entries)
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rows}</Relationships>'.encode()


def set_cell(parts, sheet, ref, cell_xml):
    """Replaces the cell `ref` (written before as a placeholder string) in a sheet's XML."""
    pattern = re.compile(rb'<c r="' + ref.encode() + rb'"[^>]*?(?:/>|>.*?</c>)', re.S)
    parts[sheet], n = pattern.subn(cell_xml.encode(), parts[sheet], count=1)
    assert n == 1, ref


def add_in_cell_pictures(parts, sheet, cells):
    """Excel 365 "Place in Cell": cells = {ref: (png, alt text)}; the structure of rich values."""
    n = len(cells)
    values = "".join(f'<rv s="0"><v>{k}</v><v>5</v><v>{alt}</v></rv>' for k, (_, alt) in enumerate(cells.values()))
    blocks = "".join(f'<bk><extLst><ext uri="{{3e2802c4-a4d2-4d8b-9148-e3be6c30e623}}"><xlrd:rvb i="{k}"/></ext></extLst></bk>' for k in range(n))
    uses = "".join(f'<bk><rc t="1" v="{k}"/></bk>' for k in range(n))
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    parts["xl/metadata.xml"] = (head + '<metadata xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:xlrd="http://schemas.microsoft.com/office/spreadsheetml/2017/richdata">'
        f'<metadataTypes count="1"><metadataType name="XLRICHVALUE" minSupportedVersion="120000" copy="1" pasteAll="1" pasteValues="1" merge="1" splitFirst="1" rowColShift="1" clearFormats="1" clearComments="1" assign="1" coerce="1"/></metadataTypes>'
        f'<futureMetadata name="XLRICHVALUE" count="{n}">{blocks}</futureMetadata><valueMetadata count="{n}">{uses}</valueMetadata></metadata>').encode()
    parts["xl/richData/rdrichvalue.xml"] = (head + f'<rvData xmlns="http://schemas.microsoft.com/office/spreadsheetml/2017/richdata" count="{n}">{values}</rvData>').encode()
    parts["xl/richData/rdrichvaluestructure.xml"] = (head + '<rvStructures xmlns="http://schemas.microsoft.com/office/spreadsheetml/2017/richdata" count="1"><s t="_localImage"><k n="_rvRel:LocalImageIdentifier" t="i"/><k n="CalcOrigin" t="i"/><k n="Text" t="s"/></s></rvStructures>').encode()
    rels = "".join(f'<rel r:id="rId{k + 1}"/>' for k in range(n))
    parts["xl/richData/richValueRel.xml"] = (head + f'<richValueRels xmlns="http://schemas.microsoft.com/office/spreadsheetml/2022/richvaluerel" xmlns:r="{REL}">{rels}</richValueRels>').encode()
    targets = []
    for k, (ref, (data, _)) in enumerate(cells.items()):
        parts[f"xl/media/incell{k + 1}.png"] = data
        targets.append((f"rId{k + 1}", f"{REL}/image", f"../media/incell{k + 1}.png"))
        set_cell(parts, sheet, ref, f'<c r="{ref}" t="e" vm="{k + 1}"><v>#VALUE!</v></c>')
    parts["xl/richData/_rels/richValueRel.xml.rels"] = relationships(targets)
    insert_before(parts, "xl/_rels/workbook.xml.rels", "</Relationships>",
        f'<Relationship Id="rIdRv1" Type="{REL}/sheetMetadata" Target="metadata.xml"/>'
        f'<Relationship Id="rIdRv2" Type="{MS_REL}/2017/06/relationships/rdRichValue" Target="richData/rdrichvalue.xml"/>'
        f'<Relationship Id="rIdRv3" Type="{MS_REL}/2017/06/relationships/rdRichValueStructure" Target="richData/rdrichvaluestructure.xml"/>'
        f'<Relationship Id="rIdRv4" Type="{MS_REL}/2022/10/relationships/richValueRel" Target="richData/richValueRel.xml"/>')
    override = "".join(f'<Override PartName="/{part}" ContentType="application/vnd.{kind}+xml"/>' for part, kind in [
        ("xl/metadata.xml", "openxmlformats-officedocument.spreadsheetml.sheetMetadata"),
        ("xl/richData/rdrichvalue.xml", "ms-excel.rdrichvalue"),
        ("xl/richData/rdrichvaluestructure.xml", "ms-excel.rdrichvaluestructure"),
        ("xl/richData/richValueRel.xml", "ms-excel.richvaluerel")])
    insert_before(parts, "[Content_Types].xml", "</Types>", override)


def add_wps_pictures(parts, sheet, cells):
    """WPS "embed in cell": DISPIMG formulas and xl/cellimages.xml; cells = {ref: (id, jpeg, description)}."""
    images, targets = "", []
    for k, (ref, (identity, data, description)) in enumerate(cells.items()):
        parts[f"xl/media/wps{k + 1}.jpeg"] = data
        targets.append((f"rId{k + 1}", f"{REL}/image", f"media/wps{k + 1}.jpeg"))
        images += (f'<etc:cellImage><xdr:pic><xdr:nvPicPr><xdr:cNvPr id="{k + 2}" name="{identity}" descr="{description}"/><xdr:cNvPicPr/></xdr:nvPicPr>'
            f'<xdr:blipFill><a:blip r:embed="rId{k + 1}"/><a:stretch><a:fillRect/></a:stretch></xdr:blipFill>'
            '<xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="571500" cy="571500"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr></xdr:pic></etc:cellImage>')
        set_cell(parts, sheet, ref, f'<c r="{ref}" t="str"><f>_xlfn.DISPIMG("{identity}",1)</f><v>=DISPIMG("{identity}",1)</v></c>')
    parts["xl/cellimages.xml"] = ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?><etc:cellImages xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData" '
        'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        f'xmlns:r="{REL}">{images}</etc:cellImages>').encode()
    parts["xl/_rels/cellimages.xml.rels"] = relationships(targets)
    insert_before(parts, "xl/_rels/workbook.xml.rels", "</Relationships>",
        '<Relationship Id="rIdWps1" Type="http://www.wps.cn/officeDocument/2020/cellImage" Target="cellimages.xml"/>')
    insert_before(parts, "[Content_Types].xml", "</Types>",
        '<Default Extension="jpeg" ContentType="image/jpeg"/>' if b'Extension="jpeg"' not in parts["[Content_Types].xml"] else "")
    insert_before(parts, "[Content_Types].xml", "</Types>",
        '<Override PartName="/xl/cellimages.xml" ContentType="application/vnd.wps-officedocument.cellimage+xml"/>')


def expect(name, sheets):
    EXPECTED.mkdir(exist_ok=True)
    text = json.dumps({"file": name, "sheets": sheets}, ensure_ascii=False, indent=1)
    (EXPECTED / (Path(name).stem + ".json")).write_text(text + "\n", encoding="utf-8")


def jewellery():
    name = "饰品报价单.xlsx"
    book = Workbook()
    sheet = book.active
    sheet.title = "报价"
    sheet["A1"] = "义乌市晶彩饰品有限公司"
    sheet["A2"] = "地址：国际商贸城一区 F2-11088  电话：0579-85550123"
    sheet["A3"] = "报价日期：2026-11-01  有效期：30天"
    for row in (1, 2, 3):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=12)
        sheet.cell(row, 1).alignment = Alignment(horizontal="center")
    sheet["A1"].font = Font(size=16, bold=True)
    top = ["图片", "细节图", "实拍", "货号", "品名", "材质", "单价", "数量", "金额", "包装", None, "报价日期"]
    for col, text in enumerate(top, 1):
        sheet.cell(5, col, text).font = Font(bold=True)
    sheet["J6"], sheet["K6"] = "装箱数", "备注"
    for col in (1, 2, 3, 4, 5, 6, 7, 8, 9, 12):
        sheet.merge_cells(start_row=5, start_column=col, end_row=6, end_column=col)
    sheet.merge_cells("J5:K5")
    for col, width in zip("ABCDEFGHIJKL", (11, 11, 11, 10, 16, 12, 10, 10, 12, 10, 18, 13)):
        sheet.column_dimensions[col].width = width
    in_cell, wps, rows = {}, {}, []
    for n, (item, title, kind, tint, material, price, quantity, carton) in enumerate(GOODS):
        row = 7 + n
        sheet.row_dimensions[row].height = 60
        floating = SheetImage(io.BytesIO(picture(kind, tint)))
        floating.width = floating.height = 72
        sheet.add_image(floating, f"A{row}")
        if n % 2 == 0:
            sheet.cell(row, 2, "x")
            in_cell[f"B{row}"] = (picture(kind, tuple(min(255, v + 25) for v in tint), 200), title)
        if n % 3 == 0:
            sheet.cell(row, 3, "x")
            wps[f"C{row}"] = (f"ID_{n + 1:032X}", picture(kind, tuple(max(0, v - 25) for v in tint), 200, "JPEG"), title)
        sheet.cell(row, 4, item)
        sheet.cell(row, 5, title)
        sheet.cell(row, 6, material)
        sheet.cell(row, 7, price).number_format = '"¥"#,##0.00'
        sheet.cell(row, 8, quantity)
        sheet.cell(row, 9, f"=G{row}*H{row}").number_format = '"¥"#,##0.00'
        sheet.cell(row, 10, carton)
        note = {0: "可换色", 5: "含防氧化处理", 9: None}.get(n)
        if note:
            sheet.cell(row, 11, note)
        sheet.cell(row, 12, dt.date(2026, 10, 1) + dt.timedelta(days=n)).number_format = "yyyy-mm-dd"
        rows.append({"货号": item, "品名": title, "材质": material, "单价": price, "数量": quantity,
                     "金额": round(price * quantity, 2), "包装/装箱数": carton, "包装/备注": note,
                     "报价日期": str(dt.date(2026, 10, 1) + dt.timedelta(days=n)),
                     "图片": 1, "细节图": int(n % 2 == 0), "实拍": int(n % 3 == 0)})
    last = 6 + len(GOODS)
    sheet.cell(last + 1, 1, "合计")
    sheet.cell(last + 1, 8, f"=SUM(H7:H{last})")
    sheet.cell(last + 1, 9, f"=SUM(I7:I{last})").number_format = '"¥"#,##0.00'
    sheet.freeze_panes = "A7"
    save_fixed(book, HERE / name)

    def change(parts):
        xml = parts["xl/worksheets/sheet1.xml"].decode()
        total = round(sum(r["金额"] for r in rows), 2)
        results = {f"I{7 + n}": r["金额"] for n, r in enumerate(rows)}
        results |= {f"H{last + 1}": sum(r["数量"] for r in rows), f"I{last + 1}": total}
        for ref, value in results.items():  # cached results, as Excel and WPS save them
            xml, n = re.subn(rf'(<c r="{ref}"[^>]*><f>[^<]*</f>)<v\s*/?>(?:</v>)?', rf"\g<1><v>{value}</v>", xml)
            assert n == 1, ref
        parts["xl/worksheets/sheet1.xml"] = xml.encode()
        add_in_cell_pictures(parts, "xl/worksheets/sheet1.xml", in_cell)
        add_wps_pictures(parts, "xl/worksheets/sheet1.xml", wps)

    rezip(HERE / name, change)
    types = {"图片": "attachment", "细节图": "attachment", "实拍": "attachment", "货号": "text", "品名": "text",
             "单价": "currency", "数量": "number", "金额": "currency", "包装/装箱数": "number", "报价日期": "date"}
    expect(name, [{"name": "报价", "title_lines": 3, "header_row": 6, "dropped": ["合计"], "types": types,
                   "formulas": {"金额": "[单价]*[数量]"}, "rows": rows}])


def stock():
    name = "库存表.xlsx"
    book = Workbook()
    sheet = book.active
    sheet.title = "库存"
    sheet.append(["货号", "条码", "品名", "库存", "状态", "入库日期", "盘点日期", "到期日", "备注"])
    rows = []
    for n, (item, title, *_rest) in enumerate(GOODS):
        row = n + 2
        barcode = 690123400000 + n * 17
        digits = [int(d) for d in str(barcode)]
        check = (10 - (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10) % 10
        ean = barcode * 10 + check
        day = dt.date(2025, 10, 30) + dt.timedelta(days=n * 3)
        count = 1000 - n * 37
        state = ["在售", "在售", "清仓"][n % 3]
        sheet.cell(row, 1, int(item)).number_format = "00000"
        sheet.cell(row, 2, ean).number_format = "0"
        sheet.cell(row, 3, title)
        sheet.cell(row, 4, count if n != 7 else "待盘点")
        sheet.cell(row, 5, state)
        sheet.cell(row, 6, day).number_format = 'yyyy"年"m"月"d"日"'
        sheet.cell(row, 7, day.strftime("%Y.%m.%d"))
        sheet.cell(row, 8, int(day.strftime("%Y%m%d")))
        sheet.cell(row, 9, "易碎" if n % 4 == 0 else None)
        rows.append({"货号": item, "条码": str(ean), "品名": title, "库存": count if n != 7 else "待盘点", "状态": state,
                     "入库日期": str(day), "盘点日期": str(day), "到期日": str(day), "备注": "易碎" if n % 4 == 0 else None})
    choice = DataValidation(type="list", formula1='"在售,停售,清仓"', allow_blank=True)
    choice.add("E2:E200")
    sheet.add_data_validation(choice)
    sheet["C2"].comment = Comment("老款，卖完不补", "仓管")
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:I{len(GOODS) + 1}"
    save_fixed(book, HERE / name)
    rezip(HERE / name, lambda parts: None)
    types = {"货号": "text", "条码": "barcode", "品名": "text", "库存": "number", "状态": "select",
             "入库日期": "date", "盘点日期": "date", "到期日": "date"}
    expect(name, [{"name": "库存", "title_lines": 0, "header_row": 1, "dropped": [], "types": types,
                   "options": {"状态": ["在售", "停售", "清仓"]}, "formulas": {}, "rows": rows}])


def orders_csv():
    name = "订单_GB18030.csv"
    lines, rows = ["订单号,下单日期,客户,货号,数量,单价,是否付款,备注"], []
    customers = ["义乌王姐", "深圳李总", "广州㗎记", "María López"]
    for n in range(60):
        item, title, kind, tint, material, price, *_ = GOODS[n % len(GOODS)]
        day = dt.date(2026, 9, 1) + dt.timedelta(days=n)
        paid, note = ["是", "否"][n % 3 == 0], ['要快，周五前', '分两箱,"轻放"', ""][n % 3]
        quoted = '"' + note.replace('"', '""') + '"' if note else ""
        order = f"XS20260900{n:04d}12345"
        lines.append(f"{order},{day.year}/{day.month}/{day.day},{customers[n % 4]},{item},{(n % 9 + 1) * 12},￥{price:.2f},{paid},{quoted}")
        rows.append({"订单号": order, "下单日期": str(day), "客户": customers[n % 4], "货号": item, "数量": (n % 9 + 1) * 12,
                     "单价": price, "是否付款": paid == "是", "备注": note or None})
    (HERE / name).write_bytes(("\r\n".join(lines) + "\r\n").encode("gb18030"))
    types = {"订单号": "text", "下单日期": "date", "货号": "text", "数量": "number", "单价": "currency", "是否付款": "checkbox"}
    expect(name, [{"name": "订单_GB18030", "title_lines": 0, "header_row": 1, "dropped": [], "types": types, "formulas": {}, "rows": rows}])


def customers():
    name = "客户名单.xlsx"
    book = Workbook()
    sheet = book.active
    sheet.title = "客户"
    sheet["A1"] = "2026年客户名单（内部资料）"
    sheet.merge_cells("A1:H1")
    sheet.append(["客户名称", "国家", "联系人", "WhatsApp", "邮箱", "网站", "等级", "最近下单"])
    data = [
        ("Bazar Lima SAC", "秘鲁", "María López", "+51987654321", "maria@bazarlima.example", "https://bazarlima.example", "A", dt.date(2026, 10, 12)),
        ("Dubai Gift LLC", "阿联酋", "Omar Haddad", "+971501234567", "omar@dubaigift.example", "https://dubaigift.example", "A", dt.date(2026, 9, 30)),
        ("Kowalski Import", "波兰", "Jan Kowalski", "+48601234567", "jan@kowalski.example", "https://kowalski.example", "B", dt.date(2026, 8, 2)),
        ("深圳前海礼品", "中国", "李总", "13800138000", "li@qianhai.example", None, "B", dt.date(2026, 11, 3)),
        ("Nairobi Traders", "肯尼亚", "Grace Wanjiru", "+254712345678", "grace@nairobi.example", "https://nairobi.example", "C", None),
        ("Toko Bunga", "印度尼西亚", "Siti", "+6281234567890", "siti@tokobunga.example", None, "C", dt.date(2026, 5, 20)),
        ("Casa Verde", "墨西哥", "José Ruiz", "+525512345678", "jose@casaverde.example", "https://casaverde.example", "B", dt.date(2026, 7, 7)),
        ("Al Noor Trading", "沙特", "Ahmed", "+966501234567", "ahmed@alnoor.example", None, "A", dt.date(2026, 10, 28)),
    ]
    rows = []
    for record in data:
        sheet.append(list(record))
        sheet.cell(sheet.max_row, 8).number_format = "yyyy/m/d"
        if record[5]:
            sheet.cell(sheet.max_row, 6).hyperlink = record[5]
        keys = ["客户名称", "国家", "联系人", "WhatsApp", "邮箱", "网站", "等级", "最近下单"]
        rows.append({k: (str(v) if isinstance(v, dt.date) else v) for k, v in zip(keys, record)})
    save_fixed(book, HERE / name)
    rezip(HERE / name, lambda parts: None)
    types = {"客户名称": "text", "WhatsApp": "text", "邮箱": "email", "网站": "url", "最近下单": "date"}
    expect(name, [{"name": "客户", "title_lines": 1, "header_row": 2, "dropped": [], "types": types, "formulas": {}, "rows": rows}])


def old_purchase():
    name = "旧进货单.xls"
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("进货")
    money = xlwt.easyxf(num_format_str='"¥"#,##0.00')
    day_style = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    header = ["日期", "供应商", "货号", "品名", "数量", "进价", "金额"]
    for col, text in enumerate(header):
        sheet.write(0, col, text)
    rows = []
    for n, (item, title, kind, tint, material, price, quantity, carton) in enumerate(GOODS[:8]):
        day = dt.date(2026, 6, 1) + dt.timedelta(days=7 * n)
        cost = round(price * 0.6, 2)
        supplier = ["金华五金厂", "晶彩配件", "红叶包装"][n % 3]
        for col, value in enumerate([day, supplier, item, title, quantity * 2, cost]):
            style = day_style if col == 0 else money if col == 5 else xlwt.Style.default_style
            sheet.write(n + 1, col, value, style)
        sheet.write(n + 1, 6, round(cost * quantity * 2, 2), money)
        rows.append({"日期": str(day), "供应商": supplier, "货号": item, "品名": title, "数量": quantity * 2, "进价": cost,
                     "金额": round(cost * quantity * 2, 2)})
    book.save(str(HERE / name))
    types = {"日期": "date", "货号": "text", "品名": "text", "数量": "number", "进价": "currency", "金额": "currency"}
    expect(name, [{"name": "进货", "title_lines": 0, "header_row": 1, "dropped": [], "types": types, "formulas": {}, "rows": rows}])


def lookups():
    name = "价目与订单.xlsx"
    book = Workbook()
    prices = book.active
    prices.title = "价目表"
    prices.append(["货号", "品名", "单价"])
    price_rows, price_of = [], {}
    for item, title, kind, tint, material, price, *_ in GOODS:
        prices.append([item, title, price])
        price_of[item] = price
        price_rows.append({"货号": item, "品名": title, "单价": price})
    sheet = book.create_sheet("订单")
    sheet.append(["单号", "货号", "数量", "单价", "金额"])
    order_rows, cached = [], {}
    for n in range(24):
        item = GOODS[(n * 5) % len(GOODS)][0]
        row, quantity = n + 2, (n % 7 + 1) * 10
        amount = round(price_of[item] * quantity, 2)
        sheet.append([f"DD{n + 1:04d}", item, quantity, f"=VLOOKUP(B{row},价目表!$A:$C,3,0)", f"=C{row}*D{row}"])
        cached[f"D{row}"], cached[f"E{row}"] = price_of[item], amount
        order_rows.append({"单号": f"DD{n + 1:04d}", "货号": item, "数量": quantity, "单价": price_of[item], "金额": amount})
    save_fixed(book, HERE / name)

    def change(parts):
        xml = parts["xl/worksheets/sheet2.xml"].decode()
        for ref, value in cached.items():
            xml, n = re.subn(rf'(<c r="{ref}"[^>]*><f>[^<]*</f>)<v\s*/?>(?:</v>)?', rf"\g<1><v>{value}</v>", xml)
            assert n == 1, ref
        parts["xl/worksheets/sheet2.xml"] = xml.encode()

    rezip(HERE / name, change)
    expect(name, [
        {"name": "价目表", "title_lines": 0, "header_row": 1, "dropped": [], "types": {"货号": "text", "品名": "text", "单价": "currency"},
         "formulas": {}, "rows": price_rows},
        {"name": "订单", "title_lines": 0, "header_row": 1, "dropped": [], "types": {"单号": "text", "货号": "text", "数量": "number"},
         "formulas": {"单价": "XLOOKUP([货号],价目表[货号],价目表[单价])", "金额": "[数量]*[单价]"}, "rows": order_rows}])


if __name__ == "__main__":
    jewellery()
    stock()
    orders_csv()
    customers()
    old_purchase()
    lookups()
    print("made", ", ".join(sorted(path.name for path in HERE.iterdir() if path.suffix in {".xlsx", ".xls", ".csv"})))
