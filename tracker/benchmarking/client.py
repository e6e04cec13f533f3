"""Readers of one page, as a program of its own: ``python -m tracker.benchmarking.client PORT PATH READERS SECONDS``.

Each reader asks again as soon as it has its answer, over a connection that it keeps. It says as JSON how many answers came in how long, how long each
took, and how many were none. Standard library only: what it does beside waiting takes from what it measures.
"""

import json
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field

END = b"\r\n\r\n"
LENGTH = b"content-length:"
LONGEST = 100.0
"""Seconds after which nobody waits any longer."""


@dataclass
class Reader:
    """One connection: what it has of its answer, how much is still to come, and since when it waits."""

    socket: socket.socket
    asked_at: float = 0.0
    head: bytes = b""
    lacking: int = -1
    """Bytes of the answer still to come; -1 while its head is not whole."""


@dataclass
class Counted:
    """What all readers had."""

    latencies: list[float] = field(default_factory=list)
    failed: int = 0


def load(port: int, path: str, readers: int, seconds: float) -> dict[str, object]:
    """Read for so long, and where that is not enough until as many answers came as there are readers; gives the numbers."""
    question = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    selector, counted = selectors.DefaultSelector(), Counted()
    for _number in range(readers):
        _ask(Reader(_connected(port)), question, selector, is_new=True)
    began = time.perf_counter()
    while (passed := time.perf_counter() - began) < seconds or (len(counted.latencies) < readers and passed < LONGEST):
        for key, _events in selector.select(max(seconds - passed, 1.0)):
            reader: Reader = key.data
            try:
                ended = _take(reader, reader.socket.recv(262144), counted)
            except OSError:  # broken off
                ended = None
            if ended is None:  # closed by the server
                counted.failed += 1
                selector.unregister(reader.socket)
                reader.socket.close()
                _ask(Reader(_connected(port)), question, selector, is_new=True)
            elif ended:
                counted.latencies.append(time.perf_counter() - reader.asked_at)
                _ask(reader, question, selector)
    return {"seconds": time.perf_counter() - began, "latencies": counted.latencies, "failed": counted.failed}


def _connected(port: int) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=30)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def _ask(reader: Reader, question: bytes, selector: selectors.BaseSelector, *, is_new: bool = False) -> None:
    reader.asked_at, reader.head, reader.lacking = time.perf_counter(), b"", -1
    if is_new:
        selector.register(reader.socket, selectors.EVENT_READ, reader)
    reader.socket.sendall(question)


def _take(reader: Reader, part: bytes, counted: Counted) -> bool | None:
    """Whether the answer is whole with this part; None where the server has closed."""
    if not part:
        return None
    if reader.lacking >= 0:
        reader.lacking -= len(part)
        return reader.lacking <= 0
    reader.head += part
    end = reader.head.find(END)
    if end < 0:
        return False
    head = reader.head[:end].lower()
    if not head.startswith(b"http/1.1 200"):
        counted.failed += 1
    place = head.find(LENGTH)
    if place < 0:
        raise SystemExit("The page does not say its length.")
    length = int(head[place + len(LENGTH) :].split(b"\r\n", 1)[0])
    reader.lacking = length - (len(reader.head) - end - len(END))
    return reader.lacking <= 0


if __name__ == "__main__":
    json.dump(load(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])), sys.stdout)
