"""The two clocks that every page, download and answer has: ``as_of`` (what was true on a day) and ``known`` (what this site said on a day)."""

import datetime as dt
import re
from dataclasses import dataclass

from django.db import models
from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from tracker.editions.tables import ChainLink, EditionQuerySet, Row, SiteEdition


class BadFilter(Exception):
    """A filter's value that cannot be read. ``name`` is the filter, the text one sentence that says what it takes."""

    def __init__(self, name: str, sentence: str) -> None:
        """Name the filter and say what it takes."""
        super().__init__(sentence)
        self.name = name
        self.sentence = sentence


@dataclass(frozen=True)
class Clocks:
    """The day and the instant at which a page is read.

    ``as_of`` is a day; ``known`` an instant, or None for what the site says now. ``today`` is the day of the request (UTC).
    """

    as_of: dt.date
    known: dt.datetime | None
    today: dt.date
    known_as_written: str = ""

    @property
    def is_today(self) -> bool:
        """Whether the page shows today as the site says it now; otherwise it carries a banner."""
        return self.as_of == self.today and self.known is None

    @property
    def parameters(self) -> dict[str, str]:
        """What an address must carry so that the next page is read by the same clocks."""
        given = {}
        if self.as_of != self.today:
            given["as_of"] = self.as_of.isoformat()
        if self.known is not None:
            given["known"] = self.known_as_written
        return given

    def rows(self, table: type[Row]) -> EditionQuerySet:
        """The rows of a table that hold by both clocks."""
        return table.objects.known_at(self.known).true_on(self.as_of)

    def said(self, table: type[Row]) -> EditionQuerySet:
        """The rows that the site gave at ``known``, whatever day they are true of."""
        return table.objects.known_at(self.known)

    def edition(self) -> SiteEdition | None:
        """The edition of the site that is being read; None where nothing was published yet."""
        editions = SiteEdition.objects.all()
        if self.known is not None:
            editions = editions.filter(published_at__lte=self.known)
        return editions.first()

    def chain_head(self) -> ChainLink | None:
        """The newest link of the hash chain over publications, by ``known``; None where nothing was published yet."""
        links = ChainLink.objects.all()
        if self.known is not None:
            links = links.filter(number__in=SiteEdition.objects.filter(published_at__lte=self.known).values("number"))
        return links.first()


def read_clocks(parameters: QueryDict, *, now: dt.datetime) -> Clocks:
    """Read both clocks from an address. ``BadFilter`` for what is no day, or a day to come."""
    today = now.astimezone(dt.UTC).date()
    written = parameters.get("known", "").strip()
    known = _read_known(written, now) if written else None
    return Clocks(as_of=_read_day(parameters.get("as_of", "").strip(), today), known=known, today=today, known_as_written=written if known else "")


def _read_day(written: str, today: dt.date) -> dt.date:
    takes = _("as_of takes a day up to today, written as 2019-06-01.")
    if not written:
        return today
    day = _iso_day(written)
    if day is None or day > today:
        raise BadFilter("as_of", f"“{written}”: {takes}")
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
    takes = _("known takes a day up to today, as 2026-11-20, or an instant, as 2026-11-20T12:00:00Z.")
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
