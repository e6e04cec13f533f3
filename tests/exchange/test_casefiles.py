"""The case files against the tables as they were handed to us: no fact lost, none added.

Each table is rebuilt from the package and compared with the reference cell by cell. ``BACK`` says, for each column, where its cells went.
"""

from collections.abc import Callable
from functools import cache

import pytest

from tests.exchange.reference import CASES, Table, packaged, reference
from tracker.rules.dates import PartialDate
from tracker.rules.order import earlier
from tracker.rules.status import Verdict, holding_on

SEARCHED_ON = PartialDate("2026-11-20").first


@cache
def table(case: str, resource: str) -> Table:
    return packaged(case, resource)


@cache
def by_key(case: str, resource: str) -> dict[str, dict[str, str]]:
    return {row.get("key") or row["reference"]: row for row in packaged(case, resource)}


GROUPS = {row["code"] for row in packaged("governments", "governments") if row["kind"] == "group"}


def words(value: str) -> str:
    return value.replace("_", " ")


def corroboration(row: dict[str, str]) -> str:
    return row["corroboration"].replace("_", "-")


# One function a column: from the case, the reference's row and the package's row to the cell of the reference.
Back = Callable[[str, dict[str, str], dict[str, str]], str]


def same(name: str) -> Back:
    """The cell is in the package under this name, word for word."""
    return lambda case, given, row: row[name]


def unless_unknown(name: str) -> Back:
    """“unknown” became an empty cell, which is how the package says it; every other word stays."""
    return lambda case, given, row: "unknown" if given[name] == "unknown" and row[name] == "" else row[name]


def measure(case: str, given: dict[str, str], row: dict[str, str]) -> str:
    return by_key(case, "measures")[row["measure"]]["name"]


def decisive(case: str, given: dict[str, str], row: dict[str, str]) -> str:
    (event,) = [event for event in table(case, "events") if event["action"] == row["key"] and event["decisive"] == "true"]
    assert event["kind"] == "occurred"
    return event["on"]


def counted(case: str, given: dict[str, str], row: dict[str, str]) -> str:
    return "no" if row["basis"] == "model_cited" or row["government"] in GROUPS else "yes"


def assessed(case: str, given: dict[str, str], row: dict[str, str]) -> str:
    verdicts = [a for a in table(case, "assessments") if (a["recommendation"], a["government"]) == (row["recommendation"], row["government"])]
    return "yes" if verdicts else "no"


def is_earlier(case: str, given: dict[str, str], row: dict[str, str]) -> str:
    """Never stored: what the two dates say."""
    recommended_on = by_key(case, "recommendations")[row["recommendation"]]["recommended_on"]
    acted_on = decisive(case, given, by_key(case, "actions")[row["action"]])
    return str(earlier(PartialDate(acted_on), PartialDate(recommended_on)))


def is_current(case: str, given: dict[str, str], row: dict[str, str]) -> str:
    """Never stored: what the chain of assessments and the dates say of the day of the searches."""
    chain = [
        Verdict(a["key"], a["supersedes"] or None, PartialDate(a["effective_on"]) if a["effective_on"] else None)
        for a in table(case, "assessments")
        if (a["recommendation"], a["government"]) == (row["recommendation"], row["government"])
    ]
    recommended_on = PartialDate(by_key(case, "recommendations")[row["recommendation"]]["recommended_on"])
    return "yes" if holding_on(SEARCHED_ON, recommended_on, chain) == row["key"] else "no"


def evidence_keys(case: str, given: dict[str, str], row: dict[str, str]) -> str:
    """A set: the order in which keys were listed is no fact. Each citation has the stance that it has for its own record."""
    uses = {use["citation"]: use["stance"] for use in table(case, "citation_uses") if use["assessment"] == row["key"]}
    assert uses == {key: own_use(case, key)["stance"] for key in uses}
    return given["evidence_keys"] if set(given["evidence_keys"].split(";")) == set(uses) else ";".join(sorted(uses))


def own_use(case: str, citation: str) -> dict[str, str]:
    """The recommendation or action that a piece of evidence was recorded for."""
    (use,) = [use for use in table(case, "citation_uses") if use["citation"] == citation and (use["recommendation"] or use["action"])]
    return use


def status(case: str, given: dict[str, str], row: dict[str, str]) -> str:
    if row["source_status"]:
        assert row["status"] == "no_evidence"
        return row["source_status"]
    return words(row["status"])


def of_assessment(name: str) -> Back:
    """A search's addressee is its assessment's."""
    return lambda case, given, row: by_key(case, "assessments")[row["assessment"]][name]


def made_by_author(case: str, given: dict[str, str], row: dict[str, str]) -> str:
    """Not a column of this case: the calls were made in their report, by its author."""
    assert row["made_by"] == by_key(case, "documents")[row["made_in"]]["author"]
    return row["made_in"]


def legal_status(case: str, given: dict[str, str], row: dict[str, str]) -> str:
    """Every clause stands, word for word, as the wording of a party's legal status, and of that party alone whose surname precedes it.

    “no person named” is what pages say by themselves where there is no such row.
    """
    statuses = [status for status in table(case, "legal_statuses") if status["action"] == row["key"]]
    if not statuses:
        return "no person named"
    clauses = []
    for clause in given["legal_status"].split("; "):
        surname, _colon, said = clause.rpartition(": ")
        of = [status["wording"] for status in statuses if by_key(case, "parties")[status["party"]]["name"].endswith(surname)]
        clauses += [clause] if any(said in wording.split("; ") for wording in of) else []
    return "; ".join(clauses)


BACK: dict[str, tuple[str, Callable[[dict[str, str]], Callable[[dict[str, str]], bool]], dict[str, Back]]] = {
    "sources": (
        "documents",
        lambda given: lambda row: row["key"] == given["key"],
        {
            "key": same("key"),
            "title": lambda case, given, row: f"[{row['title']}]" if row["title_is_description"] == "true" else row["title"],
            "author": unless_unknown("author"),
            "publisher": unless_unknown("publisher"),
            "published_on": same("published_on"),
            "kind": lambda case, given, row: {"judgment": "court judgment"}.get(row["kind"], words(row["kind"])),
            "interest": lambda case, given, row: f"{row['interest']}: {row['stake']}" if row["stake"] else row["interest"],
            "url": same("url"),
            "language": same("language"),
            "note": same("note"),
        },
    ),
    "recommendations": (
        "recommendations",
        lambda given: lambda row: row["reference"] == given["key"],
        {
            "key": same("reference"),
            "source_key": lambda case, given, row: row["known_from"] if "known_from" in given else made_by_author(case, given, row),
            "made_by": same("made_by"),
            "made_in": same("made_in"),
            "known_from": same("known_from"),
            "locator": same("locator"),
            "number": same("number"),
            "short_title": same("short_title"),
            "statement": same("statement"),
            "action_type": measure,
            "addressees": same("addressed"),
            "target": same("target"),
            "recommended_on": same("recommended_on"),
            "verified": lambda case, given, row: corroboration(row),
            "note": same("note"),
        },
    ),
    "addressees": (
        "addressees",
        lambda given: lambda row: (row["recommendation"], row["government"]) == (given["recommendation_key"], given["government"]),
        {
            "recommendation_key": same("recommendation"),
            "government": same("government"),
            "basis": lambda case, given, row: words(row["basis"]) + (" (group, no status of its own)" if row["government"] in GROUPS else ""),
            "counted": counted,
            "assessed": assessed,
        },
    ),
    "actions": (
        "actions",
        lambda given: lambda row: row["key"] == given["key"],
        {
            "key": same("key"),
            "government": same("government"),
            "body": same("body"),
            "date": decisive,
            "date_precision": lambda case, given, row: str(PartialDate(decisive(case, given, row)).precision),
            "action_type": measure,
            "title": same("title"),
            "description": same("description"),
            "legal_instrument": same("legal_instrument"),
            "target": same("target"),
            "legal_status": legal_status,
            "verified": lambda case, given, row: corroboration(row),
            "note": same("note"),
        },
    ),
    "links": (
        "effects",
        lambda given: lambda row: row["key"] == given["key"],
        {
            "key": same("key"),
            "recommendation_key": same("recommendation"),
            "government": same("government"),
            "action_key": same("action"),
            "effect": lambda case, given, row: words(row["direction"]) or "reverses",
            "earlier": is_earlier,
            "reverses": same("undoes"),
            "reasoning": same("reasoning"),
            "verified": lambda case, given, row: corroboration(row),
        },
    ),
    "evidence": (
        "citations",
        lambda given: lambda row: row["key"] == given["key"],
        {
            "key": same("key"),
            "record_kind": lambda case, given, row: "recommendation" if own_use(case, row["key"])["recommendation"] else "action",
            "record_key": lambda case, given, row: own_use(case, row["key"])["recommendation"] or own_use(case, row["key"])["action"],
            "source_key": same("document"),
            "locator": same("locator"),
            "says": same("says"),
            "stance": lambda case, given, row: {"context": "contextualises"}.get(
                own_use(case, row["key"])["stance"], own_use(case, row["key"])["stance"]
            ),
            "verified": lambda case, given, row: corroboration(row),
        },
    ),
    "assessments": (
        "assessments",
        lambda given: lambda row: row["key"] == given["key"],
        {
            "key": same("key"),
            "recommendation_key": same("recommendation"),
            "government": same("government"),
            "status": status,
            "effective_on": same("effective_on"),
            "rationale": same("rationale"),
            "evidence_keys": evidence_keys,
            "is_current": is_current,
            "verified": lambda case, given, row: corroboration(row),
        },
    ),
    "searches": (
        "searches",
        lambda given: lambda row: row["key"] == given["key"],
        {
            "key": same("key"),
            "assessment_key": same("assessment"),
            "recommendation_key": of_assessment("recommendation"),
            "government": of_assessment("government"),
            "searched_on": same("searched_on"),
            "searched_by": same("searched_by"),
            "where": same("where"),
            "languages": same("languages"),
            "looked_for": same("looked_for"),
            "found": same("found"),
            "limits": same("limits"),
        },
    ),
}


@pytest.mark.parametrize("name", BACK)
@pytest.mark.parametrize("case", CASES)
def test_no_fact_is_lost(case: str, name: str) -> None:
    resource, matching, columns = BACK[name]
    given_rows = reference(case, name)
    assert len(table(case, resource)) == len(given_rows)
    for given in given_rows:
        (row,) = filter(matching(given), table(case, resource))
        assert {column: columns[column](case, given, row) for column in given} == given


# What the package has that no table had


def test_what_the_case_files_add_is_this_and_no_more() -> None:
    """Events beside the decisive ones repeat what notes and descriptions say; everything else added is a vocabulary's default."""
    added = {
        (event["action"], event["kind"], event["on"], event["note"])
        for case in CASES
        for event in table(case, "events")
        if event["decisive"] == "false"
    }
    assert added == {
        ("FR-2018-FRZ", "expired", "2019-04-02", "six months from 2 October 2018 as announced; whether it was renewed was not found"),
        ("EU-2019-LIST", "in_force", "2019-01-09", "Published and effective 9 January 2019."),
        ("CA-2019-C92", "in_force", "2020-01-01", "In force 1 January 2020."),
        ("CA-2021-C5", "in_force", "2021-08-03", "In force 3 August 2021."),
    }
    for action, kind, _on, note in added:
        if kind == "in_force":
            assert any(row["key"] == action and note in row["note"] for case in CASES for row in reference(case, "actions"))
    for case in CASES:
        assert {row["confidence"] for row in table(case, "assessments")} == {"not_stated"}
        assert {row["assessor_kind"] for row in table(case, "assessments")} == {"staff"}
        assert {row["statement_form"] for row in table(case, "recommendations")} == {"paraphrase"}
        for resource in ("themes", "recommendation_themes", "relations", "snapshots", "positions"):
            assert table(case, resource) == []
        for row in table(case, "citations"):
            assert row["exact"] == row["prefix"] == row["suffix"] == ""


def test_assessments_of_an_addressee_follow_each_other_in_the_order_of_their_keys() -> None:
    for case in CASES:
        before: dict[tuple[str, str], str] = {}
        for row in sorted(table(case, "assessments"), key=lambda row: row["key"]):
            addressee = (row["recommendation"], row["government"])
            assert row["supersedes"] == before.get(addressee, "")
            before[addressee] = row["key"]


def test_every_verdict_of_no_evidence_has_its_search() -> None:
    for case in CASES:
        without = {row["key"] for row in table(case, "assessments") if row["status"] == "no_evidence"}
        assert without == {row["assessment"] for row in table(case, "searches")}


def test_legal_statuses_say_nothing_that_the_tables_do_not() -> None:
    """Each rests on citations of the tables with the stance that they have there, and repeats words of its action."""
    actions = {row["key"]: row for row in reference("iran-2019", "actions")}
    evidence = {row["key"]: row for row in reference("iran-2019", "evidence")}
    parties = by_key("iran-2019", "parties")
    statuses = table("iran-2019", "legal_statuses")
    assert statuses and {status["party"] for status in statuses} == set(parties)
    for status in statuses:
        action = actions[status["action"]]
        party = parties[status["party"]]
        if party["kind"] == "person":
            assert party["name"].split()[-1] in action["target"]
        else:
            assert party["name"].casefold() in f"{action['target']}; {action['legal_status']}".casefold()
        told = " ".join((action["legal_status"], action["description"], action["title"]))
        assert status["wording"] in told
        uses = [
            use
            for use in table("iran-2019", "citation_uses")
            if tuple(use[f"legal_status_{part}"] for part in ("action", "party", "standing", "on"))
            == tuple(status[part] for part in ("action", "party", "standing", "on"))
        ]
        assert any(use["stance"] == "supports" for use in uses), status
        assert all(use["stance"] == evidence[use["citation"]]["stance"] for use in uses)
        if status["standing"] == "convicted":
            supporting = {evidence[use["citation"]]["source_key"] for use in uses if use["stance"] == "supports"}
            judged = any(row["kind"] == "court judgment" for row in reference("iran-2019", "sources") if row["key"] in supporting)
            assert judged or status["said_by"].startswith("reported by ")
        if status["standing"] in ("convicted", "acquitted"):
            assert "convicted" in action["legal_status"]


def test_measures_of_two_packages_are_the_same() -> None:
    """A package holds the kinds of measure that it uses. Two that hold the same one define it alike, or each load would undo the other."""
    by_case = [{row["key"]: row for row in table(case, "measures")} for case in CASES]
    for key in by_case[0].keys() & by_case[1].keys():
        assert by_case[0][key] == by_case[1][key]
    for case in CASES:
        used = {row["measure"] for resource in ("recommendations", "actions") for row in table(case, resource)}
        assert used == {row["key"] for row in table(case, "measures")}
        assert all(row["definition"].endswith(".") for row in table(case, "measures"))


def members_on(day: str) -> set[str]:
    return {
        row["member"]
        for row in packaged("governments", "memberships")
        if row["group"] == "EU-MEMBERS" and row["since"] <= day and (not row["until"] or day <= row["until"])
    }


def test_members_of_the_union_by_date() -> None:
    assert len(members_on("1958-01-01")) == 6
    assert len(members_on("1973-01-01")) == 9
    assert len(members_on("1995-01-01")) == 15
    assert len(members_on("2004-05-01")) == 25
    assert len(members_on("2019-02-01")) == 28
    assert "GB" in members_on("2020-01-31")
    assert len(members_on("2020-02-01")) == 27
    assert "GB" not in members_on("2020-02-01")


def test_governments_are_those_of_the_case_files_and_the_unions_members() -> None:
    used = {row["government"] for case in CASES for name in ("addressees", "actions") for row in reference(case, name)}
    assert {row["code"] for row in packaged("governments", "governments")} == used | members_on("2019-02-01") | {"EU", "EU-MEMBERS", "INTL"}


# Once loaded


def test_the_counts_of_the_case(published: str) -> None:
    from tracker.models import Action, Addressee, Assessment, Citation, CitationUse, Document, Effect, Recommendation, Search

    refs = [row["key"] for row in reference("iran-2019", "recommendations")]
    keys = {
        name: [row["key"] for row in reference("iran-2019", name)] for name in ("actions", "links", "evidence", "assessments", "searches", "sources")
    }
    addressees = Addressee.objects.filter(recommendation__reference__in=refs)
    own = CitationUse.objects.filter(citation__key__in=keys["evidence"]).exclude(recommendation=None, action=None)
    actions = Action.objects.filter(key__in=keys["actions"])
    assert {
        "recommendations": Recommendation.objects.filter(reference__in=refs).count(),
        "addressees": addressees.count(),
        "counted": addressees.counted().count(),
        "assessed": addressees.exclude(assessments=None).distinct().count(),
        "actions": actions.count(),
        "governments": actions.values("government").distinct().count(),
        "effects": Effect.objects.filter(key__in=keys["links"]).count(),
        "citations": Citation.objects.filter(key__in=keys["evidence"]).count(),
        "own uses": own.count(),
        "disputing": own.filter(stance="disputes").count(),
        "assessments": Assessment.objects.filter(key__in=keys["assessments"]).count(),
        "searches": Search.objects.filter(key__in=keys["searches"]).count(),
        "documents": Document.objects.filter(key__in=keys["sources"]).count(),
    } == {
        "recommendations": 18,
        "addressees": 80,
        "counted": 69,
        "assessed": 64,
        "actions": 83,
        "governments": 15,
        "effects": 127,
        "citations": 259,
        "own uses": 259,
        "disputing": 47,
        "assessments": 70,
        "searches": 19,
        "documents": 173,
    }
    assert Recommendation.objects.count() - 18 == 20
    assert Action.objects.count() - 83 == 20
    assert Assessment.objects.count() - 70 == 24


def test_made_by_made_in_and_known_from_are_told_apart(published: str) -> None:
    from tracker.models import Recommendation

    paper = Recommendation.objects.get(reference="MQ-1")
    assert (paper.made_by, paper.made_in.key, paper.known_from.key) == ("Claude Moniquet", "WP-MQ", "HAKAMIAN-2019")
    relayed = Recommendation.objects.get(reference="BA-3")
    assert (relayed.made_in, relayed.known_from.key) == (None, "BAHRAMI-2018")
    call = Recommendation.objects.get(reference="TRC-4")
    assert (call.made_by, call.made_in.key, call.known_from.key) == (
        "Truth and Reconciliation Commission of Canada",
        "TRC-2015",
        "IW-220426",
    )
    disputed = Recommendation.objects.get(reference="TRC-14")
    assert (disputed.made_in.key, disputed.known_from.key) == ("TRC-2015", "IW-220426")


def test_all_of_it_is_signed_as_shipped(published: str) -> None:
    from tracker.editions.tables import RecordEdition
    from tracker.models import Action, Assessment, Document, Recommendation

    desk = sum(model.objects.count() for model in (Document, Recommendation, Action, Assessment))
    assert RecordEdition.desk.known_at(None).count() == desk
    assert set(RecordEdition.desk.known_at(None).values_list("provenance", flat=True)) == {"shipped"}
