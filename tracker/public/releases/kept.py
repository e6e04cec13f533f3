"""Releases as they are read back: which there are, their files, what was taken from them since, and all of it as one ZIP file."""

import datetime as dt
import hashlib
import io
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q

from tracker.editions.frozen import contents
from tracker.editions.tables import Erasure, RecordEdition, Release, ReleaseFile, ReleaseLine
from tracker.rules.vocabulary import Nature

ADDENDUM = "ADDENDUM.txt"
"""The one file of a release that is written when it is asked for: there is none before something is taken from it."""
LEVEL = 6
"""Of compression; said here so that the same files give the same ZIP."""


@dataclass(frozen=True)
class Addendum:
    """What was taken from a file after the release was made, when and why.

    ``edition`` of the site took records down for legal reasons, ``record`` among them; an erasure has none. Of the file's rows ``removed`` went whole
    and ``emptied`` lost words; of an erasure neither is counted.
    """

    path: str
    day: dt.date
    reasons: tuple[str, ...]
    by: tuple[str, ...]
    edition: int | None = None
    removed: int = 0
    emptied: int = 0


@dataclass
class Kept:
    """A release with its files, each beside what was taken from it since."""

    release: Release
    files: list[ReleaseFile]
    addenda: list[Addendum] = field(default_factory=list)
    newest: str = ""
    """What the newest of the addenda is, for caches: empty where there is none."""

    @property
    def size(self) -> int:
        """In bytes, as it was made."""
        return sum(file.size for file in self.files)

    @property
    def rows(self) -> int:
        """Of all lists."""
        return sum(file.rows or 0 for file in self.files)

    def changed(self, path: str) -> bool:
        """Whether a file is not as it was made."""
        return any(each.path == path for each in self.addenda)

    @property
    def changed_paths(self) -> list[str]:
        """The files that are not as they were made."""
        return list(dict.fromkeys(each.path for each in self.addenda))


def releases() -> list[Release]:
    """All of them, newest first."""
    return list(Release.objects.all())


def kept(releases: Iterable[Release]) -> list[Kept]:
    """Releases with their files: four questions at most, whatever their number."""
    wanted = list(releases)
    if not wanted:
        return []
    files: dict[str, list[ReleaseFile]] = defaultdict(list)
    for file in ReleaseFile.objects.filter(release__in=wanted).order_by("release", "place").defer("text"):
        files[file.release_id].append(file)
    found = {release.name: Kept(release, files[release.name]) for release in wanted}
    _takedowns(found)
    _erasures(found)
    return list(found.values())


def _takedowns(found: dict[str, Kept]) -> None:
    names = {file.pk: (kept.release.name, file.path) for kept in found.values() for file in kept.files}
    is_gone = ExpressionWrapper(Q(cells=[]), output_field=BooleanField())
    rows = ReleaseLine.objects.filter(~Q(withheld_in=[]), file__in=list(names)).order_by("file", "withheld_in").annotate(gone=is_gone)
    counted: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for file, touched_in, gone, total in rows.values_list("file", "withheld_in", "gone").annotate(total=Count("id")):
        for edition in touched_in:  # what went whole lost words before, and went in the last of them
            counted[file, edition]["removed" if gone and edition == touched_in[-1] else "emptied"] += total
    if not counted:
        return
    records: dict[int, list[RecordEdition]] = defaultdict(list)
    editions = {edition for _file, edition in counted}
    for record in RecordEdition.objects.defer("body").filter(edition__in=editions, nature=Nature.TAKEN_DOWN.value).order_by("kind", "key"):
        records[record.edition].append(record)
    for (file, edition), lines in sorted(counted.items()):
        name, path = names[file]
        of = records[edition]
        day = of[0].known_from.astimezone(dt.UTC).date()
        reasons = tuple(dict.fromkeys(record.reason for record in of))
        by = tuple(dict.fromkeys(record.approved_by for record in of))
        found[name].addenda.append(Addendum(path, day, reasons, by, edition, lines["removed"], lines["emptied"]))
        found[name].newest = max(found[name].newest, f"{edition:010}")


def _erasures(found: dict[str, Kept]) -> None:
    for erasure in Erasure.objects.order_by("id"):
        for record in erasure.records:
            name, _slash, path = record["key"].partition("/")
            if record["kind"] != "release" or name not in found:
                continue
            day = erasure.erased_at.astimezone(dt.UTC).date()
            if path:
                found[name].addenda.append(Addendum(path, day, (erasure.reason,), (erasure.erased_by,)))
            found[name].newest += f" erasure {erasure.pk}"


def state_of(kept: Kept, path: str, sha256: str) -> str:
    """What a file's answer is a function of: its hash as it was made, and what was taken from it since."""
    since = (kept.newest, [(each.edition, each.removed, each.emptied, each.day) for each in kept.addenda if each.path == path])
    return sha256 if not kept.changed(path) else hashlib.sha256(repr((sha256, since)).encode()).hexdigest()


def addendum(kept: Kept) -> str:
    """What was taken from the files since, as a text that goes with them."""
    lines = [f"Addendum to release {kept.release.name}", ""]
    lines.append("These files are not as they were made, so that their hashes are others than SHA256SUMS and manifest.json say:")
    for each in kept.addenda:
        if each.edition is None:
            lines.append(f"- {each.path}: words of a person were erased on {each.day}, because: {' · '.join(each.reasons)}")
            continue
        counts = f"{each.removed} rows left out, {each.emptied} rows with cells emptied or shortened"
        lines.append(
            f"- {each.path}: {counts}; taken down for legal reasons on {each.day} (edition {each.edition}), because: {' · '.join(each.reasons)}"
        )
    lines += ["", f"Who answers for it: {kept.release.site}/about/", ""]
    return "\n".join(lines)


class _Pipe(io.RawIOBase):
    """Takes what a ZIP file is made of, and gives it away piece by piece."""

    def __init__(self) -> None:
        self.held: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.held.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What came since the last time."""
        taken = b"".join(self.held)
        self.held.clear()
        return taken


def as_zip(kept: Kept) -> Iterator[bytes]:
    """All files in a folder of the release's name, streamed. Every entry is dated by the day of the release, so that the bytes stay the same."""
    pipe = _Pipe()
    stamp = (*kept.release.as_of.timetuple()[:3], 0, 0, 0)
    with zipfile.ZipFile(pipe, "w") as archive:
        added = [(ADDENDUM, addendum(kept).encode())] if kept.addenda else []
        entries: list[tuple[str, int, Iterable[bytes]]] = [(path, len(text), [text]) for path, text in added]
        entries += [(file.path, file.size, contents(ReleaseFile.objects.get(pk=file.pk) if file.rows is None else file)) for file in kept.files]
        for path, size, parts in entries:
            entry = zipfile.ZipInfo(f"{kept.release.name}/{path}", stamp)
            entry.compress_type, entry._compresslevel, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, LEVEL, 0o644 << 16, 3  # type: ignore[attr-defined]
            entry.file_size = size
            with archive.open(entry, "w") as file:
                for part in parts:
                    file.write(part)
                    if taken := pipe.taken():
                        yield taken
    yield pipe.taken()


def neighbours(release: Release) -> tuple[Release | None, Release | None]:
    """The releases before it and after it."""
    around = {each.number: each for each in Release.objects.filter(number__in=[release.number - 1, release.number + 1])}
    return around.get(release.number - 1), around.get(release.number + 1)
