"""What stands here beside the rows of an import, and which of it the import may not change.

A package says all of a record, and its loader speaks for who wrote it; somebody's file says some of it. So nothing is taken away but what the file
itself brought as the whole of something (:mod:`tracker.exchange.imports.no_longer`), a column that the file says nothing of stays as it is here, and
a record that stands here with other text is changed only where an import wrote it and nobody edited, reviewed or published it since. Everything else
of other text is a conflict: both texts are shown, and the one here stays unless staff take the other. What is here from another document than the
file's is never written over, whoever wrote it: two documents that number their recommendations alike are not one.
"""

import functools
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from tracker.editorial.freeze import KINDS
from tracker.exchange.files import Package, Row
from tracker.exchange.profiles import ProfileError, parse
from tracker.exchange.profiles.naming import first_words
from tracker.exchange.profiles.rows import MappedRow, rows_told
from tracker.exchange.schema import BY_NAME, RESOURCES, Resource, resource_of
from tracker.exchange.standing import AT_ONCE, Key, Name, Standing, name_of
from tracker.models import Change, Did, Import, ImportedRow, ImportState, State, User, Version
from tracker.models.base import Publishable
from tracker.models.importing import WROTE

TAKE = "take"
"""The decision for the file's text; without it the text here is kept."""
KEEP = "keep"
"""The decision for the text here."""

ALL = "all"
"""In place of a record's name: what is decided for all of which nothing else is."""

WORDS_AT = {"citations": "says", "recommendations": "statement"}
"""Of what has a place in the file, the words that stand there: with other words a row has the place at which it stands now, in all that it yields."""

ONLY_NAMED = ("citations", "themes", "measures")
"""Files whose rows say nothing by themselves: only what names them does."""

BUILT_ON = (State.SUBMITTED, State.APPROVED, State.PUBLISHED)
WITHDRAWN = (State.PUBLISHED, Change.WITHDRAW)


def digest(cells: Iterable[str]) -> str:
    """Of the cells of a row: 32 hexadecimal digits."""
    return hashlib.blake2b("\x1f".join(cells).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def told(key: Key) -> str:
    """A natural key as one word: its parts with slashes between them."""
    return "/".join(key)


def plain_key(key: str) -> str:
    """Such a word as people read it: the parts that say something, with spaces between them."""
    return " ".join(filter(None, key.split("/")))


def name_told(name: Name) -> str:
    """A record's name as decisions have it: ``recommendations:R-1``."""
    return f"{name[0]}:{told(name[1])}"


def decision_of(batch: Import, root: Name) -> str:
    """What staff decided for a record that stands here with other text; empty where nobody did, and it is kept."""
    return batch.decisions.get(name_told(root), batch.decisions.get(ALL, ""))


def given(row: Row) -> set[str]:
    """The columns of which the file says something: those with a source column or a value, but for what was filled in, and the key.

    A package says something of all.
    """
    if not isinstance(row, MappedRow):
        return set(row.cells)
    says = {name for name, cell in row.cells.items() if cell}
    if is_counted(row):
        says.discard("locator")  # rows are counted anew when one is put in above: the place is that of the file from which the words are
    return ({*row.sources, *says} - row.assumed.keys()) | {column.name for column in row.resource.key_columns}


def is_counted(row: MappedRow) -> bool:
    """Whether the place at which a row stands is its number, and nothing that the file says."""
    return row.cells.get("locator") == rows_told(list(row.rows))


@dataclass
class Difference:
    """One row of a conflict: what stands here, what the file says, and why it is not written over."""

    row: Row
    why: str
    here: dict[str, str] | None  # None: it does not stand here
    file: dict[str, str] = field(default_factory=dict)
    may_be_taken: bool = True  # whether staff may decide for the file


class Beside(Standing):
    """The stored side of one piece of an import."""

    takes_away = False

    def __init__(self, tables: Mapping[str, dict[Key, Row]], *, by: User, batch: Import) -> None:
        """``tables``: rows by file and key. What ``batch`` itself wrote from earlier pieces of its file is its own."""
        self.batch = batch
        self.of_file = {(name, key): row for name, rows in tables.items() for key, row in rows.items()}  # as the file says them
        self.conflicts: dict[Name, list[Difference]] = {}  # by the record that they are part of
        self.taken: set[Name] = set()  # of these, those for which staff decided for the file
        self.elsewhere: dict[Name, str] = {}  # of these, the recommendations of another document, and its key
        self.passed_over: list[Row] = []  # archived copies: nothing says here that they are held
        self.unused: dict[Name, Row] = {}  # what would be new and is left out, as only records name it that stay as they are
        self.reworded: set[int] = set()  # rows of the file with other words than stand here
        self._documents: dict[int, str] = {}  # by import
        super().__init__(Package("", "", "", {name: list(rows.values()) for name, rows in tables.items()}, []), by)

    def _find_foreign(self) -> None:
        self._pass_over_copies()
        self._find_reworded()
        differing = [row for row in list(self._all_rows()) if self._fill_in(row) is not None]
        if not differing:
            return
        self._lock(differing)
        different = [whole for row in differing if (whole := self._fill_in(row)) is not None]
        self._find_missing({name for row in different for name in references(row)})  # what was filled in may refer to something outside the piece
        roots = {id(row): self.root_of(row) for row in different}
        self._find_missing(set(roots.values()))  # of which the piece has a part of a part only, so that nothing in it names them
        last = self._last_imports(different, roots.values())
        in_review = self._in_review({root for root in roots.values() if self._stored(root) is not None})
        used = self._used_in_review([row for row in different if self._stored((row.resource.name, row.key)) is not None])
        for row in different:
            root = roots[id(row)]
            if document := self._other_document(row, root):
                self.elsewhere[root] = document
                self._add_conflict(row, root, _("it stands here from another document, %(key)s") % {"key": document})
            elif why := self._why_kept(row, root, last, in_review) or used.get((row.resource.name, row.key), ""):
                self._add_conflict(row, root, why)
        self.taken = {root for root in self.conflicts if root not in self.elsewhere and decision_of(self.batch, root) == TAKE}
        kept = self.conflicts.keys() - self.taken
        self.foreign |= kept
        self.reviewed |= kept
        self._leave_out_unused(kept)

    def _leave_out_unused(self, kept: set[Name]) -> None:
        """What is new here and only for records that stay as they are: a passage, a theme or a kind of measure that nothing would name."""
        named: dict[Name, bool] = {}  # whether anything that is written names it
        left = set(kept)  # and what rests on it: the verdict on an addressee that is not added
        for row in (row for resource in RESOURCES for row in self.rows.get(resource.name, {}).values()) if kept else ():
            named_here = list(references(row))
            if self.root_of(row) in left or any(name in left and self._stored(name) is None for name in named_here):
                left.add((row.resource.name, row.key))
            for name in named_here:
                if name[0] in ONLY_NAMED and self._stored(name) is None:
                    named[name] = named.get(name, False) or (row.resource.name, row.key) not in left
        for (file, key), used in named.items():
            if not used and (unused := self.rows.get(file, {}).pop(key, None)) is not None:
                self.unused[file, key] = unused

    def _pass_over_copies(self) -> None:
        """Take out the rows of archived copies that do not stand here as the file has them.

        Such a row says when and how a copy was made, and nobody can ever take it back: the bytes were not seen here.
        """
        self.passed_over = [row for row in self._all_rows() if row.resource.permanent and not self.is_same(row)]
        for row in self.passed_over:
            del self.rows[row.resource.name][row.key]

    def _find_reworded(self) -> None:
        for name, words in WORDS_AT.items():
            for row in self.rows.get(name, {}).values():
                record = self._stored((name, row.key))
                if isinstance(row, MappedRow) and record is not None and self.said[id(record)][words] != row.cells[words]:
                    self.reworded.update(row.rows)

    def is_same(self, row: Row) -> bool:
        """Whether a row stands here word for word."""
        record = self._stored((row.resource.name, row.key))
        return record is not None and self.said[id(record)] == row.cells

    def _fill_in(self, row: Row) -> Row | None:
        """A row that says of what the file leaves out what is said here; None where it then says nothing else than what stands here.

        The row of the file itself stays as it is: its piece may have to be compared again.
        """
        self.rows[row.resource.name][row.key] = row
        record = self._stored((row.resource.name, row.key))
        if record is None:
            return row
        here = self.said[id(record)]
        if row.cells == here:
            return None
        if not isinstance(row, MappedRow):
            return row
        kept = set(row.cells) if row.only_new else set(row.cells) - given(row)
        if not row.only_new:
            # What was made from another column changes with it.
            kept -= {name for name, origin in row.assumed.items() if origin and origin not in kept and row.cells[origin] != here[origin]}
            if not self.reworded.isdisjoint(row.rows) and is_counted(row):
                kept.discard("locator")
        whole = replace(row, cells=row.cells | {name: here[name] for name in kept}, values=dict(row.values))
        for column in row.resource.columns:
            if column.name in kept and not column.is_reference:
                whole.values[column.name] = getattr(record, column.own.name)
        self.rows[row.resource.name][row.key] = whole
        return None if whole.cells == here else whole

    def _last_imports(self, rows: list[Row], roots: Iterable[Name]) -> dict[Name, tuple[str, int]]:
        """What imports wrote last of these rows and records: the digest, and the import. Undone ones wrote nothing."""
        wanted: dict[str, dict[str, Key]] = defaultdict(dict)
        for row in rows:
            wanted[row.resource.name][told(row.key)] = row.key
        for name, key in roots:
            wanted[name][told(key)] = key
        found: dict[Name, tuple[str, int]] = {}
        for name, keys in wanted.items():
            listed = sorted(keys)
            for start in range(0, len(listed), AT_ONCE):
                written = ImportedRow.objects.filter(
                    Q(batch=self.batch) | Q(batch__state=ImportState.APPLIED), resource=name, key__in=listed[start : start + AT_ONCE], did__in=WROTE
                )
                for text, wrote, batch, did in written.order_by("pk").values_list("key", "digest", "batch", "did"):
                    if did == Did.GONE:
                        found.pop((name, keys[text]), None)  # what the file took back is as if it had never brought it
                    else:
                        found[name, keys[text]] = (wrote, batch)
        return found

    def _in_review(self, roots: set[Name]) -> dict[Name, State]:
        """Those records that are submitted, approved or published, and which of these last. What was withdrawn is public no more, but what waited in
        review before that waits still."""
        kinds = {resource.name: str(KINDS[resource.model]) for resource in RESOURCES if resource.is_record}  # type: ignore[index]
        names = {(kinds[name], key[0]): (name, key) for name, key in roots if name in kinds}
        versions = Version.objects.filter(key__in={key for _kind, key in names}, submission__state__in=BUILT_ON, voided_at=None)
        standing = versions.order_by("pk").values_list("kind", "key", "submission__state", "change")
        found: dict[Name, State] = {}
        for kind, key, state, change in standing:
            record = names.get((str(kind), key))
            if record is None or (state == State.PUBLISHED and found.get(record, state) != state):
                continue
            if (state, change) == WITHDRAWN:
                found.pop(record, None)
            else:
                found[record] = State(state)
        return found

    def _used_in_review(self, rows: list[Row]) -> dict[Name, str]:
        """Passages, parties, themes and kinds of measure that would change, though a record in review or on the site rests on them."""
        found: dict[Name, str] = {}
        by_resource: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            if not row.resource.is_record and not row.resource.parents:
                by_resource[row.resource.name].append(row)
        for name, changed in by_resource.items():
            resource = BY_NAME[name]
            users: dict[Key, set[Name]] = defaultdict(set)
            for use, root in self.users(resource, (row.key for row in changed)):
                if isinstance(root, Publishable):
                    for key in _referred(use, resource):
                        users[key].add(name_of(root))
            standing = self._in_review({root for roots in users.values() for root in roots})
            for row in changed:
                if hit := sorted(users[row.key] & standing.keys()):
                    found[name, row.key] = _("%(record)s, which rests on it, is %(state)s") % {
                        "record": told(hit[0][1]), "state": State(standing[hit[0]]).label,
                    }  # fmt: skip
        return found

    def _why_kept(self, row: Row, root: Name, last: dict[Name, tuple[str, int]], in_review: dict[Name, State]) -> str:
        """Why a row that differs may not be written; empty where it may."""
        name = (row.resource.name, row.key)
        record, whole = self._stored(name), self._stored(root)
        if record is None and name in last:
            return _("deleted here since import #%(number)s") % {"number": last[name][1]}
        if whole is None:
            return ""  # new, with everything that is part of it
        if root in in_review:
            return _("its record is %(state)s") % {"state": State(in_review[root]).label}
        for what, standing in ((name, record), (root, whole)):
            if standing is None:
                continue
            if what not in last:
                return _("it stands here from elsewhere")
            if last[what][0] != digest(self.said[id(standing)].values()):
                return _("edited here since import #%(number)s") % {"number": last[what][1]}
        if isinstance(row, MappedRow) and row.line and BY_NAME[root[0]].is_record and root[0] != "recommendations" and root in last:
            number = last[root][1]
            if (document := self._document_of(number)) != self._document_of(self.batch.pk):
                return _("it came with another document, %(key)s, in import #%(number)s") % {"key": document, "number": number}
        return ""

    def _other_document(self, row: Row, root: Name) -> str:
        """The key of the document that a recommendation is known from here, where the file brings it from another one; else empty.

        Of a recommendation that an earlier piece of the file brought, the file is the document. A package says itself where each is known from. That
        another document is cited for it writes nothing over.
        """
        record, said = self._stored(root), self.of_file.get(root)
        if root[0] != "recommendations" or record is None or row.resource.name == "citation_uses":
            return ""
        own = _told_in(self.batch.profile_text)
        if said is None and own.brings_recommendations:
            there = own.document
        elif isinstance(said, MappedRow):
            there = said.cells["known_from"]
        else:
            return ""
        here = self.said[id(record)]["known_from"]
        return here if here != there else ""

    def _document_of(self, batch: int) -> str:
        """The key of the document that another import's file was; empty for a package."""
        if batch not in self._documents:
            self._documents[batch] = _told_in(Import.objects.values_list("profile_text", flat=True).get(pk=batch)).document
        return self._documents[batch]

    def speaks_of_others(self) -> Iterator[tuple[Name, str]]:
        """Of the recommendations that stand here from another document those of which the file says another statement, each with why."""
        for root, document in self.elsewhere.items():
            said, here = self.of_file.get(root), self.said[id(self._stored(root))]["statement"]
            if said is not None and said.cells["statement"] != here:
                yield (
                    root,
                    _(
                        "recommendation %(reference)s stands here from another document, %(document)s, and is another one: “%(here)s”."
                        " Say what the keys of this file's records begin with, so that its numbers are its own."
                    )
                    % {"reference": told(root[1]), "document": document, "here": first_words(here, 80)},
                )

    def _add_conflict(self, row: Row, root: Name, why: str) -> None:
        record = self._stored((row.resource.name, row.key))
        here = None if record is None else dict(self.said[id(record)])
        self.conflicts.setdefault(root, []).append(Difference(row, why, here, dict(row.cells), root not in self.elsewhere))


@dataclass(frozen=True)
class _Told:
    """What the profile of an import says of its file: the key of the document that it is, and whether it brings recommendations of its own."""

    document: str = ""
    brings_recommendations: bool = False


def document_told_in(profile: str) -> str:
    """The key of the document that a file read by this profile is; empty for a package."""
    return _told_in(profile).document


@functools.lru_cache(maxsize=50)
def _told_in(profile: str) -> _Told:
    try:
        found = parse(profile, "profile")
    except ProfileError:
        return _Told()
    made = found.records.get("recommendation")
    return _Told(found.source.key, made is not None and "statement" in made.fields)


def references(row: Row) -> Iterable[Name]:
    """The rows of other files that a row refers to."""
    for _field, target, columns in row.resource.references:
        key = tuple(row.cells[column.name] for column in columns)
        if all(key):
            yield target.name, key


def _referred(use: Any, target: Resource) -> Iterable[Key]:
    """The keys of a file that a stored row refers to."""
    for own, other, _columns in resource_of(type(use)).references:
        if other is target and getattr(use, own.attname) is not None:
            yield tuple(column.text_of(getattr(use, own.name)) for column in target.key_columns)
