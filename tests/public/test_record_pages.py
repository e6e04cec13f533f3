"""Pages of records, whole: their evidence at a glance, the chain behind a status, what a record stands beside, and what held before."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from tests import builders
from tracker.editions.tables import CitationEdition
from tracker.models import Assessment, Position, Recommendation, Relation
from tracker.public.summaries.related import REVERSED
from tracker.rules import dates
from tracker.rules.vocabulary import RelationKind


def page(path: str, **query: str) -> Any:
    response = Client().get(path, query)
    assert response.status_code == 200, path
    return response


def text(path: str, **query: str) -> str:
    markup = re.sub(r"<[^>]+>", " ", page(path, **query).content.decode())
    return re.sub(r"\s+", " ", markup.replace("&#x27;", "'"))


# Evidence at a glance

GLANCES = {
    "/recommendations/MQ-1/": ("story", "recommendation=MQ-1"),
    "/recommendations/TRC-1/": ("story", "recommendation=TRC-1"),
    "/governments/BE/": ("government_page", "government=BE"),
    "/actions/BE-2021-JUD/": ("action_page", "action=BE-2021-JUD"),
    "/documents/HAKAMIAN-2019/": ("document_page", "document=HAKAMIAN-2019"),
}


@pytest.mark.parametrize("path", GLANCES)
@pytest.mark.parametrize("day", ["", "2020-06-01"])
def test_each_number_of_the_strip_opens_its_citations(published: str, path: str, day: str) -> None:
    name, query = GLANCES[path]
    if day and path.startswith("/actions/"):
        day = "2021-02-05"  # the day after it
    query += f"&as_of={day}" if day else ""
    response = page(path, **({"as_of": day} if day else {}))
    glance = re.search(r'<section class="glance".*?</section>', response.content.decode(), re.DOTALL)
    shown = response.context[name].glance
    assert shown.uses == Client().get(f"/api/v1/citations?{query}").json()["count"] > 0
    assert glance
    numbers = re.findall(r'<a href="([^"]+)">(\d+)</a>', glance[0])
    assert len(numbers) > 1
    for address, number in numbers:
        assert Client().get(address.replace("&amp;", "&").replace("/citations/", "/api/v1/citations")).json()["count"] == int(number), address


def test_what_is_held_is_counted(desk: str) -> None:
    made = builders.everything()
    builders.put_out(*builders.publishables(made))
    shown = page("/actions/ACT-1/").context["action_page"].glance
    assert (shown.uses, shown.quoted, shown.archived) == (2, 1, 1)
    assert [(stake.publisher, stake.stake) for stake in shown.stakes] == [("A paper", "A stake.")]
    assert "quotation 1 of 2" in text("/actions/ACT-1/")


# The chain


def test_a_stranger_can_say_what_a_status_rests_on(published: str) -> None:
    """For Albania at MQ-1: the verdict, the action with its direction and order, the passages, and who disputes which step."""
    (verdict,) = re.findall(r'<article class="verdict" id="AL">.*?</article>', page("/recommendations/MQ-1/").content.decode(), re.DOTALL)
    steps = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", verdict.split('<ol class="chain">')[1]))
    wanted = [
        "the status of Albania here is: implemented since 7 September 2022",
        "It is the verdict of the editors. It takes effect on 7 September 2022 .",
        "Published in edition 1",
        "The recommendation states no criteria",
        "It rests on 1 action on record here",
        "7 September 2022 : Relations with Iran cut fulfils ; after the recommendation",
        "This step is disputed by: Azernews.",
        "Relations cut; staff given 24 hours.",
        "Quotation and archived copy: not held.",
        "Iran rejects the reasons as baseless.",
        "Citations for it: 2. Citations against it, or against a step of it: 1.",
    ]
    places = [steps.index(words) for words in wanted]
    assert places == sorted(places)


def test_every_citation_of_a_verdict_stands_once_in_its_chain(published: str) -> None:
    for path in ("/recommendations/MQ-1/", "/recommendations/ER-1/", "/recommendations/TRC-1/"):
        response = page(path)
        markup = response.content.decode()
        assert any(story.citations for story in response.context["story"].stories), path
        for story in response.context["story"].stories:
            (verdict,) = re.findall(rf'<article class="verdict" id="{story.addressee.government}">.*?</article>', markup, re.DOTALL)
            for citation in story.citations:
                assert verdict.count(f' id="{story.addressee.government}-{citation.citation}"') == 1, citation.citation
        ids = re.findall(r' id="([^"]+)"', markup)
        assert len(ids) == len(set(ids)), path


def test_criteria_and_the_second_person_stand_in_the_chain(desk: str) -> None:
    made = builders.everything()
    builders.put_out(*builders.publishables(made))
    told = text("/recommendations/REC-1/")
    assert "It was held against what the recommendation is judged by: Partly, if Some left. Fully, if All left." in told
    assert "recorded by Ada Author, approved by Rita Reviewer" in told
    assert "Archived copy, SHA-256" in told
    assert "This step is disputed by: An institute." in told
    assert "Undone May 2021 : Title of ACT-2." in told


# What a record stands beside


def test_relations_are_shown_from_both_sides(desk: str) -> None:
    assert set(REVERSED) == set(RelationKind)
    made = builders.everything()
    builders.put_out(*builders.publishables(made))
    assert "Repeats Do OTHER-1" in text("/recommendations/REC-1/")
    assert "Is repeated by Do REC-1" in text("/recommendations/OTHER-1/")
    Relation.objects.all().delete()
    builders.put_out(made["recommendation"])
    assert "Is repeated by" not in text("/recommendations/OTHER-1/")


def test_a_deadline_says_whether_it_was_met_by_each_government(desk: str) -> None:
    made = builders.everything()
    builders.put_out(*builders.publishables(made))
    assert "Deadline 2021 : met" in text("/recommendations/REC-1/")
    assert "Deadline 2020 : not yet due" in text("/recommendations/REC-1/", as_of="2019-06-01")


def test_what_held_on_earlier_days_leads_there(published: str) -> None:
    markup = page("/recommendations/MQ-1/").content.decode()
    (before,) = re.findall(r'<article class="verdict" id="AL">.*?<ul class="verdict__before">(.*?)</ul>', markup, re.DOTALL)
    days = re.findall(r'href="(/recommendations/MQ-1/\?as_of=(\S+?))#AL"', before)
    assert [day for _address, day in days] == ["2020-01-15", "2019-02-28"]
    for address, _day in days:
        (story,) = [each for each in page(address).context["story"].stories if each.addressee.government == "AL"]
        assert story.addressee.status.label in before
    assert "Before that" not in text("/recommendations/MQ-1/", as_of="2019-03-01")


def test_a_government_s_own_words_and_account_stand_on_its_page(desk: str) -> None:
    made = builders.everything()
    Assessment.objects.filter(key="AS-3").update(assessor_kind="government", assessor="The ministry of Albania")
    made["outside_assessment"].refresh_from_db()
    builders.put_out(*builders.publishables(made))
    told = text("/governments/AL/")
    assert "March 2019 : accepted , The minister: They would." in told
    assert "Its own account, and others’" in told
    assert "The ministry of Albania, the government itself" in told
    assert "They would." not in text("/governments/AL/", as_of="2019-02-10")
    assert Position.objects.count() == 1


def test_a_document_says_what_it_is_cited_for_by_stance_and_what_became_of_its_recommendations(desk: str) -> None:
    made = builders.everything()
    builders.put_out(*builders.publishables(made))
    told = text("/documents/PAPER/")
    assert "Disputes 1 use" in told
    assert re.search(r"Action Title of ACT-1 action · ACT-1 , ¶1: What EV-2 says\.", told)
    assert re.search(r"Do REC-1 REC-1 · made here", told)
    tally = page("/documents/PAPER/").context["document_page"].recommendations
    assert {each.recommendation.reference: each.distribution.total for each in tally} == {"OTHER-1": 1, "REC-1": 1}
    assert "What EV-2 says." not in text("/documents/PAPER/", as_of="2019-06-01"), "the action had not been done"


def test_a_document_calls_an_assessment_after_its_recommendation_as_that_is_worded_now(desk: str) -> None:
    """The recommendation alone is published anew; nobody has to publish its assessments again for it."""
    made = builders.everything()
    builders.put_out(*builders.publishables(made))
    address = f"/documents/{made['citation'].document.key}/"
    assert "Assessment Do REC-1 · Albania assessment · AS-3" in text(address)
    recommendation = Recommendation.objects.get(reference="REC-1")
    recommendation.short_title = "Do it otherwise"
    recommendation.save()
    builders.put_out(recommendation)
    told = text(address)
    assert "Assessment Do it otherwise · Albania assessment · AS-3" in told and "Do REC-1 ·" not in told


def test_an_action_says_what_undid_it_and_what_holds_where_it_bears(desk: str) -> None:
    made = builders.everything()
    builders.put_out(*builders.publishables(made))
    told = text("/actions/ACT-1/")
    assert "15 January 2020 : occurred decides its order in time (A note.)" in told
    assert re.search(r"May 2021 : reverses Title of ACT-2 undoes what it did for REC-1", told)
    assert "Do REC-1 REC-1 Albania implemented" in told
    assert "ACT-2" not in text("/actions/ACT-1/", as_of="2021-05-30")


# Citations as a list


def test_a_citation_that_tells_of_a_later_day_is_no_row_of_an_earlier_one(published: str) -> None:
    today = {(row["record_key"], row["citation"]) for row in rows()}
    earlier = {(row["record_key"], row["citation"]) for row in rows(as_of="2021-03-01")}
    assert earlier < today
    held = Client().get("/actions/BE-2021-JUD/", {"as_of": "2021-03-01"})
    shown = {("BE-2021-JUD", citation.citation) for citation in held.context["action_page"].citations}
    assert {pair for pair in earlier if pair[0] == "BE-2021-JUD"} == shown
    assert CitationEdition.objects.exclude(inherited=True, record_kind="assessment").count() == len(today)


def rows(**query: str) -> list[dict[str, Any]]:
    answer = Client().get("/api/v1/citations.json", query)
    return json.loads(b"".join(answer.streaming_content))["results"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("path", "day"), [("/recommendations/MQ-1/NL/", "2019-06-01"), ("/recommendations/MQ-1/AL/", "2020-06-01")])
def test_what_came_out_after_the_day_of_the_page_is_said_to(published: str, path: str, day: str) -> None:
    chain = re.search(r'<ol class="chain">.*?(?=<h[234]|</section>)', page(path, as_of=day).content.decode(), re.DOTALL)
    assert chain
    later = 0
    for line in re.findall(r'<p class="small soft"><a href="/documents/.*?</p>|<dt>Searched</dt><dd>.*?</dd>', chain[0], re.DOTALL):
        dated = re.search(r'<time datetime="([^"]+)"', line)
        after = bool(dated) and dates.PartialDate(dated[1]).first.isoformat() > day
        assert ("after the day of this page" in line) is after, line
        later += after
    said = re.search(r"(\d+) sources? (?:or|and) search(?:es)? shown here", chain[0])
    assert later > 0
    assert said
    assert int(said[1]) == later
    assert "after the day of this page" not in page(path).content.decode()
