#!/usr/bin/env python3
"""`suanpan eval`: independent lines per second, and a fuzz of it.

    python3 bench/eval.py [--runs 5]                 lines per second over the cases of formula/spec
    python3 bench/eval.py --fuzz 60 [--seed 1]       random lines for so many minutes

The fuzz sends formulas grown from all functions, spliced cases of formula/spec and broken JSON, and demands exactly one
JSON answer per line, in order, within ten seconds. A line that kills or stops the process is printed and ends the run
with failure.
"""

import argparse
import json
import os
import pathlib
import random
import re
import selectors
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PATIENCE = 10.0
BATCH = 100


def binary():
    return os.environ.get("SUANPAN_BIN", str(ROOT / "target" / "release" / "suanpan"))


def spec_formulas():
    """The formulas of formula/spec that stand alone."""
    found = []
    for path in sorted((ROOT / "formula" / "spec").glob("*.md")):
        header = None
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.startswith("|"):
                header = None
                continue
            cells = line.replace("\\|", "\x01").strip().strip("|").split("|")
            cells = [cell.strip().strip("`").replace("\x01", "|") for cell in cells]
            if header is None:
                header = cells
            elif header[0] == "formula" and header[1] in ("result", "about") and set(cells[0]) - set("-: "):
                found.append(cells[0])
    return found


def functions():
    """Name, least and most number of arguments, as docs/language.md shows them."""
    text = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    found = {}
    for name, inside in re.findall(r"^\| `([A-Z0-9.]+)\(([^`]*)\)`", text, re.M):
        args = [arg.strip() for arg in inside.split(",")] if inside.strip() else []
        least = sum(not arg.startswith("[") and "…" not in arg for arg in args)
        found[name] = (least, 12 if any("…" in arg for arg in args) else len(args))
    return found


def speed(runs):
    formulas = [formula for formula in spec_formulas() if "[" not in formula]
    lines = []
    at = 0
    while len(lines) < 50_000:
        record = {"数量": at % 97, "单价": at * 0.01, "品名": f"保温杯{at % 50}"}
        if at % 2:
            request = {"formula": formulas[at // 2 % len(formulas)], "record": {}}
        else:
            request = {"formula": "IF([数量]*[单价]>100,[品名]&\"-VIP\",ROUND([单价],1))", "record": record}
        lines.append(json.dumps(request, ensure_ascii=False))
        at += 1
    data = ("\n".join(lines) + "\n").encode()
    took = []
    for _ in range(runs):
        began = time.perf_counter()
        done = subprocess.run([binary(), "eval"], input=data, stdout=subprocess.PIPE, check=True)
        took.append(time.perf_counter() - began)
        assert done.stdout.count(b"\n") == len(lines)
    rate = len(lines) / statistics.median(took)
    print(f"{len(lines):,} lines, {len(formulas):,} different: {rate:,.0f} lines/s (median of {runs})")


class Grower:
    """Random formulas, texts near formulas and texts that are none."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.functions = functions()
        self.names = sorted(self.functions)
        self.cases = spec_formulas()
        pieces = set()
        for case in self.cases:
            pieces.update(re.findall(r'"[^"]*"|[A-Z.0-9]+\(|[0-9.]+|[一-鿿]+|\W', case))
        self.pieces = sorted(pieces)

    def number(self):
        pick = self.random.random()
        if pick < 0.4:
            return str(self.random.randint(-3, 40))
        if pick < 0.6:
            return repr(round(self.random.uniform(-100, 100), 3))
        if pick < 0.8:
            return self.random.choice(["1E308", "-1E308", "1E-308", "2147483648", "9007199254740993", "0.1", "46349", "1E15"])
        return repr(10.0 ** self.random.randint(-300, 300))

    def text(self):
        chars = "ab杯 1,.-%¥*?~>=<（：”\t年/\\[]{}\U0001f600"
        return '"' + "".join(self.random.choice(chars) for _ in range(self.random.randint(0, 8))) + '"'

    def formula(self, depth):
        pick = self.random.random()
        if depth <= 0 or pick < 0.15:
            leaf = self.random.random()
            if leaf < 0.4:
                return self.number()
            if leaf < 0.6:
                return self.text()
            if leaf < 0.75:
                return self.random.choice(["[数量]", "[品名]", "[日期]", "明细[数]", "明细[名]", "[单价]"])
            if leaf < 0.85:
                return self.random.choice(["TRUE", "FALSE", "#N/A", "1/0", '""', ""])
            rows = self.random.randint(1, 3)
            width = self.random.randint(1, 3)
            cell = lambda: self.random.choice([self.number, self.text])()
            return "{" + ";".join(",".join(cell() for _ in range(width)) for _ in range(rows)) + "}"
        if pick < 0.75:
            name = self.random.choice(self.names)
            if name in ("LET", "LAMBDA", "MAP", "REDUCE", "SCAN", "BYROW", "BYCOL", "MAKEARRAY") and self.random.random() < 0.7:
                return self.with_lambda(name, depth)
            least, most = self.functions[name]
            n = self.random.randint(least, min(most, least + 3))
            if self.random.random() < 0.05:
                n = self.random.randint(0, 6)
            return name + "(" + ",".join(self.formula(depth - 1) for _ in range(n)) + ")"
        if pick < 0.92:
            op = self.random.choice(["+", "-", "*", "/", "^", "&", "=", "<>", "<", ">=", "%+", " "])
            return f"{self.formula(depth - 1)}{op}{self.formula(depth - 1)}"
        return self.random.choice(["-", "+", "(", "--"]) + self.formula(depth - 1) + self.random.choice(["", ")", "%"])

    def with_lambda(self, name, depth):
        body = self.formula(depth - 1)
        array = self.formula(depth - 1)
        return {
            "LET": f"LET(x,{array},x&{body})",
            "LAMBDA": f"LAMBDA(x,x+{body})({array})",
            "MAP": f"MAP({array},LAMBDA(x,{body}+x))",
            "REDUCE": f"REDUCE({self.number()},{array},LAMBDA(a,x,a+x*{body}))",
            "SCAN": f"SCAN({self.number()},{array},LAMBDA(a,x,a&x))",
            "BYROW": f"BYROW({array},LAMBDA(x,SUM(x)+{body}))",
            "BYCOL": f"BYCOL({array},LAMBDA(x,MAX(x)))",
            "MAKEARRAY": f"MAKEARRAY({self.random.randint(0, 50)},{self.number()},LAMBDA(a,x,a*x))",
        }[name]

    def line(self):
        pick = self.random.random()
        if pick < 0.6:
            formula = self.formula(self.random.randint(1, 5))
        elif pick < 0.8:
            formula = "".join(self.random.choice(self.pieces) for _ in range(self.random.randint(1, 25)))
        elif pick < 0.93:
            case = list(self.random.choice(self.cases))
            for _ in range(self.random.randint(1, 4)):
                at = self.random.randint(0, len(case))
                case[at : at + self.random.randint(0, 2)] = self.random.choice(self.pieces)
            formula = "".join(case)
        elif pick < 0.97:
            piece = self.random.choice(["(", "-", "SUM(", "{1,", "IF(1,", "[", '"', "1+", "LAMBDA(x,"])
            formula = piece * self.random.choice([10, 200, 20_000])
        else:
            return self.broken()
        record = {"数量": self.random.choice([1, -2.5, None, "12", True, 1e300]), "品名": "保温杯", "单价": 12.5, "日期": "2026-11-22"}
        rows = [{"数": at * 1.5, "名": f"货{at % 3}"} for at in range(self.random.choice([0, 1, 7, 40]))]
        request = {"formula": formula, "record": record, "tables": {"明细": rows}}
        return json.dumps(request, ensure_ascii=self.random.random() < 0.3).encode("utf-8", "replace")

    def broken(self):
        good = json.dumps({"formula": self.formula(2)}).encode()
        pick = self.random.randint(0, 4)
        if pick == 0:
            return good[: self.random.randint(0, len(good))]
        if pick == 1:
            return bytes(self.random.randint(0, 255) for _ in range(self.random.randint(0, 60))).replace(b"\n", b"")
        if pick == 2:
            return b"[" * self.random.choice([5, 100_000])
        if pick == 3:
            return b'{"formula":"1","now":"' + str(self.random.random()).encode() + b'"}'
        return b'{"formula":"' + b"1+" * self.random.choice([10, 300_000, 600_000]) + b'1"}'


class Process:
    def __init__(self):
        self.child = subprocess.Popen([binary(), "eval"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        os.set_blocking(self.child.stdin.fileno(), False)
        os.set_blocking(self.child.stdout.fileno(), False)

    def ask(self, lines, patience):
        """Answers of the lines; fewer where it died or took longer."""
        out, got, until = b"".join(line + b"\n" for line in lines), b"", time.monotonic() + patience
        chooser = selectors.DefaultSelector()
        chooser.register(self.child.stdout, selectors.EVENT_READ)
        chooser.register(self.child.stdin, selectors.EVENT_WRITE)
        while got.count(b"\n") < len(lines):
            ready = chooser.select(max(0.0, until - time.monotonic()))
            if not ready:
                break
            for key, _ in ready:
                if key.fileobj is self.child.stdin:
                    try:
                        out = out[os.write(self.child.stdin.fileno(), out[:65536]) :]
                    except BrokenPipeError:
                        return got.split(b"\n")[:-1]
                    if not out:
                        chooser.unregister(self.child.stdin)
                else:
                    piece = os.read(self.child.stdout.fileno(), 1 << 20)
                    if not piece:
                        return got.split(b"\n")[:-1]
                    got += piece
        return got.split(b"\n")[:-1]

    def peak(self):
        status = pathlib.Path(f"/proc/{self.child.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024

    def kill(self):
        self.child.kill()
        self.child.wait()


def fuzz(minutes, seed):
    grower, process = Grower(seed), Process()
    until, n, kinds, slowest, bad = time.monotonic() + minutes * 60, 0, {}, (0.0, b""), []
    while time.monotonic() < until and len(bad) < 20:
        lines = [grower.line() for _ in range(BATCH)]
        began = time.monotonic()
        answers = process.ask(lines, PATIENCE)
        took = time.monotonic() - began
        if took > slowest[0]:
            slowest = (took, lines[len(answers)] if len(answers) < len(lines) else b"a batch")
        for line, answer in zip(lines, answers):
            try:
                known = json.loads(answer)
            except ValueError:
                bad.append(("no JSON", line))
                continue
            kind = next((kind for kind in ("value", "error", "diagnostics", "pending") if kind in known), "?")
            kinds[kind] = kinds.get(kind, 0) + 1
            if kind == "?":
                bad.append(("no known answer", line))
        n += len(answers)
        if len(answers) < len(lines):
            process.kill()
            process = Process()
            line = lines[len(answers)]
            if not process.ask([line], PATIENCE):
                bad.append(("killed or stopped", line))
                process.kill()
                process = Process()
        for why, line in bad[-1:] if len(answers) < len(lines) else []:
            print(f"{why}: {line[:2000].decode('utf-8', 'replace')}", flush=True)
    print(f"{n:,} lines in {minutes} minutes, seed {seed}: {kinds}; slowest batch of {BATCH} {slowest[0]:.2f} s; "
          f"peak memory {process.peak():,.0f} MB; failures {len(bad)}")
    process.kill()
    for why, line in bad:
        print(f"{why}: {line[:2000].decode('utf-8', 'replace')}")
    return not bad


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--runs", type=int, default=5)
    asked.add_argument("--fuzz", type=float, default=0, help="minutes")
    asked.add_argument("--seed", type=int, default=1)
    asked = asked.parse_args()
    if asked.fuzz:
        sys.exit(0 if fuzz(asked.fuzz, asked.seed) else 1)
    speed(asked.runs)


if __name__ == "__main__":
    main()
