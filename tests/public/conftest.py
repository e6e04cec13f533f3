"""The case files, edited twice: what the site said before, between and after."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests import builders
from tests.conftest import copy_of, pointing_at

BEFORE, AFTER = "Formerwording", "Latterwording"


@dataclass(frozen=True)
class Retold:
    """A database in which the same records were published with ``BEFORE`` in their words, and then with ``AFTER``."""

    name: str
    between: dt.datetime
    """The instant of the first of the two editions."""


def _reword(word: str) -> Any:
    """The same records with a word put into every text that lists and pages show, submitted, approved and published by two people."""
    from tracker.models import Action, Assessment, Document, Government, Measure, Recommendation

    Government.objects.filter(code="AL").update(name=f"{word} Albania")
    Government.objects.filter(code="EU-MEMBERS").update(name=f"{word} members")
    Measure.objects.filter(key="expulsion").update(name=f"{word} expulsion")
    Document.objects.filter(key="WP-MQ").update(title=f"{word} paper")
    Recommendation.objects.filter(reference="MQ-1").update(short_title=f"{word} title", statement=f"{word} statement.")
    Action.objects.filter(key="AL-2022-SEV").update(title=f"{word} severance", description=f"{word} description.")
    status = "implemented" if word == BEFORE else "partially_implemented"
    Assessment.objects.filter(key="AS-002").update(status=status, rationale=f"{word} rationale.", departure=f"{word} departure.")
    records = (
        Document.objects.get(key="WP-MQ"),
        Recommendation.objects.get(reference="MQ-1"),
        *Action.objects.filter(measure__key="expulsion"),
        *Action.objects.filter(key="AL-2022-SEV"),
        Assessment.objects.get(key="AS-002"),
    )
    return builders.put_out(*dict.fromkeys(records), reason=f"{word} reason")


def _cite_the_judgment() -> None:
    """A court's judgment beside the report of a conviction."""
    from tracker.models import Citation, LegalStatus

    judgment = Citation.objects.filter(document__kind="judgment").first()
    builders.cite(LegalStatus.objects.get(action__key="BE-2022-INJ", standing="convicted"), judgment)


@pytest.fixture(scope="session")
def retold_database(cluster: Any, casefiles_template: str, django_db_blocker: Any) -> Iterator[Retold]:
    """Made once a worker; nobody writes to it afterwards."""
    with copy_of(cluster, casefiles_template) as name:
        with django_db_blocker.unblock(), pointing_at(name):
            from tracker.models import Action

            between = _reword(BEFORE).published_at
            _reword(AFTER)
            _cite_the_judgment()
            builders.put_out(Action.objects.get(key="BE-2022-INJ"))
        yield Retold(name, between)


@pytest.fixture
def retold(retold_database: Retold, django_db_blocker: Any) -> Iterator[Retold]:
    """The case files, edited twice, to read."""
    with django_db_blocker.unblock(), pointing_at(retold_database.name):
        yield retold_database
