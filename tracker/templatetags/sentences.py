"""Parts of sentences that are lists or links, so that templates can put them into whole messages. ``{% load sentences %}``."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.template.context import RequestContext
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from tracker.editions.tables import GovernmentEdition, MembershipEdition
from tracker.languages import SOURCE, dates, names
from tracker.templatetags.publication import to, when

register = template.Library()


@register.filter
def with_editions(records: Iterable[Mapping[str, Any]]) -> SafeString:
    """Versions of records in a row: “action BE-2021-JUD (edition 3)”."""
    words = gettext("%(kind)s %(key)s (edition %(number)s)")
    return names.joined_marked(words % {"kind": gettext(row["kind"]), "key": row["key"], "number": row["edition"]} for row in records)


@register.simple_tag(takes_context=True)
def groups_with_days(context: RequestContext, groups: Iterable[tuple[MembershipEdition, GovernmentEdition]]) -> SafeString:
    """The groups that a government belongs to, each a link, with the days of its membership."""
    return joined(_with_days(context, membership, group) for membership, group in groups)


def _with_days(context: RequestContext, membership: MembershipEdition, group: GovernmentEdition) -> SafeString:
    words = gettext("%(group)s (%(first)s to %(last)s)") if membership.until else gettext("%(group)s (since %(first)s)")
    link = format_html('<a href="{}">{}</a>', to(context, "government", group.code), names.government(group.code, group.name))
    places = {"group": "{group}", "first": "{first}", "last": "{last}"}
    return format_html(words % places, group=link, first=when(membership.since), last=when(membership.until))


def joined(parts: Iterable[SafeString]) -> SafeString:
    """Links in a row, as the language sets names apart, each apart from the direction of the others."""
    each = "{}" if dates.language() == SOURCE else "<bdi>{}</bdi>"
    return format_html_join(pgettext("between the items of a list", "; "), each, ((part,) for part in parts))
