"""Where each kind of record stands among the lists: some have a list, others are columns of a list, and two are only on pages.

The kinds are the files of a package (``export_package``), each of which has one kind; a test holds both equal.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from tracker.public.columns import LISTINGS, REPLIES, TRANSLATIONS


@dataclass(frozen=True)
class Kind:
    """A kind of record by its name in a package: what it is called, and its columns, each with its list; no column means the whole list.

    ``pages``: where else it is read, of a kind that no list has.
    """

    name: str
    label: Any
    places: tuple[tuple[str, str], ...] = ()
    pages: Any = ""

    @property
    def file(self) -> str:
        """The file of a package that holds the whole kind."""
        return f"{self.name}.csv"


def _lists_with(column: Any) -> tuple[tuple[str, str], ...]:
    """The lists that have a column."""
    return tuple((name, column.name) for name, listing in LISTINGS.items() if column in listing.columns)


KINDS = (
    Kind("governments", _("governments"), (("governments", ""),)),
    Kind("memberships", _("members of groups"), pages=_("on the page of each group, with the days of each membership")),
    Kind("measures", _("kinds of measure"), (("recommendations", "measure"), ("recommendations", "measure_name"), ("actions", "measure"))),
    Kind("themes", _("themes"), (("recommendations", "themes"),)),
    Kind("documents", _("documents"), (("documents", ""),)),
    Kind("snapshots", _("archived copies"), (("citations", "snapshot"),)),
    Kind("citations", _("citations"), (("citations", ""),)),
    Kind("recommendations", _("recommendations"), (("recommendations", ""),)),
    Kind("recommendation_themes", _("themes of recommendations"), (("recommendations", "themes"),)),
    Kind("relations", _("relations between recommendations"), pages=_("on the pages of both recommendations")),
    Kind("deadline_moves", _("moved deadlines"), (("recommendations", "deadline_moves"),)),
    Kind("addressees", _("addressees"), (("addressees", ""),)),
    Kind("parties", _("parties"), (("actions", "parties"),)),
    Kind("actions", _("actions"), (("actions", ""),)),
    Kind("events", _("events"), (("actions", "events"),)),
    Kind("legal_statuses", _("legal statuses of parties"), (("actions", "parties"),)),
    Kind("effects", _("effects"), (("effects", ""),)),
    Kind("assessments", _("assessments"), (("assessments", ""),)),
    Kind("searches", _("searches"), (("assessments", "searches"), ("addressees", "searched_on"))),
    Kind("positions", _("positions"), (("assessments", "positions"),)),
    Kind("replies", _("replies"), _lists_with(REPLIES)),
    Kind("translations", _("translations"), _lists_with(TRANSLATIONS)),
    Kind("citation_uses", _("what citations serve"), (("citations", "record_kind"), ("citations", "record_key"), ("citations", "stance"))),
)
