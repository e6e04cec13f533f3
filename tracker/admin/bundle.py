"""What must or may go into a submission beside the chosen records."""

from collections.abc import Iterable

from django.db.models import Q

from tracker.admin.reviewstate import ReviewState, review_states
from tracker.editions.tables import RecordEdition
from tracker.editorial.freeze import MODELS, PREFETCH, freeze, kind_of
from tracker.editorial.readiness import references
from tracker.models import Action, Assessment, Change, Document, Recommendation, RecordKind
from tracker.models.base import Publishable

Name = tuple[str, str]
"""Kind and key of a record."""

MOST_OFFERED = 100
"""Records offered beside the chosen ones; more than that is no choice any more."""


def name_of(record: Publishable) -> Name:
    """Kind and key."""
    return str(kind_of(record)), record.public_key


def find(names: Iterable[Name]) -> list[Publishable]:
    """The records of these names; names of nothing are left out."""
    found: list[Publishable] = []
    names = list(names)
    for kind, model in MODELS.items():
        keys = [key for other, key in names if other == kind]
        if keys:
            lookup = "reference__in" if kind is RecordKind.RECOMMENDATION else "key__in"
            found += model._default_manager.filter(**{lookup: keys}).prefetch_related(*PREFETCH[kind])
    return found


def needed(records: Iterable[Publishable]) -> list[Publishable]:
    """The records that the chosen ones refer to and that are not public: without them the submission would be refused."""
    chosen = {name_of(record) for record in records}
    seen = set(chosen)
    frontier = chosen
    companions: list[Publishable] = []
    while frontier:
        pointed_at: set[Name] = set()
        for record in find(frontier):
            pointed_at |= {(str(kind), key) for kind, key in references(kind_of(record), freeze(record))}
        missing = pointed_at - seen
        missing -= _public(missing)
        seen |= pointed_at
        companions += find(missing)
        frontier = missing
    return companions


def hanging_on(records: Iterable[Publishable]) -> list[Publishable]:
    """Records about the chosen ones that readers do not see in their present form: they may go along."""
    names = {name_of(record) for record in records}
    recommendations = [key for kind, key in names if kind == RecordKind.RECOMMENDATION]
    documents = [key for kind, key in names if kind == RecordKind.DOCUMENT]
    candidates: list[list[Publishable]] = [
        list(Recommendation.objects.filter(Q(known_from__key__in=documents) | Q(made_in__key__in=documents)).distinct()[:MOST_OFFERED]),
        list(Action.objects.filter(effects__addressee__recommendation__reference__in=recommendations).distinct()[:MOST_OFFERED]),
        list(
            Assessment.objects.filter(addressee__recommendation__reference__in=recommendations).select_related(
                "addressee__recommendation", "addressee__government"
            )[:MOST_OFFERED]
        ),
    ]
    found: list[Publishable] = []
    for group in candidates:
        states = review_states(group)
        found += [record for record in group if name_of(record) not in names and _unsettled(states[record.pk])]
    return found[:MOST_OFFERED]


def states_of(records: Iterable[Publishable]) -> list[tuple[Publishable, ReviewState]]:
    """Records of any kinds, each with where it stands, in the order given."""
    records = list(records)
    states: dict[Name, ReviewState] = {}
    for model in (Document, Recommendation, Action, Assessment):
        group = [record for record in records if isinstance(record, model)]
        by_pk = review_states(group)
        states |= {name_of(record): by_pk[record.pk] for record in group}
    return [(record, states[name_of(record)]) for record in records]


def _unsettled(state: ReviewState) -> bool:
    return state.edition is None or state.edited


def _public(names: set[Name]) -> set[Name]:
    rows = RecordEdition.desk.known_at(None).filter(key__in={key for _kind, key in names}, change=Change.PUBLISH.value)
    return set(rows.values_list("kind", "key")) & names
