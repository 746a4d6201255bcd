"""A load generator: keep-alive connections that ask as fast as answers come.

It runs in a process of its own, so that it does not slow the server down
more than any client would.
"""

import asyncio
import json
import sys
import time
from collections import Counter


async def _client(host, port, make_request, until, seen):
    reader, writer = await asyncio.open_connection(host, port)
    number = 0
    try:
        while time.perf_counter() < until:
            number += 1
            writer.write(make_request(number))
            head = await reader.readuntil(b"\r\n\r\n")
            seen[head[9:12].decode()] += 1
            size = 0
            for line in head.split(b"\r\n"):
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    size = int(value)
            if size:
                await reader.readexactly(size)
    finally:
        writer.close()


def _maker(plan, client):
    head = (
        f"{plan['method']} {plan['path']} HTTP/1.1\r\n"
        f"Host: {plan['host']}:{plan['port']}\r\n"
    )
    for name, value in plan["headers"].items():
        head += f"{name}: {value}\r\n"
    body = plan.get("body", "").encode()
    if body:
        head += "Content-Type: application/json\r\n"
    keyed = plan.get("keyed", False)

    def make(number):
        extra = (
            f"Idempotency-Key: {plan['salt']}-{client}-{number}\r\n"
            if keyed
            else ""
        )
        text = f"{head}{extra}Content-Length: {len(body)}\r\n\r\n"
        return text.encode() + body

    return make


async def run(plan):
    """Ask for some seconds; return how many answers of each status came."""
    seen = Counter()
    until = time.perf_counter() + plan["seconds"]
    began = time.perf_counter()
    await asyncio.gather(
        *(
            _client(plan["host"], plan["port"], _maker(plan, one), until, seen)
            for one in range(plan["connections"])
        )
    )
    return {"seconds": time.perf_counter() - began, "answers": dict(seen)}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(json.loads(sys.argv[1])))))
