"""A record that is not here on a day or in an edition says since when it is, and leads there; of what never was public nothing is said."""

import datetime as dt
import html
import re
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import builders

QUESTIONS = 5
"""At most, beside those of the page that was asked for: the record's editions, where it is, the edition read, and the number of one asked for."""


def answer(path: str) -> Any:
    return Client(SERVER_NAME="localhost").get(path)


def told(response: Any) -> str:
    """The words of the page, on one line."""
    main = re.search(r"<main.*</main>", response.content.decode(), re.DOTALL)
    assert main
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", main[0])))


def links(response: Any) -> list[str]:
    main = re.search(r"<main.*</main>", response.content.decode(), re.DOTALL)
    assert main
    return [html.unescape(address) for address in re.findall(r'<a href="([^"]+)"', main[0])]


@pytest.mark.parametrize(
    ("path", "sentence", "there"),
    [
        ("/recommendations/MQ-1/", "MQ-1 is on this site, but not as of 1 January 2018: its date is February 2019. A month or a year", "2019-02-28"),
        ("/recommendations/TRC-1/", "TRC-1 was not there yet", None),
        ("/actions/BE-2021-JUD/", "BE-2021-JUD is on this site, but not as of 1 January 2018: its date is 4 February 2021.", "2021-02-04"),
        ("/recommendations/MQ-1/AL/", "MQ-1 (Albania) is on this site, but not as of 1 January 2018: its date is 28 February 2019.", "2019-02-28"),
        ("/share/status/MQ-1/AL/", "MQ-1 (Albania) was not there yet", "2019-02-28"),
        ("/share/row/MQ-1/", "MQ-1 was not there yet", "2019-02-28"),
    ],
)
def test_a_day_on_which_it_did_not_exist(published: str, path: str, sentence: str, there: str | None) -> None:
    day = "2018-01-01" if there else "2000-01-01"
    page = answer(f"{path}?as_of={day}&x=1")
    assert page.status_code == 404
    assert sentence in told(page)
    first, today = links(page)[:2]
    assert today == f"{path}?x=1"
    if there:
        assert first == f"{path}?x=1&as_of={there}"
    assert [answer(address).status_code for address in (first, today)] == [200, 200]
    eve = re.sub(r"(\d+)$", lambda found: f"{int(found[1]) - 1:02}", re.search(r"as_of=([\d-]+)", first)[1])  # type: ignore[index]
    assert answer(f"{path}?as_of={eve}").status_code == 404, "the first day is the first"


@pytest.mark.parametrize("path", ["/recommendations/TRC-1/", "/recommendations/TRC-1/CA/", "/documents/TRC-2015/", "/documents/TRC-2015/brief/"])
def test_an_edition_in_which_it_was_not(published: str, path: str) -> None:
    page = answer(f"{path}?known=edition-1")
    assert page.status_code == 404
    assert "is not in edition 1 of this site. It came with edition 2, published" in told(page)
    first, today = links(page)[:2]
    assert first.startswith(f"{path}?as_of=") and first.endswith("&known=edition-2")
    assert today == path
    assert [answer(address).status_code for address in (first, today)] == [200, 200]


def test_neither_the_day_nor_the_edition(published: str) -> None:
    page = answer("/recommendations/TRC-1/?as_of=2000-01-01&known=edition-1")
    assert "is not in edition 1" in told(page) and "not as of 1 January 2000: its date is" in told(page)
    assert answer(links(page)[0]).status_code == 200
    assert "known=edition-2" in links(page)[0] and "as_of=2000" not in links(page)[0]


@pytest.mark.parametrize(
    "path",
    ["/recommendations/NO-1/", "/recommendations/NO-1/AL/", "/recommendations/MQ-1/ZZ/", "/actions/NONE/", "/documents/NONE/", "/governments/ZZ/"],
)
@pytest.mark.parametrize("clocks", ["", "?as_of=2018-01-01", "?known=edition-1"])
def test_of_what_never_was_nothing_is_said(published: str, path: str, clocks: str) -> None:
    page = answer(path + clocks)
    assert page.status_code == 404
    assert "There is no such page" in told(page)
    assert not re.search("is on this site, but|It came with edition|was not there yet", told(page))


def test_programs_are_told_as_before_and_frames_stay_small(published: str) -> None:
    cited = answer("/cite/recommendation/MQ-1.bib?as_of=2018-01-01")
    assert (cited.status_code, cited["Content-Type"]) == (404, "application/problem+json")
    framed = answer("/embed/status/MQ-1/AL/?as_of=2018-01-01")
    assert framed.status_code == 404
    assert "Not on this site" in framed.content.decode() and "masthead" not in framed.content.decode()


def test_it_says_so_in_the_readers_language(published: str) -> None:
    page = answer("/fr/recommendations/MQ-1/AL/?as_of=2018-01-01")
    assert page.status_code == 404
    assert "Albanie" in told(page)
    assert links(page)[0] == "/fr/recommendations/MQ-1/AL/?as_of=2019-02-28"


@pytest.mark.parametrize("path", ["/recommendations/MQ-1/?as_of=2018-01-01", "/recommendations/TRC-1/CA/?as_of=2000-01-01&known=edition-1"])
def test_it_asks_little(published: str, path: str) -> None:
    with CaptureQueriesContext(connections["public"]) as asked:
        assert answer(path).status_code == 404
    whole = len(asked)
    with CaptureQueriesContext(connections["public"]) as asked:
        assert answer(re.sub("MQ-1|TRC-1", "NO-1", path)).status_code == 404
    assert whole <= len(asked) + 1, "not more than of a record that there is not, but for the row that says where"
    assert whole <= 2 * QUESTIONS


def test_what_was_taken_off_is_told_as_such_and_what_was_taken_down_not_at_all(desk: str) -> None:
    """A withdrawn record was there in an edition between; of one that was taken down not even that it came is said on the days before."""
    paper = builders.document("PAPER", published_on="2019-01-01")
    builders.put_out(paper)
    made = {key: builders.recommendation(key, paper) for key in ("WITHDRAWN", "DOWN", "STAYS")}
    for record in made.values():
        builders.cite(record, builders.citation(paper, f"EV-{record.reference}"))
    builders.put_out(*made.values())
    builders.taken_off(made["WITHDRAWN"], reason="a mistake")
    builders.taken_down(made["DOWN"], reason="an order")
    for path in ("/recommendations/WITHDRAWN/", "/recommendations/STAYS/AL/"):
        page = answer(f"{path}?known=edition-1")
        assert page.status_code == 404
        assert "It came with edition 2" in told(page)
        assert answer(links(page)[0]).status_code == 200
    assert answer("/recommendations/WITHDRAWN/").status_code == 410
    for path in ("/recommendations/DOWN/", "/recommendations/DOWN/AL/"):
        early = answer(f"{path}?known=edition-1")
        assert early.status_code == 404
        assert "There is no such page" in told(early)
        assert [answer(f"{path}{query}").status_code for query in ("", "?known=edition-2", "?as_of=2000-01-01")] == [451, 451, 451]


def test_a_day_that_has_not_come_is_not_led_to(desk: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record dated a year that is not over counts from its last day: no page has it yet."""
    year = timezone.now().year
    paper = builders.document("PAPER", published_on="2019-01-01")
    made = builders.recommendation("THIS-YEAR", paper, recommended_on=str(year))
    builders.cite(made, builders.citation(paper, "EV-1"))
    builders.put_out(paper, made)
    monkeypatch.setattr(timezone, "now", lambda: dt.datetime(year, 1, 15, tzinfo=dt.UTC))
    page = answer("/recommendations/THIS-YEAR/")
    assert page.status_code == 404
    assert f"its date is {year}. A month or a year counts from its last day, so it is shown from 31 December {year} on." in told(page)
    assert [address for address in links(page) if "THIS-YEAR" in address] == []
