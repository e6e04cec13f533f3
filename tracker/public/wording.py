"""What a correction changed, in words: the differences of two published bodies as lines that say where, before and after.

A column's label is the one that files show (``tracker.public.columns``); here are the words for what no column holds. What is said of a party, and a
reply, is shown whole on both sides, so that attribution and legal status never part from the claim.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracker.editions.tables import DocumentEdition
from tracker.public import columns
from tracker.public.as_of import had_come, with_its_basis
from tracker.public.clocks import Clocks
from tracker.public.identified import of_party
from tracker.rules.differences import NAMED_BY, Body, Difference, differences, matched
from tracker.rules.vocabulary import (
    Answer,
    AssessorKind,
    Basis,
    Confidence,
    Corroboration,
    Direction,
    DocumentKind,
    EventKind,
    Interest,
    RelationKind,
    Stance,
    StatementForm,
    Status,
    TranslationKind,
    Word,
)

_LISTINGS = {
    "document": columns.DOCUMENTS,
    "recommendation": columns.RECOMMENDATIONS,
    "action": columns.ACTIONS,
    "assessment": columns.ASSESSMENTS,
}
PARTS: dict[str, str | Promise] = {
    "addressees": _("addressee"),
    "citations": _("citation"),
    "deadline_moves": _("moved deadline"),
    "effects": _("effect"),
    "events": _("event"),
    "parties": _("party"),
    "positions": _("position"),
    "relations": _("relation"),
    "replies": _("reply"),
    "searches": _("search"),
    "snapshots": _("archived copy"),
    "themes": _("theme"),
    "translations": _("translation"),
}
LABELS: dict[str, str | Promise] = {
    "after": _("to"),
    "answer": _("position"),
    "archived_as": _("archived copy"),
    "basis": _("basis"),
    "before": _("from"),
    "captured_at": _("captured at"),
    "captured_how": _("how captured"),
    "checked_by": _("checked by"),
    "counted": _("counted"),
    "criteria_full": _("implemented when"),
    "criteria_partial": _("partial when"),
    "decisive": _("decisive"),
    "direction": _("direction"),
    "document": _("document"),
    "exact": _("quotation"),
    "found": _("found"),
    "government": _("government"),
    "key": _("key"),
    "kind": _("kind"),
    "language": _("language"),
    "languages": _("languages"),
    "limits": _("cannot show"),
    "locator": _("locator"),
    "looked_for": _("looked for"),
    "media_type": _("media type"),
    "moved_by": _("moved by"),
    "moved_on": _("moved on"),
    "name": _("name"),
    "note": _("note"),
    "on": _("date"),
    "other": _("other recommendation"),
    "prefix": _("words before"),
    "reason": _("reason"),
    "reasoning": _("reasoning"),
    "recommendation": _("recommendation"),
    "said_by": _("said by"),
    "says": _("what it says"),
    "searched_by": _("searched by"),
    "sha256": _("SHA-256"),
    "size": _("size in bytes"),
    "stance": _("stance"),
    "statement": _("statement"),
    "suffix": _("words after"),
    "text": _("text"),
    "title_is_description": _("the title is a description"),
    "translates": _("translates"),
    "translator": _("translator"),
    "undoes": _("undoes"),
    "url": _("address of the document"),
    "where": _("where"),
    "words": _("words"),
}
"""What a value is called that no column of a list holds under that name."""
WORDS: dict[str, type[Word]] = {
    "answer": Answer,
    "assessor_kind": AssessorKind,
    "basis": Basis,
    "confidence": Confidence,
    "corroboration": Corroboration,
    "direction": Direction,
    "interest": Interest,
    "stance": Stance,
    "statement_form": StatementForm,
    "status": Status,
}
KIND_OF = {"document": DocumentKind, "events": EventKind, "relations": RelationKind, "translations": TranslationKind}
"""What vocabulary ``kind`` takes, by the record or part that has it."""
SAID_BY_NAME = frozenset({"measure", "key"})
"""Keys that change only together with a name that says the same to people."""
WHOLE = frozenset({"parties", "replies"})
"""Parts that are never shown in pieces."""
DATED_BY = {"events": "on", "parties": "on", "positions": "on", "replies": "on", "deadline_moves": "moved_on"}
"""Parts with a day, before which nothing of them is told."""


@dataclass(frozen=True, slots=True)
class Line:
    """One value that changed: what it is, and what was said before and after. Empty text on a side: nothing was said."""

    label: str
    before: str
    after: str


def lines(kind: str, before: Body, after: Body, *, clocks: Clocks, documents: Mapping[str, DocumentEdition]) -> list[Line]:
    """What a new edition of a record says otherwise, in words.

    ``documents`` are those that parties cite, by key: without a judgment among them, *convicted* reads “reported convicted by ...”.
    """
    found = []
    for name in sorted(WHOLE):
        for was, now in matched(name, before.get(name) or (), after.get(name) or ()):
            if _to_come(name, was, clocks) or _to_come(name, now, clocks):
                continue
            found.append(Line(_capital(PARTS[name]), _whole(name, was, documents), _whole(name, now, documents)))
    plain = [difference for difference in differences(_plain(before), _plain(after)) if not _skipped(difference, clocks)]
    return [*(_line(kind, difference) for difference in plain), *found]


def is_of_a_later_day(kind: str, body: Body, clocks: Clocks) -> bool:
    """Whether what a body tells came after the day of the page: an action done, a recommendation made or a verdict in effect only then.

    A body of which the words were taken down is of no day.
    """
    dates = {
        "action": [event["on"] for event in body.get("events", ()) if event["decisive"]],
        "recommendation": [body.get("recommended_on")],
        "assessment": [body.get("effective_on")],
    }
    return not all(had_come(date, clocks.as_of) for date in dates.get(kind, ()))


def _plain(body: Body) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in WHOLE}


def _to_come(name: str, part: Body | None, clocks: Clocks) -> bool:
    return bool(part and name in DATED_BY and not had_come(part.get(DATED_BY[name]), clocks.as_of))


def _skipped(difference: Difference, clocks: Clocks) -> bool:
    if difference.name in SAID_BY_NAME:
        return True
    parts = [*difference.within]
    if difference.is_part:
        parts += [(difference.name, part) for part in (difference.before, difference.after) if part]
    return any(_to_come(name, part, clocks) for name, part in parts)


def _line(kind: str, difference: Difference) -> Line:
    holder = difference.within[-1][0] if difference.within else kind
    steps = [f"{gettext(str(PARTS[name]))} {_called(name, part)}" for name, part in difference.within]
    if difference.is_part:
        steps.append(gettext(str(PARTS[difference.name])))
        return Line(_capital(", ".join(steps)), _summary(difference.name, difference.before), _summary(difference.name, difference.after))
    steps.append(_label(holder, difference.name))
    return Line(_capital(", ".join(steps)), _words(holder, difference.name, difference.before), _words(holder, difference.name, difference.after))


def _capital(text: str | Promise) -> str:
    return capfirst(gettext(str(text)))


def _label(holder: str, name: str) -> str:
    if holder in _LISTINGS:
        for column in _LISTINGS[holder].columns:
            if column.name in (name, name.removesuffix("_name")):
                return gettext(str(column.label))
    return gettext(str(LABELS[name])) if name in LABELS else name.replace("_", " ")


def called(kind: str, name: str) -> str:
    """What a text of a record is called, as a heading: “Short title”."""
    return _capital(_label(kind, name))


def _words(holder: str, name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if (holder, name) == ("translations", "text"):
        return next((said for kind in _LISTINGS if (said := _label(kind, value)) != value.replace("_", " ")), _label(holder, value))
    vocabulary = KIND_OF.get(holder) if name == "kind" else WORDS.get(name)
    if vocabulary is not None and value in vocabulary._value2member_map_:
        return gettext(vocabulary(value).label)
    return str(value)


def _called(name: str, part: Body) -> str:
    """What names a part to people: “event adopted 2019”, “citation EV-12”."""
    return " ".join(filter(None, (_words(name, key, part.get(key)) for key in NAMED_BY[name][0])))


def _summary(name: str, part: Body | None) -> str:
    """A part that was added or taken away, in one line, each value with its name; what is empty is left out."""
    if part is None:
        return ""
    order = {key: number for number, key in enumerate(NAMED_BY[name][0])}
    values = sorted((item for item in part.items() if not isinstance(item[1], list | bool)), key=lambda item: order.get(item[0], len(order)))
    return "; ".join(f"{_label(name, key)}: {said}" for key, value in values if (said := _words(name, key, value)))


def _whole(name: str, part: Body | None, documents: Mapping[str, DocumentEdition]) -> str:
    """A party or a reply with its attribution, date and sources."""
    if part is None:
        return ""
    cited = gettext("cited: %(citations)s") % {
        "citations": "; ".join(f"{_words('citations', 'stance', use['stance'])} {use['document']}, {use['locator']}" for use in part["citations"])
    }
    if name == "replies":
        words = f"{part['said_by']}, {part['on']}: “{part['words']}”"
        return " ".join(filter(None, (words, part["note"], f"({cited})")))
    told = with_its_basis(dict(part), documents)
    wording = f" [{told['wording']}]" if told["wording"] else ""
    claimed = ", " + gettext("claimed by %(names)s") % {"names": "; ".join(told["claimed_by"])} if told["claimed_by"] else ""
    identified = "".join(f", {gettext(str(each.label))} {each.value}" for each in of_party(told))
    return f"{told['name']}{identified}: {told['reads']}, {told['on']}{wording}{claimed} ({cited})"


def parties_in(bodies: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The parties of these bodies, whose documents the words for them need."""
    return [party for body in bodies for party in body.get("parties", ())]
