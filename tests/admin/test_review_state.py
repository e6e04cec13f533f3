"""Where a record stands: the word in lists, the filter and the sentence in forms say the same at every step."""

from typing import Any

from tests import builders
from tracker.admin.reviewstate import in_state, review_state
from tracker.editorial.verbs import approve, publish, return_to_author, submit, take_back, withdraw
from tracker.models import Document

FILTERS = ("draft", "submitted", "returned", "approved", "published", "edited", "withdrawn")


def stands(document: Document) -> tuple[str, list[str]]:
    """The word, and the filters that find it."""
    return review_state(document).word, [name for name in FILTERS if document in in_state(Document.objects.all(), name)]


def edit(document: Document, note: str) -> None:
    """An edit after whatever was done before."""
    document.note = note
    document.save()


def test_the_whole_way(desk: str) -> None:
    """From draft to withdrawn, with every turn."""
    document, author, reviewer = builders.document("DOC"), builders.author(), builders.reviewer()
    builders.document("ANOTHER")

    def submitted() -> Any:
        return submit([document], by=author, reason="Ready")

    assert stands(document) == ("draft", ["draft"])
    submission = submitted()
    assert stands(document) == (f"submitted #{submission.pk}", ["submitted"])
    edit(document, "once")
    assert stands(document) == (f"submitted #{submission.pk}, edited since", ["submitted"])
    return_to_author(submission, by=reviewer, reason="Mend it")
    assert stands(document) == (f"returned #{submission.pk}", ["returned"])
    submission = submitted()
    take_back(submission, by=author, reason="Not yet")
    assert stands(document) == ("draft", ["draft"])
    submission = approve(submitted(), by=reviewer)
    assert stands(document) == (f"approved #{submission.pk}", ["approved"])
    publish(submission, by=reviewer)
    assert stands(document) == ("published, edition 1", ["published"])
    edit(document, "twice")
    assert stands(document) == ("edited since edition 1", ["published", "edited"])
    submission = submitted()
    assert stands(document) == (f"submitted #{submission.pk}", ["submitted", "published", "edited"])
    publish(approve(submission, by=reviewer), by=reviewer)
    assert stands(document) == ("published, edition 2", ["published"])
    publish(approve(withdraw([document], by=builders.user("chief", role="reviewer"), reason="A hoax"), by=reviewer), by=reviewer)
    assert stands(document) == ("withdrawn", ["withdrawn"])
