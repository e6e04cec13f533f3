"""Made-up records as bodies that could have been published: a document with its recommendations, and everything that became of them.

A unit is closed: what its records name is in it, but for governments, kinds of measure and themes. It is a function of seed and number, so that the
same records are made again, in any order.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tracker.generating.texts import SHARES, TONGUES, Tongue, falling, text

Body = dict[str, Any]

UNIT = 20
"""Recommendations of a document."""
PREFIX = "GEN"
"""Every key begins with it."""
MADE_UP = "Made up to try the software: it says nothing about anybody."
MEASURES = tuple((f"gen-measure-{number}", f"made-up measure {number}") for number in range(1, 31))
THEMES = tuple((f"gen-theme-{number}", f"made-up theme {number}") for number in range(1, 301))
FIRST_DAY, LAST_DAY = dt.date(2004, 1, 1), dt.date(2024, 12, 31)

_INTERESTS = (
    ("official", "official_statement", "Ministry of Made-up Affairs"), ("press", "news_report", "The Made-up Gazette"),
    ("advocacy", "white_paper", "Campaign for Made-up Causes"), ("academic", "white_paper", "University of Made-up Studies"),
    ("press", "news_report", "Made-up News Agency"),
)  # fmt: skip
_STATUSES = {
    "implemented": 25, "partially_implemented": 20, "under_consideration": 18, "no_evidence": 16, "no_action": 5, "rejected": 8, "contrary_action": 4,
    "reversed": 2, "superseded": 2,
}  # fmt: skip
_SEARCHED = ("no_evidence", "no_action")
_DIRECTIONS = {"fulfils": 35, "partly_fulfils": 30, "no_direct_effect": 10, "contradicts": 15, "not_judged": 10}
_ANSWERS = ("accepted", "in_part", "in_principle", "noted", "rejected")


@dataclass
class Unit:
    """Bodies by kind, in the order in which their keys are made."""

    documents: list[Body] = field(default_factory=list)
    recommendations: list[Body] = field(default_factory=list)
    actions: list[Body] = field(default_factory=list)
    assessments: list[Body] = field(default_factory=list)

    @property
    def by_kind(self) -> dict[str, list[Body]]:
        """As an edition names the kinds."""
        return {"document": self.documents, "recommendation": self.recommendations, "action": self.actions, "assessment": self.assessments}


def unit(seed: int, number: int, count: int, governments: Sequence[str]) -> Unit:
    """The unit of a number (from 0) with so many recommendations, addressed to these governments (codes; the first ones most often)."""
    return _Maker(Random(f"{seed}:{number}"), number, governments).make(count)


class _Maker:
    def __init__(self, draw: Random, number: int, governments: Sequence[str]) -> None:
        self._draw, self._number, self._governments = draw, number, governments
        self._weights = falling(len(governments))
        self._made = Unit()
        self._tongue = draw.choices(TONGUES, SHARES)[0]
        self._keys = 0

    def make(self, count: int) -> Unit:
        draw = self._draw
        made_on = FIRST_DAY + dt.timedelta(days=draw.randrange((LAST_DAY - FIRST_DAY).days))
        paper = self._document(*_INTERESTS[draw.choice((0, 2, 3))], self._tongue, made_on)
        sources = [self._document(*each, draw.choices(TONGUES, SHARES)[0], self._later(made_on)) for each in _INTERESTS]
        for place in range(1, count + 1):
            self._recommendation(place, paper, sources, made_on)
        return self._made

    # Parts

    def _key(self, letter: str) -> str:
        self._keys += 1
        return f"{PREFIX}-{self._number}-{letter}{self._keys}"

    def _day(self, day: dt.date) -> str:
        """Seven of ten dates are days, two months, one a year."""
        return f"{day:{self._draw.choices(('%Y-%m-%d', '%Y-%m', '%Y'), (7, 2, 1))[0]}}"

    def _later(self, day: dt.date, most: int = 1500) -> dt.date:
        return min(day + dt.timedelta(days=self._draw.randrange(1, most)), dt.date(2026, 6, 30))

    def _document(self, interest: str, kind: str, publisher: str, tongue: Tongue, day: dt.date) -> Body:
        key = self._key("D")
        body = {
            "key": key, "kind": kind, "title": f"Made-up {kind.replace('_', ' ')} {key}", "title_is_description": True, "author": "",
            "publisher": publisher, "published_on": self._day(day), "language": tongue.code, "url": "", "symbol": "", "celex": "", "bill": "",
            "legislature": "", "interest": interest, "stake": "", "note": MADE_UP, "snapshots": [], "translations": [],
        }  # fmt: skip
        self._made.documents.append(body)
        return body

    def _citation(self, document: Body, stance: str = "supports") -> Body:
        draw = self._draw
        return {
            "key": self._key("C"), "stance": stance, "document": document["key"], "locator": f"p. {draw.randrange(1, 400)}",
            "says": text(TONGUES[0], draw, 300), "exact": "", "prefix": "", "suffix": "",
            "corroboration": draw.choice(("single_source", "corroborated")), "archived_as": "",
        }  # fmt: skip

    def _cited(self, sources: Sequence[Body], disputed: int) -> list[Body]:
        """One or two that support, and in ``disputed`` of a hundred cases one that disputes."""
        draw = self._draw
        chosen = draw.sample(sources, 3)
        uses = [self._citation(each) for each in chosen[: draw.choice((1, 1, 2))]]
        if draw.randrange(100) < disputed:
            uses.append(self._citation(chosen[2], "disputes"))
        return uses

    def _recommendation(self, place: int, paper: Body, sources: Sequence[Body], made_on: dt.date) -> None:
        draw, reference = self._draw, f"{PREFIX}-{self._number * UNIT + place}"
        measure = draw.choices(MEASURES, cum_weights=falling(len(MEASURES)))[0]
        themes = sorted(set(draw.choices(THEMES, cum_weights=falling(len(THEMES)), k=draw.choice((1, 1, 2, 3)))))
        title, statement = self._tongue.say(draw).rstrip("."), text(self._tongue, draw)
        addressed = min(draw.choice((1, 1, 1, 2, 2, 3, 3, 4, 5, 8)), len(self._governments))
        codes = sorted(set(draw.choices(self._governments, cum_weights=self._weights, k=addressed)))
        body = {
            "reference": reference, "number": str(place), "short_title": f"Made up: {title}"[:200], "statement": statement,
            "statement_form": draw.choice(("verbatim", "verbatim", "paraphrase")), "language": "", "made_by": paper["publisher"], "made_in": None,
            "known_from": paper["key"], "locator": f"recommendation {place}", "recommended_on": self._day(made_on), "corroboration": "single_source",
            "measure": measure[0], "measure_name": measure[1], "themes": [{"key": key, "name": name} for key, name in themes], "target": "",
            "addressed": "", "criteria_partial": "", "criteria_full": "",
            "due_on": self._day(self._later(made_on, 2000)) if draw.randrange(5) == 0 else None, "deadline_moves": [], "note": MADE_UP,
            "addressees": [
                {"government": code, "basis": draw.choice(("named", "named", "tracked")), "counted": True, "note": ""} for code in codes
            ],
            "relations": [], "translations": self._translations(statement), "citations": [self._citation(paper)],
        }  # fmt: skip
        self._made.recommendations.append(body)
        for code in codes:
            self._addressee(reference, code, sources, made_on)

    def _translations(self, statement: str) -> list[Body]:
        if self._draw.randrange(10):
            return []
        tongue = next(each for each in TONGUES if each is not self._tongue)
        return [{
            "text": "statement", "language": tongue.code, "words": text(tongue, self._draw, 600), "translates": statement, "kind": "machine",
            "translator": "Made-up translator", "checked_by": "", "url": "", "locator": "",
        }]  # fmt: skip

    def _addressee(self, reference: str, code: str, sources: Sequence[Body], made_on: dt.date) -> None:
        draw = self._draw
        actions = [self._action(reference, code, sources, made_on) for _number in range(draw.choice((0, 0, 0, 1, 1, 2)))]
        day, before = made_on, None
        for _number in range(draw.choice((0, 1, 1, 1, 2, 2, 3, 4))):
            day = self._later(day, 900)
            before = self._verdict(reference, code, sources, day, actions, supersedes=before)
        for _number in range(draw.choice((0, 0, 0, 1))):
            self._verdict(reference, code, sources, self._later(made_on), actions, assessor=f"Made-up Institute {draw.randrange(1, 40)}")

    def _action(self, reference: str, code: str, sources: Sequence[Body], made_on: dt.date) -> Body:
        draw = self._draw
        measure = draw.choices(MEASURES, cum_weights=falling(len(MEASURES)))[0]
        day = self._later(made_on) if draw.randrange(5) else made_on - dt.timedelta(days=draw.randrange(1, 900))
        events = [{"kind": draw.choice(("occurred", "adopted", "in_force")), "on": self._day(day), "decisive": True, "note": ""}]
        if draw.randrange(12) == 0:
            events.append({"kind": "repealed", "on": self._day(self._later(self._later(day))), "decisive": False, "note": ""})
        effect = {
            "key": self._key("E"), "recommendation": reference, "government": code,
            "direction": draw.choices(list(_DIRECTIONS), list(_DIRECTIONS.values()))[0], "undoes": None, "reasoning": text(TONGUES[0], draw, 200),
            "corroboration": "single_source",
        }  # fmt: skip
        body = {
            "key": self._key("A"), "government": code, "body": "", "measure": measure[0], "measure_name": measure[1],
            "title": f"Made up: {TONGUES[0].say(draw).rstrip('.')}"[:200], "description": text(TONGUES[0], draw, 500), "scope_note": "",
            "legal_instrument": "", "celex": "", "bill": "", "legislature": "", "target": "", "corroboration": "single_source", "note": MADE_UP,
            "events": sorted(events, key=lambda event: (event["on"], event["kind"])), "parties": [], "effects": [effect], "replies": [],
            "translations": [], "citations": self._cited(sources, disputed=8),
        }  # fmt: skip
        self._made.actions.append(body)
        return body

    def _verdict(
        self,
        reference: str,
        code: str,
        sources: Sequence[Body],
        day: dt.date,
        actions: Iterable[Body],
        *,
        supersedes: str | None = None,
        assessor: str = "",
    ) -> str:
        draw, key = self._draw, self._key("V")
        status = draw.choices(list(_STATUSES), list(_STATUSES.values()))[0]
        searches = [{
            "key": self._key("S"), "searched_on": f"{day}", "searched_by": "Made-up researcher", "where": "The made-up gazette and register",
            "languages": "en", "looked_for": "Made-up acts", "found": "", "limits": "",
        }] if status in _SEARCHED else []  # fmt: skip
        shared = [use for action in actions for use in action["citations"] if use["stance"] == "supports"][:1]
        positions = [{
            "key": self._key("P"), "answer": draw.choice(_ANSWERS), "on": self._day(day), "statement": text(TONGUES[0], draw, 200),
            "said_by": "Ministry of Made-up Affairs", "citations": [self._citation(sources[0])],
        }] if draw.randrange(10) == 0 else []  # fmt: skip
        self._made.assessments.append({
            "key": key, "recommendation": reference, "government": code, "status": status, "effective_on": self._day(day),
            "rationale": text(TONGUES[0], draw, 600), "confidence": draw.choice(("high", "medium", "low")), "corroboration": "single_source",
            "supersedes": supersedes, "assessor_kind": "third_party" if assessor else "staff", "assessor": assessor,
            "source_status": "made-up word" if assessor else "", "note": MADE_UP, "departure": "", "searches": searches, "positions": positions,
            "replies": [], "translations": [], "citations": sorted([*shared, *self._cited(sources, disputed=5)], key=lambda use: use["key"]),
        })  # fmt: skip
        return key
