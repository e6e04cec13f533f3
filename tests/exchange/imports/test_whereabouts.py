"""Where the records of an import stand is found without reading a table whole for each of them."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from tests import builders
from tests.exchange.imports.conftest import rows
from tracker.editorial.verbs import approve, publish
from tracker.exchange.imports import Stands, counted, hand_in, run_apply, run_preview, stands_against_undo, whereabouts
from tracker.exchange.schema import BY_NAME
from tracker.models import Import, Recommendation, User

MANY = 40


@pytest.fixture
def batch(received: Callable[..., Import], by: User) -> Import:
    """Of many records, all of them published."""
    batch = received(rows(MANY))
    run_preview(batch, by=by)
    batch = run_apply(batch, by=by, reason="A test")
    publish(approve(hand_in(batch, by=by, reason="All").submission, by=builders.reviewer()), by=builders.reviewer())
    return batch


def asked_for_each(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The parts of a plan that ran once for each record."""
    for part in plan.get("Plans", ()):
        if part.get("Parent Relationship") == "SubPlan" and part["Actual Loops"] >= MANY:
            yield part
        yield from asked_for_each(part)


def test_one_thing_is_looked_up_for_each_record_by_its_index(batch: Import) -> None:
    placed = whereabouts._placed(batch, BY_NAME["recommendations"]).values_list("_stands").annotate(Count("pk"))
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # as the planner decides by itself where tables are large
        (whole,) = json.loads(placed.explain(analyze=True, format="json"))
    (part,) = asked_for_each(whole["Plan"])
    assert (part["Node Type"], part["Relation Name"]) == ("Index Scan", "record")
    assert counted(batch)[Stands.PUBLISHED] == whereabouts.count_of(batch)


def test_each_record_stands_where_it_stands(batch: Import) -> None:
    drafted, saved, edited, *_others = Recommendation.objects.order_by("pk")
    saved.save()
    edited.note = "Looked at."
    edited.save()
    Recommendation.objects.filter(pk=drafted.pk).update(reference="ANOTHER")
    names = [("recommendations", one.public_key, one.pk) for one in (drafted, saved, edited)]
    found = whereabouts.places(names)
    assert [found["recommendations", key].stands for _file, key, _pk in names] == [Stands.DRAFT, Stands.PUBLISHED, Stands.EDITED]
    counts = counted(batch)
    assert (counts[Stands.DRAFT], counts[Stands.EDITED]) == (1, 1)
    assert whereabouts.to_submit(counts) == 2


def test_what_stands_against_an_undo_is_found_by_the_rows_of_the_import(batch: Import) -> None:
    """However many rows other imports wrote: the order of the file is that of the rows of all."""
    with CaptureQueriesContext(connection) as queries:
        assert "was handed in since" in stands_against_undo(batch)
    assert not [each["sql"] for each in queries if 'ORDER BY "tracker_importedrow"."id"' in each["sql"]]
