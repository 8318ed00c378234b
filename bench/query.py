#!/usr/bin/env python3
"""Views over a large table: filter and sort, groups, a text within texts, windows, an edit that moves a record.

Usage: python3 bench/query.py PATH/TO/suanpan [--rows N] [--runs N] [--seed N] [--csv FILE]
Own figures are whole HTTP requests with their JSON; polars and DuckDB answer within the process, in the same run.
"""
import argparse
import pathlib
import random
import statistics
import sys
import tempfile
import time

import peers

peers.at_hand()

import duckdb  # noqa: E402
import polars as pl  # noqa: E402

import gen  # noqa: E402
from clients import command, field_of  # noqa: E402
from first import Server, import_orders, timed  # noqa: E402

PAUSE_S = 0.5
TEXTS = ["sku", "product", "category", "customer", "status", "remark"]


def middle_ms(act, runs):
    """As long a pause before each question as in `cold`: a processor that has rested is slower at first, for everybody."""
    times = []
    for _ in range(runs):
        time.sleep(PAUSE_S)
        times.append(timed(act)[0])
    return statistics.median(times) * 1000


class Shop:
    def __init__(self, server, base, table):
        self.server, self.base, self.table = server, base, table
        command(server, base, {"kind": "create_view", "table": table, "name": "测"})
        views = server.call("GET", f"/bases/{base}")["tables"][0]["views"]
        self.view = views[-1]
        self.fields = {name: field_of(server, base, table, name) for name in gen.ORDERS}
        self.status = next(field for field in server.call("GET", f"/bases/{base}")["tables"][0]["fields"]
                           if field["name"] == "status")

    def show(self, conditions=(), sorts=(), groups=(), footers=()):
        told = [{"field": self.fields[name], "operator": operator, "value": str(value)}
                for name, operator, value in conditions]
        order = [{"field": self.fields[name], "descending": down} for name, down in sorts]
        view = dict(self.view, filter={"any": False, "conditions": told, "groups": []}, sorts=order,
                    groups=[{"field": self.fields[name], "descending": False} for name in groups],
                    fields=[{"field": self.fields[name], "footer": footer} for name, footer in footers])
        command(self.server, self.base, {"kind": "update_view", "table": self.table, "view": view})

    def window(self, n=100, at=0):
        path = f"/bases/{self.base}/tables/{self.table}/window?view={self.view['id']}&n={n}&from={at}"
        return self.server.call("GET", path)

    def groups(self):
        return self.server.call("GET", f"/bases/{self.base}/tables/{self.table}/groups?view={self.view['id']}")

    def edit(self, record, name, value):
        edit = {"record": record, "field": self.fields[name], "value": value}
        return command(self.server, self.base, {"kind": "set_cells", "table": self.table, "edits": [edit]})


def cold(shop, prepare, act, runs):
    """The view is changed before each question, so that nothing is kept of it; half a second lies between questions,
    in which the server puts the far rows of the view before in order."""
    times = []
    for n in range(runs):
        prepare(n)
        time.sleep(PAUSE_S)
        times.append(timed(act)[0])
    return statistics.median(times) * 1000


def measure(shop, frame, base, args):
    rows, runs, found = args.rows, args.runs, []
    paid = next(option["id"] for option in shop.status["options"] if option["name"] == "已付款")

    def filtered(n):
        shop.show([("status", "is", paid), ("unit_price", "greater", 50 + n)], [("order_date", True)])

    shop.window()
    filtered(99)
    shop.window()
    own = cold(shop, filtered, shop.window, runs)
    peer = middle_ms(lambda: frame.lazy().filter((pl.col("status") == "已付款") & (pl.col("unit_price") > 50))
                     .sort("order_date", descending=True).head(100).collect(), runs)
    found.append(("filter(status, amount), sort by date, first 100 rows, cold view", own, "polars", peer))

    def grouped(n):
        shop.show(groups=["category"], footers=[("qty", "sum" if n % 2 else "average")])

    own = cold(shop, grouped, shop.groups, runs)
    peer = middle_ms(lambda: frame.lazy().group_by("category")
                     .agg(pl.col("qty").sum(), pl.len()).collect(), runs)
    found.append(("group by category, sum and count, cold view", own, "polars", peer))

    def containing(n):
        shop.show([("product", "contains", gen.THINGS[n % 10])])

    own = cold(shop, containing, lambda: shop.window(1), runs)
    peer = middle_ms(lambda: base.execute("SELECT count(*) FROM orders WHERE contains(product, '保温杯')").fetchall(), runs)
    found.append(("a text within 品名, cold view", own, "DuckDB", peer))

    shop.show(sorts=[("order_date", True)])
    began = time.perf_counter()
    shop.window(1, rows - 1)
    found.append(("the last row of a sorted view, cold", (time.perf_counter() - began) * 1000, "", None))
    rng = random.Random(args.seed)
    times = sorted(timed(lambda: shop.window(128, rng.randrange(rows - 128)))[0] for _ in range(500))
    found.append(("next window anywhere in the kept view, p50", times[250] * 1000, "", None))
    found.append(("next window anywhere in the kept view, p99", times[495] * 1000, "", None))
    moved, plain = [], []
    for n in range(100):
        record = f"r{rng.randrange(rows) + 1}"
        began = time.perf_counter()
        shop.edit(record, "order_date", gen.DAYS[rng.randrange(900)])
        shop.window(128, rng.randrange(rows - 128))
        moved.append(time.perf_counter() - began)
    shop.show()
    shop.window()
    for n in range(100):
        record = f"r{rng.randrange(rows) + 1}"
        began = time.perf_counter()
        shop.edit(record, "order_date", gen.DAYS[rng.randrange(900)])
        shop.window(128, rng.randrange(rows - 128))
        plain.append(time.perf_counter() - began)
    found.append(("an edit that moves a record, and the window after it (peer: without a sort)",
                  statistics.median(moved) * 1000, "unsorted", statistics.median(plain) * 1000))
    return found


def main():
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("program")
    ask.add_argument("--rows", type=int, default=1_000_000)
    ask.add_argument("--runs", type=int, default=7)
    ask.add_argument("--seed", type=int, default=20261123)
    ask.add_argument("--csv", type=pathlib.Path, help="orders that gen.py made before")
    args = ask.parse_args()
    with tempfile.TemporaryDirectory(prefix="suanpan-bench-") as name:
        csv = args.csv or gen.orders(pathlib.Path(name) / "orders.csv", args.rows, args.seed)
        frame = pl.read_csv(csv, schema_overrides=dict.fromkeys(TEXTS, pl.Categorical), try_parse_dates=True).rechunk()
        base = duckdb.connect()
        base.execute(f"CREATE TABLE orders AS SELECT product FROM read_csv('{csv}')")
        server = Server(args.program, pathlib.Path(name) / "data")
        try:
            done = import_orders(server, csv)[3]
            found = measure(Shop(server, done["base"], done["tables"][0]), frame, base, args)
        finally:
            server.end()
    print(f"{args.rows:,} rows, seed {args.seed}, medians of {args.runs}; polars {pl.__version__}, "
          f"DuckDB {duckdb.__version__}; {peers.machine()}\n")
    print("| what | Suanpan | peer | ratio |\n|---|---:|---:|---:|")
    for what, own, peer, took in found:
        beside = f"{peer} {took:.1f} ms | {own / took:.2f}" if took else " | "
        print(f"| {what} | {own:.1f} ms | {beside} |")


if __name__ == "__main__":
    sys.exit(main())
