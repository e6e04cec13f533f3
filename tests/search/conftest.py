"""A migrated database for rules that it holds too, and a small site in several languages to search."""

import datetime as dt
import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from tests import builders
from tests.conftest import copy_of, pointing_at


@pytest.fixture(scope="module")
def database(cluster: Any, empty_template: str) -> Iterator[Any]:
    """A connection to an empty, migrated database."""
    with copy_of(cluster, empty_template) as name, cluster.connect(database=name) as connection:
        yield connection


@dataclass(frozen=True)
class Tongues:
    """A site whose sources speak several languages. ``between``: the instant before the last of its editions."""

    name: str
    between: dt.datetime


def _publish() -> dt.datetime:
    """Two editions: the second rewords a recommendation and takes a document off."""
    from tracker.models import ActionEvent, LegalStatus, Party

    for code, name in (("FR", "France"), ("DE", "Germany")):
        builders.government(code, name=name)
    french = builders.document("FR-1", title="Deux diplomates expulsés de Paris", language="fr", published_on="2020-02-01", publisher="Le Journal")
    german = builders.document("DE-1", title="Verträge über Häuser in der Straße", language="de", published_on="2020-02-01")
    persian = builders.document("FA-1", title="کیهان: کتاب‌های علی", language="fa", published_on="2020-02-01")
    arabic = builders.document("AR-1", title="المدرسة الإسلامية في برلين", language="ar", published_on="2020-02-01")
    described = builders.document("IT-1", title="Remarks of a minister", title_is_description=True, language="it")
    sly = builders.document("EN-1", title='<script>alert("closures")</script> & <b>closures</b>', publisher="<i>Sly</i>")
    gone = builders.document("EN-2", title="Withdrawn zeppelins")
    passage = builders.citation(french, "EV-1", exact="La France a expulsé un diplomate à l’Élysée.", says="Says that an attaché was sent home.")
    against = builders.citation(german, "EV-2", says="Denies it <b>all</b>.", exact="Das Konsulat schloß nie.")
    asked = builders.recommendation(
        "R-1",
        french,
        to=("FR",),
        short_title="Expel the officers",
        statement="France should expel every undeclared officer.",
        measure=builders.measure("removal"),
    )
    other = builders.recommendation(
        "R-2", german, to=("FR", "DE"), short_title="Protect journalists", statement="Guard the newsrooms.", measure=builders.measure("guard")
    )
    done = builders.action(
        "A-1", code="FR", on="2020-01-15", title="An attaché leaves", description="He left by aeroplane.", measure=builders.measure("removal")
    )
    ActionEvent.objects.create(action=done, kind="amended", on="2022-03-01", note="Amended by the tribunal.")
    held = LegalStatus.objects.create(
        action=done, party=Party.objects.create(key="a-person", kind="person", name="Zebedee Quux"), standing="convicted", on="2021-05-01",
        said_by="The court", wording="guilty of spying",
    )  # fmt: skip
    builders.cite(held, passage)
    builders.cite(done, builders.citation(french, "EV-3", says="Also says so."))
    builders.cite(done, against, "disputes")
    builders.reply(done, "RY-1", passage, on="2021-01-10", words="C’est une calomnie.", language="fr")
    builders.effect(done, asked, code="FR", reasoning="One of those meant.")
    verdict = builders.assessment(
        "AS-1", asked, code="FR", status="partially_implemented", effective_on="2020-06-01", rationale="Only one lighthouse keeper went."
    )
    builders.cite(verdict, passage)
    first = (french, german, persian, arabic, described, sly, gone, asked, other, done, verdict)
    between = builders.put_out(*first).published_at
    other.statement = "Guard the newsrooms and the printers."
    other.save()
    builders.put_out(other)
    builders.taken_off(gone, reason="It was no source.")
    return between


@pytest.fixture(scope="session")
def tongues_database(cluster: Any, empty_template: str, django_db_blocker: Any) -> Iterator[Tongues]:
    """Made once a worker; nobody writes to it afterwards."""
    with copy_of(cluster, empty_template) as name:
        with django_db_blocker.unblock(), pointing_at(name):
            between = _publish()
        yield Tongues(name, between)


@pytest.fixture
def tongues(tongues_database: Tongues, django_db_blocker: Any) -> Iterator[Tongues]:
    """The site in several languages, to read."""
    with django_db_blocker.unblock(), pointing_at(tongues_database.name):
        yield tongues_database


Search = Callable[..., list[str]]


@pytest.fixture
def search(tongues: Tongues) -> Search:
    """What ``/search/`` finds, in order: “recommendation R-1”."""
    client = Client(SERVER_NAME="localhost")

    def asked(q: str, **parameters: str) -> list[str]:
        answer = client.get("/search/", {"q": q, **parameters})
        assert answer.status_code == 200, answer.content.decode()
        return [
            f"{kind} {key}" for kind, key in re.findall(r'<h2 class="rows__title"><a href="/(\w+)s/([^/]+)/', html.unescape(answer.content.decode()))
        ]

    return asked
