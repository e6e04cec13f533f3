"""The two clocks that every page, download and answer has: ``as_of`` (what was true on a day) and ``known`` (what this site said on a day)."""

import datetime as dt
import functools
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.db import models
from django.db.models import Max, Subquery
from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from tracker.editions.tables import (
    AddresseeEdition,
    ChainLink,
    EditionQuerySet,
    GovernmentEdition,
    MembershipEdition,
    RecordEdition,
    Row,
    SiteEdition,
)
from tracker.public.standing import Standing, parts
from tracker.rules.vocabulary import GovernmentKind, Nature

CLOCKS = ("as_of", "known")
"""The parameters that say them."""
LARGEST_NUMBER = 2**31 - 1
"""That an edition can have."""


class BadFilter(Exception):
    """A filter's value that cannot be read. ``name`` is the filter, the text one sentence that says what it takes."""

    def __init__(self, name: str, sentence: str) -> None:
        """Name the filter and say what it takes."""
        super().__init__(sentence)
        self.name = name
        self.sentence = sentence


def one_value(parameters: QueryDict, name: str) -> str:
    """What an address says of a parameter that takes one value, empty where it says nothing. ``BadFilter`` where it says several.

    To take one of them would answer a question that nobody asked.
    """
    given = [value for value in dict.fromkeys(value.strip() for value in parameters.getlist(name)) if value]
    if len(given) > 1:
        sentence = _("%(filter)s takes one value; this address gives %(count)s: %(values)s.")
        shown = ", ".join(f"“{value[:60]}”" for value in given[:3]) + (", …" if len(given) > 3 else "")
        raise BadFilter(name, sentence % {"filter": name, "count": len(given), "values": shown})
    return given[0] if given else ""


@dataclass(frozen=True)
class Clocks:
    """The day and the instant at which a page is read.

    ``as_of`` is a day; ``known`` an instant, or None for what the site says now. ``today`` is the day of the request (UTC).
    ``edition_asked``: the number of the edition of the site that ``known`` names, where it names one; ``known`` is then when it was published.
    ``as_of_is_said``: the address itself says the day, be it today. ``moment``: where ``known`` is “now”, the instant that “now” is throughout one
    answer (``held``), so that no answer is put together from two editions; None where each question is asked of its own now.
    """

    as_of: dt.date
    known: dt.datetime | None
    today: dt.date
    known_as_written: str = ""
    edition_asked: int | None = None
    as_of_is_said: bool = False
    moment: dt.datetime | None = None

    def held(self, now: dt.datetime) -> "Clocks":
        """The same clocks, every question asked of the edition that is the newest as this is called: what is published meanwhile is not read."""
        edition = self.edition()
        held = replace(self, moment=edition.published_at if edition else now)
        held.__dict__["_edition"] = edition
        return held

    @property
    def read_at(self) -> dt.datetime | None:
        """The instant by which rows are read: ``known``, or the moment that “now” is held at; None for each question's own now."""
        return self.known if self.known is not None else self.moment

    @property
    def is_today(self) -> bool:
        """Whether the page shows today as the site says it now; otherwise it carries a banner."""
        return self.as_of == self.today and self.known is None

    @property
    def parameters(self) -> dict[str, str]:
        """What an address must carry so that the next page is read by the same clocks.

        Of an address that says both, both, so that a link from a permalink leads on what was said then, today as on any later day.
        """
        given = {}
        if self.as_of != self.today or (self.as_of_is_said and self.known is not None):
            given["as_of"] = self.as_of.isoformat()
        if self.known is not None:
            given["known"] = self.known_as_written
        return given

    def kept(self, address: str) -> str:
        """A path, with its fragment if it has one, that is read by the same clocks: as it is where the address of the request said none."""
        path, mark, fragment = address.partition("#")
        return path + (f"?{urlencode(self.parameters)}" if self.parameters else "") + mark + fragment

    def rows(self, table: type[Row]) -> EditionQuerySet:
        """The rows of a table that hold by both clocks."""
        return table.objects.known_at(self.read_at).true_on(self.as_of)

    def said(self, table: type[Row]) -> EditionQuerySet:
        """The rows that the site gave at ``known``, whatever day they are true of."""
        return table.objects.known_at(self.read_at)

    def ever_said(self, table: type[Row]) -> EditionQuerySet:
        """Every row that the site had given by ``known``, those that it had replaced by then included."""
        return table.objects.all() if self.read_at is None else table.objects.filter(known_from__lte=self.read_at)

    def edition(self) -> "EditionRead | None":
        """The edition of the site that is being read; None where nothing was published yet. Asked for once."""
        return self._edition

    @functools.cached_property
    def _edition(self) -> "EditionRead | None":
        return EditionRead.at(self)

    @functools.cached_property
    def members(self) -> dict[str, set[str]]:
        """The codes of the governments that belong to each group on the day, by the group's; one that includes every state has every state.

        Two questions, once.
        """
        found: dict[str, set[str]] = defaultdict(set)
        for group, member in self.rows(MembershipEdition).values_list("group", "member"):
            found[group].add(member)
        every = list(self.said(GovernmentEdition).values_list("code", "kind", "includes_every_state"))
        states = {code for code, kind, _includes in every if kind == GovernmentKind.STATE}
        for code, _kind, includes in every:
            if includes:
                found[code] |= states
        return dict(found)

    @property
    def pinned(self) -> dict[str, str]:
        """Both clocks as a permalink says them: the day, and the edition by its number instead of “now”."""
        edition = self.edition()
        return {"as_of": self.as_of.isoformat(), **({"known": f"edition-{edition.number}"} if edition else {})}

    @property
    def is_pinned(self) -> bool:
        """Whether the address says both clocks, the site's by an edition: a permalink."""
        return self.edition_asked is not None and self.as_of_is_said

    def chain_head(self) -> ChainLink | None:
        """The newest link of the hash chain over publications, by ``known``; None where nothing was published yet."""
        links = ChainLink.objects.all()
        if self.read_at is not None:
            links = links.filter(number__in=SiteEdition.objects.filter(published_at__lte=self.read_at).values("number"))
        return links.first()


@dataclass(frozen=True)
class EditionRead:
    """The edition of the site that a page is read from, with what else its reader is told of the site.

    ``newest`` and ``newest_published`` are of the newest edition, whatever is read, and ``digest`` is its link of the hash chain. ``erasures``
    numbers the last erasure of a person's data, which changes what earlier editions say without making another; nothing where there was none.
    Between ``first_change`` and ``last_change`` a status begins on some day, so that ``as_of`` changes something; nothing where there is no status.
    ``taken_down`` counts the records that were taken down for legal reasons after it, and are left out of it; nothing where none was. ``erased_at``
    and ``taken_down_at``: when that was done last. ``releases`` numbers the last release; nothing where there is none; ``released_at``: when it was
    made.
    """

    number: int
    published_at: dt.datetime
    newest: int
    digest: str
    newest_published: dt.datetime
    first_published: dt.datetime
    erasures: int | None
    first_change: dt.date | None
    last_change: dt.date | None
    taken_down: int | None
    erased_at: dt.datetime | None
    taken_down_at: dt.datetime | None
    releases: int | None
    released_at: dt.datetime | None

    @property
    def changed_at(self) -> dt.datetime:
        """When what it says was last changed: it was published, or data of a person was erased from it, or a record taken down."""
        return max(each for each in (self.published_at, self.erased_at, self.taken_down_at) if each)

    @property
    def standing(self) -> Standing:
        """How the site stood as this was read."""
        return Standing(*(getattr(self, name) for name in Standing._fields))

    @classmethod
    def at(cls, clocks: Clocks) -> "EditionRead | None":
        """The newest edition by ``known``, in one question; None where nothing was published yet."""
        begun = clocks.said(AddresseeEdition).order_by("valid_from").values("valid_from")
        taken_down = RecordEdition.objects.filter(nature=Nature.TAKEN_DOWN.value, edition__gt=models.OuterRef("number")).order_by()
        more = {
            **parts(),
            "digest": ChainLink.objects.order_by("-number").values("digest"),
            "first_published": SiteEdition.objects.order_by("number").values("published_at"),
            "first_change": begun,
            "last_change": begun.reverse(),
            "taken_down": taken_down.values("nature").annotate(total=models.Count("id")).values("total"),
            "taken_down_at": taken_down.values("nature").annotate(latest=Max("known_from")).values("latest"),
        }
        found = SiteEdition.objects.annotate(**{name: Subquery(rows[:1]) for name, rows in more.items()})
        if clocks.read_at is not None:
            found = found.filter(published_at__lte=clocks.read_at)
        row = found.values("number", "published_at", *more).first()
        return cls(**row) if row else None


class EverRead(Clocks):
    """Clocks by which every row is read that the site ever gave by ``known``: for what is told of records that stand no longer."""

    @classmethod
    def by(cls, clocks: Clocks) -> "EverRead":
        """The same day and instant."""
        return cls(clocks.as_of, clocks.known, clocks.today, moment=clocks.moment)

    def rows(self, table: type[Row]) -> EditionQuerySet:
        """The rows of a table that held on the day, replaced ones included."""
        return self.ever_said(table).true_on(self.as_of)

    def said(self, table: type[Row]) -> EditionQuerySet:
        """The rows that the site gave, replaced ones included."""
        return self.ever_said(table)


def read_clocks(parameters: QueryDict, *, now: dt.datetime) -> Clocks:
    """Read both clocks from an address. ``BadFilter`` for what is no day, a day to come, or an edition that there is not.

    Asks the database where ``known`` names an edition, and only there.
    """
    today = now.astimezone(dt.UTC).date()
    day, written = one_value(parameters, "as_of"), one_value(parameters, "known")
    as_of = _read_day(day, today)
    if number := _number_of(written):
        return Clocks(as_of, _published(number, written), today, f"edition-{number}", edition_asked=number, as_of_is_said=bool(day))
    known = _read_known(written, now) if written else None
    return Clocks(as_of, known, today, written if known else "", as_of_is_said=bool(day))


def is_instant(written: str) -> bool:
    """Whether ``known`` names neither an edition nor a whole day: an instant, which may be one of today that is still to come."""
    return bool(written.strip()) and not _number_of(written.strip()) and not _iso_day(written.strip())


def _number_of(written: str) -> int | None:
    """The number of an edition, as “edition-17” or as “17” says it; None for what names none."""
    named = re.fullmatch(r"(?:edition-)?0*([1-9]\d{0,9})", written, re.ASCII)
    return int(named[1]) if named else None


def _published(number: int, written: str) -> dt.datetime:
    """When an edition was published. ``BadFilter`` where there is none of that number."""
    published = SiteEdition.objects.filter(number=number).values_list("published_at", flat=True).first() if number <= LARGEST_NUMBER else None
    if published is None:
        newest = SiteEdition.objects.aggregate(newest=Max("number"))["newest"]
        sentence = (
            _("this site has no edition %(number)s yet; the newest is edition %(newest)s.") % {"number": number, "newest": newest}
            if newest
            else _("this site has no edition %(number)s; nothing has been published yet.") % {"number": number}
        )
        raise BadFilter("known", f"“{written}”: {sentence}")
    return published


def _read_day(written: str, today: dt.date) -> dt.date:
    takes = _("as_of takes a day up to today, written as 2019-06-01.")
    if not written:
        return today
    day = _iso_day(written)
    if day is None or day > today:
        raise BadFilter("as_of", f"“{written[:60]}”: {takes}")
    return day


def _iso_day(written: str) -> dt.date | None:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", written, re.ASCII):
        return None
    try:
        return dt.date.fromisoformat(written)
    except ValueError:
        return None


def _read_known(written: str, now: dt.datetime) -> dt.datetime | None:
    """The end of a day, or an instant; None where that is not before now: it is what the site says now."""
    takes = _("known takes a day up to today, as 2026-11-20, an instant, as 2026-11-20T12:00:00Z, or an edition of this site, as edition-17.")
    day = _iso_day(written)
    try:
        instant = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), dt.UTC) if day else _instant(written)
    except (ValueError, OverflowError):  # no such day or hour, or none within the years that a calendar has, once in UTC
        instant = None
    if instant is None or (day or instant.date()) > now.astimezone(dt.UTC).date():
        raise BadFilter("known", f"“{written}”: {takes}")
    return instant if instant <= now else None


def _instant(written: str) -> dt.datetime | None:
    """An instant in UTC; None for what is none, or says no offset."""
    instant = parse_datetime(written)
    return instant.astimezone(dt.UTC) if instant and instant.tzinfo else None


def distinct_count(field: str) -> models.Count:
    """Count the different values of a column."""
    return models.Count(field, distinct=True)
