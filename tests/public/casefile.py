"""The facts as they were handed to us, read and counted by themselves: no code of the product takes part.

Files: tests/reference/<case>/*.csv; and, of the packages, what the reference has no table of: memberships of groups, and events that end an action.
The rules are written here a second time, plainly, so that a fault in the product cannot hide in the test.
"""

import calendar
import csv
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REFERENCE = Path(__file__).parent.parent / "reference"
PACKAGES = Path(__file__).parent.parent.parent / "tracker" / "casefiles"
CASES = ("iran-2019", "inquiries")
ENDINGS = ("suspended", "repealed", "annulled", "expired")
NOT_COUNTED = ("model cited", "named (group, no status of its own)")
BASIS = {"model cited": "model_cited", "named (group, no status of its own)": "named"}
STATUS = {
    "partially implemented": "partially_implemented",
    "implemented": "implemented",
    "under consideration": "under_consideration",
    "no known action": "no_evidence",
    "rejected": "rejected",
    "contrary action": "contrary_action",
    "reversed": "reversed",
}


@cache
def rows(case: str, name: str) -> list[dict[str, str]]:
    """The rows of one file; none where the case has no such file."""
    return read(REFERENCE / case / f"{name}.csv")


@cache
def read(path: Path) -> list[dict[str, str]]:
    """The rows of a file; none where there is no such file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def first_day(written: str) -> dt.date:
    """The first day that a day, a month or a year can mean."""
    parts = [int(part) for part in written.split("-")]
    return dt.date(*parts, *[1] * (3 - len(parts)))


def last_day(written: str) -> dt.date:
    """The last day that a day, a month or a year can mean."""
    parts = [int(part) for part in written.split("-")]
    if len(parts) == 1:
        return dt.date(parts[0], 12, 31)
    if len(parts) == 2:
        return dt.date(parts[0], parts[1], calendar.monthrange(*parts)[1])
    return dt.date(*parts)


@dataclass(frozen=True)
class Row:
    """An addressee on a day, as the files give it."""

    recommendation: str
    government: str
    counted: bool
    status: str | None
    since: str | None
    disputed: bool
    documents: tuple[str, ...]
    measure: str
    year: str
    groups: tuple[str, ...]
    corroboration: str | None
    claimed: bool
    search: str | None
    first_action: str
    basis: str


def documents_of(case: str, recommendation: dict[str, str]) -> tuple[str, ...]:
    """Where it was made and where it was read: in the inquiries, the first citation that speaks of the wording, else the source itself."""
    if case == "iran-2019":
        return tuple({recommendation["made_in"] or recommendation["known_from"], recommendation["known_from"]})
    cited = [row for row in rows(case, "evidence") if row["record_kind"] == "recommendation" and row["record_key"] == recommendation["key"]]
    speaking = [row["source_key"] for stance in ("supports", "disputes") for row in cited if row["stance"] == stance]
    return tuple({recommendation["source_key"], *speaking[:1]})


def holding(case: str, reference: str, government: str, day: dt.date) -> dict[str, str] | None:
    """The assessment that holds on a day: the last in key order that has taken effect; undated ones hold from the recommendation's date."""
    made = next(row["recommended_on"] for row in rows(case, "recommendations") if row["key"] == reference)
    found = [
        row
        for row in rows(case, "assessments")
        if (row["recommendation_key"], row["government"]) == (reference, government) and last_day(row["effective_on"] or made) <= day
    ]
    return max(found, key=lambda row: row["key"], default=None)


def disputes(case: str, assessment: dict[str, str]) -> set[str]:
    """Evidence against an assessment: what it lists itself, and what disputes an action that any of its evidence is about."""
    listed = set(assessment["evidence_keys"].split(";"))
    evidence = rows(case, "evidence")
    actions = {row["record_key"] for row in evidence if row["key"] in listed and row["record_kind"] == "action"}
    against = [row for row in evidence if row["stance"] == "disputes"]
    return {row["key"] for row in against if row["key"] in listed or (row["record_kind"] == "action" and row["record_key"] in actions)}


def claimed(case: str, assessment: dict[str, str]) -> bool:
    """Whether advocacy sources alone support an assessment. What disputes any of it is no support."""
    against = disputes(case, assessment)
    listed = set(assessment["evidence_keys"].split(";"))
    supporting = {row["source_key"] for row in rows(case, "evidence") if row["key"] in listed - against and row["stance"] == "supports"}
    interests = {row["interest"].split(":")[0] for row in rows(case, "sources") if row["key"] in supporting}
    return interests == {"advocacy"}


def searched(case: str, assessment: dict[str, str], day: dt.date) -> str | None:
    """Whether the newest search behind a verdict is due again on a day, a year after it was made; nothing where there is none."""
    made = [last_day(row["searched_on"]) for row in read(PACKAGES / case / "searches.csv") if row["assessment"] == assessment["key"]]
    if not made:
        return None
    return "due" if max(made).replace(year=max(made).year + 1) <= day else "holds"


@cache
def groups(government: str, day: dt.date) -> tuple[str, ...]:
    """The groups that a government belonged to on a day; those of every state have every state."""
    listed = {row["code"]: row for row in read(PACKAGES / "governments" / "governments.csv")}
    named = {
        row["group"]
        for row in read(PACKAGES / "governments" / "memberships.csv")
        if row["member"] == government and first_day(row["since"]) <= day and (not row["until"] or day <= last_day(row["until"]))
    }
    if listed.get(government, {}).get("kind") == "state":
        named |= {code for code, row in listed.items() if row["includes_every_state"] == "true"}
    return tuple(sorted(named))


@dataclass(frozen=True)
class Link:
    """An action beside a recommendation, as the files mark it on a day."""

    key: str
    government: str
    earlier: str
    in_place: bool


def links(day: dt.date) -> list[Link]:
    """The links of both cases of which action and recommendation were there by a day, for certain."""
    result = []
    for case in CASES:
        acted = {row["key"]: row["date"] for row in rows(case, "actions")}
        made = {row["key"]: row["recommended_on"] for row in rows(case, "recommendations")}
        ended = {row["action"]: first_day(row["on"]) for row in read(PACKAGES / case / "events.csv") if row["kind"] in ENDINGS}
        undone = {row["reverses"]: first_day(acted[row["action_key"]]) for row in rows(case, "links") if row.get("reverses")}
        for row in rows(case, "links"):
            if max(last_day(acted[row["action_key"]]), last_day(made[row["recommendation_key"]])) > day:
                continue
            over = [end for end in (ended.get(row["action_key"]), undone.get(row["key"])) if end and end <= day]
            toward = row["effect"] in ("fulfils", "partly fulfils")
            result.append(Link(row["key"], row["government"], row["earlier"], row["earlier"] == "yes" and toward and not over))
    return result


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, or its last."""
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def waited(start: dt.date, end: dt.date) -> str:
    """In which class the time between two days falls."""
    classes = ((3, "3_months"), (12, "12_months"), (24, "2_years"))
    return next((name for months, name in classes if end <= months_later(start, months)), "later")


def first_action(case: str, reference: str, government: str, day: dt.date) -> str:
    """How long after a recommendation the first action toward it came: every first and last day of the dates must give the same class."""
    acted = {row["key"]: row["date"] for row in rows(case, "actions")}
    made = next(row["recommended_on"] for row in rows(case, "recommendations") if row["key"] == reference)
    toward = [
        row
        for row in rows(case, "links")
        if (row["recommendation_key"], row["government"]) == (reference, government)
        and row["effect"] in ("fulfils", "partly fulfils")
        and row["earlier"] != "yes"
        and last_day(acted[row["action_key"]]) <= day
    ]
    later = [acted[row["action_key"]] for row in toward if row["earlier"] == "no"]
    if not toward:
        return "none"
    if not later:
        return "uncertain"
    longest = waited(first_day(made), min(last_day(on) for on in later))
    shortest = "3_months" if len(later) < len(toward) else waited(last_day(made), min(first_day(on) for on in later))
    return longest if longest == shortest else "uncertain"


@cache
def addressees(day: dt.date) -> tuple[Row, ...]:
    """Every addressee of both cases on a day; none of a recommendation that was not made by then for certain."""
    result = []
    for case in CASES:
        recommendations = {row["key"]: row for row in rows(case, "recommendations")}
        for addressee in rows(case, "addressees"):
            recommendation = recommendations[addressee["recommendation_key"]]
            if last_day(recommendation["recommended_on"]) > day:
                continue
            counted = addressee["basis"] not in NOT_COUNTED
            held = holding(case, recommendation["key"], addressee["government"], day) if counted else None
            result.append(
                Row(
                    recommendation=recommendation["key"],
                    government=addressee["government"],
                    counted=counted,
                    status=(STATUS[held["status"]] if held else "not_assessed") if counted else None,
                    since=(held["effective_on"] or None) if held else None,
                    disputed=bool(held and disputes(case, held)),
                    documents=documents_of(case, recommendation),
                    measure=recommendation["action_type"],
                    year=recommendation["recommended_on"][:4],
                    groups=groups(addressee["government"], day),
                    corroboration=held["verified"].replace("-", "_") if held else None,
                    claimed=bool(held and claimed(case, held)),
                    search=searched(case, held, day) if held else None,
                    first_action=first_action(case, recommendation["key"], addressee["government"], day),
                    basis=BASIS.get(addressee["basis"], addressee["basis"]),
                )
            )
    return tuple(result)


VALUES: dict[str, Callable[[Row], tuple[str, ...]]] = {
    "status": lambda row: (row.status,) if row.status else (),
    "government": lambda row: (row.government,),
    "document": lambda row: row.documents,
    "measure": lambda row: (row.measure,),
    "year": lambda row: (row.year,),
    "disputed": lambda row: ("yes" if row.disputed else "no",),
    "recommendation": lambda row: (row.recommendation,),
    "group": lambda row: row.groups,
    "corroboration": lambda row: (row.corroboration,) if row.corroboration else (),
    "claimed": lambda row: ("yes" if row.claimed else "no",),
    "provenance": lambda _row: ("shipped",),
    "first_action": lambda row: (row.first_action,),
    "basis": lambda row: (row.basis,),
    "counted": lambda row: ("yes" if row.counted else "no",),
    "search": lambda row: (row.search,) if row.search else (),
}


def matching(day: dt.date, filters: dict[str, list[str]], without: str = "") -> list[Row]:
    """Addressees that match: any value of a filter, all filters."""
    return [row for row in addressees(day) if all(set(VALUES[name](row)) & set(values) for name, values in filters.items() if name != without)]


def facet(day: dt.date, name: str, filters: dict[str, list[str]], counting: Callable[[Row], object]) -> dict[str, int]:
    """How many different ``counting`` each value of a filter would give, the other filters honoured."""
    found: dict[str, set[object]] = {}
    for row in matching(day, filters, without=name):
        for value in VALUES[name](row):
            found.setdefault(value, set()).add(counting(row))
    return {value: len(things) for value, things in found.items()}
