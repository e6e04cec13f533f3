"""The record as the desk had it on a day, read back from the history: the same as was frozen then."""

import random
from typing import Any

from django.db import connection
from django.utils import timezone

from tests import builders
from tracker.editorial.freeze import MODELS, PREFETCH, Body, freeze, kind_of
from tracker.editorial.rebuild import body_at
from tracker.models import RecordKind


def body_of(record: Any) -> Body:
    """What the database holds now, frozen."""
    kind = kind_of(record)
    return freeze(MODELS[kind].objects.prefetch_related(*PREFETCH[kind]).get(pk=record.pk))


def test_every_state_that_a_record_had_can_be_read_back(desk: str) -> None:
    """All nouns, all parts, edited at random several times; the moment of each state gives that state."""
    from tests.editorial.test_thaw import disturb, fuller

    chance = random.Random(1)
    before = timezone.now()
    made = fuller()
    records = builders.publishables(made)
    seen = []
    for _round in range(3):
        seen.append((timezone.now(), {(kind_of(record), record.pk): body_of(record) for record in records}))
        for record in records:
            disturb(type(record).objects.get(pk=record.pk), chance)
    for moment, bodies in seen:
        for (kind, pk), body in bodies.items():
            assert body_at(kind, pk, moment) == body
    for kind, pk in seen[0][1]:
        assert body_at(kind, pk, before) is None


def test_shared_things_are_read_back_as_they_were(desk: str) -> None:
    """The wording of a passage, the name of a kind of measure, of a party and of a theme."""
    from tests.editorial.test_thaw import fuller

    made = fuller()
    moment = timezone.now()
    names = ("action", "recommendation", "assessment", "document")
    bodies = {name: body_of(made[name]) for name in names}
    for name, column in (("citation", "says"), ("measure", "name"), ("party", "name"), ("theme", "name"), ("document", "title")):
        type(made[name]).objects.filter(pk=made[name].pk).update(**{column: "Other"})
    for name in names:
        assert body_of(made[name]) != bodies[name]
        assert body_at(kind_of(made[name]), made[name].pk, moment) == bodies[name]


def test_a_deleted_record_is_found_up_to_its_end(desk: str) -> None:
    document = builders.document("DOC")
    body, pk, moment = body_of(document), document.pk, timezone.now()
    document.delete()
    assert body_at(RecordKind.DOCUMENT, pk, moment) == body
    assert body_at(RecordKind.DOCUMENT, pk, timezone.now()) is None


def test_a_record_of_many_parts_costs_as_many_queries_as_one_of_few(desk: str) -> None:
    """Whatever the number of rows."""
    from django.test.utils import CaptureQueriesContext

    paper = builders.document("PAPER")
    recommendation = builders.recommendation("REC", paper, to=())
    action = builders.action("ACT")

    def add(numbers: range) -> None:
        for number in numbers:
            addressee = recommendation.addressees.create(government=builders.government(f"G{number}"))
            action.effects.create(addressee=addressee, direction="fulfils", reasoning="Because.")
            builders.cite(action, builders.citation(paper, f"EV-{number}"))
            builders.cite(recommendation, builders.citation(paper, f"EW-{number}"))

    def cost() -> list[int]:
        found = []
        for record in (recommendation, action):
            with CaptureQueriesContext(connection) as queries:
                body_at(kind_of(record), record.pk, timezone.now())
            found.append(len(queries))
        return found

    add(range(2))
    few = cost()
    add(range(2, 20))
    assert cost() == few
    assert max(few) <= 18, few
