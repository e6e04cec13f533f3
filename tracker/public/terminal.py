"""The status matrix as text, for ``manage.py start``: the same rows as /matrix/."""

import datetime as dt

from django.db.models import Q
from django.utils.translation import gettext as _

from tracker.public.clocks import Clocks
from tracker.public.columnar import addressees_at
from tracker.public.summaries.matrix import Matrix
from tracker.public.summaries.matrix import matrix as matrix_of
from tracker.rules.vocabulary import Status

SIGNS = {
    Status.IMPLEMENTED: "●",
    Status.PARTIALLY_IMPLEMENTED: "◐",
    Status.UNDER_CONSIDERATION: "◌",
    Status.NO_EVIDENCE: "?",
    Status.NO_ACTION: "○",
    Status.REJECTED: "✕",
    Status.CONTRARY_ACTION: "▼",
    Status.REVERSED: "↩",
    Status.SUPERSEDED: "□",
    Status.NOT_ASSESSED: "…",
}
WIDTH = 34
"""Columns of the terminal for a recommendation's name."""


def matrix(document: str, as_of: dt.date) -> str:
    """The matrix of the recommendations that a document makes or reports, on a day; empty where nothing of it is public."""
    clocks = Clocks(as_of=as_of, known=None, today=as_of)
    every = addressees_at(clocks)
    found = matrix_of(clocks, every.among(every.meets(Q(documents__contains=[document]))))
    if not found.rows:
        return ""
    return "\n".join([*_table(found), "", *_legend(found, as_of)])


def _table(found: Matrix) -> list[str]:
    lines = [" " * WIDTH + "".join(f"{line.key:>4}" for line in found.columns)]
    for row in found.rows:
        name = f"{row.line.key} {row.line.name}"
        name = name if len(name) < WIDTH else name[: WIDTH - 2] + "…"
        lines.append(f"{name:<{WIDTH}}" + "".join(f"{SIGNS[Status(cell.status)] if cell and cell.status else '·':>4}" for cell in row.cells))
    return lines


def _legend(found: Matrix, as_of: dt.date) -> list[str]:
    total = found.distribution.total
    counts = [f"  {SIGNS[item.status]} {_(item.status.label)}: {item.count}" for item in found.distribution.held]
    heading = _("Status as of %(day)s, of %(total)s counted addressees (· not an addressee):") % {"day": as_of.isoformat(), "total": total}
    return [heading, *counts]
