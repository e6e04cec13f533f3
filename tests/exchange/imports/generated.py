"""A long file as offices export it from old machines: MacRoman, lines ended by CR, a row for each recommendation of one state to another. Made up."""

from collections.abc import Iterator
from pathlib import Path

from tests import builders

LANDS = {"CA": "Canada", "FR": "France", "IS": "Iceland", "ES": "España", "CI": "Côte d’Ivoire", "TR": "Türkiye", "BR": "Brazil", "JP": "Japan"}
THEMES = [f"Subject of harbours n° {number}" for number in range(60)]
ANSWERS = ["Supported", "Supported in part", "Noted", "Not supported"]
STATES = ["Implemented", "Partially implemented", "Under consideration", "Rejected"]
HEADER = ("Session", "Number", "State under review", "Recommending state", "Recommendation", "Theme", "Response", "Assessment", "Since")

PROFILE = """
name = "states"
[source]
key = "STATES"
prefix = "ST"
title = "Made-up review of states by states"
kind = "official_statement"
interest = "official"
publisher = "Made-up Review Body"
published_on = "2019-03"
language = "en"
[recommendation]
key = ["Session", "Number"]
number = "Number"
statement = "Recommendation"
statement_form = { constant = "verbatim" }
made_by = "Recommending state"
[theme]
name = "Theme"
[addressee]
government = "State under review"
[position.answer]
column = "Response"
[position.answer.map]
"Supported" = "accepted"
"Supported in part" = "in_part"
"Noted" = "noted"
"Not supported" = "rejected"
[assessment]
effective_on = "Since"
[assessment.status]
column = "Assessment"
[assessment.status.map]
"Implemented" = "implemented"
"Partially implemented" = "partially_implemented"
"Under consideration" = "under_consideration"
"Rejected" = "rejected"
"""


def records(count: int) -> Iterator[tuple[str, ...]]:
    """The rows."""
    lands, answers = list(LANDS.values()), ANSWERS
    for number in range(1, count + 1):
        state, other = lands[number % 8], lands[(number * 3 + 1) % 8]
        text = f"Sample {number}: keep a register of harbours, name who answers for each pier, and say every year – “déjà vu” or not – what was done."
        theme, answer, status = THEMES[number % 60], answers[number % 4], STATES[number % 4]
        since = f"20{10 + number % 10}-0{1 + number % 9}"
        yield (str(1 + number % 40), f"{number // 40}.{number % 40}", state, other, text, theme, answer, status, since)


def review_of_states(path: Path, count: int) -> str:
    """Write the file and make its governments; gives the profile."""
    for code, name in LANDS.items():
        builders.government(code, name=name)
    with path.open("w", encoding="mac-roman", newline="") as file:
        for row in (HEADER, *records(count)):
            file.write(";".join(f'"{cell}"' if ";" in cell or '"' in cell else cell for cell in row) + "\r")
    return PROFILE
