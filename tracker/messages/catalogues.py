"""The files of the translations: reading, bringing up to date, compiling, and saying what is missing or wrong.

A .po file is sorted by message and names no lines of code, so that two branches that add messages merge line by line.
"""

import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from django.conf import settings

from tracker.languages import LANGUAGES
from tracker.messages.sources import Message

TRANSLATED = tuple(each.code for each in LANGUAGES.values() if each.translated_by)
PLURALS = "nplurals=2; plural=(n > 1);"
"""Of French and of Persian alike (CLDR: one for 0 and 1), as Django's own catalogues have them."""
_ALWAYS = dt.datetime(2026, 11, 28, tzinfo=dt.UTC)
"""A catalogue tells nothing of when it was written: the history does, and two branches would differ in it."""
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a translation: its language, the message, and what."""

    language: str
    message: str
    what: str

    def __str__(self) -> str:
        return f"{self.language}: {self.what}: {self.message!r}"


def path(language: str, ending: str = "po") -> Path:
    """Where the catalogue of a language lies."""
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / f"django.{ending}"


def read(source: Path) -> Catalog:
    """A catalogue from a .po file; an empty one where there is none."""
    if not source.exists():
        return Catalog(charset="utf-8")
    with source.open("rb") as opened:
        return pofile.read_po(opened, charset="utf-8")


def updated(language: str, wanted: Iterable[Message], *others: Catalog) -> Catalog:
    """The catalogue of a language with exactly the messages wanted, each with the translation that it has, or that one of the others has."""
    before = read(path(language))
    catalog = Catalog(
        locale=language,
        header_comment=before.header_comment if path(language).exists() else f"# The public interface in {LANGUAGES[language].name}.",
        project="policy-recommendation tracker",
        version="1",
        creation_date=_ALWAYS,
        revision_date=_ALWAYS,
        last_translator="the makers of this software",
        language_team=language,
        charset="utf-8",
        fuzzy=False,
    )
    catalog.mime_headers = [(name, PLURALS if name == "Plural-Forms" else value) for name, value in catalog.mime_headers]
    for message in sorted(wanted):
        known = next(filter(None, (_translation(source, message) for source in (*others, before))), None)
        ids = (message.text, message.plural) if message.plural else message.text
        said = known or (("", "") if message.plural else "")
        catalog.add(ids, said if isinstance(said, str) else tuple(said), context=message.context or None)
    return catalog


def _translation(catalog: Catalog, message: Message) -> str | tuple[str, ...] | None:
    """The translation that a catalogue has of a message; None where it has none of that form."""
    entry = catalog.get(message.text, message.context or None)
    if entry is None or not is_translated(entry) or isinstance(entry.string, str) == bool(message.plural):
        return None
    return entry.string if isinstance(entry.string, str) else _forms(entry)


def _forms(entry: Entry) -> tuple[str, ...]:
    """The translation of a message, form by form; the only one where it has no plural."""
    return (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())


def as_po(catalog: Catalog, *, only_missing: bool = False) -> bytes:
    """The bytes of the .po file; ``only_missing`` leaves out what is translated, for whoever fills the rest."""
    if only_missing:
        for entry in [entry for entry in catalog if entry.id and is_translated(entry)]:
            catalog.delete(entry.id, entry.context)
    written = io.BytesIO()
    pofile.write_po(written, catalog, sort_output=True, no_location=True, width=0)
    return written.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    """The bytes of the .mo file, which Django reads."""
    written = io.BytesIO()
    mofile.write_mo(written, catalog)
    return written.getvalue()


def is_translated(entry: Entry) -> bool:
    """Whether every form of a message has a translation."""
    forms = _forms(entry)
    return bool(forms) and all(forms)


def write(language: str, catalog: Catalog) -> None:
    """Write a language's .po file and what it compiles to."""
    path(language).parent.mkdir(parents=True, exist_ok=True)
    path(language).write_bytes(as_po(catalog))
    path(language, "mo").write_bytes(as_mo(read(path(language))))


def faults(language: str, wanted: Iterable[Message]) -> Iterator[Fault]:
    """Everything that is not as it should be with the catalogue of a language."""
    catalog, wanted = read(path(language)), set(wanted)
    known = {_message(entry): entry for entry in catalog if entry.id}
    for message in sorted(wanted - known.keys()):
        yield Fault(language, message.text, "not in the catalogue; run `manage.py messages`")
    for message in sorted(known.keys() - wanted):
        yield Fault(language, message.text, "nothing uses it; run `manage.py messages`")
    for message in sorted(known.keys() & wanted):
        entry = known[message]
        if not is_translated(entry):
            yield Fault(language, message.text, "without a translation")
        elif entry.fuzzy:
            yield Fault(language, message.text, "marked fuzzy, which is not shown")
        else:
            yield from _wrong_placeholders(language, message, entry)
    compiled = path(language, "mo")
    if not compiled.exists() or compiled.read_bytes() != as_mo(catalog):
        yield Fault(language, compiled.name, "not what the .po file compiles to; run `manage.py messages`")


def _message(entry: Entry) -> Message:
    if isinstance(entry.id, str):
        return Message(entry.id, context=entry.context or "")
    singular, plural = entry.id
    return Message(singular, plural, entry.context or "")


def _wrong_placeholders(language: str, message: Message, entry: Entry) -> Iterator[Fault]:
    forms = _forms(entry)
    if len(forms) != (2 if message.plural else 1):
        yield Fault(language, message.text, "has another number of plural forms")
        return
    for source, form in zip((message.text, message.plural), forms, strict=False):
        if sorted(_PLACEHOLDER.findall(source)) != sorted(_PLACEHOLDER.findall(form)):
            yield Fault(language, message.text, f"other placeholders in {form!r}")
        if re.findall(r"</?\w+", source) and sorted(re.findall(r"</?\w+", source)) != sorted(re.findall(r"</?\w+", form)):
            yield Fault(language, message.text, f"other tags in {form!r}")
