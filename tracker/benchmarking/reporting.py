"""What was measured, as Markdown."""

import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import django
from django.conf import settings

import tracker
from tracker.benchmarking import load, overload
from tracker.benchmarking.measuring import Times
from tracker.benchmarking.peers import datasette
from tracker.benchmarking.running import Row, Run, taking_part
from tracker.benchmarking.scenarios import ADMIN, DATASETTE, LIMIT, PRODUCT, REST

NOTHING = "–"
MEGABYTE = 1024 * 1024

LEGEND = """\
Milliseconds: the median, in brackets the 95th percentile (of fewer than twenty rounds the longest). Every row asks for other records in each round,
chosen at random by a fixed seed, everybody for the same; each was asked once or twice before anything was measured, so that PostgreSQL has read what
it keeps and templates are compiled. **× limit**: how many times as long as the limit the software takes. **×** beside a peer: how many times as long
as the software it takes; below 1 it is the faster one.

- **Here**: Django's test client through the full middleware, in one process; no answer is kept beforehand. *Questions*: to the database, for one
  answer. *Memory*: the most that the process held while it answered, and how much of that was new.
- **Limit**: the same numbers and rows by SQL written by hand (`tracker/benchmarking/limits.py`), over one connection, without a framework or a page;
  of files a bare `COPY` read by psycopg; of a publish its rows alone, one statement a table, with the checks of rows turned off.
- **Publish**: in a transaction that is rolled back, so that nothing of it stays; what is checked at a commit is checked and measured, the commit
  itself is not. Submitting and approving come before it and are not measured.
- **Peers**: what they do out of the box, which is less: none has two clocks, all of them count addressees, and only Datasette and the
  admin count facets. They are asked for everything as one JSON up to 500,000 rows.
"""
PEERS = {
    DATASETTE: f"Datasette {datasette.VERSION} on SQLite with indexes and full-text search, the rows that the site shows now; over loopback.",
    REST: "`ListAPIView` with django-filter and `SearchFilter`, 50 addressees of today a page; every addressee as JSON unpaged.",
    ADMIN: "a changelist of the same addressees with `list_filter` on the same columns, and their counts (`_facets`), signed in as a superuser.",
}


def markdown(run: Run, command: str) -> str:
    """The whole file. ``command`` made it."""
    parts = [
        "# How fast it is",
        f"Made by `{command}` on {run.began:%Y-%m-%d %H:%M} UTC."
        + ("" if run.complete else " **Incomplete: not every row, or not every peer, was measured.**"),
        *run.remarks,
        _table(["of", "is"], [[name, value] for name, value in facts(run)]),
        "## Pages, files and a publish",
        _rows(run),
        LEGEND.rstrip(),
        "\n".join(f"  - *{who}*: {PEERS[who]}" for who in taking_part(run)),
    ]
    if files := [row for row in run.rows if row.scenario.rows and row.times]:
        parts += ["## Files, rows a second", _files(files)]
    if run.loads:
        parts += ["## A warm page under load", _loads(run)]
    if run.overload:
        parts += ["## More readers than there is room for", _overload(run.overload)]
    return "\n\n".join(filter(None, parts)) + "\n"


def facts(run: Run) -> list[tuple[str, str]]:
    """What it was measured on."""
    numbers, server = run.published.numbers, run.published.server
    return [
        ("machine", f"{os.cpu_count()} cores{_processor()}, {_installed_memory()}, {platform.system()} {platform.release()}"),
        ("software", f"version {tracker.__version__}, Python {platform.python_version()}, Django {django.__version__}, PostgreSQL {server}"),
        ("database", "embedded, over a socket" if settings.EMBEDDED_DATABASE else "by its address, as configured"),
        ("records", ", ".join(f"{number:,} {name}" for name, number in numbers.items())),
        ("other work", f"{run.busy:.1f} processes wanted the cores in the minute before"),
        ("rounds", f"{run.rounds:,}; fewer of what takes long"),
    ]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return f" ({platform.machine()})"
    named = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
    return f" ({named})"


def _installed_memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB"


def _rows(run: Run) -> str:
    peers = taking_part(run)
    head = ["", "asked for", "here, ms", "questions", "memory, MB (new)", "limit, ms", "× limit"]
    head += [part for who in peers for part in (f"{who}, ms", "×")]
    return _table(head, [_line(row, peers) for row in run.rows])


def _line(row: Row, peers: Sequence[str]) -> list[str]:
    here = row.times.get(PRODUCT)
    memory = row.memory
    line = [
        f"`{row.scenario.name}`",
        row.scenario.title,
        _cell(row, PRODUCT),
        NOTHING if row.questions is None else str(row.questions),
        f"{memory.peak / MEGABYTE:,.0f} ({max(memory.peak - memory.before, 0) / MEGABYTE:,.0f})" if memory else NOTHING,
        _cell(row, LIMIT),
        _ratio(here, row.times.get(LIMIT)),
    ]
    for who in peers:
        line += [_cell(row, who), _ratio(row.times.get(who), here)]
    return line


def _cell(row: Row, who: str) -> str:
    if who in row.failed:
        return row.failed[who]
    times = row.times.get(who)
    return f"{_ms(times.median)} ({_ms(times.percentile_95)})" if times else NOTHING


def _ms(seconds: float) -> str:
    thousandths = seconds * 1000
    return f"{thousandths:,.0f}" if thousandths >= 100 else f"{thousandths:.1f}" if thousandths >= 1 else f"{thousandths:.2f}"


def _ratio(of: Times | None, to: Times | None) -> str:
    if of is None or to is None:
        return NOTHING
    ratio = of.median / max(to.median, 1e-9)
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}" if ratio >= 1 else f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.3f}"


def _files(rows: Sequence[Row]) -> str:
    lines = []
    for row in rows:
        number = row.scenario.rows or 0
        speeds = {who: number / times.median for who, times in row.times.items()}
        here, limit = speeds.get(PRODUCT), speeds.get(LIMIT)
        share = _share(here, limit)
        others = ", ".join(f"{who} {speed:,.0f}" for who, speed in speeds.items() if who not in (PRODUCT, LIMIT)) or NOTHING
        lines.append([f"`{row.scenario.name}`", f"{number:,}", _number(here), _number(limit), share, others])
    return _table(["", "rows", "here", "bare COPY", "share of COPY", "peers"], lines)


def _number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _share(part: float | None, whole: float | None) -> str:
    if not part or not whole:
        return NOTHING
    return f"{part / whole:.2f}" if part / whole >= 0.01 else "below 0.01"


def _loads(run: Run) -> str:
    limit = run.loads.get("limit")
    names = {"product": "here: the dashboard, asked for before", "limit": "the same bytes from a constant WSGI application under the same server"}
    lines = []
    for who, found in run.loads.items():
        share = _share(found.per_second, limit.per_second if limit else None)
        latencies = f"{_ms(found.latencies.median)} ({_ms(found.latencies.percentile_95)})"
        lines.append([names[who], _number(found.per_second), share, latencies, str(found.failed)])
    table = _table(["", "answers a second", "share of the limit", "each, ms", "failed"], lines)
    return f"{table}\n\n{load.READERS} readers over kept connections, on the same cores as the server, which is granian as `manage.py serve` runs it."


def _overload(found: overload.Overload) -> str:
    rate = found.alone.per_second
    lines = [["nobody", _number(rate), "1.00", _times(found.alone, 200), *[NOTHING] * 4, str(_others(found.alone, 200))]]
    for each in found.beside:
        ordinary, costly = each.ordinary, each.costly
        line = [f"{each.clients} clients of the costliest", _number(ordinary.per_second), _share(ordinary.per_second, rate), _times(ordinary, 200)]
        for status in (200, 503):
            line += [str(costly.numbers[status]), _times(costly, status)]
        lines.append([*line, str(_others(ordinary, 200) + _others(costly, 200, 503))])
    head = [
        "beside",
        "ordinary pages a second",
        "share",
        "each, ms",
        "costliest pages",
        "each, ms",
        "of them refused (503)",
        "each, ms",
        "anything else",
    ]
    page = found.page.removesuffix("?q") + (" by a word" if found.page.endswith("?q") else "")
    words = (
        "The ordinary page is a recommendation, read by one client; where that is refused, it counts as anything else. The costliest, of those that"
        f" might be it, is `{page}`: {_ms(found.page_seconds)} ms by itself. No address is asked for twice, so that nothing comes from memory. Who is"
        f" refused asks again after {overload.PAUSE} s. All are on the same cores as the server, which is granian as `manage.py serve` runs it."
    )
    return f"{_table(head, lines)}\n\n{words}"


def _times(had: overload.Had, status: int) -> str:
    times = had.times(status)
    return f"{_ms(times.median)} ({_ms(times.percentile_95)})" if times else NOTHING


def _others(had: overload.Had, *statuses: int) -> int:
    """How many answers were of no such status, or none."""
    return sum(number for status, number in had.numbers.items() if status not in statuses)


def _table(head: Sequence[str], lines: Sequence[Sequence[Any]]) -> str:
    """A table of Markdown; numbers are for people, so that nothing is aligned by hand."""
    written = [[str(cell).replace("|", "\\|").replace("\n", " ") for cell in line] for line in (head, ["---"] * len(head), *lines)]
    return "\n".join(f"| {' | '.join(line)} |" for line in written)
