"""The words that search looks through: each text of a record by itself, with its language and the day from which it may be told.

A passage is exactly one text of a published body, letter for letter, so that what is found can be shown and blanked as it stands there. It is found
under the record that has a page: an assessment's words under its recommendation. ``not before`` a day, because a record is published whole and one
edition serves every day: what an assessment, an event or a reply says is not to be found on a day before it.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tracker.editions.tables import PassageEdition
from tracker.rules.dates import PartialDate
from tracker.rules.identifiers import HELD_BY, read_with
from tracker.rules.languages import OURS, configuration
from tracker.rules.translating import language_of

if TYPE_CHECKING:
    from tracker.editions.projection import Published

Body = dict[str, Any]
TITLE, OWN, SOURCE, ASIDE = "A", "B", "C", "D"
"""What words weigh in the order of what is found: a title, the record's own words, what is quoted or answered, what stands beside."""


def of_document(published: "Published", key: str) -> list[PassageEdition]:
    """What a document is called, who wrote and published it, and what a reader must know of it."""
    body = read_with("document", published.documents[key])
    day = PartialDate(body["published_on"]).last if body["published_on"] else None
    found = _Found("document", key, "document", key, day)
    found.add("key", key, TITLE, language="")
    found.add("title", body["title"], TITLE, language=language_of("document", "title", body))
    for name in HELD_BY["document"]:
        found.add(name, body[name], OWN if name == "legislature" else TITLE, language="")
    for name in ("author", "publisher"):
        found.add(name, body[name], OWN, language=body["language"])
    found.add("stake", body["stake"], SOURCE)
    found.add("note", body["note"], SOURCE)
    found.add_translations(body["translations"])
    return found.rows


def statement_language(published: "Published", body: Body) -> str:
    """The language of a recommendation's statement, by what is published of the document from which it is known."""
    known_from = published.documents.get(body["known_from"])
    return language_of("recommendation", "statement", body, source=known_from["language"] if known_from else "")


def of_recommendation(published: "Published", reference: str, assessments: Iterable[tuple[str, dt.date]]) -> list[PassageEdition]:
    """A recommendation's words, those of its assessments (each with its key and the first day on which it can hold) and of effects on it."""
    body = published.recommendations[reference]
    made = PartialDate(body["recommended_on"]).last
    found = _Found("recommendation", reference, "recommendation", reference, made)
    found.add("key", reference, TITLE, language="")
    found.add("title", body["short_title"], TITLE, language=language_of("recommendation", "short_title", body))
    found.add("statement", body["statement"], OWN, language=statement_language(published, body))
    for name in ("number", "made_by", "target", "measure_name"):
        found.add(name, body[name], OWN)
    for theme in body["themes"]:
        found.add("theme", theme["name"], OWN)
    for name in ("criteria_partial", "criteria_full", "note"):
        found.add(name, body[name], SOURCE)
    for move in body["deadline_moves"]:
        found.add("deadline", move["reason"], ASIDE, on=move["moved_on"], said_by=move["moved_by"])
    found.add_translations(body["translations"])
    found.cite(published, body["citations"])
    rows = found.rows
    for key, day in assessments:
        rows += _of_assessment(published.assessments[key], key, reference, max(day, made), published)
    for action in published.actions_on.get(reference, ()):
        acted = max(PartialDate(next(event["on"] for event in action["events"] if event["decisive"])).last, made)
        effects = _Found("recommendation", reference, "action", action["key"], acted)
        for effect in action["effects"]:
            if effect["recommendation"] == reference:
                effects.add("effect", effect["reasoning"], ASIDE)
        rows += effects.rows
    return rows


def _of_assessment(body: Body, key: str, reference: str, day: dt.date, published: "Published") -> list[PassageEdition]:
    found = _Found("recommendation", reference, "assessment", key, day)
    for name in ("rationale", "departure", "note", "source_status"):
        found.add(name, body[name], SOURCE)
    for search in body["searches"]:
        for name in ("where", "looked_for", "found"):
            found.add("search", search[name], ASIDE)
    for position in body["positions"]:
        found.add("position", position["statement"], SOURCE, on=position["on"], said_by=position["said_by"])
    found.add_translations(body["translations"])
    found.add_replies(body["replies"])
    found.cite(published, body["citations"])
    return found.rows


def of_action(published: "Published", key: str) -> list[PassageEdition]:
    """What was done, by whom and at whom, what is cited for and against it, and what was answered."""
    body = read_with("action", published.actions[key])
    acted = PartialDate(next(event["on"] for event in body["events"] if event["decisive"])).last
    found = _Found("action", key, "action", key, acted)
    found.add("key", key, TITLE, language="")
    found.add("title", body["title"], TITLE)
    for name in HELD_BY["action"]:
        found.add(name, body[name], OWN if name == "legislature" else TITLE, language="")
    code: str = body["government"]
    found.add("government", published.government_names.get(code, code), OWN)
    for name in ("description", "body", "target", "measure_name", "legal_instrument"):
        found.add(name, body[name], OWN)
    for name in ("scope_note", "note"):
        found.add(name, body[name], SOURCE)
    for event in body["events"]:
        found.add("event", event["note"], ASIDE, on=event["on"])
    # A citation that only a later legal status has is held back until then, and so are a party's name and the wording of its status.
    for party in body["parties"]:
        for name in ("name", "wording"):
            found.add("party", party[name], SOURCE, on=party["on"], said_by=party["said_by"])
        for name in HELD_BY["party"]:
            found.add("party", party.get(name, ""), SOURCE, language="", on=party["on"], said_by=party["said_by"])
    found.add_translations(body["translations"])
    found.add_replies(body["replies"])
    later = {use["key"]: party["on"] for party in sorted(body["parties"], key=_last_day, reverse=True) for use in party["citations"]}
    found.cite(published, body["citations"], later)
    return found.rows


def _last_day(party: Mapping[str, Any]) -> dt.date:
    return PartialDate(party["on"]).last


class _Found:
    """Passages of one record, or of a part of one, as they are added."""

    def __init__(self, kind: str, key: str, record_kind: str, record_key: str, day: dt.date | None) -> None:
        self._shared = {"kind": kind, "key": key, "record_kind": record_kind, "record_key": record_key}
        self._day = day
        self.rows: list[PassageEdition] = []

    def add(self, part: str, text: str, weight: str, *, language: str = OURS, on: str | None = None, **more: Any) -> None:
        """One text; nothing where it is empty. ``on``: the day of the part that says it, where that may be later than the record's."""
        if not text.strip():
            return
        last = PartialDate(on).last if on else None
        values = {"document": "", "stance": None, "said_by": "", **more}
        self.rows.append(
            PassageEdition(
                **self._shared,
                part=part,
                text=text,
                weight=weight,
                language=language,
                config=configuration(language),
                told_from=max(filter(None, (self._day, last)), default=None),
                **values,
            )
        )

    def add_translations(self, translations: Iterable[Body]) -> None:
        """The record's texts in other languages, each with who translated it."""
        for translation in translations:
            self.add("translation", translation["words"], OWN, language=translation["language"], said_by=translation["translator"])

    def add_replies(self, replies: Iterable[Body]) -> None:
        """Replies in the language in which they were given."""
        for reply in replies:
            self.add("reply", reply["words"], SOURCE, language=reply["language"], on=reply["on"], said_by=reply["said_by"])

    def cite(self, published: "Published", citations: Iterable[Body], later: Mapping[str, str] | None = None) -> None:
        """What citations say, in our words, and quote, in the document's language. ``later``: the day of those that a later part holds back."""
        for citation in citations:
            document = published.documents.get(citation["document"])
            if document is None:
                continue
            shared = {"on": (later or {}).get(citation["key"]), "document": citation["document"], "stance": citation["stance"]}
            self.add("says", citation["says"], SOURCE, **shared)
            self.add("quotation", citation["exact"], SOURCE, language=document["language"], **shared)
