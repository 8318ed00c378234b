#!/usr/bin/env python3
"""Makes the document templates of this folder: quotation, proforma invoice, packing list, delivery note, labels.

They are workbooks as shops have them, with a logo and a stamp, merged cells, number formats, totals, print settings,
a drop-down and a comment below the lines, and placeholders of the tables 订单, 客户, 明细 and 商品.

Needs: pip install openpyxl==3.1.5 pillow
Usage: python3 make.py
"""
import io
from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image as SheetImage
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from PIL import Image, ImageDraw

HERE = Path(__file__).parent
THIN = Side(style="thin", color="808080")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
HEAD = PatternFill("solid", fgColor="DCE6F1")


def drawn(kind: str) -> SheetImage:
    image = Image.new("RGBA", (120, 120) if kind == "stamp" else (120, 60), (255, 255, 255, 0))
    draw = ImageDraw.Draw(image)
    if kind == "stamp":
        draw.ellipse((4, 4, 116, 116), outline=(200, 30, 30, 255), width=5)
        draw.polygon([(60, 30), (68, 54), (92, 54), (72, 68), (80, 92), (60, 77), (40, 92), (48, 68), (28, 54), (52, 54)],
                     fill=(200, 30, 30, 255))
    else:
        for n, tint in enumerate([(214, 69, 65), (244, 162, 60), (88, 160, 90), (66, 120, 190)]):
            draw.ellipse((8 + n * 24, 14, 40 + n * 24, 46), fill=tint + (255,))
    data = io.BytesIO()
    image.save(data, "PNG")
    data.seek(0)
    return SheetImage(data)


def book(name: str, widths: list, landscape=False):
    made = Workbook()
    sheet = made.active
    sheet.title = name
    for at, width in enumerate(widths):
        sheet.column_dimensions["ABCDEFGHIJ"[at]].width = width
    sheet.page_setup.paperSize = 9
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.oddFooter.center.text = "&P / &N"
    sheet.print_options.horizontalCentered = True
    return made, sheet


def put(sheet, at, value, bold=False, size=11, align=None, wrap=False, fmt=None, box=False, fill=None, merge=None):
    cell = sheet[at]
    cell.value = value
    cell.font = Font(name="宋体", size=size, bold=bold)
    cell.alignment = Alignment(horizontal=align, vertical="center", wrap_text=wrap)
    if fmt:
        cell.number_format = fmt
    if fill:
        cell.fill = fill
    if merge:
        sheet.merge_cells(merge)
    if box:
        for row in sheet[merge] if merge else [[cell]]:
            for one in row:
                one.border = BOX
    return cell


def lines(sheet, row, heads, cells, formats, height):
    for at, (head, value) in enumerate(zip(heads, cells)):
        col = "ABCDEFGHIJ"[at]
        put(sheet, f"{col}{row}", head, bold=True, align="center", box=True, fill=HEAD, wrap=True)
        put(sheet, f"{col}{row + 1}", value, align="right" if formats.get(col) else "center", wrap=True, box=True,
            fmt=formats.get(col))
    sheet.row_dimensions[row].height = 34 if any("\n" in head for head in heads) else 22
    sheet.row_dimensions[row + 1].height = height


def quotation():
    made, sheet = book("报价单", [6, 14, 12, 26, 10, 12, 14])
    sheet.row_dimensions[1].height = 48
    put(sheet, "A1", "义乌市彩虹饰品有限公司", bold=True, size=18, align="center", merge="A1:G1")
    sheet.add_image(drawn("logo"), "A1")
    put(sheet, "A2", "报 价 单", bold=True, size=16, align="center", merge="A2:G2")
    put(sheet, "A3", "客户：{{客户.名称}}", merge="A3:D3")
    put(sheet, "E3", "单号：")
    put(sheet, "F3", "{{单号}}", merge="F3:G3")
    put(sheet, "A4", "联系人：{{[客户].[联系人]}}　电话：{{客户.电话}}", merge="A4:D4")
    put(sheet, "E4", "日期：")
    put(sheet, "F4", "{{日期}}", fmt='yyyy"年"m"月"d"日"', align="left", merge="F4:G4")
    lines(sheet, 6, ["序号", "图片", "货号", "品名", "数量", "单价", "金额"],
          ["{{序号}}", "{{明细.商品.图片}}", "{{明细.商品.货号}}", "{{明细.商品.名称}}", "{{明细.数量}}", "{{明细.单价}}", "=E7*F7"],
          {"E": "#,##0", "F": '"¥"#,##0.00', "G": '"¥"#,##0.00'}, 60)
    put(sheet, "A8", "合计", bold=True, align="center", box=True, merge="A8:D8")
    put(sheet, "E8", "=SUM(E7:E7)", bold=True, align="right", fmt="#,##0", box=True)
    put(sheet, "F8", None, box=True)
    put(sheet, "G8", "=SUM(G7)", bold=True, align="right", fmt='"¥"#,##0.00', box=True)
    put(sheet, "A9", "大写：{{合计|大写}}", box=True, merge="A9:G9")
    put(sheet, "A10", "{{备注}}", wrap=True, box=True, merge="A10:G12").alignment = Alignment(vertical="top", wrap_text=True)
    put(sheet, "A14", "定金 30%：")
    put(sheet, "C14", "=ROUND(G8*0.3,2)", fmt='"¥"#,##0.00', align="left")
    put(sheet, "A15", "付款方式：")
    put(sheet, "C15", "月结")
    sheet["C15"].comment = Comment("可以改成现结", "店主")
    choice = DataValidation(type="list", formula1='"月结,现结,定金"')
    choice.add("C15")
    sheet.add_data_validation(choice)
    sheet.conditional_formatting.add("G7", CellIsRule(operator="greaterThan", formula=["1000"], font=Font(color="C00000")))
    sheet.add_image(drawn("stamp"), "F13")
    sheet.print_area = "A1:G18"
    sheet.print_title_rows = "1:2"
    made.defined_names["总金额"] = DefinedName("总金额", attr_text="'报价单'!$G$8")
    other = made.create_sheet("汇总")
    other["A1"], other["B1"] = "总金额", "=报价单!G8"
    other["A2"], other["B2"] = "平均单价", "=AVERAGE(报价单!F7)"
    other["A3"], other["B3"] = "名称引用", "=总金额*1"
    return made


def proforma():
    made, sheet = book("Proforma Invoice", [6, 14, 16, 30, 10, 12, 14])
    put(sheet, "A1", "YIWU RAINBOW ACCESSORIES CO., LTD.", bold=True, size=16, align="center", merge="A1:G1")
    put(sheet, "A2", "PROFORMA INVOICE", bold=True, size=14, align="center", merge="A2:G2")
    put(sheet, "A3", "To: {{客户.名称}}", merge="A3:D3")
    put(sheet, "E3", "No.: {{单号}}", merge="E3:G3")
    put(sheet, "A4", "Tel: {{客户.电话}}", merge="A4:D4")
    put(sheet, "E4", "Date: {{日期}}", merge="E4:G4")
    lines(sheet, 6, ["No.", "Picture", "Item", "Description", "Qty", "Price", "Amount"],
          ["{{#}}", "{{明细.商品.图片}}", "{{明细.商品.货号}}", "{{明细.商品.英文名}}", "{{明细.数量}}", "{{明细.单价}}", "=E7*F7"],
          {"E": "#,##0", "F": '"US$"#,##0.00', "G": '"US$"#,##0.00'}, 60)
    put(sheet, "A8", "TOTAL", bold=True, align="center", box=True, merge="A8:D8")
    put(sheet, "E8", "=SUM(E7)", bold=True, fmt="#,##0", box=True)
    put(sheet, "F8", None, box=True)
    put(sheet, "G8", "=SUM(G7)", bold=True, fmt='"US$"#,##0.00', box=True)
    put(sheet, "A10", "Payment: 30% deposit by T/T, balance against copy of B/L", merge="A10:G10")
    sheet.add_image(drawn("stamp"), "F11")
    return made


def packing_list():
    made, sheet = book("装箱单", [6, 14, 30, 10, 10, 12, 12], landscape=True)
    put(sheet, "A1", "装箱单 PACKING LIST", bold=True, size=16, align="center", merge="A1:G1")
    put(sheet, "A2", "客户 To：{{客户.名称}}", merge="A2:C2")
    put(sheet, "D2", "单号 No.：{{单号}}", merge="D2:G2")
    lines(sheet, 4, ["No.", "货号\nItem", "品名\nDescription", "箱数\nCtns", "每箱\nPcs", "总数\nQty", "毛重\nG.W. kg"],
          ["{{序号}}", "{{明细.商品.货号}}", "{{明细.商品.名称}}", "{{明细.箱数}}", "=IF(D5=0,0,F5/D5)", "{{明细.数量}}", "{{明细.毛重}}"],
          {"D": "#,##0", "E": "#,##0", "F": "#,##0", "G": "#,##0.0"}, 30)
    put(sheet, "C6", "{{明细.商品.英文名}}", box=True, wrap=True, align="center")
    for col in "ABDEFG":
        sheet.merge_cells(f"{col}5:{col}6")
        sheet[f"{col}6"].border = BOX
    sheet.row_dimensions[6].height = 30
    put(sheet, "A7", "合计 TOTAL", bold=True, align="center", box=True, merge="A7:C7")
    for col, fmt in (("D", "#,##0"), ("F", "#,##0"), ("G", "#,##0.0")):
        put(sheet, f"{col}7", f"=SUM({col}5:{col}6)", bold=True, align="right", fmt=fmt, box=True)
    return made


def delivery_note():
    made, sheet = book("送货单", [6, 14, 32, 10, 24])
    put(sheet, "A1", "送 货 单", bold=True, size=18, align="center", merge="A1:E1")
    put(sheet, "A2", "收货单位：{{客户.名称}}", merge="A2:C2")
    put(sheet, "D2", "{{单号|条码}}", merge="D2:E3")
    put(sheet, "A3", "地址：{{客户.地址}}", merge="A3:C3")
    sheet.row_dimensions[2].height = sheet.row_dimensions[3].height = 28
    lines(sheet, 4, ["序号", "货号", "品名", "数量", "备注"],
          ["{{序号}}", "{{明细.商品.货号}}", "{{明细.商品.名称}}", "{{明细.数量}}", None], {"D": "#,##0"}, 24)
    put(sheet, "A6", "合计", bold=True, align="center", box=True, merge="A6:C6")
    put(sheet, "D6", "=SUM(D5)", bold=True, align="right", fmt="#,##0", box=True)
    put(sheet, "E6", None, box=True)
    put(sheet, "A8", "送货人：", merge="A8:C8")
    put(sheet, "D8", "收货人签字：", merge="D8:E8")
    return made


def labels():
    made, sheet = book("标签", [30, 30, 30])
    for at, col in enumerate("ABC", 1):
        nth = "" if at == 1 else f"@{at}"
        put(sheet, f"{col}1", f"{{{{名称{nth}}}}}", bold=True, size=12, align="center", wrap=True)
        put(sheet, f"{col}2", f"{{{{条码{nth}|条码}}}}", align="center")
        put(sheet, f"{col}3", f"{{{{货号{nth}}}}}  {{{{单价{nth}}}}}", align="center")
        sheet[f"{col}1"].border = Border(left=THIN, right=THIN, top=THIN)
        sheet[f"{col}2"].border = Border(left=THIN, right=THIN)
        sheet[f"{col}3"].border = Border(left=THIN, right=THIN, bottom=THIN)
    for row, height in ((1, 26), (2, 60), (3, 22)):
        sheet.row_dimensions[row].height = height
    return made


for name, make in (("报价单", quotation), ("形式发票", proforma), ("装箱单", packing_list), ("送货单", delivery_note), ("标签", labels)):
    make().save(HERE / f"{name}.xlsx")
