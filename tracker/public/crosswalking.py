"""The crosswalk of statuses as a table: on /methodology/, and as files for programs, who are told the relations by the names of SKOS.

It is a rule of the software and not data of an edition: no clock and no filter changes it.
"""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tracker.editions.frozen import as_lines
from tracker.public.columns import Column
from tracker.public.formats.rows import written
from tracker.public.shapes import FLAG, TEXT, Shape, list_of, maybe, record_of, word_in, word_of
from tracker.rules.crosswalk import CROSSWALK, Match, Vocabulary, from_foreign, rows, to_foreign
from tracker.rules.vocabulary import Status


def _column(name: str, label: Promise, meaning: Promise, shape: Shape) -> Column:
    return Column(name, label, meaning, shape=shape)


COLUMNS = (
    _column("vocabulary", _("vocabulary"), _("Whose words they are."), word_in(*CROSSWALK)),
    _column("status", _("status"), _("Of this site."), word_of(Status)),
    _column("word", _("word"), _("The word of the vocabulary; empty where the status has no counterpart."), maybe(TEXT)),
    _column("relation", _("relation"), _("How the word stands to the status, by the names of SKOS."), maybe(word_in(*Match))),
    _column("exported", _("exported"), _("Whether the word stands for the status in files."), FLAG),
    _column("imported", _("imported"), _("Whether the status is taken from the word in files that are imported."), FLAG),
    _column("confirmed", _("confirmed"), _("Whether the word was read in a document of its publisher; empty where there is no word."), maybe(FLAG)),
    _column("why", _("why"), _("Why they stand to each other so, or why the status has no counterpart."), TEXT),
)
"""Of the table: a line a status and word."""


def answer(ending: str) -> HttpResponse:
    """The whole crosswalk as JSON, or with ``csv`` its lines."""
    found: HttpResponse
    if ending == "csv":
        found = HttpResponse(["\ufeff", *as_csv()], content_type="text/csv; charset=utf-8")
    else:
        found = JsonResponse(as_told(), json_dumps_params={"ensure_ascii": False})
    found["Content-Disposition"] = f'inline; filename="crosswalk.{ending}"'
    return found


LINE = record_of(**{column.name: column.shape or TEXT for column in COLUMNS})
SHAPE = record_of(
    statuses=list_of(record_of(value=word_of(Status), label=TEXT, definition=TEXT)),
    vocabularies=list_of(
        record_of(
            vocabulary=word_in(*CROSSWALK),
            name=TEXT,
            rates=TEXT,
            words=list_of(record_of(word=TEXT, confirmed=FLAG, status=maybe(word_of(Status)), why=TEXT)),
            source=record_of(publisher=TEXT, title=TEXT, date=maybe(TEXT), url=TEXT),
            not_confirmed=TEXT,
        )
    ),
    lines=list_of(LINE),
)
"""What the JSON looks like."""


def as_told() -> dict[str, Any]:
    """Every vocabulary with its words and source, and every line of the table."""
    return {
        "statuses": [{"value": status.value, "label": status.label, "definition": status.definition} for status in Status],
        "vocabularies": [_vocabulary(theirs) for theirs in CROSSWALK.values()],
        "lines": lines(),
    }


def _vocabulary(theirs: Vocabulary) -> dict[str, Any]:
    return {
        "vocabulary": theirs.key,
        "name": theirs.name,
        "rates": theirs.rates,
        "words": [
            {
                "word": word,
                "confirmed": word not in theirs.unconfirmed,
                "status": str(status) if (status := from_foreign(theirs.key, word)) else None,
                "why": theirs.of_words.get(word, ""),
            }
            for word in theirs.words
        ],
        "source": {
            "publisher": theirs.source.publisher,
            "title": theirs.source.title,
            "date": theirs.source.date or None,
            "url": theirs.source.url,
        },
        "not_confirmed": theirs.not_confirmed,
    }


def lines() -> list[dict[str, Any]]:
    """Every line of the table; a status without a counterpart has one with no word."""
    return [
        {
            "vocabulary": theirs.key,
            "status": status.value,
            "word": link.word if link else None,
            "relation": link.match.value if link else None,
            "exported": link is not None and to_foreign(theirs.key, status) == link.word,
            "imported": link is not None and from_foreign(theirs.key, link.word) is status,
            "confirmed": link.word not in theirs.unconfirmed if link else None,
            "why": link.why if link else theirs.of_statuses[status],
        }
        for theirs, status, link in rows()
    ]


def as_csv() -> Iterator[str]:
    """Every line as CSV, the first of them the header."""
    yield from as_lines([[column.name for column in COLUMNS]])
    yield from as_lines([written(line[column.name]) for column in COLUMNS] for line in lines())


def table() -> list[tuple[Status, list[tuple[Vocabulary, Any]]]]:
    """For the page: each status with what each vocabulary has for it (the links, the closest first)."""
    return [(status, [(theirs, theirs.links_of(status)) for theirs in CROSSWALK.values()]) for status in Status]
