#!/usr/bin/env python3
"""Workbooks in and out, beside the libraries alone: reading until the rows are durable, writing a table with a formula.

Usage: python3 bench/xlsx.py PATH/TO/suanpan PATH/TO/bare_xlsx [--rows N ...] [--runs N] [--seed N]
`bare_xlsx` is built by `cargo build --release -p sim`: calamine that streams the cells, rust_xlsxwriter that writes values
in constant memory. Prints a Markdown table of medians. See bench/README.md.
"""
import argparse
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import gen
import peers
from clients import command, field_of
from first import ChildWatch, Server, status_mb


def bare(program, *words):
    done = subprocess.run([program, *map(str, words)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return float(done.stdout.split()[0])


def until(server, path, busy):
    while True:
        job = server.call("GET", path)
        if job["state"] not in busy:
            if job["state"] in ("failed", "cancelled"):
                sys.exit(str(job.get("error")))
            return job
        time.sleep(0.005)


def imported(server, file):
    with open(file, "rb") as body:
        upload = server.call("POST", f"/uploads?name={file.name}", body)["upload"]
    path = f"/imports/{server.call('POST', '/imports', {'upload': upload})['job']}"
    until(server, path, ("waiting", "staging"))
    server.call("POST", f"{path}/confirm", {"base_name": "bench", "sheets": [{"sheet": 0}]})
    return until(server, path, ("waiting", "staging", "previewed", "importing"))


class Peak(ChildWatch):
    """The most memory that a process has resident between two moments, sampled."""

    def __init__(self, pid):
        super().__init__(pid)
        self.pid = pid

    def run(self):
        while not self.ended.wait(0.01):
            self.peak = max(self.peak, status_mb(self.pid, "VmRSS"))


def one_run(args, folder, csv, book):
    figures = {"calamine": bare(args.bare, "read", book)}
    figures["rust_xlsxwriter"] = bare(args.bare, "write", csv, folder / "peer.xlsx")
    server = Server(args.program, folder / "data")
    children = ChildWatch(server.process.pid)
    children.start()
    began = time.perf_counter()
    done = imported(server, book)
    figures["import"] = time.perf_counter() - began
    children.ended.set()
    figures["reader"], figures["server"] = children.peak, server.memory_mb("VmHWM")
    base, table = done["base"], done["tables"][0]
    field_of(server, base, table, "qty")
    command(server, base, {"kind": "create_field", "table": table, "field": {
        "name": "amount", "type": "formula", "formula": "[qty]*[unit_price]*(1-[discount])"}})
    while server.call("GET", f"/bases/{base}")["status"]["state"] != "ok":
        time.sleep(0.05)
    before = server.memory_mb("VmRSS")
    peak = Peak(server.process.pid)
    peak.start()
    began = time.perf_counter()
    job = server.call("POST", f"/bases/{base}/exports", {"format": "xlsx", "table": table})["job"]
    until(server, f"/exports/{job}", ("waiting", "running", "exporting", "writing"))
    figures["export"] = time.perf_counter() - began
    peak.ended.set()
    figures["export memory"] = max(0.0, peak.peak - before)
    server.end()
    return figures


def main():
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("program")
    ask.add_argument("bare")
    ask.add_argument("--rows", type=int, nargs="+", default=[100_000])
    ask.add_argument("--runs", type=int, default=5)
    ask.add_argument("--seed", type=int, default=20261123)
    args = ask.parse_args()
    print(f"Medians of {args.runs} runs, seed {args.seed}; {peers.machine()}\n")
    print("| rows × 11 | import | calamine | ratio | reader's memory | export | rust_xlsxwriter | ratio | memory for it |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for rows in args.rows:
        with tempfile.TemporaryDirectory(prefix="suanpan-bench-") as name:
            csv = gen.orders(pathlib.Path(name) / "orders.csv", rows, args.seed)
            book = pathlib.Path(name) / "orders.xlsx"
            bare(args.bare, "write", csv, book)
            runs = []
            for run in range(args.runs):
                folder = pathlib.Path(name) / str(run)
                folder.mkdir()
                runs.append(one_run(args, folder, csv, book))
        of = {what: statistics.median(run[what] for run in runs) for what in runs[0]}
        print(f"| {rows:,} | {of['import']:.2f} s | {of['calamine']:.2f} s | {of['import'] / of['calamine']:.2f} "
              f"| {of['reader']:.0f} MB | {of['export']:.2f} s | {of['rust_xlsxwriter']:.2f} s "
              f"| {of['export'] / of['rust_xlsxwriter']:.2f} | {of['export memory']:.0f} MB |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
