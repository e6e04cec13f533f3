"""Replies, positions, other verdicts, departures, moved deadlines and searches: where the claim stands, in every format, as of the day."""

import csv
import html
import io
import json
import re
from typing import Any

import pghistory
import pytest
from django.test import Client

from tests import builders
from tracker.models import DeadlineMove, Reply, Search

WORDS = "Nous contestons\nformellement <cela>."


@pytest.fixture
def made(desk: str) -> dict[str, Any]:
    """One record of every noun, with replies to an action and to the verdict that holds, and a verdict of somebody else's."""
    made = builders.everything()
    Reply.objects.all().delete()
    DeadlineMove.objects.all().delete()
    fields = {"words": WORDS, "said_by": "Embassy of Albania", "language": "fr", "on": "2020-06-10"}
    made["reply"] = builders.reply(made["action"], "RE-1", made["citation"], **fields)
    made["reply_to_verdict"] = builders.reply(made["assessment"], "RE-2", made["citation"], words="We disagree.", language="en", on="2020-07")
    made["assessment"].departure = "The decree was never applied."
    made["assessment"].save()
    builders.put_out(*builders.publishables(made))
    return made


def get(path: str, **query: str) -> Any:
    response = Client(SERVER_NAME="localhost").get(path, query)
    assert response.status_code == 200
    return response


def whole(response: Any) -> str:
    return (b"".join(response.streaming_content) if response.streaming else response.content).decode()


def claims(path: str, **query: str) -> list[str]:
    """Every element of a claim of an action or a verdict, with its markup."""
    page = whole(get(path, **query))
    return re.findall(
        r'<div class="claim">.*?</div>|<article class="verdict".*?</article>|<tr><th scope="row"><a href="/rec.*?</tr>', page, re.DOTALL
    )


ACTION_PAGES = ["/actions/ACT-1/", "/actions/", "/recommendations/REC-1/", "/governments/AL/"]


@pytest.mark.parametrize("path", ACTION_PAGES)
def test_a_reply_stands_verbatim_in_the_element_of_the_claim(made: dict[str, Any], path: str) -> None:
    (claim,) = [claim for claim in claims(path) if "Description of ACT-1." in claim]
    assert '<blockquote lang="fr" dir="auto">Nous contestons<br>formellement &lt;cela&gt;.</blockquote>' in claim
    assert "Embassy of Albania" in claim
    assert '<time datetime="2020-06-10">' in claim
    assert '<a href="/documents/REPORT/">[Title of REPORT]</a>, A paper, ¶1' in claim


@pytest.mark.parametrize("path", ["/recommendations/REC-1/", "/governments/AL/"])
def test_so_does_a_reply_to_a_verdict(made: dict[str, Any], path: str) -> None:
    (claim,) = [claim for claim in claims(path) if "Rationale of AS-2." in claim]
    assert '<blockquote lang="en" dir="auto">We disagree.</blockquote>' in claim
    assert "Not the status that the rule proposes:</b> The decree was never applied." in claim


@pytest.mark.parametrize(("name", "words"), [("actions", WORDS), ("addressees", "We disagree."), ("assessments", "We disagree.")])
def test_files_and_answers_carry_the_reply_in_the_row_of_the_claim(made: dict[str, Any], name: str, words: str) -> None:
    (row,) = [row for row in get(f"/api/v1/{name}").json()["results"] if row["replies"]]
    (reply,) = row["replies"]
    assert reply["words"] == words
    assert reply["sources"][0]["document"] == "REPORT"
    assert set(reply) == {"key", "said_by", "on", "words", "language", "note", "sources"}
    cells = [row["replies"] for row in csv.DictReader(io.StringIO(whole(get(f"/api/v1/{name}.csv")).lstrip("\ufeff"))) if row["replies"]]
    (cell,) = cells
    assert f"“{words}”" in cell
    assert cell.startswith(f"{reply['said_by']}, {reply['on']}")
    assert "A paper, [Title of REPORT], ¶1" in cell


def test_what_was_answered_later_had_not_been_answered(made: dict[str, Any]) -> None:
    for day, answered in (("2020-06-09", False), ("2020-06-10", True)):
        rows = get("/api/v1/actions", as_of=day).json()["results"]
        assert any(row["replies"] for row in rows) is answered
        assert ("Nous contestons" in whole(get("/actions/ACT-1/", as_of=day))) is answered
    for day, answered in (("2020-07-30", False), ("2020-07-31", True)):
        assert ("We disagree." in whole(get("/recommendations/REC-1/", as_of=day))) is answered
        assert ("We disagree." in whole(get("/api/v1/addressees.csv", as_of=day))) is answered


def test_a_reply_counts_neither_for_nor_against(made: dict[str, Any]) -> None:
    """Labels and counts are those of the citations of the claim itself."""
    before = get("/api/v1/addressees").json()["results"]
    for number in range(3):
        advocacy = builders.citation(made["paper"], f"EV-R{number}")
        builders.reply(made["assessment"], f"RE-X{number}", advocacy)
    builders.put_out(made["assessment"])
    after = get("/api/v1/addressees").json()["results"]
    for name in ("supports", "disputes", "disputed", "claimed_by", "corroboration", "status"):
        assert [row[name] for row in before] == [row[name] for row in after], name
    assert max(len(row["replies"]) for row in after) == 4


def test_positions_stand_apart_and_other_verdicts_beside(made: dict[str, Any]) -> None:
    (verdict,) = [claim for claim in claims("/recommendations/REC-1/") if 'id="AL"' in claim]
    apart = verdict.split('<div class="positions">')[1].split("</div>")[0]
    assert "They would." in apart
    assert "no part of the verdict" in apart
    beside = verdict.split('<div class="verdicts">')[1].split("</div>")[0]
    assert "A club" in beside
    assert "only this site’s decides the status shown" in beside
    assert "Rationale of AS-3." in beside
    line = verdict.split('class="verdict__line">')[1].split("</p>")[0]
    assert "A club" not in line


def test_anothers_verdict_is_never_counted(made: dict[str, Any]) -> None:
    before = get("/").context["dashboard"].distribution
    other = builders.assessment("AS-9", made["other"], status="rejected", assessor_kind="third_party", assessor="A club")
    builders.cite(other, made["citation"])
    builders.put_out(other)
    assert get("/").context["dashboard"].distribution == before
    assert "Rationale of AS-9." in whole(get("/recommendations/OTHER-1/"))


# Searches


@pytest.fixture
def due(made: dict[str, Any]) -> dict[str, Any]:
    """A status that came with the software and rests on a search of March 2020."""
    from tracker.editorial.verbs import ship

    found = builders.assessment("AS-10", made["other"], status="no_action")
    builders.cite(found, made["citation"])
    builders.search(found, "SR-10")
    Search.objects.filter(key="SR-10").update(searched_on="2020-03")
    ship([found], reason="shipped")
    return made


SEARCH_PAGES = ["/recommendations/OTHER-1/", "/recommendations/?recommendation=OTHER-1", "/governments/AL/", "/matrix/?recommendation=OTHER-1", "/"]


@pytest.mark.parametrize("path", SEARCH_PAGES)
def test_wherever_the_status_is_shown_it_says_that_its_search_is_due(due: dict[str, Any], path: str) -> None:
    day, _sep, query = path.partition("?")
    parameters = dict(part.split("=") for part in query.split("&") if part)

    def said(as_of: str) -> str:
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", whole(get(day, **parameters, as_of=as_of)))))

    assert re.search(r"due (again )?since 31 Mar 2021", said("2021-03-31"))
    assert not re.search(r"due (again )?since \d", said("2021-03-30"))


def test_files_say_it_too_and_the_number_opens_its_rows(due: dict[str, Any]) -> None:
    (row,) = get("/api/v1/addressees", recommendation="OTHER-1").json()["results"]
    assert (row["searched_on"], row["search_due_since"], row["status"]) == ("2020-03", "2021-03-31", "no_action")
    (then,) = get("/api/v1/addressees", recommendation="OTHER-1", as_of="2021-03-30").json()["results"]
    assert (then["searched_on"], then["search_due_since"]) == ("2020-03", None)
    assert get("/").context["dashboard"].certainty.search_due == 1
    assert [row["recommendation"] for row in get("/api/v1/addressees", search="due").json()["results"]] == ["OTHER-1"]
    assert get("/api/v1/addressees", search="holds", as_of="2021-03-30").json()["count"] == 1


# Deadlines


@pytest.fixture
def moved(made: dict[str, Any]) -> dict[str, Any]:
    """A deadline moved twice by the inquiry, and once corrected here."""
    record = made["recommendation"]
    for before, after, on in (("2020", "2021", "2019-06"), ("2021", "2022-05", "2021-03-01")):
        DeadlineMove.objects.create(recommendation=record, before=before, after=after, moved_on=on, moved_by="The inquiry", reason="More time.")
    record.due_on = "2022-05"
    with pghistory.context(user=builders.author().pk, reason="It was moved"):
        record.save()
    builders.put_out(record, reason="The deadline was moved")
    return made


@pytest.mark.parametrize(("day", "held", "moves"), [("2019-06-01", "2020", 0), ("2019-07-01", "2021", 1), ("2021-03-01", "2022-05", 2)])
def test_the_deadline_is_the_one_of_the_day_with_the_ledger_of_its_moves(moved: dict[str, Any], day: str, held: str, moves: int) -> None:
    (row,) = [row for row in get("/api/v1/recommendations", as_of=day).json()["results"] if row["reference"] == "REC-1"]
    assert row["due_on"] == held
    assert len(row["deadline_moves"]) == moves
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", whole(get("/recommendations/REC-1/", as_of=day))))
    assert page.count(", by The inquiry, because: More time.") == moves
    assert ("Moved from 2020 to 2021 on June 2019, by The inquiry, because: More time." in page) is (moves > 0)


def test_a_deadline_that_others_moved_is_no_correction_of_ours(moved: dict[str, Any]) -> None:
    (newest, _first) = get("/api/v1/changes", recommendation="REC-1", kind="recommendation").json()["results"]
    assert newest["nature"] == "added_to"
    cell = next(row for row in csv.DictReader(io.StringIO(whole(get("/api/v1/recommendations.csv")).lstrip("\ufeff"))) if row["reference"] == "REC-1")
    assert "2021 to 2022-05 on 2021-03-01, by The inquiry: More time." in cell["deadline_moves"]


def test_where_our_record_was_wrong_it_is_said_so(made: dict[str, Any]) -> None:
    made["recommendation"].due_on = "2023"
    with pghistory.context(user=builders.author().pk, reason="Misread"):
        made["recommendation"].save()
    builders.put_out(made["recommendation"], reason="Misread")
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", whole(get("/recommendations/REC-1/"))))
    assert "Corrected here from 2021 to 2023" in page
    assert "the deadline itself was not moved. Misread" in page
    assert get("/api/v1/changes", nature="corrected").json()["count"] == 1


# Legal status


@pytest.mark.parametrize(
    ("standing", "reads"), [("convicted", "reported convicted by The ministry"), ("acquitted", "reported acquitted by The ministry"),
                            ("sanctioned", "sanctioned, according to The ministry")],
)  # fmt: skip
def test_no_legal_status_reads_as_more_than_was_shown(made: dict[str, Any], standing: str, reads: str) -> None:
    made["legal_status"].standing = standing
    made["legal_status"].save()
    builders.put_out(made["action"])
    for path in (*ACTION_PAGES, "/api/v1/actions", "/api/v1/actions.json", "/api/v1/actions.csv", "/corrections/", "/feeds/changes.atom"):
        said = whole(get(path))
        assert reads in said, path
        if standing == "sanctioned":
            assert "convicted" not in said, path
        elif path.endswith((".csv", "/")):
            bare = re.sub(rf"reported {standing}", "", re.sub(r"<footer.*", "", said, flags=re.DOTALL))
            assert standing not in bare, path
    assert json.loads(whole(get("/api/v1/actions.json")))["results"]


# Where a legal status is said, and what disputes it


def alleged_by_advocates(made: dict[str, Any]) -> None:
    """A person alleged to have done something by a campaign's paper, which the press disputes; the action itself rests on the press alone."""
    made["legal_status"].standing, made["legal_status"].said_by = "alleged", "the authorities"
    made["legal_status"].save()
    made["legal_status"].citation_uses.all().delete()
    campaign = builders.document("CAMPAIGN", author="A lobby", kind="opinion", interest="advocacy")
    gazette = builders.document("GAZETTE", publisher="The Gazette")
    builders.cite(made["legal_status"], builders.citation(campaign, "EV-CAMPAIGN", locator="p. 9"))
    builders.cite(made["legal_status"], builders.citation(gazette, "EV-GAZETTE", locator="p. 3"), "disputes")
    made["action"].citation_uses.filter(stance="disputes").delete()
    builders.put_out(campaign, gazette, made["action"])


def without_marks(markup: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", markup)))


@pytest.mark.parametrize("path", ["/actions/", "/recommendations/REC-1/", "/governments/AL/", "/actions/ACT-1/"])
def test_a_legal_status_stands_with_its_sources_and_disputes_in_one_element(made: dict[str, Any], path: str) -> None:
    alleged_by_advocates(made)
    page = whole(get(path))
    (claim,) = [part for part in re.findall(r'<div class="claim">.*?</div>|<dd>.*?</dd>', page, re.DOTALL) if "A Person" in part]
    said = without_marks(claim)
    assert "alleged, according to the authorities" in said
    assert "claimed by A lobby" in said
    assert "supports: Title of CAMPAIGN, A lobby, p. 9 (advocacy)" in said
    assert "disputes: Title of GAZETTE, The Gazette, p. 3 (press)" in said
    assert '<a href="/documents/CAMPAIGN/">' in claim


def test_files_and_answers_carry_the_sources_of_a_legal_status(made: dict[str, Any]) -> None:
    alleged_by_advocates(made)
    (row,) = [row for row in get("/api/v1/actions").json()["results"] if row["parties"]]
    (party,) = row["parties"]
    assert party["claimed_by"] == ["A lobby"]
    assert [(source["document"], source["stance"], source["interest"]) for source in party["sources"]] == [
        ("CAMPAIGN", "supports", "advocacy"),
        ("GAZETTE", "disputes", "press"),
    ]
    (written,) = [row for row in json.loads(whole(get("/api/v1/actions.json")))["results"] if row["parties"]]
    assert written["parties"] == row["parties"]
    (cell,) = [row["parties"] for row in csv.DictReader(io.StringIO(whole(get("/api/v1/actions.csv")).lstrip("\ufeff"))) if row["parties"]]
    assert "claimed by A lobby" in cell
    assert "[supports, advocacy: A lobby, Title of CAMPAIGN, p. 9]" in cell
    assert "[disputes, press: The Gazette, Title of GAZETTE, p. 3]" in cell


def test_a_dispute_of_a_legal_status_counts_against_the_action_and_what_rests_on_it(made: dict[str, Any]) -> None:
    """The number opens its rows: the dispute is listed with the evidence of both."""
    before = {row["key"]: row for row in get("/api/v1/assessments").json()["results"]}
    assert before["AS-2"]["disputes"] == 1
    alleged_by_advocates(made)
    (row,) = [row for row in get("/api/v1/actions").json()["results"] if row["key"] == "ACT-1"]
    assert (row["disputes"], row["disputed"]) == (1, True)
    assert [row["key"] for row in get("/api/v1/actions", disputed="yes").json()["results"]] == ["ACT-1"]
    after = {row["key"]: row for row in get("/api/v1/assessments").json()["results"]}
    assert after["AS-2"]["disputes"] == 1
    page = whole(get("/actions/ACT-1/"))
    (listed,) = re.findall(r'<li id="EV-GAZETTE">.*?</li>', page, re.DOTALL)
    assert "(disputes the legal status of a party)" in listed
    assert "(disputes an action that this rests on)" in whole(get("/recommendations/REC-1/"))
    made["legal_status"].citation_uses.filter(stance="disputes").delete()
    builders.put_out(made["action"])
    assert {row["disputed"] for row in get("/api/v1/actions").json()["results"]} == {False}
    assert {row["key"]: row["disputes"] for row in get("/api/v1/assessments").json()["results"]}["AS-2"] == 0


def test_a_corrected_legal_status_says_who_claims_it(made: dict[str, Any]) -> None:
    alleged_by_advocates(made)
    for path in ("/corrections/", "/feeds/changes.atom"):
        assert "alleged, according to the authorities, 2020-01-15 [non grata], claimed by A lobby" in whole(get(path)), path


@pytest.mark.parametrize(
    ("path", "reads"),
    [
        ("/actions/BE-2022-APP/", "Three co-defendants: reported convicted by De Standaard, 10 May 2022"),
        ("/actions/DK-2020-JUD/", "One man, not named by the court: reported convicted by the Associated Press and by Devdiscourse, 26 June 2020"),
        (
            "/actions/BE-2022-CC/",
            "Persons convicted: convicted, according to Constitutional Court, 8 December 2022",
        ),
        ("/actions/BE-2023-EXC/", "Assadollah Assadi: reported convicted by IFMAT, republishing Eurasia Review, 4 February 2021"),
    ],
)
def test_the_shipped_cases_keep_what_the_methodology_promises(published: str, path: str, reads: str) -> None:
    """A conviction without a court's judgment reads as reported, and stands with the place where that is said."""
    page = whole(get(path))
    (claim,) = re.findall(r'<div class="claim">.*?</div>', page, re.DOTALL)
    said = without_marks(claim)
    assert reads in said
    assert "supports: " in said.split(reads)[1]
    assert "Legal status, as recorded" not in page


def test_no_legal_status_of_the_shipped_cases_is_published_without_its_source(published: str) -> None:
    parties = [party for row in json.loads(whole(get("/api/v1/actions.json")))["results"] for party in row["parties"]]
    assert len(parties) == 52
    for party in parties:
        assert any(source["stance"] == "supports" and source["title"] for source in party["sources"]), party
        only_advocacy = {source["interest"] for source in party["sources"] if source["stance"] == "supports"} == {"advocacy"}
        assert bool(party["claimed_by"]) is only_advocacy, party
