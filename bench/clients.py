#!/usr/bin/env python3
"""Clients at work: edits over the socket, many writers, many who watch, rows through the API.

Usage: python3 bench/clients.py PATH/TO/suanpan PATH/TO/clients [--rows N ...] [--runs N] [--seed N] [--sync-ms N]
`clients` is built by `cargo build --release -p sim`. Prints Markdown tables of medians. See bench/README.md.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import gen
import peers
from first import Server, bare_commits, import_orders, spread


def field_of(server, base, table, name):
    tables = server.call("GET", f"/bases/{base}")["tables"]
    fields = next(one for one in tables if one["id"] == table)["fields"]
    return next(field["id"] for field in fields if field["name"] == name)


def command(server, base, body):
    return server.call("POST", f"/bases/{base}/commands", {"command": body})


def two_dependents(server, base, table):
    for name, formula in [("前缀", "LEFT([order_no],2)"), ("标签", "[order_no]&\"-\"&[category]")]:
        command(server, base, {"kind": "create_field", "table": table,
                               "field": {"name": name, "type": "formula", "formula": formula}})
    while server.call("GET", f"/bases/{base}")["status"]["state"] != "ok":
        time.sleep(0.2)


class Bench:
    def __init__(self, args, server, base, table, rows):
        host = f"{server.connection.host}:{server.connection.port}"
        field = field_of(server, base, table, "order_no")
        self.call = [args.clients, host, base, table, field, str(rows)]

    def run(self, *what):
        done = subprocess.run([*self.call, *map(str, what)], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"clients {' '.join(map(str, what))}: {done.stderr}")
        return json.loads(done.stdout)


def bulk(server, base):
    """Rows per second that come as JSON and are durable: 20 requests of 20,000 rows with six fields."""
    fields = [{"name": "货号", "type": "text"}, {"name": "品名", "type": "text"}, {"name": "类目", "type": "text"},
              {"name": "数量", "type": "number"}, {"name": "单价", "type": "number"}, {"name": "日期", "type": "date"}]
    table = command(server, base, {"kind": "create_table", "auto_name": True, "name": "批量", "fields": fields})["result"]["tables"][0]
    ids = [field_of(server, base, table, field["name"]) for field in fields]
    rows, requests = 20_000, []
    for n in range(20):
        records = [{"cells": dict(zip(ids, [f"SKU{n:02}{row:05}", f"保温杯{row % 500}", f"类目{row % 30}", row % 77,
                                            row / 4, gen.DAYS[row % 900]]))} for row in range(rows)]
        requests.append(json.dumps({"command": {"kind": "create_records", "table": table, "records": records}}).encode())
    headers = {"content-type": "application/json", "x-suanpan-client": "bench"}
    began = time.perf_counter()
    for body in requests:
        server.connection.request("POST", f"/api/v1/bases/{base}/commands", body, headers)
        answer = server.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            sys.exit(f"create_records: {answer.status} {text[:300]}")
    return rows * len(requests) / (time.perf_counter() - began)


def one_run(args, csv, rows, folder):
    server = Server(args.program, folder / "data")
    try:
        done = import_orders(server, csv)[3]
        base, table = done["base"], done["tables"][0]
        two_dependents(server, base, table)
        bench = Bench(args, server, base, table, rows)
        bare = spread(bare_commits(folder, 2_000))
        edits = bench.run("edits", args.edits)
        writers = bench.run("writers", 16, 4)
        found = {"bare": bare[0] + args.sync_ms, "edit p50": edits["p50"], "edit p99": edits["p99"],
                 "writers": writers["edits_per_second"], "writers p99": writers["p99"]}
        if rows == args.rows[0]:
            found["bulk"] = bulk(server, base)
            before = server.memory_mb("VmRSS")
            watchers = bench.run("watchers", 1_000, 10)
            found |= {"watch p50": watchers["p50"], "watch p95": watchers["p95"],
                      "watch memory": server.memory_mb("VmHWM") - before}
        return found
    finally:
        server.end()


def main():
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("program")
    ask.add_argument("clients")
    ask.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    ask.add_argument("--edits", type=int, default=2_000)
    ask.add_argument("--runs", type=int, default=5)
    ask.add_argument("--seed", type=int, default=20261123)
    ask.add_argument("--sync-ms", type=int, default=0, help="a disk that takes so much longer to sync")
    args = ask.parse_args()
    if args.sync_ms:
        os.environ["SUANPAN_SLOW_SYNC_MS"] = str(args.sync_ms)
    slow = f", every sync {args.sync_ms} ms longer" if args.sync_ms else ""
    print(f"Medians of {args.runs} runs, seed {args.seed}{slow}; {peers.machine()}\n")
    print("| rows | bare SQLite commit | edit p50 | edit p99 | 16 writers | of bare commits | 16 writers p99 |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    middle = {}
    with tempfile.TemporaryDirectory(prefix="suanpan-bench-") as name:
        for rows in args.rows:
            csv = gen.orders(pathlib.Path(name) / "orders.csv", rows, args.seed)
            runs = []
            for n in range(args.runs):
                with tempfile.TemporaryDirectory(prefix=f"run{n}-", dir=name) as folder:
                    runs.append(one_run(args, csv, rows, pathlib.Path(folder)))
            found = {what: statistics.median(run[what] for run in runs) for what in runs[0]}
            middle |= found
            print(f"| {rows:,} | {found['bare']:.2f} ms | {found['edit p50']:.2f} ms | {found['edit p99']:.2f} ms | "
                  f"{found['writers']:,.0f}/s | {found['writers'] * found['bare'] / 1000:.1f} × | "
                  f"{found['writers p99']:.1f} ms |", flush=True)
    print(f"\nAt {args.rows[0]:,} rows: {middle['bulk']:,.0f} rows/s through the API; 1,000 watchers at 50 edits/s: "
          f"p50 {middle['watch p50']:.1f} ms, p95 {middle['watch p95']:.1f} ms, "
          f"{middle['watch memory']:.0f} MB more memory at the peak.")


if __name__ == "__main__":
    main()
