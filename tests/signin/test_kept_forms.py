"""What was typed outlives the session that it was typed in, for the person who typed it and nobody else."""

import datetime as dt
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from django.conf import settings as site
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests import builders
from tests.admin.forms import Form, fields_of, words
from tests.admin.importing.test_kept_steps import STEPS
from tests.signin.conftest import fresh_code, link_app, send_password
from tracker.editorial.comments import comment
from tracker.editorial.verbs import submit
from tracker.models import (
    Action,
    Capture,
    Citation,
    Comment,
    Document,
    KeptForm,
    PassageCheck,
    Recommendation,
    Snapshot,
    SnapshotText,
    Submission,
    User,
)
from tracker.signin import keeping

SignIn = Callable[[str], Client]


def opened(client: Client, **fields: Any) -> tuple[Document, Form]:
    """A document's form, with a title typed into it."""
    document = builders.document("DOC", **fields)
    return document, Form(client, reverse("admin:tracker_document_change", args=[document.pk])).fill(title="Typed <over> it", why="To try.")


def next_of(answer: Any) -> str:
    """Where the page of the entrance leads afterwards."""
    return unquote(answer.url.partition("next=")[2])


def signed_in_again(client: Client, answer: Any, name: str) -> str:
    """The address that opens after signing in at the page that was answered with."""
    assert answer.url.startswith("/admin/login/?next="), answer.url
    return client.post(answer.url, {"login": name, "password": name, "next": next_of(answer)}).url


@pytest.mark.parametrize("way", ["expired", "signed out", "cookie gone", "csrf cookie gone too"])
def test_it_stands_there_again_and_is_saved_by_pressing_save(way: str, people: dict[str, User]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["researcher"])
    document, form = opened(client)
    form.values["csrfmiddlewaretoken"] = [client.cookies["csrftoken"].value]
    if way == "expired":
        Session.objects.update(expire_date=timezone.now() - dt.timedelta(seconds=1))
    elif way == "signed out":
        Session.objects.all().delete()
    else:
        client.cookies.pop("desk_session")
    if way.startswith("csrf"):
        client.cookies.pop("csrftoken")
    lost = form.send()
    assert lost.status_code == 302
    assert Document.objects.get().title == document.title, "nothing is saved"
    assert "What you typed is kept" in words(client.get(lost.url))
    token = client.cookies["csrftoken"].value
    back = client.post(lost.url, {"login": "researcher", "password": "researcher", "next": next_of(lost), "csrfmiddlewaretoken": token}).url
    page = client.get(back)
    assert "Your session had ended before this form was saved" in words(page)
    assert "Please correct" not in words(page)
    assert "Typed &lt;over&gt; it" in page.content.decode()
    assert Document.objects.get().title == document.title, "nor by looking at it"
    again = Form(client, back)
    assert again.values["title"] == ["Typed <over> it"]
    assert again.values["why"] == ["To try."]
    again.values["csrfmiddlewaretoken"] = [client.cookies["csrftoken"].value]
    assert again.send().status_code == 302
    assert Document.objects.get().title == "Typed <over> it"
    assert not KeptForm.objects.exists()


def test_the_rows_too_and_it_is_told_on_the_front_page(people: dict[str, User], sign_in: SignIn) -> None:
    client = sign_in("researcher")
    record = builders.recommendation("REC", builders.document("DOC"), to=("AL",))
    belgium = builders.government("BE")
    form = Form(client, reverse("admin:tracker_recommendation_change", args=[record.pk])).fill(short_title="Another")
    form.row("addressees", government=belgium.pk, basis="named", note="A row of its own")
    Session.objects.all().delete()
    form.send("_continue")
    send_password(client, "researcher", "researcher")
    front = client.get("/admin/")
    assert "Forms that you sent after your session had ended" in words(front)
    back = KeptForm.objects.get()
    again = Form(client, keeping.with_mark(back))
    assert again.values["addressees-1-note"] == ["A row of its own"]
    assert again.values["addressees-1-government"] == [str(belgium.pk)]
    assert record.addressees.count() == 1
    again.send()
    assert set(record.addressees.values_list("government__code", flat=True)) == {"AL", "BE"}
    assert Recommendation.objects.get().short_title == "Another"
    assert "Forms that you sent" not in words(client.get("/admin/"))


def test_what_is_wrong_in_it_is_still_said_and_it_stays_kept(people: dict[str, User], sign_in: SignIn) -> None:
    """Until it is saved."""
    client = sign_in("researcher")
    _document, form = opened(client)
    form.fill(published_on="the day before yesterday")
    Session.objects.all().delete()
    back = signed_in_again(client, form.send(), "researcher")
    again = Form(client, back)
    assert again.values["published_on"] == ["the day before yesterday"]
    assert again.send().status_code == 200
    assert KeptForm.objects.count() == 1


def test_an_added_record_in_a_filtered_address(people: dict[str, User], sign_in: SignIn) -> None:
    client = sign_in("researcher")
    form = Form(client, "/admin/tracker/document/add/?_changelist_filters=q%3Da").fill(key="new", kind="news_report", title="New")
    Session.objects.all().delete()
    back = signed_in_again(client, form.send(), "researcher")
    assert back.startswith("/admin/tracker/document/add/?_changelist_filters=q%3Da&kept=")
    assert Form(client, back).values["title"] == ["New"]


def test_nobody_else_ever_sees_it(people: dict[str, User], sign_in: SignIn) -> None:
    client = sign_in("researcher")
    _document, form = opened(client)
    Session.objects.all().delete()
    back = signed_in_again(client, form.send(), "reviewer")
    page = client.get(back)
    assert page.status_code == 200
    assert "Typed" not in page.content.decode()
    assert "session had ended before" not in words(page)
    assert "Forms that you sent" not in words(client.get("/admin/"))
    client.post("/admin/logout/")
    send_password(client, "researcher", "researcher")
    assert Form(client, back).values["title"] == ["Typed <over> it"]


def test_a_form_left_open_is_not_saved_in_another_name(people: dict[str, User], sign_in: SignIn) -> None:
    """Somebody else signed in meanwhile on the same browser."""
    client = sign_in("researcher")
    document, form = opened(client)
    client.force_login(people["reviewer"])
    answer = form.send()
    assert answer.url == "/admin/"
    assert "opened by somebody else" in words(client.get(answer.url))
    assert Document.objects.get().title == document.title
    assert KeptForm.objects.get().user == people["researcher"]


def test_a_session_that_must_give_its_second_factor(people: dict[str, User], sign_in: SignIn, settings: Any) -> None:
    client = sign_in("reviewer")
    secret = link_app(people["reviewer"])
    document, form = opened(client)
    settings.SECOND_FACTOR_REQUIRED = True
    lost = form.send()
    assert lost.url.startswith("/admin/second-factor/confirm/?next=")
    assert Document.objects.get().title == document.title
    back = client.post(lost.url, {"code": fresh_code(secret), "next": next_of(lost)}).url
    assert Form(client, back).values["title"] == ["Typed <over> it"]


def test_the_whole_way_with_password_and_code(required: None, people: dict[str, User], enter: Callable[..., Client]) -> None:
    secret = link_app(people["reviewer"])
    client = enter(people["reviewer"], secret)
    _document, form = opened(client)
    Session.objects.all().delete()
    assert signed_in_again(client, form.send(), "reviewer") == "/admin/login/code/"
    back = client.post("/admin/login/code/", {"code": fresh_code(secret)}).url
    assert Form(client, back).values["title"] == ["Typed <over> it"]


def test_the_reason_of_a_step_too(people: dict[str, User], sign_in: SignIn) -> None:
    """The page that asks why stands there again; nothing was submitted."""
    client = sign_in("researcher")
    document = builders.document("DOC", by=people["researcher"])
    form = Form(client, reverse("admin:tracker_document_submit", args=[document.pk])).fill(reason="A long story")
    form.path = reverse("admin:tracker_document_changelist")
    data = dict(form.values)
    Session.objects.all().delete()
    back = signed_in_again(client, client.post(form.path, data), "researcher")
    page = client.get(back)
    assert "A long story" in words(page)
    assert not Submission.objects.exists()
    again = Form(client, back)
    assert again.values["confirmed"] == ["1"]
    assert client.post(form.path, dict(again.values)).status_code == 302
    assert Submission.objects.get().reason == "A long story"
    assert not KeptForm.objects.exists()


def test_files_are_named_and_passwords_never_kept(people: dict[str, User], sign_in: SignIn) -> None:
    client = sign_in("administrator")
    form = Form(client, "/admin/tracker/user/add/").fill(username="new", first_name="Ada", password1="a-secret-one", password2="a-secret-one")
    data = dict(form.values)
    Session.objects.all().delete()
    lost = client.post(form.path, {**data, "a_file": SimpleUploadedFile("scan.pdf", b"bytes")})
    kept = KeptForm.objects.get()
    assert "a-secret-one" not in str(kept.typed)
    page = client.get(signed_in_again(client, lost, "administrator"))
    assert "Choose these files again, they were not kept: scan.pdf." in words(page)
    assert 'value="Ada"' in page.content.decode()


def test_strangers_fill_nothing(people: dict[str, User], sign_in: SignIn) -> None:
    """No token, one that is not ours, one of another page, one too old, one of an account that is closed."""
    client = sign_in("researcher")
    document, form = opened(client)
    good = form.values["_form"][0]
    stranger, change = Client(), form.path
    other = reverse("admin:tracker_document_add")
    made_up = signing.dumps([people["researcher"].pk, change, "x"], key="another key", salt=keeping.SALT)
    for path, token in ((change, ""), (change, "x"), (change, made_up), (other, good)):
        answer = stranger.post(path, {"title": "Filled", "_form": token})
        assert answer.status_code == 302
        assert not KeptForm.objects.exists(), token
    people["researcher"].is_active = False
    people["researcher"].save()
    stranger.post(change, {"title": "Filled", "_form": good})
    assert not KeptForm.objects.exists()
    assert Document.objects.get().title == document.title


def test_the_same_form_is_kept_once_and_no_more_than_so_many(people: dict[str, User], sign_in: SignIn, monkeypatch: Any) -> None:
    client = sign_in("researcher")
    _document, form = opened(client)
    others = [Form(client, form.path) for _number in range(3)]
    Session.objects.all().delete()
    form.send()
    form.fill(title="Sent again").send()
    assert [dict(kept.typed)["title"] for kept in KeptForm.objects.all()] == [["Sent again"]]
    monkeypatch.setattr(keeping, "MOST_FORMS", 2)
    for number, each in enumerate(others):
        each.fill(title=f"Number {number}").send()
    assert [dict(kept.typed)["title"] for kept in KeptForm.objects.all()] == [["Number 2"], ["Number 1"]]


def test_one_that_is_too_long_says_so(people: dict[str, User], sign_in: SignIn, monkeypatch: Any) -> None:
    client = sign_in("researcher")
    _document, form = opened(client)
    Session.objects.all().delete()
    monkeypatch.setattr(keeping, "MOST_BYTES", 10)
    answer = form.send()
    assert "too long to be kept" in words(client.get(answer.url))
    assert not KeptForm.objects.exists()


def test_what_nobody_came_back_for_goes(people: dict[str, User]) -> None:
    now = timezone.now()
    for days in (6, 8):
        KeptForm.objects.create(user=people["researcher"], form=f"f{days}", address="/admin/", typed=[], size=0, at=now - dt.timedelta(days=days))
    assert keeping.forget_old(now) == 1
    assert KeptForm.objects.get().form == "f6"


def test_who_lost_the_right_meanwhile_reads_the_record(people: dict[str, User], sign_in: SignIn) -> None:
    client = sign_in("researcher")
    _document, form = opened(client)
    Session.objects.all().delete()
    people["researcher"].groups.set([Group.objects.get(name="auditor")])
    page = client.get(signed_in_again(client, form.send(), "researcher"))
    assert page.status_code == 200
    assert b'name="_save"' not in page.content


def test_a_page_of_the_entrance_open_too_long(people: dict[str, User]) -> None:
    """Its cookie is gone: back to the page, with a sentence."""
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/admin/login/", {"login": "researcher", "password": "researcher", "next": "/admin/tracker/party/"})
    assert answer.url == "/admin/login/?next=%2Fadmin%2Ftracker%2Fparty%2F"
    assert "open for too long" in words(client.get(answer.url))
    refused = client.post("/admin/tracker/party/", {})
    assert refused.status_code == 403
    assert "This form was not taken" in words(refused)


# Every page of the desk that has a form with text to type


def everything(people: dict[str, User]) -> dict[str, Any]:
    """A record of every kind, with what each page below is about."""
    made = builders.everything()
    made["check"] = PassageCheck.objects.get()
    PassageCheck.objects.update(outcome="lost")
    made["twin"] = builders.document("TWIN", by=people["researcher"])
    made["submission"] = submit([made["twin"]], by=people["researcher"], reason="Ready")
    made["version"] = made["submission"].versions.get()
    made["spare"] = builders.document("SPARE")
    made["before"] = quote(timezone.now().isoformat())
    Document.objects.filter(pk=made["document"].pk).update(title="Another title")
    made["comment"] = comment(made["version"], field="title", text="Is it?", by=people["reviewer"])
    copy = Snapshot.objects.create(
        sha256="c" * 64, size=1, media_type="text/html", captured_at=timezone.now(), captured_how="by hand", stored_as="c"
    )  # fmt: skip
    SnapshotText.objects.create(snapshot=copy, text="Words.")
    made["loose"] = Capture.objects.create(requested_by=people["researcher"], url="https://example.org/b", state="held", snapshot=copy)
    return made


def page(name: str, *keys: str, query: str = "") -> Callable[[dict[str, Any]], str]:
    """The address of a page of the desk, for the records of :func:`everything`."""
    return lambda made: reverse(f"admin:{name}", args=[made[key].pk for key in keys]) + query.format(**made)


PAGES: dict[str, tuple[Callable[[dict[str, Any]], str], str]] = {
    "change_form.html": (page("tracker_document_change", "document"), "why"),
    "tracker/step.html": (page("tracker_document_submit", "document"), "reason"),
    "tracker/split.html": (page("tracker_recommendation_split", "recommendation"), "parts-1-statement"),
    "tracker/merge.html": (page("tracker_document_merge", "document", query="?into={twin.pk}"), "reason"),
    "tracker/restore.html": (page("tracker_document_restore", "document", query="?at=desk-{before}"), "why"),
    "tracker/sources.html": (page("tracker_document_sources", "document"), "decision"),
    "tracker/snapshot.html": (page("tracker_snapshot_change", "snapshot"), "says"),
    "tracker/reading.html": (page("tracker_version_change", "version"), "text:title"),
    "tracker/comments_again.html": (page("tracker_version_change", "version"), "text:"),
    "tracker/settle.html": (page("tracker_version_settle", "version", "comment"), "answer"),
    "tracker/delete_confirmation.html": (page("tracker_document_delete", "spare"), "why"),
    "tracker/delete_selected_confirmation.html": (page("tracker_document_changelist"), "why"),
    "tracker/capture_box.html": (page("tracker_capture_add"), "url"),
    "tracker/releases.html": (page("releases"), "reason"),
    "tracker/captured_panel.html": (page("tracker_document_add", query="?capture={loose.pk}"), "words"),
}
"""By the template that writes the form: where it stands, and a field in which words are typed."""

AT_THE_ENTRANCE = "signin/"
"""Passwords and codes are never kept."""

FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL)
TYPED_IN = re.compile(r"<(input|textarea|select)|\{\{|\{% include")
BEGINNING, HIDDEN = re.compile(r"^<form\b[^>]*>"), re.compile(r'<input type="hidden"[^>]*>')


def test_no_page_of_the_desk_has_a_form_whose_words_are_lost() -> None:
    """Every form that is sent with more than a button carries the token, and every template that has one is walked below."""
    folder = Path(site.BASE_DIR) / "tracker/templates/admin"
    found = {}
    for file in sorted(folder.rglob("*.html")):
        name, text = str(file.relative_to(folder)), file.read_text()
        forms = [
            form
            for form in FORM.findall(text)
            if 'method="post"' in form.partition(">{")[0] and TYPED_IN.search(HIDDEN.sub("", BEGINNING.sub("", form)))
        ]
        if forms and not name.startswith(AT_THE_ENTRANCE):
            found[name] = forms
    for name, forms in found.items():
        assert all("{% kept_fields" in form for form in forms), f"{name}: a form without kept_fields is lost with its session"
    assert set(found) | {"change_form.html"} == set(PAGES) | {f"tracker/importing/{step}.html" for step in STEPS}


def form_with(html: str, field: str) -> tuple[str, dict[str, Any]]:
    """The form of a page in which a field stands, or that a field names: where it goes, and all its fields."""
    named = re.search(rf'form="([^"]+)" name="{re.escape(field)}"', html)
    mark = f'id="{named[1]}"' if named else f'name="{field}"'
    (form,) = [form for form in FORM.findall(html) if mark in form and 'method="post"' in form][:1]
    start = form.partition(">")[0]
    action = re.search(r'action="([^"]*)"', start)
    return unescape(action[1]) if action else "", fields_of(form)


@pytest.mark.parametrize("template", PAGES)
def test_each_of_them_gives_the_words_back(template: str, people: dict[str, User], sign_in: SignIn) -> None:
    """As they were typed, for the same person, and nothing of it was done: neither when it was sent nor when it stands there again."""
    where, field = PAGES[template]
    client, made = sign_in("superuser"), everything(people)
    opened_at = where(made)
    if "delete_selected" in template:
        shown = client.post(opened_at, {"action": "delete_selected", "_selected_action": [made["spare"].pk]})
    else:
        shown = client.get(opened_at)
    assert shown.status_code == 200, opened_at
    action, fields = form_with(shown.content.decode(), field)
    fields[field] = ["A long and careful thought"]
    fields |= {"check": [str(made["check"].pk)]} if field == "decision" else {}
    writes = (Action, Citation, Comment, Document, Recommendation, Submission, Capture, PassageCheck)
    held = [list(model.objects.order_by("pk").values()) for model in writes]
    Session.objects.all().delete()
    lost = client.post(action or opened_at, fields)
    assert "kept" in lost.url, f"{template}: what was typed is gone"
    client.force_login(people["superuser"])
    again = client.get(next_of(lost), follow=True)
    assert again.status_code == 200, template
    assert "A long and careful thought" in unescape(again.content.decode()), template
    assert [list(model.objects.order_by("pk").values()) for model in writes] == held, "nothing is done by looking at it"


def test_the_parts_of_a_split_are_made_once_the_button_is_pressed_again(people: dict[str, User], sign_in: SignIn) -> None:
    client = sign_in("researcher")
    whole = builders.recommendation("REC", builders.document("DOC"), to=("AL",))
    form = Form(client, reverse("admin:tracker_recommendation_split", args=[whole.pk]))
    form.fill(**{"parts-0-statement": "The first half.", "parts-1-statement": "The second half.", "why": "Two things."})
    Session.objects.all().delete()
    again = Form(client, signed_in_again(client, form.send("_split"), "researcher"))
    assert (again.values["parts-0-statement"], again.values["parts-1-statement"]) == (["The first half."], ["The second half."])
    assert again.values["why"] == ["Two things."]
    assert Recommendation.objects.count() == 1, "nothing is made before the button is pressed"
    assert again.send("_split").status_code == 302
    assert set(Recommendation.objects.values_list("statement", flat=True)) > {"The first half.", "The second half."}
    assert not KeptForm.objects.exists()


def test_the_comments_of_a_reviewer_are_kept_beside_their_fields(people: dict[str, User], sign_in: SignIn) -> None:
    document = builders.document("DOC", by=people["researcher"])
    submission = submit([document], by=people["researcher"], reason="Ready")
    client = sign_in("reviewer")
    shown = client.get(reverse("admin:tracker_submission_change", args=[submission.pk])).content.decode()
    to, fields = form_with(shown, "text:title")
    Session.objects.all().delete()
    lost = client.post(to, {**fields, "text:title": "Too long.", "text:": "Well done.", "text:publisher": ""})
    back = signed_in_again(client, lost, "reviewer")
    again = client.get(back)
    assert "Comment on Title" in words(again)
    assert not Comment.objects.exists()
    to, fields = form_with(again.content.decode(), "text:title")
    assert (fields["text:title"], fields["text:"]) == (["Too long."], ["Well done."])
    assert "text:publisher" not in fields
    kept = client.post(back, fields)
    assert kept.url.startswith(reverse("admin:tracker_submission_change", args=[submission.pk]))
    assert set(Comment.objects.values_list("field", "text")) == {("title", "Too long."), ("", "Well done.")}
    assert not KeptForm.objects.exists()
