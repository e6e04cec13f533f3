"""What the pages of releases need in words: sizes, and how a row differs. ``{% load releases %}``.

Nothing here reads the database or the clock.
"""

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext, gettext_lazy

from tracker.public.releases.differences import ADDED, REMOVED, RowDifference

register = template.Library()
RELEASE = gettext_lazy("release")
"""What an erasure calls a release or its file among the records that it names: written out here so that the catalogue has it."""


@register.filter
def bytes(size: int) -> str:
    """A size as people say it."""
    return filesizeformat(size)


@register.filter
def how(row: RowDifference) -> str:
    """Whether a row was added, removed or changed, in a word."""
    return {ADDED: gettext("added"), REMOVED: gettext("removed")}.get(row.kind) or gettext("changed")


@register.filter
def key(row: RowDifference) -> str:
    """What names a row."""
    return " · ".join(row.key.values())
