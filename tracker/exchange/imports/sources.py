"""The file of a batch as groups of rows, one group a row of the file: by its profile, or a package as it stands. In flat memory."""

import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from config.trouble import Trouble
from tracker.archive import store
from tracker.exchange import files
from tracker.exchange.files import PackageError, Problem, Row
from tracker.exchange.imports.findings import ROWS_TOLD, Findings
from tracker.exchange.profiles import BorneOut, Governments, Group, Named, Profile, ProfileError, map_records, parse
from tracker.exchange.schema import BY_NAME, DESCRIPTOR, Resource
from tracker.exchange.tables import Options, Table, TableError, limits, open_table
from tracker.models import Document, Import
from tracker.rules.dates import PartialDate

MOST_UNREADABLE = 1000
"""Rows of a package that are no rows, after which nobody reads on."""


class _Unreadable(list[Problem | str]):
    """What is no row, gathered until there is too much of it."""

    def append(self, problem: Problem | str) -> None:
        super().append(problem)
        if len(self) >= MOST_UNREADABLE:
            raise PackageError(self)


class Mapped:
    """A table, mapped by a profile."""

    def __init__(self, profile: Profile, table: Table, batch: Import, joined: dict[str, Table]) -> None:
        """Open it."""
        self.table = table
        here, named = Governments.of_the_desk(), Named.of_the_desk()
        borne_out = BorneOut.of_the_desk(profile.source.key) if profile.may_name_several("addressee") else None
        self.mapped = map_records(
            profile, table, here, named=named, borne_out=borne_out, language=_language_here(profile), chosen=batch.governments, joined=joined
        )

    def __iter__(self) -> Iterator[Group]:
        return iter(self.mapped)

    @property
    def share(self) -> float:
        """How much of the file is read."""
        return self.table.done

    def tell(self, findings: Findings) -> None:
        """What the mapping itself found, once all is read."""
        findings.rows["read"] = self.mapped.read
        findings.rows["skipped"] = sum(self.mapped.skipped_counts.values())
        findings.skipped = [
            {"reason": reason, "count": count, "rows": list(self.mapped.skipped.get(reason, ()))[:ROWS_TOLD]}
            for reason, count in sorted(self.mapped.skipped_counts.items())
        ]
        for repeated in self.mapped.duplicates:
            findings.add_repeated(repeated.row, repeated.first)
        findings.add_unknown(list(self.mapped.unknown.values()), self.mapped.unknown_beyond)
        findings.not_the_staffs = list(self.mapped.not_the_staffs)
        findings.dated_on, findings.shown_from = self.mapped.deriving.published_on, self._shown_from()
        findings.joins = [
            {
                "name": join.name, "rows": {"count": join.without, "first": join.rows[:ROWS_TOLD]},
                "others": {"count": len(unmet := join.unmet), "first": unmet[:ROWS_TOLD]},
            }
            for join in self.mapped.joins
        ]  # fmt: skip
        findings.left_out = [vars(left) for left in self.mapped.left_out.values()]

    def _shown_from(self) -> str:
        """From which day readers see what has the date of the file's document, where that day lies ahead: a month or a year counts from its last."""
        day = self.mapped.deriving.published_on
        last = PartialDate(day).last if day else None
        return last.isoformat() if last and last > timezone.now().date() else ""


def _language_here(profile: Profile) -> str:
    """The language of a file's document of which the profile has the key alone; empty where it says more, or no such document is here."""
    if not profile.source.refers_only:
        return ""
    return Document.objects.filter(key=profile.source.key).values_list("language", flat=True).first() or ""


class OfPackage:
    """A package of our own: every row of each of its files as it stands, files in the order in which they refer to each other."""

    def __init__(self, folder: Path) -> None:
        """Look at its descriptor; ``PackageError`` where it names files wrongly."""
        self.folder, self.read, self.share = folder, 0, 0.0
        self.resources = files.named_files(folder)
        self.size = sum((folder / resource.file).stat().st_size for resource in self.resources) or 1

    def __iter__(self) -> Iterator[Group]:
        self.read, done = 0, 0
        for resource in self.resources:
            path = self.folder / resource.file
            unreadable = _Unreadable()
            yield from self._of(resource, path, unreadable)
            if unreadable:
                raise PackageError(unreadable)
            done += path.stat().st_size
            self.share = done / self.size

    def _of(self, resource: Resource, path: Path, unreadable: list[Problem | str]) -> Iterator[Group]:
        """Rows; of those that refer to a later row of their own file, that one first."""
        waiting: list[Any] = []
        known: set[tuple[str, ...]] = set()
        within = next((columns for _field, target, columns in resource.references if target is resource), None)
        for row in files.rows_of(path, resource, unreadable):
            self.read += 1
            if within is not None:
                to = tuple(row.cells[column.name] for column in within)
                if any(to) and to not in known:
                    waiting.append(row)
                    continue
                known.add(row.key)
            yield _alone(row)
        while waiting:
            ready = [row for row in waiting if tuple(row.cells[column.name] for column in within or ()) in known] or waiting
            known |= {row.key for row in ready}
            going = {id(row) for row in ready}
            waiting = [row for row in waiting if id(row) not in going]
            for row in ready:
                yield _alone(row)

    def tell(self, findings: Findings) -> None:
        """How much was read."""
        findings.rows["read"] = self.read


def _alone(row: Row) -> Group:
    """A row of a package: it stands for itself."""
    return Group(row.line, [row], files.check(row))  # type: ignore[list-item]


@contextmanager
def opened(batch: Import, in_place: Mapping[str, Path] | None = None) -> Iterator[Mapped | OfPackage]:
    """The batch's file, open. ``Trouble``, in a sentence or several, where it or its profile cannot be read.

    ``in_place``: where files lie that are not in the archive, by the place that they would have there.
    """

    def kept(stored_as: str) -> Path:
        return _kept(stored_as) if in_place is None else in_place[stored_as]

    with ExitStack() as stack:
        try:
            profile = parse(batch.profile_text, batch.profile_name)
            path = kept(batch.stored_as)
            if profile.is_package:
                source: Mapped | OfPackage = OfPackage(stack.enter_context(_unpacked(path, batch.file_name)))
            else:
                options = Options(**{**profile.file.options, **batch.options})
                joined = {
                    join.name: open_table(kept(other["stored_as"]), Options(**join.file.options), name=other["file_name"])
                    for join in profile.joins
                    if (other := batch.joined.get(join.name)) is not None
                }
                source = Mapped(profile, open_table(path, options, name=batch.file_name), batch, joined)
            yield source
        except (TableError, ProfileError, PackageError) as error:
            raise Trouble(str(error)) from error


def _kept(stored_as: str) -> Path:
    try:
        with store.open_bytes(stored_as):
            return store.folder() / stored_as
    except store.NotKept as failure:
        raise Trouble(str(failure)) from None


@contextmanager
def _unpacked(path: Path, name: str) -> Iterator[Path]:
    """A zipped package in a folder for as long as it is read: only the files that a package has, wherever in the archive they lie together."""
    wanted = {DESCRIPTOR, *(resource.file for resource in BY_NAME.values())}
    with tempfile.TemporaryDirectory(prefix="package-") as made:
        folder = Path(made)
        try:
            with zipfile.ZipFile(path) as archive:
                _refuse_bombs(archive, name)
                found = [entry for entry in archive.infolist() if Path(entry.filename).name == DESCRIPTOR]
                if len(found) != 1:
                    raise Trouble(_("%(file)s is no data package: it must hold one %(descriptor)s.") % {"file": name, "descriptor": DESCRIPTOR})
                top = found[0].filename.removesuffix(DESCRIPTOR)
                entries = {entry.filename.removeprefix(top): entry for entry in archive.infolist() if entry.filename.startswith(top)}
                left = limits.PACKAGE_BYTES
                for file in sorted(wanted & entries.keys()):
                    left -= _unpack(archive, entries[file], folder / file, left, name)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, zlib.error) as error:
            raise Trouble(_("%(file)s cannot be unpacked: %(why)s; zip the package again.") % {"file": name, "why": error}) from error
        yield folder


def _refuse_bombs(archive: zipfile.ZipFile, name: str) -> None:
    """By what an archive says of itself, before anything of it is unpacked."""
    if (parts := len(archive.infolist())) > limits.PARTS:
        said = {"file": name, "parts": parts, "most": limits.PARTS}
        raise Trouble(_("%(file)s holds %(parts)s files; at most %(most)s are looked at, so zip the package alone.") % said)
    if (size := sum(entry.file_size for entry in archive.infolist())) > limits.PACKAGE_BYTES:
        raise Trouble(_too_large(name, size))


def _too_large(name: str, size: int) -> str:
    said = {"file": name, "size": size // 1_000_000, "most": limits.PACKAGE_BYTES // 1_000_000}
    return (
        _("%(file)s would unpack to %(size)s MB; at most %(most)s MB are read, so bring the package in parts, or load it with load_package.") % said
    )


def expanded(batch: Import) -> int:
    """Bytes that are gone through for a batch, by what its files say of themselves: of archives (packages, workbooks) as unpacked."""
    return sum(_expanded(stored_as) for stored_as in (batch.stored_as, *(other["stored_as"] for other in batch.joined.values())))


def _expanded(stored_as: str) -> int:
    path = _kept(stored_as)
    try:
        with zipfile.ZipFile(path) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError, struct.error):
        return path.stat().st_size


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path, left: int, name: str) -> int:
    """What is written is counted, whatever the archive says of itself."""
    size = 0
    with archive.open(entry) as source, path.open("wb") as target:
        while piece := source.read(1024 * 1024):
            size += len(piece)
            if size > left:
                raise Trouble(_too_large(name, limits.PACKAGE_BYTES + size - left))
            target.write(piece)
    return size


def pack(folder: Path, into: Path) -> None:
    """A package's folder as one file: the same files, the same bytes."""
    files.refuse_what_is_no_package(folder)
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in [DESCRIPTOR, *sorted(resource.file for resource in BY_NAME.values())]:
            if (folder / file).is_file():
                entry = zipfile.ZipInfo(file, date_time=(1980, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                with (folder / file).open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
                    while piece := source.read(1024 * 1024):
                        target.write(piece)
