"""Release: freeze what the site says now as files that never change, under a name that can be cited.

What the files say is the public side's to write (``render``): it reads published editions alone, so that a release holds nothing that was not
approved and published before.
"""

import datetime as dt
import hashlib
import itertools
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pghistory
from django.db import connections, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.editions.frozen import CHUNK, as_lines
from tracker.editions.tables import DESK, NAME_OF_RELEASE, ChainLink, Erasure, Release, ReleaseFile, ReleaseLine, SiteEdition
from tracker.editorial.verbs import Progress, Refused, allowed
from tracker.models import User

LONGEST_NAME = 60
MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
"""Which names the hash of every other file, and is written last."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """A file as it is made: a text, or the header and the rows of a list, each row with the published rows whose words it has (``table:id``)."""

    path: str
    media_type: str
    text: str = ""
    columns: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()
    rows: Iterable[tuple[list[str], list[str]]] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a release is to be: its name, edition and day, and what its files say of where it comes from. ``previous``: the release before it."""

    name: str
    edition: int
    published_at: dt.datetime
    as_of: dt.date
    site: str
    software: str
    chain_head: str
    previous: Release | None


@dataclass(slots=True)
class Written:
    """A file that is written: its size in bytes, its hash, and how many rows a list has."""

    path: str
    size: int
    sha256: str
    rows: int | None = None


@dataclass(slots=True)
class Package:
    """The files that are written so far, for those that describe them."""

    files: list[Written] = field(default_factory=list)


Render = Callable[[Asked, Package], Iterator[Frozen]]


def release(
    name: str, *, by: User, reason: str, site: str, software: str, render: Render, today: dt.date | None = None, progress: Progress | None = None
) -> Release:
    """Make a release of the newest edition, as of today, whole or not at all.

    ``site`` is the origin that its addresses begin with. ``Refused`` where the name is taken or none, who may not, no reason is given, or nothing was
    published yet.
    """
    allowed(by, "tracker.release")
    say = progress or (lambda _words: None)
    refuse_name(name)
    if not reason.strip():
        raise Refused(_("Say why: the reason stands on the public page of the release."))
    with transaction.atomic(using=DESK), pghistory.context(user=by.pk, reason=reason):
        _await_others()
        refuse_name(name)  # another release may have taken it meanwhile
        edition = SiteEdition.desk.order_by("-number").first()
        if edition is None:
            raise Refused(_("Nothing has been published yet, so that there is nothing to release."))
        _refuse_a_reader_that_lags(edition.number)
        asked = Asked(
            name=name,
            edition=edition.number,
            published_at=edition.published_at,
            as_of=today or timezone.now().astimezone(dt.UTC).date(),
            site=site,
            software=software,
            chain_head=ChainLink.desk.get(number=edition.number).digest,
            previous=Release.desk.order_by("-number").first(),
        )
        package = Package()
        for place, file in enumerate(render(asked, package), start=1):
            package.files.append(_write(asked, place, file, say))
        manifest = next(each.sha256 for each in package.files if each.path == MANIFEST)
        return _sign(asked, by, reason, manifest)


def refuse_name(name: str) -> None:
    """``Refused`` for what is no name of a release, or that of another one."""
    if len(name) > LONGEST_NAME or not re.fullmatch(NAME_OF_RELEASE, name, re.ASCII):
        sentence = _(
            "“%(name)s” is no name of a release: it takes up to %(most)s letters and digits with single dots or hyphens between, as %(day)s."
        )
        raise Refused(sentence % {"name": name[:LONGEST_NAME], "most": LONGEST_NAME, "day": "2026-11-29"})
    if Release.desk.filter(name=name).exists():
        raise Refused(_("There is a release “%(name)s” already, and a release never changes; choose another name.") % {"name": name})


def _await_others() -> None:
    """No edition is published, and nothing erased, while a release reads; a second release waits for the first."""
    with connections[DESK].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('editions.site_edition')), pg_advisory_xact_lock(hashtext('editions.release'))")


def _refuse_a_reader_that_lags(number: int) -> None:
    """The files are read over the public's connection, which may lead to a replica: one that lags may still hold what is erased by now."""
    newest = SiteEdition.objects.order_by("-number").values_list("number", flat=True).first()
    if newest != number:
        raise Refused(_("The readers' database has not received edition %(number)s yet; try again in a minute.") % {"number": number})
    erased, received = (manager.aggregate(newest=Max("id"))["newest"] for manager in (Erasure.desk, Erasure.objects))
    if received != erased:
        raise Refused(_("The readers' database has not received erasure %(number)s yet; try again in a minute.") % {"number": erased})


def _write(asked: Asked, place: int, file: Frozen, say: Progress) -> Written:
    """Keep one file, its rows some at a time, and say how far it is."""
    digest, size, count = hashlib.sha256(), 0, 0

    def counted(text: str) -> None:
        nonlocal size
        digest.update(part := text.encode())
        size += len(part)

    common = {"release_id": asked.name, "place": place, "path": file.path, "media_type": file.media_type, "written_in": 0}
    if file.rows is None:
        counted(file.text)
        ReleaseFile.desk.create(**common, size=size, sha256=digest.hexdigest(), text=file.text)
        return Written(file.path, size, digest.hexdigest())
    counted("".join(as_lines([file.columns])))
    # Rows are written after their file, whose hash they decide: until then they wait on disk, whatever their number.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as waiting:
        for rows in _some(file.rows):
            counted("".join(as_lines(cells for cells, _made_from in rows)))
            waiting.writelines(json.dumps(row) + "\n" for row in rows)
            count += len(rows)
            say(_("%(file)s: %(count)s rows") % {"file": file.path, "count": count})
        listed = {"rows": count, "columns": list(file.columns), "identity": list(file.identity)}
        made = ReleaseFile.desk.create(**common, **listed, size=size, sha256=digest.hexdigest(), text="")
        waiting.seek(0)
        for rows in _some(enumerate(map(json.loads, waiting), start=1)):
            ReleaseLine.desk.bulk_create(
                [ReleaseLine(file_id=made.pk, number=number, cells=cells, made_from=made_from) for number, (cells, made_from) in rows]
            )
    return Written(file.path, size, digest.hexdigest(), count)


def _some(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """Rows, a thousand at a time."""
    every = iter(rows)
    while some := list(itertools.islice(every, CHUNK)):
        yield some


def _sign(asked: Asked, by: User, reason: str, manifest: str) -> Release:
    Release.desk.create(
        name=asked.name,
        number=0,
        edition=asked.edition,
        as_of=asked.as_of,
        released_at=timezone.now(),
        released_by=by.public_name,
        reason=reason,
        site=asked.site,
        software=asked.software,
        chain_head=asked.chain_head,
        manifest_hash=manifest,
        written_in=0,
    )
    return Release.desk.get(pk=asked.name)
