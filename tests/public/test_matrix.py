"""The matrix as its address lays it out: its parts, its members on a day, its numbers and the rows behind them, its files, and the page of a cell."""

import csv
import datetime as dt
import html
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pandas
import pytest
from django.db import connections
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import builders
from tests.conftest import copy_of, pointing_at
from tests.public import casefile, large
from tracker.public import layout
from tracker.public.clocks import BadFilter, Clocks
from tracker.public.layout import COLUMNS_PER_PAGE, ROWS_PER_PAGE, read_layout

LAYOUTS = [
    "",
    "document=WP-MQ",
    "rows=governments",
    "by=theme&sort=-assessed",
    "by=measure&sort=name&sort_columns=-implemented",
    "by=none&rows=governments&sort=-disputed&sort_columns=-name",
    "group=EU-MEMBERS",
    "group=EU-MEMBERS&group_on=2019-02-01&document=WP-MQ",
    "group=EU-MEMBERS&group_on=2019-02-01&denominator=members",
    "group=INTL&rows=governments&denominator=members&document=WP-MQ",
    "as_of=2019-06-01&group=EU-MEMBERS&denominator=members",
    "status=implemented&status=contrary_action&as_of=2023-06-30",
    "q=expel&disputed=yes",
]


@pytest.fixture
def client(published: str) -> Client:
    return Client(SERVER_NAME="localhost")


def whole(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def lines_of(client: Client, query: str) -> list[dict[str, str]]:
    answer = client.get(f"/api/v1/matrix.csv?{query}")
    assert answer.status_code == 200, whole(answer)
    return list(csv.DictReader(io.StringIO(whole(answer).decode("utf-8-sig"), newline="")))


def pages(client: Client, query: str) -> Iterator[Any]:
    """Every page of a matrix, across and down."""
    first = client.get(f"/matrix/?{query}").context["matrix"]
    turned = first.layout.transposed
    down, across = (first.governments, first.recommendations) if turned else (first.recommendations, first.governments)
    for page in range(1, down.pages + 1):
        for columns in range(1, across.pages + 1):
            yield client.get(f"/matrix/?{query}&page={page}&columns={columns}").context["matrix"]


def shown(client: Client, query: str) -> dict[tuple[str, str], str]:
    return {
        (cell.recommendation, cell.government): cell.status.value
        for matrix in pages(client, query)
        for row in matrix.rows
        for cell in row.cells
        if cell
    }


def test_pandas_opens_both_shapes(client: Client) -> None:
    """Wide: a line a recommendation, then the two denominators; long: a line a cell."""
    page = client.get("/matrix/").context["matrix"]
    wide, long = (pandas.read_csv(io.BytesIO(whole(client.get(f"/api/v1/matrix.csv?shape={shape}")))) for shape in ("wide", "long"))
    codes = [code for code in wide.columns if code in set(long["government"])]
    assert (len(wide), len(codes)) == (page.recommendations.total + 2, page.governments.total)
    assert list(wide["reference"][-2:]) == ["(counted)", "(assessed)"]
    cells = wide[:-2].set_index("reference")[codes].stack().dropna()
    assert dict(cells) == {(row.recommendation, row.government): row.status for row in long.itertuples()}
    assert len(long) == page.distribution.total == int(wide["counted"][:-2].sum())


# --- What an address may ask for -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("by=colour", "“colour”: by takes one of document, theme, measure, none."),
        ("rows=cells", "“cells”: rows takes one of recommendations, governments."),
        ("denominator=all", "“all”: denominator takes one of addressees, members."),
        ("shape=round", "“round”: shape takes one of wide, long."),
        ("sort=luck", "“luck”: sort takes one of name, assessed, disputed, "),
        ("sort_columns=--name", "“--name”: sort_columns takes one of name,"),
        ("page=0", "“0”: page takes the number of a page, from 1."),
        ("page=99", "“99”: page takes a number from 1 to 1."),
        ("columns=two", "“two”: columns takes the number of a page, from 1."),
        ("columns=9", "“9”: columns takes a number from 1 to 1."),
        ("group_on=2019-02-30", "“2019-02-30”: group_on takes a day up to today, written as 2019-06-01."),
        ("group_on=2999-01-01", "“2999-01-01”: group_on takes a day up to today"),
        ("status=done", "“done”: status takes a status"),
    ],
)
def test_a_bad_value_is_refused_in_words(client: Client, query: str, sentence: str) -> None:
    page = client.get(f"/matrix/?{query}")
    assert page.status_code == 400
    assert sentence in html.unescape(page.content.decode())
    if not query.startswith(("page=9", "columns=9")):  # files are whole
        answer = client.get(f"/api/v1/matrix.csv?{query}")
        assert answer.status_code == 400
        assert sentence in answer.json()["detail"]


DAY = dt.date(2026, 11, 28)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["by", "rows", "sort", "sort_columns", "page", "columns", "group_on", "denominator", "shape"]), st.text(max_size=12)
    )
)
def test_any_address_is_read_or_refused_by_the_name_of_its_parameter(written: dict[str, str]) -> None:
    parameters = QueryDict(urlencode(written))
    try:
        read = read_layout(parameters, Clocks(DAY, None, DAY))
    except BadFilter as bad:
        assert bad.name in written
    else:
        again = QueryDict(urlencode(read.parameters))
        kept = read_layout(again, Clocks(DAY, None, DAY))
        assert kept.parameters == read.parameters


def test_every_parameter_has_words_for_each_value() -> None:
    for values in (layout.BY, layout.ROWS, layout.DENOMINATOR, layout.SORTS, layout.SHAPES):
        assert all(str(words) for words in values.values())


@pytest.mark.parametrize("query", ["by=theme&sort=name&group=EU-MEMBERS&group_on=2019-02-01&denominator=members&rows=governments"])
def test_forms_and_links_keep_how_it_is_laid_out(client: Client, query: str) -> None:
    page = client.get(f"/matrix/?{query}").content.decode()
    clocks = page[page.index('class="clocks') :].split("</form>")[0]
    for name, value in parse_qsl(query):
        assert f'name="{name}" value="{value}"' in clocks
    turn = re.search(r'<a href="([^"]+)">Put recommendations in rows', page)
    assert turn
    assert dict(parse_qsl(urlsplit(html.unescape(turn[1])).query)) == {
        "by": "theme", "sort_columns": "name", "group": "EU-MEMBERS", "group_on": "2019-02-01", "denominator": "members",
    }  # fmt: skip
    narrowed = re.search(r'<a href="([^"]+status=implemented[^"]*)"><span', page)
    assert narrowed


# --- Numbers ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", LAYOUTS)
def test_each_number_of_the_page_is_a_plain_count_of_its_csv(client: Client, query: str) -> None:
    *rows, counted, assessed = lines_of(client, query)
    heads = [name for name in (rows or [counted])[0] if name not in {"reference", "short_title", "recommended_on", "government", "government_name",
             "document", "theme", "measure", "none", "counted", "assessed", "url", "as_of", "known",
             "site_edition", "group_on", "filter", "ignored"}]  # fmt: skip
    key = "government" if "government" in counted else "reference"
    assert (counted[key], assessed[key]) == ("(counted)", "(assessed)")
    cells = {(row[key], head): row[head] for row in rows for head in heads if row[head]}
    turn = (lambda pair: pair[::-1]) if key == "government" else (lambda pair: pair)
    assert {turn(pair): status for pair, status in cells.items()} == shown(client, query)
    every = list(pages(client, query))
    assert every
    for matrix in every:
        assert matrix.distribution.total == len(cells) == int(counted["counted"])
        assert {item.status.value: item.count for item in matrix.distribution.held} == dict(Counter(cells.values()))
        for lines, place in (([row.line for row in matrix.rows], 0), (matrix.columns, 1)):
            for line in lines:
                mine = [status for pair, status in cells.items() if pair[place] == line.key]
                assert (line.counted, line.assessed) == (len(mine), len([status for status in mine if status != "not_assessed"])), line.key
        for line in matrix.columns:
            assert (int(counted[line.key]), int(assessed[line.key])) == (line.counted, line.assessed)


@pytest.mark.parametrize(
    "query", ["document=WP-MQ", "group=EU-MEMBERS&group_on=2019-02-01&status=no_evidence&status=not_assessed", "rows=governments"]
)
def test_each_tally_opens_the_rows_that_it_counts(client: Client, query: str) -> None:
    page = client.get(f"/matrix/?{query}").content.decode()
    links = set(re.findall(r'<a href="(/recommendations/\?[^"]+)">(?:of )?(\d+)(?: assessed)?</a>', page))
    assert len(links) > 10
    for address, number in sorted(links)[::4]:
        asked = html.unescape(address).replace("/recommendations/?", "/api/v1/addressees.json?")
        rows = json.loads(whole(client.get(asked)))["results"]
        assert len([row for row in rows if row["counted"]]) == int(number), address


@pytest.mark.parametrize("query", LAYOUTS)
def test_the_other_files_hold_the_same_cells(client: Client, query: str) -> None:
    expected = shown(client, query)
    long = lines_of(client, f"{query}&shape=long")
    assert {(row["recommendation"], row["government"]): row["status"] for row in long if row["status"] != "no_addressee"} == expected
    answer = json.loads(whole(client.get(f"/api/v1/matrix.json?{query}")))
    turned = answer["rows"] == "governments"
    cells = {
        ((column, row["key"]) if turned else (row["key"], column)): cell["status"]
        for row in answer["results"]
        for column, cell in row["cells"].items()
    }
    assert cells == expected
    assert answer["counted"] == sum(answer["statuses"].values()) == len(expected)
    assert len(long) > 3
    for row in long[:3]:
        assert client.get(urlsplit(row["url"]).path, {"as_of": row["as_of"]}).status_code == 200


def test_a_file_says_both_clocks_its_filter_and_the_day_of_the_group(client: Client) -> None:
    query = "group=EU-MEMBERS&group_on=2019-02-01&as_of=2023-05-26&known=2026-11-28T23:59:59Z"
    row = lines_of(client, query.replace("known=2026-11-28T23:59:59Z", f"known={dt.datetime.now(dt.UTC).date()}"))[0]
    assert (row["as_of"], row["group_on"]) == ("2023-05-26", "2019-02-01")
    assert row["filter"] == "group=EU-MEMBERS&group_on=2019-02-01"
    answer = json.loads(whole(client.get(f"/api/v1/matrix.json?{query.split('&known')[0]}")))
    assert (answer["as_of"], answer["group_on"], answer["known"]) == ("2023-05-26", "2019-02-01", None)


def test_the_files_of_a_page_hold_the_page(client: Client) -> None:
    page = client.get("/matrix/?document=WP-MQ&rows=governments&sort=-assessed")
    for link in page.context["downloads"]:
        assert "document=WP-MQ" in link["url"]
        assert client.get(link["url"]).status_code == 200
    order = [row["government"] for row in lines_of(client, urlsplit(page.context["downloads"][0]["url"]).query)][:-2]
    assert order == [row.line.key for row in page.context["matrix"].rows]


# --- Order and groups --------------------------------------------------------------------------------------------------------


def test_rows_and_columns_stand_in_the_order_asked_for(client: Client) -> None:
    matrix = client.get("/matrix/?by=none&sort=-no_evidence&sort_columns=-assessed").context["matrix"]
    numbers = [next(item.count for item in row.line.counts.counts if item.status == "no_evidence") for row in matrix.rows]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] > numbers[-1]
    assessed = [line.assessed for line in matrix.columns]
    assert assessed == sorted(assessed, reverse=True)
    names = [row.line.name.lower() for row in client.get("/matrix/?by=none&sort=-name").context["matrix"].rows]
    assert names == sorted(names, reverse=True)


def test_numbers_in_references_count_as_numbers(client: Client) -> None:
    keys = [row.line.key for row in client.get("/matrix/?document=TRC-2015").context["matrix"].rows]
    assert keys == sorted(keys, key=lambda key: int(re.sub(r"\D", "", key)))
    assert len(keys) > 10


@pytest.mark.parametrize(("by", "page"), [("document", 3), ("theme", 5), ("measure", 2)])
def test_recommendations_stand_together_under_what_they_share(large_site: Client, by: str, page: int) -> None:
    matrix = large_site.get(f"/matrix/?by={by}&page={page}").context["matrix"]
    headings = [heading.key for heading, _rows in matrix.sections]
    assert len(headings) == len(set(headings)) > 1
    assert all(rows for _heading, rows in matrix.sections)
    for heading, rows in matrix.sections:
        for row in rows:
            edition = row.line.recommendation
            own = {"document": [edition.made_in or edition.known_from_document], "theme": edition.themes[:1] or [""], "measure": [edition.measure]}[
                by
            ]
            assert own == [heading.key]


def test_turned_it_is_the_same_matrix(client: Client) -> None:
    assert shown(client, "rows=governments") == shown(client, "")
    turned = client.get("/matrix/?rows=governments&document=WP-MQ").context["matrix"]
    assert [row.line.key for row in turned.rows][:2] == ["AL", "AU"]
    assert [heading.key for heading, _width in turned.column_headings] == ["WP-MQ"]


# --- The members of a group on a day -------------------------------------------------------------------------------------------


def in_words(client: Client, query: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", client.get(f"/matrix/?{query}").content.decode())))


@pytest.mark.parametrize(("day", "members"), [("2019-02-01", 28), ("", 27), ("2003-01-01", 15)])
def test_a_group_has_the_members_of_the_day_asked_for(client: Client, today: dt.date, day: str, members: int) -> None:
    query = f"document=WP-MQ&group=EU-MEMBERS&group_on={day}"
    on = dt.date.fromisoformat(day) if day else today
    addressees = {
        row.government
        for row in casefile.addressees(today)
        if row.counted and "WP-MQ" in row.documents and "EU-MEMBERS" in casefile.groups(row.government, on)
    }
    text = in_words(client, query)
    assert f"the group had {members} members; {len(addressees)} of them are addressees here." in text
    assert "28 members" in text, "those of the recommendations' day stand beside"
    assert "27 members" in text, "and today's"
    assert {line.key for line in client.get(f"/matrix/?{query}").context["matrix"].columns} == addressees

    everybody = client.get(f"/matrix/?{query}&denominator=members").context["matrix"]
    assert everybody.governments.total == members
    codes = {line.key for part in pages(client, f"{query}&denominator=members") for line in part.columns}
    assert len(codes) == members
    assert addressees <= codes
    assert everybody.distribution.total == len(
        [row for row in casefile.addressees(today) if row.government in addressees and row.counted and "WP-MQ" in row.documents]
    )


def test_members_that_are_no_addressees_say_so(client: Client) -> None:
    assert "no addressee" in in_words(client, "document=WP-MQ&group=EU-MEMBERS&denominator=members")
    long = lines_of(client, "document=WP-MQ&group=EU-MEMBERS&group_on=2019-02-01&denominator=members&shape=long")
    assert len(long) == 6 * 28
    assert len({row["government"] for row in long}) == 28


def test_the_union_and_its_members_are_told_apart_in_words(client: Client, today: dt.date) -> None:
    rows = [row for row in casefile.addressees(today) if row.counted and "WP-MQ" in row.documents]
    members = [row for row in rows if "EU-MEMBERS" in row.groups]
    text = in_words(client, "document=WP-MQ").replace(" ,", ",")
    assert f"the Union as a body has {sum(row.government == 'EU' for row in rows)} counted addressees" in text
    assert (
        f"it had 27 members, of which {len({row.government for row in members})} are addressees, with {len(members)} counted addressees between them"
        in text
    )
    assert "no member is credited with it" in text


# --- The page of a cell ----------------------------------------------------------------------------------------------------------


def test_each_cell_leads_to_a_page_of_its_own(client: Client) -> None:
    page = client.get("/matrix/?document=WP-MQ&as_of=2023-05-26").content.decode()
    links = re.findall(r'<td data-of="[^"]+"><a href="([^"]+)">', page)
    assert len(links) == 40
    for link in links[::5]:
        assert "as_of=2023-05-26" in link
        answer = client.get(html.unescape(link))
        assert answer.status_code == 200
        assert b'id="addressee"' in answer.content


@pytest.mark.parametrize("cell", [("MQ-1", "AL"), ("MQ-1", "BE"), ("ER-1", "BE"), ("MQ-5", "CA"), ("TRC-1", "CA")])
@pytest.mark.parametrize("day", ["2023-03-03", None])
def test_the_page_of_a_cell_says_what_its_status_rests_on(client: Client, cell: tuple[str, str], day: str | None) -> None:
    """By the recommendation's own page: the same verdict, the same passages, each dispute."""
    clock = {"as_of": day} if day else {}
    answer = client.get(f"/recommendations/{cell[0]}/{cell[1]}/", clock)
    story = answer.context["story"]
    (other,) = [each for each in client.get(f"/recommendations/{cell[0]}/", clock).context["story"].stories if each.addressee.government == cell[1]]
    assert story.addressee.status == other.addressee.status
    assert [row.citation for row in story.citations] == [row.citation for row in other.citations]
    assert [item.effect.key for item in story.effects] == [item.effect.key for item in other.effects]
    text = html.unescape(answer.content.decode())
    assert story.citations or not story.addressee.assessment or story.holding.searches, "a status rests on something"
    for citation in story.citations:
        assert citation.says in text
        assert f"/documents/{citation.document}/" in text
    assert sum(kind.disputes for kind in answer.context["page"].placed) == len(story.disputing)
    # What is counted and not listed is of a later day, and the page says how much that is.
    later = story.addressee.disputes - len(story.disputing)
    said = re.search(r"(\d+) of those against tells? only of what came after", text)
    assert (int(said[1]) if said else 0) == later
    assert day or not later


def test_it_says_what_the_status_was_on_each_earlier_day(client: Client) -> None:
    page = client.get("/recommendations/MQ-1/AL/").context["page"]
    assert [(period.row.status.value, period.first.isoformat()) for period in page.periods] == [
        ("not_assessed", "2019-02-28"), ("partially_implemented", "2020-01-15"), ("implemented", "2022-09-07"),
    ]  # fmt: skip
    for before, after in zip(page.periods, page.periods[1:], strict=False):
        assert before.last == after.first - dt.timedelta(days=1)
    earlier = client.get("/recommendations/MQ-1/AL/?as_of=2020-01-15")
    assert [period.row.status.value for period in earlier.context["page"].periods] == ["not_assessed", "partially_implemented"]
    assert earlier.context["page"].periods[-1].last is None
    assert "7 September 2022" not in earlier.content.decode()


def test_its_permalink_says_both_clocks_and_shows_the_same(client: Client) -> None:
    answer = client.get("/recommendations/MQ-1/AL/")
    lasting = urlsplit(answer.context["permalink"])
    assert set(dict(parse_qsl(lasting.query))) == {"as_of", "known"}
    again = client.get(f"{lasting.path}?{lasting.query}")
    assert again.context["permalink"] == answer.context["permalink"]
    assert again.context["story"].addressee.pk == answer.context["story"].addressee.pk


def test_a_correction_stays_visible_and_what_was_said_before_can_be_read(retold: Any) -> None:
    client = Client(SERVER_NAME="localhost")
    page = client.get("/recommendations/MQ-1/AL/")
    assert page.context["story"].addressee.status == "partially_implemented"
    assert page.context["page"].corrections
    then = client.get("/recommendations/MQ-1/AL/", {"known": retold.between.isoformat()})
    assert then.context["story"].addressee.status == "implemented"
    assert "Latterwording" not in then.content.decode()


@pytest.mark.parametrize("path", ["/recommendations/MQ-1/ZZ/", "/recommendations/NO-1/AL/"])
def test_a_cell_that_is_not_there_says_so(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "is no addressee of a recommendation" in answer.content.decode()


def test_a_formula_in_a_name_is_made_harmless(desk: str) -> None:
    paper = builders.document("PAPER", kind="white_paper", published_on="2019-02-01")
    made = builders.recommendation("REC-1", paper, short_title="=1+1")
    builders.cite(made, builders.citation(paper, "EV-1"))
    builders.put_out(paper, made)
    (row, *_totals) = lines_of(Client(SERVER_NAME="localhost"), "")
    assert row["short_title"] == "'=1+1"


# --- At 500 × 60 -----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def large_database(cluster: Any, empty_template: str) -> Iterator[str]:
    with copy_of(cluster, empty_template) as name:
        with cluster.connect(database=name) as superuser:
            large.write(superuser, recommendations=500, governments=60)
        yield name


@pytest.fixture
def large_site(large_database: str, django_db_blocker: Any) -> Iterator[Client]:
    with django_db_blocker.unblock(), pointing_at(large_database):
        yield Client(SERVER_NAME="localhost")


@pytest.mark.parametrize(
    "query", ["", "page=13&columns=3", "rows=governments", "rows=governments&page=2&columns=25&by=measure", "by=theme&sort=-assessed"]
)
def test_a_page_of_a_large_matrix_is_light_and_says_which_part_it_is(large_site: Client, query: str) -> None:
    answer = large_site.get(f"/matrix/?{query}", headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert len(answer.content) < 60_000, "with its sheets and script it stays under 100 KB"
    matrix = answer.context["matrix"]
    assert (matrix.recommendations.total, matrix.governments.total) == (500, 60)
    assert 0 < len(matrix.rows) <= ROWS_PER_PAGE
    assert 0 < len(matrix.columns) <= COLUMNS_PER_PAGE


def test_its_parts_lead_to_one_another_and_keep_everything(large_site: Client) -> None:
    page = html.unescape(large_site.get("/matrix/?by=theme&sort=-name&page=2&columns=2").content.decode())
    assert "Recommendations 41–80 of 500, governments 21–40 of 60" in page
    for words, changes in {
        "On to recommendations 81–120": {"page": "3", "columns": "2"},
        "Back to recommendations 1–40": {"columns": "2"},
        "On to governments 41–60": {"page": "2", "columns": "3"},
        "Back to governments 1–20": {"page": "2"},
    }.items():
        link = re.search(rf'<a href="([^"]+)">{words}</a>', page)
        assert link, words
        assert dict(parse_qsl(urlsplit(link[1]).query)) == {"by": "theme", "sort": "-name", **changes}


def test_all_of_its_parts_together_are_its_csv(large_site: Client) -> None:
    *rows, counted, _assessed = lines_of(large_site, "by=none&sort=-disputed")
    assert int(counted["counted"]) == 20_000
    assert len(rows) == 500
    for page, first, last in ((1, 0, 40), (13, 480, 500)):
        matrix = large_site.get(f"/matrix/?by=none&sort=-disputed&page={page}").context["matrix"]
        assert [row.line.key for row in matrix.rows] == [row["reference"] for row in rows[first:last]]
    third = large_site.get("/matrix/?by=none&sort=-disputed&page=5&columns=3").context["matrix"]
    by_key = {row["reference"]: row for row in rows}
    assert len(third.rows) == ROWS_PER_PAGE
    for row in third.rows:
        assert [cell.status.value if cell else "" for cell in row.cells] == [by_key[row.line.key][line.key] for line in third.columns]


def test_a_page_asks_as_much_at_10_rows_as_at_500_and_reads_its_own_cells_alone(large_site: Client) -> None:
    def asked(query: str) -> list[str]:
        large_site.get(f"/matrix/?{query}")
        with CaptureQueriesContext(connections["public"]) as queries:
            large_site.get(f"/matrix/?{query}")
        return [query["sql"] for query in queries]

    ten = "&".join(f"recommendation=R-{number}" for number in range(1, 11))
    assert len(asked("recommendation=R-1")) == len(asked(ten))
    assert len(asked("")) == len(asked("page=7&columns=2")) <= 37
    matrix = large_site.get("/matrix/").context["matrix"]
    assert sum(1 for row in matrix.rows for cell in row.cells if cell) < ROWS_PER_PAGE * COLUMNS_PER_PAGE
