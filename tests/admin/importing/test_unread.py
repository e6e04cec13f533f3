"""A file that has nothing to choose from: one sentence says why on each of its pages, and the import is put aside."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.admin.forms import words
from tests.admin.importing.steps import Steps
from tests.admin.importing.test_steps import chosen, mapped
from tracker.editorial.verbs import Refused
from tracker.exchange import imports
from tracker.models import Import, ImportState, User

SignIn = Callable[[str], Client]


def bomb() -> bytes:
    """A workbook that says of itself that it unpacks to much more than is read."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for part in range(6):
            archive.writestr(f"xl/worksheets/sheet{part}.xml", bytes(100_000_000))
    return content.getvalue()


UNREAD: dict[str, Callable[[], bytes]] = {
    "old.xls": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000),
    "picture.xlsx": lambda: b"\x89PNG\r\n\x1a\n" + bytes(200),
    "binary.csv": lambda: bytes(range(256)) * 20,
    "bomb.xlsx": bomb,
    "headers.csv": lambda: b"No,Text,Country\n",
}


@pytest.fixture(autouse=True)
def a_desk(desk: str) -> None:
    """Nothing stands on it."""


@pytest.mark.parametrize("name", UNREAD)
def test_one_sentence_says_why_on_every_page(name: str, people: dict[str, User], sign_in: SignIn) -> None:
    steps = Steps(sign_in("researcher"))
    steps.upload(name, UNREAD[name]())
    page = steps.client.get(steps.address("format"))
    (sentence,) = page.context["errors"]
    assert page.status_code == 422 and name in sentence and sentence in words(page)
    assert "What was guessed stands here" not in words(page) and "As it comes out" not in words(page)
    if name in ("old.xls", "picture.xlsx", "bomb.xlsx"):
        assert list(page.context["form"].fields) == ["format"], "no delimiter makes a table of it"
    for step in ("columns", "change"):
        page = steps.client.get(steps.address(step))
        assert sentence in words(page), step
        assert "choose for one column" not in words(page), step
        assert steps.address("discard") in page.content.decode(), step


def test_an_import_is_discarded_by_whom_it_is_of_and_stays_on_record(people: dict[str, User], sign_in: SignIn) -> None:
    steps = Steps(sign_in("researcher"))
    steps.upload("old.xls", UNREAD["old.xls"]())
    assert steps.batch is not None
    other = Steps(sign_in("reviewer"), steps.batch)
    assert "Discard this import" not in words(other.page("change"))
    assert f"Only {people['researcher'].public_name} or an administrator can discard it." in words(other.page("discard"))
    with pytest.raises(Refused):
        imports.discard(steps.batch, by=people["reviewer"], reason="Mine")
    assert other.client.post(other.address("discard"), {"reason": "Mine"}).status_code == 422
    assert sign_in("auditor").get(steps.address("discard")).status_code == 403
    refused = steps.send("discard", {"reason": " "})
    assert refused.status_code == 422 and "it stays on record with the import" in words(refused)
    assert steps.send("discard", {"reason": "The wrong file"}).status_code == 302
    batch = Import.objects.get()
    assert (batch.state, batch.undone_by, batch.undo_reason) == (ImportState.DISCARDED, people["researcher"], "The wrong file")
    last = Import.pgh_event_model.objects.latest("pgh_id")  # type: ignore[attr-defined]
    assert (last.state, last.pgh_context["user"]) == ("discarded", people["researcher"].pk)
    assert last.pgh_context["reason"] == f"Import #{batch.pk} discarded: The wrong file"
    page = steps.page("change")
    assert "Why discarded The wrong file" in words(page) and "Discard this import" not in words(page)
    assert "This import is discarded" in words(steps.client.get(steps.address("columns"), follow=True))
    assert steps.client.get(reverse("admin:queue", args=["imports"])).context["rows"] == []
    with pytest.raises(Refused):
        imports.choose(batch, by=people["researcher"], options={"format": "csv"})
    with pytest.raises(Refused):
        imports.run_preview(batch, by=people["researcher"])


def test_an_administrator_discards_what_others_uploaded_and_nobody_what_was_applied(
    people: dict[str, User], sign_in: SignIn, governments: Any
) -> None:
    steps = chosen(sign_in("researcher"))
    Steps(sign_in("administrator"), steps.batch).send("discard", {"reason": "Nobody needs it"})
    assert Import.objects.get().state == ImportState.DISCARDED
    steps = mapped(steps.client)
    steps.ask("apply")
    assert "only one of which nothing was written can be discarded" not in words(steps.page("change"))
    with pytest.raises(Refused, match="only one of which nothing was written"):
        imports.discard(Import.objects.latest("pk"), by=people["researcher"], reason="Now")
    assert Import.objects.latest("pk").state == ImportState.APPLIED


@pytest.fixture
def governments(desk: str) -> None:
    from tests import builders

    builders.government("EL", name="Elbonia")
    builders.government("FR", name="Freedonia")
