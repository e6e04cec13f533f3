"""What forms say when something is amiss, and that nothing typed is lost."""

import re
from collections.abc import Callable

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteMixin
from django.db import connection, models
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests import builders
from tests.admin.forms import Form, errors, words
from tracker.editions.tables import GovernmentEdition
from tracker.models import ActionEvent, Document, Government, LegalStatus, Membership, Party, Theme, User

SignIn = Callable[[str], Client]


@pytest.fixture
def client(sign_in: SignIn) -> Client:
    """A researcher's."""
    return sign_in("researcher")


def test_a_wrong_date_gets_one_sentence_and_loses_nothing(client: Client) -> None:
    """In the form and in a row below it."""
    builders.government("AL")
    form = Form(client, "/admin/tracker/action/add/").fill(key="ACT", title="A title", body="A ministry", description="A description")
    form.row("events", kind="adopted", on="sometime in 2019", note="A note of the event")
    answer = form.send()
    assert [sentence for sentence in errors(answer) if "date" in sentence] == [
        "“sometime in 2019” is not a date; write a day, a month or a year, as 2019-02-01, 2019-02, 2019 or February 2019."
    ]
    for typed in ("A title", "A ministry", "A description", "sometime in 2019", "A note of the event", 'value="adopted" selected'):
        assert typed in answer.content.decode(), typed

    document = Form(client, "/admin/tracker/document/add/").fill(
        key="DOC", kind="opinion", title="A title", language="en", interest="press", published_on="2019-13"
    )
    answer = document.send()
    assert len([sentence for sentence in errors(answer) if "2019-13" in sentence]) == 1
    assert not Document.objects.exists()


@pytest.mark.parametrize(("typed", "stored"), [("February 2019", "2019-02"), ("1 February 2019", "2019-02-01"), ("2019", "2019"), ("", "None")])
def test_dates_are_typed_as_people_write_them(typed: str, stored: str, client: Client) -> None:
    """A day, a month or a year."""
    form = Form(client, "/admin/tracker/document/add/").fill(
        key="DOC", kind="opinion", title="A title", language="en", interest="press", published_on=typed
    )
    assert form.send().status_code == 302
    assert str(Document.objects.get().published_on) == stored


def test_a_broken_promise_reads_as_a_sentence(client: Client) -> None:
    """A constraint of the database, before the database says it."""
    recommendation = builders.recommendation("REC", builders.document("PAPER"))
    form = Form(client, f"/admin/tracker/assessment/add/?addressee={recommendation.addressees.get().pk}")
    answer = form.fill(status="implemented", rationale="So it is.", assessor_kind="third_party").send()
    assert errors(answer) == ["An outside assessor has a name."]
    assert b"So it is." in answer.content


def test_a_row_entered_twice_is_said_and_not_saved(client: Client) -> None:
    """Two rows with the same government."""
    recommendation = builders.recommendation("REC", builders.document("PAPER"))
    form = Form(client, reverse("admin:tracker_recommendation_change", args=[recommendation.pk]))
    form.row("addressees", government=builders.government("AL").pk, basis="tracked")
    answer = form.send()
    assert any("duplicate" in sentence for sentence in errors(answer))
    assert recommendation.addressees.count() == 1


def test_an_effect_has_a_direction_or_undoes_another(client: Client) -> None:
    """One of the two, said beside the field."""
    made = builders.everything()
    form = Form(client, reverse("admin:tracker_action_change", args=[made["reversing_action"].pk]))
    form.values["effects-0-undoes"] = [""]
    assert errors(form.send()) == ["Say how the action bears on the recommendation, or which effect it undoes."]
    form = Form(client, reverse("admin:tracker_action_change", args=[made["reversing_action"].pk]))
    form.values["effects-0-direction"] = ["fulfils"]
    assert errors(form.send()) == ["Leave the direction empty: an effect that undoes another takes its sign from that one."]


def test_the_decisive_tick_moves_from_one_event_to_another(client: Client) -> None:
    """Whichever row stands first; two ticks are one sentence."""
    action = builders.action("ACT", on="2020-05")
    ActionEvent.objects.create(action=action, kind="announced", on="2020-01")
    address = reverse("admin:tracker_action_change", args=[action.pk])
    form = Form(client, address)  # the earlier event, without the tick, stands first
    form.values["events-0-decisive"] = ["on"]
    assert any(sentence.startswith("Tick one event as decisive") for sentence in errors(form.send()))
    del form.values["events-1-decisive"]
    assert form.send().status_code == 302
    assert str(action.events.get(decisive=True).on) == "2020-01"
    form = Form(client, address)
    del form.values["events-0-decisive"]
    form.values["events-1-decisive"] = ["on"]
    assert form.send().status_code == 302
    assert str(action.events.get(decisive=True).on) == "2020-05"


def test_the_order_in_time_is_shown_and_never_typed(client: Client) -> None:
    """From the dates."""
    recommendation = builders.recommendation("REC", builders.document("PAPER"), recommended_on="2019-02")
    for on, sentence in (
        ("2018-12", "Earlier than the recommendation"),
        ("2019", "Order unknown"),
        ("2020", "Later than the recommendation"),
    ):
        action = builders.action(f"ACT-{on}", on=on)
        builders.effect(action, recommendation)
        page = client.get(reverse("admin:tracker_action_change", args=[action.pk]))
        assert sentence in words(page)
        assert b'name="effects-0-earlier"' not in page.content


def test_a_government_is_found_by_its_code(client: Client) -> None:
    """In whatever case it is typed."""
    builders.government("AL", name="Albania")
    builders.government("AT", name="Austria, where al stands in no code but in the name: Tyrol")
    found = client.get(reverse("admin:autocomplete"), {"app_label": "tracker", "model_name": "action", "field_name": "government", "term": "at"})
    assert found.json()["results"][0]["text"].endswith("(AT)")


@pytest.mark.parametrize(
    ("model", "field"),
    [("action", "measure"), ("action", "government"), ("recommendation", "themes"), ("legalstatus", "party")],
)
def test_what_is_typed_searches_one_table(model: str, field: str, client: Client) -> None:
    """It is asked at every key: what only the list shows costs nothing here."""
    builders.everything()
    query = {"app_label": "tracker", "model_name": model, "field_name": field, "term": ""}
    with CaptureQueriesContext(connection) as asked:
        assert client.get(reverse("admin:autocomplete"), query).json()["results"]
    table = apps.get_model("tracker", model)._meta.get_field(field).related_model._meta.db_table
    searches = [found["sql"] for found in asked if f'FROM "{table}"' in found["sql"]]
    assert searches
    assert {name for sql in searches for name in re.findall(r'(?:FROM|JOIN) "(\w+)"', sql)} == {table}


def test_the_lists_count_each_thing_by_itself(client: Client) -> None:
    """Recommendations, actions and members are not multiplied by each other, and the list is sorted by each of them."""
    made = builders.everything()
    for number in range(2):
        builders.action(f"MORE-{number}", measure=made["measure"])
        Membership.objects.create(group=made["group"], member=builders.government("BE"), since=str(2000 + number))
    twice = LegalStatus.objects.create(action=made["action"], party=made["party"], standing="released", on="2021", said_by="The ministry")
    LegalStatus.objects.create(action=made["reversing_action"], party=made["party"], standing="released", on="2021", said_by=twice.said_by)

    def listed(model: str, *names: str) -> dict[str, tuple[int, ...]]:
        found = client.get(reverse(f"admin:tracker_{model}_changelist"), {"o": "-3.2"}).context["cl"].result_list
        return {str(row): tuple(getattr(row, name) for name in names) for row in found}

    assert listed("measure", "_recommended", "_taken")["expulsion"] == (2, 4)
    assert listed("government", "_members", "_addressed") == {str(made["group"]): (3, 0), str(made["government"]): (0, 2), "Land of BE (BE)": (0, 0)}
    assert listed("theme", "_used") == {"safety": (1,)}
    assert listed("party", "_actions") == {"A Person": (2,)}
    assert listed("document", "_citations") == {str(made["document"]): (1,), str(made["paper"]): (1,)}
    assert listed("citation", "_uses")[str(made["dispute"])] == (1,)
    assert listed("recommendation", "_addressees")[str(made["recommendation"])] == (1,)
    assert listed("action", "_on", "_effects")[str(made["action"])] == (made["event"].on, 1)


def test_only_addressees_with_a_status_are_offered_for_assessment(client: Client) -> None:
    """A group has none."""
    builders.government("GROUP", kind="group")
    builders.recommendation("REC", builders.document("PAPER"), to=("AL", "GROUP"))
    query = {"app_label": "tracker", "field_name": "addressee", "term": "REC"}
    offered = {
        model: len(client.get(reverse("admin:autocomplete"), {**query, "model_name": model}).json()["results"]) for model in ("assessment", "effect")
    }
    assert offered == {"assessment": 1, "effect": 2}


def test_every_relation_is_chosen_by_typing(people: dict[str, User]) -> None:
    """In forms and in rows; the rights of a role are the one list to tick."""
    request = RequestFactory().get("/")
    request.user = people["superuser"]
    for page in admin.site._registry.values():
        for form_page in (page, *page.get_inline_instances(request)):
            shown = [
                name
                for _title, options in form_page.get_fieldsets(request)
                for line in options["fields"]
                for name in ([line] if isinstance(line, str) else line)
            ]
            for field in (*form_page.model._meta.fields, *form_page.model._meta.many_to_many):
                if field.remote_field and field.name in shown and field.name not in form_page.get_readonly_fields(request):
                    widget = form_page.formfield_for_dbfield(field, request).widget
                    widget = getattr(widget, "widget", widget)
                    assert isinstance(widget, AutocompleteMixin) or field.name == "permissions", field


def test_every_page_of_the_desk_keeps_to_the_sites_policy(client: Client) -> None:
    """No script and no style within a page: the policy would stop them."""
    made = builders.everything()
    for record in made.values():
        if isinstance(record, models.Model) and admin.site.is_registered(type(record)):
            page = client.get(reverse(f"admin:tracker_{record._meta.model_name}_change", args=[record.pk])).content.decode()
            assert "<style" not in page
            assert " style=" not in page
            assert " onclick=" not in page
            assert "<script>" not in page


def test_a_government_that_is_public_is_changed_with_a_reason_and_not_deleted(people: dict[str, User], sign_in: SignIn) -> None:
    """Readers are told who changed it and why, beside the edition that it becomes public with."""
    made = builders.everything()
    administrator, page = sign_in("administrator"), reverse("admin:tracker_government_change", args=[made["government"].pk])
    assert Form(administrator, page).fill(name="Republic of Albania").send().status_code == 302
    builders.put_out(*builders.publishables(made))
    form = Form(administrator, page).fill(name="Shqipëria")
    assert "This record is public; say why you change it." in errors(form.send())
    assert form.fill(why="It asked to be called so.").send().status_code == 302
    builders.put_out(builders.document("UNRELATED"), reason="A paper was found")
    row = GovernmentEdition.desk.known_at(None).get(code="AL")
    assert (row.name, row.changed_by, row.reason) == ("Shqipëria", "Administrator Person", "It asked to be called so.")
    assert sign_in("superuser").post(reverse("admin:tracker_government_delete", args=[made["group"].pk]), {"post": "yes"}).status_code == 403


def test_addressees_as_named_are_codes(client: Client) -> None:
    """A name is answered with its code; what is neither is said."""
    builders.government("AL", name="Albania")
    recommendation = builders.recommendation("REC", builders.document("PAPER"))
    address = reverse("admin:tracker_recommendation_change", args=[recommendation.pk])
    assert errors(Form(client, address).fill(addressed="Albania; AL").send()) == ["“Albania” is no code; write AL."]
    assert errors(Form(client, address).fill(addressed="AL; Atlantis").send()) == [
        "“Atlantis” is no code of a government or group; the list of governments has them."
    ]
    assert Form(client, address).fill(addressed=" AL ;").send().status_code == 302
    recommendation.refresh_from_db()
    assert recommendation.addressed == "AL"


def test_nothing_is_cited_that_is_not_out(client: Client) -> None:
    """A day to come is said; the year that runs is none."""
    document = builders.document("DOC")
    address = reverse("admin:tracker_document_change", args=[document.pk])
    assert errors(Form(client, address).fill(published_on="2999-01-02").send()) == ["2999-01-02 is still to come; write when it was published."]
    year = str(timezone.now().year)
    assert Form(client, address).fill(published_on=year, why="Known by its year.").send().status_code == 302
    document.refresh_from_db()
    assert str(document.published_on) == year


def test_a_step_leads_to_its_records(client: Client) -> None:
    """From the page that asks why, to each record that it names; who cancels is back at the one it began with."""
    paper = builders.document("PAPER")
    recommendation = builders.recommendation("REC", paper)
    page = client.get(reverse("admin:tracker_recommendation_submit", args=[recommendation.pk])).content.decode()
    own, other = (reverse(f"admin:tracker_{name}_change", args=[pk]) for name, pk in (("recommendation", recommendation.pk), ("document", paper.pk)))
    assert f'<a href="{own}">' in page
    assert f'<a href="{own}" class="closelink">' in page
    assert f'<a href="{other}"' in page


def test_one_version_is_compared_with_nothing(client: Client) -> None:
    """The history of a draft that was never submitted offers no comparison of it with itself."""
    document = builders.document("DOC")
    page = client.get(reverse("admin:tracker_document_history", args=[document.pk]))
    assert 'value="now"' not in page.content.decode()
    assert "It has not been submitted yet" in words(page)


# Identifiers


def test_a_form_says_how_an_identifier_is_written(client: Client) -> None:
    """Each in one sentence that names what would be right, and nothing typed is lost."""
    form = Form(client, "/admin/tracker/document/add/").fill(
        key="DOC", kind="legal_act", title="A title", language="en", interest="official", celex="2019/881", symbol=" A  1", bill="C-5"
    )
    answer = form.send()
    said = errors(answer)
    assert "Write the CELEX number as EUR-Lex does: sector, year, type and number without spaces, as 32019R0881." in said
    assert "Write it in one line, without spaces around it." in said
    assert "2019/881" in answer.content.decode()
    assert not Document.objects.exists()
    form.fill(celex="32099R0001", symbol="A/1")
    assert "Give the bill number and the legislature together: C-5 is a bill of many parliaments." in errors(form.send())
    form.fill(legislature="A parliament").send()
    record = Document.objects.get()
    assert (record.symbol, record.celex, record.bill, record.legislature) == ("A/1", "32099R0001", "C-5", "A parliament")


def test_a_party_that_nobody_names_gets_no_identifier(client: Client) -> None:
    form = Form(client, "/admin/tracker/party/add/").fill(kind="unnamed", name="Two people", wikidata="Q42x", opensanctions="nobody")
    said = errors(form.send())
    assert "Write the number of the Wikidata item alone, as Q42." in said
    assert any(sentence.startswith("Copy the id from the address at OpenSanctions") for sentence in said)
    assert "Nobody is named: leave the identifiers empty, for they would name somebody." in errors(form.fill(wikidata="Q42", opensanctions="").send())
    form.fill(kind="person").send()
    assert Party.objects.get().wikidata == "Q42"


def test_only_a_government_within_a_state_gets_a_code_of_iso_3166_2(sign_in: SignIn) -> None:
    builders.government("AL", wikidata="Q99999901")
    form = Form(sign_in("administrator"), "/admin/tracker/government/add/").fill(name="A province", code="AL-X", kind="state", iso_3166_2="al-01")
    assert "Write it as CA-QC or GB-SCT: the state’s two letters, a hyphen, one to three signs." in errors(form.send())
    assert "ISO 3166-2 has codes for governments within a state; empty it, or choose that kind." in errors(form.fill(iso_3166_2="AL-01").send())
    assert "Another government has this Wikidata item already." in errors(form.fill(kind="subnational", wikidata="Q99999901").send())
    form.fill(wikidata="").send()
    assert Government.objects.get(code="AL-X").iso_3166_2 == "AL-01"


def test_the_desk_finds_records_by_their_identifiers(client: Client) -> None:
    builders.document("DOC", title="Found", celex="32099R0001")
    builders.action("ACT", title="Done", bill="B. 7", legislature="A parliament")
    Party.objects.create(key="somebody", kind="person", name="Somebody", opensanctions="NK-made-up")
    for noun, asked, found in (("document", "32099R0001", "Found"), ("action", "B. 7", "Done"), ("party", "NK-made-up", "Somebody")):
        assert found in words(client.get(f"/admin/tracker/{noun}/", {"q": asked}))
        assert found not in words(client.get(f"/admin/tracker/{noun}/", {"q": "32099R0009"}))


def test_what_goes_with_a_record_is_called_by_its_names(people: dict[str, User], sign_in: SignIn) -> None:
    record = builders.recommendation("TO-GO", builders.document("DOC"), by=people["researcher"])
    record.themes.add(Theme.objects.create(key="trade", name="Trade and customs"))
    said = words(sign_in("researcher").get(reverse("admin:tracker_recommendation_delete", args=[record.pk])))
    assert "Theme: Trade and customs" in said
    assert " object (" not in said
