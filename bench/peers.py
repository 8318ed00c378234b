"""Runs a script of this folder with DuckDB and polars at hand: in an environment of its own, made on first use."""
import importlib.util
import os
import pathlib
import subprocess
import sys
import venv

WANTED = ["duckdb", "polars", "websockets"]


def at_hand(more=()):
    """Returns where the peers can be imported; elsewhere it starts this script again, and does not return."""
    if all(importlib.util.find_spec(name) for name in [*WANTED, *more]):
        return
    home = pathlib.Path(__file__).resolve().parent.parent / ".cache" / "bench-venv"
    python = home / "bin" / "python3"
    if sys.prefix == str(home):
        subprocess.run([python, "-m", "pip", "install", "--quiet", *more], check=True)
        importlib.invalidate_caches()
        if all(importlib.util.find_spec(name) for name in more):
            return
        sys.exit("the peers are not installed: delete .cache/bench-venv and try again")
    if not (home / "ready").exists():
        print("making .cache/bench-venv with DuckDB and polars", file=sys.stderr)
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *WANTED], check=True)
        (home / "ready").touch()
    os.execv(python, [str(python), *sys.argv])


def machine():
    """One line about the machine, for the head of a table."""
    model = "unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    kib = int(pathlib.Path("/proc/meminfo").read_text().split("MemTotal:")[1].split()[0])
    return f"{model}, {os.cpu_count()} cores, {kib / 2**20:.0f} GiB"
