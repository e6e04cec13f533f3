"""What may go into a submission beside the chosen records, and where each stands. What must go is :mod:`tracker.editorial.bundles`."""

from collections.abc import Iterable

from django.db.models import Q

from tracker.admin.reviewstate import ReviewState, review_states
from tracker.editorial.bundles import find, name_of
from tracker.editorial.readiness import Name
from tracker.models import Action, Assessment, Document, Recommendation, RecordKind, State, Version
from tracker.models.base import Publishable

MOST_OFFERED = 100
"""Records offered beside the chosen ones; more than that is no choice any more."""


def hanging_on(records: Iterable[Publishable]) -> list[Publishable]:
    """Records about the chosen ones that readers do not see in their present form: they may go along."""
    records = list(records)
    names = {name_of(record) for record in records}
    recommendations = [key for kind, key in names if kind == RecordKind.RECOMMENDATION]
    documents = [key for kind, key in names if kind == RecordKind.DOCUMENT]
    judged = [record.addressee_id for record in records if isinstance(record, Assessment)]
    candidates: list[list[Publishable]] = [
        list(Recommendation.objects.filter(Q(known_from__key__in=documents) | Q(made_in__key__in=documents)).distinct()[:MOST_OFFERED]),
        list(
            Action.objects.filter(Q(effects__addressee__recommendation__reference__in=recommendations) | Q(effects__addressee__in=judged)).distinct()[
                :MOST_OFFERED
            ]
        ),
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


def returned_with(records: Iterable[Publishable]) -> list[Publishable]:
    """The records that came back in the submissions in which the chosen ones were last returned, and that readers do not see as they are now."""
    records = list(records)
    names = {name_of(record) for record in records}
    last: dict[Name, Version] = {}
    for version in Version.objects.filter(key__in={key for _kind, key in names}).select_related("submission").order_by("pk"):
        last[version.kind, version.key] = version
    returned = {version.submission_id for name, version in last.items() if name in names and version.submission.state == State.RETURNED}
    others = Version.objects.filter(submission__in=returned).order_by("pk").values_list("kind", "key") if returned else ()
    states = states_of(find(name for name in dict.fromkeys(others) if name not in names))
    return [record for record, state in states if _unsettled(state)][:MOST_OFFERED]


def rested_on(records: Iterable[Publishable]) -> list[Publishable]:
    """The actions that chosen verdicts rest on and that readers do not see in their present form.

    A verdict names no action; it rests on those that bear on its addressee and cite a passage that it cites too.
    """
    records = list(records)
    names = {name_of(record) for record in records}
    actions: list[Publishable] = []
    for assessment in (record for record in records if isinstance(record, Assessment)):
        cited = assessment.citation_uses.values("citation")
        actions += Action.objects.filter(effects__addressee=assessment.addressee_id, citation_uses__citation__in=cited).distinct()
    states = review_states(actions)
    return list({name_of(action): action for action in actions if name_of(action) not in names and _unsettled(states[action.pk])}.values())


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
