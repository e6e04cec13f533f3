"""What is taken down for legal reasons is read nowhere: on no past day, in no list, file, feed or search, over no path that the public's role has."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connections
from django.test import Client

from tests import builders
from tests.conftest import copy_of, pointing_at
from tracker.editions.tables import AddresseeEdition, CitationEdition, RecordEdition, SiteEdition
from tracker.editorial.erasing import erase
from tracker.editorial.verbs import Refused, approve, publish, take_down, withdraw
from tracker.editorial.verification import verify
from tracker.models import CitationUse
from tracker.public.columns import LISTINGS

SECRET = "Unsayable"
REASON = "An order of the court"
KINDS = ("document", "recommendation", "action", "assessment")
PAGES = {
    "document": "/documents/GONE/",
    "recommendation": "/recommendations/GONE/",
    "action": "/actions/GONE/",
    "assessment": "/recommendations/KEPT/",
}
LISTS = (
    "/", "/recommendations/", "/recommendations/?q=Unsayable", "/recommendations/KEPT/", "/governments/", "/governments/AL/", "/matrix/",
    "/documents/",
    "/documents/?q=Unsayable", "/documents/PAPER/", "/actions/", "/actions/?q=Unsayable", "/actions/STAYS/", "/effects/", "/changes/",
    "/changes/?q=Unsayable", "/corrections/", "/methodology/", "/feeds/changes.atom", "/compare/?government=AL&with_government=FR",
    "/compare/?as_of=2019-06-01&with_known=edition-2",
)  # fmt: skip
FILES = tuple(f"/api/v1/{name}{ending}" for name in LISTINGS for ending in ("", ".json", ".jsonl", ".csv"))


def _world(kind: str) -> dict[str, Any]:
    """Records of which one, of the kind, holds words that are to go, published in edition 1.

    What stays cites the document that goes, rests on the action that goes, and stands beside it.
    """
    says = {name: SECRET if name == kind else "Something" for name in KINDS}
    paper = builders.document("PAPER", title="Paper", published_on="2019-01-01")
    gone = builders.document("GONE", title=f"{says['document']} title", author=f"{says['document']} author", published_on="2019-01-02", note="x")
    spare = builders.citation(paper, "EV-SPARE")
    quoted = builders.citation(gone, "EV-GONE", says=f"{says['document']} says", exact=f"{says['document']} exactly")
    kept = builders.recommendation("KEPT", paper, to=("AL", "FR"))
    other = builders.recommendation(
        "GONE", paper, to=("AL",), short_title=f"{says['recommendation']} asked", statement=f"{says['recommendation']} statement"
    )
    action = builders.action("GONE", title=f"{says['action']} deed", description=f"{says['action']} description", on="2019-03-01")
    stays = builders.action("STAYS", on="2019-04-01")
    builders.effect(action, kept, reasoning=f"{says['action']} reasoning")
    builders.effect(stays, kept, key="LK-STAYS")
    disputing = builders.citation(paper, "EV-DISPUTES", says=f"{says['action']} dispute")
    verdict = builders.assessment("GONE", kept, effective_on="2019-05-01", rationale=f"{says['assessment']} rationale")
    rest = builders.assessment("STAYS", kept, code="FR", effective_on="2019-05-01")
    of_gone = builders.assessment("OF-GONE", other, rationale=f"{says['recommendation']} verdict", effective_on="2019-05-01")
    for record in (kept, other, action, stays, verdict, rest, of_gone):
        builders.cite(record, spare)
    builders.cite(action, disputing, "disputes")
    use = builders.cite(stays, quoted)
    records = {"document": gone, "recommendation": other, "action": action, "assessment": verdict}
    builders.put_out(paper, gone, kept, other, action, stays, verdict, rest, of_gone, reason="all of it")
    return {**records, "use": use, "stays": stays, "kept": kept, "of_gone": of_gone, "quoted": quoted, "rest": rest}


def _correct(made: dict[str, Any], kind: str) -> None:
    """A second edition that says something else, with the words that are to go in both."""
    record = made[kind]
    field = {"document": "author", "recommendation": "statement", "action": "description", "assessment": "rationale"}[kind]
    setattr(record, field, f"{SECRET} {field} corrected")
    record.save()
    if kind == "document":
        made["quoted"].says = f"{SECRET} says otherwise"
        made["quoted"].save()
        builders.put_out(record, made["stays"], reason="a correction")
    else:
        builders.put_out(record, reason="a correction")


def _take_down(made: dict[str, Any], kind: str) -> SiteEdition:
    record, alongside, withdrawing = made[kind], [], ()
    if kind == "document":
        made["use"].delete()
        alongside = [made["stays"]]
    if kind == "recommendation":
        withdrawing = (made["of_gone"],)
    submission = take_down([record], by=builders.officer(), reason=REASON, withdrawing=withdrawing, alongside=alongside)
    approve(submission, by=builders.reviewer())
    return publish(submission, by=builders.reviewer())


@dataclass(frozen=True)
class Down:
    """A database in which a record of a kind was published (edition 1), corrected (2) and taken down (3)."""

    name: str
    kind: str
    head: str


@pytest.fixture(scope="module", params=KINDS)
def database(request: Any, cluster: Any, empty_template: str, django_db_blocker: Any) -> Iterator[Down]:
    with copy_of(cluster, empty_template) as name:
        with django_db_blocker.unblock(), pointing_at(name):
            made = _world(request.param)
            _correct(made, request.param)
            assert said_of("/api/v1/changes.json", "edition-2").count(SECRET) or request.param == "assessment"
            head = verify(every_edition=True).head
            _take_down(made, request.param)
        yield Down(name, request.param, head)


@pytest.fixture
def down(database: Down, django_db_blocker: Any) -> Iterator[Down]:
    with django_db_blocker.unblock(), pointing_at(database.name):
        yield database


def answer(path: str, known: str = "") -> Any:
    given = ("&" if "?" in path else "?") + urlencode({"known": known}) if known else ""
    return Client(SERVER_NAME="localhost").get(path + given)


def said_of(path: str, known: str = "") -> str:
    response = answer(path, known)
    body: bytes = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode()


@pytest.mark.parametrize("known", ["", "edition-2"])
def test_no_page_list_file_or_feed_says_it_on_any_day(down: Down, known: str) -> None:
    for path in (*LISTS, *FILES, *PAGES.values()):
        said = said_of(path, known)
        # A page repeats the search that was typed, and finds nothing.
        assert SECRET + " " not in said if "q=" in path else SECRET not in said, path


def test_what_the_publics_role_may_read_holds_none_of_it(down: Down) -> None:
    """Over SQL, every table of the schema: the proof of all pages that there are and will be."""
    with connections["public"].cursor() as cursor:
        cursor.execute("SELECT c.oid::regclass::text FROM pg_class c WHERE relnamespace = 'editions'::regnamespace AND relkind IN ('r', 'v', 'm')")
        tables = [table for (table,) in cursor.fetchall()]
        read = 0
        for table in tables:
            if table == "editions.withheld":
                continue
            cursor.execute(f"SELECT t::text FROM {table} t")
            rows = [row for (row,) in cursor.fetchall()]
            read += len(rows)
            assert not [row for row in rows if SECRET in row or SECRET.lower() in row], table
        assert read > 20
        with pytest.raises(Exception, match="permission denied"):
            cursor.execute("SELECT * FROM editions.withheld")


@pytest.mark.parametrize("known", ["", "edition-1", "edition-2", "edition-3"])
def test_its_address_says_so_on_every_day(down: Down, known: str) -> None:
    response = answer(PAGES[down.kind], known)
    said = response.content.decode()
    if down.kind == "assessment":  # it has no page of its own: the recommendation's says it
        assert response.status_code == 200
        assert "Taken down" in said and REASON in said
        return
    assert response.status_code == 451
    assert REASON in said and "Rita Reviewer" in said and "shown on no past day" in said
    assert "GONE" in said


def test_the_record_of_changes_keeps_its_key_and_that_it_was_taken_down(down: Down) -> None:
    rows = json.loads(said_of("/api/v1/changes.json?record=GONE&kind=" + down.kind))["results"]
    assert [(row["edition"], row["title"], row["nature"]) for row in rows] == [
        (3, "GONE", "taken_down"),
        (2, "GONE", "corrected"),
        (1, "GONE", "first"),
    ]
    assert rows[0]["reason"] == REASON
    assert REASON in said_of("/corrections/")


def test_whoever_follows_the_recommendation_is_told(down: Down) -> None:
    """By its feed, though nothing of what was taken down is read any more; a verdict's cell says it as well."""
    assert REASON in said_of(f"/feeds/changes.atom?kind={down.kind}&record=GONE")
    if down.kind == "recommendation":
        assert REASON in said_of("/feeds/changes.atom?recommendation=GONE")
    if down.kind == "assessment":
        assert REASON in said_of("/feeds/changes.atom?recommendation=KEPT")
        assert REASON in said_of("/recommendations/KEPT/AL/")


def test_what_other_records_say_stays_as_it_was(down: Down) -> None:
    def rows(name: str, known: str) -> list[tuple[str, str]]:
        return [(row["recommendation"], row["government"]) for row in json.loads(said_of(f"/api/v1/{name}.json", known))["results"]]

    left = {"recommendation": [("KEPT", "AL"), ("KEPT", "FR")], "assessment": [("GONE", "AL"), ("KEPT", "FR")]}
    everything = [("GONE", "AL"), ("KEPT", "AL"), ("KEPT", "FR")]
    assert rows("addressees", "edition-1") == left.get(down.kind, everything)
    if down.kind == "document":
        page = said_of("/actions/STAYS/", "edition-1")
        assert "GONE" in page
        assert answer("/actions/STAYS/", "edition-1").status_code == 200


def test_the_chain_still_verifies_from_the_first_edition_on(down: Down) -> None:
    found = verify(every_edition=True)
    assert found.problems == ()
    link = connections["default"].cursor()
    link.execute("SELECT digest FROM editions.chain WHERE number = 2")
    assert link.fetchone()[0] == down.head


def test_a_page_that_somebody_kept_is_not_confirmed(desk: str) -> None:
    """A permalink's answer is a function of what was taken down since, too."""
    made = _world("action")
    before = answer("/actions/", "edition-1")
    again = Client(SERVER_NAME="localhost").get("/actions/?known=edition-1", headers={"If-None-Match": before["ETag"]})
    assert again.status_code == 304
    _take_down(made, "action")
    again = Client(SERVER_NAME="localhost").get("/actions/?known=edition-1", headers={"If-None-Match": before["ETag"]})
    assert again.status_code == 200


def test_who_may_ask_and_that_a_second_person_approves(desk: str) -> None:
    made = _world("action")
    for person in (builders.author(), builders.reviewer()):
        with pytest.raises(Refused, match="does not include"):
            take_down([made["action"]], by=person, reason=REASON)
    with pytest.raises(Refused, match="Say why"):
        take_down([made["action"]], by=builders.officer(), reason=" ")
    boss = builders.user("boss", is_superuser=True)
    submission = take_down([made["action"]], by=boss, reason=REASON)
    with pytest.raises(Refused, match="another person must approve"):
        approve(submission, by=boss)
    assert answer("/actions/GONE/").status_code == 200, "nothing is taken down before it is published"


def test_what_was_withdrawn_before_is_taken_down_on_the_days_on_which_it_stood(desk: str) -> None:
    made = _world("action")
    submission = withdraw([made["action"]], by=builders.reviewer(), reason="wrong")
    approve(submission, by=builders.user("second", role="reviewer"))
    publish(submission, by=builders.reviewer())
    assert answer("/actions/GONE/").status_code == 410
    assert SECRET in said_of("/actions/GONE/", "edition-1")
    assert builders.taken_down(made["action"], reason=REASON).number == 3
    assert [answer("/actions/GONE/", known).status_code for known in ("", "edition-1", "edition-2")] == [451, 451, 451]
    with pytest.raises(Refused, match="not public"):
        take_down([made["action"]], by=builders.officer(), reason=REASON)
    assert verify(every_edition=True).problems == ()


def test_it_may_be_published_anew_from_a_later_day_on(desk: str) -> None:
    made = _world("action")
    builders.taken_down(made["action"], reason=REASON)
    made["action"].title = "Allowed deed"
    made["action"].save()
    builders.put_out(made["action"], reason="the court allowed it")
    assert answer("/actions/GONE/", "edition-1").status_code == 451
    assert "Allowed deed" in said_of("/actions/GONE/")
    assert RecordEdition.objects.get(kind="action", key="GONE", known_to=None).nature == "corrected"
    assert verify(every_edition=True).problems == ()


def test_words_that_are_erased_go_from_what_is_set_aside_too(desk: str) -> None:
    made = _world("action")
    builders.taken_down(made["action"], reason=REASON)
    erase([SECRET], by="An officer", reason="A person's right.")
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM editions.withheld t WHERE t::text LIKE %s", [f"%{SECRET}%"])
        assert cursor.fetchone()[0] == 0
    assert verify(every_edition=True).problems == ()


def test_a_dispute_that_another_action_makes_too_stays(desk: str) -> None:
    """What disputes the action that goes stands with the verdict that rested on it, and goes too, but for what disputes another action as well."""
    made = _world("")
    both, alone = CitationUse.objects.get(action=made["action"], stance="disputes").citation, builders.citation(made["document"], "EV-ALONE")
    builders.cite(made["action"], alone, "disputes")
    builders.cite(made["stays"], both, "disputes")
    builders.put_out(made["action"], made["stays"], reason="two disputes, one of both actions")

    def disputes(known: str = "") -> set[str]:
        story = answer("/recommendations/KEPT/AL/", known).context["story"]
        return {row.citation for row in story.citations if row.stance == "disputes"}

    assert disputes() == {"EV-DISPUTES", "EV-ALONE"}
    builders.taken_down(made["action"], reason=REASON)
    for known in ("", "edition-2"):
        assert disputes(known) == {"EV-DISPUTES"}, known
        addressee = answer("/recommendations/KEPT/AL/", known).context["story"].addressee
        assert addressee.disputed
    assert verify(every_edition=True).problems == ()


def test_a_source_that_was_named_by_its_title_alone_is_named_by_its_key(desk: str) -> None:
    """Whom a claim is attributed to is the title of a source that has neither publisher nor author: it goes with the rest."""
    paper = builders.document("PAPER", interest="official")
    gone = builders.document("GONE", title=f"{SECRET} leaflet", author="", interest="advocacy")
    kept, said = builders.recommendation("KEPT", paper), builders.citation(paper, "EV-PAPER")
    builders.cite(kept, said)
    action = builders.action("STAYS", on="2019-04-01")
    builders.effect(action, kept)
    use = builders.cite(action, builders.citation(gone, "EV-GONE"))
    verdict = builders.assessment("VERDICT", kept, effective_on="2019-05-01")
    shared = builders.cite(verdict, use.citation)
    builders.put_out(paper, gone, kept, action, verdict)
    assert f"claimed by {SECRET} leaflet" in said_of("/matrix/")
    use.delete()
    shared.delete()
    for record in (action, verdict):
        builders.cite(record, said)
    submission = take_down([gone], by=builders.officer(), reason=REASON, alongside=[action, verdict])
    approve(submission, by=builders.reviewer())
    publish(submission, by=builders.reviewer())
    for path in (
        "/matrix/",
        "/actions/STAYS/",
        "/recommendations/KEPT/AL/",
        "/api/v1/addressees.json",
        "/api/v1/actions.json",
        "/api/v1/effects.json",
    ):
        for known in ("", "edition-1"):
            assert SECRET not in said_of(path, known), (path, known)
    assert "claimed by GONE" in said_of("/matrix/", "edition-1")
    dated = CitationEdition.objects.filter(document="GONE").values_list("published_on", "published_year")
    assert set(dated) == {(None, None)}, "nor is it found by the year in which it was published"
    found = verify(every_edition=True)
    assert found.problems == ()
    assert SECRET not in json.dumps([row.claimed_by for row in AddresseeEdition.objects.all()])


def test_nobody_sets_aside_or_removes_by_hand(desk: str, cluster: Any) -> None:
    made = _world("action")
    builders.taken_down(made["action"], reason=REASON)
    insert = "INSERT INTO editions.withheld (edition, kind, key, of_table, row_id, said) VALUES (1, 'action', 'STAYS', 'action', 1, '{}')"
    for alias, statement, refusal in (
        ("default", insert, "permission denied"),
        ("default", "DELETE FROM editions.action", "permission denied"),
        ("default", "UPDATE editions.record SET title = 'x'", "permission denied"),
        ("owner", insert, "by publishing an edition only"),
        ("owner", "DELETE FROM editions.action WHERE key = 'STAYS'", "never changed or removed"),
        ("owner", "UPDATE editions.withheld SET said = '{}'", "never changed or removed"),
        ("owner", "DELETE FROM editions.withheld", "never changed or removed"),
        ("owner", "TRUNCATE editions.withheld", "never changed or removed"),
    ):
        with connections[alias].cursor() as cursor, pytest.raises(Exception, match=refusal):
            cursor.execute(statement)
