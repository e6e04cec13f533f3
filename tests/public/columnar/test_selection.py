"""What is counted in memory is what the database's rows say: every filter, any of them together, both clocks, and after every kind of change."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.db.models import Q
from django.http import QueryDict
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import builders
from tests.conftest import copy_of, pointing_at
from tests.public.conftest import Retold
from tracker.editions.tables import AddresseeEdition, RecommendationEdition, SiteEdition
from tracker.editorial.erasing import erase
from tracker.public import servers
from tracker.public.clocks import Clocks
from tracker.public.columnar import Read, addressees_at, keeping, rows_at
from tracker.public.columns import RECOMMENDATIONS
from tracker.public.facets import facets
from tracker.public.filters import AddresseeFilters
from tracker.public.filters.grammar import GRAMMARS, Grammar
from tracker.public.summaries.lists import InOrder

FIRST, LAST = dt.date(2018, 1, 1), dt.date(2026, 1, 1)


def at(day: dt.date, known: dt.datetime | None = None) -> Clocks:
    return Clocks(day, known, dt.date(2030, 1, 1), known.isoformat() if known else "")


def asked(clocks: Clocks, given: dict[str, list[str]], grammar: type[Grammar] = AddresseeFilters) -> Any:
    parameters = QueryDict(mutable=True)
    for name, values in given.items():
        parameters.setlist(name, values)
    return grammar(parameters, clocks)


def ids(rows: Any) -> list[int]:
    return sorted(rows.values_list("id", flat=True))


def values_of(clocks: Clocks, name: str, grammar: type[Grammar] = AddresseeFilters, most: int = 1000) -> list[str]:
    """Values of a filter, one that gives nothing on most days among them."""
    if name == "q":
        return ["expel OR close", "paper"]
    if name == "edition":
        return ["1", "2"]
    declared = grammar(QueryDict(), clocks).filters[name]
    return ["2015", "2019", str(clocks.today.year)] if name == "year" else list(declared.labels(clocks))[:most]


def read(name: str, values: list[str]) -> list[Any]:
    """Values as the filter's form reads them."""
    return [int(value) for value in values] if name in ("year", "edition") else values


@pytest.fixture(scope="module")
def themed_database(cluster: Any, casefiles_template: str, django_db_blocker: Any) -> Iterator[Retold]:
    """The case files, then two of their recommendations under themes, then another title of one of them."""
    with copy_of(cluster, casefiles_template) as name:
        with django_db_blocker.unblock(), pointing_at(name):
            from tracker.models import Recommendation, Theme

            themes = [Theme.objects.create(key=key, name=key.title()) for key in ("proxies", "missions")]
            touched = list(Recommendation.objects.filter(reference__in=["MQ-1", "MQ-2"]))
            for number, recommendation in enumerate(touched, 1):
                recommendation.themes.set(themes[:number])
            between = builders.put_out(*touched).published_at
            Recommendation.objects.filter(reference="MQ-1").update(short_title="Another title")
            builders.put_out(Recommendation.objects.get(reference="MQ-1"))
        yield Retold(name, between)


@pytest.fixture
def themed(themed_database: Retold, django_db_blocker: Any) -> Iterator[Retold]:
    with django_db_blocker.unblock(), pointing_at(themed_database.name):
        yield themed_database


@pytest.mark.parametrize(("grammar", "name"), [(grammar, name) for grammar in GRAMMARS for name in grammar.base_filters], ids=str)
@pytest.mark.parametrize("day", ["2019-06-01", "2023-06-30"])
def test_every_value_of_every_filter_chooses_the_rows_that_a_query_gives(themed: Retold, grammar: type[Grammar], name: str, day: str) -> None:
    clocks = at(dt.date.fromisoformat(day))
    values = values_of(clocks, name, grammar, most=5)
    assert values
    for value in values:
        filters = asked(clocks, {name: [value]}, grammar)
        assert sorted(filters.met.ids.tolist()) == ids(filters.rows()), value
        assert sorted(filters.every.ids.tolist()) == ids(filters.queryset)
    several = asked(clocks, {name: values[:3]}, grammar)
    assert sorted(several.met.ids.tolist()) == ids(several.rows())


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_facets_of_any_filters_at_any_clocks_are_plain_counts(themed: Retold, data: st.DataObject) -> None:
    clocks = at(data.draw(st.dates(FIRST, LAST)), data.draw(st.sampled_from([None, themed.between])))
    grammar = data.draw(st.sampled_from([AddresseeFilters, *GRAMMARS]))
    names = data.draw(st.lists(st.sampled_from(sorted(set(grammar.base_filters) - {"q"})), max_size=4, unique=True))
    given = {}
    for name in names:
        values = values_of(clocks, name, grammar)
        given[name] = data.draw(st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)) if values else []
    counting, among = "id", Q()
    if grammar is AddresseeFilters:
        counting, among = data.draw(st.sampled_from([("recommendation", Q()), ("id", Q(counted=True))]))
    filters = asked(clocks, given, grammar)
    for facet in facets(filters, counting=counting, among=among, most=1000):
        declared = filters.filters[facet.name]
        told = {value.value: value.count for value in facet.values}
        plain = {}
        for value in {*values_of(clocks, facet.name, grammar), *told}:
            rows = declared.filter(filters.rows(without=facet.name).filter(among), read(facet.name, [value]))
            plain[value] = rows.order_by().values(counting).distinct().count()
        assert told == {value: number for value, number in plain.items() if number or value in given.get(facet.name, ())}, facet.name
        assert facet.total == sum(1 for number in plain.values() if number), facet.name


@pytest.mark.parametrize("sort", ["", *RECOMMENDATIONS.sorts, *(f"-{name}" for name in RECOMMENDATIONS.sorts)])
@pytest.mark.parametrize("given", [{}, {"government": ["BE", "FR"], "status": ["no_evidence", "not_assessed"]}], ids=["all", "filtered"])
def test_a_list_stands_in_the_order_of_its_files(published: str, sort: str, given: dict[str, list[str]]) -> None:
    clocks = at(dt.date(2023, 6, 30))
    parameters = QueryDict(f"sort={sort}" if sort else "")
    filters = asked(clocks, given)
    listed = InOrder(filters, RECOMMENDATIONS.keys(parameters))
    files = RECOMMENDATIONS.queryset(clocks, filters, parameters)
    assert [row.reference for row in listed[:]] == list(files.values_list("reference", flat=True))
    assert len(listed) == files.count() > 2
    assert listed[1].reference == listed[:][1].reference


def _state(clocks: Clocks) -> dict[str, Any]:
    """What is counted in memory, beside the same from the database."""
    here, said = addressees_at(clocks), rows_at(AddresseeEdition, clocks, Read.GIVEN)
    rows = clocks.rows(AddresseeEdition)
    assert sorted(here.ids.tolist()) == ids(rows)
    assert sorted(said.ids.tolist()) == ids(clocks.said(AddresseeEdition))
    references = set(rows.values_list("recommendation", flat=True))
    assert set(here.counts("recommendation", here.all)) == references == set(clocks.rows(RecommendationEdition).values_list("reference", flat=True))
    counts: dict[str, Any] = {}
    for name in ("status", "government", "government_name", "short_title", "measure"):
        plain: dict[str | None, int] = {}
        for value in rows.values_list(name, flat=True):
            plain[value] = plain.get(value, 0) + 1
        counts[name] = here.counts(name, here.all)
        assert counts[name] == {value: number for value, number in plain.items() if value is not None}, name
    return counts


def test_each_change_is_read_on_from_the_last(desk: str, today: dt.date) -> None:
    """A publication, a correction, another status, a withdrawal, a takedown and an erasure; what was read at each stays as it was said."""
    made = builders.everything()
    first = builders.put_out(*builders.publishables(made))
    secret = "Nobody Inparticular"
    seen: list[tuple[SiteEdition, dict[str, Any]]] = [(first, _state(at(today)))]

    paper = builders.document("MORE")
    passage = builders.citation(paper, "MORE-EV")
    second = builders.recommendation("MORE-1", paper, to=("AL", "FR"), recommended_on="2019-03", short_title=f"Asked of {secret}")
    builders.cite(second, passage)
    seen.append((builders.put_out(paper, second), _state(at(today))))
    vocabularies = keeping._KEEPERS[AddresseeEdition]._standing.vocabularies  # type: ignore[union-attr]

    verdict = builders.assessment("MORE-A", second, code="FR", status="implemented", effective_on="2021-05-04")
    builders.cite(verdict, passage)
    seen.append((builders.put_out(verdict), _state(at(today))))
    assert seen[-1][1]["status"] != seen[-2][1]["status"]
    _state(at(dt.date(2021, 5, 3)))
    _state(at(dt.date(2021, 5, 4)))
    seen.append((builders.taken_off(verdict, reason="An error."), _state(at(today))))
    assert keeping._KEEPERS[AddresseeEdition]._standing.vocabularies is vocabularies, "only what was new was read"  # type: ignore[union-attr]

    for edition, said in seen:
        assert _state(at(today, edition.published_at)) == said

    erase([secret], by="An officer", reason="A person's right.")
    assert secret not in str(_state(at(today)))
    assert secret not in str(_state(at(today, seen[1][0].published_at)))
    builders.taken_down(second, reason="A court's order.")
    assert "MORE-1" not in addressees_at(at(today)).counts("recommendation", addressees_at(at(today)).all)
    for edition, _said in seen:
        assert "MORE-1" not in str(_state(at(today, edition.published_at)))


def test_a_list_shows_what_was_just_published_and_counts_it(desk: str) -> None:
    client = Client(SERVER_NAME="localhost")
    paper = builders.document("PAPER")
    passage = builders.citation(paper, "EV-1")
    for number in (1, 2):
        made = builders.recommendation(f"R-{number}", paper)
        builders.cite(made, passage)
        builders.put_out(paper, made) if number == 1 else builders.put_out(made)
        page = client.get("/recommendations/")
        assert page.context["page"].paginator.count == number
        assert {value.value: value.count for facet in page.context["facets"] if facet.name == "government" for value in facet.values} == {
            "AL": number
        }


def test_where_nothing_was_published_nothing_is_counted(desk: str, today: dt.date) -> None:
    here = addressees_at(at(today))
    assert len(here) == 0
    assert here.counts("status", here.all) == {}
    assert here.count(here.all, "recommendation") == 0
    assert list(here.references(here.all, ("reference",))) == []


def test_a_process_may_read_everything_before_it_is_asked(published: str, caplog: pytest.LogCaptureFixture) -> None:
    keeping.read_all()
    standing = [keeper._standing for keeper in keeping._KEEPERS.values()]
    assert all(each is not None and len(each.rows) for each in standing)
    rows_at(AddresseeEdition, at(dt.datetime.now(dt.UTC).date()))
    assert keeping._KEEPERS[AddresseeEdition]._standing in standing, "and is not read again"
    assert not caplog.records


def test_where_the_database_is_away_it_is_said_and_nothing_fails(
    published: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_args: Any) -> None:
        raise OperationalError("the connection was refused")

    monkeypatch.setattr(keeping, "rows_at", away)
    keeping.read_all()
    assert "not held in memory yet: the connection was refused" in caplog.text


def test_reading_a_table_may_take_longer_than_a_page_and_leaves_the_page_its_limit(published: str, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = []
    reading = keeping.read_rows

    def limit() -> str:
        with connections["public"].cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            return str(cursor.fetchone()[0])

    def read_rows(*arguments: Any) -> Any:
        limits.append(limit())
        return reading(*arguments)

    monkeypatch.setattr(keeping, "read_rows", read_rows)
    monkeypatch.setattr(keeping._KEEPERS[AddresseeEdition], "_standing", None)
    with servers.one_moment():
        usual = limit()
        addressees_at(at(dt.datetime.now(dt.UTC).date()))
        assert (limits, limit()) == (["10min"], usual)
    assert usual not in ("0", "10min")
