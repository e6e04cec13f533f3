"""Rules that the database holds too: both say the same, over inputs nobody thought of."""

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import Func, TextField
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests import builders
from tracker.editions.tables import RecordEdition
from tracker.editorial.freeze import content_hash
from tracker.editorial.readiness import references
from tracker.models import RecordKind
from tracker.rules import evidence, searches
from tracker.rules.dates import PartialDate
from tracker.rules.nature import nature
from tracker.rules.vocabulary import Interest, Stance, Standing

MANY = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# Few different values, so that two bodies often share some of what they say.
scalars = st.sampled_from([None, "", " ", "a", "b", 0, 1, True, False])
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3), max_leaves=8)
dates = st.sampled_from([None, "2019", "2020", "2021-05"])
moves = st.lists(
    st.fixed_dictionaries({"before": dates, "after": dates, "moved_on": dates, "moved_by": st.sampled_from(["", "The ministry"])}), max_size=2
)
bodies = st.fixed_dictionaries(
    {"text": scalars},
    optional={"due_on": dates, "effective_on": dates, "deadline_moves": moves, "parts": st.lists(values, max_size=3), "whole": values},
)


@pytest.fixture(scope="module")
def compute(cluster: Any, empty_template: str) -> Any:
    """Asks a database for the value of an expression."""
    from tests.conftest import copy_of

    with copy_of(cluster, empty_template) as name, cluster.connect("owner", name) as connected:
        yield lambda expression, parameters: connected.execute(f"SELECT {expression}", parameters).fetchone()[0]


@MANY
@given(before=st.none() | bodies, after=bodies, withdrawn=st.booleans(), forwards_to=st.sampled_from(["", "OTHER"]))
@example(before={"text": "a", "due_on": "2019"}, after={"text": "a", "due_on": "2020", "deadline_moves": []}, withdrawn=False, forwards_to="")
def test_both_see_the_same_nature_in_two_bodies(compute: Any, before: Any, after: Any, withdrawn: bool, forwards_to: str) -> None:
    written = None if before is None else json.dumps(before)
    said = compute("editions.nature(%s::jsonb, %s::jsonb, %s, %s)", [written, json.dumps(after), withdrawn, forwards_to])
    assert said == nature(before, after, withdrawn=withdrawn, forwards_to=forwards_to)


dated = st.fixed_dictionaries({}, optional={"due_on": dates, "effective_on": dates})


@MANY
@given(
    body=st.dictionaries(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
        values | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    )
)
def test_both_hash_a_body_alike(compute: Any, body: Any) -> None:
    assert compute("editions.content_hash(%s::jsonb)", [json.dumps(body)]) == content_hash(body)


@MANY
@given(body=bodies, when=dated, change=st.dictionaries(st.sampled_from(["text", "parts", "whole"]), values, max_size=2), moved=moves)
def test_and_in_a_body_that_was_edited(compute: Any, body: Any, when: Any, change: Any, moved: Any) -> None:
    after = body | when | change | {"deadline_moves": [*moved, *body.get("deadline_moves", ())]}
    assert compute("editions.nature(%s::jsonb, %s::jsonb, false, '')", [json.dumps(body), json.dumps(after)]) == nature(body, after)


def moved(before: str, after: str, by: str = "The inquiry") -> dict[str, str]:
    return {"before": before, "after": after, "moved_on": "2020", "moved_by": by}


DATED: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    # A status without a date holds from the recommendation's.
    ({"effective_on": None}, {"effective_on": "2024-05-01"}, "corrected"),
    ({"effective_on": "2024-05-01"}, {"effective_on": None}, "corrected"),
    ({"effective_on": None}, {"effective_on": None, "note": "More."}, "added_to"),
    # The ledger tells of the move that was made, and of it alone.
    ({"due_on": "2021"}, {"due_on": "2022", "deadline_moves": [moved("2021", "2022")]}, "added_to"),
    ({"due_on": "2021"}, {"due_on": "2023", "deadline_moves": [moved("2021", "2022"), moved("2022", "2023")]}, "added_to"),
    ({"due_on": "2021"}, {"due_on": "2030", "deadline_moves": [moved("2021", "2022")]}, "corrected"),
    ({"due_on": "2021"}, {"due_on": "2022", "deadline_moves": [moved("2021", "2022", by="")]}, "corrected"),
    ({"due_on": "2021", "deadline_moves": [moved("2021", "2022")]}, {"due_on": "2022", "deadline_moves": [moved("2021", "2022")]}, "corrected"),
]


@pytest.mark.parametrize(("before", "after", "expected"), DATED)
def test_both_see_a_date_that_was_rewritten(compute: Any, before: dict[str, Any], after: dict[str, Any], expected: str) -> None:
    assert nature(before, after) == expected
    assert compute("editions.nature(%s::jsonb, %s::jsonb, false, '')", [json.dumps(before), json.dumps(after)]) == expected


uses = st.lists(st.tuples(st.sampled_from(["EV-1", "EV-2", "EV-3"]), st.sampled_from(Stance)), max_size=3)


@MANY
@given(own=uses, actions=st.lists(st.tuples(uses, uses), max_size=3))
def test_both_find_a_status_supported_by_the_same_citations(compute: Any, own: Any, actions: Any) -> None:
    def cited(taken: Any) -> list[dict[str, str]]:
        return [{"key": key, "document": "DOC", "stance": stance} for key, stance in taken]

    verdict = {"citations": cited(own)}
    bodies = [{"citations": cited(taken), "parties": [{"citations": cited(of_party)}]} for taken, of_party in actions]
    for body in (verdict, *bodies):
        bearing = {(citation["key"], citation["document"], citation["stance"]) for citation in evidence.bearing_on(body)}
        sql = "(SELECT json_agg(json_build_array(citation, document, stance)) FROM editions.bearing_on(%s::jsonb))"
        assert {tuple(use) for use in compute(sql, [json.dumps(body)]) or ()} == bearing
    named = [[evidence.Use(each["key"], Stance(each["stance"]), Interest.PRESS, "A paper") for each in evidence.bearing_on(body)] for body in bodies]
    supports = evidence.weigh([evidence.Use(key, stance, Interest.PRESS, "A paper") for key, stance in own], dict(enumerate(named))).supports  # type: ignore[arg-type]
    assert compute("editions.supported(%s::jsonb, %s::jsonb[])", [json.dumps(verdict), [json.dumps(body) for body in bodies]]) == bool(supports)


@settings(max_examples=200, deadline=None)
@given(day=st.dates(dt.date(1900, 1, 1), dt.date(2200, 1, 1)), length=st.sampled_from([4, 7, 10]))
@example(day=dt.date(2024, 2, 29), length=10)
@example(day=dt.date(2024, 2, 1), length=7)
def test_both_find_a_search_due_on_the_same_day(compute: Any, day: dt.date, length: int) -> None:
    written = day.isoformat()[:length]
    assert compute("editions.search_due_on(%s)", [written]) == searches.due_again(PartialDate(written))


def test_the_database_knows_every_legal_status(desk: str) -> None:
    """Its list of them is written out in guards.sql."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE oid = 'editions.lacking'::regproc")
        source = cursor.fetchone()[0]
    (listed,) = re.findall(r"'standing'.*?ARRAY\[(.*?)\]", source, re.DOTALL)
    assert re.findall(r"'(\w+)'", listed) == [standing.value for standing in Standing]


def test_what_is_computed_is_what_is_stored(casefile_desk: str) -> None:
    """Everything that came with the software was first published, and nothing else happened to it."""
    assert set(RecordEdition.desk.values_list("nature", flat=True)) == {"first"}


@pytest.mark.parametrize("held", ["the case files", "one of everything"])
def test_both_find_the_same_keys_in_a_body(request: pytest.FixtureRequest, held: str) -> None:
    if held == "the case files":
        request.getfixturevalue("published")
    else:
        request.getfixturevalue("desk")
        builders.put_out(*builders.publishables(builders.everything()))
    said = Func("body", function="editions.refers_to", output_field=ArrayField(TextField()))
    for kind, body, found in RecordEdition.objects.annotate(said=said).values_list("kind", "body", "said"):
        assert set(found or ()) == {key for _kind, key in references(RecordKind(kind), body)}
