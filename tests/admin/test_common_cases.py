"""The common cases, each in one form: many effects, new passages, parts, repeats, mergers, withdrawals with what hangs on them."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse

from tests import builders
from tests.admin.forms import ROLES, Form, errors, fields_of, words
from tracker.editions.tables import RecordEdition
from tracker.editorial.verbs import approve, publish, submit
from tracker.fields import PartialDateField, PartialDateFormField
from tracker.models import (
    Action,
    Addressee,
    Assessment,
    Citation,
    CitationUse,
    Document,
    Effect,
    Government,
    Recommendation,
    Relation,
    Snapshot,
    SnapshotText,
    Submission,
    User,
)

SignIn = Callable[[str], Client]
CHOSEN_AT_ONCE = {"direction": "partly_fulfils", "reasoning": "It covers all of them."}


@pytest.fixture
def client(sign_in: SignIn) -> Client:
    """A researcher's."""
    return sign_in("researcher")


def address(record: Any, page: str) -> str:
    """Of a page of a record."""
    return reverse(f"admin:tracker_{record._meta.model_name}_{page}", args=[record.pk])


# An action with many effects


@pytest.fixture
def asked(desk: str) -> dict[str, Recommendation]:
    """Three recommendations: two to Albania, one to France alone."""
    builders.government("EU", kind="eu", name="European Union")
    paper = builders.document("PAPER")
    return {name: builders.recommendation(name, paper, to=to) for name, to in {"ONE": ("AL",), "TWO": ("AL", "FR"), "FRENCH": ("FR",)}.items()}


def new_action(client: Client, code: str, **typed: Any) -> Form:
    """The form of a new action of a government."""
    words_of = {"key": "ACT", "title": "A ban", "body": "Ministry", "description": "It bans."}
    chosen = {"government": builders.government(code).pk, "measure": builders.measure().pk}
    return Form(client, "/admin/tracker/action/add/").fill(**words_of | chosen | typed)


def test_one_action_bears_on_every_recommendation_chosen(asked: dict[str, Recommendation], client: Client) -> None:
    """For the government that acted, where none is chosen; each effect can be edited afterwards."""
    form = new_action(client, "AL", recommendations=[asked["ONE"].pk, asked["TWO"].pk], **CHOSEN_AT_ONCE)
    assert form.send().status_code == 302
    effects = Effect.objects.order_by("addressee__recommendation__reference")
    assert [str(effect.addressee) for effect in effects] == ["ONE → Land of AL", "TWO → Land of AL"]
    assert {(str(effect.direction), effect.reasoning) for effect in effects} == {("partly_fulfils", "It covers all of them.")}
    again = Form(client, address(Action.objects.get(), "change"))
    again.values["effects-0-direction"] = ["contradicts"]
    assert again.send().status_code == 302
    assert sorted(str(effect.direction) for effect in Effect.objects.all()) == ["contradicts", "partly_fulfils"]


def test_an_addressee_is_added_only_when_asked_for(asked: dict[str, Recommendation], client: Client) -> None:
    """Refused in a sentence first, with everything typed still there; then made as tracked by the editors, and the recommendation is edited by it."""
    chosen = {"recommendations": [asked["ONE"].pk, asked["FRENCH"].pk]}
    form = new_action(client, "AL", **chosen, **CHOSEN_AT_ONCE)
    answer = form.send()
    assert errors(answer) == ["FRENCH does not address Land of AL; tick below to add it as tracked by the editors."]
    page = answer.content.decode()
    for typed in ("A ban", "It covers all of them.", f'value="{asked["FRENCH"].pk}" selected', 'value="partly_fulfils" selected'):
        assert typed in page, typed
    assert not Action.objects.exists()
    answer = form.fill(add_addressees=True).send()
    assert answer.status_code == 302
    added = Addressee.objects.get(recommendation=asked["FRENCH"], government__code="AL")
    assert added.basis == "tracked"
    assert Effect.objects.filter(addressee=added).count() == 1
    asked["FRENCH"].refresh_from_db()
    assert asked["FRENCH"].edited_by.username == "researcher"
    assert "Added, tracked by the editors: FRENCH → Land of AL." in words(client.get("/admin/"))


def test_each_that_cannot_be_gets_its_sentence(asked: dict[str, Recommendation], client: Client) -> None:
    """A state's action bears on what was recommended to that state; the Union's on its members' too."""
    governments = [Government.objects.get(code=code).pk for code in ("AL", "FR")]
    chosen = {"recommendations": [asked["TWO"].pk, asked["FRENCH"].pk], "governments": governments, "add_addressees": True}
    assert errors(new_action(client, "AL", **chosen, **CHOSEN_AT_ONCE).send()) == [
        "FRENCH: Land of AL acted; this was recommended to Land of FR.",
        "TWO: Land of AL acted; this was recommended to Land of FR.",
    ]
    assert not Addressee.objects.filter(basis="tracked").exists()
    assert new_action(client, "EU", **chosen, **CHOSEN_AT_ONCE).send().status_code == 302
    assert Effect.objects.count() == 4


def test_what_is_borne_on_already_is_said(asked: dict[str, Recommendation], client: Client) -> None:
    """On record: refused. In a row of the same form: the row holds."""
    action = builders.action("OLD")
    builders.effect(action, asked["ONE"])
    addressee = asked["ONE"].addressees.get()
    form = Form(client, address(action, "change")).fill(bears_on=[addressee.pk], **CHOSEN_AT_ONCE)
    assert errors(form.send()) == ["It bears on ONE for Land of AL already; change that row instead."]
    form = new_action(client, "AL", bears_on=[addressee.pk, asked["TWO"].addressees.get(government__code="AL").pk], **CHOSEN_AT_ONCE)
    form.row("effects", addressee=addressee.pk, direction="contradicts", reasoning="Judged by itself.")
    assert form.send().status_code == 302
    assert sorted(str(effect.direction) for effect in Effect.objects.filter(action__key="ACT")) == ["contradicts", "partly_fulfils"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"direction": "fulfils"}, "Choose on what it bears."),
        ({"recommendations": "ONE", "reasoning": "So."}, "Say how the action bears on them."),
        ({"recommendations": "ONE", "direction": "fulfils"}, "Say why this direction."),
        ({"governments": "AL"}, "Choose the recommendations on which it bears for these governments."),
    ],
)
def test_half_a_bearing_is_said(typed: dict[str, Any], sentence: str, asked: dict[str, Recommendation], client: Client) -> None:
    """Nothing typed there is silently dropped."""
    pks = {"ONE": asked["ONE"].pk, "AL": Government.objects.get(code="AL").pk}
    answer = new_action(client, "AL", **{name: pks.get(value, value) for name, value in typed.items()}).send()
    assert errors(answer) == [sentence]


def test_without_scripts_records_are_named(asked: dict[str, Recommendation], client: Client) -> None:
    """By reference, code, or both; a name of nothing is refused."""
    form = new_action(client, "EU", **CHOSEN_AT_ONCE)
    form.fill(**{"recommendations--named": "ONE, two", "governments--named": "al", "bears_on--named": "FRENCH fr"})
    assert form.send().status_code == 302
    assert sorted(str(effect.addressee) for effect in Effect.objects.all()) == ["FRENCH → Land of FR", "ONE → Land of AL", "TWO → Land of AL"]
    form = Form(client, "/admin/tracker/action/add/").fill(key="NEXT", title="A", body="B", description="C", measure=builders.measure().pk)
    for name, typed, left in (("government--named", "<nowhere", "<nowhere"), ("recommendations--named", "ONE, <tow", "<tow")):
        again = form.fill(**{name: typed}).send()
        assert any("valid choice" in sentence for sentence in errors(again))
        assert fields_of(again.content.decode())[name] == [left], "what names nothing stands there to be mended"
    assert fields_of(again.content.decode())["recommendations"] == [str(asked["ONE"].pk)], "what was found is chosen"
    form.fill(**{"recommendations--named": ""})
    assert form.fill(**{"government--named": "eu"}).send().status_code == 302
    assert Action.objects.get(key="NEXT").government.code == "EU"


# A passage typed once


def test_a_new_passage_is_typed_once(asked: dict[str, Recommendation], client: Client) -> None:
    """In the action's form; an assessment cites it too when asked; the next assessment has it filled in."""
    held = builders.assessment("AS", asked["TWO"])
    form = new_action(client, "AL", bears_on=[asked["ONE"].addressees.get().pk], **CHOSEN_AT_ONCE)
    form.row("events", kind="adopted", on="February 2020", decisive=True)
    form.row("citation_uses-2", document=Document.objects.get().pk, locator="p. 4", says="It says so.", exact="It is so.", also=[held.pk])
    assert form.send().status_code == 302
    passage = Citation.objects.get()
    assert (passage.locator, passage.says, passage.exact) == ("p. 4", "It says so.", "It is so.")
    assert {str(use.action or use.assessment) for use in passage.uses.all()} == {str(Action.objects.get()), str(held)}
    held.refresh_from_db()
    assert held.edited_by.username == "researcher"

    page = client.get(address(Action.objects.get(), "change")).content.decode()
    (link,) = [
        part.split('"')[0].replace("&amp;", "&") for part in page.split('href="') if part.startswith("/admin/tracker/assessment/add/?addressee=")
    ]
    assert parse_qs(urlsplit(link).query)["effective_on"] == ["2020-02"]
    verdict = Form(client, link).fill(status="partially_implemented", rationale="It was banned.", departure="A part of it lapsed.")
    assert verdict.values["citation_uses-0-citation"] == [str(passage.pk)]
    assert verdict.send().status_code == 302
    made = Assessment.objects.exclude(pk=held.pk).get()
    assert (made.addressee, str(made.effective_on)) == (asked["ONE"].addressees.get(), "2020-02")
    assert [use.citation for use in made.citation_uses.all()] == [passage]


def test_a_new_passage_is_looked_for_in_the_newest_copy(asked: dict[str, Recommendation], client: Client) -> None:
    """Found, it names its place there as the copy has it; invented, it names none and that is said; where nothing can be read, nothing is."""
    paper, scan = Document.objects.get(), builders.document("SCAN")
    for number, (document, text) in enumerate([(paper, "Nothing."), (paper, "They said that it  is so. And more."), (scan, "")], 1):
        copy = Snapshot.objects.create(
            document=document, sha256=f"{number:064x}", size=1, media_type="text/html", captured_how="by hand",
            captured_at=f"2020-02-0{number}T12:00:00Z", stored_as=str(number),
        )  # fmt: skip
        SnapshotText.objects.create(snapshot=copy, text=text)
    said = "The quotation does not stand in the archived copy"

    def cited(document: Document, exact: str) -> tuple[Citation, str]:
        form = new_action(client, "AL", key=f"A{Action.objects.count()}")
        form.row("citation_uses-2", document=document.pk, locator="p. 4", says="It says so.", exact=exact)
        page = client.get(form.send("_continue").url)
        return Citation.objects.latest("pk"), words(page)

    found, page = cited(paper, "it is so.")
    assert (found.exact, found.archived_as, found.begins, found.ends) == ("it  is so.", f"{2:064x}", 15, 25)
    assert said not in page
    invented, page = cited(paper, "It was never so.")
    assert (invented.exact, invented.archived_as, invented.begins) == ("It was never so.", "", None)
    assert said in page
    for document, exact in ((paper, ""), (scan, "It is so.")):
        assert said not in cited(document, exact)[1]


def test_words_called_verbatim_are_looked_for_in_the_archived_copy(
    asked: dict[str, Recommendation], client: Client, people: dict[str, User], sign_in: SignIn
) -> None:
    """Whoever changes them is told, and so is the second person who reads them."""
    record, paper = asked["ONE"], Document.objects.get()
    copy = Snapshot.objects.create(
        document=paper, sha256="1" * 64, size=1, media_type="text/html", captured_how="by hand", captured_at="2020-02-01T12:00:00Z", stored_as="1"
    )
    SnapshotText.objects.create(snapshot=copy, text="They said: “expel them all”. And more.")
    warning, label = "does not stand in the archived copy", "not found in the archived copy"

    def saved(**typed: Any) -> tuple[bool, bool]:
        form = Form(client, address(record, "change")).fill(**typed)
        told = warning in words(client.get(form.send("_continue").url))
        submission = submit([Recommendation.objects.get(pk=record.pk), paper], by=people["researcher"], reason="Ready")
        return told, label in words(sign_in("reviewer").get(address(submission, "change")))

    assert saved(statement="Two should leave.", statement_form="verbatim") == (True, True)
    assert saved(statement="expel  them all") == (False, False)
    assert saved(statement="Two should leave.", statement_form="paraphrase") == (False, False)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("language", "klingon!!", "is no tag of a language; write it as en, fr, fa or zh-Hant"),
        ("language", "xq", "is no tag of a language"),
        ("url", 'https://example.org/a?<b>"', "An address holds no “<”"),
    ],
)
def test_languages_and_addresses_are_what_they_say(field: str, typed: str, said: str, asked: dict[str, Recommendation], client: Client) -> None:
    """A tag that CLDR knows; an address as it can be written."""
    paper = Document.objects.get()
    answer = Form(client, address(paper, "change")).fill(**{field: typed}).send()
    assert any(said in error for error in errors(answer))
    good = {"language": "zh-Hant", "url": "https://example.org/a?%3Cb%3E"}[field]
    assert Form(client, address(paper, "change")).fill(**{field: good}).send().status_code == 302


def test_a_further_assessment_follows_the_last(asked: dict[str, Recommendation], client: Client) -> None:
    """Nobody looks up what it supersedes."""
    first = builders.assessment("AS-1", asked["ONE"], status="no_evidence")
    last = builders.assessment("AS-2", asked["ONE"], supersedes=first)
    form = Form(client, f"/admin/tracker/assessment/add/?addressee={last.addressee_id}")
    assert form.values["supersedes"] == [str(last.pk)]


def test_half_a_passage_is_refused_and_nothing_is_lost(asked: dict[str, Recommendation], client: Client) -> None:
    """In the words of its fields."""
    form = new_action(client, "AL")
    form.row("citation_uses-2", locator="p. 4", says="It says so.")
    answer = form.send()
    assert errors(answer) == ["This field is required."]
    assert "It says so." in answer.content.decode()
    assert not Citation.objects.exists()
    assert not Action.objects.exists()


# Parts


def test_a_compound_recommendation_is_split(client: Client) -> None:
    """Two parts, each with its own words and governments; what was judged of the whole stays with it."""
    made = builders.everything()
    whole: Recommendation = made["recommendation"]
    whole.refresh_from_db()
    builders.government("FR")
    Addressee.objects.create(recommendation=whole, government=Government.objects.get(code="FR"), basis="tracked", note="Why.")
    builders.recommendation("REC-1-1", made["paper"])
    page = words(client.get(address(whole, "split")))
    assert "What someone judged of the whole was not judged of its parts:" in page
    assert str(made["assessment"]) in page
    form = Form(client, address(whole, "split"))
    assert [form.values[f"parts-{number}-reference"] for number in (0, 1)] == [["REC-1-2"], ["REC-1-3"]], "REC-1-1 is taken"
    assert form.values["parts-0-statement"][0].strip() == whole.statement
    albania, france = (whole.addressees.get(government__code=code) for code in ("AL", "FR"))
    form.fill(**{
        "parts-0-statement": "Do the first half.", "parts-0-addressees": [albania.pk],
        "parts-1-statement": "Do the second half.", "parts-1-addressees": [france.pk], "parts-1-short_title": "Second",
    })  # fmt: skip
    assert "Say why" in words(form.send("_split"))
    assert not Relation.objects.filter(kind="splits").exists()
    before = {model: model.objects.count() for model in (Effect, Assessment)}
    answer = client.post(form.path, {**form.values, "_split": "1", "why": "Two things at once"}, follow=True)
    assert "Assessments of REC-1 stay with it." in words(answer)
    first, second = Recommendation.objects.filter(reference__in=["REC-1-2", "REC-1-3"]).order_by("reference")
    assert (first.statement, second.statement, second.short_title) == ("Do the first half.", "Do the second half.", "Second")
    for part, code in ((first, "AL"), (second, "FR")):
        assert (part.recommended_on, part.known_from, part.made_by, part.measure) == (
            whole.recommended_on,
            whole.known_from,
            whole.made_by,
            whole.measure,
        )
        assert [addressee.government.code for addressee in part.addressees.all()] == [code]
        assert [(relation.kind, relation.other) for relation in part.relations.all()] == [("splits", whole)]
        assert list(part.themes.all()) == list(whole.themes.all())
        assert [use.citation for use in part.citation_uses.all()] == [use.citation for use in whole.citation_uses.all()]
        assert part.recorded_by.username == "researcher"
        event = part.history.get(pgh_label="insert")
        assert event.pgh_context["reason"] == "Two things at once"
    assert second.addressees.get().note == "Why."
    assert {model: model.objects.count() for model in before} == before


def test_a_part_more_and_a_refusal_lose_nothing(client: Client) -> None:
    """The button adds a part with the next free reference; a taken reference is said beside it."""
    whole = builders.recommendation("REC", builders.document("PAPER"), to=("AL", "FR"))
    form = Form(client, address(whole, "split")).fill(**{"parts-0-statement": "Only this.", "why": "Two at once"})
    more = client.post(form.path, {**form.values, "_more": "1"})
    page = more.content.decode()
    assert errors(more) == []
    assert 'name="parts-2-reference" value="REC-3"' in page
    assert "Only this." in page
    form.fill(**{"parts-1-reference": "REC"})
    answer = form.send("_split")
    assert errors(answer) == ["This reference is taken, or given twice."]
    assert "Only this." in answer.content.decode()
    assert "Two at once" in answer.content.decode()
    form.fill(**{"parts-1-reference": "REC-1"})
    assert errors(form.send("_split")) == ["This reference is taken, or given twice."] * 2
    assert Recommendation.objects.count() == 1
    # Left out, it may be wrong.
    assert client.post(form.path, {**form.values, "parts-1-leave_out": "on", "_split": "1"}).status_code == 302
    assert sorted(Recommendation.objects.values_list("reference", flat=True)) == ["REC", "REC-1"]


# A repeat


def test_a_repeat_is_one_form_and_one_save(client: Client) -> None:
    """Everything that is asked for is there; source, date and number are typed."""
    made = builders.everything()
    first: Recommendation = made["recommendation"]
    form = Form(client, f"/admin/tracker/recommendation/add/?repeats={first.pk}")
    assert "A repeat of REC-1" in words(client.get(form.path))
    assert (form.values["number"], form.values["recommended_on"], form.values["known_from"]) == ([""], [""], [])
    form.fill(reference="AGAIN", made_by="A committee", known_from=made["document"].pk, locator="p. 9", recommended_on="May 2021")
    assert form.send().status_code == 302
    again = Recommendation.objects.get(reference="AGAIN")
    assert (again.statement, again.measure, list(again.themes.all())) == (first.statement, first.measure, list(first.themes.all()))
    assert [(row.government, row.basis, row.note) for row in again.addressees.all()] == [
        (row.government, row.basis, row.note) for row in first.addressees.all()
    ]
    assert [(relation.kind, relation.other) for relation in again.relations.all()] == [("repeats", first)]


# A merger


def test_a_merger_is_seen_asked_for_approved_and_published(people: dict[str, User], sign_in: SignIn) -> None:
    """The page says what it will do; the researcher submits; only a second person makes the address lead on; the history says who and why."""
    made = builders.everything()
    twin = builders.recommendation("TWIN", made["paper"], statement="They should do the same.")
    verdict = builders.assessment("TWIN-AS", twin, status="partially_implemented")
    builders.cite(verdict, made["citation"])
    builders.put_out(*builders.publishables(made), twin, verdict)
    client = sign_in("researcher")
    assert f'href="{address(twin, "merge")}"' in client.get(address(twin, "change")).content.decode()
    page = client.get(address(twin, "merge"), {"into": made["recommendation"].pk})
    text = words(page)
    for said in (
        "They should do the same.",
        "They should do REC-1.",
        "its address leads to REC-1",
        "REC-1 has these already",
        "Both have been assessed",
    ):
        assert said in text, said
    assert not Submission.objects.filter(state="submitted").exists()

    typed = {"into": made["recommendation"].pk, "reason": "One and the same"}
    refused = client.post(address(twin, "merge"), typed)
    assert "Choose which assessments hold." in words(refused)
    assert "One and the same" in refused.content.decode()
    assert Assessment.objects.get(key="TWIN-AS").addressee == twin.addressees.get()
    done = client.post(address(twin, "merge"), {**typed, "chain-AL": "after"}, follow=True)
    assert "TWIN is merged into REC-1 at the desk." in words(done)
    submission = Submission.objects.get(state="submitted")
    assert submission.submitted_by == people["researcher"]
    assert "another person" not in words(sign_in("reviewer").get(address(submission, "change")))
    publish(approve(submission, by=people["reviewer"]), by=people["reviewer"])
    row = RecordEdition.objects.known_at(None).get(key="TWIN")
    assert (row.change, row.forwards_to, row.nature) == ("withdraw", "REC-1", "merged")
    event = Assessment.objects.get(key="TWIN-AS").history.filter(pgh_label="update").latest("pgh_id")
    assert event.pgh_context["reason"] == "One and the same"
    assert event.pgh_context["user"] == people["researcher"].pk


def test_a_draft_is_merged_without_a_submission(client: Client) -> None:
    """And named by its key where there are no scripts."""
    stays, twin = builders.document("STAYS"), builders.document("TWIN")
    passage = builders.citation(twin, "EV")
    assert "No record has the key NOWHERE." in words(client.get(address(twin, "merge"), {"named": "NOWHERE"}))
    page = client.get(address(twin, "merge"), {"named": "STAYS"})
    assert "was never submitted: it is deleted" in words(page)
    answer = client.post(address(twin, "merge"), {"into": stays.pk, "reason": "Twice"}, follow=True)
    assert "TWIN is merged into STAYS and deleted." in words(answer)
    passage.refresh_from_db()
    assert passage.document == stays
    assert not Submission.objects.exists()


@pytest.mark.parametrize("role", ROLES)
def test_who_may(role: str, people: dict[str, User], sign_in: SignIn) -> None:
    """Split for whoever may add; merge for whoever may change and submit."""
    made = builders.everything()
    client, may = sign_in(role), role in ("researcher", "reviewer")
    pages = [address(made[name], "merge") for name in ("document", "recommendation", "action")] + [address(made["recommendation"], "split")]
    for page in pages:
        assert client.get(page).status_code == (200 if may else 403), page
        assert client.post(page, {}).status_code == (200 if may else 403), page
        form = client.get(page.replace("merge/", "change/").replace("split/", "change/")).content.decode()
        assert (f'href="{page}"' in form) == may


# A withdrawal with what hangs on it


def test_a_withdrawal_offers_what_would_point_at_nothing(people: dict[str, User], sign_in: SignIn) -> None:
    """Ticked: what refers to it goes along. What was changed already goes as a new version. Unticked, a sentence says so."""
    made = builders.everything()
    builders.put_out(*builders.publishables(made))
    Relation.objects.all().delete()
    client = sign_in("reviewer")
    form = Form(client, address(made["other"], "withdraw"))
    assert form.values["also"] == ["recommendation:REC-1"]
    page = words(client.get(form.path))
    assert "referred to it: its new version is published with the withdrawal" in page
    changelist = reverse("admin:tracker_recommendation_changelist")
    posted = {**form.values, "action": "withdraw_from_site", "reason": "Not one"}
    assert "Recommendation REC-1 refers to recommendation OTHER-1; withdraw or change it first." in words(
        client.post(changelist, {**posted, "also": []})
    )
    client.post(changelist, posted)
    versions = Submission.objects.latest("id").versions
    assert dict(versions.values_list("key", "change")) == {"OTHER-1": "withdraw", "REC-1": "publish"}

    form = Form(client, address(made["recommendation"], "withdraw"))
    assert sorted(form.values["also"]) == ["action:ACT-1", "action:ACT-2", "assessment:AS-1", "assessment:AS-2", "assessment:AS-3"]
    client.post(changelist, {**form.values, "action": "withdraw_from_site", "reason": "A hoax"})
    assert set(Submission.objects.latest("id").versions.values_list("change", flat=True)) == {"withdraw"}
    assert CitationUse.objects.exists()


# On every form


def test_every_date_takes_what_people_write(people: dict[str, User]) -> None:
    """In forms, and in rows."""
    request = RequestFactory().get("/")
    request.user = people["superuser"]
    tried = 0
    for page in admin.site._registry.values():
        for form_page in (page, *page.get_inline_instances(request)):
            for field in form_page.model._meta.concrete_fields:
                if isinstance(field, PartialDateField):
                    shown = form_page.formfield_for_dbfield(field, request)
                    assert isinstance(shown, PartialDateFormField), field
                    assert str(shown.clean("February 2019")) == "2019-02"
                    tried += 1
    assert tried > 10


def test_a_code_finds_its_government_first_on_every_form(people: dict[str, User], sign_in: SignIn) -> None:
    """Though many names hold the same letters; an addressee, an effect or an assessment by its government's code too."""
    paper = builders.document("PAPER")
    for number in range(25):
        builders.government(f"Z{number:02}", name=f"A land in al and in {number}")
    builders.government("IN", name="India")
    builders.recommendation("REC", paper, to=(*(f"Z{number:02}" for number in range(25)), "IN"))
    client = sign_in("researcher")
    for app, model, field in (("tracker", "action", "government"), ("tracker", "addressee", "government"), ("tracker", "membership", "member")):
        query = {"app_label": app, "model_name": model, "field_name": field, "term": "in"}
        assert client.get(reverse("admin:autocomplete"), query).json()["results"][0]["text"] == "India (IN)"
    query = {"app_label": "tracker", "model_name": "effect", "field_name": "addressee", "term": "in"}
    assert client.get(reverse("admin:autocomplete"), query).json()["results"][0]["text"] == "REC → India"


# From the action to the verdict


def test_saving_goes_on_to_the_verdict(asked: dict[str, Recommendation], client: Client) -> None:
    """Of the one addressee that has a status, with date and passage filled in; of several, to the rows from which each is assessed."""
    citation = builders.citation(Document.objects.get(), "CITED")
    form = new_action(client, "AL", recommendations=[asked["ONE"].pk], **CHOSEN_AT_ONCE)
    form.row("events", on="June 2020", kind="occurred", decisive="on")
    form.row("citation_uses", citation=citation.pk, stance="supports")
    there = urlsplit(form.send("_assess").headers["Location"])
    given = {name: values[0] for name, values in parse_qs(there.query).items()}
    assert there.path == "/admin/tracker/assessment/add/"
    assert given == {"addressee": str(Effect.objects.get().addressee_id), "citations": "CITED:supports", "effective_on": "2020-06"}
    again = Form(client, address(Action.objects.get(), "change")).fill(recommendations=[asked["TWO"].pk], **CHOSEN_AT_ONCE)
    assert again.send("_assess").headers["Location"] == address(Action.objects.get(), "change") + "#effects-group"
    bare = new_action(client, "AL").fill(key="ACT-2")
    shown = client.get(bare.send("_assess").headers["Location"])
    assert "It bears on no addressee that has a status." in words(shown)


def test_a_verdict_takes_the_action_along_on_which_it_rests(asked: dict[str, Recommendation], client: Client) -> None:
    """The one that cites the same passage is proposed; another that bears on the addressee is only offered: it may be a half-made draft."""
    citation = builders.citation(Document.objects.get(), "CITED")
    rests, other, assessment = builders.action("RESTS"), builders.action("OTHER"), builders.assessment("AS-1", asked["ONE"])
    for action in (rests, other):
        builders.effect(action, asked["ONE"])
    for record in (rests, assessment):
        builders.cite(record, citation)
    page = client.get(address(assessment, "submit"))
    offered = {item["value"]: (item["ticked"], str(item["why"])) for item in page.context["companions"] if item["value"].startswith("action:")}
    assert offered == {"action:RESTS": (True, "the verdict rests on it"), "action:OTHER": (False, "")}
