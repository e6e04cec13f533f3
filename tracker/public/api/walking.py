"""Pages of a list, each by a cursor: the place of the last row before it, and the day and the edition by which the walk was begun.

So a walk over all pages gives each row once, whatever is published meanwhile. A cursor is opaque and signed: one that was changed, or belongs to
another list, filter or order, is refused in words.
"""

import base64
import datetime as dt
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from tracker.public.api.problems import NoSuchPlace
from tracker.public.clocks import BadFilter, Clocks, one_value
from tracker.public.layout import LONGEST_NUMBER

PER_PAGE = 50
SHAPE = r"[A-Za-z0-9_-]{16,8000}\.[A-Za-z0-9_-]{43}"
"""Of every cursor: what it says, which may hold the longest text by which a list is ordered, and the signature."""
_BEGINS = "eyJvZiI6"
"""How what it says begins, so that a text of the same shape that never was a cursor is told from one that was changed."""
_SIGNER = Signer(salt="tracker.public.api.cursor")
Place = list[Any]
"""Of a row: its values in the columns by which the list is ordered."""


@dataclass(frozen=True)
class Walked(Clocks):
    """The clocks of a walk. ``begun_by`` are those that its first address said: its rows' addresses say them while that opens the same."""

    begun_by: tuple[tuple[str, str], ...] = ()

    @classmethod
    def on(cls, clocks: Clocks, begun_by: dict[str, str]) -> "Walked":
        """The same clocks, on a walk that began with these parameters."""
        walked = cls(**{each.name: getattr(clocks, each.name) for each in fields(Clocks)}, begun_by=tuple(begun_by.items()))
        walked.__dict__["_edition"] = clocks.edition()
        return walked

    @property
    def parameters(self) -> dict[str, str]:
        """Those of the first address, or both clocks where a day has passed or an edition has been published since."""
        begun_by, edition = dict(self.begun_by), self.edition()
        same_edition = "known" in begun_by or edition is None or edition.number == edition.newest
        return begun_by if same_edition and ("as_of" in begun_by or self.as_of == self.today) else super().parameters


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after the row at ``place``, of the list, filter and order that ``of`` stands for, by a day and an edition."""

    of: str
    as_of: str
    edition: int
    place: Place
    begun_by: dict[str, str]

    def written(self) -> str:
        """As an address has it."""
        said = {"of": self.of, "d": self.as_of, "e": self.edition, "p": self.place, "b": self.begun_by}
        payload = base64.urlsafe_b64encode(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).decode().rstrip("=")
        return f"{payload}.{_SIGNER.signature(payload)}"

    @classmethod
    def read(cls, parameters: QueryDict) -> "Cursor | None":
        """That of an address; None where it has none. ``BadFilter`` or ``NoSuchPlace`` for what is none of ours."""
        written = one_value(parameters, "cursor")
        if not written:
            return None
        takes = _("cursor takes what the address of the next page says, letter for letter; begin again without it.")
        if not re.fullmatch(SHAPE, written):
            raise BadFilter("cursor", f"“{written[:60]}”: {takes}")
        if not written.startswith(_BEGINS):
            raise NoSuchPlace("cursor", f"“{written[:60]}…”: {takes}")
        payload, _dot, signature = written.partition(".")
        try:
            _SIGNER.unsign(f"{payload}{_SIGNER.sep}{signature}")
        except BadSignature:
            raise BadFilter("cursor", _("This cursor was changed: %(takes)s") % {"takes": takes}) from None
        said = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return cls(said["of"], said["d"], said["e"], said["p"], said["b"])

    @property
    def clocks(self) -> dict[str, str]:
        """As an address says them."""
        return {"as_of": self.as_of, "known": f"edition-{self.edition}"}

    def check(self, of: str, clocks: Clocks) -> None:
        """Refuse another list, filter or order, or other clocks."""
        edition = clocks.edition()
        if self.of != of:
            raise BadFilter("cursor", _("This cursor belongs to another list, filter or order; begin again without it."))
        if self.as_of != clocks.as_of.isoformat() or edition is None or self.edition != edition.number:
            sentence = _("This cursor belongs to as_of=%(as_of)s and known=%(known)s; say these, or leave both out.")
            raise BadFilter("cursor", sentence % self.clocks)


def fingerprint(name: str, filters: str, keys: Sequence[str]) -> str:
    """What stands for a list, its filter and its order."""
    return hashlib.sha256(json.dumps([name, filters, list(keys)]).encode()).hexdigest()[:20]


def place_of(values: Sequence[Any]) -> Place:
    """Where a row stands in the order, by its values in the columns of the order."""
    return [value.isoformat() if isinstance(value, dt.date) else value for value in values]


def after(rows: QuerySet[Any], keys: Sequence[str], place: Place) -> QuerySet[Any]:
    """The rows behind a place, in the order of the keys. As PostgreSQL orders them: nothing comes last, and first where a key falls."""
    wanted, same = Q(), Q()
    for key, value in zip(keys, place, strict=True):
        name, falls = key.removeprefix("-"), key.startswith("-")
        if (behind := _behind(name, value, falls=falls, nullable=rows.model._meta.get_field(name).null)) is not None:
            wanted |= same & behind
        same &= Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})
    return rows.filter(wanted)


def _behind(name: str, value: Any, *, falls: bool, nullable: bool) -> Q | None:
    """The condition that a column alone puts a row behind a value; None where nothing can be."""
    if value is None:
        return Q(**{f"{name}__isnull": False}) if falls else None
    if falls:
        return Q(**{f"{name}__lt": value})
    return Q(**{f"{name}__gt": value}) | Q(**{f"{name}__isnull": True}) if nullable else Q(**{f"{name}__gt": value})


def page_asked(parameters: QueryDict, count: int) -> int:
    """The number of the page that an address asks for, from 1. ``BadFilter`` for what is no number, ``NoSuchPlace`` for one that there is not."""
    written = one_value(parameters, "page") or "1"
    last = max(1, -(-count // PER_PAGE))
    sentence = _("“%(page)s”: page takes a number from 1 to %(last)s.") % {"page": written[:60], "last": last}
    if not (written.isascii() and written.isdigit() and len(written) <= LONGEST_NUMBER and int(written)):
        raise BadFilter("page", sentence)
    if int(written) > last:
        raise NoSuchPlace("page", sentence)
    return int(written)
