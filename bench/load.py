#!/usr/bin/env python3
"""Loading and holding a table: import from CSV, memory, disk, start; DuckDB and polars in the same run.

Usage: python3 bench/load.py PATH/TO/suanpan [--rows N] [--runs N] [--seed N] [--csv FILE]
Prints a Markdown table of medians. DuckDB and polars come into an environment of their own. See bench/README.md.
"""
import argparse
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import peers

peers.at_hand()

import duckdb  # noqa: E402
import polars  # noqa: E402

import gen  # noqa: E402
from first import ChildWatch, Server, import_orders, status_mb  # noqa: E402

SEGMENT = 65_536
# A frame as a program would hold it: texts that recur as categoricals, days as days.
HOLD = """
import polars as pl, sys
schema = {"sku": pl.Categorical, "product": pl.Categorical, "category": pl.Categorical, "customer": pl.Categorical,
          "status": pl.Categorical, "remark": pl.Categorical}
frame = pl.read_csv(sys.argv[1], schema_overrides=schema, try_parse_dates=True)
if len(sys.argv) > 2:
    frame.write_parquet(sys.argv[2], compression="zstd")
del sys
frame = frame.rechunk()
print("ready", flush=True)
input()
"""


def duckdb_load(csv, folder):
    path = folder / "peer.duckdb"
    path.unlink(missing_ok=True)
    base = duckdb.connect(str(path))
    began = time.perf_counter()
    base.execute(f"CREATE TABLE orders AS SELECT * FROM read_csv('{csv}')")
    base.execute("CHECKPOINT")
    took = time.perf_counter() - began
    base.close()
    return took


def polars_hold(csv, *more):
    """Memory of a process that holds the frame, MB; the Parquet file is written on the way where one is asked for."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(csv), *map(str, more)], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    process.stdout.readline()
    held = status_mb(process.pid, "VmRSS")
    process.communicate("\n")
    return held


def size_mb(folder):
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def first_window(program, data):
    """Seconds from starting the program to the first rows, and the server."""
    began = time.perf_counter()
    server = Server(program, data)
    bases = server.call("GET", "/bases")
    if bases:
        base = bases[0]["id"]
        table = server.call("GET", f"/bases/{base}")["tables"][0]["id"]
        server.call("GET", f"/bases/{base}/tables/{table}/window?n=128&from=0")
        return time.perf_counter() - began, server, f"/bases/{base}/tables/{table}"
    return time.perf_counter() - began, server, None


def loaded(program, csv, folder):
    """One import on a fresh data folder: seconds in all, peak memory of server and child."""
    server = Server(program, folder)
    watch = ChildWatch(server.process.pid)
    watch.start()
    began = time.perf_counter()
    import_orders(server, csv)
    took = time.perf_counter() - began
    watch.ended.set()
    peak = server.memory_mb("VmHWM"), watch.peak
    server.end()
    return took, peak


def one_run(program, csv, folder, rows):
    data = folder / "data"
    figures = {}
    seconds, server, _ = first_window(program, folder / "empty")
    figures["start, empty"] = seconds
    time.sleep(0.5)
    figures["idle, empty"] = server.memory_mb("VmRSS")
    server.end()
    figures["import"], (figures["peak, server"], figures["peak, reader"]) = loaded(program, csv, data)
    figures["import, DuckDB"] = duckdb_load(csv, folder)
    figures["disk"] = size_mb(data / "bases")
    figures["memory, polars"] = polars_hold(csv, folder / "peer.parquet")
    # Writing the file has left memory behind that the frame does not need.
    figures["memory, polars"] = min(figures["memory, polars"], polars_hold(csv))
    figures["disk, Parquet"] = (folder / "peer.parquet").stat().st_size / 1e6
    figures["start"], server, table = first_window(program, data)
    for at in range(0, rows, SEGMENT // 2):
        server.call("GET", f"{table}/window?n=1&from={at}")
    figures["memory"] = server.memory_mb("VmRSS")
    server.end()
    return figures


def main():
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("program")
    ask.add_argument("--rows", type=int, default=1_000_000)
    ask.add_argument("--runs", type=int, default=5)
    ask.add_argument("--seed", type=int, default=20261123)
    ask.add_argument("--csv", type=pathlib.Path, help="orders that gen.py made before")
    args = ask.parse_args()
    runs = []
    with tempfile.TemporaryDirectory(prefix="suanpan-bench-") as name:
        csv = args.csv or gen.orders(pathlib.Path(name) / "orders.csv", args.rows, args.seed)
        for n in range(args.runs):
            with tempfile.TemporaryDirectory(prefix=f"run{n}-", dir=name) as folder:
                runs.append(one_run(args.program, csv, pathlib.Path(folder), args.rows))
    middle = {what: statistics.median(run[what] for run in runs) for what in runs[0]}
    print(f"{args.rows:,} rows × {len(gen.ORDERS)} columns, seed {args.seed}; medians of {args.runs} runs; "
          f"DuckDB {duckdb.__version__}, polars {polars.__version__}; {peers.machine()}\n")
    print("| what | Suanpan | peer | ratio |\n|---|---:|---:|---:|")

    def row(what, own, peer=None, unit="s", digits=2):
        texts = f"{middle[own]:.{digits}f} {unit}", "", ""
        if peer:
            ratio = statistics.median(run[own] / run[peer] for run in runs)
            texts = texts[0], f"{middle[peer]:.{digits}f} {unit}", f"{ratio:.2f}"
        print(f"| {what} | {' | '.join(texts)} |")

    row("CSV into a durable base, upload and preview included (DuckDB: CREATE TABLE AS into a file)", "import",
        "import, DuckDB")
    row("memory with all columns touched (polars: the frame with categoricals)", "memory", "memory, polars", "MB", 0)
    row("file on disk (zstd Parquet)", "disk", "disk, Parquet", "MB", 0)
    row("start to the first window", "start")
    row("start to the list of bases, empty", "start, empty")
    row("memory of an idle, empty server", "idle, empty", unit="MB", digits=0)
    row("peak memory of the server while importing", "peak, server", unit="MB", digits=0)
    row("peak memory of the reading child", "peak, reader", unit="MB", digits=0)


if __name__ == "__main__":
    main()
