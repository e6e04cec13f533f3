"""Pages that explain."""

import re

from django.conf import settings
from django.http import HttpRequest

from tracker.public import columns, crosswalking, every_kind
from tracker.public.api import origin
from tracker.public.clocks import Clocks
from tracker.public.pages import Page, public_page
from tracker.public.releases import kept
from tracker.public.snippets import snippets
from tracker.public.summaries.coverage import coverage
from tracker.rules import searches, vocabulary
from tracker.rules.crosswalk import CROSSWALK
from tracker.rules.formulas import IN_WORDS
from tracker.rules.ladder import LADDER

RELEASES_SHOWN = 3
"""On /data/, the newest; /releases/ has all."""


@public_page
def methodology(_request: HttpRequest, clocks: Clocks) -> Page:
    """The definitions and the ladder, from the code that applies them; and which sources there are for each government."""
    context = {"words": vocabulary, "ladder": LADDER, "months": searches.HOLDS_FOR, "coverage": coverage(clocks)}
    context |= {"crosswalk": crosswalking.table(), "elsewhere": CROSSWALK.values()}
    return "tracker/methodology.html", context


@public_page
def data(request: HttpRequest, clocks: Clocks) -> Page:
    """Each list as files, with what its columns mean, releases, how to read it from elsewhere, and how to check that nothing was rewritten."""
    return "tracker/data.html", {
        "listings": columns.LISTINGS.values(),
        "kinds": every_kind.KINDS,
        "head": clocks.chain_head(),
        "kept": kept.kept(kept.releases()[:RELEASES_SHOWN]),
        "snippets": snippets(origin(request)),
        "formula_rule": IN_WORDS,
    }


@public_page
def about(_request: HttpRequest, _clocks: Clocks) -> Page:
    """What the site does and does not do, and who answers for it."""
    return "tracker/about.html", operator()


@public_page
def accessibility(_request: HttpRequest, _clocks: Clocks) -> Page:
    """What was aimed at, what was tried with what, what is known not to work, and how to say so."""
    return "tracker/accessibility.html", operator()


def operator() -> dict[str, str]:
    """Who answers for the site, as its settings say: name and contact (empty where they say nothing), and where the contact leads."""
    contact = settings.OPERATOR_CONTACT
    leads_to = contact if re.fullmatch(r"https?://\S+", contact) else f"mailto:{contact}" if re.fullmatch(r"[^\s@:/?&]+@[^\s@:/?&]+", contact) else ""
    return {"operator_name": settings.OPERATOR_NAME, "operator_contact": contact, "operator_address": leads_to}
