"""The front page of the desk and a page for each queue: counts and lists of one and the same rows."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tracker.admin.queues import QUEUES
from tracker.admin.queues.base import Found, Queue, reads_all
from tracker.admin.queues.rows import found, in_one
from tracker.models import RecordKind

FIRST = 3
"""Rows of each queue on the front page."""

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """A queue as the front page shows it: how many, how many of each kind, and the oldest few."""

    queue: Queue
    count: int
    first: Sequence[Found]
    url: str
    kinds: tuple[tuple[str, int, str], ...] = ()


def shown(queue: Queue, user: Any, today: dt.date) -> Shown:
    """Two queries, and one a kind where the kinds are counted."""
    url = reverse("admin:queue", args=[queue.name])
    groups = queue.groups(user, today)
    kinds: tuple[tuple[str, int, str], ...] = ()
    if queue.by_kind:
        counts = {name: rows.count() for name, rows in groups.items()}
        kinds = tuple((_kind(name), count, f"{url}?kind={name}") for name, count in counts.items() if count)
    rows = in_one(groups)
    count = sum(count for _name, count, _url in kinds) if queue.by_kind else rows.count()
    return Shown(queue, count, [found(queue, row) for row in rows[:FIRST]] if count else (), url, kinds)


def _kind(name: str) -> str:
    return capfirst(_(RecordKind(name).label)) if name in list(RecordKind) else capfirst(name)


def front(user: Any) -> dict[str, Any]:
    """The queues of a person, those with work first; and which are empty."""
    today = timezone.now().date()
    queues = [shown(queue, user, today) for queue in QUEUES if queue.is_for(user)]
    return {"queues": queues, "read_only": reads_all(user)}


def queue_page(site: Any, request: HttpRequest, name: str) -> TemplateResponse:
    """All rows of a queue, oldest first, in pages. Unknown pages and kinds show the first page of everything."""
    queue = next((queue for queue in QUEUES if queue.name == name and queue.is_for(request.user)), None)
    if queue is None:
        raise Http404
    groups = queue.groups(request.user, timezone.now().date())
    kind = request.GET.get("kind", "")
    chosen = {kind: groups[kind]} if queue.by_kind and kind in groups else groups
    page: Page[Any] = Paginator(in_one(chosen), PER_PAGE).get_page(request.GET.get("page"))
    return TemplateResponse(
        request,
        "admin/tracker/queue.html",
        {
            **site.each_context(request),
            "title": queue.label,
            "queue": queue,
            "rows": [found(queue, row) for row in page.object_list],
            "page": page,
            "kind": kind if chosen is not groups else "",
            "kinds": [(_kind(name), name) for name in groups] if queue.by_kind else [],
            "read_only": reads_all(request.user),
        },
    )
