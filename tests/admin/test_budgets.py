"""How many queries a page costs: the same for ten rows and for a hundred."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import builders
from tracker.editorial.verbs import approve, publish, submit
from tracker.models import LegalStatus, Party, Position, Theme, User

# The dearest list is that of actions: what is frozen to tell whether a row was edited comes from a dozen tables.
LIST_BUDGET = 32
# The dearest form is an assessment's: nine of its queries gather what the proposed status follows from, one the open challenges to it, and one the
# imports that it came with.
FORM_BUDGET = 25


def records(numbers: range) -> None:
    """A record of each noun for each number; every second one is public, and one in four was edited since."""
    paper = builders.document(f"PAPER-{numbers.start}")
    public: list[Any] = [paper]
    for number in numbers:
        builders.government(f"G{number}")
        Theme.objects.create(key=f"theme-{number}", name=f"theme {number}")
        builders.measure(f"measure-{number}")
        builders.user(f"user-{number}")
        Group.objects.create(name=f"group {number}")
        passage = builders.citation(paper, f"EV-{number}")
        document = builders.document(f"DOC-{number}")
        recommendation = builders.recommendation(f"REC-{number}", paper)
        action = builders.action(f"ACT-{number}")
        builders.effect(action, recommendation)
        party = Party.objects.create(key=f"party-{number}", kind="person", name=f"Person {number}")
        said = LegalStatus.objects.create(action=action, party=party, standing="expelled", on="2020", said_by="The ministry")
        builders.cite(said, passage)
        assessment = builders.assessment(f"AS-{number}", recommendation)
        position = Position.objects.create(assessment=assessment, answer="accepted", on="2019-03", said_by="The minister")
        for record in (recommendation, action, assessment, position):
            builders.cite(record, passage)
        if number % 2 == 0:
            public += [document, recommendation, action, assessment]
    submission = submit(public, by=builders.author(), reason="Ready")
    publish(approve(submission, by=builders.reviewer()), by=builders.reviewer())
    for record in public[1::2]:
        record.note = "Edited since."
        record.save()
    for number in numbers:
        submit([builders.document(f"WAITING-{number}")], by=builders.author(), reason=f"Reason {number}")


def cost(client: Client, path: str) -> int:
    """Queries of one page."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    assert response.status_code == 200, path
    return len(queries)


def test_a_list_costs_the_same_for_ten_rows_and_for_a_hundred(people: dict[str, User], sign_in: Callable[[str], Client]) -> None:
    """Every noun's list."""
    client = sign_in("superuser")
    paths = [reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") for model in admin.site._registry]
    records(range(10))
    few = {path: cost(client, path) for path in paths}
    records(range(10, 100))
    many = {path: cost(client, path) for path in paths}
    assert many == few
    assert max(many.values()) <= LIST_BUDGET, many


def test_a_form_costs_the_same_for_two_rows_and_for_twenty(people: dict[str, User], sign_in: Callable[[str], Client]) -> None:
    """The forms with rows below them."""
    client = sign_in("superuser")
    paper = builders.document("PAPER")
    codes = tuple(f"G{number}" for number in range(20))
    recommendation = builders.recommendation("REC", paper, to=codes[:2])
    action = builders.action("ACT", code="G0")
    assessment = builders.assessment("AS", recommendation, code="G0")
    forms = [reverse(f"admin:tracker_{record._meta.model_name}_change", args=[record.pk]) for record in (recommendation, action, assessment)]

    def rows(numbers: range) -> None:
        for number in numbers:
            passage = builders.citation(paper, f"EV-{number}")
            for record in (recommendation, action, assessment):
                builders.cite(record, passage)
            builders.effect(action, recommendation, code=f"G{number}")
            party = Party.objects.create(key=f"party-{number}", kind="person", name=f"Person {number}")
            LegalStatus.objects.create(action=action, party=party, standing="expelled", on="2020", said_by="The ministry")
            Position.objects.create(assessment=assessment, answer="accepted", on="2019-03", said_by="The minister")
            builders.search(assessment, f"SR-{number}")

    rows(range(2))
    for path in forms:
        client.get(path)  # what a process asks once and keeps (content types) is nobody's cost
    few = {path: cost(client, path) for path in forms}
    for code in codes[2:]:
        recommendation.addressees.create(government=builders.government(code))
    rows(range(2, 20))
    many = {path: cost(client, path) for path in forms}
    assert many == few
    assert max(many.values()) <= FORM_BUDGET, many
