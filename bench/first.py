#!/usr/bin/env python3
"""First measurements: a million order rows imported over REST, one-cell edits, window fetches.

Usage: python3 bench/first.py PATH/TO/suanpan [--rows N] [--edits N] [--windows N] [--seed N] [--runs N]
Only the standard library is used. It prints a Markdown table. See bench/README.md.
"""
import argparse
import csv
import http.client
import json
import os
import pathlib
import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date, timedelta
from urllib.parse import quote, urlsplit

WORDS = ["锆石", "珍珠", "水滴", "流苏", "开口", "锁骨", "串珠", "鲨鱼", "合金", "镀金"]
GOODS = ["戒指", "耳钉", "耳环", "项链", "手链", "发夹", "胸针", "收纳盒"]
STATUS = ["待付款", "已付款", "备货中", "已发货", "已完成", "已取消"]
HEADER = ["order_no", "sku", "product", "category", "qty", "unit_price", "discount", "order_date",
          "customer", "status", "remark"]
REMARKS = ["要快", "分两箱", "易碎，轻放", "同上次"]


def write_orders(path, n_rows, seed):
    rng = random.Random(seed)
    products = [f"{rng.choice(WORDS)}{rng.choice(GOODS)}{n:05}" for n in range(50_000)]
    days = [str(date(2024, 1, 1) + timedelta(days=n)) for n in range(900)]
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        for row in range(n_rows):
            sku = rng.randrange(50_000)
            out.writerow([f"XS{row:09}", f"SKU{sku:05}", products[sku], f"类目{sku % 30:02}",
                          rng.randint(1, 500), f"{rng.randint(50, 9_999) / 100:.2f}",
                          rng.choice(["0.95", "0.9", "1"]), rng.choice(days),
                          f"客户{rng.randrange(20_000):05}", rng.choice(STATUS),
                          rng.choice(REMARKS) if rng.random() < 0.05 else ""])


class Server:
    def __init__(self, program, folder):
        self.process = subprocess.Popen(
            [program, "serve", "--listen", "127.0.0.1:0", "--data", str(folder), "--json"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        if not line:
            sys.exit("the server did not start")
        self.connection = http.client.HTTPConnection(urlsplit(json.loads(line)["url"]).netloc, timeout=600)
        self.connection.connect()

    def call(self, method, path, body=None):
        headers = {"content-type": "application/json", "x-suanpan-client": "bench"}
        if body is not None and not hasattr(body, "read"):
            body = json.dumps(body).encode()
        elif body is not None:
            headers = {"content-type": "application/octet-stream",
                       "content-length": str(os.fstat(body.fileno()).st_size)}
        self.connection.request(method, "/api/v1" + path, body, headers)
        answer = self.connection.getresponse()
        data = answer.read()
        if answer.status >= 300:
            sys.exit(f"{method} {path}: {answer.status} {data[:500].decode(errors='replace')}")
        return json.loads(data) if data else None

    def wait(self, path, busy):
        while True:
            job = self.call("GET", path)
            if job["state"] not in busy:
                if job["state"] in ("failed", "cancelled"):
                    sys.exit(json.dumps(job.get("error"), ensure_ascii=False))
                return job
            time.sleep(0.05)

    def memory_mb(self, name):
        return status_mb(self.process.pid, name)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)


def status_mb(pid, name):
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


class ChildWatch(threading.Thread):
    """Peak memory of the server's children; a child that ends between two looks is seen a little low."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.children = pathlib.Path(f"/proc/{pid}/task")
        self.peak = 0.0
        self.ended = threading.Event()

    def run(self):
        while not self.ended.wait(0.02):
            for task in self.children.glob("*/children"):
                try:
                    for pid in task.read_text().split():
                        self.peak = max(self.peak, status_mb(pid, "VmHWM"))
                except OSError:
                    continue


def spread(times):
    """Median and 99th percentile, in milliseconds."""
    ordered = sorted(times)
    at = min(len(ordered) - 1, int(len(ordered) * 0.99))
    return [statistics.median(ordered) * 1000, ordered[at] * 1000]


def timed(act):
    began = time.perf_counter()
    answer = act()
    return time.perf_counter() - began, answer


def bare_commits(folder, n):
    """The yardstick: what one durable commit costs on this disk without Suanpan."""
    base = sqlite3.connect(folder / "yardstick.db", isolation_level=None)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("PRAGMA synchronous=FULL")
    base.execute("CREATE TABLE log (id INTEGER PRIMARY KEY, bytes BLOB)")
    note = b"x" * 300
    times = [timed(lambda: base.execute("INSERT INTO log (bytes) VALUES (?)", (note,)))[0] for _ in range(n)]
    base.close()
    return times


def import_orders(server, path):
    with open(path, "rb") as file:
        uploading, made = timed(lambda: server.call("POST", "/uploads?name=" + quote(path.name), file))
    began = time.perf_counter()
    job = server.call("POST", "/imports", {"upload": made["upload"]})["job"]
    preview = server.wait(f"/imports/{job}", {"staging"})
    reading = time.perf_counter() - began
    before = time.perf_counter()
    server.call("POST", f"/imports/{job}/confirm", {
        "base_name": "订单", "sheets": [{"sheet": 0, "table_name": "订单"}]})
    done = server.wait(f"/imports/{job}", {"previewed", "importing"})
    importing = time.perf_counter() - before
    columns = preview["manifest"]["sheets"][0]["columns"]
    types = [column["proposal"]["field_type"]["type"] for column in columns]
    return uploading, reading, importing, done, types


def main():
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("program")
    ask.add_argument("--rows", type=int, default=1_000_000)
    ask.add_argument("--edits", type=int, default=2_000)
    ask.add_argument("--windows", type=int, default=500)
    ask.add_argument("--seed", type=int, default=20261123)
    ask.add_argument("--runs", type=int, default=1, help="each on a fresh server and data folder; medians are printed")
    args = ask.parse_args()
    runs = []
    with tempfile.TemporaryDirectory(prefix="suanpan-bench-") as name:
        path = pathlib.Path(name) / "orders.csv"
        write_orders(path, args.rows, args.seed)
        for n in range(args.runs):
            folder = pathlib.Path(name) / f"run{n}"
            folder.mkdir()
            server = Server(args.program, folder / "data")
            try:
                runs.append(measure(server, path, folder, args, random.Random(args.seed + 1)))
            finally:
                server.end()
    middle = {what: [statistics.median(run[what][at] for run in runs) for at in range(len(runs[0][what]))]
              for what in runs[0] if what != "types"}
    print(f"{args.rows:,} rows × {len(HEADER)} columns, seed {args.seed}; medians of {args.runs} runs\n")
    print("| what | median | p99 |\n|---|---:|---:|")
    for what, values in middle.items():
        unit = "MB" if "memory" in what else "s" if len(values) == 1 else "ms"
        texts = [f"{value:.{0 if unit == 'MB' else 2}f} {unit}" for value in values]
        print(f"| {what} | {texts[0]} | {texts[1] if len(texts) > 1 else ''} |")
    print(f"\nProposed types: {runs[0]['types']}")


def measure(server, path, folder, args, rng):
    """Each figure as a list: one value, or median and p99 in milliseconds."""
    size_mb = path.stat().st_size / 1e6
    idle = server.memory_mb("VmRSS")
    watch = ChildWatch(server.process.pid)
    watch.start()
    uploading, reading, importing, done, types = import_orders(server, path)
    watch.ended.set()
    watch.join()
    imported = done["report"]["n_records"]
    if imported != args.rows:
        sys.exit(f"{imported} records came of {args.rows} rows")
    peak, rest = server.memory_mb("VmHWM"), server.memory_mb("VmRSS")
    windows, edits = daily_work(server, done, args, rng)
    return {
        f"upload of {size_mb:.0f} MB": [uploading],
        "reading and preview (child process)": [reading],
        "import after confirmation": [importing],
        "upload to imported, total": [uploading + reading + importing],
        "server memory before the import": [idle],
        "server memory after the import": [rest],
        "server memory, peak during import": [peak],
        "reader child memory, peak": [watch.peak],
        f"window of 128 rows, {args.windows} random offsets": spread(windows),
        f"one-cell edit over HTTP, durable, {args.edits} times": spread(edits),
        f"bare SQLite commit (WAL, FULL), {args.edits} times": spread(bare_commits(folder, args.edits)),
        "types": " ".join(types),
    }


def daily_work(server, done, args, rng):
    base, table = done["base"], done["tables"][0]
    fields = server.call("GET", f"/bases/{base}")["tables"][0]["fields"]
    remark = next(field["id"] for field in fields if field["name"] == "remark")
    window = f"/bases/{base}/tables/{table}/window?n=128&from="
    windows, records = [], []
    for _ in range(args.windows):
        at = rng.randrange(max(1, args.rows - 128))
        took, answer = timed(lambda at=at: server.call("GET", f"{window}{at}"))
        windows.append(took)
        records.extend(answer["records"])
    edits = []
    for n in range(args.edits):
        edit = {"record": rng.choice(records), "field": remark, "value": f"改{n}"}
        command = {"command": {"kind": "set_cells", "table": table, "edits": [edit]}}
        edits.append(timed(lambda c=command: server.call("POST", f"/bases/{base}/commands", c))[0])
    return windows, edits


if __name__ == "__main__":
    main()
