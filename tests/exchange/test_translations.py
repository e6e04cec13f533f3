"""Translations in a package: loaded into drafts' records, told where they are wrong, and gone with their row."""

from pathlib import Path
from typing import Any

import pytest

from tests.exchange.reference import CASEFILES
from tests.exchange.test_exporter import add
from tracker.exchange.files import PackageError
from tracker.exchange.loader import load_shipped
from tracker.models import Recommendation, Translation

GOOD = {"recommendation": "MQ-1", "text": "short_title", "language": "fr", "words": "Expulser", "translates": "Expel intelligence officers"}
GOOD |= {"kind": "machine", "translator": "Engine 3"}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the first case file, to be changed."""
    import shutil

    return Path(shutil.copytree(CASEFILES / "iran-2019", tmp_path / "iran-2019"))


def test_a_row_is_loaded_published_and_taken_away_again(casefile_desk: str, package: Path) -> None:
    from tracker.editions.tables import TranslationEdition

    before = (package / "translations.csv").read_bytes()
    add(package, "translations", **GOOD)
    summary = load_shipped(package)
    assert (summary.created, [record.public_key for record in summary.records if record.pk and record.public_key == "MQ-1"]) == (1, ["MQ-1"])
    (row,) = TranslationEdition.objects.known_at(None)
    assert (row.record_key, row.words, row.outdated, row.kind, row.edition) == ("MQ-1", "Expulser", False, "machine", summary.edition)
    (package / "translations.csv").write_bytes(before)
    assert load_shipped(package).removed == 1
    assert not Recommendation.objects.get(reference="MQ-1").translations.exists()
    assert not TranslationEdition.objects.known_at(None).exists()


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (
            {"text": "rationale"},
            "column text: “rationale” is refused: A recommendation has these texts: short_title, statement, target, criteria_partial,",
        ),
        ({"kind": "splendid"}, "column kind: “splendid” is not one of official, ours, machine"),
        ({"language": "French"}, "column language: “French” is refused: Write a language tag, as fr, fa, ar or es."),
        ({"translator": ""}, "column translator: there must be a value."),
        ({"kind": "official"}, "column url: is refused: Say where the official translation can be read."),
        ({"action": "AL-2022-SEV"}, "it breaks the rule “a translation is of one record”."),
        ({"recommendation": "MQ-99"}, "column recommendation: “MQ-99” is no recommendation, neither in recommendations.csv nor on this site"),
    ],
)
def test_what_is_wrong_is_said_of_its_row(casefile_desk: str, package: Path, cells: dict[str, Any], sentence: str) -> None:
    add(package, "translations", **GOOD | cells)
    with pytest.raises(PackageError) as caught:
        load_shipped(package)
    (problem,) = [problem.sentence for problem in caught.value.problems]
    assert problem.startswith("translations.csv, row 2")
    assert sentence in problem
    assert not Translation.objects.exists()
