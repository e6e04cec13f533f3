"""New recommendations out of one that is recorded: the parts of a compound one."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pghistory
from django.db import transaction
from django.utils.translation import gettext as _

from tracker.editions.tables import DESK, RecordEdition
from tracker.editorial.verbs import Refused
from tracker.models import Addressee, CitationUse, Measure, Recommendation, RecordKind, Relation, User, Version
from tracker.rules.vocabulary import RelationKind, StatementForm

COPIED = ("language", "made_by", "known_from", "made_in", "recommended_on", "corroboration", "target", "addressed", "due_on")
"""What a part has from the whole without anybody typing it: in what language it is worded, and who asked for it where and when."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a compound recommendation as a person describes it; ``keeps`` are those of the whole's addressees whom it is for."""

    reference: str
    short_title: str
    statement: str
    statement_form: StatementForm
    measure: Measure
    locator: str
    number: str = ""
    keeps: Iterable[Addressee] = field(default_factory=tuple)


def split(whole: Recommendation, parts: Iterable[Part], *, by: User, reason: str) -> list[Recommendation]:
    """Make a draft of each part, related to the whole as a part of it, with its themes and cited sources.

    Assessments and effects stay with the whole: what someone judged of it was not judged of its parts. ``Refused`` without parts or a reason,
    and where a reference is taken; then nothing is made.
    """
    parts = list(parts)
    if not reason.strip():
        raise Refused(_("Say why: it stands beside the change in the history."))
    if not parts:
        raise Refused(_("Describe at least one part."))
    if taken := taken_among([part.reference for part in parts]):
        raise Refused(_("%(references)s cannot be used: taken, or given twice.") % {"references": ", ".join(sorted(taken))})
    with transaction.atomic(using=DESK), pghistory.context(user=by.pk, reason=reason):
        whole = Recommendation.objects.select_for_update().get(pk=whole.pk)
        return [_make(whole, part, by) for part in parts]


def free_references(whole: Recommendation, count: int) -> list[str]:
    """References for parts, in the order of the parts: the whole's with 1, 2, 3 and so on, without those that are taken."""
    found: list[str] = []
    number = 0
    while len(found) < count:
        proposed = [f"{whole.reference}-{number + step}" for step in range(1, count + 1)]
        number += count
        taken = taken_among(proposed)
        found += [reference for reference in proposed if reference not in taken]
    return found[:count]


def taken_among(references: list[str]) -> set[str]:
    """Those that a recommendation has or had, at the desk or on the site, and those given twice."""
    known: Any = {"kind": RecordKind.RECOMMENDATION, "key__in": references}
    taken = set(Recommendation.objects.filter(reference__in=references).values_list("reference", flat=True))
    taken |= set(Version.objects.filter(**known).values_list("key", flat=True))
    taken |= set(RecordEdition.desk.filter(**known).values_list("key", flat=True))
    return taken | {reference for reference in references if references.count(reference) > 1}


def _make(whole: Recommendation, part: Part, by: User) -> Recommendation:
    made = Recommendation.objects.create(
        reference=part.reference, number=part.number, short_title=part.short_title, statement=part.statement, statement_form=part.statement_form,
        measure=part.measure, locator=part.locator, recorded_by=by, edited_by=by, **{name: getattr(whole, name) for name in COPIED},
    )  # fmt: skip
    made.themes.set(whole.themes.all())
    for addressee in part.keeps:
        if addressee.recommendation_id == whole.pk:
            Addressee.objects.create(recommendation=made, government=addressee.government, basis=addressee.basis, note=addressee.note)
    for use in whole.citation_uses.all():
        CitationUse.objects.create(recommendation=made, citation_id=use.citation_id, stance=use.stance)
    Relation.objects.create(recommendation=made, kind=RelationKind.SPLITS, other=whole)
    return made
