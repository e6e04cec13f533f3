"""The words that a place takes, as the desk shows them: what somebody types is taken for one of them by its label or its code, in any case."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from babel import Locale
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tracker.exchange.files import ended
from tracker.exchange.profiles import Governments, days, may_mean
from tracker.exchange.profiles.kinds import is_date, is_flag, is_government
from tracker.exchange.schema import Column
from tracker.models import Measure
from tracker.rules.folding import folded

NEAREST = 3
"""Labels that are named of a vocabulary that is too long to be told whole."""
TOLD_WHOLE = 12


class NotAWord(ValueError):
    """What was typed is none of the words of its place; the rest of a sentence that begins with it."""


@dataclass(frozen=True)
class Vocabulary:
    """Words as (code, label), in their order; ``also`` are other ways to write one, ``is_open``: what is none of them is taken as it is."""

    words: tuple[tuple[str, str], ...]
    also: tuple[tuple[str, str], ...] = ()  # (written, code)
    governments: Governments | None = None
    is_open: bool = False
    by_spelling: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for written, code in [*self.also, *((label, code) for code, label in self.words), *((code, code) for code, _label in self.words)]:
            self.by_spelling[folded(written)] = code

    def label(self, code: str) -> str:
        """What a word is called; the code itself where it is none of them."""
        return dict(self.words).get(code, code)

    def code(self, typed: str) -> str:
        """The code of what was typed. Raises :class:`NotAWord`."""
        if self.governments is not None and (found := self.governments.resolve(typed) or self.governments.resolve(typed.upper())):
            return found
        if found := self.by_spelling.get(folded(typed), ""):
            return found
        if self.is_open:
            return typed
        raise NotAWord(self.refusal(typed))

    def refusal(self, typed: str) -> str:
        """Why something is none of them, and which are close to it."""
        labels = [label for _code, label in self.words]
        told = {"count": len(labels), "words": ", ".join(f"“{label}”" for label in labels)}
        if len(labels) <= TOLD_WHOLE:
            return _("is none of the %(count)s values that it takes: %(words)s.") % told
        spelt = {folded(label): label for label in labels}
        close = [spelt[each] for each in get_close_matches(folded(typed), spelt, n=NEAREST, cutoff=0.5)]
        if self.governments is not None:
            close = [name for _code, name in self.governments.suggest(typed, NEAREST)] or close
        if not close:
            return _("is none of the %(count)s values that it takes, and close to none of them.") % told
        told["words"] = ", ".join(f"“{label}”" for label in close)
        return _("is none of the %(count)s values that it takes; closest to it: %(words)s.") % told


def words_of(column: Column) -> list[tuple[str, str]]:
    """The few words of a field with a fixed vocabulary, yes and no among them, as a select offers them; none for any other field."""
    if is_flag(column):
        return [("true", capfirst(_("yes"))), ("false", capfirst(_("no")))]
    vocabulary: Any = getattr(column.field, "vocabulary", None)
    if not column.words or vocabulary is None:
        return []
    return [(word, capfirst(_(vocabulary(word).label))) for word in column.words]


def suggested(place: str, value: str, choices: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of the words that a value of a place may be said to mean those that it means to others; nobody takes it for one of them unasked."""
    record, _dot, field_name = place.partition(".")
    labels = dict(choices)
    return [(word, labels[word]) for word in may_mean(record, field_name, value) if word in labels]


def vocabulary_of(column: Column, governments: Governments) -> Vocabulary | None:
    """The words of a place; None where it takes any text."""
    if words := words_of(column):
        return Vocabulary(tuple(words))
    if is_government(column):
        return Vocabulary(tuple(sorted(governments.names.items(), key=lambda one: one[1])), governments=governments)
    if column.name == "language":
        names = sorted(((code.replace("_", "-"), name) for code, name in Locale("en").languages.items()), key=lambda one: one[1])
        return Vocabulary(tuple(each for each in names if _is_taken(column, each[0])), also=_OWN_NAMES)
    if column.is_reference and column.own.related_model is Measure:
        return Vocabulary(tuple(Measure.objects.order_by("name").values_list("key", "name")), is_open=True)
    return None


_OWN_NAMES = tuple((Locale.parse(code).languages[code], code) for code in ("ar", "de", "es", "fa", "fr", "it", "nl", "pt", "ru", "zh"))
"""What the languages of most files call themselves."""


def code_of(column: Column, typed: str, governments: Governments) -> str:
    """What a profile keeps of what was typed for a place. Raises :class:`NotAWord`."""
    if not typed:
        return ""
    if (vocabulary := vocabulary_of(column, governments)) is not None:
        try:
            return vocabulary.code(typed)
        except NotAWord:
            if column.name == "language" and _is_taken(column, typed):
                return typed
            raise
    if is_date(column):
        try:
            return days.read(typed)
        except days.Otherwise as error:
            raise NotAWord(_("may be more than one day; write it as %(day)s.") % {"day": (*error.may_be, "2019-02-01")[0]}) from None
        except ValueError as error:
            raise NotAWord(ended(str(error))) from None
    return typed


def code_or_typed(column: Column, typed: str, governments: Governments) -> str:
    """The same where what was typed is one of the words; anything else as it is, to be told with what else a profile lacks."""
    try:
        return code_of(column, typed, governments)
    except NotAWord:
        return typed


def _is_taken(column: Column, text: str) -> bool:
    """Whether the field itself takes it, as a variety of a language that has no name of its own."""
    try:
        column.field.run_validators(text)
    except Exception:  # Django's ValidationError
        return False
    return True
