"""What every public answer is made of beside its address and the day: the newest edition, the last erasure, the last release.

Whatever changes what readers are told is one of the three: a takedown is an edition.
"""

import datetime as dt
from typing import NamedTuple

from django.db.models import QuerySet, Subquery

from tracker.editions.tables import Erasure, Release, SiteEdition


class Standing(NamedTuple):
    """How the site stands: the number and the instant of each; nothing where there was none yet.

    The instants tell a database from another that was restored from a copy of it and went on by itself, under the same numbers.
    """

    newest: int | None = None
    newest_published: dt.datetime | None = None
    erasures: int | None = None
    erased_at: dt.datetime | None = None
    releases: int | None = None
    released_at: dt.datetime | None = None


def parts() -> "dict[str, QuerySet[SiteEdition] | QuerySet[Erasure] | QuerySet[Release]]":
    """What gives each of them, as the first row of a query: for a question that asks for more besides."""
    editions, erasures, releases = SiteEdition.objects.order_by("-number"), Erasure.objects.order_by("-id"), Release.objects.order_by("-number")
    return {
        "newest": editions.values("number"),
        "newest_published": editions.values("published_at"),
        "erasures": erasures.values("id"),
        "erased_at": erasures.values("erased_at"),
        "releases": releases.values("number"),
        "released_at": releases.values("released_at"),
    }


def standing() -> Standing:
    """How the site stands now, in one small question over the public connection."""
    found = SiteEdition.objects.annotate(**{name: Subquery(rows[:1]) for name, rows in parts().items()})
    row = found.values_list(*Standing._fields).order_by("-number").first()
    return Standing(*row) if row else Standing()
