"""Made-up records: like real ones in every table, said to be made up on every page, and never beside real ones."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from config.trouble import Trouble
from tests import builders
from tracker.editions.tables import READING_TABLES, RecordEdition, SiteEdition
from tracker.editorial.freeze import KINDS, PREFETCH, content_hash, freeze
from tracker.editorial.verification import verify
from tracker.generating import writing
from tracker.generating.records import MADE_UP, UNIT, unit
from tracker.generating.texts import LONGEST, SHORTEST, TONGUES, text
from tracker.models import Document, Recommendation

SOME = 65
"""Recommendations: three whole units and a part of one."""


@pytest.fixture
def generated(desk: str) -> None:
    call_command("generate", recommendations=SOME, verbosity=0)


def references() -> list[str]:
    return sorted(Recommendation.objects.values_list("reference", flat=True))


def bodies() -> dict[tuple[str, str], Any]:
    return {(kind, key): body for kind, key, body in RecordEdition.desk.values_list("kind", "key", "body")}


def test_they_stand_in_every_table_as_if_published(generated: None) -> None:
    """Every row follows from the bodies, every link of the chain from what it seals, and the desk holds exactly what was published."""
    assert verify(every_edition=True).problems == ()
    assert len(references()) == SOME
    assert all(table.desk.exists() for table in READING_TABLES if table._meta.model_name not in ("membershipedition",))
    published = {name: content_hash(body) for name, body in bodies().items()}
    held = {
        (str(kind), record.public_key): content_hash(freeze(record))
        for model, kind in KINDS.items()
        for record in model._default_manager.prefetch_related(*PREFETCH[kind])
    }
    assert held == published
    assert Recommendation.objects.exclude(themes=None).exists()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/recommendations/",
        "/recommendations/GEN-1/",
        "/actions/",
        "/documents/",
        "/matrix/",
        "/changes/",
        "/search/?q=harbours",
        "/governments/",
        "/governments/GEN-1/",
        "/api/v1/addressees.csv",
        "/embed/row/GEN-1/",
    ],
)
def test_readers_see_that_they_are_made_up(generated: None, path: str) -> None:
    answer = Client(SERVER_NAME="localhost").get(path)
    said = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
    assert answer.status_code == 200
    assert "Made up" in said or "Made-up" in said or "made up" in said


def test_every_record_says_so_itself(generated: None) -> None:
    for (kind, key), body in bodies().items():
        assert key.startswith("GEN-")
        assert "Made up" in body["note"]
        title = body.get("title") or body.get("short_title")
        assert kind == "assessment" or title.startswith("Made")


@pytest.mark.parametrize(("key", "note"), [("REAL", ""), ("GEN-EVA-2019", ""), ("GEN-2019-D1", ""), ("GEN-EVA-2019", MADE_UP)])
def test_they_are_never_put_beside_real_records(desk: str, key: str, note: str) -> None:
    builders.document(key, note=note)
    with pytest.raises(Trouble, match=rf"holds records that were not generated \(document {key}\)"):
        call_command("generate", recommendations=5, verbosity=0)
    assert Document.objects.count() == 1
    assert not Recommendation.objects.exists()


def test_the_guards_stand_again_afterwards(generated: None) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'O'")
        assert cursor.fetchall() == []


def test_the_same_seed_makes_the_same_records(generated: None) -> None:
    codes = [f"C{number}" for number in range(50)]
    assert unit(7, 3, 5, codes) == unit(7, 3, 5, codes)
    assert unit(7, 3, 5, codes) != unit(8, 3, 5, codes)
    assert unit(7, 3, 5, codes) != unit(7, 4, 5, codes)


def test_more_are_added_to_what_is_there(generated: None) -> None:
    before = bodies()
    call_command("generate", recommendations=SOME + 10, verbosity=0)
    assert len(references()) == SOME + 10
    assert bodies().items() >= before.items()
    assert SiteEdition.desk.count() == 2
    with pytest.raises(Trouble, match=r"75 generated recommendations already"):
        call_command("generate", recommendations=SOME, verbosity=0)
    assert verify().problems == ()


def test_an_interrupted_run_keeps_whole_editions_and_goes_on(desk: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "AT_ONCE", 1)
    steps: Iterator[int] = iter(range(10))

    def stop_at_the_second(words: str) -> None:
        if next(steps) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        writing.generate(SOME, seed=1, progress=stop_at_the_second)
    assert len(references()) == 2 * UNIT
    assert verify().problems == ()
    writing.generate(SOME, seed=1, progress=lambda _words: None)
    assert len(references()) == SOME


@pytest.mark.parametrize("wrong", [0, -1, 10_000_001])
def test_a_number_that_cannot_be_is_refused(wrong: int) -> None:
    with pytest.raises(Trouble, match="from 1 to 10,000,000"):
        call_command("generate", recommendations=wrong)


@given(seed=st.integers(), tongue=st.sampled_from(TONGUES), most=st.integers(SHORTEST, LONGEST))
def test_texts_are_as_long_as_texts_are(seed: int, tongue: Any, most: int) -> None:
    assert SHORTEST <= len(text(tongue, Random(seed), most)) <= most


def test_a_few_governments_are_addressed_often() -> None:
    codes = [f"C{number}" for number in range(100)]
    found = [each["government"] for number in range(40) for body in unit(1, number, UNIT, codes).recommendations for each in body["addressees"]]
    counts = sorted((found.count(code) for code in codes), reverse=True)
    assert sum(counts[:10]) > sum(counts[10:50]) > 0
    assert sum(counts[50:]) > 0
