"""Two people on one record: the second sees what the first changed, and no word of either is lost."""

import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connections
from django.test import Client
from django.urls import reverse

from tests import builders
from tests.admin.forms import Form, errors, words
from tracker.editions.tables import RecordEdition
from tracker.editorial import verbs
from tracker.models import (
    Action,
    Addressee,
    Citation,
    Document,
    Government,
    Position,
    Recommendation,
    Relation,
    Theme,
    User,
)

SignIn = Callable[[str], Client]


def address(record: Any, page: str = "change") -> str:
    """Of a record's form."""
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_{page}", args=[record.pk])


@pytest.fixture
def first(sign_in: SignIn) -> Client:
    """Who saves first."""
    return sign_in("researcher")


@pytest.fixture
def second(sign_in: SignIn) -> Client:
    """Who opened the page before that, and saves second."""
    return sign_in("reviewer")


def shown(answer: Any) -> dict[str, list[str]]:
    """The fields of the form that came back, with what stands in them."""
    assert answer.status_code == 200, answer.status_code
    return Answered(answer).values


class Answered(Form):
    """The form on a page that was answered, to be filled on."""

    def __init__(self, answer: Any) -> None:
        """Read the answer instead of asking for a page."""
        once = type("Once", (), {"get": lambda _self, _path: answer})()
        super().__init__(once, answer.request["PATH_INFO"])
        self.client = answer.client


def meanwhile(answer: Any) -> str:
    """What the page says was changed meanwhile."""
    found = re.search(r'<(section|div) class="meanwhile" role="alert".*?</\1>', answer.content.decode(), re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).split()) if found else ""


# Fields


def test_the_second_save_shows_what_the_first_changed_and_keeps_every_word(first: Client, second: Client) -> None:
    """Both changed the title; each changed something else besides. Nothing of the second is written until it is saved again."""
    document = builders.document("DOC", note="Old note", publisher="Old publisher")
    theirs, mine = Form(first, address(document)), Form(second, address(document))
    theirs.fill(title="Their title", note="Their note", why="A correction of the catalogue").send()
    answer = mine.fill(title="My title", publisher="My publisher", why="I read it again").send()

    document.refresh_from_db()
    assert (document.title, document.note, document.publisher) == ("Their title", "Their note", "Old publisher")
    assert (shown(answer)["title"], shown(answer)["publisher"], shown(answer)["why"]) == (["My title"], ["My publisher"], ["I read it again"])
    assert shown(answer)["note"] == ["Their note"]  # not touched here: it is theirs now
    said = meanwhile(answer)
    for part in ("Researcher Person", "A correction of the catalogue", "Title of DOC → Their title", "Old note → Their note"):
        assert part in said, part
    assert "You changed it too" in said and "It stands in your form now" in said
    notes = errors(answer)
    assert len(notes) == 2
    assert any("Title of DOC → Their title" in note and "your words" in note for note in notes)
    assert 'href="#id_title"' in answer.content.decode()
    assert "Please correct" not in words(answer)

    assert Answered(answer).send().status_code == 302
    document.refresh_from_db()
    assert (document.title, document.note, document.publisher) == ("My title", "Their note", "My publisher")
    assert document.history.latest("pgh_id").pgh_context["reason"] == "I read it again"


def test_a_third_save_in_between_is_seen_too(first: Client, second: Client) -> None:
    """The form that came back is made from what stood then, not from the beginning."""
    document = builders.document("DOC")
    mine = Form(second, address(document))
    Form(first, address(document)).fill(title="Their title").send()
    answer = mine.fill(title="My title").send()
    Form(first, address(document)).fill(title="Their second title").send()
    again = Answered(answer).send()
    assert "Their title → Their second title" in meanwhile(again)
    assert shown(again)["title"] == ["My title"]
    assert Document.objects.get().title == "Their second title"


def test_edited_and_edited_back_is_no_change(first: Client, second: Client) -> None:
    """Nor is what stands on other pages: the wording of a cited passage."""
    made = builders.everything()
    mine = Form(second, address(made["action"]))
    for title in ("Another title", made["action"].title):
        Form(first, address(made["action"])).fill(title=title).send()
    Form(first, address(made["citation"])).fill(says="Something else").send()
    assert mine.fill(note="My note").send().status_code == 302
    assert Action.objects.get(pk=made["action"].pk).note == "My note"


def test_the_second_save_of_an_action_is_asked_for_nothing_that_was_not_typed(first: Client, second: Client) -> None:
    """The empty row for a new passage, where several records can be chosen, stays empty."""
    made = builders.everything()
    mine = Form(second, address(made["action"]))
    Form(first, address(made["action"])).fill(note="Their note").send()
    answer = mine.fill(title="My title").send()
    assert "Their note" in meanwhile(answer)
    assert [error for error in errors(answer) if not error.startswith("Changed meanwhile")] == []
    assert Answered(answer).send().status_code == 302
    assert Action.objects.get(pk=made["action"].pk).title == "My title"


def test_lines_and_spaces_are_no_change(first: Client, second: Client) -> None:
    """A package writes lines in one way and a browser sends them in another; what was not touched takes what the other wrote."""
    document = builders.document("DOC", note="One line\nand another ")
    mine = Form(second, address(document))
    mine.values["note"] = ["One line\r\nand another"]
    Form(first, address(document)).fill(note="Their note").send()
    answer = mine.fill(title="My title").send()
    assert shown(answer)["note"] == ["Their note"]


def test_the_same_save_sent_twice_is_one_save(first: Client) -> None:
    """A double click: fields, a new row, and a row ticked for deletion."""
    made = builders.everything()
    other = builders.government("BE")
    form = Form(first, address(made["recommendation"])).fill(note="My note", why="Once").row("addressees", government=other.pk, basis="tracked")
    form.values["relations-0-DELETE"] = ["on"]
    for _click in range(2):
        assert form.send().status_code == 302
    record = made["recommendation"]
    assert sorted(record.addressees.values_list("government__code", flat=True)) == ["AL", "BE"]
    assert not record.relations.exists()


def test_the_same_words_of_two_people_are_said_not_saved_twice(first: Client, second: Client) -> None:
    """The second one's reason is not lost silently: the form says that there is nothing left to save."""
    document = builders.document("DOC")
    mine = Form(second, address(document)).fill(title="The title", why="My reason")
    Form(first, address(document)).fill(title="The title", why="Their reason").send()
    answer = mine.send()
    assert "nothing left to save" in meanwhile(answer)
    assert shown(answer)["why"] == ["My reason"]


def test_chosen_themes_are_compared_too(first: Client, second: Client) -> None:
    """They stand in a table between the two; the history of it says who."""
    made = builders.everything()
    added = Theme.objects.create(key="trade", name="trade")
    mine = Form(second, address(made["recommendation"]))
    Form(first, address(made["recommendation"])).fill(themes=[made["theme"].pk, added.pk], why="It is about trade").send()
    answer = mine.fill(note="My note").send()
    assert "Researcher Person" in meanwhile(answer)
    assert "safety → safety, trade" in meanwhile(answer)
    assert sorted(shown(answer)["themes"]) == sorted([str(made["theme"].pk), str(added.pk)])


def test_a_page_that_says_not_what_it_was_made_from_overwrites_nothing(first: Client, second: Client) -> None:
    """No token, an altered one, or another record's."""
    document, other = builders.document("DOC"), builders.document("OTHER")
    for token in ([], ["nonsense"], Form(second, address(other)).values["_made_from"]):
        mine = Form(second, address(document))
        mine.values["_made_from"] = token
        answer = mine.fill(title="My title").send()
        assert shown(answer)["title"] == ["My title"]
        assert "Title of DOC" in meanwhile(answer)
    assert Document.objects.get(pk=document.pk).title == "Title of DOC"


@pytest.mark.parametrize("noun", ["government", "measure", "theme", "party", "citation", "user", "group"])
def test_every_form_that_changes_a_record_asks(noun: str, people: dict[str, User], sign_in: SignIn) -> None:
    """Reference data and accounts too."""
    made = builders.everything()
    made["user"], made["group"] = people["auditor"], Group.objects.create(name="A role of our own")
    name = {"citation": "says", "user": "first_name"}.get(noun, "name")
    record = made[noun]
    client = sign_in("superuser")
    mine, theirs = Form(client, address(record)), Form(client, address(record))
    why = {"why": "Another name."} if noun == "group" else {}  # a role says why, whatever changes of it
    assert theirs.fill(**{name: "Theirs"}, **why).send().status_code == 302
    answer = mine.fill(**{name: "Mine"}, **why).send()
    assert shown(answer)[name] == ["Mine"]
    assert "Theirs" in meanwhile(answer)
    record.refresh_from_db()
    assert getattr(record, name) == "Theirs"
    assert Answered(answer).send().status_code == 302
    record.refresh_from_db()
    assert getattr(record, name) == "Mine"


# Publishing


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Whoever publishes stops for a moment between looking at what stands and writing the edition; set while somebody does."""
    looked, look = threading.Event(), verbs._refuse_edited

    def look_and_wait(submission: Any) -> None:
        look(submission)
        looked.set()
        time.sleep(0.5)

    monkeypatch.setattr(verbs, "_refuse_edited", look_and_wait)
    return looked


def test_of_two_versions_published_at_once_the_second_reads_why_not(people: dict[str, User], sign_in: SignIn, slowly: threading.Event) -> None:
    """Two reviewers, two approved submissions of one record, one edition; and a sentence instead of a fault."""
    document = builders.document("DOC")
    submissions = [verbs.submit([document], by=builders.author(), reason=reason) for reason in ("one", "other")]
    for submission in submissions:
        verbs._approve(submission, builders.reviewer(), "")
    start = threading.Barrier(2)

    def press(client: Client, submission: Any) -> Any:
        start.wait(20)
        try:
            return client.post(reverse("admin:tracker_submission_step", args=[submission.pk, "publish"]), {"confirmed": "1", "reason": "So."})
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(press, (sign_in("reviewer"), sign_in("superuser")), submissions))
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    (refused,) = (answer for answer in answers if answer.status_code == 200)
    assert "Another version of DOC was published after this one was submitted; submit it again." in words(refused)
    assert RecordEdition.desk.count() == 1


def test_an_edit_while_a_record_is_published_waits_until_it_is(desk: str, slowly: threading.Event) -> None:
    document = builders.document("DOC")
    submission = verbs.submit([document], by=builders.author(), reason="a test")
    verbs.approve(submission, by=builders.reviewer())
    slowly.clear()

    def publish() -> Any:
        try:
            return verbs.publish(submission, by=builders.reviewer())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        published = pool.submit(publish)
        assert slowly.wait(20)
        Document.objects.filter(pk=document.pk).update(title="Another title")
        assert published.result(20).number == 1
    assert RecordEdition.desk.get().title == "Title of DOC"


# Rows


def rows(values: dict[str, list[str]], prefix: str, *names: str) -> list[tuple[str, ...]]:
    """What stands in the rows of a form."""
    total = int(values[f"{prefix}-TOTAL_FORMS"][0])
    return [tuple("".join(values.get(f"{prefix}-{index}-{name}", [""])).strip() for name in names) for index in range(total)]


def test_rows_added_changed_and_removed_by_the_other(first: Client, second: Client) -> None:
    """Theirs appear; mine stay, new ones and ticked ones included; a removed one comes back as new only where I had changed it."""
    record = builders.recommendation("REC", builders.document("PAPER"), to=("AL", "BE", "CY", "DE"))
    albania, _belgium, _cyprus, germany = record.addressees.order_by("government__code")
    for code in ("EE", "FR"):
        builders.government(code)
    keys = {government.code: str(government.pk) for government in Government.objects.all()}
    theirs, mine = Form(first, address(record)), Form(second, address(record))

    theirs.values["addressees-0-note"] = ["Their note on Albania"]
    theirs.values["addressees-1-DELETE"] = ["on"]
    theirs.values["addressees-2-DELETE"] = ["on"]
    theirs.values["addressees-3-note"] = ["Their note on Germany"]
    assert theirs.row("addressees", government=keys["EE"], basis="tracked", note="Their row").fill(why="A second reading").send().status_code == 302

    mine.values["addressees-1-note"] = ["My note on Belgium"]  # they removed it
    mine.values["addressees-3-DELETE"] = ["on"]  # they changed it
    answer = mine.row("addressees", government=keys["FR"], basis="tracked", note="My row").send()

    values = shown(answer)
    assert rows(values, "addressees", "id", "government", "note", "DELETE") == [
        (str(albania.pk), keys["AL"], "Their note on Albania", ""),
        (str(germany.pk), keys["DE"], "Their note on Germany", "on"),
        (str(record.addressees.get(government__code="EE").pk), keys["EE"], "Their row", ""),
        ("", keys["BE"], "My note on Belgium", ""),
        ("", keys["FR"], "My row", ""),
        ("", "", "", ""),
    ]
    said = meanwhile(answer)
    for part in (
        "“Land of CY (CY)” Removed.",
        "“Land of BE (BE)” Removed. You had changed this row",
        "the tick still stands",
        "A second reading",
    ):
        assert part in said, (part, said)
    assert record.addressees.count() == 3

    assert Answered(answer).send().status_code == 302
    assert sorted(record.addressees.values_list("government__code", "note")) == [
        ("AL", "Their note on Albania"), ("BE", "My note on Belgium"), ("EE", "Their row"), ("FR", "My row"),
    ]  # fmt: skip


def test_a_new_passage_survives_what_another_saved(first: Client, second: Client) -> None:
    """Its words are fields of two records in one row; they come back, and the next save keeps them."""
    paper = builders.document("PAPER")
    record = builders.recommendation("REC", paper)
    theirs, mine = Form(first, address(record)), Form(second, address(record))
    assert theirs.fill(note="Their note").send().status_code == 302
    words = {"document": paper.pk, "locator": "p. 4", "says": "It says so.", "exact": "It is so.", "corroboration": "corroborated"}
    answer = mine.row("citation_uses-2", **words).send()
    assert "Their note" in meanwhile(answer)
    assert Answered(answer).send().status_code == 302
    passage = record.citation_uses.get().citation
    assert (passage.locator, passage.says, passage.exact, str(passage.corroboration)) == ("p. 4", "It says so.", "It is so.", "corroborated")
    record.refresh_from_db()
    assert record.note == "Their note"


def test_the_same_new_row_of_two_people_is_one(first: Client, second: Client) -> None:
    """Alike, it is theirs; said differently, both stand and the form says that it is there twice."""
    record = builders.recommendation("REC", builders.document("PAPER"))
    other = builders.government("BE")
    for note, codes in (("", ["", "AL", "BE"]), ("My own note", ["", "AL", "BE", "BE"])):
        record.addressees.exclude(government__code="AL").delete()
        mine = Form(second, address(record)).row("addressees", government=other.pk, basis="tracked", note=note)
        Form(first, address(record)).row("addressees", government=other.pk, basis="tracked").send()
        answer = mine.send()
        names = {str(government.pk): government.code for government in Government.objects.all()}
        assert sorted(names.get(row[0], "") for row in rows(shown(answer), "addressees", "government")) == codes
    assert record.addressees.count() == 2


def test_a_row_changed_on_its_own_page_is_seen_and_its_sources_are_no_change(first: Client, second: Client) -> None:
    """A position stands in the form of its assessment and on a page of its own, where its sources are cited."""
    made = builders.everything()
    mine = Form(second, address(made["assessment"]))
    page = Form(first, address(made["position"]))
    page.row("citation_uses", citation=made["dispute"].pk, stance="disputes")
    assert page.send().status_code == 302
    assert mine.fill(note="My note").send().status_code == 302

    mine = Form(second, address(made["assessment"]))
    Form(first, address(made["position"])).fill(statement="Their statement").send()
    mine.values["positions-0-statement"] = ["My statement"]
    answer = mine.send()
    assert "They would. → Their statement" in meanwhile(answer)
    assert Position.objects.get().statement == "Their statement"


def test_a_mistake_of_ones_own_is_said_along(first: Client, second: Client) -> None:
    """What the other changed and what is amiss here stand in one answer."""
    document = builders.document("DOC")
    mine = Form(second, address(document))
    Form(first, address(document)).fill(note="Their note").send()
    answer = mine.fill(published_on="2019-13").send()
    assert any("2019-13" in sentence for sentence in errors(answer))
    assert "Their note" in meanwhile(answer)
    again = Answered(answer).fill(published_on="2019-12").send()
    assert again.status_code == 302
    assert Document.objects.get().note == "Their note"


def test_words_without_a_field_are_shown(first: Client, second: Client) -> None:
    """A reference that was fixed by a submission while someone was correcting it."""
    from tracker.editorial.verbs import submit

    record = builders.recommendation("REC", builders.document("PAPER"))
    builders.cite(record, builders.citation(record.known_from, "EV"))
    mine = Form(second, address(record))
    submit([record.known_from, record], by=builders.author(), reason="Ready")
    answer = mine.fill(reference="MY-REFERENCE").send()
    assert "MY-REFERENCE" in meanwhile(answer)
    assert Recommendation.objects.get(pk=record.pk).reference == "REC"


# Deleted


def test_a_record_deleted_meanwhile_comes_back_as_a_new_one(first: Client, second: Client) -> None:
    """Every word fills the form for a new record, its key and its rows too."""
    record = builders.recommendation("REC", builders.document("PAPER"))
    mine = Form(second, address(record)).fill(statement="My statement", why="My reason")
    mine.values["addressees-0-note"] = ["My note"]
    Form(first, address(record, "delete")).fill(why="Recorded twice").send()
    assert not Recommendation.objects.exists()
    answer = mine.send()
    assert "Recorded twice" in meanwhile(answer) and "Researcher Person" in meanwhile(answer)
    form = Answered(answer)
    assert re.search(r'<form[^>]*action="/admin/tracker/recommendation/add/"', answer.content.decode())
    form.path = "/admin/tracker/recommendation/add/"
    assert form.send().status_code == 302
    saved = Recommendation.objects.get()
    assert (saved.reference, saved.statement, saved.addressees.get().note) == ("REC", "My statement", "My note")


def test_what_was_typed_into_a_part_that_is_gone_is_shown(first: Client, second: Client) -> None:
    """A position removed in the form of its assessment, while someone wrote on its own page."""
    made = builders.everything()
    mine = Form(second, address(made["position"])).fill(statement="My long statement")
    form = Form(first, address(made["assessment"])).fill(why="Not theirs")
    form.values["positions-0-DELETE"] = ["on"]
    form.send()
    answer = mine.send()
    assert answer.status_code == 409
    assert "My long statement" in words(answer) and "Not theirs" in words(answer)


def test_a_deletion_asks_again_where_the_record_was_changed(first: Client, second: Client) -> None:
    """The answer was about something else: the record, or a row that goes with it."""
    record = builders.recommendation("REC", builders.document("PAPER"))
    for change in (
        lambda: Form(first, address(record)).fill(statement="Their statement", why="Found it").send(),
        lambda: Addressee.objects.create(recommendation=record, government=builders.government("BE")),
    ):
        asked = Form(second, address(record, "delete")).fill(why="No longer needed")
        change()
        answer = asked.send()
        assert "nothing was deleted yet" in meanwhile(answer)
        assert shown(answer)["why"] == ["No longer needed"]
        assert Recommendation.objects.count() == 1
    assert Answered(answer).send().status_code == 302
    assert not Recommendation.objects.exists()
    assert Recommendation.history.rel.related_model.objects.get(pgh_label="delete").pgh_context["reason"] == "No longer needed"


class Asked(Form):
    """The page that asks before several are deleted."""

    def __init__(self, client: Client, path: str, records: list[Any]) -> None:
        """Tick them in the list and choose the action."""
        self.answer = client.post(path, {"action": "delete_selected", "_selected_action": [record.pk for record in records]})
        once = type("Once", (), {"get": lambda _self, _path: self.answer})()
        super().__init__(once, path)  # type: ignore[arg-type]
        self.client = client

    def send(self, button: str = "_delete") -> Any:
        """Press the button."""
        return self.client.post(self.path, dict(self.values))


def test_deleting_several_asks_why_and_asks_again_where_one_was_changed(first: Client, second: Client) -> None:
    """All of them or none."""
    paper = builders.document("PAPER")
    passages = [builders.citation(paper, f"EV-{number}") for number in range(3)]
    asked = Asked(second, "/admin/tracker/citation/", passages).fill(why="Not needed")
    Form(first, address(passages[1])).fill(says="Something else").send()
    answer = asked.send()
    assert "nothing was deleted yet" in meanwhile(answer)
    assert Citation.objects.count() == 3
    asked = Asked(second, "/admin/tracker/citation/", passages).fill(why="Not needed")
    assert asked.send().status_code == 302
    assert not Citation.objects.exists()
    reasons = {event.pgh_context["reason"] for event in Citation.history.rel.related_model.objects.filter(pgh_label="delete")}
    assert reasons == {"Not needed"}


def test_what_cannot_be_deleted_says_why_in_a_sentence(first: Client) -> None:
    """Several or one: something refers to them, or they were submitted."""
    from tracker.editorial.verbs import submit

    paper = builders.document("PAPER")
    builders.citation(paper, "EV")
    assert "stay while these refer to them" in words(Asked(first, "/admin/tracker/document/", [paper]).answer)
    assert "stays while these refer to it" in words(first.get(address(paper, "delete")))
    other = builders.document("OTHER")
    submit([other], by=builders.author(), reason="Ready")
    assert "submitted for review and stay" in words(Asked(first, "/admin/tracker/document/", [other]).answer)


# More rows without scripts


def test_a_button_gives_another_row_and_loses_nothing(first: Client, second: Client) -> None:
    """In the form of a record that stands, and of a new one; nothing is saved and nothing is amiss yet."""
    made = builders.everything()
    form = Form(first, address(made["recommendation"])).fill(note="Half a note", recommended_on="not yet a date")
    assert b'name="_more_rows" value="relations"' in first.get(form.path).content
    form.values["_more_rows"] = ["relations"]
    answer = form.send("ignored")
    values = shown(answer)
    assert values["note"] == ["Half a note"]
    assert values["recommended_on"] == ["not yet a date"]
    assert errors(answer) == []
    assert len(rows(values, "relations", "id")) == made["recommendation"].relations.count() + 1
    again = Answered(answer).fill(recommended_on="2019").row("relations", kind="narrows", other=made["other"].pk)
    again.values.pop("_more_rows", None)
    assert again.send().status_code == 302
    assert Relation.objects.filter(kind="narrows").exists()
    assert Recommendation.objects.get(pk=made["recommendation"].pk).note == "Half a note"

    new = Form(first, "/admin/tracker/action/add/").fill(title="A new action")
    new.values["_more_rows"] = ["legal_statuses"]
    values = shown(new.send("ignored"))
    assert values["title"] == ["A new action"]
    assert len(rows(values, "legal_statuses", "id")) == 1


def test_another_row_is_no_way_past_the_question(first: Client, second: Client) -> None:
    """Whoever asks for a row where the record was changed is told so at once."""
    made = builders.everything()
    mine = Form(second, address(made["recommendation"])).fill(note="My note")
    Form(first, address(made["recommendation"])).fill(note="Their note").send()
    mine.values["_more_rows"] = ["relations"]
    answer = mine.send("ignored")
    assert "Their note" in meanwhile(answer)
    assert len(rows(shown(answer), "relations", "id")) == made["recommendation"].relations.count() + 1


# Five hundred pairs

FIFTHS = range(1, 6)
PAIRS = 100
"""In each of five fifths, so that workers share them."""

KINDS: dict[Any, tuple[tuple[str, ...], str, str]] = {
    Document: (("title", "publisher", "stake", "note"), "", ""),
    Recommendation: (("short_title", "statement", "target", "note"), "addressees", "government"),
    Action: (("title", "body", "description", "note"), "events", "on"),
}
"""The fields that people type into, the rows below, and the field that names a row."""

Slots = dict[tuple[str, str], str]
"""("", field) or (rows, name of the row) → what stands there."""


def standing(record: Any) -> Slots:
    """What the database holds of a record."""
    fields, prefix, naming = KINDS[type(record)]
    record = type(record).objects.get(pk=record.pk)
    found = {("", name): getattr(record, name) for name in fields}
    if prefix:
        attribute = type(record)._meta.get_field(prefix).related_model._meta.get_field(naming).attname
        found |= {(prefix, str(getattr(row, attribute))): row.note for row in getattr(record, prefix).all()}
    return found


class Typist:
    """Someone with a page open, typing words that nobody else types."""

    def __init__(self, page: Form, kind: Any, tag: str, chance: random.Random) -> None:
        """Change one to three things on the page."""
        self.form = page
        self.typed: Slots = {}
        self.removed: set[tuple[str, str]] = set()
        fields, prefix, naming = KINDS[kind]
        self.form.fill(why=f"{tag}-why")
        for name in chance.sample(fields, chance.randint(0 if prefix else 1, 2)):
            self._type(("", name), name, f"{tag}-{name}")
        if not prefix:
            return
        held = int(page.values[f"{prefix}-INITIAL_FORMS"][0])
        for index in chance.sample(range(held), min(held, chance.randint(0 if self.typed else 1, 2))):
            slot = (prefix, page.values[f"{prefix}-{index}-{naming}"][0])
            if chance.random() < 0.25:
                self.form.values[f"{prefix}-{index}-DELETE"] = ["on"]
                self.removed.add(slot)
            else:
                self._type(slot, f"{prefix}-{index}-note", f"{tag}-row{index}")
        if chance.random() < 0.5 or not (self.typed or self.removed):
            names = [str(number) for number in Government.objects.values_list("pk", flat=True)] if naming == "government" else DATES
            names = sorted(set(names) - {page.values[f"{prefix}-{index}-{naming}"][0] for index in range(held)})
            if names:
                name = chance.choice(names)
                self.form.row(prefix, **{naming: name, "note": f"{tag}-new"})
                self.typed[prefix, name] = f"{tag}-new"

    def _type(self, slot: tuple[str, str], field: str, word: str) -> None:
        self.form.values[field] = [word]
        self.typed[slot] = word

    def on(self, before: Slots) -> Slots:
        """What stands after their save, and nothing else changed."""
        return {slot: word for slot, word in {**before, **self.typed}.items() if slot not in self.removed}


DATES = [f"20{year}-0{month}" for year in range(20, 23) for month in range(1, 5)]


@pytest.fixture
def two_people(first: Client, second: Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Form, Form], list[Any]]]:
    """Sends two forms at the same moment, each from a thread with a database connection of its own."""
    # The test client would copy the context of every template, a thousand a page, and of the other thread's page too.
    monkeypatch.setattr("django.test.client.store_rendered_templates", lambda *_args, **_more: None)
    with ThreadPoolExecutor(2) as pool:
        start = threading.Barrier(2)

        def send(form: Form) -> Any:
            start.wait(60)
            return form.send()

        def leave(_number: int) -> None:
            connections.close_all()
            start.wait(60)

        yield lambda one, other: list(pool.map(send, (one, other)))
        list(pool.map(leave, range(2)))


@pytest.mark.slow
@pytest.mark.parametrize("fifth", FIFTHS)
def test_five_hundred_pairs_of_saves_lose_nothing(fifth: int, first: Client, second: Client, two_people: Callable[[Form, Form], list[Any]]) -> None:
    """Whoever is second gets everything back, sees what the first wrote, and takes nothing away; the database holds exactly what was saved."""
    chance = random.Random(fifth)
    paper = builders.document("PAPER")
    for number in range(8):
        builders.government(f"G{number}")
    records: list[Any] = [builders.document(f"DOC-{number}") for number in range(3)]
    records += [builders.recommendation(f"REC-{number}", paper, to=("G0", "G1", "G2")) for number in range(3)]
    records += [builders.action(f"ACT-{number}", code="G0") for number in range(3)]
    expected = {record: standing(record) for record in records}
    came_back = saved_after_all = 0
    for number in range(PAIRS):
        record = chance.choice(records)
        pair = [Typist(Form(client, address(record)), type(record), f"{number}{letter}", chance) for letter, client in (("a", first), ("b", second))]
        answers = two_people(pair[0].form, pair[1].form)
        codes = [answer.status_code for answer in answers]
        if sorted(codes) == [302, 302]:  # both ticked the same rows and typed nothing: one deletion, said twice
            assert not pair[0].typed and not pair[1].typed and pair[0].removed >= pair[1].removed, (number, codes)
            expected[record] = pair[0].on(expected[record])
            assert standing(record) == expected[record]
            continue
        assert sorted(codes) == [200, 302], (number, codes, [errors(answer) for answer in answers])
        winner, loser = (pair[codes.index(code)] for code in (302, 200))
        answer = answers[codes.index(200)]
        expected[record] = winner.on(expected[record])
        assert standing(record) == expected[record], number
        came_back += 1
        values = {text for texts in shown(answer).values() for text in texts}
        for word in [*loser.typed.values(), loser.form.values["why"][0]]:
            assert word in values, (number, word)
        said = unescape(answer.content.decode())
        for word in [*winner.typed.values(), winner.form.values["why"][0]]:
            assert word in said, (number, word)
        if number % 3 == 0:
            again = Answered(answer).send()
            if again.status_code == 302:
                expected[record] = loser.on(expected[record])
                saved_after_all += 1
            else:  # both had made the same new row: it stands twice in the form, until one of them goes
                assert any("duplicate" in sentence for sentence in errors(again)), (number, errors(again))
                assert {slot for slot in winner.typed if slot[0]} & set(loser.typed), number
            assert standing(record) == expected[record], number
    assert came_back > 0.9 * PAIRS
    assert saved_after_all > PAIRS / 5
    for record in records:
        assert standing(record) == expected[record]


@pytest.mark.slow
def test_a_row_is_saved_from_two_pages_at_once(first: Client, second: Client, two_people: Callable[[Form, Form], list[Any]]) -> None:
    """In the form of the whole and on its own page: one is told of the other, and neither waits for the other for ever."""
    made = builders.everything()
    for number in range(20):
        whole, part = Form(first, address(made["assessment"])), Form(second, address(made["position"]))
        whole.values["positions-0-statement"] = [f"{number} in the whole"]
        part.fill(statement=f"{number} on its own")
        codes = [answer.status_code for answer in two_people(whole, part)]
        assert sorted(codes) == [200, 302], number
        assert Position.objects.get().statement == f"{number} {'in the whole' if codes[0] == 302 else 'on its own'}"


@pytest.mark.slow
def test_a_new_record_made_by_two_at_once_loses_no_form(first: Client, second: Client, two_people: Callable[[Form, Form], list[Any]]) -> None:
    """The same key at the same moment: the second is told in the form, with every word in it."""
    for number in range(10):
        pages = [Form(client, "/admin/tracker/document/add/") for client in (first, second)]
        for page, who in zip(pages, "ab", strict=True):
            page.fill(key=f"DOC-{number}", kind="opinion", title=f"Title by {who}", language="en", interest="press")
        answers = two_people(*pages)
        codes = [answer.status_code for answer in answers]
        assert sorted(codes) == [200, 302], number
        assert shown(answers[codes.index(200)])["title"] == [f"Title by {'ab'[codes.index(200)]}"]
    assert Document.objects.count() == 10
