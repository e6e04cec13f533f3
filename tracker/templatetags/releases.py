"""What the pages of releases need in words: sizes, and how a row differs. ``{% load releases %}``.

Nothing here reads the database or the clock.
"""

from collections.abc import Iterable
from urllib.parse import urlencode, urlsplit

from django import template
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_lazy

from tracker.editions.tables import RecordEdition
from tracker.languages import dates, names
from tracker.languages.addresses import in_language
from tracker.public.releases import differences
from tracker.public.releases.differences import ADDED, REMOVED, RowDifference
from tracker.rules import formulas
from tracker.templatetags.wording import record_title

register = template.Library()
RELEASE = gettext_lazy("release")
"""What an erasure calls a release or its file among the records that it names: written out here so that the catalogue has it."""

ON_ONE_LINE = 20
"""Characters of a name that a line of a title has room for on a telephone."""


@register.filter
def bytes(size: int) -> str:
    """A size as people say it."""
    return filesizeformat(size)


@register.filter
def called(name: str) -> SafeString:
    """The name of a release, in its own direction and digits: “2026-12.v2” on a page from right to left too.

    A line ends before it and not at its hyphens, unless it would be wider than a telephone.
    """
    return format_html('<bdi dir="ltr" lang="en"{}>{}</bdi>', mark_safe(' class="nowrap"') if len(name) <= ON_ONE_LINE else "", name)


@register.filter
def differing(lists: Iterable[differences.ListDifference]) -> list[differences.ListDifference]:
    """Those of which a row or a column is otherwise."""
    return [each for each in lists if each.total or each.new or each.gone]


@register.filter
def alike(lists: Iterable[differences.ListDifference]) -> list[str]:
    """The names of the others, in the page's language."""
    return [gettext(each.name) for each in lists if not (each.total or each.new or each.gone)]


@register.filter
def how(row: RowDifference) -> str:
    """Whether a row was added, removed or changed, in a word."""
    return {ADDED: gettext("added"), REMOVED: gettext("removed")}.get(row.kind) or gettext("changed")


@register.filter
def what(row: RowDifference) -> SafeString:
    """What a row is, in words: its government in the page's language, the titles as the release has them; its key where it has no other name."""
    told = row.told
    title = record_title(told.title, told.of[0] if told.of else "") if told.title else ""
    asked = record_title(told.asked, "recommendation") if told.asked else ""
    who = names.government_marked(told.government, told.government_name) if told.government else ""
    whose = format_html_join(": ", "{}", ((part,) for part in (who, asked or title) if part))
    return format_html('{} <span class="arrow">→</span> {}', title, whose) if title and asked else whose or format_html("{}", key(row))


@register.filter
def there(row: RowDifference) -> str:
    """The page of a row by the clocks of its release, on this site and in the page's language."""
    address = urlsplit(row.told.url)
    return address._replace(scheme="", netloc="", path=in_language(address.path, dates.language())).geturl()


@register.filter
def tombstone(record: RecordEdition) -> str:
    """Where it is said that a record was taken off the site: its own address, or the record of its changes where it never had a page."""
    if record.kind == "assessment":
        return f"{reverse('public:changes')}?{urlencode({'kind': record.kind, 'record': record.key})}"
    return reverse(f"public:{record.kind}", args=[record.key])


@register.filter
def key(row: RowDifference) -> str:
    """What names a row."""
    return " · ".join(map(plain, row.key.values()))


@register.filter
def plain(cell: str) -> str:
    """The words of a cell: nobody who reads them on a page runs them as a formula."""
    return formulas.natural(cell)
