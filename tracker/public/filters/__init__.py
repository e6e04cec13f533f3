"""One declaration of the filters: the grammar of pages, downloads and the API.

Repeating a filter means "or"; different filters mean "and". Unknown parameters are ignored; a bad value, or a filter of another list, is a
:class:`tracker.public.clocks.BadFilter` that names the filter and says what it, or the list, takes.

    choices      the values there are, their labels, and what each filter takes in words
    kinds        kinds of filter: one of a list, words, years
    among        a lookup for many values
    grammar      what all lists share: clocks, the reading of the address, the filter in words
    everywhere   the filters that every list takes
    addressees   of addressees, assessments and effects · actions · sources (citations, documents) · governments · changes and corrections
"""

from tracker.public.filters import among  # noqa: F401 (registers the lookup)
from tracker.public.filters.actions import ActionFilters, records_meeting
from tracker.public.filters.addressees import AddresseeFilters, AssessmentFilters, EffectFilters
from tracker.public.filters.changes import ChangeFilters, CorrectionFilters
from tracker.public.filters.choices import Choices
from tracker.public.filters.everywhere import EVERYWHERE, members_of
from tracker.public.filters.governments import GovernmentFilters
from tracker.public.filters.grammar import GRAMMARS, Grammar, filter_names
from tracker.public.filters.kinds import OneOf, SearchFilter
from tracker.public.filters.sources import CitationFilters, DocumentFilters, citations_at, uses_at

__all__ = [
    "EVERYWHERE",
    "GRAMMARS",
    "ActionFilters",
    "AddresseeFilters",
    "AssessmentFilters",
    "ChangeFilters",
    "Choices",
    "CitationFilters",
    "CorrectionFilters",
    "DocumentFilters",
    "EffectFilters",
    "GovernmentFilters",
    "Grammar",
    "OneOf",
    "SearchFilter",
    "citations_at",
    "filter_names",
    "members_of",
    "records_meeting",
    "uses_at",
]
