"""Made-up files of a review, and what a desk needs to take them."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group

from tests import builders
from tracker.exchange.imports import receive
from tracker.models import Import, User

HEADER = ["No", "Country", "Text", "Topic", "Answer", "Status", "Since"]
PROFILE = """
name = "review"

[source]
key = "REVIEW"
prefix = "RV"
title = "Made-up review of harbours"
kind = "official_statement"
interest = "official"
publisher = "Review Body"
published_on = "2020-05"
language = "en"

[recommendation]
key = ["No"]
number = "No"
statement = "Text"

[theme]
name = { column = "Topic", split = ["|"] }

[addressee]
government = "Country"

[assessment]
effective_on = "Since"
[assessment.status]
column = "Status"

[position.answer]
column = "Answer"
[position.answer.map]
"Yes" = "accepted"
"No" = "rejected"
"""

Rows = list[list[str]]


def keeper() -> User:
    """A researcher who is an administrator, too, and so may bring governments, themes and kinds of measure."""
    person = builders.author()
    person.groups.add(Group.objects.get(name="administrator"))
    return person


def rows(count: int = 3) -> Rows:
    """Data rows of a file of the kind."""
    lands = ["Canada", "France", "Iceland"]
    return [
        [f"{n}", lands[n % 3], f"Sample: paint lighthouse {n}.", ["Lanterns", "Lanterns|Paint", "Benches"][n % 3], "Yes", "implemented", "2021-03"]
        for n in range(1, count + 1)
    ]


def written(path: Path, data: Rows, header: list[str] = HEADER) -> Path:
    """As a CSV file."""
    text = io.StringIO()
    csv.writer(text).writerows([header, *data])
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def archive(settings: Any, tmp_path: Path) -> Path:
    """The archive of one test."""
    settings.ARCHIVE_DIR = tmp_path / "archive"
    return tmp_path / "archive"


@pytest.fixture
def by(desk: str) -> User:
    """A researcher who keeps themes and kinds of measure too, on a desk with three governments."""
    for code, name in (("CA", "Canada"), ("FR", "France"), ("IS", "Iceland")):
        builders.government(code, name=name)
    return keeper()


Received = Callable[..., Import]


@pytest.fixture
def received(by: User, tmp_path: Path) -> Received:
    """Makes a batch of rows."""

    def make(data: Rows, name: str = "review.csv", profile: str = PROFILE, **how: Any) -> Import:
        return receive(written(tmp_path / name, data), by=how.pop("by", by), profile="review", text=profile, **how)

    return make
