"""Which columns of each published table are held in memory: what the filters of its list, its facets and its counts ask for."""

from tracker.editions.tables import (
    ActionEdition,
    AddresseeEdition,
    AssessmentEdition,
    CitationEdition,
    DocumentEdition,
    EffectEdition,
    GovernmentEdition,
    RecommendationEdition,
    RecordEdition,
    Row,
)
from tracker.public.columnar.arrays import Sets, SetVocabulary, Turning, Turns
from tracker.public.columnar.reading import BETWEEN, Held, Words


def _columns(*names: str) -> dict[str, Words]:
    """Columns of words under their own names."""
    return {name: Words(name) for name in names}


def _set_of(column: str) -> Words:
    return Words(f"array_to_string({column}, '{BETWEEN}')", _set, Sets, SetVocabulary)


def _year(text: str) -> Words:
    return Words(f"({text})::text", int)


def _turns(text: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    days, words = text.split(BETWEEN)
    return tuple(int(day) for day in days.split()), tuple(words.split())


def _set(text: str) -> tuple[str, ...]:
    return tuple(text.split(BETWEEN)) if text else ()


_DISPUTED = {"disputed": ("disputed", True)}
_HELD = (
    Held(
        AddresseeEdition,
        words={
            **_columns("recommendation", "short_title", "recommended_on", "government", "government_name", "basis", "status", "corroboration"),
            **_columns("provenance", "measure", "source"),
            "year": _year("year"),
            "themes": _set_of("themes"),
            "documents": _set_of("documents"),
            "first_action": Words(
                "(SELECT string_agg((day - date '2000-01-01')::text, ' ' ORDER BY day) FROM unnest(first_action_days) AS day)"
                f" || '{BETWEEN}' || array_to_string(first_action_words, ' ')",
                _turns,
                Turning,
                Turns,
            ),
        },
        flags={**_DISPUTED, "counted": ("counted", True), "assessment": ("assessment IS NULL", None), "claimed_by": ("claimed_by = '{}'", [])},
        days=("valid_from", "valid_to", "search_due_on"),
    ),
    Held(
        RecommendationEdition,
        words=_columns("reference", "recommended_on", "source", "made_by", "known_from_document"),
        days=("recommended_first", "recommended_last"),
    ),
    Held(ActionEdition, words={**_columns("government", "measure"), "year": _year("year")}, flags=_DISPUTED, days=("last_day",)),
    Held(
        EffectEdition,
        words=_columns("recommendation", "government", "direction", "earlier"),
        flags=_DISPUTED,
        days=("last_day", "recommended_last", "ended_on"),
    ),
    Held(
        AssessmentEdition,
        words=_columns("recommendation", "government", "status", "assessor_kind"),
        flags=_DISPUTED,
        days=("effective_day",),
    ),
    Held(
        CitationEdition,
        words={
            **_columns("record_kind", "government", "stance", "interest", "document", "document_kind", "language", "stake"),
            "published_year": _year("published_year"),
            "recommendation": Words("CASE WHEN record_kind = 'recommendation' THEN record_key END"),
            "voice": Words("coalesce(nullif(publisher, ''), nullif(author, ''), document_title)"),
        },
        flags={"inherited": ("inherited", True), "exact": ("exact = ''", ""), "snapshot": ("snapshot IS NULL", None)},
        days=("told_from",),
        # The same for ever, as no row of a citation goes: that of the first one. Their keys would take more memory than all else together.
        ids={"citation": "(SELECT min(first.id) FROM editions.citation AS first WHERE first.citation = editions.citation.citation)"},
    ),
    Held(
        DocumentEdition,
        words={**_columns("key", "kind", "interest"), "published_last__year": _year("extract(year FROM published_last)")},
        days=("published_last",),
    ),
    Held(GovernmentEdition, words=_columns("code", "kind")),
    Held(
        RecordEdition,
        words={
            **_columns("kind", "change", "nature"),
            "known_from__year": _year("extract(year FROM known_from AT TIME ZONE 'UTC')"),
            "edition": _year("edition"),
        },
    ),
)
HELD: dict[type[Row], Held] = {held.table: held for held in _HELD}
"""By table."""
