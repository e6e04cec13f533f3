"""The limit of a warm page: an application that gives the same bytes to everybody, read once from the file that ``BENCHMARK_ANSWER`` names."""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

_kept: list[tuple[list[tuple[str, str]], bytes]] = []


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """WSGI."""
    if not _kept:
        answer = Path(os.environ["BENCHMARK_ANSWER"])
        _kept.append(([(name, value) for name, value in json.loads(answer.with_suffix(".json").read_text())], answer.read_bytes()))
    headers, body = _kept[0]
    start_response("200 OK", headers)
    return [body]
