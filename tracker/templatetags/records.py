"""What record pages, the dashboard and the pages for people need: the chain behind a status, uptake drawn, and words of their own.

``{% load records %}``, beside ``publication``. Nothing here reads the database or the clock.
"""

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import template
from django.template.context import RequestContext
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from tracker.editions.tables import ActionEdition, AddresseeEdition, CitationEdition, DocumentEdition, EffectEdition, GovernmentEdition
from tracker.public import stacked
from tracker.public.columns import Listing
from tracker.public.formats import ENDINGS
from tracker.public.identified import Identifier, identifiers, of_party
from tracker.public.summaries.action import ActionPage
from tracker.public.summaries.chain import Chain
from tracker.public.summaries.chain import chain as chain_of
from tracker.public.summaries.recommendation import AddresseeStory
from tracker.public.summaries.uptake import Moment
from tracker.rules.crosswalk import Vocabulary
from tracker.rules.dates import PartialDate
from tracker.rules.vocabulary import Status
from tracker.templatetags.publication import in_words, record, to

register = template.Library()
NAMES_OF_LISTS = (
    gettext_lazy("recommendations"),
    gettext_lazy("actions"),
    gettext_lazy("citations"),
    gettext_lazy("documents"),
    gettext_lazy("governments"),
    gettext_lazy("changes"),
)
"""Said by the listings' own names on /data/: written out here so that the catalogue has them."""

STACKED = (
    Status.IMPLEMENTED,
    Status.PARTIALLY_IMPLEMENTED,
    Status.UNDER_CONSIDERATION,
    Status.REJECTED,
    Status.CONTRARY_ACTION,
    Status.REVERSED,
    Status.SUPERSEDED,
    Status.NO_ACTION,
    Status.NO_EVIDENCE,
    Status.NOT_ASSESSED,
)
"""From the bottom of a bar to its top: what was done, what was said or done against it, and the three honest negatives on top."""


@register.simple_tag(name="chain")
def chain_tag(story: AddresseeStory) -> Chain:
    """The steps behind a status: ``{% chain story as steps %}``."""
    return chain_of(story)


@register.filter
def out_after(steps: Chain, day: dt.date) -> int:
    """How many of the sources and searches behind a status are of later days than the page's."""
    return steps.out_after(day)


@register.filter
def drawn(moments: list[Moment]) -> stacked.Stacked:
    """Uptake over time as a drawing: a bar for each moment, labelled by its year."""
    return stacked.stacked([(str(moment.day.year), [(status, moment.distribution.of(status)) for status in STACKED]) for moment in moments])


@register.filter
def statuses_held(moments: list[Moment]) -> list[Status]:
    """The statuses that any moment has, in the order of the vocabulary."""
    return [status for status in Status if any(moment.distribution.of(status) for moment in moments)]


@register.simple_tag(takes_context=True)
def to_citations(context: RequestContext, filters: dict[str, Any], **more: Any) -> str:
    """The uses of citations behind a number, from the filters that the number carries."""
    return to(context, "citations", **{**filters, **more})


@register.filter
def unfilled(message: str) -> str:
    """A sentence of the rule with its %(places)s left open."""
    return re.sub(r"%\(\w+\)s", "…", message)


@register.simple_tag(takes_context=True)
def files(context: RequestContext, listing: Listing, ending: str) -> str:
    """Where a list is to be had, by the reader's clocks: as a file of a format (its ending) or page by page."""
    path = reverse("api-file", args=[listing.name, ending]) if ending else reverse("api-page", args=[listing.name])
    clocks = context["clocks"].parameters
    return f"{path}?{urlencode(clocks)}" if clocks else path


@register.simple_tag
def formats() -> list[tuple[str, str]]:
    """The formats of files: the ending and the name of each."""
    return list(ENDINGS.items())


@register.filter
def filters_of(listing: Listing) -> list[tuple[str, str, str]]:
    """The filters that a list takes: each name, its label, and what values it takes."""
    return [(name, str(declared.label), str(declared.takes)) for name, declared in listing.filters.base_filters.items()]


@register.filter
def moment_in_words(moment: Moment) -> str:
    """A moment in words: “end of 2019”, or the day itself."""
    if moment.until_now:
        return in_words(moment.day.isoformat())
    return gettext("end of %(year)s") % {"year": moment.day.year}


@register.filter
def in_order(events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events of an action by the last day that their dates can mean, then by the first."""

    def place(event: dict[str, Any]) -> tuple[Any, Any]:
        on = PartialDate(event["on"])
        return on.last, on.first

    return sorted(events, key=place)


@register.filter
def why_none(theirs: Vocabulary, status: Status) -> str:
    """Why a status has no counterpart in somebody else's vocabulary, in English."""
    return theirs.of_statuses.get(status, "")


@register.simple_tag(name="identifiers")
def identifiers_of(row: DocumentEdition | GovernmentEdition | ActionEdition) -> list[Identifier]:
    """The identifiers that others gave to a record: ``{% identifiers row as identifiers %}``."""
    return identifiers(row)


@register.filter
def identified(party: dict[str, Any]) -> list[Identifier]:
    """Those of a party that an action names."""
    return of_party(party)


@register.filter
def beside_effect(page: ActionPage, effect: EffectEdition) -> AddresseeEdition | None:
    """What holds for the addressee that an effect bears on; None where it is none on the day."""
    return page.statuses.get((effect.recommendation, effect.government))


@register.simple_tag(takes_context=True)
def cited_title(context: RequestContext, titles: dict[tuple[str, str], str], citation: CitationEdition) -> SafeString:
    """What a citation serves, by its title and with a link where its kind has a page of its own."""
    return record(context, citation.record_kind, citation.record_key, titles.get((citation.record_kind, citation.record_key), ""))
