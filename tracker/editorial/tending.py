"""Nightly work on sources: whether archived copies are what they were, and whether addresses still lead to their pages."""

import datetime as dt
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tracker.archive import fetch, store
from tracker.jobs import job, tell
from tracker.models import CopyCheck, Document, LinkCheck, Snapshot
from tracker.rules.vocabulary import CopyState, LinkOutcome

HALF_WRITTEN = dt.timedelta(days=1)
"""How long a half-written file is left alone: nobody writes one for a day."""

SOFT = frozenset({429, 503})
"""Answers that ask to come later: the rest of that host's pages wait for another night."""


@job("verify_archive", title=gettext_lazy("Check that archived copies are unaltered"), cron="11 2 * * *", alone=True)
def verify_archive() -> str:
    """Read the file of every archived copy and compare its SHA-256; remove what was left half-written when a process died.

    Safe to run twice: it reads, and keeps for each copy what was found last.
    """
    count, bad = Snapshot.objects.count(), 0
    now = timezone.now()
    before = dict(CopyCheck.objects.values_list("pk", "failing_since"))
    for number, (pk, sha256, stored_as) in enumerate(Snapshot.objects.order_by("pk").values_list("pk", "sha256", "stored_as").iterator(500), 1):
        outcome = CopyState(store.verify(sha256, stored_as).value)
        sound = outcome is CopyState.SOUND
        bad += not sound
        since = None if sound else before.get(pk) or now
        CopyCheck.objects.update_or_create(snapshot_id=pk, defaults={"outcome": outcome, "checked_at": now, "failing_since": since})
        if number % 100 == 0 or number == count:
            tell(_("%(number)s of %(count)s copies read") % {"number": number, "count": count})
    swept = store.sweep(now - HALF_WRITTEN)
    said = ngettext("%(count)s archived copy is what it was.", "%(count)s archived copies are what they were.", count - bad) % {"count": count - bad}
    if bad:
        said += " " + ngettext("%(count)s is altered or missing.", "%(count)s are altered or missing.", bad) % {"count": bad}
    if swept:
        said += " " + ngettext("%(count)s half-written file was removed.", "%(count)s half-written files were removed.", swept) % {"count": swept}
    return said


@job("check_links", title=gettext_lazy("Check the addresses of documents"), cron="40 2 * * *", alone=True)
def check_links(*, older_than_days: int = 6, most: int = 2000, pause: int = 2) -> str:
    """Ask each document's address whether it still answers. ``most`` addresses, the longest unchecked first, ``pause`` seconds between two of a host.

    Safe to run twice: an address that was checked in the last ``older_than_days`` days is left out, unless it was changed since.
    """
    limit = timezone.now() - dt.timedelta(days=older_than_days)
    due = Document.objects.exclude(url="").select_related("link_check").order_by("link_check__checked_at", "pk")
    due = due.filter(Q(link_check=None) | Q(link_check__checked_at__lt=limit) | ~Q(link_check__url=F("url")))
    # PostgreSQL puts what has no time last; what was never checked goes first.
    documents = [*due.filter(link_check=None)[:most], *due.exclude(link_check=None)[:most]][:most]
    number, broken, moved = 0, 0, 0
    tired: set[str] = set()
    for document in _politely(documents, pause, tired):
        if document is None:
            tell(_("%(number)s of %(count)s; waiting, so as not to burden one host") % {"number": number, "count": len(documents)})
            continue
        number += 1
        tell(_("%(number)s of %(count)s: %(url)s") % {"number": number, "count": len(documents), "url": document.url})
        found = check_link(document)
        if found.status in SOFT:
            tired.add(_host(document))
        outcome = LinkOutcome(found.state.value)
        broken += outcome in (LinkOutcome.GONE, LinkOutcome.FAILING)
        moved += outcome is LinkOutcome.MOVED
    return _("Checked %(count)s addresses: %(broken)s do not answer with a page, %(moved)s moved.") % {
        "count": number, "broken": broken, "moved": moved,
    }  # fmt: skip


def check_link(document: Document) -> fetch.Looked:
    """Ask one document's address, and keep the answer."""
    found = fetch.look(document.url, allowed_hosts=settings.CAPTURE_ALLOWED_HOSTS)
    outcome = LinkOutcome(found.state.value)
    before = LinkCheck.objects.filter(document=document, url=document.url).first()
    since = None
    if outcome in (LinkOutcome.GONE, LinkOutcome.FAILING):
        since = (before.failing_since if before else None) or found.looked_at
    answer = {"outcome": outcome, "answer": found.sentence[:500], "moved_to": found.moved_to[:2000], "checked_at": found.looked_at}
    LinkCheck.objects.update_or_create(document=document, defaults={"url": document.url, "failing_since": since, **answer})
    return found


def copies_in_trouble() -> QuerySet[CopyCheck]:
    """Archived copies whose file was altered or missing when it was last read, the longest known first."""
    return CopyCheck.objects.exclude(outcome=CopyState.SOUND).select_related("snapshot__document").order_by("failing_since", "pk")


def _host(document: Document) -> str:
    return (urlsplit(document.url).hostname or "").lower()


def _politely(documents: list[Document], pause: int, tired: set[str]) -> Iterator[Document | None]:
    """The documents, one after the other, hosts taking turns and those that are tired left out.

    None where nothing may be asked yet, after waiting up to a second.
    """
    waiting: dict[str, deque[Document]] = defaultdict(deque)
    for document in documents:
        waiting[_host(document)].append(document)
    free_at = dict.fromkeys(waiting, 0.0)
    while waiting:
        host = min(waiting, key=lambda name: free_at[name])
        left = free_at[host] - time.monotonic()
        if left > 0:
            time.sleep(min(left, 1))
            if left > 1:
                yield None
            continue
        yield waiting[host].popleft()
        free_at[host] = time.monotonic() + pause
        if host in tired or not waiting[host]:
            del waiting[host]
