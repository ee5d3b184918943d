"""
The load generator, a process of its own so that its work is not mistaken for the system's. Reads blocks as JSON
lines from standard input, plays each, and answers with one line: how long every request took.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from dataclasses import dataclass
from typing import Any

from bench.measure import closed_loop

# The gateway lets one address make 50 requests a second after a burst of 200: every so many requests a client
# comes from another of the loopback's 16 million addresses, over a new connection.
_REQUESTS_AN_ADDRESS = 150
_addresses = (f"127.1.{number // 250}.{number % 250 + 1}" for number in itertools.count())


@dataclass(slots=True)
class Client:
    """One HTTP/1.1 client that keeps its connection; see `play` for what it accepts."""

    port: int
    path: str
    token: str
    times: tuple[str, int] | None
    answer: bytes = b""
    _reader: asyncio.StreamReader | None = None
    _writer: asyncio.StreamWriter | None = None
    _left: int = 0

    async def call(self) -> None:
        """Make the request once; raise `ValueError` when the answer is another one than before."""
        if self._left == 0 or self._reader is None or self._writer is None:
            await self._connect()
        assert self._reader
        assert self._writer
        self._left -= 1
        headers = f"host: 127.0.0.1:{self.port}\r\nauthorization: Bearer {self.token}\r\n"
        self._writer.write(f"GET {self.path} HTTP/1.1\r\n{headers}\r\n".encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        body = await self._reader.readexactly(length)
        if not head.startswith("http/1.1 200"):
            raise ValueError(f"{self.path}: {head.splitlines()[0]} {body[:200]!r}")
        self.answer = self.answer or body
        full = self.times is not None and body.count(self.times[0].encode()) == self.times[1]
        if not full and body != self.answer:
            raise ValueError(f"{self.path}: this is not the answer: {body[:200]!r}")

    async def _connect(self) -> None:
        self.close()
        self._reader, self._writer = await asyncio.open_connection(
            "127.0.0.1", self.port, local_addr=(next(_addresses), 0), limit=1 << 22
        )
        self._left = _REQUESTS_AN_ADDRESS

    def close(self) -> None:
        if self._writer:
            self._writer.close()


async def play(block: dict[str, Any]) -> dict[str, Any]:
    """
    Play `{port, path, tokens, count, times}`: one client for each token, `count` requests in all. Every answer to
    a client must be the same or, with `times` = [text, n], hold that text n times.

    Returns `{took: [seconds…], bodies: [one of each client]}`, or `{error}`.
    """
    times = tuple(block["times"]) if block["times"] else None
    clients = [Client(block["port"], block["path"], token, times) for token in block["tokens"]]
    try:
        await closed_loop([client.call for client in clients], len(clients))  # connections, caches
        took = await closed_loop([client.call for client in clients], block["count"])
        return {"took": took, "bodies": [client.answer.decode() for client in clients]}
    except (ValueError, OSError, EOFError) as error:
        return {"error": f"{type(error).__name__}: {error}"}
    finally:
        for client in clients:
            client.close()


def main() -> None:
    with asyncio.Runner() as runner:
        for line in sys.stdin:
            print(json.dumps(runner.run(play(json.loads(line)))), flush=True)


if __name__ == "__main__":
    main()
