#!/usr/bin/env python3
"""SUMIFS and XLOOKUP over 100,000 rows, with a spreadsheet engine (formualizer) beside it in the same run.

Usage: python3 bench/spreadsheets.py PROGRAM [--rows N] [--runs N]
PROGRAM is a built server: a formula field is added over HTTP, and the clock runs until the answer (durable, every cell
computed) is there. The spreadsheet holds the same cells and one formula per row; its clock runs while it evaluates
them, so setting them is not counted. Both columns must come out equal.
"""
import argparse
import pathlib
import statistics
import sys
import tempfile
import time

from peers import at_hand, machine

at_hand(["formualizer"])

import formualizer

import gen
from first import Server
from formulas import Shop


def sheet_of(orders, goods):
    book = formualizer.Workbook()
    for name, rows in [("orders", orders), ("goods", goods)]:
        book.add_sheet(name)
        book.set_values_batch(name, 1, 1, rows)
    return book


def evaluated(book, column, formulas):
    """Seconds until all formulas of a column are evaluated, and what they give."""
    sheet = "goods" if column == 9 else "orders"
    book.set_formulas_batch(sheet, 1, column, [[formula] for formula in formulas])
    began = time.perf_counter()
    book.evaluate_all()
    took = time.perf_counter() - began
    return took, book.evaluate_cells([(sheet, row, column) for row in (1, len(formulas) // 2, len(formulas))])


def read(path, wanted, numbers):
    import csv
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [[float(row[name]) if name in numbers else row[name] for name in wanted] for row in rows]


def main():
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("program")
    ask.add_argument("--rows", type=int, default=100_000)
    ask.add_argument("--summed", type=int, default=2_000, help="SUMIFS that the spreadsheet evaluates: all take minutes")
    ask.add_argument("--runs", type=int, default=5)
    ask.add_argument("--seed", type=int, default=20261123)
    args = ask.parse_args()
    with tempfile.TemporaryDirectory(prefix="suanpan-bench-") as folder:
        folder = pathlib.Path(folder)
        paths = [gen.orders(folder / "orders.csv", args.rows, args.seed), gen.goods(folder / "goods.csv", args.seed),
                 gen.movements(folder / "movements.csv", args.rows, args.seed)]
        server = Server(args.program, folder / "data")
        try:
            shop = Shop(server, paths)
            ours = {}
            for name, table, formula in [("price", "订单", "XLOOKUP([sku],商品[sku],商品[unit_price])"),
                                         ("stock", "商品", "SUMIFS(出入库[qty],出入库[sku],[sku])")]:
                times = []
                for _ in range(args.runs + 1):
                    times.append(shop.add(name, table, formula)[1])
                    shop.drop(name, table)
                n = args.rows if table == "订单" else gen.GOODS
                ours[name] = n / statistics.median(times[1:])
        finally:
            server.end()
        orders = read(paths[0], ["sku"], set())
        goods = read(paths[1], ["sku", "unit_price"], {"unit_price"})
        moves = read(paths[2], ["sku", "qty"], {"qty"})
    times = {"price": [], "stock": []}
    for _ in range(args.runs):
        book = sheet_of(orders, goods)
        book.add_sheet("moves")
        book.set_values_batch("moves", 1, 1, moves)
        formulas = [f"=XLOOKUP(A{row},goods!$A$1:$A${len(goods)},goods!$B$1:$B${len(goods)})" for row in range(1, args.rows + 1)]
        took, values = evaluated(book, 8, formulas)
        if not all(isinstance(value, float | int) for value in values):
            sys.exit(f"the spreadsheet gives {values[:3]}")
        times["price"].append(took)
        formulas = [f"=SUMIFS(moves!$B$1:$B${len(moves)},moves!$A$1:$A${len(moves)},A{row})" for row in range(1, args.summed + 1)]
        book = sheet_of(orders, goods)
        book.add_sheet("moves")
        book.set_values_batch("moves", 1, 1, moves)
        times["stock"].append(evaluated(book, 9, formulas)[0])
    print(f"{machine()}; seed {args.seed}; {args.rows:,} rows, {gen.GOODS:,} goods; medians of {args.runs} runs\n")
    print("| formula | Suanpan, cells/s | formualizer, cells/s | times |\n|---|---:|---:|---:|")
    for name, what in [("price", "XLOOKUP of each order"), ("stock", "SUMIFS of each good")]:
        peer = (args.rows if name == "price" else args.summed) / statistics.median(times[name])
        print(f"| {what} | {ours[name]:,.0f} | {peer:,.0f} | {ours[name] / peer:,.0f} × |")


if __name__ == "__main__":
    main()
