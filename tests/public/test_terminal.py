"""The matrix that ``manage.py start`` prints is that of the case file."""

import datetime as dt

import pytest

from tests.public import casefile
from tracker.public.terminal import SIGNS, matrix
from tracker.rules.vocabulary import Status

MEANING = {sign: status.value for status, sign in SIGNS.items()}


def printed(text: str) -> dict[tuple[str, str], str]:
    """The cells of a printed matrix: (reference, government) → status."""
    lines = text.split("\n\n")[0].splitlines()
    codes = lines[0].split()
    cells = {}
    for line in lines[1:]:
        signs = line.split()[-len(codes) :]
        cells |= {(line.split()[0], code): MEANING[sign] for code, sign in zip(codes, signs, strict=True) if sign != "·"}
    return cells


@pytest.mark.parametrize("day", ["2019-06-01", "2020-01-15", "2023-06-30", "today"])
def test_the_terminal_shows_the_case_files_statuses(published: str, today: dt.date, day: str) -> None:
    on = today if day == "today" else dt.date.fromisoformat(day)
    expected = {(row.recommendation, row.government): row.status for row in casefile.matching(on, {"document": ["WP-MQ"]}) if row.counted}
    text = matrix("WP-MQ", on)
    assert printed(text) == expected
    assert len({reference for reference, _government in expected}) == 6
    assert f"of {len(expected)} counted addressees" in text


def test_every_status_has_a_sign_of_its_own() -> None:
    assert set(SIGNS) == set(Status)
    assert len(set(SIGNS.values())) == len(SIGNS)


def test_nothing_is_printed_of_what_is_not_there(published: str, today: dt.date) -> None:
    assert matrix("NO-SUCH-DOCUMENT", today) == ""
    assert matrix("WP-MQ", dt.date(2019, 1, 1)) == ""
