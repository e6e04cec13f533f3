"""Whether what is published is what was approved and published, from the first edition on: recomputed outside the database, row by row.

It trusts nothing but the bodies and their salts: leaves, links, hashes, natures, times and the rows made for reading are all computed again. Of what
was taken down for legal reasons it takes what is set aside for this (``withholding.sql``).

Of releases the database holds that they are of the newest edition, whole and unchanged, not that their rows say what the edition said: who has the
desk's role could write others. So the lists are written again and compared. What this leaves out: releases that another version of the software made
(verify them with that version), releases before a takedown or an erasure, and the texts beside the lists.
"""

import datetime as dt
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tracker.editions.frozen import contents, hash_of
from tracker.editions.projection import STAMPED, content, everything_known_at, rows_of
from tracker.editions.tables import DESK, ChainLink, Erasure, RecordEdition, Release, ReleaseFile, ReleaseLine, Row, SiteEdition, Withheld
from tracker.editorial.freeze import content_hash
from tracker.editorial.rebuild import event_model
from tracker.editorial.releasing import MANIFEST, SUMS
from tracker.models import Change, User, Version
from tracker.rules.nature import nature
from tracker.rules.vocabulary import Provenance

Progress = Callable[[str], None]
Again = Callable[[Release], Iterator[tuple[str, list[str], Iterator[list[str]]]]]
"""Gives the lists of a release: path, header, and the cells of each row."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of it: the head of the chain (empty before the first edition), how much was looked at, and what is wrong, in sentences."""

    editions: int
    records: int
    head: str
    problems: tuple[str, ...]


def verify(*, every_edition: bool = False, written_again: Again | None = None, progress: Progress | None = None) -> Verified:
    """Recompute everything. ``every_edition`` compares the rows made for reading at each edition, not only those that stand now.

    ``written_again`` writes the lists of a release from the editions, to be compared (``tracker.releasing.written_again``).
    """
    say = progress or (lambda _words: None)
    editions = list(SiteEdition.desk.order_by("number"))
    erased = {(entry["edition"], entry["kind"], entry["key"]) for erasure in Erasure.desk.all() for entry in erasure.records}
    say(f"{len(editions)} editions")
    problems = [*_chain(editions, erased)]
    records = RecordEdition.desk.count()
    say(f"{records} records")
    aside = _set_aside()
    problems += _records({edition.number: edition for edition in editions}, erased, aside)
    for edition in editions if every_edition else editions[-1:]:
        say(f"rows for reading at edition {edition.number}")
        problems += _reading(edition, aside, newest=edition is editions[-1])
    for made in Release.desk.order_by("number"):
        say(f"release {made.name}")
        problems += _release(made, erased, aside)
        if written_again:
            problems += _lists(made, written_again)
    link = ChainLink.desk.order_by("-number").first()
    return Verified(len(editions), records, link.digest if link else "", tuple(problems))


def digest(*parts: str | None) -> str:
    """SHA-256 over the SHA-256 of each part in UTF-8, as 64 hexadecimal digits; None counts as empty text. As ``editions.digest``."""
    return hashlib.sha256(b"".join(hashlib.sha256((part or "").encode()).digest() for part in parts)).hexdigest()


def leaf_of_edition(edition: SiteEdition) -> str:
    """The leaf of an edition of the site, from its salt and what it says of itself."""
    published_at = f"{edition.published_at:%Y-%m-%dT%H:%M:%S.%f}Z"
    return digest(edition.salt, str(edition.number), published_at, edition.published_by, edition.reason, str(edition.records))


def leaf_of_record(row: RecordEdition) -> str:
    """The leaf of a record's edition, from its salt and everything that it says."""
    said = (row.kind, row.key, row.title, row.change, row.nature, row.forwards_to, row.reason, row.recorded_by, row.approved_by, row.published_by)
    return digest(row.salt, str(row.edition), *map(str, said), str(row.provenance), row.content_hash)


Named = set[tuple[int, str, str]]
Aside = dict[str, dict[int, dict[str, Any]]]
"""What was taken down, as it was published: by table and row."""


def _set_aside() -> Aside:
    found: Aside = defaultdict(dict)
    for table, row, said in Withheld.desk.order_by("id").values_list("of_table", "row_id", "said"):
        found[table].setdefault(row, said)
    return found


def _with_its_words(row: RecordEdition, aside: Aside) -> RecordEdition:
    """A record's edition with the title and the body that it was published with."""
    if said := aside["record"].get(row.pk):
        row.title, row.body = said["title"], said["body"]
    return row


def _chain(editions: list[SiteEdition], erased: Named) -> Iterator[str]:
    """Numbers without a gap, times that follow them, and each link made of the one before it and the leaves."""
    links = {link.number: link for link in ChainLink.desk.all()}
    leaves: dict[int, list[str]] = defaultdict(list)
    for number, _kind, _key, leaf in sorted(RecordEdition.desk.values_list("edition", "kind", "key", "leaf")):
        leaves[number].append(leaf)
    previous, before = "", None
    for place, edition in enumerate(editions, start=1):
        number = {"number": edition.number}
        if edition.number != place:
            yield _("Edition %(number)s follows another than the one before it.") % number
        if before is not None and edition.published_at <= before:
            yield _("Edition %(number)s is not later than the one before it.") % number
        before = edition.published_at
        if edition.salt is None:
            if (edition.number, "edition", "") not in erased:
                yield _("Edition %(number)s has no salt, and no erasure is on record that took it.") % number
        elif leaf_of_edition(edition) != edition.leaf:
            yield _("Edition %(number)s says something else of itself than when it was published.") % number
        link = links.pop(edition.number, None)
        if link is None:
            yield _("Edition %(number)s has no link in the chain.") % number
            continue
        if link.previous != previous or digest(previous, edition.leaf, *leaves[edition.number]) != link.digest:
            yield _("The chain is broken at edition %(number)s.") % number
        previous = link.digest
    for stray in sorted(links):
        yield _("The chain has a link for edition %(number)s, which does not exist.") % {"number": stray}


def _records(editions: dict[int, SiteEdition], erased: Named, aside: Aside) -> Iterator[str]:
    """Each record's editions: leaf, hash, nature, the times between which it stood, and who approved it."""
    before: dict[tuple[str, str], RecordEdition] = {}
    fields = ("submission__edition", "kind", "key", "content_hash", "recorded_by_id", "edited_by_id", "approved_by_id", "provenance", "pk")
    people, first_approver = _people(), _first_approvers()
    versions = {tuple(row[:3]): row[3:] for row in Version.objects.filter(submission__edition__isnull=False).values_list(*fields)}
    for found in RecordEdition.desk.order_by("edition", "kind", "key").iterator(500):
        row = _with_its_words(found, aside)
        name = {"record": f"{row.kind} {row.key}", "edition": row.edition}
        edition = editions.get(row.edition)
        if edition is None or row.known_from != edition.published_at:
            yield _("%(record)s in edition %(edition)s stands since another moment than its edition.") % name
        if row.salt is None:
            if (row.edition, row.kind, row.key) not in erased:
                yield _("%(record)s in edition %(edition)s has no salt, and no erasure is on record that took it.") % name
        elif leaf_of_record(row) != row.leaf:
            yield _("%(record)s in edition %(edition)s says something else than when it was published.") % name
        if content_hash(row.body) != row.content_hash:
            yield _("The content of %(record)s in edition %(edition)s does not have the hash that it was published with.") % name
        earlier = before.get((row.kind, row.key))
        if earlier is not None and earlier.known_to != row.known_from:
            yield _("The edition of %(record)s before edition %(edition)s does not end where this one begins.") % name
        if row.salt is not None and (earlier is None or earlier.salt is not None):
            off = {"withdrawn": row.change == Change.WITHDRAW, "taken_down": row.change == Change.TAKE_DOWN}
            expected = nature(earlier.body if earlier else None, row.body, forwards_to=row.forwards_to, **off)
            if row.nature != expected:
                yield _("%(record)s in edition %(edition)s is called “%(said)s”; it was “%(was)s”.") % {**name, "said": row.nature, "was": expected}
        before[row.kind, row.key] = row
        version = versions.get((row.edition, row.kind, row.key))
        yield from _approval(row, version, name)
        yield from _approver(row, version, name, people, first_approver)
    for row in before.values():
        if row.known_to is not None:
            yield _("%(record)s ends in edition %(edition)s without another edition.") % {"record": f"{row.kind} {row.key}", "edition": row.edition}


def _approval(row: RecordEdition, version: Any, name: dict[str, Any]) -> Iterator[str]:
    if version is None:
        yield _("%(record)s in edition %(edition)s was published without a version that anybody approved.") % name
        return
    held, recorded_by, edited_by, approved_by, provenance, _pk = version
    if held != row.content_hash:
        yield _("%(record)s in edition %(edition)s is another version than the one that was approved.") % name
    if approved_by is None or (provenance != Provenance.SHIPPED and approved_by in (recorded_by, edited_by)):
        yield _("%(record)s in edition %(edition)s was not approved by a second person.") % name


def _people() -> dict[str, set[int]]:
    """The accounts by the name that each signs with today."""
    accounts: dict[str, set[int]] = defaultdict(set)
    for user in User.objects.only("first_name", "last_name", "username"):
        accounts[user.public_name].add(user.pk)
    return accounts


def _first_approvers() -> dict[int, int]:
    """Who approved each version when it was approved, as the history kept it: an approval is given once."""
    events = event_model(Version).objects.filter(approved_by_id__isnull=False).order_by("pgh_obj_id", "pgh_id").distinct("pgh_obj_id")
    return dict(events.values_list("pgh_obj_id", "approved_by_id"))


def _approver(row: RecordEdition, version: Any, name: dict[str, Any], people: dict[str, set[int]], first_approver: dict[int, int]) -> Iterator[str]:
    """Whether the version is still said to be approved by whom the edition and the history name.

    A name may change in a person's life: it is another's only where somebody else bears the one in the edition and the approver does not.
    """
    if version is None:
        return
    approved_by, pk = version[3], version[5]
    bearers = people.get(row.approved_by, set())
    if first_approver.get(pk) != approved_by or (row.salt is not None and bearers and approved_by not in bearers):
        yield _("%(record)s in edition %(edition)s was approved by another person than its version says.") % name


def _reading(edition: SiteEdition, aside: Aside, *, newest: bool) -> Iterator[str]:
    """The rows made for reading, and what was taken down of them, against what follows from the bodies."""
    instant = None if newest else edition.published_at
    bodies = {pk: said["body"] for pk, said in aside["record"].items()}
    for table, expected in rows_of(everything_known_at(instant, bodies)).items():
        wanted = Counter(map(content, expected))
        kept = aside[table._meta.db_table.replace('"', "").split(".")[-1]]
        held = Counter(map(content, table.desk.known_at(instant).exclude(pk__in=kept).iterator(1000)))
        held += Counter(_content_of(table, said) for said in kept.values() if _stood(said, instant))
        name = {"table": table._meta.db_table.replace('"', ""), "edition": edition.number}
        if lacking := sum((wanted - held).values()):
            yield _("%(table)s lacks %(count)s rows of what was published up to edition %(edition)s.") % {**name, "count": lacking}
        if invented := sum((held - wanted).values()):
            yield _("%(table)s has %(count)s rows at edition %(edition)s that follow from nothing published.") % {**name, "count": invented}


def _release(made: Release, erased: Named, aside: Aside) -> Iterator[str]:
    """Whether its manifest is the one that it was made with, and each file, with what was taken down of it, has the hash that the manifest says.

    What an erasure names has another hash since; its other files are held to theirs.
    """
    name = {"release": made.name}
    said = {pk: row["cells"] for pk, row in aside["release_line"].items()}
    stated: dict[str, str] = {}
    for file in ReleaseFile.desk.filter(release=made).order_by("place"):
        if (made.edition, "release", f"{made.name}/{file.path}") in erased:
            continue
        _size, digest = hash_of(contents(file, using=DESK, said=said))
        if digest != file.sha256 or (file.path == MANIFEST and digest != made.manifest_hash):
            yield _("%(file)s of release %(release)s is not what it was when it was made.") % {**name, "file": file.path}
        elif file.path == MANIFEST:
            stated = {each["path"]: each["sha256"] for each in json.loads(file.text)["files"]}
    named = list(stated)
    for path, digest in ReleaseFile.desk.filter(release=made, path__in=named).values_list("path", "sha256"):
        if stated.pop(path) != digest:
            yield _("%(file)s of release %(release)s has another hash than the manifest says.") % {**name, "file": path}
    for path in stated:
        yield _("%(file)s of release %(release)s is missing.") % {**name, "file": path}
    if (made.edition, "release", f"{made.name}/{MANIFEST}") not in erased:
        for path in ReleaseFile.desk.filter(release=made).exclude(path__in=[*named, MANIFEST, SUMS]).values_list("path", flat=True):
            yield _("%(file)s of release %(release)s is not named by its manifest.") % {**name, "file": path}
    if not ChainLink.desk.filter(number=made.edition, digest=made.chain_head).exists():
        yield _("Release %(release)s names another head of the chain than that of its edition.") % name


def _lists(made: Release, written_again: Again) -> Iterator[str]:
    """Whether the lists say what its edition says.

    After a takedown or an erasure the edition says less, in rows of other records and with other hashes too: nothing is compared.
    """
    taken_down = RecordEdition.desk.filter(change=Change.TAKE_DOWN, edition__gt=made.edition)
    if taken_down.exists() or Erasure.desk.filter(erased_at__gt=made.released_at).exists():
        return
    files = {file.path: file for file in ReleaseFile.desk.filter(release=made, rows__isnull=False).defer("text")}
    for path, header, rows in written_again(made):
        file = files.get(path)
        held = Counter(map(tuple, ReleaseLine.desk.filter(file=file).values_list("cells", flat=True).iterator(1000)))
        if file is None or file.columns != header or held != Counter(map(tuple, rows)):
            sentence = _("%(file)s of release %(release)s does not say what edition %(edition)s says.")
            yield sentence % {"file": path, "release": made.name, "edition": made.edition}


def _stood(said: dict[str, Any], instant: dt.datetime | None) -> bool:
    """Whether a row that is set aside stood at an instant; None: stands now."""
    known_from, known_to = (dt.datetime.fromisoformat(said[name]) if said[name] else None for name in ("known_from", "known_to"))
    if instant is None:
        return known_to is None
    return known_from is not None and known_from <= instant and (known_to is None or known_to > instant)


def _content_of(table: type[Row], said: dict[str, Any]) -> str:
    """What :func:`tracker.editions.projection.content` gives of the row that was set aside."""
    return json.dumps([said[str(column.column)] for column in table._meta.concrete_fields if column.name not in STAMPED], default=str, sort_keys=True)
