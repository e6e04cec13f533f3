"""Versions of a record at the desk: compared in words, read as they stood on a day, and made the draft again."""

import datetime as dt
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests import builders
from tests.admin.forms import Form, words
from tests.editorial.test_rebuild import body_of
from tracker.admin.comparing import compare, place_in_words, word_by_word
from tracker.models import Assessment, Citation, Document, RecordKind, Submission, User, Version

SignIn = Callable[[str], Client]


def url(name: str, record: Any, **query: str) -> str:
    address = reverse(f"admin:tracker_{record._meta.model_name}_{name}", args=[record.pk])
    return f"{address}?{'&'.join(f'{key}={value}' for key, value in query.items())}" if query else address


def over(page: Any) -> str:
    """What a page of restoring says that it would write over."""
    (found,) = re.findall(r'name="_over" value="([^"]+)"', page.content.decode())
    return found


def two_versions(people: dict[str, User]) -> tuple[dict[str, Any], list[Version]]:
    """Everything published; then the action was edited and submitted again."""
    made = builders.everything()
    builders.put_out(*builders.publishables(made))
    action = made["action"]
    action.refresh_from_db()
    action.description = "Description of ACT-1, at length."
    action.save()
    made["dispute_use"].delete()
    builders.submit([action], by=builders.author(), reason="Said better.")
    return made, list(Version.objects.filter(kind="action", key="ACT-1").order_by("id"))


# Words


def test_long_texts_are_compared_word_by_word() -> None:
    """What stayed is shown once; a text that was written anew is shown whole, before and after; markup is text."""
    assert word_by_word("They should expel ten officers.", "They should expel two officers.") == (
        "They should expel <del>ten</del><ins>two</ins> officers."
    )
    assert word_by_word("one two three", "a b three") == "<del>one two</del><ins>a b</ins> three"
    assert word_by_word("Something wholly different", "An ambassador left") == ("<del>Something wholly different</del><ins>An ambassador left</ins>")
    assert word_by_word("a <b> c d e", "a <i> c d e") == "a &lt;<del>b</del><ins>i</ins>&gt; c d e"
    assert word_by_word("", "new") == "<ins>new</ins>"


def test_parts_are_aligned_by_what_names_them(desk: str) -> None:
    """A part that only moved in the list is the same; one that came or went says so."""
    made = builders.everything()
    before = body_of(made["action"])
    after = {**before, "events": [{"kind": "announced", "on": "2019", "decisive": False, "note": ""}, *before["events"]]}
    after["parties"] = [{**before["parties"][0], "wording": "unwanted"}]
    found = compare(before, after, RecordKind.ACTION)
    states = {group.label: [(item.title, item.state) for item in group.items] for group in found.groups}
    assert states["Events"] == [("announced · 2019", "added"), ("occurred · 2020-01-15", "same")]
    (party,) = next(group for group in found.groups if group.name == "parties").changed
    assert [(row.path, row.before, row.after) for row in party.changed_rows] == [("parties.0.wording", "non grata", "unwanted")]
    assert place_in_words(after, "parties.0.wording", "action") == "Parties and their legal status, A Person · expelled · 2020-01-15: Wording"


# Pages


def test_any_two_versions_are_compared(people: dict[str, User], sign_in: SignIn) -> None:
    """In one text or side by side, from the list on the history's page; the record now is one of the choices."""
    made, (first, second) = two_versions(people)
    client = sign_in("auditor")
    history = client.get(url("history", made["action"]))
    assert b'name="from" value="now"' in history.content
    for version in (first, second):
        assert f'name="to" value="version-{version.pk}"'.encode() in history.content
    assert b"/restore/" not in history.content  # an auditor changes nothing

    one = client.get(url("compare", made["action"], **{"from": f"version-{first.pk}", "to": f"version-{second.pk}"}))
    assert b"Description of ACT-1<ins>, at length</ins>." in one.content
    assert "removed · disputes · PAPER · ¶1" in words(one)
    side = client.get(url("compare", made["action"], **{"from": f"version-{first.pk}", "to": "now", "view": "side"}))
    assert b"<del>Description of ACT-1.</del>" in side.content
    same = client.get(url("compare", made["action"], **{"from": f"version-{second.pk}", "to": "now"}))
    assert "They say the same, word for word." in words(same)
    for bad in ("version-999999", "nothing", "desk-2020-13-01", f"version-{Version.objects.get(key='ACT-2').pk}"):
        assert client.get(url("compare", made["action"], **{"from": bad, "to": "now"})).status_code == 404, bad


def test_the_record_as_known_on_a_day(people: dict[str, User], sign_in: SignIn) -> None:
    """By the site's clock and by the desk's."""
    made, _versions = two_versions(people)
    client, today = sign_in("auditor"), timezone.localdate()
    yesterday = today - dt.timedelta(days=1)
    on_site = client.get(url("read", made["action"], clock="site", day=today.isoformat()), follow=True)
    assert "Description of ACT-1." in words(on_site) and "at length" not in words(on_site)
    assert "at length" in words(client.get(url("read", made["action"], clock="desk", day=today.isoformat()), follow=True))
    for clock in ("site", "desk"):
        assert "did not stand there" in words(client.get(url("read", made["action"], clock=clock, day=yesterday.isoformat()), follow=True))
    assert "Enter a valid date" in words(client.get(url("read", made["action"], clock="desk", day="soon")))


def test_the_history_leads_to_the_record_as_it_was_after_each_change(people: dict[str, User], sign_in: SignIn) -> None:
    """The link of an entry shows what stood then."""
    document = builders.document("DOC")
    for title in ("Second title", "Third title"):
        document.title = title
        document.save()
    client = sign_in("auditor")
    entries = client.get(url("history", document)).context["entries"]
    shown = [words(client.get(reverse("admin:tracker_document_read", args=[document.pk]), {"at": f"desk-{entry.moment}"})) for entry in entries]
    for page, title in zip(shown, ("Third title", "Second title", "Title of DOC"), strict=True):
        assert f"Title {title}" in page or title in page.split("SHA-256")[1]


def test_a_version_is_made_the_draft(people: dict[str, User], sign_in: SignIn) -> None:
    """A page shows what would change and whom it concerns, asks why, and writes it; readers and submissions stay as they are."""
    made, (first, _second) = two_versions(people)
    Citation.objects.filter(key="EV-1").update(says="Something else.")
    client = sign_in("researcher")
    page = client.get(url("restore", made["action"], at=f"version-{first.pk}"))
    assert b"Description of ACT-1<del>, at length</del>." in page.content
    assert "It serves as well:" in words(page) and "REC-1 Do REC-1" in words(page)
    address = url("restore", made["action"], at=f"version-{first.pk}")

    refused = client.post(address, {"why": " ", "shared": ["citation:EV-1"]})
    assert "Say why" in words(refused) and b'value="citation:EV-1" checked' in refused.content
    submissions = Submission.objects.count()
    done = client.post(address, {"why": "The first was right.", "shared": ["citation:EV-1"], "_over": over(page)}, follow=True)
    assert "The draft is now as in edition 1." in words(done)
    assert body_of(made["action"]) == first.body
    made["action"].refresh_from_db()
    assert made["action"].edited_by == people["researcher"]
    assert Submission.objects.count() == submissions
    history = words(client.get(url("history", made["action"])))
    assert "Restored from edition 1." in history and "The first was right." in history

    for role, status in (("auditor", 403), ("administrator", 403)):
        assert sign_in(role).get(address).status_code == status
        assert sign_in(role).post(address, {"why": "I want to."}).status_code == status


@pytest.mark.parametrize("changed", ["the record", "a row of it", "the wording of a passage", "whom a passage serves"])
def test_what_a_colleague_saved_meanwhile_is_not_written_over_unseen(changed: str, people: dict[str, User], sign_in: SignIn) -> None:
    """The page comes back with the new comparison and with the reason; pressed again, it writes what is seen."""
    made, (first, _second) = two_versions(people)
    Citation.objects.filter(key="EV-1").update(says="Something else.")
    client = sign_in("researcher")
    address = url("restore", made["action"], at=f"version-{first.pk}")
    typed = {"why": "The first was right.", "shared": ["citation:EV-1"], "_over": over(client.get(address))}
    if changed == "the record":
        type(made["action"]).objects.filter(pk=made["action"].pk).update(scope_note="Colleague")
    elif changed == "a row of it":
        made["action"].events.create(kind="announced", on="2020-03-04", note="Colleague")
    elif changed == "the wording of a passage":
        Citation.objects.filter(key="EV-1").update(says="Colleague")
    else:
        builders.cite(builders.recommendation("ANOTHER", made["paper"], short_title="Colleague"), Citation.objects.get(key="EV-1"))
    before = body_of(made["action"])
    for sent in (typed, {**typed, "_over": "made-up:" + typed["_over"]}, {**typed, "_over": ""}):
        again = client.post(address, sent)
        assert again.status_code == 200
        assert "was changed by somebody while this page was open" in words(again)
        assert "Colleague" in " ".join(re.sub("</?(del|ins)>", "", unescape(again.content.decode())).split())
        assert "The first was right." in words(again) and b'value="citation:EV-1" checked' in again.content
        assert body_of(made["action"]) == before
    assert client.post(address, {**typed, "_over": over(again)}).status_code == 302
    assert body_of(made["action"]) == first.body


def test_what_stands_in_the_way_is_said_on_the_page(people: dict[str, User], sign_in: SignIn) -> None:
    """Before anybody types a reason; the button is out of reach."""
    made, (first, _second) = two_versions(people)
    address = url("restore", made["action"], at=f"version-{first.pk}")
    made["effect"].undone_by.all().delete()
    made["effect"].delete()
    Assessment.objects.filter(supersedes__isnull=False).delete()
    Assessment.objects.all().delete()
    made["addressee"].delete()
    page = sign_in("researcher").get(address)
    assert "REC-1 no longer addresses AL; add it there first." in words(page)
    assert b'value="Make this the draft" disabled' in page.content


def test_a_deleted_draft_comes_back(people: dict[str, User], sign_in: SignIn) -> None:
    """A reviewer finds it in a list with who deleted it and why."""
    made = builders.everything()
    action = made["reversing_action"]
    body = body_of(action)
    deleted = Form(sign_in("researcher"), url("delete", action)).fill(why="A mistake.").send()
    assert deleted.status_code == 302
    listed = reverse("admin:tracker_action_deleted")
    for role in ("researcher", "auditor", "administrator"):
        assert sign_in(role).get(listed).status_code == 403
    client = sign_in("reviewer")
    assert listed in client.get(reverse("admin:tracker_action_changelist")).content.decode()
    page = client.get(listed)
    assert "ACT-2 Title of ACT-2" in words(page) and "Deleted by Researcher Person" in words(page) and "A mistake." in words(page)
    address = reverse("admin:tracker_action_restore_deleted", args=[action.pk])
    assert address in page.content.decode()
    assert "Title of ACT-2" in words(client.get(address))
    back = client.post(address, {"why": "No mistake.", "_over": over(client.get(address))}, follow=True)
    assert back.status_code == 200
    assert body_of(type(action).objects.get(key="ACT-2")) == body
    assert "Another action bears the key ACT-2 now." in words(client.get(address))


def test_a_day_before_its_first_is_no_page_of_restoring(people: dict[str, User], sign_in: SignIn) -> None:
    """Nothing stands there to restore."""
    document = builders.document("DOC")
    assert sign_in("researcher").get(url("restore", document, at="desk-2001-01-01")).status_code == 404
    assert sign_in("researcher").get(url("restore", document, at="now")).status_code == 404
    assert Document.objects.count() == 1
