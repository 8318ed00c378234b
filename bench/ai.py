#!/usr/bin/env python3
"""How near an AI batch comes to what the provider allows: places × latency, while the table is being edited.

Usage: python3 bench/ai.py PATH/TO/suanpan [--rows N] [--parallel N] [--latency-ms N]
A server of this script answers every question after the latency. Prints answers a second, their share of parallel / latency
over the steady part of the batch (after the opening of the gate), and the latency of edits meanwhile. See bench/README.md.
"""
import argparse
import asyncio
import json
import statistics
import tempfile
import threading
import time

from first import Server


class Model:
    """An OpenAI-compatible server on one event loop; counts what it answers and when."""

    def __init__(self, latency):
        self.latency, self.answered, self.open, self.most = latency, [], 0, 0
        self.ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self.serve()), daemon=True).start()
        self.ready.wait()

    async def serve(self):
        server = await asyncio.start_server(self.connection, "127.0.0.1", 0, backlog=512)
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        async with server:
            await server.serve_forever()

    async def connection(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                length = int(head.split("content-length:")[1].split("\r\n")[0])
                body = json.loads(await reader.readexactly(length))
                self.open += 1
                self.most = max(self.most, self.open)
                await asyncio.sleep(self.latency)
                self.open -= 1
                digits = "".join(c for c in body["messages"][-1]["content"] if c.isdigit())
                answer = json.dumps({"choices": [{"index": 0, "finish_reason": "stop", "message": {
                    "role": "assistant", "content": f"Item {digits}"}}],
                    "usage": {"prompt_tokens": 60, "completion_tokens": 5}}).encode()
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "
                             + str(len(answer)).encode() + b"\r\n\r\n" + answer)
                self.answered.append(time.monotonic())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


def command(server, base, body):
    return server.call("POST", f"/bases/{base}/commands", {"command": body})


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("suanpan")
    asked.add_argument("--rows", type=int, default=20_000)
    asked.add_argument("--parallel", type=int, default=64)
    asked.add_argument("--latency-ms", type=float, default=50)
    asked = asked.parse_args()
    model = Model(asked.latency_ms / 1000)
    folder = tempfile.TemporaryDirectory()
    server = Server(asked.suanpan, folder.name)
    server.call("PUT", "/providers/m", {"preset": "custom", "base_url": f"http://127.0.0.1:{model.port}/v1", "model": "m",
                                        "key": "k", "max_parallel": asked.parallel})
    server.call("PUT", "/providers/default", {"name": "m"})
    base = server.call("POST", "/bases", {"name": "ai"})["id"]
    made = command(server, base, {"kind": "create_table", "name": "t", "fields": [
        {"name": "品名", "type": "text"}, {"name": "数量", "type": "number"}]})["result"]
    table, (name, number) = made["tables"][0], made["fields"]
    records = command(server, base, {"kind": "create_records", "table": table, "records": [
        {"cells": {name: f"货品{n:06}"}} for n in range(asked.rows)]})["result"]["records"]
    field = command(server, base, {"kind": "create_field", "table": table, "field": {
        "name": "英文名", "type": "formula", "formula": "AI.TRANSLATE([品名],\"英语\")"}})["result"]["fields"][0]
    command(server, base, {"kind": "run_ai", "table": table, "field": field, "scope": "empty", "batch": "b"})
    edits = []
    while len(model.answered) < asked.rows:
        began = time.monotonic()
        command(server, base, {"kind": "set_cells", "table": table,
                               "edits": [{"record": records[0], "field": number, "value": len(edits)}]})
        edits.append((time.monotonic() - began) * 1000)
        time.sleep(0.1)
    # The gate opens by one place per round of successes; then it is steady.
    steady = model.answered[asked.rows // 2:asked.rows - asked.parallel]
    rate = (len(steady) - 1) / (steady[-1] - steady[0])
    most = asked.parallel / (asked.latency_ms / 1000)
    edits.sort()
    print("| rows | at a time | latency | answers/s | of what is possible | most open | edit median | edit 95 % |")
    print("|---|---|---|---|---|---|---|---|")
    print(f"| {asked.rows} | {asked.parallel} | {asked.latency_ms:g} ms | {rate:.0f} | {rate / most:.1%} | {model.most} |"
          f" {statistics.median(edits):.1f} ms | {edits[int(len(edits) * 0.95)]:.1f} ms |")
    server.end()


if __name__ == "__main__":
    main()
