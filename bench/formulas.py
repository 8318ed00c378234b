#!/usr/bin/env python3
"""Formula fields over a million orders and what an edit costs that they read, with polars beside it in the same run.

Usage: python3 bench/formulas.py PROGRAM [--rows N] [--runs N] [--seed N]
PROGRAM is a built server. It is asked over HTTP and its socket as the web does it: a formula field is added, and the
clock runs until the answer (durable, every cell computed) is there; an edit is sent, and the clock runs until its patch
is there. polars computes the same column in this process, on all cores, and hands it to nobody.
"""
import argparse
import asyncio
import json
import os
import pathlib
import statistics
import sys
import tempfile
import time
import urllib.parse

from peers import at_hand, machine

at_hand()

import duckdb
import polars
import websockets

import gen
from first import Server, timed

FORMULAS = [
    ("amount", "订单", "[qty]*[unit_price]*(1-[discount])"),
    ("label", "订单", 'IF([amount]>1000,[category]&"-VIP",[category])'),
    ("shown", "订单", 'TEXT([amount],"#,##0.00")'),
    ("price", "订单", "XLOOKUP([sku],商品[sku],商品[unit_price])"),
    ("safe", "订单", "IFERROR(XLOOKUP([sku],商品[sku],商品[unit_price])*2,0)"),
    ("stock", "商品", "SUMIFS(出入库[qty],出入库[sku],[sku])"),
    ("inward", "商品", 'SUMIFS(出入库[qty],出入库[sku],[sku],出入库[kind],"入库")'),
]
KEY = "SKU00007"


def import_table(server, path, name, base, types):
    with open(path, "rb") as file:
        upload = server.call("POST", "/uploads?name=" + urllib.parse.quote(path.name), file)["upload"]
    job = server.call("POST", "/imports", {"upload": upload})["job"]
    preview = server.wait(f"/imports/{job}", {"staging"})
    columns = [column["name"] for column in preview["manifest"]["sheets"][0]["columns"]]
    chosen = [{"column": columns.index(column), "field_type": kind} for column, kind in types.items()]
    target = {"base": base} if base else {"base_name": "店"}
    server.call("POST", f"/imports/{job}/confirm", {
        **target, "sheets": [{"sheet": 0, "table_name": name, "columns": chosen}]})
    done = server.wait(f"/imports/{job}", {"previewed", "importing"})
    return done["base"], done["tables"][0]


class Shop:
    """The three tables in one base of a server."""

    def __init__(self, server, paths):
        self.server, self.tables, self.base = server, {}, None
        number, text = {"type": "number"}, {"type": "text"}
        for name, path, types in [("订单", paths[0], {"qty": number, "unit_price": number, "discount": number}),
                                  ("商品", paths[1], {"unit_price": number, "sku": text}),
                                  ("出入库", paths[2], {"qty": number, "sku": text})]:
            self.base, self.tables[name] = import_table(server, path, name, self.base, types)
        self.learn()

    def learn(self):
        view = self.server.call("GET", f"/bases/{self.base}")
        self.fields = {table["name"]: {field["name"]: field["id"] for field in table["fields"]}
                       for table in view["tables"]}
        return view["status"]["state"]

    def submit(self, **command):
        return self.server.call("POST", f"/bases/{self.base}/commands", {"command": command})

    def edits(self, table, field, pairs):
        ids = self.fields[table]
        return {"kind": "set_cells", "table": self.tables[table],
                "edits": [{"record": record, "field": ids[field], "value": value} for record, value in pairs]}

    def add(self, name, table, formula):
        """Seconds until a window of 128 rows shows it, and until every cell is there: with the answer, or where that
        is too long to wait, after it."""
        field = {"name": name, "type": "formula", "formula": formula}
        began = time.perf_counter()
        self.submit(kind="create_field", table=self.tables[table], field=field)
        whole = time.perf_counter() - began
        window = self.server.call("GET", f"/bases/{self.base}/tables/{self.tables[table]}/window?n=128&from=4000")
        shown = time.perf_counter() - began
        while self.learn() == "recomputing":
            time.sleep(0.002)
            whole = time.perf_counter() - began
        if None in window["columns"][self.fields[table][name]]:
            sys.exit(f"{name}: cells without a value were shown")
        return shown, whole

    def drop(self, name, table):
        self.submit(kind="delete_field", table=self.tables[table], field=self.fields[table][name])
        self.learn()

    def records(self, table, wanted, n=200_000, step=2_000):
        """Records whose sku is `wanted`, and some whose sku is not, among the first `n`."""
        hits, others = [], []
        sku = self.fields[table]["sku"]
        for at in range(0, n, step):
            window = self.server.call(
                "GET", f"/bases/{self.base}/tables/{self.tables[table]}/window?n={step}&from={at}&fields={sku}")
            for record, cell in zip(window["records"], window["columns"][sku]):
                (hits if cell == wanted else others).append(record)
        return hits, others


def polars_frames(paths):
    orders = polars.read_csv(paths[0])
    goods = polars.read_csv(paths[1])
    moves = polars.read_csv(paths[2])
    return orders, goods, moves


def polars_acts(orders, goods, moves):
    amount = polars.col("qty") * polars.col("unit_price") * (1 - polars.col("discount"))
    with_amount = orders.with_columns(amount.alias("amount"))
    category = polars.col("category")
    # Two decimals as texts; polars has no thousands separators, so this is the lesser work.
    shown = polars.col("amount").round(2).cast(polars.String)
    safe = (polars.col("price") * 2).fill_null(0)
    label = polars.when(polars.col("amount") > 1000).then(category + "-VIP").otherwise(category)
    prices = goods.select("sku", polars.col("unit_price").alias("price"))
    keyed = orders.select(polars.col("sku").cast(polars.Categorical))
    keyed_prices = prices.with_columns(polars.col("sku").cast(polars.Categorical))

    def stock(of):
        sums = of.group_by("sku").agg(polars.col("qty").sum().alias("stock"))
        return goods.select("sku").join(sums, on="sku", how="left").get_column("stock")

    return {
        "amount": lambda: orders.select(amount.alias("amount")),
        "label": lambda: with_amount.select(label.alias("label")),
        "shown": lambda: with_amount.select(shown.alias("shown")),
        "safe": lambda: orders.select("sku").join(prices, on="sku", how="left").select(safe.alias("safe")),
        "safe, keyed": lambda: keyed.join(keyed_prices, on="sku", how="left").select(safe.alias("safe")),
        "price": lambda: orders.select("sku").join(prices, on="sku", how="left").get_column("price"),
        "price, polars with categoricals": lambda: keyed.join(keyed_prices, on="sku", how="left").get_column("price"),
        "stock": lambda: stock(moves),
        "inward": lambda: stock(moves.filter(polars.col("kind") == "入库")),
    }


def duckdb_acts(paths):
    """The same columns in DuckDB, whose tables are in memory; each answer is a column nobody fetches as objects."""
    engine = duckdb.connect()
    for name, path in zip(["orders", "goods", "moves"], paths):
        engine.execute(f"CREATE TABLE {name} AS SELECT * FROM read_csv('{path}')")
    engine.execute("CREATE TABLE amounts AS SELECT *, qty * unit_price * (1 - discount) AS amount FROM orders")
    asked = {
        "amount": "SELECT qty * unit_price * (1 - discount) FROM orders",
        "label": "SELECT CASE WHEN amount > 1000 THEN category || '-VIP' ELSE category END FROM amounts",
        "shown": "SELECT format('{:,.2f}', amount) FROM amounts",
        "price": "SELECT g.unit_price FROM orders o LEFT JOIN goods g ON o.sku = g.sku",
        "safe": "SELECT coalesce(g.unit_price * 2, 0) FROM orders o LEFT JOIN goods g ON o.sku = g.sku",
        "stock": "SELECT s.qty FROM goods g LEFT JOIN (SELECT sku, sum(qty) AS qty FROM moves GROUP BY sku) s "
                 "ON g.sku = s.sku",
        "inward": "SELECT s.qty FROM goods g LEFT JOIN (SELECT sku, sum(qty) AS qty FROM moves WHERE kind = '入库' "
                  "GROUP BY sku) s ON g.sku = s.sku",
    }
    return {name: lambda sql=sql: engine.execute(f"CREATE OR REPLACE TEMP TABLE answer AS {sql} ")
            for name, sql in asked.items()}


def middle(times):
    return statistics.median(times) * 1000


def fields(shop, acts, others, runs):
    """Rows of the first table: ours and polars', turn by turn."""
    rows = []
    for name, table, formula in FORMULAS:
        ours, shown, peers, ducks = [], [], [], []
        for run in range(runs + 1):
            seen, whole = shop.add(name, table, formula)
            ours.append(whole)
            shown.append(seen)
            peers.append(timed(acts[name])[0])
            ducks.append(timed(others[name])[0])
            if run < runs:
                shop.drop(name, table)
        more = ""
        with_keys = {"price": "price, polars with categoricals", "safe": "safe, keyed"}
        if name in with_keys:
            keyed = [timed(acts[with_keys[name]])[0] for _ in range(runs)]
            more = f"; polars with categoricals {middle(keyed):.1f} ms"
        rows.append((f"{name} = {formula}{more}", ours[0] * 1000, middle(ours[1:]), middle(shown[1:]),
                     middle(peers[1:]), middle(ducks[1:])))
    return rows


class Socket:
    """Sends a command and waits for the patch that answers it."""

    def __init__(self, socket):
        self.socket, self.n = socket, 0

    @staticmethod
    async def open(shop):
        host = f"{shop.server.connection.host}:{shop.server.connection.port}"
        socket = await websockets.connect(f"ws://{host}/api/v1/bases/{shop.base}/socket", max_size=None,
                                          compression=None, origin=f"http://{host}")
        await socket.send(json.dumps({"type": "hello", "client": "bench", "locale": "zh-CN"}))
        return Socket(socket)

    async def edit(self, command, computed):
        """Seconds until the patch with the computed cells; `computed`: the records that it must say, by field."""
        self.n += 1
        client_id = f"bench-{os.getpid()}-{self.n}"
        message = json.dumps({"type": "command", "client_id": client_id, "command": command})
        began = time.perf_counter()
        await self.socket.send(message)
        seen = {}
        while True:
            answer = json.loads(await asyncio.wait_for(self.socket.recv(), 60))
            if answer["type"] == "rejected":
                sys.exit(json.dumps(answer["error"], ensure_ascii=False))
            # What is too much to wait for comes in a second patch.
            if answer["type"] == "patch" and (answer.get("client_id") == client_id or answer["label"] == "recompute"):
                took = time.perf_counter() - began
                seen.update(answer.get("recomputed", {}))
                if not seen.items() <= computed.items():
                    sys.exit(f"computed {seen}, not {computed}")
                if seen == computed:
                    return took


async def edits(shop, runs, n_rows):
    """Rows of the second table: what is edited, and milliseconds until the patch."""
    # At least 200 orders, spread over the table, are of one good; all orders look another one up.
    (record, *_), _ = shop.records("商品", KEY, 50_000)
    hits, others = shop.records("订单", KEY, n_rows)
    missing = max(0, 200 - len(hits))
    moved = [(record, KEY) for record in others[::max(1, len(others) // max(1, missing))][:missing]]
    if moved:
        shop.submit(**shop.edits("订单", "sku", moved))
    n_key = len(hits) + len(moved)
    shop.drop("inward", "商品")
    shop.add("base", "订单", 'XLOOKUP("SKU00000",商品[sku],商品[unit_price])')
    ids = {table: shop.fields[table] for table in shop.fields}
    price, base, stock = ids["订单"]["price"], ids["订单"]["base"], ids["商品"]["stock"]
    amount, label = ids["订单"]["amount"], ids["订单"]["label"]
    (first, *_), _ = shop.records("商品", "SKU00000", 2_000)
    n_first = len(shop.records("订单", "SKU00000", n_rows)[0])
    _, (move, *_) = shop.records("出入库", KEY, 2_000)
    order = hits[0]
    socket = await Socket.open(shop)
    rows = []
    for what, table, field, place, computed in [
            ("qty of one order: two formulas of the record", "订单", "qty", order, {amount: 1, label: 1}),
            (f"price of a good that {n_key} orders look up", "商品", "unit_price", record, {price: n_key}),
            (f"price of the good that all {n_rows:,} orders look up", "商品", "unit_price", first,
             {price: n_first, base: n_rows}),
            ("qty of one movement: one of 50,000 sums", "出入库", "qty", move, {stock: 1})]:
        times = []
        for run in range(4 * runs + 1):
            times.append(await socket.edit(shop.edits(table, field, [(place, 10_000 + run)]), computed))
        rows.append((what, sum(computed.values()), times[0] * 1000, middle(times[1:]), max(times[1:]) * 1000))
    await socket.socket.close()
    return rows


def main():
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("program")
    ask.add_argument("--rows", type=int, default=1_000_000)
    ask.add_argument("--movements", type=int, default=1_000_000)
    ask.add_argument("--runs", type=int, default=5)
    ask.add_argument("--seed", type=int, default=20261123)
    args = ask.parse_args()
    with tempfile.TemporaryDirectory(prefix="suanpan-bench-") as folder:
        folder = pathlib.Path(folder)
        paths = [gen.orders(folder / "orders.csv", args.rows, args.seed), gen.goods(folder / "goods.csv", args.seed),
                 gen.movements(folder / "movements.csv", args.movements, args.seed)]
        server = Server(args.program, folder / "data")
        try:
            shop = Shop(server, paths)
            acts = polars_acts(*polars_frames(paths))
            made = fields(shop, acts, duckdb_acts(paths), args.runs)
            edited = asyncio.run(edits(shop, args.runs, args.rows))
        finally:
            server.end()
    print(f"{machine()}; polars {polars.__version__}; DuckDB {duckdb.__version__}; seed {args.seed}")
    print(f"{args.rows:,} orders, {gen.GOODS:,} goods, {args.movements:,} movements; medians of {args.runs} runs\n")
    print("| formula field | first time, ms | again, ms | on the screen, ms | polars, ms | ratio | DuckDB, ms | ratio |\n"
          "|---|---:|---:|---:|---:|---:|---:|---:|")
    for what, first, again, shown, peer, duck in made:
        print(f"| `{what}` | {first:.1f} | {again:.1f} | {shown:.1f} | {peer:.1f} | {again / peer:.2f} "
              f"| {duck:.1f} | {again / duck:.2f} |")
    print("\n| edit, until its patch | cells computed | first time, ms | median, ms | slowest, ms |\n"
          "|---|---:|---:|---:|---:|")
    for what, n, first, median, slowest in edited:
        print(f"| {what} | {n:,} | {first:.1f} | {median:.2f} | {slowest:.1f} |")


if __name__ == "__main__":
    main()
