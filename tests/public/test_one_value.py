"""A parameter that takes one value is not given two: no page, file or answer silently takes one of them."""

import html
import itertools
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tracker.public.clocks import BadFilter, one_value

CLOCKED = (
    "/", "/recommendations/", "/recommendations/MQ-1/", "/recommendations/MQ-1/AL/", "/governments/AL/", "/governments/AL/brief/",
    "/documents/WP-MQ/", "/actions/BE-2021-JUD/", "/effects/", "/citations/", "/matrix/", "/timeline/", "/map/", "/compare/", "/changes/",
    "/corrections/",
    "/search/?q=expel", "/methodology/", "/data/", "/about/", "/accessibility/", "/share/status/MQ-1/AL/", "/embed/status/MQ-1/AL/",
    "/api/v1/", "/api/v1/actions", "/api/v1/actions.json", "/api/v1/actions.csv", "/api/v1/matrix.json", "/api/v1/matrix.csv",
    "/feeds/changes.atom", "/cite/recommendation/MQ-1.bib", "/sitemap.xml",
)  # fmt: skip
"""One address of each kind: all have both clocks."""
TWICE = [
    *(
        (path, name, one, other)
        for path in CLOCKED
        for name, one, other in (("as_of", "2020-01-01", "2021-01-01"), ("known", "edition-1", "edition-2"))
    ),
    *((f"/api/v1/recommendations{ending}", "sort", "reference", "-reference") for ending in ("", ".json", ".csv")),
    ("/recommendations/", "sort", "reference", "-recommended_on"),
    ("/matrix/", "sort", "title", "-title"),
    ("/api/v1/matrix.csv", "shape", "long", "wide"),
    *(("/matrix/", name, one, other) for name, one, other in (("rows", "governments", "recommendations"), ("group_on", "2019-01-01", "2020-01-01"))),
    *(
        (path, "page", "1", "2")
        for path in ("/actions/", "/changes/", "/corrections/", "/timeline/", "/matrix/", "/search/?q=iran", "/api/v1/actions")
    ),
    ("/feeds/changes.atom", "page", "2", "1"),
    ("/map/", "region", "world", "europe"),
    ("/map/", "eu", "body", "members"),
    ("/compare/?government=AL", "with_government", "FR", "BE"),
    ("/compare/", "with_as_of", "2020-01-01", "2021-01-01"),
    ("/compare/", "with_known", "edition-1", "edition-2"),
    ("/cite/recommendation/MQ-1.bib", "language", "fr", "en"),
]


@pytest.mark.parametrize(("path", "name", "one", "other"), TWICE, ids=lambda value: str(value))
def test_a_parameter_that_takes_one_value_is_refused_two(published: str, path: str, name: str, one: str, other: str) -> None:
    for pair in itertools.permutations((one, other)):
        twice = "&".join(f"{name}={value}" for value in pair)
        answer: Any = Client().get(f"{path}{'&' if '?' in path else '?'}{twice}")
        assert answer.status_code == 400, (path, twice)
        if path.startswith("/embed/"):
            continue  # a frame has no room for a reason
        sentence = f"{name} takes one value; this address gives 2: “{pair[0]}”, “{pair[1]}”."
        if answer["Content-Type"] == "application/problem+json":
            assert (answer.json()["filter"], answer.json()["detail"]) == (name, sentence)
        else:
            assert sentence in html.unescape(answer.content.decode())


def test_said_twice_or_left_empty_it_is_one_value_still(published: str) -> None:
    once = Client().get("/api/v1/actions?as_of=2020-01-01").json()
    for query in ("as_of=2020-01-01&as_of=2020-01-01", "as_of=2020-01-01&as_of=", "as_of=&as_of=+2020-01-01"):
        answer = Client().get(f"/api/v1/actions?{query}").json()
        assert (answer["as_of"], answer["results"]) == (once["as_of"], once["results"])


def test_filters_that_take_several_values_go_on_doing_so(published: str) -> None:
    counts = [
        Client().get(f"/api/v1/addressees?{query}").json()["count"] for query in ("government=AL", "government=FR", "government=AL&government=FR")
    ]
    assert counts[0] + counts[1] == counts[2] > max(counts[:2]) > 0


@given(st.lists(st.text("ab ", max_size=3), max_size=5))
def test_one_value_is_what_all_that_say_something_say(values: list[str]) -> None:
    parameters = QueryDict(mutable=True)
    parameters.setlist("x", values)
    said = {value.strip() for value in values} - {""}
    if len(said) > 1:
        with pytest.raises(BadFilter) as refused:
            one_value(parameters, "x")
        assert refused.value.name == "x" and "x takes one value" in refused.value.sentence
    else:
        assert one_value(parameters, "x") == next(iter(said), "")
