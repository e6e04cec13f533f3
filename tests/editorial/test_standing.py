"""What is on record, gathered for the rule that proposes a status: the same from the desk as from what is public, in a fixed number of queries."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import builders
from tracker.editions.tables import RecordEdition
from tracker.editorial.standing import departures, facts_at_desk, facts_in_public, held_once
from tracker.editorial.verbs import approve, publish, ship, submit, withdraw
from tracker.models import Addressee, Assessment, Position, system_actor
from tracker.rules.proposal import Facts, propose
from tracker.rules.vocabulary import Status

CASEFILES_SEARCHED = dt.date(2026, 11, 21)

DIFFERING = {
    # Taken up by motions and promises alone, which touch the matter: the rule makes nothing of them.
    "AS-005": "not_assessed", "AS-028": "not_assessed", "AS-030": "not_assessed",
    # Resolutions and half-way acts: their effects are recorded as “partly fulfils”, and the assessors saw no more than a matter taken up.
    "AS-015": "partially_implemented", "AS-031": "partially_implemented", "AS-040": "partially_implemented", "AS-057": "partially_implemented",
    "S2-AS-011": "partially_implemented",
    # The refusal of 2022 has no end on record beside the act of 2025 that fulfils.
    "S2-AS-020": "partially_implemented",
}  # fmt: skip
"""Assessments of the case files that hold today and whose status the rule does not propose: what the queue shows."""


def at_desk() -> dict[int, Facts]:
    return facts_at_desk(Addressee.objects.select_related("recommendation"))


def test_the_case_files_beside_the_rule(published: str) -> None:
    """75 of the 84 assessments that hold today agree; the others are these."""
    facts = at_desk()
    holding = Assessment.objects.filter(superseded_by=None)
    proposed = {found.key: propose(facts[found.addressee_id], on=CASEFILES_SEARCHED).status for found in holding}
    assert len(proposed) == 84
    assert {found.key: str(proposed[found.key]) for found in holding if proposed[found.key] != found.status} == DIFFERING


def test_what_was_superseded_was_mostly_proposed_on_its_day(published: str) -> None:
    """Five of ten; the others rest on positions that the case files hold as effects, and on a day within the effect's month."""
    facts = at_desk()
    superseded = Assessment.objects.exclude(superseded_by=None)
    agree = {found.key for found in superseded if held_once(facts[found.addressee_id], Status(found.status), found.effective_on)}
    assert len(superseded) == 10
    assert agree == {"AS-001", "AS-016", "AS-058", "AS-059", "S2-AS-012"}


def test_desk_and_public_tell_the_same_of_what_is_public(published: str) -> None:
    """Facts of every addressee of the case files, gathered both ways."""
    addressees = {
        (found.recommendation.reference, found.government.code): found for found in Addressee.objects.select_related("recommendation", "government")
    }
    desk, public = at_desk(), facts_in_public(set(addressees), {})
    assert len(addressees) == 100

    def comparable(facts: Facts) -> Any:
        effects = sorted((sorted((str(event) for event in found.events)), *(getattr(found, name) for name in names)) for found in facts.effects)
        return facts.recommended_on, facts.due_on, facts.has_criteria, effects, set(facts.positions), set(facts.searches), facts.superseded_by

    names = ("key", "action")
    for place, addressee in addressees.items():
        assert comparable(desk[addressee.pk]) == comparable(public[place]), place
        assert propose(desk[addressee.pk], on=CASEFILES_SEARCHED) == propose(public[place], on=CASEFILES_SEARCHED)


def test_gathering_costs_the_same_for_one_and_for_all(published: str) -> None:
    """Nine queries at the desk, four over what is public."""
    addressees = list(Addressee.objects.select_related("recommendation", "government"))
    places = {(found.recommendation.reference, found.government.code) for found in addressees}
    for some, names in ((addressees[:1], {places.copy().pop()}), (addressees, places)):
        with CaptureQueriesContext(connection) as queries:
            facts_at_desk(some)
        assert len(queries) == 9
        with CaptureQueriesContext(connection) as queries:
            facts_in_public(names, {})
        assert len(queries) == 4


# The verb asks


@pytest.fixture
def web(desk: str) -> dict[str, Any]:
    """A public recommendation with a public action that fulfils it in part."""
    paper = builders.document("PAPER")
    passage = builders.citation(paper, "EV-1")
    recommendation, action = builders.recommendation("REC-1", paper), builders.action("ACT-1")
    builders.effect(action, recommendation, direction="partly_fulfils")
    for record in (recommendation, action):
        builders.cite(record, passage)
    builders.put_out(paper, recommendation, action)
    return {"paper": paper, "passage": passage, "recommendation": recommendation, "action": action}


def verdict(web: dict[str, Any], key: str = "AS-1", **fields: Any) -> Assessment:
    found = builders.assessment(key, web["recommendation"], **{"departure": "", **fields})
    builders.cite(found, web["passage"])
    return found


def refusal(*records: Any) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        submit(records, by=builders.author(), reason="Ready")
    return refused.value.messages


def test_another_status_than_the_proposed_one_asks_for_a_sentence(web: dict[str, Any]) -> None:
    """And with it, it is submitted; the proposed one needs none."""
    assessment = verdict(web, status="implemented")
    (sentence,) = refusal(assessment)
    assert sentence == (
        "Assessment AS-1: the status is “implemented”, and the proposed one “partially implemented”."
        " An action after the recommendation fulfils a part of it. Say in a sentence why you choose otherwise."
    )
    Assessment.objects.filter(pk=assessment.pk).update(departure="   ")
    assert len(refusal(assessment)) == 1
    Assessment.objects.filter(pk=assessment.pk).update(departure="The part is all that the criteria ask for.")
    submit([assessment], by=builders.author(), reason="Ready")
    Assessment.objects.filter(pk=assessment.pk).update(departure="", status="partially_implemented")
    submit([assessment], by=builders.author(), reason="Ready")


def test_the_effect_may_come_in_the_same_submission_or_go_in_it(web: dict[str, Any]) -> None:
    """What counts is what readers will see once it is public."""
    assessment = verdict(web, status="implemented")
    whole = builders.action("ACT-2", on="2021-05")
    builders.effect(whole, web["recommendation"])
    builders.cite(whole, web["passage"])
    assert len(refusal(assessment)) == 1  # the draft beside it is not public
    submit([assessment, whole], by=builders.author(), reason="Ready")
    web["action"].effects.all().delete()
    assert "Or say in a sentence why it is so." in refusal(assessment, web["action"])[0]


def test_who_is_not_asked(web: dict[str, Any]) -> None:
    """An outside assessor, data shipped with the software, what another assessment follows, and a no that a source shows."""
    outside = verdict(web, "AS-1", status="implemented", assessor_kind="third_party", assessor="A club")
    submit([outside], by=builders.author(), reason="Ready")
    first = verdict(web, "AS-2", status="rejected", effective_on="2019-06")
    then = verdict(web, "AS-3", status="partially_implemented", supersedes=first)
    submit([first, then], by=builders.author(), reason="Ready")
    assert refusal(first) != []
    assert ship([first, then], reason="Shipped") is not None
    submit([first], by=builders.author(), reason="A word mended")

    other = builders.recommendation("REC-2", web["paper"])
    none = builders.assessment("AS-4", other, status="no_action", departure="")
    for record in (other, none):
        builders.cite(record, web["passage"])
    assert "Nothing" in refusal(other, none)[0] or "log the search" in refusal(other, none)[0]
    search = builders.search(none, "SR-1")
    type(search).objects.update(searched_on=dt.datetime.now(tz=dt.UTC).date().isoformat())
    submit([other, none], by=builders.author(), reason="Ready")


def test_positions_and_searches_of_the_submission_count(web: dict[str, Any]) -> None:
    """They stand in the assessment itself."""
    other = builders.recommendation("REC-2", web["paper"])
    found = builders.assessment("AS-4", other, status="rejected", departure="")
    for record in (other, found):
        builders.cite(record, web["passage"])
    assert len(refusal(other, found)) == 1
    answer = Position.objects.create(assessment=found, answer="rejected", on="2020", said_by="The minister")
    builders.cite(answer, web["passage"])
    submit([other, found], by=builders.author(), reason="Ready")


def test_asking_costs_few_queries_and_none_where_nothing_is_to_be_asked(web: dict[str, Any]) -> None:
    """Five for any number of assessments."""
    bodies: dict[tuple[str, str], Any] = {}
    for number in range(12):
        other = builders.recommendation(f"REC-{number + 10}", web["paper"])
        bodies["assessment", f"AS-{number}"] = _body(f"AS-{number}", other.reference)
    bodies["assessment", "AS-99"] = _body("AS-99", "REC-1")
    with CaptureQueriesContext(connection) as queries:
        departures(bodies, today=CASEFILES_SEARCHED)
    assert len(queries) == 5
    with CaptureQueriesContext(connection) as queries:
        departures({name: {**body, "departure": "Because."} for name, body in bodies.items()}, today=CASEFILES_SEARCHED)
    assert len(queries) == 0


def _body(key: str, reference: str) -> dict[str, Any]:
    return {
        "key": key, "recommendation": reference, "government": "AL", "status": "implemented", "supersedes": None, "assessor_kind": "staff",
        "departure": "", "positions": [], "searches": [],
    }  # fmt: skip


# Shipped data, reviewed by people


def test_shipped_data_is_reviewed_as_it_is_by_two_people(web: dict[str, Any]) -> None:
    """Unchanged, submitted by one person and approved by another, it is no longer “not reviewed here”; one person alone cannot do it."""
    paper = builders.document("SHIPPED", by=system_actor())
    ship([paper], reason="Shipped")

    def provenance() -> str:
        return RecordEdition.desk.known_at(None).get(key="SHIPPED").provenance

    assert provenance() == "shipped"
    submission = submit([paper], by=builders.reviewer(), reason="Reviewed as it is")
    with pytest.raises(Exception, match="another person must approve it"):
        approve(submission, by=builders.reviewer())
    publish(approve(submission, by=builders.user("second", role="reviewer", first_name="Sam")), by=builders.reviewer())
    assert provenance() == "reviewed"
    withdraw([paper], by=builders.reviewer(), reason="A hoax")
