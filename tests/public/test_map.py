"""The map: its shapes, its classes, and that its counts are the plain counts."""

import csv
import re
from collections import Counter

import pytest
from django.conf import settings
from django.db import connections
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tracker.editions.tables import AddresseeEdition
from tracker.public import world
from tracker.public.summaries.world_map import CLASSES, uptake_class
from tracker.public.world import making

LONGITUDES, LATITUDES = st.floats(-180, 180), st.floats(-90, 90)


def states() -> set[str]:
    codes = set()
    for file in (settings.BASE_DIR / "tracker" / "casefiles").rglob("*.csv"):
        with file.open() as lines:
            reader = csv.DictReader(lines)
            if {"code", "kind"} <= set(reader.fieldnames or ()):
                codes |= {row["code"] for row in reader if row["kind"] == "state"}
    return codes


def test_every_state_of_the_case_files_has_a_shape_or_a_dot():
    assert states()
    drawing = world.drawing("world")
    assert not [code for code in states() if code not in drawing.shapes and code not in drawing.small]


@pytest.mark.parametrize("region", world.REGIONS)
def test_every_point_lies_in_its_drawing(region):
    drawing = world.drawing(region)
    for x, y in drawing.points.values():
        assert 0 <= x <= drawing.width
        assert 0 <= y <= drawing.height
    assert drawing.small <= set(drawing.points)
    assert drawing.unassigned
    assert "XK" not in drawing.shapes


@given(LONGITUDES, LATITUDES)
def test_equal_earth_keeps_within_its_frame_and_mirrors(longitude, latitude):
    x, y = making.equal_earth(longitude, latitude)
    assert abs(x) <= making.equal_earth(180, 0)[0] + 1e-9
    assert making.equal_earth(-longitude, -latitude) == pytest.approx((-x, -y))
    assert abs(y) <= abs(making.equal_earth(0, 90)[1]) + 1e-9


@given(LATITUDES, LATITUDES)
def test_north_stays_above_south(one, other):
    if one - other > 1e-6:
        assert making.equal_earth(0, one)[1] < making.equal_earth(0, other)[1]


def test_the_middle_of_europe_lies_at_its_origin():
    assert making.lambert(10, 52) == pytest.approx((0, 0))


@given(st.floats(100, 179), st.floats(1, 60), st.floats(-60, 60))
def test_a_ring_over_180_is_cut_into_parts_that_keep_its_area(west, wide, south):
    ring = [(west, south), (west + wide, south), (west + wide, south + 5), (west, south + 5)]
    wrapped = [(x - 360 if x > 180 else x, y) for x, y in ring]
    parts = making.cut_at_180(wrapped)
    assert all(-180 <= x <= 180 for part in parts for x, _y in part)
    assert sum(abs(making.area(part)) for part in parts) == pytest.approx(wide * 5)


@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=3, max_size=12))
def test_what_is_clipped_lies_in_the_box(ring):
    for x, y in making.clipped(ring, (-10, -20, 30, 40)):
        assert -10 - 1e-6 <= x <= 30 + 1e-6
        assert -20 - 1e-6 <= y <= 40 + 1e-6


@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=2, max_size=20), st.floats(0.1, 10))
def test_a_simplified_line_keeps_its_ends_and_its_order(line, tolerance):
    kept = making.simplified(line, tolerance, lambda x, y: (x, y))
    assert (kept[0], kept[-1]) == (line[0], line[-1])
    rest = iter(line)
    assert all(point in rest for point in kept)


def test_steps_of_a_path_keep_their_whole_numbers():
    assert making.path([[(0, 0), (10.5, 0), (10.5, 0.5), (0, 20.3)]]) == "M0 0l10.5 0 0 .5-10.5 19.8z"


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_a_class_of_uptake_says_no_more_than_its_numbers(taken, unknown, others):
    counted = taken + unknown + others
    if not counted:
        with pytest.raises(ValueError):
            uptake_class(taken, unknown, counted)
        return
    found = uptake_class(taken, unknown, counted)
    assert found in CLASSES
    assert (found == "unassessed") == (unknown == counted)
    assert (found == "all") == (taken == counted)
    if found in ("half", "some"):
        assert (found == "half") == (taken / counted >= 0.5)


def test_the_counts_of_a_recommendations_map_are_the_plain_counts(published, client):
    response = client.get("/map/?recommendation=MQ-1")
    assert response.status_code == 200
    drawn = response.context["map"]
    rows = AddresseeEdition.objects.filter(recommendation="MQ-1", counted=True, known_to=None).true_on(response.context["clocks"].as_of)
    assert {fill: len(codes) for fill, codes in drawn.fills.items()} == dict(Counter(str(row.status) for row in rows))
    assert drawn.total == rows.count() == len(drawn.places) + bool(drawn.body)


def test_the_uptake_of_a_document_is_the_plain_count(published, client):
    response = client.get("/map/?document=WP-MQ")
    drawn = response.context["map"]
    places = [*drawn.places, *([drawn.body] if drawn.body else [])]
    rows = AddresseeEdition.objects.filter(documents__contains=["WP-MQ"], counted=True, known_to=None).true_on(response.context["clocks"].as_of)
    assert sum(place.counted for place in places) == rows.count()
    taken = rows.filter(status__in=["implemented", "partially_implemented"])
    assert {place.code: place.taken_up for place in places if place.taken_up} == dict(Counter(row.government for row in taken))


def test_members_are_painted_through_the_eu_only_on_request(published, client):
    plain, asked = (client.get(f"/map/?document=WP-MQ{more}") for more in ("", "&eu=members"))
    assert not plain.context["map"].members
    members = asked.context["map"].members
    own = {place.code for place in asked.context["map"].places}
    assert asked.context["map"].body, "the case has counted addressees of the Union as a body"
    assert len(members) > 5
    assert "A body’s status is not its members’" in asked.text
    assert "A body’s status is not its members’" not in plain.text
    assert own and not own & {place.code for place in members}
    assert asked.context["map"].fills == plain.context["map"].fills


def test_a_map_without_a_choice_shows_a_document(published, client):
    response = client.get("/map/")
    assert response.status_code == 200
    assert response.context["document"]


@pytest.mark.parametrize("query", ["region=mars", "eu=all", "document=NONE", "recommendation=MQ-1&recommendation=MQ-2"])
def test_a_bad_choice_is_named(published, client, query):
    response = client.get(f"/map/?{query}")
    assert response.status_code == 400
    assert query.split("=")[0] in response.text


def test_a_map_of_a_past_day_tells_nothing_of_a_later_one(published, client):
    assert client.get("/map/?document=WP-MQ&as_of=2018-01-01").context["map"].total == 0


def test_a_map_asks_a_fixed_number_of_questions(published, client):
    """The same of few rows and of many, and twelve at most: clocks, filters and their words, addressees, governments, the choices."""
    numbers = {}
    for query in ("recommendation=MQ-1", "recommendation=BA-1", "document=WP-MQ", "document=TRC-2015"):
        with CaptureQueriesContext(connections["public"]) as asked:
            assert client.get(f"/map/?{query}").status_code == 200
        numbers[query] = len(asked)
    assert numbers["recommendation=MQ-1"] == numbers["recommendation=BA-1"]
    assert numbers["document=WP-MQ"] == numbers["document=TRC-2015"]
    assert 3 < max(numbers.values()) <= 12


def rings(path: str) -> list[list[tuple[float, float]]]:
    """The rings of a path as the drawing holds it."""
    found = []
    for part in path.split("z")[:-1]:
        x, y, *steps = (float(number) for number in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", part))
        ring = [(x, y)]
        for dx, dy in zip(steps[::2], steps[1::2], strict=True):
            x, y = x + dx, y + dy
            ring.append((x, y))
        found.append(ring)
    return found


def test_crimea_is_painted_for_nobody():
    """The source draws it with Russia; here it is drawn with what has no code."""
    edge, top = making.equal_earth(180, 0)[0], making.equal_earth(0, 84)[1]
    x, y = making.equal_earth(34.1, 45.1)
    drawing = world.drawing("world")
    there = ((x + edge) * drawing.width / (2 * edge), (y - top) * drawing.width / (2 * edge))
    assert any(making.holds(ring, there) for ring in rings(drawing.unassigned))
    assert not any(making.holds(ring, there) for path in drawing.shapes.values() for ring in rings(path))
