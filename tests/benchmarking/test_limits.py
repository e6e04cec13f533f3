"""The limit says what the pages say: each number that is asked for by hand is the page's own."""

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from tracker.benchmarking import limits
from tracker.benchmarking.asking import Choice, Published
from tracker.public.clocks import Clocks, read_clocks
from tracker.public.filters import AddresseeFilters
from tracker.public.summaries.dashboard import dashboard
from tracker.public.summaries.government import government_page
from tracker.public.summaries.matrix import Table
from tracker.public.summaries.recommendation import recommendation_page
from tracker.rules.lag import LIMITS
from tracker.rules.vocabulary import Earlier, FirstAction

Asked = tuple[Any, Published]


@pytest.fixture
def asked(generated: str) -> Iterator[Asked]:
    """A connection of the limits, and what there is to ask for."""
    with limits.connection() as over:
        yield over, Published.read(over, timezone.now().date())


def some(asked: Asked, number: int = 4) -> list[Choice]:
    return list(islice(asked[1].choices("a test"), number))


def clocks_of(day: dt.date, known: dt.datetime | None = None) -> Clocks:
    written = f"as_of={day}" + (f"&known={known.isoformat().replace('+', '%2B')}" if known else "")
    return read_clocks(QueryDict(written), now=timezone.now())


def api(path: str, query: Any) -> Any:
    answer = Client(SERVER_NAME="localhost").get(f"/api/v1/{path}", query)
    assert answer.status_code == 200
    return answer.json()


def clocked(choice: Choice, which: str, today: dt.date) -> tuple[dt.date, dt.datetime | None]:
    return (choice.day if which == "as_of" else today), (choice.known if which == "known" else None)


@pytest.mark.parametrize("which", ["today", "as_of", "known"])
def test_the_dashboard(asked: Asked, which: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all governments, of which the page shows those with most."""
    monkeypatch.setattr("tracker.public.summaries.dashboard.GOVERNMENTS", 10_000)
    over, published = asked
    for choice in some(asked, 2):
        day, known = clocked(choice, which, published.today)
        number, by_government, sources, effects, periods, lags, statuses, actions, editions = limits.answers(over, limits.dashboard(day, known))
        page = dashboard(clocks_of(day, known))
        assert number == [(page.recommendations,)]
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for code, _name, status, counted, *_more in by_government:
            counts[code][status] += counted
        assert {row.code: {str(item.status): item.count for item in row.distribution.held} for row in page.by_government} == {
            code: {status: count for status, count in held.items() if count} for code, held in counts.items()
        }
        named, *certainty = (sum(row[place] for row in by_government) for place in range(5, 12))
        assert named == page.named
        found = page.certainty
        assert certainty == [found.total, found.disputed, found.single_source, found.claimed, found.search_due, found.not_reviewed]
        assert {row.code: row.disputed for row in page.by_government} == {
            code: sum(row[4] for row in by_government if row[0] == code) for code in counts
        }
        assert {(row[1], row[2], tuple(sorted((row[4] or {}).items()))) for row in sources} == {
            (each.document.title, each.recommendations, tuple(sorted((str(item.status), item.count) for item in each.distribution.held)))
            for each in page.sources
        }
        by_order: Counter[str] = Counter()
        for _code, earlier, total, _in_place in effects:
            by_order[earlier] += total
        order = page.earlier
        assert (by_order["yes"], by_order["unknown"], by_order["no"]) == (order.earlier, order.order_unknown, order.later)
        assert sum(row[3] for row in effects) == order.in_place
        assert {code: total for code, earlier, total, _in_place in effects if earlier == Earlier.YES.value and code in counts} == {
            row.code: row.earlier for row in page.by_government if row.earlier
        }
        assert sum(row[3] for row in periods) >= page.distribution.total
        words = {-2: FirstAction.NONE, -1: FirstAction.UNCERTAIN, len(LIMITS): FirstAction.LATER, **{n: name for n, (_m, name) in enumerate(LIMITS)}}
        assert {words[place]: count for place, count in lags} == {each.word: each.count for each in page.lags if each.count}
        assert len(statuses) == len(page.latest_statuses)
        assert len(actions) == len(page.latest_actions)
        assert len(editions) == len(page.editions)


@pytest.mark.parametrize("number", range(6))
def test_lists_with_filters_and_every_facet(asked: Asked, number: int) -> None:
    for choice in some(asked):
        same_list(asked, choice, dict(choice.filters[:number]))


def test_lists_with_a_word(asked: Asked) -> None:
    for choice in some(asked):
        same_list(asked, choice, {}, word=choice.word)


@pytest.mark.parametrize("which", ["as_of", "known"])
def test_lists_by_the_clocks(asked: Asked, which: str) -> None:
    for choice in some(asked, 2):
        same_list(asked, choice, {}, which=which)


def same_list(asked: Asked, choice: Choice, filters: dict[str, str], *, word: str = "", which: str = "today") -> None:
    over, published = asked
    day, known = clocked(choice, which, published.today)
    query = (
        filters | ({"q": word} if word else {}) | ({"as_of": str(day)} if which == "as_of" else {}) | ({"known": known.isoformat()} if known else {})
    )
    (((recommendations, counted, page, facets),),) = limits.answers(over, limits.a_list(tuple(filters.items()), day, known, word))
    said = api("recommendations", query)
    assert recommendations == said["count"] > 0
    assert counted == api("addressees", query | {"counted": "yes"})["count"]
    assert [row["reference"] for row in page] == [row["reference"] for row in said["results"][: limits.PER_PAGE]]
    grammar = AddresseeFilters(QueryDict(mutable=True), clocks_of(day, known))
    assert set(limits.FACETS) == set(grammar.FACETS) - {"group", "recommendation", "first_action"}
    for name in limits.FACETS:
        own = {value: count for facet, value, count in facets if facet == name}
        assert own == {each["value"]: each["count"] for each in said["facets"][name] if each["count"]}, name


def test_a_recommendation(asked: Asked) -> None:
    over, published = asked
    for choice in some(asked):
        (((own, addressees, assessments, effects, actions, citations, documents, _translations, editions),),) = limits.answers(
            over, limits.recommendation(choice.reference, published.today)
        )
        page = recommendation_page(clocks_of(published.today), choice.reference)
        assert page
        assert own["statement"] == page.recommendation.statement
        standing = {row["government"] for row in addressees if row["valid_to"] is None or row["valid_to"] > str(published.today)}
        assert standing == set(page.governments)
        assert len(assessments or []) == sum(len(story.assessments) + len(story.others) for story in page.stories)
        assert {row["key"] for row in effects or []} == {item.effect.key for item in page.effects}
        assert {row["key"] for row in actions or []} == {item.action.key for item in page.effects}
        shown = {citation.citation for story in page.stories for citation in story.citations} | {each.citation for each in page.citations}
        assert shown <= {row["citation"] for row in citations}
        assert [row["key"] for row in documents] == [page.known_from.key if page.known_from else None]
        assert len(editions) == len(page.history)


def test_a_government(asked: Asked) -> None:
    over, published = asked
    for choice in some(asked):
        (((own, addressees, _assessments, actions, effects),),) = limits.answers(over, limits.government(choice.government, published.today))
        page = government_page(clocks_of(published.today), choice.government)
        assert page
        assert own["name"] == page.government.name
        assert {row["recommendation"] for row in addressees} == {row.recommendation for row in (*page.addressees, *page.not_counted)}
        assert {row["key"] for row in actions or []} == {action.key for action, _effects in page.actions}
        assert len(effects or []) == sum(len(found) for _action, found in page.actions)


def test_the_matrix(asked: Asked) -> None:
    over, published = asked
    tallies, ((number,),), rows = limits.answers(over, limits.matrix(published.today))
    clocks = clocks_of(published.today)
    page = Table(clocks, AddresseeFilters(QueryDict(), clocks).met).page()
    assert number == page.recommendations.total
    assert len({row[0] for row in tallies}) == page.governments.total
    by_status: Counter[str] = Counter()
    for _code, _name, status, count, _disputed in tallies:
        by_status[status] += count
    assert by_status == {str(item.status): item.count for item in page.distribution.held}
    assert {row[0]: row[4] for row in rows} == {row.line.key: {str(item.status): item.count for item in row.line.counts.held} for row in page.rows}
    cells = {(row[0], cell[0]): cell[1] for row in rows for cell in row[5] or []}
    assert cells == {(cell.recommendation, cell.government): str(cell.status) for row in page.rows for cell in row.cells if cell}
    assert {(row[0], code) for row in rows for code in row[6] or []} == page.earlier


def test_files(asked: Asked) -> None:
    over, published = asked
    client = Client(SERVER_NAME="localhost")
    csv = b"".join(client.get("/api/v1/addressees.csv").streaming_content)
    number = published.numbers["addressees today"]
    assert csv.count(b"\r\n") == limits.copied(over, "csv", published.today)[0] == number + 1
    assert api("addressees", {})["count"] == limits.copied(over, "json", published.today)[0] == number


def test_a_bare_copy_has_the_cells_of_the_file(asked: Asked) -> None:
    """But for replies, which it copies as they lie there, and the edition."""
    over, published = asked
    answer: Any = Client(SERVER_NAME="localhost").get("/api/v1/addressees.jsonl")
    said = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    over.ensure_connection()
    with over.connection.cursor() as cursor, cursor.copy(limits.bare_copy("json", published.today)) as copy:
        bare = [json.loads(line) for (line,) in _rows_of(copy)]
    other = {"replies": None, "site_edition": None}
    assert said and [row | other for row in bare] == [row | other for row in said]


def _rows_of(copy: Any) -> Any:
    copy.set_types(["text"])
    return copy.rows()


def test_two_runs_ask_the_same(asked: Asked) -> None:
    _over, published = asked
    again = list(islice(published.choices("list-1"), 5))
    assert list(islice(published.choices("list-1"), 5)) == again
    assert list(islice(published.choices("list-2"), 5)) != again
    assert len({choice.day for choice in again}) > 1
