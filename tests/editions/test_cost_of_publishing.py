"""What a publication costs: as many questions, and as many rows read, however much is public already."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from config.postgres import Cluster
from tests import builders
from tests.conftest import copy_of, pointing_at
from tracker.editorial.verbs import approve, publish, submit, withdraw
from tracker.generating.writing import GOVERNMENTS
from tracker.models import Action, ActionEvent, Assessment, Recommendation, Submission

LITTLE, MUCH = 20, 160
"""Generated recommendations that are public already."""
OF_STATES = {"editions.government", "public.tracker_government"}
"""Tables that are read whole at each publication: there are not more states than there are."""
A_ROW_A_STATE = {"editions.addressee", "editions.action"}
"""Tables in which one row is looked up for each state."""
A_FEW = 50
"""Rows that another plan may read besides in the larger database, whose large tables have hundreds or thousands of rows more."""
ROWS_READ = """
    SELECT schemaname || '.' || relname, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables
    WHERE schemaname IN ('public', 'editions')
"""


@dataclass(frozen=True)
class Cost:
    """Of one publication: questions asked, and rows read by table."""

    questions: int
    rows: dict[str, int]


def cost(submission: Submission) -> Cost:
    """Publish, to the very end of it. A small table is read whole by a planner who knows that it is small: here it may not."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(ROWS_READ)
        before = dict(cursor.fetchall())
        with CaptureQueriesContext(connection) as asked:
            publish(submission, by=builders.reviewer())
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(ROWS_READ)
        return Cost(len(asked), {table: read - before.get(table, 0) for table, read in cursor.fetchall() if table not in OF_STATES})


@pytest.fixture(scope="module")
def filled(cluster: Cluster, empty_template: str, django_db_blocker: Any) -> Iterator[dict[int, str]]:
    """Two databases, by how much is public in them; the records of the first are in the second too, word for word."""
    with ExitStack() as stack, django_db_blocker.unblock():
        made = {number: stack.enter_context(copy_of(cluster, empty_template)) for number in (LITTLE, MUCH)}
        for number, name in made.items():
            with pointing_at(name):
                call_command("generate", recommendations=number, verbosity=0)
        yield made


def something_new() -> Submission:
    paper = builders.document("PAPER")
    passage, recommendation = builders.citation(paper, "EV-1"), builders.recommendation("REC-1", paper, to=("GEN-1",))
    action, assessment = builders.action("ACT-1", code="GEN-1"), builders.assessment("AS-1", recommendation, code="GEN-1")
    builders.effect(action, recommendation, code="GEN-1")
    for record in (recommendation, action, assessment):
        builders.cite(record, passage)
    return submit([paper, recommendation, action, assessment], by=builders.author(), reason="a test")


def a_correction() -> Submission:
    """Of an action and its recommendation, with another verdict on it."""
    action = Action.objects.filter(effects__isnull=False).order_by("key").first()
    assert action is not None
    addressee = action.effects.get().addressee
    recommendation = addressee.recommendation
    ActionEvent.objects.filter(action=action).update(on="2025-01-01")
    Recommendation.objects.filter(pk=recommendation.pk).update(target="Officers")
    last = addressee.assessments.filter(superseded_by=None, assessor_kind="staff").first()
    follows = builders.assessment("AS-1", recommendation, code=addressee.government.code, supersedes=last)
    builders.cite(follows, action.citation_uses.filter(stance="supports").order_by("citation__key")[0].citation)
    return submit([action, recommendation, follows], by=builders.author(), reason="a test")


def a_withdrawal() -> Submission:
    last = Assessment.objects.filter(superseded_by=None).order_by("key").first()
    assert last is not None
    return withdraw([last], by=builders.user("chief", role="reviewer"), reason="a test")


@pytest.mark.parametrize("submitted", [something_new, a_correction, a_withdrawal])
def test_a_publication_costs_no_more_where_much_is_public(cluster: Cluster, filled: dict[int, str], submitted: Callable[[], Submission]) -> None:
    costs = {}
    for number, template in filled.items():
        with copy_of(cluster, template) as name, pointing_at(name):
            costs[number] = cost(approve(submitted(), by=builders.reviewer()))
    assert costs[MUCH].questions == costs[LITTLE].questions
    more = {table: number for table, read in costs[MUCH].rows.items() if (number := read - costs[LITTLE].rows.get(table, 0))}
    assert {table: number for table, number in more.items() if number > (len(GOVERNMENTS) if table in A_ROW_A_STATE else A_FEW)} == {}
