"""/compare/: two governments, two documents or two days, with the differences in words."""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import builders
from tests.public import casefile
from tracker.rules.vocabulary import RelationKind
from tracker.templatetags.comparing import _RELATIONS


def main_of(query: str, *, status: int = 200) -> str:
    """The words of the page's main element."""
    response = Client(SERVER_NAME="localhost").get(f"/compare/{query}")
    assert response.status_code == status, response.content.decode()
    found = re.search(r"<main.*</main>", response.content.decode(), re.DOTALL)
    assert found
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).split())


def html_of(query: str) -> str:
    return Client(SERVER_NAME="localhost").get(f"/compare/{query}").content.decode()


def test_without_a_choice_there_are_three_forms(published: str) -> None:
    html = html_of("")
    assert html.count('<form method="get" class="chooser">') == 3
    assert 'name="with_government"' in html and 'name="with_document"' in html and 'name="with_known"' in html


def test_two_governments_side_by_side(published: str, today: Any) -> None:
    """As the case's own files say it."""
    said = main_of("?government=AL&with_government=FR")
    rows = {(row.government, row.recommendation): row.status for row in casefile.addressees(today) if row.counted}
    one, other = ({recommendation for code, recommendation in rows if code == government} for government in ("AL", "FR"))
    both = one & other
    alike = sum(rows["AL", reference] == rows["FR", reference] for reference in both)
    assert "Albania beside France" in said
    assert f"{len(both)} recommendations are followed at both" in said and f"The two have the same status on {alike} recommendation" in said
    assert both and one ^ other
    for reference in both:
        assert reference in said
    assert said.count("the same status") == alike + 1
    only_one = said.split("Recommended to one only")[1]
    assert all(reference in only_one for reference in one ^ other)


def test_what_was_recommended_to_one_only_says_as_much_as_the_rest(published: str) -> None:
    """Its date, what is for and against it, and who alone claims it, as its own row of the list has them."""
    part = html_of("?government=AL&with_government=FR&as_of=2023-05-26").split('id="h-one"')[1].split("</section>")[0]
    shown = [" ".join(unescape(re.sub(r"<[^>]+>", " ", each)).split()) for each in re.findall(r"<li>(.*?)</li>", part, re.DOTALL)]
    rows = {
        (row["recommendation"], row["government"]): row
        for row in Client().get("/api/v1/addressees?government=AL&government=FR&as_of=2023-05-26&counted=yes").json()["results"]
    }
    alone = [row for (reference, code), row in rows.items() if (reference, "FR" if code == "AL" else "AL") not in rows]
    assert len(shown) == len(alone) > 3
    for row in alone:
        (said,) = [each for each in shown if each.startswith(f"{row['recommendation']} ")]
        assert (f"{row['supports']} for, {row['disputes']} against" in said) == bool(row["supports"] or row["disputes"])
        assert ("since" in said) == bool(row["effective_on"])
        assert ("claimed by" in said) == bool(row["claimed_by"])


def test_a_filter_holds_on_both_sides(published: str) -> None:
    said = main_of("?government=AL&with_government=FR&document=WP-MQ&disputed=no")
    assert "On both sides only:" in said and "not disputed" in said
    assert "ER-1" not in said


def test_two_documents(published: str, today: Any) -> None:
    said = main_of("?document=WP-MQ&with_document=HAKAMIAN-2019")
    for key in ("WP-MQ", "HAKAMIAN-2019"):
        found = [row for row in casefile.addressees(today) if row.counted and key in row.documents]
        assert f"{len({row.recommendation for row in found})} of the" in said
    assert "How their recommendations stand to each other" in said
    left, right = (
        {row.government for row in casefile.addressees(today) if row.counted and key in row.documents} for key in ("WP-MQ", "HAKAMIAN-2019")
    )
    assert f"have counted addressees at {len(left & right)} of the same governments" in said


def test_the_statuses_alike_are_opened(published: str) -> None:
    """The number opens exactly these recommendations, at both governments."""
    opens = re.search(r'The two have the same status on <a href="([^"]+)">(\d+) recommendations?</a>\.', html_of("?government=AL&with_government=FR"))
    assert opens
    listed = Client(SERVER_NAME="localhost").get(unescape(opens[1])).context["page"].object_list
    assert len(listed) == int(opens[2]) > 0
    assert "government=AL" in opens[1] and "government=FR" in opens[1]


def test_a_relation_of_two_documents_is_a_sentence(desk: str) -> None:
    made = builders.everything()
    made["other"].known_from = another = builders.document("PAPER-2")
    made["other"].save()
    builders.put_out(another, *builders.publishables(made))
    assert "REC-1 repeats OTHER-1 . A note." in main_of(f"?document={made['paper'].key}&with_document={another.key}")
    assert {relation.value for relation in RelationKind} == {relation.value for relation in _RELATIONS}


def test_two_days_tell_what_changed_in_the_world(published: str) -> None:
    import datetime as dt

    one, other = dt.date(2019, 6, 1), dt.date(2022, 12, 31)
    said = main_of(f"?as_of={one}&with_as_of={other}")
    before, after = ({(row.recommendation, row.government): row.status for row in casefile.addressees(day) if row.counted} for day in (one, other))
    changed = [name for name in before.keys() & after.keys() if before[name] != after[name]]
    assert f"In the world {len(changed)} statuses changed. {len(before.keys() ^ after.keys())} addressees are counted on one side only." in said
    addresses = set(re.findall(r'href="(/(?:recommendations|actions)/[^"#]+)', html_of(f"?as_of={one}&with_as_of={other}")))
    assert len(addresses) > 10
    for address in addresses:
        assert Client().get(unescape(address)).status_code == 200, f"{address}: the day of the side on which it stands"
    assert "What this site says otherwise" not in said
    assert said.count("Counted on the right only:") == len(after.keys() - before.keys())
    assert f"All counted {len(before)} {len(after)} +{len(after) - len(before)}" in said
    assert "Actions between the two days" in said and "AL-2022-SEV" in html_of(f"?as_of={one}&with_as_of={other}")


def test_both_sides_swap(published: str) -> None:
    for query in ("?government=AL&with_government=FR", "?document=WP-MQ&with_document=HAKAMIAN-2019", "?as_of=2019-06-01&with_as_of=2020-06-01"):
        link = re.search(r'<p class="tools"><a href="(\?[^"]+)">Swap', html_of(query))
        assert link
        again = re.search(r'<p class="tools"><a href="(\?[^"]+)">Swap', html_of(unescape(link[1])))
        assert again
        assert html_of(unescape(link[1])) != html_of(query)
        # Of two days the way back says the edition that was read, which the first address left open.
        twice = main_of(unescape(again[1]).replace("known=edition-2", "known="))
        assert twice.split("Compare")[0] == main_of(query).split("Compare")[0]


@pytest.mark.parametrize(
    ("query", "name", "sentence"),
    [
        ("?government=AL&with_government=XX", "with_government", "with_government takes the code of a government on this site"),
        ("?with_government=AL", "government", "government takes one value here"),
        ("?government=AL&government=FR&with_government=BE", "government", "government takes one value here"),
        ("?document=WP-MQ&with_document=NOPE", "with_document", "with_document takes the key of a document"),
        ("?with_as_of=2019-02-30", "with_as_of", "with_as_of takes a day up to today"),
        ("?with_known=edition-99", "with_known", "this site has no edition 99 yet"),
        ("?with_known=soon", "with_known", "with_known takes a day up to today"),
        ("?government=AL&with_government=FR&with_as_of=2019-01-01", "with_as_of", "one of these at a time"),
        ("?status=nonsense", "status", "status takes a status"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words(published: str, query: str, name: str, sentence: str) -> None:
    assert sentence in main_of(query, status=400)


@pytest.mark.parametrize(
    "query", ["?government=AL&with_government=AL", "?document=WP-MQ&with_document=WP-MQ", "?as_of=2019-06-01&with_as_of=2019-06-01"]
)
def test_nothing_to_compare_says_so(published: str, query: str) -> None:
    assert "there is nothing to compare" in main_of(query)
    assert "Two governments" in main_of(query), "with the forms to choose anew"


@pytest.fixture
def two_editions(desk: str) -> Iterator[dict[str, Any]]:
    """A verdict of 2020 that is corrected, another that is withdrawn, and one that follows in 2021."""
    paper = builders.document("PAPER")
    passage = builders.citation(paper, "EV-1")
    asked = builders.recommendation("REC-1", paper, to=("AL", "FR", "BE"))
    first = builders.assessment("AS-AL", asked, code="AL", effective_on="2020-01-01")
    lone = builders.assessment("AS-FR", asked, code="FR", effective_on="2020-01-01")
    early = builders.assessment("AS-BE-1", asked, code="BE", status="under_consideration", effective_on="2020-01-01")
    late = builders.assessment("AS-BE-2", asked, code="BE", effective_on="2021-01-01", supersedes=early)
    for record in (asked, first, lone, early, late):
        builders.cite(record, passage)
    builders.put_out(paper, asked, first, lone, early, late)
    first.status = "partially_implemented"
    first.save()
    builders.put_out(first, reason="It was only a part.")
    builders.taken_off(lone, reason="It was never so.")
    yield {"first": first}


def test_what_this_site_corrected_and_what_the_world_changed_are_told_apart(two_editions: dict[str, Any]) -> None:
    said = main_of("?as_of=2020-06-01&known=edition-1&with_as_of=2021-06-01&with_known=edition-3")
    site, world = said.split("What changed in the world")
    assert "This site gives 2 statuses otherwise than it did." in site and "In the world 1 status changed." in site
    assert "Land of AL" in site and "It was only a part." in site and "From implemented to partially implemented" in site
    assert "Land of FR" in site and "From implemented to not assessed" in site and "It was never so." in site
    assert "Land of BE" not in site
    assert "Land of BE" in world and "From under consideration to implemented , since 1 January 2021" in world
    assert "Land of AL" not in world and "Land of FR" not in world
    assert "1 corrected" in site and "1 withdrawn" in site
    assert "implemented 2 1 −1" in world and "All counted 3 3 0" in world


def test_one_clock_alone_tells_of_nothing_else(two_editions: dict[str, Any]) -> None:
    said = main_of("?as_of=2020-06-01&known=edition-1&with_known=edition-2")
    assert "This site gives 1 status otherwise" in said and "What changed in the world" not in said
    assert main_of("?as_of=2020-06-01&known=edition-2&with_known=edition-1").count("From partially implemented to implemented") == 1
    assert "No status is given otherwise." in main_of("?as_of=2019-06-01&known=edition-1&with_known=edition-2")


def test_its_files_hold_exactly_its_rows(published: str) -> None:
    html = html_of("?government=AL&with_government=FR&as_of=2020-01-01")
    address = re.search(r'"(/api/v1/addressees\.json\?[^"]*)"', html)
    assert address
    response: Any = Client(SERVER_NAME="localhost").get(unescape(address[1]))
    body = b"".join(response.streaming_content).decode()
    assert {row["government"] for row in json.loads(body)["results"]} == {"AL", "FR"}
    files = re.findall(r'"(/api/v1/addressees\.csv\?[^"]*)"', html_of("?as_of=2019-06-01&with_as_of=2020-06-01"))
    assert any("as_of=2019-06-01" in each for each in files) and any("as_of=2020-06-01" in each for each in files)


@pytest.mark.parametrize(("name", "value"), [("government", "AL"), ("document", "WP-MQ")])
def test_where_both_sides_are_the_same_the_form_shows_what_was_chosen(published: str, name: str, value: str) -> None:
    form = html_of(f"?{name}={value}&with_{name}={value}")
    for field in (name, f"with_{name}"):
        (options,) = re.findall(rf'<select id="{field}".*?</select>', form, re.DOTALL)
        assert re.findall(r'value="([^"]*)" selected', options) == [value]


def test_it_asks_as_much_of_many_rows_as_of_few(published: str) -> None:
    def asked(query: str) -> int:
        with CaptureQueriesContext(connections["public"]) as queries:
            html_of(query)
        return len(queries)

    assert asked("?as_of=2020-01-01&with_as_of=2020-06-01") == asked("?as_of=2018-01-01&with_as_of=2024-06-01") <= 9
    assert asked("?government=VA&with_government=EE") == asked("?government=AL&with_government=FR") <= 12
