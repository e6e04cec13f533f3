"""What a profile lacks, in the words of the desk's pages: each sentence begins with a link to the very field at which it is mended."""

import re
from dataclasses import dataclass

from django.utils.html import conditional_escape, format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.admin.importing import frame
from tracker.admin.importing.draft import Slot, column_of, field_words, kind_of, record_words, rule_of, slot_words
from tracker.admin.importing.vocabulary import Vocabulary, words_of
from tracker.exchange.profiles import Mistake, Profile, Why
from tracker.exchange.profiles.kinds import is_date
from tracker.exchange.schema import BY_NAME, Column
from tracker.models import Import

OF_THE_SOURCE = {
    "key": gettext_lazy("Key of the document"),
    "prefix": gettext_lazy("Keys of its records begin with"),
    "locator": gettext_lazy("Where a record stands in it"),
}
"""What the step of the whole file calls what it asks of the source besides the document's own fields."""
OF_THE_WHOLE = ("source", "governments", "rows", "heading", "join", "file")
"""What is said in that step, by its tables in a profile."""
ONE_GOVERNMENT = gettext_lazy("One government for the whole file")
TOLD_APART = gettext_lazy("What tells one record from another: %(kind)s")

WORDS = {
    Why.NOTHING_TAKEN: gettext_lazy("choose for one column at least what it holds."),
    Why.SOURCE_INCOMPLETE: gettext_lazy("it is missing; a new document needs it."),
    Why.WITHOUT_KEY: gettext_lazy("no column is ticked; tick those that together tell one record from another."),
    Why.KEY_AND_REFERENCE: gettext_lazy("columns are ticked here, and a column holds %(recommendation.reference)s as well; keep one of the two."),
    Why.WITHOUT_RECOMMENDATION: gettext_lazy("it belongs to a recommendation; choose the column that holds %(recommendation.statement)s."),
    Why.WITHOUT_GOVERNMENT: gettext_lazy(
        "nothing says which government it concerns; choose the column that holds %(addressee.government)s, or say %(governments.all)s."
    ),
    Why.WITHOUT_ACTION: gettext_lazy("it belongs to an action; choose the column that holds %(action.title)s or %(action.description)s."),
    Why.WITHOUT_ITS_FIELD: gettext_lazy("no column holds it; what else was chosen of this kind is of no use without it."),
    Why.WITHOUT_WHAT_WAS_DONE: gettext_lazy("no column says what was done; choose one for it, or for %(action.description)s."),
    Why.WITHOUT_ITS_MAKER: gettext_lazy("it is missing; choose a column for it, say the same for every row, or name %(source.publisher)s."),
    Why.WITHOUT_ITS_DATE: gettext_lazy("it is missing; choose a column for it, say the same for every row, or say %(source.published_on)s."),
    Why.NOT_UNITED: gettext_lazy(
        "rows are one recommendation where they have the same text; choose the column that holds %(recommendation.statement)s."
    ),
}
"""What is otherwise said with keys of the TOML; the places in it become links."""

_PLACE = re.compile(r"%\(([a-z_.]+)\)s")


@dataclass(frozen=True)
class Place:
    """Where something is said: the step, what it is called there, and the address that leads to it."""

    step: str
    words: str
    url: str

    @property
    def link(self) -> SafeString:
        """The way there."""
        return format_html('<a href="{}">{}</a>', self.url, self.words)


def told(batch: Import, profile: Profile, mistakes: list[Mistake]) -> list[frame.Lack]:
    """The mistakes of a profile, for its pages."""
    return [_told(batch, profile, mistake) for mistake in mistakes]


def of_the_file(batch: Import, why: str) -> frame.Lack:
    """That its file has nothing to choose from, and where it is said how it is read."""
    place = Place("format", frame.words_of("format"), frame.url(batch, "format"))
    return _lack(place, place.words, why, {})


def _told(batch: Import, profile: Profile, mistake: Mistake) -> frame.Lack:
    if mistake.why is Why.IN_THE_TEXT:
        place = Place("text", frame.words_of("text"), f"{frame.url(batch, 'text')}#id_text")
        return _lack(place, place.words, str(mistake), {})
    place = place_of(batch, profile, mistake.key)
    words = place.words if mistake.why is Why.NOTHING_TAKEN else f"{frame.words_of(place.step)} · {place.words}"
    says = str(WORDS.get(mistake.why, mistake.says))
    if mistake.why is Why.NOT_A_WORD and (column := _column(profile, mistake.key)):
        says = f"“{mistake.value}” {Vocabulary(tuple(words_of(column))).refusal(mistake.value)}"
    others = {key: place_of(batch, profile, key) for key in _PLACE.findall(says)} if mistake.why in WORDS else {}
    return _lack(place, words, says, others)


def _lack(place: Place, words: str, says: str, others: dict[str, Place]) -> frame.Lack:
    linked = str(conditional_escape(says))
    for key, other in others.items():
        linked = linked.replace(f"%({key})s", other.link)
        says = says.replace(f"%({key})s", f"“{other.words}”")
    html = format_html('<a href="{}">{}</a>: {}', place.url, words, mark_safe(linked))  # what is no link in it is escaped
    return frame.Lack(f"{words}: {says}", html)


def _column(profile: Profile, key: str) -> Column | None:
    record, _dot, rest = key.partition(".")
    if record == "source":
        return BY_NAME["documents"].by_name.get(rest)
    return column_of(profile, Slot(record, rest.partition(".")[0]))


def place_of(batch: Import, profile: Profile, key: str) -> Place:
    """Where what stands at a key of the TOML is said on the desk."""
    table, _dot, rest = key.partition(".")
    if table == "source":
        column = BY_NAME["documents"].by_name.get(rest)
        words = str(OF_THE_SOURCE[rest]) if rest in OF_THE_SOURCE else field_words(column) if column else rest
        return Place("whole", words, f"{frame.url(batch, 'whole')}#id_source-{rest}")
    if table == "governments":
        words = str(ONE_GOVERNMENT) if rest == "all" else _("Names that this file uses")
        return Place("whole", words, f"{frame.url(batch, 'whole')}#{'id_all' if rest == 'all' else 'id_aliases'}")
    if table == "rows" and rest == "unite":
        return Place("whole", _("Several rows that are one recommendation"), f"{frame.url(batch, 'whole')}#unite")
    if table in OF_THE_WHOLE or rest.partition(".")[0] == "when":
        return Place("whole", frame.words_of("whole"), frame.url(batch, "whole"))
    kind = kind_of(profile, table)
    if kind is None:
        return Place("columns", frame.words_of("columns"), f"{frame.url(batch, 'columns')}#columns")
    if rest == "key":
        words = str(TOLD_APART) % {"kind": record_words(profile, table)}
        return Place("columns", words, f"{frame.url(batch, 'columns')}#key-{table}")
    slots = [Slot(table, field) for field in kind.fields]
    slot = Slot(table, rest.partition(".")[0]) if rest else next((slot for slot in slots if rule_of(profile, slot)), None)
    how = rest.partition(".")[2]
    column = column_of(profile, slot) if slot is not None else None
    if slot is not None and how == "map" and column is not None and is_date(column):  # no form shows what the values of a date mean
        return Place("text", _("How %(place)s is read") % {"place": slot_words(profile, slot)}, f"{frame.url(batch, 'text')}#id_text")
    if slot is not None and how and how != "constant":
        anchor = {"formats": "id_other-formats", "default": "id_default", "map": "values"}.get(how, "content-main")
        address = f"{frame.url(batch, 'field')}?{urlencode({'of': str(slot)})}#{anchor}"
        return Place("columns", _("How %(place)s is read") % {"place": slot_words(profile, slot)}, address)
    is_set = slot is not None and rule_of(profile, slot) is not None
    words = slot_words(profile, slot) if slot is not None and rest else record_words(profile, table)
    return Place("columns", words, f"{frame.url(batch, 'columns')}#{f'place-{slot}' if is_set else 'columns'}")
