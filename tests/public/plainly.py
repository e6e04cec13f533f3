"""Rows of every list read plainly: what files must say of them, in a page of Python that asks nothing of the database but the rows themselves."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from tracker.editions.projection import source_name
from tracker.editions.tables import READING_TABLES, ActionEdition, AssessmentEdition, DocumentEdition, RecordEdition, TranslationEdition
from tracker.languages import codes
from tracker.public.clocks import Clocks
from tracker.public.columns import Listing
from tracker.rules import deadlines, evidence, order, searches
from tracker.rules.attribution import standing_in_words
from tracker.rules.crosswalk import to_foreign
from tracker.rules.dates import PartialDate
from tracker.rules.formulas import harmless
from tracker.rules.vocabulary import Direction, Earlier, Interest, Stance, Standing, Status

Part = dict[str, Any]
PLACES = {"known_from": "known_from_document", "document_url": "url", "published_at": "known_from"}
"""Columns of lists that are called otherwise in their tables."""
NAMES_OF_ACTS = {
    "documents": lambda row: f"/documents/{row.key}/",
    "recommendations": lambda row: f"/recommendations/{row.reference}/",
    "addressees": lambda row: f"/recommendations/{row.recommendation}/#{row.government}",
    "assessments": lambda row: f"/recommendations/{row.recommendation}/#{row.government}",
    "actions": lambda row: f"/actions/{row.key}/",
    "effects": lambda row: f"/actions/{row.action}/",
    "citations": lambda row: f"/documents/{row.document}/",
    "governments": lambda row: f"/governments/{row.code}/",
    "changes": lambda row: f"/changes/#{row.kind}-{row.key}-{row.edition}" if row.kind == "assessment" else f"/{row.kind}s/{row.key}/",
}


class Plain:
    """The rows of the database at the clocks, all of them in memory."""

    def __init__(self, clocks: Clocks) -> None:
        self.clocks, self.day = clocks, clocks.as_of
        self.rows = {table: [row for row in table.objects.order_by("pk") if self._said(row)] for table in (*READING_TABLES, RecordEdition)}
        self.documents = {row.key: row for row in self.rows[DocumentEdition]}

    def objects(self, listing: Listing, rows: Iterable[Any], site: str) -> list[dict[str, Any]]:
        """The JSON objects of rows."""
        return [
            {**{column.name: _json(self._value(row, column.name)) for column in listing.columns}, "url": self._url(listing, row, site)}
            for row in rows
        ]

    def cells(self, listing: Listing, rows: Iterable[Any], site: str) -> list[dict[str, str]]:
        """The cells of a table of the same."""
        return [
            {column.name: _cell(listing, column.name, row[column.name]) for column in listing.columns} | {"url": row["url"]}
            for row in self.objects(listing, rows, site)
        ]

    def _said(self, row: Any) -> bool:
        instant = self.clocks.read_at
        return row.known_to is None if instant is None else row.known_from <= instant and (row.known_to is None or row.known_to > instant)

    def _url(self, listing: Listing, row: Any, site: str) -> str:
        path, mark, fragment = NAMES_OF_ACTS[listing.name](row).partition("#")
        query = urlencode(self.clocks.parameters)
        return site + path + (f"?{query}" if query else "") + mark + fragment

    def _value(self, row: Any, name: str) -> Any:
        made = getattr(self, f"_{name}", None)
        if made:
            return made(row)
        if name.startswith("status_"):
            return to_foreign(name.removeprefix("status_"), Status(row.status)) if row.status else ""
        return getattr(row, PLACES.get(name, name))

    def _replaced_at(self, row: Any) -> Any:
        """What was replaced after ``known`` stood then."""
        instant = self.clocks.read_at
        return None if row.known_to is None or (instant is not None and row.known_to > instant) else row.known_to

    def _come(self, parts: Iterable[Part], dated: str = "on") -> list[Part]:
        return [part for part in parts if not part[dated] or PartialDate(part[dated]).last <= self.day]

    def _by_day(self, day: dt.date | None) -> dt.date | None:
        return day if day and day <= self.day else None

    def _sources(self, part: Part) -> list[Part]:
        return [
            {
                "document": document.key,
                "title": document.title,
                "publisher": document.publisher or document.author,
                "locator": citation["locator"],
                "document_url": document.url,
                "interest": document.interest.value,
                "stance": citation["stance"],
            }
            for citation in part["citations"]
            if (document := self.documents.get(citation["document"]))
        ]

    def _replies(self, row: Any) -> list[Part]:
        return [_picked(part, "key said_by on words language note") | {"sources": self._sources(part)} for part in self._come(row.replies)]

    def _positions(self, row: Any) -> list[Part]:
        return [_picked(part, "key answer on said_by statement") | {"sources": self._sources(part)} for part in self._come(row.positions)]

    def _events(self, row: Any) -> list[Part]:
        return [_picked(part, "kind on decisive note") for part in self._come(row.events)]

    def _searches(self, row: Any) -> list[Part]:
        return [_picked(part, "key searched_on searched_by where languages looked_for found limits") for part in row.searches]

    def _parties(self, row: Any) -> list[Part]:
        return [self._party(part) for part in self._come(row.parties)]

    def _party(self, party: Part) -> Part:
        supporting = [
            (citation, document)
            for citation in party["citations"]
            if citation["stance"] == "supports" and (document := self.documents.get(citation["document"]))
        ]
        message, given = standing_in_words(
            Standing(party["standing"]), said_by=party["said_by"], has_judgment=any(document.kind == "judgment" for _use, document in supporting)
        )
        claimed_by = evidence.claimed_by(
            evidence.Use(citation["key"], Stance.SUPPORTS, Interest(document.interest), source_name(vars(document)))
            for citation, document in supporting
        )
        picked = _picked(party, "party name kind wikidata opensanctions standing on said_by wording")
        return picked | {"reads": message % given, "claimed_by": list(claimed_by), "sources": self._sources(party)}

    def _deadline_moves(self, row: Any) -> list[Part]:
        return [_picked(part, "before after moved_on moved_by reason") for part in self._come(row.deadline_moves, "moved_on")]

    def _due_on(self, row: Any) -> str | None:
        moves = [
            deadlines.Move(PartialDate(each["before"]), _partial(each["after"]), PartialDate(each["moved_on"]), each["moved_by"])
            for each in row.deadline_moves
        ]
        held = deadlines.holding_on(self.day, _partial(row.due_on), moves)
        return held.text if held else None

    def _ended_on(self, row: Any) -> dt.date | None:
        return self._by_day(row.ended_on)

    def _in_place(self, row: Any) -> bool:
        direction = Direction(row.direction) if row.direction else None
        return order.already_in_place(direction=direction, is_earlier=Earlier(row.earlier), ended_on=row.ended_on, on=self.day)

    def _search_due_since(self, row: Any) -> dt.date | None:
        made = _partial(self._searched_on(row)) if isinstance(row, AssessmentEdition) else None
        return self._by_day(searches.due_again(made) if made else getattr(row, "search_due_on", None))

    def _searched_on(self, row: Any) -> str | None:
        if not isinstance(row, AssessmentEdition):
            return row.searched_on  # type: ignore[no-any-return]
        made = searches.latest(PartialDate(each["searched_on"]) for each in row.searches) if row.status.rests_on_a_search else None
        return made.text if made else None

    def _superseded_by(self, row: Any) -> str | None:
        in_effect = {each.key for each in self.rows[AssessmentEdition] if each.effective_day <= self.day}
        return row.superseded_by if row.superseded_by in in_effect else None

    def _actions(self, row: Any) -> str:
        done = {each.key for each in self.rows[ActionEdition] if each.last_day <= self.day}
        return "; ".join(key for key in row.actions if key in done)

    def _claimed_by(self, row: Any) -> str:
        return "; ".join(row.claimed_by)

    def _themes(self, row: Any) -> str:
        return "; ".join(row.themes)

    def _iso_alpha_3(self, row: Any) -> str:
        return codes.alpha_3(row.code)

    def _iso_numeric(self, row: Any) -> str:
        return codes.numeric(row.code)

    def _translations(self, row: Any) -> list[Part]:
        kind = type(row).__name__.removesuffix("Edition").lower()
        own = [
            each for each in self.rows[TranslationEdition] if (each.record_kind, each.record_key) == (kind, getattr(row, "reference", "") or row.key)
        ]
        names = ("text", "language", "words", "kind", "translator", "checked_by", "url", "locator", "outdated", "translates")
        return [{name: getattr(each, name) for name in names} for each in sorted(own, key=lambda each: (each.text, each.language))]


def _partial(text: str | None) -> PartialDate | None:
    return PartialDate(text) if text else None


def _picked(part: Part, names: str) -> Part:
    return {name: part.get(name, "") for name in names.split()}


def _json(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, list):
        return [_json(each) for each in value]
    if isinstance(value, dict):
        return {name: _json(each) for name, each in value.items()}
    return value.isoformat() if isinstance(value, dt.date) else str(value) if isinstance(value, str) else value


# As one cell ---------------------------------------------------------------------------------------------------------------------


def _cell(listing: Listing, name: str, value: Any) -> str:
    if isinstance(value, list):
        value = "; ".join(_IN_WORDS[name](part) for part in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return "" if value is None else str(value)
    return harmless(value)


def _source(source: Part) -> str:
    return ", ".join(text for text in (source["publisher"], source["title"], source["locator"]) if text)


def _party_in_words(party: Part) -> str:
    identified = [f"{label} {party[key]}" for key, label in (("wikidata", "Wikidata"), ("opensanctions", "OpenSanctions")) if party[key]]
    text = party["name"] + (f" ({', '.join(identified)})" if identified else "") + f": {party['reads']}, {party['on']}"
    text += f" [{party['wording']}]" if party["wording"] else ""
    text += f", claimed by {'; '.join(party['claimed_by'])}" if party["claimed_by"] else ""
    return text + "".join(f" [{source['stance']}, {source['interest']}: {_source(source)}]" for source in party["sources"])


def _translation_in_words(each: Part) -> str:
    text = (
        f"{each['text']} ({each['language']}): “{each['words']}” [{each['kind']}, {each['translator']}, checked by: {each['checked_by'] or 'nobody'}"
    )
    return text + (", of an earlier wording" if each["outdated"] else "") + (f", {each['url']}" if each["url"] else "") + "]"


_IN_WORDS = {
    "parties": _party_in_words,
    "translations": _translation_in_words,
    "events": lambda event: f"{event['kind']} {event['on']}" + (f" [{event['note']}]" if event["note"] else ""),
    "replies": lambda reply: (
        f"{reply['said_by']}, {reply['on']}: “{reply['words']}”" + "".join(f" [{_source(source)}]" for source in reply["sources"])
    ),
    "positions": lambda each: f"{each['answer']} {each['on']}, {each['said_by']}" + (f": {each['statement']}" if each["statement"] else ""),
    "searches": lambda each: (
        f"{each['searched_on']}, {each['searched_by']}: {each['where']} ({each['languages']}); looked for: {each['looked_for']};"
        f" found: {each['found']}; cannot show: {each['limits']}"
    ),
    "deadline_moves": lambda move: (
        f"{move['before']} to {move['after'] or 'none'} on {move['moved_on']},"
        f" by {move['moved_by'] or 'us, as our record was wrong'}: {move['reason']}"
    ),
}
