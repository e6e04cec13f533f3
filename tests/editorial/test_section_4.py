"""Section 4 of the design, rule by rule and path by path: each cell tries to publish what the rule refuses, and fails.

Paths: the verb; the desk's form (the submission of a record, and of several from a list); a data package, loaded by a person; raw SQL as the desk's
role, which forges an approved version and publishes it by hand. Approval itself is tried in tests/editorial/test_verbs.py,
tests/editions/test_guards.py and tests/admin/.
"""

import csv
import datetime as dt
import json
import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from psycopg.types.json import Jsonb

from config.postgres import Cluster
from tests import builders
from tests.sql import refusal
from tracker.editions.tables import RecordEdition
from tracker.editorial.freeze import PREFETCH, content_hash, freeze, kind_of
from tracker.editorial.verbs import submit
from tracker.exchange.files import PackageError
from tracker.exchange.loader import load
from tracker.models import Submission, Version

LONG_AGO = "2020-03"
TO_COME = (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=400)).isoformat()

Body = dict[str, Any]
Cell = tuple[str, dict[str, str], dict[str, str] | None]
"""A change of a package: the file, the row by some of its cells, and its new cells; None takes the row away."""


@dataclass(frozen=True)
class Rule:
    """What must not become public: how the desk's record, a package's cells and a forged body would say it, and the sentence that refuses it.

    ``sentence`` is what people are told; ``constraint`` the promise of a table that already refuses it on the desk, where there is one.
    """

    name: str
    noun: str
    sentence: str
    draft: Callable[[dict[str, Any]], Any]
    cells: tuple[Cell, ...]
    body: Callable[[Body], Any]
    constraint: str = ""


def without(records: Any) -> None:
    records.all().delete()


def changed(record: Any, **fields: Any) -> None:
    type(record).objects.filter(pk=record.pk).update(**fields)


def uses(noun: str, key: str) -> dict[str, str]:
    return {noun: key}


TURNED_ROUND = {"EV-1": ("citation", "disputes"), "EV-2": ("dispute", "supports")}
"""What supports the action disputes it, and the other way round: the public verdicts AS-2 and AS-3 are supported by EV-1 alone."""

RULES = [
    Rule(
        "a status rests on a supporting citation", "assessment", "has no supporting citation",
        lambda made: without(made["assessment"].citation_uses),
        (("citation_uses", uses("assessment", "AS-2"), None),),
        lambda body: body.update(citations=[]),
    ),
    Rule(
        "what disputes a status does not support it", "assessment", "has no supporting citation",
        lambda made: made["assessment"].citation_uses.update(stance="disputes"),
        (("citation_uses", uses("assessment", "AS-2"), {"stance": "disputes"}),),
        lambda body: [use.update(stance="disputes") for use in body["citations"]],
    ),
    Rule(
        "nor does what disputes an action that it rests on", "assessment", "no supporting citation left",
        lambda made: made["assessment"].citation_uses.update(citation=made["dispute"]),
        (("citation_uses", uses("assessment", "AS-2"), {"citation": "EV-2"}),),
        lambda body: body["citations"][0].update(key="EV-2"),
    ),
    Rule(
        "an action takes no public status its support away", "action", "no supporting citation left",
        lambda made: [made["action"].citation_uses.filter(citation=made[name]).update(stance=stance) for name, stance in TURNED_ROUND.values()],
        tuple(("citation_uses", {"action": "ACT-1", "citation": key}, {"stance": stance}) for key, (_name, stance) in TURNED_ROUND.items()),
        lambda body: [use.update(stance=TURNED_ROUND[use["key"]][1]) for use in body["citations"]],
    ),
    Rule(
        "no evidence found rests on a search", "earlier_assessment", "log the search|no search on record",
        lambda made: without(made["earlier_assessment"].searches),
        (("searches", {"key": "SR-1"}, None),),
        lambda body: body.update(searches=[]),
    ),
    Rule(
        "a forged body without the word for searches", "earlier_assessment", "log the search|no search on record",
        lambda made: without(made["earlier_assessment"].searches),
        (("searches", {"key": "SR-1"}, None),),
        lambda body: body.pop("searches"),
    ),
    Rule(
        "a search says who searched and what it cannot show", "earlier_assessment", "say who searched|does not say when, by whom",
        lambda made: changed(made["search"], searched_by=" ", limits="\n"),
        (("searches", {"key": "SR-1"}, {"searched_by": " ", "limits": " "}),),
        lambda body: body["searches"][0].update(searched_by=" ", limits=" "),
    ),
    Rule(
        "a search expires", "earlier_assessment", "due again",
        lambda made: changed(made["search"], searched_on=LONG_AGO),
        (("searches", {"key": "SR-1"}, {"searched_on": LONG_AGO}),),
        lambda body: body["searches"][0].update(searched_on=LONG_AGO),
    ),
    Rule(
        "and is not made on a day to come", "earlier_assessment", "a day to come",
        lambda made: changed(made["search"], searched_on=TO_COME),
        (("searches", {"key": "SR-1"}, {"searched_on": TO_COME}),),
        lambda body: body["searches"][0].update(searched_on=TO_COME),
    ),
    Rule(
        "what a party is said to be is cited", "action", "cite where that is said|without saying who says so and where",
        lambda made: without(made["legal_status"].citation_uses),
        (("citation_uses", {"legal_status_action": "ACT-1"}, None),),
        lambda body: body["parties"][0].update(citations=[]),
    ),
    Rule(
        "and said by somebody", "action", "say who says so|without saying who says so and where",
        lambda made: changed(made["legal_status"], said_by=" \t"),
        (("legal_statuses", {"action": "ACT-1"}, {"said_by": "\u2003"}),),
        lambda body: body["parties"][0].update(said_by=" \t"),
        constraint="a_legal_status_says_who_says_it",
    ),
    Rule(
        "and dated", "action", "without a day",
        lambda made: changed(made["legal_status"], on=None),
        (("legal_statuses", {"action": "ACT-1"}, {"on": ""}),),
        lambda body: body["parties"][0].update(on=None),
        constraint="on",
    ),
    Rule(
        "by a day that has come", "action", "a day to come",
        lambda made: changed(made["legal_status"], on=TO_COME),
        (("legal_statuses", {"action": "ACT-1"}, {"on": TO_COME}),),
        lambda body: body["parties"][0].update(on=TO_COME),
    ),
    Rule(
        "with a legal status that there is", "action", "legal status that is none",
        lambda made: changed(made["legal_status"], standing="guilty"),
        (("legal_statuses", {"action": "ACT-1"}, {"standing": "guilty"}),),
        lambda body: body["parties"][0].update(standing="guilty"),
        constraint="legal_status_is_in_the_vocabulary",
    ),
    Rule(
        "an action rests on a supporting citation", "action", "has no supporting citation",
        lambda made: without(made["action"].citation_uses),
        (("citation_uses", uses("action", "ACT-1"), None),),
        lambda body: body.update(citations=[]),
    ),
    Rule(
        "a position is cited", "assessment", "cite where that is said|without saying who, when and where",
        lambda made: without(made["position"].citation_uses),
        (("citation_uses", {"position": "PO-1"}, None),),
        lambda body: body["positions"][0].update(citations=[]),
    ),
    Rule(
        "and said by somebody on a day that has come", "assessment", "a day to come|without saying who, when and where",
        lambda made: changed(made["position"], on=TO_COME),
        (("positions", {"key": "PO-1"}, {"on": TO_COME}),),
        lambda body: body["positions"][0].update(on=TO_COME),
    ),
    Rule(
        "a reply is cited", "action", "cite where that is said|holds a reply without",
        lambda made: without(made["reply"].citation_uses),
        (("citation_uses", {"reply": "RE-1"}, None),),
        lambda body: body["replies"][0].update(citations=[]),
    ),
    Rule(
        "a reply has words", "action", "without its words|holds a reply without",
        lambda made: changed(made["reply"], words=" \n"),
        (("replies", {"key": "RE-1"}, {"words": "\u2003"}),),
        lambda body: body["replies"][0].update(words=" \n"),
        constraint="a_reply_says_who_and_what",
    ),
    Rule(
        "a reply is somebody's", "action", "say who replied|holds a reply without",
        lambda made: changed(made["reply"], said_by="\u2003"),
        (("replies", {"key": "RE-1"}, {"said_by": "\u2003"}),),
        lambda body: body["replies"][0].update(said_by="\u2003"),
        constraint="a_reply_says_who_and_what",
    ),
    Rule(
        "a reply was given by now", "action", "a day to come|holds a reply without",
        lambda made: changed(made["reply"], on=TO_COME),
        (("replies", {"key": "RE-1"}, {"on": TO_COME}),),
        lambda body: body["replies"][0].update(on=TO_COME),
    ),
    Rule(
        "a translation is somebody's", "action", "holds a translation without",
        lambda made: changed(made["action_translation"], translator="\u2003"),
        (("translations", {"action": "ACT-1"}, {"translator": "\u2003"}),),
        lambda body: body["translations"][0].update(translator="\u2003"),
        constraint="a_translation_names_its_translator",
    ),
]  # fmt: skip
EACH = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


@pytest.fixture
def made(desk: str) -> dict[str, Any]:
    """One record of every noun, all public, with a reply and a legal status."""
    made = builders.everything()
    made["reply"] = builders.reply(made["action"], "RE-1", made["citation"])
    made["edition"] = builders.put_out(*builders.publishables(made))
    return made


def spoiled(rule: Rule, made: dict[str, Any]) -> Any:
    """The desk's record as the rule refuses it; None where a promise of its table refuses that already."""
    try:
        rule.draft(made)
    except DatabaseError as error:
        assert rule.constraint, error
        assert rule.constraint in str(error)
        return None
    assert not rule.constraint, f"{rule.constraint} let it through"
    return made[rule.noun]


def nothing_more_is_public(made: dict[str, Any]) -> None:
    assert not RecordEdition.desk.filter(edition__gt=made["edition"].number).exists()


# The paths


@EACH
def test_by_the_verb(made: dict[str, Any], rule: Rule) -> None:
    if (record := spoiled(rule, made)) is None:
        return
    with pytest.raises(ValidationError, match=rule.sentence):
        submit([record], by=builders.author(), reason="Trying")
    nothing_more_is_public(made)


@EACH
@pytest.mark.parametrize("way", ["one", "several"])
def test_by_the_desks_form(made: dict[str, Any], rule: Rule, way: str) -> None:
    """A superuser's: no right lifts a rule."""
    if (record := spoiled(rule, made)) is None:
        return
    boss = builders.user("boss", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(boss)
    name = f"admin:tracker_{record._meta.model_name}"
    if way == "one":
        path, sent = reverse(f"{name}_submit", args=[record.pk]), {}
    else:
        path, sent = reverse(f"{name}_changelist"), {"action": "submit_for_review", "_selected_action": str(record.pk)}
    page = client.post(path, {**sent, "confirmed": "1", "reason": "Trying", "post": "yes", "include": []})
    fields = (
        re.findall(r'<(?:input|button)[^>]*name="([^"]+)"[^>]*?(?:value="([^"]*)")?[^>]*>', page.content.decode()) if page.status_code == 200 else []
    )
    again = client.post(path, {**dict(fields), **sent, "reason": "Trying"})
    assert not Version.objects.filter(submission__reason="Trying").exists()
    assert re.search(rule.sentence, page.content.decode() + again.content.decode()), (page.status_code, again.status_code)
    nothing_more_is_public(made)


def write_package(folder: Path, cells: tuple[Cell, ...]) -> None:
    """Change cells of an exported package."""
    for file, where, values in cells:
        path = folder / f"{file}.csv"
        with path.open(encoding="utf-8", newline="") as opened:
            reader = csv.DictReader(opened)
            names, rows = list(reader.fieldnames or ()), list(reader)
        meant = [row for row in rows if all(row[name] == value for name, value in where.items())]
        assert meant, (file, where)
        for row in meant:
            rows.remove(row) if values is None else row.update(values)
        with path.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, names, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


@EACH
def test_by_a_package(made: dict[str, Any], rule: Rule, tmp_path: Path) -> None:
    folder = tmp_path / "package"
    call_command("export_package", str(folder), verbosity=0)
    write_package(folder, rule.cells)
    try:  # refused whole, or loaded as a draft that nobody is asked to review
        told = [*load(folder, by=builders.author()).unfinished.values()]
    except PackageError as error:
        told = [*error.problems, error]
    assert told
    if not rule.constraint:
        assert re.search(rule.sentence, " ".join(map(str, told)))
    assert not Submission.objects.exclude(pk=1).exists()
    nothing_more_is_public(made)


INSERT_VERSION = (
    "INSERT INTO tracker_version (submission_id, kind, key, title, change, body, content_hash, provenance, over, recorded_by_id, edited_by_id,"
    " forwards_to) VALUES (%(submission)s, %(kind)s, %(key)s, 'Forged', 'publish', %(body)s, %(hash)s, 'reviewed', %(over)s, %(author)s,"
    " %(author)s, '')"
)


def forged(made: dict[str, Any], record: Any, body: Body) -> list[Any]:
    """The statements by which the desk's role would publish any body, past every line of Python."""
    kind, key = str(kind_of(record)), record.public_key
    author, reviewer = builders.author(), builders.reviewer()
    submission = Submission.objects.create(reason="forged", submitted_by=author)
    values = {
        "submission": submission.pk, "kind": kind, "key": key, "body": Jsonb(body), "hash": content_hash(body), "over": made["edition"].number,
        "author": author.pk,
    }  # fmt: skip
    return [
        (INSERT_VERSION, values),
        f"UPDATE tracker_version SET approved_by_id = {reviewer.pk}, approved_at = now() WHERE submission_id = {submission.pk}",
        f"UPDATE tracker_submission SET state = 'approved' WHERE id = {submission.pk}",
        "INSERT INTO editions.site_edition (number, published_at, published_by, reason, records, written_in) VALUES (0, now(), 'x', 'forged', 1, 0)",
        ("UPDATE editions.record SET known_to = now() WHERE known_to IS NULL AND kind = %s AND key = %s", [kind, key]),
        (
            "INSERT INTO editions.record (edition, known_from, kind, key, title, change, reason, recorded_by, approved_by, published_by, provenance,"
            " content_hash, body, forwards_to, nature, leaf) VALUES (0, now(), %(kind)s, %(key)s, 'Forged', 'publish', 'forged', 'Ada Author',"
            " 'Rita Reviewer', 'x', 'reviewed', %(hash)s, %(body)s, '', '', '')",
            values,
        ),
    ]


@EACH
def test_by_raw_sql_as_the_desks_role(made: dict[str, Any], rule: Rule, cluster: Cluster, desk: str) -> None:
    record = type(made[rule.noun]).objects.prefetch_related(*PREFETCH[kind_of(made[rule.noun])]).get(pk=made[rule.noun].pk)
    honest = freeze(record)
    body = deepcopy(honest)
    rule.body(body)
    assert json.dumps(body) != json.dumps(honest), "the rule's own forgery changes nothing"
    with cluster.connect("desk", desk) as connection:
        connection.prepare_threshold = None
        refused = refusal(connection, *forged(made, record, body))
    assert isinstance(refused, psycopg.errors.RestrictViolation), refused
    assert re.search(rule.sentence, str(refused)), refused


@pytest.mark.parametrize("noun", ["assessment", "earlier_assessment", "action"])
def test_an_honest_body_goes_through_by_raw_sql(made: dict[str, Any], noun: str, cluster: Cluster, desk: str) -> None:
    """The refusals above are refusals of what is forged, not of everything."""
    record = type(made[noun]).objects.prefetch_related(*PREFETCH[kind_of(made[noun])]).get(pk=made[noun].pk)
    with cluster.connect("desk", desk) as connection:
        connection.prepare_threshold = None
        assert refusal(connection, *forged(made, record, {**freeze(record), "note": "Another note."})) is None


# What is refused of persons alone


def test_what_came_with_the_software_is_as_old_as_it_is(made: dict[str, Any]) -> None:
    """Its search may be due again; readers are told so."""
    from tracker.editorial.verbs import ship

    changed(made["search"], searched_on=LONG_AGO)
    ship([made["earlier_assessment"]], reason="shipped")
    page = Client(SERVER_NAME="localhost").get("/recommendations/REC-1/", {"as_of": "2019-12-31"}).content.decode()
    assert "due again since" not in page, "it was not due on that day"
    row = Client(SERVER_NAME="localhost").get("/api/v1/assessments", {"status": "no_evidence"}).json()["results"][0]
    assert (row["searched_on"], row["search_due_since"]) == (LONG_AGO, "2021-03-31")
